"""A bundle is all of a memory: where it was taken in, jobs that run to their end know what the source would know."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from memory.bring_in import bring_in
from memory.bundle import FILES
from memory.db import open_db
from memory.episodic import Episode, Episodes
from memory.export import export
from memory.log import Event, EventLog, canonical
from memory.notes import Note, Notes
from memory.scheduler import scheduler
from memory.semantic import Semantic

LATER = 50.0
"""A time at which every job has run, and nothing has faded yet."""
CHEST = {"x": 1, "y": 2, "z": 3, "block": "chest"}

Happened = tuple[str, int]
WHAT = st.sampled_from(["stored", "took", "chat", "failed", "slept"])
HAPPENED = st.lists(st.tuples(WHAT, st.integers(1, 9)), max_size=9)


def happen(db: Database, journey: str, happened: Sequence[Happened]) -> None:
    """One iteration for each: what it did, and how it ended."""
    for n, (what, count) in enumerate(happened, 1):
        data: Mapping[str, Any] = {"item": "bread"}
        if what in ("stored", "took"):
            data = {**CHEST, "item": "cobblestone", "count": count}
        elif what == "chat":
            data = {"text": f"line {count}", "speaker": "Bob"}
        kind = "ate" if what in ("failed", "slept") else what
        EventLog(db).append(journey, n, "run", [Event("woke", {}), Event(kind, data, tick=n)])
        if what != "slept":
            Episodes(db).record(
                Episode(
                    journey,
                    n,
                    f"t{n // 3}",
                    f"{journey} does {count % 3}",
                    "failed" if what == "failed" else "passed",
                    float(n),
                    world="minecraft",
                    cause="no_fuel" if what == "failed" else None,
                    message="no fuel within 8" if what == "failed" else "",
                    skills={} if what == "failed" else {f"{journey}Do": "v1:a"},
                )
            )


def known(db: Database, journey: str = "anna") -> dict[str, list[Any]]:
    """Everything that is remembered of one journey, and of what holds everywhere because of it."""
    items = [
        (i.kind, i.scope, i.subject, i.text, canonical(dict(i.data)), i.live, i.valid_from, i.valid_to, i.confidence)
        for (id,) in db.execute("SELECT id FROM items").fetchall()
        for i in [Semantic(db).get(id)]
        if i.scope == journey or journey in i.text
    ]
    notes = db.execute("SELECT scope, stream, text, event FROM notes WHERE scope = ? ORDER BY position", [journey])
    tallies = db.execute("SELECT * FROM tallies WHERE subject LIKE ?", [f"%{journey}%"])
    return {"items": sorted(items), "notes": notes.fetchall(), "tallies": sorted(tallies.fetchall())}


def to_the_end(db: Database) -> None:
    while any(report.units for report in scheduler(db).run_all(now=LATER)):
        pass


@settings(max_examples=12)
@given(HAPPENED, st.integers(0, 9), HAPPENED)
def test_a_memory_that_travelled_goes_on_as_it_would_have_at_home(
    tmp_path_factory: pytest.TempPathFactory, happened: list[Happened], drawn: int, elsewhere: list[Happened]
) -> None:
    """Some of it was drawn from by the jobs of the source, the rest was not; the other database is not empty."""
    home, empty, other = (open_db(":memory:") for _ in range(3))
    happen(home, "anna", happened[:drawn])
    to_the_end(home)
    happen(home, "anna", happened)
    happen(other, "berta", elsewhere)
    folder = tmp_path_factory.mktemp("bundles")
    export(home, folder / "b")
    for db in (empty, other):
        bring_in(db, folder / "b", now=LATER, vouched=True)
    assert export(empty, folder / "again").digest == export(home, folder / "home").digest
    for db in (home, empty, other):
        to_the_end(db)
    assert known(empty) == known(home)
    assert known(other) == known(home)
    alone = open_db(":memory:")
    happen(alone, "berta", elsewhere)
    to_the_end(alone)
    assert known(other, "berta") == known(alone, "berta"), "what was here is as it would have been without the bundle"


def test_a_chest_holds_after_an_import_what_it_held(tmp_path: Path) -> None:
    home, there = open_db(tmp_path / "home.db"), open_db(tmp_path / "there.db")
    happen(home, "anna", [("stored", 5)])
    to_the_end(home)
    export(home, tmp_path / "b")
    bring_in(there, tmp_path / "b", now=2.0, vouched=True)
    to_the_end(there)
    (chest,) = Semantic(there).find(kind="place")
    assert chest.data["contents"] == {"cobblestone": 5}
    (entry,) = Semantic(there).journal(chest.id)
    event = next(EventLog(there).read(kinds=["stored"]))
    assert entry.inputs == {"event": event.seq}
    happen(there, "anna", [("stored", 5), ("stored", 2)])
    to_the_end(there)
    (chest,) = Semantic(there).find(kind="place")
    assert chest.data["contents"] == {"cobblestone": 7}, "what happens from now on counts"


def test_a_bundle_of_the_first_format_comes_in_as_drawn_from(tmp_path: Path) -> None:
    home, there = open_db(tmp_path / "home.db"), open_db(tmp_path / "there.db")
    happen(home, "anna", [("stored", 5), ("chat", 1)])
    to_the_end(home)
    export(home, tmp_path / "b")
    _made_older(tmp_path / "b")
    happen(there, "berta", [("slept", 1)] * 5)
    bring_in(there, tmp_path / "b", now=2.0, vouched=True)
    to_the_end(there)
    assert known(there)["items"] == known(home)["items"]
    assert [note.text for note in Notes(there).read("anna", "chat")] == ["line 1"]


def test_notes_of_two_databases_that_have_one_place_are_both_kept(tmp_path: Path) -> None:
    home, there = open_db(tmp_path / "home.db"), open_db(tmp_path / "there.db")
    Notes(home).append(Note("anna", "chat", 0, "from there", 1.0, event="2/run/0"))
    Notes(there).append(Note("anna", "chat", 0, "from here", 1.0, event="1/run/0"))
    export(home, tmp_path / "b")
    for _ in range(2):
        bring_in(there, tmp_path / "b", now=2.0, vouched=True)
    assert [note.text for note in Notes(there).read("anna", "chat")] == ["from here", "from there"]


def test_notes_of_an_older_file_learn_from_which_event_they_are(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    happen(db, "anna", [("slept", 1), ("chat", 4)])
    (seq,) = db.execute("SELECT seq FROM events WHERE kind = 'chat'").fetchone()
    Notes(db).record(Note("anna", "chat", seq, "line 4", 2.0, "Bob"))
    Notes(db).record(Note("anna", "letter", 1, "by hand", 2.0))
    db.execute("DROP INDEX notes_event")
    db.execute("ALTER TABLE notes DROP COLUMN event")
    db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm015_events_of_notes'")
    db.conn.commit()
    db.close()
    db = open_db(tmp_path / "j.db")
    to_the_end(db)
    assert [(note.text, note.event) for note in Notes(db).read("anna", "chat")] == [("line 4", "2/run/1")]
    assert Notes(db).read("anna", "letter")[0].event == ""


def _made_older(folder: Path) -> None:
    """As the first format was: nothing about jobs, and notes without their events."""
    notes = [json.loads(line) for line in (folder / "notes.jsonl").read_text().splitlines()]
    for note in notes:
        del note["event"]
    (folder / "notes.jsonl").write_text("".join(canonical(note) + "\n" for note in notes))
    manifest = json.loads((folder / "manifest.json").read_text())
    for name in FILES:
        manifest["files"][name]["sha256"] = sha256((folder / f"{name}.jsonl").read_bytes()).hexdigest()
    digest = sha256(canonical(manifest["files"]).encode()).hexdigest()
    older = {"format": "journeyman-memory/1", "digest": digest, "files": manifest["files"]}
    (folder / "manifest.json").write_text(json.dumps(older))


@settings(max_examples=8)
@given(HAPPENED, st.integers(0, 9))
def test_a_second_bundle_of_the_same_memory_tells_what_became_of_the_first(
    tmp_path_factory: pytest.TempPathFactory, happened: list[Happened], first: int
) -> None:
    home, there = open_db(":memory:"), open_db(":memory:")
    folder = tmp_path_factory.mktemp("bundles")
    for count, name in ((first, "one"), (len(happened), "two")):
        happen(home, "anna", happened[:count])
        to_the_end(home)
        export(home, folder / name)
        bring_in(there, folder / name, now=LATER, vouched=True)
        to_the_end(there)
        assert known(there) == known(home)
    again = bring_in(there, folder / "one", now=LATER, vouched=True)
    assert not again.new.get("items")
    assert not again.new.get("later versions"), "what is older changes nothing"
    assert known(there) == known(home)
