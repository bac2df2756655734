"""Distributions as quantile functions, against SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy import stats

from sim.evidence import load, parameters
from sim.scenario.distribution import (
    Normal,
    Triangular,
    Uniform,
    build,
    quantile,
    standard_normal_quantile,
)

U = np.linspace(0, 1, 1001)


@pytest.mark.oracle
def test_uniform_agrees_with_scipy():
    ours = Uniform(low=-2, high=3).quantile(U)
    np.testing.assert_allclose(ours, stats.uniform(-2, 5).ppf(U), rtol=0, atol=1e-14)


@pytest.mark.oracle
@pytest.mark.parametrize("mode", [0.2, 0.8, 1.6])
def test_triangular_agrees_with_scipy(mode):
    ours = Triangular(low=0.2, mode=mode, high=1.6).quantile(U)
    theirs = stats.triang(min((mode - 0.2) / 1.4, 1), 0.2, 1.4).ppf(U)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("mean", "sd", "low", "high"),
    [(0, 1, -1, 2), (5, 2, 0, 20), (0.5, 0.1, 0, 1), (0, 1, 3, 4), (0, 1, -5.5, -4), (0, 1, 5, 9)],
)
def test_truncated_normal_agrees_with_scipy(mean, sd, low, high):
    ours = Normal(mean=mean, sd=sd, low=low, high=high).quantile(U)
    theirs = stats.truncnorm((low - mean) / sd, (high - mean) / sd, mean, sd).ppf(U)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9)
    assert ours[[0, -1]] == pytest.approx([low, high])


@pytest.mark.oracle
def test_normal_quantile_agrees_with_scipy_into_the_tails():
    p = np.concatenate([np.logspace(-300, -1, 600), np.linspace(0.1, 0.999999, 500)])
    np.testing.assert_allclose(standard_normal_quantile(p), stats.norm.ppf(p), rtol=1e-12)


def test_normal_quantile_has_infinite_ends():
    assert standard_normal_quantile(np.array([0.0, 0.5, 1.0])).tolist() == [-np.inf, 0.0, np.inf]


@pytest.mark.parametrize(
    ("dist", "numbers", "message"),
    [
        ("uniform", {"low": 1, "high": 0}, "low 1 is above high 0"),
        ("triangular", {"low": 0, "mode": 2, "high": 1}, "mode 2 is outside"),
        ("normal", {"mean": 0, "sd": 0, "low": 0, "high": 1}, "greater than 0"),
        ("normal", {"mean": 0, "sd": 1, "low": 2, "high": 1}, "low 2 is above high 1"),
        ("normal", {"mean": 0, "sd": 1, "low": 20, "high": 30}, "almost nothing"),
        ("uniform", {"low": 0, "high": float("nan")}, "finite"),
    ],
)
def test_impossible_distributions_are_refused(dist, numbers, message):
    with pytest.raises(ValidationError, match=message):
        build(dist, numbers)


@pytest.mark.parametrize("dist", ["uniform", "triangular", "normal"])
def test_a_point_is_a_distribution(dist):
    numbers = {"low": 2, "mode": 2, "high": 2, "mean": 0, "sd": 1}
    keys = {"uniform": "low high", "triangular": "low mode high", "normal": "mean sd low high"}
    point = build(dist, {key: numbers[key] for key in keys[dist].split()})
    assert point.quantile(U).tolist() == [2.0] * len(U)


def test_a_number_is_its_own_quantile():
    assert quantile(0.7, U[:3]).tolist() == [0.7] * 3


finite = st.floats(-100, 100)


@given(ends=st.tuples(finite, finite), where=st.floats(0, 1), u=st.floats(0, 1), v=st.floats(0, 1))
def test_quantiles_rise_within_the_bounds(ends, where, u, v):
    low, high = sorted(ends)
    mode = min(max(low + where * (high - low), low), high)
    sd = max(high - low, 1.0)
    for dist in (
        Uniform(low=low, high=high),
        Triangular(low=low, mode=mode, high=high),
        Normal(mean=mode, sd=sd, low=low, high=high),
    ):
        small, large = dist.quantile(np.array(sorted((u, v))))
        assert low <= small <= large + 1e-12
        assert large <= high


def test_a_row_restated_in_a_file_draws_the_same_bits():
    u = np.random.default_rng(1).uniform(size=1000)
    drawn = [row for row in load().parameters if row.dist == "triangular"]
    assert len(drawn) > 20
    for row in drawn:
        stated = Triangular(low=row.low, mode=row.default, high=row.high)
        np.testing.assert_array_equal(stated.quantile(u), parameters.quantile(row, u))
