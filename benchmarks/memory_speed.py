"""How fast memory is when there is much of it: insert, recall, consolidate, reindex, disk and main memory.

    python -m benchmarks.memory_speed [--sizes 10000 100000 1000000] [--dense] [--json]

A quarter of the documents are facts, the rest episodes, in ten journeys, with words drawn as in real text (few common,
many rare). Each question is new. Wall time counts what else the machine does; processor time does not, but a machine
that is shared with others is itself slow at times: beside the first answers stand the best of three, and how long a
fixed loop took between the questions. Up to 100,000 every row is written by the code that a journey uses; more are
filled in bulk, with the same rows in the same tables, and the single inserts are measured after that. Vectors are made
from a hash: what is measured is the index, no model.
"""

from __future__ import annotations

import argparse
import itertools
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from benchmarks._record import write
from memory.db import atomic, open_db
from memory.documents import region
from memory.episodic import Episode, Episodes, Place, describe
from memory.index import VectorIndex, numpy
from memory.items import key_of, seen, snapshot
from memory.log import canonical
from memory.rebuild import rebuild as rebuild_all
from memory.recall import Question, Recall
from memory.scheduler import scheduler
from memory.semantic import Semantic
from memory.signature import signature

JOURNEYS = 10
QUESTIONS = 200
BATCH = 500
LOOP = 100_000
"""Numbers that the fixed loop adds up: a few ms."""
WHOLE = 100_000
"""Size up to which every row is written one by one; more would take half an hour."""
VOCABULARY = [f"word{number}" for number in range(5000)]
SPREAD = list(itertools.accumulate(1 / (rank + 10) for rank in range(len(VOCABULARY))))


class Made:
    """Unit vectors drawn from the text's hash: what is measured is the index, not a model."""

    id, size = "made/384", 384

    def embed(self, texts: Any) -> Any:
        """One vector for each text."""
        np = numpy()
        rows = np.stack([np.random.default_rng(abs(hash(text)) % 2**32).standard_normal(self.size) for text in texts])
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


BULK = {
    "items": "INSERT INTO items (id, kind, subject, text, scope, data, valid_from, recorded_at, key) "
    "VALUES (?, 'fact', ?, ?, ?, ?, ?, ?, ?)",
    "journal": "INSERT INTO journal (operation, item, at, reason, inputs, before, after) "
    "VALUES ('ADD', ?, ?, 'measured', '{}', '{}', ?)",
    "episodes": "INSERT INTO episodes (id, journey, iteration, round, task, goal, world, outcome, cause, message, "
    "gained, place, skills, tokens, brain, at) VALUES (?, ?, ?, 1, ?, ?, '', ?, ?, ?, ?, ?, '{}', 0, '', ?)",
    "documents": "INSERT INTO documents (id, tier, ref, scope, state, at, text, context, before) "
    "VALUES (?, ?, ?, ?, 'current', ?, ?, ?, ?)",
    "marks": "INSERT INTO marks (kind, value, scope, layer, document) VALUES (?, ?, ?, ?, ?)",
}
"""The tables that `insert` writes to, and how to write to them in bulk."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
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

    def text(count: int) -> str:
        return " ".join(chance.choices(VOCABULARY, cum_weights=SPREAD, k=count))

    row: dict[str, Any] = {"filled": "in bulk" if size > WHOLE else "one by one"}
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
        row["check_vectors_seconds"] = round(timed(index.wrong) / 1000, 2)
        timed(lambda: index.search("warm", 10))
    recall = Recall(db, index)
    questions = [
        Question(text(5), scope=f"j{chance.randrange(JOURNEYS)}", items=(f"item{chance.randrange(200)}",))
        for _ in range(QUESTIONS)
    ]
    walls, works, bests, loops = [], [], [], []
    for question in questions:
        ask = partial(recall.ask, question, now=float(size), limit=10)
        work = time.process_time()
        walls.append(timed(ask))
        works.append((time.process_time() - work) * 1000)
        bests.append(min(walls[-1], timed(ask), timed(ask)))
        loops.append(timed(lambda: sum(range(LOOP))))
    row["recall_ms"], row["recall_processor_ms"] = quantiles(walls), quantiles(works)
    row["recall_best_of_three_ms"], row["fixed_loop_ms"] = quantiles(bests), quantiles(loops)
    jobs = scheduler(db)
    begun = time.perf_counter()
    done = jobs.run("consolidate", now=float(size), limit=2000)
    row["consolidate_units_per_second"] = round(done.units / (time.perf_counter() - begun))
    begun = time.perf_counter()
    done = jobs.run("reconcile", now=float(size), limit=2000)
    row["reconcile_units_per_second"] = round(done.units / (time.perf_counter() - begun))
    row["rebuild_words_seconds"] = round(timed(lambda: rebuild(db)) / 1000, 1)
    if size <= WHOLE:
        row["rebuild_all_seconds"] = round(timed(lambda: rebuild_all(db)) / 1000, 1)
    row["peak_memory_megabytes"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
    db.close()
    return row


def fill(db: Database, chance: random.Random, size: int, text: Callable[[int], str]) -> None:
    """The rows that `insert` leaves behind, in every table, written in bulk."""
    last: dict[str, tuple[int, str]] = {}
    for start in range(0, size, 10 * BATCH):
        rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in BULK}
        for number in range(start, min(size, start + 10 * BATCH)):
            id, journey, at = number + 1, f"j{number % JOURNEYS}", float(number)
            item = f"item{int(200 * chance.random() ** 2)}"
            x, z = chance.randrange(-2000, 2000), chance.randrange(-2000, 2000)
            square = region(x, z)
            if number % 4 == 3:
                made = seen(item, x, chance.randrange(5, 100), z, scope=journey, at=at, what=f"seen by {text(8)}")
                whole = canonical(snapshot(replace(made, recorded_at=at)))
                rows["items"].append((id, item, made.text, journey, canonical(dict(made.data)), at, at, key_of(made)))
                rows["journal"].append((id, at, whole))
                rows["documents"].append((id, "fact", id, journey, at, made.text, "", None))
                marks = [(kind, item) for kind in ("error", "item", "skill")] + [("place", square)]
                rows["marks"] += [(kind, value, journey, "learned", id) for kind, value in marks]
                continue
            failed, goal, task = chance.random() < 0.3, f"get {item}", f"t{number // 20}-{journey}"
            made = Episode(
                journey, number, task, goal, "failed" if failed else "passed", at,
                cause="not_found" if failed else None, message=text(8), gained={} if failed else {item: 1},
                place=Place(x, 64, z),
            )  # fmt: skip
            how = (made.outcome, made.cause, made.message, canonical(dict(made.gained)), canonical(vars(made.place)))
            rows["episodes"].append((id, journey, number, task, goal, *how, at))
            before, context = last.get(journey, (None, ""))
            rows["documents"].append((id, "episode", id, journey, at, describe(made), context, before))
            last[journey] = (id, describe(made))
            marks = [("goal", goal), ("task", task), ("place", square)]
            marks += [("error", "not_found"), ("signature", signature("not_found", made.message))] if failed else []
            marks += [] if failed else [("item", item)]
            rows["marks"] += [(kind, value, journey, "happened", id) for kind, value in marks]
        with atomic(db):
            for name, sql in BULK.items():
                db.conn.executemany(sql, rows[name])


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
