"""Recall finds by words, by structure and by meaning, says why, and never crosses into another journey."""

from __future__ import annotations

import functools
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from memory.db import atomic, open_db
from memory.episodic import Episode, Episodes, Place
from memory.index import VectorIndex
from memory.items import container
from memory.notes import Note, Notes
from memory.packing import pack_hits
from memory.question import Hit, Weights
from memory.recall import Question, Recall
from memory.routes import RANKABLE
from memory.scheduler import scheduler
from memory.semantic import Item, Semantic, lesson, not_found, seen
from tests.two_journeys import LetterCounts, extra, two_journeys


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return two_journeys(tmp_path / "j.db")


def texts(db: Database, question: Question, **more: int) -> list[str]:
    return [hit.text for hit in Recall(db).ask(question, now=10.0, **more).hits]


def test_words_find_what_names_and_inflections_hide(db: Database) -> None:
    assert "pickaxe" in texts(db, Question("crafting pickaxes", scope="a"))[0]
    assert texts(db, Question("theIronOre", scope="a"))[0].startswith("iron_ore seen")


def test_a_journey_sees_its_own_memories_and_what_holds_everywhere(db: Database) -> None:
    found = texts(db, Question("stone pickaxe iron ore craft", scope="a", items=("iron_ore",)), limit=50)
    assert not any("desert" in text or "99" in text for text in found)
    assert any("crafting_table" in text for text in texts(db, Question("craft", scope="b")))


def test_the_same_error_and_the_same_place_are_found_without_a_common_word(db: Database) -> None:
    recalled = Recall(db).ask(Question("zzz", scope="a", errors=("no_station",)), now=10.0)
    assert {hit.tier for hit in recalled.hits} == {"episode", "lesson"}
    near = Recall(db).ask(Question("", scope="a", place=Place(33, 64, 0)), now=10.0)
    assert {hit.text.split()[0] for hit in near.hits[:2]} == {"Failed:", "iron_ore"}
    assert near.routes == ("marks", "neighbours")
    assert [hit.text.split()[0] for hit in near.hits[2:]] == ["Did:"], "what came after a hit stands behind it"


def test_nothing_relevant_gives_nothing(db: Database) -> None:
    assert Recall(db).ask(Question("the of and", scope="a"), now=10.0).hits == ()
    assert texts(db, Question('zzz "quoted* OR -NOT(', scope="a")) == []


def test_the_parts_of_a_score_add_up_to_it(db: Database) -> None:
    for hit in Recall(db).ask(Question("craft pickaxe", scope="a", errors=("no_station",)), now=10.0).hits:
        assert hit.score == pytest.approx(sum(part.added for part in hit.parts.values()))
        assert "words #" in hit.why or "marks #" in hit.why


def test_what_is_wrong_now_is_hidden_and_in_history_stands_behind(db: Database) -> None:
    semantic = Semantic(db)
    (ore,) = semantic.nearest("iron_ore", 0, 0, 0, scope="a")
    gone = semantic.supersede(
        ore.id, not_found("iron_ore", 10, 20, 10, within=4, scope="a", at=5.0), reason="mined out"
    )
    asked = Question("iron_ore seen at 10 20 10", scope="a", items=("iron_ore",), tiers=("fact",))
    assert texts(db, asked) == [gone.text]
    history = Question(asked.text, scope="a", items=asked.items, tiers=("fact",), history=True)
    assert texts(db, history) == [gone.text, ore.text]


def test_recalling_changes_nothing_and_use_counts_once(db: Database) -> None:
    recall = Recall(db)
    hit = recall.ask(Question("stone pickaxe", scope="a"), now=10.0).hits[0]
    before = recall.strength(hit.document)
    recall.used([hit.document], "shown", now=11.0, journey="a", iteration=5)
    assert recall.strength(hit.document) == before
    for _ in range(3):
        recall.used([hit.document], "succeeded", now=11.0, journey="a", iteration=5)
    after = recall.strength(hit.document)
    assert after.stability > before.stability
    assert after.uses == 1


