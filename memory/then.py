"""What memory held at an earlier time: it rewrites facts and lessons as it learns, and the journal keeps each version.

Recall finds candidates by indexes of what is said now. What has been written anew since is compared by what it said
then, and no index misses it. Only the vectors of earlier words are gone: by meaning, such a version is not found.
Nothing here writes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence

from sqlite_utils import Database

from memory.documents import HAPPENED, LISTED, listed
from memory.items import Item, from_snapshot
from memory.question import VERSION, Question

_REWRITTEN = (
    "(json_extract(before, '$.text') <> json_extract(after, '$.text') "
    "OR json_extract(before, '$.data') <> json_extract(after, '$.data'))"
)
"""As the index `journal_rewritten` has it."""


def rewritten(db: Database, question: Question) -> dict[int, Item]:
    """Documents whose words or data were written anew after `question.as_of`, as they were then, in whichever world."""
    if question.as_of is None:
        return {}
    found = db.execute(
        f"SELECT DISTINCT item FROM journal WHERE (at > ? OR id > ?) AND {_REWRITTEN}",
        [question.as_of, question.entries],
    )
    items = [item for (item,) in found.fetchall()]
    where, values = question.in_any_world().visible()
    rows = db.execute(
        f"SELECT id FROM documents WHERE ref IN {LISTED} AND tier NOT IN {HAPPENED} AND {where}",
        [listed(items), *values],
    )
    return versions(db, [id for (id,) in rows.fetchall()], question)


def versions(db: Database, documents: Sequence[int], question: Question) -> dict[int, Item]:
    """What documents of items said as of the question; what happened is never rewritten and not among them."""
    if question.as_of is None:
        return {}
    rows = db.execute(
        f"SELECT id, ref, {VERSION} FROM documents WHERE id IN {LISTED} AND tier NOT IN {HAPPENED}",
        [question.as_of, question.entries, listed(documents)],
    )
    return {id: from_snapshot(json.loads(after), ref) for id, ref, after in rows.fetchall() if after}


def having(words: Sequence[str], texts: Mapping[int, str]) -> dict[str, list[int]]:
    """Which of some texts each word is in, stemmed as the index of words does it."""
    with sqlite3.connect(":memory:") as db:
        db.execute("CREATE VIRTUAL TABLE said USING fts5 (text, tokenize='porter unicode61')")
        db.executemany("INSERT INTO said (rowid, text) VALUES (?, ?)", texts.items())
        asking = "SELECT rowid FROM said WHERE said MATCH ?"
        found = {word: [id for (id,) in db.execute(asking, [f'"{word}"'])] for word in words}
    db.close()
    return found
