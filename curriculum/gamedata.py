"""What the game is made of: items, recipes, smelting, fuel, blocks, mobs, tags, and the ways to come by each item.

Reads data/minecraft.json, which bridge/gamedata_export.js prints; never looks at a world, never changes. Everything that
reasons about "what do I need for that" (proposer, planner brain, checks) asks here, so that nobody proposes a copper sword.

Costs are a relaxation: every distinct need is counted once, whatever its amount. `depth` is the length of the longest
chain of needs behind an item when each step takes its cheapest way: a log 1, planks 2, an iron pickaxe about 9.
"""

from __future__ import annotations

import heapq
import json
import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from curriculum.errors import BadData, UnknownName

FIGHT_EFFORT = 6.0
"""How much harder a fight with a hostile mob is than digging one common block."""
HUNT_EFFORT = 3.0
"""How much harder finding and killing an animal is than digging one common block."""


@dataclass(frozen=True)
class Need:
    """One thing a way asks for: `count` of any of `names`; `kept` says that it is not used up (tool, station)."""

    names: tuple[str, ...]
    count: int = 1
    kept: bool = False


@dataclass(frozen=True)
class Drop:
    """What one block or mob gives: between `low` and `high` of `item`, with probability `chance`."""

    item: str
    low: int
    high: int
    chance: float = 1.0

    @property
    def mean(self) -> float:
        """How many one gets on average."""
        return self.chance * (self.low + self.high) / 2


@dataclass(frozen=True)
class Recipe:
    """One way of crafting: `ingredients` give `count` of `item`; `table` says that it needs the 3x3 grid."""

    item: str
    count: int
    table: bool
    ingredients: Mapping[str, int]


@dataclass(frozen=True)
class Block:
    """A block that can be dug.

    `tools` are the items that make it drop (None: bare hands do). `levels` is the usual y range in nature, None for what
    nature does not have. `made` names what must be planted or poured first for blocks that grow or form.
    """

    name: str
    hardness: float
    tools: tuple[str, ...] | None
    drops: tuple[Drop, ...]
    levels: tuple[int, int] | None
    surface: bool
    effort: float
    made: tuple[str, ...] | None
    where: str


@dataclass(frozen=True)
class Mob:
    """A creature of this world and what it leaves when it is killed."""

    name: str
    hostile: bool
    drops: tuple[Drop, ...]


@dataclass(frozen=True)
class Mine:
    """Dig `block`, found in nature or made first, with one of `tools` (None: bare hands)."""

    item: str
    block: str
    tools: tuple[str, ...] | None
    drop: Drop
    made: tuple[str, ...] | None
    effort: float
    kind: Literal["mine"] = "mine"


@dataclass(frozen=True)
class Craft:
    """Craft by `recipe`, at a crafting table if it asks for one."""

    item: str
    recipe: Recipe
    kind: Literal["craft"] = "craft"


@dataclass(frozen=True)
class Smelt:
    """Smelt `input` in a furnace for `ticks`, which burns fuel."""

    item: str
    input: str
    ticks: int
    kind: Literal["smelt"] = "smelt"


@dataclass(frozen=True)
class Kill:
    """Kill `mob` and pick up what it leaves."""

    item: str
    mob: str
    hostile: bool
    drop: Drop
    kind: Literal["kill"] = "kill"


@dataclass(frozen=True)
class Use:
    """Use the held item `hold` on `on` (a bucket on water, shears on a sheep)."""

    item: str
    hold: str
    on: str
    kind: Literal["use"] = "use"


Way = Mine | Craft | Smelt | Kill | Use


@dataclass(frozen=True)
class Step:
    """One step of a plan: gain `count` of `item` by `way`."""

    item: str
    count: int
    way: Way


@dataclass(frozen=True)
class Rank:
    """How far an item is from bare hands: relaxed `cost`, `depth` of its chain of needs, and the cheapest `way`."""

    cost: float
    depth: int
    way: Way


