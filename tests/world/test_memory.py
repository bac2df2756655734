"""Copies of groups of arrays: equal, apart from what they are copied from, each on a line."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.world import compiled, memory
from sim.world.memory import LINE, copied, empty

LARGE = memory.STORE.large
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


@pytest.fixture
def nothing_kept(monkeypatch):
    monkeypatch.setattr(memory, "STORE", memory.Store())


@pytest.mark.usefixtures("nothing_kept")
def test_memory_is_used_again_once_no_array_lies_in_it():
    first = empty((LARGE,), np.uint8)
    first[:] = 3
    place = first.ctypes.data
    part = first[10:20]
    del first
    second = empty((LARGE,), np.uint8)
    assert second.ctypes.data != place, "a part of it is still held"
    assert (part == 3).all()
    del part
    third = empty((LARGE,), np.uint8)
    assert third.ctypes.data == place
    assert not np.may_share_memory(second, third)


@pytest.mark.usefixtures("nothing_kept")
def test_memory_is_used_again_for_what_nearly_fills_it():
    size = 3 * LARGE
    place = empty((size,), np.uint8).ctypes.data
    small = empty((int(size / 1.3),), np.uint8)
    assert small.ctypes.data != place
    fits = empty((int(size / 1.2),), np.uint8)
    assert fits.ctypes.data == place


def test_no_more_memory_is_kept_than_is_said(monkeypatch):
    store = memory.Store(most=5 * LARGE)
    monkeypatch.setattr(memory, "STORE", store)
    held = [empty((LARGE,), np.uint8) for _ in range(9)]
    places = [each.ctypes.data for each in held]
    while held:
        held.pop(0)
        assert sum(each.size for each in store.kept.values()) <= store.most
    kept = [each.ctypes.data for each in store.kept.values()]
    assert len(kept) == 4, "those given back last"
    assert [any(0 <= at - one < LINE for one in kept) for at in places] == [False] * 5 + [True] * 4
    assert empty((1,)).nbytes == 8
    assert len(store.kept) == 4, "what is small is left to the allocator"


def test_threads_that_take_and_give_back_at_once_share_nothing():
    wrong = []

    def work(number):
        for turn in range(60):
            mine = empty((LARGE // 8 + turn % 3,))
            mine[:] = number
            mine[::4096] += 1.0
            if not ((mine == number) | (mine == number + 1.0)).all():
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(10.0 * n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_rule_of_several_types_is_called_by_that_of_its_arguments(monkeypatch):
    monkeypatch.setattr(compiled, "cache_folder", lambda: None)

    @compiled.rule
    def double(what, to):
        for l in range(to.size):  # noqa: E741
            to[l] = what[l] * 2

    whole, part = np.zeros(2, np.int64), np.zeros(2)
    first = compiled.ready(double, np.array([1, 2]), whole)
    second = compiled.ready(double, np.array([0.5, 1.5]), part)
    for _ in range(3):
        first()
        second()
        assert whole.tolist() == [2, 4]
        assert part.tolist() == [1.0, 3.0]
        whole[:], part[:] = 0, 0


@pytest.mark.usefixtures("nothing_kept")
def test_a_group_gives_its_memory_back_at_once_and_not_when_cycles_are_looked_for():
    group = Outer(Inner(np.zeros((LARGE // 8, 1)), np.zeros(1)), 1, np.zeros((3, 1)))
    gc.disable()
    try:
        place = copied(group).inner.first.ctypes.data
        for _ in range(3):
            assert copied(group).inner.first.ctypes.data == place
    finally:
        gc.enable()


def test_the_end_of_the_interpreter_is_silent():
    """Arrays that are held until then are let go of when modules are half taken down."""
    program = (
        "import numpy as np; from sim.world import memory\n"
        "memory.itself, memory.held = memory, memory.empty((1 << 21,), np.uint8)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_memory_that_is_not_to_be_had_is_an_error_of_memory():
    with pytest.raises(MemoryError, match="MB of memory"):
        memory.Store().take(1 << 60)
