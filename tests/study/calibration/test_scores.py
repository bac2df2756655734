"""Scores against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.study.calibration import scores

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
    assert scores.crps_normal(mean, sd, value) >= 0.0


def test_a_normal_forecast_that_is_right_in_the_middle():
    """At the mean the score is ``sd (sqrt(2) - 1) / sqrt(pi)``."""
    assert scores.crps_normal(3.0, 2.0, 3.0) == pytest.approx(
        2.0 * (math.sqrt(2.0) - 1.0) / math.sqrt(math.pi)
    )
    assert scores.crps_normal(3.0, 0.0, 5.0) == 2.0


def test_an_ensemble_of_a_normal_scores_as_the_normal():
    """100,000 draws: the standard error of the score is below 0.01."""
    draws = np.random.default_rng(1).normal(1.0, 2.0, 100_000)
    for value in (-2.0, 1.0, 4.0):
        expected = scores.crps_normal(1.0, 2.0, value)
        assert scores.crps(draws, value) == pytest.approx(expected, abs=0.03)


def test_ranks_with_ties():
    assert scores.rank_correlation([1.0, 2.0, 3.0], [10.0, 20.0, 30.0]) == pytest.approx(1.0)
    # Mean ranks 1.5, 1.5, 3 against 1, 2, 3.
    assert scores.rank_correlation([1.0, 2.0, 3.0], [5.0, 5.0, 9.0]) == pytest.approx(0.8660254)
