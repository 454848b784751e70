"""Opens the dense route that fits: exact while it is small, approximate when it is large, a server if one is named.

Never needed: without a model or its packages there is simply no dense route, and recall works with the others.
"""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database

from memory.chroma import ChromaIndex
from memory.embedders import found_embedder
from memory.errors import DenseUnavailable
from memory.index import DOCUMENTS, Embedder, Texts, VectorIndex

EXACT = 100_000
"""Documents of one scope up to which all vectors are compared; above, an approximate index is asked."""


def open_dense(
    db: Database,
    folder: Path,
    *,
    url: str | None = None,
    embedder: Embedder | None = None,
    texts: Texts = DOCUMENTS,
) -> VectorIndex | ChromaIndex:
    """The dense index over texts of a database, in a folder for these alone.

    Raises DenseUnavailable with what to install.
    """
    vectors = VectorIndex(db, embedder or found_embedder(), texts)
    if url is not None:
        return ChromaIndex(vectors, url=url)
    largest = db.execute(f"SELECT count(*) FROM {texts.table} GROUP BY scope ORDER BY 1 DESC LIMIT 1").fetchone()
    return ChromaIndex(vectors, folder, above=EXACT) if largest and largest[0] > EXACT else vectors


def vectors_or_none(db: Database, texts: Texts = DOCUMENTS) -> VectorIndex | None:
    """The vectors alone, for whoever only keeps them up; an approximate index follows them when it is opened."""
    try:
        return VectorIndex(db, found_embedder(), texts)
    except DenseUnavailable:
        return None


def dense_or_none(
    db: Database, folder: Path, *, url: str | None = None, texts: Texts = DOCUMENTS
) -> tuple[VectorIndex | ChromaIndex | None, str]:
    """The dense index, or None and the reason. A named server that does not answer is an error all the same."""
    try:
        return open_dense(db, folder, url=url, texts=texts), ""
    except DenseUnavailable as reason:
        if url is not None:
            raise
        return None, str(reason)
