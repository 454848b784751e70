"""Where ores and portals are: kept when they come into sight, taken back when they are looked at and gone. And biomes.

An observation names the nearest block of each kind. So a remembered one that should be nearer than that is gone. One
place for each vein is enough, and of a biome the place where it was first entered. What was seen is kept for the world
as well: a later journey that begins in the same world takes it over, and then knows for itself what is gone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agent.store import Iteration
from memory import semantic
from memory.items import Kind, same_world, spot
from memory.semantic import Item, Semantic

PORTALS = ("nether_portal", "end_portal", "end_gateway")
VEIN = 12
"""Blocks within which two ores of a kind are one place: sight reaches farther than that."""
NEAR = 16
"""Blocks around the body within which a remembered block would be seen."""
MOST = 300
"""Places that are looked through, newest first."""


def inherit(memory: Semantic, journey: str, place: str, now: float) -> int:
    """Take over what earlier journeys saw in the same world; returns how many places."""
    world = same_world(place)
    kinds: tuple[Kind, ...] = ("fact", "place")
    found = (item for kind in kinds for item in memory.find(kind=kind, scope=world, limit=MOST))
    seen = [item for item in found if item.scope == world]
    for item in seen:
        own = replace(item, id=0, scope=journey, sources=(item.id,), valid_from=now, recorded_at=now)
        memory.add(own, reason="seen by an earlier journey in the same world", inputs={"from": item.id})
    return len(seen)


def remember(memory: Semantic, journey: str, place: str, row: Iteration, episode: int, now: float) -> None:
    """Keep what is in sight after an iteration and the biome it led to, and take back what is gone."""
    _enter_biomes(memory, journey, place, row, episode, now)
    at, near = row.after.get("position"), (row.after.get("nearby") or {}).get("blocks") or {}
    if not at:
        return
    here = (at["x"], at["y"], at["z"])
    in_sight = {block: _place(seen["nearest"]) for block, seen in near.items() if _worth_knowing(block)}
    known: dict[str, list[tuple[float, float, float]]] = {}
    for item in _known(memory, journey):
        there = _place(item.data)
        distance, nearest = math.dist(here, there), in_sight.get(item.subject)
        if distance <= NEAR and (nearest is None or math.dist(here, nearest) > distance + 1):
            memory.close(item.id, at=now, reason=f"not there any more in iteration {row.iteration}")
        else:
            known.setdefault(item.subject, []).append(there)
    away = [item for scope in _scopes(journey, place) for item in memory.put_away("fact", scope)]
    for item in away:
        if item.data.get("what") == "seen":  # What a person took back is not kept again as the next ore of its vein.
            known.setdefault(item.subject, []).append(_place(item.data))
    for block, there in sorted(in_sight.items()):
        if any(math.dist(there, other) <= VEIN for other in known.get(block, ())):
            continue
        for scope in _scopes(journey, place):
            fact = semantic.seen(block, *there, scope=scope, at=now, evidence=[episode])
            told = f"in sight after iteration {row.iteration}"
            if not memory.add(replace(fact, world="minecraft"), reason=told).live:
                break


def _enter_biomes(memory: Semantic, journey: str, place: str, row: Iteration, episode: int, now: float) -> None:
    for seen in (row.before, row.after):
        biome, at = seen.get("biome"), seen.get("position")
        if not biome or not at:
            continue
        x, y, z = (round(each) for each in _place(at))
        slot = f"biome {biome}"
        for scope in _scopes(journey, place):
            if memory.answer("place", slot, scope) is not None:
                continue
            entered = spot(biome, x, y, z, "this biome", scope=scope, at=now, evidence=[episode], slot=slot)
            told = f"entered in iteration {row.iteration}"
            if not memory.add(replace(entered, world="minecraft"), reason=told).live:
                break


def _scopes(journey: str, place: str) -> tuple[str, str]:
    """Where a place is kept: for its world, then for the journey, unless a person took it back for the world."""
    return same_world(place), journey


def _worth_knowing(block: str) -> bool:
    return block.endswith("_ore") or block in PORTALS


def _known(memory: Semantic, journey: str) -> list[Item]:
    found = memory.find(kind="fact", scope=journey, limit=MOST)
    return [item for item in found if item.scope == journey and item.data.get("what") == "seen"]


def _place(at: Mapping[str, Any]) -> tuple[float, float, float]:
    return (at["x"], at["y"], at["z"])
