"""Naive forecasts on pasts whose future is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.calibration import naive
from sim.calibration.series import SERIES, logit, percent
from sim.calibration.targets import Target, covariance


def past(values, months=None):
    months = range(24, 24 + len(values)) if months is None else months
    name = "openrouter_open_weight_token_share"
    return [Target(name, "WLD", m, "all_open", v, 0.1) for m, v in zip(months, values, strict=True)]


@given(values=st.lists(st.floats(1, 99), min_size=1, max_size=8), ahead=st.integers(1, 24))
def test_the_last_value_is_the_last_value(values, ahead):
    middle, sd = naive.last_value(past(values), 23 + len(values) + ahead)
    assert middle == values[-1]
    assert sd > 0.0


def test_the_walk_widens_with_the_root_of_the_horizon():
    walk = past([10.0, 14.0, 10.0, 14.0])
    error = 0.1 * 100 * 0.14 * 0.86
    for ahead in (1, 4, 9):
        _, sd = naive.last_value(walk, 27 + ahead)
        assert sd == pytest.approx(np.hypot(error, 4.0 * np.sqrt(ahead)))


@given(slope=st.floats(-0.5, 0.5), level=st.floats(20, 60), ahead=st.integers(1, 12))
def test_a_straight_line_goes_on(slope, level, ahead):
    line = past([level + slope * t for t in range(6)])
    middle, _ = naive.trend(line, 29 + ahead)
    assert middle == pytest.approx(level + slope * (5 + ahead), abs=1e-6)


def test_a_bass_curve_goes_on():
    top, p, q = 60.0, 0.01, 0.25
    t = np.arange(12, 40)
    fade = np.exp(-(p + q) * t)
    curve = top * (1 - fade) / (1 + q / p * fade)
    middle, _ = naive.bass(past(curve[:20].tolist()), 24 + 27)
    assert middle == pytest.approx(curve[27], rel=0.02)


@pytest.mark.parametrize("name", naive.NAMES)
def test_one_figure_gives_the_last_value(name):
    (aim,) = past([50.0], [30])
    draws = naive.draws(name, past([12.0]), aim)
    assert np.median(draws) == pytest.approx(12.0, abs=0.02)
    assert np.ptp(draws) > 0.0


def odds(values, months=None):
    """Return figures whose log-odds are these, with next to no error of observation."""
    return [replace(aim, error=1e-9) for aim in past(percent(np.array(values)).tolist(), months)]


def test_the_walk_with_drift_is_that_of_the_textbook():
    """Steps 0.1, 0.3, 0.2 and 0.4: drift 0.25, variance of a step 0.05 / 3; at h = 2 of span 4 the
    variance is ``s^2 h (1 + h / 4)``."""
    known = odds([-1.0, -0.9, -0.6, -0.4, 0.0])
    middle, sd = naive.drift(known, 28 + 2)
    assert middle == pytest.approx(0.5)
    assert sd == pytest.approx(np.sqrt(0.05 / 3 * 2 * 1.5))


def test_a_longer_step_counts_by_its_months():
    """The drift is total over total; a step of four months has four times the variance of one."""
    known = odds([0.0, 0.3, 0.5], [24, 25, 29])
    middle, sd = naive.drift(known, 30)
    assert middle == pytest.approx(0.6)
    assert sd == pytest.approx(np.sqrt((0.2**2 / 1 + 0.2**2 / 4) / 1 * (1 + 1 / 5)))


def test_figures_of_one_month_count_as_their_mean():
    known = odds([0.0, 0.2, 0.6, 0.5], [24, 25, 25, 26])
    alone = odds([0.0, 0.4, 0.5], [24, 25, 26])
    assert naive.drift(known, 30) == pytest.approx(naive.drift(alone, 30))


@pytest.mark.parametrize(
    ("alpha", "beta", "phi"), [(0.3, 0.1, 0.9), (0.8, 0.4, 0.8), (0.5, 0, 0.9)]
)
def test_the_variance_of_the_damped_trend_is_that_of_the_table(alpha, beta, phi):
    """Hyndman and others (2008), table 6.1, class A,Ad,N, in its closed form."""
    for h in (1, 2, 5, 12):
        one = beta * phi * h / (1 - phi) ** 2 * (2 * alpha * (1 - phi) + beta * phi)
        two = beta * phi * (1 - phi**h) / ((1 - phi) ** 2 * (1 - phi**2))
        two *= 2 * alpha * (1 - phi**2) + beta * phi * (1 + 2 * phi - phi**h)
        expected = 1 + alpha**2 * (h - 1) + one - two
        assert naive.growth(alpha, beta, phi, h) == pytest.approx(expected)


def test_a_damped_trend_goes_on():
    """Whatever the weights, a path without error is followed: each step is a part of the last."""
    phi = 0.9
    path = -2.0 + 0.5 * np.cumsum(phi ** np.arange(12))
    middle, sd = naive.damped(odds(path[:8].tolist()), 24 + 11)
    assert middle == pytest.approx(path[11], abs=1e-3)
    assert sd < 0.001


def test_the_damped_trend_agrees_with_statsmodels():
    """The same recursion and start, at the weights that the grid has chosen."""
    holt = pytest.importorskip("statsmodels.tsa.holtwinters").Holt
    seen = np.array([-1.2, -1.0, -1.1, -0.7, -0.6, -0.2, -0.3, 0.1])
    known = odds(seen.tolist())
    best = min(
        ((naive._smoothed(np.arange(24.0, 32.0), seen, a, a * b, phi), a, b, phi)
         for a in naive.SMOOTHINGS for b in naive.SMOOTHINGS for phi in naive.DAMPINGS),
        key=lambda each: each[0][0],
    )  # fmt: skip
    _, alpha, b, phi = best
    # There the first figure is smoothed too: one step before it, the level lies on the slope.
    slope = seen[1] - seen[0]
    fit = holt(
        seen, damped_trend=True, initialization_method="known",
        initial_level=seen[0] - slope / phi, initial_trend=slope / phi**2,
    ).fit(smoothing_level=alpha, smoothing_trend=b, damping_trend=phi, optimized=False)  # fmt: skip
    forecast = fit.forecast(6)
    for ahead in (1, 3, 6):
        assert naive.damped(known, 31 + ahead)[0] == pytest.approx(forecast[ahead - 1], abs=1e-6)


def test_a_month_without_a_figure_only_moves_the_trend_on():
    known = odds([-1.0, -0.8, -0.5, -0.1], [24, 25, 27, 30])
    middle, sd = naive.damped(known, 33)
    assert -0.1 <= middle < 0.5
    assert sd > 0.0


@given(values=st.lists(st.floats(1, 99), min_size=1, max_size=6), ahead=st.integers(1, 12))
def test_the_flat_model_is_the_forecast_of_a_model_that_shows_a_constant(values, ahead):
    """Conditioning on the figures with a level of variance 1e6 gives the same normal."""
    known = past(values)
    (aim,) = past([50.0], [23 + len(values) + ahead])
    draws = logit(naive.flat(known, aim))
    covered = covariance([*known, aim])
    # A vague level is a large constant added to every covariance.
    vague = covered + 1e6
    gain = np.linalg.solve(vague[:-1, :-1], vague[:-1, -1])
    assert np.median(draws) == pytest.approx(gain @ logit(np.array(values)), abs=1e-3)
    sd = np.sqrt(vague[-1, -1] - gain @ vague[:-1, -1])
    assert draws.std() == pytest.approx(sd, rel=0.02)


def test_the_scatter_of_the_bass_curve_does_not_grow_and_that_of_the_others_does():
    bent = past([10.0, 18.0, 25.0, 33.0, 38.0, 41.0])
    for name, method in naive.METHODS.items():
        near, far = (method(bent, 29 + ahead)[1] for ahead in (1, 12))
        assert (far > near) == (name != "Bass curve"), name
    near, far = (naive.flat(bent, past([50.0], [29 + ahead])[0]) for ahead in (1, 12))
    assert np.ptp(far) > np.ptp(near)


def test_naive_forecasts_of_a_nation_err_by_what_lasts_of_its_error_too():
    name = "genai_user_share_of_working_age_population"
    of = SERIES[name]
    figure = Target(name, "BRA", 29, "all", 20.0, of.error)
    middle, sd = naive.last_value([figure], 36)
    assert middle == 20.0
    assert sd == pytest.approx(100 * 0.2 * 0.8 * np.hypot(of.error, of.own))
