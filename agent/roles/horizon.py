"""What a proposer is told of a journey: what skills gain, what else was held, deeds, failures, what is one step away.

What grows with a journey is told in the order in which it came, as far as its room goes; the newest stays. Old names
are dropped many at a time, so that between two drops the text grows only at its end and the caches of servers hit.
What changes least comes first, for the same reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache

from agent import observing
from agent.families import families
from curriculum.gamedata import GameData
from curriculum.proposal import Situation
from memory.working import Section, estimate_tokens

WARM_UP = {"gained": 2, "held": 4, "deeds": 3, "failed": 1}
"""Tasks that have to be behind us before a part appears: at first only the world itself matters."""
ROOM = {"gained": 300, "held": 120, "deeds": 100}
"""Tokens that the names of a part may take."""
FAILED, NEAR = 8, 40
"""Failures, and things one step away, that are named."""
VARIANTS = (
    "wooden_buttons", "wooden_doors", "wooden_fences", "fence_gates", "wooden_pressure_plates", "wooden_slabs",
    "wooden_stairs", "wooden_trapdoors", "boats", "chest_boats", "signs", "hanging_signs", "leaves", "saplings", "wool",
    "wool_carpets", "beds", "banners", "candles", "shulker_boxes", "terracotta", "small_flowers", "tall_flowers",
)  # fmt: skip
"""Tags of one thing in several woods or colours: the first of them is new, the others are not worth a word each."""


def sections(situation: Situation, data: GameData) -> list[Section]:
    """All parts but what was refused, stable ones first."""
    progress, done = situation.progress, len(situation.progress.done)
    gained, held = _things(situation, data)
    parts = {
        "gained": Section("Gained by known skills, oldest first", newest(gained, ROOM["gained"]), rank=3),
        "held": Section("Held before, but no skill is for it", newest(held, ROOM["held"]), rank=5),
        "deeds": Section(
            "Deeds done",
            newest([" ".join(each) for each in progress.story if each[0] != "gain"], ROOM["deeds"]),
            rank=6,
        ),
        "failed": Section(
            "Failed, waiting for a change",
            [
                f"- {failure.item or task}: {failure.cause}, {failure.count} times"
                for task, failure in list(progress.failures.items())[-FAILED:]
            ],
            rank=4,
        ),
    }
    return [
        *(section for name, section in parts.items() if done >= WARM_UP[name]),
        Section("One step away by the game's recipes, what leads on to most first", _near(situation, data), rank=2),
        Section("The world now", observing.lines(situation.state), rank=1),
    ]


def newest(names: Sequence[str], room: int) -> list[str]:
    """Names on one line. When they take more than `room` tokens the oldest are dropped until half of it is free."""
    first, taken = 0, 0
    for position, name in enumerate(names):
        taken += estimate_tokens(f"{name}, ")
        if taken > room:
            while taken > room // 2 and first < position:
                taken -= estimate_tokens(f"{names[first]}, ")
                first += 1
    return [(f"({first} older ones left out) " if first else "") + ", ".join(names[first:])] if names else []


def _things(situation: Situation, data: GameData) -> tuple[list[str], list[str]]:
    """What skills gain, and what else was held, each in the order in which it was first held, by family."""
    known, kinds = situation.known, {**_variants(data), **families(data)}
    story = [what for verb, what in situation.progress.story if verb == "gain"]
    gained: dict[str, None] = {}
    held: dict[str, None] = {}
    for item in (*story, *sorted(name for name in known if name in data.items)):
        kind = kinds.get(item, item)
        if item in known or kind in known:
            gained[kind if kind in known else item] = None
        else:
            held[kind] = None
    return list(gained), [kind for kind in held if kind not in gained]


def _near(situation: Situation, data: GameData) -> list[str]:
    """Things never held whose needs are at hand or known to be gainable, a family once."""
    kinds = {**_variants(data), **families(data)}
    inventory = situation.state.get("inventory", {})
    reachable = data.ranks()
    have = {name for name, count in inventory.items() if count > 0 and name in data.items}
    known = (member for name in situation.known if data.exists(name) for member in data.expand(name))
    have |= {member for member in known if member in reachable}
    held = situation.progress.items | have
    seen = held | {kinds.get(name, name) for name in held}
    near = {name: rank.cost for name, rank in data.ranks(frozenset(have)).items() if rank.depth == 1}
    uses = _uses(data)
    order = sorted(near, key=lambda name: (-uses[name], near[name], name))
    names = list(dict.fromkeys(kind for name in order if (kind := kinds.get(name, name)) not in seen))
    more = f" and {len(names) - NEAR} more" if len(names) > NEAR else ""
    return [", ".join(names[:NEAR]) + more] if names else []


@cache
def _uses(data: GameData) -> Counter[str]:
    """How many things can be made or dug with an item."""
    made = (
        name for recipes in data.recipes.values() for name in {name for each in recipes for name in each.ingredients}
    )
    dug = (tool for block in data.blocks.values() for tool in block.tools or ())
    return Counter([*made, *data.smelting, *dug])


@cache
def _of_tags(tags: tuple[tuple[str, tuple[str, ...]], ...]) -> Mapping[str, str]:
    return {item: f"#{tag}" for tag, items in tags for item in items}


def _variants(data: GameData) -> Mapping[str, str]:
    """Item to the '#tag' of its variants."""
    return _of_tags(tuple((tag, tuple(data.tags[tag])) for tag in VARIANTS if tag in data.tags))
