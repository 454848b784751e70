"""Documents: the rows that recall sees, written in the same transaction as the tier rows they stand for.

A document has words (searched by FTS5), marks (what it is about: items, error codes, a place) and a state. It holds
no truth of its own: episodic.py and semantic.py call `keep` whenever their rows change.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from sqlite_utils import Database

State = Literal["current", "archived", "superseded"]
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
) -> int:
    """Write or rewrite the document of one tier row; returns the document's id."""
    db.execute(
        "INSERT INTO documents (tier, ref, scope, state, at, text) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (tier, ref) DO UPDATE SET state = excluded.state, text = excluded.text",
        [tier, ref, scope, state, at, text],
    )
    document = int(db.execute("SELECT id FROM documents WHERE tier = ? AND ref = ?", [tier, ref]).fetchone()[0])
    db.execute("DELETE FROM marks WHERE document = ?", [document])
    db.conn.executemany(
        "INSERT INTO marks (document, kind, value) VALUES (?, ?, ?)",
        [(document, kind, value) for kind, value in sorted(set(marks))],
    )
    return document


def region(x: float, z: float) -> str:
    """The name of the square that a place lies in."""
    return f"{int(x // REGION)},{int(z // REGION)}"


def regions_around(x: float, z: float) -> list[str]:
    """The square of a place and its eight neighbours, so that a border between squares hides nothing."""
    return [region(x + dx * REGION, z + dz * REGION) for dx in (-1, 0, 1) for dz in (-1, 0, 1)]
