"""Worlds so small that they can be run as plain Python in a second, against the equations.

What `test_plain` asks of many worlds for forty months, these ask of a few for some months, in lanes
that stand side by side.
"""

from __future__ import annotations

import numpy as np
import pytest

from sim.world import kernel
from sim.world.block import Record, empty_record, prepare
from sim.world.rows import B, P
from tests.world import plain, worlds
from tests.world.by_hand import uniform

LANES = (4, 0, 7)


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-13)


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


ON = {name: int(name not in ("raw_capability", "learning_by_time", "learning_by_peers"))
      for name in worlds.PLAIN}  # fmt: skip
"""Everything that can go on goes on."""


@pytest.mark.parametrize("seed", [31, 32])
def test_loads_and_governments_that_turn_back_are_felt_anew(seed):
    """The same where load rises above one, and governments decide each month on the offers."""
    months, lanes = 9, np.arange(17)
    few = worlds.refreshed(worlds.toy(seed, 3, 5, 2, 6, months, 3, load_base=1.5, **ON))
    few = worlds.with_facts(few, base_month=1)
    raised = {name: np.ones_like(getattr(few.facts, name)) for name in ("stale", "listed")}
    records, stances = [], []
    for drivers in (few, worlds.with_facts(few, **raised)):
        block, record = prepare(drivers, seed, lanes), empty_record(drivers, lanes.size, months)
        block.parameters.scalar[P.review_period], block.parameters.scalar[P.stance_keep] = 1.0, 0.0
        block.state.next_review[:] = drivers.facts.months[1]
        for t in range(months):
            kernel.run(block, record, t, t + 1)
            stances.append(block.state.stance.copy())
        records.append(record)
    for name in Record._fields:
        assert np.array_equal(*(getattr(record, name) for record in records)), name
    held = np.array(stances[:months])
    turned = (held[1:] != held[:-1]) & (held[1:] == np.roll(held, 2, axis=0)[1:])
    assert turned[1:].any(), "some government turns back"
    assert (records[0].load > 1.0).any()


@pytest.mark.parametrize("seed", [21, 22])
def test_sums_and_draws_of_every_month_are_what_they_are_called(seed):
    """In a world with levers, load, trial, stances, chance and links."""
    months, lanes = 9, np.arange(3)
    drivers = worlds.refreshed(worlds.toy(seed, 3, 7, 3, 6, months, 3, load_base=2.0, **ON))
    f, weigh = drivers.facts, np.einsum
    drivers = worlds.with_facts(drivers, base_month=4)
    block = prepare(drivers, seed, lanes)
    record = empty_record(drivers, lanes.size, months)
    state, p, ps = block.state, block.parameters.scalar, block.parameters.segment
    weight, fresh = ps[:, B.segment_weight], block.scratch.fresh_choice
    loads = []
    for t in range(months):
        wander, month = state.wander.copy(), int(f.months[t])
        kernel.run(block, record, t, t + 1)
        draw = uniform(block.keys.wander, month)
        close(state.wander, p[P.taste_memory] * wander + p[P.taste_step] * (draw - 0.5))
        national = weigh("sl,iskl->ikl", weight, state.share)
        close(state.national, national)
        total = state.builders.sum(axis=0)
        close(state.world, weigh("il,ikl->kl", state.builders, national) / total)
        firms = weigh("i,il,ikl->kl", f.surveyed, state.builders, state.share[:, 0])
        close(record.firms[t], firms)
        built = weigh("il,ikl->kl", state.builders, fresh)
        recency = (1.0 + f.recent[t][:, None]) ** p[P.derived_recency]
        close(record.derived[t], built * recency)
        parts = fresh.sum(axis=1) / weight[1:].sum(axis=0)
        assert (np.isclose(parts, 1.0) | (parts == 0.0)).all()
        close(block.scratch.met.sum(axis=1), 1.0)
        # The largest is what is taken out before exponentials, which else might overflow.
        np.testing.assert_array_equal(block.scratch.top, block.scratch.utility.max(axis=1))
        loads.append(record.load[t])
    assert (np.ptp(loads[4:], axis=0) > 0.0).any()
