"""What a Minecraft skill's name promises, where nothing else tells: how to check it, and what it takes for granted.

Code from elsewhere comes without a task. `smeltRawIron` has to bring what becomes of raw iron, `killPigs` a dead pig,
`equipIronHelmet` a helmet on the head; materials of the last step, and what is to be used, are what such code expects
to find. Reads game data; a name whose verb is not known promises what it is called after, or nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from curriculum.checks import Check
from curriculum.checks.minecraft import Ate, Equipped, Gained, Killed, Placed, Slot
from curriculum.gamedata import GameData
from curriculum.ways import Craft, Kill, Mine, Smelt, Way
from skills.words import apart, names

CRAFT = frozenset({"craft", "build", "make", "create"})
MINE = frozenset({"mine", "dig", "chop", "harvest"})
SMELT = frozenset({"smelt", "cook", "bake", "roast"})
KILL = frozenset({"kill", "hunt", "slay", "fight", "defeat"})
EQUIP = frozenset({"equip", "wear", "wield", "hold"})
PLACE = frozenset({"place", "plant", "put"})
EAT = frozenset({"eat", "consume"})
NOTHING = frozenset({"check", "open", "explore", "find", "go", "wait", "sleep", "fish", "catch", "look", "deposit"})
"""Verbs of what cannot be counted."""
_MEANS = re.compile(r"(?<=[a-z])(?:With|Using)(?=[A-Z])")
"""Where a name goes on to by what means."""
SLOTS: Mapping[str, Slot] = {
    "helmet": "head", "chestplate": "torso", "leggings": "legs", "boots": "feet", "shield": "off_hand",
}  # fmt: skip


@dataclass(frozen=True)
class Promise:
    """A check, and what to have at hand for it."""

    check: Check
    kit: Mapping[str, int] = field(default_factory=dict)


def promised(skill: str, count: int, data: GameData) -> Promise | None:
    """What a skill of this name brings about for an amount; None if the name promises nothing that can be checked."""
    verb = apart(skill).split()[0]
    if verb in NOTHING:
        return None
    called = _MEANS.split(skill)[0] if verb in CRAFT | MINE | SMELT | KILL else skill
    if verb in KILL and (mob := _longest(called, data.mobs)):
        return Promise(Killed(mob=mob, count=count))
    item = _longest(called, data.items.keys() - {verb})
    if not item:
        tags = {tag.removesuffix("s"): tag for tag in data.tags if verb not in (tag, tag.removesuffix("s"))}
        tag = _longest(called, tags)
        return _gained(f"#{tags[tag]}", verb, count, data) if tag else None
    if verb in EQUIP:
        return Promise(Equipped(item=item, slot=SLOTS.get(item.rpartition("_")[2], "hand")), {item: 1})
    if verb in PLACE:
        return Promise(Placed(block=item, count=count), {item: count}) if item in data.blocks else None
    if verb in EAT:
        return Promise(Ate(item=item, count=count), {item: count}) if item in data.foods else None
    if verb in SMELT and item in data.smelting:
        item = data.smelting[item].item
    elif verb in MINE and item in data.blocks and data.blocks[item].drops:
        item = data.blocks[item].drops[0].item
    return _gained(item, verb, count, data)


def _gained(item: str, verb: str, count: int, data: GameData) -> Promise | None:
    """So many more of an item, with what the cheapest way of a verb to it takes; None if the verb is no way to it."""
    ways = [way for way in data.sources(data.expand(item)[0]) if isinstance(way, _WAYS.get(verb, object))]
    if not ways:
        return None
    way, kit = ways[0], {}
    for need in data.needs(way, count):
        if isinstance(way, Smelt) and need.burnt:
            kit["coal"] = math.ceil(count * way.ticks / data.fuel["coal"])
        else:
            kit[need.names[0]] = kit.get(need.names[0], 0) + need.count
    return Promise(Gained(item=item, count=count), kit)


def _longest(skill: str, known: Iterable[str]) -> str:
    """The longest of some names that a skill is called after, '' for none."""
    return max((name for name in known if names(skill, name)), key=lambda name: (len(name), name), default="")


_WAYS: Mapping[str, type[Way]] = {
    **dict.fromkeys(CRAFT, Craft), **dict.fromkeys(MINE, Mine),
    **dict.fromkeys(SMELT, Smelt), **dict.fromkeys(KILL, Kill),
}  # fmt: skip
