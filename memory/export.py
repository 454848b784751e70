"""Writes memory out as a bundle: episodes with their events, notes, items with their whole history, uses.

Reads only. What is private stays here unless it is asked for; derived things (vectors, tallies, fitted settings) are
not exported, because they can be made anew. It says how far the jobs had come, so that nothing is drawn twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from memory.bundle import FILES, Row, write_bundle
from memory.capture import Capture
from memory.consolidate import Consolidate
from memory.guard import visible
from memory.items import Item, snapshot
from memory.jobs import cursor_of
from memory.semantic import Semantic

ITEM_REFERENCES = ("superseded_by", "merged_into")
ITEM_INPUTS = ("with", "by")
"""Names under which an item refers to others, and under which the journal's inputs do."""
EVENT_INPUTS = ("event",)
"""Names under which the journal's inputs refer to events."""


@dataclass(frozen=True)
class Exported:
    """What was written: the bundle's digest and how many rows of each part."""

    folder: str
    digest: str
    counts: Mapping[str, int]


def export(
    db: Database,
    folder: Path,
    *,
    scopes: Sequence[str] | None = None,
    private: bool = False,
    seal: Callable[[str], str] = lambda digest: "",
) -> Exported:
    """Write a bundle of everything, or of some scopes and what holds everywhere, into a new folder.

    `seal` makes of its digest what only this installation can make; by it the bundle is known again as one's own.
    """
    chosen = _Chosen(db, None if scopes is None else {"", *scopes}, private)
    rows = {name: list(getattr(chosen, name)()) for name in FILES}
    digest = write_bundle(folder, rows, _page(chosen), chosen.done(), seal)
    return Exported(str(folder), digest, {name: len(rows[name]) for name in FILES})


class _Chosen:
    """The rows to be written, with the number that each gets in the bundle."""

    def __init__(self, db: Database, scopes: set[str] | None, private: bool) -> None:
        self.db, self._scopes = db, scopes
        self.items_kept = [
            item for item in _all_items(db) if self._wanted(item.scope) and (private or item.sensitivity != "private")
        ]
        self.item_numbers = {item.id: number for number, item in enumerate(self.items_kept, 1)}
        rows = db.execute("SELECT id, journey FROM episodes ORDER BY id").fetchall()
        kept = [id for id, journey in rows if self._wanted(journey)]
        self.episode_numbers = {id: number for number, id in enumerate(kept, 1)}
        rows = db.execute("SELECT id, scope, sensitivity FROM notes ORDER BY id").fetchall()
        kept = [id for id, scope, sensitivity in rows if self._wanted(scope) and (private or sensitivity != "private")]
        self.note_numbers = {id: number for number, id in enumerate(kept, 1)}
        rows = db.execute("SELECT seq, journey FROM events ORDER BY seq").fetchall()
        kept = [seq for seq, journey in rows if self._wanted(journey)]
        self.event_numbers = {seq: number for number, seq in enumerate(kept, 1)}
        rows = db.execute("SELECT id, item FROM journal ORDER BY id").fetchall()
        kept = [id for id, item in rows if item in self.item_numbers]
        self.entry_numbers = {id: number for number, id in enumerate(kept, 1)}

    def _wanted(self, scope: str) -> bool:
        return self._scopes is None or scope in self._scopes

    def done(self) -> dict[str, int]:
        """How many of the events and of the episodes the jobs have drawn their conclusions from, in order."""
        waits = Capture().first(self.db, cursor_of(self.db, Capture.name))
        last = cursor_of(self.db, Consolidate.name).get("episode", 0)
        return {
            Capture.name: sum(waits is None or seq < waits for seq in self.event_numbers),
            Consolidate.name: sum(id <= last for id in self.episode_numbers),
        }

    def programs(self) -> Iterator[Row]:
        rows = self.db.execute("SELECT id, program FROM episodes WHERE program IS NOT NULL")
        used = {program for id, program in rows if id in self.episode_numbers}
        for hash, source in self.db.execute("SELECT hash, source FROM programs ORDER BY hash"):
            if hash in used:
                yield {"hash": hash, "source": source}

    def events(self) -> Iterator[Row]:
        for row in _rows(self.db, "events", "seq"):
            number = self.event_numbers.get(row.pop("seq"))
            if number:
                yield {**row, "number": number, "data": json.loads(row["data"])}

    def episodes(self) -> Iterator[Row]:
        for row in _rows(self.db, "episodes", "id"):
            number = self.episode_numbers.get(row.pop("id"))
            if number:
                for name in ("first_event", "last_event"):
                    row[name] = self.event_numbers.get(row[name])
                yield {**row, "number": number}

    def notes(self) -> Iterator[Row]:
        for row in _rows(self.db, "notes", "id"):
            number = self.note_numbers.get(row.pop("id"))
            if number:
                yield {**row, "number": number}

    def items(self) -> Iterator[Row]:
        for item in self.items_kept:
            yield {**self.renumbered(snapshot(item)), "number": self.item_numbers[item.id]}

    def journal(self) -> Iterator[Row]:
        for row in _rows(self.db, "journal", "id"):
            number = self.entry_numbers.get(row.pop("id"))
            if not number:
                continue
            inputs = json.loads(row["inputs"])
            for name in ITEM_INPUTS:
                if name in inputs:
                    inputs[name] = self.item_numbers.get(inputs[name])
            for name in EVENT_INPUTS:
                if name in inputs:
                    inputs[name] = self.event_numbers.get(inputs[name])
            yield {
                **row,
                "number": number,
                "item": self.item_numbers[row["item"]],
                "inputs": inputs,
                "before": self.renumbered(json.loads(row["before"])),
                "after": self.renumbered(json.loads(row["after"])),
                "undoes": self.entry_numbers.get(row["undoes"]),
                "act": self.entry_numbers.get(row["act"]),
            }

    def reviews(self) -> Iterator[Row]:
        rows = self.db.execute(
            "SELECT tier, ref, outcome, reviews.at, journey, iteration, borne_out FROM reviews "
            "JOIN documents ON documents.id = document ORDER BY reviews.id"
        )
        for tier, ref, outcome, at, journey, iteration, borne_out in rows:
            numbers = {"episode": self.episode_numbers, "note": self.note_numbers}.get(tier, self.item_numbers)
            if ref in numbers:
                yield {
                    "tier": tier,
                    "ref": numbers[ref],
                    "outcome": outcome,
                    "at": at,
                    "journey": journey,
                    "iteration": iteration,
                    "borne_out": borne_out,
                }

    def renumbered(self, kept: Row) -> Row:
        """An item's snapshot with numbers of the bundle in place of those of the database."""
        if not kept:
            return kept
        new = dict(kept)
        for name in ITEM_REFERENCES:
            new[name] = self.item_numbers.get(kept.get(name, 0) or 0)
        new["evidence"] = [self.episode_numbers[each] for each in kept["evidence"] if each in self.episode_numbers]
        new["sources"] = [self.item_numbers[each] for each in kept.get("sources", ()) if each in self.item_numbers]
        return new


