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
    assert 1 <= better.difficulty <= strength.difficulty <= worse.difficulty <= 10


@given(STRENGTHS)
def test_a_success_after_a_long_pause_teaches_more(strength: Strength) -> None:
    soon = decay.review(strength, "succeeded", strength.stability)
    late = decay.review(strength, "succeeded", 10 * strength.stability)
    assert late.stability > soon.stability