def test_what_does_not_fit_the_budget_is_reported(db: Database) -> None:
    recalled = Recall(db).ask(Question("craft pickaxe crafting_table", scope="a"), now=10.0, tokens=22)
    assert len(recalled.hits) == 1
    assert recalled.cut


def test_meaning_is_one_route_among_others(db: Database) -> None:
    extra("numpy")
    index = VectorIndex(db, LetterCounts())
    index.update()
    recalled = Recall(db, index).ask(Question("eno_ri seen", scope="a"), now=10.0)
    assert "meaning" in recalled.routes
    assert all(hit.parts["strength"].added <= 0 for hit in recalled.hits)


def test_what_held_at_a_time_is_told_as_of_then(db: Database) -> None:
    semantic = Semantic(db)
    (ore,) = semantic.nearest("iron_ore", 0, 0, 0, scope="a")
    semantic.close(ore.id, at=7.0, reason="mined out")
    asked = Question("iron_ore", scope="a", items=("iron_ore",), tiers=("fact",))
    assert texts(db, asked) == []
    assert texts(db, replace(asked, as_of=5.0)) == [ore.text]
    assert texts(db, replace(asked, as_of=3.0)) == [], "it was not known yet"
    assert texts(db, replace(asked, as_of=8.0)) == []


@pytest.mark.parametrize("by", ["words", "meaning"])
def test_what_came_later_does_not_crowd_out_what_was_known_then(db: Database, by: str) -> None:
    """More of it than a route ranks, in the very words that are asked for."""
    notes = Notes(db)
    with atomic(db):
        early = [notes.record(Note("a", "log", position, f"granite number {position}", 10.0)) for position in range(3)]
        for position in range(3, RANKABLE + 10):
            notes.record(Note("a", "log", position, "granite again", 20.0))
    index = None if by == "words" else VectorIndex(db, LetterCounts())
    if index is not None:
        index.repair()
    asked = Question("granite again", scope="a", tiers=("note",), as_of=10.0)
    hits = Recall(db, index=index, weights=Weights(words=float(by == "words"), marks=0.0)).ask(asked, now=10.0).hits
    assert {hit.ref for hit in hits if by in hit.parts} == {each.id for each in early if each}


def test_words_data_and_state_are_those_of_the_time_that_is_asked_about(db: Database) -> None:
    semantic = Semantic(db)
    lava = semantic.add(lesson("lava", "lava is near", "walk round it", at=1.0), reason="r")
    semantic.update(lava.id, at=8.0, reason="better", text="When lava is near: build a bridge", data={"goal": "cross"})
    pigs = [semantic.add(lesson("pig", "pig is near", f"hit the pig{more}", at=1.0), reason="r") for more in ("", "s")]
    merged = semantic.merge([pig.id for pig in pigs], pigs[1].text, at=8.0, reason="the same")
    zinc = semantic.add(lesson("zinc", "zinc is near", "dig", at=1.0), reason="r")
    semantic.archive(zinc.id, at=8.0, reason="of no use")
    late = semantic.add(replace(lesson("tin", "tin is near", "dig", at=1.0), recorded_at=8.0), reason="learned late")

    def asked(words: str, as_of: float, **more: str) -> dict[str, str]:
        question = Question(words, tiers=("lesson",), as_of=as_of, **more)
        return {hit.text: hit.since for hit in Recall(db).ask(question, now=as_of, limit=10).hits}

    assert asked("lava", 3.0) == {lava.text: "says otherwise now"}
    assert asked("walk round", 3.0) == {lava.text: "says otherwise now"}, "found by words that are no more"
    assert asked("bridge", 3.0) == {}, "not by words that were yet to come"
    assert asked("zzz", 3.0, goal="cross") == {}, "nor by what it was yet to be about"
    assert set(asked("zzz", 9.0, goal="cross")) == {"When lava is near: build a bridge"}
    assert asked("bridge", 9.0) == {"When lava is near: build a bridge": ""}
    assert asked("pig", 3.0) == {pig.text: "merged since" for pig in pigs}
    assert asked("pig", 9.0) == {merged.text: ""}
    assert (asked("zinc", 3.0), asked("zinc", 9.0)) == ({zinc.text: "out of mind now"}, {})
    assert (asked("tin", 3.0), asked("tin", 9.0)) == ({}, {late.text: ""})
    held = semantic.find(kind="lesson", as_of=3.0)
    assert {item.text for item in held} == {lava.text, zinc.text, *(pig.text for pig in pigs)} | {
        "When a craft says no_station: place a crafting_table"
    }
    assert [item.data for item in held if item.id == lava.id] == [lava.data]


