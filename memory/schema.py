"""The tables of memory, as migrations that are only ever appended to.

`documents` is what recall sees: one row for each episode, fact and lesson, with its words (FTS5), its marks (item,
error code, place) and its strength. The tier tables hold the truth; a document is written in the same transaction.
This module never reads or writes rows.
"""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database, Migrations

from memory import guard

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


@MEMORY()
def m005_cubes(db: Database) -> None:
    """What an item is beside its words: state, confidence, pins, sensitivity, origin, slot, and what it was made of."""
    run_script(
        db,
        """
        DROP INDEX items_statement;
        ALTER TABLE items ADD COLUMN state TEXT NOT NULL DEFAULT 'active';
        UPDATE items SET state = 'archived' WHERE archived = 1;
        ALTER TABLE items DROP COLUMN archived;
        ALTER TABLE items ADD COLUMN slot TEXT NOT NULL DEFAULT '';
        ALTER TABLE items ADD COLUMN recorded_at REAL NOT NULL DEFAULT 0;
        UPDATE items SET recorded_at = valid_from;
        ALTER TABLE items ADD COLUMN confidence REAL NOT NULL DEFAULT 1;
        ALTER TABLE items ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE items ADD COLUMN sensitivity TEXT NOT NULL DEFAULT 'plain';
        ALTER TABLE items ADD COLUMN origin TEXT NOT NULL DEFAULT 'journey';
        ALTER TABLE items ADD COLUMN merged_into INTEGER REFERENCES items (id);
        CREATE UNIQUE INDEX items_statement ON items (scope, kind, key)
            WHERE valid_to IS NULL AND state IN ('generated', 'active');
        CREATE UNIQUE INDEX items_slot ON items (scope, kind, slot)
            WHERE slot <> '' AND valid_to IS NULL AND state IN ('generated', 'active');
        CREATE INDEX items_state ON items (state, kind, id);
        CREATE TABLE sources (
            item INTEGER NOT NULL REFERENCES items (id), source INTEGER NOT NULL REFERENCES items (id),
            PRIMARY KEY (item, source)) WITHOUT ROWID;
        CREATE INDEX sources_source ON sources (source);
        ALTER TABLE journal ADD COLUMN act INTEGER;
        CREATE INDEX journal_act ON journal (act);
        """,
    )


@MEMORY()
def m006_context(db: Database) -> None:
    """Each document is also found by the words of what came just before it, and knows until when it held."""
    run_script(
        db,
        """
        ALTER TABLE documents ADD COLUMN context TEXT NOT NULL DEFAULT '';
        ALTER TABLE documents ADD COLUMN until REAL;
        ALTER TABLE documents ADD COLUMN sensitivity TEXT NOT NULL DEFAULT 'plain';
        ALTER TABLE documents ADD COLUMN before INTEGER REFERENCES documents (id);
        CREATE INDEX documents_before ON documents (before);
        DROP TRIGGER documents_added;
        DROP TRIGGER documents_changed;
        DROP TABLE words;
        CREATE VIRTUAL TABLE words USING fts5 (
            text, context, content='documents', content_rowid='id', tokenize='porter unicode61');
        CREATE TRIGGER documents_added AFTER INSERT ON documents BEGIN
            INSERT INTO words (rowid, text, context) VALUES (new.id, new.text, new.context); END;
        CREATE TRIGGER documents_changed AFTER UPDATE OF text, context ON documents BEGIN
            INSERT INTO words (words, rowid, text, context) VALUES ('delete', old.id, old.text, old.context);
            INSERT INTO words (rowid, text, context) VALUES (new.id, new.text, new.context); END;
        INSERT INTO words (words) VALUES ('rebuild');
        CREATE TRIGGER vectors_stale AFTER UPDATE OF text ON documents BEGIN
            DELETE FROM vectors WHERE document = old.id; END;
        """,
    )


@MEMORY()
def m007_notes(db: Database) -> None:
    """What was said, written or read somewhere, in order within its stream; what an episode cost and was asked with."""
    run_script(
        db,
        """
        CREATE TABLE notes (
            id INTEGER PRIMARY KEY, scope TEXT NOT NULL, stream TEXT NOT NULL, position INTEGER NOT NULL,
            at REAL NOT NULL, speaker TEXT NOT NULL, text TEXT NOT NULL, origin TEXT NOT NULL,
            sensitivity TEXT NOT NULL, UNIQUE (scope, stream, position));
        ALTER TABLE episodes ADD COLUMN dollars REAL NOT NULL DEFAULT 0;
        ALTER TABLE episodes ADD COLUMN prompt TEXT NOT NULL DEFAULT '';
        """,
    )
    append_only(db, "notes")


