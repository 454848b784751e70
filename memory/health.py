"""How memory stands, in numbers that a person can act on. Reads only."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlite_utils import Database

from memory import decay, gate
from memory.fitted import fitted_curve
from memory.items import LIVE
from memory.strengths import strength_of

_ALIKE = 0.9
_SAMPLE = 2000
"""Newest items that are looked at one by one, so that the numbers come at once however much there is."""


def health(db: Database, *, now: float) -> dict[str, Any]:
    """Sizes by tier and state, retention, and the shares of what should not be there."""
    states = db.execute("SELECT tier, state, count(*) FROM documents GROUP BY tier, state ORDER BY tier, state")
    tiers: dict[str, dict[str, int]] = {}
    for tier, state, count in states:
        tiers.setdefault(tier, {})[state] = count
    pages, size = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    vectors = db.execute("SELECT model, count(*) FROM vectors GROUP BY model ORDER BY model").fetchall()
    documents = db.execute("SELECT count(*) FROM documents").fetchone()[0]
    return {
        "tiers": tiers,
        "events": db.execute("SELECT count(*) FROM events").fetchone()[0],
        "bytes": pages * size,
        "journal": dict(db.execute("SELECT operation, count(*) FROM journal GROUP BY operation ORDER BY operation")),
        "used": db.execute("SELECT count(DISTINCT document) FROM reviews WHERE NOT borne_out").fetchone()[0],
        "index": [{"model": model, "vectors": count, "missing": documents - count} for model, count in vectors],
        **_of_items(db, now),
    }


def _of_items(db: Database, now: float) -> dict[str, Any]:
    rows = db.execute(
        "SELECT kind, items.scope, subject, slot, items.text, documents.id FROM items JOIN documents "
        "ON tier = kind AND ref = items.id WHERE valid_to IS NULL AND items.state IN (?, ?) "
        "ORDER BY items.id DESC LIMIT ?",
        [*LIVE, _SAMPLE],
    ).fetchall()
    curve, scale = fitted_curve(db)
    retention: Counter[str] = Counter()
    alike: dict[tuple[str, ...], list[str]] = {}
    doubles = empty = 0
    for kind, scope, subject, slot, text, document in rows:
        held = decay.retrievability(strength_of(db, document), now, curve, scale)
        retention["firm" if held >= 0.9 else "fading" if held >= 0.5 else "faded"] += 1
        group = alike.setdefault((kind, scope, subject, slot), [])
        if any(gate.likeness(text, other) >= _ALIKE and gate.check([text, other], text).ok for other in group[-20:]):
            doubles += 1
        group.append(text)
        empty += len(text.split()) < 2
    share = max(1, len(rows))
    return {
        "retention": dict(retention),
        "duplicate_share": round(doubles / share, 4),
        "junk_share": round(empty / share, 4),
        "contradictions_open": contradictions(db),
        "looked_at": len(rows),
    }


def contradictions(db: Database) -> int:
    """Pairs of live facts of which a later one says that the thing of an earlier one is not there."""
    return int(
        db.execute(
            "SELECT count(*) FROM items AS there JOIN items AS absent ON there.subject = absent.subject "
            "AND there.scope = absent.scope AND there.kind = 'fact' AND absent.kind = 'fact' "
            "WHERE there.valid_to IS NULL AND absent.valid_to IS NULL "
            "AND there.state IN ('generated', 'active') AND absent.state IN ('generated', 'active') "
            "AND json_extract(there.data, '$.what') IN ('seen', 'found', 'placed') "
            "AND json_extract(absent.data, '$.what') = 'absent' AND there.valid_from <> absent.valid_from "
            "AND pow(json_extract(there.data, '$.x') - json_extract(absent.data, '$.x'), 2) "
            "+ pow(json_extract(there.data, '$.y') - json_extract(absent.data, '$.y'), 2) "
            "+ pow(json_extract(there.data, '$.z') - json_extract(absent.data, '$.z'), 2) "
            "<= pow(json_extract(absent.data, '$.within'), 2)"
        ).fetchone()[0]
    )
