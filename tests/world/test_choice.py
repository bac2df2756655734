"""The nested logit in closed form."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.world.numerics import ABSENT
from sim.world.rows import P
from sim.world.rules import choice
from sim.world.rules.arrays import Choice

UTILITIES = arrays(float, st.integers(1, 8), elements=st.floats(-60, 60))


def chosen(u, nest, mu):
    """Return probabilities and log of the weight for one segment and lane."""
    p = np.ones((P.nest_inverse + 1, 1))
    p[P.nest_dissimilarity], p[P.nest_inverse] = mu, 1 / mu
    out, logsum = np.empty((1, u.size, 1)), np.empty((1, 1))
    nests = np.asarray(nest, np.int64)
    rows = u.reshape(1, -1, 1).copy()
    made = Choice(rows, rows.max(axis=1), out, logsum, np.empty(1), np.empty((u.size, 1)))
    choice.choose(nests, p, made, np.empty((6, 1)))
    return out[0, :, 0], logsum[0, 0]


def closed_form(u, nest, mu):
    """Return the same by the formula, in wide numbers."""
    e = np.exp(u.astype(np.longdouble) / mu)
    inside = np.array([e[nest == g].sum() for g in (0, 1)])
    weight = np.where(inside > 0, inside ** np.longdouble(mu), 0)
    return e / inside[nest] * weight[nest] / weight.sum(), np.log(weight.sum())


@given(u=UTILITIES, mu=st.floats(0.25, 1), data=st.data())
def test_the_closed_form(u, mu, data):
    nest = np.array(data.draw(st.lists(st.integers(0, 1), min_size=u.size, max_size=u.size)))
    found, logsum = chosen(u, nest, mu)
    expected, value = closed_form(u, nest, mu)
    np.testing.assert_allclose(found, expected.astype(float), rtol=1e-11, atol=1e-300)
    np.testing.assert_allclose(logsum, float(value), rtol=0, atol=1e-11)
    np.testing.assert_allclose(found.sum(), 1, rtol=0, atol=1e-12)


@given(u=UTILITIES, data=st.data())
def test_a_dissimilarity_of_one_is_the_plain_logit(u, data):
    nest = np.array(data.draw(st.lists(st.integers(0, 1), min_size=u.size, max_size=u.size)))
    e = np.exp(u - u.max())
    np.testing.assert_allclose(chosen(u, nest, 1.0)[0], e / e.sum(), rtol=1e-11, atol=1e-300)


@given(u=UTILITIES, mu=st.floats(0.25, 1), gone=st.integers(0, 7))
def test_what_cannot_be_had_has_exactly_nothing(u, mu, gone):
    nest = np.arange(u.size) % 2
    gone = gone % u.size
    with_gap = u.copy()
    with_gap[gone] = ABSENT
    found, logsum = chosen(with_gap, nest, mu)
    assert found[gone] == 0.0
    if u.size == 1:
        assert logsum == ABSENT
    else:
        others = np.arange(u.size) != gone
        expected, _ = closed_form(u[others], nest[others], mu)
        np.testing.assert_allclose(found[others], expected.astype(float), rtol=1e-11, atol=1e-300)


@given(gain=st.floats(0.1, 3), mu=st.floats(0.25, 0.9))
def test_a_gain_comes_first_from_the_same_nest(gain, mu):
    """The reason for nests: half of what Chinese models gained in 2025 came from open ones."""
    nest = np.array([0, 1, 1])
    before, _ = chosen(np.zeros(3), nest, mu)
    after, _ = chosen(np.array([0.0, 0.0, gain]), nest, mu)
    kept = after[:2] / before[:2]
    assert kept[1] < kept[0] < 1  # the open rival loses a larger part than the closed one
    plain_before, _ = chosen(np.zeros(3), nest, 1.0)
    plain_after, _ = chosen(np.array([0.0, 0.0, gain]), nest, 1.0)
    np.testing.assert_allclose(np.ptp(plain_after[:2] / plain_before[:2]), 0, atol=1e-12)
