"""Best of n: of several written programs the one that does best in trial worlds is the only one in the journey."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent import beginning, journeys
from agent.choosing import Tried
from agent.config import Budget
from agent.database import database
from agent.errors import UsageError
from agent.models.calls import Calls
from agent.session import run_journey
from agent.store import Store
from benchmarks._scripted import Act, Scripted

PROGRAM = """```js
/**
 * Mines logs.
 * @param {{number}} count how many more
 */
async function {name}(bot, {{ count = 1 }} = {{}}) {{
  {first}
  await mineBlock(bot, '#logs', count)
  return {{ gained: count }}
}}
```"""
THROWS = Act(PROGRAM.format(name="mineLogs", first="if (count) throw new Error('no')"))
SLOW = Act(PROGRAM.format(name="mineLogsLate", first="await bot.waitForTicks(200)"))
QUICK = Act(PROGRAM.format(name="mineLogsNow", first=""))


def play(server: Scripted, monkeypatch: pytest.MonkeyPatch, tokens: int) -> list[str]:
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    said: list[str] = []

    def report(kind: str, **data: Any) -> None:
        if kind == "notice":
            said.append(data["text"])

    config = beginning.new(
        ["minecraft"], name="j", brain="openai:scripted", goal="#logs", seed=5, library="main", sight="sight 32",
        assist=[], proving=0.0, best_of=4,
    )  # fmt: skip
    run_journey(config, Budget(iterations=1, tokens=tokens), report)
    return said


@pytest.mark.slow
def test_the_best_by_check_then_by_cost_runs_and_the_others_are_noted(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_home / "models.toml").write_text("audit_every = 0\n")
    script = [THROWS, SLOW, QUICK, SLOW]
    with Scripted(lambda request, number: script[number - 1]) as server:
        [said] = play(server, monkeypatch, 200_000)
    assert said.startswith("mineLogsNow is the best of 3 (2 passed in a trial)")
    db = database(read_only=True)
    [row] = Store(db).iterations("j")
    assert (row.name, row.passed) == ("mineLogsNow", True)
    assert row.before["inventory"] == {}, "nothing of a trial reaches the journey"
    calls = Calls(db).of("j")
    assert [call["success"] for call in calls] == [False, True, True, None]
    assert "candidate 1 of 3, not chosen" in calls[0]["led_to"]
    assert calls[2]["led_to"] == "iteration 1: passed"
    assert "the same as that of call 2" in calls[3]["led_to"]
    assert Calls(db).spent("j")[0] == row.tokens
    assert journeys.report(["j"])["journeys"][0]["assistance"] == ["best of 4 tried in trial worlds"]
    db.close()


@pytest.mark.slow
def test_a_small_budget_is_not_spent_on_candidates(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Scripted(lambda request, number: QUICK) as server:
        assert play(server, monkeypatch, 20_000) == []
        assert len(server.seen) == 1


def test_done_counts_before_ended_and_ended_before_time() -> None:
    done, dear, broken, idle = (
        Tried(1, {}, True, True, 90, ""), Tried(2, {}, True, True, 800, ""), Tried(3, {}, True, False, 10, ""),
        Tried(4, {}, False, True, 10, ""),
    )  # fmt: skip
    assert sorted([idle, broken, dear, done], key=lambda each: each.rank) == [done, dear, broken, idle]


def test_candidates_need_somebody_who_writes_and_a_world_to_try_them_in() -> None:
    with pytest.raises(UsageError, match="name a model"):
        beginning.new(["minecraft"], name="j", brain="planner", goal=None, seed=1, library="main", sight="sight 32",
                     assist=[], best_of=3)  # fmt: skip
