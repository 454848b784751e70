"""Only what a program demonstrably used is graded: what was shown and unused, or cut from the mind, stays as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent import grading, memories_minecraft
from agent.brains.model import MEMORIES, memory_line
from agent.grading import Deeds, item_used
from agent.memories_minecraft import Traces
from agent.store import Iteration
from agent.world_minecraft import Minecraft
from memory.db import open_db
from memory.episodic import Episode, Episodes
from memory.items import Item, lesson, not_found
from memory.log import EventLog
from memory.recall import Recall
from memory.semantic import Semantic, seen
from memory.working import Mind, Section, Working, pack

MENDED = {"mended": "v1:new", "failed": "v1:old", "skills": ["craftBeds"]}
LACKED = {"error": {"code": "missing_items", "value": {"white_wool": 2}}}
ITEMS: list[tuple[Item, Deeds, Traces]] = [
    (seen("coal_ore", 5, 60, 5, scope="j", at=1.0), Deeds(), Traces(handled=(("coal_ore", 7.0, 59.0, 5.0),))),
    (seen("iron_ore", 90, 60, 5, scope="j", at=1.0), Deeds(), Traces(gone_to=frozenset({(90.0, 5.0)}))),
    (
        Item("procedure", "mineLogs", "skill mineLogs", data={"skills": ["mineLogs"]}),
        Deeds(skills={"mineLogs": "v1:s"}),
        Traces(),
    ),
    (replace(lesson("beds", "it failed", "do it", at=1.0), data=MENDED), Deeds(program="v1:new"), Traces()),
    (replace(lesson("bed", "it lacked", "get wool", at=1.0), data=LACKED), Deeds(), Traces(got={"white_wool": 2})),
    (
        lesson("x", "dark", "call ascendToSurface first", at=1.0),
        Deeds(calls=frozenset({"ascendToSurface", "other"})),
        Traces(),
    ),
]
"""One of each kind that can be used, with the least that uses it."""
UNUSABLE = [
    not_found("coal_ore", 5, 60, 5, within=32, scope="j", at=1.0),
    Item("summary", "goal", "3 of 4 passed"),
    lesson("x", "dark", "call ascendToSurface", never=True, at=1.0),
    lesson("x", "dark", "do not call ascendToSurface", at=1.0),
    lesson("x", "dark", "look farther", at=1.0),
]
FUNCTIONS = ("ascendToSurface", "eat")


def is_used(item: Item, deeds: Deeds, traces: Traces) -> bool:
    used = memories_minecraft.used(item, traces, "bed")
    return used or item_used(item, deeds, menders=(), functions=FUNCTIONS)


def together(some: list[Deeds], traces: list[Traces]) -> tuple[Deeds, Traces]:
    """One run that did all of that."""
    return Deeds(
        program=next((each.program for each in some if each.program), None),
        skills={name: hash for each in some for name, hash in each.skills.items()},
        calls=frozenset().union(*(each.calls for each in some)),
    ), Traces(
        handled=tuple(spot for each in traces for spot in each.handled),
        gone_to=frozenset().union(*(each.gone_to for each in traces)),
        got={name: count for each in traces for name, count in each.got.items()},
    )


@given(st.sets(st.integers(0, len(ITEMS) - 1)))
def test_exactly_what_was_done_was_used(done: set[int]) -> None:
    deeds, traces = together(*([ITEMS[number][part] for number in sorted(done)] for part in (1, 2)))
    assert {number for number, (item, _, _) in enumerate(ITEMS) if is_used(item, deeds, traces)} == done
    assert not [item for item in UNUSABLE if is_used(item, deeds, traces)]


def test_near_misses_are_no_use() -> None:
    coal, nothing = ITEMS[0][0], Deeds()
    assert not is_used(coal, nothing, Traces(handled=(("stone", 5.0, 60.0, 5.0),))), "another block at the place"
    assert not is_used(coal, nothing, Traces(handled=(("coal_ore", 30.0, 60.0, 5.0),))), "another vein"
    assert not is_used(ITEMS[4][0], nothing, Traces(got={"white_wool": 1})), "less than was lacking"
    wool = replace(ITEMS[4][0], subject="painting")
    assert not is_used(wool, nothing, Traces(got={"white_wool": 2})), "a lesson about another item"
    assert item_used(ITEMS[3][0], Deeds(skills={"shear": "v1:s"}), menders=["shear"], functions=())


def row(**values: Any) -> Iteration:
    """An iteration in which nothing happened."""
    nothing = Iteration(
        "j", 7, 1, {}, "do", None, {}, (), "", "returned", None, None, (), {"position": {}}, {"position": {}},
        1, 1.0, 1.0, 1.0, passed=True,
    )  # fmt: skip
    return replace(nothing, **values)


class Library:
    """The versions that a test knows, each with where it was written."""

    def version(self, hash: str) -> Any:
        """v1:3 was written in iteration 3."""
        return SimpleNamespace(journey="j", iteration=int(hash.removeprefix("v1:")))

    def names(self) -> list[str]:
        """None beside the primitives."""
        return []


def world() -> Any:
    """What grading reads of a session's parts: real memory over a database of its own."""
    db = open_db(":memory:")
    env = SimpleNamespace(primitives=lambda: dict.fromkeys(FUNCTIONS, ""))
    here = SimpleNamespace(env=env, put_to_use=partial(Minecraft.put_to_use, cast(Any, None)))
    return SimpleNamespace(
        db=db, episodes=Episodes(db), semantic=Semantic(db), working=Working(db), log=EventLog(db),
        library=Library(), recall=Recall(db), here=lambda state: here,
    )  # fmt: skip


