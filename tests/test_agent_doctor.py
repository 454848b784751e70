"""The doctor tries things for real, says what mends them, and leaves nothing behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.doctor import Check, checks, healthy
from bridge.node import find_node


def named(looked: list[Check], name: str) -> Check:
    return next(check for check in looked if check.name == name)


def test_a_machine_that_passes_our_tests_is_healthy(tmp_path: Path) -> None:
    looked = checks(tmp_path / "not" / "made" / "yet")
    assert healthy(looked), [check for check in looked if not check.ok]
    assert json.loads(json.dumps([check.to_json() for check in looked]))[0]["name"] == "python"
    assert list(tmp_path.iterdir()) == []


def test_whatever_is_not_ok_comes_with_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no bwrap
    looked = checks(tmp_path)
    assert not named(looked, "sandbox").ok
    assert "bubblewrap" in named(looked, "sandbox").remedy
    assert not healthy(looked)
    assert all(check.remedy in check.line() for check in looked)
    assert all(check.remedy for check in looked if not check.ok)


def test_a_missing_node_is_a_finding_and_no_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOURNEYMAN_NODE", str(tmp_path / "node"))
    find_node.cache_clear()
    looked = checks(tmp_path)
    find_node.cache_clear()
    assert not named(looked, "node").ok
    assert not named(looked, "sandbox").ok
    assert "journeyman[node]" in named(looked, "node").remedy


def test_a_folder_that_holds_no_database_is_found(tmp_path: Path) -> None:
    database = named(checks(Path("/proc/nowhere")), "database")
    assert not database.ok
    assert "JOURNEYMAN_HOME" in database.remedy


def test_a_model_server_is_optional_and_its_key_is_never_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without = named(checks(tmp_path), "model server")
    assert (without.ok, without.needed) == (False, False)
    monkeypatch.setenv("OPENAI_API_KEY", "a-secret")
    having = named(checks(tmp_path), "model server")
    assert having.ok
    assert "a-secret" not in json.dumps(having.to_json())
