"""Errors of the curriculum.

CurriculumError
├── UnknownName     a name that the game data does not have (item, block, mob, tag, milestone)
├── BadCheck        data that is no check: unknown kind, wrong or missing fields
└── BadData         a data file that cannot be read as what it should be
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class CurriculumError(Exception):
    """Anything that the curriculum refuses; the message names the value and what to do."""


class UnknownName(CurriculumError):
    """A name that the game data does not have; the message offers the nearest names."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        near = get_close_matches(name.removeprefix("#"), sorted(set(known)), n=3)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        super().__init__(f"no {what} is called {name!r}{hint}")
        self.name = name


class BadCheck(CurriculumError):
    """Data that is no check: unknown kind, wrong or missing fields."""


class BadData(CurriculumError):
    """A data file that cannot be read as what it should be."""
