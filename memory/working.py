"""The working tier: what is in mind for one task, in sections packed into a token budget; what was left out is shown.

Sections come in the order in which they are shown; the budget is spent in order of importance, so that a long history
can never push the task itself out of mind. What was in mind is kept, once for each step of a journey and never changed:
with it any program, and any call of a model, can be explained afterwards.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlite_utils import Database

from memory import guard
from memory.db import atomic
from memory.log import canonical


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
class Shown:
    """What one section came to: its lines that are in mind, and the tokens that they take."""

    section: str
    lines: tuple[str, ...]
    tokens: int


@dataclass(frozen=True)
class Packed:
    """The text in mind, the tokens it takes, its sections, and what was cut."""

    text: str
    tokens: int
    shown: tuple[Shown, ...]
    cut: tuple[Cut, ...]


@dataclass(frozen=True)
class Mind:
    """What was in mind at one step of a journey; `place` names the step, `at` is the experience clock."""

    journey: str
    iteration: int
    place: str
    at: float
    budget: int
    packed: Packed


class Working:
    """Keeps what was in mind, for all journeys in one database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def keep(self, mind: Mind) -> None:
        """Write down what is in mind; what was written for the same step stands. Secrets are struck out."""
        content = guard.redact_all({"shown": _plain(mind.packed.shown), "cut": _plain(mind.packed.cut)})
        with atomic(self._db):
            self._db.execute(
                "INSERT OR IGNORE INTO minds (journey, place, iteration, at, budget, tokens, content) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    mind.journey, mind.place, mind.iteration, mind.at, mind.budget, mind.packed.tokens,
                    canonical(content),
                ],
            )  # fmt: skip

    def of(self, journey: str, iteration: int | None = None) -> list[Mind]:
        """What was in mind in a journey, or for one iteration of it, in order."""
        rows = self._db.execute(
            "SELECT iteration, place, at, budget, tokens, content FROM minds "
            "WHERE journey = ? AND iteration = coalesce(?, iteration) ORDER BY iteration, rowid",
            [journey, iteration],
        )
        return [_mind(journey, *row) for row in rows.fetchall()]

    def last(self, journey: str) -> int | None:
        """The newest iteration for which something was in mind."""
        row = self._db.execute("SELECT max(iteration) FROM minds WHERE journey = ?", [journey]).fetchone()
        return None if row[0] is None else int(row[0])


def estimate_tokens(text: str) -> int:
    """A careful guess without a tokenizer: one token for each three and a half characters."""
    return -(-2 * len(text) // 7)


def pack(sections: Sequence[Section], budget: int, count: Callable[[str], int] = estimate_tokens) -> Packed:
    """Pack sections into `budget` tokens: by rank, each in its own order, whole lines only.

    A section that lost lines says in its heading how many, so that whoever reads it knows that there is more.
    """
    left, cut = budget, []
    kept: dict[int, list[str]] = {}
    spent: dict[int, int] = {}
    for position, section in sorted(enumerate(sections), key=lambda entry: (entry[1].rank, entry[0])):
        heading = count(_heading(section.name, len(section.lines) - 1))
        room = min(left, section.most if section.most is not None else left)
        for line in section.lines:
            cost = count(line + "\n") + (0 if position in kept else heading)
            if cost > room:
                cut.append(Cut(section.name, line, cost))
                continue
            kept.setdefault(position, []).append(line)
            spent[position] = spent.get(position, 0) + cost
            room, left = room - cost, left - cost
    text = "".join(
        _written(section.name, kept[position], len(section.lines) - len(kept[position]))
        for position, section in enumerate(sections)
        if position in kept
    )
    shown = tuple(Shown(sections[position].name, tuple(kept[position]), spent[position]) for position in sorted(kept))
    return Packed(text, count(text), shown, tuple(cut))


def _heading(name: str, lacking: int) -> str:
    return f"## {name}{f' ({lacking} more did not fit)' if lacking > 0 else ''}\n"


def _written(name: str, lines: Sequence[str], lacking: int) -> str:
    return _heading(name, lacking) + "".join(f"{line}\n" for line in lines)


def _plain(parts: Sequence[Shown | Cut]) -> list[dict[str, Any]]:
    return [asdict(part) for part in parts]


def _mind(journey: str, iteration: int, place: str, at: float, budget: int, tokens: int, content: str) -> Mind:
    kept = json.loads(content)
    shown = tuple(Shown(**{**part, "lines": tuple(part["lines"])}) for part in kept["shown"])
    cut = tuple(Cut(**part) for part in kept["cut"])
    lacking = Counter(each.section for each in cut)
    text = "".join(_written(part.section, part.lines, lacking[part.section]) for part in shown)
    packed = Packed(text, tokens, shown, cut)
    return Mind(journey, iteration, place, at, budget, packed)
