"""Runs the JavaScript tests, one item for each file of bridge/test, with the Node.js and packages that journeys use."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

TESTS = sorted((Path(__file__).resolve().parent.parent / "bridge" / "test").glob("*.test.js"))


@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.name.removesuffix(".test.js"))
def test_javascript(file: Path, root: Path, node: Path, node_environment: dict[str, str], tmp_path: Path) -> None:
    # xdist's workers run Node's runner, which would speak a binary protocol if it took itself for a child of another.
    environment = {**node_environment, "TMPDIR": str(tmp_path)}
    environment.pop("NODE_TEST_CONTEXT", None)
    done = subprocess.run(
        [node, "--test", "--test-reporter=spec", "--test-timeout=240000", file],
        cwd=root,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert done.returncode == 0, f"{file.name}\n{done.stdout[-20_000:]}"


def test_a_pattern_of_names_that_no_test_of_a_file_has_is_no_failure(
    root: Path, node: Path, node_environment: dict[str, str]
) -> None:
    """`make conformance ARGS=--test-name-pattern=furnace` goes over all files."""
    environment = {name: value for name, value in node_environment.items() if name != "NODE_TEST_CONTEXT"}
    command = [node, "--test", "--test-name-pattern=furnace", "bridge/test/vitals.test.js"]
    done = subprocess.run(command, cwd=root, env=environment, text=True, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stdout[-4000:]


def test_there_are_javascript_tests() -> None:
    assert TESTS
