"""Whole journeys with a model server: what costs no call, and what two failures of one class teach."""

from __future__ import annotations

import json
import re
import shlex
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from agent import beginning, journeys, spending
from agent.cli import main
from agent.config import Budget
from agent.database import database
from agent.display import silent
from agent.models.calls import Calls
from agent.oversight import Ledger
from agent.session import run_journey
from agent.store import Store
from benchmarks._scripted import Act, Scripted
from memory.episodic import Episodes
from memory.semantic import Semantic, lesson
from skills.admit import Admission
from skills.library import Library
from skills.skill import Parameter, Signature, Use

HEAD = json.dumps({"name": "failAt", "args": {"count": 1}, "note": "It tries.", "scratch": "The lake is deep."})
FAILS = Act(
    f"```json\n{HEAD}\n```\n"
    "```js\n/** Fails. */\nasync function failAt(bot, { count = 1 } = {}) {\n"
    "  if (count) throw new Error('I cannot')\n  return { gained: count }\n}\n```"
)
COUNT = (Parameter("count", "number", "1"),)


def play(
    monkeypatch: pytest.MonkeyPatch, script: Callable[[dict[str, Any], int], Act], iterations: int, goal: str | None
) -> list[dict[str, Any]]:
    """A journey with every role on the server; gives the requests that it got."""
    with Scripted(script) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        config = beginning.new(
            ["minecraft"], name="j", brain="openai:scripted", goal=goal, seed=5, library="main", sight="sight 32",
            assist=[], proving=0.0,
        )  # fmt: skip
        run_journey(config, Budget(iterations=iterations), silent)
        return server.seen


def teach(library: Library, name: str, call: str, before: dict[str, int], after: dict[str, int], count: int) -> None:
    """A skill that is trusted: it worked ten times, in two worlds that its writer never saw."""
    source = f"async function {name}(bot, {{ count = 1 }} = {{}}) {{\n  {call}\n  return {{ gained: count }}\n}}\n"
    version = library.add(Admission(source, (), Signature(name, COUNT), f"Does {name}."), reason="taught")
    for run in range(10):
        library.record_use(
            Use(version.hash, "succeeded", f"taught {name}", run, float(run), setting="fresh",
                world=f"minecraft:{run % 2}", args={"count": count}, before=before, after=after, ticks=100)
        )  # fmt: skip
    assert library.get(name).rung == "trusted"


@pytest.mark.slow
def test_a_goal_that_trusted_skills_reach_costs_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server would answer; nobody asks it: the tasks of a goal are planned over what skills were seen to do."""
    db = database()
    library = Library(db, "main")
    teach(library, "mineLogs", "await mineBlock(bot, '#logs', count)", {}, {"oak_log": 2}, 2)
    teach(library, "craftPlanks", "await craftItem(bot, '#planks', count)", {"oak_log": 1}, {"oak_planks": 4}, 4)
    db.close()
    asked = play(monkeypatch, lambda request, number: Act("I would have answered."), 6, "#planks")
    assert asked == []
    db = database(read_only=True)
    assert Store(db).journey("j").reason == "#planks reached"
    rows = Store(db).iterations("j")
    assert all(row.passed for row in rows)
    assert (spending.of("j")["without_a_call"], Calls(db).spent("j")) == (len(rows), (0, 0.0))
    db.close()


@pytest.mark.slow
def test_what_a_program_used_is_graded_by_how_it_ended(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second program calls the skill of the first and fails: the episode and the procedure that tell of it pay."""
    (own_home / "loop.toml").write_text("rounds = 1\n")
    (own_home / "models.toml").write_text("audit_every = 0\n")
    bodies = {"fetchLogs": "await mineBlock(bot, '#logs', count)", "fetchDirt": "await fetchLogs(bot, { count })"}
    proposed = iter(("#logs", "dirt"))

    def script(request: dict[str, Any], number: int) -> Act:
        if request["messages"][0]["content"].startswith("You choose"):
            check = {"kind": "gained", "item": next(proposed), "count": 1}
            return Act(json.dumps({"tasks": [{"goal": "Gain it.", "check": check, "reason": "new"}]}))
        if request["messages"][0]["content"].startswith("A task of"):
            return Act(json.dumps({"class": "wrong_code", "cause": "none"}))
        name = "fetchDirt" if "1 dirt" in request["messages"][1]["content"].partition("## Known")[0] else "fetchLogs"
        function = f"async function {name}(bot, {{ count = 1 }} = {{}}) {{\n  {bodies[name]}\n  return {{ count }}\n}}"
        return Act(f"```js\n/** Fetches. */\n{function}\n```")

    play(monkeypatch, script, 2, None)
    db = database(read_only=True)
    assert [row.passed for row in Store(db).iterations("j")] == [True, False]
    graded = db.execute("SELECT tier, outcome, iteration FROM reviews JOIN documents ON documents.id = document")
    assert {("episode", "failed", 2)} <= set(graded.fetchall()) <= {
        ("episode", "failed", 2), ("procedure", "failed", 2),
    }  # fmt: skip
    (lapses,) = db.execute(
        "SELECT lapses FROM strengths JOIN documents ON id = document AND tier = 'episode'"
    ).fetchone()
    assert lapses == 1
    db.close()


