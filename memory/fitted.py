"""Settings that were fitted on this database, or the defaults. fit.py finds them; this only keeps and gives them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from memory.db import atomic
from memory.decay import DEFAULT
from memory.log import canonical
from memory.question import Weights


def keep(db: Database, name: str, value: Mapping[str, Any], now: float) -> None:
    """Use a fitted setting from now on."""
    with atomic(db):
        db.execute("INSERT OR REPLACE INTO fitted VALUES (?, ?, ?)", [name, now, canonical(dict(value))])


def fitted_weights(db: Database) -> Weights:
    """The weights that were fitted on this database, or the default."""
    value = _value(db, "weights") or {}
    known = Weights().to_json()
    return Weights(**{name: weight for name, weight in value.items() if name in known})


def fitted_curve(db: Database) -> tuple[str, float]:
    """(curve, scale) that were fitted on this database, or the default."""
    value = _value(db, "curve")
    return (str(value["curve"]), float(value["scale"])) if value else (DEFAULT, 1.0)


def settings(db: Database) -> dict[str, Any]:
    """What memory fades and recalls by now: the curve, its scale, who chose it (hand, log, default); the weights."""
    curve, scale = fitted_curve(db)
    by = (_value(db, "curve") or {"by": "default"}).get("by", "log")
    return {"curve": curve, "scale": scale, "by": by, "weights": fitted_weights(db).to_json()}


def _value(db: Database, name: str) -> dict[str, Any] | None:
    row = db.execute("SELECT value FROM fitted WHERE name = ?", [name]).fetchone()
    return json.loads(row[0]) if row else None
