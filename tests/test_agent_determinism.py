"""The same seed and the same programs give the same history, event by event, and another seed gives another."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.config import Budget, JourneyConfig
from agent.database import database
from agent.display import silent
from agent.session import run_journey
from agent.store import Store
from memory.log import EventLog

ITERATIONS = 6


def play(
    home: Path, seed: int, iterations: int, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, list[tuple[object, ...]]]:
    """A journey in a home of its own: the digest of its log, and what its programs were and did."""
    monkeypatch.setenv("JOURNEYMAN_HOME", str(home))
    config = JourneyConfig("twin", ("minecraft",), seed, goal="iron_pickaxe")
    Store(database()).create(config)
    ended = run_journey(config, Budget(iterations=iterations), silent)
    assert ended.stopped == "budget", ended
    db = database(read_only=True)
    rows = Store(db).iterations("twin")
    return EventLog(db).digest("twin"), [(row.name, row.source, row.args, row.before, row.after) for row in rows]


@pytest.mark.slow
def test_a_seed_decides_the_whole_journey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, steps = play(tmp_path / "first", 77, ITERATIONS, monkeypatch)
    second, again = play(tmp_path / "second", 77, ITERATIONS, monkeypatch)
    for number, (one, other) in enumerate(zip(steps, again, strict=True), 1):
        assert one == other, f"iteration {number} is the first to differ"
    assert first == second
    _, [elsewhere] = play(tmp_path / "third", 78, 1, monkeypatch)
    assert elsewhere != steps[0]
