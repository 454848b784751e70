"""The wheel is the program: built, installed into an empty environment, and played from an empty folder."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built with the installed build backend."""
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)], cwd=root)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of a fresh environment that holds the wheel and only what the wheel asks for."""
    folder = tmp_path_factory.mktemp("environment")
    run([sys.executable, "-m", "venv", str(folder)])
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    run([*pip, "-c", str(root / "constraints.txt"), str(wheel)])
    return folder / "bin"


@pytest.fixture
def elsewhere(tmp_path: Path, node: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, far from the checkout; Node.js is the one of the tests, the environment has none."""
    monkeypatch.setenv("JOURNEYMAN_NODE", str(node))
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


def run(command: list[str], cwd: Path | None = None, expected: tuple[int, ...] = (0,)) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "NODE_PATH")}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode in expected, (
        f"{command} gave {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    )
    return done.stdout


def test_every_file_of_every_package_is_in_the_wheel(wheel: Path, root: Path) -> None:
    listed = run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=root).splitlines()
    packages = {file.parent.name for file in root.glob("*/__init__.py")} - {"tests", "benchmarks"}
    ours = {file for file in listed if file.split("/")[0] in packages and (root / file).is_file()}
    expected = {file for file in ours if not file.startswith("bridge/test/")}
    shipped = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert shipped == expected


def test_each_direct_dependency_is_pinned_to_what_was_tested(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    tested = {line for line in (root / "constraints.txt").read_text().splitlines() if not line.startswith("#")}
    assert {one for group in groups for one in group} <= tested


def test_help_needs_only_the_core(installed: Path, elsewhere: Path) -> None:
    said = run([str(installed / "journeyman"), "--help"], cwd=elsewhere)
    for command in ("run", "resume", "status", "milestones", "skills", "memory", "doctor"):
        assert re.search(rf"^\s+{command}\b", said, re.MULTILINE), f"{command} is missing in\n{said}"


def test_a_journey_runs_from_an_empty_folder(installed: Path, elsewhere: Path) -> None:
    run([str(installed / "python"), "-P", "-m", "bridge.install"], cwd=elsewhere)
    command = [str(installed / "journeyman"), "run", "minecraft", "--iterations", "1", "--seed", "1", "--json"]
    said = run(command, cwd=elsewhere, expected=(0, 3))
    report = re.search(r'^\{\s*"journeys"', said, re.MULTILINE)
    assert report, said
    (journey,) = json.loads(said[report.start() :])["journeys"]
    assert journey["iterations"] == 1
    assert journey["worlds"] == ["minecraft"]
    assert journey["assistance"] == []
    assert not any(elsewhere.iterdir()), "a journey is kept in the home, not in the working folder"
