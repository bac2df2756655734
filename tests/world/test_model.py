"""The Mesa model as a notebook user has it: step, look, collect, subclass."""

from __future__ import annotations

import mesa
import numpy as np
import pytest
from mesa import DataCollector

import sim
from sim.errors import InputError, RunError
from sim.scenario import compile as compiled
from sim.world import simulate
from sim.world.model import Nation, World
from tests.world import worlds

SMALL = {"extends": "rand_package", "nations": ["BRA", "CHN", "IND", "KEN", "USA"]}


@pytest.fixture
def world():
    return sim.World(SMALL, seed=1, replicate=2)


def test_it_is_a_mesa_model_whose_agents_are_nations(world):
    assert isinstance(world, mesa.Model)
    assert [nation.iso3 for nation in world.agents] == ["BRA", "CHN", "IND", "KEN", "USA"]
    assert all(isinstance(nation, Nation) for nation in world.agents)
    assert world.month == "2022-12"


def test_stepping_gives_the_numbers_of_a_run(world):
    world.run_to("2027-06")
    assert world.month == "2027-06"
    done = simulate(compiled(sim.load(SMALL)), seed=1, replicates=np.array([2]))
    for nation in world.agents:
        assert np.array_equal(nation.share, done.share[world.t, nation.position, :, 0])
        assert nation.builders == done.developers[world.t, nation.position, 0]
        np.testing.assert_allclose(nation.segment_share.sum(axis=1), 1, atol=1e-12)
        assert nation.stance in {"open", "us", "chinese", "sovereign"}
    assert sum(world.shares().values()) == pytest.approx(1, abs=1e-12)


def test_what_a_nation_shows_is_a_copy(world):
    world.step()
    nation = next(iter(world.agents))
    nation.share[:] = 9
    assert nation.share.max() < 2


def test_a_data_collector_watches(world):
    watch = DataCollector(
        model_reporters={"open": lambda w: w.shares()["cn_open"]},
        agent_reporters={"builders": "builders"},
    )
    for _ in range(3):
        world.step()
        watch.collect(world)
    assert len(watch.get_model_vars_dataframe()) == 3
    assert len(watch.get_agent_vars_dataframe()) == 15


class Steadfast(Nation):
    """A nation whose government never changes its stance."""

    def review(self):
        pass


def test_a_subclass_changes_a_rule():
    drivers = worlds.refreshed(worlds.toy(3, 6, horizon=48, stance_keep=0))
    usual, other = (World(drivers, seed=1, nation=kind) for kind in (Nation, Steadfast))
    for _ in range(48):
        usual.step()
        other.step()
    first = drivers.facts.first_stance
    assert np.array_equal(other.state.stance[:, 0], first)
    assert not np.array_equal(usual.state.stance[:, 0], first)


class Slow(Nation):
    """A nation in which half as many begin to build as the diffusion has it."""

    def grow(self):
        before = self.builders
        super().grow()
        builders = self.model.state.builders
        builders[self.position] = (before + builders[self.position]) / 2


def test_a_subclass_may_change_what_a_rule_gives():
    drivers = worlds.refreshed(worlds.toy(3, 6, horizon=48))
    usual, other = (World(drivers, seed=1, nation=kind) for kind in (Nation, Slow))
    start = usual.state.builders.copy()
    usual.step()
    other.step()
    came, fewer = usual.state.builders - start, other.state.builders - start
    assert came.max() > 0
    np.testing.assert_allclose(fewer, came / 2, rtol=1e-9, atol=1e-9)
    for _ in range(47):
        usual.step()
        other.step()
    assert (other.state.builders < usual.state.builders).any()


def test_the_end_is_the_end(world):
    world.run_to("2035-12")
    with pytest.raises(RunError, match="ends in 2035-12"):
        world.step()


def test_a_month_that_is_none_is_refused(world):
    with pytest.raises(ValueError, match="2030-13"):
        world.run_to("2030-13")


def test_compiled_drivers_carry_no_seed():
    with pytest.raises(InputError, match="carry no seed"):
        World(worlds.toy(0))


def test_the_scenario_s_own_seed_is_used():
    a, b = sim.World(SMALL), sim.World(SMALL, seed=sim.load(SMALL).ensemble.seed)
    a.run_to("2024-12")
    b.run_to("2024-12")
    assert a.shares() == b.shares()
