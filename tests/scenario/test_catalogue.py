"""The catalogue, walked lever by lever through the drivers that the world really reads."""

from __future__ import annotations

import csv
from functools import cache

import numpy as np
import pytest

from sim import months
from sim.errors import InputError
from sim.scenario import levers, load, vocabulary
from sim.scenario.compile import compile_scenario
from sim.scenario.drivers import DATA
from sim.world.trajectory import simulate
from tests.scenario.drivers_in_force import (
    AXES,
    NATION,
    NATIONS,
    direction,
    drivers,
    meant,
    path,
    small,
)

START = "2026-11"
"""After the last dated fact, so that nothing but the lever and the trends moves a driver."""

LEVERS = list(levers.read())
LEVELS = ("low", "central", "high")


@cache
def without():
    """Return every driver in force without a lever, to the last month that the walk needs."""
    return path(drivers(period={"end": "2035-12"}))


@cache
def pulled(name, level):
    """Return every driver in force with one lever, to the last month that shows the whole of it."""
    entry = {"id": name, "strength": level, "start": START}
    return path(drivers(levers=[entry], period={"end": end(levers.read()[name])}))


def end(lever):
    """Return the last month that shows the whole of a lever, and one more."""
    return months.text(months.parse(START) + lever.lag_months + max(lever.ramp_months, 1))


def differs(one, other):
    return one.view(np.int64) != other.view(np.int64)


@pytest.mark.parametrize("name", LEVERS)
def test_a_lever_moves_what_it_says_where_and_when_it_says(name):
    lever = levers.read()[name]
    first = months.parse(START) + lever.lag_months - months.FIRST
    full = first + max(lever.ramp_months, 1) - 1
    for level in LEVELS:
        with_it = pulled(name, level)
        moved = 0
        for driver in AXES:
            now, base = with_it[driver], without()[driver][: len(with_it[driver])]
            mine = [effect for effect in lever.effects if effect.driver == driver]
            assert not differs(now[:first], base[:first]).any(), f"{driver} moves too early"
            allowed = np.zeros(now.shape[1:], dtype=bool)
            for effect in mine:
                allowed |= meant(effect)
            assert not differs(now, base)[:, ~allowed].any(), f"{driver} moves elsewhere"
            if not mine:
                continue
            # Effects of one lever may meet in a cell, the wanted and its price: the larger wins.
            wanted = sum(
                abs(getattr(e, level)) * direction(e, getattr(e, level), base) * meant(e)
                for e in mine
            )
            shift = np.sign(now - base)
            for t in (first, full):
                assert (shift[t] * np.sign(wanted[t]) >= 0).all(), f"{driver} moves the wrong way"
            moved += int((shift[full] * np.sign(wanted[full]) > 0).any())
        if getattr(lever.magnitude, level) != lever.magnitude.neutral:
            assert moved > 0, f"nothing moves at {level}"


@pytest.mark.parametrize("name", LEVERS)
def test_every_effect_of_a_lever_has_a_grip_at_high_strength(name):
    lever = levers.read()[name]
    full = months.parse(end(lever)) - 1 - months.FIRST
    with_it = pulled(name, "high")
    for effect in lever.effects:
        now, base = with_it[effect.driver][full], without()[effect.driver][full]
        cells = meant(effect)
        assert differs(now, base)[cells].any(), f"{effect.driver} of {effect.role} does not move"


def test_at_zero_strength_nothing_changes_to_the_bit():
    plain = compile_scenario(load(small()))
    entries = [{"id": name, "strength": 0, "start": START} for name in LEVERS]
    nothing = compile_scenario(load(small(levers=entries)))
    vague = {"dist": "uniform", "low": 0, "high": 0}
    hardly = compile_scenario(load(small(levers=[e | {"strength": vague} for e in entries])))
    results = [simulate(d, seed=1, replicates=np.arange(2)) for d in (plain, nothing, hardly)]
    for other in results[1:]:
        for field in ("share", "developers", "stance", "compute", "capability", "load", "cost"):
            before, after = getattr(results[0], field), getattr(other, field)
            assert before.tobytes() == after.tobytes(), field


