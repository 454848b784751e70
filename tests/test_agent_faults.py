"""Kill -9 of any process of a running journey: nothing that was reported is lost, and the journey goes on to its goal.

A journey, or a process of its world, is killed several times, each time right after another reported iteration, while
the next one is on its way. `benchmarks/faults.py` does the same at random moments, many times.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import IO

import pytest
from sqlite_utils import Database

from agent.store import Iteration, Store
from memory.db import open_db

ROOT = Path(__file__).resolve().parent.parent
REPORTED = re.compile(r"^ *(\d+) ([✓✗])  (.+?)  (\w+)  ")
"""A reported iteration: its number, its verdict, its goal and its program."""
MOMENTS = (1, 3, 5)
"""The iterations after which the journey itself is killed."""
NAME = "faulty"
GOAL = ("run", "minecraft", "--journey", NAME, "--goal", "stone_pickaxe", "--seed", "5")

Line = tuple[int, str, str, str]


def begin(home: Path, *words: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "JOURNEYMAN_HOME": str(home)}
    return subprocess.Popen(
        [sys.executable, "-m", "agent.cli", *words], cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def reported(stream: IO[str], printed: list[str]) -> Iterator[Line]:
    """The iterations told on a stream; every line of it is kept in `printed`."""
    for text in stream:
        printed.append(text)
        if match := REPORTED.match(text):
            yield int(match[1]), match[2], match[3], match[4]


def part(journey: int, sign: str) -> int:
    """The process of the world or of the body: the child of the journey whose command line holds a sign."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == journey and sign in (folder / "cmdline").read_text():
                return int(folder.name)
        except OSError:
            continue  # it ended while we looked
    raise AssertionError(f"journey {journey} has no process with {sign}")


def rows(home: Path) -> list[Iteration]:
    with closing(open_db(home / "journeyman.db", read_only=True).conn) as connection:
        return Store(Database(connection)).iterations(NAME)


def told(row: Iteration) -> Line:
    return row.iteration, "✓" if row.passed else "✗", str(row.task["goal"]), row.name


def one_story(kept: list[Iteration]) -> None:
    """Numbers without a gap, and every program began with at least what the one before had left.

    Entering takes a few ticks, in which the bot may pick up what lies at its feet.
    """
    assert [row.iteration for row in kept] == list(range(1, len(kept) + 1))
    for before, after in pairwise(kept):
        left, found = before.after["inventory"], after.before["inventory"]
        assert {name: found.get(name, 0) for name in left if found.get(name, 0) < left[name]} == {}, after.iteration
        assert after.before["tick"] >= before.after["tick"]


@pytest.mark.slow
def test_a_killed_journey_is_resumed_without_loss(own_home: Path) -> None:
    printed: list[str] = []
    seen: set[Line] = set()  # an iteration may be told again after a kill, but never otherwise
    kept: list[Iteration] = []
    words: tuple[str, ...] = GOAL
    for moment in MOMENTS:
        with begin(own_home, *words) as process:
            assert process.stdout is not None
            for line in reported(process.stdout, printed):
                seen.add(line)
                if line[0] >= moment:
                    process.send_signal(signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL, "".join(printed)
        found = rows(own_home)
        assert seen <= {told(row) for row in found}, "what was reported is kept"
        assert found[: len(kept)] == kept, "what was kept is unchanged"
        kept = [row for row in found if row.passed is not None]
        words = ("resume", NAME)
    with begin(own_home, *words) as process:
        output, _ = process.communicate()
    assert process.returncode == 0, output
    assert "Goal: stone_pickaxe reached" in output
    final = rows(own_home)
    assert final[: len(kept)] == kept
    one_story(final)


@pytest.mark.slow
def test_a_killed_process_of_world_or_body_costs_no_iteration(own_home: Path) -> None:
    world, body = "world/main.js", "bwrap"
    victims = {1: world, 2: body, 4: body, 5: world}
    printed: list[str] = []
    seen, killed = [], set()
    with begin(own_home, *GOAL, "--proving", "0") as process:
        assert process.stdout is not None
        for line in reported(process.stdout, printed):
            if line in seen:
                continue  # told again after the kill
            seen.append(line)
            if line[0] in victims:
                victim = part(process.pid, victims[line[0]])
                os.kill(victim, signal.SIGKILL)
                killed.add(victim)
    assert process.returncode == 0, "".join(printed)
    assert len(killed) == len(victims), "each time another process"
    final = rows(own_home)
    assert [told(row) for row in final] == seen
    one_story(final)
