"""The steps from an inventory to an item, with amounts: the tech tree walked backwards along the cheapest ways.

Pure: reads game data, never a world. The plan is a guess about effort, not about the map: it says what to gain in which
order, and leaves where and how to whoever carries it out.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from curriculum.errors import UnknownName
from curriculum.ways import Craft, Mine, Need, Rank, Smelt, Step

if TYPE_CHECKING:
    from curriculum.gamedata import GameData

FUELS = ("coal", "charcoal", "#planks", "#logs", "stick")
"""What is burnt of what is there, in this order: never a tool or a station, though they would burn."""


class _Planner:
    """One planning run: the pool of what is there, and the steps decided so far."""

    def __init__(self, data: GameData, inventory: Mapping[str, int]) -> None:
        self.data = data
        self.pool = Counter({name: count for name, count in inventory.items() if count > 0})
        self.near = data.ranks(dict(self.pool))
        self.bare = data.ranks()
        self.open: set[str] = set()
        self.steps: list[Step] = []

    def gain(self, name: str, missing: int, ranks: Mapping[str, Rank]) -> None:
        """Plans to gain `missing` more of `name` by its cheapest way in `ranks`.

        Ranks from the inventory count one unit of everything, so a shortage can lead back to an item that is being
        planned already; below that point ranks from bare hands are followed, which never lead through themselves.
        """
        if missing <= 0:
            return
        if name in self.open:
            ranks = self.bare
        if name not in ranks:
            raise UnknownName("reachable item", name, ranks)
        outer = name not in self.open
        self.open.add(name)
        way = ranks[name].way
        for need in sorted(self.data.needs(way, missing), key=lambda need: need.kept, reverse=True):
            if isinstance(way, Smelt) and need.burnt:
                self.burn(missing * way.ticks, ranks)
            else:
                self.meet(need, ranks)
        if outer:
            self.open.discard(name)
        made = math.ceil(missing / way.recipe.count) * way.recipe.count if isinstance(way, Craft) else missing
        self.add(Step(name, made, way))
        self.pool[name] += made

    def meet(self, need: Need, ranks: Mapping[str, Rank]) -> None:
        """Sees to it that the pool covers `need`, and takes from it what is used up."""
        name = self.choose(need, ranks)
        self.gain(name, need.count - self.pool[name], ranks)
        if not need.kept:
            self.pool[name] -= need.count

    def choose(self, need: Need, ranks: Mapping[str, Rank]) -> str:
        """Which of the alternatives to take: one that is there in full, else the cheapest to gain."""
        there = (name for name in need.names if self.pool[name] >= need.count)
        return next(there, None) or min(need.names, key=lambda name: ranks[name].cost if name in ranks else math.inf)

    def burn(self, ticks: int, ranks: Mapping[str, Rank]) -> None:
        """Takes fuel for `ticks` of smelting: of what is there, else the cheapest that can be had."""
        fuel = self.data.fuel
        spare = [name for names in FUELS for name in self.data.expand(names) if name in fuel]
        enough = (name for name in spare if self.pool[name] * fuel[name] >= ticks)
        name = next(enough, None) or min(
            (name for name in spare if name in ranks),
            key=lambda name: ranks[name].cost * math.ceil(ticks / fuel[name]),
        )
        self.meet(Need((name,), math.ceil(ticks / fuel[name])), ranks)

    def add(self, step: Step) -> None:
        """Appends a step; digging the same thing again right away is one step with more of it."""
        if self.steps and isinstance(step.way, Mine) and self.steps[-1].way == step.way:
            step = Step(step.item, self.steps.pop().count + step.count, step.way)
        self.steps.append(step)


def plan(data: GameData, name: str, count: int, inventory: Mapping[str, int]) -> tuple[Step, ...]:
    """The steps that end with `count` of `name` (an item or a '#tag'); see GameData.plan."""
    members = data.expand(name)
    owned = sum(inventory.get(member, 0) for member in members)
    if owned >= count:
        return ()
    planner = _Planner(data, inventory)
    best = planner.choose(Need(members, count), planner.near)
    planner.gain(best, count - owned, planner.near)
    return tuple(planner.steps)
