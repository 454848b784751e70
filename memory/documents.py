"""Documents: the rows that recall sees, written in the same transaction as the tier rows they stand for.

A document has words and the words of what came just before it (both searched by FTS5), marks (what it is about: items,
error codes, a place), a state and the time it held. It holds no truth of its own: the tiers call `keep` whenever their
rows change.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from sqlite_utils import Database

State = Literal["current", "archived", "merged", "superseded"]
Mark = tuple[str, str]

REGION = 32
"""Width in blocks of the squares by which places are marked; two memories in one square are near each other."""


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
) -> int:
    """Write or rewrite the document of one tier row; returns the document's id.

    `before` is the document of what happened just before, if this one belongs to a sequence: its words become context.
    """
    context = ""
    if before is not None:
        context = str(db.execute("SELECT text FROM documents WHERE id = ?", [before]).fetchone()[0])
    document = int(
        db.execute(
            "INSERT INTO documents (tier, ref, scope, state, at, text, context, until, before, sensitivity) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tier, ref) DO UPDATE SET "
            "state = excluded.state, until = excluded.until, at = excluded.at, sensitivity = excluded.sensitivity "
            "RETURNING id",
            [tier, ref, scope, state, at, text, context, until, before, sensitivity],
        ).fetchone()[0]
    )
    # The words are written only where they differ: rewriting them means taking them out of the index and in again.
    db.execute("UPDATE documents SET text = ?1 WHERE id = ?2 AND text <> ?1", [text, document])
    db.execute("DELETE FROM marks WHERE document = ?", [document])
    db.conn.executemany(
        "INSERT INTO marks (document, kind, value) VALUES (?, ?, ?)",
        [(document, kind, value) for kind, value in sorted(set(marks))],
    )
    return document


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
