"""Whatever is merged, no named thing, number, date or denial of an original is lost; what says the same is merged."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import memory_merges
from memory import gate
from memory.db import open_db
from memory.items import Item, lesson
from memory.scheduler import scheduler
from memory.semantic import Semantic
from memory.stems import TOKENIZER, inflected, stem

THINGS = "oak birch wooden stone iron coal gold bob alice morning midnight village cave zombie creeper".split()
DOING = "mine smelt bring trade guard".split()
EXACT = ["3", "40", "-7", "two", "2026-11-21", "monday", "never", "no", "without", "east", "west", "left", "above"]
FILLING = ["the", "a", "some", "with", "to", "from", "and", ",", "then"]
SAID = frozenset([*THINGS, *DOING, *EXACT])

texts = st.lists(st.sampled_from([*THINGS, *DOING, *EXACT, *FILLING]), min_size=2, max_size=9).map(" ".join)


@st.composite
def nearly_alike(draw: st.DrawFn) -> list[str]:
    """A text and one like it: one word more, less or other, two words changed about, or only words that say nothing."""
    words = draw(texts).split()
    at = draw(st.integers(0, len(words) - 1))
    other = draw(st.sampled_from([*THINGS, *EXACT, *FILLING]))
    to = draw(st.integers(0, len(words) - 1))
    turned = [*words]
    turned[at], turned[to] = turned[to], turned[at]
    changes = [[*words[:at], other, *words[at:]], [*words[:at], *words[at + 1 :]], turned,
               [*words[:at], other, *words[at + 1 :]], [*words[:at], "the", *words[at:]]]  # fmt: skip
    return [" ".join(words), " ".join(draw(st.sampled_from(changes)))]


def said(text: str, data: object = "") -> set[str]:
    return {word for word in re.findall(r"-?[\w-]+", f"{text} {data}".lower()) if word in SAID}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(nearly_alike(), st.lists(texts, min_size=1, max_size=1)), min_size=1, max_size=4))
def test_what_was_merged_keeps_every_thing_number_date_and_denial(drawn: list[list[str]]) -> None:
    db = open_db(":memory:")
    semantic = Semantic(db)
    for n, text in enumerate(text for pair in drawn for text in pair):
        semantic.add(Item("lesson", "coal", text, valid_from=float(n)), reason="r")
    scheduler(db).run("reconcile", now=99.0)
    for (id,) in db.execute("SELECT id FROM items WHERE merged_into IS NOT NULL").fetchall():
        old, merged = semantic.get(id), semantic.get(semantic.get(id).merged_into or 0)
        assert said(old.text) == said(merged.text), f"{old.text!r} is not in {merged.text!r}"


@settings(max_examples=60, deadline=None)
@given(st.lists(texts, min_size=2, max_size=3), st.lists(st.integers(0, 2), min_size=1, max_size=3))
def test_no_merged_text_that_passes_loses_or_invents_a_thing(originals: list[str], parts: list[int]) -> None:
    merged = ", ".join(originals[part % len(originals)] for part in parts)
    if gate.check(originals, merged).ok:
        assert said(merged) == set().union(*map(said, originals))


@settings(max_examples=40, deadline=None)
@given(nearly_alike())
def test_the_gate_does_not_care_which_text_comes_first(pair: list[str]) -> None:
    one, other = pair
    assert gate.same(one, other) == gate.same(other, one)
    assert gate.same(one, one).ok


DIFFERENT = [
    ("mine the coal with a wooden pickaxe", "mine the coal with a stone pickaxe"),
    ("use the oak planks for tools", "use the birch planks for tools"),
    ("sleep in the bed at the village of alice", "sleep in the bed at the village of bob"),
    ("wait until morning to leave the shelter", "wait until midnight to leave the shelter"),
    ("put the key under the left stone", "put the key under the stone"),
    ("walk from the village", "walk to the village"),
    ("carry it from the furnace to the chest", "carry it from the chest to the furnace"),
    ("bring 3 oak logs and 5 birch planks", "bring 5 oak logs and 3 birch planks"),
    ("mine coal, then iron", "mine iron, then coal"),
    ("eat the apple and throw the bread", "eat the bread and throw the apple"),
    ("the zombie kills the villager", "the villager kills the zombie"),
    ("smelt iron with coal", "smelt coal with iron"),
    ("craft planks with the table", "craft planks for the table"),
    ("take coal or iron", "take coal and iron"),
    ("you can mine it", "you must mine it"),
    ("take all torches", "take some torches"),
    ("the door was open", "the door is open"),
    ("give him the sword", "give her the sword"),
    ("mine the coal ore", "mine the coal or"),
    ("save the sheet as report.ods", "save the sheet as report.xlsx"),
    ("import the file", "the important file"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_differs_in_one_thing_is_not_the_same(one: str, other: str) -> None:
    assert not gate.same(one, other).ok


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mine the coal with a stone pickaxe", "with a stone pickaxe, mine coal"),
        ("mine the coal with a stone pickaxe", "mining coal with the stone pickaxe"),
        ("collect three logs before the night", "before the night, gather three logs"),
        ("Walk east until a log is seen", "go east until a log is visible"),
        ("craft a table, please", "make the table"),
    ],
)
def test_the_same_in_another_order_form_or_everyday_word_is_the_same(one: str, other: str) -> None:
    assert gate.same(one, other).ok, gate.same(one, other)


def test_what_only_says_more_is_not_the_same_in_other_words() -> None:
    texts = ["trade at the village", "trade at the village with Alice"]
    assert "more: alic" in gate.check(texts, texts[1]).lost
    joined = ["no log is in sight: walk east", "trees are missing from the view, none is there: walk east"]
    assert "more" not in " ".join(gate.check(joined, f"{joined[0]}, {joined[1]}").lost)


def test_saying_both_one_after_the_other_does_not_make_one_of_what_differs() -> None:
    passing = [pair for pair in DIFFERENT if gate.check(pair, "; ".join(pair)).ok]
    assert passing == [("craft planks with the table", "craft planks for the table")], "left to whoever offers it"


def test_a_merge_may_not_say_what_no_original_says() -> None:
    texts = ["mine the coal", "dig the coal"]
    assert gate.check(texts, "mine the coal").ok
    assert gate.check(texts, "mine the coal with a stone pickaxe").lost == ("new word: pickax", "new word: stone")


def test_lessons_of_wood_and_of_stone_stay_two_and_the_journal_says_why(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    semantic = Semantic(db)
    for wood in ("wooden", "stone"):
        advice = f"mine the coal vein with the {wood} pickaxe and carry all of it back home"
        semantic.add(lesson("coal", "coal is wanted", advice, at=1.0), reason="r")
    scheduler(db).run("reconcile", now=2.0)
    assert len(semantic.find(kind="lesson")) == 2
    assert "word: wooden" in next(entry.reason for entry in semantic.journal() if entry.operation == "NOOP")


def test_of_pairs_with_known_answers_none_is_merged_wrongly() -> None:
    pairs = memory_merges.made(150, 7)
    found = memory_merges.judged(pairs, memory_merges.reconciled(pairs))
    assert found["wrong"] == []
    assert found["recall"]["share"] > 0.6


def test_words_are_one_word_where_the_index_takes_them_for_one() -> None:
    assert stem("mining") == stem("Mines") == "mine"
    assert stem("café") == "cafe"
    assert stem("wooden") != stem("wood")
    for words in (
        "mine mines mining mined",
        "carry carries carrying",
        "berry berries",
        "operate operates operating",
        "run running",
    ):
        assert len({inflected(word) for word in words.split()}) == 1
    assert stem("import") == stem("important")
    assert inflected("import") != inflected("important")
    (index,) = open_db(":memory:").execute("SELECT sql FROM sqlite_master WHERE name = 'words'").fetchone()
    assert f"tokenize='{TOKENIZER}'" in index