@MEMORY()
def m008_jobs(db: Database) -> None:
    """How far each job has come, what each run of it did, and what was asked of recall (to fit its weights on)."""
    run_script(
        db,
        """
        CREATE TABLE jobs (name TEXT PRIMARY KEY, cursor TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE job_runs (
            id INTEGER PRIMARY KEY, job TEXT NOT NULL, at REAL NOT NULL, units INTEGER NOT NULL,
            left_over INTEGER NOT NULL, operations TEXT NOT NULL, seconds REAL NOT NULL);
        CREATE INDEX job_runs_job ON job_runs (job, id);
        CREATE TABLE tallies (
            subject TEXT NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL,
            PRIMARY KEY (subject, name)) WITHOUT ROWID;
        CREATE TABLE faded (
            item INTEGER PRIMARY KEY REFERENCES items (id), at REAL NOT NULL, retention REAL NOT NULL);
        CREATE TABLE asked (
            journey TEXT NOT NULL, iteration INTEGER NOT NULL, at REAL NOT NULL, question TEXT NOT NULL,
            PRIMARY KEY (journey, iteration)) WITHOUT ROWID;
        CREATE TABLE brought_in (
            digest TEXT PRIMARY KEY, at REAL NOT NULL, counts TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE fitted (name TEXT PRIMARY KEY, at REAL NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
        """,
    )
    append_only(db, "job_runs")


@MEMORY()
def m009_quick(db: Database) -> None:
    """Indexes for what is looked up on every write: the same statement, the vectors of a changed document."""
    run_script(
        db,
        """
        CREATE INDEX items_key ON items (scope, kind, key);
        CREATE INDEX vectors_document ON vectors (document);
        """,
    )


@MEMORY()
def m010_worlds(db: Database) -> None:
    """What is known only of one kind of world says so; marks stand by scope and layer, so that none hides another."""
    run_script(
        db,
        """
        ALTER TABLE items ADD COLUMN world TEXT NOT NULL DEFAULT '';
        ALTER TABLE documents ADD COLUMN world TEXT NOT NULL DEFAULT '';
        UPDATE documents SET world = coalesce((SELECT world FROM episodes WHERE id = ref), '') WHERE tier = 'episode';
        ALTER TABLE marks RENAME TO marks_before;
        DROP INDEX marks_document;
        CREATE TABLE marks (
            kind TEXT NOT NULL, value TEXT NOT NULL, scope TEXT NOT NULL, layer TEXT NOT NULL,
            document INTEGER NOT NULL REFERENCES documents (id),
            PRIMARY KEY (kind, value, scope, layer, document)) WITHOUT ROWID;
        INSERT INTO marks SELECT kind, value, scope, CASE WHEN tier IN ('episode', 'note') THEN 'happened'
            WHEN state = 'current' THEN 'learned' ELSE 'past' END, document
            FROM marks_before JOIN documents ON documents.id = document;
        DROP TABLE marks_before;
        CREATE INDEX marks_document ON marks (document);
        """,
    )


@MEMORY()
def m011_minds(db: Database) -> None:
    """What was in mind at each step of a journey: the working tier, as it was."""
    run_script(
        db,
        """
        CREATE TABLE minds (
            journey TEXT NOT NULL, place TEXT NOT NULL, iteration INTEGER NOT NULL, at REAL NOT NULL,
            budget INTEGER NOT NULL, tokens INTEGER NOT NULL, content TEXT NOT NULL, PRIMARY KEY (journey, place));
        CREATE INDEX minds_iteration ON minds (journey, iteration);
        """,
    )
    append_only(db, "minds")


@MEMORY()
def m012_families(db: Database) -> None:
    """Of which family a task was: what was learned from one instance serves the next."""
    db.execute("ALTER TABLE episodes ADD COLUMN family TEXT NOT NULL DEFAULT ''")


@MEMORY()
def m013_successors(db: Database) -> None:
    """Who points to an item: a successor is named before it is kept, and keeping it looks for those who named it."""
    run_script(
        db,
        """
        CREATE INDEX items_superseded ON items (superseded_by) WHERE superseded_by IS NOT NULL;
        CREATE INDEX items_merged ON items (merged_into) WHERE merged_into IS NOT NULL;
        """,
    )


