"""A library of Minecraft skills whose proofs and refactorings are tried in real trial worlds, and programs for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from agent.cases_minecraft import MinecraftCases
from agent.oversight import OVERSIGHT
from agent.proving import Prover
from agent.store import AGENT, Store
from bridge.language import JavaScript, primitives
from curriculum import gamedata
from curriculum.schema import CURRICULUM
from envs.base import Limits, Program, Run, Trials
from memory.db import open_db
from memory.log import EventLog
from skills import voyager
from skills.admit import admit
from skills.library import Library
from skills.schema import SKILLS
from skills.skill import Setting, Use, Version

GOOD = """async function mineLogs(bot, { count = 1 } = {}) {
  await mineBlock(bot, '#logs', count)
  return { gained: count }
}"""
CALLER = """async function craftPlanks(bot, { count = 1 } = {}) {
  await mineLogs(bot, { count: Math.ceil(count / 4) })
  await craftItem(bot, '#planks', count)
  return { gained: count }
}"""
DIG = """async function digDirt(bot, { count = 1 } = {}) {
  await tidyInventory(bot)
  await mineBlock(bot, 'dirt', count)
  return { gained: count, left: await countItems(bot, 'dirt') }
}"""


class Meanwhile:
    """Trial worlds beside which, in the middle of the first trial of a skill, another process changes the library."""

    def __init__(self, trials: Trials, path: Path, skill: str, change: Callable[[Library], None]) -> None:
        self._trials, self._path, self._skill, self._change = trials, path, skill, change
        self._changed = False
        self.enter, self.capture, self.close = trials.enter, trials.capture, trials.close

    def run(self, program: Program, limits: Limits) -> Run:
        """Run the program; then the other process has its turn."""
        found = self._trials.run(program, limits)
        if not self._changed and program.modules[-1].name == self._skill:
            self._changed, db = True, open_db(self._path, SKILLS)
            with closing(db.conn):
                self._change(Library(db))
        return found


class Workshop:
    """A library, its log, and sources taken into it."""

    def __init__(self, path: Path) -> None:
        self.language = JavaScript()
        self.db = open_db(path, SKILLS, CURRICULUM, AGENT, OVERSIGHT)
        self.library, self.log = Library(self.db), EventLog(self.db)

    def __enter__(self) -> Workshop:
        return self

    def __exit__(self, *_: object) -> None:
        self.language.close()

    @contextmanager
    def proving(self, trials: Trials) -> Iterator[Prover]:
        """A prover of its skills in trial worlds that outlive it; what is under way at the end is waited for."""
        store = Store(self.db)
        found = Prover(
            library=self.library, store=store, log=self.log, trials=trials, limits=Limits(),
            cases=MinecraftCases(self.library, store, gamedata.load()),
        )  # fmt: skip
        yield found
        found.collect(lambda *_, **__: None)

    def bring_in(self, folder: Path, **programs: str) -> None:
        """Programs from elsewhere, as a library in Voyager's form."""
        folder.mkdir()
        told = {name: {"code": source, "description": ""} for name, source in programs.items()}
        (folder / "skills.json").write_text(json.dumps(told))
        foreign = voyager.find(folder)
        assert foreign is not None
        language = self.language
        voyager.take_library(
            self.library, foreign, parse=language.facts, functions=language.functions, adapt=language.adapt,
            primitives=primitives(), yields={}, at=0.0,
        )  # fmt: skip

    def keep(self, source: str, *, runs: int = 1, trusted: bool = False, setting: Setting = "fresh") -> Version:
        """A source as a version, with runs that make it trusted if asked."""
        known = dict.fromkeys(primitives(), "")
        admission = admit(source, parse=self.language.facts, primitives=known, library=self.library)
        version = self.library.add(admission, reason="test")
        for run in range(10 if trusted else runs):
            self.library.record_use(
                Use(version.hash, "succeeded", version.hash, run, 0.0, args={"count": 1}, after={"oak_log": 1},
                    ticks=60, setting=setting, world=f"w{run}")
            )  # fmt: skip
        return version
