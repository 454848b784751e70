"""Facts and lessons: what is held to be true, since when, until when, and on which evidence.

Every change is one of ADD, UPDATE, SUPERSEDE, ARCHIVE, RESTORE, journalled with its reason and inputs, and can be
undone by an inverse entry. A superseded item is wrong now; an archived one is merely out of mind: two columns, two
meanings. Nothing is ever deleted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlite_utils import Database

Kind = Literal['fact', 'lesson']
Operation = Literal['ADD', 'UPDATE', 'SUPERSEDE', 'ARCHIVE', 'RESTORE']


@dataclass(frozen=True)
class Item:
    """A fact or a lesson. `subject` is what it is about (an item, a block, a skill, an error code).

    `scope` is the journey whose world it holds in, or '' if it holds everywhere. `valid_to` and `superseded_by` say
    that it is wrong now; `archived` says that it is out of mind. `evidence` are episode ids.
    """

    kind: Kind
    subject: str
    text: str
    scope: str = ''
    data: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[int, ...] = ()
    valid_from: float = 0.0
    valid_to: float | None = None
    superseded_by: int | None = None
    archived: bool = False
    id: int = 0


@dataclass(frozen=True)
class Entry:
    """One line of the journal: what was done to which item, why, from what, and the rows before and after."""

    id: int
    operation: Operation
    item: int
    at: float
    reason: str
    inputs: Mapping[str, Any]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    undoes: int | None


def seen(block: str, x: float, y: float, z: float, *, scope: str, at: float, evidence: Sequence[int] = (),
         what: str = 'seen') -> Item:
    """The fact that a block was seen, found or placed somewhere (`what` says which)."""
    raise NotImplementedError


def not_found(block: str, x: float, y: float, z: float, *, within: int, scope: str, at: float,
              evidence: Sequence[int] = ()) -> Item:
    """The fact that a search came back empty: as useful as a find, and it keeps the agent from searching again."""
    raise NotImplementedError


def lesson(subject: str, trigger: str, advice: str, *, never: bool = False, scope: str = '', at: float,
           evidence: Sequence[int] = ()) -> Item:
    """A rule learned from experience: when `trigger`, do (or never do) `advice`."""
    raise NotImplementedError


class Semantic:
    """The one writer of facts and lessons."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, item: Item, *, reason: str, inputs: Mapping[str, Any] | None = None) -> Item:
        """ADD: keep an item. The same statement in the same scope is kept once; new evidence is joined to it."""
        raise NotImplementedError

    def update(self, id: int, *, at: float, reason: str, text: str | None = None,
               data: Mapping[str, Any] | None = None, evidence: Sequence[int] = (),
               inputs: Mapping[str, Any] | None = None) -> Item:
        """UPDATE: say the same thing better. For a thing that is no longer so, supersede instead."""
        raise NotImplementedError

    def supersede(self, id: int, new: Item, *, reason: str, inputs: Mapping[str, Any] | None = None) -> Item:
        """SUPERSEDE: the old item is wrong from `new.valid_from` on, and `new` says what holds instead."""
        raise NotImplementedError

    def close(self, id: int, *, at: float, reason: str, inputs: Mapping[str, Any] | None = None) -> Item:
        """SUPERSEDE by nothing: the item stopped being so at `at` and nothing is known in its stead."""
        raise NotImplementedError

    def archive(self, id: int, *, at: float, reason: str, inputs: Mapping[str, Any] | None = None) -> Item:
        """ARCHIVE: take an item out of mind; it stays true and can be restored."""
        raise NotImplementedError

    def restore(self, id: int, *, at: float, reason: str, inputs: Mapping[str, Any] | None = None) -> Item:
        """RESTORE: bring an archived item back into mind."""
        raise NotImplementedError

    def undo(self, entry: int, *, at: float, reason: str) -> Entry:
        """Undo one journal entry by writing its inverse; refused if the item was changed again since."""
        raise NotImplementedError

    def get(self, id: int) -> Item:
        """One item, whatever its state."""
        raise NotImplementedError

    def find(self, *, kind: Kind | None = None, subject: str | None = None, scope: str | None = None,
             as_of: float | None = None, archived: bool = False, limit: int = 50) -> list[Item]:
        """What holds now (or held `as_of`), newest first; a scope also sees what holds everywhere."""
        raise NotImplementedError

    def nearest(self, subject: str, x: float, y: float, z: float, *, scope: str, limit: int = 5) -> list[Item]:
        """Known places of `subject` that still hold, nearest first."""
        raise NotImplementedError

    def journal(self, item: int | None = None, *, limit: int = 50) -> list[Entry]:
        """What was done to one item or to all, newest first."""
        raise NotImplementedError
