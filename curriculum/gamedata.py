"""What the game is made of: items, recipes, smelting, fuel, blocks, mobs, tags, and the ways to come by each item.

Reads data/minecraft.json, which bridge/gamedata_export.js prints; never looks at a world, never changes. Whoever asks
"what do I need for that" (proposer, planner brain, checks) asks here, so that nobody proposes a copper sword.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from curriculum.errors import BadData, UnknownName
from curriculum.plan import plan as plan_steps
from curriculum.reach import Graph, relax
from curriculum.ways import Block, Craft, Drop, Kill, Mine, Mob, Need, Rank, Recipe, Smelt, Step, Use, Way

__all__ = [
    "Block",
    "Craft",
    "Drop",
    "GameData",
    "Kill",
    "Mine",
    "Mob",
    "Need",
    "Rank",
    "Recipe",
    "Smelt",
    "Step",
    "Use",
    "Way",
    "from_json",
    "load",
]

FIGHT_EFFORT = 6.0
"""How much harder a fight with a hostile mob is than digging one common block."""
HUNT_EFFORT = 3.0
"""How much harder finding and killing an animal is than digging one common block."""
RANKS_KEPT = 64
"""How many answers of `ranks` are remembered."""


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
    _ranks: dict[frozenset[tuple[str, float]], Mapping[str, Rank]] = field(default_factory=dict, repr=False)

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
                effort = (block.effort + block.hardness / 100) / min(1.0, drop.mean)
                ways[drop.item].append(Mine(drop.item, block.name, block.tools, drop, block.made, effort))
        for mob in self.mobs.values():
            for drop in mob.drops:
                effort = (FIGHT_EFFORT if mob.hostile else HUNT_EFFORT) / min(1.0, drop.mean)
                ways[drop.item].append(Kill(drop.item, mob.name, mob.hostile, drop, effort))
        for item, uses in self.used.items():
            ways[item].extend(uses)
        return {item: tuple(found) for item, found in ways.items()}

    def sources(self, item: str) -> tuple[Way, ...]:
        """Every way to get `item` in this world, cheapest first; empty for what this world does not give."""
        if item not in self.items:
            raise UnknownName(f"item of Minecraft {self.version}", item, self.items)
        ranks = self.ranks()
        return tuple(sorted(self._sources[item], key=lambda way: self._cost(way, ranks)))

    def _cost(self, way: Way, ranks: Mapping[str, Rank]) -> float:
        costs = (
            min((ranks[name].cost for name in need.names if name in ranks), default=math.inf)
            for need in self.needs(way)
        )
        return way.effort + sum(costs)

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
            return (Need((way.input,), count), Need(("furnace",), 1, kept=True), self._fuel_need)
        if isinstance(way, Use):
            return (Need((way.hold,), count),)
        return ()

    @cached_property
    def _fuel_need(self) -> Need:
        return Need(tuple(self.fuel), burnt=True)

    def tool_for(self, block: str, owned: Iterable[str] | None = None) -> str | None:
        """The tool to dig `block` with: the best of `owned` that harvests it, or the cheapest if that is None.

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

    def _block(self, name: str) -> Block:
        if name not in self.blocks:
            raise UnknownName(f"block of Minecraft {self.version}", name, self.blocks)
        return self.blocks[name]

    # -- reach

    @cached_property
    def _graph(self) -> Graph:
        ways = [way for found in self._sources.values() for way in found]
        return Graph.of((way, self.needs(way)) for way in ways)

    def ranks(self, have: Collection[str] | Mapping[str, int] = ()) -> Mapping[str, Rank]:
        """Cost, depth and cheapest way of each item that can be had, starting from `have` (bare hands by default).

        `have` is an inventory, or names of which there is always enough. Owned items are ranked too: how to get more.
        What is missing from the answer cannot be had in this world.
        """
        owned = dict(have) if isinstance(have, Mapping) else dict.fromkeys(have, math.inf)
        key = frozenset(owned.items())
        if key not in self._ranks:
            if len(self._ranks) >= RANKS_KEPT:
                self._ranks.clear()
            self._ranks[key] = relax(self._graph, owned)
        return self._ranks[key]

    def depth(self, name: str, have: Collection[str] = ()) -> int | None:
        """Steps from `have` (bare hands by default) to the nearest member of `name`: 0 if owned, None if never."""
        ranks = self.ranks(have)
        depths = [
            0 if item in have else ranks[item].depth for item in self.expand(name) if item in have or item in ranks
        ]
        return min(depths, default=None)

    def plan(self, name: str, count: int = 1, inventory: Mapping[str, int] | None = None) -> tuple[Step, ...]:
        """The steps that end with `count` of `name` in the inventory, by the cheapest ways; () if it is there.

        Amounts are counted: what is left over from one step is used by the next, tools and stations are made once.
        Raises UnknownName for what does not exist or is out of reach.
        """
        return plan_steps(self, name, count, inventory or {})


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