@pytest.mark.slow
def test_a_second_failure_of_the_same_class_is_looked_at_from_two_sides(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_home / "loop.toml").write_text("rounds = 1\n")
    (own_home / "models.toml").write_text("audit_every = 0\n")
    items, seen = ["#logs", "dirt"], list[str]()

    def script(request: dict[str, Any], number: int) -> Act:
        system, user = (each["content"] for each in request["messages"][:2])
        if system.startswith("You choose"):
            check = {"kind": "gained", "item": items[min(len(seen), 1)], "count": 1}
            return Act(json.dumps({"tasks": [{"goal": "Gain it.", "check": check, "reason": "new"}]}))
        if system.startswith("A task of"):
            seen.append(user)
            about = {"about": f"item {len(seen)}", "when": f"time {len(seen)} comes", "do": f"thing {len(seen)}"}
            return Act(json.dumps({"class": "wrong_code", "cause": f"cause {len(seen)}", "lesson": about}))
        return FAILS

    play(monkeypatch, script, 2, None)
    assert [bool(re.search("as the one who chooses tasks", each)) for each in seen] == [False, False, True]
    db = database(read_only=True)
    calls = [call for call in Calls(db).of("j") if call["role"] == "reflect"]
    assert [call["place"].rpartition(".")[2] for call in calls] == ["writer", "writer", "curriculum"]
    lessons = {item.text: item for item in Semantic(db).find(kind="lesson", limit=20)}
    for number, call in enumerate(calls, 1):
        text = next(text for text in lessons if f"thing {number}" in text)
        assert call["led_to"] == f"lesson {lessons[text].id}: {text}"
        assert lessons[text].evidence, "it is linked to the episode that taught it"
    told = spending.each("j")
    assert [each["number"] for each in told] == list(range(1, len(told) + 1))
    assert all(each["led_to"] for each in told), "every answer led to something"
    page = spending.one_words(spending.one("j", calls[-1]["number"]))
    for part in ("as the one who chooses tasks", "cause 3", calls[-1]["led_to"]):
        assert part in page
    undone = [line["undo"] for line in Ledger(db).lines("j", "lesson")]
    db.close()
    assert len(undone) == 3
    for undo in undone:
        done = CliRunner().invoke(main, shlex.split(undo)[1:])
        assert done.exit_code == 0, done.output
    db = database(read_only=True)
    assert not [item for item in Semantic(db).find(kind="lesson", limit=20) if item.live and "thing" in item.text]
    db.close()


@pytest.mark.slow
def test_a_prompt_tells_each_round_and_each_episode_once(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Earlier rounds are no memories beside: nothing stands twice in the prompt of a fourth round."""
    (own_home / "models.toml").write_text("audit_every = 0\n")
    (own_home / "prices.toml").write_text("[models]\nscripted = {input = 1, output = 1}\n")
    asked = play(monkeypatch, lambda request, number: FAILS, 4, "#logs")
    user = asked[3]["messages"][1]["content"]
    assert user.count("Error thrown: «Error: I cannot».") == 3, "once for each round"
    told = re.findall(r'<memory id="(\d+)" tier="episode">', user)
    assert len(told) == len(set(told))
    assert "I cannot" not in user.partition("## Lessons and memories")[2].partition("## Earlier rounds")[0]
    assert "## What happened last" not in user, "nothing happened before this task"
    noted = user.partition("## Scratch")[2].partition("##")[0]
    assert re.findall("Round (.), failAt: It tries. The lake is deep.", noted) == ["3", "2", "1"]
    assert "The journey's goal: «#logs»" in user.partition("## Plan")[2].partition("##")[0]
    assert "## Scratch" not in asked[0]["messages"][1]["content"]
    db = database(read_only=True)
    calls = {call["number"]: call for call in Calls(db).of("j") if call["role"] == "write"}
    for episode, call in zip(reversed(Episodes(db).find("j")), calls.values(), strict=True):
        assert (episode.brain, episode.prompt) == (call["model"], call["prompt"])
        assert re.fullmatch(r"writer:\S+@[0-9a-f]{8}", episode.prompt)
        assert episode.dollars == pytest.approx(call["dollars"])
        assert episode.dollars > 0
    db.close()


@pytest.mark.slow
def test_a_journey_goes_on_while_lessons_are_read_and_tells_what_that_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server holds its answer back until the journey is over: five tasks are done meanwhile."""
    monkeypatch.setattr("agent.models.background.LAST_SECONDS", 0.0)
    db, over = database(), threading.Event()
    for when, do in (("no log is in sight", "walk east"), ("there is no log to be seen", "go east")):
        Semantic(db).add(lesson("#logs", when, do, at=1.0), reason="reflection")
    db.close()

    def answer(request: dict[str, Any], number: int) -> Act:
        over.wait(60)
        return Act('{"merges": []}')

    with Scripted(answer) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        config = beginning.new(
            ["minecraft"], name="j", brain="planner", goal=None, seed=5, library="main", sight="sight 32",
            assist=[], proving=0.0, roles=["consolidate=openai:scripted"],
        )  # fmt: skip
        run_journey(config, Budget(iterations=5), silent)
        over.set()
        assert len(server.seen) == 1
    [row] = Calls(database(read_only=True)).of("j")
    assert (row["role"], row["answer"]) == ("consolidate", None)
    [told] = journeys.report(["j"])["journeys"]
    assert told["iterations"] == 5
    assert told["tokens"] == row["tokens_in"] + row["tokens_out"] > 0
