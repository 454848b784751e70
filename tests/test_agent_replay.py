"""A recorded journey with a model, from bare hands to iron, plays back event by event."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent import recordings
from agent.database import database
from agent.models.calls import Calls
from agent.models.replay import head_of
from agent.session import run_journey
from agent.store import Store
from memory.log import EventLog

RECORDING = Path(__file__).parent / "replays" / "iron.jsonl"


def play(name: str, recording: Path) -> str:
    playing = recordings.again(recording, name=name, library=name)
    notices: list[str] = []

    def report(kind: str, **data: Any) -> None:
        if kind == "notice":
            notices.append(data["text"])
        playing(kind, **data)

    ended = run_journey(playing.config, playing.budget, report)
    assert ended.stopped == "budget", ended
    assert notices == []  # a run that was lost and made again begins at other ticks
    return EventLog(database(read_only=True)).digest(name)


@pytest.mark.slow
def test_a_recorded_journey_reaches_iron_again_with_the_identical_event_log(own_home: Path) -> None:
    (own_home / "models.toml").write_text("audit_every = 4\n")
    first = play("first", RECORDING)
    db = database(read_only=True)
    assert [row.passed for row in Store(db).iterations("first")] == [True] * 6
    assert Store(db).iterations("first")[-1].after["inventory"]["iron_pickaxe"] == 1
    assert Calls(db).agreement("first") == {"audited": 1, "agreed": 1}
    copy = own_home / "copy.jsonl"
    assert recordings.record("first", copy)["calls"] == 13
    assert play("second", copy) == first


@pytest.mark.slow
def test_a_recorded_wish_is_planned_built_and_judged_again(own_home: Path) -> None:
    """A goal in words: its plan, a hut that only a judge can decide on beside what checks decide, iron at the end."""
    recording = RECORDING.with_name("hut.jsonl")
    (own_home / "models.toml").write_text(f"audit_every = {head_of(recording)['settings']['audit_every']}\n")
    playing = recordings.again(recording, name="hut", library="main")
    ended = run_journey(playing.config, playing.budget, playing)
    assert (ended.stopped, playing.proposed) == ("goal", 9), ended
    db = database(read_only=True)
    rows, calls = Store(db).iterations("hut"), Calls(db)
    assert [row.passed for row in rows] == [True] * 9
    assert "judged by" in rows[5].evidence
    assert calls.agreement("hut") == {"audited": 2, "agreed": 2}
    assert {role: each["calls"] for role, each in calls.by_role("hut").items()} == {
        "describe": 1, "judge": 3, "propose": 1, "write": 9,
    }  # fmt: skip
