"""Episodes: one for each iteration, with its outcome, its cause of failure and its place in the event log.

Lossless and append-only: an episode is written once, keyed by (journey, iteration), and never edited. What was
learned from it stands in the semantic tier and points back here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlite_utils import Database

from memory import documents
from memory.db import atomic
from memory.errors import NotKept

Failure = Literal['missing_need', 'wrong_code', 'world', 'verifier', 'timeout', 'sandbox', 'died']
"""Whose fault a failed iteration was: the first question of every later decision about it."""


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
    inventory after minus before; `skills` maps each used skill to its version; `at` is the experience clock.
    """

    journey: str
    iteration: int
    task: str
    goal: str
    outcome: Literal['passed', 'failed']
    at: float
    round: int = 1
    world: str = ''
    program: str | None = None
    failure: Failure | None = None
    cause: str | None = None
    message: str = ''
    gained: Mapping[str, int] = field(default_factory=dict)
    place: Place | None = None
    ticks: tuple[int, int] | None = None
    skills: Mapping[str, str] = field(default_factory=dict)
    tokens: int = 0
    brain: str = ''
    events: tuple[int, int] | None = None
    id: int = 0


class Episodes:
    """Writes and reads the episodes of all journeys in one database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def keep_program(self, source: str) -> str:
        """Keep a program's source and return the hash that names it in episodes."""
        raise NotImplementedError

    def program(self, hash: str) -> str:
        """The source of a kept program."""
        raise NotImplementedError

    def record(self, episode: Episode) -> Episode:
        """Keep an episode; if (journey, iteration) is already kept, that one stands and is returned."""
        raise NotImplementedError

    def get(self, journey: str, iteration: int) -> Episode:
        """The episode of one iteration."""
        raise NotImplementedError

    def find(self, journey: str | None = None, *, task: str | None = None, outcome: str | None = None,
             cause: str | None = None, limit: int = 20) -> list[Episode]:
        """Episodes, newest first, narrowed by whatever is given."""
        raise NotImplementedError


def inventory_difference(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """What was gained (positive) and used up (negative), by item, without zeros."""
    counts = {name: after.get(name, 0) - before.get(name, 0) for name in sorted({*before, *after})}
    return {name: count for name, count in counts.items() if count}


def describe(episode: Episode) -> str:
    """The episode as one line for a prompt and for the words that recall searches."""
    raise NotImplementedError
