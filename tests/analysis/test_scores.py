"""Scores against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis import scores
from tests.closed_forms import crps_normal

NUMBERS = st.floats(-100, 100)


@given(value=NUMBERS, draw=NUMBERS)
def test_of_one_draw_it_is_the_absolute_error(value, draw):
    assert scores.crps(np.array([draw]), value) == pytest.approx(abs(draw - value))


@given(draws=st.lists(NUMBERS, min_size=2, max_size=30), value=NUMBERS)
def test_it_is_the_mean_over_pairs(draws, value):
    x = np.array(draws)
    pairs = np.abs(x[:, None] - x[None, :]).sum() / (x.size * (x.size - 1))
    expected = np.abs(x - value).mean() - pairs / 2.0
    assert scores.crps(x, value) == pytest.approx(expected, abs=1e-9)


@given(mean=NUMBERS, sd=st.floats(0.01, 50), value=NUMBERS)
def test_a_normal_forecast_scores_at_least_nothing(mean, sd, value):
    assert crps_normal(mean, sd, value) >= 0.0


def test_a_normal_forecast_that_is_right_in_the_middle():
    """At the mean the score is ``sd (sqrt(2) - 1) / sqrt(pi)``."""
    assert crps_normal(3.0, 2.0, 3.0) == pytest.approx(
        2.0 * (math.sqrt(2.0) - 1.0) / math.sqrt(math.pi)
    )
    assert crps_normal(3.0, 0.0, 5.0) == 2.0


def test_an_ensemble_of_a_normal_scores_as_the_normal():
    """100,000 draws: the standard error of the score is below 0.01."""
    draws = np.random.default_rng(1).normal(1.0, 2.0, 100_000)
    for value in (-2.0, 1.0, 4.0):
        expected = crps_normal(1.0, 2.0, value)
        assert scores.crps(draws, value) == pytest.approx(expected, abs=0.03)


def test_ranks_with_ties():
    assert scores.rank_correlation([1.0, 2.0, 3.0], [10.0, 20.0, 30.0]) == pytest.approx(1.0)
    # Mean ranks 1.5, 1.5, 3 against 1, 2, 3.
    assert scores.rank_correlation([1.0, 2.0, 3.0], [5.0, 5.0, 9.0]) == pytest.approx(0.8660254)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(10.0, 8.0), (6.0, 8.0), (14.0, 8.0), (5.0, 8.0 + 20.0), (16.0, 8.0 + 40.0)],
)
def test_the_interval_score_is_the_width_and_twenty_times_what_is_outside(value, expected):
    """Of a 90 % interval alpha is 0.1, so that a point outside costs 2 / 0.1."""
    assert scores.interval_score(6.0, 14.0, value) == pytest.approx(expected)


def test_the_expected_interval_score_of_the_right_normal_interval():
    """Of N(0, 1) at its own quantiles it is ``2 phi(z) 2 / alpha``; 400,000 draws, error 0.01."""
    z, alpha = 1.6448536269514722, 0.1
    density = math.exp(-z * z / 2.0) / math.sqrt(2.0 * math.pi)
    draws = np.random.default_rng(1).standard_normal(400_000)
    mean = np.mean([scores.interval_score(-z, z, value) for value in draws.tolist()])
    assert mean == pytest.approx(2.0 * density * 2.0 / alpha, abs=0.03)
    # A proper score: an interval that is wider or narrower costs more.
    for other in (1.3, 2.1):
        assert np.mean([scores.interval_score(-other, other, v) for v in draws.tolist()]) > mean


def test_the_error_of_independent_terms_is_that_of_a_mean():
    terms = np.array([1.0, 4.0, 2.0, 9.0])
    found = scores.clustered_error(terms, range(4))
    assert found == pytest.approx(terms.std(ddof=1) / 2.0)


def test_terms_of_one_cluster_count_as_one():
    """Each term twice, in a cluster of its own: the error is that of the terms once."""
    terms = np.array([1.0, 4.0, 2.0, 9.0])
    found = scores.clustered_error(np.repeat(terms, 2), np.repeat(range(4), 2).tolist())
    assert found == pytest.approx(terms.std(ddof=1) / 2.0)


def test_two_kinds_of_clusters_by_hand():
    """Deviations -3, -1, 1, 3 in rows ab and columns xy: sums -4, 4 and -2, 2; each is 2/1/16 of
    the squares; the cells are the terms themselves, 4/3/16 of their squares."""
    terms = np.array([0.0, 2.0, 4.0, 6.0])
    found = scores.clustered_error(terms, ["a", "a", "b", "b"], ["x", "y", "x", "y"])
    rows, columns, cells = 2 * 32 / 16, 2 * 8 / 16, 4 / 3 * 20 / 16
    assert found == pytest.approx(math.sqrt(max(rows + columns - cells, rows, columns)))


def test_clusters_agree_with_a_regression_on_a_constant():
    sm = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(3)
    terms, of = rng.standard_normal(40), rng.integers(0, 7, 40)
    fit = sm.OLS(terms, np.ones(40)).fit(
        cov_type="cluster", cov_kwds={"groups": of, "use_correction": False}
    )
    count = np.unique(of).size
    expected = float(fit.bse[0]) * math.sqrt(count / (count - 1))
    assert scores.clustered_error(terms, of.tolist()) == pytest.approx(expected)


def test_one_cluster_tells_no_error():
    assert scores.clustered_error(np.array([1.0, 2.0]), ["a", "a"]) is None
    assert scores.clustered_error(np.array([1.0, 2.0]), ["a", "b"], ["x", "x"]) is None