@pytest.mark.parametrize("name", LEVERS)
def test_the_cost_adds_up_over_the_months_in_force(name):
    lever = levers.read()[name]
    spans = [("2026-11", "2027-04", 6), ("2027-05", "2028-12", 20)]
    sizes = [("central", lever.cost.central), (5 / 6, (lever.cost.central + lever.cost.high) / 2)]
    entries = [
        {"id": name, "strength": size, "start": begin, "end": stop, "lag_months": 0}
        for (begin, stop, _), (size, _) in zip(spans, sizes, strict=True)
    ]
    compiled = drivers(levers=entries, nations=["KEN"], period={"end": "2029-06"})
    cost = simulate(compiled, seed=1, replicates=np.arange(2)).cost
    expected = sum(
        months_ * yearly for (*_, months_), (_, yearly) in zip(spans, sizes, strict=True)
    )
    np.testing.assert_allclose(cost.sum(axis=0), expected / 12, rtol=1e-12, atol=1e-12)
    paid = np.flatnonzero(cost[:, 0])
    if lever.cost.high:
        assert months.text(months.FIRST + paid[-1]) == "2028-12"


@pytest.mark.parametrize("order", [1, -1])
def test_levers_on_one_driver_combine_whatever_their_order(order):
    # Eight on the price or the access of US open weights: multiply, move and another multiply.
    names = [
        "us_free_hosted_open_service", "us_cost_licence_access_bundle",
        "us_infrastructure_buildout",
        "us_attractive_alternative_global_south", "us_restrict_chinese_open_models",
        "tp_trusted_local_hosting", "cn_ascend_export", "cn_digital_infrastructure_partners",
    ]  # fmt: skip
    entries = [{"id": name, "strength": "high", "start": START, "lag_months": 0} for name in names]
    one = path(drivers(levers=entries, period={"end": "2029-12"}))
    other = path(drivers(levers=entries[::order], period={"end": "2029-12"}))
    for driver in AXES:
        assert one[driver].tobytes() == other[driver].tobytes(), driver
    # Kenya, hosts of Chinese weights: 0.3 is lost, 0.05 and 0.08 are added, and 0.59 of the way to
    # 1 is made up; the price of US ones falls to nothing.
    nation, cn, us = NATIONS.index("KEN"), 4 * 3 + 1, 3 * 3 + 1
    base = without()["access"][83, nation, cn]
    added = base * (1 - 0.3) + 0.05 + 0.08
    expected = added + (1 - added) * 0.59
    assert one["access"][83, nation, cn] == pytest.approx(expected, abs=1e-12)
    assert one["price"][83, nation, us] == pytest.approx(np.log(1e-9))


def test_two_moves_go_to_their_weighted_target_together():
    own = {
        name: {
            "title": name,
            "source": "judgement",
            "effects": [
                {
                    "driver": "licence", "op": "move", "low": size / 3, "central": size / 2,
                    "high": size, "target": target, "ecosystems": "us_open_restricted",
                    "conversion": "made up for a test",
                }
            ],
        }
        for name, size, target in (("up", 0.6, 1.0), ("down", 0.3, 0.0))
    }  # fmt: skip
    entries = [{"id": name, "strength": "high", "start": START} for name in own]
    for given in (entries, entries[::-1]):
        now = path(drivers(levers=given, own_levers=own, period={"end": START}))["licence"][-1]
        base = without()["licence"][months.parse(START) - months.FIRST]
        target = (0.6 * 1 + 0.3 * 0) / 0.9
        grip = 1 - (1 - 0.6) * (1 - 0.3)
        expected = base[:, 2] + (target - base[:, 2]) * grip
        np.testing.assert_allclose(now[:, 2], expected, rtol=1e-12)


def test_the_selectors_of_the_catalogue_all_split_the_nations_of_the_walk():
    for lever in levers.read().values():
        for effect in lever.effects:
            if effect.driver in NATION and effect.nations:
                cells = meant(effect).any(axis=1)
                assert cells.any(), effect
                assert not cells.all(), effect


def test_all_ninety_measures_of_the_catalogue_are_there_or_have_a_reason():
    absent = levers.left_out()
    assert len(levers.read()) + len(absent) == 90
    assert len(absent) < 5
    assert not set(absent) & set(levers.read())
    known = vocabulary.sources() | {"judgement"}
    for measure in absent.values():
        assert len(measure.reason) > 80
        assert len(measure.instead) > 40
        assert set(measure.source.split(";")) <= known


@pytest.mark.parametrize("name", levers.left_out())
def test_a_measure_that_is_left_out_is_refused_with_its_reason(name):
    with pytest.raises(InputError) as caught:
        load(small(levers=[{"id": name, "strength": "high", "start": START}]))
    (problem,) = caught.value.problems
    assert levers.left_out()[name].reason in problem.message
    assert problem.hint == levers.left_out()[name].instead


def test_strength_names_stand_for_the_levels():
    assert list(levers.STRENGTHS) == list(LEVELS)


def test_the_tables_are_plain_csv_with_one_row_a_lever():
    for file in ("levers.csv", "levers_left_out.csv"):
        with (DATA / file).open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert len({row["lever"] for row in rows}) == len(rows)
