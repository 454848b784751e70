"""The command line to people: instant help, and for wrong usage one line that says what is right, never a traceback."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click
import pytest
from click.testing import CliRunner

from agent import beginning
from agent.cli import main
from agent.config import JourneyConfig
from agent.database import database
from agent.errors import UsageError
from agent.oversight import Kind
from agent.showing import harmless
from agent.store import Store
from memory.episodic import Episode, Episodes
from skills.admit import Admission
from skills.library import Library
from skills.skill import Signature

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("langgraph", "chromadb", "openai", "torch", "javascript", "sqlite_utils", "networkx", "rich")


def journeyman(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agent.cli", *words], cwd=ROOT, capture_output=True, text=True, timeout=120
    )


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys, atexit; sys.argv = ['journeyman', '--help']\n"
        f"atexit.register(lambda: print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr))\n"
        "from agent.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    for word in ("run", "resume", "status", "stop", "journeys", "milestones", "skills", "memory", "doctor"):
        assert f"  {word} " in done.stdout


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command with the words that call it."""
    for name, command in group.commands.items():
        yield " ".join((*path, name)), command
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)


@pytest.mark.parametrize("path", dict(commands(main)))
def test_help_says_what_a_command_and_each_of_its_options_is_for(path: str) -> None:
    command = dict(commands(main))[path]
    assert (command.help or "").split("\n\n")[0].endswith("."), "it begins with a sentence"
    unsaid = [each.name for each in command.params if isinstance(each, click.Option) and not each.help]
    assert unsaid == []


