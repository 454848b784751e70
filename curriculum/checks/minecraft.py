"""The kinds of check that a Minecraft world can be asked; names are items, blocks, mobs or '#tags' of the game data.

Things are counted by inventory difference (a tag counts all its members together) and deeds by the world's events. A
kind says of itself what the game makes impossible, so that no task is ever about a copper sword.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from curriculum.checks.base import Check, Event, Facts, Verdict
from curriculum.errors import UnknownName
from curriculum.gamedata import GameData

Slot = Literal["hand", "head", "torso", "legs", "feet", "off_hand"]
INVENTORY_SLOTS = 36
"""Slots that hold things beside armour and the crafting grid."""


def amount(count: int, name: str) -> str:
    """A count and a name in words: "3 oak log", "3 of any planks"."""
    words = name.replace("_", " ")
    return f"{count} of any {words[1:]}" if words.startswith("#") else f"{count} {words}"


def unreachable(data: GameData, name: str) -> str | None:
    """Why no member of `name` can be had in this world, or None."""
    try:
        members = data.expand(name)
    except UnknownName as error:
        return str(error)
    if any(member in data.ranks() for member in members):
        return None
    return f"nothing in this world gives {name}: no recipe, block or mob that can be reached leads to it"


class Gained(Check):
    """The inventory holds at least `count` more of `item` than before."""

    kind: Literal["gained"] = "gained"
    item: str
    count: int = Field(default=1, ge=1)

    def verdict(self, facts: Facts) -> Verdict:
        """Compares the inventories; what was there before does not count."""
        before, after = facts.held(self.item, facts.before), facts.held(self.item, facts.after)
        return Verdict(
            after - before >= self.count, f"{self.item} {before} → {after}, gained {after - before} of {self.count}"
        )

    def sentence(self) -> str:
        """Gain so many of it."""
        return f"gain {amount(self.count, self.item)}"

    def refusal(self, data: GameData) -> str | None:
        """Unknown, out of reach, or more than the inventory holds."""
        return unreachable(data, self.item) or too_many(data, self.item, self.count)


class Has(Check):
    """The inventory holds at least `count` of `item`, wherever it came from."""

    kind: Literal["has"] = "has"
    item: str
    count: int = Field(default=1, ge=1)

    def verdict(self, facts: Facts) -> Verdict:
        """Looks at the inventory afterwards only."""
        after = facts.held(self.item, facts.after)
        return Verdict(after >= self.count, f"{after} of {self.count} {self.item} in the inventory")

    def sentence(self) -> str:
        """Have so many of it."""
        return f"have {amount(self.count, self.item)}"

    def refusal(self, data: GameData) -> str | None:
        """Unknown, out of reach, or more than the inventory holds."""
        return unreachable(data, self.item) or too_many(data, self.item, self.count)


def too_many(data: GameData, name: str, count: int) -> str | None:
    """Why `count` of `name` do not fit into one inventory, or None."""
    stacks = (data.items[member]["stack"] or 1 for member in data.expand(name) if member in data.items)
    room = INVENTORY_SLOTS * max(stacks, default=1)
    return f"{count} {name} do not fit: an inventory holds {room}" if count > room else None


class Mined(Check):
    """At least `count` blocks of `block` were dug."""

    kind: Literal["mined"] = "mined"
    block: str
    count: int = Field(default=1, ge=1)

    def verdict(self, facts: Facts) -> Verdict:
        """Counts dug events."""
        done = facts.happened("dug", "block", self.block)
        return Verdict(done >= self.count, f"{done} of {self.count} {self.block} dug")

    def sentence(self) -> str:
        """Mine so many of it."""
        return f"mine {amount(self.count, self.block)}"

    def refusal(self, data: GameData) -> str | None:
        """Unknown, or neither found in nature nor placeable."""
        unknown = unknown_block(data, self.block)
        if unknown:
            return unknown
        members = data.expand(self.block)
        found = any(name in data.blocks and data.blocks[name].levels is not None for name in members)
        return None if found else unreachable(data, self.block)


class Placed(Check):
    """At least `count` blocks of `block` were placed and still stand."""

    kind: Literal["placed"] = "placed"
    block: str
    count: int = Field(default=1, ge=1)

    def verdict(self, facts: Facts) -> Verdict:
        """Counts the places where one was placed and not dug away again."""
        members = facts.members(self.block)
        standing: dict[tuple[Any, Any, Any], None] = {}
        for event in facts.events:
            if event["kind"] == "placed" and event["block"] in members:
                standing[_place(event)] = None
            elif event["kind"] in ("placed", "dug"):
                standing.pop(_place(event), None)
        done = len(standing)
        where = "".join(f" at {x} {y} {z}" for x, y, z in list(standing)[:3])
        return Verdict(done >= self.count, f"{done} of {self.count} {self.block} placed{where}")

    def sentence(self) -> str:
        """Place so many of it."""
        return f"place {amount(self.count, self.block)}"

    def refusal(self, data: GameData) -> str | None:
        """Unknown, or not to be had."""
        return unknown_block(data, self.block) or unreachable(data, self.block)


def _place(event: Event) -> tuple[Any, Any, Any]:
    return event["x"], event["y"], event["z"]


def unknown_block(data: GameData, name: str) -> str | None:
    """Why `name` is no block, or None."""
    try:
        members = data.expand(name)
    except UnknownName as error:
        return str(error)
    return None if any(member in data.blocks for member in members) else f"{name} is an item, not a block"


class Killed(Check):
    """At least `count` of `mob` were killed."""

    kind: Literal["killed"] = "killed"
    mob: str
    count: int = Field(default=1, ge=1)

    def verdict(self, facts: Facts) -> Verdict:
        """Counts killed events."""
        done = facts.happened("killed", "mob", self.mob)
        return Verdict(done >= self.count, f"{done} of {self.count} {self.mob} killed")

    def sentence(self) -> str:
        """Kill so many."""
        return f"kill {amount(self.count, self.mob)}"

    def refusal(self, data: GameData) -> str | None:
        """No such creature in this world."""
        return None if self.mob in data.mobs else str(UnknownName("mob in this world", self.mob, data.mobs))


class Equipped(Check):
    """`item` is worn or held in `slot`."""

    kind: Literal["equipped"] = "equipped"
    item: str
    slot: Slot = "hand"

    def verdict(self, facts: Facts) -> Verdict:
        """Looks at the equipment afterwards."""
        there = _name((facts.after.get("equipment") or {}).get(self.slot))
        return Verdict(there in facts.members(self.item), f"{self.slot}: {there or 'nothing'}, wanted {self.item}")

    def sentence(self) -> str:
        """Put it there."""
        return f"equip {self.item.replace('_', ' ')} ({self.slot.replace('_', ' ')})"

    def refusal(self, data: GameData) -> str | None:
        """Unknown or out of reach."""
        return unreachable(data, self.item)


def _name(worn: Any) -> str | None:
    return worn.get("name") if isinstance(worn, dict) else worn


class At(Check):
    """The body stands within `range` blocks of a point."""

    kind: Literal["at"] = "at"
    x: float
    y: float
    z: float
    range: float = Field(default=2.0, gt=0)

    def verdict(self, facts: Facts) -> Verdict:
        """Measures the distance afterwards."""
        here = facts.after["position"]
        away = math.dist((here["x"], here["y"], here["z"]), (self.x, self.y, self.z))
        return Verdict(away <= self.range, f"{away:.1f} blocks away, within {self.range:g} wanted")

    def sentence(self) -> str:
        """Go there."""
        return f"stand within {self.range:g} blocks of {self.x:g} {self.y:g} {self.z:g}"

    def refusal(self, data: GameData) -> str | None:
        """Outside the world."""
        return None if -64 <= self.y <= 320 else f"y {self.y:g} is outside the world (-64 to 320)"


class Depth(Check):
    """The body stands below one height, above another, or between them."""

    kind: Literal["depth"] = "depth"
    below: float | None = None
    above: float | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.below is None and self.above is None:
            raise ValueError("give below, above or both")
        return self

    def verdict(self, facts: Facts) -> Verdict:
        """Looks at the height afterwards."""
        y = facts.after["position"]["y"]
        passed = (self.below is None or y <= self.below) and (self.above is None or y >= self.above)
        return Verdict(passed, f"at y {y:g}, wanted {' and '.join(self._bounds())}")

    def _bounds(self) -> Iterable[str]:
        if self.below is not None:
            yield f"y {self.below:g} or lower"
        if self.above is not None:
            yield f"y {self.above:g} or higher"

    def sentence(self) -> str:
        """Be at that height."""
        return f"reach {' and '.join(self._bounds())}"

    def refusal(self, data: GameData) -> str | None:
        """Outside the world, or bounds that exclude each other."""
        low = self.above if self.above is not None else -64.0
        high = self.below if self.below is not None else 320.0
        if low > high:
            return f"no height is above {low:g} and below {high:g}"
        return None if high >= -63 and low <= 320 else "that height is outside the world (-64 to 320)"


class Crafted(Check):
    """At least `count` of `item` were crafted, whatever became of them."""

    kind: Literal["crafted"] = "crafted"
    item: str
    count: int = Field(default=1, ge=1)

    def verdict(self, facts: Facts) -> Verdict:
        """Counts crafted events."""
        done = facts.happened("crafted", "item", self.item)
        return Verdict(done >= self.count, f"{done} of {self.count} {self.item} crafted")

    def sentence(self) -> str:
        """Craft so many."""
        return f"craft {amount(self.count, self.item)}"

    def refusal(self, data: GameData) -> str | None:
        """Unknown, out of reach, or without a recipe."""
        reason = unreachable(data, self.item)
        if reason or any(member in data.recipes for member in data.expand(self.item)):
            return reason
        return f"{self.item} has no crafting recipe"


class Smelted(Check):
    """At least `count` of `item` came out of a furnace."""

    kind: Literal["smelted"] = "smelted"
    item: str
    count: int = Field(default=1, ge=1)

    def verdict(self, facts: Facts) -> Verdict:
        """Counts smelted events."""
        done = facts.happened("smelted", "item", self.item)
        return Verdict(done >= self.count, f"{done} of {self.count} {self.item} smelted")

    def sentence(self) -> str:
        """Smelt so many."""
        return f"smelt {amount(self.count, self.item)}"

    def refusal(self, data: GameData) -> str | None:
        """Unknown, out of reach, or nothing that comes out of a furnace."""
        reason = unreachable(data, self.item)
        outputs = {smelt.item for smelt in data.smelting.values()}
        return reason or (None if outputs.intersection(data.expand(self.item)) else f"no furnace gives {self.item}")


class Stored(Check):
    """At least `count` more of `item` were put into containers than taken out."""

    kind: Literal["stored"] = "stored"
    item: str
    count: int = Field(default=1, ge=1)

    def verdict(self, facts: Facts) -> Verdict:
        """Sums stored events less took events."""
        done = facts.happened("stored", "item", self.item) - facts.happened("took", "item", self.item)
        return Verdict(done >= self.count, f"{done} of {self.count} {self.item} stored")

    def sentence(self) -> str:
        """Store so many."""
        return f"store {amount(self.count, self.item)} in a container"

    def refusal(self, data: GameData) -> str | None:
        """Unknown or out of reach."""
        return unreachable(data, self.item)


class Ate(Check):
    """At least `count` pieces of `item` (or of any food) were eaten."""

    kind: Literal["ate"] = "ate"
    item: str | None = None
    count: int = Field(default=1, ge=1)

    def verdict(self, facts: Facts) -> Verdict:
        """Counts ate events."""
        members = None if self.item is None else facts.members(self.item)
        meals = [event["item"] for event in facts.events if event["kind"] == "ate"]
        done = sum(1 for meal in meals if members is None or meal in members)
        return Verdict(done >= self.count, f"{done} of {self.count} {self.item or 'meals'} eaten")

    def sentence(self) -> str:
        """Eat so much."""
        return f"eat {amount(self.count, self.item)}" if self.item else f"eat {self.count} of any food"

    def refusal(self, data: GameData) -> str | None:
        """Unknown, out of reach, or no food."""
        if self.item is None:
            return None
        reason = unreachable(data, self.item)
        return reason or (None if any(m in data.foods for m in data.expand(self.item)) else f"{self.item} is no food")


class Biome(Check):
    """The body stands in `biome`."""

    kind: Literal["biome"] = "biome"
    biome: str

    def verdict(self, facts: Facts) -> Verdict:
        """Looks at the biome afterwards."""
        here = facts.after.get("biome")
        return Verdict(here == self.biome, f"in {here}, wanted {self.biome}")

    def sentence(self) -> str:
        """Go there."""
        return f"reach a {self.biome.replace('_', ' ')}"


class Slept(Check):
    """The body slept through a night."""

    kind: Literal["slept"] = "slept"

    def verdict(self, facts: Facts) -> Verdict:
        """Looks for a slept event."""
        done = any(event["kind"] == "slept" for event in facts.events)
        return Verdict(done, "slept" if done else "did not sleep")

    def sentence(self) -> str:
        """Sleep."""
        return "sleep in a bed"
