"""What names of skills promise: the check that they are held against, and what they may take for granted."""

from __future__ import annotations

import pytest

from curriculum import gamedata
from curriculum.promises import promised


@pytest.mark.parametrize(
    ("name", "wanted", "kit"),
    [
        ("smeltRawIron", "gain 2 iron ingot", {"raw_iron": 2, "furnace": 1, "coal": 1}),
        ("craftStonePickaxe", "gain 2 stone pickaxe", {"cobblestone": 6, "stick": 4, "crafting_table": 1}),
        ("craftShieldWithFurnace", "gain 2 shield", {"iron_ingot": 2, "oak_planks": 12, "crafting_table": 1}),
        ("mineCopperOreWithStonePickaxe", "gain 2 raw copper", {"stone_pickaxe": 1}),
        ("mineCobblestone", "gain 2 cobblestone", {"wooden_pickaxe": 1}),
        ("mineWoodLog", "gain 2 of any logs", {}),
        ("fillBucketWithWater", "gain 2 water bucket", {"bucket": 2}),
        ("huntWool", "gain 2 of any wool", {}),
        ("craftBeds", "gain 2 of any beds", {"white_wool": 6, "oak_planks": 6, "crafting_table": 1}),
        ("killPigs", "kill 2 pig", {}),
        ("equipIronHelmet", "equip iron helmet (head)", {"iron_helmet": 1}),
        ("eatCookedBeef", "eat 2 cooked beef", {"cooked_beef": 2}),
        ("plantOakSapling", "place 2 oak sapling", {"oak_sapling": 2}),
    ],
)
def test_a_name_promises_what_its_verb_does_to_its_noun(name: str, wanted: str, kit: dict[str, int]) -> None:
    found = promised(name, 2, gamedata.load())
    assert found is not None
    assert (found.check.sentence(), dict(found.kit)) == (wanted, kit)


@pytest.mark.parametrize(
    "name", ["exploreCave", "checkStonePickaxe", "craftStoneTools", "eatStone", "doSomething", "hoeFarmland"]
)
def test_a_name_that_says_nothing_that_can_be_checked_promises_nothing(name: str) -> None:
    assert promised(name, 1, gamedata.load()) is None