@MEMORY()
def m014_rewritten(db: Database) -> None:
    """Which items were written anew, and when: what held earlier is asked for in the words of then."""
    db.execute(
        "CREATE INDEX journal_rewritten ON journal (at, item) WHERE "
        "(json_extract(before, '$.text') <> json_extract(after, '$.text') "
        "OR json_extract(before, '$.data') <> json_extract(after, '$.data'))"
    )


@MEMORY()
def m015_events_of_notes(db: Database) -> None:
    """From which event of the log a note was read: a name that means the same in every database."""
    run_script(
        db,
        """
        ALTER TABLE notes ADD COLUMN event TEXT NOT NULL DEFAULT '';
        DROP TRIGGER notes_no_update;
        UPDATE notes SET event = coalesce((
            SELECT iteration || '/' || node || '/' || events.position FROM events
            WHERE seq = notes.position AND journey = scope AND source = 'world'
            AND (stream = kind OR stream LIKE kind || ' %') AND kind IN ('chat', 'sign', 'book', 'page')), '');
        CREATE TRIGGER notes_no_update BEFORE UPDATE ON notes BEGIN
            SELECT RAISE(ABORT, 'notes is append-only'); END;
        CREATE UNIQUE INDEX notes_event ON notes (scope, event) WHERE event <> '';
        """,
    )


@MEMORY()
def m016_orders_in_episodes(db: Database) -> None:
    """An episode whose error quotes an order is marked, as notes and items are; those that are there already, too."""
    run_script(
        db,
        """
        ALTER TABLE episodes ADD COLUMN sensitivity TEXT NOT NULL DEFAULT 'plain';
        DROP TRIGGER episodes_no_update;
        """,
    )
    told = db.execute("SELECT id, ref, text FROM documents WHERE tier = 'episode'")
    marked = [(document, episode) for document, episode, text in told if guard.instruction_like(text)]
    for document, episode in marked:
        db.execute("UPDATE episodes SET sensitivity = 'untrusted' WHERE id = ?", [episode])
        db.execute("UPDATE documents SET sensitivity = 'untrusted' WHERE id = ?", [document])
    run_script(
        db,
        """
        CREATE TRIGGER episodes_no_update BEFORE UPDATE ON episodes BEGIN
            SELECT RAISE(ABORT, 'episodes is append-only'); END;
        """,
    )


@MEMORY()
def m017_checksums(db: Database) -> None:
    """The CRC-32 of each vector's bytes; those that are there get theirs when all are looked at after a start."""
    db.execute("ALTER TABLE vectors ADD COLUMN checksum INTEGER")


@MEMORY()
def m018_told_by_a_world(db: Database) -> None:
    """What a world told is marked as untrusted, whether it sounds like an order or not; those that are there, too."""
    run_script(
        db,
        """
        DROP TRIGGER notes_no_update;
        UPDATE notes SET sensitivity = 'untrusted' WHERE origin = 'world' AND sensitivity = 'plain';
        CREATE TRIGGER notes_no_update BEFORE UPDATE ON notes BEGIN
            SELECT RAISE(ABORT, 'notes is append-only'); END;
        UPDATE documents SET sensitivity = 'untrusted' WHERE tier = 'note' AND sensitivity = 'plain'
            AND ref IN (SELECT id FROM notes WHERE origin = 'world');
        """,
    )


@MEMORY()
def m019_borne_out(db: Database) -> None:
    """Which strengthenings are no use of a memory: a later success bore it out (rehearse)."""
    db.execute("ALTER TABLE reviews ADD COLUMN borne_out INTEGER NOT NULL DEFAULT 0")


@MEMORY()
def m020_skipped(db: Database) -> None:
    """What each run of a job could not deal with, and why: a journey has nobody to tell it to."""
    db.execute("ALTER TABLE job_runs ADD COLUMN skipped TEXT NOT NULL DEFAULT '[]'")


@MEMORY()
def m021_taken_back(db: Database) -> None:
    """What people undid or put away is looked up at every statement, so that no job says it again."""
    run_script(
        db,
        """
        CREATE INDEX journal_undone ON journal (item) WHERE undoes IS NOT NULL;
        CREATE INDEX journal_put_away ON journal (item) WHERE operation = 'ARCHIVE'
            AND (undoes IS NOT NULL OR json_extract(inputs, '$.who') = 'person');
        """,
    )


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
