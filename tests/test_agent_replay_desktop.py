"""A recorded journey with a model on a real desktop: the same answers do the same tasks again, whatever the pace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agent import recordings
from agent.models.calls import Calls
from agent.session import database, run_journey
from agent.store import Store
from envs.desktop.env import available
from envs.desktop.programs import catalogue

RECORDING = Path(__file__).parent / "replays" / "desk.jsonl"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(available() is not None, reason=str(available())),
    pytest.mark.skipif(not catalogue()["editor"].installed, reason="make test installs the editor"),
]


def test_recorded_answers_do_their_tasks_again_on_a_real_desktop(own_home: Path) -> None:
    """The first three of ten tasks; benchmarks.model_journey plays all."""
    (own_home / "models.toml").write_text("audit_every = 4\n")
    playing = recordings.again(RECORDING, name="desk", library="main")
    ended = run_journey(playing.config, replace(playing.budget, iterations=3), playing)
    assert ended.stopped == "budget", ended
    db = database(read_only=True)
    rows = Store(db).iterations("desk")
    assert [(row.name, row.passed) for row in rows] == [
        ("write_note", True), ("append_line", True), ("replace_word", True)
    ]  # fmt: skip
    assert [row.task["item"] for row in rows] == ["write_note", "append_line", "replace_word"]
    assert {role: each["calls"] for role, each in Calls(db).by_role("desk").items()} == {"write": 3}
