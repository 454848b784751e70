"""Turns what a person typed after --goal into an item of the game. Knows names, not plans."""

from __future__ import annotations

import difflib
import re

from agent.errors import UsageError
from curriculum.gamedata import GameData

_FILLERS = {"a", "an", "the", "some", "obtain", "get", "craft", "make", "mine", "find", "build", "have", "one", "to"}


def item_of(text: str, data: GameData) -> str:
    """The item that a goal names: 'iron_pickaxe', 'an iron pickaxe' and 'Get an Iron Pickaxe!' are the same.

    Raises UsageError with the nearest names for what the game does not know or cannot give.
    """
    words = [word for word in re.findall(r"[a-z0-9_]+", text.lower()) if word not in _FILLERS]
    name = "_".join(words)
    if name in data.items:
        if name not in data.ranks():
            raise UsageError(f"--goal {text!r}: this world gives no {name}")
        return name
    if name in data.tags:
        return f"#{name}"
    near = difflib.get_close_matches(name, data.items, n=4, cutoff=0.5)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    raise UsageError(f"--goal {text!r}: Minecraft {data.version} has no item {name!r}{hint}")
