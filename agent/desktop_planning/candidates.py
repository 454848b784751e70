"""What a candidate is, and the few weights and words by which candidates are put in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from agent.desktop_planning.steps import Step

COMMON: Mapping[str, tuple[str, ...]] = {
    "made": ("save", "as", "export"),
    "altered": ("save",),
    "lost": ("delete", "remove"),
    "clipboard": ("copy", "cut"),
    "paste": ("paste",),
    "select": ("select", "all"),
    "locate": ("find", "search"),
}
"""Words that labels of such effects often have: where to look first, until an effect was seen."""
REFUSALS = frozenset({"cancel", "close", "help", "no", "discard"})
"""Buttons that give up what a dialog is for."""
SEEN, WORD, UNUSED, LENGTH = 2.5, 1.0, 1.2, 0.12
"""What counts: an effect seen, a word that fits, a role left unused, one step more."""
MOST_ENTRIES = 6
"""Entries that are tried for one purpose."""


@dataclass(frozen=True)
class Program:
    """What is known of a program before it was ever opened: its id, what it is, which endings it opens."""

    name: str
    what: str
    opens: tuple[str, ...]


@dataclass(frozen=True)
class Candidate:
    """Steps that could fulfil a wish."""

    steps: tuple[Step, ...]
    score: float
    programs: tuple[str, ...]
    untried: tuple[tuple[str, str], ...] = ()
    """Actions in it of which nothing was seen yet: program, entry."""
    guess: bool = False
    """Whether it rests on an action that was not seen to have such an effect, though it would have shown."""

    def plus(self, score: float) -> Candidate:
        """With more or less score."""
        return replace(self, score=self.score + score)


def chained(options: Sequence[Sequence[Candidate]]) -> Iterator[Candidate]:
    """One candidate for each part, one after the other: the best of all, then variations of one part at a time."""
    if not options or not all(options):
        return
    ranked = [sorted(each, key=lambda one: -one.score) for each in options]
    for number, part in enumerate(ranked):
        for choice in part[: 40 if len(ranked) == 1 else 6]:
            row = [choice if place == number else other[0] for place, other in enumerate(ranked)]
            steps = tuple(step for each in row for step in each.steps)
            yield Candidate(
                steps,
                sum(each.score for each in row) / len(row),
                tuple(dict.fromkeys(name for each in row for name in each.programs)),
                tuple(dict.fromkeys(each for one in row for each in one.untried)),
                any(each.guess for each in row),
            )
