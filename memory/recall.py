"""Recall: the memories that matter for a question, with the reason for each.

Several routes each rank candidates on their own (words, structure, meaning if an index is there), and reciprocal
rank fusion joins them; fading and validity only tip the balance. No route gates another, and all of it works with no
model and no network. Recalling never strengthens: only `used`, with an outcome, does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from memory import decay
from memory.db import atomic
from memory.decay import Outcome, Strength
from memory.documents import regions_around
from memory.episodic import Place
from memory.errors import NotKept
from memory.index import Index
from memory.working import estimate_tokens


@dataclass(frozen=True)
class Question:
    """What is asked for: words, and whatever is known of items, error codes and place.

    `scope` is the journey: its own memories and those that hold everywhere are seen, never those of another.
    """

    text: str
    scope: str = ""
    items: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    place: Place | None = None
    tiers: tuple[str, ...] = ("episode", "fact", "lesson")
    history: bool = False


@dataclass(frozen=True)
class Part:
    """What one route said of a hit: its rank there, its own score, and what that added to the sum."""

    rank: int
    score: float
    added: float


@dataclass(frozen=True)
class Hit:
    """A memory that was recalled: `ref` is its id in its tier, `parts` and `why` explain the score."""

    document: int
    tier: str
    ref: int
    text: str
    score: float
    parts: Mapping[str, Part]
    why: str


@dataclass(frozen=True)
class Recalled:
    """Hits, best first, within the budget; `cut` are the ones that did not fit, `routes` the ones that took part."""

    hits: tuple[Hit, ...]
    cut: tuple[Hit, ...]
    routes: tuple[str, ...]


@dataclass(frozen=True)
class Weights:
    """How much each route counts, and the k of the fusion (small: the first ranks matter most)."""

    words: float = 1.0
    marks: float = 1.0
    meaning: float = 0.7
    strength: float = 0.1
    k: int = 10


class Recall:
    """Asks all routes over one database."""

    def __init__(
        self, db: Database, index: Index | None = None, *, weights: Weights = Weights(), curve: str = "fsrs6"
    ) -> None:
        self.db, self._index, self._weights, self._curve = db, index, weights, curve

    def ask(self, question: Question, *, now: float, limit: int = 8, tokens: int | None = None) -> Recalled:
        """The best `limit` memories for the question that fit into `tokens`."""
        rankings: dict[str, list[tuple[int, float]]] = {
            "words": self._by_words(question),
            "marks": self._by_marks(question),
        }
        if self._index is not None:
            rankings["meaning"] = self._by_meaning(question, self._index)
        parts: dict[int, dict[str, Part]] = {}
        for route, ranking in rankings.items():
            weight = getattr(self._weights, route)
            for rank, (document, score) in enumerate(ranking, 1):
                parts.setdefault(document, {})[route] = Part(rank, score, weight / (self._weights.k + rank))
        # Strength and validity only take away, so what is far behind on the routes cannot come to the front.
        likely = sorted(parts, key=lambda each: (-sum(part.added for part in parts[each].values()), -each))
        hits = sorted((self._hit(each, parts[each], now) for each in likely[: 4 * limit]), key=_order)[:limit]
        kept, cut = _within(hits, tokens)
        return Recalled(kept, cut, tuple(route for route, ranking in rankings.items() if ranking))

    def used(self, documents: Sequence[int], outcome: Outcome, *, now: float, journey: str, iteration: int) -> None:
        """Tell how the use of recalled memories went; written once for each (document, journey, iteration)."""
        if outcome == "shown":
            return
        with atomic(self.db):
            for document in documents:
                done = self.db.execute(
                    "INSERT OR IGNORE INTO reviews (document, outcome, at, journey, iteration) VALUES (?, ?, ?, ?, ?)",
                    [document, outcome, now, journey, iteration],
                )
                if done.rowcount:
                    strength = decay.review(self.strength(document), outcome, now)
                    self.db.execute(
                        "INSERT OR REPLACE INTO strengths VALUES (?, ?, ?, ?, ?, ?)",
                        [
                            document,
                            strength.stability,
                            strength.difficulty,
                            strength.last_used,
                            strength.uses,
                            strength.lapses,
                        ],
                    )

    def strength(self, document: int) -> Strength:
        """How well a memory holds; one that was never used has the first strength of its tier."""
        row = self.db.execute(
            "SELECT stability, difficulty, last_used, uses, lapses FROM strengths WHERE document = ?", [document]
        ).fetchone()
        if row is not None:
            return Strength(*row)
        row = self.db.execute("SELECT tier, at FROM documents WHERE id = ?", [document]).fetchone()
        if row is None:
            raise NotKept(f"no document {document} is kept")
        return decay.first_strength("episodic" if row[0] == "episode" else "semantic", row[1])

    def _by_words(self, question: Question) -> list[tuple[int, float]]:
        terms = self._rare(query_words(" ".join([question.text, *question.items, *question.errors])))
        if not terms:
            return []
        where, values = _visible(question)
        # Rank first and look at the documents after; only if too few of the best may be seen, look at all.
        for limit in (4 * CANDIDATES, -1):
            found: list[tuple[int, float]] = self.db.execute(
                "SELECT documents.id, score FROM (SELECT rowid, -rank AS score FROM words WHERE words MATCH ? "
                "ORDER BY rank LIMIT ?) JOIN documents ON documents.id = rowid "
                f"WHERE {where} ORDER BY score DESC, documents.id DESC LIMIT ?",
                [" OR ".join(f'"{term}"' for term in terms), limit, *values, CANDIDATES],
            ).fetchall()
            if len(found) >= CANDIDATES // 4:
                break
        return found

    def _rare(self, words: list[str]) -> list[str]:
        """The rarest words first, for as long as all they are found in can be ranked quickly."""
        counting = "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)"
        counted = sorted((self.db.execute(counting, [f'"{word}"', 4 * RANKABLE]).fetchone()[0], word) for word in words)
        kept: list[str] = []
        total = 0
        for count, word in counted:
            total += count
            if count and (not kept or total <= RANKABLE):
                kept.append(word)
        return kept

    def _by_marks(self, question: Question) -> list[tuple[int, float]]:
        """Same error counts most, same item or skill next, same place least; newer first among equals."""
        wanted = [(2.0, "error", code) for code in question.errors]
        wanted += [(1.0, kind, name) for name in question.items for kind in ("item", "skill")]
        if question.place:
            wanted += [(0.5, "place", name) for name in regions_around(question.place.x, question.place.z)]
        where, values = _visible(question)
        scores: dict[int, dict[str, float]] = {}
        for weight, kind, name in wanted:
            for (document,) in self.db.execute(
                "SELECT document FROM marks JOIN documents ON documents.id = document "
                f"WHERE kind = ? AND value = ? AND {where} ORDER BY document DESC LIMIT ?",
                [kind, name, *values, CANDIDATES],
            ):
                scores.setdefault(document, {})[name] = weight
        ranked = [(document, sum(found.values())) for document, found in scores.items()]
        return sorted(ranked, key=lambda each: (-each[1], -each[0]))[:CANDIDATES]

    def _by_meaning(self, question: Question, index: Index) -> list[tuple[int, float]]:
        near = index.search(question.text, CANDIDATES, scopes=(question.scope, ""), tiers=question.tiers)
        where, values = _visible(question)
        visible = {
            row[0]
            for row in self.db.execute(
                f"SELECT id FROM documents WHERE id IN ({', '.join('?' * len(near))}) AND {where}",
                [*(document for document, _ in near), *values],
            )
        }
        return [(document, score) for document, score in near if document in visible]

    def _hit(self, document: int, parts: dict[str, Part], now: float) -> Hit:
        tier, ref, text, state = self.db.execute(
            "SELECT tier, ref, text, state FROM documents WHERE id = ?", [document]
        ).fetchone()
        held = decay.retrievability(self.strength(document), now, self._curve)
        found = sum(part.added for part in parts.values())
        parts = {**parts, "strength": Part(0, held, found * self._weights.strength * (held - 1))}
        # What is wrong now stands behind what holds, however well its words match.
        if state == "superseded":
            parts["validity"] = Part(0, 0.0, -found / 2)
        why = ", ".join(f"{name} #{part.rank}" for name, part in parts.items() if part.rank)
        why += f", strength {held:.2f}" + ("" if state == "current" else f", {state}")
        return Hit(document, tier, ref, text, sum(part.added for part in parts.values()), parts, why)


CANDIDATES = 100
"""How many candidates each route may name."""

RANKABLE = 5000
"""How many documents the word route ranks at most: common words are left out as long as rarer ones are there."""

_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be but by for from had has have how i if in into is it its me my of on or so that the "
        "their them then there these this to was were what when where which who why will with you your",
    )
)


def query_words(text: str) -> list[str]:
    """The words worth searching for, each once: names like `iron_ingot` and `mineLogs` fall into their parts."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    words = re.findall(r"[^\W_]+", apart.lower())
    return [word for word in dict.fromkeys(words) if word not in _STOP_WORDS][:32]


def _visible(question: Question) -> tuple[str, list[Any]]:
    """Which documents a question may see: its scope and what holds everywhere, its tiers, what holds now."""
    where = f"documents.scope IN (?, '') AND documents.tier IN ({', '.join('?' * len(question.tiers))})"
    if not question.history:
        where += " AND documents.state = 'current'"
    return where, [question.scope, *question.tiers]


def _order(hit: Hit) -> tuple[float, int]:
    return -hit.score, -hit.document


def _within(hits: Sequence[Hit], tokens: int | None) -> tuple[tuple[Hit, ...], tuple[Hit, ...]]:
    if tokens is None:
        return tuple(hits), ()
    kept: list[Hit] = []
    cut: list[Hit] = []
    for hit in hits:
        cost = estimate_tokens(hit.text + "\n")
        (kept if cost <= tokens else cut).append(hit)
        tokens -= cost if cost <= tokens else 0
    return tuple(kept), tuple(cut)
