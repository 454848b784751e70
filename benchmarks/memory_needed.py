"""Was what a task needed among the ten memories recalled for it? On journeys of our own, decided from runs that passed.

    python -m benchmarks.memory_needed [--tasks 200] [--seeds 1 2 3 …] [--iterations 40] [--minutes 8]
    python -m benchmarks.memory_needed --home DIR …

The planner explores one world after another in one home, until so many tasks passed; with --home the journeys that are
there are measured, and none is played. No model judges. For each program that passed, from its
record alone, what it turned out to need, where memory held it before the program was written:

    skill   a library skill that it called: any memory marked with that skill's name
    place   where it dug an ore: a remembered place of that block within twelve blocks, in the journey's own world
    lesson  an error that stopped an earlier round of the task, and did not stop this one: any lesson about that error

A need is met if one of those memories is among the first ten that recall gives to the question that was asked then,
as of then: what memory held, in the words of then, with the strength of then. Only how rare a word is is counted over
all that is kept by the end. The same questions are asked again without each tier, without decay, and of words alone.
Beside it stands what the program was really given, which is these ten and the places that are asked for apart.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from agent.evidence import called
from agent.sights import VEIN
from agent.store import Iteration, Store
from benchmarks._journey import play
from benchmarks._record import write
from memory.db import open_db
from memory.documents import Mark, document_of
from memory.items import Item, marks_of
from memory.log import EventLog
from memory.question import Question, Weights
from memory.recall import Recall
from memory.signature import signature
from memory.then import rewritten, versions
from memory.working import Working

PLACES = 10
SHOWN = r'<memory id="(\d+)" tier="(\w+)">'
"""As memory.guard shows a memory."""
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


@dataclass(frozen=True)
class Asked:
    """What recall was asked before a program that passed, and what that program turned out to need."""

    db: Database
    question: Question
    at: float
    needs: list[Need]
    given: frozenset[int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=200)
    parser.add_argument("--seeds", type=int, nargs="*", default=list(range(1, 13)))
    parser.add_argument("--iterations", type=int, default=40, help="of each journey")
    parser.add_argument("--home", type=Path, nargs="*", help="folders of journeys to measure instead of playing any")
    parser.add_argument("--minutes", type=float, default=8.0, help="after which no further journey begins")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        until = time.monotonic() + 60 * given.minutes
        for seed in given.seeds if not given.home else ():
            if len(passed(home)) >= given.tasks or time.monotonic() > until:
                break
            name = f"seed{seed}"
            words = ["run", "minecraft", "--journey", name, "--seed", str(seed), "--proving", "0"]
            code, _, seconds = play(home, *words, "--iterations", str(given.iterations), timeout=3000)
            print(f"{name}: ended with {code} after {seconds:.0f} s; {len(passed(home))} tasks passed", flush=True)
        settings = {"recalled": PLACES, "brain": "planner", "homes": len(given.home or [home])}
        write("memory_needed", settings, measure(given.home or [home], given.tasks))


def passed(home: Path) -> list[Iteration]:
    """The iterations that passed, journey by journey."""
    if not (home / "journeyman.db").exists():
        return []
    db = open_db(home / "journeyman.db", read_only=True)
    store = Store(db)
    found = [row for each in store.journeys() for row in store.iterations(each.name) if row.passed]
    db.close()
    return found


def measure(homes: list[Path], tasks: int) -> dict[str, Any]:
    """For each way the share of needs that were met, by kind."""
    asked: list[Asked] = []
    for home in homes:
        rows = passed(home)[: tasks - len(asked)]
        db = open_db(home / "journeyman.db", read_only=True)
        asked += [
            Asked(db, question, at, [*needs(db, row, question)], given(db, row))
            for row in rows
            for question, at in questions(db, row)
        ]
    needed = [each for each in asked if each.needs]
    counts = Counter(need.kind for each in needed for need in each.needs)
    found: dict[str, Any] = {"tasks_passed": len(asked), "with_a_need": len(needed), "needs": dict(counts)}
    missed: Counter[str] = Counter()
    for way in ("as given", *WAYS):
        met, whole = Counter[str](), 0
        for each in needed:
            had = each.given if way == "as given" else ten(each, WAYS[way])
            got = [bool(need.documents & had) for need in each.needs]
            met.update(need.kind for need, is_met in zip(each.needs, got, strict=True) if is_met)
            whole += all(got)
            if way == "full":
                missed.update(f"{need.kind} {need.what}" for need, ok in zip(each.needs, got, strict=True) if not ok)
        found[way] = {
            **{kind: round(met[kind] / count, 4) for kind, count in counts.items()},
            "all_needs": round(met.total() / max(1, counts.total()), 4),
            "tasks_with_every_need_met": round(whole / max(1, len(needed)), 4),
        }
    found["missed_most"] = dict(missed.most_common(10))
    return found


def ten(asked: Asked, settings: dict[str, Any]) -> frozenset[int]:
    """The first ten that recall gives, with some settings."""
    hits = Recall(asked.db, **settings).ask(asked.question, now=asked.at, limit=PLACES).hits
    return frozenset(hit.document for hit in hits)


def given(db: Database, row: Iteration) -> frozenset[int]:
    """The memories that were in mind, or were found and did not fit, when the round's first program was written."""
    for mind in Working(db).of(row.journey, row.iteration)[:1]:
        lines = [line for part in mind.packed.shown for line in part.lines]
        lines += [cut.line for cut in mind.packed.cut]
        told = {(tier, int(ref)) for line in lines for ref, tier in re.findall(SHOWN, line)}
        return frozenset(id for each in told if (id := document_of(db, *each)) is not None)
    return frozenset()


