"""Ores in sight are remembered, one place for each vein, and taken back when they are looked at and gone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent import ores
from agent.store import Iteration
from memory.db import open_db
from memory.episodic import Episode, Episodes
from memory.items import same_world
from memory.recall import Question, Recall
from memory.semantic import Semantic

WORLD = "minecraft:7"


def iteration(number: int, x: float, blocks: dict[str, tuple[int, int, int]]) -> Iteration:
    after: dict[str, Any] = {
        "position": {"x": x, "y": 60, "z": 0},
        "nearby": {"blocks": {name: {"nearest": dict(zip("xyz", at, strict=True))} for name, at in blocks.items()}},
    }
    return Iteration(
        journey="a", iteration=number, round=1, task={}, name="n", source=None, args={}, modules=(), note="",
        outcome="returned", error=None, value=None, calls=(), before={}, after=after, ticks=1, seconds=1.0,
        total_seconds=1.0, game_seconds=1.0, tokens=0, dollars=0.0, overhead_seconds=0.0,
    )  # fmt: skip


@pytest.fixture
def memory(tmp_path: Path) -> Semantic:
    return Semantic(open_db(tmp_path / "j.db"))


def live(memory: Semantic, scope: str = "a") -> list[str]:
    return sorted(item.text for item in memory.find(scope=scope) if item.scope == scope)


def see(memory: Semantic, number: int, x: float, **blocks: tuple[int, int, int]) -> None:
    Episodes(memory._db).record(Episode("a", number, "t", "look", "passed", float(number)))
    ores.remember(memory, "a", WORLD, iteration(number, x, blocks), number, float(number))


def test_one_place_for_each_vein(memory: Semantic) -> None:
    see(memory, 1, 0, iron_ore=(5, 50, 0), stone=(0, 59, 0))
    see(memory, 2, 1, iron_ore=(6, 51, 0))
    see(memory, 3, 40, iron_ore=(50, 50, 0))
    assert live(memory) == ["iron_ore seen at 5 50 0", "iron_ore seen at 50 50 0"]


def test_what_is_gone_is_wrong_now_and_what_is_out_of_sight_stays(memory: Semantic) -> None:
    see(memory, 1, 0, iron_ore=(5, 56, 0), coal_ore=(0, 50, 3))
    see(memory, 2, 100, iron_ore=(101, 60, 0))
    assert len(live(memory)) == 3
    see(memory, 3, 2, iron_ore=(20, 50, 0), coal_ore=(0, 50, 3))
    assert live(memory) == ["coal_ore seen at 0 50 3", "iron_ore seen at 101 60 0", "iron_ore seen at 20 50 0"]


def test_a_later_journey_in_the_same_world_begins_with_them_and_one_elsewhere_does_not(memory: Semantic) -> None:
    see(memory, 1, 0, iron_ore=(5, 56, 0))
    see(memory, 2, 0, coal_ore=(6, 50, 0))  # the iron was dug up: gone here, there again where the world begins anew
    assert live(memory) == ["coal_ore seen at 6 50 0"]
    ores.inherit(memory, "b", WORLD, 2.0)
    ores.inherit(memory, "b", WORLD, 2.0)
    ores.inherit(memory, "c", "minecraft:8", 2.0)
    assert live(memory, "b") == ["coal_ore seen at 6 50 0", "iron_ore seen at 5 56 0"]
    assert live(memory, "c") == []
    (iron,) = memory.nearest("iron_ore", 0, 0, 0, scope="b")
    assert memory.get(iron.sources[0]).scope == same_world(WORLD)
    hits = Recall(memory._db).ask(Question("mine iron", scope="b", items=("iron_ore",)), now=2.0).hits
    assert hits[0].text == "iron_ore seen at 5 56 0"
