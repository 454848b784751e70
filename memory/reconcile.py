"""The job `reconcile`: what says the same becomes one, what contradicts is put right, and doubt changes nothing.

Looks at each item that was added or changed since it last looked. It merges only what the merge gate lets through,
keeps the originals, and writes down why it did not merge what looked alike.
"""

from __future__ import annotations

import math

from sqlite_utils import Database

from memory import gate, taken_back
from memory.errors import Refused
from memory.items import Item
from memory.jobs import Cursor, Step
from memory.semantic import Semantic

_NEIGHBOURS = 50
_HERE, _NOT_HERE = ("seen", "found", "placed"), "absent"


class Reconcile:
    """Works through changes in the journal, oldest first."""

    name = "reconcile"

    def waiting(self, db: Database, cursor: Cursor, now: float) -> int:
        """Changes that were not looked at yet."""
        counting = f"SELECT count(*) FROM journal WHERE id > ? AND {_CHANGES}"
        return int(db.execute(counting, [cursor.get("entry", 0)]).fetchone()[0])

    def step(self, db: Database, cursor: Cursor, now: float, limit: int) -> Step:
        """Compare the next changed items with their neighbours."""
        rows = db.execute(
            f"SELECT id, item FROM journal WHERE id > ? AND {_CHANGES} ORDER BY id LIMIT ?",
            [cursor.get("entry", 0), limit],
        ).fetchall()
        semantic, lines = Semantic(db), []
        for _, id in rows:
            item = semantic.get(id)
            if item.live and item.kind != "sign":
                lines += _reconcile(semantic, item, now)
        return Step(
            {"entry": rows[-1][0] if rows else cursor.get("entry", 0)}, len(rows), len(rows) == limit, (*lines,)
        )


_CHANGES = "operation IN ('ADD', 'UPDATE', 'RESTORE')"


def _reconcile(semantic: Semantic, item: Item, now: float) -> list[str]:
    lines: list[str] = []
    if item.slot and item.data.get("what") not in (*_HERE, _NOT_HERE):
        # It supersedes what answered its question before, and says of no thing that it is there or not.
        return lines
    for other in _neighbours(semantic, item):
        wrong, right = _contradiction(item, other)
        if wrong is not None and right is not None:
            if _stood_by(semantic, wrong, right):
                semantic.noop(
                    wrong.id, at=now, reason="not superseded: a person took that back", inputs={"by": right.id}
                )
                continue
            try:
                semantic.supersede(
                    wrong.id, right, reason="contradicted by what was found later", inputs={"by": right.id}
                )
            except Refused as refusal:
                semantic.noop(wrong.id, at=now, reason=f"not superseded: {refusal}", inputs={"by": right.id})
                continue
            lines.append(f"wrong now: {wrong.text}, because: {right.text}")
            if wrong.id == item.id:
                return lines
        elif item.slot == other.slot == "" and gate.likeness(item.text, other.text) >= gate.ALIKE:
            text = max((item, other), key=lambda each: (len(each.text), -each.id)).text
            try:
                _say_the_same(item, other)
                semantic.merge([item.id, other.id], text, at=now, reason="say the same", inputs={"with": other.id})
            except Refused as refusal:
                semantic.noop(item.id, at=now, reason=f"not merged: {refusal}", inputs={"with": other.id})
                continue
            lines.append(f"merged: {text}")
            return lines
    return lines


def _say_the_same(item: Item, other: Item) -> None:
    """Raises Refused with what one of two items says and the other does not: no model vouches for them here."""
    verdict = gate.same(item.text, other.text)
    if not verdict.ok:
        raise Refused(f"they differ in {', '.join(verdict.lost[:5])}")


def _stood_by(semantic: Semantic, wrong: Item, right: Item) -> bool:
    """Whether a person took back that it was wrong because of a statement like this one: the next empty search, say."""
    before = semantic.superseded_before(wrong.id)
    missing = right.data.get("what") == _NOT_HERE
    return any(
        each.id == right.id
        or taken_back.about_the_same(right, each)
        or (missing and each.data.get("what") == _NOT_HERE)
        for each in before
    )


def _neighbours(semantic: Semantic, item: Item) -> list[Item]:
    """Live items of the same kind about the same thing in the same scope, newest first."""
    found = semantic.alike(item.kind, item.subject, item.scope, limit=_NEIGHBOURS + 1)
    return [other for other in found if other.id != item.id][:_NEIGHBOURS]


def _contradiction(item: Item, other: Item) -> tuple[Item, Item] | tuple[None, None]:
    """(wrong, right) if one says that a thing is there and a later one that it is not, or the other way round."""
    there = next((each for each in (item, other) if each.data.get("what") in _HERE), None)
    absent = next((each for each in (item, other) if each.data.get("what") == _NOT_HERE), None)
    if there is None or absent is None or there.valid_from == absent.valid_from:
        return None, None
    here, searched = (tuple(each.data[axis] for axis in "xyz") for each in (there, absent))
    if math.dist(here, searched) > absent.data["within"]:
        return None, None
    return (there, absent) if absent.valid_from > there.valid_from else (absent, there)
