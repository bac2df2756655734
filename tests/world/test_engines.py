"""One set of rules, two drivers: the Mesa model and the kernel agree on every state variable."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim.scenario import compile as compiled
from sim.scenario import load, names
from sim.world import World, kernel
from sim.world.block import Record, empty_record, prepare
from sim.world.state import State
from tests.world import worlds

SHIPPED = sorted(known.name for known in names() if known.shipped)
MONTHS = 36


def kernel_run(drivers, seed, replicates):
    block = prepare(drivers, seed, np.asarray(replicates))
    record = empty_record(drivers, len(replicates), MONTHS)
    kernel.run(block, record, 0, drivers.facts.months.size)
    return block.state, record


def mesa_run(drivers, seed, replicate):
    world = World(drivers, seed=seed, replicate=replicate, view_months=MONTHS)
    for _ in range(drivers.facts.months.size):
        world.step()
    return world.state, world.record


def lane(values, at, of):
    """Return one lane of an array; those without a lane axis, flags of a nation, are any lane's."""
    return values[..., at : at + 1] if values.shape[-1] == of else values


def require_equal(kernels, mesas, at, of):
    """Hold every state variable and record to the same bits."""
    for kind in (State, Record):
        ours, theirs = (pair[kind is Record] for pair in (kernels, mesas))
        for name in kind._fields:
            if name in ("evicting", "gap", "member_sizes"):
                continue  # one for all lanes: whether any evicts, and two constants
            a, b = lane(getattr(ours, name), at, of), getattr(theirs, name)
            assert a.shape == b.shape, name
            assert np.isfinite(a).all(), name
            assert np.array_equal(a, b), name


AT_ONCE = ("fortress", "rand_package_answered")
"""Scenarios with levers of most kinds, dated and waiting: those of `make test`."""


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in AT_ONCE else [pytest.mark.long]) for name in SHIPPED],
)
def test_they_agree_on_a_shipped_scenario(name):
    scenario = load(name, [("focus", "IND")])
    drivers = compiled(scenario)
    ours = kernel_run(drivers, scenario.ensemble.seed, [3, 5])
    theirs = mesa_run(drivers, scenario.ensemble.seed, 5)
    require_equal(ours, theirs, 1, 2)


@given(
    seed=st.integers(0, 10_000),
    nations=st.integers(1, 6),
    ecosystems=st.integers(1, 7),
    segments=st.integers(1, 3),
    effects=st.integers(0, 12),
    switches=st.fixed_dictionaries({name: st.integers(0, 1) for name in worlds.PLAIN}),
    shuffled=st.booleans(),
)
@example(
    seed=356, nations=1, ecosystems=1, segments=1, effects=0,
    switches=dict.fromkeys(worlds.PLAIN, 0), shuffled=False,
)  # fmt: skip
@settings(max_examples=60)
def test_they_agree_on_random_small_worlds(
    seed, nations, ecosystems, segments, effects, switches, shuffled
):
    drivers = worlds.toy(
        seed, nations, ecosystems, segments, effects, 30, 18, shuffled=shuffled, **switches
    )
    drivers = worlds.refreshed(drivers)
    # So many lanes that what a sign starts in two of them is computed in these alone.
    lanes = [2, 0, *range(9, 24)]
    require_equal(kernel_run(drivers, seed, lanes), mesa_run(drivers, seed, 0), 1, len(lanes))


@pytest.mark.parametrize("lanes", [2, 8, 16, 48])
def test_a_lane_does_not_feel_its_neighbours(lanes):
    """One lane and many give equal bits, whatever the width of the processor's vectors."""
    drivers = compiled(load("rand_package"))
    _, many = kernel_run(drivers, 1, np.arange(lanes))
    for at in {0, lanes // 2, lanes - 1}:
        _, one = kernel_run(drivers, 1, [at])
        for name in Record._fields:
            assert np.array_equal(getattr(many, name)[..., at], getattr(one, name)[..., 0]), name


@given(seed=st.integers(0, 10_000), data=st.data())
@settings(max_examples=20)
def test_what_may_not_have_moved_need_not_be_computed_again(seed, data):
    """All flags raised in every month give the same bits as the flags that tell of a change."""
    effects = data.draw(st.integers(0, 12))
    few = worlds.refreshed(worlds.toy(seed, 4, 7, 3, effects, 30, 18))
    raised = {n: np.ones_like(getattr(few.facts, n)) for n in ("stale", "listed")}
    _, a = kernel_run(few, seed, [0, 1, 2])
    _, b = kernel_run(worlds.with_facts(few, **raised), seed, [0, 1, 2])
    for name in Record._fields:
        assert np.array_equal(getattr(a, name), getattr(b, name)), name
