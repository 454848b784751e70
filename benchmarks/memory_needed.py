"""Was what a task needed among the ten memories recalled for it? On journeys of our own, decided from runs that passed.

    python -m benchmarks.memory_needed [--tasks 200] [--seeds 1 2 3 …] [--iterations 40] [--home DIR] [--minutes 8]

The planner explores one world after another in one home, until so many tasks passed; with --home what is there is
measured, and more is played only where tasks are missing. No model judges. For each program that passed, from its
record alone, what it turned out to need, where memory held it before the program was written:

    skill   a library skill that it called: any memory marked with that skill's name
    place   where it dug an ore: a remembered place of that block within six blocks, in the journey's own world
    lesson  an error that stopped an earlier round of the task, and did not stop this one: any lesson about that error

A need is met if one of those memories is among the first ten that recall gives to the question that was asked then,
as of then. The same questions are asked again without each tier, without decay, and of words alone.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from agent.ores import VEIN
from agent.store import Iteration, Store
from benchmarks._journey import play
from benchmarks.shared.record import write
from memory.db import open_db
from memory.log import EventLog
from memory.question import Question, Weights
from memory.recall import Recall
from memory.signature import signature

PLACES = 10
WAYS: dict[str, dict[str, Any]] = {
    "full": {},
    "no semantic tier": {"off": ("semantic",)},
    "no episodic tier": {"off": ("episodic",)},
    "no decay": {"off": ("decay",)},
    "words alone": {"weights": Weights(marks=0.0, neighbours=0.0, meaning=0.0)},
}


@dataclass(frozen=True)
class Need:
    """Something that a passed program needed, and the documents each of which would have told it."""

    kind: str
    what: str
    documents: frozenset[int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=200)
    parser.add_argument("--seeds", type=int, nargs="*", default=list(range(1, 13)))
    parser.add_argument("--iterations", type=int, default=40, help="of each journey")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--minutes", type=float, default=8.0, help="after which no further journey begins")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or Path(folder)
        until = time.monotonic() + 60 * given.minutes
        for seed in given.seeds:
            if len(passed(home)) >= given.tasks or time.monotonic() > until:
                break
            name = f"seed{seed}"
            if name in {journey for journey, _ in passed(home)}:
                continue
            words = ["run", "minecraft", "--journey", name, "--seed", str(seed), "--proving", "0"]
            code, _, seconds = play(home, *words, "--iterations", str(given.iterations), timeout=3000)
            print(f"{name}: ended with {code} after {seconds:.0f} s; {len(passed(home))} tasks passed", flush=True)
        settings = {"iterations_each": given.iterations, "recalled": PLACES, "brain": "planner"}
        write("memory_needed", settings, measure(home, given.tasks))


def passed(home: Path) -> list[tuple[str, Iteration]]:
    """The iterations that passed, journey by journey."""
    if not (home / "journeyman.db").exists():
        return []
    db = open_db(home / "journeyman.db", read_only=True)
    store = Store(db)
    found = [(each.name, row) for each in store.journeys() for row in store.iterations(each.name) if row.passed]
    db.close()
    return found


def measure(home: Path, tasks: int) -> dict[str, Any]:
    """For each way the share of needs that were met, by kind."""
    db = open_db(home / "journeyman.db", read_only=True)
    rows = passed(home)[:tasks]
    asked = [(row, question, now, [*needs(db, row, now)]) for _, row in rows for question, now in questions(db, row)]
    found: dict[str, Any] = {
        "tasks_passed": len(rows),
        "with_a_question": len(asked),
        "with_a_need": sum(bool(needed) for *_, needed in asked),
        "needs": dict(Counter(need.kind for *_, needed in asked for need in needed)),
    }
    missed: Counter[str] = Counter()
    for way, settings in WAYS.items():
        recall, met, whole = Recall(db, **settings), Counter[str](), 0
        for _, question, now, needed in asked:
            ten = {hit.document for hit in recall.ask(question, now=now, limit=PLACES).hits}
            got = [bool(need.documents & ten) for need in needed]
            met.update(need.kind for need, is_met in zip(needed, got, strict=True) if is_met)
            whole += bool(got) and all(got)
            if way == "full":
                missed.update(
                    f"{need.kind} {need.what}" for need, is_met in zip(needed, got, strict=True) if not is_met
                )
        found[way] = {
            **{kind: round(met[kind] / count, 4) for kind, count in found["needs"].items()},
            "all_needs": round(met.total() / max(1, sum(found["needs"].values())), 4),
            "tasks_with_every_need_met": round(whole / max(1, found["with_a_need"]), 4),
        }
    found["missed_most"] = dict(missed.most_common(10))
    db.close()
    return found


def questions(db: Database, row: Iteration) -> Iterator[tuple[Question, float]]:
    """What recall was asked for an iteration, and when."""
    sql = "SELECT question, at FROM asked WHERE journey = ? AND iteration = ?"
    for question, at in db.execute(sql, [row.journey, row.iteration]).fetchall():
        yield replace(Question.from_json(json.loads(question)), as_of=at), at


def needs(db: Database, row: Iteration, now: float) -> Iterator[Need]:
    """What the program of an iteration needed of what memory held at that time."""
    seen = "documents.scope IN ('', ?) AND documents.at <= ? AND (until IS NULL OR until > ?)"
    values = [row.journey, now, now]
    for name in sorted({module.split("@")[0] for module in row.modules}):
        sql = f"SELECT id FROM documents JOIN marks ON document = id WHERE kind = 'skill' AND value = ? AND {seen}"
        yield from _need(db, "skill", name, sql, [name, *values])
    dug = [event.data for event in EventLog(db).read(row.journey, iteration=row.iteration, kinds=["dug"])]
    ores = sorted((data for data in dug if str(data.get("block", "")).endswith("_ore")), key=lambda data: data["block"])
    for block, group in itertools.groupby(ores, lambda data: data["block"]):
        spots = [(data["x"], data["y"], data["z"]) for data in group]
        sql = (
            "SELECT documents.id, data FROM documents JOIN items ON tier = kind AND ref = items.id "
            f"WHERE subject = ? AND {seen}"
        )
        near = [
            document
            for document, data in db.execute(sql, [block, *values]).fetchall()
            for at in [json.loads(data)]
            if "x" in at and any(math.dist((at["x"], at["y"], at["z"]), spot) <= VEIN for spot in spots)
        ]
        if near:
            yield Need("place", block, frozenset(near))
    for code, message in sorted(_errors_before(db, row)):
        sql = (
            "SELECT id FROM documents JOIN marks ON document = id WHERE tier = 'lesson' "
            f"AND kind IN ('signature', 'error') AND value IN (?, ?) AND {seen}"
        )
        yield from _need(db, "lesson", code, sql, [signature(code, message), code, *values])


def _need(db: Database, kind: str, what: str, sql: str, values: list[Any]) -> Iterator[Need]:
    documents = frozenset(id for (id,) in db.execute(sql, values).fetchall())
    if documents:
        yield Need(kind, what, documents)


def _errors_before(db: Database, row: Iteration) -> set[tuple[str, str]]:
    """Errors of the earlier rounds of the same task."""
    store = Store(db)
    earlier = (store.iteration(row.journey, row.iteration - back) for back in range(1, row.round))
    return {
        (str(each.error["code"]), str(each.error["message"]))
        for each in earlier
        if each is not None and each.task["id"] == row.task["id"] and each.error
    }


if __name__ == "__main__":
    main()
