"""The sign of levers on outcomes, over parameters drawn from all of their ranges.

A licence, a price or an access that gets better must raise the ecosystem's own share, and a cut
must lower it, whatever the model's open parameters are. The effects are pure ones, without the
side effects that levers of the catalogue carry. Four roads lead round the choice itself and are
closed here: users who crowd a Chinese service make it worse for others (supply), a better menu
draws newcomers, who lack the inertia of those who are there (value_effect), a government may keep
to one bloc because its fellows went to the other (stances), and those who try a newly opened
service out think all their choices over (trial).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import months
from sim.scenario import load
from sim.scenario.compile import compile_scenario
from sim.world.block import prepare
from sim.world.rows import B
from sim.world.trajectory import simulate
from tests.scenario.drivers_in_force import ECOSYSTEMS, NATIONS, WORLD, small

START = "2026-11"
REPLICATES = np.arange(12)
OPEN = tuple(name for name in ECOSYSTEMS if name not in {"us_closed", "cn_closed", "sovereign"})
SOLD = (*OPEN, "us_closed", "cn_closed")
UP = {"low": 0.1, "central": 0.2, "high": 0.4}
DOWN = {"low": -0.1, "central": -0.3, "high": -0.6}
ROUNDING = 1e-12

seeds = st.integers(0, 2**31)


def run(seed, effect=None):
    scenario = small(period={"end": "2030-12"})
    scenario["ensemble"] = {"runs": 1, "seed": 1, "parameters": "drawn"}
    scenario["parameters"] = {"supply": 0, "value_effect": 0, "stances": 0, "trial": 0}
    if effect is not None:
        effect = effect | {"conversion": "made up for a test"}
        own = {"title": "Pure", "source": "judgement", "effects": [effect]}
        scenario["own_levers"] = {"pure": own}
        scenario["levers"] = [{"id": "pure", "strength": "high", "start": START}]
    compiled = compile_scenario(load(scenario))
    return compiled, simulate(compiled, seed=seed, replicates=REPLICATES)


@cache
def plain(seed):
    return run(seed)


def shift(seed, ecosystem, effect):
    """Return by how much the ecosystem's own share moves in each nation, (T, I, R)."""
    _, base = plain(seed)
    _, other = run(seed, effect | {"ecosystems": ecosystem})
    place = ECOSYSTEMS.index(ecosystem)
    moved = (other.share - base.share)[:, :, place]
    assert not moved[: months.parse(START) - months.FIRST].any()
    return moved


def can_be_had(seed, ecosystem):
    """Return where an ecosystem has any users in the end, (I, R)."""
    _, base = plain(seed)
    return base.share[-1, :, ECOSYSTEMS.index(ecosystem)] > ROUNDING


@settings(max_examples=8)
@given(seed=seeds, ecosystem=st.sampled_from(SOLD))
def test_a_lower_price_raises_the_own_share(seed, ecosystem):
    moved = shift(seed, ecosystem, {"driver": "price", "op": "multiply"} | DOWN)
    assert moved.min() >= -ROUNDING
    assert (moved[-1][can_be_had(seed, ecosystem)] > 0).all()


@settings(max_examples=8)
@given(seed=seeds, ecosystem=st.sampled_from(OPEN))
def test_a_better_licence_raises_the_own_share_where_licences_count(seed, ecosystem):
    compiled, _ = plain(seed)
    weight = prepare(compiled, seed, REPLICATES).parameters.segment[0, B.licence]
    moved = shift(seed, ecosystem, {"driver": "licence", "op": "add"} | UP)
    licence = compiled.facts.licence[-1, :, ECOSYSTEMS.index(ecosystem)]
    better = can_be_had(seed, ecosystem) & (licence < 1)[:, None]
    assert (np.sign(moved[-1]) == np.sign(weight))[better].all()
    assert (moved * np.sign(weight) >= -ROUNDING).all()


@settings(max_examples=8)
@given(seed=seeds, ecosystem=st.sampled_from(SOLD))
def test_a_cut_of_access_lowers_the_own_share(seed, ecosystem):
    moved = shift(seed, ecosystem, {"driver": "access", "op": "multiply"} | DOWN)
    assert moved.max() <= ROUNDING
    assert (moved[-1][can_be_had(seed, ecosystem)] < 0).all()


@settings(max_examples=8)
@given(seed=seeds, ecosystem=st.sampled_from(SOLD), way=st.sampled_from(["maker", "host"]))
def test_more_access_raises_the_own_share_where_it_was_missing(seed, ecosystem, way):
    if ecosystem not in OPEN:
        way = "maker"
    effect = {"driver": "access", "op": "move", "target": 1, "ways": way} | UP
    moved = shift(seed, ecosystem, effect)
    compiled, _ = plain(seed)
    cell = 3 * ECOSYSTEMS.index(ecosystem) + ("maker", "host").index(way)
    missing = compiled.facts.access[-1, :, cell] < 1
    assert (moved[-1][missing] > 0).all()


@settings(max_examples=6)
@given(seed=seeds, ecosystem=st.sampled_from(SOLD))
def test_a_whole_cut_leaves_nobody_in_the_same_month(seed, ecosystem):
    whole = {"low": -0.5, "central": -0.9, "high": -1}
    moved = shift(seed, ecosystem, {"driver": "access", "op": "multiply"} | whole)
    _, base = plain(seed)
    at = months.parse(START) - months.FIRST
    np.testing.assert_array_equal(moved[at:], -base.share[at:, :, ECOSYSTEMS.index(ecosystem)])


@pytest.mark.parametrize("driver", [name for name in WORLD if name != "serving_share"])
def test_a_pure_lever_moves_no_nation_before_it_begins(driver):
    op = "multiply" if driver not in {"lag", "hardware_stance"} else "add"
    effect = {"driver": driver, "op": op, "low": 0.1, "central": 0.2, "high": 0.3}
    scenario = small(
        nations=list(NATIONS[:3]),
        period={"end": "2028-06"},
        own_levers={
            "pure": {
                "title": "Pure",
                "source": "judgement",
                "effects": [effect | {"conversion": "made up for a test"}],
            }
        },
    )
    results = []
    for levers in ([], [{"id": "pure", "strength": "high", "start": "2027-03", "lag_months": 4}]):
        compiled = compile_scenario(load(scenario | {"levers": levers}))
        results.append(simulate(compiled, seed=1, replicates=np.arange(2)))
    at = months.parse("2027-07") - months.FIRST
    for field in ("share", "developers", "compute", "capability", "load"):
        one, other = (getattr(result, field)[:at] for result in results)
        assert one.tobytes() == other.tobytes(), field
