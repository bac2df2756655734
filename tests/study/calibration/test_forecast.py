"""Forecasts of observations against the conditional normal distribution."""

from __future__ import annotations

import numpy as np
import pytest

from sim.study.calibration.forecast import predict
from sim.study.calibration.series import SERIES, logit
from sim.study.calibration.targets import Target, between, covariance, values

NAME = "openrouter_open_weight_token_share"


def aim(month, value=20.0, error=0.1, **more):
    return Target(NAME, "WLD", month, "all_open", value, error, **more)


def test_it_is_the_conditional_normal():
    """40,000 members: the standard error of a mean is below 0.004."""
    known, wanted = [aim(700, 30.0), aim(702, 25.0)], [aim(703), aim(709)]
    shown_known, shown_wanted = np.full((2, 40_000), -1.2), np.full((2, 40_000), -1.0)
    draws = predict(known, shown_known, wanted, shown_wanted, np.random.default_rng(1))
    gain = between(wanted, known) @ np.linalg.inv(covariance(known))
    mean = -1.0 + gain @ (values(known) + 1.2)
    spread = covariance(wanted) - gain @ between(known, wanted)
    np.testing.assert_allclose(draws.mean(axis=1), mean, atol=0.02)
    np.testing.assert_allclose(np.cov(draws), spread, atol=0.02)


def test_without_known_figures_the_view_stands():
    draws = predict([], np.empty((0, 20_000)), [aim(700)], np.zeros((1, 20_000)),
                    np.random.default_rng(2), errors=False)  # fmt: skip
    of = SERIES[NAME]
    assert draws.mean() == pytest.approx(0.0, abs=0.03)
    slope = between([aim(700)], [aim(700)])[0, 0] - of.drift**2
    assert draws.var() == pytest.approx(of.drift**2 + slope, rel=0.05)


def test_a_bound_tells_nothing():
    rng = [np.random.default_rng(3) for _ in range(2)]
    wanted, shown = [aim(703)], np.zeros((1, 10))
    bound = [aim(700, 50.0, at_least=True)]
    told = predict(bound, np.zeros((1, 10)), wanted, shown, rng[0])
    plain = predict([], np.empty((0, 10)), wanted, shown, rng[1])
    np.testing.assert_array_equal(told, plain)


def test_a_figure_without_error_is_met():
    known = [aim(700, 37.0, error=1e-6)]
    draws = predict(known, np.full((1, 50), -2.0), [aim(700)], np.full((1, 50), -2.0),
                    np.random.default_rng(4), errors=False)  # fmt: skip
    np.testing.assert_allclose(draws, logit(np.array(37.0)), atol=1e-3)
