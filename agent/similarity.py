"""The dense route over skills, where somebody asked for it once (`journeyman skills reindex`) and it works here.

Without it every search takes its other routes; a sentence says why it is off and how to switch it on.
"""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database

from agent.config import chroma_url, home
from agent.database import database
from memory.chroma import ChromaIndex
from memory.dense import dense_or_none, open_dense
from memory.index import VectorIndex
from skills.reader import LibraryReader
from skills.search import Meaning
from skills.similarity import SKILL_TEXTS, by_meaning

OFF = "similarity is off: switch it on with journeyman skills reindex (it needs: pip install 'journeyman[models]')"


def wanted(db: Database) -> bool:
    """Whether somebody asked for the route: then there are vectors."""
    return db["skill_vectors"].exists() and db.execute("SELECT 1 FROM skill_vectors LIMIT 1").fetchone() is not None


def skill_index(db: Database) -> tuple[VectorIndex | ChromaIndex | None, str]:
    """The index, or None and why it is off."""
    if not wanted(db):
        return None, OFF
    index, why = dense_or_none(db, _folder(), url=chroma_url(), texts=SKILL_TEXTS)
    return index, f"similarity is off: {why}" if why else ""


def meaning_of(library: LibraryReader) -> tuple[Meaning | None, str]:
    """The route for a search of this library, or None; with a sentence for people where it is off or behind."""
    index, why = skill_index(library.db)
    if index is None:
        return None, why
    kept = index.coverage()
    behind = f"{kept.missing} of {kept.documents} skills not embedded yet: journeyman skills reindex does it now"
    return by_meaning(library, index), behind if kept.missing else ""


def reindex() -> dict[str, object]:
    """Make the vectors of the skills of all libraries anew. Raises DenseUnavailable with what to install."""
    index = open_dense(database(), _folder(), url=chroma_url(), texts=SKILL_TEXTS)
    return {"skills": index.reindex(), "model": index.embedder.id}


def _folder() -> Path:
    """For the approximate index of a very large library; apart from that of memory, which is built anew as a whole."""
    return home() / "index" / "skills"
