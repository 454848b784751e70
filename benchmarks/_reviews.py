"""A public log of reviews, which measures of forgetting read: a CSV file with card_id, review_time and review_rating.

tests/review_logs_josh_1711744352250_to_1728234780857.csv of github.com/open-spaced-repetition/py-fsrs (MIT). Stability
is kept as in a journey, by memory.decay.review after each use.
"""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from memory import decay
from memory.decay import Strength

DAY = 86400.0


@dataclass(frozen=True)
class Point:
    """One review after a day or more: what was known of the card before it, and how it went."""

    at: float
    elapsed: float
    stability: float
    reviews: int
    known: bool


@dataclass(frozen=True)
class Log:
    """What was asked for: the file's name, its points by time, and whether the result is printed as JSON."""

    name: str
    points: Sequence[Point]
    as_json: bool


def asked_for(doc: str | None) -> Log | None:
    """The log that the command line or REVIEWS names; none, and a line that says so, where neither does."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path, nargs="?", default=os.environ.get("REVIEWS"))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.path is None:
        print("not measured: name the file of reviews, or set REVIEWS to it")
        return None
    path = Path(given.path)
    return Log(path.name, sorted(read(path), key=lambda point: point.at), given.json)


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
