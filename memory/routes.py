"""The routes of recall: each finds candidates in its own way and scores them from 0 to 1.

By words, by marks (same item, error, goal, place), by meaning if there is an index, and from a hit to what happened
just before and after it. No route gates another, and each asks under the question's condition of what may be seen.
`then` is what has been written anew since the time that is asked about, as it was then. Nothing here writes.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlite_utils import Database

from memory.documents import LISTED, Layer, listed, regions_around
from memory.index import Index
from memory.items import Item, marks_of
from memory.question import EPISODIC, SEMANTIC, TIERS, Question
from memory.signature import signature
from memory.then import having

CANDIDATES = 200
"""How many candidates each route may name."""

RANKABLE = 2000
"""How many documents the word route ranks: common words are left out as long as rarer ones are there, and of a word
that is common and alone only the newest documents are looked at."""

SEEDS = 100
"""How many of the best candidates lend a part of their score to their neighbours."""

_BM25 = "bm25(words, 1.0, 0.5)"
"""A word of what came just before counts half."""
_BM25_CEILING = 2.2
"""No word adds more than its rarity times this (k1 + 1 of FTS5's bm25)."""

_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a about after again all also am an and any are as at be because been before being between both but by can "
        "could d did do does doing done during each few for from had has have he her here hers him his how i if in "
        "into is it its just ll m may me might more most must my of off on once only or other our ours out over "
        "own re s same shall she should so some such t than that the their them then there these they this to too "
        "under until up us ve very was we were what when where which while who whom whose why will with would you "
        "your",
    )
)


@dataclass(frozen=True)
class Found:
    """Candidates of one route with scores from 0 to 1, and how well the best covers the question in itself.

    `held` is how much of it the best holds by its words alone, where there is nothing else to go by.
    """

    scores: Mapping[int, float]
    relevance: float = 0.0
    held: float = 0.0


def best_first(scores: Mapping[int, float]) -> list[int]:
    """Documents by their scores, the newer one first where two are equal."""
    # Two plain sorts cost half of one by pairs: the second keeps the order of the first among equals.
    return sorted(sorted(scores, reverse=True), key=scores.__getitem__, reverse=True)


def query_words(text: str) -> list[str]:
    """The words worth searching for, each once: names like `iron_ingot` and `mineLogs` fall into their parts."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    words = re.findall(r"[^\W_]+", apart.lower())
    return [word for word in dict.fromkeys(words) if word not in _STOP_WORDS][:32]


def by_words(db: Database, question: Question, then: Mapping[int, Item]) -> Found:
    """Documents with the question's words in them, or in what came just before them."""
    words = query_words(" ".join([question.text, *question.items, *question.errors]))
    total, newest = _newest(db), _newest(db, question.as_of)
    counts = _counts(db, words, total)
    then_counts = counts if newest == total else _counts(db, words, newest)
    rarity = {word: _rarity(count, total) for count, word in counts}
    found = {
        document: score
        for document, score in _indexed(db, question, then_counts, newest).items()
        if document not in then
    }
    said = {document: item.text for document, item in then.items() if question.is_about(item.world)}
    told = having(words, said) if said else {}
    for word, documents in told.items():
        for document in documents:
            found[document] = found.get(document, 0.0) + rarity[word]
    if not found:
        return Found({})
    first, ceiling = best_first(found)[0], _BM25_CEILING * sum(rarity.values())
    best = max(found[first], 1e-9)
    inside = {word for word, documents in told.items() if first in documents} if first in then else None
    return Found(
        {document: score / best for document, score in found.items()},
        min(1.0, best / max(ceiling, 1e-9)),
        _held(counts, total, _inside(db, words, first) if inside is None else inside),
    )


def _inside(db: Database, words: Sequence[str], document: int) -> set[str]:
    """Which words a document has, or what came just before it."""
    asking = "SELECT 1 FROM words WHERE words MATCH ? AND rowid = ?"
    return {word for word in words if db.execute(asking, [f'"{word}"', document]).fetchone()}


def _held(counts: Sequence[tuple[int, str]], total: int, inside: Collection[str]) -> float:
    """The share of a question's rarity that some of its words have, times the root of their number.

    One word in common may be chance, two are hardly. Rarity is smoothed, so that the words of a small memory weigh too.
    """
    rarity = {word: math.log1p((max(total, count) - count + 0.5) / (count + 0.5)) for count, word in counts}
    return sum(rarity[word] for word in inside) / sum(rarity.values()) * math.sqrt(len(inside))


