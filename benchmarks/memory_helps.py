"""Does memory help? Journeys of the planner with everything, without a tier, without fading, without memory.

    python benchmarks/memory_helps.py [--goal iron_pickaxe] [--seeds 1 2 3] [--iterations 60] [--json]

Each journey starts in a world of its own with an empty library. For each way: how many programs it took to each
milestone, in the median over seeds, and how many journeys came there at all. Real worlds: minutes a journey.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from shared.record import write

WAYS: dict[str, tuple[str, ...]] = {
    "full": (),
    "no semantic tier": ("semantic",),
    "no episodic tier": ("episodic",),
    "no decay": ("decay",),
    "none": ("semantic", "episodic"),
}
ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--goal", default="iron_pickaxe")
    parser.add_argument("--seeds", type=int, nargs="*", default=list(range(1, 11)))
    parser.add_argument("--ways", nargs="*", choices=sorted(WAYS), default=list(WAYS))
    parser.add_argument("--iterations", type=int, default=60)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    settings = {"goal": given.goal, "seeds": given.seeds, "iterations": given.iterations, "brain": "planner"}
    result: dict[str, Any] = {}
    for way in given.ways:
        journeys = [journey(seed, given.goal, given.iterations, WAYS[way]) for seed in given.seeds]
        result[way] = summary(journeys)
        write("memory_helps", settings, result, given.json)


def journey(seed: int, goal: str, iterations: int, without: tuple[str, ...]) -> dict[str, Any]:
    """One journey in a home of its own; its report."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "agent.cli", "run", "minecraft", "--goal", goal, "--seed", str(seed)]
        command += ["--iterations", str(iterations), "--json"]
        for each in without:
            command += ["--without", each]
        environment = {**os.environ, "JOURNEYMAN_HOME": home}
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)
        if done.returncode not in (0, 3):
            return {"failed": done.stderr.strip().splitlines()[-1:] or done.returncode, "milestones": []}
        report: dict[str, Any] = json.loads(done.stdout)["journeys"][0]
        return report


def summary(journeys: list[dict[str, Any]]) -> dict[str, Any]:
    """Iterations to each milestone in the median, how many came there, and what the journeys cost."""
    reached: dict[str, list[int]] = {}
    for each in journeys:
        for milestone in each["milestones"]:
            reached.setdefault(milestone["name"], []).append(milestone["iteration"])
    whole = [each for each in journeys if "failed" not in each]
    return {
        "journeys": len(journeys),
        "failed_to_run": len(journeys) - len(whole),
        "iterations_median": statistics.median(each["iterations"] for each in whole) if whole else None,
        "milestones": {
            name: {"came_there": len(found), "iterations_median": statistics.median(found), "each": sorted(found)}
            for name, found in reached.items()
        },
    }


if __name__ == "__main__":
    main()
