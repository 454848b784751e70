"""The npm packages: fetched whole or not at all, by one of many installers, and only once."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.node import BRIDGE

pytestmark = pytest.mark.slow

UNREACHABLE = {"npm_config_registry": "http://127.0.0.1:9/", "npm_config_fetch_retries": "0"}


def installer(cache: Path, root: Path, **more: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "JOURNEYMAN_CACHE": str(cache), **more}
    return subprocess.Popen(
        [sys.executable, "-m", "bridge.install"],
        cwd=root,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty cache, shared by the tests of this file."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def outputs(cache: Path, root: Path) -> list[str]:
    """What two installers said that started at the same moment on the empty cache."""
    both = [installer(cache, root), installer(cache, root)]
    results = [(one.communicate(timeout=280), one.returncode) for one in both]
    assert [code for _, code in results] == [0, 0], results
    return [said for (said, _), _ in results]


def package_folder(cache: Path) -> Path:
    (folder,) = (path for path in cache.glob("node-*") if path.is_dir())
    return folder


def test_of_two_installers_one_fetches_and_both_are_served(outputs: list[str], cache: Path) -> None:
    assert sorted("fetching" in said for said in outputs) == [False, True]
    assert all(f"ready in {package_folder(cache)}" in said for said in outputs)


def test_what_no_journey_loads_is_gone(outputs: list[str], cache: Path) -> None:
    modules = package_folder(cache) / "node_modules"
    bedrock = modules / "minecraft-data" / "minecraft-data" / "data" / "bedrock"
    assert [edition.name for edition in bedrock.iterdir()] == ["common"]
    kept = json.loads((package_folder(cache) / "complete.json").read_text())["bytes"]
    assert kept < 200 << 20


def test_the_pruned_packages_still_play(outputs: list[str], cache: Path, node: Path) -> None:
    program = (
        "const registry = require('prismarine-registry')('1.20.1')\n"
        "const Block = require('prismarine-block')(registry)\n"
        "const stone = Block.fromString('minecraft:stone', 0)\n"
        "console.log(stone.digTime(registry.itemsByName.wooden_pickaxe.id, false, false, false), "
        "typeof require('mineflayer').createBot)"
    )
    environment = {**os.environ, "NODE_PATH": str(package_folder(cache) / "node_modules")}
    said = subprocess.run([node, "-e", program], env=environment, capture_output=True, text=True, check=True).stdout
    assert said.split() == ["1150", "function"]


def test_a_second_install_needs_no_network(outputs: list[str], cache: Path, root: Path, tmp_path: Path) -> None:
    again = installer(cache, root, npm_config_cache=str(tmp_path), **UNREACHABLE)
    said, complaint = again.communicate(timeout=60)
    assert (again.returncode, complaint) == (0, "")
    assert "fetching" not in said


def test_an_unfinished_folder_is_never_taken_for_packages(
    outputs: list[str], cache: Path, tmp_path: Path, root: Path
) -> None:
    name = package_folder(cache).name
    (tmp_path / name / "node_modules").mkdir(parents=True)
    failed = installer(tmp_path, root, npm_config_cache=str(tmp_path / "npm"), **UNREACHABLE)
    _, complaint = failed.communicate(timeout=120)
    assert failed.returncode == 1
    assert not (tmp_path / name / "complete.json").exists()
    assert complaint.count("\n") == 1, complaint
    assert "registry" in complaint


def test_a_missing_node_is_one_line_with_the_remedy(tmp_path: Path, root: Path) -> None:
    failed = installer(tmp_path, root, JOURNEYMAN_NODE=str(tmp_path / "node"))
    _, complaint = failed.communicate(timeout=60)
    assert failed.returncode == 1
    assert 'pip install "journeyman[node]"' in complaint
    assert complaint.count("\n") == 1


def test_a_cache_that_cannot_be_written_is_one_line_with_the_remedy(tmp_path: Path, root: Path) -> None:
    (tmp_path / "file").write_text("")
    failed = installer(tmp_path / "file" / "cache", root)
    _, complaint = failed.communicate(timeout=60)
    assert failed.returncode == 1
    assert "JOURNEYMAN_CACHE" in complaint
    assert complaint.count("\n") == 1


def test_the_lock_names_exact_versions_and_no_place() -> None:
    wanted = json.loads((BRIDGE / "package.json").read_text())
    lock = json.loads((BRIDGE / "package-lock.json").read_text())["packages"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted["dependencies"].values())
    assert {name: lock[f"node_modules/{name}"]["version"] for name in wanted["dependencies"]} == wanted["dependencies"]
    assert all("integrity" in entry and "resolved" not in entry for path, entry in lock.items() if path)
