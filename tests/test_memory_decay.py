"""Fading: gentle by default, never from idling, changed only by use with a known outcome."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory import decay
from memory.decay import CURVES, Strength

STRENGTHS = st.builds(
    Strength, st.floats(0.1, 1000), st.floats(1, 10), st.just(0.0), st.integers(0, 9), st.integers(0, 9)
)


@given(STRENGTHS, st.sampled_from(sorted(CURVES)), st.floats(0, 1e4), st.floats(0, 1e4))
def test_every_curve_starts_at_one_and_only_falls(strength: Strength, curve: str, a: float, b: float) -> None:
    early, late = sorted((a, b))
    assert decay.retrievability(strength, 0.0, curve) == 1.0
    assert 1.0 >= decay.retrievability(strength, early, curve) >= decay.retrievability(strength, late, curve) >= 0.0


def test_the_curves_are_the_published_ones() -> None:
    assert decay.fsrs6(8.0, 8.0) == pytest.approx(0.9)
    assert decay.fsrs6(80.0, 8.0) == pytest.approx((1 + (0.9 ** (-1 / 0.1542) - 1) * 10) ** -0.1542)
    assert decay.exponential(8.0, 8.0) == pytest.approx(math.exp(-1))
    assert decay.half_life(8.0, 8.0) == pytest.approx(0.5)


def test_the_default_has_a_long_tail() -> None:
    strength = decay.first_strength("episodic", 0.0)
    assert decay.retrievability(strength, 230.0) > 0.4
    assert decay.retrievability(strength, 230.0, "exponential") < 1e-40


@given(STRENGTHS, st.floats(0, 1e4))
def test_use_decides_and_showing_does_not(strength: Strength, now: float) -> None:
    assert decay.review(strength, "shown", now) == strength
    better = decay.review(strength, "succeeded", now)
    worse = decay.review(strength, "failed", now)
    assert worse.stability < strength.stability < better.stability
    assert (better.uses, better.lapses) == (strength.uses + 1, strength.lapses)
    assert (worse.uses, worse.lapses) == (strength.uses + 1, strength.lapses + 1)
    assert 1 <= better.difficulty <= strength.difficulty <= 10
    assert better.difficulty <= worse.difficulty <= 10
    if strength.difficulty < 9.9:
        assert worse.difficulty > strength.difficulty


@given(STRENGTHS)
def test_a_success_after_a_long_pause_teaches_more(strength: Strength) -> None:
    soon = decay.review(strength, "succeeded", strength.stability)
    late = decay.review(strength, "succeeded", 10 * strength.stability)
    assert late.stability > soon.stability


def test_strengths_change_as_fsrs_6_has_it() -> None:
    """Figures by hand from its formulas and default parameters: R = 0.9, D = 5, S = 8.3, and what follows."""
    held = Strength(8.3, 5.0, 0.0)
    good = decay.review(held, "succeeded", 8.3)
    assert good.stability == pytest.approx(8.3 * (1 + math.exp(1.8722) * 6 * 8.3**-0.1666 * (math.exp(0.0796) - 1)))
    easy = 6.4133 - math.exp(2.5002) + 1
    assert good.difficulty == pytest.approx(0.001 * easy + 0.999 * 5)
    again = decay.review(held, "failed", 8.3)
    assert again.stability == pytest.approx(1.4835 * 5**-0.0614 * (9.3**0.2629 - 1) * math.exp(0.16483))
    assert again.difficulty == pytest.approx(0.001 * easy + 0.999 * (5 + 6.0388 * 5 / 9))


def test_a_thousand_failures_leave_something() -> None:
    held = Strength(2.3, 5.0, 0.0)
    for at in range(1000):
        held = decay.review(held, "failed", float(at))
    for curve in CURVES:
        assert 0 <= decay.retrievability(held, 2000.0, curve) < 0.5
    assert decay.review(held, "succeeded", 2000.0).stability > held.stability
