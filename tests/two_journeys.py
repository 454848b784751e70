"""Two journeys with a few memories each, and an embedder that needs no model."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlite_utils import Database

from memory.db import open_db
from memory.episodic import Episode, Episodes, Place
from memory.semantic import Semantic, lesson, seen


def extra(*names: str) -> None:
    """Tests of dense recall fail where its packages are missing, unless this was asked for as a light run."""
    if os.environ.get("JOURNEYMAN_LIGHT") == "1":
        for name in names:
            pytest.importorskip(name)


def two_journeys(path: Path) -> Database:
    """A database of memory at this path."""
    db = open_db(path)
    episodes, semantic = Episodes(db), Semantic(db)
    episodes.record(
        Episode(
            "a",
            1,
            "t1",
            "craft a stone pickaxe",
            "failed",
            1.0,
            failure="missing_need",
            cause="no_station",
            message="no crafting table near",
            place=Place(0, 64, 0),
        )
    )
    episodes.record(Episode("a", 2, "t2", "mine coal", "passed", 2.0, gained={"coal": 3}, place=Place(200, 40, 0)))
    episodes.record(Episode("b", 1, "t1", "craft a stone pickaxe in a desert", "passed", 1.0))
    semantic.add(lesson("no_station", "a craft says no_station", "place a crafting_table", at=3.0), reason="learned")
    semantic.add(seen("iron_ore", 10, 20, 10, scope="a", at=4.0), reason="seen")
    semantic.add(seen("iron_ore", 99, 20, 10, scope="b", at=4.0), reason="seen")
    return db


class LetterCounts:
    """A real if simple embedder: counts of letters, scaled to length 1."""

    id = "letters/1"
    size = 26

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Texts with the same letters lie together."""
        rows = [[float(text.lower().count(chr(97 + n))) for n in range(26)] for text in texts]
        return [[x / (sum(y * y for y in row) ** 0.5 or 1.0) for x in row] for row in rows]
