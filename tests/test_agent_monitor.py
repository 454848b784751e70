"""The monitor over a real record: what runs astray is noticed once, acted on, and written down with the way back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from agent.config import Budget, JourneyConfig
from agent.models.call import Ask
from agent.models.calls import MODELS, Calls
from agent.models.purse import Purse
from agent.models.settings import Prices, Settings
from agent.models.usage import Spent
from agent.monitor import Monitor
from agent.oversight import OVERSIGHT, Approvals, Ledger
from agent.store import AGENT, Iteration, Store
from memory.db import open_db
from skills.admit import Admission
from skills.library import Library
from skills.reader import By
from skills.schema import SKILLS
from skills.skill import Signature


@dataclass
class Watched:
    """A journey's record and its monitor."""

    store: Store
    calls: Calls
    approvals: Approvals
    ledger: Ledger
    library: Library
    said: list[str] = field(default_factory=list)
    shrunk: int = 0
    has_budget: bool = True

    def __post_init__(self) -> None:
        self.store.create(JourneyConfig("j", ("minecraft",), 1))
        self.store.claim("j")
        self.monitor = self.another()

    def another(self) -> Monitor:
        """The monitor of another session."""
        return Monitor(
            "j", self.store, self.calls, self.approvals, self.ledger, self.library, tell=self.said.append,
            shrink=self.shrink,
        )  # fmt: skip

    def shrink(self) -> str | None:
        """What a session does about it."""
        if not self.has_budget:
            return None
        self.shrunk += 1
        return "the next session has it again"

    def play(self, number: int, *, passed: bool = False, code: str | None = "no_path", **more: Any) -> None:
        """One more iteration in the record."""
        row: dict[str, Any] = {
            "round": 1, "task": {"goal": "Gain it."}, "name": "gainIt", "source": "x", "args": {}, "modules": (),
            "note": "", "outcome": "returned", "error": None if passed else {"code": code, "message": "no"},
            "value": None, "calls": (), "before": {"inventory": {}}, "after": {"inventory": {}}, "ticks": 1,
            "seconds": 0.1, "total_seconds": 1.0, "game_seconds": 1.0,
        }  # fmt: skip
        self.store.record(Iteration("j", number, **{**row, **more}))
        self.store.judge("j", number, passed, "")


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    db = open_db(tmp_path / "j.db", SKILLS, AGENT, MODELS, OVERSIGHT)
    yield Watched(Store(db), Calls(db), Approvals(db), Ledger(db), Library(db, "main"))
    db.close()


def test_failures_of_one_kind_pause_the_journey_once(watched: Watched) -> None:
    for number in range(1, 12):
        watched.play(number)
    assert watched.monitor.look() == []
    watched.play(12)
    assert [each.rule for each in watched.monitor.look()] == ["repeated_failure"]
    assert watched.store.stop_requested("j")
    assert watched.monitor.look() == [], "it is said once"
    [line] = watched.ledger.lines("j", "monitor")
    assert (line["undo"], line["why"]) == ("journeyman resume j", "12 programs in a row ended with no_path")


def test_a_journey_that_was_paused_and_resumed_has_the_whole_limit_before_it(watched: Watched) -> None:
    """The monitor of the next session reads from the ledger what was acted on: it does not pause at once again."""
    for number in range(1, 13):
        watched.play(number)
    watched.monitor.look()
    watched.store.finish("j", "user", "asked to stop", 1.0)
    watched.store.claim("j")
    later = watched.another()
    for number in range(13, 25):
        watched.play(number)
        assert bool(later.look()) == (number == 24), number


def test_a_pass_in_between_is_progress(watched: Watched) -> None:
    for number in range(1, 45):
        watched.play(number, passed=number == 20, code=f"code{number}")
    assert watched.monitor.look() == []


def test_spending_without_anything_new_halves_what_is_left(watched: Watched) -> None:
    watched.play(1, passed=True, after={"inventory": {"oak_log": 1}})
    ask = Ask("write", "test:1", ({"role": "user", "content": "x"},), "1")
    watched.calls.keep(
        "j", ask, "m", Spent(600_000, 0), 0.0, answer="x", finish="stop", seconds=0.1, attempt=1, at=0.0
    )  # fmt: skip
    assert [each.do for each in watched.monitor.look()] == ["shrink"]
    assert watched.shrunk == 1
    assert watched.monitor.look() == [], "these tokens were acted on"
    purse = Purse(Budget(tokens=1_000), Prices({}), Settings.load(), lambda: (200, 0.0), lambda: 0.0)
    assert purse.halved().budget.tokens == 600


def test_spending_without_a_budget_and_without_an_iteration_pauses_once(watched: Watched) -> None:
    """There is nothing to halve; and tasks that are put aside one after the other cost tokens and no iteration."""
    watched.has_budget = False
    for number in range(4):
        ask = Ask("write", "test:1", ({"role": "user", "content": "x"},), str(number))
        watched.calls.keep(
            "j", ask, "m", Spent(300_000, 0), 0.0, answer="x", finish="stop", seconds=0.1, attempt=1, at=0.0
        )  # fmt: skip
        assert [each.rule for each in watched.another().look()] == ["spend_without_milestone"] * (number % 2)
    assert watched.store.stop_requested("j")
    assert watched.said[0].endswith("(pause)")
    assert [line["undo"] for line in watched.ledger.lines("j")] == ["journeyman resume j"] * 2


