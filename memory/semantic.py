"""Facts and lessons: what is held to be true, since when, until when, and on which evidence.

Every change is one of ADD, UPDATE, SUPERSEDE, ARCHIVE, RESTORE, journalled with its reason and inputs, and can be
undone by an inverse entry. A superseded item is wrong now; an archived one is merely out of mind: two columns, two
meanings. Nothing is ever deleted.
"""

from __future__ import annotations

import hashlib
import json
import math
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sqlite_utils import Database

from memory import documents
from memory.db import atomic
from memory.errors import NotKept, Refused
from memory.log import canonical

Kind = Literal["fact", "lesson"]
Operation = Literal["ADD", "UPDATE", "SUPERSEDE", "ARCHIVE", "RESTORE"]


@dataclass(frozen=True)
class Item:
    """A fact or a lesson. `subject` is what it is about (an item, a block, a skill, an error code).

    `scope` is the journey whose world it holds in, or '' if it holds everywhere. `valid_to` and `superseded_by` say
    that it is wrong now; `archived` says that it is out of mind. `evidence` are episode ids.
    """

    kind: Kind
    subject: str
    text: str
    scope: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[int, ...] = ()
    valid_from: float = 0.0
    valid_to: float | None = None
    superseded_by: int | None = None
    archived: bool = False
    id: int = 0


@dataclass(frozen=True)
class Entry:
    """One line of the journal: what was done to which item, why, from what, and the rows before and after."""

    id: int
    operation: Operation
    item: int
    at: float
    reason: str
    inputs: Mapping[str, Any]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    undoes: int | None


def seen(
    block: str,
    x: float,
    y: float,
    z: float,
    *,
    scope: str,
    at: float,
    evidence: Sequence[int] = (),
    what: str = "seen",
) -> Item:
    """The fact that a block was seen, found or placed somewhere (`what` says which)."""
    return Item(
        "fact",
        block,
        f"{block} {what} at {x:.0f} {y:.0f} {z:.0f}",
        scope,
        {"what": what, "x": x, "y": y, "z": z},
        tuple(evidence),
        at,
    )


def not_found(
    block: str,
    x: float,
    y: float,
    z: float,
    *,
    within: int,
    scope: str,
    at: float,
    evidence: Sequence[int] = (),
) -> Item:
    """The fact that a search came back empty: as useful as a find, and it keeps the agent from searching again."""
    return Item(
        "fact",
        block,
        f"no {block} within {within} blocks of {x:.0f} {y:.0f} {z:.0f}",
        scope,
        {"what": "absent", "x": x, "y": y, "z": z, "within": within},
        tuple(evidence),
        at,
    )


def lesson(
    subject: str,
    trigger: str,
    advice: str,
    *,
    never: bool = False,
    scope: str = "",
    at: float,
    evidence: Sequence[int] = (),
) -> Item:
    """A rule learned from experience: when `trigger`, do (or never do) `advice`."""
    text = f"When {trigger}: {'never ' if never else ''}{advice}"
    return Item(
        "lesson", subject, text, scope, {"trigger": trigger, "advice": advice, "never": never}, tuple(evidence), at
    )


