"""What a person does to the library on the command line is kept as a person's, and shown with all its versions."""

from __future__ import annotations

from dataclasses import replace

import pytest
from click.testing import CliRunner

from agent import browse, families, skill_commands, skill_failures, skill_trials
from agent.cases_desktop import DesktopCases
from agent.cases_minecraft import MinecraftCases
from agent.cli import main
from agent.database import database
from agent.errors import UsageError
from agent.world_desktop import Desktop
from agent.world_minecraft import Minecraft
from curriculum import gamedata
from memory.log import Event, EventLog
from skills.admit import Admission
from skills.errors import UnknownSkill
from skills.library import Library
from skills.proofs import Trial
from skills.skill import Parameter, Signature, Use


def keep(text: str, at: float) -> str:
    admission = Admission(f"async function gainIt(bot) {{ return {text} }}", (), Signature("gainIt", ()), "Gains.")
    return Library(database()).add(admission, reason="test", author="planner", at=at).hash


def test_what_a_person_changes_stands_in_the_history_as_a_persons() -> None:
    keep("1", 1)
    second = keep("2", 2)
    skill_commands.change("main", "gainIt", "rollback", None, "worse")
    skill_commands.change("main", "gainIt", "promote", second, "better after all")
    told = skill_commands.history("main", "gainIt")
    made = [(each["action"], each["by"]["author"]) for each in told]
    assert made[:3] == [("added", "planner"), ("added", "planner"), ("adopted", "planner")]
    assert made[3:] == [("rolled_back", "person"), ("promoted", "person")]
    assert "person" in skill_commands.history_words(told)


def test_a_person_renames_a_skill_and_what_it_brings_of_a_family_stays_known() -> None:
    hash, library = keep("1", 1), families.opened(database(), "main", gamedata.load())
    for number, log in enumerate(("oak_log", "birch_log")):
        library.record_use(Use(hash, "succeeded", "a", number, 1.0, after={log: 1}))
    before = library.get("gainIt").effects
    assert "#logs" in [each.item for each in before]
    skill_commands.rename("main", "gainIt", "chopIt", "clearer")
    assert library.get("chopIt").effects == before
    made = [(each["action"], each["by"]["author"]) for each in skill_commands.history("main", "chopIt")]
    assert made == [("added", "planner"), ("linked", "person")]
    assert skill_commands.history("main", "gainIt")[-1]["by"]["author"] == "person"


def test_what_is_out_of_use_is_listed_when_asked_for_and_says_so_and_who_still_calls_it() -> None:
    keep("1", 1)
    library = Library(database())
    caller = Admission("// goes on", (), Signature("goOn", ()), "", uses={"gainIt": library.get("gainIt").current.hash})
    library.add(caller, reason="test")
    told = skill_commands.change("main", "gainIt", "retire", None, "worse")
    assert "Still called by goOn." in skill_commands.change_words(told)
    assert [each["name"] for each in browse.skills("main")] == ["goOn"]
    assert "draft, retired" in browse.skill_table(browse.skills("main", retired=True))
    assert "`journeyman skills restore gainIt`" in browse.skill_words(browse.skill("main", "gainIt"))
    graph = skill_commands.graph("main", None)
    assert "retired  gainIt, which goOn still calls" in skill_commands.graph_words(graph)
    assert graph["orphans"] == []


def test_the_list_says_what_a_skill_is_for_before_what_comes_along_and_each_item_once() -> None:
    library = Library(database())
    signature = Signature("gainTool", (Parameter("item", "string", "'axe'"), Parameter("count", "number", "1")))
    hash = library.add(Admission("// gains", (), signature, ""), reason="test").hash
    for number, item in enumerate(("axe", "hoe")):
        args, after = {"item": item, "count": 1}, {"cobblestone": 20, "dirt": 9, item: 1}
        library.record_use(Use(hash, "succeeded", "a", number, 1.0, args=args, after=after))
    (told,) = browse.skills("main")
    assert sorted(told["gives"][:2]) == ["axe", "hoe"]
    assert sorted(told["gives"][2:]) == ["cobblestone", "dirt"]


def test_a_trial_says_from_what_it_began() -> None:
    trial = Trial("v1:1", "test", 7, {}, "Gain 1 dirt.", True, "dirt 0 → 1", kit={"dirt": 2})
    said = [skill_trials.line(each) for each in (trial, replace(trial, kit={}), replace(trial, kit={}, situation="ab"))]
    began = [each.partition("  from ")[2].partition(":")[0] for each in said]
    assert began == ["2 dirt", "bare hands", "a captured situation"]


def test_what_came_from_elsewhere_is_told_apart_from_what_was_retired() -> None:
    library = Library(database())
    library.quarantine(Admission("// digs", (), Signature("digIt", ()), "Digs."), "elsewhere", reason="test")
    assert browse.skills("main") == []
    assert "draft, in quarantine " in browse.skill_table(browse.skills("main", retired=True))
    told = browse.skill_words(browse.skill("main", "digIt"))
    assert "verified here: `journeyman skills test digIt`" in told
    assert "retired" not in told
    with pytest.raises(
        UsageError, match=r"nothing tells what digIt is to bring about: .*`journeyman skills restore digIt`"
    ):
        skill_trials.test("main", "digIt", 1, None, None)


