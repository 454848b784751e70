"""Keeps what was proposed and how it ended: one row for each task of a journey, numbered as they come.

The only writer of the table `tasks`. Writing the same thing twice changes nothing, so a resumed journey may repeat its
last step. Never judges and never chooses; `curriculum.progress` folds these rows into what is done and failed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from curriculum.progress import Attempt, Fingerprint, fingerprint_from_json
from curriculum.task import Task, from_json
from memory.db import atomic


@dataclass(frozen=True)
class Entry:
    """One row of the book: a task, what was rejected in its favour, and how it ended (None: under way)."""

    journey: str
    number: int
    task: Task
    rejected: tuple[Mapping[str, str], ...]
    situation: Fingerprint
    passed: bool | None
    cause: str
    ended: int | None
    """Iteration at which it was settled."""


class TaskBook:
    """Reads and writes the tasks of all journeys in one database (open it with the set CURRICULUM)."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def propose(
        self,
        journey: str,
        number: int,
        task: Task,
        situation: Fingerprint,
        rejected: tuple[Mapping[str, str], ...] = (),
    ) -> Task:
        """Writes down a journey's task with that number; if one is there already, it stands and is returned."""
        with atomic(self._db):
            self._db.execute(
                "INSERT OR IGNORE INTO tasks (journey, number, task, item, data, rejected, situation) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    journey,
                    number,
                    task.id,
                    task.item,
                    json.dumps(task.to_json()),
                    json.dumps([dict(each) for each in rejected]),
                    json.dumps(situation.to_json()),
                ),
            )
        return next(self.entries(journey, number=number)).task

    def settle(self, journey: str, number: int, passed: bool, cause: str = "", *, ended: int) -> None:
        """Writes down how a task ended, and at which iteration; the first writing stands."""
        with atomic(self._db):
            self._db.execute(
                "UPDATE tasks SET passed = ?, cause = ?, ended = ? WHERE journey = ? AND number = ? AND passed IS NULL",
                (int(passed), cause, ended, journey, number),
            )

    def entries(self, journey: str | None = None, *, number: int | None = None) -> Iterator[Entry]:
        """The rows in order, of one journey or of all."""
        where: list[str] = ["1"]
        values: list[Any] = []
        for column, value in (("journey", journey), ("number", number)):
            if value is not None:
                where.append(f"{column} = ?")
                values.append(value)
        rows = self._db.execute(
            "SELECT journey, number, data, rejected, situation, passed, cause, ended FROM tasks "
            f"WHERE {' AND '.join(where)} ORDER BY journey, number",
            values,
        )
        for name, order, data, rejected, situation, passed, cause, ended in rows:
            yield Entry(
                journey=name,
                number=order,
                task=from_json(json.loads(data)),
                rejected=tuple(json.loads(rejected)),
                situation=fingerprint_from_json(json.loads(situation)),
                passed=None if passed is None else bool(passed),
                cause=cause or "",
                ended=ended,
            )

    def attempts(self, journey: str, world: str | None = None) -> Iterator[Attempt]:
        """The settled tasks of a journey, of one world or of all, as attempts for `progress.fold`."""
        for entry in self.entries(journey):
            if entry.passed is not None and entry.ended is not None and world in (None, entry.task.world):
                yield Attempt(entry.ended, entry.task.id, entry.task.item, entry.passed, entry.cause, entry.situation)