def _indexed(db: Database, question: Question, counts: Sequence[tuple[int, str]], newest: int) -> dict[int, float]:
    """Documents up to the newest that the index of words finds, each with its bm25; `counts` are of those alone."""
    terms = _rare(counts)
    if not terms:
        return {}
    where, values = question.visible()
    matching = " OR ".join(f'"{term}"' for term in terms)
    # Only what may be seen is ranked: bm25 is asked for after the condition, and CROSS JOIN keeps SQLite to that order.
    rows: list[tuple[int, float]] = db.execute(
        f"SELECT documents.id, -{_BM25} AS score FROM words CROSS JOIN documents ON documents.id = words.rowid "
        f"WHERE words MATCH ? AND words.rowid BETWEEN ? AND ? AND {where} "
        "ORDER BY score DESC, documents.id DESC LIMIT ?",
        [matching, _oldest(db, terms, counts, newest), newest, *values, CANDIDATES],
    ).fetchall()
    return dict(rows)


def with_words(db: Database, question: Question, words: Found, others: Found, then: Mapping[int, Item]) -> Found:
    """The word route with what another route found and this one did not rank, as much as its texts have the words.

    Such a document is at most as good as the last one that was ranked. Without this, what is in few words would lose to
    the mass of what happened as soon as that fills the ranks.
    """
    if len(words.scores) < CANDIDATES:
        return words
    best = best_first(others.scores)[:CANDIDATES]
    unranked = [document for document in best if document not in words.scores and document not in then]
    asked, last = {*query_words(question.text)}, min(words.scores.values())
    found = {
        document: last * len(asked & {*query_words(text)}) / max(1, len(asked))
        for document, text in db.execute(f"SELECT id, text FROM documents WHERE id IN {LISTED}", [listed(unranked)])
    }
    return replace(words, scores={**words.scores, **{document: score for document, score in found.items() if score}})


def by_marks(db: Database, question: Question, then: Mapping[int, Item]) -> Found:
    """Same error most, same goal, item or skill next, what holds or lacks it less, same place least; newer first.

    What is marked with a thing that was asked about is relevant, whatever its words. What only happened near is not,
    unless nothing but the place is asked about.
    """
    wanted = [(3.0, "signature", signature(code, message)) for code, message in question.failures]
    wanted += [(2.0, "error", code) for code in question.errors]
    wanted += [(1.0, "goal", question.goal)] if question.goal else []
    kinds = {"lacks": 0.6, "holds": 0.6, "item": 1.0, "skill": 1.0}
    wanted += [(weight, kind, name) for name in question.items for kind, weight in kinds.items()]
    if question.place:
        wanted += [(0.5, "place", name) for name in regions_around(question.place.x, question.place.z)]
    scores: dict[int, dict[str, float]] = {}
    places = list(itertools.product(question.scopes, _layers(question)))
    marked_then = [(document, item.world, set(marks_of(item))) for document, item in then.items()]
    for weight, kind, name in wanted:
        # How an error was mended is worth knowing in whichever world it was.
        asked = question.in_any_world() if kind == "signature" else question
        where, values = asked.visible()
        for document, world, marks in marked_then:
            if (kind, name) in marks and asked.is_about(world):
                scores.setdefault(document, {})[name] = weight
        for scope, layer in places:
            for (document,) in db.execute(
                "SELECT document FROM marks CROSS JOIN documents ON documents.id = document "
                "WHERE kind = ? AND value = ? AND marks.scope = ? AND layer = ? "
                f"AND {where} ORDER BY document DESC LIMIT ?",
                [kind, name, scope, layer, *values, CANDIDATES],
            ):
                if document not in then:
                    scores.setdefault(document, {})[name] = weight
    most = sum({name: weight for weight, kind, name in wanted if kind != "place"}.values()) + 0.5 * bool(question.place)
    summed = {document: sum(found.values()) / most for document, found in scores.items()} if scores else {}
    ranked = best_first(summed)[: 2 * CANDIDATES]
    near = {name for _, kind, name in wanted if kind == "place"}
    if len(near) == len(wanted) and not query_words(question.text):
        near = set()
    relevant = any(found.keys() - near for found in scores.values())
    return Found({document: min(1.0, summed[document]) for document in ranked}, float(relevant))


