"""Every row of the parameter table is read: to change it changes what is recorded."""

from __future__ import annotations

import numpy as np
import pytest

from sim import evidence
from sim.scenario import load
from sim.world import Trajectory, simulate
from tests.world import worlds
from tests.world.worlds import Lever

ROWS = evidence.load().parameters

READ_OUTSIDE = {
    "visit_factor": "the view of DeepSeek by nation, which the tables of history compute",
    "download_base": "the view of downloads, which the calibration computes",
    "influence_model_weight": "the metric influence",
    "breadth": "answers of developers, which the calibration computes",
    "breadth_shape": "the same",
    "topic_factor": "the view of topics of repositories, which the calibration computes",
}
"""Parameters that no rule of the world reads, and what does."""

NEEDED = {
    "links_weight": {"links": 1},
    "raw_zero": {"raw_capability": 1},
    "raw_unit": {"raw_capability": 1},
}
"""Switches without which a parameter has nothing to act on."""

RECORDED = (
    "share", "met", "developers", "stance", "compute", "capability", "load", "training", "serving",
    "extra_lag", "visits", "routed", "firms", "derived",
)  # fmt: skip


def busy():
    """Return a small world in which everything happens: cuts, load, releases, reviews, trade.

    Chinese demand is short of US chips, services are full, and an own ecosystem is feared.
    """
    drivers = worlds.toy(2, 8, horizon=60, last_fact=30, drawn=False, load_base=1.0)
    f = drivers.facts
    home = f.home.copy()
    home[0, 4] = 1
    capability = np.maximum.accumulate(np.maximum(f.capability, 110.0), axis=0)
    capability[:, :, 1] = capability[:, :, 0] - 1.0
    ln_price = np.where(np.arange(7)[:, None, None] == 3, -6.0, f.ln_price)
    ln_price[:, :, 1] = ln_price[:, :, 0] - 1.5  # small offers are good value
    drivers = worlds.with_facts(
        drivers,
        developers=np.full(8, 1e5),
        ai_users=np.array([0.1, 0.2, 0.3, 0.05, 0.1, 0.2, 0.9, 0.1]),  # one above its ceiling
        membership=np.ones_like(f.membership),
        routed=np.ones(8),
        surveyed=np.ones(8),
        home=home,
        output_reference=2e4,
        on_sale=np.ones_like(f.on_sale),
        capability=capability,
        ln_price=ln_price,
    )
    return worlds.with_levers(
        drivers,
        Lever("offer", "add", 0.4, cells=(1,)),
        Lever("training_cut", "add", 0.3, first=10),
        Lever("demand", "multiply", 2.0, cells=(1,)),
        Lever("performance", "multiply", -0.3, cells=(1,)),
        Lever("serving_cut", "add", 0.9, first=35),
        Lever("output_cap", "multiply", -0.9, first=35),
    )


DRIVERS = worlds.refreshed(busy())


def recorded(**held) -> Trajectory:
    return simulate(
        worlds.with_parameters(DRIVERS, **held), seed=3, replicates=np.arange(2), view_months=60
    )


def ends(row):
    """Return two values of a parameter: its bounds, or a tenth about a value without any."""
    if row.low < row.high:
        return row.low, row.high
    return 0.9 * row.default, 1.1 * row.default


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.path not in READ_OUTSIDE], ids=lambda row: row.path
)
def test_a_parameter_moves_something_that_is_recorded(row):
    low, high = ends(row)
    switches = NEEDED.get(row.path, {})
    a, b = (recorded(**{**switches, row.path: value}) for value in (low, high))
    same = [np.array_equal(getattr(a, name), getattr(b, name)) for name in RECORDED]
    assert not all(same), f"no rule reads {row.path}"


def test_what_is_read_outside_the_world_moves_nothing_in_it():
    assert set(READ_OUTSIDE) <= {row.path for row in ROWS}
    for path in READ_OUTSIDE:
        row = next(row for row in ROWS if row.path == path)
        a, b = (recorded(**{path: value}) for value in ends(row))
        assert all(np.array_equal(getattr(a, name), getattr(b, name)) for name in RECORDED)


def test_a_parameter_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="frontier_shape"):
        load("baseline", ["parameters.frontier_shape=9"])
