"""What an iteration of Minecraft teaches memory beside what it saw, and whether a later one put such a memory to use.

Kept are where tables and ores are, what was not to be found, and what to do next time; `agent.sights` keeps what came
into sight. Used is what the world's events show: a place that was dug at or gone to, what was lacking and was come by.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from agent import evidence
from agent.store import Iteration
from curriculum.task import Task
from memory import semantic
from memory.episodic import plain
from memory.guard import quoted
from memory.semantic import Item, Semantic

STATIONS = ("crafting_table", "furnace", "chest", "smoker", "blast_furnace")
LESSONS = ("missing_items", "no_tool", "no_fuel", "no_station", "inventory_full", "not_found", "died", "unreachable")
"""Error codes that say something about the world or the game, not about one program."""
FEW = 4
"""Blocks around a remembered one within which digging one of its kind is using it: a vein is not one block."""
_HANDLED = ("dug", "opened", "stored", "took")
_GOT = ("crafted", "smelted", "picked_up", "took")

Spot = tuple[str, float, float, float]
"""A block and where it is."""


@dataclass(frozen=True)
class Traces:
    """What a run demonstrably did to what memory may tell of.

    `handled` are blocks it dug or opened and had not put there itself, `gone_to` the (x, z) its calls name, `got` the
    items it came by.
    """

    handled: tuple[Spot, ...] = ()
    gone_to: frozenset[tuple[float, float]] = frozenset()
    got: Mapping[str, int] = field(default_factory=dict)


def remember(
    memory: Semantic,
    task: Task,
    row: Iteration,
    events: Sequence[Mapping[str, Any]],
    episode: int,
    now: float,
) -> None:
    """Keep what this iteration taught: where things are, what was not to be found, what to do next time."""

    def keep(item: Item, reason: str) -> None:
        memory.add(replace(item, world=task.world), reason=reason)

    for event in events:
        block = event.get("block", "")
        if event["kind"] == "placed" and block in STATIONS:
            keep(
                semantic.seen(
                    block,
                    event["x"],
                    event["y"],
                    event["z"],
                    scope=row.journey,
                    at=now,
                    evidence=[episode],
                    what="placed",
                ),
                f"placed in iteration {row.iteration}",
            )
    ores = {
        event["block"]: event
        for event in events
        if event["kind"] == "dug" and str(event.get("block", "")).endswith("_ore")
    }
    for block, event in ores.items():
        keep(
            semantic.seen(
                block, event["x"], event["y"], event["z"], scope=row.journey, at=now, evidence=[episode], what="found"
            ),
            f"dug in iteration {row.iteration}",
        )
    code, error = evidence.cause(row), row.error or {}
    if code == "not_found" and isinstance(error.get("value"), Mapping):
        at = row.after["position"]
        keep(
            semantic.not_found(
                str(error["value"].get("name", task.item)),
                at["x"],
                at["y"],
                at["z"],
                within=int(error["value"].get("radius", 32)),
                scope=row.journey,
                at=now,
                evidence=[episode],
            ),
            f"searched in iteration {row.iteration}",
        )
    if code in LESSONS and task.item:
        advice = error.get("remedy") or (quoted(str(error["message"])) if error.get("message") else code)
        lesson = semantic.lesson(
            task.item,
            f"{plain(task.goal)} ended with {code}",
            str(advice),
            scope=row.journey if evidence.CLASSES[code] == "world" else "",
            at=now,
            evidence=[episode],
        )
        kept = {key: error.get(key) for key in ("code", "message", "value")}
        keep(replace(lesson, data={**lesson.data, "error": kept}), f"iteration {row.iteration} failed")


def traces_of(row: Iteration, events: Sequence[Mapping[str, Any]]) -> Traces:
    """What the run of an iteration did, from the calls of its program and the world's events."""
    return Traces(_handled(events), frozenset(_named(row.calls)), _got(events))


def used(item: Item, traces: Traces, about: str) -> bool:
    """Whether a run used a fact, a place or a lesson; `about` is the item of its task."""
    if item.kind == "lesson":
        return _remedied(item, traces, about)
    placed = item.kind in ("fact", "place") and {"x", "y", "z"} <= item.data.keys()
    return placed and item.data.get("what") != "absent" and _place_used(item, traces)


def _place_used(item: Item, traces: Traces) -> bool:
    """It was dug, opened or gone to: being near it by chance is not using it."""
    x, y, z = (float(item.data[axis]) for axis in "xyz")
    handled = (math.dist((x, y, z), there) for block, *there in traces.handled if block == item.subject)
    return (x, z) in traces.gone_to or any(distance <= FEW for distance in handled)


def _remedied(item: Item, traces: Traces, about: str) -> bool:
    """What an earlier run for the same item had lacked was come by."""
    error = item.data.get("error") or {}
    lacked = error.get("value") if error.get("code") == "missing_items" else None
    if item.subject != about or not isinstance(lacked, Mapping) or not lacked:
        return False
    return all(traces.got.get(str(name), 0) >= count for name, count in lacked.items() if isinstance(count, int))


def _handled(events: Iterable[Mapping[str, Any]]) -> tuple[Spot, ...]:
    found, own = [], set()
    for event in events:
        if not {"x", "y", "z", "block"} <= event.keys():
            continue
        spot = (str(event["block"]), float(event["x"]), float(event["y"]), float(event["z"]))
        if event["kind"] == "placed":
            own.add(spot)
        elif event["kind"] in _HANDLED and spot not in own:
            found.append(spot)
    return tuple(found)


def _named(calls: Iterable[Mapping[str, Any]]) -> Iterable[tuple[float, float]]:
    """The places that calls were given; arguments are kept as JSON, cut short where they are long."""
    for call in calls:
        for text in call["args"]:
            try:
                given = json.loads(text)
            except (TypeError, ValueError):
                continue
            if isinstance(given, dict) and all(isinstance(given.get(axis), int | float) for axis in "xz"):
                yield float(given["x"]), float(given["z"])


def _got(events: Iterable[Mapping[str, Any]]) -> Counter[str]:
    got: Counter[str] = Counter()
    for event in events:
        if event["kind"] in _GOT and "item" in event:
            got[str(event["item"])] += int(event.get("count") or 1)
    return got
