"""Paired effects against closed forms and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.analysis import paired
from sim.errors import InputError


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


def clusters(seed, sizes, k=2):
    """Return values that draws share in part, and the draw of each."""
    rng = np.random.default_rng(seed)
    label = rng.permutation(np.repeat(rng.choice(1000, len(sizes), replace=False), sizes))
    shift = {c: rng.normal(size=k) for c in sorted(set(label.tolist()))}
    return np.stack([shift[c] for c in label.tolist()]) + rng.normal(size=(label.size, k)), label


@given(seed=st.integers(0, 500))
def test_where_every_draw_stands_once_it_is_the_t_interval(seed):
    a, b = draws(seed)
    label = np.random.default_rng(seed).permutation(len(a))
    for one, other in zip(paired.interval(a - b), paired.interval(a - b, label), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


@given(seed=st.integers(0, 300))
def test_the_interval_is_the_cluster_robust_one(seed):
    """Against the sandwich of a regression on a constant, written as matrices (Liang, Zeger)."""
    values, label = clusters(seed, (1, 2, 3, 4, 5, 5))
    mean, low, high = paired.interval(values, label)
    ones = np.ones((len(values), 1))
    bread = np.linalg.inv(ones.T @ ones)
    names = sorted(set(label.tolist()))
    n = len(names)
    for k in range(values.shape[1]):
        residual = values[:, k] - values[:, k].mean()
        scores = [ones[label == c].T @ residual[label == c] for c in names]
        meat = sum(np.outer(s, s) for s in scores)
        variance = (n / (n - 1) * bread @ meat @ bread)[0, 0]
        half = stats.t.ppf(0.975, n - 1) * np.sqrt(variance)
        np.testing.assert_allclose([low[k], high[k]], [mean[k] - half, mean[k] + half])


@given(seed=st.integers(0, 300))
def test_draws_of_equal_size_give_the_t_interval_of_their_means(seed):
    values, label = clusters(seed, (4,) * 12)
    _, low, high = paired.interval(values, label)
    means = np.stack([values[label == c].mean(axis=0) for c in sorted(set(label.tolist()))])
    known = stats.ttest_1samp(means, 0.0).confidence_interval(0.95)
    np.testing.assert_allclose([low, high], [known.low, known.high])
    np.testing.assert_allclose(paired.draw_means(values, label), means)


def test_more_replicates_of_the_same_draws_do_not_narrow_beyond_what_draws_allow():
    """Twenty draws: however many replicates, the half-width stays that of twenty."""
    rng = np.random.default_rng(4)
    shift = rng.normal(size=20)
    for each in (1, 10, 1000):
        label = np.tile(np.arange(20), each)
        values = shift[label] + 0.01 * rng.normal(size=label.size)
        _, low, high = paired.interval(values, label)
        known = stats.t.ppf(0.975, 19) * shift.std(ddof=1) / np.sqrt(20)
        assert (high - low) / 2 == pytest.approx(known, rel=0.02)


def test_the_bootstrap_takes_draws_whole():
    values, label = clusters(7, (5,) * 80)
    low, high = paired.bootstrap(values, label, seed=1)
    _, t_low, t_high = paired.interval(values, label)
    # With 80 draws a percentile and a t interval differ by a few parts in a hundred of the width.
    np.testing.assert_allclose(high - low, t_high - t_low, rtol=0.12)
    alone_low, alone_high = paired.bootstrap(values, np.arange(len(values)), seed=1)
    assert ((high - low) > 1.5 * (alone_high - alone_low)).all()


def test_components_of_variance_are_those_of_a_textbook():
    """One-way analysis of variance of balanced draws, by its mean squares (Searle 1971)."""
    values, label = clusters(9, (3,) * 40, k=1)
    between, within = paired.components(values[:, 0], label)
    groups = [values[label == c, 0] for c in sorted(set(label.tolist()))]
    inside = np.mean([g.var(ddof=1) for g in groups])
    among = 3 * np.var([g.mean() for g in groups], ddof=1)
    assert within == pytest.approx(inside)
    assert between == pytest.approx((among - inside) / 3)


def test_the_finest_half_width_is_that_of_the_draws_alone():
    """``t sqrt(between / n)`` with n - 1 degrees of freedom; few draws, so that one less shows."""
    values, label = clusters(9, (50,) * 6, k=1)
    between, _ = paired.components(values[:, 0], label)
    expected = stats.t.ppf(0.975, 5) * np.sqrt(between / 6)
    assert paired.finest(values[:, 0], label) == pytest.approx(expected)


def test_quantiles_and_signs_are_over_worlds():
    values = np.array([[-1.0, 0.0], [2.0, 0.0], [3.0, 0.0], [0.0, 1.0]])
    zero = np.zeros_like(values)
    found = paired.effect(values, zero, boot=False)
    np.testing.assert_allclose(found.middle, np.quantile(values, (0.05, 0.5, 0.95), axis=0))
    # The median of the first is positive in two worlds of four; that of the second is zero, as are
    # three worlds of four.
    np.testing.assert_array_equal(found.same_sign, [0.5, 0.75])
    np.testing.assert_allclose(found.error, (found.high - found.low) / 2)
    assert found.draws == 4


@given(spread=st.floats(0.001, 10), half=st.floats(0.01, 1))
def test_enough_runs_are_enough(spread, half):
    n = paired.runs_for(half, spread)
    width = stats.t.ppf(0.975, n - 1) * spread / np.sqrt(n)
    assert width <= half * 1.000001


@pytest.mark.parametrize("label", [None, np.array([5, 5, 5])])
def test_one_draw_has_no_interval(label):
    values = np.ones((1 if label is None else 3, 2))
    with pytest.raises(InputError, match="two draws"):
        paired.interval(values, label)


def test_a_precision_that_the_draws_cannot_give_is_refused_and_one_that_they_can_is_not():
    """Fifty draws of sd 1 with noise 0.5 inside: at best t * 1 / sqrt(50), about 0.28."""
    rng = np.random.default_rng(2)
    label = np.tile(np.arange(50), 8)
    values = rng.normal(size=50)[label] + 0.5 * rng.normal(size=label.size)
    finest = paired.finest(values, label)
    assert 0.2 < finest < 0.35
    assert paired.runs_more(0.9 * finest, values, label) is None
    wanted = paired.runs_more(1.05 * finest, values, label)
    between, within = paired.components(values, label)

    def width(runs):
        return stats.t.ppf(0.975, 49) * np.sqrt(between / 50 + within / runs)

    assert width(wanted) <= 1.05 * finest < width(wanted - 1)


def test_what_does_not_vary_needs_the_fewest_runs():
    assert paired.runs_for(0.1, 0.0) == 2


@pytest.mark.parametrize("half", [9.0, 2.0, 0.5, 0.2, 0.1])
def test_the_runs_of_a_half_width_are_the_fewest_that_have_it(half):
    widths = {n: stats.t.ppf(0.975, n - 1) / np.sqrt(n) for n in range(2, 600)}
    assert paired.runs_for(half, 1.0) == min(n for n, width in widths.items() if width <= half)


@given(seed=st.integers(0, 200))
def test_one_comes_before_another_in_parts_that_with_ties_make_a_whole(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 3, (2, 30)).astype(float)
    first, second = paired.before(a, b), paired.before(b, a)
    assert first + second + (a == b).mean() == pytest.approx(1.0)


def test_ranks_hold_ties():
    """The third is behind the second in 60 % of worlds alone: they tie behind the first."""
    first, third, last = np.full(10, 2.0), np.zeros(10), np.full(10, -5.0)
    second = np.array([1.0] * 6 + [-1.0] * 4)
    assert paired.ranks([first, second, third, last]) == [1, 2, 2, 4]
    assert paired.ranks([first, first, first]) == [1, 1, 1]
