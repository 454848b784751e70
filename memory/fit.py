"""`memory fit`: the forgetting curve and the weights of recall, fitted on what happened to this user's own memories.

The log is cut by time: the first part fits and chooses, the rest judges, and both fitted and default are shown. What is
no better on the rest is not kept, except what a person names. Writes only the fitted settings.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from sqlite_utils import Database

from memory import decay
from memory.errors import Refused
from memory.fitted import fitted_weights, keep
from memory.index import Index
from memory.question import Question, Weights
from memory.recall import Recall

FEWEST = 40
"""Reviews, or questions with an outcome, below which nothing is fitted."""
_SCALES = (0.05, 0.1, 0.2, 0.35, 0.6, 1.0, 1.7, 3.0, 5.0, 10.0, 20.0, 50.0)
_PART = 2 / 3
"""Of the log, what fits; of that part again, what fits while curves are compared on its rest."""
MOST_WEIGHT = {field.name: 0.1 if field.name == "strength" else 2.0 for field in fields(Weights)}
"""How much each weight may be: fading tips the balance and never more."""


@dataclass(frozen=True)
class Review:
    """One use of a memory: how long after the use before it, how firm it was then, and whether it succeeded."""

    elapsed: float
    stability: float
    succeeded: bool


@dataclass(frozen=True)
class CurveFit:
    """One curve: its log loss where curves were compared, and on the held-out part, fitted and as it is by default."""

    curve: str
    scale: float
    compared: float
    held_out: float
    default: float


@dataclass(frozen=True)
class WeightFit:
    """Recall among the first ten on the held-out questions, by default and fitted."""

    weights: Weights
    held_out: float
    default: float
    questions: int


def reviews_of(db: Database) -> list[Review]:
    """All uses in order, each with the strength that the uses before it had given."""
    rows = db.execute(
        "SELECT document, outcome, reviews.at, tier, documents.at FROM reviews JOIN documents "
        "ON documents.id = document ORDER BY reviews.id"
    )
    strengths: dict[int, decay.Strength] = {}
    found = []
    for document, outcome, at, tier, made in rows:
        first = decay.first_strength("episodic" if tier in ("episode", "note") else "semantic", made)
        held = strengths.get(document, first)
        found.append(Review(max(0.0, at - held.last_used), held.stability, outcome == "succeeded"))
        strengths[document] = decay.review(held, outcome, at)
    return found


def fit_curves(reviews: Sequence[Review]) -> list[CurveFit]:
    """Each curve fitted on the first part and judged on the rest, the chosen one first; empty if there are too few.

    Curves are compared on the end of the first part, fitted on its beginning: the held-out part has no say.
    """
    cut = int(len(reviews) * _PART)
    if len(reviews) < FEWEST:
        return []
    fitting, rest, fits = reviews[:cut], reviews[cut:], []
    begins = int(cut * _PART)
    for curve in decay.CURVES:
        compared = log_loss(fitting[begins:], curve, _scale(fitting[:begins], curve))
        scale = _scale(fitting, curve)
        fits.append(CurveFit(curve, scale, compared, log_loss(rest, curve, scale), log_loss(rest, curve, 1.0)))
    return sorted(fits, key=lambda fit: fit.compared)


def _scale(reviews: Sequence[Review], curve: str) -> float:
    return min(_SCALES, key=lambda each: log_loss(reviews, curve, each))


def log_loss(reviews: Iterable[Review], curve: str, scale: float) -> float:
    """How surprised the curve is by what happened; lower is better."""
    losses = []
    for review in reviews:
        chance = decay.CURVES[curve](review.elapsed, review.stability * scale)
        chance = min(max(chance, 1e-4), 1 - 1e-4)
        losses.append(-math.log(chance if review.succeeded else 1 - chance))
    return sum(losses) / len(losses) if losses else 0.0


def fit_weights(db: Database, index: Index | None = None) -> WeightFit | None:
    """Weights under which recall would have put first what proved useful; None if there are too few questions.

    Each question is asked again as of its time, over what was kept before it, with each setting in turn.
    """
    asked = _questions(db)
    cut = int(len(asked) * _PART)
    if len(asked) < FEWEST:
        return None
    start = fitted_weights(db)
    best, reached = start, _found(db, index, start, asked[:cut])
    for name, values in _GRID.items():
        for value in values:
            tried = replace(best, **{name: value})
            score = _found(db, index, tried, asked[:cut])
            if score > reached:
                best, reached = tried, score
    held_out, default = (_found(db, index, each, asked[cut:]) for each in (best, Weights()))
    return WeightFit(best, held_out, default, len(asked))


def fit_all(
    db: Database,
    *,
    now: float,
    index: Index | None = None,
    dry: bool = False,
    curve: str | None = None,
    chosen: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """Fit both, keep what is better on the held-out part, and say what was found.

    A curve that is named is kept whatever the log says, stretched as fits it where that is better on the held-out part;
    so are weights that are given. Raises Refused for names and values that there are not.
    """
    if curve is not None and curve not in decay.CURVES:
        raise Refused(f"there is no curve {curve!r}; there are {', '.join(decay.CURVES)}")
    for name, value in (chosen or {}).items():
        if not 0 <= value <= MOST_WEIGHT.get(name, -1):
            raise Refused(f"{name}={value:g} is no weight; there are, from 0, {_listed(MOST_WEIGHT)}")
    reviews = reviews_of(db)
    curves, weights = fit_curves(reviews), None if chosen else fit_weights(db, index)
    kept: dict[str, Any] = {"curve": False, "weights": False}
    if curve is not None:
        curves.sort(key=lambda fit: fit.curve != curve)
        better = bool(curves) and curves[0].held_out < curves[0].default - 1e-9
        kept["curve"] = not dry
        if not dry:
            keep(db, "curve", {"curve": curve, "scale": curves[0].scale if better else 1.0, "by": "hand"}, now)
    elif curves:
        default = next(fit for fit in curves if fit.curve == "fsrs6").default
        kept["curve"] = not dry and curves[0].held_out < default - 1e-9
        if kept["curve"]:
            keep(db, "curve", {"curve": curves[0].curve, "scale": curves[0].scale, "by": "log"}, now)
    if chosen and not dry:
        kept["weights"] = True
        keep(db, "weights", {**fitted_weights(db).to_json(), **chosen}, now)
    if weights:
        kept["weights"] = not dry and weights.held_out > weights.default
        if kept["weights"]:
            keep(db, "weights", weights.weights.to_json(), now)
    return {
        "reviews": len(reviews),
        "needed": FEWEST,
        "curves": [asdict(fit) for fit in curves],
        "weights": asdict(weights) if weights else None,
        "kept": kept,
    }


def _listed(most: Mapping[str, float]) -> str:
    return ", ".join(f"{name} to {value:g}" for name, value in most.items())


_GRID: dict[str, tuple[float, ...]] = {
    "meaning": (0.0, 0.2, 0.4, 0.6),
    "marks": (0.2, 0.4, 0.6, 1.0, 1.5),
    "neighbours": (0.0, 0.15, 0.3, 0.5),
    "strength": (0.0, 0.05, 0.1),
}


def _questions(db: Database) -> list[tuple[Question, float, frozenset[int]]]:
    """(question, time, documents that were used with success in that iteration), oldest first."""
    rows = db.execute(
        "SELECT question, asked.at, json_group_array(document) FROM asked JOIN reviews USING (journey, iteration) "
        "WHERE outcome = 'succeeded' GROUP BY asked.journey, asked.iteration ORDER BY asked.at, asked.journey"
    )
    return [
        (replace(Question.from_json(json.loads(question)), as_of=at), at, frozenset(json.loads(documents)))
        for question, at, documents in rows.fetchall()
    ]


def _found(
    db: Database, index: Index | None, weights: Weights, asked: Sequence[tuple[Question, float, frozenset[int]]]
) -> float:
    """Mean reciprocal rank of what was used, over the questions."""
    recall = Recall(db, index, weights=weights)
    total = 0.0
    for question, at, useful in asked:
        hits = [hit.document for hit in recall.ask(question, now=at, limit=10).hits]
        ranks = itertools.chain((1 / rank for rank, document in enumerate(hits, 1) if document in useful), [0.0])
        total += next(ranks)
    return total / len(asked) if asked else 0.0
