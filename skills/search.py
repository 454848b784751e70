"""Finding skills: by name, by words, by what they give, and by meaning if a dense index is there.

Each route ranks on its own and reciprocal rank fusion joins them; how well a skill is proven decides among equals.
Reads only, and each hit says which routes found it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from memory.recall import query_words
from skills.reader import LibraryReader
from skills.skill import Effect, Skill

Meaning = Callable[[str, int], Sequence[tuple[str, float]]]
"""A dense route: (words, limit) to (skill name, similarity), nearest first."""

_K = 10
_CANDIDATES = 50


@dataclass(frozen=True)
class Found:
    """A skill that was found, its score, and what each route (name, words, effect, meaning) added to it."""

    skill: Skill
    score: float
    routes: dict[str, float]


def search(
    library: LibraryReader, words: str, *, items: Sequence[str] = (), limit: int = 8, meaning: Meaning | None = None
) -> list[Found]:
    """The best skills for some words and wanted items; better proven ones first among equals."""
    routes = {
        "name": [name for name in [words.strip()] if library.has(name)],
        "words": _by_words(library, words),
        "effect": list(dict.fromkeys(skill.name for item in items for skill, _ in gives(library, item))),
        "meaning": [name for name, _ in meaning(words, _CANDIDATES) if library.has(name)] if meaning else [],
    }
    found: dict[str, dict[str, float]] = {}
    for route, names in routes.items():
        for rank, name in enumerate(names, 1):
            found.setdefault(name, {})[route] = 1 / (_K + rank)
    # Proof moves a skill by a tenth at most: only those near the front need to be looked at.
    likely = sorted(found, key=lambda name: (-sum(found[name].values()), name))[: 4 * limit]
    hits = []
    for name in likely:
        skill = library.get(name)
        hits.append(Found(skill, sum(found[name].values()) * (0.9 + 0.1 * skill.record.bound), found[name]))
    return sorted(hits, key=lambda hit: (-hit.score, hit.skill.name))[:limit]


def gives(library: LibraryReader, item: str) -> list[tuple[Skill, Effect]]:
    """Skills that were seen to give an item, surest first: the question that planning asks.

    An effect whose `low` is above 0 was seen in every run; one with only `high` above 0 came now and then.
    """
    rows = library.db.execute(
        "SELECT DISTINCT skills.name FROM effects JOIN skills ON current = version "
        "WHERE item = ? AND high > 0 AND library = ? AND retired = 0",
        [item, library.name],
    ).fetchall()
    found = [
        (skill, effect)
        for skill in (library.get(row[0]) for row in rows)
        for effect in skill.effects
        if effect.item == item and effect.high > 0
    ]
    return sorted(found, key=lambda each: (each[1].low <= 0, -each[0].record.bound, -each[1].seen, each[0].name))


def _by_words(library: LibraryReader, words: str) -> list[str]:
    terms = query_words(words)
    if not terms:
        return []
    rows = library.db.execute(
        "SELECT skills.name FROM skill_words JOIN skills ON skills.id = skill_words.rowid "
        "WHERE skill_words MATCH ? AND library = ? AND retired = 0 "
        "ORDER BY bm25(skill_words, 4.0, 2.0, 1.0), skills.name LIMIT ?",
        [" OR ".join(f'"{term}"' for term in terms), library.name, _CANDIDATES],
    )
    return [str(row[0]) for row in rows]
