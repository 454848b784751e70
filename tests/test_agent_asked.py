"""Those whom the loop asks beside the writer: proposals warm up, goals are planned, people first, failures teach."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlite_utils import Database

from agent import reflecting
from agent.brain import Attempt, WriteRequest
from agent.config import Budget
from agent.errors import ServerRefused, UsageError
from agent.models.call import Ask, Completion, Request, Role
from agent.models.calls import MODELS, Calls
from agent.models.desk import Chair, Desk
from agent.models.manual import Terminal
from agent.models.purse import Purse
from agent.models.settings import Prices, Settings
from agent.oversight import OVERSIGHT, Ledger
from agent.roles import goals, horizon
from agent.roles.describer import Describer
from agent.roles.judge import Judge, told
from agent.roles.proposer import ModelProposer
from agent.roles.reflector import Reflector
from agent.roles.steered import Steered
from agent.spending import one_words
from curriculum import gamedata, tree
from curriculum.agenda import Agenda
from curriculum.checks import All, Gained, Judged
from curriculum.progress import Progress
from curriculum.proposal import Situation
from curriculum.propose import TechTreeProposer
from curriculum.schema import CURRICULUM
from curriculum.task import Task
from memory.db import open_db
from memory.episodic import Episode, Episodes
from memory.semantic import Semantic
from memory.working import estimate_tokens

DATA = gamedata.load()
BARE = Situation({"inventory": {"oak_log": 4}}, Progress(), frozenset())


class Canned:
    """A transport that answers from a list and keeps the changing half of what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = [each if isinstance(each, str) else json.dumps(each) for each in answers]
        self.asked: list[str] = []

    def complete(self, request: Request) -> Completion:
        """The next answer."""
        self.asked.append(request.ask.messages[-1]["content"])
        return Completion(self.answers.pop(0))


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return open_db(tmp_path / "j.db", MODELS, CURRICULUM, OVERSIGHT)


def desk_over(db: Database, canned: Any, role: Role = "write") -> Desk:
    calls, settings = Calls(db), Settings.load()
    purse = Purse(Budget(), Prices({}), settings, lambda: calls.spent("j"), lambda: 0.0)
    return Desk("j", {role: [Chair("canned", "canned", canned)]}, calls, purse, settings, notice=print)


# -- proposing


def test_the_context_of_a_proposal_warms_up_with_what_is_behind_it(db: Database) -> None:
    """At first only the world matters; failures, what skills gain, deeds and things held come in one by one."""
    stick = {"tasks": [{"goal": "Sticks.", "check": {"kind": "gained", "item": "stick", "count": 4}, "reason": "why"}]}
    canned = Canned(*[stick] * 5)
    proposer = ModelProposer("m", desk_over(db, canned), TechTreeProposer(DATA, tree.load()), DATA)
    parts = ("Failed", "Gained by known skills", "Deeds done", "Held before")
    seen = []
    for done in range(5):
        progress = Progress(
            items=frozenset({"oak_log"}), done=frozenset(f"task{number}" for number in range(done)),
            story=(("gain", "oak_log"), ("gain", "dirt"), ("mine", "oak_log")),
        )  # fmt: skip
        proposer.propose(Situation(BARE.state, progress, frozenset({"#logs", "oak_log"}), iteration=done))
        seen.append([part for part in parts if part in canned.asked[-1]])
    assert seen == [[], [], ["Gained by known skills"], ["Gained by known skills", "Deeds done"],
                    ["Gained by known skills", "Deeds done", "Held before"]]  # fmt: skip
    assert all("One step away by the game's recipes" in text for text in canned.asked)


