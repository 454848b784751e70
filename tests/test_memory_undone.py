"""What a person undid or put away stays so, whatever other words a job or a journey finds for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from memory import gate
from memory.bring_in import bring_in
from memory.db import open_db
from memory.episodic import Episode, Episodes
from memory.export import export
from memory.items import Item, container, lesson, not_found, seen, spot
from memory.scheduler import scheduler
from memory.semantic import Semantic

AWAY = {"who": "person"}


def played(db: Database, first: int, *ended: str | None) -> None:
    """Episodes of one goal, one after another, each with the cause of its failure or None; then the job."""
    for n, cause in enumerate(ended, first):
        told = (
            {"skills": {"placeTable": "v1:a"}} if cause is None else {"cause": cause, "message": f"no table within {n}"}
        )
        outcome = "passed" if cause is None else "failed"
        Episodes(db).record(Episode("a", n, f"t{n}", "craft", outcome, float(n), **told))
    scheduler(db).run("consolidate", now=float(first + len(ended)))


def undo_first(semantic: Semantic, item: Item, at: float) -> None:
    semantic.undo_act(semantic.journal(item.id, limit=-1)[-1].id, at=at, reason="not so")


def test_what_a_job_counts_on_stays_undone(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    semantic = Semantic(db)
    played(db, 1, None, "no_table")
    drawn = {item.kind: item for item in semantic.find()}
    assert set(drawn) == {"procedure", "summary"}
    for item in drawn.values():
        undo_first(semantic, item, 3.0)
    played(db, 3, None, "no_table", None)
    assert semantic.find() == [], "other counts of the same are no other statement"
    for item in drawn.values():
        assert len(semantic.get(item.id).evidence) > len(item.evidence), "what bears it out is kept with it"
        said = semantic.journal(item.id)[0]
        assert "took back" in said.reason
        assert said.inputs["said"]
    back = semantic.restore(drawn["summary"].id, at=6.0, reason="brought back by hand")
    played(db, 6, None)
    assert semantic.get(back.id).text == "craft: 4 of 6 programs passed; 2 failed: no_table"


def test_a_failure_that_a_person_says_nothing_follows_from_stays_so(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    semantic = Semantic(db)
    played(db, 1, *["no_table"] * 3)
    (hopeless,) = semantic.find(kind="lesson")
    undo_first(semantic, hopeless, 4.0)
    played(db, 4, *["no_table"] * 5)
    assert semantic.find(kind="lesson") == []


def test_what_was_mended_is_not_said_to_be_hopeless_because_a_person_took_back_how(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    semantic = Semantic(db)
    for n, told in ((1, {"cause": "no_table", "message": "no table"}), (2, {"skills": {"placeTable": "v1:a"}})):
        Episodes(db).record(Episode("a", n, "t", "craft", "failed" if n == 1 else "passed", float(n), **told))
    scheduler(db).run("consolidate", now=3.0)
    (mended,) = semantic.find(kind="lesson")
    undo_first(semantic, mended, 3.0)
    for n in range(4, 9):
        told = {"cause": "no_table", "message": "no table"}
        Episodes(db).record(Episode("a", n, f"t{n}", "craft", "failed", float(n), **told))
    scheduler(db).run("consolidate", now=9.0)
    assert semantic.find(kind="lesson") == []


def test_undoing_how_it_was_mended_leaves_what_it_had_answered_and_loses_neither(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    semantic = Semantic(db)

    def task(start: int, *ended: str | None) -> None:
        for n, cause in enumerate(ended, start):
            told = {"skills": {"placeTable": "v1:a"}} if cause is None else {"cause": cause, "message": f"table {n}"}
            Episodes(db).record(
                Episode("a", n, f"t{start}", "craft", "failed" if cause else "passed", float(n), **told)
            )
        scheduler(db).run("consolidate", now=start + 9.0)

    task(1, "no_table", "no_table", "no_table", None)
    (mended,) = semantic.find(kind="lesson")
    hopeless = next(item for item in map(semantic.get, range(1, 9)) if item.superseded_by == mended.id)
    entry = next(each for each in semantic.journal(hopeless.id) if each.operation == "SUPERSEDE")
    semantic.undo_act(entry.act, at=20.0, reason="it was luck")
    task(30, "no_table", None)
    assert [item.id for item in semantic.find(kind="lesson")] == [hopeless.id]
    semantic.archive(hopeless.id, at=50.0, reason="by hand", inputs=AWAY)
    task(60, *["no_table"] * 6)
    assert semantic.find(kind="lesson") == [], "it does not say that it is not mended yet"


STICKS = ("Gain 4 sticks. ended with missing_items", "get 2 oak_planks and 1 crafting_table, then try again")


@pytest.mark.parametrize(
    ("trigger", "advice", "returns"),
    [
        ("Gain 8 sticks. ended with missing_items", STICKS[1], False),
        (STICKS[0], "get 4 oak_planks and a crafting_table, then try again", False),
        (STICKS[0], "get a crafting_table and two oak_planks, then try it again", False),
        (STICKS[0], "gather 2 oak_planks and 1 crafting_table, then attempt it again", False),
        (STICKS[0], "get 2 birch_planks and 1 crafting_table, then try again", True),
        (STICKS[0], "do not get 2 oak_planks and 1 crafting_table, then try again", True),
        (STICKS[0], "place it nearer", True),
        ("Gain 1 chest. ended with no_station", STICKS[1], True),
    ],
)
def test_a_lesson_is_known_again_by_what_it_says(tmp_path: Path, trigger: str, advice: str, returns: bool) -> None:
    db = open_db(tmp_path / "j.db")
    semantic = Semantic(db)
    for n in (1, 2, 3):
        Episodes(db).record(Episode("a", n, f"t{n}", "craft", "failed", float(n)))
    wrong = semantic.add(lesson("stick", *STICKS, at=1.0, evidence=[1]), reason="failed")
    undo_first(semantic, wrong, 2.0)
    again = semantic.add(lesson("sticks", trigger, advice, at=3.0, evidence=[2]), reason="failed again")
    assert again.live == returns
    assert (again.id != wrong.id) == returns
    if not returns:
        assert again.evidence == (1, 2)
        assert semantic.add(lesson("the stick", trigger, advice, at=4.0, evidence=[3]), reason="thrice").evidence == (
            1,
            2,
            3,
        )
        by_hand = replace(lesson("sticks", trigger, advice, at=4.0), origin="person")
        assert semantic.add(by_hand, reason="said by hand").live, "a person may say so again"


@pytest.mark.parametrize(
    ("one", "other", "again"),
    [
        ("bring 2 logs and 32 planks", "bring 8 planks and 4 logs", True),
        ("get 3 oak_log, 1 stick and 2 coal first", "get 1 stick, 4 coal and 3 oak_log first", True),
        ("walk 120 blocks north and look for logs", "go 64 blocks north and search for logs", True),
        ("the chest is beside the anvil", "the anvil is beside the chest", False),
        ("x must be -3", "x must be 3", False),
        ("run until the light is out", "run until the light is on", False),
        (
            "since 2025-03-01 the dispenser at the lake needs 8 copper and 16 sticks",
            "the chest at the lake needs 8 copper and 16 sticks since 2025-03-01",
            False,
        ),
        ("walk south and look again", "walk north and look again", False),
        ("mine copper, then cook the meat", "cook the meat, then mine copper", False),
        ("go there first", "go there last", False),
        ("since 2026-03-11 it needs 4 coal", "since 2026-04-01 it needs 4 coal", False),
        ("put the key under the stone", "put the key under the left stone", False),
        ("mine it with an iron pickaxe", "mine it with a stone pickaxe", False),
        ("the bridge was safe", "the bridge is safe", False),
    ],
)
def test_other_counts_and_another_order_of_a_list_are_no_other_words(one: str, other: str, again: bool) -> None:
    assert gate.restates(one, other) == gate.restates(other, one) == again


def test_other_words_for_what_the_same_episodes_taught_stay_away_too(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    semantic = Semantic(db)
    for n in (1, 2):
        Episodes(db).record(Episode("a", n, f"t{n}", "craft", "failed", float(n)))
    wrong = semantic.add(lesson("stick", "wood is short", "fell a tree", at=1.0, evidence=[1]), reason="reflection")
    semantic.archive(wrong.id, at=2.0, reason="put away by hand", inputs=AWAY)
    same = lesson("stick", "planks run out", "go to the forest", at=3.0, evidence=[1])
    assert semantic.add(same, reason="reflected anew").id == wrong.id
    assert semantic.add(replace(same, subject="torch"), reason="about something else").live
    assert semantic.add(replace(same, evidence=(2,)), reason="from another episode").live
    assert semantic.add(replace(same, kind="fact", data={}), reason="of another kind").live


def test_a_place_is_known_again_by_where_it_is(tmp_path: Path) -> None:
    semantic = Semantic(open_db(tmp_path / "j.db"))
    wrong = semantic.add(seen("iron_ore", 5, 20, 5, scope="a", at=1.0), reason="seen")
    undo_first(semantic, wrong, 2.0)
    assert semantic.add(seen("iron_ore", 5, 20, 5, scope="a", at=3.0, what="found"), reason="dug").id == wrong.id
    assert semantic.add(seen("iron_ore", 6, 20, 5, scope="a", at=3.0), reason="another").live
    assert semantic.add(seen("iron_ore", 5, 20, 5, scope="b", at=3.0), reason="in another world").live
    none = semantic.add(not_found("coal_ore", 0, 60, 0, within=32, scope="a", at=1.0), reason="searched")
    undo_first(semantic, none, 2.0)
    nearby = not_found("coal_ore", 3, 60, 4, within=48, scope="a", at=3.0)
    assert semantic.add(nearby, reason="searched").id == none.id
    assert semantic.add(not_found("coal_ore", 90, 60, 0, within=32, scope="a", at=3.0), reason="elsewhere").live
    biome = spot("plains", 1, 64, 1, "this biome", scope="a", at=1.0, slot="biome plains")
    undo_first(semantic, semantic.add(biome, reason="entered"), 2.0)
    assert not semantic.add(replace(biome, valid_from=3.0), reason="entered").live


def test_what_changes_in_the_world_is_told_as_it_is_now(tmp_path: Path) -> None:
    semantic = Semantic(open_db(tmp_path / "j.db"))
    home = spot("home", 0, 64, 0, "where one comes back to life", scope="a", at=1.0, slot="home")
    first = semantic.add(home, reason="respawned")
    undo_first(semantic, first, 2.0)
    assert not semantic.add(replace(home, valid_from=3.0), reason="respawned there again").live
    bed = semantic.add(
        spot("home", 9, 64, 9, "where one comes back to life", scope="a", at=4.0, slot="home"), reason="r"
    )
    assert bed.live
    assert semantic.add(replace(home, valid_from=5.0), reason="the bed is gone").live
    assert not semantic.get(bed.id).live
    chest = container("chest", 1, 64, 2, {"coal": 5}, scope="a", at=1.0)
    undo_first(semantic, semantic.add(chest, reason="opened"), 2.0)
    assert semantic.add(replace(chest, valid_from=3.0), reason="looked into").live, "the world itself says so now"


def test_what_was_taken_apart_is_not_joined_by_way_of_a_third(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    semantic, jobs = Semantic(db), scheduler(db)
    one, two = (semantic.add(Item("fact", "iron", f"iron ore lies deep below {where}"), reason="r")
                for where in ("stone", "the stone"))  # fmt: skip
    jobs.run("reconcile", now=1.0)
    merged = semantic.get(semantic.get(one.id).merged_into or 0)
    semantic.undo_act(semantic.journal(merged.id)[0].id, at=2.0, reason="they differ")
    third = semantic.add(Item("fact", "iron", "iron ore lies deep below this stone"), reason="r")
    jobs.run("reconcile", now=3.0)
    assert all(semantic.get(id).live for id in (one.id, two.id, third.id))
    assert "taken apart" in semantic.journal(third.id)[0].reason


def test_a_find_that_a_person_stood_by_is_not_put_wrong_by_the_next_search(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    semantic, jobs = Semantic(db), scheduler(db)
    ore = semantic.add(seen("iron_ore", 5, 20, 5, scope="a", at=1.0), reason="seen")
    semantic.add(not_found("iron_ore", 0, 20, 0, within=32, scope="a", at=2.0), reason="searched")
    jobs.run("reconcile", now=3.0)
    semantic.undo_act(semantic.journal(ore.id)[0].id, at=4.0, reason="it is there")
    semantic.add(not_found("iron_ore", 1, 21, 1, within=48, scope="a", at=5.0), reason="searched again")
    jobs.run("reconcile", now=6.0)
    assert semantic.get(ore.id).live
    assert "took that back" in semantic.journal(ore.id)[0].reason
    semantic.close(ore.id, at=7.0, reason="dug up")
    assert not semantic.get(ore.id).live, "what is seen to be gone is gone"


def test_words_that_a_person_took_back_are_not_written_again(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    semantic = Semantic(db)
    played(db, 1, None, "no_table")
    (summary,) = semantic.find(kind="summary")
    played(db, 3, None)
    rewritten = semantic.journal(summary.id)[0]
    assert rewritten.operation == "UPDATE"
    semantic.undo(rewritten.id, at=4.0, reason="the first was right")
    undone = semantic.journal(summary.id)[0]
    played(db, 4, None, "no_table")
    assert semantic.get(summary.id).text == summary.text
    assert semantic.journal(summary.id)[0].operation == "NOOP"
    assert semantic.update(summary.id, at=6.0, reason="marked by hand", pinned=True).pinned
    semantic.undo(semantic.journal(summary.id)[0].id, at=6.0, reason="no pin")
    semantic.undo(undone.id, at=7.0, reason="the second was right after all")
    played(db, 7, None)
    assert semantic.get(summary.id).text.startswith("craft: 4 of 6")


def test_what_was_put_away_elsewhere_stays_so_where_its_bundle_comes_in(tmp_path: Path) -> None:
    here, there = open_db(tmp_path / "here.db"), open_db(tmp_path / "there.db")
    wrong, apart = lesson("stick", *STICKS, at=1.0), [Item("fact", "iron", f"ore below {it}") for it in ("it", "that")]
    for db in (here, there):
        kept = [Semantic(db).add(each, reason="failed").id for each in (wrong, *apart)]
        Semantic(db).merge(kept[1:], "ore below it", at=1.0, reason="the same")
    undo_first(Semantic(here), Semantic(here).find(kind="lesson")[0], 2.0)
    Semantic(here).undo_act(Semantic(here).journal(4)[0].act, at=2.0, reason="not the same")
    export(here, tmp_path / "bundle")
    bring_in(there, tmp_path / "bundle", now=3.0, vouched=True)
    again = lesson("stick", "Gain 9 sticks. ended with missing_items", STICKS[1], at=4.0)
    assert not Semantic(there).add(again, reason="failed again").live
    scheduler(there).run("reconcile", now=5.0)
    assert [item.subject for item in Semantic(there).find()] == ["iron", "iron"]
