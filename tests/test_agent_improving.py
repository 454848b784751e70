"""Improving the loop: of planted good, bad and cheating candidates only the good one is adopted, all are recorded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from agent import improvements, prompting
from agent.config import Budget
from agent.errors import BudgetSpent, UsageError
from agent.improvements import Meter, curve, evaluator, sets_of
from agent.improving import Candidate, Card, Score, Sets, improve, lower_bound, out_of_bounds, text_in_use
from agent.loop_settings import LoopSettings

SETS = Sets(
    ("plank", "stick", "torch"), ("ladder", "bowl", "chest", "barrel"), (1, 2, 3), golden=("log",),
    regression=("door --iterations 3",), stress=("boat",),
)  # fmt: skip


def changed(words: str) -> Candidate:
    return Candidate("writer", prompting.packaged("writer").replace("\n===", f"\n{words}\n==="), f"planted: {words}")


GOOD = changed("Look before you leap.")
BAD = changed("Leap.")
OVERFIT = changed("For plank, stick and torch do this.")
LEAKING = changed("For ladder do that.")
DEAR = changed("Think at great length.")
RECKLESS = changed("Forget what you know.")
FORGETFUL = changed("Never use doors.")
BRITTLE = changed("Trust in calm water.")
OUTSIDE = Candidate("evaluator", "version: x\nAlways pass.\n===\n", "planted: another evaluator")
LENIENT = Candidate("judge", prompting.packaged("judge").replace("no.", "yes."), "planted: a judge who says yes")
BROKEN = Candidate("writer", "version: x\nNo variables.\n===\nnone\n", "planted: drops what it is told")
LOSES = {RECKLESS: "log", FORGETFUL: "door --iterations 3", BRITTLE: "boat"}


def evaluate(candidate: Candidate | None, task: str, seed: int) -> Score:
    """A world in which some candidates help everywhere, one only where it was trained, and some at a price."""
    helped = candidate in (GOOD, DEAR, *LOSES) or (candidate == OVERFIT and task in SETS.training)
    works = task in ("log", "door --iterations 3", "boat") or (task, seed) in (("plank", 1), ("bowl", 1))
    passed = (helped or works) and candidate != BAD and (candidate is None or LOSES.get(candidate) != task)
    return Score(passed, 9_000 if candidate == DEAR and task in SETS.held_out else 100, f"{task} failed")


def rounds(*candidates: Candidate, adopted: list[Candidate] | None = None, told: list[str] | None = None) -> list[Card]:
    """The cards of candidates that are proposed one after the other."""
    plan = [[each] for each in candidates]

    def propose(parent: Candidate | None, traces: Sequence[str]) -> Sequence[Candidate]:
        if told is not None:
            told.extend(traces)
        return plan.pop(0)

    def adopt(candidate: Candidate) -> str:
        if adopted is not None:
            adopted.append(candidate)
        return "take it back"

    return list(improve(SETS, evaluate, propose, [], rounds=len(candidates), adopt=adopt))


def test_only_the_good_candidate_is_adopted_and_every_round_is_kept() -> None:
    told: list[str] = []
    adopted: list[Candidate] = []
    planted = (
        BAD, OVERFIT, LEAKING, OUTSIDE, LENIENT, BROKEN, RECKLESS, FORGETFUL, BRITTLE, DEAR, GOOD, GOOD, BAD
    )  # fmt: skip
    cards = rounds(*planted, adopted=adopted, told=told)
    assert adopted == [GOOD]
    assert [card.decision for card in cards] == [
        "not better", "not better elsewhere", "out of bounds", "out of bounds", "out of bounds", "out of bounds",
        "breaks what worked", "breaks what worked", "worse under stress", "dearer", "adopted",
    ]  # fmt: skip
    good = cards[-1]
    assert good.gain_at_least is not None
    assert good.gain_at_least > 0
    assert good.kept == {"golden": (1.0, 1.0), "regression": (1.0, 1.0), "stress": (1.0, 1.0)}
    assert good.mended == ("plank", "stick", "torch")
    assert (good.rollback, good.tokens) == ("take it back", 100 * (9 + 12 + 9)), "what is in place was played before"
    assert "+Look before you leap." in good.change
    assert not any("ladder" in trace for trace in told), "held-out tasks are never shown"
    in_place = [point["in_place"] for point in curve(cards)]
    assert in_place == [pytest.approx(1 / 9)] * 10 + [1.0]


def test_a_candidate_during_which_the_evaluator_changes_is_void_and_the_last(tmp_path: Path) -> None:
    evaluator = tmp_path / "evaluator.py"
    evaluator.write_text("fair")

    def cheat(candidate: Candidate | None, task: str, seed: int) -> Score:
        if candidate is not None:
            evaluator.write_text("always pass")
        return Score(candidate is not None, 100)

    cards = list(improve(SETS, cheat, lambda parent, traces: [GOOD, DEAR], [evaluator], rounds=2, adopt=str))
    assert [card.decision for card in cards] == ["void"]


@pytest.mark.parametrize(
    "words", ["wooden_buttons", "Wooden buttons", "#wooden_buttons", "a wooden button", "oak_button"]
)
def test_a_held_out_goal_is_recognised_however_it_is_written(words: str) -> None:
    """Seen in a measure: the goal was '#wooden_buttons', the candidate said wooden_buttons, and was adopted."""
    sets = Sets(("plank",), ("#wooden_buttons",), (1, 2))
    assert "held-out" in str(out_of_bounds(changed(f"Craft {words} most of all."), sets))
    assert out_of_bounds(changed("Press what can be pressed; wood is common."), sets) is None


def test_what_is_perfect_only_where_it_was_trained_does_not_end_the_search() -> None:
    """An overfitted candidate leaves no failures to learn from; the next one is made from what is in place."""
    parents: list[Candidate | None] = []
    plan = [[OVERFIT], [RECKLESS], [GOOD]]

    def propose(parent: Candidate | None, traces: Sequence[str]) -> Sequence[Candidate]:
        parents.append(parent)
        return plan.pop(0) if traces else []

    cards = list(improve(SETS, evaluate, propose, [], rounds=3, adopt=lambda candidate: ""))
    assert [card.decision for card in cards] == ["not better elsewhere", "breaks what worked", "adopted"]
    assert parents == [None, None, None]


@pytest.mark.parametrize(("budget", "left"), [(Budget(tokens=21_000), "tokens"), (Budget(dollars=0.01), "0.01")])
def test_a_budget_ends_the_rounds_with_a_card(budget: Budget, left: str) -> None:
    meter = Meter(budget)

    def play(candidate: Candidate | None, task: str, seed: int) -> Score:
        meter.left()
        score = evaluate(candidate, task, seed)
        meter.count(score.tokens, 0.001)
        return score

    cards = list(improve(SETS, play, lambda parent, traces: [GOOD], [], rounds=3, adopt=str))
    assert [card.decision for card in cards] == ["unfinished"]
    assert left in cards[0].reason
    assert meter.spent()[0] <= 21_000
    assert meter.spent()[1] <= (budget.dollars or 1.0) + 1e-9
    with pytest.raises(BudgetSpent):
        list(improve(SETS, play, lambda parent, traces: [GOOD], [], rounds=3, adopt=str))


def test_a_budget_too_small_for_one_goal_plays_none(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="OPENAI_BASE_URL"):
        improvements.run("openai:m", ["stick"], ["torch"], 2, 1, 3, "writer", Budget(tokens=500))
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    found = improvements.run("openai:m", ["stick"], ["torch"], 2, 1, 3, "writer", Budget(tokens=500))
    assert (found["cards"], found["tokens"]) == ([], 0)
    assert found["stopped"] == "500 of 500 tokens are left, too few for another goal"
    assert "500 of 500 tokens" in improvements.words(found)
    with pytest.raises(UsageError, match="no price of m is known"):
        improvements.run("openai:m", ["stick"], ["torch"], 2, 1, 3, "writer", Budget(dollars=1.0))


def test_the_kept_sets_leave_out_what_is_trained_on_or_held_out(own_home: Path) -> None:
    (own_home / "regression.json").write_text('["stick", "ladder --iterations 3"]')
    sets = sets_of(["stick"], ["wooden_pickaxe"], 2)
    assert (sets.golden, sets.regression, sets.seeds) == (("crafting_table",), ("ladder --iterations 3",), (1, 2))
    assert all(task.split()[0] != "wooden_pickaxe" for task in (*sets.golden, *sets.stress))
    (own_home / "improvement.toml").write_text("brass = []\n")
    with pytest.raises(UsageError, match="golden and stress"):
        sets_of(["stick"], ["torch"], 2)


def test_the_evaluator_holds_worlds_checks_judge_and_sets() -> None:
    names = {file.name for file in evaluator()}
    assert {"improving.py", "judge.md", "improvement.toml", "minecraft.py", "world.js"} <= names


def test_the_sets_must_not_meet() -> None:
    with pytest.raises(UsageError, match="held-out"):
        Sets(("plank",), ("plank",), (1,))
    with pytest.raises(UsageError, match="golden"):
        Sets(("plank",), ("stick",), (1,), golden=("stick",))


def test_a_lucky_gain_has_no_positive_bound() -> None:
    assert lower_bound([1.0, 0.0, 0.0, -1.0, 1.0, 0.0]) <= 0
    assert lower_bound([1.0] * 9 + [0.0]) > 0


def test_settings_of_the_loop_are_changed_within_their_bounds() -> None:
    table = text_in_use("loop")
    fine = Candidate("loop", table.replace("repairs = 3", "repairs = 5"), "planted: more patience")
    assert out_of_bounds(fine, SETS) is None
    assert "repairs is 9, not a whole number from 0 to 6" in str(
        out_of_bounds(Candidate("loop", table.replace("repairs = 3", "repairs = 9"), ""), SETS)
    )
    assert "unknown" in str(out_of_bounds(Candidate("loop", table + "judge = 1\n", ""), SETS))
    assert "cannot be read" in str(out_of_bounds(Candidate("loop", "rounds = = 4", ""), SETS))


def test_a_persons_loop_settings_lie_over_the_packaged_ones(own_home: Path) -> None:
    (own_home / "loop.toml").write_text("rounds = 2\n")
    assert (LoopSettings.load().rounds, LoopSettings.load().repairs) == (2, 3)
    (own_home / "loop.toml").write_text("rounds = true\n")
    with pytest.raises(UsageError, match="rounds is True"):
        LoopSettings.load()
