"""Takes a bundle in: all of it or nothing, without doubling what is known and without trusting what it says.

What the bundle and the database both have is recognised. Where they contradict each other the policy decides. Only what
bears one's own seal, or what a person vouches for, comes in as it stands there. All else is what somebody else says:
data of the origin `import`, untrusted, so that it is quoted; it pins nothing, and a sign of theirs is a lesson. Secrets
are struck out in any case. What was already drawn from events and episodes comes with them and is not drawn again; from
the others the jobs of this database will.
"""

from __future__ import annotations

import hmac
import json
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from sqlite_utils import Database

from memory import guard
from memory.bundle import Bundle, Row, read_bundle
from memory.bundle_rows import refuse_odd
from memory.capture import Capture
from memory.consolidate import Consolidate, tally
from memory.db import atomic
from memory.documents import document_of
from memory.episodic import Episode, Episodes, Place
from memory.errors import NotKept, Refused
from memory.export import EVENT_INPUTS, ITEM_INPUTS, ITEM_REFERENCES
from memory.items import FAMILY, Item, from_snapshot, key_of
from memory.jobs import Scheduler, cursor_of, keep_cursor
from memory.log import Event, EventLog, canonical
from memory.notes import Note, Notes
from memory.semantic import Semantic
from memory.strengths import record_use

Policy = Literal["keep", "theirs", "fail"]
"""Where both answer the same question differently: keep ours, let theirs supersede ours, or take nothing in."""


_MAKES_NO_SENSE = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError,
                   sqlite3.ProgrammingError, sqlite3.IntegrityError, sqlite3.DataError)  # fmt: skip
"""What comes of rows that cannot be. A disk that is full or a database that is locked is none of their doing."""


@dataclass(frozen=True)
class BroughtIn:
    """How many rows of each part were new, were known, or collided; `own` if it came in as it stands there."""

    new: Mapping[str, int]
    known: Mapping[str, int]
    collided: Mapping[str, int]
    own: bool


def bring_in(
    db: Database,
    folder: Path,
    *,
    now: float,
    policy: Policy = "keep",
    rename: Callable[[str], str] = lambda name: name,
    seal: Callable[[str], str] = lambda digest: "",
    vouched: bool = False,
    played: Collection[str] = (),
) -> BroughtIn:
    """Take a bundle in; `rename` gives its journeys other names, for journeys that happen to be called like ours.

    Of journeys that are `played` here nothing that this database has not may come in: what happens in their next
    iterations would be taken for known.

    It is one's own if `seal` makes of its digest the seal that it bears, or if it is `vouched` for.
    """
    bundle = read_bundle(folder)
    sealed = bool(bundle.seal) and hmac.compare_digest(seal(bundle.digest).encode(), bundle.seal.encode())
    own = vouched or sealed
    taking = _Taking(db, bundle, policy, rename, now, own, played)
    with atomic(db):
        db.execute("PRAGMA defer_foreign_keys = ON")
        try:
            for part, rows in bundle.rows.items():
                refuse_odd(part, rows)
            taking.all()
        except _MAKES_NO_SENSE as error:
            raise Refused(f"the bundle {folder} has a row that cannot be: {error!r}") from error
        if policy == "fail" and taking.collided:
            raise Refused(f"collisions, so nothing was taken in: {dict(taking.collided)}")
        counts = {"new": dict(taking.new), "known": dict(taking.known), "collided": dict(taking.collided)}
        db.execute("INSERT OR IGNORE INTO brought_in VALUES (?, ?, ?)", [bundle.digest, now, canonical(counts)])
    return BroughtIn(**counts, own=own)


