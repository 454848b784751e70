"""Skills that go on under another name: nothing is lost, callers follow, and the way back leads to where it began."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.cli import main
from agent.database import database
from bridge.language import JavaScript, primitives
from envs.desktop import parse
from memory.db import open_db
from skills.admit import admit
from skills.errors import Inadmissible, NotAllowed, UnknownSkill
from skills.graph import SkillGraph
from skills.library import Library
from skills.rename import Renamed, rename
from skills.schema import SKILLS
from skills.search import search
from skills.skill import Use, Version

LOGS = """async function mineLogs(bot, { count = 1 } = {}) {
  // mineLogs mines
  await mineBlock(bot, '#logs', count)
  return { mineLogs: count }
}"""
PLANKS = """async function craftPlanks(bot, { count = 1 } = {}) {
  await mineLogs(bot, { count })
  return { gained: count }
}"""
TABLE = """async function craftTable(bot, { count = 1 } = {}) {
  await craftPlanks(bot, { count: 4 * count })
  return { gained: count }
}"""
Rename = Callable[[str, str], Renamed]


@pytest.fixture(scope="module")
def javascript() -> Iterator[JavaScript]:
    with JavaScript() as language:
        yield language


def keep(library: Library, javascript: JavaScript, source: str) -> Version:
    """A source as a verified version."""
    admission = admit(source, parse=javascript.facts, primitives=primitives(), library=library)
    version = library.add(admission, reason="r")
    for world in ("a", "b"):
        library.record_use(
            Use(version.hash, "succeeded", version.hash, ord(world), 0.0, setting="fresh", world=world,
                args={"count": 1}, after={"oak_log": 1}, places=("plains",))
        )  # fmt: skip
    return version


@pytest.fixture
def library(tmp_path: Path, javascript: JavaScript) -> Library:
    found = Library(open_db(tmp_path / "j.db", SKILLS))
    for source in (LOGS, PLANKS, TABLE):
        keep(found, javascript, source)
    return found


@pytest.fixture
def renaming(library: Library, javascript: JavaScript) -> Rename:
    return lambda old, new: rename(
        library, old, new, rewrite=javascript.rename, parse=javascript.facts, primitives=primitives(), reason="r"
    )


def test_evidence_goes_along_and_callers_follow_all_the_way_up(library: Library, renaming: Rename) -> None:
    before = {name: library.get(name) for name in library.names()}
    done = renaming("mineLogs", "chopWood")
    assert done.callers == ("craftPlanks", "craftTable")
    wood, planks, table = (library.get(name) for name in ("chopWood", "craftPlanks", "craftTable"))
    assert "async function chopWood(" in wood.current.source
    assert "{ mineLogs: count }" in wood.current.source, "only names are rewritten: what is returned keeps its keys"
    assert "await chopWood(bot, { count })" in planks.current.source
    assert planks.current.uses == {"chopWood": wood.current.hash}
    assert table.current.uses == {"craftPlanks": planks.current.hash}
    assert (wood.rung, wood.record, wood.effects, wood.requires) == (
        "verified", before["mineLogs"].record, before["mineLogs"].effects, before["mineLogs"].requires
    )  # fmt: skip
    assert (planks.rung, planks.record) == ("verified", before["craftPlanks"].record)
    graph = SkillGraph(library)
    assert graph.closure("craftTable") == ["chopWood", "craftPlanks"]
    assert (wood.current.hash, before["mineLogs"].current.hash, "renamed_from") in graph.versions().edges(data="kind")
    assert not library.has("mineLogs")
    assert library.get("mineLogs").current == before["mineLogs"].current, "nothing is lost"
    assert "chopWood" in [hit.skill.name for hit in search(library, "chop wood")]
    assert "mineLogs" not in [hit.skill.name for hit in search(library, "mine logs")]


def test_the_way_back_leads_to_the_very_versions_and_later_runs_count_for_them(
    library: Library, renaming: Rename
) -> None:
    before = {name: library.get(name) for name in library.names()}
    wood = library.version(renaming("mineLogs", "chopWood").version)
    library.record_use(Use(wood.hash, "failed", "later", 1, 1.0))
    renaming("chopWood", "mineLogs")
    assert {name: library.get(name).current for name in library.names()} == {
        name: skill.current for name, skill in before.items()
    }
    assert library.get("mineLogs").record.failed == 1
    assert library.challengers() == []


def test_names_that_are_taken_or_may_not_be_used_are_refused_and_nothing_changes(
    library: Library, renaming: Rename
) -> None:
    before = list(library.db.conn.iterdump())
    for old, new, error in (
        ("mineLogs", "craftTable", NotAllowed),
        ("mineLogs", "mineBlock", Inadmissible),
        ("mineLogs", "mineFiveLogs", Inadmissible),
        ("mineLogs", "mine logs", Inadmissible),
        ("mineLogs", "mineGröße", Inadmissible),
        ("mineLogs", "Math", Inadmissible),
        ("mineLogs", "GoalNear", Inadmissible),
        ("mineLogs", "await", Inadmissible),
        ("mineLogs", "yield", Inadmissible),
        ("mineGold", "mineOre", UnknownSkill),
    ):
        with pytest.raises(error):
            renaming(old, new)
    assert list(library.db.conn.iterdump()) == before


def test_a_pinned_caller_stays_with_the_version_that_it_is_pinned_to(library: Library, renaming: Rename) -> None:
    planks = library.pin("craftPlanks", reason="mine").current
    done = renaming("mineLogs", "chopWood")
    assert (done.callers, done.left) == ((), ("craftPlanks",))
    assert library.get("craftPlanks").current == planks
    assert library.version(planks.uses["mineLogs"]).skill == "mineLogs"


def test_python_is_renamed_by_its_syntax_tree() -> None:
    body = """    ü = write(text, "write")\n    return {"write": ü}\n"""
    source = f'def save(text: str) -> dict:\n    """Über save."""\n{body}'
    renamed = parse.rename(parse.rename(source, "write", "put_down"), "save", "keep")
    assert renamed == source.replace("def save", "def keep").replace("write(", "put_down(")
    with pytest.raises(ValueError, match="another meaning"):
        parse.rename(source, "write", "text")


def test_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, javascript: JavaScript) -> None:
    monkeypatch.setenv("JOURNEYMAN_HOME", str(tmp_path))
    library = Library(database())
    keep(library, javascript, LOGS)
    done = CliRunner().invoke(main, ["skills", "rename", "mineLogs", "chopWood", "--json"])
    assert (done.exit_code, json.loads(done.output)["new"]) == (0, "chopWood"), done.output
    wrong = CliRunner().invoke(main, ["skills", "rename", "chopWood", "mineBlock"])
    assert wrong.exit_code == 1
    assert "primitive" in wrong.output
