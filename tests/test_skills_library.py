"""The library: immutable versions, a pointer that only evidence or a person moves, and nothing ever lost."""

from __future__ import annotations

import random
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.db import open_db
from skills import render, rework
from skills.admit import Admission
from skills.agent_skills.pages import contract_page
from skills.compare import difference
from skills.errors import CallCycle, Inadmissible, NotAllowed, Refusal, UnknownSkill
from skills.evidence import Ladder, Run, declined, defaults, learn_effects, losing_streak, wilson
from skills.graph import SkillGraph
from skills.library import Library
from skills.operators import Operators
from skills.reader import By, LibraryReader
from skills.schema import SKILLS
from skills.search import gives, search
from skills.skill import Effect, Parameter, Signature, Use, version_hash, version_hashes
from skills.snapshot import check, snapshot
from skills.stats import statistics
from tests.kept_skills import COUNT, admitted, run


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(open_db(tmp_path / "j.db", SKILLS))


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


@given(st.text("ab \t\n"), st.text("ab \t\n"), st.sampled_from(["`", '"""', "'''"]))
def test_programs_that_say_different_texts_are_different_versions_and_no_others_were_renamed(
    one: str, other: str, mark: str
) -> None:
    signature = Signature("f")

    def said(text: str) -> str:
        return f"say({mark}{text}{mark})"

    hashes = [version_hash(said(text), signature, {}) for text in (one, other)]
    assert (hashes[0] == hashes[1]) == (one == other), "space at the end of a line is part of a text that spans lines"
    assert version_hash(said(one).replace("\n", "\r\n"), signature, {}) == hashes[0], "both languages read one line end"
    trimmed = "\n".join(line.rstrip() for line in said(one).splitlines())
    before = version_hash(trimmed, signature, {})
    assert version_hashes(said(one), signature, {})[-1] == before, "what it was called before"
    assert (hashes[0] == before) == (trimmed == said(one))
    plain = said(one).replace(mark, "/")
    assert version_hashes(plain, signature, {}) == (version_hash(f"{plain}  \n", signature, {}),)


def test_a_version_that_bears_its_older_hash_is_kept_once_and_stays_valid(library: Library) -> None:
    source = "async function say(bot) { return `a  \nb` }"
    admission = Admission(source, (), Signature("say"), "")
    newer, older = version_hashes(source, Signature("say"), {})
    assert library.add(admission, reason="r").hash == newer
    library.db.execute("DROP TRIGGER versions_no_update")  # as a library from before has it
    library.db.execute("UPDATE versions SET hash = ?", [older])
    assert library.add(admission, reason="again").hash == older
    check("say", snapshot(library)["say"])
    assert len(library.versions("say")) == 1


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


def test_a_version_that_fell_comes_back_by_what_it_does_since_whatever_it_did_before(library: Library) -> None:
    version = library.add(admitted("mineLogs"), reason="r")
    for iteration in range(30):
        library.record_use(run(version, iteration, setting="fresh", world=str(iteration)))
    for iteration in range(30, 33):
        library.record_use(run(version, iteration, "failed"))
    assert library.rung(version.hash) == "parole"
    assert library.record_use(run(version, 33)) == "parole", "one success makes up for nothing"
    back = [library.record_use(run(version, n, setting="fresh", world=str(n))) for n in range(34, 42)]
    assert (back[0], back[1], back[-1]) == ("parole", "verified", "trusted"), "as at first"
    record = library.record_of(version.hash)
    assert (record.succeeded, record.failed) == (39, 3), "nothing is forgotten"


def test_what_failed_again_what_it_had_passed_is_on_parole_at_once_and_so_is_whatever_is_the_same(
    library: Library,
) -> None:
    old = library.add(admitted("mineLogs"), reason="r")
    for iteration in range(30):
        library.record_use(run(old, iteration, setting="fresh", world=str(iteration)))
    new = library.add(admitted("chopWood"), reason="r")
    library.carry_on(new.hash, old.hash, reason="another name")
    library.retire("mineLogs", reason="another name")
    library.distrust(replace(run(new, 7, "failed"), journey="trials"), reason="failed again what it had passed")
    assert [library.rung(each.hash) for each in (old, new)] == ["parole", "parole"]
    assert library.to_repair() == ["chopWood"]
    fell = library.history("chopWood")[-1]
    assert (fell.action, fell.by) == ("fell", By("library", "trials", 7))
    assert fell.reason == "trusted -> parole: failed again what it had passed"
    assert library.record_use(run(new, 40)) == "parole", "one success makes up for nothing"


def test_the_work_of_looking_for_challengers_grows_with_the_library_not_with_its_square(library: Library) -> None:
    def work(skills: int) -> int:
        """Hundreds of steps of the database, with so many trusted skills more."""
        for number in range(skills):
            version = library.add(admitted(f"mine{skills}And{number}"), reason="r")
            library.db.execute(
                "UPDATE standings SET rung = 'trusted', succeeded = 8 WHERE version = ?", [version.number]
            )
        steps: list[None] = []
        library.db.conn.set_progress_handler(lambda: steps.append(None), 100)
        assert library.challengers() == []
        library.db.conn.set_progress_handler(None, 0)
        return len(steps)

    few = work(100)
    assert work(900) <= 20 * few, "ten times as many skills"


def test_a_skill_that_works_as_often_as_ever_seldom_falls() -> None:
    chance, uses = random.Random(20), 1000

    def falls(rate: float) -> float:
        """How often a trusted version with a steady rate falls in a thousand runs, one that fell beginning anew."""
        fell = 0
        for _ in range(20):
            runs: list[Run] = []
            for _ in range(uses):
                runs.append(Run("succeeded" if chance.random() < rate else "failed", "use", "w", 1))
                if losing_streak(runs) >= Ladder.parole_streak or declined(runs):
                    fell, runs = fell + 1, []
        return fell / 20

    assert falls(0.98) < 1
    assert falls(0.95) < 2
    assert falls(0.9) < 4


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
