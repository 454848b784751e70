"""Items that stand for each other in the game: any log is a log. The library knows no game, so it is told here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from sqlite_utils import Database

from curriculum.gamedata import GameData
from skills.library import Library

TAGS = ("logs", "planks", "coals", "stone_tool_materials")
"""Tags whose members do the same in every recipe that skills follow."""


@cache
def _families(members: tuple[tuple[str, tuple[str, ...]], ...]) -> Mapping[str, str]:
    return {item: f"#{tag}" for tag, items in reversed(members) for item in items}


def families(data: GameData) -> Mapping[str, str]:
    """Item to the '#tag' under which it is counted."""
    return _families(tuple((tag, tuple(data.tags[tag])) for tag in TAGS if tag in data.tags))


def opened(db: Database, library: str, data: GameData) -> Library:
    """A library to be written to: what it learns of items that stand for each other, it tells of them together."""
    return Library(db, library, families=families(data))