@dataclass(frozen=True, eq=False)
class GameData:
    """The tables of one game version, and the questions that one asks them."""

    version: str
    items: Mapping[str, Mapping[str, int | None]]
    recipes: Mapping[str, tuple[Recipe, ...]]
    smelting: Mapping[str, Smelt]
    fuel: Mapping[str, int]
    blocks: Mapping[str, Block]
    mobs: Mapping[str, Mob]
    used: Mapping[str, tuple[Use, ...]]
    foods: Mapping[str, Mapping[str, float]]
    tags: Mapping[str, tuple[str, ...]]
    _ranks: dict[frozenset[str], dict[str, Rank]] = field(default_factory=dict, repr=False)

    # -- names

    def expand(self, name: str) -> tuple[str, ...]:
        """The names that `name` stands for: members of a '#tag', or the name itself. Raises UnknownName."""
        if name.startswith("#"):
            if name[1:] not in self.tags:
                raise UnknownName("tag", name, self.tags)
            return self.tags[name[1:]]
        if name not in self.items and name not in self.blocks:
            raise UnknownName(f"item or block of Minecraft {self.version}", name, [*self.items, *self.blocks])
        return (name,)

    def exists(self, name: str) -> bool:
        """Whether `name` is an item, a block or a '#tag' of this version."""
        return name[1:] in self.tags if name.startswith("#") else name in self.items or name in self.blocks

    # -- ways

    @cached_property
    def _sources(self) -> Mapping[str, tuple[Way, ...]]:
        ways: dict[str, list[Way]] = {name: [] for name in self.items}
        for item, recipes in self.recipes.items():
            ways[item].extend(Craft(item, recipe) for recipe in recipes)
        for smelt in self.smelting.values():
            ways[smelt.item].append(smelt)
        for block in self.blocks.values():
            if block.levels is None and block.made is None:
                continue
            for drop in block.drops:
                mine = Mine(drop.item, block.name, block.tools, drop, block.made, block.effort)
                ways[drop.item].append(mine)
        for mob in self.mobs.values():
            for drop in mob.drops:
                ways[drop.item].append(Kill(drop.item, mob.name, mob.hostile, drop))
        for item, uses in self.used.items():
            ways[item].extend(uses)
        return {item: tuple(found) for item, found in ways.items()}

    def sources(self, item: str) -> tuple[Way, ...]:
        """Every way to get `item` in this world, cheapest first; empty for what this world does not give."""
        if item not in self.items:
            raise UnknownName(f"item of Minecraft {self.version}", item, self.items)
        ranks = self.ranks()
        return tuple(sorted(self._sources[item], key=lambda way: self._way_cost(way, ranks)[0]))

    def needs(self, way: Way, count: int = 1) -> tuple[Need, ...]:
        """What `way` asks for when `count` of its item are wanted, tools and stations included."""
        if isinstance(way, Mine):
            tools = (Need(way.tools, 1, kept=True),) if way.tools else ()
            return tools + tuple(Need(self.expand(name), 1, kept=name.startswith("#")) for name in way.made or ())
        if isinstance(way, Craft):
            batches = math.ceil(count / way.recipe.count)
            parts = tuple(Need((name,), each * batches) for name, each in way.recipe.ingredients.items())
            return parts + ((Need(("crafting_table",), 1, kept=True),) if way.recipe.table else ())
        if isinstance(way, Smelt):
            return (Need((way.input,), count), Need(("furnace",), 1, kept=True), Need(tuple(self.fuel), 1))
        if isinstance(way, Use):
            return (Need((way.hold,), count),)
        return ()

    def tool_for(self, block: str, owned: Iterable[str] | None = None) -> str | None:
        """The tool to dig `block` with: the best of `owned` that harvests it, or the cheapest of all when `owned` is None.

        None means that bare hands do, or that nothing owned harvests it: ask `blocks[block].tools` which of the two.
        """
        tools = self._block(block).tools
        if not tools:
            return None
        if owned is None:
            ranks = self.ranks()
            return min(tools, key=lambda tool: ranks[tool].cost if tool in ranks else math.inf)
        held = set(owned)
        return next((tool for tool in reversed(tools) if tool in held), None)

    def best_tools(self, block: str) -> tuple[str, ...]:
        """The tools that make `block` drop something, worst first; empty when bare hands do."""
        return self._block(block).tools or ()

    def _block(self, name: str) -> Block:
        if name not in self.blocks:
            raise UnknownName(f"block of Minecraft {self.version}", name, self.blocks)
        return self.blocks[name]

    # -- reach

    def ranks(self, have: Collection[str] = ()) -> Mapping[str, Rank]:
        """Cost, depth and cheapest way of each item that can be had, starting with `have` (bare hands by default).

        What is missing from the answer cannot be had in this world. Items in `have` are not ranked: they cost nothing.
        """
        owned = frozenset(have)
        if owned not in self._ranks:
            if len(self._ranks) > 256:
                self._ranks.clear()
            self._ranks[owned] = self._relax(owned)
        return self._ranks[owned]

    def _relax(self, have: frozenset[str]) -> dict[str, Rank]:
        """Cheapest derivations first (Knuth's generalisation of Dijkstra over AND/OR needs)."""
        waiting: dict[str, list[Way]] = {}
        order: dict[int, int] = {}
        queue: list[tuple[float, int, int, Way]] = []
        done: dict[str, Rank] = {}

        def offer(way: Way) -> None:
            cost, depth = self._way_cost(way, done, have)
            if cost < math.inf:
                heapq.heappush(queue, (cost, order[id(way)], depth, way))

        for ways in self._sources.values():
            for way in ways:
                order[id(way)] = len(order)
                for need in self.needs(way):
                    for name in need.names:
                        waiting.setdefault(name, []).append(way)
                offer(way)
        while queue:
            cost, _, depth, way = heapq.heappop(queue)
            if way.item in done or way.item in have:
                continue
            done[way.item] = Rank(cost, depth, way)
            for next_way in waiting.get(way.item, ()):
                if next_way.item not in done:
                    offer(next_way)
        return done

    def _way_cost(self, way: Way, ranks: Mapping[str, Rank], have: Collection[str] = ()) -> tuple[float, int]:
        cost, depth = self._effort(way), 1
        for need in self.needs(way):
            if any(name in have for name in need.names):
                continue
            best = min((ranks[name] for name in need.names if name in ranks), key=lambda rank: rank.cost, default=None)
            if best is None:
                return math.inf, 0
            cost += best.cost
            depth = max(depth, best.depth + 1)
        return cost, depth

    def _effort(self, way: Way) -> float:
        if isinstance(way, Mine):
            return way.effort / min(1.0, way.drop.mean)
        if isinstance(way, Kill):
            return (FIGHT_EFFORT if way.hostile else HUNT_EFFORT) / min(1.0, way.drop.mean)
        return 1.0

    def depth(self, name: str, have: Collection[str] = ()) -> int | None:
        """Steps from `have` (bare hands by default) to the nearest member of `name`; 0 if owned, None if out of reach."""
        ranks = self.ranks(have)
        depths = [
            0 if item in have else ranks[item].depth for item in self.expand(name) if item in have or item in ranks
        ]
        return min(depths, default=None)

    def craftable_closure(self, have: Collection[str]) -> frozenset[str]:
        """Everything that crafting alone can make of unlimited `have`, with `have` itself (tables count only if owned)."""
        known = set(have)
        grown = True
        while grown:
            grown = False
            for item, recipes in self.recipes.items():
                if item in known:
                    continue
                for recipe in recipes:
                    if known.issuperset(recipe.ingredients) and (not recipe.table or "crafting_table" in known):
                        known.add(item)
                        grown = True
                        break
        return frozenset(known)

    def plan(self, name: str, count: int = 1, inventory: Mapping[str, int] | None = None) -> tuple[Step, ...]:
        """The steps that end with `count` of `name` in the inventory, in order, by the cheapest ways; () if it is there.

        Amounts are counted: what is left over from one step is used by the next, tools and stations are made once.
        Raises UnknownName for what does not exist or is out of reach.
        """
        from curriculum.plan import (
            plan,
        )  # the planner reads this module; a late import keeps the one convenient spelling

        return plan(self, name, count, inventory or {})


