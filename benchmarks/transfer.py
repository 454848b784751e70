"""What a library learned in one world is worth in others: programs to the goal with it and without it.

A first journey learns a library; its home is copied for each new world, so that the worlds do not teach each other.
Journeys with an empty library in the same worlds are the comparison.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
from pathlib import Path
from typing import Any

from benchmarks._journey import play, rows
from benchmarks._result import Result, middle


def main() -> None:
    """Learn, then play each new world both ways."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=5, help="how many new worlds")
    parser.add_argument("--goal", default="iron_pickaxe")
    parser.add_argument("--iterations", type=int, default=40, help="programs a journey may run")
    parser.add_argument("--draw", type=int, default=random.SystemRandom().randrange(2**31), help="seed of the draw")
    parser.add_argument("--timeout", type=float, default=900, help="real seconds a journey may take")
    asked = parser.parse_args()
    first, *others = random.Random(asked.draw).sample(range(2**31), asked.worlds + 1)
    result = Result("transfer", vars(asked))
    with tempfile.TemporaryDirectory(prefix="transfer-") as folder:
        learned = Path(folder) / "learned"
        result.row(library="learning", **measure(learned, first, asked))
        for seed in others:
            empty, copied = Path(folder) / f"empty-{seed}", Path(folder) / f"copied-{seed}"
            shutil.copytree(learned, copied, ignore=shutil.ignore_patterns("worlds"))
            result.row(library="empty", **measure(empty, seed, asked))
            result.row(library="learned", **measure(copied, seed, asked))
    told: dict[str, Any] = {"worlds": len(others)}
    for library in ("empty", "learned"):
        there = [row for row in result.rows if row["library"] == library]
        reached = [row for row in there if row["reached"]]
        told[f"{library}_reached"] = f"{len(reached)}/{len(there)}"
        for key in ("iterations", "written", "calling_share", "game_minutes", "seconds"):
            told[f"{library}_{key}"] = middle([row[key] for row in reached])
    result.finish(told)


def measure(home: Path, seed: int, asked: argparse.Namespace) -> dict[str, Any]:
    """One journey to the goal: programs run, of these newly written, of all those that call library skills."""
    name = f"to-{seed}"
    code, printed, seconds = play(
        home, "run", "minecraft", "--journey", name, "--goal", asked.goal, "--seed", str(seed),
        "--iterations", str(asked.iterations), timeout=asked.timeout,
    )  # fmt: skip
    kept = rows(home, name)
    calling = sum(bool(row.modules) for row in kept)
    facts = {
        "seed": seed, "exit_code": code, "reached": code == 0, "iterations": len(kept),
        "written": sum(row.source is not None for row in kept), "calling": calling,
        "calling_share": round(calling / len(kept), 3) if kept else None,
        "game_minutes": round(kept[-1].game_seconds / 60, 2) if kept else None, "seconds": round(seconds, 2),
    }  # fmt: skip
    return facts if kept else facts | {"printed": printed[-2000:]}


if __name__ == "__main__":
    main()
