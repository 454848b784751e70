"""Exported skills run where there is no Journeyman: the runner, the server, the desktop that a folder brings."""

from __future__ import annotations

import ast
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from agent import exchange
from envs.desktop import portable
from envs.desktop.broker import documentation
from envs.desktop.env import available
from envs.desktop.language import facts_in_a_box
from envs.desktop.programs import catalogue
from memory.db import open_db
from skills.admit import Admission, admit
from skills.agent_skills import writer
from skills.agent_skills.validate import validate
from skills.library import Library
from skills.schema import SKILLS
from skills.skill import Parameter, Signature


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(open_db(tmp_path / "j.db", SKILLS))


@pytest.fixture
def walker(library: Library, tmp_path: Path) -> Path:
    """An exported skill that walks one step and tells where it stands."""
    source = """/** Waits a little and tells where it is.
 * @param {number} ticks how long */
async function standStill(bot, { ticks = 1 } = {}) {
  await bot.waitForTicks(ticks)
  return { at: bot.entity.position, wood: await countItems(bot, '#logs') }
}
"""
    signature = Signature("standStill", (Parameter("ticks", "number", "1"),))
    library.add(Admission(source, (), signature, "Waits.", primitives=("countItems",)), reason="r")
    (folder,) = writer.folders(library, ["standStill"], runtimes={"javascript": exchange.runtime()})
    assert validate(folder) == []
    return writer.write(folder, tmp_path / "out")


def ran(node: Path, folder: Path, environment: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    program = [node, folder / "scripts" / "run.mjs", *words]
    return subprocess.run(program, capture_output=True, text=True, timeout=120, env=dict(environment))


def test_the_runner_tells_the_contract_and_what_is_wrong(
    walker: Path, node: Path, node_environment: Mapping[str, str]
) -> None:
    assert "standStill(bot, { ticks = 1 })" in ran(node, walker, node_environment, "--contract").stdout
    for words, said in (
        ([], "say where to play"),
        (["--server", "localhost:1", "--args", '{"depth": 1}'], "takes no 'depth', only: ticks"),
        (["--server", "localhost:1", "--args", "{"], "is not JSON"),
        (["--server", "localhost:1", "--skill", "fly"], "no skill 'fly' here: standStill"),
        (["--fast"], "--fast"),
    ):
        done = ran(node, walker, node_environment, *words)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    bare = {name: value for name, value in node_environment.items() if name != "NODE_PATH"}
    done = ran(node, walker, bare, "--server", "localhost:1")
    assert (done.returncode, "npm install" in done.stderr) == (2, True)


def test_an_exported_skill_runs_on_a_server_without_journeyman(
    walker: Path, node: Path, node_environment: Mapping[str, str], root: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    words = ["--port", port, "--clock", "real", "--seed", "1"]
    with (
        subprocess.Popen(
            [node, root / "bridge" / "world" / "main.js", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=dict(node_environment),
        ) as world,
        ExitStack() as stack,
    ):
        stack.callback(world.kill)
        assert world.stderr is not None
        assert "real clock" in world.stderr.readline()
        done = ran(node, walker, node_environment, "--server", f"127.0.0.1:{port}", "--args", '{"ticks": 3}')
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["outcome"] == "returned"
    assert told["value"]["wood"] == 0
    assert set(told["value"]["at"]) == {"x", "y", "z"}


NOTE = '''def save_note(words: str, where: str = "list.txt") -> dict:
    """Write a text and save it."""
    open_program("editor")
    type_text(words)
    press("ctrl+s")
    wait_for(window="Save As")
    choose_file(where)
    return {"saved": where}
'''


@pytest.fixture
def notes(library: Library, tmp_path: Path) -> Path:
    """An exported desktop skill."""
    library.add(admit(NOTE, parse=facts_in_a_box, primitives=documentation(), library=library), reason="r")
    (folder,) = writer.folders(library, ["save_note"], runtimes=exchange.runtimes())
    assert validate(folder) == []
    return writer.write(folder, tmp_path / "out")


def test_an_exported_desktop_names_every_package_that_its_modules_begin_with() -> None:
    listed = {re.split("==", each)[0].replace("-", "_") for each in portable.packages()}
    trees = [ast.parse(content) for path, content in portable.files().items() if path.endswith(".py")]
    imports = [node for tree in trees for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = {
        name.split(".")[0]
        for node in imports
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names])
    }
    of_others = (
        modules - set(sys.stdlib_module_names) - {"", "envs", "bridge"} - {Path(path).stem for path in portable.files()}
    )
    assert {{"PIL": "pillow", "Xlib": "python_xlib"}.get(each, each) for each in of_others} == listed


def run_apart(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """The runner with the packages that are installed; of our code it can import only the copies that it brings."""
    found = subprocess.run(
        [sys.executable, "-P", folder / "scripts" / "run.py", *words],
        capture_output=True, text=True, timeout=180, cwd=folder, env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
    )  # fmt: skip
    assert "Traceback" not in found.stderr, found.stderr
    return found


@pytest.mark.skipif(available() is not None, reason=str(available()))
def test_the_runner_of_a_desktop_skill_tells_the_contract_and_what_is_wrong(notes: Path) -> None:
    assert "save_note(words: str, where: str = 'list.txt')" in run_apart(notes, "--contract").stdout
    for words, said in (
        ([], "--args lacks 'words' (str)"),
        (["--args", '{"depth": 1}'], "takes no 'depth', only: words, where"),
        (["--args", "{"], "is not JSON"),
        (["--skill", "fly"], "no skill 'fly' in Python here: save_note"),
        (["--args", '{"words": "x"}', "--home", "/nowhere"], "is no folder"),
    ):
        done = run_apart(notes, *words)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr


@pytest.mark.skipif(
    available() is not None or not catalogue()["editor"].installed, reason="make test installs the editor"
)
def test_an_exported_desktop_skill_runs_without_journeyman(notes: Path, tmp_path: Path) -> None:
    (tmp_path / "home" / "Lists").mkdir(parents=True)
    (tmp_path / "home" / "there.txt").write_text("as it was")
    args = json.dumps({"words": "Buy nails.", "where": "Lists/today.txt"})
    done = run_apart(notes, "--args", args, "--home", tmp_path / "home", "--out", tmp_path / "out2")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["value"], told["changed"]) == ({"saved": "Lists/today.txt"}, ["Lists/today.txt"])
    assert (tmp_path / "out2" / "Lists" / "today.txt").read_text() == "Buy nails."
    assert [each.name for each in (tmp_path / "out2").rglob("*") if each.is_file()] == ["today.txt"]
