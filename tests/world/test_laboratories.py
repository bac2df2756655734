"""A nation's own models are as good as its laboratories make them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.evidence.parameters import read as read_parameters
from sim.scenario.drivers import NATION_FAMILIES
from sim.world import laboratories, parameters, streams
from sim.world.block import empty_record, prepare
from sim.world.kernel import run
from tests.world import worlds
from tests.world.worlds import Lever

LANES = np.arange(4)
SOVEREIGN = worlds.ECOSYSTEMS.index("sovereign")
SEEDS = st.integers(0, 2**16)


def end(drivers):
    """Return the state at the end of a world's months."""
    block = prepare(drivers, 1, LANES)
    run(block, empty_record(drivers, LANES.size, 1), 0, drivers.facts.months.size)
    return block.state


def lags(drivers):
    drawn = parameters.draw(drivers, 1, LANES)
    return laboratories.lag(drivers, drawn, streams.run_keys(1, LANES)), drawn


@given(SEEDS)
@settings(max_examples=20)
def test_the_lag_before_levers_adds_up_and_stays_within_the_bounds_of_its_driver(seed):
    drivers = worlds.toy(seed, nations=5, noise=0)
    found, drawn = lags(drivers)
    f = drivers.facts
    values = dict(zip(parameters.SCALARS, drawn.scalar, strict=False))
    expected = values["sovereign_lag"] + f.lab_lag[:, None]
    expected = expected + values["talent_lag"] * f.lab_size[:, None]
    np.testing.assert_allclose(found, np.clip(expected, 0.0, 60.0), rtol=1e-12)


def test_what_is_not_known_of_a_nation_is_drawn_with_the_stated_spread():
    """A two-sided chi-square test of the variance at alpha = 0.001, with a fixed seed."""
    drivers = worlds.toy(3, nations=1, lab_spread=4.0, sovereign_lag=30.0, talent_lag=0.0)
    many = np.arange(2000)
    drawn = parameters.draw(drivers, 1, many)
    found = laboratories.lag(drivers, drawn, streams.run_keys(1, many))[0]
    assert found.std() == pytest.approx(4.0, rel=3.3 / np.sqrt(2 * many.size))
    assert found.mean() == pytest.approx(30.0 + drivers.facts.lab_lag[0], abs=3.3 * 4.0 / 44.7)


@given(SEEDS, st.floats(1.0, 20.0))
@settings(max_examples=20)
def test_whoever_trails_further_never_has_the_better_model(seed, months):
    near = worlds.toy(seed, nations=3)
    far = worlds.with_facts(near, lab_lag=near.facts.lab_lag + months)
    a, b = end(near), end(far)
    assert (b.home_index <= a.home_index).all()
    there = a.access.reshape(3, 7, 3, -1)[:, SOVEREIGN].any()
    assert (a.home_index[:, SOVEREIGN] > 0).any() or not there


def test_own_models_stand_where_the_best_open_weights_stood():
    drivers = worlds.toy(11, nations=3)
    state = end(drivers)
    last = drivers.facts.months.size - 1
    for i in range(3):
        for lane in LANES:
            seen = max(last - int(state.own_lag[i, 0, lane] + 0.5), 0)
            index = state.home_index[i, SOVEREIGN, lane]
            assert index in (0.0, state.best_open[seen, lane])  # 0: there is no way to them
    assert (state.home_index[:, SOVEREIGN] > 0).any()


def test_a_lever_on_one_nations_lag_moves_its_own_models_and_no_other_nations():
    plain = worlds.toy(11, nations=3)
    sooner = Lever("own_lag", "add", -6.0, nations=(1,))
    before, after = end(plain), end(worlds.with_levers(plain, sooner))
    family = NATION_FAMILIES.index("own_lag")
    assert plain.facts.nation_low[family] == 0.0
    assert (after.own_lag[1] == np.maximum(before.own_lag[1] - 6.0, 0.0)).all()
    assert (after.home_index[1, SOVEREIGN] >= before.home_index[1, SOVEREIGN]).all()
    assert (after.home_index[1, SOVEREIGN] > before.home_index[1, SOVEREIGN]).any()
    for i in (0, 2):
        assert np.array_equal(after.home_index[i], before.home_index[i])


def test_only_sovereign_ecosystems_have_models_by_nation():
    state = end(worlds.toy(11, nations=3))
    others = [k for k in range(7) if k != SOVEREIGN]
    assert not state.home_index[:, others].any()
    assert not state.home_cover[:, others].any()


def test_the_ranges_of_lags_hold_no_number_below_nothing():
    rows = {row.path: row for row in read_parameters()}
    for name in ("sovereign_lag", "talent_lag", "lab_spread"):
        assert 0.0 <= rows[name].low <= rows[name].default <= rows[name].high
