"""Reads what comes off a wire as data that can be kept: what no file and no table could hold does not get past it.

Programs can say half of a character, and numbers that are none; a run that did must cost no more than itself.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from typing import Any

MOST_DEPTH = 200
"""How deep lists and objects may stand in each other: whoever writes it down again needs room on the stack for it."""
_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def whole(text: str) -> str:
    """A text with halves of characters joined, and marked where the other one is missing: no file could hold them."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def kept(line: str | bytes) -> Any:
    """The JSON of one line. Raises ValueError for anything else.

    Halves of characters are joined or marked, and numbers that are none (NaN, Infinity) are null, as JavaScript has it.
    """
    text = line.decode() if isinstance(line, bytes) else line
    try:
        value = json.loads(text, parse_constant=lambda _: None, parse_float=_finite)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if text.count("[") + text.count("{") > MOST_DEPTH:
        level = [value]
        for _ in range(MOST_DEPTH):
            level = [part for each in level for part in _parts(each)]
        if level:
            raise ValueError("it is nested too deeply")
    return json.loads(whole(json.dumps(value, ensure_ascii=False))) if _HALF.search(text) else value


def _parts(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None
