"""How levers combine on one driver: multiply, add, move, floor, cap, in this order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario.drivers import OPERATIONS
from sim.world.rules.arrays import Levers, Span
from sim.world.rules.effects import settle

MULTIPLY, ADD, MOVE, FLOOR, CAP = range(5)
ROW = st.tuples(
    st.integers(0, 4), st.floats(0, 1), st.floats(0, 1), st.floats(-0.5, 1.5), st.floats(0, 1)
)
"""Operation, size, ramp, target and grip of an effect."""


def settled(base, rows, low=-np.inf, high=np.inf):
    """Return a driver under effects, given in the canonical order of operations."""
    rows = sorted(rows, key=lambda row: row[0])
    count = len(rows)
    size = np.array([[[r[1]], [r[4]]] for r in rows]).reshape(count, 2, 1)
    value = np.array([float(base)])
    none = np.zeros(0)
    levers = Levers(
        none, none, np.array([0, count]), np.arange(count), np.array([0, 1]),
        np.array([r[0] for r in rows], np.int64),
        np.array([[r[2]] for r in rows]).reshape(count, 1), size,
        np.array([r[3] for r in rows], float), np.empty((3, 1)),
    )  # fmt: skip
    settle(value, Span(0, 1), low, high, 0, count, levers)
    return value[0]


def test_the_order_is_that_of_the_table():
    assert OPERATIONS == ("multiply", "add", "move", "floor", "cap")


def test_each_operation_alone():
    full = (1.0, 0.0, 1.0)  # ramp, target, grip
    assert settled(2.0, [(MULTIPLY, 0.5, *full)]) == 3.0
    assert settled(2.0, [(ADD, 0.5, *full)]) == 2.5
    assert settled(2.0, [(MOVE, 0.25, 1.0, 4.0, 1.0)]) == 2.5
    assert settled(2.0, [(FLOOR, 3.0, *full)]) == 3.0
    assert settled(2.0, [(FLOOR, 1.0, *full)]) == 2.0
    assert settled(2.0, [(CAP, 1.0, *full)]) == 1.0
    assert settled(2.0, [(CAP, 3.0, *full)]) == 2.0


def test_half_a_ramp_is_half_of_the_way():
    assert settled(2.0, [(MULTIPLY, 0.5, 0.5, 0.0, 1.0)]) == 2.5
    assert settled(2.0, [(FLOOR, 3.0, 0.5, 0.0, 1.0)]) == 2.5
    assert settled(2.0, [(CAP, 1.0, 0.5, 0.0, 0.5)]) == 1.75


def test_in_order():
    rows = [
        (CAP, 2.2, 1.0, 0.0, 1.0), (ADD, 1.0, 1.0, 0.0, 1.0), (MOVE, 0.5, 1.0, 0.0, 1.0),
        (MULTIPLY, 1.0, 1.0, 0.0, 1.0), (FLOOR, 2.4, 1.0, 0.0, 1.0),
    ]  # fmt: skip
    # 1 doubled is 2, plus 1 is 3, moved half the way to 0 is 1.5, at least 2.4, at most 2.2
    np.testing.assert_allclose(settled(1.0, rows), 2.2, rtol=1e-15)


@pytest.mark.parametrize("first", range(5))
@pytest.mark.parametrize("second", range(5))
def test_lanes_side_by_side_are_settled_each_by_itself(first, second):
    """Two effects of different size, ramp and grip in each lane; the first lane is left alone."""
    rng = np.random.default_rng([first, second])
    kinds = np.sort([first, second])
    size, ramp, grip = rng.uniform(0.1, 0.9, (3, 2, 3))
    base, target, none = np.array([0.3, 0.9, 0.6]), rng.uniform(0.1, 0.9, 2), np.zeros(0)
    value = base.copy()
    levers = Levers(
        none, none, np.array([0, 2]), np.arange(2), np.array([0, 1]), kinds, ramp,
        np.stack([size, grip], axis=1), target, np.full((3, 3), 7.0),
    )  # fmt: skip
    settle(value, Span(1, 3), -0.4, 1.7, 0, 2, levers)
    assert value[0] == base[0]
    for lane in (1, 2):
        alone = [
            (int(kinds[e]), size[e, lane], ramp[e, lane], target[e], grip[e, lane])
            for e in range(2)
        ]
        assert value[lane] == settled(base[lane], alone, -0.4, 1.7)


@given(base=st.floats(0, 2), rows=st.lists(ROW, max_size=6), data=st.data())
def test_the_order_in_a_file_does_not_matter(base, rows, data):
    other = data.draw(st.permutations(rows))
    np.testing.assert_allclose(settled(base, rows), settled(base, other), rtol=1e-12, atol=1e-12)


@given(base=st.floats(0, 2), rows=st.lists(ROW, max_size=6))
def test_before_the_ramp_nothing_changes_to_the_bit(base, rows):
    assert settled(base, [(op, size, 0.0, to, grip) for op, size, _, to, grip in rows]) == base


@given(base=st.floats(0, 1), rows=st.lists(ROW, max_size=6))
def test_a_driver_stays_within_its_bounds(base, rows):
    assert 0.0 <= settled(base, rows, 0.0, 1.0) <= 1.0


@given(base=st.floats(0, 1), parts=st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_moves_to_one_target_leave_the_product_of_what_each_leaves(base, parts):
    found = settled(base, [(MOVE, part, 1.0, 1.0, 1.0) for part in parts])
    left = np.prod([1 - part for part in parts])
    np.testing.assert_allclose(1 - found, (1 - base) * left, rtol=0, atol=1e-12)
