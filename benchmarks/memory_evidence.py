"""Recall on corpora that nothing here was tuned on: questions over paragraphs, with those that support the answer.

    python -m benchmarks.memory_evidence --musique FILE CORPUS --hotpot FILE CORPUS [--dense] [--json]

The files are not part of this project: data/musique_train.json, data/hotpotqa_train.json and their *_corpus.json of
github.com/OSU-NLP-Group/HippoRAG (branch legacy), 100 questions each over 1,890 and 994 paragraphs. Each paragraph is a
note of its own, recalled through the same code and with the same constants as a journey's memories. The metric is the
share of the supporting paragraphs among the first 2, 5, 10 and 20. Beside it plain FTS5, to compare with. Where both
corpora are named, each is also asked the questions of the other, to which it has no answer: how often is it silent?
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from benchmarks._record import write
from memory.db import atomic, open_db
from memory.embedders import find_embedder
from memory.index import VectorIndex
from memory.notes import Note, Notes
from memory.question import Weights
from memory.recall import Question, Recall, query_words

DEPTHS = (2, 5, 10, 20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("musique", "hotpot"):
        parser.add_argument(f"--{name}", type=Path, nargs=2, metavar=("FILE", "CORPUS"))
    parser.add_argument("--dense", action="store_true", help="also dense and hybrid recall (needs an embedding model)")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    corpora = {
        name: read(*(json.loads(path.read_text(encoding="utf-8")) for path in getattr(given, name)))
        for name, read in (("musique", musique), ("hotpot", hotpot))
        if getattr(given, name)
    }
    result: dict[str, Any] = {}
    for name, (texts, asked) in corpora.items():
        absent = [question for other in corpora.keys() - {name} for question, _ in corpora[other][1]]
        result[name] = measure(texts, asked, absent, given.dense)
    if not result:
        print("not measured: name the files of a corpus")
        return
    write("memory_evidence", {"dense": given.dense}, result, given.json)


def musique(questions: Any, corpus: Any) -> tuple[list[tuple[str, str]], list[tuple[str, set[str]]]]:
    """(paragraphs by name, questions with the names of what supports them)."""
    texts = {f"{each['title']}\n{each['text']}": each["text"] for each in corpus}
    asked = [
        (
            each["question"],
            {f"{part['title']}\n{part['paragraph_text']}" for part in each["paragraphs"] if part["is_supporting"]},
        )
        for each in questions
    ]
    return [(name, f"{name.splitlines()[0]}: {text}") for name, text in texts.items()], asked


def hotpot(questions: Any, corpus: Any) -> tuple[list[tuple[str, str]], list[tuple[str, set[str]]]]:
    """(paragraphs by name, questions with the names of what supports them)."""
    asked = [(each["question"], {title for title, _ in each["supporting_facts"]}) for each in questions]
    return [(title, f"{title}: {''.join(parts)}") for title, parts in corpus.items()], asked


def measure(
    texts: list[tuple[str, str]], asked: list[tuple[str, set[str]]], absent: list[str], dense: bool
) -> dict[str, Any]:
    """Mean recall at each depth, for plain FTS5, for recall of words, and for dense and hybrid recall if asked for.

    Beside it the share of its own questions, and of absent ones, that each way of recall is silent on.
    """
    db, documents = open_db(":memory:"), dict[str, int]()
    with atomic(db):
        for number, (name, text) in enumerate(texts):
            kept = Notes(db).record(Note("", f"paragraph {number}", 0, text, 1.0, origin="person"))
            assert kept is not None
            (documents[name],) = db.execute("SELECT id FROM documents WHERE ref = ?", [kept.id]).fetchone()
    ways: dict[str, Recall | None] = {"plain FTS5": None, "lexical": Recall(db)}
    if dense:
        index = VectorIndex(db, find_embedder())
        index.update()
        ways |= {"dense": Recall(db, index, weights=Weights(words=0.0)), "hybrid": Recall(db, index)}
    found: dict[str, Any] = {"paragraphs": len(texts), "questions": len(asked)}
    for way, recall in ways.items():
        rows = []
        for question, names in asked:
            needed = {documents[name] for name in names if name in documents}
            hits = [*(_ask(recall, question) if recall else _plain(db, question))]
            rows.append([len(needed.intersection(hits[:depth])) / len(needed) for depth in DEPTHS])
        means = [round(sum(column) / len(column), 4) for column in zip(*rows, strict=True)]
        found[way] = {f"recall@{depth}": mean for depth, mean in zip(DEPTHS, means, strict=True)}
        if recall and absent:
            own = [question for question, _ in asked]
            found[way] |= {"wrongly_silent": silent(recall, own), "rightly_silent": silent(recall, absent)}
    return found


def silent(recall: Recall, questions: list[str]) -> float:
    """The share of the questions to which recall says that it knows nothing."""
    answers = [recall.ask(Question(question, tiers=("note",)), now=2.0) for question in questions]
    return round(sum(answer.abstained for answer in answers) / len(answers), 4)


def _ask(recall: Recall, question: str) -> Iterator[int]:
    hits = recall.ask(Question(question, tiers=("note",)), now=2.0, limit=max(DEPTHS)).hits
    yield from (hit.document for hit in hits)


def _plain(db: Database, question: str) -> Iterator[int]:
    words = " OR ".join(f'"{word}"' for word in query_words(question))
    sql = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?"
    yield from (row[0] for row in db.execute(sql, [words, max(DEPTHS)]).fetchall())


if __name__ == "__main__":
    main()
