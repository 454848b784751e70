"""Opens the one database file and gives every writer the same kind of transaction.

WAL with synchronous=FULL: a commit that was reported survives a power cut. Each package owns a named set of
migrations in the same file and only ever appends to it. This module never deletes a file and never edits rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlite_utils import Database, Migrations

from memory import schema
from memory.errors import StoreMissing, StoreTooNew, StoreTooOld, StoreUnreadable

BUSY_SECONDS = 10.0
"""How long a writer waits for another writer before it gives up."""
MAPPED = 2**31
"""Bytes of the file that are read through a memory map: recall over a million documents then takes two thirds."""


def open_db(path: str | Path, *sets: Migrations, read_only: bool = False) -> Database:
    """Open the database at `path`, creating it and bringing it up to date unless `read_only`.

    `sets` are the migration sets of the packages above this one; the set of `memory` is always applied.
    A read-only database can be browsed while a journey is writing to it. One that an earlier version of the program
    wrote is brought up to date first.
    """
    path = Path(path)
    if read_only:
        if not path.exists():
            raise StoreMissing(f"no database at {path}: start a journey first")
        _bring_up_to_date(path, sets)
        connection = _to_read(path)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
    db = Database(connection)
    _refuse_newer(db, (schema.MEMORY, *sets), path)
    if not read_only:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute(f"PRAGMA mmap_size = {MAPPED}")
    if not read_only:
        migrate(db, schema.MEMORY, *sets)
    return db


def migrate(db: Database, *sets: Migrations) -> None:
    """Apply what is still pending in each set, one transaction a migration."""
    for migrations in sets:
        if migrations.pending(db):
            migrations.apply(db)


@contextmanager
def atomic(db: Database) -> Iterator[Database]:
    """All writes inside happen, or none of them. Nests.

    The outermost block takes the write lock at its start, so that reading first and writing later cannot fail
    half way because another process wrote in between.
    """
    if db.conn.in_transaction:
        with db.atomic():
            yield db
        return
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield db
    except BaseException:
        db.conn.rollback()
        raise
    db.conn.commit()


@contextmanager
def reading(db: Database) -> Iterator[Database]:
    """All reads inside see the database as it is at one moment, whatever others write meanwhile. Nests.

    It is for reading alone: what is written inside is taken back.
    """
    if db.conn.in_transaction:
        yield db
        return
    db.conn.execute("BEGIN")
    try:
        yield db
    finally:
        db.conn.rollback()


def _to_read(path: Path) -> sqlite3.Connection:
    """A connection that only reads. Where nothing can be written at all, SQLite is told that nobody else writes."""
    where = f"{path.resolve().as_uri()}?mode=ro"
    connection = sqlite3.connect(where, uri=True, timeout=BUSY_SECONDS)
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        # On a full disk there is no room for the index of its log.
        if error.sqlite_errorcode & 0xFF not in (
            sqlite3.SQLITE_CANTOPEN,
            sqlite3.SQLITE_READONLY,
            sqlite3.SQLITE_IOERR,
        ):
            raise
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size:
            raise StoreUnreadable(
                f"{path} cannot be written, and was not closed by its last writer: "
                f"copy it with {log.name} to where it can"
            ) from error
        connection = sqlite3.connect(f"{where}&immutable=1", uri=True)
    except BaseException:
        connection.close()
        raise
    return connection


def _bring_up_to_date(path: Path, sets: tuple[Migrations, ...]) -> None:
    """What only looks knows the tables of today alone."""
    with closing(_to_read(path)) as connection:
        pending = any(migrations.pending(Database(connection)) for migrations in (schema.MEMORY, *sets))
    if not pending:
        return
    try:
        open_db(path, *sets).conn.close()
    except sqlite3.OperationalError as error:
        raise StoreTooOld(
            f"{path} was written by an older version and cannot be brought up to date: {error}"
        ) from error


def _refuse_newer(db: Database, sets: tuple[Migrations, ...], path: Path) -> None:
    """A file written by a later program may mean something else by the same table: do not touch it."""
    for migrations in sets:
        known = {migration.name for migration in migrations.pending(db)}
        applied = {migration.name for migration in migrations.applied(db)}
        unknown = applied - known - _names(migrations)
        if unknown:
            raise StoreTooNew(
                f"{path} was written by a newer version (it knows {sorted(unknown)[0]!r} in {migrations.name!r}): "
                "update the program, or use another database"
            )


def _names(migrations: Migrations) -> set[str]:
    """Every migration of a set, applied or not: the ones that an empty database would still need."""
    return {migration.name for migration in migrations.pending(Database(memory=True))}
