"""Which forgetting curve foretells best what is still known: held-out log loss on a public log of reviews.

    python -m benchmarks.memory_forgetting path/to/reviews.csv [--json]      (or REVIEWS=path)

The log is named in _reviews.py. First half by time fits each curve's scale, second half judges it. Beside it a
constant, and MemoryBank's formula as published and as coded. One learner, whose schedule was made by FSRS: it flatters
FSRS.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import groupby

from benchmarks._record import write
from benchmarks._reviews import Point, asked_for
from memory import decay

SCALES = [10 ** (step / 8) for step in range(-16, 25)]


def main() -> None:
    log = asked_for(__doc__)
    if log is None:
        return
    points = log.points
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
    settings = {"file": log.name, "fitted_on": len(fit), "judged_on": len(test)}
    write("memory_forgetting", settings, dict(sorted(rows.items(), key=lambda row: row[1]["log_loss"])), log.as_json)


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