def test_strength_is_that_of_the_time_that_is_asked_about(db: Database) -> None:
    recall = Recall(db)
    asked = Question("no_station", scope="a", tiers=("lesson",), as_of=4.0)
    before = recall.ask(asked, now=4.0).hits
    recall.used([before[0].document], "failed", now=6.0, journey="a", iteration=5)
    assert recall.ask(asked, now=4.0).hits == before, "a use that was yet to come counts for nothing"


def test_a_question_is_asked_again_of_what_was_known_when_it_was_asked(db: Database) -> None:
    asked = Question("crafting_table", scope="a", tiers=("lesson",))
    live = Recall(db).ask(asked, now=4.0, log=("a", 3)).hits
    Semantic(db).update(live[0].ref, at=3.0, reason="a job, of an older episode", text="a crafting_table is needed")
    Semantic(db).add(lesson("y", "crafting_table", "dig", at=3.0), reason="a job, of an older episode")
    (logged,) = db.execute("SELECT question FROM asked").fetchone()
    again = replace(Question.from_json(json.loads(logged)), as_of=4.0)
    assert [hit.text for hit in Recall(db).ask(again, now=4.0).hits] == [hit.text for hit in live]
    assert len(Recall(db).ask(replace(asked, as_of=4.0), now=4.0).hits) == 2


def test_a_family_of_tasks_has_memories_of_its_own(db: Database) -> None:
    Semantic(db).add(replace(lesson("bread", "baking", "bring wheat", at=1.0), scope="family:food"), reason="learned")
    assert texts(db, Question("baking", scope="a")) == []
    assert len(texts(db, Question("baking", scope="a", families=("food",)))) == 1


@functools.cache
def kept_apart() -> Database:
    """The same things in several scopes, and in each one thing that is private."""
    db = open_db(":memory:")
    semantic = Semantic(db)
    for other in ("a", "b", "", "family:x"):
        for n in range(1, 4):
            if not other.startswith("family") and other:
                Episodes(db).record(Episode(other, n, "t", f"craft iron pickaxe {other}", "passed", float(n)))
            semantic.add(replace(seen("iron_ore", n, 2, 3, scope=other, at=1.0), text=f"iron ore {n}"), reason="r")
        hidden = replace(lesson("iron", "craft", f"hide {other}", at=1.0), scope=other, sensitivity="private")
        semantic.add(hidden, reason="r")
    return db


@given(st.sampled_from(["a", "b", "c", ""]), st.text("iron ore craft pickaxe no_station", max_size=30))
def test_no_route_ever_crosses_into_another_scope(scope: str, words: str) -> None:
    db = kept_apart()
    asked = Question(words, scope=scope, items=("iron_ore", "iron"), place=Place(0, 0, 0), goal="craft iron pickaxe b")
    hits = Recall(db).ask(asked, now=9.0, limit=100).hits
    for hit in hits:
        found, secret = db.execute("SELECT scope, sensitivity FROM documents WHERE id = ?", [hit.document]).fetchone()
        assert found in (scope, "")
        assert secret == "plain"


