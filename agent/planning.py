"""Decides how to gain an item: over the game's recipes, the tool gates, known skills, and what failed before.

Pure: game data and skills in, a plan out. No per-task knowledge stands here; what the game needs for a thing is in
`curriculum.gamedata`, what the world taught is in the adjustments.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from agent.adjustments import Adjustments
from agent.brain import KnownSkill
from agent.errors import BrainError
from agent.generalising import ingredients_of, shortest, tag_of
from agent.plan import Handier, Need, Plan, Search
from curriculum.gamedata import Block, Craft, GameData, Kill, Mine, Smelt, Use, Way

USES: Mapping[tuple[str, str], str] = {
    ("bucket", "water"): "fillBucket(bot, 'water')",
    ("bucket", "lava"): "fillBucket(bot, 'lava')",
    ("bucket", "cow"): "milkCow(bot)",
    ("shears", "sheep"): "shearSheep(bot)",
}
"""The primitive that uses a held item on something, for the game data's ways of that kind."""

SkillFor = Callable[[tuple[str, ...]], KnownSkill | None]
"""Which known skill gains one of these names; None where there is none."""

WAYS = 8
"""How many ways to one thing a plan considers."""

FOODS = 6
"""How many kinds of food a plan to eat considers."""

LAVA_LEVEL = -50
"""Where to look for lava: caves below -54 are filled with it (Minecraft 1.18 and later)."""

LAVA_TOOLS = "(bot.entity.position.y > 0 ? 3 : 1)"
"""Pickaxes of stone that the way down there wears out; deep down one is enough. Wood takes a whole day for half."""

WORKING_LEVEL = 48
"""Highest level at which tunnels are dug: below almost every surface (sea level is 63)."""

STICKS = 4
"""Sticks that are taken below: for two tools of the stone that lies there."""

STONE = "#stone_tool_materials"
"""What tools of stone are made of; it lies wherever one digs."""

DEEPEST_LEVEL = -58
"""Lowest level at which tunnels are dug: just above the bedrock, within what the primitives go down to."""


@dataclass(frozen=True)
class Means:
    """What there is to plan with: the game, the skills that are known, and what earlier failures ask for."""

    data: GameData
    skill_for: SkillFor
    adjustments: Adjustments
    behind: frozenset[str] = frozenset()
    """The targets for whose sake something is gained: what would need itself is no way."""


def plan_for(target: str, data: GameData, skill_for: SkillFor, adjustments: Adjustments) -> Plan:
    """How to gain `count` more of `target` (an item or a '#tag').

    Raises BrainError when the game gives no way to it, or none that the primitives can carry out.
    """
    return _plan(target, Means(data, skill_for, adjustments))


def _plan(target: str, means: Means) -> Plan:
    data, adjustments = means.data, means.adjustments
    if target in means.behind:
        raise BrainError(f"{target}: it would be needed to gain itself")
    refusal = BrainError(f"{target}: no way to gain it with the primitives there are")
    ways = _ways(target, data)
    passed_over = min(adjustments.other_way, max(0, len(ways) - 1))
    for way in [*ways[passed_over:], *ways[:passed_over]][:WAYS]:
        try:
            plan = _by(way, target, replace(means, behind=means.behind | {target}))
        except BrainError as error:
            refusal = error
            continue
        comments = tuple(dict.fromkeys(adjustments.comments))
        return replace(plan, tidy=adjustments.tidy, rest=adjustments.rest, comments=comments)
    raise refusal


def _by(way: Way, target: str, means: Means) -> Plan:
    """The plan that goes one way. Raises BrainError if a need of it cannot be met."""
    if isinstance(way, Mine):
        return _mine(target, way, means)
    if isinstance(way, Craft):
        return _craft(target, way, means)
    if isinstance(way, Smelt):
        return _smelt(target, way, means)
    if isinstance(way, Use):
        return _use(target, way, means)
    return _kill(target, way, means.adjustments)


