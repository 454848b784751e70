"""Fitting: what this user's log says wins over the default, if it holds on the part of the log that was kept back."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlite_utils import Database

from memory import decay, fit
from memory.db import open_db
from memory.fitted import fitted_curve, fitted_weights
from memory.items import lesson
from memory.recall import Question, Recall, Weights
from memory.semantic import Item, Semantic


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


def test_a_user_who_forgets_fast_gets_a_steeper_curve(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    used(db, [(1.0, True), (60.0, False)] * 30)
    found = fit.fit_all(db, now=99.0)
    best = found["curves"][0]
    default = next(each for each in found["curves"] if each["curve"] == "fsrs6")["default"]
    assert best["held_out"] < default
    assert found["kept"]["curve"]
    assert fitted_curve(db) == (best["curve"], best["scale"])


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
