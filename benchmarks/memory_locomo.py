"""Retrieval on LoCoMo: for each question, the share of its labelled evidence among what is recalled. No model judges.

    python -m benchmarks.memory_locomo path/to/locomo10.json [--dense] [--json]      (or LOCOMO=path)

The file is not part of this project (CC BY-NC 4.0, github.com/snap-research/locomo). Each conversation is a memory of
its own; its turns are notes, written and recalled through the same code that a journey uses. Intervals: bootstrap over
conversations, 95 %. Recall without decay, and with the exponential curve in its place, tells what fading costs in a
ranking where everything is asked for alike. Absent questions (asked of another conversation, with its speakers' names
put in) tell how well recall abstains: as it is, and with the threshold that would be chosen on every other conversation
(two of a hundred questions unanswered) on those between.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from benchmarks._record import write
from memory.db import open_db
from memory.embedders import find_embedder
from memory.index import Embedder, VectorIndex
from memory.notes import Note, Notes
from memory.packing import pack_hits
from memory.question import Weights
from memory.recall import Question, Recall

CATEGORIES = {1: "multi-hop", 2: "temporal", 3: "open-domain", 4: "single-hop", 5: "adversarial"}
DEPTHS = (5, 10, 20)
BUDGET = 2000
DEEPEST = 150
"""Hits from which the budget is packed."""


@dataclass(frozen=True)
class Conversation:
    """One conversation as a memory: its database, and the documents of its turns by their label.

    The clock counts days; questions are asked (`now`) a day after the last sitting.
    """

    db: Database
    documents: dict[tuple[int, int], int]
    speakers: tuple[str, str]
    questions: list[dict[str, Any]]
    now: float


class Remembering:
    """An embedder that embeds the same text once: each question is asked in several ways."""

    def __init__(self, model: Embedder) -> None:
        self.id, self.size, self._model = model.id, model.size, model
        self._known: dict[str, list[float]] = {}

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector for each text."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known |= dict(zip(new, self._model.embed(new), strict=True))
        return [self._known[text] for text in texts]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path, nargs="?", default=os.environ.get("LOCOMO"))
    parser.add_argument("--dense", action="store_true", help="also dense and hybrid recall (needs an embedding model)")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.path is None:
        print("not measured: name the file locomo10.json, or set LOCOMO to it")
        return
    embedder = Remembering(find_embedder()) if given.dense else None
    ways: dict[str, dict[str, Any]] = {
        "lexical": {},
        "lexical without decay": {"off": ("decay",)},
        "lexical, exponential decay": {"curve": "exponential"},
    }
    if embedder:
        ways |= {"dense": {"weights": Weights(words=0.0)}, "hybrid": {}}
    scores: dict[str, list[list[dict[str, Any]]]] = defaultdict(list)
    asked: dict[str, list[list[tuple[bool, float]]]] = defaultdict(list)
    conversations = [take_in(each) for each in json.loads(Path(given.path).read_text(encoding="utf-8"))]
    for number, conversation in enumerate(conversations):
        index = None
        if embedder:
            index = VectorIndex(conversation.db, embedder)
            index.update()
        for way, settings in ways.items():
            recall = Recall(conversation.db, None if way.startswith("lexical") else index, **settings)
            scores[way].append([score(recall, conversation, question) for question in conversation.questions])
            other = conversations[(number + 1) % len(conversations)]
            asked[way].append(abstentions(recall, conversation, other))
    result = {way: table(rows) | {"abstention": calibrated(asked[way])} for way, rows in scores.items()}
    write("memory_locomo", {"model": embedder.id if embedder else None, "budget_tokens": BUDGET}, result, given.json)


def take_in(sample: dict[str, Any]) -> Conversation:
    """Write a conversation's turns as notes, one stream for each sitting."""
    db, talk = open_db(":memory:"), sample["conversation"]
    notes, documents, day = Notes(db), {}, 0.0
    for sitting in range(1, 1000):
        if f"session_{sitting}_date_time" not in talk:
            break
        day = datetime.strptime(talk[f"session_{sitting}_date_time"], "%I:%M %p on %d %B, %Y").timestamp() / 86400
        for position, turn in enumerate(talk.get(f"session_{sitting}", [])):
            picture = f" [image: {turn['blip_caption']}]" if turn.get("blip_caption") else ""
            note = Note("", f"sitting {sitting}", position, turn["text"] + picture, day, turn["speaker"], "person")
            kept = notes.record(note)
            assert kept is not None
            row = db.execute("SELECT id FROM documents WHERE tier = 'note' AND ref = ?", [kept.id]).fetchone()
            documents[next(labels(turn["dia_id"]))] = int(row[0])
    return Conversation(db, documents, (talk["speaker_a"], talk["speaker_b"]), sample["qa"], day + 1)


