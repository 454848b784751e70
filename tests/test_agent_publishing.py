"""Whoever writes something out that others may get is told where a secret stands in it: which file, which line."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.cli import main
from agent.config import JourneyConfig
from agent.models.call import Ask
from agent.models.calls import MODELS, Calls
from agent.models.usage import Spent
from agent.store import AGENT, Store
from curriculum.schema import CURRICULUM
from memory.db import open_db
from memory.episodic import Episode, Episodes
from memory.guard import redact, secret_lines
from skills.admit import Admission
from skills.library import Library
from skills.schema import SKILLS
from skills.skill import Parameter, Signature

KEY = "sk-proj-abcdefghijklmnopqrstuv"
SOURCE = f"""async function signIn(bot, {{ count = 1 }} = {{}}) {{
  const name = 'me'
  bot.chat('{KEY}')
  return count
}}
"""


@pytest.fixture
def home(own_home: Path) -> Path:
    """A home with one skill that holds a key, a journey that has it in its goal, and one episode."""
    with closing(open_db(own_home / "journeyman.db", SKILLS, CURRICULUM, AGENT, MODELS)) as db:
        signature = Signature("signIn", (Parameter("count", "number", "1"),))
        library = Library(db, "main")
        library.add(Admission(SOURCE, (), signature, "Signs in."), reason="passed", at=1.0)
        harmless = Admission(
            SOURCE.replace(KEY, "hello").replace("signIn", "greet"), (), Signature("greet", ()), "Greets."
        )
        library.add(harmless, reason="passed", at=1.0)
        Store(db).create(JourneyConfig("j", ("minecraft",), 1, goal=f"log in with {KEY}"))
        asked = Ask("write", "writer:1", ({"role": "user", "content": "Write."},), "1/1/1/0")
        Calls(db).keep("j", asked, "m", Spent(9, 9), 0.0, answer="x", finish="stop", seconds=1.0, attempt=1, at=0.0)
        Episodes(db).record(Episode("j", 1, "t", "sign in", "passed", 1.0))
    return own_home


def run(*words: str | Path) -> str:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.output


def test_an_exported_skill_with_a_key_is_named_with_its_line(home: Path, tmp_path: Path) -> None:
    said = run("skills", "export", tmp_path / "out")
    named = [line.strip() for line in said.splitlines() if " line " in line]
    script = next((tmp_path / "out" / "sign-in").rglob("*.js"))
    number = 1 + next(n for n, line in enumerate(script.read_text().splitlines()) if KEY in line)
    assert f"{script} line {number}" in named
    assert all("sign-in" in line for line in named), "nothing is said of what holds none"
    for line in named:
        file, _, at = line.rpartition(" line ")
        assert KEY in Path(file).read_text().splitlines()[int(at) - 1]
    holding = {str(file) for file in (tmp_path / "out").rglob("*") if file.is_file() and KEY in file.read_text()}
    told = json.loads(run("skills", "export", tmp_path / "again", "--json"))["secrets"]
    assert {each["file"].replace("/again/", "/out/") for each in told} == holding
    assert "looks like" not in run("skills", "export", tmp_path / "one", "--skill", "greet")


def test_a_recording_with_a_key_is_named_with_its_line(home: Path, tmp_path: Path) -> None:
    said = run("record", "j", tmp_path / "j.jsonl")
    assert f"{tmp_path / 'j.jsonl'} line 1" in said
    assert json.loads(run("record", "j", tmp_path / "k.jsonl", "--json"))["secrets"] == [
        {"file": str(tmp_path / "k.jsonl"), "line": 1}
    ]


def test_a_bundle_of_memory_holds_none_unless_one_was_kept_before_they_were_struck_out(
    home: Path, tmp_path: Path
) -> None:
    assert json.loads(run("memory", "export", tmp_path / "one", "--json"))["secrets"] == []
    with closing(open_db(home / "journeyman.db", SKILLS, CURRICULUM, AGENT, MODELS)) as db, db.atomic():
        db.execute("INSERT INTO programs VALUES ('p', ?)", [f'const a = 1\nconst config = {{"password": "{KEY}"}}'])
        db.execute("DROP TRIGGER episodes_no_update")
        db.execute("UPDATE episodes SET program = 'p'")
    said = run("memory", "export", tmp_path / "two")
    assert f"{tmp_path / 'two' / 'programs.jsonl'} line 1" in said


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("nothing\nto see", []),
        (f"a\nb {KEY}\nc", [2]),
        ("-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\nx", [1]),
        ("password: hunter22\ntoken\napi_key = abcdefgh", [1, 3]),
        (json.dumps({"source": 'let o = {"password": "hunter22"}\nx'}), [1]),
        (json.dumps({"source": "a\npassword = hunter22"}) + "\n" + json.dumps({"passwords": 3}), [1]),
        ("password: [redacted]", []),
    ],
)
def test_lines_are_told_as_they_stand_in_the_file(text: str, lines: list[int]) -> None:
    assert secret_lines(text) == lines
    assert lines == [] or redact(json.loads(text.splitlines()[0])["source"] if text[0] == "{" else text) != text
