"""Notes: what was said, written or read somewhere (chat, signs, books, pages), kept in order as data.

Append-only, keyed by (scope, stream, position), and by the event of the log that it was read from, if there is one:
that key is the same in every database. Recalled text that comes back in a note is cut out. What a world tells is marked
as untrusted, whether it sounds like an order or not: no list knows them all. A note never becomes an instruction. What
follows from notes is for the semantic tier.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from sqlite_utils import Database

from memory import documents, guard
from memory.db import atomic
from memory.errors import NotKept
from memory.guard import Sensitivity

Origin = Literal["world", "person", "agent"]
"""Who wrote it. Prompts and recalled memories are no origin: they are never taken in."""


@dataclass(frozen=True)
class Note:
    """One thing said or read. `stream` is a conversation, a book, a sign; `position` its place therein.

    `event` names the event of the log that it was read from, as iteration/node/position, '' if there is none.
    """

    scope: str
    stream: str
    position: int
    text: str
    at: float
    speaker: str = ""
    origin: Origin = "world"
    sensitivity: Sensitivity = "plain"
    event: str = ""
    id: int = 0


_COLUMNS = "scope, stream, position, text, at, speaker, origin, sensitivity, event, id"


class Notes:
    """Writes and reads the notes of all journeys in one database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def append(self, note: Note) -> Note | None:
        """Keep a note as the last of its stream, once for its event; the position that it brings is not looked at."""
        with atomic(self._db):
            known = self.of_event(note.scope, note.event)
            if known is not None:
                return known
            (last,) = self._db.execute(
                "SELECT coalesce(max(position), 0) FROM notes WHERE scope = ? AND stream = ?",
                [note.scope, guard.redact(note.stream)],
            ).fetchone()
            return self.record(replace(note, position=last + 1))

    def of_event(self, scope: str, event: str) -> Note | None:
        """The note that was read from an event."""
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM notes WHERE scope = ? AND event = ? AND event <> ''", [scope, event]
        )
        return next((Note(*row) for row in rows.fetchall()), None)

    def record(self, note: Note) -> Note | None:
        """Keep a note; the one that is there stands. None if nothing is left of it without what was recalled."""
        text = guard.redact(guard.without_recalled(note.text))
        if not text:
            return None
        note = replace(note, stream=guard.redact(note.stream), speaker=guard.redact(note.speaker))
        orders = note.origin != "person" and guard.orders([note.speaker, text])
        if note.sensitivity == "plain" and (note.origin == "world" or orders):
            note = replace(note, sensitivity="untrusted")
        with atomic(self._db):
            row = self._db.execute(
                "INSERT INTO notes (scope, stream, position, at, speaker, text, origin, sensitivity, event) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (scope, stream, position) DO NOTHING RETURNING id",
                [
                    note.scope,
                    note.stream,
                    note.position,
                    note.at,
                    note.speaker,
                    text,
                    note.origin,
                    note.sensitivity,
                    note.event,
                ],
            ).fetchone()
            if row is not None:
                self.document(replace(note, text=text, id=int(row[0])))
        return self.read(note.scope, note.stream, after=note.position - 1, limit=1)[0]

    def read(self, scope: str, stream: str, *, after: int = -1, limit: int = 100) -> list[Note]:
        """Notes of a stream in order."""
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM notes WHERE scope = ? AND stream = ? AND position > ? ORDER BY position LIMIT ?",
            [scope, stream, after, limit],
        )
        return [Note(*row) for row in rows]

    def by_id(self, id: int) -> Note:
        """The note with this number."""
        row = self._db.execute(f"SELECT {_COLUMNS} FROM notes WHERE id = ?", [id]).fetchone()
        if row is None:
            raise NotKept(f"no note {id} is kept")
        return Note(*row)

    def document(self, note: Note) -> None:
        """Write what recall sees of a note that is kept, after that of the one before it in its stream."""
        documents.keep(
            self._db,
            tier="note",
            ref=note.id,
            scope=note.scope,
            at=note.at,
            text=f"{note.speaker}: {note.text}" if note.speaker else note.text,
            marks=[("stream", note.stream)] + ([("speaker", note.speaker)] if note.speaker else []),
            before=self._document_before(note),
            sensitivity=note.sensitivity,
        )

    def _document_before(self, note: Note) -> int | None:
        row = self._db.execute(
            "SELECT id FROM notes WHERE scope = ? AND stream = ? AND position < ? ORDER BY position DESC LIMIT 1",
            [note.scope, note.stream, note.position],
        ).fetchone()
        return documents.document_of(self._db, "note", row[0]) if row else None
