"""Oversight beside the loop: questions for approval, and the ledger of every change of the agent to itself.

The ledger is append-only by triggers in the database: nothing that was written there can be changed or taken out. A
question is asked once for each key, and its first answer stands, wherever it comes from.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlite_utils import Database, Migrations

from agent.errors import UsageError
from memory.db import atomic

OVERSIGHT = Migrations("oversight")
"""The migration set of this module."""
Kind = Literal["skill", "lesson", "prompt", "routing", "monitor", "refactoring"]
"""What kinds of changes the ledger tells of."""


@OVERSIGHT()
def m001_oversight(db: Database) -> None:
    """Questions with their answers, and the ledger."""
    db.executescript(
        """
        CREATE TABLE approvals (
            journey TEXT NOT NULL, number INTEGER NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, shown TEXT NOT NULL,
            asked REAL NOT NULL, answer INTEGER, reason TEXT NOT NULL DEFAULT '', by TEXT NOT NULL DEFAULT '',
            answered REAL, PRIMARY KEY (journey, number), UNIQUE (journey, key)) WITHOUT ROWID;
        CREATE TABLE ledger (
            seq INTEGER PRIMARY KEY, at REAL NOT NULL, journey TEXT NOT NULL, iteration INTEGER NOT NULL,
            kind TEXT NOT NULL, key TEXT NOT NULL, what TEXT NOT NULL, why TEXT NOT NULL, evidence TEXT NOT NULL,
            undo TEXT NOT NULL, UNIQUE (journey, key));
        CREATE TRIGGER ledger_stays BEFORE UPDATE ON ledger BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
        CREATE TRIGGER ledger_keeps BEFORE DELETE ON ledger BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
        """
    )


@dataclass(frozen=True)
class Question:
    """Something that waits for a person's word."""

    journey: str
    number: int
    kind: str
    shown: Mapping[str, Any]
    answer: bool | None
    reason: str
    by: str
    asked: float
    """When, in seconds since the epoch."""


class Approvals:
    """Questions of all journeys in one database (open it with the set OVERSIGHT)."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def ask(self, journey: str, key: str, kind: str, shown: Mapping[str, Any]) -> Question:
        """Put a question; one with the same key is the same question."""
        with atomic(self._db):
            self._db.execute(
                "INSERT OR IGNORE INTO approvals (journey, number, key, kind, shown, asked) SELECT ?, "
                "1 + coalesce(max(number), 0), ?, ?, ?, ? FROM approvals WHERE journey = ?",
                [journey, key, kind, json.dumps(shown), time.time(), journey],
            )
        return next(each for each in self._read("journey = ? AND key = ?", [journey, key]))

    def answer(self, journey: str, number: int | None, yes: bool, *, reason: str, by: str) -> Question:
        """Answer a question, the oldest open one without a number. Raises UsageError if none is open."""
        with atomic(self._db):
            waiting = [each for each in self.open(journey) if number in (None, each.number)]
            if not waiting:
                which = f"question {number}" if number else "question"
                raise UsageError(f"no {which} of {journey} is open")
            self._db.execute(
                "UPDATE approvals SET answer = ?, reason = ?, by = ?, answered = ? WHERE journey = ? AND number = ?",
                [int(yes), reason, by, time.time(), journey, waiting[0].number],
            )
        return self.question(journey, waiting[0].number)

    def question(self, journey: str, number: int) -> Question:
        """A question by its number."""
        return self._read("journey = ? AND number = ?", [journey, number])[0]

    def open(self, journey: str) -> list[Question]:
        """Questions that wait, oldest first."""
        return self._read("journey = ? AND answer IS NULL", [journey])

    def of(self, journey: str) -> list[Question]:
        """All questions of a journey, oldest first."""
        return self._read("journey = ?", [journey])

    def _read(self, where: str, values: list[Any]) -> list[Question]:
        rows = self._db.execute(
            f"SELECT journey, number, kind, shown, answer, reason, by, asked FROM approvals WHERE {where} "
            "ORDER BY number",
            values,
        )
        return [
            Question(journey, number, kind, json.loads(shown), None if answer is None else bool(answer), *rest)
            for journey, number, kind, shown, answer, *rest in rows
        ]


class Ledger:
    """Every change that the agent made to itself: what, why, evidence, and how to take it back."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def write(
        self, journey: str, iteration: int, kind: Kind, key: str, *, what: str, why: str, evidence: Any, undo: str
    ) -> None:
        """Add a line; the same key of the same journey is the same change and is written once."""
        with atomic(self._db):
            self._db.execute(
                "INSERT OR IGNORE INTO ledger (at, journey, iteration, kind, key, what, why, evidence, undo) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [time.time(), journey, iteration, kind, key, what, why, json.dumps(evidence), undo],
            )

    def lines(self, journey: str | None = None, kind: str | None = None) -> list[dict[str, Any]]:
        """All lines in order, of one journey and kind or of all."""
        where, values = ["1"], []
        for column, value in (("journey", journey), ("kind", kind)):
            if value is not None:
                where.append(f"{column} = ?")
                values.append(value)
        names = ("seq", "at", "journey", "iteration", "kind", "what", "why", "evidence", "undo")
        rows = self._db.execute(
            f"SELECT {', '.join(names)} FROM ledger WHERE {' AND '.join(where)} ORDER BY seq", values
        )
        return [{**dict(zip(names, row, strict=True)), "evidence": json.loads(row[7])} for row in rows]
