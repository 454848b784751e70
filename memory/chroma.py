"""A chromadb collection as an approximate index for very many documents: a copy of the vectors in SQLite.

chromadb does not survive a kill at any moment: a collection may then fail to open, sometimes by a crash of its native
code. So it is tried in a child process first and built anew from SQLite when that fails. It is never written first,
and only one process may write it.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from memory.errors import DenseUnavailable
from memory.index import Embedder, VectorIndex, numpy

_BATCH = 500
_PROBE_SECONDS = 120
_PROBE = """
import sys, chromadb
from chromadb.config import Settings
client = chromadb.PersistentClient(sys.argv[1], Settings(anonymized_telemetry=False))
for documents in client.list_collections():
    if documents.count():
        documents.query(query_embeddings=documents.get(limit=1, include=["embeddings"])["embeddings"], n_results=1)
"""


class ChromaIndex:
    """The same answers as `VectorIndex`, approximately, for more documents than fit a matrix in memory."""

    def __init__(self, vectors: VectorIndex, folder: Path | None = None, *, url: str | None = None) -> None:
        """A collection in a folder of ours, or on a chromadb server at `url`."""
        try:
            import chromadb
            from chromadb.config import Settings
        except ImportError as error:
            raise DenseUnavailable("chromadb is not installed: pip install 'journeyman[dense]'") from error
        self._vectors = vectors
        self.rebuilt = False
        settings = Settings(anonymized_telemetry=False)
        if url is not None:
            client: Any = _served(chromadb, url, settings)
        else:
            assert folder is not None
            self.rebuilt = folder.exists() and not _opens(folder)
            if self.rebuilt:
                shutil.rmtree(folder)
            folder.mkdir(parents=True, exist_ok=True)
            client = chromadb.PersistentClient(str(folder), settings)
        self._documents: Any = client.get_or_create_collection(
            _name(vectors.embedder.id), embedding_function=None, metadata={"hnsw:space": "cosine"}
        )
        self.update()

    @property
    def embedder(self) -> Embedder:
        """The model that makes the vectors."""
        return self._vectors.embedder

    def repair(self, stop: Callable[[], bool] = lambda: False) -> int:
        """Bring the vectors up to the documents, then the collection up to the vectors."""
        done = self._vectors.repair(stop)
        return max(done, 0 if stop() else self.update())

    def reindex(self) -> int:
        """Make the vectors anew, and the collection with them."""
        done = self._vectors.reindex()
        self.update()
        return done

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


def _served(chromadb: Any, url: str, settings: Any) -> Any:
    """A client of the server at `url`; a server that does not answer is an error with a sentence."""
    where = urlsplit(url if "//" in url else f"http://{url}")
    if not where.hostname:
        raise DenseUnavailable(f"{url!r} is no address of a chromadb server: write http://HOST:PORT")
    secure = where.scheme == "https"
    try:
        return chromadb.HttpClient(
            host=where.hostname, port=where.port or (443 if secure else 8000), ssl=secure, settings=settings
        )
    except Exception as error:  # the client raises whatever its HTTP library raises
        raise DenseUnavailable(f"no chromadb server answers at {url}: {error}") from error


def _name(model: str) -> str:
    """Each model has a collection of its own: vectors of two models never mix."""
    return f"documents-{hashlib.sha256(model.encode()).hexdigest()[:16]}"


def _opens(folder: Path) -> bool:
    """Can the collection be opened and asked? Tried in a child, so that a crash is only an answer."""
    try:
        probe = subprocess.run([sys.executable, "-c", _PROBE, str(folder)], capture_output=True, timeout=_PROBE_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return probe.returncode == 0


def _where(**allowed: Collection[str] | None) -> dict[str, Any] | None:
    tests = [{name: {"$in": sorted(set(values))}} for name, values in allowed.items() if values is not None]
    return {"$and": tests} if len(tests) > 1 else (tests[0] if tests else None)
