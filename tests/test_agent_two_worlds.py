"""One journey in Minecraft and on the desktop: both worlds get their turn, and a kill -9 costs nothing in either."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from agent import beginning
from agent.database import database
from agent.errors import UsageError
from agent.store import Iteration, Store
from envs.desktop.env import available
from memory.db import open_db

ROOT = Path(__file__).resolve().parent.parent
NAME = "both"
RUN = ("run", "minecraft", "desktop", "--journey", NAME, "--seed", "4", "--proving", "0", "--iterations", "5")
needs_desktop = pytest.mark.skipif(available() is not None, reason=f"no desktop here: {available()}")


def begin(home: Path, *words: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "JOURNEYMAN_HOME": str(home)}
    return subprocess.Popen(
        [sys.executable, "-m", "agent.cli", *words], cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def kept(home: Path) -> list[Iteration]:
    with closing(open_db(home / "journeyman.db", read_only=True)) as db:
        return Store(db).iterations(NAME)


@pytest.mark.slow
@needs_desktop
def test_both_worlds_get_their_turn_and_a_killed_journey_goes_on(own_home: Path) -> None:
    with begin(own_home, *RUN) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("   2 "):
                process.send_signal(signal.SIGKILL)
    before = kept(own_home)
    assert len(before) >= 2
    with begin(own_home, "resume", NAME, "--iterations", "4", "--json") as process:
        output, _ = process.communicate()
    assert process.returncode == 3, output
    rows = kept(own_home)
    judged = [row for row in before if row.passed is not None]
    assert rows[: len(judged)] == judged, "what was kept is unchanged"
    assert [row.iteration for row in rows] == list(range(1, len(rows) + 1))
    assert {row.task["world"] for row in rows} == {"minecraft", "desktop"}
    assert all(one.game_seconds <= other.game_seconds for one, other in pairwise(rows)), "one clock for both"
    (journey,) = json.loads(output.splitlines()[-1])["journeys"]
    assert journey["worlds"] == ["minecraft", "desktop"]
    assert journey["iterations"] == len(rows)


@pytest.mark.parametrize(
    ("worlds", "goal", "says"),
    [
        (("desktop", "desktop"), None, "name each world once"),
        (("desktop",), "iron_pickaxe", "no family of desktop tasks is called so"),
        (("minecraft", "nethack"), None, "no world is called 'nethack'; there are: minecraft, desktop"),
    ],
)
def test_what_no_world_knows_is_refused_before_anything_starts(
    worlds: tuple[str, ...], goal: str | None, says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        beginning.new(
            worlds, name=None, brain="planner", goal=goal, seed=1, library="main", sight="sight 32", assist=()
        )
    assert not Store(database()).journeys()
