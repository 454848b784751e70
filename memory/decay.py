"""How memories fade: pure functions over a strength and an experience clock.

Strength is kept, fading is computed on reading and never written back. Only use with a known outcome changes a
strength: what was used and succeeded grows, what was used and failed shrinks, what was merely shown stays as it is.
The clock counts experience (iterations, or seconds if the caller says so), so an idle agent forgets nothing.
Fading ranks and archives; it never decides what is true and never deletes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["succeeded", "failed", "shown"]
Tier = Literal["episodic", "semantic"]

FSRS_DECAY = 0.1542
"""Exponent of the FSRS-6 forgetting curve (its default w20)."""

_FSRS_FACTOR = 0.9 ** (-1 / FSRS_DECAY) - 1
_GROWTH, _SATURATION, _LATENESS = 1.8722, 0.1666, 0.796  # FSRS-6 defaults w8, w9, w10
_LAPSE, _LAPSE_DIFFICULTY, _LAPSE_STABILITY, _LAPSE_LATENESS = 1.4835, 0.0614, 0.2629, 1.6483  # w11 to w14
_LAPSE_CEILING = math.exp(-0.5425 * 0.0912)  # w17, w18: no failure leaves more than this share
_HARDER, _REVERSION = 3.0194, 0.001  # w6, w7
_EASY = 6.4133 - math.exp(3 * 0.8334) + 1  # w4, w5: where difficulty drifts to
_LEAST_STABILITY = 0.001
_ACT_R_DECAY, _ACT_R_NOISE = 0.5, 0.4  # the textbook values
_FIRST_STABILITY: dict[Tier, float] = {"episodic": 2.3, "semantic": 8.3}
_EASIEST, _MIDDLE, _HARDEST = 1.0, 5.0, 10.0


@dataclass(frozen=True)
class Strength:
    """How well a memory holds: `stability` is the experience after which recall has dropped to 0.9."""

    stability: float
    difficulty: float
    last_used: float
    uses: int = 0
    lapses: int = 0


def first_strength(tier: Tier, now: float) -> Strength:
    """The strength of a memory that was just made."""
    return Strength(_FIRST_STABILITY[tier], _MIDDLE, now)


def fsrs6(elapsed: float, stability: float) -> float:
    """The power law of FSRS-6: 0.9 at one stability, with a long tail. The default."""
    return math.pow(1 + _FSRS_FACTOR * elapsed / stability, -FSRS_DECAY)


def exponential(elapsed: float, stability: float) -> float:
    """Ebbinghaus as MemoryBank and SAGE write it, exp(-t/S), with t divided by S (MemoryBank's code multiplies)."""
    return math.exp(-elapsed / stability)


def half_life(elapsed: float, stability: float) -> float:
    """Half of it is gone after one stability: 2^(-t/S)."""
    return math.pow(2, -elapsed / stability)


def act_r(elapsed: float, stability: float) -> float:
    """ACT-R: the logistic of the base-level activation of one trace, so placed that it is 0.9 at one stability."""
    return 1 / (1 + math.pow(elapsed / stability, _ACT_R_DECAY / _ACT_R_NOISE) / 9)


CURVES: dict[str, Callable[[float, float], float]] = {
    "fsrs6": fsrs6,
    "exponential": exponential,
    "half_life": half_life,
    "act_r": act_r,
}
"""The curves by the names that settings use."""
DEFAULT = "fsrs6"
"""The curve where none was fitted or chosen."""


def retrievability(strength: Strength, now: float, curve: str = DEFAULT, scale: float = 1.0) -> float:
    """The chance, from 1 down to 0, that the memory is still needed and right at `now`.

    `scale` stretches the curve: fitted on one's own log, 1 by default.
    """
    return CURVES[curve](max(0.0, now - strength.last_used), strength.stability * scale)


def review(strength: Strength, outcome: Outcome, now: float) -> Strength:
    """The strength after a use, by the rules of FSRS-6 with its default parameters (a success is its 'good').

    A success after a long pause teaches more than one right after another; each failure makes it harder to learn.
    """
    if outcome == "shown":
        return strength
    fading = 1 - retrievability(strength, now)
    s, d = strength.stability, strength.difficulty
    if outcome == "succeeded":
        growth = math.exp(_GROWTH) * (11 - d) * s**-_SATURATION * (math.exp(_LATENESS * fading) - 1)
        # Uses in quick succession have hardly faded: they still count a little, or daily tools would never harden.
        grown = s * (1 + max(growth, 0.05))
        return Strength(grown, _drifted(d), now, strength.uses + 1, strength.lapses)
    kept = _LAPSE * d**-_LAPSE_DIFFICULTY * ((s + 1) ** _LAPSE_STABILITY - 1) * math.exp(_LAPSE_LATENESS * fading)
    kept = max(_LEAST_STABILITY, min(kept, _LAPSE_CEILING * s))
    harder = _drifted(d + 2 * _HARDER * (_HARDEST - d) / 9)
    return Strength(kept, harder, now, strength.uses + 1, strength.lapses + 1)


def _drifted(difficulty: float) -> float:
    return min(_HARDEST, max(_EASIEST, _REVERSION * _EASY + (1 - _REVERSION) * difficulty))