def mined_from(target: str, data: GameData) -> frozenset[str]:
    """Names of the blocks that give an item or a member of a '#tag', or what it is smelted from."""
    members = data.expand(target)
    smelted = (way.input for name in members for way in data.sources(name) if isinstance(way, Smelt))
    sources = (way for name in (*members, *smelted) if name in data.items for way in data.sources(name))
    return frozenset(way.block for way in sources if isinstance(way, Mine))


def hunt(mob: str, adjustments: Adjustments) -> Plan:
    """A plan to find and kill one kind of mob, whatever it drops."""
    return Plan(
        name=f"hunt{camel(mob)}",
        target=mob,
        method="hunt",
        source=(mob,),
        purpose=f"Find and kill {words(mob)}.",
        search=Search("surface", stretches=10 + adjustments.stretches),
    )


def deed(
    kind: str, wanted: Mapping[str, Any], data: GameData, skill_for: SkillFor, adjustments: Adjustments
) -> Plan | None:
    """A plan for a check that asks for a deed (placed, ate, slept, equipped, killed); None for other checks."""
    means = Means(data, skill_for, adjustments)
    if kind == "killed":
        return hunt(str(wanted["mob"]), adjustments)
    if kind == "placed":
        item = str(wanted["block"])
        needs = (_need((item,), "count", means),)
        return Plan(
            f"place{camel(item)}", item, "place", (item,), f"Place {words(item)}, gaining it first.", needs=needs
        )
    if kind == "ate":
        foods = (str(wanted["item"]),) if wanted.get("item") else _foods(data, skill_for)
        return Plan(
            "eatMeal",
            foods[0],
            "eat",
            foods,
            "Eat, gaining something to eat first.",
            needs=(_need(foods, "count", means, first=foods[0]),),
        )
    if kind == "slept":
        return Plan(
            "sleepThroughNight",
            "#beds",
            "sleep",
            ("#beds",),
            "Sleep in a bed, gaining one first.",
            needs=(_need(("#beds",), "1", means),),
        )
    if kind == "equipped":
        item = str(wanted["item"])
        return Plan(
            f"wear{camel(item)}",
            item,
            "wear",
            (str(wanted.get("slot", "hand")),),
            f"Equip {words(item)}, gaining it first.",
            needs=(_need((item,), "1", means),),
        )
    return None


def _foods(data: GameData, skill_for: SkillFor) -> tuple[str, ...]:
    """What can be eaten, what a skill gains before the rest, then by how easily it is come by."""
    ranks = data.ranks()
    foods = [name for name, food in data.foods.items() if name in ranks and food["food"] > 1]
    return tuple(sorted(foods, key=lambda name: (skill_for((name,)) is None, ranks[name].cost, name))[:FOODS])


def _ways(target: str, data: GameData) -> list[Way]:
    """The ways that primitives can carry out, cheapest first; for a tag, those of its members."""
    ranks = data.ranks()
    found: list[Way] = []
    for name in data.expand(target):
        if name in ranks:
            found.append(ranks[name].way)
            found += [way for way in data.sources(name) if way != ranks[name].way]
    if target.startswith("#"):
        found.sort(key=lambda way: ranks[way.item].cost if way.item in ranks else float("inf"))
    return [way for way in found if _feasible(way)]


def _feasible(way: Way) -> bool:
    """Whether the primitives can carry it out; what must be planted or poured first is not planned yet."""
    if isinstance(way, Use):
        return (way.hold, way.on) in USES
    return not (isinstance(way, Mine) and way.made)


