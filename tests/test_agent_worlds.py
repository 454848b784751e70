"""`journeyman worlds` and the options of `run` about worlds: what is listed, what a visit leaves, what is refused."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from agent import worlds
from agent.beginning import new
from agent.config import JourneyConfig, home
from agent.database import database
from agent.errors import AgentError, JourneyBusy, UsageError
from agent.store import Store
from bridge.world_process import WorldProcess
from envs.errors import EnvUnavailable
from envs.knock import Address, knock
from memory.log import EventLog

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refused(error: type[Exception], words: str, **wanted: object) -> None:
    """A new journey is refused with these words, and no record of it is made."""
    plain = {"name": None, "brain": "planner", "goal": None, "seed": 1, "library": "main", "sight": "sight 32"}
    with pytest.raises(error, match=words):
        new(("minecraft",), **{**plain, "assist": (), **wanted})  # type: ignore[arg-type]
    assert not (home() / "journeyman.db").exists()


@pytest.fixture
def kept(own_home: Path, tmp_path: Path) -> Iterator[WorldProcess]:
    """A world called `kept` that a journey of that name saved at iterations 3 and 4; its process still runs."""
    with closing(database()) as db:
        Store(db).create(JourneyConfig("kept", ("minecraft",), seed=7))
    world = WorldProcess(directory=own_home / "worlds" / "kept", socket=tmp_path / "kept.sock", seed=7, view=3)
    world.start()
    for generation in (3, 4):
        world.call("save", {"generation": generation})
    yield world
    world.stop()


def test_a_world_is_listed_with_its_seed_size_and_generations_and_as_in_use_while_it_is(kept: WorldProcess) -> None:
    (found,) = worlds.kept()
    assert (found["name"], found["seed"], found["in_use"]) == ("kept", 7, True)
    kept.stop()
    (found,) = worlds.kept()
    assert found == json.loads(json.dumps(found))
    assert (found["seed"], found["generations"], found["journey"], found["in_use"]) == (7, [3, 4], "kept", False)
    assert found["bytes"] > 0
    assert "seed 7" in worlds.words([found])


def test_no_worlds_at_all_are_no_error() -> None:
    assert worlds.kept() == []
    assert "journeyman run minecraft" in worlds.words([])


def test_a_visit_is_open_to_ordinary_clients_and_leaves_no_trace(kept: WorldProcess, own_home: Path) -> None:
    kept.stop()
    before = worlds.kept()
    port = free_port()
    # A shell that runs the tests in the background has them ignore interrupts, and what they start too.
    interruptible = ["env", "--default-signal=INT", sys.executable]
    serving = subprocess.Popen(
        [*interruptible, "-m", "agent.cli", "worlds", "serve", "kept", "--port", str(port)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    with serving, ExitStack() as stack:
        # Leaving the block waits for the process: one that was not asked to end would be waited for for ever.
        stack.callback(serving.kill)
        assert serving.stdout is not None
        assert f"kept is open at 127.0.0.1:{port}" in serving.stdout.readline()
        assert knock(Address("127.0.0.1", port), timeout=60).players == 0
        with pytest.raises(JourneyBusy, match="in use"):
            worlds.serve("kept", free_port(), (), print)
        serving.send_signal(signal.SIGINT)
        assert "Nothing of the visit was kept" in serving.stdout.read()
        assert serving.wait() == 0
    assert [each["generations"] for each in worlds.kept()] == [each["generations"] for each in before]


def test_a_world_with_a_journey_under_way_is_not_opened(kept: WorldProcess) -> None:
    kept.stop()
    with closing(database()) as db:
        Store(db).claim("kept")
    with pytest.raises(JourneyBusy, match="journeyman stop kept"):
        worlds.serve("kept", free_port(), (), print)


def test_what_cannot_be_opened_is_said_in_one_line(kept: WorldProcess, own_home: Path) -> None:
    kept.stop()
    with pytest.raises(UsageError, match="no world is called 'gone'; worlds: kept"):
        worlds.serve("gone", free_port(), (), print)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AgentError, match=f"port {port} is taken"):
            worlds.serve("kept", port, (), print)
    (own_home / "worlds" / "away").mkdir()
    (own_home / "worlds" / "away" / "server.json").write_text('{"server": "play.example.org:25565", "noted": []}')
    with pytest.raises(UsageError, match=r"join that server itself"):
        worlds.serve("away", free_port(), (), print)
    assert [each["kind"] for each in worlds.kept()] == ["server", "embedded"]


REFUSED = {
    "nobody there": (EnvUnavailable, "no answer from 127.0.0.1:1", {"server": "127.0.0.1:1"}),
    "no address": (UsageError, "HOST:PORT", {"server": "http://x"}),
    "a speed on a server": (UsageError, "real time", {"server": "127.0.0.1:1", "speed": "3"}),
    "rules of a server": (UsageError, "its own", {"server": "127.0.0.1:1", "assist": ("peaceful",)}),
    "a name without a server": (UsageError, "--server HOST:PORT", {"username": "Wanderer"}),
    "a name that nobody can have": (UsageError, "letters", {"server": "127.0.0.1:1", "username": "no name"}),
    "a speed that is none": (UsageError, "write max or a number", {"speed": "fast"}),
    "no speed at all": (UsageError, "write max or a number", {"speed": "0"}),
    "a speed beyond all numbers": (UsageError, "write max or a number", {"speed": "nan"}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_person_typed_wrong_about_worlds_is_refused_before_anything_is_written(case: str) -> None:
    error, words, wanted = REFUSED[case]
    refused(error, words, **wanted)  # type: ignore[arg-type]


def test_the_record_of_a_journey_says_how_it_plays() -> None:
    config = JourneyConfig("a", ("minecraft",), seed=3, server="localhost:25565", username="Wanderer", speed="real")
    assert JourneyConfig.from_json(json.loads(json.dumps(config.to_json()))) == config
    assert (config.place, config.fastest) == ("minecraft:localhost:25565", None)
    plain = JourneyConfig("b", ("minecraft",), seed=3, speed="2.5")
    assert (plain.place, plain.fastest) == ("minecraft:3", 2.5)


@pytest.mark.slow
def test_a_journey_on_a_server_says_in_every_place_that_the_bot_itself_reports(tmp_path: Path) -> None:
    port = free_port()
    world = WorldProcess(
        directory=tmp_path / "foreign", port=port, log=tmp_path / "foreign.log", seed=5, view=3, clock="real",
        rules={"mob_spawning": False},
    )  # fmt: skip
    world.start()
    try:
        words = ["run", "minecraft", "--server", f"127.0.0.1:{port}", "--username", "Wanderer", "--journey", "away"]
        first = journeyman(*words, "--iterations", "1")
        assert first.returncode == 3, first.stdout + first.stderr
        assert "checks rest on the bot's own report" in first.stdout
        again = journeyman("resume", "away", "--iterations", "1")
        assert again.returncode == 3, again.stdout + again.stderr
        assert f"127.0.0.1:{port} is as it is now" in again.stdout
    finally:
        world.stop()
    told = json.loads(journeyman("milestones", "--json").stdout)["journeys"][0]
    assert (told["iterations"], told["server"]) == (2, f"127.0.0.1:{port}")
    assert f"on 127.0.0.1:{port}, by the bot's own report" in journeyman("milestones").stdout
    with closing(database(read_only=True)) as db:
        events = list(EventLog(db).read("away", source="world"))
        worlds_of_uses = {row[0] for row in db.execute("SELECT DISTINCT world FROM uses")}
    assert events
    assert all(event.data["source"] == "body" for event in events)
    assert worlds_of_uses <= {f"minecraft:127.0.0.1:{port}"}
    ticks = [event.tick or 0 for event in events]
    assert ticks == sorted(ticks), "the journey's time goes on when the bot joins again"


def journeyman(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agent.cli", *words], cwd=ROOT, capture_output=True, text=True, timeout=200
    )
