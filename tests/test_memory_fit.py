"""Fitting: what this user's log says wins over the default, if it holds on the part of the log that was kept back."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from agent.cli_memory import CURVES
from memory import decay, fit
from memory.db import open_db
from memory.errors import Refused
from memory.fitted import fitted_curve, fitted_weights
from memory.fitted import settings as kept_settings
from memory.health import health
from memory.items import lesson
from memory.recall import Question, Recall, Weights
from memory.semantic import Item, Semantic
from memory.strengths import record_use


def used(db: Database, pairs: list[tuple[float, bool]]) -> None:
    """One lesson after another, used once after some experience."""
    semantic, recall = Semantic(db), Recall(db)
    for n, (elapsed, succeeded) in enumerate(pairs):
        item = semantic.add(lesson(f"s{n}", f"trigger {n}", "advice", at=float(n)), reason="r")
        (document,) = db.execute("SELECT id FROM documents WHERE tier = 'lesson' AND ref = ?", [item.id]).fetchone()
        outcome: decay.Outcome = "succeeded" if succeeded else "failed"
        recall.used([document], outcome, now=n + elapsed, journey="a", iteration=n)


def test_reviews_come_back_as_they_were_lived(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    used(db, [(4.0, True), (9.0, False)])
    first, second = fit.reviews_of(db)
    assert (first.elapsed, first.succeeded) == (4.0, True)
    assert (second.elapsed, second.succeeded) == (9.0, False)
    assert first.stability == decay.first_strength("semantic", 0.0).stability


def test_what_was_only_borne_out_strengthens_and_is_no_use(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    used(db, [(4.0, True)])
    (document,) = db.execute("SELECT document FROM reviews").fetchone()
    for iteration, borne_out in ((5, True), (6, False)):
        record_use(db, [document], "succeeded", now=20.0 * iteration, journey="a", iteration=iteration,
                   borne_out=borne_out)  # fmt: skip
    Recall(db).ask(Question("trigger"), now=100.0, log=("a", 5))
    first, second = fit.reviews_of(db)
    assert (first.elapsed, second.elapsed) == (4.0, 20.0), "the pause ends where it was borne out"
    assert second.stability > first.stability
    assert fit.fit_all(db, now=130.0)["questions"] == 0, "it did not answer what was asked then"
    assert health(db, now=130.0)["used"] == 1


def test_a_user_who_forgets_fast_gets_a_steeper_curve(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    used(db, [(1.0, True), (60.0, False)] * 30)
    found = fit.fit_all(db, now=99.0)
    best = found["curves"][0]
    default = next(each for each in found["curves"] if each["curve"] == "fsrs6")["default"]
    assert best["held_out"] < default
    assert found["kept"]["curve"]
    assert fitted_curve(db) == (best["curve"], best["scale"])


FAST = [fit.Review(1.0, 8.0, True), fit.Review(40.0, 8.0, False)]
SLOW = [fit.Review(1.0, 8.0, True), fit.Review(40.0, 8.0, True), fit.Review(400.0, 8.0, True)]


@given(st.lists(st.sampled_from([*FAST, *SLOW]), min_size=60, max_size=60))
@settings(max_examples=25, deadline=None)
def test_the_held_out_part_has_no_say_in_which_curve_is_chosen(rest: list[fit.Review]) -> None:
    begun = FAST * 60
    chosen, other = (fit.fit_curves(begun + each) for each in (rest, FAST * 30))
    assert (chosen[0].curve, chosen[0].scale) == (other[0].curve, other[0].scale)


def test_the_curve_that_would_have_won_on_the_held_out_part_is_not_taken_for_that() -> None:
    found = fit.fit_curves(FAST * 60 + SLOW * 20)
    assert found[0].compared == min(each.compared for each in found)
    assert found[0].held_out > min(each.held_out for each in found)


def test_a_log_of_successes_does_not_teach_never_to_fade(tmp_path: Path) -> None:
    """What a planner's uses look like: it hardly ever fails, and its few failures are early ones."""
    db = open_db(tmp_path / "j.db")
    used(db, [(3.0, False)] * 6 + [(200.0, True)] * 84)
    found = fit.fit_all(db, now=99.0)
    assert found["curves"][0]["held_out"] < found["curves"][0]["default"], "on successes alone, slower looks better"
    assert (found["kept"]["curve"], found["in_vain"]) == (False, 6)
    assert "of 90 uses, 6 in the part that fits and 0 in the held-out part were in vain" in found["curve_told"]
    assert fitted_curve(db) == ("fsrs6", 1.0)
    assert "half_life as it is: of 90 uses" in fit.fit_all(db, now=99.0, curve="half_life")["curve_told"]
    assert fitted_curve(db) == ("half_life", 1.0), "a person's curve is not stretched by such a log either"


