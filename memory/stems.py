"""What the word index takes for one word: `mine`, `mines` and `mining` have one stem, by the index's own tokenizer."""

from __future__ import annotations

import re
import sqlite3
from functools import cache, lru_cache
from threading import Lock

TOKENIZER = "porter unicode61"
"""How FTS5 cuts and stems, here and in the index of documents (schema.py)."""

_ONE_AT_A_TIME = Lock()


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of one word, lower case and without accents; a word that the tokenizer cuts up keeps its parts."""
    with _ONE_AT_A_TIME:
        db = _tokenizer()
        db.execute("INSERT INTO said (rowid, word) VALUES (1, ?)", [word])
        found = [term for (term,) in db.execute("SELECT term FROM stems ORDER BY offset")]
        db.execute("DELETE FROM said")
    return " ".join(found)


@lru_cache(maxsize=50_000)
def inflected(word: str) -> str:
    """One form for all inflections of a word: that of `mine` and `mining`, but not of `import` and `important`.

    The index takes those two for one word, which is good for finding and too much for saying that texts are the same.
    """
    root = stem(word)
    common = next((n for n, (a, b) in enumerate(zip(word, root, strict=False)) if a != b), min(len(word), len(root)))
    ending = word[common:]
    ending = re.sub("(?:ies|ied|es|ed|ying|ing|s|d|e|y)$", "", ending)
    return root if not ending or ending == root[-1:] else f"{root}-{ending}"


@cache
def _tokenizer() -> sqlite3.Connection:
    """An index in memory that holds one word at a time: SQLite gives its tokenizer away in no other way."""
    db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    db.execute(f"CREATE VIRTUAL TABLE said USING fts5 (word, tokenize='{TOKENIZER}')")
    db.execute("CREATE VIRTUAL TABLE stems USING fts5vocab (said, instance)")
    return db
