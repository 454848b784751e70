"""Which world the next task comes from: the one in which iterations lately taught most.

Learning progress of a world is how many things were mastered for the first time per iteration spent, over its latest
tasks. A world that gives nothing new (all known, or all out of reach) falls behind; a share of the choices is left to
chance, so that no world is forgotten. Teachers that follow learning progress: Oudeyer and Kaplan 2007, Matiisen et
al. 2017 (TSCL). Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

WINDOW = 12
"""Settled tasks of a world that its progress is computed over."""
CHANCE = 0.4
"""Share of the choices that is left to chance: with two worlds each gets a fifth at least, to show what it teaches."""
PRIOR_NEW, PRIOR_SPENT = 1.0, 2.0
"""What is believed of a world before it was tried: one new thing in two iterations."""


@dataclass(frozen=True)
class Settled:
    """A task that ended: its world, what it was about, whether it passed, and the iterations that it took."""

    world: str
    about: str
    passed: bool
    iterations: int


def progress(worlds: Sequence[str], tasks: Iterable[Settled]) -> dict[str, float]:
    """New things mastered per iteration, by world; a world that was never tried has the prior alone."""
    mastered: set[tuple[str, str]] = set()
    latest: dict[str, list[tuple[bool, int]]] = {world: [] for world in worlds}
    for task in tasks:
        new = task.passed and (task.world, task.about) not in mastered
        if new:
            mastered.add((task.world, task.about))
        if task.world in latest:
            latest[task.world].append((new, task.iterations))
    return {world: _rate(found[-WINDOW:]) for world, found in latest.items()}


def order(worlds: Sequence[str], rates: Mapping[str, float], seed: int, number: int) -> tuple[str, ...]:
    """The worlds in the order in which they are asked for task `number`: the same for the same seed and record."""
    dice = _dice(seed, number)
    if len(worlds) > 1 and dice < CHANCE:
        first = worlds[int(dice / CHANCE * len(worlds))]
        return (first, *(world for world in worlds if world != first))
    return tuple(sorted(worlds, key=lambda world: (-rates[world], worlds.index(world))))


def _rate(found: Sequence[tuple[bool, int]]) -> float:
    new = sum(each for each, _ in found)
    spent = sum(iterations for _, iterations in found)
    return (new + PRIOR_NEW) / (spent + PRIOR_SPENT)


def _dice(seed: int, number: int) -> float:
    digest = hashlib.sha256(f"world:{seed}:{number}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32
