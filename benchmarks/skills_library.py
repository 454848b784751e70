"""A library of many synthetic skills: search, plan, closure, graph and commit times, memory and disk.

    python -m benchmarks.skills_library [--skills 50000]

The skills form layers: those of a layer call one or two of the layer before and turn its items into their own.
Everything goes through the library's own code; only the filling is batched into large transactions.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks._result import Result
from memory.db import atomic, open_db
from memory.index import VectorIndex, numpy
from skills.admit import Admission
from skills.graph import SkillGraph
from skills.library import Library
from skills.operators import Operators
from skills.planning import plan
from skills.schema import SKILLS
from skills.search import search
from skills.similarity import SKILL_TEXTS, by_meaning
from skills.skill import Parameter, Signature, Use, Version

COUNT = (Parameter("count", "number", "1"),)
VERBS = ("mine", "craft", "smelt", "hunt", "gather", "build", "trade", "carry")
NOUNS = ("iron", "oak", "stone", "copper", "wool", "sand", "coal", "clay", "birch", "gold", "kelp", "bone", "flint")
THINGS = ("pickaxe", "block", "ingot", "plate", "lamp", "chest", "arrow", "brick", "rope", "wheel", "tool", "door")
LAYERS = 10
FILL_BATCH = 500


def main() -> None:
    """Fill, measure, print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--skills", type=int, default=50_000)
    chosen = options.parse_args()
    result = Result("skills_library", vars(chosen))
    with tempfile.TemporaryDirectory() as folder:
        result.finish(measure(Path(folder) / "library.db", chosen.skills))


def measure(path: Path, size: int) -> dict[str, Any]:
    """All figures for a library of `size` skills."""
    dice = random.Random(1)
    library = Library(open_db(path, SKILLS))
    begun = time.perf_counter()
    versions = fill(library, size, dice)
    filled = time.perf_counter() - begun
    queries = [f"{dice.choice(VERBS)} {dice.choice(NOUNS)} {dice.choice(THINGS)}" for _ in range(200)]
    names = [dice.choice(versions).skill for _ in range(200)]
    items = [f"item_{dice.randrange(size * (LAYERS - 1) // LAYERS, size)}" for _ in range(50)]
    graph = SkillGraph(library)
    operators = Operators(library)
    plan(operators, items[0])
    found: dict[str, Any] = {
        "fill_seconds": round(filled, 1),
        **timed("search_words", lambda n: search(library, queries[n % 200]), 200),
        **timed("search_with_items", lambda n: search(library, queries[n % 200], items=[items[n % 50]]), 200),
        **by_meaning_of(library, queries),
        **timed("get", lambda n: library.get(names[n % 200]), 200),
        **timed("plan_10_layers", lambda n: plan(operators, items[n % 50]), 50),
        **timed("modules_closure", lambda n: graph.modules(library.get(names[n % 200]).current.hash), 100),
        **timed("commit_version_and_use", lambda n: commit(library, size + n), 50),
    }
    begun = time.perf_counter()
    graph.calls()
    found["graph_build_seconds"] = round(time.perf_counter() - begun, 2)
    begun = time.perf_counter()
    found["graph_layers"] = graph.picture()["depth"]
    found["graph_picture_seconds"] = round(time.perf_counter() - begun, 2)
    found["memory_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    found["disk_mb"] = round(sum(file.stat().st_size for file in path.parent.iterdir()) / 1e6)
    return found


class Made:
    """Vectors of the real size without a model: what is measured is the index; a model adds its own time."""

    id, size = "made", 384

    def __init__(self) -> None:
        self._directions: dict[str, Any] = {}

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """The sum of a direction for each word."""
        rows = [sum(self._direction(word) for word in text.split()) for text in texts]
        return [(row / max(1e-9, float((row @ row) ** 0.5))).tolist() for row in rows]

    def _direction(self, word: str) -> Any:
        if word not in self._directions:
            dice = random.Random(word)
            self._directions[word] = numpy().array([dice.gauss(0, 1) for _ in range(self.size)])
        return self._directions[word]


def by_meaning_of(library: Library, queries: Sequence[str]) -> dict[str, float]:
    """Embedding everything, reading the vectors once, and searches that take the route by meaning too."""
    index = VectorIndex(library.db, Made(), SKILL_TEXTS)
    begun = time.perf_counter()
    index.update()
    filled = time.perf_counter() - begun
    meaning = by_meaning(library, index)
    begun = time.perf_counter()
    meaning(queries[0], 50)
    read = time.perf_counter() - begun
    return {
        "vectors_fill_seconds": round(filled, 1),
        "vectors_read_seconds": round(read, 2),
        **timed("search_with_meaning", lambda n: search(library, queries[n % 200], meaning=meaning), 200),
    }


def fill(library: Library, size: int, dice: random.Random) -> list[Version]:
    """Layered skills with three runs each."""
    versions: list[Version] = []
    width = max(1, size // LAYERS)
    for start in range(0, size, FILL_BATCH):
        with atomic(library.db):
            for number in range(start, min(size, start + FILL_BATCH)):
                layer = number // width
                below = [
                    versions[dice.randrange((layer - 1) * width, layer * width)] for _ in range(callees(number, layer))
                ]
                versions.append(add(library, number, below, dice))
    return versions


def callees(number: int, layer: int) -> int:
    """One for most skills, two for every fourth; none in the first layer."""
    return 0 if not layer else 1 + (number % 4 == 0)


def add(library: Library, number: int, below: list[Version], dice: random.Random) -> Version:
    """One skill that uses up what the skills below it bring, seen to work three times."""
    name = f"{dice.choice(VERBS)}{dice.choice(NOUNS).capitalize()}{dice.choice(THINGS).capitalize()}{letters(number)}"
    calls = " ".join(f"await {callee.skill}(bot, {{ count }})" for callee in below)
    source = f"async function {name}(bot, {{ count = 1 }} = {{}}) {{ {calls} return {{ gained: count }} }}"
    purpose = f"{name} turns {', '.join(callee.skill for callee in below) or 'nothing'} into item {number}."
    uses = {callee.skill: callee.hash for callee in below}
    version = library.add(Admission(source, (), Signature(name, COUNT), purpose, uses=uses), reason="synthetic")
    before = {f"item_{callee.number - 1}": 2 for callee in below}
    for run in range(3):
        library.record_use(
            Use(version.hash, "succeeded", f"s{number}", run, 0.0, args={"count": 1}, before=before,
                after={f"item_{number}": 1}, ticks=100 + dice.randrange(200), setting="fresh", world=f"w{run}")
        )  # fmt: skip
    return version


def commit(library: Library, number: int) -> None:
    """What keeping one finished iteration costs: a version and its evidence, each durable."""
    add(library, number, [], random.Random(number))


def letters(number: int) -> str:
    """A number as a word, so that names hold no digits."""
    text = ""
    while True:
        number, rest = divmod(number, 26)
        text = chr(ord("a") + rest) + text
        if not number:
            return text.capitalize()


def timed(name: str, work: Callable[[int], object], times: int) -> dict[str, float]:
    """Median and 95th percentile in milliseconds."""
    work(0)
    spent = []
    for number in range(1, times + 1):
        begun = time.perf_counter()
        work(number)
        spent.append((time.perf_counter() - begun) * 1000)
    spent.sort()
    return {
        f"{name}_p50_ms": round(spent[len(spent) // 2], 2),
        f"{name}_p95_ms": round(spent[int(0.95 * len(spent))], 2),
    }


if __name__ == "__main__":
    main()
