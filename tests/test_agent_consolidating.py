"""Lessons in other words are joined by a model under the merge gate: nothing is lost, all can be undone."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlite_utils import Database

from agent.config import Budget
from agent.consolidating import consolidate
from agent.errors import BudgetSpent, UsageError
from agent.models.background import Background, Later
from agent.models.call import Ask, Completion, Request, Trouble
from agent.models.calls import MODELS, Calls
from agent.models.desk import Chair, Desk
from agent.models.purse import Purse
from agent.models.settings import Prices, Settings
from agent.oversight import OVERSIGHT, Ledger
from agent.roles.consolidator import Consolidator, estimated_tokens
from agent.staff import names_for, read_roles
from memory import alike
from memory.db import open_db
from memory.items import Item, lesson
from memory.semantic import Semantic

FIRST = ("no log is in sight", "walk east for a while and look for logs again")
SECOND = ("there is no log to be seen", "go east and look again")
OTHER = ("there is no log to be seen", "go west and look again")
FREE = Budget()


class Reader:
    """A transport that answers from a list, once it may, and keeps what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.asked = list(answers), list[str]()
        self.begun, self.may_answer = threading.Event(), threading.Event()
        self.may_answer.set()
        self.stop: Callable[[], None] = lambda: None

    def complete(self, request: Request) -> Completion:
        """The next answer."""
        self.asked.append(request.ask.messages[-1]["content"])
        self.begun.set()
        while not self.may_answer.wait(0.01):
            self.stop()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Completion(json.dumps(answer))


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens what consolidating needs of a session's parts, all of it real, over the one database of the test."""
    with ExitStack() as closing:

        def opened(reader: Reader, budget: Budget = FREE) -> Any:
            parts = parts_over(tmp_path / "j.db", reader, budget)
            closing.callback(parts.background.close)
            return parts

        yield opened


def parts_over(path: Path, reader: Reader, budget: Budget) -> Any:
    """The parts of a session."""
    db, told = open_db(path, MODELS, OVERSIGHT), list[str]()
    calls, settings = Calls(db), replace(Settings.load(), attempts=1)
    purse = Purse(budget, Prices({}), settings, lambda: calls.spent("j"), lambda: 0.0)

    def desk(calls: Calls, stop: Callable[[], None] = lambda: None) -> Desk:
        chairs, own = [Chair("r", "r", reader)], replace(purse, spent=lambda: calls.spent("j"))
        return Desk("j", {"consolidate": chairs, "write": chairs}, calls, own, settings, notice=told.append, stop=stop)

    def beside(later: Later, stop: Callable[[], None]) -> tuple[Desk, Callable[[], None]]:
        own = open_db(path, MODELS, OVERSIGHT)
        reader.stop = stop
        return desk(Calls(own), stop), own.close

    main, background = desk(calls), Background(beside, lambda: purse, told.append)
    return SimpleNamespace(
        config=SimpleNamespace(name="j"), library=SimpleNamespace(db=db), semantic=Semantic(db), ledger=Ledger(db),
        staff=SimpleNamespace(consolidator=Consolidator(main, background)), calls=calls, told=told, desk=main,
        background=background,
    )  # fmt: skip


def tasks(parts: Any, *iterations: int) -> None:
    """Tasks that end after these iterations, each with time for what was asked at the end of the one before."""
    for number in iterations:
        parts.background.wait()
        consolidate(parts, number, float(number))


def learned(db: Database, *said: tuple[str, str]) -> list[Item]:
    return [Semantic(db).add(lesson("#logs", when, do, at=1.0), reason="reflection") for when, do in said]


def merge(items: list[Item], when: str, do: str) -> dict[str, Any]:
    return {"merges": [{"lessons": [each.id for each in items], "when": when, "do": do}]}


