"""Expressions over the roles of a task's values: how a wanted path or text follows from what the task names.

A phrase is code for a program's source and the function that it computes, so that it can be tried on other values
before it is written down. Data never becomes a constant: only what joins data may (a slash, a dot, a line end).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MOST_GLUE = 4
"""Letters between two values that a phrase may hold as a constant."""
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Phrase:
    """An expression: its code, the roles that it uses, and what it computes."""

    code: str
    roles: frozenset[str]
    compute: Callable[[Values], Any]

    def value(self, values: Values) -> Any:
        """What it gives for these values; None where it cannot be computed."""
        try:
            return self.compute(values)
        except (KeyError, IndexError, TypeError, AttributeError, ValueError):
            return None


def role(name: str) -> Phrase:
    """The value of a role."""
    return Phrase(name, frozenset({name}), lambda values: values[name])


def base(of: Phrase) -> Phrase:
    """The last part of a path."""
    return Phrase(f"{_atom(of)}.rpartition('/')[2]", of.roles, lambda values: of.compute(values).rpartition("/")[2])


def above(of: Phrase) -> Phrase:
    """The folder of a path."""
    return Phrase(f"{_atom(of)}.rpartition('/')[0]", of.roles, lambda values: of.compute(values).rpartition("/")[0])


def stem(of: Phrase) -> Phrase:
    """A path without the ending of its name."""
    return Phrase(f"{_atom(of)}.rpartition('.')[0]", of.roles, lambda values: of.compute(values).rpartition(".")[0])


def text_of(of: Phrase) -> Phrase:
    """A value as text."""
    return Phrase(f"str({of.code})", of.roles, lambda values: _plain(of.compute(values)))


def joined(first: Phrase, glue: str, second: Phrase) -> Phrase:
    """Two texts with something between them."""
    return Phrase(
        f"{first.code} + {glue!r} + {second.code}" if glue else f"{first.code} + {second.code}",
        first.roles | second.roles,
        lambda values: str(first.compute(values)) + glue + str(second.compute(values)),
    )


def constant(text: str) -> Phrase:
    """What joins data."""
    return Phrase(repr(text), frozenset(), lambda values: text)


def lines_of(name: str) -> Phrase:
    """A list as lines; rows as cells between tabs."""
    code = f"'\\n'.join('\\t'.join(map(str, row)) if isinstance(row, list) else str(row) for row in {name})"

    def compute(values: Values) -> str:
        return "\n".join(
            "\t".join(_plain(cell) for cell in row) if isinstance(row, list) else _plain(row) for row in values[name]
        )

    return Phrase(code, frozenset({name}), compute)


def scalars(values: Values) -> dict[str, Phrase]:
    """Every role whose value is one text or number, as text; what an element of a list holds counts like a role."""
    found: dict[str, Phrase] = {}
    for name, value in values.items():
        if isinstance(value, str):
            found[name] = role(name)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found[name] = text_of(role(name))
    return found


def path_phrases(path: str, values: Values) -> list[Phrase]:
    """How a path follows from the values, the plainest first."""
    parts = scalars(values)
    found = [each for each in parts.values() if each.value(values) == path]
    pieces = [*parts.values(), *(base(each) for each in parts.values()), *(above(each) for each in parts.values())]
    pieces = [each for each in pieces if each.value(values)]
    for first in pieces:
        for second in pieces:
            for glue in ("/", ".", ""):
                if path == f"{first.value(values)}{glue}{second.value(values)}":
                    found.append(joined(first, glue, second))
    for first in pieces:
        for second in parts.values():
            if "." in str(first.value(values)) and path == f"{stem(first).value(values)}.{second.value(values)}":
                found.append(joined(stem(first), ".", second))
    for each in pieces:
        if each.value(values) == path:
            found.append(each)
    if "/" in path and not found:
        head, _, tail = path.rpartition("/")
        for first in path_phrases(head, values)[:2]:
            found += [joined(first, "/", second) for second in path_phrases(tail, values)[:3]]
    return sorted({each.code: each for each in found}.values(), key=lambda each: len(each.code))


def text_phrase(text: str, values: Values, spoken: frozenset[str] = frozenset()) -> Phrase | None:
    """How a text follows from the values, with nothing between them but joints and `spoken` words; else None."""
    pieces = [(str(phrase.value(values)), phrase) for phrase in scalars(values).values()]
    for name, value in values.items():
        if isinstance(value, list) and value:
            lists = [lines_of(name), *_listed(name, value, text)]
            pieces += [(str(phrase.value(values)), phrase) for phrase in lists]
    pieces = sorted((each for each in pieces if each[0]), key=lambda each: -len(each[0]))
    parts: list[Phrase] = []
    glue, at, joints = "", 0, 0
    while at < len(text):
        piece = next((each for each in pieces if text.startswith(each[0], at)), None)
        if piece is not None:
            if glue:
                parts.append(constant(glue))
            parts.append(piece[1])
            glue, at, joints = "", at + len(piece[0]), 0
        elif word := next((each for each in spoken if text.startswith(each, at)), ""):
            glue, at, joints = glue + word, at + len(word), 0
        elif joints < MOST_GLUE and not text[at].isalnum():
            glue, at, joints = glue + text[at], at + 1, joints + 1
        else:
            return None
    if not parts:
        return None
    if glue:
        parts.append(constant(glue))
    whole = parts[0]
    for each in parts[1:]:
        whole = joined(whole, "", each)
    return whole


def _listed(name: str, value: list[Any], text: str) -> list[Phrase]:
    """A list with what stands between its elements in a text ("a, b, c"; a dash before each)."""
    if len(value) < 2 or not all(isinstance(each, str | int | float) for each in value):
        return []
    first, second = str(value[0]), str(value[1])
    start = text.find(first)
    end = text.find(second, start + len(first))
    glue = text[start + len(first) : end] if start >= 0 and end >= 0 else "x"
    if any(each.isalnum() for each in glue) or not 0 < len(glue) <= MOST_GLUE:
        return []
    return [
        Phrase(
            f"{glue!r}.join(map(str, {name}))",
            frozenset({name}),
            lambda values: glue.join(map(str, values[name])),
        )
    ]


@dataclass(frozen=True)
class Loop:
    """A way to go through several things of one kind: what over, the variables, and the values of each turn."""

    over: Phrase
    names: str
    turns: tuple[Values, ...]


def loops(values: Values, files: Mapping[str, Any]) -> Iterator[Loop]:
    """Every list, table and folder among the values as a loop."""
    for name, value in values.items():
        rest = {key: each for key, each in values.items() if key != name}
        if isinstance(value, dict) and value:
            over = Phrase(f"{name}.items()", frozenset({name}), _items_of(name))
            yield Loop(over, "key, entry", tuple({**rest, "key": key, "entry": each} for key, each in value.items()))
        elif isinstance(value, list) and value:
            yield from _of_list(name, value, rest)
        elif isinstance(value, str) and files.get(value, {}).get("kind") == "folder":
            yield from _of_folder(name, value, values, files)


def _of_list(name: str, value: list[Any], rest: dict[str, Any]) -> Iterator[Loop]:
    if all(isinstance(each, str | int | float) for each in value):
        yield Loop(role(name), "entry", tuple({**rest, "entry": each} for each in value))
    elif all(isinstance(each, list) and len(each) == len(value[0]) for each in value) and 1 < len(value[0]) < 5:
        names = ["first", "second", "third", "fourth"][: len(value[0])]
        yield Loop(
            role(name), ", ".join(names), tuple({**rest, **dict(zip(names, each, strict=True))} for each in value)
        )


def _of_folder(name: str, folder: str, values: Values, files: Mapping[str, Any]) -> Iterator[Loop]:
    """The files in a folder: all, those of an ending, all but one."""
    inside = [path for path in files if path.rpartition("/")[0] == folder and files[path].get("kind") == "file"]
    listed = f'[each["path"] for each in list_files({name}) if each["kind"] == "file"'
    tests: list[tuple[str, str, list[str]]] = [("", "", inside)]
    for other, value in values.items():
        if other != name and isinstance(value, str) and value:
            dot = "" if value.startswith(".") else "."
            test = f' and each["path"].endswith({repr(dot) + " + " if dot else ""}{other})'
            tests.append((test, other, [path for path in inside if path.endswith(dot + value)]))
            kept = [path for path in inside if path.rpartition("/")[2] != value.rpartition("/")[2]]
            tests.append((f' and each["path"].rpartition("/")[2] != {other}.rpartition("/")[2]', other, kept))
    for test, other, paths in tests:
        if paths and (not other or len(paths) < len(inside)):
            over = Phrase(f"{listed}{test}]", frozenset({name, other} - {""}), _always(paths))
            yield Loop(over, "entry", tuple({**values, "entry": path} for path in paths))


def _items_of(name: str) -> Callable[[Values], Any]:
    return lambda values: values[name].items()


def _always(value: Any) -> Callable[[Values], Any]:
    return lambda values: value


def _atom(phrase: Phrase) -> str:
    return phrase.code if phrase.code.isidentifier() else f"({phrase.code})"


def _plain(value: Any) -> str:
    return str(value)
