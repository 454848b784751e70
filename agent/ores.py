"""Where ores are: kept when they come into sight, taken back when they are looked at and gone.

An observation names the nearest block of each kind. So a remembered one that should be nearer than that is gone. One
place for each vein is enough. What was seen is kept for the world as well: a later journey that begins in the same
world takes it over, and then knows for itself what is gone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agent.store import Iteration
from memory import semantic
from memory.items import same_world
from memory.semantic import Item, Semantic

VEIN = 12
"""Blocks within which two ores of a kind are one place: sight reaches farther than that."""
NEAR = 16
"""Blocks around the body within which a remembered ore would be seen."""
MOST = 300
"""Places that are looked through, newest first."""


def inherit(memory: Semantic, journey: str, place: str, now: float) -> int:
    """Take over what earlier journeys saw in the same world; returns how many places."""
    world = same_world(place)
    seen = [item for item in memory.find(kind="fact", scope=world, limit=MOST) if item.scope == world]
    for item in seen:
        own = replace(item, id=0, scope=journey, sources=(item.id,), valid_from=now, recorded_at=now)
        memory.add(own, reason="seen by an earlier journey in the same world", inputs={"from": item.id})
    return len(seen)


def remember(memory: Semantic, journey: str, place: str, row: Iteration, episode: int, now: float) -> None:
    """Keep the ores in sight after an iteration, and take back those that are gone."""
    at, near = row.after.get("position"), (row.after.get("nearby") or {}).get("blocks") or {}
    if not at:
        return
    here = (at["x"], at["y"], at["z"])
    in_sight = {block: _place(seen["nearest"]) for block, seen in near.items() if block.endswith("_ore")}
    known: dict[str, list[tuple[float, float, float]]] = {}
    for item in _known(memory, journey):
        spot = _place(item.data)
        distance, nearest = math.dist(here, spot), in_sight.get(item.subject)
        if distance <= NEAR and (nearest is None or math.dist(here, nearest) > distance + 1):
            memory.close(item.id, at=now, reason=f"not there any more in iteration {row.iteration}")
        else:
            known.setdefault(item.subject, []).append(spot)
    for block, spot in sorted(in_sight.items()):
        if any(math.dist(spot, other) <= VEIN for other in known.get(block, ())):
            continue
        for scope in (journey, same_world(place)):
            fact = semantic.seen(block, *spot, scope=scope, at=now, evidence=[episode])
            memory.add(replace(fact, world="minecraft"), reason=f"in sight after iteration {row.iteration}")


def _known(memory: Semantic, journey: str) -> list[Item]:
    found = memory.find(kind="fact", scope=journey, limit=MOST)
    return [item for item in found if item.scope == journey and item.data.get("what") == "seen"]


def _place(at: Mapping[str, Any]) -> tuple[float, float, float]:
    return (at["x"], at["y"], at["z"])