def test_what_says_the_same_is_joined_and_can_be_taken_back(session: Any) -> None:
    reader = Reader()
    parts = session(reader)
    one, two = learned(parts.library.db, FIRST, SECOND)
    reader.answers.append(merge([one, two], *FIRST))
    tasks(parts, 6, 7)
    [merged] = parts.semantic.find(kind="lesson")
    assert (merged.sources, merged.origin) == ((one.id, two.id), "model")
    assert merged.data["advice"] == FIRST[1]
    [line] = parts.ledger.lines("j")
    assert line["evidence"]["merged"] == [one.id, two.id]
    parts.semantic.undo_act(int(line["undo"].split()[-1]), at=3.0, reason="they differ")
    assert {each.id for each in parts.semantic.find(kind="lesson")} == {one.id, two.id}
    assert parts.calls.of("j")[0]["led_to"].startswith("merged: When no log is in sight")


@pytest.mark.parametrize(
    ("said", "joined", "lost"),
    [
        ((FIRST, OTHER), FIRST, "opposite: east/west"),
        ((FIRST, (SECOND[0], SECOND[1] + ", at most 40 blocks")), FIRST, "number: 40"),
        ((FIRST, (SECOND[0], "never " + SECOND[1])), FIRST, "negation: never"),
        ((FIRST, (SECOND[0], SECOND[1] + ", best in Taiga")), FIRST, "name: taiga"),
    ],
    ids=["contradiction", "number", "denial", "name"],
)
def test_the_gate_refuses_what_would_be_lost_and_says_so_once(
    session: Any, said: tuple[tuple[str, str], ...], joined: tuple[str, str], lost: str
) -> None:
    reader = Reader()
    parts = session(reader)
    items = learned(parts.library.db, *said)
    reader.answers += [merge(items, *joined)] * 2
    tasks(parts, 6, 7, 8)
    assert len(parts.semantic.find(kind="lesson")) == 2
    assert lost in reader.asked[1]
    assert all(lost in call["led_to"] and not call["success"] for call in parts.calls.of("j"))
    assert parts.semantic.journal(items[1].id)[0].operation == "NOOP"
    assert parts.ledger.lines("j") == []
    tasks(parts, 9, 10)
    assert len(reader.asked) == 2, "the same lessons are not read again"


def test_an_answer_that_is_none_changes_nothing(session: Any) -> None:
    reader = Reader({"merges": [{"lessons": [1, 99], "when": "x", "do": "y"}]}, {"merges": 5})
    parts = session(reader)
    items = learned(parts.library.db, FIRST, SECOND)
    tasks(parts, 6, 7, 8)
    assert [each.id for each in parts.semantic.find(kind="lesson")] == [items[1].id, items[0].id]
    assert len(reader.asked) == 2


@pytest.mark.parametrize("kind", ["unreachable", "refused"])
def test_the_loop_does_not_wait_for_a_model_that_is_not_there(session: Any, kind: Any) -> None:
    reader = Reader(Trouble(kind, "no such luck"))
    parts = session(reader)
    one, two = learned(parts.library.db, FIRST, SECOND)
    tasks(parts, 6)
    reader.answers.append(merge([one, two], *FIRST))
    tasks(parts, 7)
    assert "no such luck" in parts.told[0]
    tasks(parts, 8)
    assert len(parts.semantic.find(kind="lesson")) == 1, "the same group is read when one answers again"


def test_what_would_be_read_is_told_before_with_about_how_many_tokens(session: Any) -> None:
    reader = Reader()
    parts = session(reader)
    one, two = learned(parts.library.db, FIRST, SECOND)
    [group] = alike.waiting(parts.library.db)
    assert group.items == (two, one)
    assert alike.waiting(parts.library.db) == [group], "looking changes nothing"
    reader.answers.append({"merges": []})
    tasks(parts, 6, 7)
    [call] = parts.calls.of("j")
    spent = call["tokens_in"] + call["tokens_out"]
    assert spent / 2 < estimated_tokens(group.items) < 2 * spent
    assert alike.waiting(parts.library.db) == []


def test_unrelated_lessons_are_not_shown_and_a_group_is_read_once(session: Any) -> None:
    parts = session(Reader({"merges": []}))
    db = parts.library.db
    learned(db, FIRST, ("a furnace is at hand", "smelt what was mined"))
    assert alike.next_group(db) is None
    learned(db, SECOND)
    tasks(parts, 1, 2, 2, 3)
    [call] = parts.calls.of("j")
    assert call["led_to"] == "merged: nothing"
    assert "furnace" not in call["messages"][-1]["content"]


