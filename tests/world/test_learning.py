"""Learning by releases: who learns, what levers do to it, and when it ends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import months
from sim.scenario.futures import NEVER
from sim.world import kernel
from sim.world.block import empty_record, prepare
from tests.world import worlds
from tests.world.worlds import Lever

T, LAST = 40, 20
CHINESE = 1


def learned(drivers, month=T, seed=1):
    """Return what nations have learned after some months, (I, K), of one replicate."""
    block = prepare(drivers, seed, np.array([0]))
    kernel.run(block, empty_record(drivers, 1, 0), 0, month)
    return block.state.learned[..., 0].copy()


def world(*levers, releases=None, **parameters):
    drivers = worlds.toy(3, 4, 5, 3, horizon=T, last_fact=LAST, drawn=False, **parameters)
    f = drivers.facts
    bloc = np.array([0, 1, 0, 1, 2])
    counted = 2.0 + 3.0 * np.arange(T) if releases is None else releases
    home = np.zeros_like(f.home)
    home[2, bloc == CHINESE] = 1.0
    drivers = worlds.with_facts(drivers, bloc=bloc, releases=counted, home=home)
    return worlds.with_levers(drivers, *levers)


def in_full(drivers):
    """Return the factor of believing before any lever moved it: the toy world's own risk."""
    return learned(drivers, 1)[0, 1] / (np.log(drivers.facts.releases[0] / 20.0))


def test_what_is_learned_is_the_logarithm_of_the_releases():
    drivers = world()
    found = learned(drivers, LAST + 1)[0, 1] / in_full(drivers)
    assert found == pytest.approx(np.log(drivers.facts.releases[LAST] / 20.0))


def test_only_newcomers_are_learned_of_and_nobody_learns_of_what_is_its_own():
    found = learned(world())
    assert (found[:, [0, 2, 4]] == 0.0).all()
    assert (found[2] == 0.0).all()
    assert (found[[0, 1, 3]][:, [1, 3]] != 0.0).all()


def test_after_the_facts_releases_go_on_at_their_rate():
    drivers = world(releases_a_month=4.0)
    now = drivers.facts.releases[LAST] + 4.0 * (T - 1 - LAST)
    assert learned(drivers)[0, 1] / in_full(drivers) == pytest.approx(np.log(now / 20.0))


@given(stop=st.integers(LAST, T + 30))
@settings(max_examples=20)
def test_nothing_is_learned_after_the_stop(stop):
    drivers = world(learning_stop=float(months.FIRST + stop))
    at = min(stop, T - 1)
    known = world(learning_stop=NEVER)
    np.testing.assert_array_equal(learned(drivers), learned(known, at + 1))


def test_a_lever_on_releases_slows_learning_and_undoes_nothing():
    slower = world(Lever("release_rate", "multiply", -1.0, first=LAST + 1))
    before, after = learned(world(), LAST + 1), learned(slower)
    np.testing.assert_allclose(before, after)
    assert (learned(world())[0, 1] > after[0, 1]).all()


def test_who_trusts_more_learns_more_from_then_on():
    trusting = world(Lever("trust", "add", 0.3, first=LAST + 1))
    plain = learned(world())
    np.testing.assert_array_equal(learned(trusting, LAST + 1), learned(world(), LAST + 1))
    assert (learned(trusting)[0, [1, 3]] > plain[0, [1, 3]]).all()


def test_enterprises_learn_nothing():
    a, b = (prepare(world(learning=value), 1, np.array([0])) for value in (0.0, 1.0))
    assert (a.parameters.segment[0] == b.parameters.segment[0]).all()
    assert (a.parameters.segment[1:] != b.parameters.segment[1:]).any()


def test_by_time_releases_do_not_count():
    few = world(learning_by_time=1)
    many = world(learning_by_time=1, releases=1000.0 + np.arange(T))
    np.testing.assert_array_equal(learned(few), learned(many))
    assert (np.diff([learned(few, t)[0, 1] for t in (5, 10, 30)]) > 0.0).all()


def test_from_peers_what_counts_is_how_many_use_them():
    few = world(learning_by_peers=1)
    many = world(learning_by_peers=1, releases=1000.0 + np.arange(T))
    np.testing.assert_array_equal(learned(few), learned(many))
    block = prepare(few, 1, np.array([0]))
    record = empty_record(few, 1, 0)
    kernel.run(block, record, 0, 1)
    first = block.state.chinese_share.copy()
    kernel.run(block, record, 1, T - 1)
    last = block.state.chinese_share.copy()
    kernel.run(block, record, T - 1, T)
    assert block.state.learned[0, 1] == pytest.approx(np.log(last / first) * in_full(world()))


def test_one_replicate_and_many_learn_the_same():
    drivers = world(Lever("trust", "add", 0.2, first=8))
    many = prepare(drivers, 1, np.arange(5))
    kernel.run(many, empty_record(drivers, 5, 0), 0, T)
    np.testing.assert_array_equal(many.state.learned[..., 0], learned(drivers))
