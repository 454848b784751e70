"""Names taken apart into words, so that `mineIronOre` and `iron_ore` meet in a search."""

from __future__ import annotations

import re
from collections.abc import Iterable

QUANTITIES = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand dozen couple several "
    "multiple".split()
)
"""Words of a name that say how many; the adapter of foreign programs (bridge/adapt.js) knows what each means."""


def apart(name: str) -> str:
    """The words of a name: `mineIronOre` gives `mine iron ore`, `iron_ore` gives `iron ore`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return " ".join(re.findall(r"[^\W_]+", spaced)).lower()


def names(skill: str, item: str) -> bool:
    """Whether a skill is named for an item: every word of 'iron_ingot' is in 'smeltIronIngots'."""
    written = skill.lower()
    return all(word in written for word in item.lstrip("#").lower().split("_"))


def named(skill: str, items: Iterable[str]) -> set[str]:
    """The items that a skill is named for: of leather and leather_horse_armor the longer name alone."""
    found = {item: set(item.split("_")) for item in items if names(skill, item)}
    return {item for item, words in found.items() if not any(words < other for other in found.values())}


def spoken(name: str, purpose: str, items: Iterable[str]) -> str:
    """A skill as a sentence to be compared by meaning: its name, its purpose, and what it brings."""
    brings = ", ".join(apart(item) for item in items)
    return f"{apart(name)}. {purpose}" + (f" Brings {brings}." if brings else "")