def _mine(target: str, way: Mine, means: Means) -> Plan:
    data, adjustments = means.data, means.adjustments
    members = set(data.expand(target))
    # What tools of stone are made of is not mined with one that would have to be made of it first.
    makes_tools = bool(members & set(data.expand(STONE)))
    blocks = [
        block
        for block in data.blocks.values()
        if block.made is None
        and block.levels is not None
        and any(drop.item in members and drop.mean >= way.drop.mean / 2 for drop in block.drops)
        and (block.tools is None or (way.tools is not None and set(way.tools) <= set(block.tools)))
        and block.effort <= 4 * way.effort
    ]
    needs: tuple[Need, ...] = ()
    if way.tools:
        cheapest = data.tool_for(way.block)
        amount = str(1 + adjustments.spare_tools)
        need = _need(tuple(way.tools), amount, means, first=cheapest)
        needs = (need if makes_tools else replace(need, handier=_of_stone(way.tools, data, means.skill_for)),)
    search = _search(blocks, adjustments)
    return Plan(
        name=f"mine{camel(target)}",
        target=target,
        method="mine",
        source=shortest([block.name for block in blocks], data),
        purpose=f"Mine {words(target)}, moving on until enough is found.",
        needs=needs,
        provisions=_provisions(way.tools, means.skill_for) if search.where == "level" else (),
        spare=_spare(means.skill_for) if search.where == "level" and not makes_tools else None,
        search=search,
    )


def _of_stone(tools: Collection[str], data: GameData, skill_for: SkillFor) -> Handier | None:
    """A tool of stone instead of a wooden one, once it is known how: far below there is stone, but no wood."""
    for tool in sorted(tools):
        skill = skill_for((tool,)) if tool.startswith("stone_") else None
        if skill is not None and f"wooden_{tool.removeprefix('stone_')}" in tools:
            recipe = next(way.recipe for way in data.sources(tool) if isinstance(way, Craft))
            each = sum(n for name, n in recipe.ingredients.items() if name in data.expand(STONE))
            return Handier(STONE, each, skill.name)
    return None


def _spare(skill_for: SkillFor) -> str | None:
    """What makes another pickaxe for plain rock, if that is known."""
    skill = skill_for(("stone_pickaxe",))
    return skill.name if skill is not None else None


def _provisions(tools: Collection[str] | None, skill_for: SkillFor) -> tuple[Need, ...]:
    """What to take below, of that which is known: sticks, and where good tools are needed one for rock and a sword."""
    wanted: list[tuple[tuple[str, ...], str]] = [(("stick",), str(STICKS))]
    if tools and "stone_pickaxe" not in tools:
        wanted += [(("stone_pickaxe",), "1"), (("stone_sword", "iron_sword", "diamond_sword"), "1")]
    known = ((names, amount, skill_for(names[:1])) for names, amount in wanted)
    return tuple(Need(names, amount, skill.name) for names, amount, skill in known if skill is not None)


