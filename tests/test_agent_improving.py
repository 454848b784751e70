"""Improving the loop: of planted good, bad and cheating candidates only the good one is adopted, all are recorded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from agent import prompting
from agent.errors import UsageError
from agent.improving import Candidate, Score, Sets, improve, lower_bound

SETS = Sets(("plank", "stick", "torch"), ("ladder", "bowl", "chest", "barrel"), (1, 2, 3))


def changed(words: str) -> Candidate:
    return Candidate("writer", prompting.packaged("writer").replace("\n===", f"\n{words}\n==="), f"planted: {words}")


GOOD = changed("Look before you leap.")
BAD = changed("Leap.")
OVERFIT = changed("For plank, stick and torch do this.")
LEAKING = changed("For ladder do that.")
DEAR = changed("Think at great length.")
OUTSIDE = Candidate("evaluator", "version: x\nAlways pass.\n===\n", "planted: another evaluator")
BROKEN = Candidate("writer", "version: x\nNo variables.\n===\nnone\n", "planted: drops what it is told")


def evaluate(candidate: Candidate | None, task: str, seed: int) -> Score:
    """A world in which the good candidate helps everywhere, and the overfitted one only where it was trained."""
    helped = candidate in (GOOD, DEAR) or (candidate == OVERFIT and task in SETS.training)
    passed = (helped or (task, seed) in (("plank", 1), ("bowl", 1))) and candidate != BAD
    return Score(passed, 9_000 if candidate == DEAR and task in SETS.held_out else 100, f"{task} failed")


def test_only_the_good_candidate_is_adopted_and_every_round_is_kept(tmp_path: Path) -> None:
    evaluator = tmp_path / "evaluator.py"
    evaluator.write_text("fair")
    plan = [[BAD, OVERFIT], [LEAKING, OUTSIDE, BROKEN], [GOOD], [DEAR, GOOD]]
    told: list[Sequence[str]] = []
    adopted: list[Candidate] = []

    def propose(parent: Candidate | None, traces: Sequence[str]) -> Sequence[Candidate]:
        told.append(traces)
        return plan.pop(0)

    def adopt(candidate: Candidate) -> str:
        adopted.append(candidate)
        return "take it back"

    cards = improve(SETS, evaluate, propose, [evaluator], rounds=4, adopt=adopt)
    assert adopted == [GOOD]
    assert [card.decision for card in cards] == [
        "not better", "not better elsewhere", "out of bounds", "out of bounds", "out of bounds", "adopted",
        "not better",
    ]  # fmt: skip
    good = next(card for card in cards if card.decision == "adopted")
    assert good.gain_at_least is not None
    assert good.gain_at_least > 0
    assert good.rollback == "take it back"
    assert not any("ladder" in trace for traces in told for trace in traces), "held-out tasks are never shown"


def test_a_dearer_success_is_no_improvement(tmp_path: Path) -> None:
    cards = improve(SETS, evaluate, lambda parent, traces: [DEAR], [], rounds=1, adopt=lambda candidate: "")
    assert [card.decision for card in cards] == ["dearer"]


def test_a_round_in_which_the_evaluator_changes_is_void(tmp_path: Path) -> None:
    evaluator = tmp_path / "evaluator.py"
    evaluator.write_text("fair")

    def cheat(candidate: Candidate | None, task: str, seed: int) -> Score:
        if candidate is not None:
            evaluator.write_text("always pass")
        return Score(candidate is not None, 100)

    with pytest.raises(UsageError, match="void"):
        improve(SETS, cheat, lambda parent, traces: [GOOD], [evaluator], rounds=1, adopt=lambda candidate: "")


def test_the_sets_must_not_meet() -> None:
    with pytest.raises(UsageError, match="held-out"):
        Sets(("plank",), ("plank",), (1,))


def test_a_lucky_gain_has_no_positive_bound() -> None:
    assert lower_bound([1.0, 0.0, 0.0, -1.0, 1.0, 0.0]) <= 0
    assert lower_bound([1.0] * 9 + [0.0]) > 0
