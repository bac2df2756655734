"""Naive forecasts on pasts whose future is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.study.calibration import naive
from sim.study.calibration.series import logit
from sim.study.calibration.targets import Target, covariance


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


@pytest.mark.parametrize("method", naive.METHODS.values())
def test_one_figure_gives_the_last_value(method):
    assert method(past([12.0]), 30)[0] == 12.0


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
