"""What the rows of a bundle may hold: somebody else wrote them, and every later command reads what came in.

Pure. It says whether a value is of a kind that the tables mean; whether what it says is true is for nobody to tell.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any, get_args

from memory import guard
from memory.decay import Outcome
from memory.errors import Refused
from memory.guard import Sensitivity
from memory.items import Kind, State
from memory.reader import Operation

_LARGEST = 2**63 - 1

Fits = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and abs(value) <= _LARGEST


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _flag(value: Any) -> bool:
    return value in (True, False)


def _object(value: Any) -> bool:
    return isinstance(value, dict)


def _numbers(value: Any) -> bool:
    return isinstance(value, list) and all(_whole(each) for each in value)


def _or_none(fits: Fits) -> Fits:
    return lambda value: value is None or fits(value)


def _one_of(literal: Any) -> Fits:
    return lambda value: value in get_args(literal)


def _counts(value: Any) -> bool:
    return isinstance(value, dict) and all(_whole(each) for each in value.values())


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(_text(each) for each in value)


def _told(fits: Fits) -> Fits:
    """JSON in a text."""
    return lambda value: _text(value) and fits(json.loads(value))


def _named(value: Any) -> bool:
    return isinstance(value, dict) and all(_text(each) for each in value.values())


def _place(value: Any) -> bool:
    return isinstance(value, dict) and all(_number(value.get(axis)) for axis in "xyz")


_DATA: Mapping[str, Fits] = {
    "what": _text,
    "within": _number,
    "contents": _counts,
    "skills": _texts,
    "goal": _text,
    "signature": _text,
    "error": _or_none(_object),
    "trigger": _text,
    "advice": _text,
    "instruction": _text,
    "reason": _text,
    "never": _flag,
}
"""Of what an item is as data, the values that are read again."""
_PLACED = ("seen", "found", "placed", "spot", "container", "absent")


def _data(value: Any) -> bool:
    if not isinstance(value, dict) or not all(fits(value[name]) for name, fits in _DATA.items() if name in value):
        return False
    what = value.get("what")
    if (what in _PLACED or len({*"xyz"} & value.keys()) > 1) and not _place(value):
        return False
    return "within" in value if what == "absent" else "contents" in value if what == "container" else True


_ITEM: Mapping[str, Fits] = {
    **dict.fromkeys(("subject", "text", "scope", "slot", "origin", "world"), _text),
    **dict.fromkeys(("valid_from", "recorded_at", "confidence"), _number),
    **dict.fromkeys(("superseded_by", "merged_into"), _or_none(_whole)),
    **dict.fromkeys(("evidence", "sources"), _numbers),
    **dict.fromkeys(("pinned", "archived"), _flag),
    "kind": _one_of(Kind),
    "state": _one_of(State),
    "sensitivity": _one_of(Sensitivity),
    "data": _data,
    "valid_to": _or_none(_number),
}


def _item(value: Any) -> bool:
    return isinstance(value, dict) and all(fits(value[name]) for name, fits in _ITEM.items() if name in value)


_ROWS: Mapping[str, Mapping[str, Fits]] = {
    "programs": {"hash": _text, "source": _text},
    "events": {
        **dict.fromkeys(("journey", "node", "source", "kind"), _text),
        **dict.fromkeys(("iteration", "position"), _whole),
        "tick": _or_none(_whole),
        "at": _or_none(_number),
        "data": _object,
    },
    "episodes": {
        **dict.fromkeys(("journey", "task", "goal", "world", "message", "brain", "prompt", "family"), _text),
        **dict.fromkeys(("iteration", "round", "tokens"), _whole),
        **dict.fromkeys(("at", "dollars"), _number),
        **dict.fromkeys(("program", "failure", "cause"), _or_none(_text)),
        **dict.fromkeys(("first_tick", "last_tick", "first_event", "last_event"), _or_none(_whole)),
        "outcome": lambda value: value in ("passed", "failed"),
        "gained": _told(_counts),
        "skills": _told(_named),
        "place": _or_none(_told(_or_none(_place))),
        "sensitivity": _one_of(Sensitivity),
    },
    "notes": {
        **dict.fromkeys(("scope", "stream", "text", "speaker", "origin", "event"), _text),
        "position": _whole,
        "at": _number,
        "sensitivity": _one_of(Sensitivity),
    },
    "items": _ITEM,
    "journal": {
        "operation": _one_of(Operation),
        "item": _whole,
        "at": _number,
        "reason": _text,
        "inputs": _object,
        "before": _item,
        "after": _item,
        **dict.fromkeys(("undoes", "act"), _or_none(_whole)),
    },
    "reviews": {
        **dict.fromkeys(("tier", "journey"), _text),
        **dict.fromkeys(("ref", "iteration"), _whole),
        "outcome": _one_of(Outcome),
        "at": _number,
        "borne_out": _flag,
    },
}


def refuse_odd(part: str, rows: list[dict[str, Any]]) -> None:
    """Raises Refused for the first row of a part with a value that cannot be; what a row lacks is not looked at."""
    for number, row in enumerate(rows, 1):
        if not _whole(row.get("number", number)):
            raise Refused(f"{part} row {number} has the number {row['number']!r}")
        for name, fits in _ROWS[part].items():
            if name in row and not fits(row[name]):
                told = guard.visible(guard.redact(str(row[name])))[:80]
                raise Refused(f"{part} row {number} has a {name} that cannot be: {told}")
