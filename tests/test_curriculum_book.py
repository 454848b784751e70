"""The book keeps each task once, whatever is repeated; folded, it tells what is done and what failed."""

from __future__ import annotations

from pathlib import Path

from curriculum.book import TaskBook
from curriculum.checks import parse
from curriculum.progress import Failure, Fingerprint, fold, retry_condition
from curriculum.schema import CURRICULUM
from curriculum.task import Task
from memory.db import open_db

LOGS = Task("Gain logs.", parse({"kind": "gained", "item": "#logs"}), "step", "#logs", reason="first")
STICK = Task("Gain a stick.", parse({"kind": "gained", "item": "stick"}), "step", "stick")
HERE = Fingerprint(tools=frozenset({"wooden_axe"}), biome="plains", place=(1, 2, 3))


def test_a_task_written_twice_stands_as_it_was_first_and_survives_closing(tmp_path: Path) -> None:
    book = TaskBook(open_db(tmp_path / "j.db", CURRICULUM))
    assert book.propose("a", 1, LOGS, HERE, ({"item": "stick", "why": "needs #planks first"},)) == LOGS
    assert book.propose("a", 1, STICK, Fingerprint()) == LOGS
    book.settle("a", 1, True, ended=3)
    book.settle("a", 1, False, "timeout", ended=4)
    (entry,) = TaskBook(open_db(tmp_path / "j.db", CURRICULUM)).entries("a")
    assert (entry.task, entry.passed, entry.ended, entry.situation) == (LOGS, True, 3, HERE)
    assert entry.rejected == ({"item": "stick", "why": "needs #planks first"},)


def test_journeys_do_not_mix_and_open_tasks_are_no_attempts(tmp_path: Path) -> None:
    book = TaskBook(open_db(tmp_path / "j.db", CURRICULUM))
    book.propose("a", 1, LOGS, HERE)
    book.propose("b", 1, STICK, HERE)
    book.settle("b", 1, False, "no_tool", ended=4)
    assert list(book.attempts("a")) == []
    progress = fold(book.attempts("b"), held=["oak_log"])
    assert progress.failures == {STICK.id: Failure(1, "no_tool", 4, HERE)}
    assert progress.items == {"oak_log"}


def test_a_success_makes_earlier_failures_good(tmp_path: Path) -> None:
    book = TaskBook(open_db(tmp_path / "j.db", CURRICULUM))
    for number, passed in enumerate((False, False, True), start=1):
        book.propose("a", number, STICK, HERE)
        book.settle("a", number, passed, "" if passed else "timeout", ended=number)
    progress = fold(book.attempts("a"))
    assert (progress.failures, progress.done, progress.items) == ({}, {STICK.id}, {"stick"})


def test_a_retry_needs_a_change_that_bears_on_the_cause() -> None:
    def again(cause: str, now: Fingerprint) -> bool:
        return retry_condition(Failure(1, cause, 5, HERE), now, 5) is not None

    moved = Fingerprint(HERE.tools, HERE.skills, HERE.items, (9, 2, 3), HERE.biome)
    learned = Fingerprint(HERE.tools, HERE.skills | {"mineLogs"}, HERE.items, HERE.place, HERE.biome)
    assert again("no_recipe", learned)
    assert not again("no_plan", learned), "nearly every task leaves a skill"
    better = Fingerprint(HERE.tools | {"stone_pickaxe"}, HERE.skills, HERE.items, HERE.place, HERE.biome)
    assert not any(again(cause, HERE) for cause in ("not_found", "no_tool", "timeout", "anything"))
    assert again("not_found", moved)
    assert not again("not_found", better)
    assert again("no_tool", better)
    assert not again("no_tool", moved)


def test_waiting_grows_with_every_failure() -> None:
    waits = []
    for count in (1, 2, 3, 4, 9):
        failure = Failure(count, "strange", 0, HERE)
        waits.append(next(i for i in range(1, 100) if retry_condition(failure, HERE, i)))
    assert waits == sorted(waits)
    assert waits[0] < waits[2]
    assert waits[-1] < 30
