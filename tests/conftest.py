"""What all tests share: a home of their own, no keys, no model servers, and the Node.js that journeys use."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

from bridge.install import install
from bridge.node import find_node, packages_dir

ROOT = Path(__file__).resolve().parent.parent

# The machine is shared: a slow example is not a wrong one. The same examples each time, so that a failure repeats.
hypothesis.settings.register_profile("journeyman", deadline=None, derandomize=True)
hypothesis.settings.load_profile("journeyman")


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the journeys of the person who runs it, or spends that person's money."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("JOURNEYMAN_HOME", str(home))
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def node() -> Path:
    """The Node.js that journeys use."""
    return find_node()


@pytest.fixture(scope="session")
def node_environment() -> dict[str, str]:
    """The environment of a Node.js program of ours: it finds the npm packages, which are installed where missing."""
    if not (ROOT / "bridge" / "node_modules").is_dir():
        install(lambda line: None)
    return {**os.environ, "NODE_PATH": str(packages_dir())}