def by_meaning(db: Database, question: Question, index: Index, then: Mapping[int, Item]) -> Found:
    """Documents that mean something similar, by the cosine of their vectors."""
    tiers = None if set(question.tiers) == set(TIERS) else question.tiers
    wanted, whole = CANDIDATES, False
    while not whole:
        near = index.search(question.text, wanted, scopes=question.scopes, tiers=tiers)
        visible = _visible(db, question, [document for document, _ in near])
        seen = [(document, cosine) for document, cosine in near if document in visible and document not in then]
        # An index knows no times: what came after the one that is asked about fills its ranks.
        whole = question.as_of is None or len(seen) >= CANDIDATES or len(near) < wanted
        wanted *= 4
    seen = seen[:CANDIDATES]
    if not seen:
        return Found({})
    best, worst = seen[0][1], seen[-1][1]
    width = max(best - worst, 1e-9)
    scores = {document: (cosine - worst) / width if len(seen) > 1 else 1.0 for document, cosine in seen}
    return Found(scores, max(0.0, best))


def by_neighbours(db: Database, question: Question, scores: Mapping[int, float], share: float) -> dict[int, float]:
    """What each memory gets from those before and after it in the same sequence: a share, and half of that one on."""
    best = best_first(scores)[:SEEDS]
    gained: dict[int, float] = {}
    # Two chains from each seed, one back and one on; each step halves what is passed along.
    for step in (
        f"SELECT id, before FROM documents WHERE id IN {LISTED} AND before IS NOT NULL",
        f"SELECT before, id FROM documents WHERE before IN {LISTED}",
    ):
        chain = {document: scores[document] for document in best}
        for part in (share, share / 2):
            further: dict[int, float] = {}
            for come_from, to in db.execute(step, [listed(chain)]).fetchall():
                further[to] = further.get(to, 0.0) + chain[come_from]
            for document, passed in further.items():
                gained[document] = gained.get(document, 0.0) + part * passed
            chain = further
            if not chain:
                break
    allowed = _visible(db, question, [document for document in gained if document not in scores])
    return {document: score for document, score in gained.items() if document in scores or document in allowed}


def _visible(db: Database, question: Question, documents: Sequence[int]) -> set[int]:
    """Those of some documents that the question may see."""
    where, values = question.visible()
    rows = db.execute(f"SELECT id FROM documents WHERE id IN {LISTED} AND {where}", [listed(documents), *values])
    return {row[0] for row in rows.fetchall()}


def _newest(db: Database, as_of: float | None = None) -> int:
    """The last document that there is, or was at a time."""
    where, values = ("WHERE at <= ?", [as_of]) if as_of is not None else ("", [])
    row = db.execute(f"SELECT id FROM documents {where} ORDER BY id DESC LIMIT 1", values).fetchone()
    return int(row[0]) if row else 0


def _counts(db: Database, words: Sequence[str], newest: int) -> list[tuple[int, str]]:
    """In how many documents each word is, counted no further than is needed to call it common; rarest first."""
    counting = "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? AND rowid <= ? LIMIT ?)"
    return sorted((db.execute(counting, [f'"{word}"', newest, 4 * RANKABLE]).fetchone()[0], word) for word in words)


def _rare(counts: Sequence[tuple[int, str]]) -> list[str]:
    """The rarest words first, for as long as all they are found in can be ranked quickly."""
    kept: list[str] = []
    total = 0
    for count, word in counts:
        total += count
        if count and (not kept or total <= RANKABLE):
            kept.append(word)
    return kept


def _oldest(db: Database, terms: Sequence[str], counts: Sequence[tuple[int, str]], newest: int) -> int:
    """The document from which on to rank: 0 for all, later for a word that is in too many."""
    if counts and sum(count for count, word in counts if word in terms) <= RANKABLE:
        return 0
    row = db.execute(
        "SELECT rowid FROM words WHERE words MATCH ? AND rowid <= ? ORDER BY rowid DESC LIMIT 1 OFFSET ?",
        [f'"{terms[0]}"', newest, RANKABLE],
    ).fetchone()
    return int(row[0]) if row else 0


def _rarity(count: int, total: int) -> float:
    """The weight that bm25 gives to a word; one that is nowhere weighs most."""
    return max(1e-6, math.log((max(total, count) - count + 0.5) / (count + 0.5)))


def _layers(question: Question) -> list[Layer]:
    """The layers of marks in which there may be something to see."""
    layers: list[Layer] = ["happened"] if set(question.tiers) & set(EPISODIC) else []
    if set(question.tiers) & set(SEMANTIC):
        layers += ["learned", "past"] if question.history or question.as_of is not None else ["learned"]
    return layers
