"""Words of goals and of labels, and how near they are: the only thing that is known about an action never tried.

Pure text. No word means anything here beyond being the same word, or nearly.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise

SMALL = frozenset(
    "a an and are at be been by do each every for from has have in into is it its no not of on or out so that the "
    "their them then there these this to use using was what where which with you your home file files".split()
)
"""Words that say too little to choose by."""
SHORTEST = 4
"""Letters from which one word may be the beginning of another ("sort", "sorted")."""
PARENT_WEIGHT = 0.35
"""What a word of the menus above an entry counts, against a word of the entry itself."""
MISS = 0.12
"""What each word of a label costs that the goal does not have."""


def words(text: str) -> list[str]:
    """The words of a text in order, folded, without endings that only bend them."""
    parts = re.findall(r"[a-z]+|\d+", re.sub(r"([a-z])([A-Z])", r"\1 \2", text).lower())
    return [_stem(each) for each in parts]


def told(goal: str, values: Iterable[object]) -> list[str]:
    """The words of a goal that are not its data: what it asks for. Neighbours also count joined ("upper case")."""
    for value in sorted(set(texts(values)), key=len, reverse=True):
        goal = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", " ", goal)
    found = words(goal)
    joined = [first + second for first, second in pairwise(found)]
    return [each for each in dict.fromkeys([*found, *joined]) if each not in SMALL]


def near(word: str, other: str) -> bool:
    """Whether two words are the same, or one begins the other."""
    short, long = sorted((word, other), key=len)
    return word == other or (len(short) >= SHORTEST and long.startswith(short))


def rarity(labels: Collection[str]) -> Mapping[str, float]:
    """How telling each word of some labels is, from 0 to 1: the rarer, the more."""
    count = Counter(word for label in labels for word in set(words(label)))
    most = math.log(1 + len(labels)) or 1.0
    return {word: math.log(1 + len(labels) / times) / most for word, times in count.items()}


def likeness(label: str, wanted: Collection[str], telling: Mapping[str, float]) -> float:
    """How well a label such as "Edit > Rename..." fits wanted words; 0 if not at all."""
    *above, last = label.split(" > ")
    own = [each for each in dict.fromkeys(words(last)) if each not in SMALL]
    hits = [each for each in own if any(near(each, other) for other in wanted)]
    score = sum(telling.get(each, 1.0) for each in hits) - MISS * (len(own) - len(hits))
    for part in above:
        for each in set(words(part)) - set(own) - SMALL:
            if any(near(each, other) for other in wanted):
                score += PARENT_WEIGHT * telling.get(each, 1.0)
    return max(0.0, score)


def _stem(word: str) -> str:
    for ending in ("ings", "ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word


def texts(values: Iterable[object]) -> Iterable[str]:
    """Every text and number among values, those in lists and tables too."""
    for value in values:
        if isinstance(value, str) and value:
            yield value
        elif isinstance(value, Mapping):
            yield from texts([*value.keys(), *value.values()])
        elif isinstance(value, list | tuple):
            yield from texts(value)
        elif value is not None:
            yield str(value)
