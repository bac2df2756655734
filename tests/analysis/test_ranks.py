"""Rank correlations: values of an independent package, and how often their bounds hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.analysis.ranks import rank_correlations

VALUES = st.lists(st.integers(-4, 4), min_size=5, max_size=30)


@given(VALUES, st.data())
def test_it_is_spearmans(values, data):
    """Ties included; scipy as the oracle."""
    other = data.draw(st.lists(st.integers(-4, 4), min_size=len(values), max_size=len(values)))
    draws, outcome = np.array([values], float), np.array(other, float)
    found = rank_correlations(draws, outcome, outcome.size)
    if np.ptp(draws) > 0 and np.ptp(outcome) > 0:
        assert found[0, 0] == pytest.approx(stats.spearmanr(values, other).statistic, abs=1e-12)
    else:
        assert found[0, 0] == 0.0
    assert -1.0 <= found[0, 1] <= found[0, 0] <= found[0, 2] <= 1.0


def test_bounds_hold_the_true_value_nine_times_in_ten():
    """2,000 normal samples of 60 with correlation 0.5: Spearman's is 6/pi asin(0.25) = 0.4826.

    Alpha 0.001 for a binomial count around 0.9, and one point for the approximation.
    """
    rng = np.random.default_rng(7)
    true, held = 6.0 / np.pi * np.arcsin(0.25), 0
    for _ in range(2000):
        one, noise = rng.standard_normal((2, 60))
        found = rank_correlations(one[None], 0.5 * one + np.sqrt(0.75) * noise, 60)[0]
        held += found[1] <= true <= found[2]
    assert abs(held / 2000 - 0.9) < 0.01 + 3.29 * np.sqrt(0.09 / 2000)


def test_bounds_are_those_of_bonett_and_wright():
    """``tanh(atanh r -+ z sqrt((1 + r**2 / 2) / (n - 3)))``, Psychometrika 65: 23-28."""
    rng = np.random.default_rng(2)
    one = rng.normal(size=40)
    other = one + rng.normal(size=40)
    (found,) = rank_correlations(one[None], other, 40)
    r = stats.spearmanr(one, other).statistic
    half = stats.norm.ppf(0.95) * np.sqrt((1 + r**2 / 2) / 37)
    np.testing.assert_allclose(found, [r, *np.tanh(np.arctanh(r) + half * np.array([-1, 1]))])


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_an_order_that_is_kept_or_turned_round_is_sure(sign):
    values = np.arange(10.0)  # of which no rounding takes a bit off the correlation
    found = rank_correlations(values[None], sign * values, 10)[0]
    assert found[0] == sign
    assert found == pytest.approx([sign] * 3, abs=1e-9)
    assert np.ptp(found) > 0.0  # a bound a little inside, where Fisher's z would be endless


def test_with_few_draws_nothing_is_known():
    found = rank_correlations(np.arange(6.0)[None], np.arange(6.0), 3)
    assert found.tolist() == [[1.0, -1.0, 1.0]]
