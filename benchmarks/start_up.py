"""How long things take to begin: `--help`, and a journey from the command to the first action of the bot."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._journey import ROOT, Journey, rows
from benchmarks._result import Result, middle


def main() -> None:
    """Measure both several times, warm."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--seed", type=int, default=5)
    asked = parser.parse_args()
    result = Result("start_up", vars(asked))
    for turn in range(asked.times + 1):
        begun = time.monotonic()
        subprocess.run([sys.executable, "-m", "agent.cli", "--help"], cwd=ROOT, capture_output=True, check=True)
        help_seconds = time.monotonic() - begun
        with tempfile.TemporaryDirectory(prefix="start-up-") as folder:
            words = ("run", "minecraft", "--journey", "start", "--seed", str(asked.seed), "--iterations", "1")
            journey = Journey(Path(folder), *words)
            journey.wait(300)
            (first,) = rows(Path(folder), "start")
            (at, _), *_ = journey.told()
        action = at - journey.begun - first.seconds
        result.row(warm=turn > 0, help_seconds=round(help_seconds, 3), first_action_seconds=round(action, 2))
    warm = [row for row in result.rows if row["warm"]]
    result.finish({key: middle([row[key] for row in warm]) for key in ("help_seconds", "first_action_seconds")})


if __name__ == "__main__":
    main()
