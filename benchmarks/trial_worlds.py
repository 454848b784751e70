"""How long it takes until a trial stands in a fresh world: alone, and beside a journey that plays on the same machine.

    python -m benchmarks.trial_worlds [--worlds 30] [--seed 1]

Each world has a seed of its own, and a short program runs in it before the next is entered, as trials of skills do. The
first enters cold: its processes have to start. Every fifth begins in a situation captured from another world instead.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import closing
from pathlib import Path
from statistics import quantiles

from benchmarks._journey import Journey
from benchmarks._result import Result, middle
from envs.base import Beginning, Limits, Module, Program
from envs.minecraft import MinecraftEnv, MinecraftSettings
from envs.minecraft_trials import MinecraftTrials

WORK = "async function main (bot) { await mineBlock(bot, ['dirt', 'grass_block', 'sand', 'stone'], 1) }"
PROGRAM = Program((Module("new:main", "main", WORK),), "new:main")
LIMITS = Limits(ticks=1200, seconds=60)
EVERY = 5
"""Which of the worlds begin in a captured situation."""


def main() -> None:
    """Enter all worlds twice: alone, then beside a journey."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    result = Result("trial_worlds", vars(asked))
    with tempfile.TemporaryDirectory(prefix="trial-worlds-") as folder:
        beginnings = _beginnings(Path(folder), asked.seed, asked.worlds)
        _enter(result, beginnings, "alone")
        words = ("run", "minecraft", "--seed", str(asked.seed), "--iterations", "1000", "--proving", "0")
        journey = Journey(Path(folder), *words)
        try:
            while not journey.told() and journey.process.poll() is None:
                time.sleep(0.1)
            _enter(result, beginnings, "beside a journey")
        finally:
            journey.process.kill()
            journey.wait(60)
    summary = {}
    for where in ("alone", "beside a journey"):
        seconds = [row["seconds"] for row in result.rows if row["where"] == where and row["warm"]]
        name = where.split()[0]
        summary[f"{name}_median"], summary[f"{name}_p95"] = middle(seconds), round(quantiles(seconds, n=20)[-1], 2)
    result.finish(summary)


def _beginnings(folder: Path, seed: int, worlds: int) -> list[Beginning]:
    with closing(MinecraftEnv(MinecraftSettings(folder / "home", seed=seed))) as env:
        env.start()
        env.run(PROGRAM, LIMITS)
        situation = env.capture()
    return [
        Beginning(seed, dice=number, situation=situation) if number % EVERY == EVERY - 1 else Beginning(seed + number)
        for number in range(worlds)
    ]


def _enter(result: Result, beginnings: list[Beginning], where: str) -> None:
    with closing(MinecraftTrials(rules={})) as trials:
        for number, (beginning, ahead) in enumerate(zip(beginnings, [*beginnings[1:], None], strict=True)):
            begun = time.monotonic()
            trials.enter(beginning, ahead)
            seconds = time.monotonic() - begun
            run = trials.run(PROGRAM, LIMITS)
            kind = "fresh" if beginning.situation is None else "captured"
            result.row(where=where, warm=number > 1, kind=kind, seconds=round(seconds, 3), outcome=run.outcome)


if __name__ == "__main__":
    main()
