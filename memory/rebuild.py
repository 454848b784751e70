"""Makes everything derived in the database anew from what is the truth: words, documents, marks, strengths, tallies.

What recall sees follows from the rows of the tiers, the uses and the places of the jobs. Vectors are made anew by their
own index. Nothing here changes a row that is a record of what happened or what is held to be true.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from memory import strengths
from memory.consolidate import Consolidate, tallies_of
from memory.db import atomic
from memory.documents import LISTED, listed
from memory.episodic import Episodes
from memory.jobs import cursor_of
from memory.notes import Notes
from memory.semantic import Semantic

_STEP = 200
"""Rows in one transaction: a journey that plays meanwhile waits no longer for its own."""

Told = Callable[[str, int, int], None]
"""Hears the name of a part, how many of its rows are done, and of how many."""


@dataclass(frozen=True)
class Rebuilt:
    """Rows of each tier whose documents were made anew, how many of these `differed`, memories with uses, tallies."""

    episodes: int
    notes: int
    items: int
    differed: int
    used: int
    tallies: int


def rebuild(db: Database, told: Told = lambda part, done, of: None) -> Rebuilt:
    """Make all of it anew. Can be stopped anywhere and begun again; recall works meanwhile."""
    _words(db, told)
    episodes, notes, semantic = Episodes(db), Notes(db), Semantic(db)
    writers: tuple[tuple[str, str, str, Callable[[int], None]], ...] = (
        ("episodes", "journey, iteration", "('episode')", lambda id: episodes.document(episodes.by_id(id))),
        ("notes", "scope, stream, position", "('note')", lambda id: notes.document(notes.by_id(id))),
        ("items", "id", f"({_KINDS})", lambda id: semantic.document(semantic.get(id))),
    )
    counts, differed = dict[str, int](), 0
    # Each after the one before it in its sequence, whose words are its context.
    for part, order, tiers, write in writers:
        ids = [id for (id,) in db.execute(f"SELECT id FROM {part} ORDER BY {order}").fetchall()]
        for start in range(0, len(ids), _STEP):
            some = ids[start : start + _STEP]
            with atomic(db):
                before = _faces(db, tiers, some)
                for id in some:
                    write(id)
                after = _faces(db, tiers, some)
            differed += sum(before.get(ref) != face for ref, face in after.items())
            told(part, start + len(some), len(ids))
        counts[part] = len(ids)
    used = strengths.rebuild(db)
    return Rebuilt(**counts, differed=differed, used=used, tallies=_tallies(db, told))


_KINDS = "'fact', 'lesson', 'place', 'procedure', 'sign', 'summary'"


def _words(db: Database, told: Told) -> None:
    """The full-text index, from the documents as they are; from then on it follows their changes by itself."""
    (documents,) = db.execute("SELECT count(*) FROM documents").fetchone()
    told("words", 0, documents)
    with atomic(db):
        db.execute("INSERT INTO words (words) VALUES ('rebuild')")
    told("words", documents, documents)


def _faces(db: Database, tiers: str, refs: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    """What recall sees of some rows: document and marks."""
    rows = db.execute(
        "SELECT ref, documents.scope, state, at, until, text, context, before, sensitivity, world, "
        "(SELECT group_concat(kind || value || scope || layer, char(10)) FROM "
        "(SELECT * FROM marks WHERE document = documents.id ORDER BY kind, value)) "
        f"FROM documents WHERE tier IN {tiers} AND ref IN {LISTED}",
        [listed(refs)],
    )
    return {row[0]: tuple(row) for row in rows.fetchall()}


def _tallies(db: Database, told: Told) -> int:
    """The counts that conclusions are drawn from, over the episodes that were drawn from."""
    counts: Counter[tuple[str, str]] = Counter()
    last = _count(db, counts, 0, told)
    with atomic(db):
        _count(db, counts, last, told)  # what the job drew from while we counted
        db.execute("DELETE FROM tallies")
        rows = [(subject, name, count) for (subject, name), count in sorted(counts.items())]
        db.conn.executemany("INSERT INTO tallies VALUES (?, ?, ?)", rows)
    return len(counts)


def _count(db: Database, counts: Counter[tuple[str, str]], after: int, told: Told) -> int:
    """Count the episodes after one up to where the job is; returns the last of them."""
    episodes, last = Episodes(db), int(cursor_of(db, Consolidate.name).get("episode", 0))
    ids = db.execute("SELECT id FROM episodes WHERE id > ? AND id <= ? ORDER BY id", [after, last]).fetchall()
    for done, (id,) in enumerate(ids, 1):
        counts.update(tallies_of(episodes.by_id(id)))
        if done % _STEP == 0 or done == len(ids):
            told("tallies", done, len(ids))
    return last
