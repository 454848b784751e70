"""Does memory help? Journeys of the planner with everything, without a tier, without fading, without memory.

    python -m benchmarks.memory_helps [--seeds 1 2 3] [--ways full none …] [--minutes 8] [--iterations 40]

For each seed and way two journeys, each with a library of its own, so that skills carry nothing over: one in a world
that nothing is known of, then one that begins anew in the same world. The goal is a diamond; iterations and game time
to the iron pickaxe and to the diamond are read from the journeys' records. What is measured stays in the result file:
started again, the script measures only what is missing, and it stops after so many minutes. Real worlds, minutes for
each pair.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks._journey import play, rows
from benchmarks._record import RESULTS, write

WAYS: dict[str, tuple[str, ...]] = {
    "full": (),
    "none": ("semantic", "episodic"),
    "no semantic tier": ("semantic",),
    "no episodic tier": ("episodic",),
    "no decay": ("decay",),
}
JOURNEYS = ("first", "again")
MARKS = ("iron_pickaxe", "diamond")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="*", default=list(range(1, 11)))
    parser.add_argument("--ways", nargs="*", choices=[*WAYS], default=[*WAYS])
    parser.add_argument("--iterations", type=int, default=40)
    parser.add_argument("--minutes", type=float, default=8.0)
    given = parser.parse_args()
    settings = {"goal": "diamond", "iterations": given.iterations, "brain": "planner", "proving": 0}
    kept: list[dict[str, Any]] = measured(settings)
    until = time.monotonic() + 60 * given.minutes
    for seed in given.seeds:
        for way in given.ways:
            if any((row["seed"], row["way"]) == (seed, way) for row in kept) or time.monotonic() > until:
                continue
            kept += pair(seed, way, given.iterations)
            write("memory_helps", settings, {"summary": summary(kept), "journeys": kept})


def measured(settings: dict[str, Any]) -> list[dict[str, Any]]:
    """The journeys of the result file, if they were made with the same settings."""
    path = RESULTS / "memory_helps.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    found: list[dict[str, Any]] = kept["result"]["journeys"] if kept.get("settings") == settings else []
    return found


def pair(seed: int, way: str, iterations: int) -> list[dict[str, Any]]:
    """Two journeys in a home of their own, the second with what the first remembered."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for name in JOURNEYS:
            words = ["run", "minecraft", "--journey", name, "--library", name, "--goal", "diamond", "--seed", str(seed)]
            words += ["--iterations", str(iterations), "--proving", "0"]
            words += [word for each in WAYS[way] for word in ("--without", each)]
            code, text, seconds = play(home, *words, timeout=900)
            row = {"seed": seed, "way": way, "journey": name, "ended": code, "seconds": round(seconds, 1)}
            found.append({**row, **reached(home, name)})
            if code not in (0, 3):
                found[-1]["said"] = text[-300:]
            print(json.dumps(found[-1]), flush=True)
    return found


def reached(home: Path, name: str) -> dict[str, Any]:
    """At which iteration and after how much game time each mark was first in the inventory, and what went wrong."""
    found: dict[str, Any] = {"failed": 0, "places_given": 0}
    for row in rows(home, name):
        found["iterations"], found["failed"] = row.iteration, found["failed"] + (not row.passed)
        found["places_given"] += bool(row.args.get("places"))
        for mark in MARKS:
            if row.after["inventory"].get(mark) and mark not in found:
                found[mark] = {"iteration": row.iteration, "game_minutes": round(row.game_seconds / 60, 2)}
    return found


def summary(kept: list[dict[str, Any]]) -> dict[str, Any]:
    """For each journey and way: how many came there, and medians over those that did."""
    found: dict[str, Any] = {}
    for name in JOURNEYS:
        for way in WAYS:
            of = [row for row in kept if (row["journey"], row["way"]) == (name, way)]
            if of:
                found[f"{name}, {way}"] = {"journeys": len(of), **{mark: middle(of, mark) for mark in MARKS}}
    return found


def middle(of: list[dict[str, Any]], mark: str) -> dict[str, Any]:
    """Of one mark, over some journeys."""
    there = [row[mark] for row in of if mark in row]
    if not there:
        return {"came_there": 0}
    return {
        "came_there": len(there),
        "iterations_median": statistics.median(each["iteration"] for each in there),
        "iterations_mean": round(statistics.mean(each["iteration"] for each in there), 2),
        "game_minutes_median": round(statistics.median(each["game_minutes"] for each in there), 2),
        "game_minutes_mean": round(statistics.mean(each["game_minutes"] for each in there), 2),
    }


if __name__ == "__main__":
    main()
