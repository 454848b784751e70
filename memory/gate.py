"""The merge gate: nothing may be merged that would lose or contradict a number, a date, a negation or a named thing.

Pure. It compares texts and says what would be lost; it never writes a merged text and never decides what is true. Each
word that is not known to name nothing is taken for a name: what it does not know it keeps, so its mistakes are merges
that do not happen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, permutations, product

from memory.stems import inflected

_NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:[.,:/-]\d+)*(?:st|nd|rd|th|%)?(?!\w)|(?<=[A-Za-z_])\d+|\d+(?=[A-Za-z])")
_NUMBER_WORD = re.compile(
    r"(?i)\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty|fifty|"
    r"hundred|thousand|million|once|twice|half|first|second|third|last)\b"
)
_COUNT = (
    r"(?:(?<![\w:/−-])\+?\d+(?:[.,]\d+)*%?(?![\w:/-])|"
    r"\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty|fifty|"
    r"hundred|thousand|million)\b)"
)
_COUNTED = re.compile(rf"(?i){_COUNT}")
_LIST = re.compile(rf"(?i)(?:{_COUNT}|\ban?)\s+\w+(?:(?:\s*,\s*|\s+)(?:and\s+)?(?:{_COUNT}|\ban?)\s+\w+)+")
"""So many of this and so many of that."""
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
    "high/low hot/cold day/night inside/outside near/far safe/dangerous passed/failed empty/full in/out on/off "
    "over/under increase/decrease buy/sell win/lose true/false give/take all/some every/any from/to and/or "
    "this/that these/those".split()
]
_EXACT = {*"east west north south left right up down above below inside outside near far more less most least".split(),
          *"all every each both any few many same other another alone together".split(),
          *"was were had did will would can could may might must should".split()}  # fmt: skip
"""Directions, amounts, tenses: said by one text only, they narrow or change what it says."""

_WORD = re.compile(r"[^\W_]+(?:[_.'’-]+[^\W_]+)*")
_PAUSE = re.compile(r"[,.;:!?](?=\s|$)|[()\[\]{}\"«»\n]|\s[-–—]\s")
_EMPTY = frozenset(
    "a an the this that these those is are be been being it its itself s there do does has have some again also too "
    "just very really quite simply please always".split()
)
"""Words that name nothing and turn nothing round: with them or without them, the same is said."""
_PLACING = frozenset(
    "in on into onto from off out over under up down through between behind beside along across around against toward "
    "towards inside outside above below near before after until since without or than instead".split()
)
"""Words that say how the words after them stand to the others, and may not get lost."""
_LINKS = _PLACING | frozenset("of to for at by as with and when if then so because which who where while".split())
"""All words that begin a new part of a sentence. Those that are not in `_PLACING` may give way to others."""
_SAME = {
    word: group.split()[0]
    for group in (
        "go goes going gone went walk walks walking walked",
        "see sees seen seeing sight visible",
        "look looks looked looking search searches searching searched",
        "get gets getting got gather gathers gathered gathering collect collects collected collecting",
        "make makes making made craft crafts crafting crafted",
        "put puts putting place places placing placed",
        "mine mines mined mining dig digs digging dug",
        "need needs needed needing require requires required requiring",
        "start starts started starting begin begins began beginning begun",
        "kill kills killed killing slay slays slew slain",
        "try tries tried trying attempt attempts attempted attempting",
        "big large", "quickly fast rapidly", "near nearby",
    )
    for word in group.split()
}  # fmt: skip
"""Ways of saying one thing that are everyday words and name no thing."""


ALIKE = 0.7
"""Share of common words from which two texts may say the same."""


@dataclass(frozen=True)
class Verdict:
    """Whether a merge may happen; `lost` names each thing that would be lost, as 'kind: value'."""

    ok: bool
    lost: tuple[str, ...]


def content(text: str) -> Counter[str]:
    """Everything in a text that a merge must keep, each as 'kind: value' with its count; words uninflected."""
    found: Counter[str] = Counter()
    for kind, pattern in (("number", _NUMBER), ("number", _NUMBER_WORD), ("date", _DATE), ("name", _NAME)):
        found.update(f"{kind}: {match.group().lower()}" for match in pattern.finditer(text))
    found.update(f"name: {match.group().lower()}" for match in _CAPITAL.finditer(text))
    found.update(f"negation: {match.group().lower()}" for match in _NEGATION.finditer(text))
    found.update(f"word: {said}" for said in _said(text) if said not in _BLAND)
    return found


def check(originals: Sequence[str], merged: str) -> Verdict:
    """May `merged` stand for all of `originals`? Each must be kept whole, none may differ in what turns its meaning.

    Whoever proposes the merge says that they mean the same; `same` is for when nobody does.
    """
    kept, known = content(merged), set[str]().union(*(content(original) for original in originals))
    lost = {entry for original in originals for entry in content(original) if entry not in kept}
    lost |= {f"new {entry}" for entry in kept if entry.startswith(("word", "number", "date")) and entry not in known}
    # A denial, number, date or direction that only one of them has turns or narrows the meaning: no paraphrase does.
    for texts in combinations((*originals, merged), 2):
        lost |= {*(_turning(texts[0]) ^ _turning(texts[1])), *(f"opposite: {pair}" for pair in _turned(texts))}
        lost |= {f"order: {' '.join(words)}" for words in _unlike(*texts)}
    for one, other in permutations([_said(original) - _LINKING for original in originals], 2):
        if one < other:  # Other words for the same are others, not only more.
            lost |= {f"more: {word}" for word in other - one}
    for texts in combinations(originals, 2):
        lost |= {f"either: {' or '.join(sorted(words))}" for words in _instead(*texts)}
    return Verdict(not lost, tuple(sorted(lost)))


def same(one: str, other: str) -> Verdict:
    """Do both say the same word for word, but for order, inflection, words that name nothing and everyday synonyms?"""
    there, back = check([one, other], one), check([one, other], other)
    linking = {f"link: {word.strip('~')}" for word in _said(one) ^ _said(other) if word in _BLAND}
    lost = {*there.lost, *back.lost, *linking}
    return Verdict(not lost, tuple(sorted(lost)))


def restates(one: str, other: str) -> bool:
    """Whether one text says again what the other says, but for counts, the order of lists and what `same` overlooks.

    No reason to merge them, as a number would be lost, but enough to see that who took one back meant the other too.
    A number below zero is a value and no count.
    """
    texts = [_COUNTED.sub(" ", _LIST.sub(_in_order, text)) for text in (one, other)]
    first, second = (_said(text) - _BLAND for text in texts)
    if likeness(*texts) < ALIKE or first != second or _unlike(*texts) or _instead(*texts):
        return False
    return turns_alike(*texts)


def turns_alike(one: str, other: str) -> bool:
    """Whether two texts agree in names, numbers, denials, dates and directions, whatever else they say."""
    names = [{each for each in content(text) if each.startswith("name")} for text in (one, other)]
    return names[0] == names[1] and _turning(one) == _turning(other) and not _turned((one, other))


def _in_order(listed: re.Match[str]) -> str:
    """What a list names, in one order and without how many of each."""
    names = re.split(r"\s+and\s+|\s*,\s*(?:and\s+)?", _COUNTED.sub(" ", listed.group()))
    return " and ".join(sorted(re.sub(r"^\s*an?\s+", "", name, flags=re.IGNORECASE).strip() for name in names))


def likeness(one: str, other: str) -> float:
    """How alike two texts are by what they name, from 0 to 1 (Jaccard, over stems)."""
    a, b = (_said(text) - _LINKING for text in (one, other))
    return len(a & b) / len(a | b) if a or b else 1.0


def _turning(text: str) -> set[str]:
    """The denials, numbers, dates, directions, amounts and tenses of a text."""
    exact = {f"exactly: {word}" for word in _EXACT & _words(text)}
    return exact | {entry for entry in content(text) if entry.startswith(("negation", "number", "date"))}


def _turned(texts: Sequence[str]) -> set[str]:
    """Pairs of opposites of which one text has one and another text the other."""
    words = [_words(text) for text in texts]
    turned = set()
    for pair in _OPPOSITES:
        sides = {frozenset(pair & each) for each in words if pair & each}
        if len(sides) > 1:
            turned.add("/".join(sorted(pair)))
    return turned


def _unlike(one: str, other: str) -> set[tuple[str, str]]:
    """Words of both texts that stand together in one of them and not in the other, or the other way round.

    So 'from the furnace to the chest' is not 'from the chest to the furnace', and 3 logs and 5 planks not 5 and 3.
    """
    common = _said(one) & _said(other)
    first, second = (
        {pair for part in _parts(text) for pair in combinations([word for word in part if word in common], 2)}
        for text in (one, other)
    )
    return first ^ second


def _instead(one: str, other: str) -> set[tuple[str, str]]:
    """Words of which each text has one where the other has the other: 'with a wooden', 'with a stone pickaxe'."""
    found = set()
    for part, beside in product(_parts(one), _parts(other)):
        if len(part) == len(beside) > 1:
            differing = [pair for pair in zip(part, beside, strict=True) if pair[0] != pair[1]]
            if len(differing) == 1 and not _BLAND & {*differing[0]}:
                found.add(differing[0])
    mine, others = _said(one), _said(other)
    return {(word, instead) for word, instead in found if word not in others and instead not in mine}


def _said(text: str) -> frozenset[str]:
    """The words of a text that say something, each as the word that stands for it."""
    return frozenset(word for part in _parts(text) for word in part)


@lru_cache(maxsize=10_000)
def _parts(text: str) -> tuple[tuple[str, ...], ...]:
    """The parts of a text, from one pause or linking word to the next, with the words that say something in order."""
    return tuple(tuple(part) for phrase in _PAUSE.split(text) for part in _cut(phrase))


def _cut(phrase: str) -> Iterator[list[str]]:
    part: list[str] = []
    for word in _WORD.findall(phrase.lower()):
        if word in _EMPTY:
            continue
        if word in _LINKS:
            yield part
            part = []
        part.append(f"~{word}" if word in _LINKS else _SAME.get(word) or inflected(word))
    yield part


_LINKING = frozenset(f"~{word}" for word in _LINKS)
_BLAND = frozenset(f"~{word}" for word in _LINKS - _PLACING)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))
