"""The words of the tech tree: recipes, blocks, mobs, the ways to come by an item, and what a way asks for.

Frozen data and nothing else: `curriculum.gamedata` makes it, `curriculum.reach` and `curriculum.plan` reason with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Need:
    """One thing a way asks for: `count` of any of `names`.

    `kept` says that it is not used up (tool, station), `burnt` that it is fuel, whose kind decides the amount.
    """

    names: tuple[str, ...]
    count: int = 1
    kept: bool = False
    burnt: bool = False


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

    `tools` are the items that make it drop (None: bare hands do). `levels` is the usual y range in nature, None for
    what nature does not have. `effort` is how hard it is to come by (a tree is 1). `made` names what must be planted or
    poured first, and `where`, for blocks that grow or form.
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
    """Digs until one drops, times how hard the block is to come by."""
    kind: Literal["mine"] = "mine"


@dataclass(frozen=True)
class Craft:
    """Craft by `recipe`, at a crafting table if it asks for one."""

    item: str
    recipe: Recipe
    effort: float = 1.0
    kind: Literal["craft"] = "craft"


@dataclass(frozen=True)
class Smelt:
    """Smelt `input` in a furnace for `ticks`, which burns fuel."""

    item: str
    input: str
    ticks: int
    effort: float = 1.0
    kind: Literal["smelt"] = "smelt"


@dataclass(frozen=True)
class Kill:
    """Kill `mob` and pick up what it leaves."""

    item: str
    mob: str
    hostile: bool
    drop: Drop
    effort: float = 1.0
    """Fights until one drops, times how hard the fight is."""
    kind: Literal["kill"] = "kill"


@dataclass(frozen=True)
class Use:
    """Use the held item `hold` on `on` (a bucket on water, shears on a sheep)."""

    item: str
    hold: str
    on: str
    effort: float = 1.0
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
