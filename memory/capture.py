"""The job `capture`: from the event log to notes and places that an iteration's own lessons leave out.

Containers with what is in them, home, where death waited, stations that are gone, and what was said. Works from the
events alone and in their order, so the same log gives the same memory. It never looks at recalled text or prompts:
only events of the world are experience.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlite_utils import Database

from memory import guard
from memory.db import atomic
from memory.errors import Refused
from memory.items import Item, container, spot
from memory.jobs import Cursor, Step
from memory.notes import Note, Notes
from memory.semantic import Semantic

_TOLD = ("chat", "sign", "book", "page")
_KINDS = ("stored", "took", "opened", "respawned", "died", *_TOLD)
_STATIONS = ("crafting_table", "furnace", "chest", "smoker", "blast_furnace", "barrel")
_RELEVANT = (
    f"source = 'world' AND (kind IN {_KINDS!r} OR (kind = 'dug' AND json_extract(data, '$.block') IN {_STATIONS!r}))"
)


class Capture:
    """Takes events of the world in, oldest first."""

    name = "capture"

    def waiting(self, db: Database, cursor: Cursor, now: float) -> int:
        """Events that say something and were not looked at yet."""
        counting = f"SELECT count(*) FROM events WHERE seq > ? AND {_RELEVANT}"
        return int(db.execute(counting, [cursor.get("seq", 0)]).fetchone()[0])

    def first(self, db: Database, cursor: Cursor) -> int | None:
        """The number of the first event that waits."""
        first: int | None = db.execute(
            f"SELECT min(seq) FROM events WHERE seq > ? AND {_RELEVANT}", [cursor.get("seq", 0)]
        ).fetchone()[0]
        return first

    def step(self, db: Database, cursor: Cursor, now: float, limit: int) -> Step:
        """Take in the next events."""
        rows = db.execute(
            "SELECT seq, journey, iteration, kind, data, node, position FROM events "
            f"WHERE seq > ? AND {_RELEVANT} ORDER BY seq LIMIT ?",
            [cursor.get("seq", 0), limit],
        ).fetchall()
        skipped = []
        for seq, journey, iteration, kind, data, node, position in rows:
            taking = _Taking(db, seq, journey, iteration, now)
            try:
                with atomic(db):
                    taking.take(kind, json.loads(data), f"{iteration}/{node}/{position}")
            except (Refused, KeyError, TypeError, ValueError, AttributeError) as error:
                # What a world says may be anything: one event that makes no sense must not keep out all that follow.
                skipped.append(f"event {seq} ({kind}) was not taken in: {error!r}")
        last = rows[-1][0] if rows else cursor.get("seq", 0)
        return Step({"seq": last}, len(rows), len(rows) == limit, skipped=(*skipped,))


class _Taking:
    """One event being taken in, with what is known of when and where it happened."""

    def __init__(self, db: Database, seq: int, journey: str, iteration: int, now: float) -> None:
        self.db, self.seq, self.journey, self.iteration = db, seq, journey, iteration
        self.semantic = Semantic(db)
        row = db.execute(
            "SELECT id, at, world FROM episodes WHERE journey = ? AND iteration = ?", [journey, iteration]
        ).fetchone()
        self.episode = (int(row[0]),) if row else ()
        self.at = float(row[1]) if row else now
        self.world = str(row[2]) if row else ""

    def take(self, kind: str, data: Mapping[str, Any], event: str) -> None:
        if kind in _TOLD:
            self._told(kind, data, event)
        elif kind in ("stored", "took", "opened"):
            self._container(kind, data)
        elif kind == "dug":
            self._gone(data)
        elif kind == "died":
            cause = data.get("cause")
            why = f"died here of {guard.named(str(cause)) if cause else 'unknown causes'}"
            self._spot("death", data, why, "")
        elif kind == "respawned":
            self._spot("home", data, "where one comes back to life", "home")

    def _told(self, kind: str, data: Mapping[str, Any], event: str) -> None:
        text = str(data.get("text", ""))
        stream = f"{kind} {data['x']} {data['y']} {data['z']}" if kind == "sign" and "x" in data else kind
        speaker = str(data.get("speaker") or data.get("player") or "")
        Notes(self.db).append(Note(self.journey, stream, 0, text, self.at, speaker=speaker, event=event))

    def _container(self, kind: str, data: Mapping[str, Any]) -> None:
        if not {"x", "y", "z"} <= data.keys():
            return
        x, y, z = data["x"], data["y"], data["z"]
        known = self.semantic.answer("place", f"container {x:.0f} {y:.0f} {z:.0f}", self.journey)
        block = data.get("block") or (known.subject if known else "chest")
        if kind == "opened" and block not in ("chest", "trapped_chest", "barrel", "shulker_box"):
            return
        contents = dict(known.data["contents"]) if known else {}
        if "contents" in data:
            contents = {str(name): int(count) for name, count in data["contents"].items()}
        elif kind != "opened":
            change = data["count"] if kind == "stored" else -data["count"]
            contents[data["item"]] = max(0, contents.get(data["item"], 0) + change)
        place = container(block, x, y, z, contents, scope=self.journey, at=self.at, evidence=self.episode)
        self._add(place, f"{kind} in iteration {self.iteration}")

    def _gone(self, data: Mapping[str, Any]) -> None:
        for known in self.semantic.nearest(data["block"], data["x"], data["y"], data["z"], scope=self.journey, limit=3):
            if (known.data["x"], known.data["y"], known.data["z"]) == (data["x"], data["y"], data["z"]):
                reason = f"dug up in iteration {self.iteration}"
                self.semantic.close(known.id, at=self.at, reason=reason, inputs={"event": self.seq})

    def _spot(self, subject: str, data: Mapping[str, Any], why: str, slot: str) -> None:
        if {"x", "y", "z"} <= data.keys():
            place = spot(
                subject,
                round(data["x"]),
                round(data["y"]),
                round(data["z"]),
                why,
                scope=self.journey,
                at=self.at,
                evidence=self.episode,
                slot=slot,
            )
            self._add(place, f"iteration {self.iteration}")

    def _add(self, place: Item, reason: str) -> None:
        self.semantic.add(replace(place, world=self.world), reason=reason, inputs={"event": self.seq})
