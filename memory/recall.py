"""Recall: the memories that matter for a question, with the reason for each.

Several routes each rank candidates on their own (words, structure, meaning if an index is there), and reciprocal
rank fusion joins them; fading and validity only tip the balance. No route gates another, and all of it works with no
model and no network. Recalling never strengthens: only `used`, with an outcome, does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlite_utils import Database

from memory.decay import Outcome
from memory.episodic import Place
from memory.index import VectorIndex


@dataclass(frozen=True)
class Question:
    """What is asked for: words, and whatever is known of items, error codes and place.

    `scope` is the journey: its own memories and those that hold everywhere are seen, never those of another.
    """

    text: str
    scope: str = ''
    items: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    place: Place | None = None
    tiers: tuple[str, ...] = ('episode', 'fact', 'lesson')
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

    def __init__(self, db: Database, index: VectorIndex | None = None, *, weights: Weights = Weights(),
                 curve: str = 'fsrs6') -> None:
        self._db, self._index, self._weights, self._curve = db, index, weights, curve

    def ask(self, question: Question, *, now: float, limit: int = 8, tokens: int | None = None) -> Recalled:
        """The best `limit` memories for the question that fit into `tokens`."""
        raise NotImplementedError

    def used(self, documents: Sequence[int], outcome: Outcome, *, now: float, journey: str, iteration: int) -> None:
        """Tell how the use of recalled memories went; written once for each (document, journey, iteration)."""
        raise NotImplementedError
