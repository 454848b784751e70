"""Strengths on disk: how well each memory holds, changed only by uses with a known outcome.

Each use is a row that is never edited; the strength beside it is the sum of those rows and can be computed anew. Fading
itself is never written: decay.py computes it on reading.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from sqlite_utils import Database

from memory import decay
from memory.db import atomic
from memory.decay import Outcome, Strength
from memory.documents import HAPPENED, LISTED, listed
from memory.errors import NotKept


def strength_of(db: Database, document: int) -> Strength:
    """How well a memory holds; one that was never used has the first strength of its tier."""
    found = strengths_of(db, [document])
    if not found:
        raise NotKept(f"no document {document} is kept")
    return found[document]


def strengths_of(db: Database, documents: Sequence[int], as_of: float | None = None) -> dict[int, Strength]:
    """How well several memories hold, in one look; or how well they held, by the uses up to a time."""
    if as_of is not None:
        return _strengths_then(db, documents, as_of)
    found = {}
    for document, tier, at, *held in db.execute(
        "SELECT id, tier, documents.at, stability, difficulty, last_used, uses, lapses FROM documents "
        f"LEFT JOIN strengths ON document = id WHERE id IN {LISTED}",
        [listed(documents)],
    ):
        found[document] = Strength(*held) if held[0] is not None else _unused(tier, at)
    return found


def _strengths_then(db: Database, documents: Sequence[int], as_of: float) -> dict[int, Strength]:
    rows = db.execute(f"SELECT id, tier, at FROM documents WHERE id IN {LISTED}", [listed(documents)])
    held = {document: _unused(tier, at) for document, tier, at in rows.fetchall()}
    uses = db.execute(
        f"SELECT document, outcome, at FROM reviews WHERE document IN {LISTED} AND at <= ? ORDER BY id",
        [listed(documents), as_of],
    )
    for document, outcome, at in uses:
        held[document] = decay.review(held[document], outcome, at)
    return held


def _unused(tier: str, at: float) -> Strength:
    return decay.first_strength("episodic" if tier in HAPPENED else "semantic", at)


def record_use(
    db: Database,
    documents: Sequence[int],
    outcome: Outcome,
    *,
    now: float,
    journey: str,
    iteration: int,
    borne_out: bool = False,
) -> int:
    """Tell how the use of memories went; written once for each (document, journey, iteration); how many were new.

    `borne_out` says that they were not used: what happened in that iteration confirmed them.
    """
    new = 0
    if outcome == "shown":
        return new
    with atomic(db):
        for document in documents:
            done = db.execute(
                "INSERT OR IGNORE INTO reviews (document, outcome, at, journey, iteration, borne_out) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                [document, outcome, now, journey, iteration, int(borne_out)],
            )
            if done.rowcount:
                new += 1
                _keep(db, document, decay.review(strength_of(db, document), outcome, now))
    return new


def rebuild(db: Database) -> int:
    """Compute every strength anew from the uses; returns how many memories were used."""
    with atomic(db):
        db.execute("DELETE FROM strengths")
        uses = db.execute("SELECT document, outcome, at FROM reviews ORDER BY document, id").fetchall()
        for document, some in itertools.groupby(uses, key=lambda use: use[0]):
            held = strength_of(db, document)
            for _, outcome, at in some:
                held = decay.review(held, outcome, at)
            _keep(db, document, held)
        return int(db.execute("SELECT count(*) FROM strengths").fetchone()[0])


def _keep(db: Database, document: int, held: Strength) -> None:
    db.execute(
        "INSERT OR REPLACE INTO strengths VALUES (?, ?, ?, ?, ?, ?)",
        [document, held.stability, held.difficulty, held.last_used, held.uses, held.lapses],
    )
