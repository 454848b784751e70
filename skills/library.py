"""The library: the one writer of skills, versions, pointers and evidence.

Versions are immutable, `current` is a pointer, and nothing is deleted: retire, roll back, restore. Evidence moves a
version along draft, candidate, verified, trusted; the same evidence recorded twice counts once. This module never
judges source text (admit.py) and never runs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from skills.admit import Admission
from skills.skill import Record, Rung, Skill, Use, Version


@dataclass(frozen=True)
class Ladder:
    """What each rung asks for."""

    fresh_worlds: int = 2
    trusted_uses: int = 8
    trusted_bound: float = 0.6
    parole_bound: float = 0.4


@dataclass(frozen=True)
class Move:
    """One change of a skill's pointer or standing, with its reason."""

    skill: str
    action: str
    version: str
    before: str | None
    reason: str
    at: float
    id: int = 0


class Library:
    """All skills of one named library in one database. Open the database with `skills.schema.SKILLS` among its sets."""

    def __init__(self, db: Database, name: str = "main", ladder: Ladder = Ladder()) -> None:
        self._db, self.name, self._ladder = db, name, ladder

    @property
    def revision(self) -> int:
        """Counts every change of versions and pointers; views of the library are good for one revision."""
        raise NotImplementedError

    def add(
        self,
        admission: Admission,
        *,
        reason: str,
        author: str = "",
        journey: str = "",
        iteration: int = 0,
        at: float = 0.0,
    ) -> Version:
        """Keep an admitted source as a version; the same content is kept once.

        The first version of a skill becomes current at once; a later one when its evidence reaches that of the
        current one (at most `verified`: see `record_use`).
        """
        raise NotImplementedError

    def get(self, name: str) -> Skill:
        """A skill with its current version, standing, record, needs and effects."""
        raise NotImplementedError

    def has(self, name: str) -> bool:
        """Is there a skill of this name that is not retired?"""
        raise NotImplementedError

    def all(self, *, retired: bool = False) -> list[Skill]:
        """Every skill, by name; retired ones only if asked for."""
        raise NotImplementedError

    def version(self, hash: str) -> Version:
        """One version by its hash (or a unique beginning of it)."""
        raise NotImplementedError

    def versions(self, name: str) -> list[Version]:
        """Every version of a skill, oldest first."""
        raise NotImplementedError

    def history(self, name: str) -> list[Move]:
        """Every change of the skill's pointer and standing, oldest first."""
        raise NotImplementedError

    def rung(self, hash: str) -> Rung:
        """Where a version stands on the ladder."""
        raise NotImplementedError

    def record_of(self, hash: str) -> Record:
        """How a version did so far."""
        raise NotImplementedError

    def uses_of(self, hash: str, limit: int = 100) -> list[Use]:
        """The evidence of a version, newest first."""
        raise NotImplementedError

    def record_use(self, use: Use) -> Rung:
        """Count a run as evidence, learn needs and effects from it, and move the version along the ladder.

        A newer version takes over as current once it stands as high as the current one (`verified` is enough to
        replace a trusted one). Recording the same (journey, iteration, position) again changes nothing.
        """
        raise NotImplementedError

    def promote(self, name: str, hash: str, *, reason: str, at: float = 0.0) -> Skill:
        """Make a version current by hand."""
        raise NotImplementedError

    def rollback(self, name: str, *, reason: str, at: float = 0.0, to: str | None = None) -> Skill:
        """Make an earlier version current again (`to`, or the one that was current before)."""
        raise NotImplementedError

    def retire(self, name: str, *, reason: str, at: float = 0.0) -> Skill:
        """Take a skill out of use: it is neither found nor called by new skills, but all of it stays."""
        raise NotImplementedError

    def restore(self, name: str, *, reason: str, at: float = 0.0) -> Skill:
        """Bring a retired skill back."""
        raise NotImplementedError
