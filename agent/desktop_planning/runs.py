"""What a past run is, as the planner reads it: the rows of the log, nothing else.

The graph is folded from these rows and kept nowhere: a journey has hundreds of them, folding takes milliseconds, and
what is not stored can neither be stale nor be lost. Every journey that shares the rows shares what they taught.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PastRun:
    """One program run on the desktop with its task and verdict."""

    number: int
    """Its place in the order of all runs, from 1."""
    task: Mapping[str, Any]
    """The task as plain JSON: goal, check, item (its family), values."""
    name: str
    source: str | None
    """None: the library skill `name` as it was."""
    args: Mapping[str, Any]
    outcome: str
    passed: bool
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]] = ()
    value: Any = None
    error: Mapping[str, Any] | None = None


Past = Callable[[int], Sequence[PastRun]]
"""The runs with a greater number than this, oldest first."""