def test_a_skill_that_is_written_over_and_over_goes_back(watched: Watched) -> None:
    signature = Signature("gainIt", ())
    hashes = []
    for number in range(1, 7):
        watched.play(number, passed=True)
        admission = Admission(f"async function gainIt(bot) {{ return {number} }}", (), signature, "Gains.")
        hashes.append(watched.library.add(admission, reason="test").hash)
    before = watched.library.get("gainIt").current.hash
    assert [(each.do, each.subject) for each in watched.monitor.look()] == [("roll_back", "gainIt")]
    assert watched.library.get("gainIt").current.hash in hashes
    assert watched.library.get("gainIt").current.hash != before
    assert watched.library.history("gainIt")[-1].by == By("monitor", "j", 6)
    assert "skills promote" in watched.ledger.lines("j")[0]["undo"]


def test_spending_on_a_desktop_is_measured_by_what_was_done(watched: Watched) -> None:
    """A desktop has no inventory: a task that passes for the first time is what the spending bought."""
    for number in range(1, 4):
        watched.play(
            number, passed=number < 3, tokens=300_000, before={"files": {}}, after={"files": {}},
            task={"goal": f"Save note {number}.", "item": f"note{min(number, 2)}"},
        )  # fmt: skip
        ask = Ask("write", "test:1", ({"role": "user", "content": "x"},), str(number))
        watched.calls.keep(
            "j", ask, "m", Spent(300_000, 0), 0.0, answer="x", finish="stop", seconds=0.1, attempt=1, at=0.0
        )  # fmt: skip
        assert watched.monitor.look() == []
    watched.play(4, tokens=0, before={"files": {}}, after={"files": {}})
    ask = Ask("write", "test:1", ({"role": "user", "content": "x"},), "4")
    watched.calls.keep("j", ask, "m", Spent(300_000, 0), 0.0, answer="x", finish="stop", seconds=0.1, attempt=1, at=0.0)
    assert [each.rule for each in watched.monitor.look()] == ["spend_without_milestone"]


def test_answers_that_cannot_be_used_pause_though_no_iteration_is_spent(watched: Watched) -> None:
    watched.play(1, passed=True)
    for number in range(50):
        ask = Ask("write", "writer:1", ({"role": "user", "content": "x"},), f"{number // 4}/1/0/{number % 4}.0")
        call = watched.calls.keep(
            "j", ask, "m", Spent(1, 1), 0.0, answer="x", finish="stop", seconds=0.1, attempt=1, at=0.0
        )  # fmt: skip
        watched.calls.led_to("j", call, "refused: no program", success=False)
        assert [each.rule for each in watched.monitor.look()] == ["bad_answers"] * (number in (23, 47)), number
    assert watched.store.stop_requested("j")
    assert "up to call 24" in watched.said[0]
    watched.play(2)
    assert watched.monitor.look() == [], "a program ran"


def test_a_judge_that_differs_is_told_once(watched: Watched) -> None:
    watched.play(1, passed=True)
    for number in range(3):
        ask = Ask("judge", "judge:1", ({"role": "user", "content": "x"},), f"audit/{number}")
        call = watched.calls.keep(
            "j", ask, "m", Spent(1, 1), 0.0, answer="x", finish="stop", seconds=0.1, attempt=1, at=0.0
        )  # fmt: skip
        watched.calls.led_to("j", call, f"audit of iteration {number}: differs", success=False)
    assert {each.rule for each in watched.monitor.look()} == {"verdict_anomaly"}
    assert watched.another().look() == []
    assert not watched.store.stop_requested("j")


def test_a_question_that_waits_and_requests_that_are_refused_are_noticed(own_home: Path, watched: Watched) -> None:
    watched.approvals.ask("j", "task/0", "task", {"goal": "Mine."})
    assert watched.monitor.look() == [], "it was put just now"
    (own_home / "monitor.toml").write_text("[unanswered]\nlimit = 0\n[refusals]\nlimit = 2\n")
    strict = watched.another()
    assert [(each.rule, each.subject) for each in strict.look()] == [("unanswered", "1")]
    assert strict.look() == []
    watched.approvals.answer("j", 1, False, reason="", by="test")
    assert strict.look() == []
    watched.approvals.ask("j", "task/1", "task", {"goal": "Mine."})
    watched.approvals.answer("j", 2, False, reason="", by="test")
    assert [(each.rule, each.do) for each in strict.look()] == [("refusals", "pause")]
    assert watched.store.stop_requested("j")
    assert strict.look() == []


def test_a_person_changes_the_rules_in_a_file(own_home: Path, watched: Watched) -> None:
    (own_home / "monitor.toml").write_text('[repeated_failure]\nlimit = 2\ndo = "tell"\n')
    fresh = watched.another()
    watched.play(1)
    watched.play(2)
    assert [each.do for each in fresh.look()] == ["tell"]
    assert not watched.store.stop_requested("j")
