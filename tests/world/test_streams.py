"""Random streams: named by what they decide, and by nothing else."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.world import streams
from sim.world.likings import national_tastes as tastes
from sim.world.parameters import draw
from sim.world.state import stream_keys
from tests.world import worlds

SEEDS = st.integers(0, 2**63 - 1)


@given(seed=SEEDS, numbers=st.lists(st.integers(0, 10_000), min_size=1, max_size=8, unique=True))
def test_a_replicate_has_its_key_whatever_stands_beside_it(seed, numbers):
    keys = streams.run_keys(seed, np.array(numbers))
    assert np.unique(keys).size == len(numbers)
    for at, number in enumerate(numbers):
        assert streams.run_keys(seed, np.array([number]))[0] == keys[at]


def test_seeds_replicates_and_names_give_different_streams():
    found = {
        int(key)
        for seed in range(20)
        for name in ("taste/nation/BRA/chinese", "taste/nation/BRA/european", "parameter/network")
        for key in streams.keys(streams.run_keys(seed, np.arange(50)), name)
    }
    assert len(found) == 20 * 3 * 50


@given(seed=st.integers(0, 1000), data=st.data())
@settings(max_examples=20)
def test_keys_follow_the_name_and_not_the_position(seed, data):
    drivers = worlds.toy(seed, 5)
    order = list(data.draw(st.permutations(range(5))))
    run = streams.run_keys(seed, np.arange(3))
    a = stream_keys(drivers, run)
    b = stream_keys(worlds.among(drivers, order), run)
    assert np.array_equal(a.wander[order], b.wander)
    assert np.array_equal(a.stance[order], b.stance)
    assert np.array_equal(a.release, b.release)


def test_a_parameter_held_leaves_every_other_draw_as_it_was():
    drivers = worlds.toy(1)
    a = draw(drivers, 1, np.arange(16))
    b = draw(worlds.with_parameters(drivers, network=0.3), 1, np.arange(16))
    differ = (a.scalar != b.scalar).any(axis=1)
    assert differ.sum() == 1
    assert np.array_equal(a.segment, b.segment)
    assert np.array_equal(a.ecosystem, b.ecosystem)


def test_a_region_shares_its_taste():
    drivers = worlds.toy(3, 6)
    run = streams.run_keys(3, np.arange(4))
    one, none = np.ones(4), np.zeros(4)
    region = tastes(drivers, run, None, one, none)
    nation = tastes(drivers, run, None, none, one)
    for i in range(6):
        for j in range(6):
            same = drivers.facts.region[i] == drivers.facts.region[j]
            assert np.array_equal(region[i], region[j]) == same
            assert np.array_equal(nation[i], nation[j]) == (i == j)
    np.testing.assert_array_equal(tastes(drivers, run, None, one, one), region + nation)