def recalled(parts: Any, tier: str, ref: int) -> dict[str, Any]:
    found = parts.db.execute("SELECT id, text FROM documents WHERE tier = ? AND ref = ?", [tier, ref]).fetchone()
    return {"document": found[0], "tier": tier, "ref": ref, "text": found[1]}


def in_mind(parts: Any, entries: list[dict[str, Any]], most: int | None = None) -> None:
    section = Section(MEMORIES, [memory_line(each["text"]) for each in entries], most=most)
    parts.working.keep(Mind("j", 7, "1/6/0/0", 6.0, 9000, pack([section], 9000)))


@settings(max_examples=30)
@given(
    done=st.sets(st.integers(0, len(ITEMS) - 1)),
    cut=st.sets(st.integers(0, len(ITEMS) - 1)),
    passed=st.booleans(),
)
def test_use_with_success_strengthens_with_failure_weakens_and_nothing_else_changes(
    done: set[int], cut: set[int], passed: bool
) -> None:
    """Through the real tables, from a row and the world's events."""
    parts = world()
    kept = [parts.semantic.add(item, reason="r") for item, _, _ in ITEMS]
    entries = [recalled(parts, item.kind, item.id) for item in kept]
    in_mind(parts, [each for number, each in enumerate(entries) if number not in cut])
    spots = [spot for number in sorted(done) for spot in ITEMS[number][2].handled]
    events: list[dict[str, Any]] = [
        {"kind": "dug", "block": block, "x": x, "y": y, "z": z, "tick": 1} for block, x, y, z in spots
    ]
    got = {name: count for number in done for name, count in ITEMS[number][2].got.items()}
    events += [{"kind": "picked_up", "item": name, "count": count, "tick": 2} for name, count in got.items()]
    places = [place for number in done for place in ITEMS[number][2].gone_to]
    calls = [{"name": "goTo", "args": [json.dumps({"x": x, "z": z}), "8"], "ok": True} for x, z in places]
    calls += [{"name": "ascendToSurface", "args": [], "ok": True}] * (5 in done)
    modules = ("mineLogs@v1:2",) if 2 in done else ()
    before = {each["document"]: parts.recall.strength(each["document"]) for each in entries}
    source = "async function do(bot) {}" if 3 in done else None
    if source:
        data = {**MENDED, "mended": parts.episodes.keep_program(source)}
        parts.semantic.update(kept[3].id, at=2.0, reason="r", data=data)
    here = row(passed=passed, source=source, calls=tuple(calls), modules=modules)
    state: Any = {"recalled": entries, "draft": {}, "task": {"item": "bed"}}
    used = grading.used(state, cast(Any, parts), here, events)
    assert used == [entries[number]["document"] for number in sorted(done - cut)]
    for _ in range(2):  # a node may run twice
        parts.recall.used(used, grading.grade(here), now=9.0, journey="j", iteration=7)
    for document, was in before.items():
        now = parts.recall.strength(document)
        if document not in used:
            assert now == was
        else:
            assert (now.uses, now.lapses) == (1, int(not passed))
            assert (now.stability > was.stability) == passed