class _Taking:
    """One bundle being taken in: numbers of the bundle to numbers of the database."""

    def __init__(
        self,
        db: Database,
        bundle: Bundle,
        policy: Policy,
        rename: Callable[[str], str],
        now: float,
        own: bool,
        played: Collection[str],
    ) -> None:
        self.db, self.policy, self.now, self.own, self.played = db, policy, now, own, played
        # A program is named by its content, and refused if it has another.
        self.rows = {name: rows if name == "programs" else guard.redact_all(rows) for name, rows in bundle.rows.items()}
        self._rename = rename
        self.events: dict[int, int] = {}
        self.episodes: dict[int, int] = {}
        self.notes: dict[int, int] = {}
        self.items: dict[int, int] = {}
        self.fresh: set[int] = set()
        self.fresh_events: set[int] = set()
        self.fresh_episodes: set[int] = set()
        self.settled: dict[int, int] = {}
        # From what somebody else says happened, nothing more is concluded here than what they concluded.
        everything = dict.fromkeys((Capture.name, Consolidate.name), sys.maxsize)
        self.done = bundle.done if own and bundle.done else everything
        self.tells_events = bundle.done is not None
        self.new: Counter[str] = Counter()
        self.known: Counter[str] = Counter()
        self.collided: Counter[str] = Counter()

    def rename(self, name: str) -> str:
        """The name that a journey of the bundle has here."""
        return name if not name or name.startswith(FAMILY) else self._rename(name)

    def all(self) -> None:
        """Take in every part, in the order in which they build on one another."""
        self._catch_up()
        for row in self.rows["programs"]:
            if guard.redact(row["source"]) != row["source"]:
                raise Refused(
                    f"the program {row['hash']!r} holds what looks like a password or a key: take it out there"
                )
            if Episodes(self.db).keep_program(row["source"]) != row["hash"]:
                raise Refused(f"the program {row['hash']!r} does not have the source that its name says")
        self._events()
        for row in self.rows["episodes"]:
            self._episode(row)
        for row in self.rows["notes"]:
            self._note(row)
        self._items()
        self._journal()
        for number in sorted(self.fresh):
            id = self.items[number]
            inputs = {"by": self.settled[id]} if id in self.settled else {}
            reason = "we say otherwise" if inputs else "came in so"
            Semantic(self.db).account_for(id, at=self.now, reason=reason, inputs=inputs)
        for row in self.rows["reviews"]:
            self._review(row)
        self._leave_off()

    def _catch_up(self) -> None:
        """Let the jobs draw from what is here already: then one place says up to where they have come."""
        jobs = Scheduler(self.db, [Capture(), Consolidate()])
        for name in jobs.names:
            jobs.run(name, now=self.now, limit=sys.maxsize)

    def _leave_off(self) -> None:
        """The jobs go on after what came with its conclusions, and with what came without."""
        episodes = Episodes(self.db)
        for number in sorted(self.fresh_episodes):
            if number <= self.done[Consolidate.name]:
                tally(self.db, episodes.by_id(self.episodes[number]))
        for name, unit, table, kept, fresh in (
            (Capture.name, "seq", "events", self.events, self.fresh_events),
            (Consolidate.name, "episode", "episodes", self.episodes, self.fresh_episodes),
        ):
            waiting = [kept[number] for number in fresh if number > self.done[name]]
            (last,) = self.db.execute(f"SELECT coalesce(max(rowid), 0) FROM {table}").fetchone()
            here = cursor_of(self.db, name).get(unit, 0)
            keep_cursor(self.db, name, {unit: max(here, min(waiting) - 1 if waiting else last)})

    def _events(self) -> None:
        batches: dict[tuple[str, int, str], list[Row]] = {}
        for row in self.rows["events"]:
            batches.setdefault((self.rename(row["journey"]), row["iteration"], row["node"]), []).append(row)
        log = EventLog(self.db)
        for (journey, iteration, node), rows in batches.items():
            events = [Event(row["kind"], row["data"], row["source"], row["tick"], row["at"]) for row in rows]
            done = log.append(journey, iteration, node, events)
            self._count("events", done.new, done.same, len(rows))
            kept = [event.seq for event in log.read(journey, iteration=iteration, node=node)]
            self.events |= dict(zip((row["number"] for row in rows), kept, strict=False))
            if done.new:
                self._refuse_played(journey, iteration)
                self.fresh_events.update(row["number"] for row in rows)

    def _episode(self, row: Row) -> None:
        data = {name: value for name, value in row.items() if name not in ("number", *_EPISODE_ENDS)}
        place = json.loads(data.pop("place") or "null")
        ticks = (row["first_tick"], row["last_tick"])
        seqs = tuple(self.events.get(row[name] or 0) for name in ("first_event", "last_event"))
        episode = Episode(
            **{
                **data,
                "journey": self.rename(data["journey"]),
                "gained": json.loads(data["gained"]),
                "skills": json.loads(data["skills"]),
                "sensitivity": self._sensitivity(data.get("sensitivity")),
            },
            place=Place(**place) if place else None,
            ticks=ticks if ticks[0] is not None else None,
            events=(seqs[0], seqs[1]) if seqs[0] is not None and seqs[1] is not None else None,
        )
        episodes = Episodes(self.db)
        try:
            known = episodes.get(episode.journey, episode.iteration)
        except NotKept:
            known = None
        kept = known or episodes.record(episode)
        self.episodes[row["number"]] = kept.id
        if known is None:
            self._refuse_played(episode.journey, episode.iteration)
            self.fresh_episodes.add(row["number"])
        self._count("episodes", known is None, replace(kept, id=0, events=None) == replace(episode, events=None))

    def _refuse_played(self, journey: str, iteration: int) -> None:
        if journey in self.played:
            raise Refused(
                f"the bundle has iteration {iteration} of a journey {journey!r}, the one of that name here has it not: "
                "take it in under other names, with --suffix"
            )

    def _note(self, row: Row) -> None:
        data = {name: value for name, value in row.items() if name != "number"}
        theirs = {} if self.own else {"origin": "world", "sensitivity": self._sensitivity(data["sensitivity"])}
        note = Note(**{**data, "scope": self.rename(data["scope"]), **theirs})
        notes = Notes(self.db)
        there = notes.read(note.scope, note.stream, after=note.position - 1, limit=1)
        taken = there[0] if there and there[0].position == note.position else None
        known = notes.of_event(note.scope, note.event) if note.event else taken
        # Where another event's note has its place, it comes after all that are there.
        kept = known or (notes.append(note) if taken else notes.record(note))
        if kept is not None:
            self.notes[row["number"]] = kept.id
            self._count("notes", known is None, kept.text == note.text)

    def _items(self) -> None:
        """First which of them are known here, then the others with the numbers that they will have."""
        next_id = int(self.db.execute("SELECT coalesce(max(id), 0) FROM items").fetchone()[0]) + 1
        new, later = [], []
        chains = self._chains() if self.own else {}
        merged = {row["item"] for row in self.rows["journal"] if row["operation"] == "MERGE" and not row["before"]}
        for row in self.rows["items"]:
            item = self._item(row)
            known = self._known(item)
            if self.own and (known is None or self._merged(known) != (row["number"] in merged)):
                before = self._before(item, chains.get(row["number"], ()), row["number"] in merged)
                later += [] if before is None else [(row, before)]
                known = self._after(item) if before is None and known is None else before or known
            if known is not None:
                self.items[row["number"]] = known
                self.known["items"] += 1
                continue
            self.items[row["number"]] = next_id
            self.fresh.add(row["number"])
            next_id += 1
            new.append(row)
        by_hand = self._put_away()
        # What goes out of mind makes room for what comes back: of what was taken apart, some may say the same.
        later.sort(key=lambda each: self._item(each[0]).live)
        for row, known in later:
            Semantic(self.db).follow(
                known,
                self._item(row),
                at=self.now,
                reason="the bundle knows what became of it",
                inputs={"who": "person"} if row["number"] in by_hand else {},
            )
            self.new["later versions"] += 1
        for row in new:
            self._insert(self._item(row), self.items[row["number"]])

    def _merged(self, id: int) -> bool:
        """Whether an item here is what others were merged into: its words may be those of one of them."""
        made = "SELECT 1 FROM journal WHERE item = ? AND operation = 'MERGE' AND before = '{}'"
        return self.db.execute(made, [id]).fetchone() is not None

    def _put_away(self) -> set[int]:
        """The items of the bundle that it was a person who put them out of mind, or took them back."""
        last = {row["item"]: row for row in self.rows["journal"] if row["operation"] == "ARCHIVE"}
        return {item for item, row in last.items() if row["undoes"] or row["inputs"].get("who") == "person"}

    def _chains(self) -> dict[int, list[Item]]:
        """What each item of the bundle was at first and after every change, newest first."""
        chains: dict[int, list[Item]] = {}
        for row in reversed(self.rows["journal"]):
            if row["after"]:
                chains.setdefault(row["item"], []).append(
                    from_snapshot({**row["after"], "evidence": (), "sources": ()})
                )
        return chains

    def _before(self, item: Item, chain: Sequence[Item], merged: bool) -> int | None:
        """Our item that is as theirs was once, in mind or not changed as often since: theirs says what became of it.

        What others were merged into (`merged`) may have the words of one of them, and is not taken for it.
        """
        for later, was in enumerate(chain):
            rows = self.db.execute(
                "SELECT id, valid_to IS NULL AND state IN ('generated', 'active'), (SELECT count(*) FROM journal "
                "WHERE journal.item = items.id AND operation <> 'NOOP') FROM items "
                "WHERE scope = ? AND kind = ? AND key = ? AND valid_from = ? AND (valid_to IS NULL AND state IN "
                "('generated', 'active') OR valid_to IS ? AND state = ?) ORDER BY 2 DESC, id",
                [item.scope, item.kind, key_of(was), item.valid_from, was.valid_to, was.state],
            )
            for id, live, changes in rows.fetchall():
                since = live or (item.live and changes <= len(chain) - later)
                if since and self._merged(id) == merged:
                    return int(id)
        return None

    def _after(self, item: Item) -> int | None:
        """Our item that was once as theirs is: ours says what became of it."""
        rows = self.db.execute(
            "SELECT id FROM items WHERE subject = ? AND kind = ? AND scope = ? AND valid_from = ? ORDER BY id",
            [item.subject, item.kind, item.scope, item.valid_from],
        )
        for (id,) in rows.fetchall():
            for entry in Semantic(self.db).journal(id, limit=-1):
                if entry.after and key_of(from_snapshot(entry.after)) == key_of(item):
                    return int(id)
        return None

    def _item(self, row: Row) -> Item:
        return from_snapshot(self._renumbered({name: value for name, value in row.items() if name != "number"}))

    def _known(self, item: Item) -> int | None:
        """The same statement, in the same scope and with the same fate."""
        row = self.db.execute(
            "SELECT id FROM items WHERE scope = ? AND kind = ? AND key = ? AND valid_from = ? AND valid_to IS ? "
            "AND state = ? ORDER BY id LIMIT 1",
            [item.scope, item.kind, key_of(item), item.valid_from, item.valid_to, item.state],
        ).fetchone()
        if row is None and item.live:
            row = self.db.execute(
                "SELECT id FROM items WHERE scope = ? AND kind = ? AND key = ? AND valid_to IS NULL "
                "AND state IN ('generated', 'active')",
                [item.scope, item.kind, key_of(item)],
            ).fetchone()
        return int(row[0]) if row else None

    def _insert(self, item: Item, id: int) -> None:
        if item.live and item.slot:
            ours = Semantic(self.db).answer(item.kind, item.slot, item.scope)
            if ours is not None:
                self.collided["items"] += 1
                item = self._settled(ours, item, id)
        row = {
            **{name: value for name, value in vars(item).items() if name not in ("id", "evidence", "sources")},
            "id": id,
            "key": key_of(item),
            "data": canonical(dict(item.data)),
            "pinned": int(item.pinned),
        }
        self.db.execute(f"INSERT INTO items ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", [*row.values()])
        self.db.conn.executemany("INSERT INTO evidence VALUES (?, ?)", [(id, each) for each in item.evidence])
        self.db.conn.executemany("INSERT INTO sources VALUES (?, ?)", [(id, each) for each in item.sources])
        Semantic(self.db).document(replace(item, id=id))
        self.new["items"] += 1

    def _settled(self, ours: Item, theirs: Item, id: int) -> Item:
        """Two answers to one question: one of them must give way, and the journal says which and why."""
        if self.policy == "theirs":
            ended = replace(ours, valid_to=self.now, superseded_by=id)
            reason = "the bundle says otherwise"
            Semantic(self.db).follow(ours.id, ended, at=self.now, reason=reason, inputs={"by": id})
            return theirs
        self.settled[id] = ours.id
        return replace(theirs, state="archived")

    def _journal(self) -> None:
        """The history of the items that are new here; known ones keep their own."""
        numbers: dict[int, int] = {}
        for row in self.rows["journal"]:
            if row["item"] not in self.fresh:
                continue
            inputs = {name: self._input(name, value) for name, value in row["inputs"].items()}
            values: list[Any] = [
                row["operation"],
                self.items[row["item"]],
                row["at"],
                row["reason"],
                canonical(inputs),
                canonical(self._renumbered(row["before"])),
                canonical(self._renumbered(row["after"])),
                numbers.get(row["undoes"] or 0),
            ]
            id = int(
                self.db.execute(
                    "INSERT INTO journal (operation, item, at, reason, inputs, before, after, undoes, act) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                    [*values, self._act(numbers, row)],
                ).fetchone()[0]
            )
            numbers[row["number"]] = id
            self.new["journal"] += 1

    def _input(self, name: str, value: Any) -> Any:
        """What an operation was done with, by its number here; events of an old bundle kept the number of there."""
        if name in ITEM_INPUTS:
            return self.items.get(value)
        if name in EVENT_INPUTS:
            return self.events.get(value) if self.tells_events else None
        return value

    def _act(self, numbers: Mapping[int, int], row: Row) -> int | None:
        if row["act"] is None or row["act"] in numbers:
            return numbers.get(row["act"] or 0)
        next_id = int(self.db.execute("SELECT coalesce(max(id), 0) + 1 FROM journal").fetchone()[0])
        return next_id if row["act"] == row["number"] else None

    def _review(self, row: Row) -> None:
        numbers = {"episode": self.episodes, "note": self.notes}.get(row["tier"], self.items)
        document = document_of(self.db, row["tier"], numbers[row["ref"]]) if row["ref"] in numbers else None
        if document is None:
            raise Refused(f"a use in the bundle names {row['tier']} {row['ref']}, which the bundle does not have")
        new = record_use(
            self.db,
            [document],
            row["outcome"],
            now=row["at"],
            journey=self.rename(row["journey"]),
            iteration=row["iteration"],
            borne_out=bool(row.get("borne_out")),
        )
        self._count("reviews", bool(new), True)

    def _renumbered(self, kept: Row) -> Row:
        if not kept:
            return kept
        new = dict(kept)
        for name in ITEM_REFERENCES:
            new[name] = self.items.get(kept[name]) if kept.get(name) else None
        new["evidence"] = sorted(self.episodes[each] for each in kept["evidence"])
        new["sources"] = sorted(self.items[each] for each in kept["sources"] if each in self.items)
        if "scope" in new:
            new["scope"] = self.rename(new["scope"])
        if not self.own:
            new["kind"] = "lesson" if new["kind"] == "sign" else new["kind"]
            new |= {"origin": "import", "pinned": False, "sensitivity": self._sensitivity(new.get("sensitivity"))}
        return new

    def _sensitivity(self, told: str | None) -> str:
        """What is private stays so; all else that somebody else wrote is not to be trusted."""
        return told or "plain" if self.own or told == "private" else "untrusted"

    def _count(self, part: str, new: bool, same: bool, rows: int = 1) -> None:
        (self.new if new else self.known if same else self.collided)[part] += rows


_EPISODE_ENDS = ("first_tick", "last_tick", "first_event", "last_event")
