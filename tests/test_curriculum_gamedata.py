"""The packaged game data is what the exporter prints, its names exist, and plans lead from what is there to the aim."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum import gamedata, tree
from curriculum.errors import BadData, UnknownName
from curriculum.gamedata import Craft, GameData, Kill, Mine, Smelt, Use
from curriculum.plan import FUELS

ROOT = Path(__file__).parent.parent
DATA = gamedata.load()
TREE = tree.load()
REACHABLE = sorted(DATA.ranks())


def test_the_packaged_data_is_what_the_exporter_prints(node: Path, node_environment: dict[str, str]) -> None:
    command = [node, ROOT / "bridge/gamedata_export.js"]
    printed = subprocess.run(
        command, env=node_environment, capture_output=True, text=True, check=True, timeout=60
    ).stdout
    packaged = (ROOT / "curriculum/data/minecraft.json").read_text(encoding="utf-8")
    assert printed == packaged, "print it anew: node bridge/gamedata_export.js > curriculum/data/minecraft.json"


def test_every_name_in_the_tables_exists() -> None:
    names = {name for recipes in DATA.recipes.values() for recipe in recipes for name in recipe.ingredients}
    names |= {*DATA.recipes, *DATA.fuel, *DATA.foods, *DATA.used}
    names |= {name for smelt in DATA.smelting.values() for name in (smelt.item, smelt.input)}
    names |= {drop.item for block in DATA.blocks.values() for drop in block.drops}
    names |= {drop.item for mob in DATA.mobs.values() for drop in mob.drops}
    names |= {tool for block in DATA.blocks.values() for tool in block.tools or ()}
    names |= {use.hold for uses in DATA.used.values() for use in uses}
    assert names <= set(DATA.items)


def test_every_place_of_the_nature_table_is_a_block() -> None:
    nature = json.loads((ROOT / "curriculum/data/minecraft_nature.json").read_text(encoding="utf-8"))
    listed = [name for place in nature["found"] for name in place["blocks"]]
    assert set(listed) | set(nature["made"]) <= set(DATA.blocks)
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("milestone", TREE.milestones, ids=lambda milestone: milestone.name)
def test_every_milestone_can_be_reached_in_this_world(milestone: tree.Milestone) -> None:
    assert milestone.check().refusal(DATA) is None


def test_every_family_is_a_tag() -> None:
    assert set(TREE.families) <= set(DATA.tags)


def test_the_tree_knows_the_headlines_of_published_results() -> None:
    headlines = [milestone.name for milestone in TREE if milestone.headline]
    assert headlines == ["wooden_pickaxe", "stone_pickaxe", "iron_pickaxe", "diamond_pickaxe"]


def test_the_tech_tree_has_the_known_depths() -> None:
    chain = ["#logs", "#planks", "stick", "wooden_pickaxe", "cobblestone", "stone_pickaxe", "raw_iron", "iron_ingot"]
    depths = [DATA.depth(name) or 0 for name in [*chain, "iron_pickaxe", "diamond", "diamond_pickaxe"]]
    assert depths == sorted(set(depths))


@pytest.mark.parametrize(
    ("item", "kind", "detail"),
    [
        ("oak_log", Mine, "oak_log"),
        ("cobblestone", Mine, "stone"),
        ("raw_iron", Mine, "iron_ore"),
        ("iron_ingot", Smelt, "raw_iron"),
        ("beef", Kill, "cow"),
        ("water_bucket", Use, "bucket"),
        ("iron_pickaxe", Craft, "iron_pickaxe"),
    ],
)
def test_the_cheapest_source_is_the_one_a_player_would_take(item: str, kind: type, detail: str) -> None:
    way = DATA.sources(item)[0]
    names = {getattr(way, field, None) for field in ("item", "block", "input", "mob", "hold")}
    assert isinstance(way, kind)
    assert detail in names


def test_an_ore_gives_nothing_to_a_tool_that_is_too_soft() -> None:
    assert "wooden_pickaxe" not in (DATA.blocks["iron_ore"].tools or ())
    assert DATA.tool_for("iron_ore") == "stone_pickaxe"
    assert DATA.tool_for("iron_ore", ["stone_pickaxe", "iron_pickaxe"]) == "iron_pickaxe"
    assert DATA.tool_for("iron_ore", ["wooden_pickaxe"]) is None
    assert DATA.tool_for("oak_log") is None


def test_creative_items_and_other_dimensions_are_out_of_reach() -> None:
    for name in ("netherite_sword", "blaze_rod", "elytra"):
        assert DATA.depth(name) is None
    assert not DATA.exists("command_block")


def carry_out(data: GameData, name: str, count: int, inventory: Mapping[str, int]) -> Counter[str]:
    """Does what the plan says with nothing but its own arithmetic; asserts that nothing is ever missing."""
    pool = Counter(inventory)
    for step in data.plan(name, count, inventory):
        for need in data.needs(step.way, step.count):
            if need.burnt:
                ticks = step.count * (step.way.ticks if isinstance(step.way, Smelt) else 0)
                spare = [fuel for names in FUELS for fuel in data.expand(names) if fuel in need.names]
                fuel = next(fuel for fuel in spare if pool[fuel] * data.fuel[fuel] >= ticks)
                pool[fuel] -= -(-ticks // data.fuel[fuel])
                continue
            held = [option for option in need.names if pool[option] >= need.count]
            assert held, f"{step} lacks {need}"
            if not need.kept:
                pool[held[0]] -= need.count
        pool[step.item] += step.count
    return pool


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(REACHABLE),
    st.integers(1, 5),
    st.dictionaries(st.sampled_from(REACHABLE), st.integers(1, 9), max_size=5),
)
def test_a_plan_is_complete_whatever_is_there(name: str, count: int, inventory: dict[str, int]) -> None:
    steps = DATA.plan(name, count, inventory)
    items = Counter(inventory)
    for step in steps:
        items[step.item] += step.count
        for need in DATA.needs(step.way, step.count):
            assert need.burnt or any(items[option] for option in need.names)
    assert items[name] >= count


@pytest.mark.parametrize(
    "name", ["iron_pickaxe", "diamond_pickaxe", "shield", "enchanting_table", "bread", "white_bed"]
)
def test_the_amounts_of_a_plan_add_up(name: str) -> None:
    assert carry_out(DATA, name, 1, {})[name] >= 1


def test_what_is_there_is_not_planned_again() -> None:
    assert DATA.plan("stick", 2, {"stick": 3}) == ()
    assert [step.item for step in DATA.plan("stick", 4, {"birch_planks": 2})] == ["stick"]


def test_unknown_names_come_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="iron_pickaxe"):
        DATA.sources("iron_pickaxes")
    with pytest.raises(UnknownName):
        DATA.plan("netherite_sword")


def test_data_with_a_part_missing_is_refused() -> None:
    with pytest.raises(BadData, match="recipes"):
        gamedata.from_json({"version": "1", "items": {}})


@pytest.mark.parametrize("text", ["[[milestone]]\nname='x'", "[[milestone]]\nname='x'\ngain='a'\nkill='b'", "nonsense"])
def test_a_malformed_tree_is_refused(text: str) -> None:
    with pytest.raises(BadData):
        tree.from_toml(text)
