"""A failure is the verifier's only where that is known: nobody gave the word it hung on, or an audit differed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from agent import evidence, judging, reflecting
from agent.config import Budget, JourneyConfig
from agent.models.call import Completion, Request
from agent.models.calls import MODELS, Calls
from agent.models.desk import Chair, Desk
from agent.models.purse import Purse
from agent.models.settings import Prices, Settings
from agent.roles.judge import Judge
from agent.store import AGENT, Iteration, Store
from curriculum import checks
from curriculum.task import Task
from memory.db import open_db
from memory.log import EventLog

QUESTION = "Does it look like a house?"
GAIN = checks.parse({"kind": "gained", "item": "stick"})
HOUSE = checks.parse({"kind": "all", "checks": [GAIN.to_json(), {"kind": "judged", "question": QUESTION}]})
YES, NO, UNREADABLE = json.dumps({"passed": True, "evidence": "x"}), json.dumps({"passed": False, "evidence": "x"}), "?"


class Voice:
    """A transport that always says the same."""

    def __init__(self, answer: str) -> None:
        self.answer = answer

    def complete(self, request: Request) -> Completion:
        """The answer."""
        return Completion(self.answer)


def judged(tmp_path: Path, check: checks.Check, answer: str | None, sticks: int, error: str = "") -> Iteration:
    """The iteration of a run that left so many sticks, after its verdict, with a judge who says `answer` or none."""
    db = open_db(tmp_path / "j.db", MODELS, AGENT)
    store, calls, settings = Store(db), Calls(db), replace(Settings.load(), audit_every=1)
    store.create(JourneyConfig("j", ("minecraft",), 1))
    seen: dict[str, Any] = {"inventory": {}, "position": {"x": 0, "y": 0, "z": 0}}
    row = Iteration(
        "j", 1, 1, {}, "do", "s", {}, (), "", "threw" if error else "returned",
        {"code": error, "message": ""} if error else None, None, (), seen, {**seen, "inventory": {"stick": sticks}},
        1, 1.0, 1.0, 1.0,
    )  # fmt: skip
    store.record(row)
    purse = Purse(Budget(), Prices({}), settings, lambda: calls.spent("j"), lambda: 0.0)
    chairs = [Chair("m", "m", Voice(answer))] if answer is not None else []
    desk = Desk("j", {"judge": chairs}, calls, purse, settings, notice=print)
    parts: Any = SimpleNamespace(
        worlds={"minecraft": SimpleNamespace(tags={})}, log=EventLog(db),
        staff=SimpleNamespace(judge=None if answer is None else Judge(desk)),
    )  # fmt: skip
    verdict, doubt = judging.verdict(parts, Task("Do it.", check, "given"), row, [])
    store.judge("j", 1, verdict.passed, verdict.evidence, doubt)
    found = store.iteration("j", 1)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("check", "answer", "sticks", "cause"),
    [
        (GAIN, NO, 1, ""),  # no judge overrules a check
        (GAIN, NO, 0, "not_done"),
        (GAIN, None, 0, "not_done"),
        (GAIN, UNREADABLE, 0, "not_done"),
        (GAIN, YES, 0, "disputed"),
        (HOUSE, YES, 1, ""),
        (HOUSE, NO, 1, "not_done"),
        (HOUSE, UNREADABLE, 1, "undecided"),
        (HOUSE, None, 1, "undecided"),
        (HOUSE, UNREADABLE, 0, "not_done"),  # what data decides failed already
    ],
)
def test_whose_a_failure_is(tmp_path: Path, check: checks.Check, answer: str | None, sticks: int, cause: str) -> None:
    row = judged(tmp_path, check, answer, sticks)
    assert (row.passed, evidence.cause(row)) == (not cause, cause)
    known = {"": None, "not_done": "wrong_code"}
    assert evidence.failure(row) == known.get(cause, "verifier")
    outcome = {"": "succeeded", "not_done": "failed"}
    assert evidence.outcome(row) == outcome.get(cause, "unmet"), "a verdict in doubt counts neither for nor against"


def test_nothing_is_learned_from_a_verdict_in_doubt(tmp_path: Path) -> None:
    class Reflector:
        def reflect(self, request: Any, *, again: bool) -> list[Any]:
            raise AssertionError("nobody is asked why the program failed: it may have been right")

    parts: Any = SimpleNamespace(staff=SimpleNamespace(reflector=Reflector()))
    reflecting.reflect(parts, cast(Any, None), judged(tmp_path, HOUSE, None, 1), 1, 1.0)


def test_an_error_of_the_program_comes_before_any_doubt(tmp_path: Path) -> None:
    assert evidence.failure(judged(tmp_path, GAIN, YES, 0, error="no_tool")) == "missing_need"
