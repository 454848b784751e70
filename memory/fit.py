"""`memory fit`: the forgetting curve and the weights of recall, fitted on what happened to this user's own memories.

The log is cut by time: the first part fits and chooses, the rest judges, and both fitted and default are shown. What is
no better on the rest is not kept, except what a person names. The thresholds of silence are not fitted: what was held
back is never used, so a log can only ever ask for more silence. Writes only the fitted settings.
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
"""Questions with an outcome below which no weights are fitted."""
FEWEST_USES = 30
"""Uses of memories below which no curve is fitted."""
FEWEST_IN_VAIN = 5
"""Uses in vain, in the part that fits and in the one that judges, below which no curve is kept: a log of successes is
foretold best by never fading at all."""
STRETCHED, OTHER_CURVE = 4.0, 8.0
"""By how much summed log loss a curve must be better for each square of the logarithm of its scale, and for not being
the default: what few uses say is mostly chance (benchmarks/memory_fit.py measures what this is worth)."""
NEWEST = 200
"""Questions that are looked at for what they say of silence."""
_SCALES = (0.05, 0.1, 0.2, 0.35, 0.6, 1.0, 1.7, 3.0, 5.0, 10.0, 20.0, 50.0)
_PART = 2 / 3
"""Of the log, what fits and chooses; the rest judges."""
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
    """One curve: its log loss where it was fitted (`compared`) and on the held-out part, fitted and by default.

    In `compared` is what its distance from the default costs.
    """

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


@dataclass(frozen=True)
class Silence:
    """How many of the newest questions were answered by silence, and the least relevance at which an answer was of use.

    1 is enough to be shown; None where no answer was of use.
    """

    asked: int
    silent: int
    least: float | None


def reviews_of(db: Database) -> list[Review]:
    """All uses in order, each with the strength that it then had by earlier uses and by what bore it out.

    What was only borne out is none: nothing would ever have told of the opposite.
    """
    rows = db.execute(
        "SELECT document, outcome, borne_out, reviews.at, tier, documents.at FROM reviews JOIN documents "
        "ON documents.id = document ORDER BY reviews.id"
    )
    strengths: dict[int, decay.Strength] = {}
    found = []
    for document, outcome, borne_out, at, tier, made in rows:
        first = decay.first_strength("episodic" if tier in ("episode", "note") else "semantic", made)
        held = strengths.get(document, first)
        if not borne_out:
            found.append(Review(max(0.0, at - held.last_used), held.stability, outcome == "succeeded"))
        strengths[document] = decay.review(held, outcome, at)
    return found


def fit_curves(reviews: Sequence[Review]) -> list[CurveFit]:
    """Each curve fitted on the first part and judged on the rest, the chosen one first; empty if there are too few.

    The held-out part has no say in which is chosen.
    """
    if len(reviews) < FEWEST_USES:
        return []
    (fitting, rest), fits = _parts(reviews), []
    for curve in decay.CURVES:
        compared, scale = min((_compared(fitting, curve, scale), scale) for scale in _SCALES)
        fits.append(CurveFit(curve, scale, compared, log_loss(rest, curve, scale), log_loss(rest, curve, 1.0)))
    return sorted(fits, key=lambda fit: fit.compared)


def cannot_tell(reviews: Sequence[Review]) -> str:
    """Why these uses cannot tell one curve from another; '' if they can."""
    if len(reviews) < FEWEST_USES:
        return f"uses of memories so far: {len(reviews)}; a curve is fitted from {FEWEST_USES} on"
    fitting, rest = (sum(not review.succeeded for review in part) for part in _parts(reviews))
    if min(fitting, rest) < FEWEST_IN_VAIN:
        return (
            f"of {len(reviews)} uses, {fitting} in the part that fits and {rest} in the held-out part were in vain: "
            f"with fewer than {FEWEST_IN_VAIN} in each, slow fading cannot be told from none"
        )
    return ""


def choose(reviews: Sequence[Review]) -> tuple[dict[str, Any] | None, str]:
    """The curve to be kept for these uses, None if the default stays; and why."""
    return _chosen(fit_curves(reviews), cannot_tell(reviews), None)


def _chosen(fits: list[CurveFit], cannot: str, named: str | None) -> tuple[dict[str, Any] | None, str]:
    """(setting to keep, what is to be told about it); the curve that is named comes first among the fits."""
    fits.sort(key=lambda fit: fit.curve != named)
    unfitted = next((fit.default for fit in fits if fit.curve == (named or decay.DEFAULT)), 0.0)
    best = fits[0] if fits and not cannot and fits[0].held_out < unfitted - 1e-9 else None
    if named is not None:
        told = f"{named} as it is: {cannot}" if cannot else ""
        return {"curve": named, "scale": best.scale if best else 1.0, "by": "hand"}, told
    if best is not None:
        return {"curve": best.curve, "scale": best.scale, "by": "log"}, ""
    return None, cannot or "none foretells the held-out part better than the default"


def _parts(reviews: Sequence[Review]) -> tuple[Sequence[Review], Sequence[Review]]:
    cut = int(len(reviews) * _PART)
    return reviews[:cut], reviews[cut:]


def _compared(reviews: Sequence[Review], curve: str, scale: float) -> float:
    """Log loss with what it costs to leave the default."""
    cost = STRETCHED * math.log(scale) ** 2 + OTHER_CURVE * (curve != decay.DEFAULT)
    return log_loss(reviews, curve, scale) + cost / len(reviews)


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


def silence_of(db: Database, index: Index | None = None) -> Silence:
    """What the newest questions say of the thresholds: they are asked again, each as of its time."""
    recall = Recall(db, index)
    rows = db.execute(
        "SELECT question, at FROM asked ORDER BY at DESC, journey, iteration LIMIT ?", [NEWEST]
    ).fetchall()
    answers = [recall.ask(_of_then(question, at), now=at) for question, at in rows]
    useful = [recall.ask(question, now=at).relevance for question, at, _ in _questions(db)[-NEWEST:]]
    return Silence(len(rows), sum(answer.abstained for answer in answers), min(useful, default=None))


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
    setting, told = _chosen(curves, cannot_tell(reviews), curve)
    settings: dict[str, dict[str, Any] | None] = {"curve": setting, "weights": None}
    if chosen:
        settings["weights"] = {**fitted_weights(db).to_json(), **chosen}
    elif weights and weights.held_out > weights.default:
        settings["weights"] = weights.weights.to_json()
    kept = {name: fitted for name, fitted in settings.items() if fitted is not None and not dry}
    for name, fitted in kept.items():
        keep(db, name, fitted, now)
    return {
        "reviews": len(reviews),
        "in_vain": sum(not review.succeeded for review in reviews),
        "curves": [asdict(fit) for fit in curves],
        "curve_told": told,
        "weights": asdict(weights) if weights else None,
        "questions": len(_questions(db)),
        "questions_needed": FEWEST,
        "silence": asdict(silence_of(db, index)),
        "kept": {name: name in kept for name in settings},
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
        "WHERE outcome = 'succeeded' AND NOT borne_out "
        "GROUP BY asked.journey, asked.iteration ORDER BY asked.at, asked.journey"
    )
    return [
        (_of_then(question, at), at, frozenset(json.loads(documents))) for question, at, documents in rows.fetchall()
    ]


def _of_then(question: str, at: float) -> Question:
    return replace(Question.from_json(json.loads(question)), as_of=at)


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
