"""The library: the one writer of skills, versions, pointers and evidence.

Versions are immutable, `current` is a pointer, and nothing is deleted: retire, roll back, restore. Evidence moves a
version along draft, candidate, verified, trusted; the same evidence recorded twice counts once. This module never
judges source text (admit.py) and never runs it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Literal

from sqlite_utils import Database

from memory.db import atomic
from memory.log import canonical
from skills import evidence
from skills.admit import Admission
from skills.errors import CallCycle, Inadmissible, NotAllowed, UnknownSkill
from skills.evidence import Ladder
from skills.skill import Effect, Need, Record, Rung, Signature, Skill, Use, Version, version_hash
from skills.words import apart

Action = Literal["added", "adopted", "promoted", "rolled_back", "retired", "restored", "climbed", "fell"]

_HEIGHT: dict[Rung, int] = {"draft": 0, "candidate": 1, "parole": 1, "verified": 2, "trusted": 3}
LEARN_FROM = 200
"""How many of the latest runs teach needs and effects: an old world's rules must not outlast it."""

_VERSION = (
    "SELECT hash, skill, source, signature, purpose, language, primitives, parent, reason, author, journey, iteration, "
    "at, id, (SELECT json_group_object(name, callees.hash) FROM calls JOIN versions AS callees ON callees.id = callee "
    "WHERE caller = versions.id) FROM versions"
)


@dataclass(frozen=True)
class Move:
    """One change of a skill's pointer or standing, with its reason; `before` is the version that was current."""

    skill: str
    action: Action
    version: str
    before: str | None
    reason: str
    at: float
    id: int = 0


