"""Skills by what they mean: the texts that are embedded, and the dense route that `search` takes.

The library keeps a text for each skill in use (its name taken apart, its purpose, what every run of it brought) in the
same transaction as the skill; a text that changes loses its vectors, so a stale one is never compared. The vectors are
derived: memory's index embeds what has none, and everything again when asked. This module never embeds.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from memory.index import Index, Texts
from skills.reader import LibraryReader
from skills.search import Meaning

SKILL_TEXTS = Texts("skill_texts", "skill_vectors")
"""What is embedded of skills, by the scope of their library."""
LEAST = 0.25
"""Cosine from which on a skill counts as similar; below it lies what has nothing to do with the words."""


def by_meaning(library: LibraryReader, index: Index) -> Meaning:
    """The dense route over one library's skills, for `search`."""

    def near(words: str, limit: int) -> Sequence[tuple[str, float]]:
        found = [each for each in index.search(words, limit, scopes=[library.name]) if each[1] >= LEAST]
        rows = library.db.execute(
            "SELECT id, name FROM skills WHERE library = ? AND id IN (SELECT value FROM json_each(?))",
            [library.name, json.dumps([skill for skill, _ in found])],
        )
        names = dict(rows.fetchall())
        return [(names[skill], cosine) for skill, cosine in found if skill in names]

    return near
