"""Proposals are possible, new, deterministic and lead to the goal; failed tasks come back when something changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum import gamedata, tree
from curriculum.checks import already_true, reachable
from curriculum.errors import UnknownName
from curriculum.goal import parse_goal
from curriculum.progress import Attempt, Fingerprint, fingerprint, fold
from curriculum.propose import Proposal, Situation, TechTreeProposer

DATA = gamedata.load()
TREE = tree.load()
PROPOSER = TechTreeProposer(DATA, TREE)
REACHABLE = sorted(DATA.ranks())


def situation(
    inventory: dict[str, int] | None = None,
    attempts: Iterable[Attempt] = (),
    held: Iterable[str] = (),
    known: Iterable[str] = (),
    goal: str | None = None,
    iteration: int = 0,
    **state: Any,
) -> Situation:
    here = {"inventory": inventory or {}, "position": {"x": 0, "y": 64, "z": 0}, "biome": "plains", "time_of_day": 0}
    return Situation({**here, **state}, fold(attempts, held), frozenset(known), goal, iteration, 1)


def proposal(now: Situation) -> Proposal:
    found = PROPOSER.propose(now)
    assert found is not None
    return found


@pytest.mark.parametrize(("food", "offered"), [(20, False), (17, True)])
def test_a_meal_is_for_who_is_hungry(food: int, offered: bool) -> None:
    found = PROPOSER.propose(situation({"bread": 2}, held=REACHABLE, food=food))
    assert (found is not None and found.task.check == TREE["meal"].check()) is offered, found


class Journey:
    """A journey in which every task succeeds at once: what is proposed is then in the inventory, and known."""

    def __init__(self, goal: str | None) -> None:
        self.goal, self.inventory, self.known, self.attempts = goal, dict[str, int](), set[str](), list[Attempt]()
        self.tasks: list[str] = []

    def now(self) -> Situation:
        """What the proposer sees."""
        return situation(
            self.inventory, self.attempts, self.inventory, self.known, self.goal, iteration=len(self.attempts)
        )

    def step(self) -> None:
        """Takes up the next task and has it done."""
        task = proposal(self.now()).task
        self.attempts.append(Attempt(len(self.attempts) + 1, task.id, task.item, True))
        self.tasks.append(task.item or task.goal)
        if task.item:
            ranks = DATA.ranks()
            item = min((name for name in DATA.expand(task.item) if name in ranks), key=lambda name: ranks[name].cost)
            self.inventory[item] = self.inventory.get(item, 0) + task.count
            self.known.add(item)


@pytest.mark.parametrize("goal", ["iron_pickaxe", "diamond_pickaxe", "shield", "bread", "iron_armour", "night_slept"])
def test_a_goal_is_reached_by_the_steps_that_lead_there(goal: str) -> None:
    journey = Journey(goal)
    while not PROPOSER.goal_reached(journey.now()):
        if goal == "night_slept" and journey.tasks[-1:] == ["Sleep in a bed."]:
            return
        journey.step()
        assert len(journey.tasks) <= 25, journey.tasks
    assert len(set(journey.tasks)) == len(journey.tasks)


def test_the_way_to_the_first_pickaxe_takes_five_tasks() -> None:
    journey = Journey("wooden_pickaxe")
    while not PROPOSER.goal_reached(journey.now()):
        journey.step()
    assert journey.tasks == ["#logs", "#planks", "crafting_table", "stick", "wooden_pickaxe"]


def test_without_a_goal_every_milestone_comes_in_time() -> None:
    journey = Journey(None)
    for _ in range(65):
        journey.step()
    deeds = {("gain", name) for name in journey.inventory}
    missing = [milestone.name for milestone in TREE if milestone.verb == "gain" and milestone.missing(deeds, DATA)]
    assert missing == []


def test_after_a_death_known_skills_stand_in_for_what_was_lost() -> None:
    known = {"oak_log", "oak_planks", "stick", "crafting_table", "wooden_pickaxe", "cobblestone", "stone_pickaxe"}
    task = proposal(situation({}, held=known, known=known, goal="iron_pickaxe")).task
    assert task.item == "furnace"


@settings(max_examples=80, deadline=None)
@given(
    st.dictionaries(st.sampled_from(REACHABLE), st.integers(1, 64), max_size=8),
    st.sets(st.sampled_from(REACHABLE), max_size=12),
    st.sets(st.sampled_from(REACHABLE), max_size=8),
    st.one_of(st.none(), st.sampled_from(REACHABLE)),
    st.integers(0, 200),
)
def test_a_proposal_is_possible_not_yet_so_explained_and_repeatable(
    inventory: dict[str, int], held: set[str], known: set[str], goal: str | None, iteration: int
) -> None:
    now = situation(inventory, (), held, known, goal, iteration)
    found = PROPOSER.propose(now)
    assert found == PROPOSER.propose(now)
    if found is None:
        return
    task = found.task
    assert reachable(task.check, DATA) is None
    assert not already_true(task.check, now.state, DATA.tags)
    assert task.reason
    assert task.item not in {rejected.item for rejected in found.rejected}
    if task.kind == "explore":
        assert task.item is not None
        names = {task.item} if not task.item.startswith("#") else set(DATA.expand(task.item))
        assert not names & (set(inventory) | held)


def test_fights_and_sleep_are_proposed_by_night_only() -> None:
    wanted = {milestone.name for milestone in TREE if milestone.verb in ("kill", "sleep")}
    held = [name for name in REACHABLE if name not in ("stone_sword", "white_bed")]
    inventory = {"stone_sword": 1, "white_bed": 1}
    by_day = PROPOSER.propose(situation(inventory, held=held, known=held, time_of_day=6_000))
    assert by_day is None or not wanted.intersection(by_day.task.parents)
    by_night = proposal(situation(inventory, held=held, known=held, time_of_day=18_000))
    assert wanted.intersection(by_night.task.parents)


def failed(item: str, cause: str, iteration: int, at: Fingerprint) -> Attempt:
    task = proposal(situation()).task
    assert task.item == item
    return Attempt(iteration, task.id, item, False, cause, at)


def test_a_failed_task_waits_and_comes_back_at_another_place() -> None:
    here = situation(iteration=1)
    attempts = [failed("#logs", "not_found", 1, fingerprint(here.state))]
    waiting = proposal(situation(attempts=attempts, iteration=1))
    assert waiting.task.item != "#logs"
    assert any(each.item == "#logs" and "waits for" in each.why for each in waiting.rejected)
    elsewhere = {"position": {"x": 400, "y": 64, "z": 0}}
    again = proposal(situation(attempts=attempts, iteration=1, **elsewhere))
    assert again.task.item == "#logs"
    assert "another place" in again.task.reason


def test_nothing_is_given_up_for_ever() -> None:
    here = situation()
    attempts = [failed("#logs", "strange", number, fingerprint(here.state)) for number in range(1, 9)]
    assert proposal(situation(attempts=attempts, iteration=9)).task.item != "#logs"
    assert proposal(situation(attempts=attempts, iteration=60)).task.item == "#logs"


@pytest.mark.parametrize(
    ("text", "name", "count"),
    [
        ("iron_pickaxe", "iron_pickaxe", 1),
        ("Iron Pickaxe", "iron_pickaxe", 1),
        ("8 torch", "torch", 8),
        ("torch x 8", "torch", 8),
        ("minecraft:torch", "torch", 1),
        ("#planks", "#planks", 1),
        ("night_slept", "night_slept", 1),
    ],
)
def test_goals_are_understood(text: str, name: str, count: int) -> None:
    goal = parse_goal(text, DATA, TREE)
    assert (goal.name, goal.count) == (name, count)


@pytest.mark.parametrize("text", ["copper sword", "netherite_sword", "", "9999 iron_pickaxe", "be happy"])
def test_goals_that_cannot_be_are_refused_with_a_reason(text: str) -> None:
    with pytest.raises(UnknownName):
        parse_goal(text, DATA, TREE)
