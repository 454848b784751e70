"""Which forgetting curve foretells best what is still known: held-out log loss on a public log of reviews.

    python benchmarks/memory_forgetting.py path/to/reviews.csv [--json]      (or REVIEWS=path)

The log: tests/review_logs_josh_1711744352250_to_1728234780857.csv of github.com/open-spaced-repetition/py-fsrs (MIT).
First half by time fits each curve's scale, second half judges it. Stability is kept as in a journey, by
memory.decay.review after each use. Beside it a constant, and MemoryBank's formula as published and as coded. One
learner, whose schedule was made by FSRS: it flatters FSRS.
"""

from __future__ import annotations

import argparse
import csv
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

from shared.record import write

from memory import decay
from memory.decay import Strength

DAY = 86400.0
SCALES = [10 ** (step / 8) for step in range(-16, 25)]


@dataclass(frozen=True)
class Point:
    """One review after a day or more: what was known of the card before it, and how it went."""

    at: float
    elapsed: float
    stability: float
    reviews: int
    known: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path, nargs="?", default=os.environ.get("REVIEWS"))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.path is None:
        print("not measured: name the file of reviews, or set REVIEWS to it")
        return
    points = sorted(read(Path(given.path)), key=lambda point: point.at)
    half = len(points) // 2
    fit, test = points[:half], points[half:]
    mean = sum(point.known for point in fit) / len(fit)
    rows = {"constant": judge(test, lambda point: mean)}
    for name, curve in decay.CURVES.items():
        rows[f"{name}, as it is"] = judge(test, with_scale(curve, 1.0))
        scale = min(SCALES, key=lambda each: log_loss(fit, with_scale(curve, each)))
        rows[f"{name}, fitted"] = {"scale": round(scale, 4), **judge(test, with_scale(curve, scale))}
    rows["MemoryBank, as published"] = judge(test, lambda point: math.exp(-point.elapsed / point.reviews))
    rows["MemoryBank, as coded"] = judge(test, lambda point: math.exp(-point.elapsed / 5 * point.reviews))
    settings = {"file": Path(given.path).name, "fitted_on": len(fit), "judged_on": len(test)}
    write("memory_forgetting", settings, dict(sorted(rows.items(), key=lambda row: row[1]["log_loss"])), given.json)


def read(path: Path) -> list[Point]:
    """Reviews with a pause of a day or more before them; shorter ones count for stability only."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            (
                row["card_id"],
                datetime.fromisoformat(row["review_time"]).timestamp() / DAY,
                int(row["review_rating"]) > 1,
            )
            for row in csv.DictReader(file)
        ]
    held: dict[str, Strength] = {}
    points = []
    for card, at, known in sorted(rows, key=lambda row: row[1]):
        before = held.get(card)
        if before is None:
            held[card] = Strength(2.3 if known else 0.2, 5.0, at, 1)
            continue
        elapsed = at - before.last_used
        if elapsed >= 1:
            points.append(Point(at, elapsed, before.stability, before.uses, known))
        held[card] = decay.review(before, "succeeded" if known else "failed", at)
    return points


def with_scale(curve: Callable[[float, float], float], scale: float) -> Callable[[Point], float]:
    return lambda point: curve(point.elapsed, point.stability * scale)


def judge(points: Sequence[Point], chance: Callable[[Point], float]) -> dict[str, float]:
    """Log loss, calibration error in bins of a twentieth, and how well known and forgotten are told apart."""
    pairs = [(min(max(chance(point), 1e-4), 1 - 1e-4), point.known) for point in points]
    bins: dict[int, list[tuple[float, bool]]] = {}
    for pair in pairs:
        bins.setdefault(int(pair[0] * 20), []).append(pair)
    squared = sum(
        len(each) * (sum(p for p, _ in each) / len(each) - sum(k for _, k in each) / len(each)) ** 2
        for each in bins.values()
    )
    known = sum(k for _, k in pairs)
    below, wins = 0, 0.0
    for _, equal in groupby(sorted(pairs), key=lambda pair: pair[0]):
        outcomes = [k for _, k in equal]
        wins += sum(outcomes) * (below + (len(outcomes) - sum(outcomes)) / 2)
        below += len(outcomes) - sum(outcomes)
    auc = wins / (known * (len(pairs) - known))
    return {
        "log_loss": round(log_loss(points, chance), 4),
        "rmse_bins": round(math.sqrt(squared / len(pairs)), 4),
        "auc": round(auc, 4),
    }


def log_loss(points: Sequence[Point], chance: Callable[[Point], float]) -> float:
    total = 0.0
    for point in points:
        p = min(max(chance(point), 1e-4), 1 - 1e-4)
        total -= math.log(p if point.known else 1 - p)
    return total / len(points)


if __name__ == "__main__":
    main()
