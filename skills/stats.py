"""How a version did, by context: world, biome, tool, brain, setting. Computed from the evidence when asked; reads only.

A run that lacked what the skill needs is counted apart from one in which the code was wrong. What an error code means
is the caller's knowledge: it comes in as a mapping from codes to classes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from skills.evidence import WINDOW, wilson
from skills.reader import LibraryReader
from skills.skill import Use

CONTEXTS = ("world", "biome", "tool", "brain", "setting", "called")
"""What runs are grouped by; `called` tells runs as a program from calls inside another one."""
LATEST = 2000
"""How many of the latest runs are looked at."""


@dataclass(frozen=True)
class Tally:
    """Runs of one context."""

    runs: int
    succeeded: int
    failed: int
    unmet: int
    bound: float
    """Lower end of the 95 % interval of the success rate, unmet needs left out."""
    mean_ticks: float | None


@dataclass(frozen=True)
class Failure:
    """The latest run that did not succeed, and where its events are in the log."""

    cause: str
    kind: str
    journey: str
    iteration: int
    position: int
    events: tuple[int, int] | None


@dataclass(frozen=True)
class Stats:
    """Everything that is counted about one version."""

    skill: str
    version: str
    total: Tally
    by: Mapping[str, Mapping[str, Tally]]
    failures: Mapping[str, Mapping[str, int]]
    """Class of failure to code to how often."""
    last_failure: Failure | None
    recent_bound: float
    """The bound over the latest counted runs: what the ladder looks at."""

    def to_json(self) -> dict[str, Any]:
        """The statistics as plain JSON."""
        return asdict(self)


def statistics(library: LibraryReader, name: str, classes: Mapping[str, str], hash: str | None = None) -> Stats:
    """The statistics of a version (default: the current one); `classes` maps error codes to classes of failure."""
    version = library.chosen(name, hash)
    uses = library.uses_of(version.hash, LATEST)
    groups: dict[str, dict[str, list[Use]]] = {context: {} for context in CONTEXTS}
    for use in uses:
        for context, values in _contexts(use).items():
            for value in values:
                groups[context].setdefault(value, []).append(use)
    causes: dict[str, Counter[str]] = {}
    for use in uses:
        if use.outcome != "succeeded":
            causes.setdefault(_class(use, classes), Counter())[use.cause or "not_done"] += 1
    last = next((use for use in uses if use.outcome != "succeeded"), None)
    recent = [use for use in uses if use.outcome != "unmet"][:WINDOW]
    return Stats(
        version.skill,
        version.hash,
        _tally(uses),
        {
            context: {value: _tally(group) for value, group in sorted(found.items())}
            for context, found in groups.items()
        },
        {kind: dict(counts.most_common()) for kind, counts in sorted(causes.items())},
        Failure(
            last.cause or "not_done", _class(last, classes), last.journey, last.iteration, last.position, last.events
        )
        if last
        else None,
        wilson(sum(use.outcome == "succeeded" for use in recent), len(recent)),
    )


def _contexts(use: Use) -> dict[str, Iterable[str]]:
    return {
        "world": [use.world] if use.world else [],
        "biome": use.places,
        "tool": use.tools or ["none"],
        "brain": [use.brain] if use.brain else [],
        "setting": [use.setting],
        "called": ["as a program" if not use.caller else "from a program"],
    }


def _class(use: Use, classes: Mapping[str, str]) -> str:
    return "missing_need" if use.outcome == "unmet" else classes.get(use.cause or "", "wrong_code")


def _tally(uses: Sequence[Use]) -> Tally:
    outcomes = Counter(use.outcome for use in uses)
    ticks = [use.ticks for use in uses if use.outcome == "succeeded"]
    counted = outcomes["succeeded"] + outcomes["failed"]
    return Tally(
        len(uses),
        outcomes["succeeded"],
        outcomes["failed"],
        outcomes["unmet"],
        round(wilson(outcomes["succeeded"], counted), 4),
        sum(ticks) / len(ticks) if ticks else None,
    )