def _search(blocks: list[Block], adjustments: Adjustments) -> Search:
    """Where to look for blocks: on the surface if one kind lies there, else amid the levels of the commonest."""
    stretches = 8 + adjustments.stretches
    found = [(block.effort, block.levels) for block in blocks if block.levels is not None]
    if any(block.surface for block in blocks) or not found:
        return Search("surface", stretches=stretches)
    low, high = min(found)[1]
    level = max(low, DEEPEST_LEVEL, min((low + high) // 2, WORKING_LEVEL) - adjustments.level_shift)
    return Search("level", level, stretches, tuple(sorted(block.name for block in blocks)))


def _craft(target: str, way: Craft, means: Means) -> Plan:
    data, adjustments = means.data, means.adjustments
    recipe = way.recipe
    ingredients = ingredients_of(target, way, data)
    ranks = data.ranks()

    def chain(name: str) -> int:
        return max((ranks[item].depth for item in data.expand(name) if item in ranks), default=0)

    needs = []
    if recipe.table:
        needs.append(_need(("crafting_table",), "1", means))
    # What is made of the other ingredients comes first, so that making it does not eat them.
    for name, each in sorted(ingredients.items(), key=lambda pair: (-chain(pair[0]), pair[0])):
        batches = "count" if recipe.count == 1 else f"Math.ceil(count / {recipe.count})"
        amount = batches if each == 1 else f"{each} * {batches}"
        spare = sum(more for item, more in adjustments.more.items() if item in data.expand(name) or item == name)
        needs.append(_need((name,), f"{amount} + {spare}" if spare else amount, means))
    covered = {item for name in ingredients for item in (*data.expand(name), name)} | {"crafting_table"}
    for item, count in adjustments.more.items():
        if item not in covered and data.exists(item):
            needs.insert(0, _need((item,), str(count), means))
    return Plan(
        name=f"craft{camel(target)}",
        target=target,
        method="craft",
        source=(target,),
        purpose=f"Craft {words(target)}, gaining first what is missing for it.",
        needs=tuple(needs),
    )


def _smelt(target: str, way: Smelt, means: Means) -> Plan:
    data, adjustments = means.data, means.adjustments
    per_coal = data.fuel["coal"] / way.ticks
    per_plank = data.fuel["oak_planks"] / way.ticks
    coal = means.skill_for(("coal",))
    fuel = Need(("coal",), "count", coal.name) if coal is not None else _need(("#logs",), "count", means)
    inputs = tuple(
        sorted(
            {smelt.input for smelt in data.smelting.values() if smelt.item == target and smelt.input in data.ranks()}
        )
    )
    source = (way.input,) if not target.startswith("#") else shortest(list(inputs), data)
    general = tag_of(way.input, inputs, data)
    spare = sum(more for item, more in adjustments.more.items() if item == way.input)
    return Plan(
        name=f"smelt{camel(target)}",
        target=target,
        method="smelt",
        source=(general,) if general else source,
        purpose=f"Smelt {words(target)}, gaining first the furnace, the fuel and what goes in.",
        needs=(
            _need(("furnace",), "1", means),
            _need((general or way.input,), f"count + {spare}" if spare else "count", means),
        ),
        fuel=fuel,
        fuel_per_item=per_coal if coal is not None else per_plank,
    )


def _use(target: str, way: Use, means: Means) -> Plan:
    data, stretches = means.data, 8 + means.adjustments.stretches
    needs: tuple[Need, ...] = (_need((way.hold,), "missing", means),)
    search, provisions, spare = Search("surface", stretches=stretches), tuple[Need, ...](), None
    if way.on == "lava":
        tools = tuple(data.blocks["iron_ore"].tools or ())
        first = data.tool_for("iron_ore")
        needs = (_need(tools, LAVA_TOOLS, means, first=first), *needs)
        search = Search("level", LAVA_LEVEL, stretches=stretches)
        provisions, spare = _provisions(("iron_pickaxe",), means.skill_for), _spare(means.skill_for)
    return Plan(
        name=f"fetch{camel(target)}",
        target=target,
        method="use",
        source=(USES[way.hold, way.on], way.on),
        purpose=f"Fetch {words(target)} from {words(way.on)}, gaining the {words(way.hold)} first.",
        needs=needs,
        provisions=provisions,
        spare=spare,
        search=search,
    )


def _kill(target: str, way: Kill, adjustments: Adjustments) -> Plan:
    return Plan(
        name=f"hunt{camel(target)}",
        target=target,
        method="kill",
        source=(way.mob,),
        purpose=f"Hunt {words(way.mob)} for {words(target)}.",
        search=Search("surface", stretches=10 + adjustments.stretches),
    )


def _need(names: tuple[str, ...], amount: str, means: Means, *, first: str | None = None) -> Need:
    """A need with the skill that covers it, or with a plan of its own where none does (or the one there is failed)."""
    skill = means.skill_for((first,)) if first else None
    skill = skill or means.skill_for(names)
    if skill is not None:
        return Need(names, amount, skill.name)
    inner = replace(means, adjustments=replace(means.adjustments, more={}, comments=()))
    return Need(names, amount, None, _plan(first or names[0], inner))


def camel(name: str) -> str:
    """'#coal_ores' and 'coal_ores' as 'CoalOres'."""
    return "".join(part.capitalize() for part in name.lstrip("#").split("_"))


def words(name: str) -> str:
    """'raw_iron' as 'raw iron'."""
    return name.lstrip("#").replace("_", " ")
