"""The parts of utility add up to the utility by which the rules choose."""

from __future__ import annotations

import numpy as np
import pytest

from sim.metrics.utility import PARTS
from sim.scenario import compile as compiled
from sim.scenario import load
from sim.world import Nation, World, simulate, simulate_with_reasons
from sim.world.happened import Trajectory
from sim.world.numerics import ABSENT


class Watched(Nation):
    """A nation that remembers the utility by which its newcomers chose."""

    def choose(self):
        self.utility = self.model.block.scratch.utility.copy()
        super().choose()


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("baseline", "2023-01"), ("baseline", "2025-03"), ("baseline", "2030-12"),
        ("fortress", "2029-06"), ("beijing_closes", "2028-12"),
    ],
)  # fmt: skip
def test_parts_add_up_to_the_utility_of_the_rules(name, month):
    drivers = compiled(load(name, [("nations", ["BRA", "CHN", "DEU", "IND", "RUS", "USA"])]))
    world = World(drivers, seed=3, replicate=2, nation=Watched)
    world.run_to(month)
    for nation in world.agents:
        _, found = simulate_with_reasons(
            drivers, nation.position, world.t, seed=3, replicates=np.array([2])
        )
        assert list(found.parts) == list(PARTS)
        total = sum(found.parts.values())
        expected = np.where(found.absent, ABSENT, nation.utility)
        assert np.array_equal(expected, nation.utility)
        assert np.allclose(total[~found.absent], nation.utility[~found.absent], atol=1e-9, rtol=0)
        assert np.array_equal(found.share[..., 0], nation.segment_share)
        assert np.array_equal(found.weight.sum(axis=0).round(12), np.ones(1))


def test_the_parts_of_all_nations_are_those_of_each():
    drivers = compiled(load("fortress", [("nations", ["BRA", "CHN", "DEU", "IND", "RUS", "USA"])]))
    months, replicates = (30, 95), np.arange(3)
    done = simulate(drivers, seed=3, replicates=replicates, explained=months)
    assert done.utility.shape == (2, 6, len(PARTS), 7, 3)
    for place, t in enumerate(months):
        for i in range(len(drivers.nations)):
            _, found = simulate_with_reasons(drivers, i, t, seed=3, replicates=replicates)
            assert np.array_equal(done.utility[place, i], found.mean, equal_nan=True)
            weight = found.weight[:, None] * ~found.absent
            had = weight.sum(axis=0) > 0.0
            assert np.array_equal(np.isnan(found.mean[0]), ~had)
            for name, mean in zip(PARTS, found.mean, strict=True):
                by_hand = (found.parts[name] * weight).sum(axis=0)[had] / weight.sum(axis=0)[had]
                assert np.allclose(mean[had], by_hand, atol=1e-12, rtol=0)
    # China cannot have US closed models by then, so that something is missing.
    assert np.isnan(done.utility).any()


def test_to_keep_the_parts_moves_no_bit_and_both_engines_keep_the_same():
    drivers = compiled(load("baseline", ["period.end=2024-06", ("nations", ["BRA", "CHN", "USA"])]))
    replicates, months = np.arange(2), (0, 9, 17)
    done, mesa = (
        simulate(drivers, seed=1, replicates=replicates, engine=engine, explained=months)
        for engine in ("kernel", "mesa")
    )
    whole = simulate(drivers, seed=1, replicates=replicates)
    assert whole.utility.size == 0
    for name in Trajectory.__dataclass_fields__:
        if name != "utility":
            assert np.array_equal(getattr(done, name), getattr(whole, name)), name
    assert np.array_equal(done.utility, mesa.utility, equal_nan=True)


def test_what_is_run_on_the_way_has_the_bits_of_a_whole_run():
    drivers = compiled(load("rand_package"))
    replicates = np.arange(3)
    done, _ = simulate_with_reasons(drivers, 4, 95, seed=1, replicates=replicates)
    whole = simulate(drivers, seed=1, replicates=replicates)
    for name in Trajectory.__dataclass_fields__:
        if name != "replicates":
            a, b = (getattr(each, name)[:96] for each in (done, whole))
            assert np.array_equal(a, b), name


def test_an_early_month_is_run_to_the_last_observed_one():
    """So that views can stand beside the figures of that time."""
    drivers = compiled(load("baseline"))
    replicates = np.arange(2)
    done, _ = simulate_with_reasons(drivers, 0, 5, seed=1, replicates=replicates)
    whole = simulate(drivers, seed=1, replicates=replicates)
    assert np.array_equal(done.visits, whole.visits)
