"""Oversight: questions are answered once, the ledger only grows, the monitor acts by its rules, people steer."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from agent import approving, overseeing
from agent.database import database
from agent.errors import UsageError
from agent.models.settings import table
from agent.monitor import findings
from agent.oversight import OVERSIGHT, Approvals, Ledger, Question
from curriculum.agenda import Agenda
from curriculum.checks import Gained
from curriculum.errors import CurriculumError
from curriculum.schema import CURRICULUM
from curriculum.task import Task
from memory.db import open_db


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    opened = open_db(tmp_path / "j.db", OVERSIGHT, CURRICULUM)
    yield opened
    opened.close()


def test_a_question_is_asked_once_and_its_first_answer_stands(db: Database) -> None:
    approvals = Approvals(db)
    asked = approvals.ask("j", "task/1", "task", {"goal": "Mine."})
    assert approvals.ask("j", "task/1", "task", {"goal": "Other."}) == asked
    assert approvals.answer("j", None, False, reason="too dear", by="command").answer is False
    with pytest.raises(UsageError, match="open"):
        approvals.answer("j", asked.number, True, reason="", by="file")


def test_the_ledger_only_grows(db: Database) -> None:
    ledger = Ledger(db)
    for _ in range(2):
        ledger.write("j", 1, "skill", "skill/1", what="new", why="passed", evidence={"iteration": 1}, undo="retire")
    assert [line["what"] for line in ledger.lines("j")] == ["new"]
    for change in ("UPDATE ledger SET what = 'x'", "DELETE FROM ledger"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute(change)


def test_the_ledger_is_told_in_words_as_they_are_and_says_when_nothing_was_asked_for_is_in_it() -> None:
    Ledger(database()).write(
        "j", 1, "skill", "skill/1", what="new", why="passed", evidence={"verdict": "stick 0 → 8"}, undo="retire"
    )
    assert "stick 0 → 8" in overseeing.ledger_words(overseeing.ledger(None, "skill"))
    assert overseeing.ledger_words(overseeing.ledger(None, "prompt")) == "No such change is known."


def test_the_monitor_acts_at_its_limits_and_says_why() -> None:
    rules = table("monitor.toml")
    calm = {name: [(int(rule["limit"]) - 1, "x")] for name, rule in rules.items()}
    wild = {name: [(int(rule["limit"]), "x")] for name, rule in rules.items()}
    assert findings(rules, calm) == []
    found = findings(rules, wild)
    assert {each.rule for each in found} == set(rules)
    assert all(each.why and each.do in ("tell", "pause", "shrink", "roll_back") for each in found)


def task(item: str) -> Task:
    return Task(f"Gain {item}.", Gained(item=item, count=1), item=item)


def test_a_person_inserts_moves_withdraws_and_forbids(db: Database) -> None:
    agenda = Agenda(db)
    first, second = (agenda.insert("j", task(item), by="person") for item in ("stick", "torch"))
    third = agenda.insert("j", task("ladder"), by="person", before=first.entry)
    assert [each.task.item for each in agenda.entries("j")] == ["ladder", "stick", "torch"]
    agenda.move("j", third.entry, None)
    agenda.withdraw("j", second.entry)
    assert [(each.task.item, each.standing) for each in agenda.entries("j")] == [
        ("stick", "open"), ("torch", "withdrawn"), ("ladder", "open"),
    ]  # fmt: skip
    with pytest.raises(CurriculumError, match="withdrawn"):
        agenda.move("j", second.entry, None)
    agenda.veto("j", "dirt", "enough of it")
    assert agenda.vetoes("j") == {"dirt": "enough of it"}
    agenda.lift("j", "dirt")
    assert agenda.vetoes("j") == {}


def test_there_is_always_room_before_an_entry(db: Database) -> None:
    agenda = Agenda(db)
    last = agenda.insert("j", task("stick"), by="person")
    wanted = [agenda.insert("j", task("torch"), by="person", before=last.entry).entry for _ in range(120)]
    assert [each.entry for each in agenda.entries("j")] == [*wanted, last.entry]


def test_what_was_withdrawn_is_not_taken_up_and_what_cannot_be_done_is_over_at_once(db: Database) -> None:
    agenda = Agenda(db)
    withdrawn, done, cannot = (agenda.insert("j", task(item), by="person").entry for item in ("stick", "torch", "bow"))
    agenda.withdraw("j", withdrawn)
    agenda.take("j", withdrawn, 1)
    agenda.pass_over("j", withdrawn, True)
    agenda.pass_over("j", done, True)
    agenda.pass_over("j", cannot, False)
    assert [(each.standing, each.number) for each in agenda.entries("j")] == [
        ("withdrawn", None), ("passed", None), ("failed", None),
    ]  # fmt: skip


def test_while_a_question_waits_the_monitor_looks(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(approving, "WATCH_EVERY", 0.0)
    approvals = Approvals(db)
    asked = {"key": "task/1", "kind": "task", "shown": {"goal": "Mine.", "check": {}, "reason": "", "by": "m"}}

    def watch() -> None:
        assert (tmp_path / "0001.md").read_text().startswith("Take up this task?")
        approvals.answer("j", 1, False, reason="seen", by="test")

    said = approving.wait(approvals, "j", asked, tmp_path, stop=lambda: None, watch=watch)
    assert said == {"yes": False, "reason": "seen"}


def test_of_two_answers_the_first_stands_though_the_terminal_was_asked(db: Database, tmp_path: Path) -> None:
    approvals = Approvals(db)
    asked = {"key": "task/1", "kind": "task", "shown": {"goal": "Mine.", "check": {}, "reason": "", "by": "m"}}

    def at_the_terminal(question: Question) -> bool:
        approvals.answer("j", question.number, False, reason="not now", by="command")
        return True

    said = approving.wait(
        approvals, "j", asked, tmp_path, stop=lambda: None, watch=lambda: None, ask=at_the_terminal
    )  # fmt: skip
    assert said == {"yes": False, "reason": "not now"}
