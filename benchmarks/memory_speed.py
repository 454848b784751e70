"""How fast memory is when there is much of it: insert, recall, consolidate, reindex, disk and main memory.

    python benchmarks/memory_speed.py [--sizes 10000 100000] [--dense] [--json]

A quarter of the documents are facts, the rest episodes, in ten journeys, with words drawn as in real text (few common,
many rare). Each question is new. Wall time counts what else the machine does; processor time does not. More than
200,000 are filled in bulk, with documents only.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shared.record import write
from sqlite_utils import Database

from memory.db import atomic, open_db
from memory.episodic import Episode, Episodes, Place
from memory.index import VectorIndex, numpy
from memory.items import seen
from memory.recall import Question, Recall
from memory.scheduler import scheduler
from memory.semantic import Semantic

JOURNEYS = 10
QUESTIONS = 200
BATCH = 500
WHOLE = 200_000
"""Size up to which every row of every tier is written."""


class Made:
    """Unit vectors drawn from the text's hash: what is measured is the index, not a model."""

    id, size = "made/384", 384

    def embed(self, texts: Any) -> Any:
        """One vector for each text."""
        np = numpy()
        rows = np.stack([np.random.default_rng(abs(hash(text)) % 2**32).standard_normal(self.size) for text in texts])
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--dense", action="store_true", help="also the dense route, with made vectors")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    result = {}
    for size in given.sizes:
        with tempfile.TemporaryDirectory() as folder:
            result[str(size)] = measure(Path(folder) / "j.db", size, given.dense)
        # After each size: a million may be more than somebody wants to wait for.
        write("memory_speed", {"questions": QUESTIONS, "journeys": JOURNEYS, "dense": given.dense}, result, given.json)


def measure(path: Path, size: int, dense: bool) -> dict[str, Any]:
    """Fill a database with `size` documents and ask it."""
    chance, db = random.Random(size), open_db(path)
    words = [f"word{number}" for number in range(5000)]
    weights = [1 / (rank + 10) for rank in range(len(words))]

    def text(count: int) -> str:
        return " ".join(chance.choices(words, weights, k=count))

    row: dict[str, Any] = {"filled": "documents only" if size > WHOLE else "episodes and facts"}
    begun = time.perf_counter()
    if size > WHOLE:
        fill(db, chance, size, text)
    else:
        for start in range(0, size, BATCH):
            with atomic(db):
                for number in range(start, min(size, start + BATCH)):
                    insert(db, chance, number, text(8))
    row["insert_in_batches_per_second"] = round(size / (time.perf_counter() - begun))
    singles = [timed(lambda n=n: insert(db, chance, size + n, text(8))) for n in range(200)]
    row["insert_ms"] = quantiles(singles)
    row["megabytes"] = round(path.stat().st_size / 1e6, 1)
    index = None
    if dense:
        index = VectorIndex(db, Made())
        row["reindex_seconds"] = round(timed(index.reindex) / 1000, 1)
        timed(lambda: index.search("warm", 10))
    recall = Recall(db, index)
    questions = [
        Question(text(5), scope=f"j{chance.randrange(JOURNEYS)}", items=(f"item{chance.randrange(200)}",))
        for _ in range(QUESTIONS)
    ]
    walls, works = [], []
    for question in questions:
        work = time.process_time()
        walls.append(timed(lambda q=question: recall.ask(q, now=float(size), limit=10)))
        works.append((time.process_time() - work) * 1000)
    row["recall_ms"], row["recall_processor_ms"] = quantiles(walls), quantiles(works)
    jobs = scheduler(db)
    begun = time.perf_counter()
    done = jobs.run("consolidate", now=float(size), limit=2000)
    row["consolidate_units_per_second"] = round(done.units / (time.perf_counter() - begun))
    begun = time.perf_counter()
    done = jobs.run("reconcile", now=float(size), limit=2000)
    row["reconcile_units_per_second"] = round(done.units / (time.perf_counter() - begun))
    row["rebuild_words_seconds"] = round(timed(lambda: rebuild(db)) / 1000, 1)
    row["peak_memory_megabytes"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
    db.close()
    return row


def fill(db: Database, chance: random.Random, size: int, text: Callable[[int], str]) -> None:
    """Only what recall sees, in bulk: a million episodes written one by one would take most of an hour."""
    for start in range(0, size, 10 * BATCH):
        rows = [
            (number, "episode", -number, f"j{number % JOURNEYS}", float(number), text(8), text(8), number - JOURNEYS)
            for number in range(start + 1, min(size, start + 10 * BATCH) + 1)
        ]
        with atomic(db):
            db.conn.executemany(
                "INSERT INTO documents (id, tier, ref, scope, state, at, text, context, before) "
                "VALUES (?, ?, ?, ?, 'current', ?, ?, ?, nullif(max(?, 0), 0))",
                rows,
            )
            marks = [(row[0], "item", f"item{int(200 * chance.random() ** 2)}") for row in rows]
            db.conn.executemany("INSERT INTO marks (document, kind, value) VALUES (?, ?, ?)", marks)


def insert(db: Database, chance: random.Random, number: int, words: str) -> None:
    """An episode, or each fourth time a fact."""
    journey, at = f"j{number % JOURNEYS}", float(number)
    item = f"item{int(200 * chance.random() ** 2)}"
    if number % 4 == 3:
        where = [chance.randrange(-2000, 2000), chance.randrange(5, 100), chance.randrange(-2000, 2000)]
        Semantic(db).add(seen(item, *where, scope=journey, at=at, what=f"seen by {words}"), reason="measured")
        return
    failed = chance.random() < 0.3
    Episodes(db).record(
        Episode(
            journey, number, f"t{number // 20}-{journey}", f"get {item}", "failed" if failed else "passed", at,
            cause="not_found" if failed else None, message=words, gained={} if failed else {item: 1},
            place=Place(chance.randrange(-2000, 2000), 64, chance.randrange(-2000, 2000)),
        )
    )  # fmt: skip


def rebuild(db: Database) -> None:
    with atomic(db):
        db.execute("INSERT INTO words (words) VALUES ('rebuild')")


def timed(work: Any) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def quantiles(values: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(values, n=20)
    return {"p50": round(cuts[9], 2), "p95": round(cuts[18], 2)}


if __name__ == "__main__":
    main()
