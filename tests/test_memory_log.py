"""The event log keeps what happened, once, in order, for ever; equal runs have equal fingerprints."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Migrations

from memory.db import atomic, open_db
from memory.errors import StoreMissing, StoreTooNew
from memory.log import Event, EventLog

EVENTS = [
    Event("dug", {"block": "stone", "seconds": 0.4}, tick=5, at=100.0),
    Event("crafted", {"item": "stick", "count": 4}, tick=9, at=101.0),
]


def test_a_batch_written_twice_is_kept_once(tmp_path: Path) -> None:
    log = EventLog(open_db(tmp_path / "j.db"))
    first = log.append("a", 1, "run", EVENTS)
    again = log.append("a", 1, "run", EVENTS)
    assert (first.new, again.new, again.same) == (True, False, True)
    assert (again.first, again.last) == (first.first, first.last)
    assert [event.kind for event in log.read("a")] == ["dug", "crafted"]


def test_a_batch_that_differs_the_second_time_is_reported_and_the_first_stands(tmp_path: Path) -> None:
    log = EventLog(open_db(tmp_path / "j.db"))
    log.append("a", 1, "run", EVENTS)
    again = log.append("a", 1, "run", EVENTS[:1])
    assert not again.same
    assert len(list(log.read("a"))) == 2


def test_an_empty_batch_is_remembered_as_written(tmp_path: Path) -> None:
    log = EventLog(open_db(tmp_path / "j.db"))
    assert log.append("a", 1, "run", []).new
    assert not log.append("a", 1, "run", EVENTS).new
    assert list(log.read("a")) == []


def test_reading_narrows_by_kind_source_and_last_seen(tmp_path: Path) -> None:
    log = EventLog(open_db(tmp_path / "j.db"))
    log.append("a", 1, "run", [*EVENTS, Event("call", {"tokens": 3}, source="model")])
    log.append("b", 1, "run", EVENTS)
    assert [event.kind for event in log.read("a", source="model")] == ["call"]
    assert [event.journey for event in log.read(kinds=["dug"])] == ["a", "b"]
    assert [event.seq for event in log.read("a", after=1)] == [2, 3]


def test_the_log_cannot_be_edited_even_by_sql(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    EventLog(db).append("a", 1, "run", EVENTS)
    for sql in ("UPDATE events SET kind = 'x'", "DELETE FROM events", "DELETE FROM batches"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute(sql)


@settings(max_examples=25)  # each opens three databases
@given(st.lists(st.tuples(st.sampled_from(["dug", "ate"]), st.integers(0, 9)), max_size=6), st.floats(0, 1e6))
def test_the_digest_sees_the_world_and_not_the_clock(happened: list[tuple[str, int]], clock: float) -> None:
    def digest(journey: str, at: float, extra: list[Event]) -> str:
        log = EventLog(open_db(":memory:"))
        events = [Event(kind, {"n": n, "where": {"seconds": at, "y": 1}}, tick=n, at=at) for kind, n in happened]
        log.append(journey, 1, "run", [*events, *extra])
        return log.digest(journey)

    plain = digest("a", 0.0, [])
    assert digest("b", clock, [Event("call", {"tokens": 5}, source="model")]) == plain
    assert digest("a", 0.0, [Event("dug", {"n": 10}, tick=10)]) != plain


def test_what_was_reported_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    program = (
        "import sys\nfrom memory.db import open_db\nfrom memory.log import Event, EventLog\n"
        f"log = EventLog(open_db({str(path)!r}))\n"
        "for n in range(10**6):\n"
        "    log.append('a', n, 'run', [Event('dug', {'n': n})] * 3)\n"
        "    print(n, flush=True)\n"
    )
    root = Path(__file__).parents[1]
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=root) as child:
        assert child.stdout is not None
        reported = [int(child.stdout.readline()) for _ in range(50)]
        os.kill(child.pid, signal.SIGKILL)
        reported += [int(line) for line in child.stdout if line.endswith("\n")]
    log = EventLog(open_db(path))
    kept = [event.data["n"] for event in log.read("a")]
    assert set(reported) <= set(kept)
    assert len(kept) == 3 * len(set(kept)), "a batch is whole or not there"


def test_a_failed_block_leaves_nothing_and_a_nested_one_only_its_own_loss(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    log = EventLog(db)

    def write_and_fail(iteration: int) -> None:
        with atomic(db):
            log.append("a", iteration, "run", EVENTS)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail(1)
    assert list(log.read()) == []
    with atomic(db):
        log.append("a", 2, "run", EVENTS)
        with pytest.raises(RuntimeError):
            write_and_fail(3)
    assert {event.iteration for event in log.read()} == {2}


def test_a_reader_browses_while_a_journey_writes_and_cannot_write(tmp_path: Path) -> None:
    writer = EventLog(open_db(tmp_path / "j.db"))
    writer.append("a", 1, "run", EVENTS)
    reader_db = open_db(tmp_path / "j.db", read_only=True)
    writer.append("a", 2, "run", EVENTS)
    assert len(list(EventLog(reader_db).read())) == 4
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        EventLog(reader_db).append("a", 3, "run", EVENTS)


def test_a_missing_or_newer_database_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match=r"no database at .*none\.db"):
        open_db(tmp_path / "none.db", read_only=True)
    db = open_db(tmp_path / "j.db")
    db.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('memory', 'm999_later', '')")
    with pytest.raises(StoreTooNew, match="m999_later"):
        open_db(tmp_path / "j.db")


def test_a_database_of_an_earlier_version_is_brought_up_to_date_by_whoever_only_looks(tmp_path: Path) -> None:
    earlier, later = Migrations("things"), Migrations("things")
    for migrations in (earlier, later):
        migrations(name="m001")(lambda db: db.execute("CREATE TABLE things (id INTEGER)"))
    later(name="m002")(lambda db: db.execute("ALTER TABLE things ADD COLUMN colour TEXT"))
    open_db(tmp_path / "j.db", earlier).conn.close()
    assert open_db(tmp_path / "j.db", later, read_only=True).execute("SELECT colour FROM things").fetchall() == []


def test_commits_reach_the_disk(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db")
    assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert db.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert db.execute("PRAGMA foreign_keys").fetchone()[0] == 1
