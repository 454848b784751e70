"""The tables of memory, as migrations that are only ever appended to.

`documents` is what recall sees: one row for each episode, fact and lesson, with its words (FTS5), its marks (item,
error code, place) and its strength. The tier tables hold the truth; a document is written in the same transaction.
This module never reads or writes rows.
"""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database, Migrations

MEMORY = Migrations("memory")
"""The migration set of this package."""


@MEMORY()
def m001_events(db: Database) -> None:
    """The log of everything that happened, in order; rows can be added and nothing else."""
    run_script(
        db,
        """
        CREATE TABLE events (
            seq INTEGER PRIMARY KEY, journey TEXT NOT NULL, iteration INTEGER NOT NULL, node TEXT NOT NULL,
            position INTEGER NOT NULL, source TEXT NOT NULL, kind TEXT NOT NULL, tick INTEGER, at REAL,
            data TEXT NOT NULL,
            UNIQUE (journey, iteration, node, position));
        CREATE INDEX events_kind ON events (journey, kind, seq);
        CREATE TABLE batches (
            journey TEXT NOT NULL, iteration INTEGER NOT NULL, node TEXT NOT NULL, events INTEGER NOT NULL,
            digest TEXT NOT NULL, PRIMARY KEY (journey, iteration, node)) WITHOUT ROWID;
        """,
    )
    append_only(db, "events")
    append_only(db, "batches")


@MEMORY()
def m002_documents(db: Database) -> None:
    """The face that recall sees: words, marks, strengths and vectors of everything that is remembered."""
    run_script(
        db,
        """
        CREATE TABLE documents (
            id INTEGER PRIMARY KEY, tier TEXT NOT NULL, ref INTEGER NOT NULL, scope TEXT NOT NULL,
            state TEXT NOT NULL, at REAL NOT NULL, text TEXT NOT NULL,
            UNIQUE (tier, ref));
        CREATE INDEX documents_scope ON documents (scope, tier, state);
        CREATE VIRTUAL TABLE words USING fts5 (
            text, content='documents', content_rowid='id', tokenize='porter unicode61');
        CREATE TRIGGER documents_added AFTER INSERT ON documents BEGIN
            INSERT INTO words (rowid, text) VALUES (new.id, new.text); END;
        CREATE TRIGGER documents_changed AFTER UPDATE OF text ON documents BEGIN
            INSERT INTO words (words, rowid, text) VALUES ('delete', old.id, old.text);
            INSERT INTO words (rowid, text) VALUES (new.id, new.text); END;
        CREATE TABLE marks (
            document INTEGER NOT NULL REFERENCES documents (id), kind TEXT NOT NULL, value TEXT NOT NULL,
            PRIMARY KEY (kind, value, document)) WITHOUT ROWID;
        CREATE INDEX marks_document ON marks (document);
        CREATE TABLE strengths (
            document INTEGER PRIMARY KEY REFERENCES documents (id), stability REAL NOT NULL, difficulty REAL NOT NULL,
            last_used REAL NOT NULL, uses INTEGER NOT NULL, lapses INTEGER NOT NULL);
        CREATE TABLE reviews (
            id INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents (id), outcome TEXT NOT NULL,
            at REAL NOT NULL, journey TEXT NOT NULL, iteration INTEGER NOT NULL,
            UNIQUE (document, journey, iteration));
        CREATE TABLE vectors (
            id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL REFERENCES documents (id),
            model TEXT NOT NULL, hash TEXT NOT NULL, vector BLOB NOT NULL,
            UNIQUE (model, document));
        CREATE INDEX vectors_new ON vectors (model, id);
        """,
    )
    append_only(db, "reviews")


@MEMORY()
def m003_episodes(db: Database) -> None:
    """What each iteration was and how it ended, with the program that it ran."""
    run_script(
        db,
        """
        CREATE TABLE programs (hash TEXT PRIMARY KEY, source TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE episodes (
            id INTEGER PRIMARY KEY, journey TEXT NOT NULL, iteration INTEGER NOT NULL, round INTEGER NOT NULL,
            task TEXT NOT NULL, goal TEXT NOT NULL, world TEXT NOT NULL, program TEXT REFERENCES programs (hash),
            outcome TEXT NOT NULL, failure TEXT, cause TEXT, message TEXT NOT NULL, gained TEXT NOT NULL,
            place TEXT, first_tick INTEGER, last_tick INTEGER, skills TEXT NOT NULL, tokens INTEGER NOT NULL,
            brain TEXT NOT NULL, first_event INTEGER, last_event INTEGER, at REAL NOT NULL,
            UNIQUE (journey, iteration));
        CREATE INDEX episodes_task ON episodes (journey, task);
        CREATE INDEX episodes_cause ON episodes (cause);
        """,
    )
    append_only(db, "programs")
    append_only(db, "episodes")


@MEMORY()
def m004_items(db: Database) -> None:
    """Facts and lessons with their validity, and the journal of every change to them."""
    run_script(
        db,
        """
        CREATE TABLE items (
            id INTEGER PRIMARY KEY, kind TEXT NOT NULL, scope TEXT NOT NULL, key TEXT NOT NULL, subject TEXT NOT NULL,
            text TEXT NOT NULL, data TEXT NOT NULL, valid_from REAL NOT NULL, valid_to REAL,
            superseded_by INTEGER REFERENCES items (id), archived INTEGER NOT NULL DEFAULT 0);
        CREATE UNIQUE INDEX items_statement ON items (scope, kind, key)
            WHERE valid_to IS NULL AND archived = 0;
        CREATE INDEX items_subject ON items (subject, kind, scope);
        CREATE TABLE evidence (
            item INTEGER NOT NULL REFERENCES items (id), episode INTEGER NOT NULL REFERENCES episodes (id),
            PRIMARY KEY (item, episode)) WITHOUT ROWID;
        CREATE TABLE journal (
            id INTEGER PRIMARY KEY, operation TEXT NOT NULL, item INTEGER NOT NULL REFERENCES items (id),
            at REAL NOT NULL, reason TEXT NOT NULL, inputs TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL,
            undoes INTEGER REFERENCES journal (id) UNIQUE);
        CREATE INDEX journal_item ON journal (item);
        """,
    )
    append_only(db, "journal")


def run_script(db: Database, sql: str) -> None:
    """Run several statements inside the transaction that is open (sqlite3's own executescript would commit it)."""
    statement = ""
    for line in sql.strip().splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            db.execute(statement)
            statement = ""


def append_only(db: Database, table: str) -> None:
    """Let SQLite itself refuse to change or remove rows of a table that is a record of what happened."""
    for verb in ("UPDATE", "DELETE"):
        db.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN "
            f"SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
