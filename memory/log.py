"""The event log: what happened, in order, written once and never changed.

A batch is named by (journey, iteration, node). Writing a batch a second time, as a resumed journey does, changes
nothing. The log never interprets events; metrics, replays and pages read them from here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlite_utils import Database

from memory import guard
from memory.db import atomic

Source = Literal["world", "body", "agent", "model"]

WALL_CLOCK_FIELDS = frozenset({"at", "seconds", "wall_seconds", "cpu_seconds", "milliseconds", "started", "ended"})
"""Names of data fields that tell real time; they differ between two equal runs and are left out of digests."""


@dataclass(frozen=True)
class Event:
    """One thing that happened. `tick` is game time, `at` real time; `seq` is given by the log."""

    kind: str
    data: Mapping[str, Any]
    source: Source = "world"
    tick: int | None = None
    at: float | None = None
    journey: str = ""
    iteration: int = 0
    node: str = ""
    seq: int = 0


@dataclass(frozen=True)
class Appended:
    """Where a batch stands in the log.

    `new` is False when it was there before; `same` is False when what was there before differs from what was given
    (a re-run that took another course): the first writing stands.
    """

    first: int | None
    last: int | None
    new: bool
    same: bool


class EventLog:
    """Reads and appends to the log of all journeys in one database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def append(self, journey: str, iteration: int, node: str, events: Sequence[Event]) -> Appended:
        """Write a batch in one transaction; a batch that is already there is left as it is."""
        digest = _digest(events)
        key = (journey, iteration, node)
        with atomic(self._db):
            kept = self._db.execute(
                "SELECT digest FROM batches WHERE journey = ? AND iteration = ? AND node = ?", key
            ).fetchone()
            if kept is None:
                self._db.execute("INSERT INTO batches VALUES (?, ?, ?, ?, ?)", (*key, len(events), digest))
                self._db.conn.executemany(
                    "INSERT INTO events (journey, iteration, node, position, source, kind, tick, at, data) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [
                        (*key, position, event.source, event.kind, event.tick, event.at, _kept(event))
                        for position, event in enumerate(events)
                    ],
                )
            first, last = self._db.execute(
                "SELECT min(seq), max(seq) FROM events WHERE journey = ? AND iteration = ? AND node = ?", key
            ).fetchone()
        return Appended(first, last, new=kept is None, same=kept is None or kept[0] == digest)

    def read(
        self,
        journey: str | None = None,
        *,
        iteration: int | None = None,
        node: str | None = None,
        source: Source | None = None,
        kinds: Sequence[str] = (),
        after: int = 0,
        limit: int | None = None,
    ) -> Iterator[Event]:
        """Events in order, narrowed by whatever is given; `after` is the last `seq` already seen."""
        where: list[str] = ["seq > ?"]
        values: list[Any] = [after]
        for column, value in (("journey", journey), ("iteration", iteration), ("node", node), ("source", source)):
            if value is not None:
                where.append(f"{column} = ?")
                values.append(value)
        if kinds:
            where.append(f"kind IN ({', '.join('?' * len(kinds))})")
            values.extend(kinds)
        rows = self._db.execute(
            "SELECT kind, data, source, tick, at, journey, iteration, node, seq FROM events "
            f"WHERE {' AND '.join(where)} ORDER BY seq LIMIT ?",
            [*values, -1 if limit is None else limit],
        )
        for kind, data, *rest in rows:
            yield Event(kind, json.loads(data), *rest)

    def digest(self, journey: str) -> str:
        """The fingerprint of what happened in the world: equal for two runs with the same seed and programs.

        Covers the events of the world and the body, in order, without real time and without the journey's name.
        """
        return _digest(event for event in self.read(journey) if event.source in ("world", "body"))


def _kept(event: Event) -> str:
    """The data as it is kept: everything but secrets, which a log that is never edited must not take in."""
    return canonical(guard.redact_all(event.data))


def _digest(events: Iterable[Event]) -> str:
    digest = hashlib.sha256()
    for event in events:
        data = _without_real_time(event.data)
        digest.update(canonical([event.source, event.kind, event.tick, data]).encode())
        digest.update(b"\n")
    return f"v1:{digest.hexdigest()}"


def _without_real_time(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_real_time(part) for name, part in value.items() if name not in WALL_CLOCK_FIELDS}
    if isinstance(value, list | tuple):
        return [_without_real_time(part) for part in value]
    return value


def canonical(value: Any) -> str:
    """The one way in which this package writes JSON, so that equal values have equal text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