def test_what_a_proposer_is_told_does_not_grow_and_keeps_its_beginning() -> None:
    """However much was held, the text stays within its rooms; from one new thing to the next it grows at its end."""
    names = [name for name in sorted(DATA.items) if "_" in name][:400]
    whole, common = [], []
    for much in range(20, 400):
        story = tuple(("gain", name) for name in names[:much])
        known = frozenset(names[: much // 2])
        progress = Progress(items=frozenset(names[:much]), done=frozenset("abcde"), story=story)
        told = [
            section for section in horizon.sections(Situation({}, progress, known), DATA) if "skill" in section.name
        ]
        whole.append(estimate_tokens("".join("".join(section.lines) for section in told)))
        common.append(told[0].lines[0])
        assert names[much // 2 - 1] in told[0].lines[0], "the newest thing is never left out"
    assert max(whole) <= horizon.ROOM["gained"] + horizon.ROOM["held"] + 30
    kept = [after.startswith(before) for before, after in pairwise(common)]
    assert sum(kept) / len(kept) > 0.9
    assert "older ones left out" in common[-1]


def test_what_is_one_step_away_names_a_family_once_and_what_leads_on_first() -> None:
    """Eleven woods are one slab; a pickaxe that digs much comes before what little is made of."""
    known = frozenset({"#logs", "#planks", "oak_log", "oak_planks", "stick", "crafting_table", "diamond"})
    near = horizon.sections(Situation({}, Progress(items=known), known), DATA)[-2].lines[0]
    assert "#wooden_slabs" in near
    assert "acacia_slab" not in near
    assert near.index("diamond_pickaxe") < near.index("#wooden_slabs")
    assert near.endswith("more")


def test_a_persons_tasks_come_first_and_what_is_forbidden_never(db: Database) -> None:
    agenda = Agenda(db)
    steered = Steered("j", TechTreeProposer(DATA, tree.load()), agenda, DATA, wish=None, desk=None)
    free = steered.propose(BARE)
    assert free is not None
    agenda.veto("j", str(free.task.item), "not now")
    other = steered.propose(BARE)
    assert other is not None
    assert other.task.item != free.task.item
    assert any("forbidden: not now" in each.why for each in other.rejected)
    for _ in range(2):
        agenda.insert("j", Task("Sticks.", Gained(item="stick", count=4), item="stick"), by="person")
    first = steered.propose(BARE)
    assert first is not None
    assert first.task.item == "stick"
    for _ in range(2):  # a resumed journey repeats its last step
        steered.taken(first.task, 1)
    steered.settled(1, True)
    assert [each.standing for each in agenda.entries("j")] == ["passed", "open"]


def test_a_goal_in_words_becomes_a_plan_or_the_reason_why_not(db: Database) -> None:
    hut = {"tasks": [
        {"goal": "A door.", "check": {"kind": "gained", "item": "oak_door", "count": 1}, "reason": "to close it"},
        {"goal": "A hut.", "reason": "the wish", "check": {"kind": "all", "checks": [
            {"kind": "placed", "block": "oak_door", "count": 1}, {"kind": "judged", "question": "Is it a hut?"}]}},
    ]}  # fmt: skip
    wrong = {"tasks": [{"goal": "A sword.", "check": {"kind": "gained", "item": "copper_sword"}}]}
    canned = Canned(wrong, hut, {"impossible": "there are no aeroplanes"})
    desk = desk_over(db, canned, "propose")
    tasks = goals.plan("a hut with a door", BARE.state, desk, DATA)
    assert [type(each.check) for each in tasks] == [Gained, All]
    assert isinstance(tasks[1].check, All)
    assert isinstance(tasks[1].check.checks[1], Judged)
    assert "copper_sword" in canned.asked[1], "it is told what was refused"
    with pytest.raises(UsageError, match="no aeroplanes"):
        goals.plan("an aeroplane", BARE.state, desk, DATA, number=1)


# -- reflecting


LESSON = {"class": "world", "cause": "there was none in sight", "lesson": {
    "about": "iron_ore", "when": "no iron ore is in sight", "do": "look for it below sea level"}}  # fmt: skip
FORESEEN = {"class": "world", "cause": "it was too early", "lesson": {
    "about": "iron_ore", "when": "iron is wanted and no cave is known", "do": "dig down at random",
    "never": True}}  # fmt: skip


def failed_before(*causes: str) -> Any:
    """A task book with tasks of this journey that were given up for these causes."""
    return SimpleNamespace(attempts=lambda journey: [SimpleNamespace(passed=False, cause=cause) for cause in causes])


@pytest.mark.parametrize(("before", "looks"), [((), 1), (("timeout",), 1), (("no_path",), 2)])
def test_the_same_class_of_failure_again_is_looked_at_from_two_sides(
    db: Database, before: tuple[str, ...], looks: int
) -> None:
    canned = Canned(*[LESSON, FORESEEN][:looks] * 2)
    error = {"code": "no_path", "message": "no way to it"}
    parts: Any = SimpleNamespace(
        staff=SimpleNamespace(reflector=Reflector(desk_over(db, canned, "reflect"))), book=failed_before(*before),
        config=SimpleNamespace(name="j"), semantic=Semantic(db), ledger=Ledger(db),
    )  # fmt: skip
    row: Any = SimpleNamespace(iteration=4, error=error, outcome="threw", passed=False, evidence="0 of 1")
    attempt = Attempt(1, "mineIron", "async function mineIron(bot) {\n}\n", {}, "threw", error, "0 of 1")
    check = Gained(item="raw_iron", count=1)
    request = WriteRequest(
        Task("Iron.", check), "Gain 1 raw iron.", dict(BARE.state), (attempt,), (), (), {}, place="1/4/1/0"
    )
    episode = Episodes(db).record(Episode("j", 4, "t", "Iron.", "failed", 9.0, cause="no_path"))
    reflecting.reflect(parts, request, row, episode.id, 9.0)
    assert len(canned.asked) == looks
    assert "as the one who writes programs" in canned.asked[0]
    assert looks == 1 or "as the one who chooses tasks" in canned.asked[1]
    lessons = parts.semantic.find(kind="lesson")
    assert len(lessons) == looks
    told = {"never dig down at random" in each.text: each.data["never"] for each in lessons}
    assert told == ({False: False, True: True} if looks == 2 else {False: False})
    assert all(call["led_to"].startswith("lesson") for call in Calls(db).of("j"))
    line = parts.ledger.lines("j", "lesson")[0]
    parts.semantic.undo_act(int(line["undo"].split()[-1]), at=10.0, reason="no")
    assert len(parts.semantic.find(kind="lesson")) == looks - 1
    before = len(parts.ledger.lines("j", "lesson"))
    reflecting.reflect(parts, replace(request, place="1/5/1/0"), row, episode.id, 11.0)
    assert "took back: say none of them in other words" in canned.asked[looks]
    assert line["what"] in canned.asked[looks]
    again = [call["led_to"] for call in Calls(db).of("j")][looks:]
    assert any(said.startswith("not kept, as a person took back lesson") for said in again)
    assert len(parts.semantic.find(kind="lesson")) == looks - 1
    assert len(parts.ledger.lines("j", "lesson")) == before + looks - 1, "what was not kept cannot be taken back"


def test_nothing_learned_is_no_lesson(db: Database) -> None:
    canned = Canned({"class": "unheard of", "cause": "bad luck", "lesson": None}, "I do not know.")
    reflector = Reflector(desk_over(db, canned, "reflect"))
    request = WriteRequest(Task("Iron.", Gained(item="raw_iron")), "", dict(BARE.state), (), (), (), {})
    [found] = reflector.reflect(request, again=True)
    assert (found.failure, found.has_lesson) == ("wrong_code", False)
    assert Calls(db).of("j")[1]["led_to"].startswith("refused: the answer held no JSON object")


def test_a_skill_gets_its_purpose_or_none(db: Database) -> None:
    describer = Describer(desk_over(db, Canned({"purpose": "Mines logs."}, "hm"), "describe"))
    assert describer.purpose("async function mineLogs(bot) {}", "Logs.", "describe/1") == "Mines logs."
    assert describer.purpose("async function mineLogs(bot) {}", "Logs.", "describe/2") == ""


# -- a person


def test_a_person_answers_in_the_terminal(db: Database) -> None:
    target = io.StringIO()
    needed: list[bool] = []
    terminal = Terminal(io.StringIO('{"sum":\n5}\n.\nmore\n'), target, needed.append)
    reply = desk_over(db, terminal).ask(Ask("write", "test:1", ({"role": "user", "content": "What is 2 + 3?"},), "1"))
    assert json.loads(reply.text) == {"sum": 5}
    assert "What is 2 + 3?" in target.getvalue()
    assert needed == [True, False], "the panel makes room for as long as somebody types"
    with pytest.raises(ServerRefused, match="terminal ended before"):
        desk_over(db, Terminal(io.StringIO("half an answer\n"), target)).ask(
            Ask("write", "test:1", ({"role": "user", "content": "And 3 + 4?"},), "2")
        )


# -- afterwards


def test_what_did_not_fit_into_a_prompt_is_kept_with_the_call_and_shown(db: Database) -> None:
    canned = Canned({"passed": True, "evidence": "there it is"})
    desk = desk_over(db, canned, "judge")
    desk.settings = replace(desk.settings, prompt_tokens=900)
    before = {"screen": "x" * 4000, "files": {}}
    word = Judge(desk).decide("Is it there?", before, {**BARE.state}, [{"kind": "saved", "path": "a"}], "1", "desktop")
    assert word is not None
    (call,) = Calls(db).of("j")
    assert [each["section"] for each in call["cut"]] == ["Before"]
    assert call["cut"][0]["line"].startswith("On the screen, «xxx")
    assert "more did not fit" in call["messages"][1]["content"] or "Before" not in call["messages"][1]["content"]
    assert set(call["messages"][1]) == {"role", "content"}
    assert "--- did not fit\nBefore: On the screen" in one_words(call)


def test_a_judge_is_told_that_there_were_more_events_than_it_sees() -> None:
    lines = told([{"kind": "saved", "path": f"p{n}"} for n in range(70)])
    assert (len(lines), lines[-1]) == (61, "- and 10 kinds of events more")
