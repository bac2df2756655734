"""Elementary functions against the standard library, and draws against their laws."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.world import numerics
from sim.world.compiled import rule

COUNT = 200_000
ALPHA = 1e-6
"""Chance that one statistical test here fails although the law is right; seeds are fixed."""


@rule
def _draw(kind, key, out):
    for n in range(out.size):
        if kind == 0:
            out[n] = numerics.uniform(key, n)
        elif kind == 1:
            out[n] = numerics.normal(key, n)
        else:
            out[n] = numerics.gumbel(key, n)


@rule
def _fma(a, b, c):
    return numerics.fma(a, b, c)


def draws(kind, key=12345):
    out = np.empty(COUNT)
    _draw(kind, np.uint64(key), out)
    return out


def relative(found, true):
    return abs(found - true) / abs(true)


@given(st.floats(-690, 690))
def test_exp(x):
    assert relative(numerics.exp(x), math.exp(x)) < 5e-16


def test_exp_at_its_ends():
    assert numerics.exp(0.0) == 1.0
    assert numerics.exp(-701.0) == 0.0
    assert numerics.exp(numerics.ABSENT) == 0.0
    assert numerics.exp(1e6) == numerics.exp(700.0) < math.inf


@given(st.floats(1e-300, 1e300))
def test_log(x):
    assert math.isclose(numerics.log(x), math.log(x), rel_tol=5e-16, abs_tol=1e-16)


def test_log_near_one():
    assert numerics.log(1.0) == 0.0
    for x in (1 - 1e-9, 1 + 1e-9, 0.999, 1.001):
        assert relative(numerics.log(x), math.log(x)) < 1e-15


@given(st.floats(1e-9, 1 - 1e-9))
def test_cos_turn(u):
    assert math.isclose(numerics.cos_turn(u), math.cos(2 * math.pi * u), abs_tol=3e-15)


@given(a=st.floats(-1e6, 1e6), b=st.floats(-1e6, 1e6), c=st.floats(-1e6, 1e6))
def test_fma_rounds_once(a, b, c):
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    assert _fma(a, b, c) == float(exact)


@given(key=st.integers(0, 2**64 - 1), counter=st.integers(0, 10_000))
def test_a_uniform_is_strictly_inside_and_depends_on_nothing_else(key, counter):
    u = numerics.uniform(np.uint64(key), counter)
    assert 0.0 < u < 1.0
    assert u == numerics.uniform(np.uint64(key), counter)


def test_mix_is_splitmix64():
    """First numbers of SplitMix64 seeded with 1234567 (Vigna's reference program)."""
    state, found = 1234567, []
    for _ in range(3):
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        found.append(int(numerics.mix(np.uint64(state))))
    assert found == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_uniforms_are_even():
    """Kolmogorov's bound on the largest distance, at ALPHA."""
    u = np.sort(draws(0))
    steps = np.arange(1, COUNT + 1) / COUNT
    distance = max((steps - u).max(), (u - steps + 1 / COUNT).max())
    assert distance < math.sqrt(-math.log(ALPHA / 2) / (2 * COUNT))


def test_neighbouring_counters_and_keys_are_uncorrelated():
    one, other = draws(0), draws(0, key=12346)
    bound = 4.9 / math.sqrt(COUNT)  # normal quantile at ALPHA
    assert abs(np.corrcoef(one[:-1], one[1:])[0, 1]) < bound
    assert abs(np.corrcoef(one, other)[0, 1]) < bound


@pytest.mark.parametrize(
    ("kind", "mean", "sd", "skewness"),
    [(1, 0.0, 1.0, 0.0), (2, 0.5772156649, math.pi / math.sqrt(6), 1.1395470994)],
)
def test_moments(kind, mean, sd, skewness):
    x = draws(kind)
    z = (x - mean) / sd
    assert abs(z.mean()) < 4.9 / math.sqrt(COUNT)
    assert abs(z.var() - 1) < 4.9 * math.sqrt((np.mean(z**4) - 1) / COUNT)
    assert abs(np.mean(z**3) - skewness) < 4.9 * np.std(z**3) / math.sqrt(COUNT)
