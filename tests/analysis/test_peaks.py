"""Two peaks: found where they were made, and seldom found where they were not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.analysis import peaks

RUNS, SAMPLES = 200, 100

ONE = {
    "normal": lambda rng: rng.normal(size=RUNS),
    "uniform": lambda rng: rng.random(RUNS),
    "exponential": lambda rng: rng.exponential(size=RUNS),
    "lognormal": lambda rng: rng.lognormal(size=RUNS),
    "a share near nothing": lambda rng: rng.beta(0.5, 5.0, RUNS),
    "a share near all": lambda rng: rng.beta(5.0, 0.8, RUNS),
}
TWO = {
    "apart": lambda rng: np.concatenate([rng.normal(0, 1, 120), rng.normal(6, 1, 80)]),
    "unequal": lambda rng: np.concatenate([rng.normal(0, 1, 50), rng.normal(7, 1, 150)]),
    "a share of either end": lambda rng: np.concatenate(
        [rng.beta(2, 12, 100), rng.beta(12, 2, 100)]
    ),
}


def found(make):
    return [peaks.two(make(np.random.default_rng([seed, 5]))) for seed in range(SAMPLES)]


@pytest.mark.parametrize("make", ONE.values(), ids=ONE)
def test_one_peak_is_called_two_in_one_sample_of_twenty_at_most(make):
    assert sum(one is not None for one in found(make)) <= SAMPLES / 20


@pytest.mark.parametrize("make", TWO.values(), ids=TWO)
def test_two_peaks_are_found_in_nine_samples_of_ten(make):
    assert sum(one is not None for one in found(make)) >= 0.9 * SAMPLES


def test_the_parts_are_those_that_were_made():
    values = TWO["unequal"](np.random.default_rng(3))
    seen = peaks.two(values)
    assert 1.5 < seen.split < 5.5
    assert seen.part == pytest.approx(0.25, abs=0.01)
    assert seen.low == pytest.approx(np.median(values[:50]), abs=0.1)
    assert seen.high == pytest.approx(np.median(values[50:]), abs=0.1)


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(1).gamma(2.0, size=50),
        np.array([0.0, 0.0, 1.0, 1.0]),  # no fewer are taken
        np.array([0.0, 0.0, 1.0, 2.0, 2.0]),  # one of them is the mean
    ],
    ids=["many", "four", "the mean among them"],
)
def test_the_coefficient_is_that_of_the_formula_with_other_hands(values):
    """Skewness and excess kurtosis of the sample as scipy has them without their bias."""
    n = values.size
    g, k = stats.skew(values, bias=False), stats.kurtosis(values, bias=False)
    wanted = (g**2 + 1) / (k + 3 * (n - 1) ** 2 / ((n - 2) * (n - 3)))
    assert peaks.coefficient(values) == pytest.approx(wanted)


def test_the_coefficient_of_large_samples_of_known_distributions():
    """One third of a normal one, 5/9 of a uniform one, 1 of two points (Pfister et al. 2013)."""
    at = (np.arange(20_000) + 0.5) / 20_000
    assert peaks.coefficient(stats.norm.ppf(at)) == pytest.approx(1 / 3, abs=2e-3)
    assert peaks.coefficient(at) == pytest.approx(peaks.UNIFORM, abs=1e-3)
    assert peaks.coefficient(np.repeat([0.0, 1.0], 10_000)) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("value", [0.0, 0.1, 1e-9, 7e12])
def test_equal_runs_have_one_peak(value):
    values = np.full(RUNS, value)
    assert peaks.coefficient(values) == 0.0
    assert peaks.two(values) is None


def test_of_few_runs_nothing_is_said():
    assert peaks.two(np.repeat([0.0, 1.0], peaks.FEWEST // 2 - 1)) is None
    assert peaks.two(np.repeat([0.0, 1.0], peaks.FEWEST // 2)) is not None
    with pytest.raises(ValueError, match="needs four values, and there are 3"):
        peaks.coefficient(np.arange(3.0))


def test_the_valley_is_the_lowest_place_between_the_two_highest_peaks():
    at = np.arange(8.0)
    assert peaks._valley(at, np.array([0.0, 3.0, 0.1, 2.0, 0.0, 0.5, 0.0, 0.0])) == 2.0
    assert peaks._valley(at, np.array([0.0, 2.0, 1.0, 0.1, 0.2, 3.0, 0.0, 0.0])) == 3.0
    assert peaks._valley(at, np.array([0.0, 2.0, 1.95, 2.0, 0.0, 0.0, 0.0, 0.0])) is None
    assert peaks._valley(at, np.array([0.0, 1.0, 2.0, 3.0, 2.0, 1.0, 0.0, 0.0])) is None


def test_a_few_runs_far_away_are_no_peak():
    values = np.concatenate([np.random.default_rng(2).normal(size=190), np.full(10, 40.0)])
    assert peaks.two(values) is None


@given(st.lists(st.floats(0.0, 1.0), min_size=20, max_size=60))
def test_parts_lie_among_the_runs_and_do_not_depend_on_the_unit(values):
    array = np.array(values)
    assert 0.0 <= peaks.coefficient(array) <= 1.0 + 1e-9
    seen = peaks.two(array)
    if seen is not None:
        assert array.min() <= seen.low <= seen.split <= seen.high <= array.max()
        assert peaks.LEAST <= seen.part <= 1.0 - peaks.LEAST
        scaled = peaks.two(4.0 * array)
        assert (scaled.part, scaled.low) == (seen.part, 4.0 * seen.low)


@given(exponent=st.integers(-300, 0), seed=st.integers(0, 1000))
def test_what_is_tiny_has_the_peaks_of_what_is_not(exponent, seed):
    rng = np.random.default_rng(seed)
    values = np.concatenate([rng.normal(0.2, 0.02, 40), rng.normal(0.8, 0.02, 60)])
    seen, tiny = peaks.two(values), peaks.two(2.0**exponent * values)
    assert seen is not None
    assert tiny is not None
    assert (tiny.part, tiny.low) == (seen.part, 2.0**exponent * seen.low)
    assert peaks.coefficient(values) == pytest.approx(peaks.coefficient(2.0**exponent * values))


def test_half_of_the_runs_all_but_equal_are_no_fault():
    values = np.concatenate([np.full(30, 0.0), np.linspace(0.0, 1e-300, 10), np.full(10, 1.0)])
    assert peaks.two(values) is None or peaks.two(values).part == 0.8
