"""Kinds of change that a text can undergo: how an effect seen on one text is found to be the one wanted for another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

KINDS: Mapping[str, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "title": str.title,
    "opposite": str.swapcase,
    "no blanks at line ends": lambda text: "\n".join(line.rstrip() for line in text.split("\n")),
    "eight spaces for tabs": lambda text: text.replace("\t", " " * 8),
    "indented": lambda text: "\n".join(f"\t{line}" if line else line for line in text.split("\n")),
    "lines reversed": lambda text: "\n".join(reversed(text.split("\n"))),
    "lines sorted": lambda text: "\n".join(sorted(text.split("\n"))),
    "twice": lambda text: text + text,
    "nothing left": lambda text: "",
}
"""Changes of a whole text, as functions."""


@dataclass(frozen=True)
class Piece:
    """What lies between the common beginning and the common end of two texts."""

    start: int
    """Where it begins in both."""
    old: str
    new: str


def change(before: str, after: str) -> frozenset[str]:
    """The kinds of change that lead from one text to the other; none if they are the same."""
    old, new = before.strip("\n"), after.strip("\n")
    if old == new or not old:
        return frozenset()
    found = {kind for kind, do in KINDS.items() if do(old).strip("\n") == new}
    return frozenset(found | _of_lines(old.split("\n"), new.split("\n")))


def piece(before: str, after: str) -> Piece:
    """The one place where two texts differ, in whole lines where only whole lines differ."""
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return Piece(start, before[start : len(before) - end], after[start : len(after) - end])


def change_of_piece(before: str, after: str) -> frozenset[str]:
    """The kinds of change of the one place where two texts differ: what happens to a selection, or to a word."""
    differing = piece(before, after)
    return change(differing.old, differing.new)


def changed_line(before: str, after: str) -> tuple[str, str] | None:
    """The one line that is another one afterwards, if nothing else differs."""
    old, new = before.strip("\n").split("\n"), after.strip("\n").split("\n")
    different = [pair for pair in zip(old, new, strict=False) if pair[0] != pair[1]]
    return different[0] if len(old) == len(new) and len(different) == 1 else None


def _of_lines(old: list[str], new: list[str]) -> set[str]:
    """Changes that leave all lines but one as they are."""
    more, less = Counter(new) - Counter(old), Counter(old) - Counter(new)
    if not more and sum(less.values()) == 1:
        return {"a line less"}
    if not less and sum(more.values()) == 1:
        line = next(iter(more))
        twice = line in old and any(first == second == line for first, second in pairwise(new))
        return {"a line twice"} if twice else {"a line more"}
    if not more and not less:
        moved = [index for index, pair in enumerate(zip(old, new, strict=True)) if pair[0] != pair[1]]
        if len(moved) == 2 and moved[1] == moved[0] + 1:
            return {"two lines swapped"}
    return set()
