"""Lessons that may say the same in other words: found by common words, put to whoever can read them, one group a time.

`reconcile` merges what has the same words. What only has many in common is for a reader: this module finds it, and
keeps the place up to which changes were looked at. It asks nobody and merges nothing; the merge gate decides as always.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlite_utils import Database

from memory import gate
from memory.db import atomic
from memory.items import Item
from memory.log import canonical
from memory.semantic import Semantic

NAME = "rephrase"
"""Under which the place is kept, beside those of the jobs."""
LIKELY = 0.25
"""Share of common words from which two lessons about the same thing are worth a reader's look."""
MOST = 6
"""Lessons of one group."""
LOOKED_AT = 200
"""Changes that one search goes through."""


@dataclass(frozen=True)
class Group:
    """Lessons about one thing, the newly changed one first; `entry` is its line in the journal."""

    items: tuple[Item, ...]
    entry: int
    refused: tuple[str, ...] = ()
    """Why the gate refused what an earlier answer wanted to merge."""
    tries: int = 0
    """Answers that were read already."""


def next_group(db: Database) -> Group | None:
    """The next lessons to read, None if there are none."""
    changes, place = _changes(db), _place(db)
    group = next(_groups(db, changes), None)
    if group is None and changes:
        _keep(db, {**place, "entry": changes[-1][0]})
    if group is not None and place.get("of") == group.entry:
        return replace(group, refused=tuple(place["refused"]), tries=place["tries"])
    return group


def had(db: Database, step: str) -> bool:
    """Whether an answer was read in this step of a journey: one is enough."""
    return _place(db).get("step") == step


def waiting(db: Database) -> list[Group]:
    """All groups of the next changes, as they would be read one a step; writes nothing."""
    return [*_groups(db, _changes(db))]


def done(db: Database, group: Group, step: str) -> None:
    """The group was read in this step; its changes are not looked at again."""
    _keep(db, {"entry": group.entry, "step": step})


def again(db: Database, group: Group, refused: Sequence[str], step: str) -> None:
    """An answer was read in this step, and some of it refused: what is left of the group is to be read once more."""
    before = _place(db).get("entry", 0)
    _keep(db, {"entry": before, "step": step, "of": group.entry, "refused": [*refused], "tries": group.tries + 1})


def _changes(db: Database) -> list[tuple[int, int]]:
    """(entry of the journal, lesson) of the next changes that were not looked at."""
    return db.execute(
        "SELECT journal.id, item FROM journal JOIN items ON items.id = item WHERE journal.id > ? "
        "AND operation IN ('ADD', 'RESTORE') AND kind = 'lesson' AND slot = '' AND sensitivity = 'plain' "
        "AND valid_to IS NULL AND state IN ('generated', 'active') ORDER BY journal.id LIMIT ?",
        [_place(db).get("entry", 0), LOOKED_AT],
    ).fetchall()


def _groups(db: Database, changes: Sequence[tuple[int, int]]) -> Iterator[Group]:
    semantic = Semantic(db)
    for entry, id in changes:
        items = _alike(db, semantic, semantic.get(id))
        if len(items) > 1:
            yield Group(items, entry)


def _alike(db: Database, semantic: Semantic, item: Item) -> tuple[Item, ...]:
    """The lesson and older ones about the same thing that share words with it, but do not say the same with them."""
    rows = db.execute(
        "SELECT id FROM items WHERE kind = 'lesson' AND subject = ? AND scope = ? AND slot = '' AND id < ? "
        "AND sensitivity = 'plain' AND valid_to IS NULL AND state IN ('generated', 'active') ORDER BY id DESC LIMIT 50",
        [item.subject, item.scope, item.id],
    ).fetchall()
    others = [semantic.get(id) for (id,) in rows]
    near = [
        each
        for each in others
        if gate.likeness(item.text, each.text) >= LIKELY and not gate.same(item.text, each.text).ok
    ]
    return (item, *near[: MOST - 1])


def _place(db: Database) -> dict[str, Any]:
    row = db.execute("SELECT cursor FROM jobs WHERE name = ?", [NAME]).fetchone()
    return dict(json.loads(row[0])) if row else {}


def _keep(db: Database, place: Mapping[str, Any]) -> None:
    with atomic(db):
        db.execute(
            "INSERT INTO jobs VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor",
            [NAME, canonical(place)],
        )
