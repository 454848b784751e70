"""Finding skills: by name, by words, by what they give, and by meaning if a dense index is there.

Reads only. Each hit says which routes found it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from skills.library import Library
from skills.skill import Effect, Skill

Meaning = Callable[[str, int], Sequence[tuple[str, float]]]
"""A dense route if there is one: (words, limit) to (skill name, similarity)."""


@dataclass(frozen=True)
class Found:
    """A skill that was found, its score, and the routes (name, words, effect, meaning) that found it."""

    skill: Skill
    score: float
    routes: tuple[str, ...]


def search(
    library: Library, words: str, *, items: Sequence[str] = (), limit: int = 8, meaning: Meaning | None = None
) -> list[Found]:
    """The best skills for some words and wanted items; better proven ones first among equals."""
    raise NotImplementedError


def gives(library: Library, item: str) -> list[tuple[Skill, Effect]]:
    """Skills that were seen to give an item, surest first: the question that planning asks."""
    raise NotImplementedError