def _drops(rows: Iterable[Mapping[str, Any]]) -> tuple[Drop, ...]:
    return tuple(Drop(row["item"], row["min"], row["max"], row.get("chance", 1.0)) for row in rows)


def _block(name: str, row: Mapping[str, Any]) -> Block:
    made = row.get("made")
    return Block(
        name=name,
        hardness=row["hardness"],
        tools=tuple(row["tools"]) if row["tools"] else None,
        drops=_drops(row["drops"]),
        levels=(row["levels"][0], row["levels"][1]) if row["levels"] else None,
        surface=row["surface"],
        effort=row.get("effort", 1.0),
        made=tuple(made["needs"]) if made else None,
        where=made["where"] if made else "",
    )


def from_json(data: Mapping[str, Any]) -> GameData:
    """Game data from the object that bridge/gamedata_export.js prints. Raises BadData when a part is missing."""
    try:
        return GameData(
            version=data["version"],
            items=data["items"],
            recipes={
                item: tuple(Recipe(item, row["count"], row["table"], row["ingredients"]) for row in rows)
                for item, rows in data["recipes"].items()
            },
            smelting={name: Smelt(row["output"], name, row["ticks"]) for name, row in data["smelting"].items()},
            fuel=data["fuel"],
            blocks={name: _block(name, row) for name, row in data["blocks"].items()},
            mobs={name: Mob(name, row["hostile"], _drops(row["drops"])) for name, row in data["mobs"].items()},
            used={
                item: tuple(Use(item, row["hold"], row["on"]) for row in rows) for item, rows in data["used"].items()
            },
            foods=data["foods"],
            tags={name: tuple(members) for name, members in data["tags"].items()},
        )
    except (KeyError, TypeError, IndexError) as error:
        raise BadData(f"the game data lacks {error}; print it anew with bridge/gamedata_export.js") from error


def load(path: Path | None = None) -> GameData:
    """Reads the packaged game data, or the file at `path`. Call it once and hand the answer on."""
    source = path or resources.files("curriculum").joinpath("data/minecraft.json")
    return from_json(json.loads(source.read_text(encoding="utf-8")))
