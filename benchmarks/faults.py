"""Kill -9 of the world, the body and Python at random moments of running journeys, and what was lost by it: nothing.

A journey is killed a few times on its way, resumed where Python was killed, and played to its goal. Checked: every
iteration that was reported is kept, what was kept is unchanged at the end, each program began with the inventory that
the one before had left (a gap; entering takes a few ticks, in which the bot may pick up what lies at its feet), and the
goal is reached. Measured: real seconds from the start of the resume (from the kill, where the journey mends itself) to
the next reported iteration, and the same without that iteration's own run.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

from agent.store import Iteration
from benchmarks._journey import Journey, Told, gaps, rows
from benchmarks._result import Result, middle

PARTS = {"python": "", "world": "world/main.js", "body": "bwrap"}
NAME = "faulty"


def main() -> None:
    """Kill each part `--times` times, at most `--kills` times a journey."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=20, help="kills of each part")
    parser.add_argument("--kills", type=int, default=3, help="kills a journey, at most")
    parser.add_argument("--goal", default="iron_pickaxe")
    parser.add_argument("--draw", type=int, default=random.SystemRandom().randrange(2**31), help="seed of the draw")
    parser.add_argument("--timeout", type=float, default=900, help="real seconds a journey may take")
    asked = parser.parse_args()
    chance = random.Random(asked.draw)
    result = Result("faults", vars(asked))
    left = [part for part in PARTS for _ in range(asked.times)]
    chance.shuffle(left)
    while left:
        for row in journey(left, chance, asked):
            result.row(**row)
    told: dict[str, Any] = {"kills": sum(row["part"] != "none" for row in result.rows)}
    for key in ("lost", "changed", "gaps"):
        told[key] = sum(len(row[key]) for row in result.rows)
    told["journeys_that_missed_the_goal"] = len({row["seed"] for row in result.rows if not row["reached"]})
    for part in PARTS:
        there = [
            row["ready_seconds"] for row in result.rows if row["part"] == part and row["ready_seconds"] is not None
        ]
        told[f"{part}_ready_seconds"] = middle(there)
        told[f"{part}_ready_seconds_most"] = max(there, default=None)
    result.finish(told)


def journey(left: list[str], chance: random.Random, asked: argparse.Namespace) -> list[dict[str, Any]]:
    """One journey with its kills; takes the parts that it killed from `left`."""
    seed, found = chance.randrange(2**31), []
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        home = Path(folder)
        running = Journey(home, "run", "minecraft", "--journey", NAME, "--goal", asked.goal, "--seed", str(seed))
        told: set[Told] = set()
        kept: dict[int, Iteration] = {}
        for _ in range(min(asked.kills, len(left))):
            part = left[-1]
            if not pause(running, chance.uniform(0.2, 5.0)) or not strike(running, part):
                break
            left.pop()
            at = time.monotonic()
            if part == "python":
                running.wait(asked.timeout)
            now = rows(home, NAME)
            told |= {each for _, each in running.told()}
            lost = sorted(told - {as_told(row) for row in now})
            kept |= {row.iteration: row for row in now if row.passed is not None}
            row: dict[str, Any] = {
                "seed": seed,
                "part": part,
                "iteration": len(now),
                "lost": lost,
                "changed": [],
                "gaps": [],
            }
            if part == "python":
                began = any(each.name == "journeyman.db" for each in home.iterdir()) and started(home)
                at = time.monotonic()
                words = ("resume", NAME) if began else ("run", "minecraft", "--journey", NAME, "--goal", asked.goal,
                                                        "--seed", str(seed))  # fmt: skip
                running = Journey(home, *words)
            number = next_iteration(running, len(now), asked.timeout)
            row["next_seconds"] = round(number[0] - at, 2) if number else None
            row["next"] = number[1] if number else None
            found.append(row)
        code = running.wait(asked.timeout)
        final = rows(home, NAME)
    by_number = {row.iteration: row for row in final}
    changed = [number for number, row in kept.items() if by_number.get(number) != row]
    found = found or [
        {"seed": seed, "part": "none", "lost": [], "changed": [], "gaps": [], "next_seconds": None, "next": None}
    ]
    found[-1] |= {"changed": changed, "gaps": gaps(final)}
    for row in found:
        own = by_number[row["next"]].seconds if row["next"] in by_number else 0.0
        row["ready_seconds"] = None if row["next_seconds"] is None else round(row["next_seconds"] - own, 2)
        row["reached"] = code == 0
    if code != 0:
        found[-1]["printed"] = running.text[-2000:]
    return found


def pause(running: Journey, seconds: float) -> bool:
    """Let the journey run; False if it ended meanwhile."""
    time.sleep(seconds)
    return running.process.poll() is None


def strike(running: Journey, part: str) -> bool:
    """Kill -9 one process of the journey; False if there is none to kill any more."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and running.process.poll() is None:
        victim = running.process.pid if part == "python" else child(running.process.pid, PARTS[part])
        if victim is not None:
            os.kill(victim, signal.SIGKILL)
            return True
        time.sleep(0.05)
    return False


def child(parent: int, sign: str) -> int | None:
    """The child process whose command line holds a sign."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            of = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if of == parent and sign in (folder / "cmdline").read_text():
                return int(folder.name)
        except OSError:
            continue  # it ended while we looked
    return None


def started(home: Path) -> bool:
    """Whether the journey has its record, so that it can be resumed."""
    from sqlite_utils import Database

    from memory.db import open_db

    connection = open_db(home / "journeyman.db", read_only=True).conn
    try:
        return bool(Database(connection).execute("SELECT 1 FROM journeys WHERE name = ?", [NAME]).fetchone())
    finally:
        connection.close()


def next_iteration(running: Journey, last: int, timeout: float) -> tuple[float, int] | None:
    """When the first iteration after `last` was reported, and its number; None if the journey ended before."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        ended = running.process.poll() is not None
        if ended:
            running.wait(1)
        for at, (number, *_) in running.told():
            if number > last:
                return at, number
        if ended:
            return None
        time.sleep(0.02)
    return None


def as_told(row: Iteration) -> Told:
    """A kept iteration as its line tells it."""
    return row.iteration, "✓" if row.passed else "✗", str(row.task["goal"]), row.name


if __name__ == "__main__":
    main()
