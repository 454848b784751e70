"""Ores and portals in sight are remembered, once for each vein, and taken back when they are gone. And biomes, once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent import sights
from agent.store import Iteration
from memory.db import open_db
from memory.episodic import Episode, Episodes
from memory.items import same_world
from memory.recall import Question, Recall
from memory.semantic import Semantic

WORLD = "minecraft:7"


def iteration(number: int, x: float, blocks: dict[str, tuple[int, int, int]], biome: str | None = None) -> Iteration:
    after: dict[str, Any] = {
        "biome": biome,
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
    sights.remember(memory, "a", WORLD, iteration(number, x, blocks), number, float(number))


def test_one_place_for_each_vein(memory: Semantic) -> None:
    see(memory, 1, 0, iron_ore=(5, 50, 0), stone=(0, 59, 0))
    see(memory, 2, 1, iron_ore=(6, 51, 0))
    see(memory, 3, 40, iron_ore=(50, 50, 0))
    assert live(memory) == ["iron_ore seen at 5 50 0", "iron_ore seen at 50 50 0"]


def test_a_vein_that_a_person_took_back_does_not_come_back_as_its_next_ore(memory: Semantic) -> None:
    see(memory, 1, 0, iron_ore=(5, 50, 0))
    for item in memory.find(kind="fact"):
        memory.undo(memory.journal(item.id)[0].id, at=1.0, reason="it is not there")
    see(memory, 2, 1, iron_ore=(6, 51, 0))
    assert memory.find(kind="fact") == []
    see(memory, 3, 40, iron_ore=(50, 50, 0))
    assert live(memory) == ["iron_ore seen at 50 50 0"]


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
    sights.inherit(memory, "b", WORLD, 2.0)
    sights.inherit(memory, "b", WORLD, 2.0)
    sights.inherit(memory, "c", "minecraft:8", 2.0)
    assert live(memory, "b") == ["coal_ore seen at 6 50 0", "iron_ore seen at 5 56 0"]
    assert live(memory, "c") == []
    (iron,) = memory.nearest("iron_ore", 0, 0, 0, scope="b")
    assert memory.get(iron.sources[0]).scope == same_world(WORLD)
    hits = Recall(memory._db).ask(Question("mine iron", scope="b", items=("iron_ore",)), now=2.0).hits
    assert hits[0].text == "iron_ore seen at 5 56 0"


def test_a_portal_in_sight_is_a_place_and_one_that_is_gone_is_not(memory: Semantic) -> None:
    see(memory, 1, 0, nether_portal=(5, 60, 0))
    see(memory, 2, 1, nether_portal=(5, 61, 0))
    assert live(memory) == ["nether_portal seen at 5 60 0"]
    see(memory, 3, 0)
    assert live(memory) == []


def enter(memory: Semantic, number: int, x: float, biome: str, journey: str = "a") -> None:
    Episodes(memory._db).record(Episode(journey, number, "t", "walk", "passed", float(number)))
    sights.remember(memory, journey, WORLD, iteration(number, x, {}, biome), number, float(number))


def test_a_biome_is_the_place_where_it_was_first_entered(memory: Semantic) -> None:
    enter(memory, 1, 3.4, "plains")
    enter(memory, 2, 90, "desert")
    enter(memory, 3, 180, "plains")
    assert live(memory) == ["desert at 90 60 0: this biome", "plains at 3 60 0: this biome"]
    hits = Recall(memory._db).ask(Question("where is a desert", scope="a"), now=3.0).hits
    assert hits[0].text == "desert at 90 60 0: this biome"


def test_a_later_journey_in_the_same_world_knows_the_biomes_of_earlier_ones(memory: Semantic) -> None:
    enter(memory, 1, 90, "desert")
    sights.inherit(memory, "b", WORLD, 2.0)
    sights.inherit(memory, "c", "minecraft:8", 2.0)
    enter(memory, 2, 40, "desert", "b")
    assert live(memory, "b") == ["desert at 90 60 0: this biome"]
    assert live(memory, "c") == []


def test_what_a_person_took_back_for_the_world_is_not_kept_by_a_later_journey_that_comes_by(memory: Semantic) -> None:
    see(memory, 1, 0, iron_ore=(5, 50, 0))
    enter(memory, 2, 90, "desert")
    for item in memory.find():
        if item.scope == same_world(WORLD):
            memory.undo_act(memory.journal(item.id)[0].id, at=2.0, reason="it is not there")
    assert memory.find() == []
    Episodes(memory._db).record(Episode("b", 1, "t", "look", "passed", 3.0))
    passing = iteration(1, 0, {"iron_ore": (6, 51, 0), "coal_ore": (0, 50, 9)})
    sights.remember(memory, "b", WORLD, passing, 3, 3.0)
    enter(memory, 2, 90, "desert", "b")
    enter(memory, 3, 40, "plains", "b")
    assert live(memory, "b") == ["coal_ore seen at 0 50 9", "plains at 40 60 0: this biome"]


def test_a_biome_that_the_world_knows_stays_where_an_earlier_journey_entered_it(memory: Semantic) -> None:
    enter(memory, 1, 90, "desert")
    enter(memory, 2, 40, "desert", "b")
    assert live(memory, "b") == ["desert at 40 60 0: this biome"]
    assert live(memory, same_world(WORLD)) == ["desert at 90 60 0: this biome"]
