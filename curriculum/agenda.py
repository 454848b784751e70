"""A journey's agenda: tasks that were set rather than proposed, in order, and what a person forbade.

The only writer of the tables `agenda` and `vetoes`. People write here from other processes while a journey runs; it
reads anew before each proposal. Nothing is deleted: an entry is open, taken, passed, failed or withdrawn.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlite_utils import Database

from curriculum.errors import CurriculumError
from curriculum.task import Task, from_json
from memory.db import atomic

Standing = Literal["open", "taken", "passed", "failed", "withdrawn"]


@dataclass(frozen=True)
class Entry:
    """One task on the agenda. `plan` names the goal that it is a part of, '' if it stands alone."""

    entry: int
    place: float
    task: Task
    plan: str
    by: str
    standing: Standing
    number: int | None
    """The task's number in the book, once it was taken up."""

    def to_json(self) -> dict[str, Any]:
        """The entry as plain JSON."""
        return {
            "entry": self.entry, "goal": self.task.goal, "task": self.task.id, "check": self.task.check.to_json(),
            "plan": self.plan, "by": self.by, "standing": self.standing, "number": self.number,
        }  # fmt: skip


class Agenda:
    """Reads and writes agendas in one database (open it with the set of curriculum.schema)."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def entries(self, journey: str) -> list[Entry]:
        """All entries in their order."""
        rows = self._db.execute(
            "SELECT entry, place, data, plan, by, standing, number FROM agenda WHERE journey = ? ORDER BY place, entry",
            [journey],
        ).fetchall()
        return [Entry(entry, place, from_json(json.loads(data)), *rest) for entry, place, data, *rest in rows]

    def insert(self, journey: str, task: Task, *, by: str, plan: str = "", before: int | None = None) -> Entry:
        """Set a task, at the end or before an entry. Raises CurriculumError if there is no such entry."""
        with atomic(self._db):
            entries = self.entries(journey)
            number = 1 + max((each.entry for each in entries), default=0)
            self._db.execute(
                "INSERT INTO agenda (journey, entry, place, task, data, plan, by) VALUES (?, ?, ?, ?, ?, ?, ?)",
                [journey, number, self._place(journey, entries, before), task.id, json.dumps(task.to_json()), plan, by],
            )
        return self.entry(journey, number)

    def entry(self, journey: str, entry: int) -> Entry:
        """One entry. Raises CurriculumError if there is none."""
        for each in self.entries(journey):
            if each.entry == entry:
                return each
        raise CurriculumError(f"the agenda of {journey} has no entry {entry}: journeyman tasks list {journey}")

    def move(self, journey: str, entry: int, before: int | None) -> Entry:
        """Put an entry before another, or at the end. Raises CurriculumError for what is not open."""
        with atomic(self._db):
            self._open(journey, entry)
            others = [each for each in self.entries(journey) if each.entry != entry]
            self._set(journey, entry, place=self._place(journey, others, before))
        return self.entry(journey, entry)

    def withdraw(self, journey: str, entry: int) -> Entry:
        """Take an entry back. Raises CurriculumError for what is not open."""
        with atomic(self._db):
            self._open(journey, entry)
            self._set(journey, entry, standing="withdrawn")
        return self.entry(journey, entry)

    def take(self, journey: str, entry: int, number: int) -> None:
        """An open entry is now the task of that number in the book; one that was withdrawn meanwhile stays so."""
        with atomic(self._db):
            if self.entry(journey, entry).standing == "open":
                self._set(journey, entry, standing="taken", number=number)

    def pass_over(self, journey: str, entry: int, passed: bool) -> None:
        """An open entry is over without being taken up: it is so already (`passed`), or it cannot be done."""
        with atomic(self._db):
            if self.entry(journey, entry).standing == "open":
                self._set(journey, entry, standing="passed" if passed else "failed")

    def settle(self, journey: str, number: int, passed: bool) -> None:
        """The task of that number ended; does nothing if it came from elsewhere."""
        with atomic(self._db):
            self._db.execute(
                "UPDATE agenda SET standing = ? WHERE journey = ? AND number = ? AND standing = 'taken'",
                ["passed" if passed else "failed", journey, number],
            )

    def veto(self, journey: str, subject: str, reason: str) -> None:
        """Forbid an item, a '#tag' or a task by its id."""
        with atomic(self._db):
            self._db.execute(
                "INSERT INTO vetoes (journey, subject, reason) VALUES (?, ?, ?) "
                "ON CONFLICT DO UPDATE SET reason = excluded.reason, lifted = 0",
                [journey, subject, reason],
            )

    def lift(self, journey: str, subject: str) -> None:
        """Allow again what was forbidden."""
        with atomic(self._db):
            self._db.execute("UPDATE vetoes SET lifted = 1 WHERE journey = ? AND subject = ?", [journey, subject])

    def vetoes(self, journey: str) -> Mapping[str, str]:
        """What is forbidden now, with the reasons."""
        rows = self._db.execute("SELECT subject, reason FROM vetoes WHERE journey = ? AND lifted = 0", [journey])
        return dict(rows.fetchall())

    def _open(self, journey: str, entry: int) -> None:
        found = self.entry(journey, entry)
        if found.standing != "open":
            raise CurriculumError(f"entry {entry} is {found.standing}: only an open one can be changed")

    def _set(self, journey: str, entry: int, **values: Any) -> None:
        columns = ", ".join(f"{name} = ?" for name in values)
        self._db.execute(
            f"UPDATE agenda SET {columns} WHERE journey = ? AND entry = ?", [*values.values(), journey, entry]
        )

    def _place(self, journey: str, entries: list[Entry], before: int | None) -> float:
        """A place in the order: halfway between two neighbours, which move apart if there is nothing between them."""
        if before is None:
            return 1 + max((each.place for each in entries), default=0.0)
        for position, each in enumerate(entries):
            if each.entry == before:
                left = entries[position - 1].place if position else each.place - 2
                between = (left + each.place) / 2
                if left < between < each.place:
                    return between
                for number, one in enumerate(entries):
                    self._set(journey, one.entry, place=float(number))
                return position - 0.5
        raise CurriculumError(f"there is no entry {before} to stand before")
