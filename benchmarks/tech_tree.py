"""How far a journey comes in new worlds: fresh library, no assistance, seeds drawn at random and recorded.

One journey a child process, one after the other. `iteration` is the number of programs run so far, the unit of
published results; seconds are real ones from the start of the process, world and sandbox included.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from pathlib import Path
from typing import Any

from benchmarks._journey import play, rows
from benchmarks._result import Result, middle

PICKAXES = ("wooden_pickaxe", "stone_pickaxe", "iron_pickaxe", "diamond_pickaxe")


def main() -> None:
    """Play each seed and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10, help="how many worlds")
    parser.add_argument("--goal", default="iron_pickaxe")
    parser.add_argument("--iterations", type=int, default=40, help="programs a journey may run")
    parser.add_argument("--draw", type=int, default=random.SystemRandom().randrange(2**31), help="seed of the draw")
    parser.add_argument("--timeout", type=float, default=900, help="real seconds a journey may take")
    asked = parser.parse_args()
    drawn = random.Random(asked.draw).sample(range(2**31), asked.seeds)
    result = Result("tech_tree", vars(asked))
    for seed in drawn:
        result.row(**measure(seed, asked))
    result.finish(summary(result.rows))


def measure(seed: int, asked: argparse.Namespace) -> dict[str, Any]:
    """One journey from bare hands."""
    with tempfile.TemporaryDirectory(prefix="tech-tree-") as folder:
        home = Path(folder)
        code, printed, seconds = play(
            home, "run", "minecraft", "--journey", "tree", "--goal", asked.goal, "--seed", str(seed),
            "--iterations", str(asked.iterations), "--json", timeout=asked.timeout,
        )  # fmt: skip
        row: dict[str, Any] = {"seed": seed, "exit_code": code, "seconds": round(seconds, 2)}
        try:
            (told,) = json.loads(printed.splitlines()[-1])["journeys"]
        except (ValueError, IndexError, KeyError):
            return row | {"stopped": "broken", "printed": printed[-2000:], "milestones": {}, "deaths": None}
        kept = rows(home, "tree")
    inside = sum(each.seconds for each in kept)
    reached = {
        each["name"]: {key: each[key] for key in ("iteration", "game_seconds", "seconds")}
        for each in told["milestones"]
        if each["name"] in PICKAXES
    }
    return row | {
        "stopped": told["stopped"], "iterations": told["iterations"], "failed": sum(not each.passed for each in kept),
        "game_minutes": round(told["game_seconds"] / 60, 2), "deaths": told["deaths"], "items": told["unique_items"],
        "skills": told["skills"], "assistance": told["assistance"], "tokens": told["tokens"], "milestones": reached,
        "speed_in_runs": round(sum(each.ticks for each in kept) / 20 / inside, 1) if inside else None,
        "speed_overall": round(told["game_seconds"] / seconds, 1),
    }  # fmt: skip


def summary(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Reached how often, and the medians over the journeys that reached it."""
    told: dict[str, Any] = {}
    for name in PICKAXES:
        there = [row["milestones"][name] for row in found if name in row["milestones"]]
        if there or name != PICKAXES[-1]:
            told[name] = f"{len(there)}/{len(found)}"
            told[f"{name}_iterations"] = middle([each["iteration"] for each in there])
            told[f"{name}_game_minutes"] = middle([each["game_seconds"] / 60 for each in there])
            told[f"{name}_seconds"] = middle([each["seconds"] for each in there])
    told["deaths"] = sum(row["deaths"] or 0 for row in found)
    told["speed_in_runs"] = middle([row.get("speed_in_runs") for row in found])
    told["speed_overall"] = middle([row.get("speed_overall") for row in found])
    return told


if __name__ == "__main__":
    main()
