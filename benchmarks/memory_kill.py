"""kill -9 in the middle of random writes and jobs: rows lost, operations half applied, index mismatches afterwards.

    python -m benchmarks.memory_kill [--kills 500] [--json]

A child process writes episodes, notes and items, changes, merges, undoes, embeds, and runs jobs, and says each thing
that it was told is kept. It is killed at a random moment, the database is looked through, and a new child goes on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from benchmarks._record import write
from memory.db import open_db
from memory.episodic import Episode, Episodes
from memory.errors import DenseUnavailable, MemoryStoreError
from memory.index import VectorIndex, numpy
from memory.items import document_state, from_snapshot, lesson, not_found, seen, snapshot
from memory.notes import Note, Notes
from memory.scheduler import scheduler
from memory.semantic import Item, Semantic
from memory.strengths import record_use

WORDS = (
    "coal iron gold clay sand oak birch stone water lava east west deep high near old 12 40 64 never without".split()
)
KINDS_OF_DAMAGE = ("rows lost", "half-applied operations", "index mismatches", "corrupt")


class Hashed:
    """A small embedder that needs no model: words hashed into a few dimensions."""

    id, size = "hashed/1", 32

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Texts with the same words lie together."""
        rows = []
        for text in texts:
            row = [0.0] * self.size
            for word in text.lower().split():
                row[hashlib.sha256(word.encode()).digest()[0] % self.size] += 1.0
            length = sum(each * each for each in row) ** 0.5 or 1.0
            rows.append([each / length for each in row])
        return rows


def child(path: str, seed: int) -> None:
    """Write at random for ever; print what was reported as kept."""
    chance = random.Random(seed)
    work = Work(open_db(path), chance)
    print(json.dumps({"ready": True}), flush=True)
    while True:
        name = chance.choice(sorted(work.kinds))
        try:
            kept = work.kinds[name]()
        except MemoryStoreError:
            kept = {}
        print(json.dumps({"did": name, **kept}), flush=True)


class Work:
    """One kind of write each."""

    def __init__(self, db: Database, chance: random.Random) -> None:
        self.db, self.chance = db, chance
        self.semantic, self.jobs = Semantic(db), scheduler(db)
        self.kinds: dict[str, Callable[[], dict[str, Any]]] = {
            each.__name__: each
            for each in (
                self.episode, self.note, self.fact, self.place, self.change, self.supersede, self.merge, self.archive,
                self.undo, self.use, self.job, self.embed,
            )
        }  # fmt: skip

    def now(self) -> float:
        """The experience clock."""
        return float(self.db.execute("SELECT count(*) FROM episodes").fetchone()[0])

    def text(self) -> str:
        """A few words."""
        return " ".join(self.chance.choices(WORDS, k=6))

    def any_item(self) -> int:
        """One of the newest items, whether it is there or not."""
        (most,) = self.db.execute("SELECT coalesce(max(id), 1) FROM items").fetchone()
        return self.chance.randint(max(1, most - 50), most)

    def episode(self) -> dict[str, Any]:
        """ADD to the episodic tier."""
        number = int(self.now()) + 1
        goal, failed = self.chance.choice(WORDS[:6]), self.chance.random() < 0.4
        kept = Episodes(self.db).record(
            Episode(
                "a", number, f"t{number // 3}", f"get {goal}", "failed" if failed else "passed", float(number),
                cause="no_tool" if failed else None, message=self.text() if failed else "",
            )
        )  # fmt: skip
        return {"episode": kept.iteration}

    def note(self) -> dict[str, Any]:
        """Something said."""
        (position,) = self.db.execute("SELECT count(*) FROM notes").fetchone()
        kept = Notes(self.db).record(Note("a", "chat", position, self.text(), self.now()))
        return {"note": position} if kept else {}

    def fact(self) -> dict[str, Any]:
        """ADD a fact."""
        item = self.semantic.add(Item("fact", self.chance.choice(WORDS[:4]), self.text(), "a"), reason="random")
        return {"item": item.id}

    def place(self) -> dict[str, Any]:
        """ADD a find or a vain search."""
        at = [self.chance.randrange(40) for _ in range(3)]
        make = seen("iron_ore", *at, scope="a", at=self.now())
        if self.chance.random() < 0.3:
            make = not_found("iron_ore", *at, within=8, scope="a", at=self.now())
        return {"item": self.semantic.add(make, reason="random").id}

    def change(self) -> dict[str, Any]:
        """UPDATE."""
        return {"item": self.semantic.update(self.any_item(), at=self.now(), reason="random", text=self.text()).id}

    def supersede(self) -> dict[str, Any]:
        """SUPERSEDE by a lesson."""
        new = lesson(self.chance.choice(WORDS), self.text(), self.text(), at=self.now())
        return {"item": self.semantic.supersede(self.any_item(), new, reason="random").id}

    def merge(self) -> dict[str, Any]:
        """MERGE two that say the same."""
        one, two = (
            self.semantic.add(Item("fact", "clay", text, "a"), reason="random")
            for base in [self.text()]
            for text in (base, f"{base} again")
        )
        return {"item": self.semantic.merge([one.id, two.id], two.text, at=self.now(), reason="random").id}

    def archive(self) -> dict[str, Any]:
        """ARCHIVE."""
        return {"item": self.semantic.archive(self.any_item(), at=self.now(), reason="random").id}

    def undo(self) -> dict[str, Any]:
        """Take back one of the newest operations."""
        (entry,) = self.db.execute("SELECT coalesce(max(id), 1) FROM journal").fetchone()
        entry = self.chance.randint(max(1, entry - 20), entry)
        return {"entry": self.semantic.undo_act(entry, at=self.now(), reason="random")[0].id}

    def use(self) -> dict[str, Any]:
        """A use with an outcome."""
        (document,) = self.db.execute("SELECT coalesce(max(id), 0) FROM documents").fetchone()
        if document:
            outcome = self.chance.choice(["succeeded", "failed"])
            record_use(self.db, [document], outcome, now=self.now(), journey="a", iteration=int(self.now()))  # type: ignore[arg-type]
        return {}

    def job(self) -> dict[str, Any]:
        """Part of one job."""
        self.jobs.run(self.chance.choice(self.jobs.names), now=self.now(), limit=40)
        return {}

    def embed(self) -> dict[str, Any]:
        """Some vectors."""
        try:
            VectorIndex(self.db, Hashed()).update(64)
        except DenseUnavailable:
            self.kinds.pop("embed", None)
        return {}


