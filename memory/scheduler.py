"""All jobs of memory in the order in which they build on one another."""

from __future__ import annotations

from sqlite_utils import Database

from memory.capture import Capture
from memory.consolidate import Consolidate
from memory.fading import Archive, Decay, Rehearse
from memory.jobs import Scheduler
from memory.reconcile import Reconcile


def scheduler(db: Database, curve: str | None = None) -> Scheduler:
    """The scheduler with every job, fading by the curve of that name or the fitted one."""
    return Scheduler(db, [Capture(), Consolidate(), Reconcile(), Rehearse(curve), Decay(curve), Archive(curve)])