def labels(text: str) -> Iterator[tuple[int, int]]:
    """The turns that a label names; a few labels in the file are malformed."""
    for sitting, turn in re.findall(r"D:?(\d+):(\d+)", text):
        yield int(sitting), int(turn)


def score(recall: Recall, conversation: Conversation, question: dict[str, Any]) -> dict[str, Any]:
    """Recall at each depth and within the token budget; no entry if the question has no usable evidence."""
    named = {label for entry in question["evidence"] for label in labels(entry)}
    evidence = {conversation.documents[label] for label in named if label in conversation.documents}
    if not evidence:
        return {}
    asked = Question(str(question["question"]), tiers=("note",))
    found = recall.ask(asked, now=conversation.now, limit=DEEPEST).hits
    hits = [hit.document for hit in found]
    row: dict[str, Any] = {"category": question["category"]}
    for depth in DEPTHS:
        row[f"recall@{depth}"] = len(evidence.intersection(hits[:depth])) / len(evidence)
    packed = {hit.document for hit in pack_hits(found, BUDGET)[0]}
    row["within_budget"] = len(evidence & packed) / len(evidence)
    return row


def abstentions(recall: Recall, conversation: Conversation, other: Conversation) -> list[tuple[bool, float]]:
    """(answerable, relevance) of this conversation's questions and of another's under this one's names."""
    swapped = dict(zip(other.speakers, conversation.speakers, strict=True))
    rows = []
    for answerable, questions in ((True, conversation.questions), (False, other.questions)):
        for question in questions[::4]:
            text = str(question["question"])
            for name, here in swapped.items() if not answerable else ():
                text = text.replace(name, here)
            rows.append((answerable, recall.ask(Question(text, tiers=("note",)), now=conversation.now).relevance))
    return rows


def calibrated(conversations: list[list[tuple[bool, float]]]) -> dict[str, Any]:
    """How well relevance tells answerable from absent, what the default threshold does, and one chosen on a half."""
    present, absent = apart(conversations)
    wins = sum((a > b) + 0.5 * (a == b) for a in present for b in absent)
    at = {f"enough_at_{part}_percent": round(present[len(present) * part // 100], 3) for part in (1, 2, 5)}
    held_out = []
    for half in (0, 1):
        chosen = apart(conversations[half::2])[0]
        enough = chosen[len(chosen) // 50]
        held_out.append({"enough": round(enough, 3), **silent(*apart(conversations[1 - half :: 2]), enough)})
    wrong = {"auc": round(wins / (len(present) * len(absent)), 4), **silent(present, absent, 1.0)}
    return {**wrong, **at, "held_out": held_out}


def apart(conversations: list[list[tuple[bool, float]]]) -> tuple[list[float], list[float]]:
    """Relevance, sorted, of questions that can be answered and of those that cannot."""
    rows = [row for each in conversations for row in each]
    present = sorted(relevance for answerable, relevance in rows if answerable)
    return present, sorted(relevance for answerable, relevance in rows if not answerable)


def silent(present: list[float], absent: list[float], enough: float) -> dict[str, float]:
    """How often recall would be silent below a threshold: wrongly, and rightly."""
    return {
        "wrongly_silent": round(sum(each < enough for each in present) / len(present), 4),
        "rightly_silent": round(sum(each < enough for each in absent) / len(absent), 4),
    }


def table(conversations: list[list[dict[str, Any]]]) -> dict[str, Any]:
    """Means with intervals, over all questions and by category."""
    rows = [[row for row in each if row] for each in conversations]
    found: dict[str, Any] = {}
    for name, category in {"all": None, **{name: number for number, name in CATEGORIES.items()}}.items():
        kept = [[row for row in each if category in (None, row["category"])] for each in rows]
        found[name] = {"questions": sum(map(len, kept))}
        for measure in (*(f"recall@{depth}" for depth in DEPTHS), "within_budget"):
            mean, low, high = interval([[row[measure] for row in each] for each in kept])
            found[name][measure] = {"mean": round(mean, 4), "low": round(low, 4), "high": round(high, 4)}
    return found


def interval(groups: list[list[float]], draws: int = 1000) -> tuple[float, float, float]:
    """Mean over all values and its 95 % interval when the groups are drawn anew."""
    chance = random.Random(0)
    sums = [(sum(group), len(group)) for group in groups if group]
    means = []
    for _ in range(draws):
        drawn = [chance.choice(sums) for _ in sums]
        means.append(sum(total for total, _ in drawn) / sum(count for _, count in drawn))
    means.sort()
    return sum(s for s, _ in sums) / sum(n for _, n in sums), means[draws // 40], means[-draws // 40]


if __name__ == "__main__":
    main()