class Semantic:
    """The one writer of facts and lessons."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, item: Item, *, reason: str, inputs: Mapping[str, Any] | None = None) -> Item:
        """ADD: keep an item. The same statement in the same scope is kept once; new evidence is joined to it."""
        with atomic(self._db):
            kept = self._db.execute(
                "SELECT id FROM items WHERE scope = ? AND kind = ? AND key = ? AND valid_to IS NULL "
                "ORDER BY archived, id",
                [item.scope, item.kind, _key(item)],
            ).fetchone()
            if kept is None:
                return self._write("ADD", None, item, item.valid_from, reason, inputs)
            old = self.get(kept[0])
            evidence = tuple(sorted({*old.evidence, *item.evidence}))
            if evidence == old.evidence and not old.archived:
                return old
            operation: Operation = "RESTORE" if old.archived else "UPDATE"
            return self._write(
                operation, old, replace(old, evidence=evidence, archived=False), item.valid_from, reason, inputs
            )

    def update(
        self,
        id: int,
        *,
        at: float,
        reason: str,
        text: str | None = None,
        data: Mapping[str, Any] | None = None,
        evidence: Sequence[int] = (),
        inputs: Mapping[str, Any] | None = None,
    ) -> Item:
        """UPDATE: say the same thing better. For a thing that is no longer so, supersede instead."""
        with atomic(self._db):
            old = self._current(id)
            new = replace(
                old,
                text=old.text if text is None else text,
                data=old.data if data is None else data,
                evidence=tuple(sorted({*old.evidence, *evidence})),
            )
            return old if new == old else self._write("UPDATE", old, new, at, reason, inputs)

    def supersede(self, id: int, new: Item, *, reason: str, inputs: Mapping[str, Any] | None = None) -> Item:
        """SUPERSEDE: the old item is wrong from `new.valid_from` on, and `new` says what holds instead."""
        with atomic(self._db):
            old = self._current(id)
            added = self.add(new, reason=reason, inputs=inputs)
            if added.id == id:
                raise Refused(f"item {id} cannot supersede itself: the new statement is the same")
            ended = replace(old, valid_to=new.valid_from, superseded_by=added.id)
            self._write("SUPERSEDE", old, ended, new.valid_from, reason, inputs)
            return added

    def close(self, id: int, *, at: float, reason: str, inputs: Mapping[str, Any] | None = None) -> Item:
        """SUPERSEDE by nothing: the item stopped being so at `at` and nothing is known in its stead."""
        with atomic(self._db):
            old = self._current(id)
            return self._write("SUPERSEDE", old, replace(old, valid_to=at), at, reason, inputs)

    def archive(self, id: int, *, at: float, reason: str, inputs: Mapping[str, Any] | None = None) -> Item:
        """ARCHIVE: take an item out of mind; it stays true and can be restored."""
        return self._set_archived(id, True, at, reason, inputs)

    def restore(self, id: int, *, at: float, reason: str, inputs: Mapping[str, Any] | None = None) -> Item:
        """RESTORE: bring an archived item back into mind."""
        return self._set_archived(id, False, at, reason, inputs)

    def undo(self, entry: int, *, at: float, reason: str) -> Entry:
        """Undo one journal entry by writing its inverse; refused if the item was changed again since.

        Undoing a SUPERSEDE leaves the successor in mind: undo its ADD as well if it was wrong.
        """
        with atomic(self._db):
            done = self._entry(entry)
            now = self.get(done.item)
            if _snapshot(now) != dict(done.after):
                raise Refused(f"item {done.item} was changed after entry {entry}: undo the later entries first")
            then = _from_snapshot(done.before, now) if done.before else replace(now, archived=True)
            self._write(_INVERSE[done.operation], now, then, at, reason, {}, undoes=entry)
            return self.journal(done.item, limit=1)[0]

    def get(self, id: int) -> Item:
        """One item, whatever its state."""
        found = self._select("id = ?", [id], "id", 1)
        if not found:
            raise NotKept(f"no item {id} is kept")
        return found[0]

    def find(
        self,
        *,
        kind: Kind | None = None,
        subject: str | None = None,
        scope: str | None = None,
        as_of: float | None = None,
        archived: bool = False,
        limit: int = 50,
    ) -> list[Item]:
        """What holds now (or held `as_of`), newest first; a scope also sees what holds everywhere."""
        where: list[str] = ["archived <= ?"]
        values: list[Any] = [archived]
        if as_of is None:
            where.append("valid_to IS NULL")
        else:
            where.append("valid_from <= ? AND (valid_to IS NULL OR valid_to > ?)")
            values += [as_of, as_of]
        for column, value in (("kind", kind), ("subject", subject)):
            if value is not None:
                where.append(f"{column} = ?")
                values.append(value)
        if scope is not None:
            where.append("scope IN (?, '')")
            values.append(scope)
        return self._select(" AND ".join(where), values, "valid_from DESC, id DESC", limit)

    def nearest(self, subject: str, x: float, y: float, z: float, *, scope: str, limit: int = 5) -> list[Item]:
        """Known places of `subject` that still hold, nearest first."""
        places = self._select(
            "kind = 'fact' AND subject = ? AND scope = ? AND valid_to IS NULL AND archived = 0 "
            "AND json_extract(data, '$.what') IN ('seen', 'found', 'placed')",
            [subject, scope],
            "id",
            -1,
        )

        def distance(item: Item) -> float:
            return math.dist((x, y, z), (item.data["x"], item.data["y"], item.data["z"]))

        return sorted(places, key=distance)[:limit]

    def journal(self, item: int | None = None, *, limit: int = 50) -> list[Entry]:
        """What was done to one item or to all, newest first."""
        rows = self._db.execute(
            "SELECT id, operation, item, at, reason, inputs, before, after, undoes FROM journal "
            "WHERE item = coalesce(?, item) ORDER BY id DESC LIMIT ?",
            [item, limit],
        )
        return [_entry(row) for row in rows]

    def _set_archived(self, id: int, archived: bool, at: float, reason: str, inputs: Mapping[str, Any] | None) -> Item:
        with atomic(self._db):
            old = self.get(id)
            if old.archived == archived:
                return old
            return self._write(
                "ARCHIVE" if archived else "RESTORE", old, replace(old, archived=archived), at, reason, inputs
            )

    def _current(self, id: int) -> Item:
        item = self.get(id)
        if item.valid_to is not None:
            raise Refused(f"item {id} is no longer so since {item.valid_to:g}: it cannot change any more")
        return item

    def _entry(self, id: int) -> Entry:
        row = self._db.execute("SELECT item FROM journal WHERE id = ?", [id]).fetchone()
        if row is None:
            raise NotKept(f"the journal has no entry {id}")
        return next(entry for entry in self.journal(row[0], limit=-1) if entry.id == id)

    def _write(
        self,
        operation: Operation,
        old: Item | None,
        new: Item,
        at: float,
        reason: str,
        inputs: Mapping[str, Any] | None,
        undoes: int | None = None,
    ) -> Item:
        """Write the row, its evidence, its document and its journal entry, in the transaction that is open."""
        row = {
            "kind": new.kind,
            "scope": new.scope,
            "key": _key(new),
            "subject": new.subject,
            "text": new.text,
            "data": canonical(dict(new.data)),
            "valid_from": new.valid_from,
            "valid_to": new.valid_to,
            "superseded_by": new.superseded_by,
            "archived": int(new.archived),
        }
        try:
            if old is None:
                self._db.execute(
                    f"INSERT INTO items ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", [*row.values()]
                )
                id = int(self._db.execute("SELECT last_insert_rowid()").fetchone()[0])
            else:
                id = old.id
                assignments = ", ".join(f"{column} = ?" for column in row)
                self._db.execute(f"UPDATE items SET {assignments} WHERE id = ?", [*row.values(), id])
        except sqlite3.IntegrityError as error:
            raise Refused(f"another item already says: {new.text}") from error
        self._db.execute("DELETE FROM evidence WHERE item = ?", [id])
        self._db.conn.executemany("INSERT INTO evidence VALUES (?, ?)", [(id, episode) for episode in new.evidence])
        kept = self.get(id)
        documents.keep(
            self._db,
            tier=new.kind,
            ref=id,
            scope=new.scope,
            at=new.valid_from,
            text=new.text,
            marks=_marks(kept),
            state=_state(kept),
        )
        self._db.execute(
            "INSERT INTO journal (operation, item, at, reason, inputs, before, after, undoes) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                operation,
                id,
                at,
                reason,
                canonical(dict(inputs or {})),
                canonical(_snapshot(old) if old else {}),
                canonical(_snapshot(kept)),
                undoes,
            ],
        )
        return kept

    def _select(self, where: str, values: list[Any], order: str, limit: int) -> list[Item]:
        rows = self._db.execute(
            "SELECT kind, subject, text, scope, data, "
            "(SELECT json_group_array(episode) FROM (SELECT episode FROM evidence WHERE item = items.id ORDER BY 1)), "
            "valid_from, valid_to, superseded_by, archived, id "
            f"FROM items WHERE {where} ORDER BY {order} LIMIT ?",
            [*values, limit],
        )
        return [_item(row) for row in rows]


_INVERSE: dict[Operation, Operation] = {
    "ADD": "ARCHIVE",
    "UPDATE": "UPDATE",
    "SUPERSEDE": "RESTORE",
    "ARCHIVE": "RESTORE",
    "RESTORE": "ARCHIVE",
}
"""The operation that takes each one back; an ADD is taken back by archiving, because nothing is deleted."""


def _key(item: Item) -> str:
    """What makes two statements the same one: subject, words and data, without time and evidence."""
    content = canonical([item.subject, item.text, dict(item.data)])
    return hashlib.sha256(content.encode()).hexdigest()


def _state(item: Item) -> documents.State:
    if item.valid_to is not None:
        return "superseded"
    return "archived" if item.archived else "current"


def _marks(item: Item) -> list[documents.Mark]:
    """A subject may be an item, a skill or an error code: it is marked as each, and matches whichever is asked."""
    marks = [(kind, item.subject) for kind in ("item", "skill", "error")]
    if "x" in item.data and "z" in item.data:
        marks.append(("place", documents.region(item.data["x"], item.data["z"])))
    return marks


def _snapshot(item: Item) -> dict[str, Any]:
    return {**{name: value for name, value in vars(item).items() if name != "id"}, "evidence": [*item.evidence]}


def _from_snapshot(snapshot: Mapping[str, Any], item: Item) -> Item:
    return Item(**{**snapshot, "evidence": tuple(snapshot["evidence"])}, id=item.id)


def _item(row: tuple[Any, ...]) -> Item:
    kind, subject, text, scope, data, evidence, valid_from, valid_to, superseded_by, archived, id = row
    return Item(
        kind,
        subject,
        text,
        scope,
        json.loads(data),
        tuple(json.loads(evidence)),
        valid_from,
        valid_to,
        superseded_by,
        bool(archived),
        id,
    )


def _entry(row: tuple[Any, ...]) -> Entry:
    id, operation, item, at, reason, inputs, before, after, undoes = row
    return Entry(id, operation, item, at, reason, json.loads(inputs), json.loads(before), json.loads(after), undoes)
