"""What is in mind for one task: sections packed into a token budget, with a list of what was left out.

Pure: nothing is read or written here. Sections come in the order in which they are shown; the budget is spent in
order of importance, so that a long history can never push the task itself out of mind.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """A heading with its lines, best line first. A lower `rank` is packed earlier; `most` caps its tokens."""

    name: str
    lines: Sequence[str]
    rank: int = 5
    most: int | None = None


@dataclass(frozen=True)
class Cut:
    """A line that did not fit."""

    section: str
    line: str
    tokens: int


@dataclass(frozen=True)
class Packed:
    """The text in mind, the tokens it takes, and what was cut."""

    text: str
    tokens: int
    cut: tuple[Cut, ...]


def estimate_tokens(text: str) -> int:
    """A careful guess without a tokenizer: one token for each three and a half characters."""
    return -(-2 * len(text) // 7)


def pack(sections: Sequence[Section], budget: int, count: Callable[[str], int] = estimate_tokens) -> Packed:
    """Pack sections into `budget` tokens: by rank, each in its own order, whole lines only."""
    left, cut = budget, []
    kept: dict[int, list[str]] = {}
    for position, section in sorted(enumerate(sections), key=lambda entry: (entry[1].rank, entry[0])):
        heading = count(f"## {section.name}\n")
        room = min(left, section.most if section.most is not None else left)
        for line in section.lines:
            cost = count(line + "\n") + (0 if position in kept else heading)
            if cost > room:
                cut.append(Cut(section.name, line, cost))
                continue
            kept.setdefault(position, []).append(line)
            room, left = room - cost, left - cost
    text = "".join(
        f"## {section.name}\n" + "".join(f"{line}\n" for line in kept[position])
        for position, section in enumerate(sections)
        if position in kept
    )
    return Packed(text, budget - left, tuple(cut))
