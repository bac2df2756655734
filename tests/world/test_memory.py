"""Copies of groups of arrays: equal, apart from what they are copied from, each on a line."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.world import compiled
from sim.world.memory import LINE, copied

KINDS = st.sampled_from([np.float64, np.int64, np.uint8, np.uint64])
SHAPES = st.lists(st.integers(0, 5), max_size=3)


class Inner(NamedTuple):
    first: object
    gap: object


class Outer(NamedTuple):
    inner: Inner
    number: int
    last: object


@st.composite
def arrays(draw, lanes):
    shape = (*draw(SHAPES), lanes)
    return np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(draw(KINDS))


@st.composite
def groups(draw):
    lanes = draw(st.integers(1, 9))
    inner = Inner(draw(arrays(lanes)), np.arange(3.0))
    return Outer(inner, 7, draw(arrays(lanes))), lanes


@given(groups())
def test_a_copy_is_equal_and_apart_with_every_array_on_a_line(drawn):
    group, _ = drawn
    one, number, last = made = copied(group)
    assert type(made) is Outer
    assert type(one) is Inner
    assert number == 7
    for mine, theirs in ((one.first, group.inner.first), (one.gap, group.inner.gap),
                         (last, group.last)):  # fmt: skip
        assert mine.dtype == theirs.dtype
        assert mine.flags.c_contiguous
        assert np.array_equal(mine, theirs)
        assert mine.size == 0 or mine.ctypes.data % LINE == 0
        assert not np.may_share_memory(mine, theirs)
    arrays = [one.first, one.gap, last]
    assert not any(np.may_share_memory(a, b) for a in arrays for b in arrays if a is not b)


@given(groups(), st.data())
def test_lanes_are_taken_in_their_order_and_what_has_none_is_whole(drawn, data):
    group, lanes = drawn
    some = np.array(data.draw(st.lists(st.integers(0, lanes - 1), min_size=1, max_size=12)))
    made = copied(group, some)
    assert np.array_equal(made.inner.first, group.inner.first[..., some])
    assert np.array_equal(made.last, group.last[..., some])
    assert np.array_equal(made.inner.gap, group.inner.gap)
    assert made.last.flags.c_contiguous


def test_a_tuple_without_names_stays_one():
    a, b = copied((np.ones(3), (np.zeros(2), "word")))
    assert a.tolist() == [1.0, 1.0, 1.0]
    assert b[0].tolist() == [0.0, 0.0]
    assert b[1] == "word"


def test_a_rule_with_its_last_arguments_in_place_is_that_rule(monkeypatch):
    monkeypatch.setattr(compiled, "cache_folder", lambda: None)

    @compiled.rule
    def add(n, what, to):
        for l in range(to.size):  # noqa: E741
            to[l] += n * what[l]

    what, to = np.arange(3.0), np.zeros(3)
    call = compiled.ready(add, what, to)
    for n in (1, 10, -3):
        call(n)
    assert to.tolist() == [0.0, 8.0, 16.0]
    others = np.ones(3)
    compiled.ready(add, what, others)(2)
    assert others.tolist() == [1.0, 3.0, 5.0]
    assert len(add.overloads) == 1
