"""Libraries are tidied by refactorings, each replayed in real trial worlds: found, carried out, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from agent.known import known_items
from agent.oversight import Ledger
from agent.proving import Prover
from agent.refactoring import Refactoring, Tidying
from bridge.language import JavaScript
from curriculum import gamedata
from envs.trial_process import TrialProcess
from skills import refactorings
from skills.admit import Admission
from skills.errors import NotAllowed
from skills.graph import SkillGraph
from skills.library import Library
from skills.refactor import Proposal, find
from skills.skill import Signature, Use, Version
from tests.proving_workshop import DIG, Meanwhile, Workshop

STEPS = """  const before = await countItems(bot, '#logs')
  await mineBlock(bot, '#logs', count)
  const got = await countItems(bot, '#logs') - before
"""
GATHER = f"async function gatherLogs(bot, {{ count = 1 }} = {{}}) {{\n{STEPS}  return {{ got }}\n}}"
SAW = (
    f"async function sawPlanks(bot, {{ count = 1 }} = {{}}) {{\n{STEPS}"
    "  await craftItem(bot, '#planks', 4 * got)\n  return { got }\n}"
)


@pytest.fixture(scope="module")
def trials() -> Iterator[TrialProcess]:
    with closing(TrialProcess(rules={})) as found:
        yield found


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    with Workshop(tmp_path / "j.db") as found:
        yield found


@pytest.fixture
def proving(workshop: Workshop, trials: TrialProcess) -> Iterator[Prover]:
    with workshop.proving(trials) as found:
        yield found


def test_the_library_finds_doubles_siblings_and_idle_wrappers(workshop: Workshop) -> None:
    head = "async function {name}(bot, {{ count = 1 }} = {{}}) {{\n"
    mine = head + "  await tidyInventory(bot)\n  {more}\n  return count\n}}"
    for name, kind in (("mineOak", "oak_log"), ("mineBirch", "birch_log"), ("chopBirch", "birch_log")):
        workshop.keep(mine.format(name=name, more=f"await mineBlock(bot, '{kind}', count)"))
    workshop.keep("async function getOak(bot, { count = 1 } = {}) {\n  return await mineOak(bot, { count })\n}")
    found = {proposal.kind: proposal for proposal in find(workshop.library, workshop.language.shape)}
    assert found["duplicate"].skills == ("mineBirch", "chopBirch")
    assert set(found["siblings"].skills) == {"mineOak", "mineBirch"}
    assert found["siblings"].name == "mineItem"
    assert found["idle_wrapper"].skills == ("mineOak", "getOak")


def test_steps_in_common_and_siblings_become_skills_that_all_of_them_call(workshop: Workshop, proving: Prover) -> None:
    chop = DIG.replace("digDirt", "digLogs").replace("'dirt'", "'#logs'")
    old = {version.skill: version for version in map(workshop.keep, (GATHER, SAW, DIG, chop))}
    done = Refactoring(proving, workshop.language).apply_all()
    assert [(each.proposal.kind, each.applied) for each in done] == [("siblings", True), ("common_steps", True)], done
    library = workshop.library
    general, shared = (each.proposal.name for each in done)
    for name, called in (("digDirt", general), ("digLogs", general), ("gatherLogs", shared), ("sawPlanks", shared)):
        skill = library.get(name)
        assert list(skill.current.uses) == [called]
        assert skill.record.succeeded > 2, "what the old version proved counts on, with the replays that both passed"
    assert library.get(shared).effects, "and that of what it calls"
    assert {link.other for link in library.links("derived_from")} == {version.hash for version in old.values()}
    for name, version in old.items():
        assert library.rollback(name, reason="undone").current == version
    assert SkillGraph(library).calls().number_of_edges() == 0


def test_what_others_change_during_the_replays_is_not_put_back_with_a_refactoring(
    workshop: Workshop, trials: TrialProcess, tmp_path: Path
) -> None:
    def learn(other: Library) -> None:
        other.add(Admission("// by another journey", (), Signature("learnt"), ""), reason="learnt")

    chop = DIG.replace("digDirt", "digLogs").replace("'dirt'", "'#logs'")
    for source in (DIG, chop):
        workshop.keep(source)
    with workshop.proving(Meanwhile(trials, tmp_path / "j.db", "digLogs", learn)) as proving:
        assert [each.applied for each in Refactoring(proving, workshop.language).apply_all()] == [True]
    (done,) = refactorings.carried_out(workshop.library)
    assert {each.skill for each in done.changes} == {"digDirt", "digLogs", done.name}
    refactorings.undo(workshop.library, done.number, reason="test")
    assert set(workshop.library.names()) == {"digDirt", "digLogs", "learnt"}


def test_a_caller_of_two_doubles_comes_to_call_the_one_that_stays(workshop: Workshop, proving: Prover) -> None:
    for name in ("digDirt", "takeDirt", "fetchDirt"):
        workshop.keep(DIG.replace("digDirt", name))
    workshop.keep(
        "async function gatherDirt(bot, { count = 1 } = {}) {\n"
        "  await takeDirt(bot, { count })\n  await fetchDirt(bot, { count: 2 * count })\n"
        "  return { count }\n}"
    )
    Refactoring(proving, workshop.language).apply_all()
    library = workshop.library
    assert library.names() == ["digDirt", "gatherDirt"]
    assert list(library.get("gatherDirt").current.uses) == ["digDirt"]


def test_doubles_and_idle_wrappers_go_out_of_use_and_come_back_by_restoring(
    workshop: Workshop, proving: Prover
) -> None:
    workshop.keep(DIG)
    workshop.keep(DIG.replace("digDirt", "takeDirt"))
    workshop.keep("async function getDirt(bot, { count = 1 } = {}) {\n  return await digDirt(bot, { count })\n}")
    done = Refactoring(proving, workshop.language).apply_all()
    assert {(each.proposal.kind, each.applied) for each in done} == {("duplicate", True), ("idle_wrapper", True)}
    library = workshop.library
    assert library.names() == ["digDirt"]
    assert {link.kind for link in library.links()} == {"duplicate_of"}
    for name in ("takeDirt", "getDirt"):
        assert not library.restore(name, reason="undone").retired


def test_a_journey_carries_out_what_passes_and_one_command_puts_it_back(workshop: Workshop, proving: Prover) -> None:
    library, ledger = workshop.library, Ledger(workshop.db)
    chop = DIG.replace("digDirt", "digLogs").replace("'dirt'", "'#logs'")
    old = {version.skill: version for version in map(workshop.keep, (DIG, chop))}
    grave = "async function dig{0}(bot, {{ count = 1 }} = {{}}) {{\n  await tidyInventory(bot)\n"
    grave += "  if (count > {1}) throw new Error('no')\n  return await mineBlock(bot, 'dirt', count)\n}}"
    for name, most in (("Earth", 0), ("Soil", 9)):  # what one of them does not pass by itself, nothing passes for it
        workshop.keep(grave.format(name, most))
    told: list[tuple[str, bool]] = []

    def report(kind: str, **data: Any) -> None:
        told.append((data["name"], data["passed"]))

    with closing(Tidying(proving, JavaScript(), ledger, "")) as tidying:
        tidying.one(3, 0, report)
        assert told == [], "nothing is allowed yet"
        for _ in range(4):
            tidying.one(3, 10**6, report)
        spent = proving.spent("refactor")
        tidying.one(3, 4 * spent, report)
    assert sorted(told) == [("digAmount", False), ("digItem", True)], "each is tried once"
    (line,) = ledger.lines(kind="refactoring")
    assert line["what"] == "digItem covers 2 skills"
    assert line["undo"] == "journeyman skills refactor --undo " + str(refactorings.carried_out(library)[0].number)
    assert all(list(library.get(name).current.uses) == ["digItem"] for name in old)
    assert not known_items(library, gamedata.load()) & {"item"}
    number = refactorings.carried_out(library)[0].number
    said = refactorings.undo(library, number, reason="test")
    assert said == ["digDirt is as before", "digLogs is as before", "digItem is retired"]
    assert {name: library.get(name).current for name in old} == old
    assert Refactoring(proving, workshop.language).untried() is None, "what was taken back is not done again"
    with pytest.raises(NotAllowed, match="undone already"):
        refactorings.undo(library, number, reason="test")


def test_a_source_that_cannot_be_looked_at_does_not_end_a_journey(workshop: Workshop, proving: Prover) -> None:
    version = workshop.library.add(Admission("no program", (), Signature("odd"), ""), reason="test")
    workshop.library.record_use(Use(version.hash, "succeeded", "j", 1, 0.0))
    for name in ("digDirt", "takeDirt"):
        workshop.keep(DIG.replace("digDirt", name))
    told: list[str] = []
    with closing(Tidying(proving, JavaScript(), Ledger(workshop.db), "")) as tidying:
        tidying.one(1, 10**6, lambda kind, **data: told.append(str(data["name"])))
    assert told == ["digDirt"], "nor what else there is to be tidied"


def test_a_sibling_that_comes_later_joins_and_undoing_leaves_what_has_moved_on_since(
    workshop: Workshop, proving: Prover
) -> None:
    library = workshop.library

    def kept(kind: str, name: str) -> Version:
        return workshop.keep(DIG.replace("digDirt", name).replace("'dirt'", f"'{kind}'"))

    old = [kept("dirt", "digDirt"), kept("#logs", "digLogs")]
    refactoring = Refactoring(proving, workshop.language)
    assert [each.applied for each in refactoring.apply_all()] == [True]
    later = kept("grass_block", "digGrassBlock")
    (joined,) = refactoring.apply_all()
    assert (joined.applied, joined.proposal.joins, joined.reason) == (True, True, "digItem covers 1 skill"), joined
    assert refactoring.proposals() == []
    assert set(library.names()) == {"digDirt", "digItem", "digLogs", "digGrassBlock"}
    assert list(library.get("digGrassBlock").current.uses) == ["digItem"]
    first, second = refactorings.carried_out(library)
    newer = workshop.keep(DIG.replace("  await tidy", "  // anew\n  await tidy"))
    library.promote("digDirt", newer.hash, reason="test")
    assert refactorings.undo(library, first.number, reason="test") == [
        "digDirt has changed since and stays as it is", "digLogs is as before", "digItem stays: digGrassBlock calls it"
    ]  # fmt: skip
    assert refactorings.undo(library, second.number, reason="test") == ["digGrassBlock is as before"]
    assert [library.get(name).current for name in ("digDirt", "digLogs", "digGrassBlock")] == [newer, old[1], later]


def test_a_refactoring_of_which_nothing_stands_any_more_is_not_put_back(workshop: Workshop) -> None:
    library = workshop.library
    old = workshop.keep(DIG)
    before = refactorings.standing(library)
    newer = workshop.keep(DIG.replace("  await tidy", "  // anew\n  await tidy"))
    library.promote("digDirt", newer.hash, reason="test")
    proposal = Proposal("duplicates", ("digDirt", "digEarth"), "the same")
    done = refactorings.record(library, proposal, key="k", outcome="done", replays=1, before=before)
    library.promote("digDirt", old.hash, reason="test")
    with pytest.raises(NotAllowed, match="nothing of refactoring 1 stands any more: digDirt has changed since"):
        refactorings.undo(library, done.number, reason="test")
    assert refactorings.done(library, done.number).undone is None