@pytest.mark.parametrize("group", [(), ("skills",), ("memory",), ("desktop",), ("tasks",), ("worlds",)])
def test_a_list_of_commands_breaks_no_sentence_off(group: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(main, [*group, "--help"], prog_name="journeyman").stdout
    assert not re.search(r"\.\.\.$", shown.partition("Commands:")[2], re.MULTILINE), shown


def test_help_shows_the_way_to_a_first_journey_and_what_exit_codes_mean() -> None:
    shown = " ".join(CliRunner().invoke(main, ["--help"]).stdout.split())
    assert "`journeyman run minecraft --goal iron_pickaxe`" in shown
    assert (
        "0 done, 1 an error that its message explains, 2 wrong usage, 3 stopped by a budget, 130 interrupted" in shown
    )


def test_the_ledger_can_be_asked_for_every_kind_of_change_that_it_keeps() -> None:
    (kind,) = (each for each in main.commands["ledger"].params if each.name == "kind")
    assert isinstance(kind.type, click.Choice)
    assert tuple(kind.type.choices) == get_args(Kind)


WRONG = {
    "an unknown world": (("run", "nethack"), 2, "no world is called 'nethack'; there are: minecraft, desktop"),
    "an unknown goal": (("run", "minecraft", "--goal", "iron_pikaxe"), 2, "did you mean iron_pickaxe, "),
    "a seed that is no number": (("run", "minecraft", "--seed", "abc"), 2, "'abc' is not a valid integer"),
    "an unknown brain": (("run", "minecraft", "--brain", "gpt"), 2, "choose planner, openai:MODEL"),
    "an unknown rule": (("run", "minecraft", "--assist", "flying"), 2, "there is no such rule; rules: keep_inventory"),
    "a name that is no file name": (("run", "minecraft", "--journey", "../up"), 2, "letters, digits"),
    "no iterations": (("run", "minecraft", "--iterations", "0"), 2, "x>=1"),
    "an unknown journey": (("resume", "nobody"), 2, "no journey is called 'nobody'"),
    "an unknown word": (("fly",), 2, "No such command 'fly'"),
    "a model without a server": (("run", "minecraft", "--brain", "openai:none"), 2, "needs OPENAI_API_KEY, or OPENAI_"),
    "dollars without a price": (
        ("run", "minecraft", "--brain", "manual", "--dollars", "1"),
        2,
        "no price of manual is known; write it into",
    ),
    "an unknown skill": (("skills", "show", "fly"), 1, "no skill 'fly': `journeyman skills list` shows what there is"),
    "an unknown item": (("skills", "plan", "iron_pikaxe"), 2, "'iron_pikaxe'; did you mean iron_pickaxe"),
    "an unknown item at hand": (("skills", "plan", "chest", "--have", "oak_lok=1"), 2, "did you mean oak_log"),
    "an unknown memory": (("memory", "show", "7"), 1, "no item 7 is kept: `journeyman memory list` shows what is"),
    "a version of a skill that there is not": (("skills", "code", "fly", "--version", "00"), 1, "has no skill 'fly'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_usage_is_one_line_and_the_right_exit_code_and_begins_no_journey(name: str, own_home: Path) -> None:
    words, code, says = WRONG[name]
    with database().conn:
        pass  # a home in which something was done before: "no database" is another complaint
    done = journeyman(*words)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert done.stdout == ""
    usage = [line for line in done.stderr.splitlines() if line.strip() and not line.startswith(("Usage:", "Try "))]
    assert len(usage) == 1, done.stderr
    assert not (own_home / "worlds").exists()
    assert Store(database()).journeys() == [], "nothing was begun"


def test_a_name_is_taken_once() -> None:
    from agent.beginning import new

    settings = {"name": "mine", "brain": "planner", "goal": None, "seed": 1, "library": "main", "sight": "sight 32"}
    new(["minecraft"], assist=(), **settings)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"`journeyman resume mine` goes on with it"):
        new(["minecraft"], assist=(), **settings)  # type: ignore[arg-type]
    done = journeyman("run", "minecraft", "--journey", "mine")
    assert (done.returncode, done.stdout) == (2, "")
    assert "resume mine" in done.stderr


def test_a_journey_is_not_called_like_one_that_skills_came_with_from_another_home() -> None:
    body = "async function digMud(bot) { return 1 }"
    Library(database()).add(Admission(body, (), Signature("digMud")), reason="r", journey="minecraft-1", iteration=1)
    settings = {"brain": "planner", "goal": None, "seed": 1, "library": "main", "sight": "sight 32", "assist": ()}
    assert beginning.new(["minecraft"], name=None, **settings).name == "minecraft-1-2"  # type: ignore[arg-type]
    for name in ("minecraft-1", "trials"):
        with pytest.raises(UsageError, match="choose another name"):
            beginning.new(["minecraft"], name=name, **settings)  # type: ignore[arg-type]
    other = beginning.new(["minecraft"], name="minecraft-1", **settings | {"library": "other"})  # type: ignore[arg-type]
    assert other.name == "minecraft-1"


def test_a_journey_is_not_called_like_one_that_memory_brought_from_another_home() -> None:
    Episodes(database()).record(Episode("minecraft-1", 1, "t", "walk", "passed", 1.0))
    settings = {"brain": "planner", "goal": None, "seed": 1, "library": "main", "sight": "sight 32", "assist": ()}
    assert beginning.new(["minecraft"], name=None, **settings).name == "minecraft-1-2"  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="choose another name"):
        beginning.new(["minecraft"], name="minecraft-1", **settings)  # type: ignore[arg-type]


def test_a_session_may_have_others_in_some_roles_and_the_record_stays(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    beginning.new(["minecraft"], name="j", brain="openai:a", goal=None, seed=1, library="main", sight="sight 32",
                  assist=[], roles=["judge=off"])  # fmt: skip
    assert beginning.existing("j", None, ["write=openai:b,planner"]).roles == {
        "judge": ("off",), "write": ("openai:b", "planner"),
    }  # fmt: skip
    assert beginning.existing("j").roles == {"judge": ("off",)}
    with pytest.raises(UsageError, match="with a role of"):
        beginning.existing("j", None, ["cook=planner"])


@pytest.mark.parametrize("word", ["status", "journeys", "milestones"])
def test_before_the_first_journey_the_way_to_one_is_named(word: str) -> None:
    done = journeyman(word)
    assert "Traceback" not in done.stderr
    assert "journeyman run minecraft" in done.stdout + done.stderr or "start a journey" in done.stderr
    assert len((done.stdout + done.stderr).splitlines()) == 1


def test_what_is_told_is_also_told_as_json() -> None:
    Store(database())
    assert json.loads(journeyman("journeys", "--json").stdout) == []
    assert json.loads(journeyman("milestones", "--json").stdout) == {"journeys": []}
    assert json.loads(journeyman("skills", "list", "--json").stdout) == []


def test_what_steers_a_terminal_or_hides_is_written_out_and_lines_and_tabs_stay() -> None:
    told = "one\n\ttwo \x1b[2J\r \u202e mi\u200bne Öfen"
    assert harmless(told) == "one\n\ttwo \\x1b[2J\\r \\u202e mi\\u200bne Öfen"


def test_a_journey_begins_alike_from_the_command_line_and_from_python() -> None:
    typed = {each.name: each.default for each in main.commands["run"].params}
    config = JourneyConfig("j", ("minecraft",), 1)
    for name in ("proving", "best_of", "speed"):
        assert typed[name] == getattr(config, name), name
