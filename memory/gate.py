"""The merge gate: nothing may be merged that would lose or contradict a number, a date, a negation or a name.

Pure. It compares texts and says what would be lost; it never writes a merged text and never decides what is true.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:[.,:/-]\d+)*(?:st|nd|rd|th|%)?(?!\w)|(?<=[A-Za-z_])\d+|\d+(?=[A-Za-z])")
_NUMBER_WORD = re.compile(
    r"(?i)\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty|fifty|"
    r"hundred|thousand|million|once|twice|half|first|second|third|last)\b"
)
_DATE = re.compile(
    r"(?i)\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|"
    r"\b(?:today|yesterday|tomorrow|tonight|now|formerly|since|until|before|after)\b"
)
_NEGATION = re.compile(
    r"(?i)\b(?:no|not|never|none|nothing|nobody|nowhere|neither|nor|without|cannot|can't|won't|don't|doesn't|didn't|isn't|"
    r"aren't|wasn't|weren't|shouldn't|mustn't|couldn't|wouldn't|unless|except|only|fails?|failed|false|absent|lacks?|"
    r"missing|impossible|avoid|stop|refused?|un\w{4,})\b"
)
_NAME = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b|\b[a-z]+[A-Z]\w*\b|\"[^\"]+\"|'[^'\s][^']*'|`[^`]+`|#\w+")
_CAPITAL = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w'-]+")
_OPPOSITES = [
    set(pair.split("/"))
    for pair in "east/west north/south left/right up/down above/below before/after open/closed more/less most/least "
    "high/low hot/cold day/night inside/outside near/far always/never safe/dangerous passed/failed empty/full "
    "increase/decrease buy/sell win/lose true/false give/take".split()
]


@dataclass(frozen=True)
class Verdict:
    """Whether a merge may happen; `lost` names each thing that would be lost, as 'kind: value'."""

    ok: bool
    lost: tuple[str, ...]


def content(text: str) -> Counter[str]:
    """Everything in a text that a merge must keep, each as 'kind: value' with its count."""
    found: Counter[str] = Counter()
    for kind, pattern in (("number", _NUMBER), ("number", _NUMBER_WORD), ("date", _DATE), ("name", _NAME)):
        found.update(f"{kind}: {match.group().lower()}" for match in pattern.finditer(text))
    found.update(f"name: {match.group().lower()}" for match in _CAPITAL.finditer(text))
    found.update(f"negation: {match.group().lower()}" for match in _NEGATION.finditer(text))
    return found


def check(originals: Sequence[str], merged: str) -> Verdict:
    """May `merged` stand for all of `originals`? Each must be kept whole, and none may differ in what it denies."""
    kept = content(merged)
    lost = {entry for original in originals for entry in content(original) if entry not in kept}
    # A denial that only one of them makes turns the meaning round: that is a contradiction, not a paraphrase.
    denials = [_denials(text) for text in (*originals, merged)]
    lost |= {f"negation: {word}" for other in denials for word in other ^ denials[-1]}
    lost |= {f"opposite: {pair}" for pair in _turned(originals)}
    return Verdict(not lost, tuple(sorted(lost)))


def likeness(one: str, other: str) -> float:
    """How alike two texts are by their words, from 0 to 1 (Jaccard)."""
    a, b = _words(one), _words(other)
    return len(a & b) / len(a | b) if a or b else 1.0


def _denials(text: str) -> set[str]:
    return {match.group().lower() for match in _NEGATION.finditer(text)}


def _turned(texts: Sequence[str]) -> set[str]:
    """Pairs of opposites of which one text has one and another text the other."""
    words = [_words(text) for text in texts]
    turned = set()
    for pair in _OPPOSITES:
        sides = {frozenset(pair & each) for each in words if pair & each}
        if len(sides) > 1:
            turned.add("/".join(sorted(pair)))
    return turned


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))
