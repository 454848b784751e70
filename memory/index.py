"""The dense index: vectors of documents in SQLite, searched exactly. Derived: `reindex` rebuilds it from the words.

Vectors are kept with the id of the model that made them, so a change of model never mixes spaces and never wipes.
Exact search in memory is fast enough up to about 100,000 documents; chroma.py serves more. numpy comes with the
extras for dense recall and is imported only when a vector is touched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

from sqlite_utils import Database

from memory.db import atomic
from memory.errors import DenseUnavailable

BATCH = 32
"""How many texts are embedded at a time, and kept in one transaction."""


class Embedder(Protocol):
    """Turns texts into unit vectors. `id` names model and precision; equal ids give comparable vectors."""

    id: str
    size: int

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector of length 1 and of `size` numbers for each text."""
        ...


class Index(Protocol):
    """A dense route for recall; derived from the documents, and rebuilt from them at will."""

    def search(
        self, text: str, limit: int = 50, *, scopes: Collection[str] | None = None, tiers: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        """(document, cosine) of the nearest documents, nearest first, within the scopes and tiers."""
        ...


@dataclass(frozen=True)
class Coverage:
    """How far the vectors of a model follow the documents: `missing` are still to be embedded."""

    model: str
    documents: int
    missing: int


class VectorIndex:
    """Exact nearest neighbours over the vectors of one model."""

    def __init__(self, db: Database, embedder: Embedder) -> None:
        self.db, self.embedder = db, embedder
        self._forget()

    def coverage(self) -> Coverage:
        """Whether the index says the same as the documents. A vector of changed words is gone with the change."""
        documents, missing = self.db.execute(
            "SELECT count(*), sum(vectors.id IS NULL) FROM documents "
            "LEFT JOIN vectors ON document = documents.id AND model = ?",
            [self.embedder.id],
        ).fetchone()
        return Coverage(self.embedder.id, int(documents), int(missing or 0))

    def update(self, limit: int = -1) -> int:
        """Embed up to `limit` documents that have no vector, newest first; returns how many.

        The model runs outside the transaction: nobody waits for it.
        """
        waiting = self.db.execute(
            "SELECT documents.id, text FROM documents LEFT JOIN vectors ON document = documents.id AND model = ? "
            "WHERE vectors.id IS NULL ORDER BY documents.id DESC LIMIT ?",
            [self.embedder.id, limit],
        ).fetchall()
        np = numpy()
        for start in range(0, len(waiting), BATCH):
            batch = waiting[start : start + BATCH]
            vectors = self.embedder.embed([text for _, text in batch])
            with atomic(self.db):
                self.db.conn.executemany(
                    "INSERT OR REPLACE INTO vectors (document, model, hash, vector) "
                    "SELECT id, ?, ?, ? FROM documents WHERE id = ? AND text = ?",
                    [
                        (
                            self.embedder.id,
                            _hash(text),
                            np.asarray(vector, dtype=np.float32).tobytes(),
                            document,
                            text,
                        )
                        for (document, text), vector in zip(batch, vectors, strict=True)
                    ],
                )
        return len(waiting)

    def repair(self, stop: Callable[[], bool] = lambda: False) -> int:
        """Bring the index up to the documents, a batch at a time, until it is or `stop` says so: for a background."""
        done = 0
        while not stop() and (embedded := self.update(BATCH)):
            done += embedded
        return done

    def reindex(self) -> int:
        """Forget this model's vectors and embed everything again; those of other models stay beside."""
        with atomic(self.db):
            self.db.execute("DELETE FROM vectors WHERE model = ?", [self.embedder.id])
        self._forget()
        return self.update()

    def search(
        self, text: str, limit: int = 50, *, scopes: Collection[str] | None = None, tiers: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        """(document, cosine) of the nearest documents, nearest first, within the scopes and tiers."""
        np = numpy()
        self._load()
        if self._count == 0:
            return []
        scores = self._matrix[: self._count] @ np.asarray(self.embedder.embed([text])[0], dtype=np.float32)
        for column, allowed in enumerate((scopes, tiers)):
            if allowed is not None:
                codes = [self._codes[each] for each in allowed if each in self._codes]
                scores[~np.isin(self._labels[: self._count, column], codes)] = -np.inf
        few = np.argpartition(-scores, limit - 1)[:limit] if limit < self._count else np.arange(self._count)
        ordered = few[np.lexsort((few, -scores[few]))]
        return [(self._documents[row], float(scores[row])) for row in ordered if scores[row] > -np.inf]

    def _forget(self) -> None:
        self._seen = self._count = 0
        self._rows: dict[int, int] = {}
        self._documents: list[int] = []
        self._codes: dict[str, int] = {}
        self._matrix: Any = None
        self._labels: Any = None

    def _load(self) -> None:
        """Read the vectors that came since the last search; other processes may have added some."""
        np = numpy()
        rows = self.db.execute(
            "SELECT vectors.id, document, vector, scope, tier FROM vectors JOIN documents ON documents.id = document "
            "WHERE model = ? AND vectors.id > ? ORDER BY vectors.id",
            [self.embedder.id, self._seen],
        )
        for self._seen, document, blob, scope, tier in rows:
            row = self._rows.setdefault(document, self._count)
            if row == self._count:
                self._documents.append(document)
                self._count += 1
                if self._matrix is None or self._count > len(self._matrix):
                    room = max(1024, 2 * self._count)
                    matrix = np.empty((room, self.embedder.size), dtype=np.float32)
                    labels = np.empty((room, 2), dtype=np.int32)
                    if self._matrix is not None:
                        matrix[: len(self._matrix)], labels[: len(self._labels)] = self._matrix, self._labels
                    self._matrix, self._labels = matrix, labels
            self._matrix[row] = np.frombuffer(blob, dtype=np.float32)
            self._labels[row] = [self._codes.setdefault(each, len(self._codes)) for each in (scope, tier)]


def numpy() -> ModuleType:
    """numpy, or a sentence that says how to get it."""
    try:
        import numpy as np
    except ImportError as error:
        raise DenseUnavailable("dense recall needs numpy: pip install 'journeyman[dense]'") from error
    module: ModuleType = np
    return module


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
