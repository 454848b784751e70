"""The tables of the curriculum, as migrations that are only ever appended to: tasks that were taken up, and the agenda.

Here in one place, so that whoever opens the database knows all of them. This module never reads or writes rows.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

CURRICULUM = Migrations("curriculum")
"""The migration set of this package."""


@CURRICULUM()
def m001_tasks(db: Database) -> None:
    """Tasks of all journeys; `passed` is NULL while a task is under way."""
    db.executescript(
        """
        CREATE TABLE tasks (
            journey TEXT NOT NULL, number INTEGER NOT NULL, task TEXT NOT NULL, item TEXT, data TEXT NOT NULL,
            rejected TEXT NOT NULL, situation TEXT NOT NULL, passed INTEGER, cause TEXT, ended INTEGER,
            PRIMARY KEY (journey, number)) WITHOUT ROWID;
        CREATE INDEX tasks_task ON tasks (task, passed);
        """
    )


@CURRICULUM()
def m002_agenda(db: Database) -> None:
    """Tasks that were set, and items or tasks that are not to be taken up."""
    db.executescript(
        """
        CREATE TABLE agenda (
            journey TEXT NOT NULL, entry INTEGER NOT NULL, place REAL NOT NULL, task TEXT NOT NULL, data TEXT NOT NULL,
            plan TEXT NOT NULL, by TEXT NOT NULL, standing TEXT NOT NULL DEFAULT 'open', number INTEGER,
            PRIMARY KEY (journey, entry)) WITHOUT ROWID;
        CREATE TABLE vetoes (
            journey TEXT NOT NULL, subject TEXT NOT NULL, reason TEXT NOT NULL, lifted INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (journey, subject)) WITHOUT ROWID;
        """
    )
