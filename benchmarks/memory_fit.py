"""How many uses a fitted curve needs: whether what `memory fit` keeps foretells better than the default does.

    python -m benchmarks.memory_fit path/to/reviews.csv [--json]      (or REVIEWS=path)

The log is named in _reviews.py. Logs of some length are cut out of its first half at random places, each is
fitted as `memory fit` does it, and what would be kept is judged on the second half: the share of fits that is kept, the
share of these that is worse than the default, and the change of log loss in the mean over all fits (0 where nothing is
kept). Beside it logs made from a known curve, and the same without what it costs to leave the default.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from benchmarks._record import write
from benchmarks._reviews import asked_for
from memory import decay, fit
from memory.fit import Review, log_loss

LENGTHS = (30, 40, 80, 200, 400, 800)
TRIES = 100
MADE = (("fsrs6", 1.0), ("exponential", 1.0), ("fsrs6", 0.1), ("fsrs6", 10.0))
"""Curves and scales from which logs are made: the default, and three from which it is far."""
COST = (fit.STRETCHED, fit.OTHER_CURVE)


def main() -> None:
    public = asked_for(__doc__)
    if public is None:
        return
    log = [Review(point.elapsed, point.stability, point.known) for point in public.points]
    logs = {"public": (log[: len(log) // 2], log[len(log) // 2 :])}
    for number, (curve, scale) in enumerate(MADE):
        logs[f"{curve} x{scale:g}"] = (made(curve, scale, 2 * number), made(curve, scale, 2 * number + 1))
    result = []
    for name, (first, second) in logs.items():
        for length in LENGTHS:
            for cost, (fit.STRETCHED, fit.OTHER_CURVE) in (("as it is", COST), ("without cost", (0.0, 0.0))):
                result.append({"log": name, "uses": length, "rule": cost, **judged(first, second, length)})
    write("memory_fit", {"file": public.name, "tries": TRIES, "lengths": LENGTHS}, result, public.as_json)


def made(curve: str, scale: float, seed: int) -> list[Review]:
    """A log of uses that fade by a known curve."""
    rng, found = random.Random(seed), []
    for _ in range(2500):
        elapsed, stability = rng.expovariate(1 / 12), rng.choice([2.3, 8.3, 20.0, 60.0])
        found.append(Review(elapsed, stability, rng.random() < decay.CURVES[curve](elapsed, stability * scale)))
    return found


def judged(first: Sequence[Review], second: Sequence[Review], length: int) -> dict[str, Any]:
    """What fits on cuts of the first part are worth on the second."""
    rng, known, changes = random.Random(length), dict[tuple[str, float], float](), []
    for _ in range(TRIES):
        begin = rng.randrange(len(first) - length)
        setting, _ = fit.choose(first[begin : begin + length])
        if setting is None:
            continue
        for curve, scale in ((setting["curve"], setting["scale"]), (decay.DEFAULT, 1.0)):
            if (curve, scale) not in known:
                known[curve, scale] = log_loss(second, curve, scale)
        changes.append(known[setting["curve"], setting["scale"]] - known[decay.DEFAULT, 1.0])
    return {
        "kept": round(len(changes) / TRIES, 2),
        "worse": round(sum(change > 0 for change in changes) / len(changes), 2) if changes else 0.0,
        "change": round(sum(changes) / TRIES, 4),
    }


if __name__ == "__main__":
    main()
