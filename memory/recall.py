"""Recall: the memories that matter for a question, with the reason for each.

Several routes score candidates on their own and a weighted sum joins them; fading and validity only tip the balance. No
route gates another, and all of it works with no model and no network. If nothing is relevant, that is the answer.
Recalling never strengthens: only `used`, with an outcome, does.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sqlite_utils import Database

from memory import decay
from memory.db import atomic
from memory.decay import Outcome, Strength
from memory.documents import LISTED, listed
from memory.fitted import fitted_curve, fitted_weights
from memory.guard import redact_all
from memory.index import Index
from memory.log import canonical
from memory.packing import pack_hits
from memory.question import ABOUT, ADVICE, EPISODIC, SEMANTIC, Hit, Part, Question, Recalled, Weights
from memory.routes import Found, best_first, by_marks, by_meaning, by_neighbours, by_words, query_words, with_words
from memory.strengths import record_use, strength_of, strengths_of
from memory.then import rewritten, versions

__all__ = ["Hit", "Part", "Question", "Recall", "Recalled", "Weights", "query_words"]

SHARES = 4
"""What happened, what is so and what is advised each keep one part in so many of the places, if they have the hits."""

ALIKE = 0.5
"""Share of its score that a memory loses if it says exactly what a better one says."""

SINCE = {"superseded": "wrong now", "archived": "out of mind now", "merged": "merged since"}
"""What the state of a document that is not current says of what it told."""

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
        then = rewritten(self.db, question)
        routes = {"words": by_words(self.db, question, then), "marks": by_marks(self.db, question, then)}
        if self._index is not None:
            routes["meaning"] = by_meaning(self.db, question, self._index, then)
        routes["words"] = with_words(self.db, question, routes["words"], routes["marks"], then)
        relevance = self._relevance(routes)
        if not any(found.scores for found in routes.values()):
            return Recalled((), (), (), 0.0, abstained=True)
        routes = self._fuse(question, routes)
        names = tuple(name for name, found in routes.items() if found.scores)
        if relevance < 1:
            return Recalled((), (), names, relevance, abstained=True)
        hits = self._best(question, routes, now, limit)
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

    def _relevance(self, routes: Mapping[str, Found]) -> float:
        """How well the best of what was found covers the question: 1 is enough.

        Words and meaning are weighed together: each is wrong about other questions. Words that are plain enough do
        without, as the vectors of what is new may still be missing.
        """
        words, alone = routes["words"], routes["words"].held / self._weights.enough_words
        meaning = routes["meaning"] if "meaning" in routes else Found({})
        if not meaning.scores:
            return max(routes["marks"].relevance, alone)
        both = (words.relevance + meaning.relevance) / self._weights.enough_both
        return max(routes["marks"].relevance, alone / 4, both)

    def _fuse(self, question: Question, routes: dict[str, Found]) -> dict[str, Found]:
        """The routes with their scores weighted, and beside them what neighbours lend each other."""
        weighted = {
            name: Found({document: weight * score for document, score in found.scores.items()}, found.relevance)
            for name, found in routes.items()
            for weight in [getattr(self._weights, name)]
        }
        gained = by_neighbours(self.db, question, _sums(weighted), self._weights.neighbours)
        return {**weighted, "neighbours": Found(gained)}

    def _best(self, question: Question, routes: dict[str, Found], now: float, limit: int) -> list[Hit]:
        """The best hits; each kind of knowledge keeps a share of the places if it has the hits."""
        sums, most = _sums(routes), 3 * limit
        likely = best_first(sums)
        groups: dict[str, list[int]] = {"happened": [], "is so": [], ADVICE: []}
        # Strength and validity only take away, so what is far behind on the routes cannot come to the front.
        for some in (likely[: 4 * most], likely[4 * most :]):
            sql = f"SELECT id, tier FROM documents WHERE id IN {LISTED}"
            tiers = dict(self.db.execute(sql, [listed(some)]).fetchall())
            for document in some:
                groups[ABOUT.get(tiers[document], ADVICE)].append(document)
            if all(len(group) >= most for group in groups.values()):
                break
        likely = [document for group in groups.values() for document in group[:most]]
        hits = self._hits(question, likely, routes, now)
        found = [
            _varied(self._reranked(question, [hits[document] for document in group[:most]]), limit)
            for group in groups.values()
        ]
        share = limit // SHARES
        kept = [hit for group in found for hit in group[:share]]
        rest = sorted((hit for group in found for hit in group[share:]), key=_order)
        return sorted([*kept, *rest[: max(0, limit - len(kept))]], key=_order)[:limit]

    def _hits(
        self, question: Question, documents: Sequence[int], routes: dict[str, Found], now: float
    ) -> dict[int, Hit]:
        """Hits with every part of their score, by document; as they were then, if a time is asked about."""
        sql = f"SELECT id, tier, ref, text, state, sensitivity FROM documents WHERE id IN {LISTED}"
        ranks = {name: _ranks(found) for name, found in routes.items()}
        strengths = strengths_of(self.db, documents, question.as_of)
        then = versions(self.db, documents, question)
        hits = {}
        for document, tier, ref, text, state, sensitivity in self.db.execute(sql, [listed(documents)]).fetchall():
            parts = {
                name: Part(ranks[name][document], added / (getattr(self._weights, name) or 1.0), added)
                for name, found in routes.items()
                if (added := found.scores.get(document)) is not None
            }
            held = decay.retrievability(strengths[document], now, self._curve, self._scale)
            summed = sum(part.added for part in parts.values())
            parts["strength"] = Part(0, held, summed * self._weights.strength * (held - 1))
            # What is wrong now stands behind what holds, however well its words match.
            if state == "superseded" and question.as_of is None:
                parts["validity"] = Part(0, 0.0, -summed / 2)
            since = SINCE.get(state, "")
            if document in then:
                since = since or ("says otherwise now" if then[document].text != text else "")
                text = then[document].text
                sensitivity = then[document].sensitivity if sensitivity == "plain" else sensitivity
            why = ", ".join(f"{name} #{part.rank}" for name, part in parts.items() if part.rank)
            why += f", strength {held:.2f}" + (f", {since}" if since else "")
            score = sum(part.added for part in parts.values())
            hits[document] = Hit(document, tier, ref, text, score, parts, why, sensitivity, since=since)
        return hits

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
            (known,) = self.db.execute("SELECT coalesce(max(id), 0) FROM journal").fetchone()
            kept = canonical(redact_all(replace(question, known=known).to_json()))
            self.db.execute("INSERT OR IGNORE INTO asked VALUES (?, ?, ?, ?)", [*log, now, kept])


def _sums(routes: dict[str, Found]) -> dict[int, float]:
    """What all routes together give each candidate."""
    sums: dict[int, float] = {}
    for found in routes.values():
        for document, score in found.scores.items():
            sums[document] = sums.get(document, 0.0) + score
    return sums


def _ranks(found: Found) -> dict[int, int]:
    """The place of each candidate on one route, from 1."""
    return {document: rank for rank, document in enumerate(best_first(found.scores), 1)}


def _varied(hits: Sequence[Hit], limit: int) -> list[Hit]:
    """The best hits, where each that says nearly the same as a better one stands back: ten alike tell little."""
    chosen: list[Hit] = []
    words: dict[int, frozenset[str]] = {}
    # What a hit is worth only falls while others are chosen, so most need not be compared with all of them.
    waiting = [(-hit.score, -hit.document, hit, 0.0, 0) for hit in hits]
    heapq.heapify(waiting)
    while waiting and len(chosen) < limit:
        _, order, hit, alike, compared = heapq.heappop(waiting)
        if compared < len(chosen):
            own = words.setdefault(hit.document, frozenset(query_words(hit.text)))
            alike = max(alike, *(_overlap(words[each.document], own) for each in chosen[compared:]))
            heapq.heappush(waiting, (-hit.score * (1 - ALIKE * alike), order, hit, alike, len(chosen)))
            continue
        again = -hit.score * ALIKE * alike
        if again:
            hit = replace(hit, score=hit.score + again, parts={**hit.parts, "again": Part(0, 0.0, again)})
        words.setdefault(hit.document, frozenset(query_words(hit.text)))
        chosen.append(hit)
    return chosen


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """How much two texts say the same: 0 up to half of their words, 1 for all of them."""
    common = len(one & other) / max(1, len(one | other))
    return max(0.0, 2 * common - 1)


def _order(hit: Hit) -> tuple[float, int]:
    return -hit.score, -hit.document
