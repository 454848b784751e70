"""Which skill is for which item: what it was seen to bring and is named for, not what was left over on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.cases_minecraft import MinecraftCases
from agent.known import known_items, skills_for
from agent.store import AGENT, Store
from curriculum import gamedata
from curriculum.checks import Gained
from curriculum.schema import CURRICULUM
from memory.db import open_db
from skills.admit import Admission
from skills.library import Library
from skills.schema import SKILLS
from skills.skill import Parameter, Signature, Use


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(open_db(tmp_path / "j.db", SKILLS, CURRICULUM, AGENT))


def bring(library: Library, name: str, **items: int) -> None:
    signature = Signature(name, (Parameter("count", "number", "1"),))
    version = library.add(Admission(f"async function {name}() {{}}", (), signature, ""), reason="test")
    run = Use(version.hash, "succeeded", "j", len(library.names()), 0.0, args={"count": 1}, after=items)
    library.record_use(run)


def test_a_skill_is_for_the_longest_name_that_it_is_named_for_and_brings(library: Library) -> None:
    data = gamedata.load()
    bring(library, "craftLeatherHorseArmor", leather_horse_armor=1, leather=2)
    bring(library, "craftDiamondPickaxe", diamond_pickaxe=1, diamond=1, stick=2)
    assert [skills_for(library, name, data) for name in ("leather", "diamond", "stick")] == [[], [], []]
    assert [each.name for each in skills_for(library, "leather_horse_armor", data)] == ["craftLeatherHorseArmor"]
    assert known_items(library, data) == {"leather_horse_armor", "diamond_pickaxe"}


def test_a_skill_of_unknown_origin_is_tried_for_what_it_is_named_for(library: Library) -> None:
    bring(library, "craftLeatherHorseArmor", leather=2, leather_horse_armor=1)
    cases = MinecraftCases(library, Store(library.db), gamedata.load())
    version = library.get("craftLeatherHorseArmor").current
    assert cases.wanted(version, {"count": 1}) == Gained(item="leather_horse_armor", count=1)


def test_a_skill_named_for_a_use_of_the_item_is_for_the_item_that_it_brings(library: Library) -> None:
    data = gamedata.load()
    bring(library, "getLeatherForHorseArmor", leather=3)
    bring(library, "mineLogs", oak_log=3)
    assert [each.name for each in skills_for(library, "leather", data)] == ["getLeatherForHorseArmor"]
    assert [each.name for each in skills_for(library, "#logs", data)] == ["mineLogs"]
