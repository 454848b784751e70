"""Recall: the memories that matter for a question, with the reason for each.

Several routes score candidates on their own and a weighted sum joins them; fading and validity only tip the balance. No
route gates another, and all of it works with no model and no network. If nothing is relevant, that is the answer.
Recalling never strengthens: only `used`, with an outcome, does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlite_utils import Database

from memory import decay
from memory.db import atomic
from memory.decay import Outcome, Strength
from memory.fitted import fitted_curve, fitted_weights
from memory.index import Index
from memory.log import canonical
from memory.packing import pack_hits
from memory.question import EPISODIC, SEMANTIC, Hit, Part, Question, Recalled, Weights
from memory.routes import Found, by_marks, by_meaning, by_neighbours, by_words, query_words
from memory.strengths import record_use, strength_of

__all__ = ["Hit", "Part", "Question", "Recall", "Recalled", "Weights", "query_words"]

SWITCHES = ("episodic", "semantic", "decay")
"""What can be switched off, to measure what it is worth."""

ALIKE = 0.5
"""Share of its score that a memory loses if it says exactly what a better one says."""

Rerank = Callable[[str, Sequence[str]], Sequence[float]]
"""A model's opinion: how relevant each text is to the question, from 0 to 1."""


class Recall:
    """Asks all routes over one database.

    Weights and curve are those fitted on this database, if any. `off` switches tiers or fading off. `rerank` may
    reorder the best hits; a failure of it changes nothing.
    """

    def __init__(
        self,
        db: Database,
        index: Index | None = None,
        *,
        weights: Weights | None = None,
        curve: str | None = None,
        off: Sequence[str] = (),
        rerank: Rerank | None = None,
    ) -> None:
        self.db, self._index, self._rerank = db, index, rerank
        weights = weights or fitted_weights(db)
        self._curve, self._scale = (curve, 1.0) if curve else fitted_curve(db)
        self._weights = replace(weights, strength=0.0) if "decay" in off else weights
        self._off = {
            tier for name, tiers in (("episodic", EPISODIC), ("semantic", SEMANTIC)) if name in off for tier in tiers
        }

    def ask(
        self,
        question: Question,
        *,
        now: float,
        limit: int = 8,
        tokens: int | None = None,
        log: tuple[str, int] | None = None,
    ) -> Recalled:
        """The best `limit` memories for the question that fit into `tokens`.

        `log` names the (journey, iteration) that asks, so that weights can be fitted on what later proved useful.
        """
        if log is not None:
            self._log(question, now, log)
        question = replace(question, tiers=tuple(tier for tier in question.tiers if tier not in self._off))
        routes = {"words": by_words(self.db, question), "marks": by_marks(self.db, question)}
        if self._index is not None:
            routes["meaning"] = by_meaning(self.db, question, self._index)
        enough = {"words": self._weights.enough_words, "meaning": self._weights.enough_meaning, "marks": 1.0}
        relevance = max(found.relevance / enough[route] for route, found in routes.items())
        if not any(found.scores for found in routes.values()):
            return Recalled((), (), (), 0.0, abstained=True)
        parts = self._fuse(question, routes)
        names = tuple(name for name in (*routes, "neighbours") if any(name in each for each in parts.values()))
        if relevance < 1:
            return Recalled((), (), names, relevance, abstained=True)
        hits = self._best(question, parts, now, limit)
        if tokens is None:
            return Recalled(tuple(replace(hit, shown=hit.text) for hit in hits), (), names, relevance)
        kept, cut = pack_hits(hits, tokens)
        return Recalled(kept, cut, names, relevance)

    def used(self, documents: Sequence[int], outcome: Outcome, *, now: float, journey: str, iteration: int) -> None:
        """Tell how the use of recalled memories went; written once for each (document, journey, iteration)."""
        record_use(self.db, documents, outcome, now=now, journey=journey, iteration=iteration)

    def strength(self, document: int) -> Strength:
        """How well a memory holds; one that was never used has the first strength of its tier."""
        return strength_of(self.db, document)

    def why_not(self, question: Question, document: int, *, now: float) -> str:
        """Why a memory is not among the hits, or at which place it is."""
        where, values = question.visible()
        row = self.db.execute(f"SELECT id FROM documents WHERE id = ? AND {where}", [document, *values]).fetchone()
        if row is None:
            return "it may not be seen under this question: another scope or tier, out of mind, or wrong now"
        hits = self.ask(question, now=now, limit=1000).hits
        for place, hit in enumerate(hits, 1):
            if hit.document == document:
                return f"it is number {place} of {len(hits)}: {hit.why}"
        return "no route found it: no common word, mark or neighbour"

    def _fuse(self, question: Question, routes: dict[str, Found]) -> dict[int, dict[str, Part]]:
        parts: dict[int, dict[str, Part]] = {}
        for route, found in routes.items():
            weight = getattr(self._weights, route)
            ranked = sorted(found.scores, key=lambda each: (-found.scores[each], -each))
            for rank, document in enumerate(ranked, 1):
                score = found.scores[document]
                parts.setdefault(document, {})[route] = Part(rank, score, weight * score)
        sums = {document: sum(part.added for part in each.values()) for document, each in parts.items()}
        gained = by_neighbours(self.db, question, sums, self._weights.neighbours)
        for rank, document in enumerate(sorted(gained, key=lambda each: (-gained[each], -each)), 1):
            parts.setdefault(document, {})["neighbours"] = Part(rank, gained[document], gained[document])
        return parts

    def _best(self, question: Question, parts: dict[int, dict[str, Part]], now: float, limit: int) -> list[Hit]:
        """The best hits; what happened and what was learned each keep a third of the places if they have the hits."""
        likely = sorted(parts, key=lambda each: (-sum(part.added for part in parts[each].values()), -each))
        groups: dict[bool, list[int]] = {True: [], False: []}
        for start in range(0, len(likely), 500):
            some = likely[start : start + 500]
            sql = f"SELECT id, tier FROM documents WHERE id IN ({', '.join('?' * len(some))})"
            tiers = dict(self.db.execute(sql, some).fetchall())
            for document in some:
                groups[tiers[document] in EPISODIC].append(document)
        # Strength and validity only take away, so what is far behind on the routes cannot come to the front.
        found = [
            _varied(self._reranked(question, [self._hit(each, parts[each], now) for each in group[: 3 * limit]]), limit)
            for group in groups.values()
        ]
        kept = [hit for group in found for hit in group[: limit // 3]]
        rest = sorted((hit for group in found for hit in group[limit // 3 :]), key=_order)
        return sorted([*kept, *rest[: max(0, limit - len(kept))]], key=_order)[:limit]

    def _hit(self, document: int, parts: dict[str, Part], now: float) -> Hit:
        tier, ref, text, state, sensitivity = self.db.execute(
            "SELECT tier, ref, text, state, sensitivity FROM documents WHERE id = ?", [document]
        ).fetchone()
        held = decay.retrievability(self.strength(document), now, self._curve, self._scale)
        found = sum(part.added for part in parts.values())
        parts = {**parts, "strength": Part(0, held, found * self._weights.strength * (held - 1))}
        # What is wrong now stands behind what holds, however well its words match.
        if state == "superseded":
            parts["validity"] = Part(0, 0.0, -found / 2)
        why = ", ".join(f"{name} #{part.rank}" for name, part in parts.items() if part.rank)
        why += f", strength {held:.2f}" + ("" if state == "current" else f", {state}")
        return Hit(document, tier, ref, text, sum(part.added for part in parts.values()), parts, why, sensitivity)

    def _reranked(self, question: Question, hits: list[Hit]) -> list[Hit]:
        hits = sorted(hits, key=_order)
        if self._rerank is None or not hits:
            return hits
        opinions = self._rerank(question.text, [hit.text for hit in hits])
        if len(opinions) != len(hits):
            return hits
        best = hits[0].score
        judged = [
            replace(hit, score=hit.score + added, parts={**hit.parts, "model": Part(0, opinion, added)})
            for hit, opinion in zip(hits, opinions, strict=True)
            for added in [best * min(1.0, max(0.0, float(opinion)))]
        ]
        return sorted(judged, key=_order)

    def _log(self, question: Question, now: float, log: tuple[str, int]) -> None:
        with atomic(self.db):
            self.db.execute(
                "INSERT OR IGNORE INTO asked VALUES (?, ?, ?, ?)", [*log, now, canonical(question.to_json())]
            )


def _varied(hits: Sequence[Hit], limit: int) -> list[Hit]:
    """The best hits, where each that says nearly the same as a better one stands back: ten alike tell little."""
    left, chosen = list(hits), list[Hit]()
    words = {hit.document: frozenset(query_words(hit.text)) for hit in hits}
    alike = dict.fromkeys(words, 0.0)
    while left and len(chosen) < limit:
        best = max(left, key=lambda hit: (hit.score * (1 - ALIKE * alike[hit.document]), hit.document))
        left.remove(best)
        again = -best.score * ALIKE * alike[best.document]
        if again:
            best = replace(best, score=best.score + again, parts={**best.parts, "again": Part(0, 0.0, again)})
        chosen.append(best)
        for hit in left:
            alike[hit.document] = max(alike[hit.document], _overlap(words[best.document], words[hit.document]))
    return chosen


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """How much two texts say the same: 0 up to half of their words, 1 for all of them."""
    common = len(one & other) / max(1, len(one | other))
    return max(0.0, 2 * common - 1)


def _order(hit: Hit) -> tuple[float, int]:
    return -hit.score, -hit.document
