"""A chromadb collection as an approximate index for very many documents: a copy of the vectors in SQLite.

chromadb does not survive a kill at any moment: a collection may then fail to open, sometimes by a crash of its native
code. So it is tried in a child process first and built anew from SQLite when that fails. It is never written first,
and only one process may write it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from memory.errors import DenseUnavailable
from memory.index import VectorIndex, numpy

_COLLECTION = "documents"
_BATCH = 500
_PROBE_SECONDS = 120
_PROBE = """
import sys, chromadb
from chromadb.config import Settings
client = chromadb.PersistentClient(sys.argv[1], Settings(anonymized_telemetry=False))
documents = client.get_collection(sys.argv[2])
if documents.count():
    documents.query(query_embeddings=documents.get(limit=1, include=["embeddings"])["embeddings"], n_results=1)
"""


class ChromaIndex:
    """The same answers as `VectorIndex`, approximately, for more documents than fit a matrix in memory."""

    def __init__(self, vectors: VectorIndex, folder: Path) -> None:
        try:
            import chromadb
            from chromadb.config import Settings
        except ImportError as error:
            raise DenseUnavailable("chromadb is not installed: pip install 'journeyman[dense]'") from error
        self._vectors = vectors
        self.rebuilt = folder.exists() and not _opens(folder)
        if self.rebuilt:
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        client = chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))
        self._documents: Any = client.get_or_create_collection(
            _COLLECTION, embedding_function=None, metadata={"hnsw:space": "cosine"}
        )
        self.update()

    def update(self) -> int:
        """Copy the vectors that the collection has not, or has in an older form; returns how many."""
        np = numpy()
        vectors = self._vectors
        have = self._documents.get(include=["metadatas"])
        kept = {id: data["row"] for id, data in zip(have["ids"], have["metadatas"] or [], strict=True)}
        rows = vectors.db.execute(
            "SELECT vectors.id, document, scope, tier FROM vectors JOIN documents ON documents.id = document "
            "WHERE model = ?",
            [vectors.embedder.id],
        ).fetchall()
        gone = sorted(kept.keys() - {str(document) for _, document, _, _ in rows})
        for start in range(0, len(gone), _BATCH):
            self._documents.delete(ids=gone[start : start + _BATCH])
        waiting = [row for row in rows if kept.get(str(row[1])) != row[0]]
        for start in range(0, len(waiting), _BATCH):
            batch = waiting[start : start + _BATCH]
            blobs = [
                vectors.db.execute("SELECT vector FROM vectors WHERE id = ?", [row]).fetchone()[0]
                for row, _, _, _ in batch
            ]
            self._documents.upsert(
                ids=[str(document) for _, document, _, _ in batch],
                embeddings=[np.frombuffer(blob, dtype=np.float32) for blob in blobs],
                metadatas=[{"row": row, "scope": scope, "tier": tier} for row, _, scope, tier in batch],
            )
        return len(waiting)

    def search(
        self, text: str, limit: int = 50, *, scopes: Collection[str] | None = None, tiers: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        """(document, cosine) of the nearest documents, nearest first, within the scopes and tiers."""
        count = self._documents.count()
        if not count:
            return []
        found = self._documents.query(
            query_embeddings=self._vectors.embedder.embed([text]),
            n_results=min(limit, count),
            where=_where(scope=scopes, tier=tiers),
            include=["distances"],
        )
        ids: Sequence[str] = found["ids"][0]
        return [(int(id), 1 - float(far)) for id, far in zip(ids, found["distances"][0], strict=True)]


def _opens(folder: Path) -> bool:
    """Can the collection be opened and asked? Tried in a child, so that a crash is only an answer."""
    try:
        probe = subprocess.run(
            [sys.executable, "-c", _PROBE, str(folder), _COLLECTION], capture_output=True, timeout=_PROBE_SECONDS
        )
    except subprocess.TimeoutExpired:
        return False
    return probe.returncode == 0


def _where(**allowed: Collection[str] | None) -> dict[str, Any] | None:
    tests = [{name: {"$in": sorted(set(values))}} for name, values in allowed.items() if values is not None]
    return {"$and": tests} if len(tests) > 1 else (tests[0] if tests else None)
