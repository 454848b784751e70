"""Finding skills: by name, words, what they give, who works with whom, and by meaning if a dense index is there.

Each route ranks on its own and reciprocal rank fusion joins them; how well a skill is proven decides among equals. What
is found is packed into a budget as cards, never as code. Reads only, and each hit says what each route added.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from memory.recall import query_words
from memory.working import estimate_tokens
from skills import render
from skills.reader import LibraryReader
from skills.skill import Effect, Skill

Meaning = Callable[[str, int], Sequence[tuple[str, float]]]
"""A dense route: (words, limit) to (skill name, similarity), nearest first."""

_K = 10
_CANDIDATES = 50
_GIVERS = 40
_ENOUGH = 8
"""Skills with all the words, from which on the single words are not looked at."""
_MOST_MATCHES = 2000
"""Matches that are ranked; a word that more skills have says too little."""
_SEEDS = 3
"""Hits whose callers and callees are looked at too."""
NEIGHBOUR_SHARE = 0.3
"""How much a neighbour of a hit counts beside the hit itself."""
PROOF_SHARE = 0.1
"""How much of a score hangs on how well a skill is proven."""


@dataclass(frozen=True)
class Found:
    """A skill that was found, its score, what each route (name, words, effect, meaning, graph) added, and its proof."""

    skill: Skill
    score: float
    routes: dict[str, float]
    proof: float = 1.0
    """The factor by which its lower bound scales the sum of the routes."""
    similarity: float | None = None
    """The cosine behind the rank of the route by meaning."""

    def to_json(self) -> dict[str, Any]:
        """The hit with every part of its score: score = (sum of added) × proof."""
        return {
            "name": self.skill.name,
            "score": round(self.score, 6),
            "added": {route: round(added, 6) for route, added in self.routes.items()},
            "proof": round(self.proof, 4),
            "similarity": None if self.similarity is None else round(self.similarity, 4),
            "bound": round(self.skill.record.bound, 4),
            "rung": self.skill.rung,
            "card": render.card(self.skill),
        }


@dataclass(frozen=True)
class Packed:
    """Cards that fit a budget, best first, with their names."""

    cards: tuple[str, ...]
    names: tuple[str, ...]
    tokens: int


def search(
    library: LibraryReader,
    words: str,
    *,
    items: Sequence[str] = (),
    limit: int = 8,
    meaning: Meaning | None = None,
    language: str | None = None,
) -> list[Found]:
    """The best skills for words and wanted items, of one language or any; better proven ones first among equals."""
    similar = {name: cosine for name, cosine in (meaning(words, _CANDIDATES) if meaning else []) if library.has(name)}
    routes = {
        "name": [name for name in [words.strip()] if library.has(name)],
        "words": _by_words(library, words),
        "effect": list(dict.fromkeys(name for item in items for name in _givers(library, item, _GIVERS))),
        "meaning": list(similar),
    }
    found: dict[str, dict[str, float]] = {}
    for route, names in routes.items():
        for rank, name in enumerate(names, 1):
            found.setdefault(name, {})[route] = 1 / (_K + rank)

    def total(name: str) -> float:
        return sum(found[name].values())

    for seed in sorted(found, key=lambda name: (-total(name), name))[:_SEEDS]:
        for name in _neighbours(library, seed):
            added = found.setdefault(name, {})
            added["graph"] = max(added.get("graph", 0.0), NEIGHBOUR_SHARE * total(seed))
    bounds = _bounds(library, list(found), language)
    proofs = {name: 1 - PROOF_SHARE * (1 - bound) for name, bound in bounds.items()}
    best = sorted(proofs, key=lambda name: (-total(name) * proofs[name], name))[:limit]
    return [
        Found(library.get(name), total(name) * proofs[name], found[name], proofs[name], similar.get(name))
        for name in best
    ]


def pack(found: Iterable[Found], budget: int, count: Callable[[str], int] = estimate_tokens) -> Packed:
    """As many cards (call, contract, purpose) as fit the budget, best first; a long one lets shorter ones in."""
    cards, names, used = [], [], 0
    for hit in found:
        card = render.card(hit.skill)
        tokens = count(card)
        if used + tokens <= budget:
            cards.append(card)
            names.append(hit.skill.name)
            used += tokens
    return Packed(tuple(cards), tuple(names), used)


def gives(library: LibraryReader, item: str, limit: int = 1000) -> list[tuple[Skill, Effect]]:
    """Skills that were seen to give an item, surest first: the question that planning asks.

    An effect whose `low` is above 0 was seen in every run; one with only `high` above 0 came now and then.
    """
    found = [
        (skill, effect)
        for skill in map(library.get, _givers(library, item, limit))
        for effect in skill.effects
        if effect.item == item and effect.high > 0
    ]
    return sorted(found, key=lambda each: (each[1].low <= 0, -each[0].record.bound, -each[1].seen, each[0].name))


def _givers(library: LibraryReader, item: str, limit: int) -> list[str]:
    """The names of skills in use that were seen to give an item, surest first."""
    rows = library.db.execute(
        "SELECT skills.name FROM effects CROSS JOIN skills ON current = effects.version "
        "JOIN standings ON standings.version = effects.version "
        "WHERE item = ? AND high > 0 AND library = ? AND retired = 0 "
        "GROUP BY skills.name ORDER BY max(low > 0) DESC, bound DESC, max(seen) DESC, skills.name LIMIT ?",
        [item, library.name, limit],
    )
    return [str(row[0]) for row in rows]


def _bounds(library: LibraryReader, names: Sequence[str], language: str | None) -> dict[str, float]:
    """The lower bound of the success rate of each skill's current version, of one language or of any."""
    rows = library.db.execute(
        "SELECT name, bound FROM json_each(?1) CROSS JOIN skills ON skills.library = ?2 AND name = json_each.value "
        "JOIN versions ON versions.id = current JOIN standings ON standings.version = current "
        "WHERE ?3 IS NULL OR language = ?3",
        [json.dumps(names), library.name, language],
    )
    return {str(name): float(bound) for name, bound in rows}


