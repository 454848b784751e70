"""The semantic tier: facts, lessons, places, procedures, signs and summaries, and every change to them.

Each change is one of ADD, UPDATE, MERGE, SUPERSEDE, ARCHIVE, RESTORE, NOOP, journalled with its reason and inputs, and
can be undone by inverse entries. A superseded item is wrong now; an archived one is merely out of mind; a merged one
lives on in another: three columns, three meanings. Nothing is ever deleted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import combinations
from typing import Any, Literal

from sqlite_utils import Database

from memory import documents, gate, guard, taken_back
from memory.db import atomic
from memory.errors import Refused
from memory.guard import Sensitivity
from memory.items import (
    LIVE,
    Item,
    Kind,
    container,
    document_state,
    from_snapshot,
    key_of,
    lesson,
    marks_of,
    not_found,
    seen,
    sign,
    snapshot,
    spot,
)
from memory.log import canonical
from memory.reader import Entry, Operation, SemanticReader

__all__ = ["Entry", "Item", "Kind", "Semantic", "container", "lesson", "not_found", "seen", "sign", "spot"]


class Semantic(SemanticReader):
    """The one writer of items."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self._acting: int | None = None

    def add(self, item: Item, *, reason: str, inputs: Mapping[str, Any] | None = None) -> Item:
        """ADD: keep an item. The same statement in the same scope is kept once; new evidence is joined to it.

        A statement that answers a question which has one answer at a time (`slot`) supersedes the answer before it.
        What a person took back or put away stays so: its evidence is kept with it, and it is what is returned.
        """
        with atomic(self._db):
            item = _guarded(item)
            away = self._taken_back(item)
            return self._add(item, reason, inputs) if away is None else self._once_more(away, item, reason, inputs)

    def update(
        self,
        id: int,
        *,
        at: float,
        reason: str,
        text: str | None = None,
        data: Mapping[str, Any] | None = None,
        evidence: Sequence[int] = (),
        sources: Sequence[int] = (),
        state: Literal["generated", "active"] | None = None,
        confidence: float | None = None,
        pinned: bool | None = None,
        sensitivity: Sensitivity | None = None,
        inputs: Mapping[str, Any] | None = None,
    ) -> Item:
        """UPDATE: say the same thing better, or hold it more firmly. For what is no longer so, supersede instead.

        Where a person took back what it was rewritten to, it is not rewritten again, and nothing is done.
        """
        with atomic(self._db):
            old = self._changeable(id)
            rewritten = (text is not None and text != old.text) or (data is not None and dict(data) != dict(old.data))
            if rewritten and self.words_were_taken_back(id):
                said = {"said": text or canonical(dict(data or {}))}
                self.noop(id, at=at, reason="not rewritten: a person took that back", inputs=said)
                return old
            new = replace(
                old,
                text=old.text if text is None else text,
                data=old.data if data is None else data,
                evidence=tuple(sorted({*old.evidence, *evidence})),
                sources=tuple(sorted({*old.sources, *sources})),
                state=old.state if state is None else state,
                confidence=old.confidence if confidence is None else confidence,
                pinned=old.pinned if pinned is None else pinned,
                sensitivity=old.sensitivity if sensitivity is None else sensitivity,
            )
            # What a person has called plain stays so until it says something else.
            new = _guarded(new, mark=sensitivity is None and (text is not None or data is not None))
            return old if new == old else self._write("UPDATE", old, new, at, reason, inputs)

    def supersede(self, id: int, new: Item, *, reason: str, inputs: Mapping[str, Any] | None = None) -> Item:
        """SUPERSEDE: the old item is wrong from `new.valid_from` on, and `new` says what holds instead.

        Nothing is superseded by what a person took back or put away.
        """
        with atomic(self._db):
            old, new = self._changeable(id), _guarded(new)
            away = self._taken_back(new)
            if away is not None:
                return self._once_more(away, new, reason, inputs)
            return self._supersede(old, new, reason, inputs)

    def close(self, id: int, *, at: float, reason: str, inputs: Mapping[str, Any] | None = None) -> Item:
        """SUPERSEDE by nothing: the item stopped being so at `at` and nothing is known in its stead."""
        with atomic(self._db):
            old = self._changeable(id)
            return self._write("SUPERSEDE", old, replace(old, valid_to=at), at, reason, inputs)

    def merge(
        self,
        ids: Sequence[int],
        text: str,
        *,
        at: float,
        reason: str,
        data: Mapping[str, Any] | None = None,
        origin: str = "reconcile",
        inputs: Mapping[str, Any] | None = None,
    ) -> Item:
        """MERGE: one item stands for several that say the same. Refused if a number, date, negation or name is lost.

        The originals stay as they are, out of mind, each pointing to the new item, which points back to them. `data` is
        what the text says as data; without it that of the original with this text, or of the first, is kept.
        """
        with self._act():
            olds, text = [self._changeable(id) for id in sorted(set(ids))], guard.redact(text)
            kept = next((old for old in olds if old.text == text), olds[0])
            values = kept.data if data is None else guard.redact_all(data)
            self._mergeable(olds, text, values)
            merged = replace(
                kept,
                text=text,
                data=values,
                evidence=tuple(sorted({episode for old in olds for episode in old.evidence})),
                sources=tuple(old.id for old in olds),
                valid_from=min(old.valid_from for old in olds),
                recorded_at=at,
                confidence=max(old.confidence for old in olds),
                pinned=any(old.pinned for old in olds),
                state="active" if any(old.state == "active" for old in olds) else "generated",
                origin=origin,
            )
            into = self._next("items")
            for old in olds:
                self._write("MERGE", old, replace(old, state="merged", merged_into=into), at, reason, inputs)
            return self._write("MERGE", None, _guarded(merged), at, reason, inputs)

    def archive(self, id: int, *, at: float, reason: str, inputs: Mapping[str, Any] | None = None) -> Item:
        """ARCHIVE: take an item out of mind; it stays true and can be restored."""
        with atomic(self._db):
            old = self.get(id)
            if old.state not in LIVE:
                return old
            if old.kind == "sign":
                raise Refused(f"item {id} is a sign: undo the entry that put it up (see its history)")
            if old.pinned:
                raise Refused(f"item {id} is pinned: unpin it first")
            return self._write("ARCHIVE", old, replace(old, state="archived"), at, reason, inputs)

    def everywhere(self, id: int, change: Callable[[int], Item]) -> list[Item]:
        """Change an item, and with it the same place wherever else it is kept: all of them or none.

        A place is kept for its journey and for its world. Who wants to be rid of it, or to have it back, means both.
        """
        with self._act():
            return [change(each.id) for each in (self.get(id), *self.elsewhere(id))]

    def restore(self, id: int, *, at: float, reason: str, inputs: Mapping[str, Any] | None = None) -> Item:
        """RESTORE: bring an archived item back into mind."""
        with atomic(self._db):
            old = self.get(id)
            if old.state == "merged":
                raise Refused(f"item {id} lives on in item {old.merged_into}: undo the merge to have it back")
            if old.state != "archived":
                return old
            return self._write("RESTORE", old, replace(old, state="active"), at, reason, inputs)

    def follow(self, id: int, later: Item, *, at: float, reason: str, inputs: Mapping[str, Any] | None = None) -> Item:
        """Take over what became of an item in another database, whatever was done to it there."""
        with atomic(self._db):
            now, then = self.get(id), replace(_guarded(later, mark=False), id=id)
            return now if then == now else self._write(_inverse(now, then), now, then, at, reason, inputs)

    def account_for(self, id: int, *, at: float, reason: str, inputs: Mapping[str, Any]) -> None:
        """Write down what an item is where its journal says something else or nothing: it came in as a row."""
        with atomic(self._db):
            now, last = self.get(id), self.journal(id, limit=1)
            told = from_snapshot(last[0].after, id) if last else None
            if told != now:
                operation: Operation = "ADD" if told is None else _inverse(told, now)
                self._journal(operation, id, at, reason, inputs, snapshot(told) if told else {}, snapshot(now), None)

    def noop(self, id: int, *, at: float, reason: str, inputs: Mapping[str, Any]) -> None:
        """NOOP: a change was considered and not made; written once for the same reason and inputs."""
        reason, inputs = guard.redact(reason), guard.redact_all(inputs)
        with atomic(self._db):
            same = self._db.execute(
                "SELECT 1 FROM journal WHERE item = ? AND operation = 'NOOP' AND reason = ? AND inputs = ?",
                [id, reason, canonical(dict(inputs))],
            ).fetchone()
            if same is None:
                now = self.get(id)
                self._journal("NOOP", id, at, reason, inputs, snapshot(now), snapshot(now), None)

    def undo(self, entry: int, *, at: float, reason: str) -> Entry:
        """Undo one journal entry by writing its inverse; refused if the item was changed again since.

        An operation on several items wrote several entries: `undo_act` takes all of them back. What was undone stays
        so: no job does it again.
        """
        with atomic(self._db):
            done = self.entry(entry)
            again = self._db.execute("SELECT id FROM journal WHERE undoes = ?", [entry]).fetchone()
            if again is not None:
                raise Refused(f"entry {entry} was undone by entry {again[0]}: undo that one to have it back")
            now = self.get(done.item)
            if now != from_snapshot(done.after, now.id):
                raise Refused(f"item {done.item} was changed after entry {entry}: undo the later entries first")
            then = from_snapshot(done.before, now.id) if done.before else replace(now, state="archived")
            operation: Operation = "NOOP" if done.operation == "NOOP" else _inverse(now, then)
            self._write(operation, now, then, at, reason, {}, undoes=entry)
            return self.journal(done.item, limit=1)[0]

    def undo_act(self, entry: int, *, at: float, reason: str) -> list[Entry]:
        """Undo the whole operation that an entry belongs to, or nothing of it; returns the inverse entries.

        A place that was kept is put out of mind wherever else it is kept: it would come back from there.
        """
        with self._act():
            same_act = "SELECT id, operation FROM journal WHERE id = ?1 OR act = ?1 ORDER BY id DESC"
            done = self._db.execute(same_act, [self.entry(entry).act]).fetchall()
            undone = [self.undo(id, at=at, reason=reason) for id, _ in done]
            kept = [back.item for back, (_, operation) in zip(undone, done, strict=True) if operation == "ADD"]
            for other in {each.id: each for item in kept for each in self.elsewhere(item)}.values():
                if other.live and other.id not in {back.item for back in undone}:
                    self.archive(other.id, at=at, reason=reason, inputs={"who": "person"})
                    undone += self.journal(other.id, limit=1)
            return undone

    # -- writing

    def document(self, item: Item) -> None:
        """Write what recall sees of an item that is kept."""
        documents.keep(
            self._db,
            tier=item.kind,
            ref=item.id,
            scope=item.scope,
            at=item.valid_from,
            until=item.valid_to,
            text=item.text,
            marks=marks_of(item),
            state=document_state(item),
            sensitivity=item.sensitivity,
            world=item.world,
        )

    def _add(self, item: Item, reason: str, inputs: Mapping[str, Any] | None) -> Item:
        same, earlier = self._same(item), self.answer(item.kind, item.slot, item.scope)
        if earlier is not None and earlier.id != same:
            return self._supersede(self._changeable(earlier.id), item, reason, inputs)
        if same is not None:
            return self._join(self.get(same), item, reason, inputs)
        return self._write("ADD", None, item, item.recorded_at, reason, inputs)

    def _supersede(self, old: Item, new: Item, reason: str, inputs: Mapping[str, Any] | None) -> Item:
        with self._act():
            successor = self._same(new)
            if successor == old.id:
                raise Refused(f"item {old.id} cannot supersede itself: the new statement is the same")
            ended = replace(old, valid_to=new.valid_from, superseded_by=successor or self._next("items"))
            self._write("SUPERSEDE", old, ended, new.valid_from, reason, inputs)
            return self._add(new, reason, inputs)

    def _join(self, old: Item, item: Item, reason: str, inputs: Mapping[str, Any] | None) -> Item:
        """The statement is there: take its new evidence, and bring it back into mind if it is not."""
        comes_back = old.archived
        new = replace(
            old,
            evidence=tuple(sorted({*old.evidence, *item.evidence})),
            sources=tuple(sorted({*old.sources, *item.sources})),
            state="active" if comes_back else old.state,
            world=old.world if old.world == item.world else "",
        )
        if new == old:
            return old
        return self._write("RESTORE" if comes_back else "UPDATE", old, new, item.recorded_at, reason, inputs)

    def _taken_back(self, item: Item) -> Item | None:
        """What a person took back or put away, if a statement is about the same and is not in mind as it is.

        A person may say it again. And what a journey sees of a thing that changes, or where another answer held since,
        is how the world is now.
        """
        if item.origin == "person" or taken_back.changes_in_the_world(item):
            return None
        same = self._same(item)
        if same is not None and self.get(same).live:
            return None
        if item.origin == "journey" and self.answer(item.kind, item.slot, item.scope) is not None:
            return None
        put_away = self.put_away(item.kind, item.scope, item.slot)
        return next((away for away in put_away if taken_back.about_the_same(item, away)), None)

    def _once_more(self, away: Item, item: Item, reason: str, inputs: Mapping[str, Any] | None) -> Item:
        """A statement that is out of mind by a person's will was made again: only its evidence is kept."""
        new = replace(
            away,
            evidence=tuple(sorted({*away.evidence, *item.evidence})),
            sources=tuple(sorted({*away.sources, *item.sources} - {away.id})),
        )
        if new == away:
            return away
        told, said = f"stays out of mind, as a person took back what it says: {reason}", {"said": item.text}
        return self._write("UPDATE", away, new, item.recorded_at, told, {**(inputs or {}), **said})

    def _changeable(self, id: int) -> Item:
        item = self.get(id)
        if item.valid_to is not None:
            raise Refused(f"item {id} is no longer so since {item.valid_to:g}: it cannot change any more")
        if item.state == "merged":
            raise Refused(f"item {id} was merged into item {item.merged_into}: change that one")
        if item.kind == "sign":
            raise Refused(f"item {id} is a sign: it can be undone, never changed")
        return item

    def _mergeable(self, olds: Sequence[Item], text: str, data: Mapping[str, Any]) -> None:
        if len(olds) < 2:
            raise Refused("a merge needs two items or more")
        if len({(old.kind, old.scope, old.subject, old.sensitivity, old.world) for old in olds}) > 1:
            raise Refused("only items of one kind, scope, subject, sensitivity and world can be merged")
        apart = self._taken_apart(olds)
        if apart is not None:
            raise Refused(f"they were merged into item {apart} and taken apart again: undo that to have it back")
        if len({canonical(dict(old.data)) for old in olds}) > 1 and any("x" in old.data for old in olds):
            raise Refused("items about different places cannot be merged")
        verdict = gate.check([_whole(old.text, old.data) for old in olds], _whole(text, data))
        if not verdict.ok:
            raise Refused(f"the merge would lose or contradict {', '.join(verdict.lost[:5])}")

    def _taken_apart(self, olds: Sequence[Item]) -> int | None:
        """The merge that a person took apart and that this one would make again, be it in other words or by a third."""
        for apart in self.merges_taken_apart(olds[0].kind, olds[0].scope):
            parts = [self.get(source) for source in apart.sources]
            stands_for = []
            for old in olds:
                made_of = self._made_of(old.id)
                stands_for.append(
                    {each.id for each in parts if each.id in made_of or taken_back.about_the_same(old, each)}
                )
            if any(len(one | other) > 1 for one, other in combinations(stands_for, 2) if one and other):
                return apart.id
        return None

    def _made_of(self, id: int) -> set[int]:
        """An item and all that it was merged from."""
        rows = self._db.execute(
            "WITH RECURSIVE made (id) AS (SELECT ? UNION "
            "SELECT sources.source FROM sources JOIN made ON item = made.id "
            "JOIN items ON items.id = source WHERE items.merged_into = item) SELECT id FROM made",
            [id],
        )
        return {row[0] for row in rows.fetchall()}

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
        """Write the row, its links, its document and its journal entry, in the transaction that is open."""
        row = {
            **{name: value for name, value in vars(new).items() if name not in ("id", "evidence", "sources")},
            "key": key_of(new),
            "data": canonical(dict(new.data)),
            "pinned": int(new.pinned),
        }
        try:
            if old is None:
                columns = f"({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"
                sql = f"INSERT INTO items {columns} RETURNING id"
                id = int(self._db.execute(sql, [*row.values()]).fetchone()[0])
            else:
                id = old.id
                assignments = ", ".join(f"{column} = ?" for column in row)
                self._db.execute(f"UPDATE items SET {assignments} WHERE id = ?", [*row.values(), id])
        except sqlite3.IntegrityError as error:
            raise Refused(self._taken(new)) from error
        if old is None or old.evidence != new.evidence:
            self._db.execute("DELETE FROM evidence WHERE item = ?", [id])
            self._db.conn.executemany("INSERT INTO evidence VALUES (?, ?)", [(id, each) for each in new.evidence])
        if old is None or old.sources != new.sources:
            self._db.execute("DELETE FROM sources WHERE item = ?", [id])
            self._db.conn.executemany("INSERT INTO sources VALUES (?, ?)", [(id, each) for each in new.sources])
        kept = replace(new, id=id)
        self.document(kept)
        before = snapshot(old) if old else {}
        self._journal(operation, id, at, reason, inputs or {}, before, snapshot(kept), undoes)
        return kept

    def _journal(
        self,
        operation: Operation,
        item: int,
        at: float,
        reason: str,
        inputs: Mapping[str, Any],
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        undoes: int | None,
    ) -> None:
        if not reason.strip():
            raise Refused(f"no reason is given to {operation} item {item}: the journal keeps one for every change")
        self._db.execute(
            "INSERT INTO journal (operation, item, at, reason, inputs, before, after, undoes, act) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                operation,
                item,
                at,
                guard.redact(reason),
                canonical(guard.redact_all(dict(inputs))),
                canonical(dict(before)),
                canonical(dict(after)),
                undoes,
                self._acting,
            ],
        )

    @contextmanager
    def _act(self) -> Iterator[None]:
        """One transaction whose journal entries belong together; a merged or superseded row names a row to come."""
        outer = self._acting
        with atomic(self._db):
            self._db.execute("PRAGMA defer_foreign_keys = ON")
            self._acting = outer or self._next("journal")
            try:
                yield
            finally:
                self._acting = outer

    def _next(self, table: Literal["items", "journal"]) -> int:
        """The number that the next row of a table gets: nothing is ever deleted, and the write lock is held."""
        return int(self._db.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()[0])

    def _same(self, item: Item) -> int | None:
        """The item that already says this in the same scope, live before archived, merged ones aside."""
        row = self._db.execute(
            "SELECT id FROM items WHERE scope = ? AND kind = ? AND key = ? AND valid_to IS NULL AND state <> 'merged' "
            "ORDER BY state = 'archived', id",
            [item.scope, item.kind, key_of(item)],
        ).fetchone()
        return int(row[0]) if row else None

    def _taken(self, item: Item) -> str:
        """Why an item cannot be in mind beside what is."""
        same = self._same(item)
        other = self.answer(item.kind, item.slot, item.scope) if same is None or same == item.id else self.get(same)
        if other is None:
            return f"it cannot be kept as it is: {item.text}"
        return f"item {other.id} already says: {other.text}: archive that one first"


