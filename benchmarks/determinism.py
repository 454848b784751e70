"""Whether a seed decides everything: the same journey twice in fresh homes, compared event by event."""

from __future__ import annotations

import argparse
import random
import tempfile
from pathlib import Path
from typing import Any

from benchmarks._journey import history, play
from benchmarks._result import Result


def main() -> None:
    """Play each seed twice and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3, help="how many worlds")
    parser.add_argument("--goal", default="iron_pickaxe")
    parser.add_argument("--iterations", type=int, default=40, help="programs a journey may run")
    parser.add_argument("--draw", type=int, default=random.SystemRandom().randrange(2**31), help="seed of the draw")
    parser.add_argument("--timeout", type=float, default=900, help="real seconds a journey may take")
    asked = parser.parse_args()
    result = Result("determinism", vars(asked))
    for seed in random.Random(asked.draw).sample(range(2**31), asked.seeds):
        result.row(**measure(seed, asked))
    digests = {row["digest"] for row in result.rows}
    same = sum(row["same"] for row in result.rows)
    result.finish({
        "same": f"{same}/{len(result.rows)}", "different_seeds_differ": len(digests) == len(result.rows),
        "events": sum(row["events"] for row in result.rows),
    })  # fmt: skip


def measure(seed: int, asked: argparse.Namespace) -> dict[str, Any]:
    """Both histories of one seed, and the first event in which they differ."""
    found, codes = [], []
    for _ in range(2):
        with tempfile.TemporaryDirectory(prefix="determinism-") as folder:
            code, _, _ = play(
                Path(folder), "run", "minecraft", "--journey", "twin", "--goal", asked.goal, "--seed", str(seed),
                "--iterations", str(asked.iterations), timeout=asked.timeout,
            )  # fmt: skip
            found.append(history(Path(folder), "twin"))
            codes.append(code)
    (digest, events), (other_digest, other_events) = found
    same = digest == other_digest and codes[0] == codes[1]
    row = {"seed": seed, "exit_codes": codes, "same": same, "events": len(events), "digest": digest}
    if not same:
        pairs = ([one, other] for one, other in zip(events, other_events, strict=False) if one != other)
        row["first_difference"] = next(pairs, ["the shorter history is the beginning of the longer one"])
    return row


if __name__ == "__main__":
    main()
