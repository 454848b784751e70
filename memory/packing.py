"""Packs recalled memories into a token budget by what each token brings: beginnings first, whole texts where they fit.

Pure. Nothing is dropped silently: what did not fit is returned beside what did.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from memory.question import Hit
from memory.working import estimate_tokens

BRIEF = 240
"""Characters of a beginning; shorter texts are shown whole or not at all."""
_BRIEF_WORTH = 0.7
"""How much of a memory's value its beginning has."""
_STEEPNESS = 3
"""The chance that a memory is the one that is needed falls much faster than its score."""


def pack_hits(
    hits: Sequence[Hit], tokens: int, count: Callable[[str], int] = estimate_tokens
) -> tuple[tuple[Hit, ...], tuple[Hit, ...]]:
    """(shown, cut): the hits that bring most within `tokens`, in their order, each with the text to show."""
    shown: dict[int, str] = {}
    left = tokens
    for _, position, text, extra in sorted(_moves(hits, count), key=lambda move: (-move[0], move[1])):
        whole = text == hits[position].text
        upgrade = position in shown
        begins = brief(hits[position].text) != hits[position].text
        # The rest of a long text is only of use after its beginning, and costs only the difference.
        if extra > left or (whole and begins and not upgrade):
            continue
        shown[position] = text
        left -= extra
    kept = tuple(replace(hits[position], shown=shown[position]) for position in sorted(shown))
    cut = tuple(hit for position, hit in enumerate(hits) if position not in shown)
    return kept, cut


def brief(text: str) -> str:
    """The beginning of a text, to the end of a sentence if there is one, and a sign that it goes on."""
    if len(text) <= BRIEF:
        return text
    beginning = text[:BRIEF]
    ends = [match.end() for match in re.finditer(r"[.!?;](?=\s)|\n", beginning)]
    cut = ends[-1] if ends and ends[-1] > BRIEF // 3 else beginning.rfind(" ")
    return f"{beginning[: cut if cut > 0 else BRIEF].rstrip()} …"


def _moves(hits: Sequence[Hit], count: Callable[[str], int]) -> list[tuple[float, int, str, int]]:
    """(value for each token, position, text, tokens) of showing a beginning and of going on to the whole."""
    moves = []
    for position, hit in enumerate(hits):
        short, value = brief(hit.text), max(hit.score, 0.0) ** _STEEPNESS
        cost = count(short + "\n")
        whole = short == hit.text
        moves.append((value * (1.0 if whole else _BRIEF_WORTH) / cost, position, short, cost))
        if not whole:
            more = max(1, count(hit.text + "\n") - cost)
            moves.append((value * (1 - _BRIEF_WORTH) / more, position, hit.text, more))
    return moves
