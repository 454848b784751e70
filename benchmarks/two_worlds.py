"""One journey in both worlds with the planner, killed on the way: what each world gained, and what was lost.

The journey is killed with -9 after drawn iterations and resumed each time. A row for each iteration; the summary tells
by world how many iterations it got, how many tasks passed and how many things were mastered for the first time.

    python -m benchmarks.two_worlds [--iterations 60] [--kills 3] [--seed 7] [--minutes 30]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from agent.store import Iteration
from benchmarks._journey import Journey, rows
from benchmarks._result import Result

NAME = "both"
WORLDS = ("minecraft", "desktop")
LOOK = 0.05


def main() -> None:
    """Play, kill, resume, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--iterations", type=int, default=60)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--minutes", type=float, default=30)
    asked = parser.parse_args()
    result = Result("two_worlds", vars(asked))
    chance = Random(asked.seed)
    moments = sorted(chance.sample(range(2, asked.iterations), asked.kills))
    with tempfile.TemporaryDirectory(prefix="two-worlds-") as folder:
        home = Path(folder)
        deadline = time.monotonic() + asked.minutes * 60
        kept: dict[int, Iteration] = {}
        lost: list[int] = []
        ready: list[float] = []
        for moment in [*moments, asked.iterations]:
            done = len(rows(home, NAME)) if kept else 0
            words = ("resume", NAME) if kept else ("run", *WORLDS, "--journey", NAME, "--seed", str(asked.seed))
            running = Journey(home, *words, "--iterations", str(asked.iterations - done))
            told = watch(running, moment, kill=moment < asked.iterations, deadline=deadline)
            now = {row.iteration: row for row in rows(home, NAME)}
            lost += [number for number in told if number not in now]
            lost += [number for number, row in kept.items() if now.get(number) != row]
            if told and kept:
                first = min(told)
                ready.append(told[first] - running.begun - now[first].seconds)
            kept = {number: row for number, row in now.items() if row.passed is not None}
        summary = counted(list(kept.values()))
    for row in kept.values():
        result.row(iteration=row.iteration, world=row.task["world"], about=row.task["item"], round=row.round,
                   passed=row.passed, program=row.name, seconds=round(row.seconds, 1))  # fmt: skip
    result.finish(
        {"killed after": moments, "lost or changed": len(lost), "seconds until ready again": round(max(ready), 1)
         if ready else None, **summary}
    )  # fmt: skip


def watch(running: Journey, moment: int, *, kill: bool, deadline: float) -> dict[int, float]:
    """Let it run until an iteration was told (and kill it then) or to its end; when each iteration was told."""
    while running.process.poll() is None and time.monotonic() < deadline:
        if kill and any(number >= moment for _, (number, *_) in running.told()):
            running.process.kill()
            break
        time.sleep(LOOK)
    running.wait(max(1.0, deadline - time.monotonic()))
    told: dict[int, float] = {}
    for at, (number, *_) in running.told():
        told.setdefault(number, at)
    return told


def counted(found: Sequence[Iteration]) -> dict[str, Any]:
    """What each world got and gave."""
    summary: dict[str, Any] = {"iterations": len(found)}
    for world in WORLDS:
        own = [row for row in found if row.task["world"] == world]
        passed = [row for row in own if row.passed]
        summary |= {
            f"{world} iterations": len(own),
            f"{world} tasks passed": len(passed),
            f"{world} mastered": len({row.task["item"] for row in passed}),
        }
    return summary


if __name__ == "__main__":
    main()
