"""Paired effects against closed forms and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.study.compare import paired


def draws(seed, n=40, k=3):
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, k))
    return common + rng.normal(0, 0.3, (n, k)) + 0.2, common + rng.normal(0, 0.3, (n, k))


@given(seed=st.integers(0, 500))
def test_the_interval_is_that_of_a_paired_t_test(seed):
    a, b = draws(seed)
    found = paired.effect(a, b, boot=False)
    for k in range(3):
        known = stats.ttest_rel(a[:, k], b[:, k]).confidence_interval(0.95)
        np.testing.assert_allclose([found.low[k], found.high[k]], [known.low, known.high])
    np.testing.assert_allclose(found.mean, (a - b).mean(axis=0))


@given(seed=st.integers(0, 500))
def test_a_against_b_is_minus_b_against_a(seed):
    a, b = draws(seed)
    one, other = paired.effect(a, b), paired.effect(b, a)
    np.testing.assert_array_equal(one.mean, -other.mean)
    np.testing.assert_allclose(one.low, -other.high)
    np.testing.assert_allclose(one.boot_low, -other.boot_high)
    np.testing.assert_allclose(one.ratio, other.ratio)


def test_nothing_against_itself_is_nothing():
    a, _ = draws(1)
    found = paired.effect(a, a.copy())
    for values in (found.mean, found.low, found.high, found.boot_low, found.boot_high):
        assert not values.any()
    assert np.isnan(found.ratio).all()


def test_the_ratio_is_how_many_more_runs_independent_seeds_need():
    a, b = draws(2, n=500)
    found = paired.effect(a, b, boot=False)
    known = (a.var(axis=0, ddof=1) + b.var(axis=0, ddof=1)) / (a - b).var(axis=0, ddof=1)
    np.testing.assert_allclose(found.ratio, known)
    assert (found.ratio > 8).all()  # 2 (1 + 0.09) / (2 * 0.09) = 12.1


def test_the_bootstrap_is_near_the_normal_interval():
    a, b = draws(3, n=400)
    found = paired.effect(a, b)
    np.testing.assert_allclose(found.boot_low, found.low, atol=0.01)
    np.testing.assert_allclose(found.boot_high, found.high, atol=0.01)


@given(share=st.floats(0, 1))
def test_log_odds_are_finite(share):
    odds = paired.log_odds(np.array(share))
    assert np.isfinite(odds)
    if 1e-6 < share < 1 - 1e-6:
        assert 1 / (1 + np.exp(-odds)) == pytest.approx(share)


@given(spread=st.floats(0.001, 10), half=st.floats(0.01, 1))
def test_enough_runs_are_enough(spread, half):
    n = paired.runs_for(half, spread)
    width = stats.t.ppf(0.975, n - 1) * spread / np.sqrt(n)
    assert width <= half * 1.000001 or n == 2


def test_few_replicates_have_no_interval():
    mean, low, high = paired.interval(np.array([[3.0]]))
    assert (mean, low, high) == (3.0, 3.0, 3.0)
