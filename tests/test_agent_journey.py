"""A short real journey from bare hands, and what it leaves: milestones, proven skills with their edges, episodes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from agent.store import Iteration, Store
from curriculum import checks, gamedata
from memory.db import open_db
from memory.episodic import Episodes
from memory.log import EventLog
from memory.working import Working
from skills.library import Library

ROOT = Path(__file__).resolve().parent.parent
NAME = "short"
KEYS = {
    "name": str, "worlds": list, "seed": int, "brain": str, "assistance": list, "iterations": int, "tokens": int,
    "dollars": float, "seconds": float, "game_seconds": float, "unique_items": int, "skills": int, "deaths": int,
    "stopped": str, "milestones": list,
}  # fmt: skip
MILESTONE_KEYS = {"name": str, "iteration": int, "seconds": float, "game_seconds": float, "tokens": int}


def journeyman(home: Path, *words: str, code: int) -> str:
    """What a command prints; it must end with this exit code."""
    environment = {**os.environ, "JOURNEYMAN_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-m", "agent.cli", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    return done.stdout


@dataclass(frozen=True)
class Played:
    """A finished journey: its home and what `run --json` printed."""

    home: Path
    told: dict[str, Any]
    db: Database

    def rows(self) -> list[Iteration]:
        """The iterations, in order."""
        return Store(self.db).iterations(NAME)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    home = tmp_path_factory.mktemp("played")
    printed = journeyman(
        home, "run", "minecraft", "--journey", NAME, "--goal", "stone_pickaxe", "--seed", "5", "--json", code=0
    )
    with closing(open_db(home / "journeyman.db", read_only=True).conn) as connection:
        yield Played(home, json.loads(printed), Database(connection))


pytestmark = pytest.mark.slow


def test_the_object_that_other_programs_rely_on(played: Played) -> None:
    (journey,) = played.told["journeys"]
    assert {key: type(value) for key, value in journey.items()} == KEYS
    assert [list(each) for each in journey["milestones"]] == [list(MILESTONE_KEYS)] * len(journey["milestones"])
    assert all(type(each[key]) is kind for each in journey["milestones"] for key, kind in MILESTONE_KEYS.items())
    assert (journey["name"], journey["worlds"], journey["seed"], journey["brain"]) == (
        NAME,
        ["minecraft"],
        5,
        "planner",
    )
    assert (journey["assistance"], journey["tokens"], journey["dollars"], journey["stopped"]) == ([], 0, 0.0, "goal")
    assert json.loads(journeyman(played.home, "milestones", NAME, "--json", code=0)) == played.told


def test_milestones_come_in_order_and_end_with_the_goal(played: Played) -> None:
    (journey,) = played.told["journeys"]
    reached = {each["name"]: each["iteration"] for each in journey["milestones"]}
    assert reached["log"] <= reached["planks"] <= reached["wooden_pickaxe"] < reached["stone_pickaxe"]
    assert reached["stone_pickaxe"] == journey["iterations"] == len(played.rows())


def test_each_verdict_is_what_the_check_says_about_the_record(played: Played) -> None:
    log, tags = EventLog(played.db), gamedata.load().tags
    for row in played.rows():
        events = [
            {"kind": event.kind, "tick": event.tick, **event.data}
            for event in log.read(NAME, iteration=row.iteration, node="run", source="world")
        ]
        verdict = checks.evaluate(checks.parse(row.task["check"]), row.before, row.after, events, tags)
        assert (verdict.passed, verdict.evidence) == (row.passed, row.evidence)
        assert row.outcome == "returned" or not row.passed or row.error is not None


def test_what_worked_is_kept_as_skills_that_say_what_they_need_and_bring(played: Played) -> None:
    library = Library(played.db)
    kept = {skill.name: skill for skill in library.all()}
    assert set(kept) >= {row.name for row in played.rows() if row.passed and row.outcome == "returned"}
    for name, skill in kept.items():
        assert skill.effects, f"{name} brings something"
        assert skill.current.purpose, name
    assert kept["craftPlanks"].effects
    assert any(skill.requires for skill in kept.values())


def test_skills_are_built_on_skills(played: Played) -> None:
    library = Library(played.db)
    calls = {skill.name: set(skill.current.uses) for skill in library.all()}
    assert "craftPlanks" in calls["craftStick"]
    by_name = {row.name: row for row in played.rows()}
    assert any(module.startswith("craftPlanks@") for module in by_name["craftStick"].modules)


def test_each_iteration_is_an_episode_with_its_outcome(played: Played) -> None:
    episodes = Episodes(played.db)
    for row in played.rows():
        episode = episodes.get(NAME, row.iteration)
        assert episode.outcome == ("passed" if row.passed else "failed")
        assert (episode.failure is None) == bool(row.passed)
        assert episode.ticks == (row.before["tick"], row.after["tick"])


def test_an_episode_tells_the_skills_that_were_called_and_not_those_that_lay_ready(played: Played) -> None:
    episodes, log, idle = Episodes(played.db), EventLog(played.db), 0
    for row in played.rows():
        spans = log.read(NAME, iteration=row.iteration, kinds=["span"])
        ran = {span.data["module"] for span in spans if span.data["caller"] is not None}
        told = {name: hash for name, hash in episodes.get(NAME, row.iteration).skills.items() if name != row.name}
        assert set(told.values()) == ran & {module.split("@")[1] for module in row.modules}, row.name
        idle += len(row.modules) - len(told)
    assert idle > 0, "some programs need not call all that they are made of"


def test_a_budget_stops_with_its_exit_code_and_the_journey_goes_on_from_there(tmp_path: Path) -> None:
    journey = ("minecraft", "--journey", "thrifty", "--goal", "wooden_pickaxe", "--seed", "5", "--proving", "0")
    printed = journeyman(tmp_path, "run", *journey, "--iterations", "2", code=3)
    assert "Budget: 2 iterations are used up." in printed
    told = json.loads(journeyman(tmp_path, "milestones", "--json", code=0))["journeys"][0]
    assert (told["iterations"], told["stopped"]) == (2, "budget")
    printed = journeyman(tmp_path, "resume", "thrifty", "--iterations", "10", code=0)
    assert "going on after iteration 2" in printed
    assert "Goal: wooden_pickaxe reached." in printed
    with closing(open_db(tmp_path / "journeyman.db", read_only=True).conn) as connection:
        rows = Store(Database(connection)).iterations("thrifty")
    assert [row.iteration for row in rows] == list(range(1, len(rows) + 1))
    for before, after in pairwise(rows):
        assert after.before["inventory"] == before.after["inventory"]


def test_another_process_may_look_and_ask_to_stop(tmp_path: Path) -> None:
    environment = {**os.environ, "JOURNEYMAN_HOME": str(tmp_path)}
    words = ["run", "minecraft", "--journey", "endless", "--seed", "5", "--proving", "0", "--hours", "0.1"]
    with subprocess.Popen(
        [sys.executable, "-m", "agent.cli", *words], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("   1 "):
                break
        status = json.loads(journeyman(tmp_path, "status", "--json", code=0))
        assert (status["name"], status["state"]) == ("endless", "running")
        refused = subprocess.run(
            [sys.executable, "-m", "agent.cli", "resume", "endless"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert (refused.returncode, len(refused.stderr.splitlines())) == (1, 1)
        assert "is being run by process" in refused.stderr
        assert "ends after the program under way" in journeyman(tmp_path, "stop", "endless", code=0)
        rest = process.stdout.read()
    assert process.returncode == 0
    assert "Stopped: asked to stop." in rest
    assert json.loads(journeyman(tmp_path, "status", "--json", code=0))["state"] == "stopped: user"


def test_what_was_in_mind_for_each_program_is_kept(played: Played) -> None:
    working = Working(played.db)
    for row in played.rows():
        mind = working.of(NAME, row.iteration)[-1]
        assert f"## Task\n{row.task['goal']}\n" in mind.packed.text
        assert "Inventory: " in mind.packed.text
        assert mind.packed.tokens <= mind.budget
        plan = next(part for part in mind.packed.shown if part.section == "Plan")
        assert plan.lines[0] == "- The journey's goal: «stone_pickaxe»"
        assert len(plan.lines) > 1, "and how the planner means to go about the task"
    assert "Did: " in working.of(NAME, len(played.rows()))[-1].packed.text, "what happened last"
