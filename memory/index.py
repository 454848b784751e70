"""The dense index: vectors of documents in SQLite, searched exactly. Derived: `reindex` rebuilds it from the words.

Vectors are kept with the id of the model that made them, so a change of model never mixes spaces and never wipes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sqlite_utils import Database


class Embedder(Protocol):
    """Turns texts into unit vectors. `id` names model and precision; equal ids give comparable vectors."""

    id: str
    size: int

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector for each text."""


class VectorIndex:
    """Exact nearest neighbours over the vectors of one model."""

    def __init__(self, db: Database, embedder: Embedder) -> None:
        self._db, self._embedder = db, embedder

    def update(self) -> int:
        """Embed the documents that have no vector yet, or whose words changed; returns how many."""
        raise NotImplementedError

    def reindex(self) -> int:
        """Forget this model's vectors and embed everything again; returns how many."""
        raise NotImplementedError

    def search(self, text: str, limit: int = 50) -> list[tuple[int, float]]:
        """(document, cosine) of the nearest documents, nearest first."""
        raise NotImplementedError