class Library:
    """All skills of one named library in one database, opened with `skills.schema.SKILLS` among its sets."""

    def __init__(self, db: Database, name: str = "main", ladder: Ladder | None = None) -> None:
        self.db, self.name, self._ladder = db, name, ladder or Ladder()

    @property
    def revision(self) -> int:
        """Grows with every change of versions, pointers and standings; a view is good for one revision."""
        row = self.db.execute("SELECT max(id) FROM moves WHERE library = ?", [self.name]).fetchone()
        return int(row[0] or 0)

    # Reading

    def get(self, name: str) -> Skill:
        """A skill with its current version, standing, record, needs and effects."""
        row = self.db.execute(
            "SELECT current, retired FROM skills WHERE library = ? AND name = ?", [self.name, name]
        ).fetchone()
        if row is None:
            raise UnknownSkill(f"library {self.name!r} has no skill {name!r}")
        return self._skill(name, *row)

    def has(self, name: str) -> bool:
        """Is there a skill of this name that is not retired?"""
        found = self.db.execute(
            "SELECT 1 FROM skills WHERE library = ? AND name = ? AND retired = 0", [self.name, name]
        )
        return found.fetchone() is not None

    def names(self, *, retired: bool = False) -> list[str]:
        """The names of all skills; those of retired ones only if asked for."""
        rows = self.db.execute(
            "SELECT name FROM skills WHERE library = ? AND retired <= ? ORDER BY name", [self.name, int(retired)]
        )
        return [str(row[0]) for row in rows]

    def all(self, *, retired: bool = False) -> list[Skill]:
        """Every skill, by name; retired ones only if asked for."""
        rows = self.db.execute(
            "SELECT name, current, retired FROM skills WHERE library = ? AND retired <= ? ORDER BY name",
            [self.name, int(retired)],
        ).fetchall()
        return [self._skill(*row) for row in rows]

    def version(self, hash: str) -> Version:
        """One version by its hash, or by a beginning of it that no other version shares."""
        rows = self.db.execute(
            f"{_VERSION} WHERE library = ? AND substr(hash, 1, ?) = ? LIMIT 2", [self.name, len(hash), hash]
        ).fetchall()
        if len(rows) != 1:
            raise UnknownSkill(f"{'no' if not rows else 'more than one'} version begins with {hash!r}")
        return _version(rows[0])

    def versions(self, name: str) -> list[Version]:
        """Every version of a skill, oldest first."""
        rows = self.db.execute(f"{_VERSION} WHERE library = ? AND skill = ? ORDER BY id", [self.name, name])
        return [_version(row) for row in rows.fetchall()]

    def history(self, name: str) -> list[Move]:
        """Every change of the skill's pointer and standing, oldest first."""
        rows = self.db.execute(
            "SELECT moves.skill, action, new.hash, old.hash, moves.reason, moves.at, moves.id FROM moves "
            "JOIN versions AS new ON new.id = moves.version LEFT JOIN versions AS old ON old.id = before "
            "WHERE moves.library = ? AND moves.skill = ? ORDER BY moves.id",
            [self.name, name],
        )
        return [Move(*row) for row in rows]

    def rung(self, hash: str) -> Rung:
        """Where a version stands on the ladder."""
        return self._standing(self.version(hash).number)[0]

    def record_of(self, hash: str) -> Record:
        """How a version did so far."""
        return self._standing(self.version(hash).number)[1]

    def reaches(self, caller: str, callee: str) -> bool:
        """Does `caller` (its current version) call `callee`, itself or through what it calls? It reaches itself."""
        row = self.db.execute(
            "WITH RECURSIVE reached (skill) AS (SELECT ? UNION "
            "SELECT callees.skill FROM reached JOIN skills ON skills.library = ? AND skills.name = reached.skill "
            "JOIN calls ON calls.caller = skills.current JOIN versions AS callees ON callees.id = calls.callee) "
            "SELECT 1 FROM reached WHERE skill = ?",
            [caller, self.name, callee],
        ).fetchone()
        return row is not None

    def hidden_in(self, name: str) -> str | None:
        """The skill in whose current source a function of this name is defined inside, if there is one."""
        rows = self.db.execute(
            "SELECT skill, source FROM skills JOIN versions ON versions.id = current "
            "WHERE skills.library = ? AND retired = 0 AND instr(source, ?) ORDER BY name",
            [self.name, name],
        )
        inside = re.compile(rf"\bfunction\s+{re.escape(name)}\b|\b(?:const|let|var)\s+{re.escape(name)}\s*=")
        return next((str(skill) for skill, source in rows if skill != name and inside.search(source)), None)

    def uses_of(self, hash: str, limit: int = 100) -> list[Use]:
        """The evidence of a version, newest first."""
        return self._uses(self.version(hash), limit)

    # Writing

    def add(
        self,
        admission: Admission,
        *,
        reason: str,
        author: str = "",
        journey: str = "",
        iteration: int = 0,
        at: float = 0.0,
    ) -> Version:
        """Keep an admitted source as a version; the same content is kept once.

        The first version of a skill becomes current at once, and so does a new version of a retired skill, which it
        brings back. Any other becomes current when its evidence reaches that of the current one (see `record_use`).
        """
        if admission.refusals or admission.signature is None:
            raise Inadmissible(admission.refusals)
        signature, uses = admission.signature, dict(admission.uses)
        hash = version_hash(admission.source, signature, uses, admission.language)
        with atomic(self.db):
            kept = self.db.execute("SELECT 1 FROM versions WHERE library = ? AND hash = ?", [self.name, hash])
            if kept.fetchone():
                return self.version(hash)
            callees = {called: self.version(callee) for called, callee in uses.items()}
            self._refuse_cycle(signature.name, [callee.skill for callee in callees.values()])
            skill = self.db.execute(
                "SELECT current, retired FROM skills WHERE library = ? AND name = ?", [self.name, signature.name]
            ).fetchone()
            parent = self._by_number(skill[0]).hash if skill else None
            self.db.execute(
                "INSERT INTO versions (library, skill, hash, source, signature, purpose, language, primitives, parent, "
                "reason, author, journey, iteration, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    *(self.name, signature.name, hash, admission.source, canonical(signature.to_json())),
                    *(admission.purpose, admission.language, canonical(list(admission.primitives)), parent),
                    *(reason, author, journey, iteration, at),
                ],
            )
            number = int(self.db.execute("SELECT last_insert_rowid()").fetchone()[0])
            self.db.conn.executemany(
                "INSERT INTO calls VALUES (?, ?, ?)",
                [(number, called, callee.number) for called, callee in callees.items()],
            )
            self.db.execute("INSERT INTO standings VALUES (?, 'draft', 0, 0, 0, 0, 0.0, NULL)", [number])
            if skill is None:
                self.db.execute(
                    "INSERT INTO skills (library, name, current) VALUES (?, ?, ?)", [self.name, signature.name, number]
                )
                self._describe(signature.name)
            self._log(signature.name, "added", number, skill[0] if skill else None, reason, at)
            if skill and skill[1]:
                self._set_retired(signature.name, False, "restored", "a new version brings it back", at)
                self._point(signature.name, number, "adopted", reason, at)
            else:
                self._adopt_if_ready(signature.name, number, at)
            return self._by_number(number)

    def record_use(self, use: Use) -> Rung:
        """Count a run as evidence, learn needs and effects from it, and move the version along the ladder.

        A newer version takes over as current once it stands as high as the current one (`verified` is enough to
        replace a trusted one), unless it was rolled back before. The same (journey, iteration, position) counts once.
        """
        version = self.version(use.version)
        with atomic(self.db):
            first_event, last_event = use.events or (None, None)
            added = self.db.execute(
                "INSERT OR IGNORE INTO uses (library, version, outcome, journey, iteration, position, at, setting, "
                "world, args, before, after, tools, stations, places, ticks, cause, first_event, last_event) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    *(self.name, version.number, use.outcome, use.journey, use.iteration, use.position, use.at),
                    *(use.setting, use.world, canonical(dict(use.args)), canonical(dict(use.before))),
                    *(canonical(dict(use.after)), canonical(list(use.tools)), canonical(list(use.stations))),
                    *(canonical(list(use.places)), use.ticks, use.cause, first_event, last_event),
                ],
            )
            rung, _ = self._standing(version.number)
            if not added.rowcount:
                return rung
            record = self._learn(version)
            reached = evidence.next_rung(rung, record, self._ladder)
            self.db.execute(
                "UPDATE standings SET rung = ?, succeeded = ?, failed = ?, unmet = ?, fresh_worlds = ?, bound = ?, "
                "mean_ticks = ? WHERE version = ?",
                [reached, *vars(record).values(), version.number],
            )
            if reached != rung:
                why = f"{rung} -> {reached}: {record.succeeded} of {record.succeeded + record.failed} succeeded"
                action: Action = "fell" if reached == "parole" else "climbed"
                self._log(version.skill, action, version.number, None, why, use.at)
                self._adopt_if_ready(version.skill, version.number, use.at)
            self._describe(version.skill)
            return reached

    def promote(self, name: str, hash: str, *, reason: str, at: float = 0.0) -> Skill:
        """Make a version current by hand."""
        with atomic(self.db):
            self._point(name, self._of_skill(name, hash).number, "promoted", reason, at)
            return self.get(name)

    def rollback(self, name: str, *, reason: str, at: float = 0.0, to: str | None = None) -> Skill:
        """Make an earlier version current again: `to`, or the latest one before it that was ever current.

        The version that is left behind does not become current again by itself, only by `promote`.
        """
        with atomic(self.db):
            current = self.get(name).current
            if to is not None:
                number = self._of_skill(name, to).number
            else:
                row = self.db.execute(
                    "SELECT max(before) FROM moves WHERE library = ? AND skill = ? AND before < ? "
                    "AND action IN ('adopted', 'promoted', 'rolled_back')",
                    [self.name, name, current.number],
                ).fetchone()
                if row[0] is None:
                    raise NotAllowed(f"{name!r} has no earlier version to go back to")
                number = int(row[0])
            self._point(name, number, "rolled_back", reason, at)
            return self.get(name)

    def retire(self, name: str, *, reason: str, at: float = 0.0) -> Skill:
        """Take a skill out of use: it is neither found nor called by new skills, but all of it stays."""
        with atomic(self.db):
            self._set_retired(name, True, "retired", reason, at)
            return self.get(name)

    def restore(self, name: str, *, reason: str, at: float = 0.0) -> Skill:
        """Bring a retired skill back."""
        with atomic(self.db):
            self._set_retired(name, False, "restored", reason, at)
            return self.get(name)

    # Inside the open transaction

    def _point(self, name: str, number: int, action: Action, reason: str, at: float) -> None:
        before = self.get(name).current.number
        if before == number:
            return
        callees = [self.version(callee).skill for callee in self._by_number(number).uses.values()]
        self._refuse_cycle(name, callees)
        self.db.execute("UPDATE skills SET current = ? WHERE library = ? AND name = ?", [number, self.name, name])
        self._log(name, action, number, before, reason, at)
        self._describe(name)

    def _adopt_if_ready(self, name: str, number: int, at: float) -> None:
        skill = self.get(name)
        left_behind = self.db.execute(
            "SELECT 1 FROM moves WHERE library = ? AND skill = ? AND action = 'rolled_back' AND before = ?",
            [self.name, name, number],
        ).fetchone()
        if number <= skill.current.number or left_behind:
            return
        rung, _ = self._standing(number)
        if _HEIGHT[rung] >= min(_HEIGHT[skill.rung], _HEIGHT["verified"]):
            try:
                self._point(name, number, "adopted", f"newer, and {rung} beside {skill.rung}", at)
            except CallCycle:
                return

    def _set_retired(self, name: str, retired: bool, action: Action, reason: str, at: float) -> None:
        skill = self.get(name)
        if skill.retired != retired:
            self.db.execute(
                "UPDATE skills SET retired = ? WHERE library = ? AND name = ?", [int(retired), self.name, name]
            )
            self._log(name, action, skill.current.number, None, reason, at)

    def _refuse_cycle(self, name: str, callees: list[str]) -> None:
        for callee in callees:
            if self.reaches(callee, name):
                raise CallCycle(f"{name!r} would call itself through {callee!r}: let it call only what it builds on")

    def _log(self, skill: str, action: Action, version: int, before: int | None, reason: str, at: float) -> None:
        self.db.execute(
            "INSERT INTO moves (library, skill, action, version, before, reason, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [self.name, skill, action, version, before, reason, at],
        )

    def _learn(self, version: Version) -> Record:
        runs = self.db.execute(
            "SELECT outcome, setting, world, ticks FROM uses WHERE version = ? ORDER BY id", [version.number]
        )
        record = evidence.record_of(evidence.Run(*run) for run in runs)
        recent = self._uses(version, LEARN_FROM)
        self.db.execute("DELETE FROM effects WHERE version = ?", [version.number])
        self.db.execute("DELETE FROM needs WHERE version = ?", [version.number])
        self.db.conn.executemany(
            "INSERT INTO effects (version, item, low, high, per, given, seen) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    version.number,
                    effect.item,
                    effect.low,
                    effect.high,
                    effect.per,
                    canonical(dict(effect.when)),
                    effect.seen,
                )
                for effect in evidence.learn_effects(recent, version.signature)
            ],
        )
        self.db.conn.executemany(
            "INSERT INTO needs VALUES (?, ?, ?, ?, ?)",
            [(version.number, need.kind, need.name, need.seen, need.of) for need in evidence.learn_needs(recent)],
        )
        return record

    def _describe(self, name: str) -> None:
        """Rewrite the words by which a skill is found: its name taken apart, its purpose, and what it gives."""
        skill = self.get(name)
        row = self.db.execute("SELECT id FROM skills WHERE library = ? AND name = ?", [self.name, name]).fetchone()
        contract = [effect.item for effect in skill.effects if effect.high > 0] + [*skill.current.primitives]
        self.db.execute("DELETE FROM skill_words WHERE rowid = ?", [row[0]])
        self.db.execute(
            "INSERT INTO skill_words (rowid, name, purpose, contract) VALUES (?, ?, ?, ?)",
            [row[0], f"{name} {apart(name)}", skill.current.purpose, " ".join(apart(word) for word in contract)],
        )

    # Rows to objects

    def _skill(self, name: str, current: int, retired: int) -> Skill:
        rung, record = self._standing(current)
        needs = self.db.execute(
            "SELECT kind, name, seen, runs FROM needs WHERE version = ? ORDER BY seen DESC, kind, name", [current]
        )
        effects = self.db.execute(
            "SELECT item, low, high, per, given, seen FROM effects WHERE version = ? ORDER BY high DESC, item, given",
            [current],
        )
        return Skill(
            name,
            self._by_number(current),
            rung,
            bool(retired),
            record,
            tuple(Need(*row) for row in needs),
            tuple(_effect(row) for row in effects),
        )

    def _by_number(self, number: int) -> Version:
        return _version(self.db.execute(f"{_VERSION} WHERE id = ?", [number]).fetchone())

    def _of_skill(self, name: str, hash: str) -> Version:
        version = self.version(hash)
        if version.skill != name:
            raise NotAllowed(f"{hash!r} is a version of {version.skill!r}, not of {name!r}")
        return version

    def _standing(self, number: int) -> tuple[Rung, Record]:
        row = self.db.execute(
            "SELECT rung, succeeded, failed, unmet, fresh_worlds, bound, mean_ticks FROM standings WHERE version = ?",
            [number],
        ).fetchone()
        return row[0], Record(*row[1:])

    def _uses(self, version: Version, limit: int) -> list[Use]:
        rows = self.db.execute(
            "SELECT outcome, journey, iteration, at, position, setting, world, args, before, after, tools, stations, "
            "places, ticks, cause, first_event, last_event FROM uses WHERE version = ? ORDER BY id DESC LIMIT ?",
            [version.number, limit],
        )
        return [_use(version.hash, row) for row in rows]


def _version(row: tuple[Any, ...]) -> Version:
    hash, skill, source, signature, purpose, language, primitives, parent, reason, author, journey, *rest = row
    iteration, at, number, uses = rest
    return Version(
        hash,
        skill,
        source,
        Signature.from_json(json.loads(signature)),
        purpose,
        language,
        json.loads(uses),
        tuple(json.loads(primitives)),
        parent,
        reason,
        author,
        journey,
        iteration,
        at,
        number,
    )


def _effect(row: tuple[Any, ...]) -> Effect:
    item, low, high, per, given, seen = row
    return Effect(item, low, high, per, json.loads(given), seen)


def _use(version: str, row: tuple[Any, ...]) -> Use:
    outcome, journey, iteration, at, position, setting, world, args, before, after, *rest = row
    tools, stations, places, ticks, cause, first_event, last_event = rest
    return Use(
        version,
        outcome,
        journey,
        iteration,
        at,
        position,
        setting,
        world,
        json.loads(args),
        json.loads(before),
        json.loads(after),
        tuple(json.loads(tools)),
        tuple(json.loads(stations)),
        tuple(json.loads(places)),
        ticks,
        cause,
        (first_event, last_event) if first_event is not None else None,
    )
