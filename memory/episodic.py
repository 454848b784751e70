"""Episodes: one for each iteration, with its outcome, its cause of failure and its place in the event log.

Lossless and append-only: an episode is written once, keyed by (journey, iteration), and never edited. What was
learned from it stands in the semantic tier and points back here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sqlite_utils import Database

from memory import documents, guard
from memory.db import atomic
from memory.errors import NotKept
from memory.guard import Sensitivity
from memory.log import Event, EventLog, canonical
from memory.signature import signature

Failure = Literal["missing_need", "wrong_code", "world", "verifier", "timeout", "sandbox", "died"]
"""Whose fault a failed iteration was: the first question of every later decision about it."""


Observed = tuple[Mapping[str, Any], Mapping[str, Any]]
"""The world before and after, as an env observed it."""

_OBSERVED = ("before", "after")
_TOLD = "SELECT ref FROM documents WHERE tier = 'episode' AND id IN (SELECT rowid FROM words WHERE words MATCH ?)"


@dataclass(frozen=True)
class Place:
    """Where something happened."""

    x: float
    y: float
    z: float
    biome: str | None = None


@dataclass(frozen=True)
class Episode:
    """One iteration: what was tried, by which program, and what came of it.

    `failure` is the class and `cause` the code of what went wrong (both None after a success); `gained` is the
    inventory after minus before; `family` names the tasks that differ from this one only in their content, and is ''
    where a goal is always the same task; `skills` maps each used skill to its version; `at` is the experience clock;
    `brain` and `prompt` name the model and the version of its prompt; `sensitivity` marks what quotes orders.
    """

    journey: str
    iteration: int
    task: str
    goal: str
    outcome: Literal["passed", "failed"]
    at: float
    round: int = 1
    world: str = ""
    program: str | None = None
    failure: Failure | None = None
    cause: str | None = None
    message: str = ""
    gained: Mapping[str, int] = field(default_factory=dict)
    place: Place | None = None
    ticks: tuple[int, int] | None = None
    skills: Mapping[str, str] = field(default_factory=dict)
    tokens: int = 0
    brain: str = ""
    events: tuple[int, int] | None = None
    dollars: float = 0.0
    prompt: str = ""
    family: str = ""
    sensitivity: Sensitivity = "plain"
    id: int = 0

    @property
    def kin(self) -> str:
        """What tasks have in common from which lessons carry over: their family, or the same goal."""
        return self.family or self.goal


class Episodes:
    """Writes and reads the episodes of all journeys in one database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def keep_program(self, source: str) -> str:
        """Keep a program's source and return the hash that names it in episodes."""
        source = guard.redact(source)
        hash = f"v1:{hashlib.sha256(source.encode()).hexdigest()}"
        with atomic(self._db):
            self._db.execute("INSERT OR IGNORE INTO programs VALUES (?, ?)", [hash, source])
        return hash

    def program(self, hash: str) -> str:
        """The source of a kept program."""
        row = self._db.execute("SELECT source FROM programs WHERE hash = ?", [hash]).fetchone()
        if row is None:
            raise NotKept(f"no program {hash!r} is kept")
        return str(row[0])

    def record(self, episode: Episode, observed: Observed | None = None) -> Episode:
        """Keep an episode; if (journey, iteration) is already kept, that one stands and is returned.

        What was `observed` before and after it goes into the log, so that it travels with the episode's events.
        """
        with atomic(self._db):
            kept = self._db.execute(
                "SELECT id FROM episodes WHERE journey = ? AND iteration = ?", [episode.journey, episode.iteration]
            ).fetchone()
            if kept is None:
                episode = _guarded(episode)
                row = _row(episode)
                id = int(
                    self._db.execute(
                        f"INSERT INTO episodes ({', '.join(row)}) VALUES ({', '.join('?' * len(row))}) RETURNING id",
                        [*row.values()],
                    ).fetchone()[0]
                )
                self.document(replace(episode, id=id))
                if observed is not None:
                    seen = [Event(kind, data, "agent") for kind, data in zip(_OBSERVED, observed, strict=True)]
                    EventLog(self._db).append(episode.journey, episode.iteration, "observed", seen)
        return self.get(episode.journey, episode.iteration)

    def document(self, episode: Episode) -> None:
        """Write what recall sees of an episode that is kept, after that of the one before it in its journey."""
        documents.keep(
            self._db,
            tier="episode",
            ref=episode.id,
            scope=episode.journey,
            at=episode.at,
            text=describe(episode),
            marks=_marks(episode),
            before=self._document_before(episode),
            world=episode.world,
            sensitivity=episode.sensitivity,
        )

    def observed(self, journey: str, iteration: int) -> Observed | None:
        """What was observed before and after an iteration; None where only the episode itself was kept."""
        log = EventLog(self._db).read(journey, iteration=iteration, node="observed")
        found = {each.kind: each.data for each in log}
        return (found["before"], found["after"]) if len(found) == len(_OBSERVED) else None

    def tells_of(self, journey: str) -> bool:
        """Whether anything is kept of a journey: episodes, events, notes, or what holds in its world."""
        kept = (("episodes", "journey"), ("events", "journey"), ("notes", "scope"), ("items", "scope"))
        rows = (
            self._db.execute(f"SELECT 1 FROM {table} WHERE {column} = ? LIMIT 1", [journey]) for table, column in kept
        )
        return any(row.fetchone() for row in rows)

    def get(self, journey: str, iteration: int) -> Episode:
        """The episode of one iteration."""
        found = self._select("journey = ? AND iteration = ?", [journey, iteration], 1)
        if not found:
            raise NotKept(f"journey {journey!r} has no episode {iteration}")
        return found[0]

    def find(
        self,
        journey: str | None = None,
        *,
        task: str | None = None,
        outcome: str | None = None,
        failure: str | None = None,
        cause: str | None = None,
        world: str | None = None,
        biome: str | None = None,
        near: tuple[float, float] | None = None,
        within: float = 32.0,
        since: float | None = None,
        until: float | None = None,
        involving: str | None = None,
        words: Sequence[str] = (),
        up_to: int | None = None,
        limit: int = 20,
    ) -> list[Episode]:
        """Episodes, newest first, narrowed by whatever is given: what happened, where, when, with what, how it ended.

        `near` is (x, z) and `within` the blocks around it; `since` and `until` are times of the experience clock, both
        included; `involving` is a skill that was called or an item of which there was more or less afterwards; all of
        `words` stand in what is told of the episode; `up_to` is the last id to be looked at.
        """
        given = {"journey": journey, "task": task, "outcome": outcome, "failure": failure, "cause": cause,
                 "world": world, "json_extract(place, '$.biome')": biome}  # fmt: skip
        asked: list[tuple[str, list[Any]]] = [("id <= ?", [2**62 if up_to is None else up_to])]
        asked += [(f"{column} = ?", [value]) for column, value in given.items() if value is not None]
        if near is not None:
            (x, z), far = near, "(json_extract(place, '$.{0}') - ?) * (json_extract(place, '$.{0}') - ?)"
            asked.append((f"{far.format('x')} + {far.format('z')} <= ?", [x, x, z, z, within * within]))
        if since is not None:
            asked.append(("at >= ?", [since]))
        if until is not None:
            asked.append(("at <= ?", [until]))
        if involving is not None:
            found = "EXISTS (SELECT 1 FROM json_each({}) WHERE key = ?)"
            asked.append((f"({found.format('skills')} OR {found.format('gained')})", [involving, involving]))
        if told := documents.all_words(words):
            asked.append((f"id IN ({_TOLD})", [told]))
        where = " AND ".join(condition for condition, _ in asked)
        return self._select(where, [value for _, values in asked for value in values], limit)

    def by_id(self, id: int) -> Episode:
        """The episode with this number."""
        found = self._select("id = ?", [id], 1)
        if not found:
            raise NotKept(f"no episode {id} is kept")
        return found[0]

    def _document_before(self, episode: Episode) -> int | None:
        """The document of the episode before this one in its journey: what led here is part of its meaning."""
        row = self._db.execute(
            "SELECT id FROM episodes WHERE journey = ? AND iteration < ? ORDER BY iteration DESC LIMIT 1",
            [episode.journey, episode.iteration],
        ).fetchone()
        return documents.document_of(self._db, "episode", row[0]) if row else None

    def _select(self, where: str, values: list[Any], limit: int) -> list[Episode]:
        cursor = self._db.execute(f"SELECT * FROM episodes WHERE {where} ORDER BY id DESC LIMIT ?", [*values, limit])
        columns = [column[0] for column in cursor.description]
        return [_episode(dict(zip(columns, row, strict=True))) for row in cursor]


