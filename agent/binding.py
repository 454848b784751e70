"""Arguments carried over from one task to another of its kind, by value.

A program was called with values that its task named; for a task with other values under the same names, each argument
that equals one of the old values takes the new value of that name. So a skill that was written for one letter and one
word serves the next letter and the next word, and nobody has to say how.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def bind(args: Mapping[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments for `new`: by the value in `old` (a value of the argument's own name first), else as they were."""
    return {name: _bound(name, value, old, new) for name, value in args.items()}


def _bound(name: str, value: Any, old: Mapping[str, Any], new: Mapping[str, Any]) -> Any:
    if name in old and name in new and _same(old[name], value):
        return new[name]
    for role, was in old.items():
        if role in new and _same(was, value):
            return new[role]
    if isinstance(value, Mapping):
        return {key: _bound(key, each, old, new) for key, each in value.items()}
    if isinstance(value, list):
        return [_bound("", each, old, new) for each in value]
    return value


def _same(one: Any, other: Any) -> bool:
    """Equal in value and kind: 1 is not True, and 2 is not 2.0."""
    return type(one) is type(other) and bool(one == other)