def test_a_caller_that_stays_with_an_older_version_is_told_apart() -> None:
    library = Library(database())
    versions = [keep("1", 1), keep("2", 2)]
    for name, called in zip(("goOn", "stayHere"), versions, strict=True):
        source = f"async function {name}(bot) {{ return await gainIt(bot) }}"
        library.add(Admission(source, (), Signature(name, ()), "", uses={"gainIt": called}), reason="test")
    told = browse.skill("main", "gainIt")
    assert (told["hash"], told["called_by"]) == (versions[1], ["goOn", "stayHere"])
    assert told["older_version_called_by"] == {"goOn": versions[0]}
    assert f"called by      goOn ({versions[0][:15]}, an older version), stayHere\n" in browse.skill_words(told)


def test_a_library_that_there_is_not_is_told_with_those_that_there_are() -> None:
    database()
    assert browse.skill_table(browse.skills("main")) == "No skills yet: journeyman run minecraft"
    keep("1", 1)
    with pytest.raises(UsageError, match="no library is called 'man'; libraries: main"):
        browse.skills("man")


def test_a_version_that_there_is_not_is_told_with_the_way_to_those_that_there_are() -> None:
    keep("1", 1)
    with pytest.raises(UnknownSkill, match="no version begins with 'v1:zz': `journeyman skills history gainIt` shows"):
        browse.code("main", "gainIt", "v1:zz")


@pytest.mark.parametrize("words", [["--apply", "--list"], ["--apply", "--undo", "1"], ["--list", "--undo", "1"]])
def test_what_one_command_cannot_do_at_once_is_refused(words: list[str]) -> None:
    keep("1", 1)
    done = CliRunner().invoke(main, ["skills", "refactor", *words])
    assert done.exit_code == 2
    assert f"{words[0]} and {words[1]} do not go together" in done.output


def test_why_tells_what_a_writer_would_be_shown_for_the_task() -> None:
    library = Library(database())
    for name, item in (("mineLogs", "oak_log"), ("craftSticks", "stick"), ("craftDoor", "oak_door")):
        source = f"async function {name}(bot) {{ return 1 }}"
        version = library.add(Admission(source, (), Signature(name, ()), "Works."), reason="test")
        library.record_use(Use(version.hash, "succeeded", "a", 1, 1.0, position=version.number, after={item: 1}))
    note = Admission("def stick_note() -> int: ...", (), Signature("stick_note", ()), "Sticks.", "python")
    library.add(note, reason="test")
    found = skill_commands.why("main", "Gain 4 stick.", None, None, str)
    assert [each["name"] for each in found] == ["craftSticks", "mineLogs"], "what the way there leads through, too"
    assert all(each["shown"] and each["tokens"] > 5 for each in found)
    assert f"{found[0]['tokens']} tokens" in skill_commands.found_words(why=True)(found)
    (other,) = skill_commands.why("main", "Gain 4 stick.", None, "desktop", str)
    assert other["name"] == "stick_note"


def test_the_last_failure_is_shown_with_its_own_events() -> None:
    db, hash = database(), keep("1", 1)
    log, library = EventLog(db), Library(db)
    log.append("a", 1, "run", [Event("dug", {"block": "dirt"}), Event("died", {"of": "x" * 200})])
    log.append("a", 2, "run", [Event("dug", {"block": "stone"})])
    assert "has not failed" in skill_failures.failure_words(skill_failures.failure("main", "gainIt", None))
    library.record_use(Use(hash, "failed", "a", 1, 1.0, cause="died", events=(1, 2)))
    library.record_use(Use(hash, "succeeded", "a", 2, 2.0, events=(3, 3)))
    found = skill_failures.failure("main", "gainIt", None)
    assert [each["kind"] for each in found["events"]] == ["dug", "died"]
    words = skill_failures.failure_words(found)
    assert "died (died) in a #1" in words
    assert '{"block": "dirt"}' in words
    assert "…" in words
    assert "journeyman skills failure gainIt" in skill_commands.stats_words(
        skill_commands.stats("main", "gainIt", None)
    )


def test_the_graph_of_versions_tells_what_supersedes_what_as_of_any_iteration() -> None:
    first, second = keep("1", 1), keep("2", 2)
    now = skill_commands.version_graph("main", None)
    assert now["edges"] == [[second, first, "supersedes"]]
    assert f"gainIt {first[:15]}" in skill_commands.version_graph_words(now)
    then = skill_commands.version_graph("main", 1)
    assert ([each["hash"] for each in then["nodes"]], then["edges"]) == ([first], [])


def test_a_world_has_one_language_wherever_it_is_told() -> None:
    for told in (
        {each.world: each.language for each in (MinecraftCases, DesktopCases)},
        {each.name: each.language for each in (Minecraft, Desktop)},
    ):
        assert told == skill_commands.LANGUAGES