def _neighbours(library: LibraryReader, name: str) -> list[str]:
    """Skills in use that the current version calls, or whose current version calls it."""
    rows = library.db.execute(
        "SELECT callees.skill FROM skills JOIN calls ON caller = current "
        "JOIN versions AS callees ON callees.id = callee WHERE skills.library = ?1 AND skills.name = ?2 UNION "
        "SELECT callers.name FROM versions JOIN calls ON callee = versions.id "
        "JOIN skills AS callers ON callers.current = caller "
        "WHERE versions.library = ?1 AND versions.skill = ?2 LIMIT ?3",
        [library.name, name, _CANDIDATES],
    ).fetchall()
    return [str(row[0]) for row in rows if library.has(str(row[0]))]


def _by_words(library: LibraryReader, words: str) -> list[str]:
    """Skills with all the words, then with the rarest of them: common words alone would match half of the library."""
    terms = [f'"{term}"' for term in query_words(words)]
    if not terms:
        return []
    found = _matching(library, " AND ".join(terms))
    if len(found) >= _ENOUGH or len(terms) == 1:
        return found
    counts = sorted((_count(library, term), term) for term in terms)
    rare: list[str] = []
    total = 0
    for count, term in counts:
        if count and (not rare or total + count <= _MOST_MATCHES):
            rare.append(term)
            total += count
    return list(dict.fromkeys([*found, *(_matching(library, " OR ".join(rare)) if rare else [])]))[:_CANDIDATES]


def _matching(library: LibraryReader, query: str) -> list[str]:
    rows = library.db.execute(
        "WITH matches AS MATERIALIZED (SELECT skills.name, bm25(skill_words, 4.0, 2.0, 1.0) AS rank FROM skill_words "
        "CROSS JOIN skills ON skills.id = skill_words.rowid "
        "WHERE skill_words MATCH ? AND library = ? AND retired = 0 LIMIT ?) "
        "SELECT name FROM matches ORDER BY rank, name LIMIT ?",
        [query, library.name, _MOST_MATCHES, _CANDIDATES],
    )
    return [str(row[0]) for row in rows]


def _count(library: LibraryReader, term: str) -> int:
    rows = library.db.execute(
        "SELECT count(*) FROM (SELECT 1 FROM skill_words WHERE skill_words MATCH ? LIMIT ?)", [term, _MOST_MATCHES + 1]
    )
    return int(rows.fetchone()[0])