def test_a_failure_recalls_how_the_same_error_was_mended_in_another_world(db: Database) -> None:
    episodes = Episodes(db)
    for n, cause in ((1, "no_fuel"), (2, None)):
        episodes.record(
            Episode(
                "z",
                n,
                "t9",
                "smelt iron",
                "failed" if cause else "passed",
                20.0 + n,
                cause=cause,
                message="no coal within 16 blocks" if cause else "",
                skills={} if cause else {"mineCoal": "v1:c"},
            )
        )
    scheduler(db).run("consolidate", now=23.0)
    asked = Question("zzz", scope="a", failures=(("no_fuel", "no coal within 48 blocks"),))
    assert "mineCoal" in Recall(db).ask(asked, now=24.0).hits[0].text


def test_what_is_only_faintly_alike_is_not_shown(db: Database) -> None:
    for n in range(40):
        Semantic(db).add(Item("fact", f"s{n}", f"gravel near hill {n}", "a", valid_from=1.0), reason="r")
    asked = "which zither concerto did the archbishop conduct in Vienna near midnight"
    recalled = Recall(db).ask(Question(asked, scope="a"), now=10.0)
    assert recalled.abstained
    assert recalled.hits == ()
    assert not Recall(db).ask(Question("gravel near hill 7", scope="a"), now=10.0).abstained


class AsFarAs:
    """An index in which everything is equally near."""

    def __init__(self, db: Database, cosine: float) -> None:
        self.db, self.cosine = db, cosine

    def search(self, text: str, limit: int = 50, **within: object) -> list[tuple[int, float]]:
        """Every document."""
        return [(id, self.cosine) for (id,) in self.db.execute("SELECT id FROM documents").fetchall()]


def test_words_and_meaning_are_weighed_together(db: Database) -> None:
    for n in range(40):
        Semantic(db).add(Item("fact", f"s{n}", f"gravel near hill {n}", "a", valid_from=1.0), reason="r")

    def abstains(text: str, cosine: float | None) -> bool:
        index = None if cosine is None else AsFarAs(db, cosine)
        return Recall(db, index).ask(Question(text, scope="a"), now=10.0).abstained

    faint = "which archbishop conducted near hill 7"
    assert not abstains(faint, None), "a word in common, and nothing that says otherwise"
    assert abstains(faint, 0.1), "and it means something else"
    assert not abstains(faint, 0.6)
    assert abstains("zither concerto", 0.5), "no word in common"
    assert not abstains("zither concerto", 0.7)
    assert not abstains("gravel near hill 7", 0.1), "plain words need no vectors"


def test_what_is_only_near_adds_to_a_rank_and_is_no_answer(db: Database) -> None:
    here = Place(12, 64, 12)
    asked = Question("zebra quantum election", scope="a", place=here)
    recalled = Recall(db).ask(asked, now=10.0)
    assert recalled.abstained
    assert recalled.hits == ()
    assert "iron_ore seen at 10 20 10" in texts(db, replace(asked, text="how to mine coal"))
    near, far = (Recall(db).ask(replace(asked, text="craft", place=each), now=10.0).hits for each in (here, None))
    assert "marks" in near[0].parts
    assert not any("marks" in hit.parts for hit in far)


def test_what_came_before_and_after_a_hit_is_found_through_it(tmp_path: Path) -> None:
    db = open_db(tmp_path / "n.db")
    notes = Notes(db)
    for n, said in enumerate(["Where is the iron?", "Behind the big oak, ten steps north.", "Thanks, see you!"]):
        notes.record(Note("a", "chat", n, said, float(n), "AB"[n % 2], "person"))
    hits = Recall(db).ask(Question("iron", scope="a"), now=9.0).hits
    assert hits[1].text.startswith("B: Behind the big oak")
    assert "neighbours" in hits[1].parts