def _all_items(db: Database) -> list[Item]:
    semantic = Semantic(db)
    return [semantic.get(id) for (id,) in db.execute("SELECT id FROM items ORDER BY id").fetchall()]


def _rows(db: Database, table: str, order: str) -> Iterator[dict[str, Any]]:
    cursor = db.execute(f"SELECT * FROM {table} ORDER BY {order}")
    columns = [column[0] for column in cursor.description]
    for row in cursor:
        yield dict(zip(columns, row, strict=True))


_HEADINGS = {
    "sign": "Signs",
    "lesson": "Lessons",
    "procedure": "Procedures",
    "place": "Places",
    "fact": "Facts",
    "summary": "Summaries",
}


def _page(chosen: _Chosen) -> str:
    """What is in mind, for people to read. Text from a world is quoted, so that it renders as nothing else."""
    lines = ["# What is remembered", ""]
    for kind, heading in _HEADINGS.items():
        items = [item for item in chosen.items_kept if item.kind == kind and item.live]
        if items:
            lines += [f"## {heading}", ""]
            lines += [f"- {_line(item)}" for item in items]
            lines.append("")
    gone = sum(not item.live for item in chosen.items_kept)
    lines.append(f"{len(chosen.episode_numbers)} episodes; {gone} items that are wrong now, merged or out of mind.")
    return "\n".join(lines) + "\n"


def _line(item: Item) -> str:
    text = visible(" ".join(item.text.split()))
    text = f"`{text.replace('`', chr(39))}`" if item.sensitivity == "untrusted" else _escaped(text)
    where = f" *(in {_escaped(visible(item.scope))})*" if item.scope else ""
    return f"{text}{where}"


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is: no link, no picture that is fetched on looking, no tag."""
    return re.sub(r"([\\`*\[\]<])", r"\\\1", text)
