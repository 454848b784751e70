"""Documents: the rows that recall sees, written in the same transaction as the tier rows they stand for.

A document has words and the words of what came just before it (both searched by FTS5), marks (what it is about: items,
error codes, a place), a state, the time it held and the kind of world it is about. It holds no truth of its own: the
tiers call `keep` whenever their rows change.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from sqlite_utils import Database

State = Literal["current", "archived", "merged", "superseded"]
Mark = tuple[str, str]
Layer = Literal["happened", "learned", "past"]
"""What marks are kept apart by beside their scope: many new episodes must not hide one fact, nor old facts the new."""

HAPPENED = ("episode", "note")
"""Tiers of what happened; all others hold what was learned."""

REGION = 32
"""Width in blocks of the squares by which places are marked; two memories in one square are near each other."""

LISTED = "(SELECT value FROM json_each(?))"
"""Stands in SQL for the ids that `listed` gives as one value, so that the statement is the same for any number."""


def keep(
    db: Database,
    *,
    tier: str,
    ref: int,
    scope: str,
    at: float,
    text: str,
    marks: Iterable[Mark],
    state: State = "current",
    until: float | None = None,
    before: int | None = None,
    sensitivity: str = "plain",
    world: str = "",
) -> int:
    """Write or rewrite the document of one tier row; returns the document's id.

    `before` is the document of what happened just before, if this one belongs to a sequence: its words become context.
    `world` is the kind of world that it is about, '' for any.
    """
    context = ""
    if before is not None:
        context = str(db.execute("SELECT text FROM documents WHERE id = ?", [before]).fetchone()[0])
    document = int(
        db.execute(
            "INSERT INTO documents (tier, ref, scope, state, at, text, context, until, before, sensitivity, world) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tier, ref) DO UPDATE SET "
            "scope = excluded.scope, state = excluded.state, until = excluded.until, at = excluded.at, "
            "before = excluded.before, sensitivity = excluded.sensitivity, world = excluded.world RETURNING id",
            [tier, ref, scope, state, at, text, context, until, before, sensitivity, world],
        ).fetchone()[0]
    )
    # The words are written only where they differ: rewriting them means taking them out of the index and in again.
    db.execute("UPDATE documents SET text = ?1 WHERE id = ?2 AND text <> ?1", [text, document])
    db.execute("UPDATE documents SET context = ?1 WHERE id = ?2 AND context <> ?1", [context, document])
    db.execute("DELETE FROM marks WHERE document = ?", [document])
    layer = layer_of(tier, state)
    db.conn.executemany(
        "INSERT INTO marks (kind, value, scope, layer, document) VALUES (?, ?, ?, ?, ?)",
        [(kind, value, scope, layer, document) for kind, value in sorted(set(marks))],
    )
    return document


def listed(ids: Iterable[int]) -> str:
    """Ids as the value of `LISTED`."""
    return f"[{','.join(map(str, ids))}]"


def all_words(words: Iterable[str]) -> str:
    """The search for texts with all of some words in them, whatever characters these hold; '' for no words."""
    parts = [word.replace('"', '""') for text in words for word in text.split() if any(map(str.isalnum, word))]
    return "text : ({})".format(" AND ".join(f'"{part}"' for part in parts)) if parts else ""


def layer_of(tier: str, state: str) -> Layer:
    """The layer that a document's marks stand in."""
    return "happened" if tier in HAPPENED else "learned" if state == "current" else "past"


def scopes_of(db: Database, kind: str, value: str) -> list[str]:
    """The scopes in which something is marked so, found by one seek for each."""
    rows = db.execute(
        "WITH RECURSIVE found (scope) AS ("
        "SELECT min(scope) FROM marks WHERE kind = ?1 AND value = ?2 UNION ALL "
        "SELECT (SELECT min(scope) FROM marks WHERE kind = ?1 AND value = ?2 AND scope > found.scope) "
        "FROM found WHERE scope IS NOT NULL) SELECT scope FROM found WHERE scope IS NOT NULL",
        [kind, value],
    )
    return [row[0] for row in rows.fetchall()]


def document_of(db: Database, tier: str, ref: int) -> int | None:
    """The id of a tier row's document."""
    row = db.execute("SELECT id FROM documents WHERE tier = ? AND ref = ?", [tier, ref]).fetchone()
    return int(row[0]) if row else None


def region(x: float, z: float) -> str:
    """The name of the square that a place lies in."""
    return f"{int(x // REGION)},{int(z // REGION)}"


def regions_around(x: float, z: float) -> list[str]:
    """The square of a place and its eight neighbours, so that a border between squares hides nothing."""
    return [region(x + dx * REGION, z + dz * REGION) for dx in (-1, 0, 1) for dz in (-1, 0, 1)]