def inventory_difference(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """What was gained (positive) and used up (negative), by item, without zeros."""
    counts = {name: after.get(name, 0) - before.get(name, 0) for name in sorted({*before, *after})}
    return {name: count for name, count in counts.items() if count}


def plain(goal: str) -> str:
    """A goal as a part of a sentence: without its full stop."""
    return goal.rstrip(".")


def describe(episode: Episode) -> str:
    """The episode as one line for a prompt and for the words that recall searches."""
    gained = ", ".join(f"{count:+d} {guard.named(name)}" for name, count in sorted(episode.gained.items()))
    if episode.outcome == "passed":
        parts = [f"Did: {plain(episode.goal)}"]
    else:
        why = " / ".join(word for word in (episode.failure, episode.cause) if word)
        parts = [
            f"Failed: {plain(episode.goal)}",
            f"{why}: {guard.quoted(episode.message)}" if episode.message else why,
        ]
    parts.append(gained)
    if episode.skills:
        parts.append(f"with {', '.join(sorted(episode.skills))}")
    if episode.place:
        biome = f" in {guard.named(episode.place.biome)}" if episode.place.biome else ""
        parts.append(f"at {episode.place.x:.0f} {episode.place.y:.0f} {episode.place.z:.0f}{biome}")
    return "; ".join(part for part in parts if part)


def _guarded(episode: Episode) -> Episode:
    """The episode without secrets, and marked if what it tells gives orders: an error can quote whatever was there."""
    words = {name: guard.redact(getattr(episode, name)) for name in _WORDS}
    words["message"] = guard.without_recalled(words["message"])
    place = episode.place and Place(**guard.redact_all(vars(episode.place)))
    told = {"gained": guard.redact_all(episode.gained), "skills": guard.redact_all(episode.skills), "place": place}
    clean = replace(episode, **{**words, **told}, cause=guard.redact(episode.cause) if episode.cause else None)
    if clean.sensitivity == "plain" and guard.instruction_like(describe(clean)):
        clean = replace(clean, sensitivity="untrusted")
    return clean


_WORDS = ("task", "goal", "world", "message", "brain", "prompt", "family")


def _marks(episode: Episode) -> list[documents.Mark]:
    marks = [("item", name) for name in episode.gained]
    marks += [("skill", name) for name in episode.skills]
    marks += [("task", episode.task), *(("goal", goal) for goal in dict.fromkeys((episode.goal, episode.kin)))]
    if episode.cause:
        marks.append(("signature", signature(episode.cause, episode.message)))
        marks.append(("error", episode.cause))
    if episode.place:
        marks.append(("place", documents.region(episode.place.x, episode.place.z)))
    return marks


def _row(episode: Episode) -> dict[str, Any]:
    """The episode as a row; everything that is not a single value becomes JSON."""
    first_tick, last_tick = episode.ticks or (None, None)
    first_event, last_event = episode.events or (None, None)
    return {
        "journey": episode.journey,
        "iteration": episode.iteration,
        "round": episode.round,
        "task": episode.task,
        "goal": episode.goal,
        "world": episode.world,
        "program": episode.program,
        "outcome": episode.outcome,
        "failure": episode.failure,
        "cause": episode.cause,
        "message": episode.message,
        "gained": canonical(dict(episode.gained)),
        "place": canonical(vars(episode.place)) if episode.place else None,
        "first_tick": first_tick,
        "last_tick": last_tick,
        "skills": canonical(dict(episode.skills)),
        "tokens": episode.tokens,
        "brain": episode.brain,
        "first_event": first_event,
        "last_event": last_event,
        "at": episode.at,
        "dollars": episode.dollars,
        "prompt": episode.prompt,
        "family": episode.family,
        "sensitivity": episode.sensitivity,
    }


def _episode(row: dict[str, Any]) -> Episode:
    """The episode that `_row` wrote."""
    ticks = (row.pop("first_tick"), row.pop("last_tick"))
    events = (row.pop("first_event"), row.pop("last_event"))
    place = json.loads(row.pop("place") or "null")
    return Episode(
        **{**row, "gained": json.loads(row["gained"]), "skills": json.loads(row["skills"])},
        place=Place(**place) if place else None,
        ticks=ticks if ticks[0] is not None else None,
        events=events if events[0] is not None else None,
    )