def questions(db: Database, row: Iteration) -> Iterator[tuple[Question, float]]:
    """What recall was asked for an iteration, and when."""
    sql = "SELECT question, at FROM asked WHERE journey = ? AND iteration = ?"
    for question, at in db.execute(sql, [row.journey, row.iteration]).fetchall():
        yield replace(Question.from_json(json.loads(question)), as_of=at), at


def needs(db: Database, row: Iteration, asked: Question) -> Iterator[Need]:
    """What the program of an iteration needed of what memory held when it was asked."""
    then = rewritten(db, asked)
    for name in sorted(called(row, EventLog(db))):
        yield from _need("skill", name, marked(db, asked, then, {("skill", name)}))
    dug = [event.data for event in EventLog(db).read(row.journey, iteration=row.iteration, kinds=["dug"])]
    ores = sorted((data for data in dug if str(data.get("block", "")).endswith("_ore")), key=lambda data: data["block"])
    where, values = asked.visible()
    for block, group in itertools.groupby(ores, lambda data: data["block"]):
        spots = [(data["x"], data["y"], data["z"]) for data in group]
        sql = "SELECT documents.id FROM documents JOIN items ON tier = kind AND ref = items.id WHERE subject = ? AND "
        about = [id for (id,) in db.execute(sql + where, [block, *values]).fetchall()]
        near = {
            document
            for document, item in versions(db, about, asked).items()
            for at in [item.data]
            if "x" in at and any(math.dist((at["x"], at["y"], at["z"]), spot) <= VEIN for spot in spots)
        }
        yield from _need("place", block, near)
    lessons = replace(asked, tiers=("lesson",))
    for code, message in sorted(_errors_before(db, row)):
        names = {(kind, name) for kind in ("signature", "error") for name in (signature(code, message), code)}
        yield from _need("lesson", code, marked(db, lessons, then, names))


def marked(db: Database, asked: Question, then: Mapping[int, Item], marks: set[Mark]) -> set[int]:
    """Documents that were about one of some things when the question was asked."""
    where, values = asked.visible()
    found = {
        document
        for mark in marks
        for (document,) in db.execute(
            "SELECT document FROM marks JOIN documents ON documents.id = document "
            f"WHERE marks.kind = ? AND value = ? AND {where}",
            [*mark, *values],
        )
    }
    about = {document for document, item in then.items() if item.kind in asked.tiers and marks & {*marks_of(item)}}
    return (found - then.keys()) | about


def _need(kind: str, what: str, documents: set[int]) -> Iterator[Need]:
    if documents:
        yield Need(kind, what, frozenset(documents))


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