def test_a_step_acts_on_one_answer_however_often_it_is_run(session: Any) -> None:
    parts = session(Reader({"merges": []}, {"merges": []}))
    learned(parts.library.db, FIRST, SECOND, ("no log can be seen", "walk and look east"))
    tasks(parts, 1, 2, 2)
    assert [bool(call["led_to"]) for call in parts.calls.of("j")] == [True, False]
    tasks(parts, 3)
    assert [bool(call["led_to"]) for call in parts.calls.of("j")] == [True, True]


def test_tasks_go_on_while_a_model_thinks(session: Any) -> None:
    reader = Reader()
    parts = session(reader)
    one, two = learned(parts.library.db, FIRST, SECOND)
    reader.answers.append(merge([one, two], *FIRST))
    reader.may_answer.clear()
    for iteration in (1, 2, 3):
        consolidate(parts, iteration, float(iteration))
        assert reader.begun.wait(10)
    assert (len(reader.asked), parts.calls.of("j")) == (1, [])
    reader.may_answer.set()
    tasks(parts, 4)
    assert [each.sources for each in parts.semantic.find(kind="lesson")] == [(one.id, two.id)]


def test_an_answer_of_the_session_before_is_taken_and_not_asked_for_again(session: Any) -> None:
    reader = Reader()
    parts = session(reader)
    one, two = learned(parts.library.db, FIRST, SECOND)
    reader.answers.append(merge([one, two], *FIRST))
    tasks(parts, 1)
    parts.background.close()
    later = session(silent := Reader())
    tasks(later, 2)
    assert [each.sources for each in later.semantic.find(kind="lesson")] == [(one.id, two.id)]
    assert (len(reader.asked), silent.asked) == (1, [])


def test_a_question_under_way_when_the_session_ends_is_hung_up_and_counted(
    session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.models.background.LAST_SECONDS", 0.0)
    reader = Reader()
    reader.may_answer.clear()
    parts = session(reader)
    learned(parts.library.db, FIRST, SECOND)
    consolidate(parts, 1, 1.0)
    assert reader.begun.wait(10)
    parts.background.close()
    [call] = parts.calls.of("j")
    assert (call["answer"], call["finish"]) == (None, "timeout")
    assert call["tokens_out"] > 0


def test_what_is_asked_beside_takes_no_money_that_the_loop_needs(session: Any) -> None:
    reader = Reader({"merges": []})
    reader.may_answer.clear()
    asked = Ask("write", "test:1", ({"role": "user", "content": "?" * 9_000},), "1")
    parts = session(reader, Budget(tokens=20_000))
    learned(parts.library.db, FIRST, SECOND)
    consolidate(parts, 1, 1.0)
    assert reader.begun.wait(10)
    with pytest.raises(BudgetSpent):
        parts.desk.ask(replace(asked, messages=({"role": "user", "content": "?" * 12_000},)))
    reader.may_answer.set()
    parts.background.wait()
    assert parts.desk.purse.hold("the next", "r", 12_000) > 0, "what was only held is free again"


def test_a_budget_without_room_for_it_leaves_lessons_unread(session: Any) -> None:
    parts = session(reader := Reader(), Budget(tokens=2_000))
    learned(parts.library.db, FIRST, SECOND)
    tasks(parts, 1, 2)
    assert (reader.asked, parts.told) == ([], [])


def test_a_bug_beside_the_loop_ends_in_the_loop(session: Any) -> None:
    parts = session(Reader(ZeroDivisionError("a bug")))
    learned(parts.library.db, FIRST, SECOND)
    with pytest.raises(ZeroDivisionError):
        tasks(parts, 1, 2)


def test_nobody_in_the_terminal_is_asked_two_things_at_once() -> None:
    assert names_for("manual", {}, "consolidate") == ()
    assert names_for("manual:answers", {}, "consolidate") == ("manual:answers",)
    with pytest.raises(UsageError, match="manual:FOLDER"):
        read_roles(("consolidate=manual",))
