"""Whatever is done to a library in whatever order, its promises hold, also when its writer is killed."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from memory.db import atomic, open_db
from skills import rework
from skills.admit import Admission
from skills.errors import CallCycle, SkillError
from skills.evidence import WINDOW, wilson
from skills.graph import SkillGraph
from skills.library import Library
from skills.rename import rename
from skills.schema import SKILLS
from skills.skill import Skill, Version, version_hash
from skills.words import spoken
from tests.kept_skills import admitted, run


class AnyHistory(RuleBasedStateMachine):
    """Whatever is done to the library in whatever order, its promises hold."""

    NAMES = ("chop", "saw", "build")

    @initialize()
    def start(self) -> None:
        """An empty library."""
        self.library = Library(open_db(":memory:", SKILLS))
        self.kept: dict[str, Version] = {}
        self.iteration = 0
        self.past: dict[int, tuple[set[str], set[tuple[str, str]]]] = {}

    @property
    def now(self) -> float:
        """The moment of the rule under way."""
        return float(len(self.past))

    @rule(name=st.sampled_from(NAMES), body=st.integers(0, 3), calls=st.sets(st.sampled_from(NAMES), max_size=2))
    def add(self, name: str, body: int, calls: set[str]) -> None:
        """A new version that calls whatever is current."""
        uses = {each: self.library.get(each).current.hash for each in calls if self.library.has(each)}
        try:
            version = self.library.add(admitted(name, f"step({body})", uses), reason="r", at=self.now)
        except CallCycle:
            return
        self.kept[version.hash] = version

    @rule(data=st.data(), outcome=st.sampled_from(["succeeded", "failed", "unmet"]), world=st.integers(1, 2))
    def use(self, data: st.DataObject, outcome: str, world: int) -> None:
        """A run of any version."""
        if self.kept:
            version = self.kept[data.draw(st.sampled_from(sorted(self.kept)))]
            self.iteration += 1
            use = run(version, self.iteration, outcome, setting="fresh", world=str(world))
            self.library.record_use(replace(use, at=self.now))

    @rule(data=st.data())
    def distrust(self, data: st.DataObject) -> None:
        """Any version fails again what it had passed."""
        if self.kept:
            version = self.kept[data.draw(st.sampled_from(sorted(self.kept)))]
            self.iteration += 1
            self.library.distrust(replace(run(version, self.iteration, "failed"), at=self.now), reason="r")
            assert self.library.rung(version.hash) == "parole"

    @rule(
        name=st.sampled_from(NAMES),
        action=st.sampled_from(["rollback", "retire", "restore", "promote", "pin", "unpin", "clear", "hold"]),
        data=st.data(),
    )
    def move(self, name: str, action: str, data: st.DataObject) -> None:
        """Someone moves a pointer by hand."""
        try:
            if action in ("promote", "clear", "hold"):
                if self.kept:
                    hash = data.draw(st.sampled_from(sorted(self.kept)))
                    if action == "promote":
                        self.library.promote(name, hash, reason="r", at=self.now)
                    else:
                        getattr(self.library, action)(hash, reason="r", at=self.now)
            else:
                getattr(self.library, action)(name, reason="r", at=self.now)
        except SkillError:
            pass

    @rule(name=st.sampled_from([*NAMES, "hew"]), new=st.sampled_from([*NAMES, "hew", "cut"]))
    def rename(self, name: str, new: str) -> None:
        """A skill goes on under another name, there or back."""

        def rewrite(source: str, one: str, two: str) -> str:
            return re.sub(rf"\b{one}\b", two, source)

        def parse(source: str) -> dict[str, Any]:
            return {"main": source.split()[2].split("(")[0]}

        try:
            record = self.library.get(name).record
            made = rename(self.library, name, new, rewrite=rewrite, parse=parse, primitives={}, reason="r", at=self.now)
        except SkillError:
            return
        assert self.library.get(new).record == record
        for each in (new, *made.callers):
            self.kept[self.library.get(each).current.hash] = self.library.get(each).current

    @rule(names=st.lists(st.sampled_from(NAMES), min_size=2, max_size=2, unique=True), passed=st.booleans())
    def generalise(self, names: list[str], passed: bool) -> None:
        """Two siblings come to call one general skill, if their replays pass: else it goes out of use."""
        siblings = [self.library.get(name) for name in names if self.library.has(name)]
        gone = not self.library.has("anyOf") and "anyOf" in self.library.names(retired=True)
        if len(siblings) < 2 or gone:  # what failed once is not proposed again
            return
        general = rework.derive(self.library, admitted("anyOf", "general"), siblings, reason="siblings", at=self.now)
        self.kept[general.hash] = general
        if not passed:
            self.library.retire("anyOf", reason="failed a replay", at=self.now)
            return
        made = [
            self.rewritten(each, admitted(each.name, f"wraps({general.hash[:9]})", {"anyOf": general.hash}))
            for each in siblings
        ]
        if self.refactored(lambda: rework.take_over(self.library, made, reason="siblings", at=self.now), made):
            assert {each.name for each in siblings if not each.pinned} <= set(self.library.pinned_by(general.hash))

    @rule(names=st.lists(st.sampled_from([*NAMES, "anyOf"]), min_size=2, max_size=2, unique=True))
    def merge(self, names: list[str]) -> None:
        """One skill goes out of use for another, and all that call it come to call that one."""
        if not all(map(self.library.has, names)):
            return
        keep, other = map(self.library.get, names)
        callers = []
        for caller in map(self.library.get, self.library.pinned_by(other.current.hash)):
            kept = {name: hash for name, hash in caller.current.uses.items() if name != other.name}
            uses = {**kept, keep.name: keep.current.hash}
            callers.append(self.rewritten(caller, admitted(caller.name, f"instead({keep.name})", uses)))

        def change() -> None:
            rework.merge(self.library, keep, [other], callers, reason="doubles", at=self.now)

        if self.refactored(change, callers):
            assert not self.library.has(other.name)
            left = map(self.library.get, self.library.pinned_by(other.current.hash))
            assert all(skill.pinned for skill in left), "nobody in use calls it, but who is held in its place"

    def rewritten(self, skill: Skill, admission: Admission) -> rework.Rewritten:
        """A skill with another source, and a replay that it passed."""
        self.iteration += 1
        return rework.Rewritten(
            skill, admission, [replace(run(skill.current, self.iteration), version="", at=self.now)]
        )

    def refactored(self, change: Callable[[], None], made: Sequence[rework.Rewritten]) -> bool:
        """Whether a change was made; if not, nothing has changed. What moved stands as high as what it stands for."""
        before = list(self.library.db.conn.iterdump())
        try:
            change()
        except CallCycle:
            assert list(self.library.db.conn.iterdump()) == before
            return False
        for each in made:
            now = self.library.get(each.skill.name)
            if each.skill.pinned:
                assert now.current == each.skill.current
            else:
                assert now.current.source == each.admission.source
                assert now.record.succeeded >= each.skill.record.succeeded
            self.kept |= {version.hash: version for version in self.library.versions(each.skill.name)}
        return True

    @rule(name=st.sampled_from(NAMES))
    def crash(self, name: str) -> None:
        """A process that dies half way leaves nothing half done."""
        before = list(self.library.db.conn.iterdump())
        with contextlib.suppress(KeyError), atomic(self.library.db):
            made = self.library.add(admitted(name, "never"), reason="r")
            self.library.record_use(run(made, 10_000))
            self.library.retire(name, reason="r")
            raise KeyError
        assert list(self.library.db.conn.iterdump()) == before

    @invariant()
    def history_tells_the_present(self) -> None:
        """The graph as of now, read off the moves, is the graph that the pointers give."""
        graph = SkillGraph(self.library)
        now, told = graph.calls().subgraph(self.library.names()), graph.as_of(float("inf"))
        assert (set(now.nodes), set(now.edges)) == (set(told.nodes), set(told.edges))

    @invariant()
    def whatever_is_the_same_counts_the_same_runs(self) -> None:
        """Records are those of all runs of a version under whatever name, and statistics tell no other figures."""
        for hash in self.kept:
            outcomes = [use.outcome for use in self.library.uses_of(hash, 10_000)]
            told = self.library.record_of(hash)
            assert [told.succeeded, told.failed, told.unmet] == [
                outcomes.count(each) for each in ("succeeded", "failed", "unmet")
            ]
            counted = [each == "succeeded" for each in outcomes if each != "unmet"][:WINDOW]
            assert told.bound == wilson(sum(counted), len(counted))

    @invariant()
    def what_runs_is_what_a_skill_rests_on(self) -> None:
        """The closure of a skill is what its program is made of, and the blast radius is the same the other way."""
        graph = SkillGraph(self.library)
        in_use = {skill.name: skill.current.hash for skill in self.library.all()}
        made = {name: {each["name"] for each in graph.modules(hash)} - {name} for name, hash in in_use.items()}
        assert {name: set(graph.closure(name)) - {name} for name in in_use} == made
        for name in self.library.names(retired=True):
            assert set(graph.callers(name)) == {caller for caller, rests in made.items() if name in rests}

    @invariant()
    def the_past_stays_as_it_was(self) -> None:
        """The graph as of any moment is the graph of that moment."""
        graph = SkillGraph(self.library).now()
        self.past[len(self.past)] = set(graph.nodes(data="hash")), set(graph.edges)

    def teardown(self) -> None:
        """Look back at every moment."""
        if hasattr(self, "library"):
            graph = SkillGraph(self.library)
            for at, told in self.past.items():
                then = graph.as_of(float(at))
                assert (set(then.nodes(data="hash")), set(then.edges)) == told, at

    @invariant()
    def current_is_a_version_of_the_skill(self) -> None:
        """The pointer never dangles."""
        for skill in self.library.all(retired=True):
            assert skill.current in self.library.versions(skill.name)

    @invariant()
    def nothing_is_lost_and_every_hash_can_be_reproduced(self) -> None:
        """Versions are for ever."""
        for hash, version in self.kept.items():
            assert self.library.version(hash) == version
            assert hash == version_hash(version.source, version.signature, version.uses, version.language)

    @invariant()
    def what_is_embedded_is_what_is_in_use(self) -> None:
        """Each skill in use has the text of its current version, what is retired has none."""
        texts = dict(self.library.db.execute("SELECT id, text FROM skill_texts").fetchall())
        rows = self.library.db.execute("SELECT id, name FROM skills WHERE retired = 0").fetchall()
        in_use = {row: self.library.get(name) for row, name in rows}
        assert texts == {
            row: spoken(skill.name, skill.current.purpose, sorted({e.item for e in skill.effects if e.low > 0}))
            for row, skill in in_use.items()
        }

    @invariant()
    def no_circles(self) -> None:
        """Neither by name nor by version."""
        graph = SkillGraph(self.library)
        assert nx.is_directed_acyclic_graph(graph.calls())
        pinned = [(a, b) for a, b, kind in graph.versions().edges(data="kind") if kind == "calls"]
        assert nx.is_directed_acyclic_graph(nx.DiGraph(pinned))


AnyHistory.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)


TestAnyHistory = AnyHistory.TestCase


WRITER = """
import random, sys
from memory.db import open_db
from skills.library import Library
from skills.schema import SKILLS
from tests.kept_skills import admitted, run
library, dice = Library(open_db(sys.argv[1], SKILLS)), random.Random(int(sys.argv[2]))
for iteration in range(10_000):
    name = dice.choice(["chop", "saw", "build"])
    uses = {"chop": library.get("chop").current.hash} if name != "chop" and library.has("chop") else {}
    version = library.add(admitted(name, f"step({iteration})", uses), reason="r", at=iteration)
    library.record_use(run(version, iteration, dice.choice(["succeeded", "failed"]), setting="fresh", world="w"))
    if dice.random() < 0.2:
        (library.retire if library.has("saw") else library.restore)("saw", reason="r") if library.versions("saw") else 0
    print(version.hash, flush=True)
"""


@pytest.mark.parametrize("seed", [1, 2])
def test_a_writer_that_is_killed_leaves_a_whole_library_with_all_that_it_told(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "j.db"
    command = [sys.executable, "-c", WRITER, str(path), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]) as writer:
        assert writer.stdout is not None
        told = [writer.stdout.readline().strip() for _ in range(5 + 7 * seed)]
        writer.kill()
        told += [line.strip() for line in writer.stdout if line.endswith("\n")]
    state = AnyHistory()
    state.library, state.kept = Library(open_db(path, SKILLS)), {}
    assert len(told) >= 5
    state.kept = {hash: state.library.version(hash) for hash in told}
    assert all(state.library.record_of(hash).succeeded + state.library.record_of(hash).failed == 1 for hash in told)
    for holds in (
        state.history_tells_the_present,
        state.whatever_is_the_same_counts_the_same_runs,
        state.what_runs_is_what_a_skill_rests_on,
        state.current_is_a_version_of_the_skill,
        state.nothing_is_lost_and_every_hash_can_be_reproduced,
        state.what_is_embedded_is_what_is_in_use,
        state.no_circles,
    ):
        holds()
