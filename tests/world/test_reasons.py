"""The parts of utility add up to the utility by which the rules choose."""

from __future__ import annotations

import numpy as np
import pytest

from sim.scenario import compile as compiled
from sim.scenario import load
from sim.world import Nation, World, simulate, simulate_with_reasons
from sim.world.happened import Trajectory
from sim.world.numerics import ABSENT
from sim.world.reasons import PARTS


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
