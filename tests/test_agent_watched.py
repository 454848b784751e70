"""A journey under oversight: it waits for a person's word on tasks and skills, and comes through misbehaviour."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent import beginning, overseeing
from agent.config import Budget
from agent.database import database
from agent.oversight import Question
from agent.session import run_journey
from agent.store import Store
from benchmarks import misbehaving_server
from benchmarks._scripted import Scripted
from curriculum.book import TaskBook
from skills.library import Library

pytestmark = pytest.mark.slow


def test_a_journey_waits_for_a_word_on_each_task_and_skill(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task is agreed to in a file, its skill refused by a command, the next task refused at the terminal."""
    (own_home / "models.toml").write_text("audit_every = 0\n")
    asked: list[tuple[str, Any]] = []
    said: list[str] = []

    def person(question: Question) -> bool | None:
        asked.append((question.kind, question.shown))
        if len(asked) == 1:
            (own_home / "runs" / "j" / "approvals" / f"{question.number:04d}.yes").write_text("go on")
        elif len(asked) == 2:
            overseeing.answer("j", None, False, "it says too little")
        else:
            Store(database()).ask_to_stop("j")
            return False
        return None

    def report(kind: str, **data: Any) -> None:
        if kind == "notice":
            said.append(data["text"])

    with Scripted(lambda request, number: misbehaving_server.GOOD) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        config = beginning.new(
            ["minecraft"], name="j", brain="openai:scripted", goal=None, seed=5, library="main", sight="sight 32",
            assist=[], proving=0.0, approve="all", roles=["propose=off", "reflect=off"],
        )  # fmt: skip
        ended = run_journey(config, Budget(iterations=5), report, asker=person)
    assert ended.stopped == "user", ended
    assert [kind for kind, _ in asked] == ["task", "skill", "task"]
    assert "async function mineLogs" in asked[1][1]["diff"]
    assert said[0] == "waits for a word on a task: journeyman approve j"
    db = database(read_only=True)
    [row] = Store(db).iterations("j")
    assert row.passed
    assert Library(db, "main").names() == [], "what was refused is not kept"
    first, second = TaskBook(db).entries("j")
    assert (first.passed, second.passed, second.cause) == (True, False, "refused")
    assert overseeing.waiting("j") == []
    db.close()


@pytest.mark.parametrize("case", ["500s beyond patience", "endless loop", "invented items", "200,000 characters"])
def test_misbehaviour_costs_no_journey(case: str) -> None:
    """The measure of misbehaving servers with four of its cases; all of them are measured in benchmarks."""
    found = misbehaving_server.measure(case, 5)
    assert (found["ended"], found["reached"], found["lost"], found["overshoot"]) == ("goal", True, 0, 0), found
    assert found["iterations"] == {"endless loop": 2, "invented items": 2}.get(case, 1)
