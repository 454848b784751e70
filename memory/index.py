"""The dense index: vectors of texts in SQLite, searched exactly. Derived: `reindex` rebuilds it from the words.

The texts are the documents of memory, or another table of the same shape that a package above keeps (see `Texts`).

Vectors are kept with the id of the model that made them, so a change of model never mixes spaces and never wipes.
Vectors lie apart by scope, and a question looks through those of its own scopes only. Exact search in memory is fast
enough up to about 100,000 documents in a scope; chroma.py serves more. numpy comes with the extras for dense recall and
is imported only when a vector is touched.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

from sqlite_utils import Database

from memory.db import atomic
from memory.errors import DenseUnavailable

BATCH = 32
"""How many texts are embedded at a time, and kept in one transaction."""
_TOLD = 8
"""Batches after which a long reindexing tells how far it is."""
_LOOKED_AT = 4096
"""How many vectors are looked at in one go when all of them are checked."""
_BYTES = 4
"""Of one number of a vector."""
_LENGTH_ERROR = 0.01
"""By how much the length of a sound vector may differ from 1."""


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
class Texts:
    """What is embedded: a table with `id`, `scope`, `tier` and `text`, and the table of its vectors.

    The vectors' table has the columns of `vectors` (`hash` of the words, `checksum` of the numbers), and loses the rows
    of a text that changes or goes.
    """

    table: str
    vectors: str


DOCUMENTS = Texts("documents", "vectors")
"""What memory remembers."""


@dataclass(frozen=True)
class Coverage:
    """How far the vectors of a model follow the documents: `missing` are still to be embedded."""

    model: str
    documents: int
    missing: int


class VectorIndex:
    """Exact nearest neighbours over the vectors of one model."""

    def __init__(self, db: Database, embedder: Embedder, texts: Texts = DOCUMENTS, *, after: int = 0) -> None:
        """Over all vectors, or over those only that were made `after` the one of this number."""
        self.db, self.embedder, self.texts, self._after = db, embedder, texts, after
        self._forget()

    def coverage(self) -> Coverage:
        """Whether the index says the same as the documents. A vector of changed words is gone with the change."""
        documents, missing = self.db.execute(
            f"SELECT count(*), sum(vectors.id IS NULL) FROM {self.texts.table} AS texts "
            f"LEFT JOIN {self.texts.vectors} AS vectors ON document = texts.id AND model = ?",
            [self.embedder.id],
        ).fetchone()
        return Coverage(self.embedder.id, int(documents), int(missing or 0))

    def wrong(self) -> list[int]:
        """The vectors that are not what the model made of the words as they are: of other words, altered, or no unit.

        Looks at every vector of the model, about 0.7 s of a processor for 100,000: for the start.
        """
        return self._looked_at()[0]

    def check(self) -> int:
        """Take out the vectors that are `wrong`, so that they are missing and made anew; returns how many.

        The sound ones of a database that had no checksums yet get theirs.
        """
        wrong, unsummed = self._looked_at()
        if wrong:
            with atomic(self.db):
                self.db.conn.executemany(f"DELETE FROM {self.texts.vectors} WHERE id = ?", [(id,) for id in wrong])
            self._forget()
        for start in range(0, len(unsummed), _LOOKED_AT):  # in steps, so that no writer waits for all of them
            some = [(checksum, id) for id, checksum in unsummed[start : start + _LOOKED_AT]]
            with atomic(self.db):
                self.db.conn.executemany(f"UPDATE {self.texts.vectors} SET checksum = ? WHERE id = ?", some)
        return len(wrong)

    def _looked_at(self) -> tuple[list[int], list[tuple[int, int]]]:
        """The wrong vectors, and the sound ones that have no checksum yet, with the one that is theirs."""
        np, size = numpy(), self.embedder.size
        wrong, unsummed = list[int](), list[tuple[int, int]]()
        rows = self.db.execute(
            f"SELECT vectors.id, hash, text, vector, checksum FROM {self.texts.vectors} AS vectors "
            f"JOIN {self.texts.table} AS texts ON texts.id = document WHERE model = ?",
            [self.embedder.id],
        )
        while some := rows.fetchmany(_LOOKED_AT):
            whole = [row for row in some if intact(row[3], row[4], size)]
            kept = np.frombuffer(b"".join(row[3] for row in whole), dtype=np.float32).reshape(len(whole), size)
            with np.errstate(all="ignore"):  # a torn number can be anything
                unit = np.abs(np.linalg.norm(kept, axis=1) - 1) <= _LENGTH_ERROR
            sound = {row[0] for row, fits in zip(whole, unit, strict=True) if fits and row[1] == _hash(row[2])}
            wrong += [row[0] for row in some if row[0] not in sound]
            unsummed += [(row[0], zlib.crc32(row[3])) for row in whole if row[4] is None and row[0] in sound]
        return wrong, unsummed

    def update(self, limit: int = -1) -> int:
        """Embed up to `limit` documents that have no vector, newest first; returns how many.

        The model runs outside the transaction: nobody waits for it.
        """
        waiting = self.db.execute(
            f"SELECT texts.id, text FROM {self.texts.table} AS texts "
            f"LEFT JOIN {self.texts.vectors} AS vectors ON document = texts.id AND model = ? "
            "WHERE vectors.id IS NULL ORDER BY texts.id DESC LIMIT ?",
            [self.embedder.id, limit],
        ).fetchall()
        np = numpy()
        for start in range(0, len(waiting), BATCH):
            batch = waiting[start : start + BATCH]
            vectors = self.embedder.embed([text for _, text in batch])
            with atomic(self.db):
                self.db.conn.executemany(
                    f"INSERT OR REPLACE INTO {self.texts.vectors} (document, model, hash, vector, checksum) "
                    f"SELECT id, ?, ?, ?, ? FROM {self.texts.table} WHERE id = ? AND text = ?",
                    [
                        (self.embedder.id, _hash(text), blob, zlib.crc32(blob), document, text)
                        for (document, text), vector in zip(batch, vectors, strict=True)
                        for blob in [np.asarray(vector, dtype=np.float32).tobytes()]
                    ],
                )
        return len(waiting)

    def repair(self, stop: Callable[[], bool] = lambda: False, *, check: bool = True) -> int:
        """Bring the index up to the documents, a batch at a time, until it is or `stop` says so: for a background.

        With `check`, what is there is compared with the words first: once after a start is enough.
        """
        if check and not stop():
            self.check()
        done = 0
        while not stop() and (embedded := self.update(BATCH)):
            done += embedded
        return done

    def reindex(self, told: Callable[[int, int], None] = lambda done, of: None) -> int:
        """Forget this model's vectors and embed everything again; those of other models stay beside.

        `told` hears of how many texts are done, and of how many there are.
        """
        with atomic(self.db):
            self.db.execute(f"DELETE FROM {self.texts.vectors} WHERE model = ?", [self.embedder.id])
        self._forget()
        done, of = 0, self.coverage().documents
        while embedded := self.update(_TOLD * BATCH):
            done += embedded
            told(done, of)
        return done

    def search(
        self, text: str, limit: int = 50, *, scopes: Collection[str] | None = None, tiers: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        """(document, cosine) of the nearest documents, nearest first, within the scopes and tiers."""
        blocks = self._blocks_of(scopes)
        if not any(block.count for block in blocks):
            return []
        asked = numpy().asarray(self.embedder.embed([text])[0], dtype=numpy().float32)
        found = [near for block in blocks for near in block.nearest(asked, limit, tiers)]
        return sorted(found, key=lambda near: (-near[1], near[0]))[:limit]

    def scopes(self) -> list[str]:
        """Every scope that something is remembered in."""
        return [row[0] for row in self.db.execute(f"SELECT DISTINCT scope FROM {self.texts.table} ORDER BY scope")]

    def _forget(self) -> None:
        self._seen = 0
        self._blocks: dict[str, _Block] = {}

    def _blocks_of(self, scopes: Collection[str] | None) -> list[_Block]:
        """The vectors of the scopes, read when they are first asked for and kept up with what others add."""
        if not self._blocks:
            (last,) = self.db.execute(f"SELECT coalesce(max(id), 0) FROM {self.texts.vectors}").fetchone()
            self._seen = max(last, self._after)
        new = self.db.execute(
            f"SELECT scope, tier, document, vector, checksum, vectors.id FROM {self.texts.vectors} AS vectors "
            f"JOIN {self.texts.table} AS texts ON texts.id = document "
            "WHERE model = ? AND vectors.id > ? ORDER BY vectors.id",
            [self.embedder.id, self._seen],
        )
        for scope, tier, document, blob, checksum, self._seen in new:
            if scope in self._blocks:
                self._blocks[scope].put(document, tier, blob, checksum)
        wanted = dict.fromkeys(self.scopes() if scopes is None else scopes)
        for scope in wanted:
            if scope not in self._blocks:
                self._blocks[scope] = self._read(scope)
        return [self._blocks[scope] for scope in wanted]

    def _read(self, scope: str) -> _Block:
        block = _Block(self.embedder.size)
        rows = self.db.execute(
            f"SELECT tier, document, vector, checksum FROM {self.texts.table} AS texts "
            f"CROSS JOIN {self.texts.vectors} AS vectors ON document = texts.id "
            "WHERE scope = ? AND model = ? AND vectors.id > ? AND vectors.id <= ?",
            [scope, self.embedder.id, self._after, self._seen],
        )
        for tier, document, blob, checksum in rows:
            block.put(document, tier, blob, checksum)
        return block


class _Block:
    """The vectors of one scope in a row: a question looks through those of its own scopes only."""

    def __init__(self, size: int) -> None:
        np = numpy()
        self.count = 0
        self._rows: dict[int, int] = {}
        self._documents = np.empty(0, dtype=np.int64)
        self._tiers = np.empty(0, dtype=np.int16)
        self._matrix = np.empty((0, size), dtype=np.float32)
        self._codes: dict[str, int] = {}

    def put(self, document: int, tier: str, blob: bytes, checksum: int | None) -> None:
        """Add a document's vector, or take the new one for the old; one that is damaged is left out."""
        np = numpy()
        if not intact(blob, checksum, self._matrix.shape[1]):
            return
        row = self._rows.setdefault(document, self.count)
        if row == self.count:
            if self.count == len(self._documents):
                room = max(64, 2 * self.count)
                self._documents = np.resize(self._documents, room)
                self._tiers = np.resize(self._tiers, room)
                matrix = np.empty((room, self._matrix.shape[1]), dtype=np.float32)
                matrix[: self.count] = self._matrix
                self._matrix = matrix
            self.count += 1
        self._documents[row] = document
        self._tiers[row] = self._codes.setdefault(tier, len(self._codes))
        self._matrix[row] = np.frombuffer(blob, dtype=np.float32)

    def nearest(self, asked: Any, limit: int, tiers: Collection[str] | None) -> list[tuple[int, float]]:
        """(document, cosine) of the nearest, in no order."""
        np = numpy()
        with np.errstate(all="ignore"):
            scores, documents = self._matrix[: self.count] @ asked, self._documents[: self.count]
        # No cosine: a damaged vector, which waits for its repair, may not come before everything else.
        sound = np.abs(scores) <= 1 + _LENGTH_ERROR
        scores = np.where(sound, scores, -np.inf)
        if tiers is not None and not self._codes.keys() <= set(tiers):
            wanted = np.isin(self._tiers[: self.count], [self._codes[tier] for tier in tiers if tier in self._codes])
            scores, documents = scores[wanted], documents[wanted]
        few = np.argpartition(-scores, limit - 1)[:limit] if limit < len(scores) else np.arange(len(scores))
        return [(int(documents[row]), float(scores[row])) for row in few if scores[row] > -np.inf]


def intact(blob: object, checksum: int | None, size: int) -> bool:
    """Whether a vector of `size` numbers has the bytes that were written; without a checksum, as many of them."""
    whole = isinstance(blob, bytes) and len(blob) == _BYTES * size
    return whole and checksum in (None, zlib.crc32(blob))  # type: ignore[arg-type]


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
