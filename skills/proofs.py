"""Trials of skills and the situations that they begin from: what was tried, where, with what, and what came of it.

Writes and reads rows; it runs nothing and moves no skill (the use that a trial gives as evidence does that).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from memory.db import atomic
from memory.log import canonical
from skills.reader import LibraryReader

JOURNEY = "trials"
"""The journey under which trials stand in the event log and among uses, so that they never mix with one's own."""
DOUBT = "doubt"
"""The purpose of replays by which a proven version is asked whether it still does what it did."""
CHARGE = 400
"""Game ticks that a trial is charged at least: entering its world takes as long as playing so many."""


@dataclass(frozen=True)
class Trial:
    """One run of a version in a trial world."""

    version: str
    purpose: str
    """verify, challenge, refactor, doubt or test."""
    seed: int
    args: Mapping[str, Any]
    wanted: str
    """What it had to bring about, in words."""
    passed: bool
    evidence: str
    cause: str | None = None
    dice: int = 0
    kit: Mapping[str, int] | None = None
    situation: str | None = None
    ticks: int = 0
    seconds: float = 0.0
    journey: str = ""
    at: float = 0.0
    id: int = 0


class Proofs:
    """Trials and situations of one library."""

    def __init__(self, library: LibraryReader) -> None:
        self._library = library
        self._db = library.db

    def keep_situation(self, data: bytes, *, world: str, seed: int, journey: str, iteration: int, at: float) -> str:
        """Keep the situation in which an iteration began; gives the hash of its bytes. The first writing stands."""
        digest = hashlib.sha256(data).hexdigest()
        with atomic(self._db):
            self._db.execute(
                "INSERT OR IGNORE INTO situations VALUES (?, ?, ?, ?, ?, ?, ?)",
                [digest, world, seed, journey, iteration, data, at],
            )
        return digest

    def situation(self, digest: str) -> bytes:
        """The bytes of a situation."""
        row = self._db.execute("SELECT bytes FROM situations WHERE hash = ? LIMIT 1", [digest]).fetchone()
        return bytes(row[0])

    def situation_of(self, journey: str, iteration: int) -> tuple[str, int] | None:
        """The situation in which an iteration began, as (hash, seed)."""
        row = self._db.execute(
            "SELECT hash, seed FROM situations WHERE journey = ? AND iteration = ?",
            [journey, iteration],
        ).fetchone()
        return (str(row[0]), int(row[1])) if row else None

    def end_of(self, hash: str) -> str | None:
        """The hash of the situation in which a trial of a version ended, if one was kept."""
        row = self._db.execute(
            "SELECT hash FROM situations JOIN trials ON trials.id = situations.iteration "
            "WHERE situations.journey = ? AND version = ?",
            [JOURNEY, self._library.version(hash).number],
        ).fetchone()
        return str(row[0]) if row else None

    def held_after(self, number: int) -> dict[str, int] | None:
        """What was carried when a trial of this library ended, by its number."""
        row = self._db.execute(
            "SELECT after FROM uses WHERE library = ? AND journey = ? AND iteration = ? AND position = 0",
            [self._library.name, JOURNEY, number],
        ).fetchone()
        return dict(json.loads(row[0])) if row else None

    def situations_elsewhere(self, seen: Collection[int], world: str, most: int) -> list[tuple[str, int, str, int]]:
        """Situations captured in a kind of world under other seeds, newest first: (hash, seed, journey, iteration)."""
        rows = self._db.execute(
            "SELECT hash, seed, journey, iteration FROM situations WHERE world LIKE ? || ':%' "
            "AND seed NOT IN (SELECT value FROM json_each(?)) ORDER BY rowid DESC LIMIT ?",
            [world, json.dumps(sorted(seen)), most],
        ).fetchall()
        return [(str(hash), int(seed), str(journey), int(iteration)) for hash, seed, journey, iteration in rows]

    def next_number(self) -> int:
        """The number that the next trial will have: one that no run has either that came along with a skill."""
        row = self._db.execute(
            "SELECT max((SELECT coalesce(max(id), 0) FROM trials), "
            "(SELECT coalesce(max(iteration), 0) FROM uses WHERE library = ? AND journey = ?)) + 1",
            [self._library.name, JOURNEY],
        ).fetchone()
        return int(row[0])

    def record(self, trial: Trial) -> None:
        """Keep a trial under its number, or under the next one if it has none."""
        number = self._library.version(trial.version).number
        with atomic(self._db):
            self._db.execute(
                "INSERT INTO trials (id, library, version, purpose, seed, dice, kit, situation, args, wanted, passed, "
                "evidence, cause, ticks, seconds, journey, at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    trial.id or self.next_number(),
                    *(
                        self._library.name,
                        number,
                        trial.purpose,
                        trial.seed,
                        trial.dice,
                        canonical(dict(trial.kit or {})),
                    ),
                    *(trial.situation, canonical(dict(trial.args)), trial.wanted, int(trial.passed), trial.evidence),
                    *(trial.cause, trial.ticks, trial.seconds, trial.journey, trial.at),
                ],
            )

    def trials_of(self, hash: str) -> list[Trial]:
        """All trials of a version, oldest first."""
        rows = self._db.execute(
            "SELECT purpose, seed, args, wanted, passed, evidence, cause, dice, kit, situation, ticks, seconds, "
            "journey, at, id FROM trials WHERE version = ? ORDER BY id",
            [self._library.version(hash).number],
        )
        return [
            Trial(
                hash,
                purpose,
                seed,
                json.loads(args),
                wanted,
                bool(passed),
                evidence,
                cause,
                dice,
                json.loads(kit),
                *rest,
            )
            for purpose, seed, args, wanted, passed, evidence, cause, dice, kit, *rest in rows
        ]

    def spent(self, journey: str, language: str | None = None, purpose: str | None = None) -> tuple[int, int, float]:
        """How many trials a journey has paid for, the game ticks charged for them and their real seconds.

        `language` takes skills of one language only, `purpose` trials for one purpose.
        """
        row = self._db.execute(
            "SELECT count(*), coalesce(sum(max(ticks, ?)), 0), coalesce(sum(seconds), 0) FROM trials "
            "JOIN versions ON versions.id = version WHERE trials.library = ? AND trials.journey = ? "
            "AND (? IS NULL OR language = ?) AND (? IS NULL OR trials.purpose = ?)",
            [CHARGE, self._library.name, journey, language, language, purpose, purpose],
        ).fetchone()
        return int(row[0]), int(row[1]), float(row[2])
