"""Jobs: what memory does with itself, in small steps that can be stopped, resumed, rehearsed and accounted for.

A job works through what is waiting in steps; each step and the place where it left off are one transaction, so that a
kill loses nothing and repeats nothing, and two processes may run the same job. Nothing here decides what a job does,
and nothing runs by itself: the caller says when, with which clock, and how much.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlite_utils import Database

from memory.db import BUSY_SECONDS, atomic
from memory.errors import NotKept
from memory.log import canonical

STEP = 20
"""Units in one step: the longest that a writer of the loop may have to wait for."""

DRY_SECONDS = BUSY_SECONDS / 3
"""How long a dry run keeps a journey from writing: well below what that waits for."""

Cursor = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """What one step did: where it left off, how many units it looked at; `more` if it might go on.

    `skipped` names the units that could not be dealt with, and why: they are not looked at again.
    """

    cursor: Cursor
    units: int
    more: bool
    lines: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()


class Job(Protocol):
    """One kind of work. It writes through the tiers only, so that the journal tells everything it did."""

    name: str

    def waiting(self, db: Database, cursor: Cursor, now: float) -> int:
        """How many units there are to look at."""
        ...

    def step(self, db: Database, cursor: Cursor, now: float, limit: int) -> Step:
        """Look at up to `limit` units, inside the transaction that is open."""
        ...


@dataclass(frozen=True)
class Estimate:
    """What running a job to its end would cost; seconds from its last runs, None if it never ran."""

    job: str
    units: int
    seconds: float | None
    model_tokens: int = 0


@dataclass(frozen=True)
class Report:
    """What a run did, or would have done: operations by name, what is left, and what was skipped for good and why."""

    job: str
    units: int
    left: int
    operations: Mapping[str, int] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    seconds: float = 0.0
    dry: bool = False
    skipped: tuple[str, ...] = ()


class Scheduler:
    """Runs jobs over one database."""

    def __init__(self, db: Database, jobs: Sequence[Job]) -> None:
        self._db = db
        self._jobs = {job.name: job for job in jobs}

    @property
    def names(self) -> list[str]:
        """The jobs, in the order in which they build on one another."""
        return [*self._jobs]

    def estimate(self, name: str, *, now: float) -> Estimate:
        """What is waiting for a job, and about how long it would take."""
        job = self._job(name)
        units, seconds = self._db.execute(
            "SELECT sum(units), sum(seconds) FROM (SELECT units, seconds FROM job_runs WHERE job = ? AND units > 0 "
            "ORDER BY id DESC LIMIT 10)",
            [name],
        ).fetchone()
        waiting = job.waiting(self._db, self._cursor(name), now)
        return Estimate(name, waiting, round(waiting * seconds / units, 3) if units else None)

    def run(
        self,
        name: str,
        *,
        now: float,
        limit: int = 500,
        dry: bool = False,
        stop: Callable[[], bool] = lambda: False,
    ) -> Report:
        """Run a job over at most `limit` units, or until `stop` says so; a dry run does it all and takes it back.

        Nobody else can write during a dry run: after `DRY_SECONDS` it ends, and the report says what is left.
        """
        job = self._job(name)
        if dry:
            until = time.monotonic() + DRY_SECONDS
            try:
                with atomic(self._db):
                    rehearsed = self._work(job, now, limit, lambda: stop() or time.monotonic() >= until, dry)
                    raise _TakenBack(rehearsed)
            except _TakenBack as done:
                return done.report
        return self._work(job, now, limit, stop, dry)

    def run_all(self, *, now: float, limit: int = 500, stop: Callable[[], bool] = lambda: False) -> list[Report]:
        """Run every job that has something waiting."""
        return [
            self.run(name, now=now, limit=limit, stop=stop)
            for name in self._jobs
            if not stop() and self.estimate(name, now=now).units
        ]

    def runs(self, name: str | None = None, *, limit: int = 20) -> list[dict[str, Any]]:
        """Reports of past runs, newest first."""
        rows = self._db.execute(
            "SELECT job, at, units, left_over, operations, seconds FROM job_runs WHERE job = coalesce(?, job) "
            "ORDER BY id DESC LIMIT ?",
            [name, limit],
        )
        names = ("job", "at", "units", "left", "operations", "seconds")
        found = [dict(zip(names, row, strict=True)) for row in rows]
        return [{**each, "operations": json.loads(each["operations"])} for each in found]

    def skipped(self, *, limit: int = 20) -> list[dict[str, Any]]:
        """What could not be dealt with, newest first: the job, when, and why."""
        rows = self._db.execute(
            "SELECT job, at, value FROM job_runs, json_each(skipped) ORDER BY job_runs.id DESC, key DESC LIMIT ?",
            [limit],
        )
        return [{"job": job, "at": at, "why": why} for job, at, why in rows]

    def _work(self, job: Job, now: float, limit: int, stop: Callable[[], bool], dry: bool) -> Report:
        begun, units, lines, skipped = time.monotonic(), 0, list[str](), list[str]()
        operations, more = Counter[str](), True
        while more and units < limit and not stop():
            with atomic(self._db):
                # The cursor is read under the write lock: whoever comes second goes on where the first one left off.
                # So is the end of the journal: what others write between two steps was not done by this job.
                (last,) = self._db.execute("SELECT coalesce(max(id), 0) FROM journal").fetchone()
                done = job.step(self._db, self._cursor(job.name), now, min(STEP, limit - units))
                keep_cursor(self._db, job.name, done.cursor)
                counted = "SELECT operation, count(*) FROM journal WHERE id > ? GROUP BY operation"
                operations.update(dict(self._db.execute(counted, [last]).fetchall()))
            units, more = units + done.units, done.more
            lines.extend(done.lines)
            skipped.extend(done.skipped)
        seconds = time.monotonic() - begun
        left = job.waiting(self._db, self._cursor(job.name), now)
        did = dict(sorted(operations.items()))
        report = Report(job.name, units, left, did, tuple(lines), seconds, dry, tuple(skipped))
        if units and not dry:
            with atomic(self._db):
                self._db.execute(
                    "INSERT INTO job_runs (job, at, units, left_over, operations, seconds, skipped) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?)",
                    [job.name, now, units, left, canonical(dict(report.operations)), seconds, canonical(skipped)],
                )
        return report

    def _job(self, name: str) -> Job:
        if name not in self._jobs:
            raise NotKept(f"no job is called {name!r}; there are {', '.join(self._jobs)}")
        return self._jobs[name]

    def _cursor(self, name: str) -> Cursor:
        return cursor_of(self._db, name)


def cursor_of(db: Database, name: str) -> Cursor:
    """Where a job left off; nothing if it never ran."""
    row = db.execute("SELECT cursor FROM jobs WHERE name = ?", [name]).fetchone()
    cursor: Cursor = json.loads(row[0]) if row else {}
    return cursor


def keep_cursor(db: Database, name: str, cursor: Cursor) -> None:
    """Where a job leaves off, written in the transaction of what it did."""
    db.execute(
        "INSERT INTO jobs VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor",
        [name, canonical(dict(cursor))],
    )


class _TakenBack(Exception):
    """Carries the report of a dry run out of the transaction that it rolls back."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report
