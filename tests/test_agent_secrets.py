"""What a world showed is judged as it was; then no secret is left of it, and what a failure taught is found again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agent import memories_minecraft
from agent.config import JourneyConfig
from agent.store import AGENT, Iteration, Store
from curriculum.checks import Gained
from curriculum.task import Task
from memory.db import open_db
from memory.episodic import Episode, Episodes
from memory.recall import Question, Recall
from memory.semantic import Semantic

KEY = "sk-proj-abcdefghijklmnopqrstuv"
SEEN: dict[str, Any] = {"position": {"x": 1, "y": 60, "z": 0}, "files": {"a.txt": {"content": {"text": f"key {KEY}"}}}}


def iteration(error: dict[str, Any] | None) -> Iteration:
    return Iteration(
        journey="j", iteration=1, round=1, task={}, name="n", source=None, args={}, modules=(), note="",
        outcome="threw" if error else "returned", error=error, value=f"I read {KEY}", calls=({"args": [KEY]},),
        before=SEEN, after=SEEN, ticks=1, seconds=1.0, total_seconds=1.0, game_seconds=1.0, tokens=0, dollars=0.0,
        overhead_seconds=0.0,
    )  # fmt: skip


def test_secrets_are_struck_out_of_an_iteration_when_it_is_judged(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db", AGENT)
    store = Store(db)
    store.create(JourneyConfig("j", ("minecraft",), 1))
    store.record(iteration({"code": "threw", "message": f"no {KEY}"}))
    kept = store.iteration("j", 1)
    assert kept is not None
    assert kept.after == SEEN, "a check is asked about the world as it was"
    store.judge("j", 1, True, f"the file holds {KEY}")
    kept = store.iteration("j", 1)
    assert kept is not None
    assert KEY not in str(kept)
    assert (kept.passed, kept.after["position"], kept.evidence) == (True, SEEN["position"], "the file holds [redacted]")
    store.judge("j", 1, False, "another verdict")
    again = store.iteration("j", 1)
    assert again is not None
    assert (again.passed, again.evidence) == (True, kept.evidence)


def test_what_a_failure_taught_is_found_by_the_same_error_in_another_kind_of_world(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db", AGENT)
    Episodes(db).record(Episode("j", 1, "t", "make a bed", "failed", 1.0, cause="missing_items"))
    error = {"code": "missing_items", "message": "missing 1 white_wool", "value": {"white_wool": 1}, "remedy": "shear"}
    task = Task("make a bed", Gained(item="white_bed", count=1), item="#beds")
    memories_minecraft.remember(Semantic(db), task, iteration(error), (), 1, 1.0)
    asked = Question("zzz", scope="k", world="desktop", failures=(("missing_items", "missing 7 white_wool"),))
    (hit, *_) = Recall(db).ask(asked, now=2.0).hits
    assert (hit.tier, "shear" in hit.text) == ("lesson", True)
