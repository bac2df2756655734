"""Curves: quantiles as numpy defines them, blocks put together in order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sim.ensemble.curves import BANDS, QUANTILES, bands, gather
from sim.ensemble.groups import choose
from sim.errors import RunError
from sim.metrics.registry import reported
from tests.strategies import BLOCS, ECOSYSTEMS, fake_drivers, fake_trajectory, half


@given(
    hnp.arrays(
        np.float64,
        st.tuples(st.integers(1, 3), st.integers(1, 60)),
        elements=st.floats(0.0, 1.0),
    )
)
def test_bands_are_numpys_linear_quantiles(values):
    found = bands(values)
    assert found.shape == (len(values), len(BANDS))
    assert np.allclose(found[:, 0], values.mean(axis=1))
    expected = np.quantile(values, list(QUANTILES.values()), axis=1).T
    assert np.allclose(found[:, 1:], expected, rtol=1e-13, atol=1e-15)
    # Rounding never turns the order round.
    assert (np.diff(found[:, 1:], axis=1) >= 0).all()
    assert (found >= 0).all()
    assert (found <= 1 + 1e-15).all()


def put_together(drivers, blocks, full=False):
    return gather(
        blocks,
        drivers.facts.months,
        drivers.nations,
        ECOSYSTEMS,
        BLOCS,
        choose(drivers.groups, drivers.regions),
        half(drivers, 1, np.arange(sum(block.cost.shape[-1] for block in blocks))),
        asked=reported(drivers.facts.months),
        full=full,
    )


def together(drivers, *parts, full=False):
    blocks = [fake_trajectory(drivers, 1, np.array(part)) for part in parts]
    return put_together(drivers, blocks, full=full)


def test_how_replicates_are_put_into_blocks_changes_nothing():
    drivers = fake_drivers()
    one, three = together(drivers, range(7)), together(drivers, [0, 1], [2, 3, 4], [5, 6])
    for name in ("share", "developers", "bands", "hardware", "cost", "answers"):
        assert np.array_equal(getattr(one, name), getattr(three, name)), name


def test_means_sum_to_one_for_groups_and_nations():
    ensemble = together(fake_drivers(), range(9))
    assert ensemble.banded[: len(ensemble.groups)] == ensemble.groups
    assert np.allclose(ensemble.bands[..., 0].sum(axis=2), 1.0, rtol=0, atol=1e-9)


def test_months_before_the_reported_ones_are_left_out():
    drivers = fake_drivers()
    late = replace(drivers, facts=replace(drivers.facts, months=drivers.facts.months[12:]))
    blocks = [fake_trajectory(drivers, 1, np.arange(3))]
    whole, part = put_together(drivers, blocks), put_together(late, blocks)
    for name in ("share", "developers", "bands", "hardware", "cost"):
        assert np.array_equal(getattr(whole, name)[12:], getattr(part, name)), name
    # The first December of the later period looks back on months before it.
    assert np.array_equal(whole.answers[1:], part.answers)


def test_full_keeps_each_nation_as_it_was():
    drivers = fake_drivers()
    ensemble = together(drivers, range(3), full=True)
    alone = fake_trajectory(drivers, 1, np.arange(3))
    assert ensemble.groups[-4:] == drivers.nations
    assert np.array_equal(ensemble.share[:, -4:], alone.share)
    assert np.array_equal(ensemble.developers[:, -4:], alone.developers)


@pytest.mark.parametrize("name", ["share", "met", "developers", "compute", "cost"])
def test_a_number_that_is_not_finite_stops_the_run_and_names_its_replicate(name):
    drivers = fake_drivers()
    blocks = [fake_trajectory(drivers, 1, np.arange(2)), fake_trajectory(drivers, 1, np.arange(2))]
    getattr(blocks[1], name)[..., 1] = np.nan
    with pytest.raises(RunError, match=f"replicate 3: {name} is not") as caught:
        put_together(drivers, blocks)
    assert caught.value.replicate == 3
