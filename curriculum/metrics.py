"""How far a journey came: milestones with their cost, unique items, deaths; and the JSON object other programs rely on.

Computed from what was recorded (rows of iterations and the world's events), never from what a program or a model said.
Pure: the caller reads the database, this module only counts.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from curriculum.checks import Event
from curriculum.gamedata import GameData
from curriculum.tree import Tree, deed


@dataclass(frozen=True)
class IterationRecord:
    """What one iteration left in the record: totals since the journey began, the inventory after it, its events."""

    iteration: int
    seconds: float
    game_seconds: float
    tokens: int = 0
    """Tokens of this iteration alone."""
    inventory: Mapping[str, int] | None = None
    events: Sequence[Event] = ()
    solved: tuple[str, ...] = ()
    """What the task was about if it passed: names that milestones of the verb `solve` know."""


@dataclass(frozen=True)
class Header:
    """What a journey was: its settings, and how it stands."""

    name: str
    worlds: tuple[str, ...] = ("minecraft",)
    seed: int = 0
    brain: str = ""
    assistance: tuple[str, ...] = ()
    skills: int = 0
    stopped: str | None = None
    tokens: int = 0
    """Of all model calls, those after the last iteration and beside the loop included; so are the dollars."""
    dollars: float = 0.0
    server: str | None = None
    """A server that somebody else runs: what happened there is the bot's own report, and its rules are not known."""


@dataclass(frozen=True)
class Reached:
    """A milestone and what it had cost when it was reached."""

    name: str
    iteration: int
    seconds: float
    game_seconds: float
    tokens: int


@dataclass(frozen=True)
class JourneyMetrics:
    """The figures of one journey; `curve` is (iteration, unique items so far) for a plot."""

    header: Header
    iterations: int
    seconds: float
    game_seconds: float
    items: tuple[str, ...]
    deaths: int
    milestones: tuple[Reached, ...]
    curve: tuple[tuple[int, int], ...]

    def to_json(self) -> dict[str, Any]:
        """The journey's entry in the object that `journeyman milestones --json` prints."""
        return {
            "name": self.header.name,
            "worlds": list(self.header.worlds),
            "seed": self.header.seed,
            "brain": self.header.brain,
            "assistance": list(self.header.assistance),
            **({"server": self.header.server} if self.header.server else {}),
            "iterations": self.iterations,
            "tokens": self.header.tokens,
            "dollars": round(self.header.dollars, 6),
            "seconds": round(self.seconds, 3),
            "game_seconds": round(self.game_seconds, 2),
            "unique_items": len(self.items),
            "skills": self.header.skills,
            "deaths": self.deaths,
            "stopped": self.header.stopped,
            "milestones": [asdict(each) for each in self.milestones],
        }


def measure(header: Header, records: Iterable[IterationRecord], tree: Tree, data: GameData) -> JourneyMetrics:
    """The figures of a journey from its iterations in order."""
    items: dict[str, None] = {}
    deeds: set[tuple[str, str]] = set()
    reached: dict[str, Reached] = {}
    curve: list[tuple[int, int]] = []
    deaths = tokens = last = 0
    seconds = game_seconds = 0.0
    for record in records:
        last, seconds, game_seconds = record.iteration, record.seconds, record.game_seconds
        tokens += record.tokens
        deaths += sum(event["kind"] == "died" for event in record.events)
        new = {act for event in record.events if (act := deed(event))}
        new |= {("gain", name) for name, count in (record.inventory or {}).items() if count > 0}
        new |= {("solve", name) for name in record.solved}
        items.update(dict.fromkeys(sorted(what for verb, what in new if verb == "gain")))
        news = new - deeds
        deeds |= news
        curve.append((last, len(items)))
        for milestone in tree:
            if news and milestone.name not in reached and not milestone.missing(deeds, data):
                reached[milestone.name] = Reached(
                    milestone.name, last, round(seconds, 3), round(game_seconds, 2), tokens
                )
    return JourneyMetrics(
        header,
        last,
        seconds,
        game_seconds,
        tuple(items),
        deaths,
        tuple(reached.values()),
        tuple(curve),
    )


def report(journeys: Iterable[JourneyMetrics]) -> dict[str, Any]:
    """The object that `journeyman milestones --json` prints and `run --json` ends with."""
    return {"journeys": [journey.to_json() for journey in journeys]}


def assistance(journey: JourneyMetrics) -> str:
    """What helped, in words: "no assistance" or the names of the rules."""
    return help_words(journey.header.assistance, journey.header.server)


def help_words(rules: Sequence[str], server: str | None) -> str:
    """What helped, for a person; on somebody else's server it cannot be known."""
    if server:
        return f"on {server}, by the bot's own report"
    return ", ".join(rules) or "no assistance"


@dataclass(frozen=True)
class Row:
    """One line of the comparison over several journeys: how many reached a milestone, and at which iteration."""

    milestone: str
    reached: int
    journeys: int
    mean: float | None
    spread: float | None
    """Standard deviation over the journeys that reached it; None for fewer than two."""


def compare(journeys: Sequence[JourneyMetrics], tree: Tree, headlines_only: bool = False) -> tuple[Row, ...]:
    """For each milestone that any journey reached (and each headline), the iterations it took."""
    rows = []
    for milestone in tree:
        found = [each.iteration for one in journeys for each in one.milestones if each.name == milestone.name]
        if milestone.headline or (found and not headlines_only):
            mean = statistics.fmean(found) if found else None
            spread = statistics.stdev(found) if len(found) > 1 else None
            rows.append(Row(milestone.name, len(found), len(journeys), mean, spread))
    return tuple(rows)
