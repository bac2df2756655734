"""The compiled rules against the equations written a second time, in numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario import compile as compiled
from sim.scenario import load
from sim.world import kernel
from sim.world.block import empty_record, prepare
from tests.world import plain, worlds


def segment_shares(drivers, seed, replicate):
    """Return the kernel's shares by segment, builders and tokens of routers, month by month."""
    block = prepare(drivers, seed, np.array([replicate]))
    record = empty_record(drivers, 1, 0)
    start = block.state.builders[:, 0].copy()
    shares = []
    for t in range(drivers.facts.months.size):
        kernel.run(block, record, t, t + 1)
        shares.append(block.state.share[..., 0].copy())
    return np.array(shares), record.developers[..., 0], record.routed[..., 0], start


def agree(drivers, seed=1, replicate=0):
    share, builders, routed, start = segment_shares(drivers, seed, replicate)
    known = plain.run(drivers, seed, replicate, start)
    np.testing.assert_allclose(share, known.share, rtol=0, atol=1e-11)
    np.testing.assert_allclose(builders, known.builders, rtol=1e-11)
    np.testing.assert_allclose(routed, plain.tokens(drivers, seed, replicate, builders), rtol=1e-9)


@given(
    seed=st.integers(0, 10_000),
    nations=st.integers(1, 6),
    ecosystems=st.integers(1, 7),
    segments=st.integers(1, 3),
    links=st.integers(0, 1),
    raw=st.integers(0, 1),
    shuffled=st.booleans(),
)
@settings(max_examples=60)
def test_a_plain_world_is_the_equations(seed, nations, ecosystems, segments, links, raw, shuffled):
    switches = worlds.PLAIN | {"links": links, "raw_capability": raw}
    drivers = worlds.toy(
        seed, nations, ecosystems, segments, horizon=40, last_fact=25, shuffled=shuffled, **switches
    )
    agree(worlds.refreshed(drivers), seed)


@pytest.mark.parametrize("replicate", [0, 7])
def test_the_world_of_the_evidence_made_plain_is_the_equations(replicate):
    drivers = compiled(load("baseline"))
    agree(worlds.with_parameters(drivers, **worlds.PLAIN), seed=1, replicate=replicate)