def _guarded(item: Item, *, mark: bool = True) -> Item:
    """The item without secrets and marked if it gives orders; known from when it was so, unless it says otherwise."""
    text = guard.redact(guard.without_recalled(item.text))
    if item.text.strip() and not text:
        raise Refused("it says nothing but what was recalled: that is remembered already")
    clean = replace(
        item,
        subject=guard.redact(item.subject),
        text=text,
        slot=guard.redact(item.slot),
        data=guard.redact_all(item.data),
    )
    told = [clean.subject, clean.text, clean.data]
    if mark and clean.sensitivity == "plain" and clean.origin != "person" and guard.orders(told):
        clean = replace(clean, sensitivity="untrusted")
    return clean if clean.recorded_at else replace(clean, recorded_at=clean.valid_from)


def _whole(text: str, data: Mapping[str, Any]) -> str:
    """Everything that a merge must keep: the words, and each value behind them that they do not hold themselves.

    Names of values are left out: a field that is called `never` denies nothing.
    """
    behind = [value for _, value in sorted(data.items()) if not (isinstance(value, str) and value in text)]
    return f"{text}\n{canonical(behind)}"


def _inverse(now: Item, then: Item) -> Operation:
    """The operation that leads from one version of an item back to an earlier one."""
    if now.live == then.live:
        return "UPDATE"
    if then.live:
        return "RESTORE"
    if then.valid_to is not None:
        return "SUPERSEDE"
    return "MERGE" if then.state == "merged" else "ARCHIVE"
