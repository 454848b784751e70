"""The record of refactorings: what became of each that was tried, and how one that was carried out is undone.

Undoing puts pointers back to where they stood; versions and evidence stay. What has moved on since is left as it is,
and told.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from memory.db import atomic
from memory.log import canonical
from skills.errors import NotAllowed
from skills.library import Library
from skills.reader import LibraryReader
from skills.refactor import Proposal

Standing = Mapping[str, tuple[str, bool]]
"""Each skill's current version by hash, and whether it is retired."""


@dataclass(frozen=True)
class Change:
    """What became of one skill: its version before (None: it was made) and after, and whether it is retired."""

    skill: str
    before: str | None
    after: str
    retired: bool


@dataclass(frozen=True)
class Done:
    """One refactoring that was tried. `number` names it for `undo`."""

    number: int
    kind: str
    skills: tuple[str, ...]
    name: str
    reason: str
    journey: str
    at: float
    applied: bool
    outcome: str
    replays: int
    changes: tuple[Change, ...]
    undone: float | None = None

    def to_json(self) -> dict[str, Any]:
        """The refactoring as plain JSON."""
        return asdict(self)


def standing(library: LibraryReader) -> Standing:
    """How all skills stand now, for `record` to tell what changed."""
    rows = library.db.execute(
        "SELECT name, hash, retired FROM skills JOIN versions ON versions.id = current WHERE skills.library = ?",
        [library.name],
    )
    return {name: (hash, bool(retired)) for name, hash, retired in rows.fetchall()}


def key(library: LibraryReader, proposal: Proposal) -> str:
    """What makes a proposal the same: its kind and the versions that it is about, whatever name it would give."""
    hashes = sorted(library.get(name).current.hash for name in proposal.skills)
    told = canonical(
        [proposal.kind, hashes, list(proposal.starts), proposal.length, proposal.name if proposal.joins else ""]
    )
    return hashlib.sha256(told.encode()).hexdigest()


def record(
    library: Library,
    proposal: Proposal,
    *,
    key: str,
    outcome: str,
    replays: int,
    before: Standing | None = None,
    journey: str = "",
    at: float = 0.0,
) -> Done:
    """Keep what became of a proposal that was `key` when it was begun.

    `before` is how everything stood at the beginning of the transaction that carried it out, None if nothing did.
    """
    with atomic(library.db):
        changes = [
            Change(name, before[name][0] if name in before else None, hash, retired)
            for name, (hash, retired) in (standing(library).items() if before is not None else ())
            if before is not None and before.get(name) != (hash, retired)
        ]
        library.db.execute(
            "INSERT INTO refactorings (library, key, kind, skills, name, reason, journey, at, applied, outcome, "
            "replays, changes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                *(library.name, key, proposal.kind, canonical(list(proposal.skills)), proposal.name),
                *(proposal.reason, journey, at, int(before is not None), outcome, replays),
                canonical([asdict(change) for change in changes]),
            ],
        )
        number = int(library.db.execute("SELECT last_insert_rowid()").fetchone()[0])
    return done(library, number)


def tried(library: LibraryReader) -> set[str]:
    """Keys of the proposals that were tried, undone ones among them: what a person took back is not done again."""
    rows = library.db.execute("SELECT key FROM refactorings WHERE library = ?", [library.name])
    return {str(row[0]) for row in rows}


def carried_out(library: LibraryReader, journey: str | None = None) -> list[Done]:
    """Refactorings that were carried out (by one journey), oldest first."""
    return _read(library, "applied = 1 AND (?2 IS NULL OR journey = ?2)", journey)


def done(library: LibraryReader, number: int) -> Done:
    """One refactoring by its number. Raises NotAllowed if there is none."""
    found = _read(library, "id = ?2", number)
    if not found:
        raise NotAllowed(f"library {library.name!r} has no refactoring {number}: journeyman skills refactor --list")
    return found[0]


def undo(library: Library, number: int, *, reason: str, at: float = 0.0) -> list[str]:
    """Put back what a refactoring changed, as far as it still stands; gives a sentence for each skill.

    Raises NotAllowed if it was not carried out, is undone already, or nothing of it stands any more.
    """
    one = done(library, number)
    if not one.applied or one.undone is not None:
        raise NotAllowed(f"refactoring {number} was {'undone already' if one.applied else 'not carried out'}")
    why, told, changed = f"refactoring {number} undone: {reason}", [], False
    with atomic(library.db):
        for change in sorted(one.changes, key=lambda each: each.before is None):
            skill = library.get(change.skill)
            if skill.current.hash != change.after or skill.retired != change.retired:
                told.append(f"{change.skill} has changed since and stays as it is")
            elif change.before is None and (callers := library.pinned_by(change.after)):
                told.append(f"{change.skill} stays: {', '.join(callers)} call{'s' * (len(callers) == 1)} it")
            elif change.before is None:
                library.retire(change.skill, reason=why, at=at)
                told.append(f"{change.skill} is retired")
                changed = True
            else:
                if change.before != change.after:
                    library.rollback(change.skill, to=change.before, reason=why, at=at)
                if change.retired:
                    library.restore(change.skill, reason=why, at=at)
                told.append(f"{change.skill} is as before")
                changed = True
        if not changed:
            raise NotAllowed(f"nothing of refactoring {number} stands any more: {'; '.join(told)}")
        library.db.execute("UPDATE refactorings SET undone = ? WHERE id = ?", [at, number])
    return told


def _read(library: LibraryReader, where: str, value: Any) -> list[Done]:
    rows = library.db.execute(
        "SELECT id, kind, skills, name, reason, journey, at, applied, outcome, replays, changes, undone "
        f"FROM refactorings WHERE library = ?1 AND {where} ORDER BY id",
        [library.name, value],
    )
    return [
        Done(
            number, kind, tuple(json.loads(skills)), name, reason, journey, at, bool(applied), outcome, replays,
            tuple(Change(**each) for each in json.loads(changes)), undone,
        )
        for number, kind, skills, name, reason, journey, at, applied, outcome, replays, changes, undone in rows
    ]  # fmt: skip
