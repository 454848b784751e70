"""A chromadb collection as an approximate index for very many documents: a copy of the vectors in SQLite.

chromadb does not survive a kill at any moment: a collection may then fail to open, sometimes by a crash of its native
code. So it is tried in a child process first and built anew from SQLite when that fails. It is never written first,
and only one process may write it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from memory.documents import LISTED, listed
from memory.errors import DenseUnavailable
from memory.index import Coverage, Embedder, Texts, VectorIndex, intact, numpy

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
    """The same answers as `VectorIndex`, approximately, for more documents than fit a matrix in memory.

    Each scope has a collection of its own, because a filter over everything costs more than the search itself. Scopes
    of up to `above` documents have none: their vectors are compared exactly. So are those that were made since the
    collections were brought up, at the opening or by `update`: who writes vectors need not touch the collections. So is
    a scope whose collection does not answer: then recall is slower, and not wrong.
    """

    def __init__(
        self, vectors: VectorIndex, folder: Path | None = None, *, url: str | None = None, above: int = 0
    ) -> None:
        """Collections in a folder of ours, or on a chromadb server at `url`."""
        try:
            import chromadb
            from chromadb.config import Settings
        except ImportError as error:
            raise DenseUnavailable("chromadb is not installed: pip install 'journeyman[dense]'") from error
        self._vectors, self._above = vectors, above
        self.rebuilt = False
        settings = Settings(anonymized_telemetry=False)
        if url is not None:
            self._client: Any = _served(chromadb, url, settings)
        else:
            assert folder is not None
            self.rebuilt = folder.exists() and not _opens(folder)
            if self.rebuilt:
                folder.unlink() if folder.is_file() else shutil.rmtree(folder)
            folder.mkdir(parents=True, exist_ok=True)
            self._client = chromadb.PersistentClient(str(folder), settings)
        self.update()

    @property
    def embedder(self) -> Embedder:
        """The model that makes the vectors."""
        return self._vectors.embedder

    def coverage(self) -> Coverage:
        """Whether the vectors say the same as the texts; the collections follow them."""
        return self._vectors.coverage()

    def repair(self, stop: Callable[[], bool] = lambda: False, *, check: bool = True) -> int:
        """Bring the vectors up to the documents, then the collections up to the vectors."""
        done = self._vectors.repair(stop, check=check)
        return max(done, 0 if stop() else self.update())

    def reindex(self, told: Callable[[int, int], None] = lambda done, of: None) -> int:
        """Make the vectors anew, and the collections with them."""
        done = self._vectors.reindex(told)
        self.update()
        return done

    def close(self) -> None:
        """Let go of the folder, or of the connection to the server."""
        self._client.close()

    def update(self) -> int:
        """Copy the vectors that the collections have not, or have in an older form; returns how many."""
        large = self._vectors.db.execute(
            f"SELECT scope FROM {self._vectors.texts.table} GROUP BY scope HAVING count(*) > ? ORDER BY scope",
            [self._above],
        )
        self._collections = {scope: self._collection(scope) for (scope,) in large.fetchall()}
        vectors = self._vectors
        (last,) = vectors.db.execute(f"SELECT coalesce(max(id), 0) FROM {vectors.texts.vectors}").fetchone()
        self._newer = VectorIndex(vectors.db, vectors.embedder, vectors.texts, after=last)
        return sum(self._copy(scope, collection) for scope, collection in self._collections.items())

    def search(
        self, text: str, limit: int = 50, *, scopes: Collection[str] | None = None, tiers: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        """(document, cosine) of the nearest documents, nearest first, within the scopes and tiers."""
        asked = self._vectors.scopes() if scopes is None else scopes
        small = [scope for scope in asked if scope not in self._collections]
        found = self._vectors.search(text, limit, scopes=small, tiers=tiers) if small else []
        vector = numpy().asarray(self._vectors.embedder.embed([text])[0], dtype=numpy().float32)
        large = set(asked) & self._collections.keys()
        found += self._newer.search(text, limit, scopes=sorted(large), tiers=tiers) if large else []
        for scope in large:
            try:
                rows = _near(self._collections[scope], vector, limit, tiers)
            except Exception:  # chromadb raises httpx's errors, its own, and plain Exception for what a server says
                found += self._vectors.search(text, limit, scopes=[scope], tiers=tiers)
                continue
            # The collection names who is near; how near they are is told by the vectors that it was copied from.
            found += [(document, float(each @ vector)) for document, each in self._sound(rows).values()]
        best = dict(sorted(found, key=lambda each: each[1]))
        return sorted(best.items(), key=lambda each: (-each[1], each[0]))[:limit]

    def _sound(self, rows: Iterable[int]) -> dict[int, tuple[int, Any]]:
        """Of some vectors (document, numbers), those that are intact and still there: of changed texts they are gone.

        What has no checksum yet must at least be numbers.
        """
        np, vectors = numpy(), self._vectors
        sql = f"SELECT id, document, vector, checksum FROM {vectors.texts.vectors} WHERE id IN {LISTED}"
        found = {
            id: (document, np.frombuffer(blob, dtype=np.float32))
            for id, document, blob, checksum in vectors.db.execute(sql, [listed(rows)]).fetchall()
            if intact(blob, checksum, self.embedder.size)
        }
        return {id: kept for id, kept in found.items() if np.isfinite(kept[1]).all()}

    def _collection(self, scope: str) -> Any:
        return self._client.get_or_create_collection(
            _name(self._vectors.texts, self.embedder.id, scope),
            embedding_function=None,
            metadata={"hnsw:space": "cosine"},
        )

    def _copy(self, scope: str, collection: Any) -> int:
        """Bring one collection up to the vectors of its scope."""
        db, texts = self._vectors.db, self._vectors.texts
        have = collection.get(include=["metadatas"])
        kept = {id: data["row"] for id, data in zip(have["ids"], have["metadatas"] or [], strict=True)}
        rows = db.execute(
            f"SELECT vectors.id, document, tier FROM {texts.table} AS texts "
            f"CROSS JOIN {texts.vectors} AS vectors ON document = texts.id "
            "WHERE scope = ? AND model = ?",
            [scope, self.embedder.id],
        ).fetchall()
        gone = sorted(kept.keys() - {str(document) for _, document, _ in rows})
        for start in range(0, len(gone), _BATCH):
            collection.delete(ids=gone[start : start + _BATCH])
        waiting = [row for row in rows if kept.get(str(row[1])) != row[0]]
        for start in range(0, len(waiting), _BATCH):
            batch = waiting[start : start + _BATCH]
            kept_as = {row: (document, tier) for row, document, tier in batch}
            vectors = self._sound(kept_as)
            if not vectors:  # damaged ones wait for their repair
                continue
            collection.upsert(
                ids=[str(kept_as[row][0]) for row in vectors],
                embeddings=[each for _, each in vectors.values()],
                metadatas=[{"row": row, "tier": kept_as[row][1]} for row in vectors],
            )
        return len(waiting)


def _near(collection: Any, vector: Any, limit: int, tiers: Collection[str] | None) -> list[int]:
    """The vectors that a collection holds to be near, by the number of their row."""
    count = collection.count()
    if not count:
        return []
    near = collection.query(
        query_embeddings=[vector],
        n_results=min(limit, count),
        where=None if tiers is None else {"tier": {"$in": sorted(set(tiers))}},
        include=["metadatas"],
    )
    return [data["row"] for data in near["metadatas"][0]]


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


def _name(texts: Texts, model: str, scope: str) -> str:
    """Each kind of text, model and scope has a collection of its own: vectors of two models never mix."""
    return f"{texts.table}-{hashlib.sha256(json.dumps([model, scope]).encode()).hexdigest()[:24]}"


def _opens(folder: Path) -> bool:
    """Can the collection be opened and asked? Tried in a child, so that a crash is only an answer."""
    try:
        probe = subprocess.run([sys.executable, "-c", _PROBE, str(folder)], capture_output=True, timeout=_PROBE_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return probe.returncode == 0
