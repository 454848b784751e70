"""Lessons in other words are joined by a model under the merge gate: nothing is lost, all can be undone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlite_utils import Database

from agent.config import Budget
from agent.consolidating import consolidate
from agent.models.call import Completion, Request, Trouble
from agent.models.calls import MODELS, Calls
from agent.models.desk import Chair, Desk
from agent.models.purse import Purse
from agent.models.settings import Prices, Settings
from agent.oversight import OVERSIGHT, Ledger
from agent.roles.consolidator import Consolidator, estimated_tokens
from memory import alike
from memory.db import open_db
from memory.items import Item, lesson
from memory.semantic import Semantic

FIRST = ("no log is in sight", "walk east for a while and look for logs again")
SECOND = ("there is no log to be seen", "go east and look again")
OTHER = ("there is no log to be seen", "go west and look again")


class Reader:
    """A transport that answers from a list and keeps what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.asked = list(answers), list[str]()

    def complete(self, request: Request) -> Completion:
        """The next answer."""
        self.asked.append(request.ask.messages[-1]["content"])
        if isinstance(self.answers[0], Trouble):
            raise self.answers.pop(0)
        return Completion(json.dumps(self.answers.pop(0)))


def world(tmp_path: Path, reader: Reader) -> Any:
    """What consolidating needs of a session's parts, all of it real."""
    db, told = open_db(tmp_path / "j.db", MODELS, OVERSIGHT), list[dict[str, Any]]()
    calls, settings = Calls(db), replace(Settings.load(), attempts=1)
    purse = Purse(Budget(), Prices({}), settings, lambda: calls.spent("j"), lambda: 0.0)
    desk = Desk("j", {"consolidate": [Chair("r", "r", reader)]}, calls, purse, settings, notice=print)
    return SimpleNamespace(
        config=SimpleNamespace(name="j"), library=SimpleNamespace(db=db), semantic=Semantic(db), ledger=Ledger(db),
        staff=SimpleNamespace(consolidator=Consolidator(desk)), calls=calls, told=told,
        report=lambda kind, **data: told.append(data),
    )  # fmt: skip


def learned(db: Database, *said: tuple[str, str]) -> list[Item]:
    return [Semantic(db).add(lesson("#logs", when, do, at=1.0), reason="reflection") for when, do in said]


def merge(items: list[Item], when: str, do: str) -> dict[str, Any]:
    return {"merges": [{"lessons": [each.id for each in items], "when": when, "do": do}]}


def test_what_says_the_same_is_joined_and_can_be_taken_back(tmp_path: Path) -> None:
    reader = Reader()
    parts = world(tmp_path, reader)
    one, two = learned(parts.library.db, FIRST, SECOND)
    reader.answers.append(merge([one, two], *FIRST))
    consolidate(parts, 7, 2.0)
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
    tmp_path: Path, said: tuple[tuple[str, str], ...], joined: tuple[str, str], lost: str
) -> None:
    reader = Reader()
    parts = world(tmp_path, reader)
    items = learned(parts.library.db, *said)
    reader.answers += [merge(items, *joined)] * 2
    consolidate(parts, 7, 2.0)
    assert len(parts.semantic.find(kind="lesson")) == 2
    assert lost in reader.asked[1]
    assert all(lost in call["led_to"] and not call["success"] for call in parts.calls.of("j"))
    assert parts.semantic.journal(items[1].id)[0].operation == "NOOP"
    assert parts.ledger.lines("j") == []
    consolidate(parts, 8, 3.0)
    assert len(reader.asked) == 2, "the same lessons are not read again"


def test_an_answer_that_is_none_changes_nothing(tmp_path: Path) -> None:
    reader = Reader({"merges": [{"lessons": [1, 99], "when": "x", "do": "y"}]}, {"merges": 5})
    parts = world(tmp_path, reader)
    items = learned(parts.library.db, FIRST, SECOND)
    consolidate(parts, 7, 2.0)
    assert [each.id for each in parts.semantic.find(kind="lesson")] == [items[1].id, items[0].id]
    assert len(reader.asked) == 2


@pytest.mark.parametrize("kind", ["unreachable", "refused"])
def test_the_loop_does_not_wait_for_a_model_that_is_not_there(tmp_path: Path, kind: Any) -> None:
    reader = Reader(Trouble(kind, "no such luck"))
    parts = world(tmp_path, reader)
    one, two = learned(parts.library.db, FIRST, SECOND)
    consolidate(parts, 7, 2.0)
    assert "no such luck" in parts.told[0]["text"]
    reader.answers.append(merge([one, two], *FIRST))
    consolidate(parts, 8, 3.0)
    assert len(parts.semantic.find(kind="lesson")) == 1, "the same group is read when one answers again"


def test_what_would_be_read_is_told_before_with_about_how_many_tokens(tmp_path: Path) -> None:
    reader = Reader()
    parts = world(tmp_path, reader)
    one, two = learned(parts.library.db, FIRST, SECOND)
    [group] = alike.waiting(parts.library.db)
    assert group.items == (two, one)
    assert alike.waiting(parts.library.db) == [group], "looking changes nothing"
    reader.answers.append({"merges": []})
    consolidate(parts, 7, 2.0)
    [call] = parts.calls.of("j")
    spent = call["tokens_in"] + call["tokens_out"]
    assert spent / 2 < estimated_tokens(group.items) < 2 * spent
    assert alike.waiting(parts.library.db) == []


def test_a_step_reads_one_group_and_unrelated_lessons_are_not_shown(tmp_path: Path) -> None:
    parts = world(tmp_path, Reader({"merges": []}))
    db = parts.library.db
    learned(db, FIRST, ("a furnace is at hand", "smelt what was mined"))
    assert alike.next_group(db, "j/1") is None
    learned(db, SECOND)
    consolidate(parts, 2, 2.0)
    assert parts.calls.of("j")[0]["led_to"] == "merged: nothing"
    consolidate(parts, 2, 2.0)
    consolidate(parts, 3, 3.0)
    assert len(parts.calls.of("j")) == 1
