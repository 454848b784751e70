"""What is in mind of a plan: where the task stands in it, and how the planner means to go about the task."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from agent import writing
from agent.brain import KnownSkill, WriteRequest
from agent.brains.model import sections
from agent.brains.planner import Planner
from agent.roles.steered import Steered
from curriculum import gamedata
from curriculum.agenda import Agenda
from curriculum.checks import Gained, describe
from curriculum.schema import CURRICULUM
from curriculum.task import Task
from memory.db import open_db
from memory.working import pack

DATA = gamedata.load()


def gain(item: str, count: int = 1, **more: Any) -> Task:
    check = Gained(item=item, count=count)
    return Task(describe(check), check, item=item, count=count, **more)


def asked(task: Task, **more: Any) -> WriteRequest:
    return WriteRequest(task, describe(task.check), {"inventory": {}}, (), (), (), {}, **more)


def test_the_mind_tells_where_a_task_stands_in_a_plan_of_tasks(tmp_path: Path) -> None:
    agenda = Agenda(open_db(tmp_path / "j.db", CURRICULUM))
    steered = Steered("j", cast(Any, SimpleNamespace(name="beneath")), agenda, DATA)
    tasks = [gain(item) for item in ("oak_log", "oak_planks", "stick", "chest")]
    for task in tasks:
        agenda.insert("j", task, by="m", plan="plan 1")
    agenda.insert("j", gain("dirt"), by="person")
    for number, task in enumerate(tasks[:2], 1):
        steered.taken(task, number)
    steered.settled(1, True)
    parts = SimpleNamespace(
        config=SimpleNamespace(goal="a chest, please"), here=lambda state: SimpleNamespace(proposer=steered)
    )
    told = writing.standing(cast(Any, {"tasks": 2}), cast(Any, parts), tasks[1])
    assert told == (
        "The journey's goal: «a chest, please»",
        "Step 2 of 4 of a plan.",
        "Comes next: Gain 1 stick.",
        "Comes next: Gain 1 chest.",
        "Passed before: Gain 1 oak log.",
    )
    parts.config.goal = None
    steered.taken(gain("dirt"), 5)
    assert writing.standing(cast(Any, {"tasks": 5}), cast(Any, parts), gain("dirt")) == (), "it stands alone"
    served = gain("stick", parents=("stone_pickaxe", "t1:0123"))
    assert writing.standing(cast(Any, {"tasks": 9}), cast(Any, parts), served) == ("This task serves stone_pickaxe.",)


def test_the_planner_tells_its_plan_before_it_writes_it_down() -> None:
    logs = KnownSkill("mineLogs", "v1:0", {"count": "1"}, "", (), "trusted", 0.9)
    planner = Planner(DATA, lambda name: [logs] if name in ("#logs", "oak_log") else [])
    assert planner.plan(asked(gain("#logs", 3))) == ("Call mineLogs for 3.",)
    told = planner.plan(asked(gain("wooden_pickaxe")))
    assert told[0] == "Craft wooden pickaxe, gaining first what is missing for it."
    assert any(line.startswith("First at hand: ") and "#planks" in line for line in told)
    assert any("looks in tunnels at level" in line for line in planner.plan(asked(gain("raw_iron"))))
    for impossible, why in (("bedrock", "no item or block"), ("cake", "no way to gain it")):
        (refusal,) = planner.plan(asked(gain(impossible)))
        assert why in refusal


def test_plan_and_scratch_are_sections_with_their_own_part_of_the_budget() -> None:
    request = asked(gain("stick"), plan=("first this",) * 400, scratch=("Round 2, try: it was dark",) * 400)
    packed = pack(sections(request, {}), 9000)
    taken = {part.section.partition(":")[0]: part.tokens for part in packed.shown}
    assert 0 < taken["Plan"] <= 400
    assert 0 < taken["Scratch"] <= 300
    assert {"Plan", "Scratch"} <= {cut.section.partition(":")[0] for cut in packed.cut}, "what did not fit is told"
    assert not {"Plan", "Scratch"} & {part.section for part in pack(sections(asked(gain("stick")), {}), 9000).shown}
