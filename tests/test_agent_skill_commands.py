"""What a person does to the library on the command line is kept as a person's, and shown with all its versions."""

from __future__ import annotations

from agent import skill_commands
from agent.database import database
from skills.admit import Admission
from skills.library import Library
from skills.skill import Signature


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


def test_the_graph_of_versions_tells_what_supersedes_what_as_of_any_iteration() -> None:
    first, second = keep("1", 1), keep("2", 2)
    now = skill_commands.version_graph("main", None)
    assert now["edges"] == [[second, first, "supersedes"]]
    assert f"gainIt {first[:15]}" in skill_commands.version_graph_words(now)
    then = skill_commands.version_graph("main", 1)
    assert ([each["hash"] for each in then["nodes"]], then["edges"]) == ([first], [])
