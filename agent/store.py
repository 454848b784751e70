"""Rows of journeys and iterations: what was asked for, what was run, what came of it. The one writer of both tables.

An iteration's row is its commit: whatever is told to a person about an iteration is told after this row is durable,
and a run that is found here is never made again. Opened read-only by `status`, `journeys` and pages while a journey
writes.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database, Migrations

from agent.config import JourneyConfig
from agent.errors import JourneyBusy, UsageError
from memory.db import atomic
from memory.guard import redact, redact_all

AGENT = Migrations("agent")
"""The migration set of this package."""


@AGENT()
def m001_journeys(db: Database) -> None:
    """Journeys with their settings and standing, and one row for every program that was run."""
    db.executescript(
        """
        CREATE TABLE journeys (
            name TEXT PRIMARY KEY, config TEXT NOT NULL, created REAL NOT NULL, seconds REAL NOT NULL DEFAULT 0,
            status TEXT NOT NULL DEFAULT 'new', stopped TEXT, reason TEXT NOT NULL DEFAULT '',
            stop_requested INTEGER NOT NULL DEFAULT 0, pid INTEGER, now TEXT NOT NULL DEFAULT '{}') WITHOUT ROWID;
        CREATE TABLE iterations (
            journey TEXT NOT NULL REFERENCES journeys (name), iteration INTEGER NOT NULL, round INTEGER NOT NULL,
            task TEXT NOT NULL, name TEXT NOT NULL, source TEXT, args TEXT NOT NULL, modules TEXT NOT NULL,
            note TEXT NOT NULL, outcome TEXT NOT NULL, error TEXT, passed INTEGER, evidence TEXT NOT NULL DEFAULT '',
            value TEXT, calls TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL, ticks INTEGER NOT NULL,
            seconds REAL NOT NULL, total_seconds REAL NOT NULL, game_seconds REAL NOT NULL, tokens INTEGER NOT NULL,
            dollars REAL NOT NULL, overhead_seconds REAL NOT NULL,
            PRIMARY KEY (journey, iteration)) WITHOUT ROWID;
        """
    )


@AGENT()
def m002_doubts(db: Database) -> None:
    """Why a verdict is the verifier's failure: it could not be given, or a second one differed."""
    db.execute("ALTER TABLE iterations ADD COLUMN doubt TEXT NOT NULL DEFAULT ''")


@dataclass(frozen=True)
class Iteration:
    """One program run, with its task and its verdict. `total_seconds` counts over all sessions of the journey.

    `doubt` is the code of what is wrong with a verdict that is no pass, '' where nothing is: see `agent.judging`.
    """

    journey: str
    iteration: int
    round: int
    task: Mapping[str, Any]
    name: str
    source: str | None
    args: Mapping[str, Any]
    modules: tuple[str, ...]
    note: str
    outcome: str
    error: Mapping[str, Any] | None
    value: Any
    calls: tuple[Mapping[str, Any], ...]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    ticks: int
    seconds: float
    total_seconds: float
    game_seconds: float
    tokens: int = 0
    dollars: float = 0.0
    overhead_seconds: float = 0.0
    passed: bool | None = None
    evidence: str = ""
    doubt: str = ""


@dataclass(frozen=True)
class Journey:
    """A journey's record: settings, standing, and what it is doing now."""

    config: JourneyConfig
    created: float
    seconds: float
    status: str
    stopped: str | None
    reason: str
    pid: int | None
    now: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The journey's name."""
        return self.config.name

    @property
    def alive(self) -> bool:
        """Whether the process that runs it is still there."""
        return self.status == "running" and self.pid is not None and _process_lives(self.pid)


_OBSERVED = ("error", "value", "calls", "before", "after")
_JSON = ("task", "args", "modules", *_OBSERVED)


