"""The library: immutable versions, a pointer that only evidence or a person moves, and nothing ever lost."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from memory.db import atomic, open_db
from skills import render, rework
from skills.admit import Admission
from skills.agent_skills.pages import contract_page
from skills.compare import difference
from skills.errors import CallCycle, Inadmissible, NotAllowed, Refusal, SkillError, UnknownSkill
from skills.evidence import WINDOW, defaults, learn_effects, wilson
from skills.graph import SkillGraph
from skills.library import Library
from skills.operators import Operators
from skills.reader import By, LibraryReader
from skills.rename import rename
from skills.schema import SKILLS
from skills.search import gives, search
from skills.skill import Effect, Parameter, Signature, Skill, Use, Version, version_hash
from skills.stats import statistics
from skills.words import spoken

COUNT = (Parameter("kind", "string", "'any'"), Parameter("count", "number", "1"))


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(open_db(tmp_path / "j.db", SKILLS))


def admitted(
    name: str, body: str = "", uses: Mapping[str, str] | None = None, parameters: tuple[Parameter, ...] = COUNT
) -> Admission:
    """What admission hands over for a well-formed source."""
    source = f"async function {name}(bot, {{ kind = 'any', count = 1 }}) {{ {body} return true }}"
    return Admission(source, (), Signature(name, parameters), f"Does what {name} says.", uses=uses or {})


def run(version: Version, iteration: int, outcome: Any = "succeeded", **more: Any) -> Use:
    return Use(version.hash, outcome, "a", iteration, float(iteration), **more)


def test_the_same_source_is_kept_once_and_the_hash_can_be_reproduced(library: Library) -> None:
    first = library.add(admitted("mineLogs"), reason="task done", author="planner", journey="a", iteration=1, at=1.0)
    again = library.add(admitted("mineLogs"), reason="again", iteration=9)
    assert again == first
    assert first.hash.startswith("v1:")
    assert first.hash == version_hash(first.source, first.signature, first.uses)
    assert library.get("mineLogs").current == first
    assert [move.action for move in library.history("mineLogs")] == ["added"]


def test_a_hash_does_not_see_line_ends_but_sees_source_signature_and_callees() -> None:
    signature = Signature("f", COUNT)
    plain = version_hash("a\nb\n", signature, {})
    assert version_hash("a  \r\nb", signature, {}) == plain
    assert version_hash("a\n b", signature, {}) != plain
    assert version_hash("a\nb", Signature("f"), {}) != plain
    assert version_hash("a\nb", signature, {"g": "v1:0"}) != plain


def test_a_refused_source_is_never_kept(library: Library) -> None:
    with pytest.raises(Inadmissible, match="say it better"):
        library.add(Admission("x", (Refusal("code", "say it better"),)), reason="no")
    assert library.names() == []


def test_versions_and_evidence_cannot_be_edited_even_by_sql(library: Library) -> None:
    library.record_use(run(library.add(admitted("mineLogs"), reason="r"), 1))
    for sql in ("UPDATE versions SET source = 'x'", "DELETE FROM versions", "DELETE FROM uses", "DELETE FROM moves"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            library.db.execute(sql)


def test_evidence_moves_a_version_up_the_ladder_and_down_again(library: Library) -> None:
    version = library.add(admitted("mineLogs"), reason="r")
    assert library.rung(version.hash) == "draft"
    assert library.record_use(run(version, 1, setting="home")) == "candidate"
    assert library.record_use(run(version, 2, setting="fresh", world="seed 1")) == "candidate"
    assert library.record_use(run(version, 3, setting="fresh", world="seed 1")) == "candidate", "the same world again"
    assert library.record_use(run(version, 4, setting="fresh", world="seed 2")) == "verified"
    rungs = [library.record_use(run(version, iteration)) for iteration in range(5, 12)]
    assert rungs[-1] == "trusted"
    assert library.record_of(version.hash).bound == wilson(11, 11)
    fallen = [library.record_use(run(version, iteration, "failed")) for iteration in range(12, 24)]
    assert fallen[0] == "trusted"
    assert fallen[-1] == "parole"
    back = [library.record_use(run(version, iteration)) for iteration in range(24, 44)]
    assert back[-1] == "trusted"


def test_every_change_tells_who_made_it_and_the_run_that_it_was_decided_on(library: Library) -> None:
    version = library.add(admitted("mineLogs"), reason="asked for", author="planner", journey="j", iteration=3)
    for number in range(1, 3):
        library.record_use(
            run(version, number, setting="fresh", world=f"w{number}", events=(10 * number, 10 * number + 5))
        )
    with library.by(By("person")):
        library.pin("mineLogs", reason="as it is")
    library.unpin("mineLogs", reason="again")
    made = [(each.action, each.by) for each in library.history("mineLogs")]
    assert made == [
        ("added", By("planner", "j", 3)),
        ("climbed", By("library", "a", 1, 15)),
        ("climbed", By("library", "a", 2, 25)),
        ("pinned", By("person")),
        ("unpinned", By("library")),
    ]


def test_versions_and_all_their_edges_are_told_as_they_stood_at_any_iteration(library: Library) -> None:
    logs = library.add(admitted("mineLogs"), reason="r", at=1)
    planks = library.add(admitted("craftPlanks", uses={"mineLogs": logs.hash}), reason="r", at=2)
    newer = library.add(admitted("mineLogs", "await 0;"), reason="r", at=3)
    library.link(newer.hash, "derived_from", planks.hash, reason="r", at=4)
    graph = SkillGraph(library)

    def then(at: float) -> set[tuple[str, str, str]]:
        return set(graph.versions_as_of(at).edges(data="kind"))

    calls, supersedes = (planks.hash, logs.hash, "calls"), (newer.hash, logs.hash, "supersedes")
    assert (set(graph.versions_as_of(1)), then(1)) == ({logs.hash}, set())
    assert then(2) == {calls}
    assert then(3) == {calls, supersedes}
    assert (
        then(4)
        == {calls, supersedes, (newer.hash, planks.hash, "derived_from")}
        == set(graph.versions().edges(data="kind"))
    )


def test_the_same_run_counts_once_and_an_unmet_need_is_not_a_failure(library: Library) -> None:
    version = library.add(admitted("mineLogs"), reason="r")
    for _ in range(3):
        library.record_use(run(version, 1))
    library.record_use(run(version, 2, "unmet", cause="no_tool"))
    record = library.record_of(version.hash)
    assert (record.succeeded, record.failed, record.unmet) == (1, 0, 1)
    assert record.bound == wilson(1, 1)
    assert [use.cause for use in library.uses_of(version.hash)] == ["no_tool", None]


def test_a_new_version_takes_over_only_when_it_stands_as_high(library: Library) -> None:
    old = library.add(admitted("mineLogs"), reason="r")
    library.record_use(run(old, 1, setting="fresh", world="1"))
    library.record_use(run(old, 2, setting="fresh", world="2"))
    new = library.add(admitted("mineLogs", "better()"), reason="better")
    assert new.parent == old.hash
    assert library.get("mineLogs").current == old
    library.record_use(run(new, 3, setting="fresh", world="1"))
    assert library.get("mineLogs").current == old, "a candidate does not replace a verified version"
    library.record_use(run(new, 4, setting="fresh", world="2"))
    assert library.get("mineLogs").current == new


def test_what_was_rolled_back_does_not_come_back_by_itself(library: Library) -> None:
    old = library.add(admitted("mineLogs"), reason="r")
    new = library.add(admitted("mineLogs", "worse()"), reason="better?")
    assert library.get("mineLogs").current == new, "one draft gives way to another"
    assert library.rollback("mineLogs", reason="it broke").current == old
    library.record_use(run(new, 1))
    assert library.get("mineLogs").current == old
    assert library.promote("mineLogs", new.hash, reason="by hand").current == new
    assert library.rollback("mineLogs", reason="still broken").current == old
    with pytest.raises(NotAllowed, match="no earlier version"):
        library.rollback("mineLogs", reason="and further")


def test_a_run_of_a_version_under_its_old_name_counts_for_the_new_one_at_once(library: Library) -> None:
    old = library.add(admitted("mineLogs"), reason="r")
    library.record_use(run(old, 1))
    new = library.add(admitted("chopWood"), reason="r")
    library.carry_on(new.hash, old.hash, reason="another name")
    library.retire("mineLogs", reason="another name")
    other = library.add(admitted("mineLogs", "better()"), reason="r")
    library.record_use(run(other, 9))
    library.carry_on(other.hash, new.hash, reason="written anew", kind="rewritten_from")
    assert [library.record_of(each.hash).succeeded for each in (old, new, other)] == [2, 2, 2]
    library.retire("mineLogs", reason="another name")
    for iteration in (2, 3, 4):
        library.record_use(run(old, iteration, "failed"))
    skill = library.get("chopWood")
    assert (skill.rung, skill.record.succeeded, skill.record.failed) == ("parole", 2, 3)
    assert skill.record == library.record_of(old.hash)
    assert library.on_parole() == ["chopWood"]


def test_a_newer_version_that_a_person_left_behind_does_not_come_back_by_itself(library: Library) -> None:
    old = library.add(admitted("mineLogs"), reason="r")
    new = library.add(admitted("mineLogs", "better()"), reason="r")
    assert library.get("mineLogs").current == new
    library.promote("mineLogs", old.hash, reason="I know this one")
    for iteration in range(12):
        library.record_use(run(old, 100 + iteration, setting="fresh", world=str(iteration)))
        library.record_use(run(new, iteration, setting="fresh", world=str(iteration)))
    assert (library.get("mineLogs").current, library.challengers()) == (old, [])
    newest = library.add(admitted("mineLogs", "best()"), reason="r")
    library.record_use(run(newest, 200))
    assert library.challengers() == [newest], "what comes later may"
    assert library.promote("mineLogs", new.hash, reason="after all").current == new


def test_a_retired_skill_is_out_of_sight_and_a_new_version_brings_it_back(library: Library) -> None:
    library.add(admitted("mineLogs"), reason="r")
    library.retire("mineLogs", reason="a better one exists")
    assert not library.has("mineLogs")
    assert search(library, "mine logs") == []
    new = library.add(admitted("mineLogs", "better()"), reason="better")
    assert library.has("mineLogs")
    assert library.get("mineLogs").current == new


def test_skills_cannot_call_each_other_in_a_circle(library: Library) -> None:
    logs = library.add(admitted("mineLogs"), reason="r")
    planks = library.add(admitted("craftPlanks", uses={"mineLogs": logs.hash}), reason="r")
    with pytest.raises(CallCycle, match="'mineLogs' would call itself through 'craftPlanks'"):
        library.add(admitted("mineLogs", "x()", uses={"craftPlanks": planks.hash}), reason="r")
    assert library.versions("mineLogs") == [logs]


def test_a_run_gets_its_modules_callees_first_with_pinned_versions(library: Library) -> None:
    logs = library.add(admitted("mineLogs"), reason="r")
    planks = library.add(admitted("craftPlanks", uses={"mineLogs": logs.hash}), reason="r")
    library.add(admitted("mineLogs", "newer()"), reason="r")
    graph = SkillGraph(library)
    modules = graph.program("program", "go", "async function go(bot) {}", {"craftPlanks": planks.hash})
    assert [module["id"] for module in modules] == [logs.hash, planks.hash, "program"]
    assert modules[1]["uses"] == {"mineLogs": logs.hash}, "the caller still means the version it was written with"
    assert graph.callers("mineLogs") == ["craftPlanks"]
    assert graph.layers() == [["mineLogs"], ["craftPlanks"]]
    with pytest.raises(UnknownSkill):
        graph.callers("mineGold")


def test_what_a_skill_rests_on_is_what_its_calls_are_bound_to_whatever_is_current_since(library: Library) -> None:
    logs = library.add(admitted("mineLogs"), reason="r", at=1)
    planks = library.add(admitted("craftPlanks", uses={"mineLogs": logs.hash}), reason="r", at=2)
    library.add(admitted("craftTable", uses={"craftPlanks": planks.hash}), reason="r", at=3)
    library.add(admitted("craftPlanks", "takeThem()"), reason="r", at=4)
    library.add(admitted("alone"), reason="r", at=5)
    graph = SkillGraph(library)
    assert graph.closure("craftTable") == ["craftPlanks", "mineLogs"]
    assert (graph.closure("craftPlanks"), graph.callers("mineLogs")) == ([], ["craftTable"])
    assert (graph.direct_callers("craftPlanks"), graph.direct_callers("mineLogs")) == (["craftTable"], [])
    now, then = graph.picture(), graph.picture(3)
    assert (now["orphans"], then["orphans"], now["calling_share"]) == (["alone"], [], 0.25)
    assert now["hubs"] == [{"name": "craftPlanks", "callers": 1, "blast_radius": 1}]
    assert then["hubs"][1] == {"name": "mineLogs", "callers": 1, "blast_radius": 2}
    library.retire("craftPlanks", reason="bad", at=6)
    left = SkillGraph(library).picture()
    assert (left["retired_calls"], left["calling_share"]) == ([["craftTable", "craftPlanks"]], 0.3333)
    library.retire("craftTable", reason="bad", at=7)
    assert SkillGraph(library).callers("mineLogs") == [], "what is out of use breaks no more"


def test_a_version_is_named_by_a_beginning_of_its_hash_and_only_of_its_own_skill(library: Library) -> None:
    one, two = (library.add(admitted(name), reason="r") for name in ("mineLogs", "craftPlanks"))
    assert (
        library.version(one.hash[3:15]) == library.version(one.hash[:15]) == library.chosen("mineLogs", one.hash) == one
    )
    assert library.chosen("craftPlanks", None) == two
    with pytest.raises(UnknownSkill, match="no version begins with '00'"):
        library.chosen("mineLogs", "00")
    for ask in (
        lambda: statistics(library, "craftPlanks", {}, one.hash),
        lambda: difference(library, "craftPlanks", one.hash),
        lambda: library.promote("craftPlanks", one.hash, reason="r"),
    ):
        with pytest.raises(NotAllowed, match="is a version of 'mineLogs', not of 'craftPlanks'"):
            ask()
    with pytest.raises(UnknownSkill, match="more than one version"):
        library.version("")


def test_effects_are_intervals_for_each_unit_and_each_kind(library: Library) -> None:
    version = library.add(admitted("mineLogs"), reason="r")
    for iteration, (kind, count, gained) in enumerate([("oak", 1, 1), ("oak", 4, 4), ("birch", 2, 3)]):
        library.record_use(
            run(
                version,
                iteration,
                args={"kind": kind, "count": count},
                before={"stick": 1},
                after={"stick": 1, f"{kind}_log": gained, "sapling": iteration},
                tools=("stone_axe",),
            )
        )
    effects = {(effect.item, effect.when["kind"]): effect for effect in library.get("mineLogs").effects}
    oak, birch = effects["oak_log", "oak"], effects["birch_log", "birch"]
    assert (oak.low, oak.high, oak.per, oak.seen) == (1, 1, "count", 2)
    assert (birch.low, birch.high, birch.per) == (1.5, 1.5, "count")
    assert [(need.kind, need.name, need.seen, need.of) for need in library.get("mineLogs").requires] == [
        ("tool", "stone_axe", 3, 3)
    ]
    assert [skill.name for skill, _ in gives(library, "oak_log")] == ["mineLogs"]
    assert gives(library, "stick") == []


def test_an_effect_that_is_the_same_for_all_kinds_does_not_depend_on_them(library: Library) -> None:
    version = library.add(admitted("mineLogs"), reason="r")
    for iteration, kind in enumerate(["oak", "birch", "some words of a letter"]):
        library.record_use(run(version, iteration, args={"kind": kind, "count": 2}, after={"log": 2}))
    (effect,) = library.get("mineLogs").effects
    assert (effect.item, effect.low, effect.high, effect.per, effect.when, effect.seen) == ("log", 1, 1, "count", {}, 3)


def test_failed_runs_teach_no_effects(library: Library) -> None:
    version = library.add(admitted("mineLogs"), reason="r")
    library.record_use(run(version, 1, "failed", after={"dirt": 9}))
    assert library.get("mineLogs").effects == ()


def test_a_default_amount_counts_like_a_given_one(library: Library) -> None:
    version = library.add(admitted("mineLogs"), reason="r")
    library.record_use(run(version, 1, after={"oak_log": 1}))
    library.record_use(run(version, 2, args={"count": 3}, after={"oak_log": 3}))
    (effect,) = library.get("mineLogs").effects
    assert (effect.low, effect.high, effect.per, effect.when) == (1, 1, "count", {"kind": "any"})


def test_a_version_whose_latest_runs_go_worse_than_before_is_on_parole_and_one_that_was_never_sure_is_not(
    library: Library,
) -> None:
    sure, unsure = library.add(admitted("mineLogs"), reason="r"), library.add(admitted("huntCow"), reason="r")
    for iteration in range(14):
        library.record_use(run(sure, iteration, setting="fresh", world=str(iteration)))
    rungs = [library.record_use(run(sure, 20 + n, "succeeded" if n % 3 == 2 else "failed")) for n in range(12)]
    assert rungs[0] == "trusted", "one failure says nothing"
    assert rungs[-1] == "parole"
    moves = [(move.action, move.at) for move in library.history("mineLogs") if move.action in ("fell", "climbed")]
    assert [action for action, _ in moves][-1] == "fell"
    for iteration in range(40):
        library.record_use(run(unsure, iteration, "succeeded" if iteration % 2 else "failed"))
    assert library.get("huntCow").rung == "candidate"


def test_a_skill_is_found_by_words_parts_of_names_and_what_it_gives(library: Library) -> None:
    logs = library.add(admitted("mineLogs"), reason="r")
    library.add(admitted("smeltIron"), reason="r")
    library.record_use(run(logs, 1, after={"oak_log": 1}))
    assert search(library, "some log mining")[0].skill.name == "mineLogs"
    assert search(library, "smelt the iron")[0].skill.name == "smeltIron"
    (hit,) = search(library, "zzz", items=["oak_log"])
    assert list(hit.routes) == ["effect"]
    near = search(library, "zzz", meaning=lambda words, limit: [("smeltIron", 0.8), ("gone", 0.7)])
    assert [found.skill.name for found in near] == ["smeltIron"]


def test_a_card_shows_the_call_the_purpose_and_the_proof_but_no_body(library: Library) -> None:
    version = library.add(admitted("mineLogs", "secretBody()"), reason="r")
    library.record_use(run(version, 1, after={"oak_log": 1}, tools=("stone_axe",), places=("forest",)))
    card = render.card(library.get("mineLogs"))
    for part in (
        "mineLogs(bot, { kind = 'any', count = 1 })",
        "Does what mineLogs says",
        "needs stone_axe",
        "gives +1 oak_log per count",
        "seen in forest; candidate, 1 of 1 runs succeeded",
    ):
        assert part in card
    assert "secretBody" not in card


def test_a_contract_tells_families_time_and_the_runs_for_and_against_each_effect(library: Library) -> None:
    told = Library(library.db, families={"oak_log": "#logs", "birch_log": "#logs"})
    version = told.add(admitted("mineLogs"), reason="r")
    for number, (item, extra, ticks) in enumerate([("oak_log", 0, 40), ("birch_log", 0, 120), ("oak_log", 2, 60)], 1):
        args = {"count": number, "kind": "any"}
        after = {item: number, **({"stick": extra} if extra else {})}
        told.record_use(replace(run(version, number, after=after), args=args, ticks=ticks))
    skill = LibraryReader(library.db).get("mineLogs")
    assert {(each.item, each.low, each.high, each.per, each.shown, each.against, each.family)
            for each in skill.effects} == {
        ("#logs", 1, 1, "count", 3, 0, None), ("oak_log", 0, 1, "count", 2, 1, "#logs"),
        ("birch_log", 0, 1, "count", 1, 2, "#logs"), ("stick", 0, 2 / 3, "count", 1, 2, None),
    }  # fmt: skip
    time = skill.record.time
    assert time is not None
    assert (time.low, time.high, time.per, time.seen) == (20, 60, "count", 3)
    card = render.card(skill)
    assert "gives +1 #logs per count (kind 'any');" in card
    assert "takes 1 to 3 s per count" in card
    assert "oak_log" not in card
    operator = Operators(library, {"oak_log": "#logs", "birch_log": "#logs"}).giving("#logs")[0]
    assert operator.gain("#logs") == next(each for each in skill.effects if each.item == "#logs")
    assert operator.time == time, "the planner's operators and the contract are one reading of the runs"
    page = contract_page(skill)
    for row in (
        "| +1 #logs per count (kind 'any') | 3 | 0 |",
        "| +0 to +0.666667 stick per count (kind 'any') | 1 | 2 |",
        "1 to 3 s per count",
    ):
        assert row in page


def test_a_card_says_what_is_used_up_without_a_sign_and_where_it_worked_apart_from_its_needs() -> None:
    fixed, ranged = Effect("stick", -2, -2, per="count"), Effect("coal", -3, -1)
    assert [render.cost(each) for each in (fixed, ranged, Effect("dirt", -14, 0))] == [
        "2 stick per count", "1 to 3 coal", "0 to 14 dirt"
    ]  # fmt: skip


def test_libraries_in_one_database_do_not_mix(library: Library) -> None:
    library.add(admitted("mineLogs"), reason="r")
    other = Library(library.db, "other")
    assert other.names() == []
    other.add(admitted("mineLogs"), reason="r")
    other.retire("mineLogs", reason="x")
    assert library.has("mineLogs")
    assert [hit.skill.name for hit in search(library, "mine logs")] == ["mineLogs"]


def test_a_library_can_be_read_while_it_is_written_elsewhere(library: Library, tmp_path: Path) -> None:
    version = library.add(admitted("mineLogs"), reason="r")
    reader = LibraryReader(open_db(tmp_path / "j.db", SKILLS, read_only=True))
    library.record_use(run(version, 1, after={"oak_log": 1}))
    assert reader.get("mineLogs").rung == "candidate"
    assert SkillGraph(reader).layers() == [["mineLogs"]]
    assert [skill.name for skill, _ in gives(reader, "oak_log")] == ["mineLogs"]


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
sys.path.insert(0, "tests")
from test_skills_library import SKILLS, Library, admitted, open_db, run
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


def test_places_that_a_run_was_given_are_no_kinds_of_what_it_does() -> None:
    signature = Signature("mineIron", (Parameter("count", default="1"), Parameter("places", default="{}")))
    uses = [
        Use(
            "v", "succeeded", "a", n, float(n), args={"count": 1, "places": {"iron_ore": [{"x": n}]}}, after={"iron": 1}
        )
        for n in range(3)
    ]
    (effect,) = learn_effects(uses, signature)
    assert (effect.item, effect.when) == ("iron", {})


@pytest.mark.parametrize("default", ["Infinity", "1e999", "1e308", "1" + "0" * 400])
def test_a_number_that_stands_for_no_limit_is_no_amount(library: Library, default: str) -> None:
    far = (Parameter("far", "number", default), Parameter("count", "number", "1"))
    for parameters in (far, far[:1]):
        version = library.add(admitted("mineLogs", parameters=parameters), reason="t")
        for count in (1, 2):
            args = {"count": count} if parameters == far else {}
            library.record_use(run(version, count, args=args, after={"oak_log": count}, ticks=100 * count))
        skill = library.get("mineLogs")
        (effect,) = skill.effects
        assert (effect.low, effect.high, effect.per) == ((1, 1, "count") if parameters == far else (1, 2, None))
        assert skill.record.time is not None
        assert skill.record.time.per == effect.per


def test_what_was_replayed_takes_over_only_from_what_it_was_replayed_against(library: Library) -> None:
    for name in ("mineLogs", "mineOak"):
        library.add(admitted(name), reason="t")
    logs, oak = library.get("mineLogs"), library.get("mineOak")
    newer = library.add(admitted("mineLogs", "better"), reason="by another journey meanwhile")
    library.promote("mineLogs", newer.hash, reason="t")
    before = list(library.db.conn.iterdump())
    made = rework.Rewritten(logs, admitted("mineLogs", "wraps"))
    for change in (
        lambda: rework.take_over(library, [made], reason="siblings"),
        lambda: rework.merge(library, logs, [oak], [], reason="doubles"),
        lambda: rework.merge(library, oak, [logs], [], reason="doubles"),
    ):
        with pytest.raises(NotAllowed, match="mineLogs changed while it was replayed"):
            change()
    assert list(library.db.conn.iterdump()) == before


def test_defaults_are_those_that_a_program_can_be_given() -> None:
    texts = ("1", "'a'", "null", "None", "[1, 2]", "Infinity", "[NaN]", "1e999", "b'a'", "1j", "'\\ud83d'", "size")
    told = defaults(Signature("f", tuple(Parameter(text, default=text) for text in texts)))
    assert told == {"1": 1, "'a'": "a", "null": None, "None": None, "[1, 2]": [1, 2]}
