"""Reading the library: skills, versions, histories and evidence as plain objects.

Works on a database that was opened read-only, as pages and listings do. It never writes; library.py does.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlite_utils import Database

from skills.errors import NotAllowed, UnknownSkill
from skills.skill import SCHEME, Effect, Link, LinkKind, Need, Record, Rung, Signature, Skill, Time, Use, Version

Action = Literal[
    "added",
    "adopted",
    "promoted",
    "rolled_back",
    "retired",
    "restored",
    "climbed",
    "fell",
    "pinned",
    "unpinned",
    "linked",
    "cleared",
    "repair_asked",
    "held",
]

MOST_ORIGINS = 20
"""Versions looked back at for the task that a skill was written for."""

_VERSION = (
    "SELECT hash, skill, source, signature, purpose, language, primitives, parent, reason, author, journey, iteration, "
    "at, id, (SELECT json_group_object(name, callees.hash) FROM calls JOIN versions AS callees ON callees.id = callee "
    "WHERE caller = versions.id) FROM versions"
)


@dataclass(frozen=True)
class By:
    """Who changed something, and what led to it.

    `author` is a person, the library itself, the monitor or a brain; `journey`, `iteration` and `event` (its number in
    the event log) name the run that was decided on, empty where there was none.
    """

    author: str = ""
    journey: str = ""
    iteration: int = 0
    event: int | None = None


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
    by: By = By()


@dataclass(frozen=True)
class Quarantined:
    """A version from elsewhere that nobody may call before it is proven here; `origin` says where it came from."""

    skill: str
    version: str
    origin: str
    at: float
    marked: bool = False
    """Whether the scan found something in what it came with that a person should look at first."""


class LibraryReader:
    """All skills of one named library in one database, to look at."""

    def __init__(self, db: Database, name: str = "main") -> None:
        self.db, self.name = db, name

    @property
    def revision(self) -> int:
        """Grows with every change of versions, pointers and rungs; a view of these is good for one revision.

        It may grow with a change of another library of the same database too.
        """
        return int(self.db.execute("SELECT max(id) FROM moves").fetchone()[0] or 0)

    @property
    def newest(self) -> int:
        """The number of the newest version."""
        return int(self.db.execute("SELECT max(id) FROM versions WHERE library = ?", [self.name]).fetchone()[0] or 0)

    @property
    def stamp(self) -> tuple[int, int]:
        """The revision and the newest run: what is read off runs is good for one stamp."""
        return self.revision, int(self.db.execute("SELECT max(id) FROM uses").fetchone()[0] or 0)

    def get(self, name: str) -> Skill:
        """A skill with its current version, standing, record, needs and effects."""
        row = self.db.execute(
            "SELECT current, retired, pinned FROM skills WHERE library = ? AND name = ?", [self.name, name]
        ).fetchone()
        if row is None:
            near = difflib.get_close_matches(name, self.names(retired=True), 3)
            hint = f"did you mean {' or '.join(near)}?" if near else "`journeyman skills list` shows what there is"
            raise UnknownSkill(f"library {self.name!r} has no skill {name!r}: {hint}")
        return self._skill(name, *row)

    def stands(self, skill: Skill) -> bool:
        """Whether a skill is still as it was when it was read: the same version current, in use and pinned as then."""
        row = self.db.execute(
            "SELECT current, retired, pinned FROM skills WHERE library = ? AND name = ?", [self.name, skill.name]
        ).fetchone()
        return bool(row == (skill.current.number, skill.retired, skill.pinned))

    def has(self, name: str) -> bool:
        """Is there a skill of this name that is not retired?"""
        found = self.db.execute(
            "SELECT 1 FROM skills WHERE library = ? AND name = ? AND retired = 0", [self.name, name]
        )
        return found.fetchone() is not None

    def language_of(self, name: str) -> str | None:
        """The language of a skill, in use or retired; None if there is none of this name."""
        row = self.db.execute(
            "SELECT language FROM skills JOIN versions ON versions.id = current WHERE skills.library = ? AND name = ?",
            [self.name, name],
        ).fetchone()
        return None if row is None else str(row[0])

    def tells_of(self, journey: str) -> bool:
        """Whether a version or a run is of a journey of this name, of this home or of one that skills came from."""
        row = self.db.execute(
            "SELECT 1 WHERE EXISTS (SELECT 1 FROM uses WHERE library = ?1 AND journey = ?2) "
            "OR EXISTS (SELECT 1 FROM versions WHERE library = ?1 AND journey = ?2)",
            [self.name, journey],
        ).fetchone()
        return row is not None

    def libraries(self) -> list[str]:
        """The names of all libraries that have skills in this database."""
        return [str(row[0]) for row in self.db.execute("SELECT DISTINCT library FROM skills ORDER BY library")]

    def names(self, *, retired: bool = False) -> list[str]:
        """The names of all skills; those of retired ones only if asked for."""
        rows = self.db.execute(
            "SELECT name FROM skills WHERE library = ? AND retired <= ? ORDER BY name", [self.name, int(retired)]
        )
        return [str(row[0]) for row in rows]

    def all(self, *, retired: bool = False) -> list[Skill]:
        """Every skill, by name; retired ones only if asked for."""
        rows = self.db.execute(
            "SELECT name, current, retired, pinned FROM skills WHERE library = ? AND retired <= ? ORDER BY name",
            [self.name, int(retired)],
        ).fetchall()
        return [self._skill(*row) for row in rows]

    def version(self, hash: str, skill: str = "NAME") -> Version:
        """One version by its hash, or by a beginning of it that no other version shares; its `v1:` may be left out.

        `skill` is whose it is thought to be, for the message if there is none.
        """
        for beginning in dict.fromkeys([hash, hash if ":" in hash else f"{SCHEME}:{hash}"]):
            rows = self.db.execute(
                f"{_VERSION} WHERE library = ? AND hash >= ? AND hash < ? LIMIT 2",
                [self.name, beginning, beginning + "~"],
            ).fetchall()
            if len(rows) == 1:
                return _version(rows[0])
            if rows:
                raise UnknownSkill(f"more than one version begins with {hash!r}: give more of its hash")
        raise UnknownSkill(f"no version begins with {hash!r}: `journeyman skills history {skill}` shows what there is")

    def chosen(self, name: str, hash: str | None) -> Version:
        """A version of a skill by (a beginning of) its hash, the current one for None; no other skill's."""
        current = self.get(name).current
        if hash is None:
            return current
        version = self.version(hash, name)
        if version.skill != name:
            raise NotAllowed(f"{hash!r} is a version of {version.skill!r}, not of {name!r}")
        return version

    def versions(self, name: str) -> list[Version]:
        """Every version of a skill, oldest first."""
        rows = self.db.execute(f"{_VERSION} WHERE library = ? AND skill = ? ORDER BY id", [self.name, name])
        return [_version(row) for row in rows.fetchall()]

    def version_counts(self) -> dict[str, int]:
        """How many versions each skill has."""
        rows = self.db.execute("SELECT skill, count(*) FROM versions WHERE library = ? GROUP BY skill", [self.name])
        return {str(skill): int(count) for skill, count in rows}

    def history(self, name: str) -> list[Move]:
        """Every change of the skill's pointer and standing, oldest first."""
        return self._moves("moves.skill = ?", [name])

    def moves(self, *, until: float | None = None) -> list[Move]:
        """Every change of the library, oldest first, up to a moment of the experience clock."""
        return self._moves("(? IS NULL OR moves.at <= ?)", [until, until])

    def _moves(self, where: str, values: list[Any]) -> list[Move]:
        rows = self.db.execute(
            "SELECT moves.skill, action, new.hash, old.hash, moves.reason, moves.at, moves.id, "
            "moves.author, moves.journey, moves.iteration, moves.event FROM moves "
            "JOIN versions AS new ON new.id = moves.version LEFT JOIN versions AS old ON old.id = before "
            f"WHERE moves.library = ? AND {where} ORDER BY moves.id",
            [self.name, *values],
        )
        return [replace(Move(*row[:7]), by=By(*row[7:])) for row in rows]

    def rung(self, hash: str) -> Rung:
        """Where a version stands on the ladder."""
        return self._standing(self.version(hash).number)[0]

    def record_of(self, hash: str) -> Record:
        """How a version did so far."""
        return self._standing(self.version(hash).number)[1]

    def quarantined(self) -> list[Quarantined]:
        """Versions that came from elsewhere and are not proven here yet, oldest first."""
        marked = set(
            self.db.execute(
                "SELECT DISTINCT skill, origin FROM skill_imports WHERE library = ? AND findings != '[]'", [self.name]
            ).fetchall()
        )
        rows = self.db.execute(
            "SELECT skill, hash, origin, quarantine.at FROM quarantine JOIN versions ON versions.id = version "
            "WHERE library = ? AND released IS NULL ORDER BY version",
            [self.name],
        )
        return [
            Quarantined(skill, hash, origin, at, (skill, origin) in marked)
            for skill, hash, origin, at in rows.fetchall()
        ]

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

    def hidden_in(self, name: str, language: str) -> str | None:
        """The skill of a language in whose current source a function of this name is defined inside, if there is."""
        rows = self.db.execute(
            "SELECT skill, source FROM skills JOIN versions ON versions.id = current "
            "WHERE skills.library = ? AND retired = 0 AND language = ? AND instr(source, ?) ORDER BY name",
            [self.name, language, name],
        )
        inside = re.compile(
            rf"\b(?:def|function\*?)\s+{re.escape(name)}\b|\b(?:const|let|var)\s+{re.escape(name)}\s*="
            rf"|^\s*{re.escape(name)}\s*=\s*lambda\b",
            re.MULTILINE,
        )
        return next((str(skill) for skill, source in rows if skill != name and inside.search(source)), None)

    def counted_again(self) -> list[Record]:
        """Records that hold runs which a fuller one holds too: of versions that are another but for names or layout."""
        rows = self.db.execute(
            "SELECT version FROM links WHERE library = ? AND kind IN ('renamed_from', 'rewritten_from')", [self.name]
        ).fetchall()
        again: list[Record] = []
        for same in {frozenset(self._same(number)) for (number,) in rows}:
            records = [self._standing(number)[1] for number in same]
            again += sorted(records, key=lambda each: each.succeeded + each.failed)[:-1]
        return again

    def uses_of(self, hash: str, limit: int = 100) -> list[Use]:
        """The evidence of a version, newest first; runs under an earlier name of the same version are among it."""
        return self._uses(self.version(hash), limit)

    def origins(self, version: Version) -> Iterator[Version]:
        """The version, and those that it was made from (an older one, another name, a rewrite), the newest first."""
        derived: dict[str, str] | None = None
        for _ in range(MOST_ORIGINS):
            yield version
            if derived is None:  # few ask for more than the version itself
                derived = {link.version: link.other for link in self.links() if link.kind != "duplicate_of"}
            before = version.parent or derived.get(version.hash)
            if before is None:
                return
            version = self.version(before)

    def links(self, kind: LinkKind | None = None) -> list[Link]:
        """Relations between versions that are not calls, oldest first."""
        rows = self.db.execute(
            "SELECT one.hash, kind, two.hash, links.reason, links.at FROM links "
            "JOIN versions AS one ON one.id = links.version JOIN versions AS two ON two.id = other "
            "WHERE links.library = ? AND (? IS NULL OR kind = ?) ORDER BY links.id",
            [self.name, kind, kind],
        )
        return [Link(*row) for row in rows]

    def challengers(self) -> list[Version]:
        """Versions that worked, are newer than a trusted current one, and were neither cleared nor held back.

        What came from elsewhere is none before it is verified: callers would be bound to it.
        """
        rows = self.db.execute(
            "SELECT newer.hash FROM standings CROSS JOIN skills ON current = standings.version "
            "CROSS JOIN versions AS newer ON newer.library = skills.library AND newer.skill = skills.name "
            "AND newer.id > current "
            "JOIN standings AS own ON own.version = newer.id "
            "WHERE skills.library = ? AND retired = 0 AND pinned = 0 AND standings.rung = 'trusted' "
            "AND own.succeeded > 0 "
            "AND NOT EXISTS (SELECT 1 FROM quarantine WHERE version = newer.id AND released IS NULL) "
            "AND NOT EXISTS (SELECT 1 FROM moves WHERE library = skills.library "
            "AND skill = name AND (version = newer.id AND action IN ('cleared', 'held') "
            "OR before = newer.id AND (action = 'rolled_back' OR action = 'promoted' AND version < before))) "
            "ORDER BY newer.id",
            [self.name],
        ).fetchall()
        return [self.version(row[0]) for row in rows]

    def is_cleared(self, number: int) -> bool:
        """Did the version with this number pass the replays of the trusted one before it?"""
        found = self.db.execute(
            "SELECT action FROM moves WHERE version = ? AND action IN ('cleared', 'held') ORDER BY id DESC LIMIT 1",
            [number],
        ).fetchone()
        return found is not None and found[0] == "cleared"

    def pinned_by(self, hash: str) -> list[str]:
        """Skills in use whose current version calls exactly this version, by name."""
        rows = self.db.execute(
            "SELECT DISTINCT skills.name FROM calls CROSS JOIN skills ON current = caller "
            "WHERE library = ? AND retired = 0 AND callee = ? ORDER BY skills.name",
            [self.name, self.version(hash).number],
        )
        return [str(row[0]) for row in rows]

    def to_repair(self) -> list[str]:
        """Skills on parole that nobody was asked to mend since they fell, by name."""
        return [
            name
            for name in self.on_parole()
            if next((m.action for m in reversed(self.history(name)) if m.action in ("fell", "repair_asked")), "")
            == "fell"
        ]

    def on_parole(self) -> list[str]:
        """Skills in use whose current version lost its trust, by name: what wants repair."""
        rows = self.db.execute(
            "SELECT name FROM standings CROSS JOIN skills ON current = version "
            "WHERE rung = 'parole' AND library = ? AND retired = 0 ORDER BY name",
            [self.name],
        )
        return [str(row[0]) for row in rows]

    def gains(self) -> Iterator[tuple[str, str, bool]]:
        """What skills in use were seen to bring: (skill, item, whether every run did).

        Those that the library made of several are left out: the skills that call them tell it.
        """
        rows = self.db.execute(
            "SELECT name, item, max(low > 0) FROM skills CROSS JOIN effects ON version = current "
            "CROSS JOIN versions ON versions.id = current WHERE skills.library = ? AND retired = 0 AND high > 0 "
            "AND NOT (author = 'library' AND parent IS NULL) GROUP BY skills.id, item",
            [self.name],
        )
        return ((str(name), str(item), bool(sure)) for name, item, sure in rows)

    def effects_of(self, hash: str) -> list[Effect]:
        """What a version was seen to change."""
        return self._effects(self.version(hash).number)

    def _effects(self, number: int) -> list[Effect]:
        rows = self.db.execute(
            "SELECT item, low, high, per, given, seen, against, family FROM effects WHERE version = ? "
            "ORDER BY high DESC, item, given",
            [number],
        )
        return [_effect(row) for row in rows]

    def _skill(self, name: str, current: int, retired: int, pinned: int) -> Skill:
        rung, record = self._standing(current)
        needs = self.db.execute(
            "SELECT kind, name, seen, runs FROM needs WHERE version = ? ORDER BY seen DESC, kind, name", [current]
        )
        return Skill(
            name,
            self._by_number(current),
            rung,
            bool(retired),
            record,
            tuple(Need(*row) for row in needs),
            tuple(self._effects(current)),
            bool(pinned),
        )

    def _by_number(self, number: int) -> Version:
        return _version(self.db.execute(f"{_VERSION} WHERE id = ?", [number]).fetchone())

    def _standing(self, number: int) -> tuple[Rung, Record]:
        row = self.db.execute(
            "SELECT rung, time, succeeded, failed, unmet, fresh_worlds, bound, mean_ticks FROM standings "
            "WHERE version = ?",
            [number],
        ).fetchone()
        return row[0], replace(Record(*row[2:]), time=Time(**json.loads(row[1])) if row[1] else None)

    def _same(self, number: int) -> list[int]:
        """A version and all that are the same but for names or the way it is written: what one proves, all prove."""
        rows = self.db.execute(
            "WITH RECURSIVE same (version) AS (SELECT ? UNION "
            "SELECT other FROM same JOIN links USING (version) WHERE kind IN ('renamed_from', 'rewritten_from') UNION "
            "SELECT links.version FROM same JOIN links ON other = same.version "
            "WHERE kind IN ('renamed_from', 'rewritten_from')) "
            "SELECT version FROM same",
            [number],
        )
        return [int(row[0]) for row in rows]

    def _in_quarantine(self, number: int) -> bool:
        found = self.db.execute("SELECT 1 FROM quarantine WHERE version = ? AND released IS NULL", [number])
        return found.fetchone() is not None

    def _uses(self, version: Version, limit: int) -> list[Use]:
        same = self._same(version.number)
        rows = self.db.execute(
            "SELECT outcome, journey, iteration, at, position, setting, world, args, before, after, tools, stations, "
            f"places, ticks, cause, first_event, last_event, brain, caller FROM uses WHERE version IN "
            f"({', '.join('?' * len(same))}) ORDER BY id DESC LIMIT ?",
            [*same, limit],
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
    item, low, high, per, given, seen, against, family = row
    return Effect(item, low, high, per, json.loads(given), seen, against, family)


def _use(version: str, row: tuple[Any, ...]) -> Use:
    outcome, journey, iteration, at, position, setting, world, args, before, after, *rest = row
    tools, stations, places, ticks, cause, first_event, last_event, brain, caller = rest
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
        brain,
        caller,
    )
