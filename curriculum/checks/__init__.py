"""Machine checks: data that decides whether a task is done, from before, after and the events between.

A closed set of kinds: `logic` joins checks, `judged` is the one that no data decides, `minecraft` and `desktop` hold
what those worlds can be asked. A new world adds one module of kinds and one import here; `parse` finds a check by its
kind.
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
from curriculum.checks.desktop import (
    Achieved,
    Clipboard,
    DocumentText,
    FileContains,
    FileEquals,
    FileExists,
    Picture,
    SheetCell,
    Unchanged,
    WindowOpen,
)
from curriculum.checks.judged import Judged
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
    "Achieved",
    "All",
    "AnyOf",
    "At",
    "Ate",
    "Biome",
    "Check",
    "Clipboard",
    "Crafted",
    "Depth",
    "DocumentText",
    "Equipped",
    "Event",
    "Facts",
    "FileContains",
    "FileEquals",
    "FileExists",
    "Gained",
    "Has",
    "Judged",
    "Killed",
    "Mined",
    "Not",
    "Observation",
    "Picture",
    "Placed",
    "SheetCell",
    "Slept",
    "Smelted",
    "Stored",
    "Tags",
    "Unchanged",
    "Verdict",
    "WindowOpen",
    "already_true",
    "describe",
    "evaluate",
    "parse",
    "reachable",
]
