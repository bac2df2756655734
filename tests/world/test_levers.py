"""Levers on the evidence: each acts on the channel that it names."""

from __future__ import annotations

import numpy as np
import pytest

from sim.scenario import compile as compiled
from sim.scenario import load
from sim.world import kernel
from sim.world.block import empty_record, prepare
from sim.world.rows import W

END = "2029-12"
CHINA, US = 1, 0


def chips(*levers, **base):
    """Return licensed and smuggled chips a month, and what China bought, when all are in force."""
    entries = [{"id": name, "strength": "high", "start": "2026-11"} for name in levers]
    scenario = {"extends": "baseline", "period": {"end": END}, "levers": entries, **base}
    scenario["ensemble"] = {"parameters": "default"}
    drivers = compiled(load(scenario))
    block = prepare(drivers, 1, np.arange(1))
    record, last = empty_record(drivers, 1, 0), drivers.facts.months.size - 1
    kernel.run(block, record, 0, last)
    before = block.state.compute[CHINA, US, 0]
    kernel.run(block, record, last, last + 1)
    bought = block.state.compute[CHINA, US, 0] - before * (1 - 1 / 48)
    cells = block.state.cells[:, 0]
    return float(cells[W.permitted]), float(cells[W.smuggled]), float(bought)


def test_today_a_fifth_of_the_us_chips_that_reach_china_is_licensed():
    licensed, smuggled, bought = chips()
    assert (licensed, smuggled) == (2000.0, 8000.0)
    assert bought == pytest.approx(10_000)


@pytest.mark.parametrize("lever", ["us_inference_chip_controls", "cn_import_refusal"])
def test_a_lever_on_licensed_chips_leaves_the_smuggled_ones(lever):
    """At full strength 2,000 of 10,000 a month."""
    assert chips(lever) == (0.0, 8000.0, pytest.approx(8000))


def test_the_rand_package_at_full_strength_takes_the_licensed_chips_alone():
    package = [entry.id for entry in load("rand_package").levers]
    licensed, smuggled, bought = chips(*package)
    assert (licensed, smuggled) == (0.0, 8000.0)
    assert bought == pytest.approx(8000)


def test_to_verify_where_chips_are_takes_smuggled_ones_alone():
    licensed, smuggled, bought = chips("us_chip_location_verification")
    assert (licensed, smuggled) == (2000.0, pytest.approx(1600))
    assert bought == pytest.approx(3600)
