"""Checks decide by inventory difference and events alone; what the game cannot do is refused with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum.checks import Check, Facts, Verdict, already_true, describe, evaluate, parse, reachable
from curriculum.errors import BadCheck, UnknownName
from curriculum.gamedata import GameData, load
from curriculum.task import Task
from curriculum.task import from_json as task_from_json

NAMES = ("oak_log", "birch_log", "cobblestone", "raw_iron")
TAGS = {"logs": ("oak_log", "birch_log")}
inventories = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 70))
targets = st.sampled_from((*NAMES, "#logs"))


@pytest.fixture(scope="module")
def data() -> GameData:
    return load()


def state(inventory: Mapping[str, int] | None = None, **more: Any) -> dict[str, Any]:
    return {"inventory": dict(inventory or {}), "position": {"x": 0.5, "y": 64.0, "z": 0.5}, "equipment": {}, **more}


def total(inventory: Mapping[str, int], name: str) -> int:
    return sum(inventory.get(each, 0) for each in (TAGS["logs"] if name == "#logs" else (name,)))


@given(inventories, inventories, targets, st.integers(1, 20))
def test_gained_is_the_difference_of_the_two_inventories(
    before: dict[str, int], after: dict[str, int], item: str, count: int
) -> None:
    verdict = evaluate(parse({"kind": "gained", "item": item, "count": count}), state(before), state(after), (), TAGS)
    assert verdict.passed == (total(after, item) - total(before, item) >= count)


@given(inventories, inventories, targets, st.integers(1, 20))
def test_has_looks_only_at_what_is_there_afterwards(
    before: dict[str, int], after: dict[str, int], item: str, count: int
) -> None:
    verdict = evaluate(parse({"kind": "has", "item": item, "count": count}), state(before), state(after), (), TAGS)
    assert verdict.passed == (total(after, item) >= count)


leaves = st.builds(lambda item, count: {"kind": "has", "item": item, "count": count}, targets, st.integers(1, 9))
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda checks: {"kind": "all", "checks": checks}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda checks: {"kind": "any", "checks": checks}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda check: {"kind": "not", "check": check}, inner),
    ),
    max_leaves=8,
)


def truth(check: Mapping[str, Any], inventory: Mapping[str, int]) -> bool:
    if check["kind"] == "all":
        return all(truth(each, inventory) for each in check["checks"])
    if check["kind"] == "any":
        return any(truth(each, inventory) for each in check["checks"])
    if check["kind"] == "not":
        return not truth(check["check"], inventory)
    return total(inventory, check["item"]) >= check["count"]


@given(trees, inventories)
def test_composites_follow_logic_survive_json_and_can_be_said(check: dict[str, Any], inventory: dict[str, int]) -> None:
    parsed = parse(check)
    assert evaluate(parsed, state(), state(inventory), (), TAGS).passed == truth(check, inventory)
    assert parse(parsed.to_json()) == parsed
    assert describe(parsed).endswith(".")


@given(trees, inventories)
def test_a_check_is_already_true_exactly_when_doing_nothing_passes_it(
    check: dict[str, Any], inventory: dict[str, int]
) -> None:
    here = state(inventory)
    assert already_true(parse(check), here, TAGS) == evaluate(parse(check), here, here, (), TAGS).passed


@pytest.mark.parametrize(
    ("check", "after", "events", "passed"),
    [
        # The four wrong verdicts of published runs that an inventory difference decides:
        ({"kind": "gained", "item": "crafting_table"}, {"oak_log": 3}, (), False),
        ({"kind": "placed", "block": "furnace"}, {"furnace": 1}, (), False),
        ({"kind": "gained", "item": "raw_iron", "count": 5}, {"raw_iron": 5}, (), True),
        ({"kind": "gained", "item": "stone_pickaxe"}, {"stone_pickaxe": 4}, (), True),
        (
            {"kind": "placed", "block": "furnace"},
            {},
            ({"kind": "placed", "block": "furnace", "x": 1, "y": 2, "z": 3},),
            True,
        ),
        ({"kind": "killed", "mob": "cow", "count": 2}, {}, ({"kind": "killed", "mob": "cow"},) * 2, True),
        (
            {"kind": "crafted", "item": "stick", "count": 5},
            {},
            ({"kind": "crafted", "item": "stick", "count": 4},),
            False,
        ),
        ({"kind": "smelted", "item": "iron_ingot"}, {}, ({"kind": "smelted", "item": "iron_ingot", "count": 1},), True),
        ({"kind": "ate"}, {}, ({"kind": "ate", "item": "bread"},), True),
        ({"kind": "ate", "item": "apple"}, {}, ({"kind": "ate", "item": "bread"},), False),
        ({"kind": "slept"}, {}, (), False),
        ({"kind": "at", "x": 0, "y": 64, "z": 0}, {}, (), True),
        ({"kind": "at", "x": 9, "y": 64, "z": 0}, {}, (), False),
        ({"kind": "depth", "below": 20}, {}, (), False),
        ({"kind": "depth", "above": 60}, {}, (), True),
    ],
)
def test_verdicts(
    check: dict[str, Any], after: dict[str, int], events: tuple[dict[str, Any], ...], passed: bool
) -> None:
    before = {"stone_pickaxe": 3}
    verdict = evaluate(parse(check), state(before), state(after), events)
    assert (verdict.passed, bool(verdict.evidence)) == (passed, True)


def test_a_block_that_was_dug_away_again_does_not_count_as_placed() -> None:
    here = {"x": 1, "y": 2, "z": 3}
    events = [{"kind": "placed", "block": "torch", **here}, {"kind": "dug", "block": "torch", **here}]
    assert not evaluate(parse({"kind": "placed", "block": "torch"}), state(), state(), events).passed


def test_what_is_stored_and_taken_out_again_is_not_stored() -> None:
    events = [{"kind": "stored", "item": "dirt", "count": 5}, {"kind": "took", "item": "dirt", "count": 3}]
    stored = {"kind": "stored", "item": "dirt"}
    assert evaluate(parse({**stored, "count": 2}), state(), state(), events).passed
    assert not evaluate(parse({**stored, "count": 3}), state(), state(), events).passed


def test_equipped_looks_into_the_named_slot() -> None:
    worn = state(equipment={"head": "iron_helmet"})
    assert evaluate(parse({"kind": "equipped", "item": "iron_helmet", "slot": "head"}), state(), worn).passed
    assert not evaluate(parse({"kind": "equipped", "item": "iron_helmet", "slot": "feet"}), state(), worn).passed


@pytest.mark.parametrize(
    "check",
    [
        None,
        {},
        {"kind": "zap"},
        {"kind": "gained"},
        {"kind": "gained", "item": "dirt", "count": 0},
        {"kind": "gained", "item": "dirt", "extra": 1},
        {"kind": "gained", "item": "dirt", "count": "3"},
        {"kind": "depth"},
        {"kind": "all", "checks": []},
        {"kind": "not", "check": {"kind": "zap"}},
        {"kind": "gained", "item": {1, 2}},
        {"kind": "depth", "below": float("nan")},
        {"kind": "at", "x": float("inf"), "y": 64, "z": 0},
        reduce(lambda check, _: {"kind": "not", "check": check}, range(5000), {"kind": "slept"}),
    ],
)
def test_data_that_is_no_check_is_refused(check: Any) -> None:
    with pytest.raises(BadCheck):
        parse(check)


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        ({"kind": "gained", "item": "copper_sword"}, "no item"),
        ({"kind": "gained", "item": "#swordz"}, "no tag"),
        ({"kind": "gained", "item": "netherite_sword"}, "nothing in this world gives"),
        ({"kind": "has", "item": "iron_pickaxe", "count": 99}, "do not fit"),
        ({"kind": "crafted", "item": "cobblestone"}, "no crafting recipe"),
        ({"kind": "smelted", "item": "stick"}, "no furnace"),
        ({"kind": "placed", "block": "stick"}, "not a block"),
        ({"kind": "killed", "mob": "unicorn"}, "no mob"),
        ({"kind": "ate", "item": "dirt"}, "no food"),
        ({"kind": "depth", "below": 10, "above": 20}, "no height"),
        ({"kind": "at", "x": 0, "y": 999, "z": 0}, "outside the world"),
        ({"kind": "all", "checks": [{"kind": "slept"}, {"kind": "gained", "item": "copper_sword"}]}, "no item"),
        ({"kind": "any", "checks": [{"kind": "gained", "item": "copper_sword"}]}, "no item"),
    ],
)
def test_what_the_game_cannot_do_is_refused_with_a_reason(check: dict[str, Any], reason: str, data: GameData) -> None:
    assert reason in (reachable(parse(check), data) or "")


def test_one_possible_part_makes_an_alternative_possible(data: GameData) -> None:
    impossible = {"kind": "gained", "item": "copper_sword"}
    assert reachable(parse({"kind": "any", "checks": [impossible, {"kind": "gained", "item": "stick"}]}), data) is None


def test_an_unknown_tag_is_an_error_and_never_a_verdict() -> None:
    with pytest.raises(UnknownName):
        evaluate(parse({"kind": "has", "item": "#nothing"}), state(), state(), (), TAGS)


def test_a_new_kind_of_check_is_known_by_being_defined() -> None:
    class Lucky(Check):
        kind: str = "lucky_in_this_test"

        def verdict(self, facts: Facts) -> Verdict:
            return Verdict(facts.after.get("luck") == 7, "luck")

        def sentence(self) -> str:
            return "be lucky"

    try:
        both = parse({"kind": "all", "checks": [{"kind": "lucky_in_this_test"}]})
        assert evaluate(both, state(), state(luck=7)).passed
        assert Check.kinds["lucky_in_this_test"] is Lucky
    finally:
        del Check.kinds["lucky_in_this_test"]


def test_a_task_survives_json_and_is_named_by_what_is_to_be_done() -> None:
    check = parse({"kind": "gained", "item": "#logs", "count": 3})
    task = Task("Gain 3 logs.", check, "step", "#logs", 3, ("iron_pickaxe",), proposed_by="tech tree", reason="first")
    assert task_from_json(task.to_json()) == task
    assert Task("Other words.", check).id == task.id
    assert Task("Gain 3 logs.", parse({"kind": "gained", "item": "#logs", "count": 4})).id != task.id
