"""A recorded journey with a model, from bare hands to iron, plays back event by event."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent import recordings
from agent.display import silent
from agent.models.calls import Calls
from agent.session import database, run_journey
from agent.store import Store
from memory.log import EventLog

RECORDING = Path(__file__).parent / "replays" / "iron.jsonl"


def play(name: str, recording: Path) -> str:
    config, budget = recordings.again(recording, name=name, library=name)
    ended = run_journey(config, budget, silent)
    assert ended.stopped == "budget", ended
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