def test_an_episode_is_used_when_its_program_or_the_skill_made_of_it_is_taken_over() -> None:
    parts = world()
    hash = parts.episodes.keep_program("async function a(bot) {}")
    passed = Episode("j", 3, "t", "goal", "passed", 3.0)
    own, same, other = passed, replace(passed, iteration=4, program=hash), replace(passed, iteration=6)
    failed = replace(passed, iteration=5, outcome="failed", program=hash)
    entries = [recalled(parts, "episode", parts.episodes.record(each).id) for each in (own, same, failed, other)]
    in_mind(parts, entries)
    state: Any = {"recalled": entries, "draft": {}, "task": {"item": None}}
    here = row(source="async function a(bot) {}", modules=("mine@v1:3",))
    assert grading.used(state, parts, here, []) == [entries[0]["document"], entries[1]["document"]]


def test_the_skill_that_mended_an_error_is_the_one_that_the_failed_program_had_not() -> None:
    parts = world()
    old, new = (parts.episodes.keep_program(f"async function {name}(bot) {{}}") for name in "ab")
    common = {"mineLogs": "v1:1"}
    first = parts.episodes.record(Episode("j", 1, "t", "g", "failed", 1.0, program=old, cause="x", skills=common))
    second = parts.episodes.record(
        Episode("j", 2, "t", "g", "passed", 2.0, program=new, skills={**common, "shear": "v1:2"})
    )
    mended = replace(ITEMS[3][0], data={"failed": old, "mended": new}, evidence=(first.id, second.id))
    entry = recalled(parts, "lesson", parts.semantic.add(mended, reason="r").id)
    in_mind(parts, [entry])
    state: Any = {"recalled": [entry], "draft": {}, "task": {"item": None}}
    assert grading.used(state, parts, row(modules=("mineLogs@v1:1",)), []) == []
    assert grading.used(state, parts, row(modules=("shear@v1:2",)), []) == [entry["document"]]


def test_what_the_writer_heeded_counts_only_if_it_stood_in_the_mind() -> None:
    parts = world()
    item = parts.semantic.add(UNUSABLE[4], reason="r")
    entry = recalled(parts, "lesson", item.id)
    state: Any = {"recalled": [entry], "draft": {"heeded": [entry["document"]]}, "task": {"item": None}}
    assert grading.used(state, parts, row(), []) == [], "nothing was in mind"
    in_mind(parts, [entry])
    assert grading.used(state, parts, row(), []) == [entry["document"]]


def test_a_table_that_the_program_put_there_itself_was_not_remembered() -> None:
    parts = world()
    table = parts.semantic.add(seen("crafting_table", 1, 2, 3, scope="j", at=1.0, what="placed"), reason="r")
    entry = recalled(parts, "fact", table.id)
    in_mind(parts, [entry])
    state: Any = {"recalled": [entry], "draft": {}, "task": {"item": None}}
    at = {"block": "crafting_table", "x": 1, "y": 2, "z": 3}
    opened: list[dict[str, Any]] = [{"kind": "opened", **at}]
    assert grading.used(state, parts, row(), opened) == [entry["document"]]
    assert grading.used(state, parts, row(), [{"kind": "placed", **at}, *opened]) == []


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ({"passed": True}, "succeeded"),
        ({"passed": False}, "failed"),
        ({"passed": False, "error": {"code": "not_found"}}, "failed"),
        ({"passed": False, "error": {"code": "lost"}}, "shown"),
    ],
)
def test_a_run_that_was_lost_says_nothing_of_what_it_used(values: dict[str, Any], outcome: str) -> None:
    assert grading.grade(row(**values)) == outcome