def test_few_uses_do_not_lead_away_from_the_default_by_chance() -> None:
    """Uses that fade as the default says, in logs as long as a journey or two leave: chance would stretch it."""
    rng = random.Random(5)
    for _ in range(20):
        log = [
            fit.Review(elapsed, 8.3, rng.random() < decay.fsrs6(elapsed, 8.3))
            for elapsed in (rng.expovariate(1 / 60) for _ in range(40))
        ]
        assert fit.choose(log)[0] is None


def test_silence_is_told_and_not_fitted(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    item = Semantic(db).add(lesson("oven", "the oven is cold", "bring coal", at=1.0), reason="r")
    recall = Recall(db)
    recall.ask(Question("the cold oven"), now=2.0, log=("a", 1))
    recall.ask(Question("a ship with three masts"), now=2.0, log=("a", 2))
    (document,) = db.execute("SELECT id FROM documents WHERE ref = ?", [item.id]).fetchone()
    recall.used([document], "succeeded", now=2.0, journey="a", iteration=1)
    silence = fit.fit_all(db, now=3.0)["silence"]
    assert (silence["asked"], silence["silent"]) == (2, 1)
    assert silence["least"] > 1
    assert fitted_weights(db) == Weights()


@pytest.mark.parametrize("uses", [0, 30])
def test_a_person_chooses_the_curve_by_name_and_weights_by_theirs(tmp_path: Path, uses: int) -> None:
    db = open_db(tmp_path / "j.db")
    used(db, [(1.0, True), (60.0, False)] * uses)
    assert fit.fit_all(db, now=99.0, curve="half_life", dry=True)["kept"] == {"curve": False, "weights": False}
    assert fitted_curve(db) == ("fsrs6", 1.0)
    found = fit.fit_all(db, now=99.0, curve="half_life", chosen={"marks": 1.5})
    assert found["kept"] == {"curve": True, "weights": True}
    assert fitted_curve(db)[0] == "half_life"
    assert (fitted_weights(db).marks, fitted_weights(db).words) == (1.5, Weights().words)
    assert kept_settings(db)["by"] == "hand"
    Semantic(db).add(Item("fact", "sand", "sand by the lake", valid_from=99.0), reason="r")
    assert health(db, now=199.0)["retention"]["faded"] == uses * 2 + 1, "fsrs6 leaves 0.7 of what was added last"


def test_what_is_no_curve_or_weight_is_refused_with_what_there_is(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    assert list(CURVES.choices) == list(decay.CURVES)
    with pytest.raises(Refused, match="there are fsrs6, exponential, half_life, act_r"):
        fit.fit_all(db, now=1.0, curve="linear")
    with pytest.raises(Refused, match=r"strength to 0\.1"):
        fit.fit_all(db, now=1.0, chosen={"strength": 0.5})
    with pytest.raises(Refused, match="taste=1 is no weight"):
        fit.fit_all(db, now=1.0, chosen={"taste": 1.0})


def test_too_little_is_not_fitted_and_a_dry_run_keeps_the_default(tmp_path: Path) -> None:
    few, many = open_db(tmp_path / "few.db"), open_db(tmp_path / "many.db")
    used(few, [(1.0, True)] * 5)
    assert fit.fit_all(few, now=9.0)["curves"] == []
    used(many, [(1.0, True), (60.0, False)] * 30)
    assert not fit.fit_all(many, now=99.0, dry=True)["kept"]["curve"]
    assert fitted_curve(many) == ("fsrs6", 1.0)


def test_weights_move_to_the_route_that_proved_useful(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    semantic, recall = Semantic(db), Recall(db)
    for n in range(45):
        marked = semantic.add(Item("lesson", f"item{n}", "bring what is needed", valid_from=float(n)), reason="r")
        for extra in range(3):
            text = f"gather something quite useful number {n} {extra}"
            semantic.add(Item("fact", "x", text, valid_from=float(n)), reason="r")
        asked = Question(f"gather something quite useful number {n}", scope="a", items=(f"item{n}", "y"))
        recall.ask(asked, now=n + 0.5, log=("a", n))
        (document,) = db.execute("SELECT id FROM documents WHERE tier = 'lesson' AND ref = ?", [marked.id]).fetchone()
        recall.used([document], "succeeded", now=n + 0.6, journey="a", iteration=n)
    found = fit.fit_all(db, now=99.0)
    assert found["weights"]["held_out"] > found["weights"]["default"]
    assert fitted_weights(db).marks > Weights().marks
    assert Recall(db).ask(Question(f"gather something quite useful number {3}", items=("item3",)), now=99.0).hits


def test_act_r_and_the_others_agree_on_what_stability_means() -> None:
    assert decay.act_r(8.0, 8.0) == pytest.approx(0.9)
    assert decay.act_r(80.0, 8.0) < decay.fsrs6(80.0, 8.0)
