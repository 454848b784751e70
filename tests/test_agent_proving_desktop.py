"""Desktop skills proven on desktops of their own: fresh instances of the family, arguments bound by value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from agent import beginning, building
from agent.cases_minecraft import MinecraftCases
from agent.config import Budget, JourneyConfig
from agent.database import database
from agent.proving import Prover
from agent.refactoring import Refactoring
from agent.skill_trials import desktop_prover
from agent.store import AGENT, Iteration, Store
from curriculum import gamedata
from curriculum.desktop import families
from curriculum.schema import CURRICULUM
from envs.base import Limits
from envs.desktop import parse
from envs.desktop.broker import documentation
from envs.desktop.env import available
from envs.desktop.language import Python
from envs.desktop.programs import catalogue
from memory.db import open_db
from memory.log import EventLog
from skills.admit import admit
from skills.graph import SkillGraph
from skills.library import Library
from skills.proofs import JOURNEY
from skills.rename import rename
from skills.schema import SKILLS
from skills.skill import Use, Version

pytestmark = pytest.mark.skipif(
    available() is not None or not catalogue()["editor"].installed, reason="make test installs the editor"
)
NOTE = '''def save_note(words: str, where: str) -> dict:
    """Write a text and save it."""
    open_program("editor")
    type_text(words)
    press("ctrl+s")
    wait_for(window="Save As")
    choose_file(where)
    return {"saved": where}
'''


class Desk:
    """A library with one skill that was written for the first instance of a family, and what proves it."""

    def __init__(self, folder: Path) -> None:
        self.db = open_db(folder / "j.db", SKILLS, CURRICULUM, AGENT)
        self.library, self.store, self.log = Library(self.db), Store(self.db), EventLog(self.db)
        self.task = families()["write_note"].task(1)
        self.kept = 0
        self.store.create(JourneyConfig(name="home", worlds=("desktop",), seed=1))
        self.version = self.keep(NOTE)
        self.proving: Prover = desktop_prover(self.library, self.store, self.log, folder)

    def keep(self, source: str) -> Version:
        """A source as a version that did the task."""
        self.kept += 1
        name = str(parse.facts(source)["main"])
        known = documentation()
        admission = admit(source, parse=lambda text: parse.facts(text, known), primitives=known, library=self.library)
        args = {"words": self.task.values["text"], "where": self.task.values["path"]}
        self.store.record(
            Iteration("home", self.kept, 1, self.task.to_json(), name, source, args, (), "", "returned", None, None, (),
                      {}, {}, 100, 5.0, 5.0, 5.0, passed=True)
        )  # fmt: skip
        version = self.library.add(admission, reason="r", journey="home", iteration=self.kept)
        self.library.record_use(
            Use(
                version.hash,
                "succeeded",
                version.hash,
                1,
                0.0,
                setting="home",
                args=args,
                after={"txt file": 1},
                tools=("editor",),
            )
        )
        return version


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    with closing(made.proving):
        yield made


def test_a_skill_is_verified_on_instances_that_its_writer_never_saw(desk: Desk) -> None:
    trials = desk.proving.verify(desk.version.hash, 2)
    assert [trial.passed for trial in trials] == [True, True], trials
    assert desk.library.rung(desk.version.hash) == "verified"
    assert trials[0].args != trials[1].args
    assert desk.task.values["text"] not in (trials[0].args["words"], trials[1].args["words"])
    skill = desk.library.get("save_note")
    assert [(need.kind, need.name) for need in skill.requires] == [("tool", "editor")]
    assert [(effect.item, effect.high) for effect in skill.effects] == [("txt file", 1)]
    use = desk.library.uses_of(desk.version.hash)[0]
    assert (use.setting, use.world) == ("fresh", f"desktop:{trials[1].seed}")
    assert [event for event in desk.log.read(JOURNEY, iteration=trials[1].id) if event.kind == "file_made"]
    again = desk.proving.cases_of(desk.version, 2)
    assert {case.beginning.seed for case in again} == {trial.seed for trial in trials}


def test_doubles_and_siblings_are_made_one_where_their_replays_pass(desk: Desk) -> None:
    desk.keep(NOTE.replace("save_note", "keep_note").replace('"""Write', '"""Put'))
    text = NOTE.replace("save_note", "save_text").replace("ctrl+s", "ctrl+shift+s")
    desk.keep(text.replace("Write a text", "Write a note"))
    done = Refactoring(desk.proving, Python()).apply_all()
    assert [(each.proposal.kind, each.applied, each.replays) for each in done] == [
        ("duplicate", True, 0), ("siblings", True, 4),
    ], done  # fmt: skip
    library = desk.library
    assert library.names() == ["save_item", "save_note", "save_text"]
    assert library.get("save_item").current.purpose == "Write a text or note and save it."
    assert library.get("keep_note").retired
    assert SkillGraph(library).callers("save_item") == ["save_note", "save_text"]
    assert library.get("save_note").current.source.endswith(
        "return save_item(words=words, where=where, item='ctrl+s')\n"
    )
    assert library.get("save_text").record.succeeded == 3, "what one way of writing it proved, the other proved too"


def test_each_prover_looks_after_the_skills_of_its_own_world(desk: Desk) -> None:
    minecraft = MinecraftCases(desk.library, desk.store, gamedata.load())
    assert desk.proving.cases.provable(desk.version)
    assert not minecraft.provable(desk.version)
    desk.proving.between_tasks(1, lambda *_, **__: None)
    assert len(desk.proving.proofs.trials_of(desk.version.hash)) == 1
    assert desk.proving.proofs.spent("", "python")[0] == 1
    assert desk.proving.proofs.spent("", "javascript")[0] == 0


def test_a_renamed_skill_is_still_called_for_tasks_of_its_family() -> None:
    config = beginning.new(["desktop"], name="home", brain="planner", goal=None, seed=1, library="main",
                           sight="sight 32", assist=())  # fmt: skip
    built = building.parts(config, Budget(), database(), lambda kind, **data: None, float, Limits(), None)
    here, library, known = built.worlds["desktop"], built.library, documentation()
    task, other = (families()["write_note"].task(seed) for seed in (1, 2))
    args = {"words": task.values["text"], "where": task.values["path"]}
    built.store.record(
        Iteration("home", 1, 1, task.to_json(), "save_note", NOTE, args, (), "", "returned", None, None, (),
                  {}, {}, 100, 5.0, 5.0, 5.0, passed=True)
    )  # fmt: skip

    def read(source: str) -> Mapping[str, Any]:
        return parse.facts(source, known)

    admission = admit(NOTE, parse=read, primitives=known, library=library)
    version = library.add(admission, reason="r", journey="home", iteration=1)
    for world in ("a", "b"):
        library.record_use(Use(version.hash, "succeeded", world, 1, 0.0, setting="fresh", world=world, args=args))
    try:
        before = here.draft(other, {})
        assert before is not None
        assert before.args == {"words": other.values["text"], "where": other.values["path"]}
        rename(library, "save_note", "note_down", rewrite=parse.rename, parse=read, primitives=known, reason="clearer")
        after = here.draft(other, {})
        assert after is not None
        assert (after.name, after.source, after.args) == ("note_down", None, before.args)
        assert here.fingerprint({"programs": []}).skills == frozenset(["write_note"])
        mend = here.repair(library.get("note_down").current, "it fell")
        assert mend is not None
        assert (mend.item, mend.parents) == ("write_note", ("note_down",))
    finally:
        here.close()
