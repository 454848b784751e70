"""The dense index: vectors of documents in SQLite, searched exactly. Derived: `reindex` rebuilds it from the words.

Vectors are kept with the id of the model that made them, so a change of model never mixes spaces and never wipes.
Exact search in memory is fast enough up to about 100,000 documents; chroma.py serves more. numpy comes with the
extras for dense recall and is imported only when a vector is touched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
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


class VectorIndex:
    """Exact nearest neighbours over the vectors of one model."""

    def __init__(self, db: Database, embedder: Embedder) -> None:
        self.db, self.embedder = db, embedder
        self._seen = 0
        self._rows: dict[int, int] = {}
        self._documents: list[int] = []
        self._labels: list[tuple[str, str]] = []
        self._matrix: Any = None

    def update(self) -> int:
        """Embed the documents that have no vector yet, or whose words have changed; returns how many."""
        rows = self.db.execute(
            "SELECT documents.id, text, hash FROM documents LEFT JOIN vectors ON document = documents.id AND model = ?",
            [self.embedder.id],
        )
        waiting = [(document, text, _hash(text)) for document, text, hash in rows if hash != _hash(text)]
        np = numpy()
        for start in range(0, len(waiting), BATCH):
            batch = waiting[start : start + BATCH]
            vectors = self.embedder.embed([text for _, text, _ in batch])
            with atomic(self.db):
                self.db.conn.executemany(
                    "INSERT OR REPLACE INTO vectors (document, model, hash, vector) VALUES (?, ?, ?, ?)",
                    [
                        (document, self.embedder.id, hash, np.asarray(vector, dtype=np.float32).tobytes())
                        for (document, _, hash), vector in zip(batch, vectors, strict=True)
                    ],
                )
        return len(waiting)

    def reindex(self) -> int:
        """Forget this model's vectors and embed everything again; returns how many documents that were."""
        with atomic(self.db):
            self.db.execute("DELETE FROM vectors WHERE model = ?", [self.embedder.id])
        self._rows, self._documents, self._labels, self._matrix = {}, [], [], None
        return self.update()

    def search(
        self, text: str, limit: int = 50, *, scopes: Collection[str] | None = None, tiers: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        """(document, cosine) of the nearest documents, nearest first, within the scopes and tiers."""
        np = numpy()
        self._load()
        if self._matrix is None:
            return []
        scores = self._matrix @ np.asarray(self.embedder.embed([text])[0], dtype=np.float32)
        if scopes is not None or tiers is not None:
            outside = [
                (scopes is not None and scope not in scopes) or (tiers is not None and tier not in tiers)
                for scope, tier in self._labels
            ]
            scores[np.asarray(outside)] = -np.inf
        top = np.argsort(-scores, kind="stable")[:limit]
        return [(self._documents[row], float(scores[row])) for row in top if scores[row] > -np.inf]

    def _load(self) -> None:
        """Read the vectors that came since the last search; other processes may have added some."""
        np = numpy()
        rows = self.db.execute(
            "SELECT vectors.id, document, vector, scope, tier FROM vectors JOIN documents ON documents.id = document "
            "WHERE model = ? AND vectors.id > ? ORDER BY vectors.id",
            [self.embedder.id, self._seen],
        ).fetchall()
        if not rows:
            return
        self._seen = rows[-1][0]
        added = []
        for _, document, blob, scope, tier in rows:
            vector = np.frombuffer(blob, dtype=np.float32)
            if document in self._rows:
                self._matrix[self._rows[document]] = vector
                continue
            self._rows[document] = len(self._documents)
            self._documents.append(document)
            self._labels.append((scope, tier))
            added.append(vector)
        if added:
            parts = [np.stack(added)] if self._matrix is None else [self._matrix, np.stack(added)]
            self._matrix = np.concatenate(parts)


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