class Store:
    """Journeys and iterations in one database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    # -- journeys

    def create(self, config: JourneyConfig) -> Journey:
        """Start the record of a journey. Raises UsageError if the name is taken."""
        with atomic(self._db):
            if self._db.execute("SELECT 1 FROM journeys WHERE name = ?", [config.name]).fetchone():
                raise UsageError(
                    f"a journey called {config.name!r} exists: `journeyman resume {config.name}` goes on with it, "
                    "or choose another --journey NAME"
                )
            self._db.execute(
                "INSERT INTO journeys (name, config, created) VALUES (?, ?, ?)",
                [config.name, json.dumps(config.to_json()), time.time()],
            )
        return self.journey(config.name)

    def journey(self, name: str) -> Journey:
        """One journey's record. Raises UsageError with the names there are."""
        for journey in self.journeys():
            if journey.name == name:
                return journey
        names = ", ".join(journey.name for journey in self.journeys()) or "none yet"
        raise UsageError(f"no journey is called {name!r}; journeys: {names}")

    def journeys(self) -> list[Journey]:
        """All journeys, oldest first."""
        rows = self._db.execute(
            "SELECT config, created, seconds, status, stopped, reason, pid, now FROM journeys ORDER BY created, name"
        )
        return [
            Journey(
                JourneyConfig.from_json(json.loads(config)),
                created,
                seconds,
                status,
                stopped,
                reason,
                pid,
                json.loads(now),
            )
            for config, created, seconds, status, stopped, reason, pid, now in rows
        ]

    def claim(self, name: str) -> None:
        """Take a journey for this process. Raises JourneyBusy while another living process has it."""
        with atomic(self._db):
            row = self._db.execute("SELECT status, pid FROM journeys WHERE name = ?", [name]).fetchone()
            if row and row[0] == "running" and row[1] not in (None, os.getpid()) and _process_lives(row[1]):
                raise JourneyBusy(
                    f"journey {name!r} is being run by process {row[1]}: `journeyman stop {name}` ends it cleanly"
                )
            self._db.execute(
                "UPDATE journeys SET status = 'running', stopped = NULL, reason = '', stop_requested = 0, pid = ? "
                "WHERE name = ?",
                [os.getpid(), name],
            )

    def finish(self, name: str, stopped: str, reason: str, seconds: float) -> None:
        """Write down how a session ended."""
        with atomic(self._db):
            self._db.execute(
                "UPDATE journeys SET status = 'stopped', stopped = ?, reason = ?, seconds = ?, pid = NULL "
                "WHERE name = ?",
                [stopped, reason, seconds, name],
            )

    def ask_to_stop(self, name: str) -> bool:
        """Ask the process that runs a journey to end after the iteration under way; False if none runs it."""
        journey = self.journey(name)
        with atomic(self._db):
            self._db.execute("UPDATE journeys SET stop_requested = 1 WHERE name = ?", [name])
        return journey.alive

    def stop_requested(self, name: str) -> bool:
        """Whether somebody asked this journey to stop."""
        row = self._db.execute("SELECT stop_requested FROM journeys WHERE name = ?", [name]).fetchone()
        return bool(row and row[0])

    def tell(self, name: str, now: Mapping[str, Any]) -> None:
        """What the journey is doing, for `status` from other processes."""
        with atomic(self._db):
            self._db.execute("UPDATE journeys SET now = ? WHERE name = ?", [json.dumps(now), name])

    # -- iterations

    def record(self, row: Iteration) -> bool:
        """Keep an iteration and the journey's clock; False if it was kept before (then the first writing stands)."""
        values = dict(vars(row))
        for key in _JSON:
            values[key] = json.dumps(values[key])
        columns = ", ".join(values)
        with atomic(self._db):
            inserted = self._db.execute(
                f"INSERT OR IGNORE INTO iterations ({columns}) VALUES ({', '.join('?' * len(values))})",
                list(values.values()),
            ).rowcount
            self._db.execute(
                "UPDATE journeys SET seconds = max(seconds, ?) WHERE name = ?", [row.total_seconds, row.journey]
            )
        return bool(inserted)

    def judge(self, journey: str, iteration: int, passed: bool, evidence: str, doubt: str = "") -> None:
        """Add the verdict to an iteration; a verdict that is there stands.

        Checks need what was observed as it was. From the verdict on nothing does, and secrets are struck out of it.
        """
        unjudged = "WHERE journey = ? AND iteration = ? AND passed IS NULL"
        with atomic(self._db):
            row = self._db.execute(
                f"SELECT {', '.join(_OBSERVED)} FROM iterations {unjudged}", [journey, iteration]
            ).fetchone()
            if row is None:
                return
            clean = [json.dumps(redact_all(json.loads(value))) for value in row]
            told = {"passed": int(passed), "evidence": redact(evidence), "doubt": redact(doubt)}
            values = {**told, **dict(zip(_OBSERVED, clean, strict=True))}
            self._db.execute(
                f"UPDATE iterations SET {', '.join(f'{name} = ?' for name in values)} {unjudged}",
                [*values.values(), journey, iteration],
            )

    def iteration(self, journey: str, iteration: int) -> Iteration | None:
        """One iteration, or None if it was never finished."""
        return next(self._iterations("journey = ? AND iteration = ?", [journey, iteration]), None)

    def iterations(self, journey: str) -> list[Iteration]:
        """All iterations of a journey, in order."""
        return list(self._iterations("journey = ?", [journey]))

    def last(self, journey: str, world: str | None = None) -> Iteration | None:
        """The newest iteration of a journey, in one world or in any."""
        row = self._db.execute(
            "SELECT max(iteration) FROM iterations WHERE journey = ?1 "
            "AND (?2 IS NULL OR json_extract(task, '$.world') = ?2)",
            [journey, world],
        ).fetchone()
        return self.iteration(journey, row[0]) if row and row[0] is not None else None

    def experience(self) -> int:
        """The experience clock: how many iterations all journeys in this database have had."""
        return int(self._db.execute("SELECT count(*) FROM iterations").fetchone()[0])

    def spent(self, journey: str) -> tuple[int, float]:
        """Tokens and dollars of a journey so far."""
        row = self._db.execute(
            "SELECT coalesce(sum(tokens), 0), coalesce(sum(dollars), 0) FROM iterations WHERE journey = ?", [journey]
        ).fetchone()
        return int(row[0]), float(row[1])

    def _iterations(self, where: str, values: list[Any]) -> Iterator[Iteration]:
        cursor = self._db.execute(f"SELECT * FROM iterations WHERE {where} ORDER BY iteration", values)
        columns = [column[0] for column in cursor.description]
        for row in cursor:
            data = dict(zip(columns, row, strict=True))
            for key in _JSON:
                data[key] = None if data[key] is None else json.loads(data[key])
            passed = data["passed"]
            data.update(
                passed=None if passed is None else bool(passed),
                modules=tuple(data["modules"]),
                calls=tuple(data["calls"]),
            )
            yield Iteration(**data)


def _process_lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
