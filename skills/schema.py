"""The tables of the skill library, as migrations that are only ever appended to.

`versions`, `calls`, `moves` and `uses` are records and cannot be changed; `skills` and `standings` are the pointers
that move; `effects` and `needs` are what was learned from `uses` and can be worked out again from them, and so are
`skill_words` and `skill_texts` with their vectors, by which skills are found. `quarantine` holds versions that came
from elsewhere until they are proven here, and `skill_imports` what was ever brought in.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from memory.schema import append_only, run_script
from skills.words import spoken

SKILLS = Migrations("skills")
"""The migration set of this package."""


@SKILLS()
def m001_versions(db: Database) -> None:
    """Skills, their versions and who calls whom."""
    run_script(
        db,
        """
        CREATE TABLE versions (
            id INTEGER PRIMARY KEY, library TEXT NOT NULL, skill TEXT NOT NULL, hash TEXT NOT NULL,
            source TEXT NOT NULL, signature TEXT NOT NULL, purpose TEXT NOT NULL, language TEXT NOT NULL,
            primitives TEXT NOT NULL, parent TEXT, reason TEXT NOT NULL, author TEXT NOT NULL,
            journey TEXT NOT NULL, iteration INTEGER NOT NULL, at REAL NOT NULL,
            UNIQUE (library, hash));
        CREATE INDEX versions_skill ON versions (library, skill, id);
        CREATE TABLE calls (
            caller INTEGER NOT NULL REFERENCES versions (id), name TEXT NOT NULL,
            callee INTEGER NOT NULL REFERENCES versions (id), PRIMARY KEY (caller, name)) WITHOUT ROWID;
        CREATE INDEX calls_callee ON calls (callee);
        CREATE TABLE skills (
            id INTEGER PRIMARY KEY, library TEXT NOT NULL, name TEXT NOT NULL,
            current INTEGER NOT NULL REFERENCES versions (id), retired INTEGER NOT NULL DEFAULT 0,
            UNIQUE (library, name));
        CREATE TABLE moves (
            id INTEGER PRIMARY KEY, library TEXT NOT NULL, skill TEXT NOT NULL, action TEXT NOT NULL,
            version INTEGER NOT NULL REFERENCES versions (id), before INTEGER REFERENCES versions (id),
            reason TEXT NOT NULL, at REAL NOT NULL);
        CREATE INDEX moves_skill ON moves (library, skill, id);
        CREATE VIRTUAL TABLE skill_words USING fts5 (name, purpose, contract, tokenize='porter unicode61');
        """,
    )
    for table in ("versions", "calls", "moves"):
        append_only(db, table)


@SKILLS()
def m002_evidence(db: Database) -> None:
    """Runs as evidence, where each version stands because of them, and what they taught."""
    run_script(
        db,
        """
        CREATE TABLE uses (
            id INTEGER PRIMARY KEY, library TEXT NOT NULL, version INTEGER NOT NULL REFERENCES versions (id),
            outcome TEXT NOT NULL, journey TEXT NOT NULL, iteration INTEGER NOT NULL, position INTEGER NOT NULL,
            at REAL NOT NULL, setting TEXT NOT NULL, world TEXT NOT NULL, args TEXT NOT NULL, before TEXT NOT NULL,
            after TEXT NOT NULL, tools TEXT NOT NULL, stations TEXT NOT NULL, places TEXT NOT NULL,
            ticks INTEGER NOT NULL, cause TEXT, first_event INTEGER, last_event INTEGER,
            UNIQUE (library, journey, iteration, position));
        CREATE INDEX uses_version ON uses (version, id);
        CREATE TABLE standings (
            version INTEGER PRIMARY KEY REFERENCES versions (id), rung TEXT NOT NULL, succeeded INTEGER NOT NULL,
            failed INTEGER NOT NULL, unmet INTEGER NOT NULL, fresh_worlds INTEGER NOT NULL, bound REAL NOT NULL,
            mean_ticks REAL);
        CREATE TABLE effects (
            version INTEGER NOT NULL REFERENCES versions (id), item TEXT NOT NULL, low REAL NOT NULL,
            high REAL NOT NULL, per TEXT, given TEXT NOT NULL, seen INTEGER NOT NULL,
            PRIMARY KEY (item, version, given)) WITHOUT ROWID;
        CREATE INDEX effects_version ON effects (version);
        CREATE TABLE needs (
            version INTEGER NOT NULL REFERENCES versions (id), kind TEXT NOT NULL, name TEXT NOT NULL,
            seen INTEGER NOT NULL, runs INTEGER NOT NULL, PRIMARY KEY (version, kind, name)) WITHOUT ROWID;
        """,
    )
    append_only(db, "uses")


@SKILLS()
def m003_imports(db: Database) -> None:
    """Where versions from elsewhere stand apart until they are proven, and the record of every import."""
    run_script(
        db,
        """
        CREATE TABLE quarantine (
            version INTEGER PRIMARY KEY REFERENCES versions (id), origin TEXT NOT NULL, at REAL NOT NULL,
            released REAL, why TEXT NOT NULL DEFAULT '');
        CREATE TABLE skill_imports (
            id INTEGER PRIMARY KEY, library TEXT NOT NULL, name TEXT NOT NULL, skill TEXT, form TEXT NOT NULL,
            origin TEXT NOT NULL, digest TEXT NOT NULL, at REAL NOT NULL, outcome TEXT NOT NULL, said TEXT NOT NULL,
            findings TEXT NOT NULL, text TEXT NOT NULL, claims TEXT NOT NULL);
        CREATE INDEX skill_imports_name ON skill_imports (library, name, id);
        """,
    )
    append_only(db, "skill_imports")


@SKILLS()
def m003_lives(db: Database) -> None:
    """Runs inside runs (who called, which brain), pins, and links between versions that are not calls."""
    run_script(
        db,
        """
        ALTER TABLE uses ADD COLUMN brain TEXT NOT NULL DEFAULT '';
        ALTER TABLE uses ADD COLUMN caller TEXT NOT NULL DEFAULT '';
        ALTER TABLE skills ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE links (
            id INTEGER PRIMARY KEY, library TEXT NOT NULL, version INTEGER NOT NULL REFERENCES versions (id),
            kind TEXT NOT NULL, other INTEGER NOT NULL REFERENCES versions (id), reason TEXT NOT NULL, at REAL NOT NULL,
            UNIQUE (version, kind, other));
        CREATE INDEX links_other ON links (other);
        """,
    )
    append_only(db, "links")


@SKILLS()
def m004_trials(db: Database) -> None:
    """Trials with all that they began from, and captured situations by the hash of their bytes."""
    run_script(
        db,
        """
        CREATE TABLE situations (
            hash TEXT NOT NULL, world TEXT NOT NULL, seed INTEGER NOT NULL, journey TEXT NOT NULL,
            iteration INTEGER NOT NULL, bytes BLOB NOT NULL, at REAL NOT NULL, UNIQUE (journey, iteration));
        CREATE INDEX situations_hash ON situations (hash);
        CREATE TABLE trials (
            id INTEGER PRIMARY KEY, library TEXT NOT NULL, version INTEGER NOT NULL REFERENCES versions (id),
            purpose TEXT NOT NULL, seed INTEGER NOT NULL, dice INTEGER NOT NULL, kit TEXT NOT NULL,
            situation TEXT, args TEXT NOT NULL, wanted TEXT NOT NULL, passed INTEGER NOT NULL, evidence TEXT NOT NULL,
            cause TEXT, ticks INTEGER NOT NULL, seconds REAL NOT NULL, journey TEXT NOT NULL, at REAL NOT NULL);
        CREATE INDEX trials_version ON trials (version, id);
        """,
    )
    append_only(db, "situations")
    append_only(db, "trials")


@SKILLS()
def m005_current(db: Database) -> None:
    """From a version to the skill whose current one it is: asked for every effect, call and standing."""
    run_script(db, "CREATE INDEX skills_current ON skills (current);")


@SKILLS()
def m006_rungs(db: Database) -> None:
    """From a rung to the versions that stand on it: asked before every task."""
    run_script(db, "CREATE INDEX standings_rung ON standings (rung);")


@SKILLS()
def m007_meaning(db: Database) -> None:
    """What is embedded of each skill in use, and its vectors by model; a text that changes or goes loses them."""
    run_script(
        db,
        """
        CREATE TABLE skill_texts (id INTEGER PRIMARY KEY, scope TEXT NOT NULL, tier TEXT NOT NULL, text TEXT NOT NULL);
        CREATE INDEX skill_texts_scope ON skill_texts (scope);
        CREATE TABLE skill_vectors (
            id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL REFERENCES skill_texts (id),
            model TEXT NOT NULL, hash TEXT NOT NULL, vector BLOB NOT NULL, UNIQUE (model, document));
        CREATE INDEX skill_vectors_new ON skill_vectors (model, id);
        CREATE INDEX skill_vectors_document ON skill_vectors (document);
        CREATE TRIGGER skill_vectors_stale AFTER UPDATE OF text ON skill_texts BEGIN
            DELETE FROM skill_vectors WHERE document = old.id; END;
        CREATE TRIGGER skill_vectors_gone BEFORE DELETE ON skill_texts BEGIN
            DELETE FROM skill_vectors WHERE document = old.id; END;
        """,
    )
    kept = db.execute(
        "SELECT skills.id, skills.library, name, purpose, current FROM skills JOIN versions ON versions.id = current "
        "WHERE retired = 0"
    ).fetchall()
    for skill, library, name, purpose, current in kept:
        items = db.execute("SELECT DISTINCT item FROM effects WHERE version = ? AND low > 0 ORDER BY item", [current])
        text = spoken(name, purpose, [str(row[0]) for row in items])
        db.execute("INSERT INTO skill_texts VALUES (?, ?, 'skill', ?)", [skill, library, text])


@SKILLS()
def m008_movers(db: Database) -> None:
    """Who moved a pointer or a standing, and the run and the event that it was decided on; unknown of older moves."""
    run_script(
        db,
        """
        ALTER TABLE moves ADD COLUMN author TEXT NOT NULL DEFAULT '';
        ALTER TABLE moves ADD COLUMN journey TEXT NOT NULL DEFAULT '';
        ALTER TABLE moves ADD COLUMN iteration INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE moves ADD COLUMN event INTEGER;
        """,
    )


@SKILLS()
def m009_contracts(db: Database) -> None:
    """How many runs did not show an effect, the family under which it is told, and the time that runs took."""
    run_script(
        db,
        """
        ALTER TABLE effects ADD COLUMN against INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE effects ADD COLUMN family TEXT;
        ALTER TABLE standings ADD COLUMN time TEXT;
        """,
    )


@SKILLS()
def m010_checksums(db: Database) -> None:
    """The CRC-32 of each vector's bytes, as memory keeps it of its own."""
    db.execute("ALTER TABLE skill_vectors ADD COLUMN checksum INTEGER")


