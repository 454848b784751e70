"""The steps from an inventory to an item, with amounts: the tech tree walked backwards along the cheapest ways.

Pure: reads game data, never a world. The plan is a guess about effort, not about the map: it says what to gain in which
order, and leaves where and how to whoever carries it out.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

from curriculum.errors import UnknownName
from curriculum.gamedata import Craft, GameData, Mine, Need, Smelt, Step


class _Planner:
    """One planning run: the pool of what is there, and the steps decided so far."""

    def __init__(self, data: GameData, inventory: Mapping[str, int]) -> None:
        self.data = data
        self.pool = Counter({name: count for name, count in inventory.items() if count > 0})
        self.ranks = data.ranks(frozenset(self.pool))
        self.steps: list[Step] = []

    def choose(self, need: Need) -> str:
        """Which of the alternatives to go for: what is there in full, then most of it, then the cheapest."""

        def key(name: str) -> tuple[float, float]:
            missing = need.count - min(need.count, self.pool[name])
            return (0.0, 0.0) if not missing else (1.0, self.cost(name))

        return min(need.names, key=key)

    def cost(self, name: str) -> float:
        if name in self.ranks:
            return self.ranks[name].cost
        rank = self.data.ranks().get(name)
        return rank.cost if rank else math.inf

    def meet(self, need: Need) -> None:
        """Sees to it that the pool covers `need`, and takes from it what is used up."""
        name = self.choose(need)
        self.gain(name, need.count - self.pool[name])
        if not need.kept:
            self.pool[name] -= need.count

    def gain(self, name: str, missing: int) -> None:
        if missing <= 0:
            return
        rank = self.ranks.get(name) or self.data.ranks().get(name)
        if rank is None:
            raise UnknownName("reachable item", name, self.data.ranks())
        way = rank.way
        for need in sorted(self.data.needs(way, missing), key=lambda need: need.kept, reverse=True):
            if isinstance(way, Smelt) and need.names == tuple(self.data.fuel):
                self.burn(missing * way.ticks)
            else:
                self.meet(need)
        made = math.ceil(missing / way.recipe.count) * way.recipe.count if isinstance(way, Craft) else missing
        self.add(Step(name, made, way))
        self.pool[name] += made

    def burn(self, ticks: int) -> None:
        """Takes fuel for `ticks` of smelting: what is there and spare, else the cheapest that can be had."""
        fuels = [name for name in self.data.fuel if self.data.fuel[name] and self.cost(name) < math.inf]
        owned = [name for name in self.data.fuel if self.pool[name] * self.data.fuel[name] >= ticks]
        names = owned or sorted(fuels, key=lambda name: (self.cost(name), -self.data.fuel[name]))
        per_item = self.data.fuel[names[0]]
        self.meet(Need((names[0],), math.ceil(ticks / per_item)))

    def add(self, step: Step) -> None:
        """Appends a step; digging the same thing again right away is one step with more of it."""
        if self.steps and isinstance(step.way, Mine) and self.steps[-1].way == step.way:
            step = Step(step.item, self.steps.pop().count + step.count, step.way)
        self.steps.append(step)


def plan(data: GameData, name: str, count: int, inventory: Mapping[str, int]) -> tuple[Step, ...]:
    """The steps that end with `count` of `name` (an item or a '#tag'); see GameData.plan."""
    members = data.expand(name)
    if sum(inventory.get(member, 0) for member in members) >= count:
        return ()
    planner = _Planner(data, inventory)
    best = planner.choose(Need(members, count))
    planner.gain(best, count - planner.pool[best])
    return tuple(planner.steps)
