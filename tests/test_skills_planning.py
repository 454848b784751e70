"""Plans over learned effects: what is found, at what odds, and that a plan holds when its effects do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from memory.db import open_db
from skills.admit import Admission
from skills.compare import difference
from skills.errors import NotAllowed
from skills.library import Library
from skills.operators import Operators
from skills.planning import plan
from skills.schema import SKILLS
from skills.skill import Parameter, Signature, Use, Version
from skills.stats import statistics

COUNT = (Parameter("count", "number", "1"),)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(open_db(tmp_path / "j.db", SKILLS))


def learn(
    library: Library,
    name: str,
    before: Mapping[str, int],
    after: Mapping[str, int],
    count: int = 1,
    *,
    runs: int = 3,
    body: str = "",
    **more: Any,
) -> Version:
    """A skill that was seen to turn one inventory into another."""
    source = f"async function {name}(bot, {{ count = 1 }}) {{ {body} return count }}"
    version = library.add(Admission(source, (), Signature(name, COUNT), f"Does {name}."), reason="r")
    for run in range(runs):
        values: dict[str, Any] = {"ticks": 100 * count, "outcome": "succeeded", **more}
        library.record_use(
            Use(version.hash, journey=name + version.hash, iteration=run, at=0.0, args={"count": count},
                before=before, after=after, **values)
        )  # fmt: skip
    return version


def teach_pickaxe(library: Library) -> None:
    learn(library, "mineLogs", {}, {"oak_log": 4}, 4)
    learn(library, "craftPlanks", {"birch_log": 2}, {"birch_planks": 8}, 8)
    learn(library, "craftStick", {"oak_planks": 2}, {"stick": 4}, 4)
    learn(library, "craftTable", {"oak_planks": 4}, {"table": 1})
    learn(
        library, "craftPickaxe", {"oak_planks": 3, "stick": 2, "table": 1}, {"pickaxe": 1, "table": 1},
        stations=("table",),
    )  # fmt: skip
    learn(library, "mineStone", {"pickaxe": 1}, {"pickaxe": 1, "stone": 5}, 5, tools=("pickaxe",))


FAMILIES = {"oak_log": "#logs", "birch_log": "#logs", "oak_planks": "#planks", "birch_planks": "#planks"}


def test_a_plan_goes_from_bare_hands_through_all_needs_and_gathers_once(library: Library) -> None:
    teach_pickaxe(library)
    found = plan(Operators(library, FAMILIES), "stone", 7)
    assert found.found
    assert [(step.skill, step.args["count"]) for step in found.steps] == [
        ("mineLogs", 3), ("craftPlanks", 8), ("craftTable", 1), ("craftStick", 2), ("craftPickaxe", 1), ("mineStone", 7)
    ]  # fmt: skip


def test_what_was_lost_by_the_way_is_no_need_but_what_the_code_asks_for_is(library: Library) -> None:
    learn(library, "craftShovel", {"plank": 1, "sapling": 2}, {"shovel": 1}, runs=1, body="take('plank')")
    assert "plank" in plan(Operators(library), "shovel").missing
    found = plan(Operators(library), "shovel", 1, {"plank": 1})
    assert found.found
    assert found.steps[0].lacking == ("sapling",)
    assert found.probability < 0.5, "that it works without was never seen"


def test_odds_follow_each_run_whether_or_not_it_moves_a_rung(library: Library) -> None:
    version = learn(library, "mineLogs", {}, {"oak_log": 4}, 4)
    operators = Operators(library, FAMILIES)
    before, moves = plan(operators, "oak_log").probability, library.revision
    library.record_use(Use(version.hash, "failed", "later", 1, 1.0, args={"count": 1}))
    assert library.revision == moves
    assert plan(operators, "oak_log").probability < before


def test_runs_that_versions_of_several_names_share_weigh_once(library: Library) -> None:
    mined = learn(library, "mineOre", {}, {"ore": 1}, runs=6)
    learn(library, "craftIt", {"ore": 1}, {"it": 1}, runs=1)
    library.record_use(Use(mined.hash, "failed", "a", 99, 0.0))
    before = plan(Operators(library), "it").probability
    for name in ("digOre", "findOre"):
        same = library.add(Admission(f"// {name}", (), Signature(name, COUNT), ""), reason="r")
        library.carry_on(same.hash, mined.hash, reason="another name")
        library.retire(name, reason="back again")
    assert plan(Operators(library), "it").probability == pytest.approx(before)


def test_a_step_tells_how_many_it_brings(library: Library) -> None:
    learn(library, "mineLogs", {}, {"oak_log": 4}, 4)
    learn(library, "craftPlanks", {"birch_log": 2}, {"birch_planks": 8}, 2)
    steps = plan(Operators(library, FAMILIES), "oak_planks", 10).steps
    assert [(step.args["count"], step.amount, step.item) for step in steps] == [(3, 3, "#logs"), (3, 12, "#planks")]


def test_a_step_that_asks_for_more_than_any_run_did_says_so(library: Library) -> None:
    learn(library, "mineLogs", {}, {"oak_log": 4}, 4)
    operators = Operators(library, FAMILIES)
    assert [plan(operators, "oak_log", count).steps[0].tried for count in (4, 5, 10**9)] == [None, 4, 4]


def test_what_is_at_hand_is_not_made_again(library: Library) -> None:
    teach_pickaxe(library)
    operators = Operators(library, FAMILIES)
    assert [step.skill for step in plan(operators, "stone", 1, {"pickaxe": 1}).steps] == ["mineStone"]
    skills = [step.skill for step in plan(operators, "pickaxe", 1, {"oak_planks": 5, "table": 1}).steps]
    assert skills == ["craftStick", "craftPickaxe"]


def test_what_nothing_brings_is_named(library: Library) -> None:
    learn(library, "smeltGlass", {"sand": 1}, {"glass": 1})
    found = plan(Operators(library), "glass", 2)
    assert not found.found
    assert found.missing == ("sand",)


def test_a_surer_way_is_preferred_to_a_quick_one_that_mostly_fails(library: Library) -> None:
    learn(library, "huntString", {}, {"string": 1}, ticks=400, runs=8)
    risky = learn(library, "tradeString", {}, {"string": 1}, ticks=300, runs=1)
    for run in range(9):
        library.record_use(Use(risky.hash, "failed", "x", run, 0.0, args={"count": 1}))
    assert [step.skill for step in plan(Operators(library), "string").steps] == ["huntString"]


def test_odds_fall_with_every_step_and_are_wider_with_fewer_runs(library: Library) -> None:
    learn(library, "mineOre", {}, {"ore": 1}, runs=20)
    learn(library, "smeltOre", {"ore": 1}, {"ingot": 1}, runs=2)
    operators = Operators(library)
    one, two = plan(operators, "ore"), plan(operators, "ingot")
    assert 0 < two.probability < one.probability < 1
    assert two.high - two.low > one.high - one.low
    assert one.low <= one.probability <= one.high


def test_leftovers_do_not_pass_for_a_purpose(library: Library) -> None:
    learn(library, "mineIron", {}, {"iron": 1, "cobblestone": 9}, ticks=50)
    learn(library, "mineCobblestone", {}, {"cobblestone": 9}, 9, ticks=50)
    assert plan(Operators(library), "cobblestone", 9).steps[0].skill == "mineCobblestone"


def test_skills_that_feed_each_other_end_the_search(library: Library) -> None:
    learn(library, "packCoal", {"coal": 9}, {"coal_block": 1})
    learn(library, "unpackCoal", {"coal_block": 1}, {"coal": 9}, 9)
    found = plan(Operators(library), "coal_block")
    assert not found.found


def test_statistics_tell_a_missing_need_from_wrong_code_and_where_it_failed_last(library: Library) -> None:
    version = learn(library, "mineOre", {}, {"ore": 1}, world="w:1", brain="planner", runs=2)
    library.record_use(Use(version.hash, "unmet", "j", 1, 0.0, cause="no_tool", world="w:1"))
    library.record_use(
        Use(version.hash, "failed", "j", 2, 0.0, cause="thrown", world="w:2", events=(7, 9), caller="v1:x", position=3)
    )
    found = statistics(library, "mineOre", {"thrown": "wrong_code"})
    assert found.failures == {"missing_need": {"no_tool": 1}, "wrong_code": {"thrown": 1}}
    assert (found.by["world"]["w:1"].runs, found.by["world"]["w:2"].failed) == (3, 1)
    assert found.by["called"]["from a program"].runs == 1
    assert found.last_failure is not None
    assert (found.last_failure.cause, found.last_failure.events) == ("thrown", (7, 9))


def test_a_pinned_version_stays_until_it_is_let_go(library: Library) -> None:
    old = learn(library, "mineOre", {}, {"ore": 1}, runs=0)
    library.pin("mineOre", reason="a demonstration")
    new = learn(library, "mineOre", {}, {"ore": 1}, body="better();", runs=2)
    assert library.get("mineOre").current == old
    library.unpin("mineOre", reason="over")
    assert library.get("mineOre").current == new
    assert "pinned" in [move.action for move in library.history("mineOre")]


def test_a_version_that_falls_gives_way_to_the_one_before_by_itself(library: Library) -> None:
    old = learn(library, "mineOre", {}, {"ore": 1}, runs=10)
    for world in ("a", "b"):
        library.record_use(Use(old.hash, "succeeded", world, 1, 0.0, setting="fresh", world=world))
    new = learn(library, "mineOre", {}, {"ore": 1}, body="worse();", runs=10)
    for world in ("a", "b"):
        library.record_use(Use(new.hash, "succeeded", world, 2, 0.0, setting="fresh", world=world))
    assert library.get("mineOre").current == old, "a trusted version is replaced only by one that passed its replays"
    assert [each.hash for each in library.challengers()] == [new.hash]
    library.clear(new.hash, reason="passed its replays")
    assert library.get("mineOre").current == new
    for run in range(20):
        library.record_use(Use(new.hash, "failed", "later", run, 0.0, cause="thrown"))
    assert library.rung(new.hash) == "parole"
    assert library.get("mineOre").current == old
    assert library.history("mineOre")[-1].action == "rolled_back"


def test_a_difference_shows_source_and_callees(library: Library) -> None:
    learn(library, "mineOre", {}, {"ore": 1}, runs=0)
    learn(library, "mineOre", {}, {"ore": 1}, body="better();", runs=1)
    found = difference(library, "mineOre")
    assert any(line.startswith("+") and "better()" in line for line in found.lines)
    assert found.signature is None
    first, second = library.versions("mineOre")
    assert difference(library, "mineOre", second.hash, first.hash).lines
    library.rollback("mineOre", reason="r", to=first.hash)
    with pytest.raises(NotAllowed, match="is the first version of 'mineOre': name two to compare"):
        difference(library, "mineOre")