def damage(db: Database, reported: dict[str, int]) -> Counter[str]:
    """Everything that is not as it should be after a kill; `reported` is the highest number told of each kind."""
    found: Counter[str] = Counter()
    for table, column, kind in (("episodes", "iteration", "episode"), ("notes", "position", "note"),
                                ("items", "id", "item"), ("journal", "id", "entry")):  # fmt: skip
        first = 0 if kind == "note" else 1
        (most,) = db.execute(f"SELECT coalesce(max({column}), {first - 1}) FROM {table}").fetchone()
        (count,) = db.execute(f"SELECT count(*) FROM {table}").fetchone()
        found["rows lost"] += max(0, reported.get(kind, -1) - most) + (most - first + 1 - count)
    semantic = Semantic(db)
    for (id,) in db.execute("SELECT id FROM items").fetchall():
        item = semantic.get(id)
        entry = db.execute("SELECT after FROM journal WHERE item = ? ORDER BY id DESC LIMIT 1", [id]).fetchone()
        if entry is None or from_snapshot(json.loads(entry[0]), id) != item:
            found["half-applied operations"] += 1
        face = db.execute("SELECT text, state FROM documents WHERE tier = ? AND ref = ?", [item.kind, id]).fetchone()
        if face != (item.text, document_state(item)):
            found["half-applied operations"] += 1
        if item.merged_into and id not in semantic.get(item.merged_into).sources:
            found["half-applied operations"] += 1
        if item.superseded_by and not snapshot(semantic.get(item.superseded_by)):
            found["half-applied operations"] += 1
    faces = {"episode": "episodes", "note": "notes"}
    for tier, table in faces.items():
        (odd,) = db.execute(
            f"SELECT count(*) FROM {table} LEFT JOIN documents ON tier = ? AND ref = {table}.id "
            "WHERE documents.id IS NULL",
            [tier],
        ).fetchone()
        found["half-applied operations"] += odd
    try:
        db.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
    except Exception:
        found["index mismatches"] += 1
    for text, hash in db.execute("SELECT text, hash FROM vectors JOIN documents ON documents.id = document").fetchall():
        found["index mismatches"] += hashlib.sha256(text.encode()).hexdigest() != hash
    (odd,) = db.execute("SELECT count(*) FROM pragma_foreign_key_check").fetchone()
    found["half-applied operations"] += odd
    # integrity_check, because quick_check of SQLite 3.40 finds NULLs that are not there in tables WITHOUT ROWID.
    found["corrupt"] += db.execute("PRAGMA integrity_check").fetchone()[0] != "ok"
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.child:
        child(given.child[0], int(given.child[1]))
        return
    chance, total, did, fresh = random.Random(0), Counter(dict.fromkeys(KINDS_OF_DAMAGE, 0)), Counter[str](), 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "0.db"
        reported: dict[str, int] = {}
        for kill in range(given.kills):
            if kill % 25 == 0:  # a new file now and then, so that looking through it stays quick
                fresh += 1
                path, reported = Path(folder) / f"{fresh}.db", {}
            command = [sys.executable, "-m", "benchmarks.memory_kill", "--child", str(path), str(kill)]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout is not None
                lines = [process.stdout.readline()]
                lines += [process.stdout.readline() for _ in range(chance.randrange(40))]
                os.kill(process.pid, signal.SIGKILL)
                lines += process.stdout.readlines()
            for line in lines:
                if not line.endswith("\n"):
                    continue
                told = json.loads(line)
                did[told.pop("did", "start")] += 1
                for kind, number in told.items():
                    if kind != "ready":
                        reported[kind] = max(reported.get(kind, -1), number)
            db = open_db(path)
            total.update(damage(db, reported))
            try:
                numpy()
                VectorIndex(db, Hashed()).repair()
                total["index mismatches"] += VectorIndex(db, Hashed()).coverage().missing
            except DenseUnavailable:
                pass
            db.close()
    result = {"kills": given.kills, "writes": dict(sorted(did.items())), **dict(total)}
    write("memory_kill", {"kills": given.kills}, result, given.json)


if __name__ == "__main__":
    main()
