"""Episodes are lossless; facts and lessons are journalled, can be undone, and know what is wrong now."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from memory.db import open_db
from memory.episodic import Episode, Episodes, Place, describe, inventory_difference
from memory.errors import NotKept, Refused
from memory.rebuild import rebuild
from memory.schema import MEMORY
from memory.semantic import Item, Semantic, lesson, not_found, seen
from memory.working import Mind, Section, Working, pack

EPISODE = Episode(
    journey="a",
    iteration=3,
    task="t1",
    goal="craft a stone pickaxe",
    outcome="failed",
    at=3.0,
    round=2,
    world="minecraft",
    failure="missing_need",
    cause="no_station",
    message="no crafting table within 32 blocks",
    gained={"cobblestone": 3, "stick": -2},
    place=Place(10.5, 64.0, -3.0, "plains"),
    ticks=(100, 420),
    skills={"mineStone": "v1:aa"},
    tokens=812,
    brain="planner",
    events=(5, 9),
)


def test_an_episode_comes_back_as_it_was_and_is_kept_once(tmp_path: Path) -> None:
    episodes = Episodes(open_db(tmp_path / "j.db"))
    kept = episodes.record(EPISODE)
    assert vars(kept) == {**vars(EPISODE), "id": kept.id}
    assert episodes.record(EPISODE) == kept
    assert episodes.find("a") == [kept]
    assert episodes.find(cause="no_fuel") == []
    with pytest.raises(NotKept, match="no episode 4"):
        episodes.get("a", 4)


def test_programs_are_named_by_their_content(tmp_path: Path) -> None:
    episodes = Episodes(open_db(tmp_path / "j.db"))
    hash = episodes.keep_program("async function go(bot) {}")
    assert episodes.keep_program("async function go(bot) {}") == hash
    assert episodes.program(hash) == "async function go(bot) {}"
    with pytest.raises(sqlite3.IntegrityError):
        episodes.record(Episode("a", 1, "t", "g", "passed", 1.0, program="v1:unknown"))


def test_an_episode_says_in_one_line_what_happened_and_why() -> None:
    line = describe(EPISODE)
    for part in ("stone pickaxe", "missing_need", "no_station", "+3 cobblestone", "-2 stick", "mineStone", "plains"):
        assert part in line
    assert "\n" not in line


def test_an_episode_is_told_alike_when_it_is_written_and_when_it_is_made_anew(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    Episodes(db).record(
        replace(EPISODE, skills={"mineStone": "v1:aa", "craftTable": "v1:bb"}, gained={"log": 2, "ax": 1})
    )
    Episodes(db).record(replace(EPISODE, iteration=4))
    assert rebuild(db).differed == 0


def test_an_inventory_difference_leaves_out_what_stayed() -> None:
    assert inventory_difference({"log": 2, "dirt": 5}, {"dirt": 5, "plank": 8}) == {"log": -2, "plank": 8}


def test_the_same_statement_is_kept_once_and_gathers_evidence(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    first, second = (Episodes(db).record(Episode("a", n, "t", "g", "passed", float(n))) for n in (1, 2))
    semantic = Semantic(db)
    one = semantic.add(seen("iron_ore", 1, 2, 3, scope="a", at=1.0, evidence=[first.id]), reason="seen")
    two = semantic.add(seen("iron_ore", 1, 2, 3, scope="a", at=2.0, evidence=[second.id]), reason="seen again")
    assert two.id == one.id
    assert two.evidence == (first.id, second.id)
    assert [entry.operation for entry in semantic.journal()] == ["UPDATE", "ADD"]


def test_a_superseded_fact_is_wrong_now_but_was_right_then(tmp_path: Path) -> None:
    semantic = Semantic(open_db(tmp_path / "j.db"))
    old = semantic.add(seen("iron_ore", 1, 2, 3, scope="a", at=1.0), reason="seen")
    new = semantic.supersede(old.id, not_found("iron_ore", 1, 2, 3, within=4, scope="a", at=5.0), reason="mined")
    assert [item.id for item in semantic.find(subject="iron_ore", scope="a")] == [new.id]
    assert [item.id for item in semantic.find(subject="iron_ore", scope="a", as_of=3.0)] == [old.id]
    assert semantic.get(old.id).superseded_by == new.id
    assert semantic.nearest("iron_ore", 0, 0, 0, scope="a") == []
    with pytest.raises(Refused, match="no longer so"):
        semantic.update(old.id, at=6.0, reason="late", text="x")
    again = semantic.add(seen("iron_ore", 1, 2, 3, scope="a", at=9.0), reason="it grew back")
    assert again.id not in (old.id, new.id)


def test_a_whole_operation_is_taken_back_and_made_again(tmp_path: Path) -> None:
    semantic = Semantic(open_db(tmp_path / "j.db"))
    old = semantic.add(seen("iron_ore", 1, 2, 3, scope="a", at=1.0), reason="seen")
    new = semantic.supersede(old.id, not_found("iron_ore", 1, 2, 3, within=4, scope="a", at=5.0), reason="mined")

    def stand() -> tuple[bool, bool]:
        return semantic.get(old.id).live, semantic.get(new.id).live

    assert stand() == (False, True)
    semantic.undo_act(semantic.journal(old.id)[0].id, at=6.0, reason="it is there after all")
    assert stand() == (True, False)
    semantic.undo_act(semantic.journal(old.id)[0].id, at=7.0, reason="no")
    assert stand() == (False, True)
    with pytest.raises(Refused, match="was undone by entry"):
        semantic.undo_act(semantic.journal(old.id)[1].id, at=8.0, reason="again")


def test_one_world_does_not_see_the_places_of_another(tmp_path: Path) -> None:
    semantic = Semantic(open_db(tmp_path / "j.db"))
    near = semantic.add(seen("furnace", 4, 64, 0, scope="a", at=1.0, what="placed"), reason="placed")
    far = semantic.add(seen("furnace", 40, 64, 0, scope="a", at=1.0, what="placed"), reason="placed")
    semantic.add(seen("furnace", 0, 64, 0, scope="b", at=1.0, what="placed"), reason="placed")
    everywhere = semantic.add(lesson("furnace", "smelting", "bring fuel", at=1.0), reason="learned")
    assert [item.id for item in semantic.nearest("furnace", 0, 64, 0, scope="a")] == [near.id, far.id]
    assert {item.id for item in semantic.find(subject="furnace", scope="a")} == {near.id, far.id, everywhere.id}


def test_what_was_merged_is_not_restored_but_its_merge_undone(tmp_path: Path) -> None:
    semantic = Semantic(open_db(tmp_path / "j.db"))
    ids = [semantic.add(Item("fact", "oven", text), reason="r").id for text in ("an oven is hot", "the oven is hot")]
    merged = semantic.merge(ids, "the oven is hot", at=2.0, reason="the same")
    with pytest.raises(Refused, match=f"item {ids[0]} lives on in item {merged.id}: undo the merge"):
        semantic.restore(ids[0], at=3.0, reason="back")
    semantic.undo_act(semantic.journal(merged.id)[0].id, at=3.0, reason="no")
    with pytest.raises(Refused, match=f"merged into item {merged.id} and taken apart again"):
        semantic.merge(ids, "the oven is hot", at=4.0, reason="the same")


def test_undo_is_refused_when_something_was_built_on_it(tmp_path: Path) -> None:
    semantic = Semantic(open_db(tmp_path / "j.db"))
    item = semantic.add(lesson("craft", "no table", "place one", at=1.0), reason="learned")
    semantic.update(item.id, at=2.0, reason="clearer", text="When no table is near: place one")
    first = semantic.journal(item.id)[-1]
    with pytest.raises(Refused, match="undo the later entries first"):
        semantic.undo(first.id, at=3.0, reason="no")


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["add", "update", "supersede", "close", "archive", "restore"]),
        st.integers(0, 5),
        st.integers(0, 5),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(OPERATIONS)
def test_undoing_the_journal_backwards_takes_back_everything(operations: list[tuple[str, int, int]]) -> None:
    db = open_db(":memory:")
    semantic = Semantic(db)

    def holds() -> set[tuple[str, str]]:
        return {(item.subject, item.text) for item in semantic.find(limit=-1)}

    states = [holds()]
    for at, (operation, which, word) in enumerate(operations):
        new = Item("fact", f"s{which}", f"text {word}", valid_from=float(at))
        ids = [row[0] for row in db.execute("SELECT id FROM items ORDER BY id")]
        target = ids[which % len(ids)] if ids else 0
        try:
            if operation == "add":
                semantic.add(new, reason="r")
            elif operation == "update":
                semantic.update(target, at=at, reason="r", text=new.text)
            elif operation == "supersede":
                semantic.supersede(target, new, reason="r")
            elif operation == "close":
                semantic.close(target, at=at, reason="r")
            else:
                getattr(semantic, operation)(target, at=at, reason="r")
        except (NotKept, Refused):
            pass
        states.append(holds())
    for entry in semantic.journal(limit=-1):
        semantic.undo(entry.id, at=99.0, reason="take it all back")
    assert holds() == states[0] == set()
    for entry in [entry for entry in semantic.journal(limit=-1) if entry.undoes]:
        semantic.undo(entry.id, at=100.0, reason="and forth again")
    assert holds() == states[-1]


@given(
    st.lists(st.tuples(st.integers(1, 3), st.lists(st.text("ab c", max_size=30), max_size=5)), max_size=4),
    st.integers(0, 60),
)
def test_what_is_in_mind_fits_the_budget_and_nothing_vanishes_silently(
    given: list[tuple[int, list[str]]], budget: int
) -> None:
    sections = [Section(f"s{n}", lines, rank) for n, (rank, lines) in enumerate(given)]
    packed = pack(sections, budget, count=len)
    assert len(packed.text) == packed.tokens <= budget
    shown = [line for line in packed.text.splitlines() if not line.startswith("## ")]
    cut = [cut.line for cut in packed.cut]
    assert sorted(shown + cut) == sorted(line for section in sections for line in section.lines)


def test_the_important_section_is_packed_first_and_shown_in_its_place() -> None:
    packed = pack([Section("History", ["long " * 20]), Section("Task", ["dig"], rank=1)], 40, count=len)
    assert packed.text == "## Task\ndig\n"
    assert packed.cut[0].section == "History"


def test_a_section_that_lost_lines_says_so_where_it_stands() -> None:
    packed = pack([Section("Lessons", ["first", "second " * 9, "third"])], 60, count=len)
    assert packed.text == "## Lessons (1 more did not fit)\nfirst\nthird\n"


def test_what_was_in_mind_comes_back_as_it_was_and_is_kept_once(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    working = Working(db)
    packed = pack([Section("Task", ["dig"], rank=0), Section("Lessons", ["one", "long " * 9])], 50, count=len)
    mind = Mind("a", 3, "2/2/0/0", 7.0, 50, packed)
    working.keep(mind)
    working.keep(replace(mind, budget=9))
    working.keep(replace(mind, place="2/2/0/1", packed=pack([Section("Task", [f"api_key=sk-{'x' * 20}"])], 50)))
    kept, other = working.of("a", 3)
    assert kept == mind
    assert "sk-x" not in other.packed.text
    assert working.of("a", 4) == []
    assert working.last("a") == 3
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute("UPDATE minds SET budget = 1")


def test_marks_and_worlds_of_an_older_file_are_kept(tmp_path: Path) -> None:
    db = Database(tmp_path / "old.db")
    MEMORY.apply(db, stop_before="m010_worlds")
    for n, (tier, state) in enumerate([("episode", "current"), ("fact", "current"), ("fact", "superseded")], 1):
        db.execute(
            "INSERT INTO documents (id, tier, ref, scope, state, at, text) VALUES (?, ?, ?, 'a', ?, 1, 'iron')",
            [n, tier, n, state],
        )
        db.execute("INSERT INTO marks (document, kind, value) VALUES (?, 'item', 'iron')", [n])
    db.conn.commit()
    db.close()
    marks = open_db(tmp_path / "old.db").execute("SELECT document, scope, layer FROM marks ORDER BY document")
    assert marks.fetchall() == [(1, "a", "happened"), (2, "a", "learned"), (3, "a", "past")]


def found_again(episodes: Episodes, **sought: Any) -> list[int]:
    return [each.iteration for each in episodes.find(**sought)]


def test_episodes_are_found_by_what_happened_where_when_with_what_and_how_it_ended(tmp_path: Path) -> None:
    episodes = Episodes(open_db(tmp_path / "j.db"))
    done = replace(EPISODE, outcome="passed", failure=None, cause=None, message="")
    for episode in (
        EPISODE,
        replace(done, iteration=4, at=4.0, goal="gain a diamond", gained={"diamond": 1}, place=Place(90, 12, 90)),
        replace(done, iteration=5, at=5.0, goal="write a letter", world="desktop", place=None, skills={}, gained={}),
    ):
        episodes.record(episode)
    assert found_again(episodes) == [5, 4, 3]
    assert found_again(episodes, words=["diamond"]) == [4], "5 came after it and is not about it"
    assert found_again(episodes, words=["crafting table", "stone_pickaxe"]) == [3]
    assert found_again(episodes, words=['"', "(", ""]) == [5, 4, 3], "no word, nothing asked"
    assert found_again(episodes, near=(100, 90), within=10) == [4]
    assert found_again(episodes, near=(100, 90), within=9) == []
    assert found_again(episodes, biome="plains") == [3]
    assert found_again(episodes, world="desktop") == [5]
    assert (found_again(episodes, since=4), found_again(episodes, until=4)) == ([5, 4], [4, 3])
    assert found_again(episodes, involving="mineStone") == [4, 3]
    assert found_again(episodes, involving="cobblestone") == [3]
    assert found_again(episodes, outcome="failed", failure="missing_need") == [3]
    assert found_again(episodes, cause="no_station", since=4) == []
