"""Naive forecasts on pasts whose future is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.study.calibration import naive
from sim.study.calibration.targets import Target


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
