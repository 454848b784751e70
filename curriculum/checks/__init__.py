"""Machine checks: data that decides whether a task is done, from before, after and the events between.

A closed set of kinds: `logic` joins checks, `minecraft` holds what that world can be asked. A new world adds one module
of kinds and one import here; `parse` finds a check by its kind.
"""

from curriculum.checks.base import (
    Check,
    Event,
    Facts,
    Observation,
    Tags,
    Verdict,
    already_true,
    describe,
    evaluate,
    parse,
    reachable,
)
from curriculum.checks.logic import All, AnyOf, Not
from curriculum.checks.minecraft import (
    At,
    Ate,
    Biome,
    Crafted,
    Depth,
    Equipped,
    Gained,
    Has,
    Killed,
    Mined,
    Placed,
    Slept,
    Smelted,
    Stored,
)

__all__ = [
    "All",
    "AnyOf",
    "At",
    "Ate",
    "Biome",
    "Check",
    "Crafted",
    "Depth",
    "Equipped",
    "Event",
    "Facts",
    "Gained",
    "Has",
    "Killed",
    "Mined",
    "Not",
    "Observation",
    "Placed",
    "Slept",
    "Smelted",
    "Stored",
    "Tags",
    "Verdict",
    "already_true",
    "describe",
    "evaluate",
    "parse",
    "reachable",
]