@pytest.mark.parametrize(("off", "tiers"), [("semantic", {"episode"}), ("episodic", {"lesson", "fact"})])
def test_a_tier_that_is_switched_off_is_not_recalled(db: Database, off: str, tiers: set[str]) -> None:
    asked = Question("craft stone pickaxe iron ore", scope="a", items=("iron_ore",), errors=("no_station",))
    assert {hit.tier for hit in Recall(db, off=[off]).ask(asked, now=9.0, limit=50).hits} == tiers
    assert Recall(db, off=["semantic", "episodic"]).ask(asked, now=9.0).abstained


def test_a_model_may_reorder_hits_and_a_bad_answer_changes_nothing(db: Database) -> None:
    asked = Question("craft pickaxe", scope="a")
    plain = [hit.document for hit in Recall(db).ask(asked, now=9.0).hits]
    last_first = Recall(db, rerank=lambda question, found: [float(n) for n in range(len(found))]).ask(asked, now=9.0)
    assert last_first.hits[0].document != plain[0]
    assert "model" in last_first.hits[0].parts
    broken = Recall(db, rerank=lambda question, found: []).ask(asked, now=9.0)
    assert [hit.document for hit in broken.hits] == plain


def test_the_reason_why_something_was_not_recalled_is_told(db: Database) -> None:
    recall, asked = Recall(db), Question("mine coal", scope="a")
    (other,) = db.execute("SELECT id FROM documents WHERE scope = 'b' LIMIT 1").fetchone()
    assert "another scope" in recall.why_not(asked, other, now=9.0)
    assert "number 1" in recall.why_not(asked, recall.ask(asked, now=9.0).hits[0].document, now=9.0)