@SKILLS()
def m011_refactorings(db: Database) -> None:
    """What became of each refactoring that was tried, and what stood before, so that it can be undone."""
    run_script(
        db,
        """
        CREATE TABLE refactorings (
            id INTEGER PRIMARY KEY, library TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, skills TEXT NOT NULL,
            name TEXT NOT NULL, reason TEXT NOT NULL, journey TEXT NOT NULL, at REAL NOT NULL,
            applied INTEGER NOT NULL, outcome TEXT NOT NULL, replays INTEGER NOT NULL, changes TEXT NOT NULL,
            undone REAL);
        CREATE INDEX refactorings_key ON refactorings (library, key);
        """,
    )


@SKILLS()
def m012_runs(db: Database) -> None:
    """Runs of two versions may bear one journey and number: journeys of two homes are called alike, trials always."""
    run_script(
        db,
        """
        CREATE TABLE runs (
            id INTEGER PRIMARY KEY, library TEXT NOT NULL, version INTEGER NOT NULL REFERENCES versions (id),
            outcome TEXT NOT NULL, journey TEXT NOT NULL, iteration INTEGER NOT NULL, position INTEGER NOT NULL,
            at REAL NOT NULL, setting TEXT NOT NULL, world TEXT NOT NULL, args TEXT NOT NULL, before TEXT NOT NULL,
            after TEXT NOT NULL, tools TEXT NOT NULL, stations TEXT NOT NULL, places TEXT NOT NULL,
            ticks INTEGER NOT NULL, cause TEXT, first_event INTEGER, last_event INTEGER,
            brain TEXT NOT NULL DEFAULT '', caller TEXT NOT NULL DEFAULT '',
            UNIQUE (library, journey, iteration, position, version));
        INSERT INTO runs SELECT * FROM uses;
        DROP TABLE uses;
        ALTER TABLE runs RENAME TO uses;
        CREATE INDEX uses_version ON uses (version, id);
        """,
    )
    append_only(db, "uses")
