"""What the semantic tier holds and the journal of its changes, for whoever only looks."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlite_utils import Database

from memory import taken_back
from memory.errors import NotKept
from memory.items import LIVE, Item, Kind, State, from_snapshot

Operation = Literal["ADD", "UPDATE", "MERGE", "SUPERSEDE", "ARCHIVE", "RESTORE", "NOOP"]


@dataclass(frozen=True)
class Entry:
    """One line of the journal: what was done to which item, why, from what, and the rows before and after.

    Entries of one operation on several items share `act`, the number of the first of them.
    """

    id: int
    operation: Operation
    item: int
    at: float
    reason: str
    inputs: Mapping[str, Any]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    undoes: int | None
    act: int


class SemanticReader:
    """Items and journal entries of one database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, id: int) -> Item:
        """One item, whatever its state."""
        found = self._select("id = ?", [id], "id", 1)
        if not found:
            raise NotKept(f"no item {id} is kept: `journeyman memory list` shows what is")
        return found[0]

    def answer(self, kind: Kind, slot: str, scope: str) -> Item | None:
        """What answers the question `slot` now, if anything does."""
        found = self._select(
            "scope = ? AND kind = ? AND slot = ? AND slot <> '' AND valid_to IS NULL "
            "AND state IN ('generated', 'active')",
            [scope, kind, slot],
            "id",
            1,
        )
        return found[0] if found else None

    def find(
        self,
        *,
        kind: Kind | None = None,
        subject: str | None = None,
        scope: str | None = None,
        as_of: float | None = None,
        archived: bool = False,
        state: State | None = None,
        origin: str | None = None,
        limit: int = 50,
    ) -> list[Item]:
        """What holds now (or held `as_of`, as it was then), newest first; a scope also sees what holds everywhere."""
        states = [state] if state else [*LIVE, "archived"] if archived else [*LIVE]
        where: list[str] = []
        values: list[Any] = []
        for column, value in (("kind", kind), ("subject", subject), ("origin", origin)):
            if value is not None:
                where.append(f"{column} = ?")
                values.append(value)
        if scope is not None:
            where.append("scope IN (?, '')")
            values.append(scope)
        if as_of is not None:
            return list(itertools.islice(self._held(where, values, states, as_of), None if limit < 0 else limit))
        where += ["valid_to IS NULL", f"state IN ({', '.join('?' * len(states))})"]
        return self._select(" AND ".join(where), [*values, *states], "valid_from DESC, id DESC", limit)

    def _held(self, where: list[str], values: list[Any], states: Sequence[State], as_of: float) -> Iterator[Item]:
        """What held at a time, each as the journal has it at that time."""
        rows = self._db.execute(
            "SELECT id, (SELECT after FROM journal WHERE item = items.id AND at <= ? ORDER BY journal.id DESC LIMIT 1) "
            f"FROM items WHERE {' AND '.join(['valid_from <= ?', *where])} ORDER BY valid_from DESC, id DESC",
            [as_of, as_of, *values],
        )
        for id, after in rows:
            item = from_snapshot(json.loads(after), id) if after else None
            if item is not None and item.state in states and (item.valid_to is None or item.valid_to > as_of):
                yield item

    def alike(self, kind: Kind, subject: str, scope: str, *, limit: int) -> list[Item]:
        """What is in mind of a kind about a thing in one scope, newest first."""
        where = "kind = ? AND subject = ? AND scope = ? AND valid_to IS NULL AND state IN ('generated', 'active')"
        return self._select(where, [kind, subject, scope], "id DESC", limit)

    def nearest(self, subject: str, x: float, y: float, z: float, *, scope: str, limit: int = 5) -> list[Item]:
        """Known places of `subject` that still hold, nearest first."""
        places = self._select(
            "kind IN ('fact', 'place') AND subject = ? AND scope = ? AND valid_to IS NULL "
            "AND state IN ('generated', 'active') "
            "AND json_extract(data, '$.what') IN ('seen', 'found', 'placed', 'container', 'spot')",
            [subject, scope],
            "id",
            -1,
        )

        def distance(item: Item) -> float:
            return math.dist((x, y, z), (item.data["x"], item.data["y"], item.data["z"]))

        return sorted(places, key=distance)[:limit]

    def journal(self, item: int | None = None, *, limit: int = 50) -> list[Entry]:
        """What was done to one item or to all, newest first."""
        where, values = ("", []) if item is None else ("WHERE item = ?", [item])
        rows = self._db.execute(
            "SELECT id, operation, item, at, reason, inputs, before, after, undoes, coalesce(act, id) FROM journal "
            f"{where} ORDER BY id DESC LIMIT ?",
            [*values, limit],
        )
        return [_entry(row) for row in rows]

    def entry(self, id: int) -> Entry:
        """One line of the journal."""
        row = self._db.execute(
            "SELECT id, operation, item, at, reason, inputs, before, after, undoes, coalesce(act, id) FROM journal "
            "WHERE id = ?",
            [id],
        ).fetchone()
        if row is None:
            raise NotKept(f"the journal has no entry {id}")
        return _entry(row)

    def elsewhere(self, id: int) -> list[Item]:
        """The same place as it is kept beside this one, be it out of mind: in its journey, for its world, in others."""
        item = self.get(id)
        if not taken_back.is_place(item):
            return []
        near = self._select(
            "kind = ? AND subject = ? AND id <> ? AND abs(json_extract(data, '$.x') - ?) < 1 "
            "AND abs(json_extract(data, '$.z') - ?) < 1",
            [item.kind, item.subject, id, item.data["x"], item.data["z"]],
            "id",
            -1,
        )
        found, seen = list[Item](), [item]
        while seen:
            one = seen.pop()
            new = [other for other in near if taken_back.is_place(other) and taken_back.kept_with(one, other)]
            near = [other for other in near if other not in new]
            found, seen = found + new, seen + new
        kept = [each for each in found if each.valid_to is None and each.state != "merged"]
        return sorted(kept, key=lambda each: each.id)

    def put_away(self, kind: Kind, scope: str, slot: str | None = None) -> list[Item]:
        """What a person put out of mind or took back, newest first, as far as it still is; not merges taken apart.

        With `slot` only what answers that question, or with '' what answers none.
        """
        return [item for item in self._put_away(kind, scope, slot) if not self._apart(item)]

    def merges_taken_apart(self, kind: Kind, scope: str) -> list[Item]:
        """What was merged and a person took apart again."""
        return [item for item in self._put_away(kind, scope, None) if self._apart(item)]

    def _put_away(self, kind: Kind, scope: str, slot: str | None) -> list[Item]:
        rows = self._db.execute(
            "SELECT away.item FROM journal AS away INDEXED BY journal_put_away "
            f"CROSS JOIN items ON items.id = away.item WHERE {_PUT_AWAY} "
            "AND items.kind = ? AND items.scope = ? AND items.slot = coalesce(?, items.slot) "
            "AND items.state = 'archived' AND items.valid_to IS NULL "
            "AND NOT EXISTS (SELECT 1 FROM journal AS later WHERE later.item = away.item "
            "AND later.operation = 'ARCHIVE' AND later.id > away.id) ORDER BY away.id DESC",
            [kind, scope, slot],
        )
        return [self.get(id) for (id,) in rows.fetchall()]

    def _apart(self, item: Item) -> bool:
        """Whether an item that is out of mind was merged of others, which are no part of it any more."""
        row = self._db.execute(
            "SELECT 1 FROM journal WHERE item = ?1 AND operation = 'MERGE' AND before = '{}' "
            "AND NOT EXISTS (SELECT 1 FROM items WHERE merged_into = ?1) LIMIT 1",
            [item.id],
        ).fetchone()
        return row is not None

    def superseded_before(self, id: int) -> list[Item]:
        """What an item was once superseded by; if it holds now, that was taken back."""
        rows = self._db.execute(
            "SELECT DISTINCT json_extract(after, '$.superseded_by') FROM journal WHERE item = ? "
            "AND operation = 'SUPERSEDE' AND json_extract(after, '$.superseded_by') IS NOT NULL",
            [id],
        )
        return [self.get(by) for (by,) in rows.fetchall()]

    def words_were_taken_back(self, id: int) -> bool:
        """Whether what an item says was once rewritten and a person, who still stands by that, took it back."""
        row = self._db.execute(
            "SELECT 1 FROM journal AS back INDEXED BY journal_undone JOIN journal AS undone ON undone.id = back.undoes "
            "WHERE back.item = ? AND back.undoes IS NOT NULL AND undone.operation = 'UPDATE' AND undone.undoes IS NULL "
            "AND (json_extract(undone.before, '$.text') <> json_extract(undone.after, '$.text') "
            "OR json_extract(undone.before, '$.data') <> json_extract(undone.after, '$.data')) "
            "AND NOT EXISTS (SELECT 1 FROM journal AS again WHERE again.undoes = back.id) LIMIT 1",
            [id],
        ).fetchone()
        return row is not None

    def _select(self, where: str, values: list[Any], order: str, limit: int) -> list[Item]:
        rows = self._db.execute(
            f"SELECT {', '.join(_COLUMNS)}, "
            "(SELECT json_group_array(episode) FROM (SELECT episode FROM evidence WHERE item = items.id ORDER BY 1)), "
            "(SELECT json_group_array(source) FROM (SELECT source FROM sources WHERE item = items.id ORDER BY 1)) "
            f"FROM items WHERE {where} ORDER BY {order} LIMIT ?",
            [*values, limit],
        )
        return [_item(row) for row in rows]


_PUT_AWAY = "away.operation = 'ARCHIVE' AND (away.undoes IS NOT NULL OR json_extract(away.inputs, '$.who') = 'person')"
"""As the index `journal_put_away` has it."""

_COLUMNS = (
    "kind",
    "subject",
    "text",
    "scope",
    "data",
    "valid_from",
    "valid_to",
    "superseded_by",
    "state",
    "slot",
    "recorded_at",
    "confidence",
    "pinned",
    "sensitivity",
    "origin",
    "merged_into",
    "world",
    "id",
)


def _item(row: tuple[Any, ...]) -> Item:
    columns = dict(zip(_COLUMNS, row, strict=False))
    evidence, sources = row[-2:]
    return Item(
        **{**columns, "data": json.loads(columns["data"]), "pinned": bool(columns["pinned"])},
        evidence=tuple(json.loads(evidence)),
        sources=tuple(json.loads(sources)),
    )


def _entry(row: tuple[Any, ...]) -> Entry:
    id, operation, item, at, reason, inputs, before, after, undoes, act = row
    return Entry(
        id, operation, item, at, reason, json.loads(inputs), json.loads(before), json.loads(after), undoes, act
    )