@given(st.lists(st.tuples(st.integers(1, 900), st.floats(0.01, 1)), max_size=12), st.integers(0, 300))
def test_packing_fits_the_budget_and_shows_or_reports_everything(made: list[tuple[int, float]], budget: int) -> None:
    hits = [Hit(n, "note", n, "words. " * (size // 7 + 1), score, {}, "") for n, (size, score) in enumerate(made)]
    kept, cut = pack_hits(hits, budget, count=len)
    assert sum(len(hit.shown) + 1 for hit in kept) <= budget
    assert sorted(hit.document for hit in (*kept, *cut)) == list(range(len(hits)))
    for hit in kept:
        assert hit.text.startswith(hit.shown.removesuffix(" …"))


def test_one_old_fact_is_found_behind_hundreds_of_new_episodes(db: Database) -> None:
    with atomic(db):
        for n in range(10, 310):
            goal = f"gain {n} iron_ore"
            Episodes(db).record(Episode("a", n, f"t{n}", goal, "passed", float(n), gained={"iron_ore": n}))
    hits = Recall(db).ask(Question("where is iron_ore", scope="a", items=("iron_ore",)), now=400.0).hits
    assert any(hit.text == "iron_ore seen at 10 20 10" for hit in hits)


def test_where_a_thing_is_comes_before_what_only_mentions_it(db: Database) -> None:
    semantic = Semantic(db)
    with atomic(db):
        for n in range(10, 60):
            happened = Episode("a", n, f"t{n}", "how to gain iron_ore", "passed", float(n), gained={"iron_ore": 1})
            Episodes(db).record(happened)
            chest = container("chest", n, 64, n, {"iron_ore": 1, f"thing{n}": 2}, scope="a", at=float(n))
            semantic.add(chest, reason="stored")
        for cause in ("no_tool", "no_fuel", "unreachable", "died"):
            told = lesson("iron_ore", f"gain iron_ore ended with {cause}", "prepare", at=60.0)
            semantic.add(told, reason="it failed")
    hits = Recall(db).ask(Question("gain iron_ore", scope="a", items=("iron_ore",)), now=400.0, limit=10).hits
    assert "iron_ore seen at 10 20 10" in [hit.text for hit in hits]
    assert {hit.tier for hit in hits} == {"episode", "fact", "place", "lesson"}, "and each kind is told"


def test_where_a_thing_is_comes_before_where_it_is_not_however_much_has_happened(db: Database) -> None:
    semantic = Semantic(db)
    with atomic(db):
        for n in range(10, 260):
            goal = f"gain {n} iron_ore, again iron_ore"
            Episodes(db).record(Episode("a", n, f"t{n}", goal, "passed", float(n), gained={"iron_ore": n}))
        for n in range(5):
            semantic.add(not_found("iron_ore", 100 * n, 60, 300, within=6, scope="a", at=250.0), reason="searched")
    hits = Recall(db).ask(Question("where is iron_ore", scope="a", items=("iron_ore",)), now=400.0, limit=10).hits
    facts = [hit.text for hit in hits if hit.tier == "fact"]
    assert facts[0] == "iron_ore seen at 10 20 10"
    assert len(facts) > 1, "where it is not is worth telling too"


def test_a_long_text_shows_its_beginning_first() -> None:
    long = Hit(1, "note", 1, "The chest is north. " + "More words follow here. " * 60, 0.5, {}, "")
    short = Hit(2, "note", 2, "Iron is deep.", 0.5, {}, "")
    kept, _ = pack_hits([long, short], 100)
    assert [hit.document for hit in kept] == [1, 2]
    assert kept[0].shown.endswith("…")
    assert kept[0].shown.startswith("The chest is north.")


def test_what_is_known_of_another_kind_of_world_stays_there_unless_it_mends_the_same_error(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    episodes, semantic = Episodes(db), Semantic(db)
    for n, (world, goal) in enumerate([("desktop", "write a table of iron prices"), ("minecraft", "mine iron")], 1):
        episodes.record(Episode("a", n, f"t{n}", goal, "passed", float(n), world=world))
        semantic.add(replace(seen("iron", n, 0, 0, scope="a", at=float(n)), world=world), reason="seen")
    semantic.add(lesson("iron", "iron is missing", "ask for iron", at=3.0), reason="holds in every world")
    asked = Question("iron", scope="a", items=("iron",), world="minecraft")
    assert sorted(texts(db, asked)) == ["Did: mine iron", "When iron is missing: ask for iron", "iron seen at 2 0 0"]
    assert len(texts(db, replace(asked, world=""))) == 5
    mended = replace(lesson("timeout", "x", "wait for the window", at=4.0), world="desktop")
    semantic.add(replace(mended, data={**mended.data, "signature": "timeout|it took # s"}), reason="mended")
    failing = replace(asked, failures=(("timeout", "it took 30 s"),))
    assert "When x: wait for the window" in texts(db, failing), "the same error, in whichever world"
    assert "When x: wait for the window" not in texts(db, replace(asked, text="wait window"))


def test_the_statements_of_two_worlds_are_one_that_holds_in_both(tmp_path: Path) -> None:
    semantic = Semantic(open_db(tmp_path / "j.db"))
    said = lesson("timeout", "a run times out", "do less at once", at=1.0)
    first = semantic.add(replace(said, world="desktop"), reason="learned")
    assert semantic.add(replace(said, world="desktop"), reason="again").world == "desktop"
    both = semantic.add(replace(said, world="minecraft"), reason="and here")
    assert (both.id, both.world) == (first.id, "")


def test_one_word_in_common_may_be_chance_and_two_are_an_answer(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    for n, text in enumerate(("the lighthouse keeper feeds gulls", "bread needs wheat", "wolves howl", "coal burns")):
        Semantic(db).add(Item("fact", f"s{n}", text), reason="r")
    asked = "which painter sketched the {} {} before breakfast in Lisbon"
    assert Recall(db).ask(Question(asked.format("old", "lighthouse")), now=1.0).abstained
    found = Recall(db).ask(Question(asked.format("lighthouse", "keeper")), now=1.0)
    assert [hit.text for hit in found.hits][:1] == ["the lighthouse keeper feeds gulls"]
