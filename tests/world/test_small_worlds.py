"""Worlds so small that they can be run as plain Python in a second, against the equations.

What `test_plain` asks of many worlds for forty months, these ask of a few for some months, in lanes
that stand side by side.
"""

from __future__ import annotations

import numpy as np
import pytest

from sim.world import kernel
from sim.world.block import Record, empty_record, prepare
from tests.world import plain, worlds

LANES = (4, 0, 7)


def run(drivers, months):
    """Return shares by segment, builders and tokens of all lanes, and the builders at the start."""
    block = prepare(drivers, 1, np.array(LANES))
    record = empty_record(drivers, len(LANES), months)
    start, shares = block.state.builders.copy(), []
    for t in range(months):
        kernel.run(block, record, t, t + 1)
        shares.append(block.state.share.copy())
    return np.array(shares), record, start


@pytest.mark.parametrize(
    ("seed", "nations", "ecosystems", "segments", "links", "raw", "shuffled"),
    [
        (1, 3, 7, 3, 0, 0, False), (2, 2, 7, 2, 1, 0, False), (3, 2, 5, 3, 0, 1, True),
        (4, 3, 4, 2, 1, 1, True), (5, 2, 7, 3, 1, 0, True), (7, 2, 7, 1, 0, 0, False),
    ],
)  # fmt: skip
def test_every_lane_of_a_small_world_is_the_equations(
    seed, nations, ecosystems, segments, links, raw, shuffled
):
    switches = worlds.PLAIN | {"links": links, "raw_capability": raw}
    months = 9
    drivers = worlds.refreshed(
        worlds.toy(seed, nations, ecosystems, segments, horizon=months, last_fact=5,
                   shuffled=shuffled, **switches)
    )  # fmt: skip
    shares, record, start = run(drivers, months)
    for at, replicate in enumerate(LANES):
        known = plain.run(drivers, 1, replicate, start[:, at])
        np.testing.assert_allclose(shares[..., at], known.share, rtol=0, atol=1e-11)
        builders = record.developers[..., at]
        np.testing.assert_allclose(builders, known.builders, rtol=1e-11)
        tokens = plain.tokens(drivers, 1, replicate, builders)
        np.testing.assert_allclose(record.routed[..., at], tokens, rtol=1e-9)


@pytest.mark.parametrize("seed", [11, 12, 13, 14])
def test_what_may_not_have_moved_need_not_be_computed_again(seed):
    """All flags raised in every month give the same bits, under levers that move in few lanes."""
    months, lanes = 8, np.arange(17)
    few = worlds.refreshed(worlds.toy(seed, 2, 5, 2, 10, months, 5))
    raised = {name: np.ones_like(getattr(few.facts, name)) for name in ("stale", "listed")}
    records = []
    for drivers in (few, worlds.with_facts(few, **raised)):
        records.append(empty_record(drivers, lanes.size, months))
        kernel.run(prepare(drivers, seed, lanes), records[-1], 0, months)
    for name in Record._fields:
        assert np.array_equal(*(getattr(record, name) for record in records)), name
