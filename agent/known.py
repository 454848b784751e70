"""What the library can do, in the planner's terms: which skill is for which item.

A run's inventory difference also holds leftovers (cobblestone from digging to the iron), so an effect alone does
not say what a skill is *for*. It is for an item that it was seen to bring and that its name names.
"""

from __future__ import annotations

from agent.brain import KnownSkill
from agent.families import families
from curriculum.errors import UnknownName
from curriculum.gamedata import GameData
from skills.library import Library
from skills.refactor import is_shared
from skills.render import card
from skills.search import gives
from skills.skill import Effect, Skill
from skills.words import named, names


def known_skill(skill: Skill) -> KnownSkill:
    """A library skill as a writer sees it."""
    tries = skill.record.succeeded + skill.record.failed
    return KnownSkill(
        name=skill.name,
        version=skill.current.hash,
        parameters={each.name: each.default for each in skill.current.signature.parameters},
        purpose=skill.current.purpose,
        gives=tuple(effect.item for effect in skill.effects if effect.low > 0),
        status=skill.rung,
        worth=(skill.record.succeeded + 1) / (tries + 2),
        card=card(skill),
    )


def skills_for(library: Library, name: str, data: GameData) -> list[KnownSkill]:
    """Skills that are for an item or for any member of a '#tag', surest first, each once."""
    found: dict[str, KnownSkill] = {}
    for item in data.expand(name):
        for skill, effect in gives(library, item):
            # What lost its trust is not built upon until it is proven again; what skills share is theirs to call.
            if skill.rung == "parole" or is_shared(skill.current):
                continue
            if skill.name not in found and _is_for(skill, effect, item, name):
                found[skill.name] = known_skill(skill)
    return sorted(found.values(), key=lambda skill: -skill.worth)


def items_towards(name: str, data: GameData) -> tuple[str, ...]:
    """An item or the members of a '#tag', and all that the way there leads through, the last step first."""
    try:
        steps = data.plan(name)
    except UnknownName:
        steps = ()
    through = (member for step in reversed(steps) for member in data.expand(tag_of(step.item, data)))
    return tuple(dict.fromkeys([*data.expand(name), *through]))


def tag_of(item: str, data: GameData) -> str:
    """The '#tag' under which an item is counted, or the item itself."""
    return families(data).get(item, item)


def known_items(library: Library, data: GameData) -> frozenset[str]:
    """Items and '#tags' that some skill is for."""
    brought: dict[str, dict[str, bool]] = {}
    for skill, item, sure in library.gains():
        brought.setdefault(skill, {})[item] = sure
    tags: dict[str, list[str]] = {}
    for tag, members in data.tags.items():
        for member in members:
            tags.setdefault(member, []).append(tag)
    known: set[str] = set()
    for skill, items in brought.items():
        known |= {item for item in named(skill, items) if items[item]}
        known |= {f"#{tag}" for item in items for tag in tags.get(item, ()) if names(skill, tag)}
    return frozenset(known)


def _is_for(skill: Skill, effect: Effect, item: str, wanted: str) -> bool:
    """Whether an effect is what a skill is for. What is for a '#tag' brought now one member of it, now another."""
    if wanted.startswith("#") and names(skill.name, wanted):
        return effect.high > 0
    brought = [each.item for each in skill.effects if each.high > 0]
    return effect.low > 0 and (item in named(skill.name, brought) or (item != wanted and names(skill.name, wanted)))
