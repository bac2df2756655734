"""A cut of services: what is kept and when it is back, and the paired runs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim import evidence, months
from sim.analysis import cuts as statistics
from sim.ensemble.arms import run_arms
from sim.ensemble.outcomes import Outcomes
from sim.errors import InputError
from sim.scenario import load
from sim.study.compare import cuts, focus

FOCUS = [("focus", "IND")]
SMALL = [
    ("nations", ["BRA", "IND", "KEN", "USA"]), ("period.end", "2031-12"),
    ("ensemble.parameters", "drawn"),
]  # fmt: skip
ECOSYSTEMS = tuple(one.id for one in evidence.load().ecosystems)

people = arrays(np.float64, (4, 3), elements=st.floats(0.0, 1e6))


def test_what_is_kept_by_hand():
    without = np.array([[60.0], [30.0], [10.0]])
    within = np.array([[0.0], [75.0], [15.0]])
    assert statistics.kept(without, within) == pytest.approx([0.4])
    assert statistics.kept(without, without) == 1.0
    assert statistics.kept(without, np.zeros((3, 1))) == 0.0
    assert statistics.kept(np.zeros((3, 1)), within) == 1.0


@given(people, people)
def test_what_is_kept_is_a_fraction_and_one_less_the_distance(without, within):
    part = statistics.kept(without, within)
    assert ((part >= 0.0) & (part <= 1.0)).all()
    some = (without.sum(axis=0) > 1.0) & (within.sum(axis=0) > 1.0)
    a, b = (x[:, some] / x[:, some].sum(axis=0) for x in (without, within))
    np.testing.assert_allclose(
        statistics.kept(a, b), 1.0 - np.abs(a - b).sum(axis=0) / 2, atol=1e-9
    )
    np.testing.assert_array_equal(statistics.kept(without, without), 1.0)


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        ([1.0, 1.0, 1.0], 0),
        ([0.9, 0.95, 1.0], 0),
        ([0.2, 0.95, 1.0], 1),
        ([0.2, 0.95, 0.5, 0.9], 3),
        ([0.2, 0.3, 0.4], 3),
        ([1.0, 1.0, 0.89], 3),
    ],
)
def test_months_to_recover_by_hand(part, wanted):
    assert statistics.months_to_recover(np.array(part)[:, None]) == [wanted]


@given(arrays(np.float64, (6, 4), elements=st.floats(0.0, 1.0)))
def test_after_the_months_to_recover_nothing_is_below(part):
    found = statistics.months_to_recover(part)
    for lane, count in enumerate(found.astype(int)):
        assert (part[count:, lane] >= statistics.BACK).all()
        assert count == 0 or part[count - 1, lane] < statistics.BACK


@pytest.fixture(scope="module")
def paired():
    """The baseline of four nations without a cut and with either."""
    base = load("baseline", SMALL)
    arms = {"none": base, **{bloc: cuts.cut(base, bloc, FOCUS) for bloc in cuts.BLOCS}}
    names = tuple(f"developers.{name}" for name in ECOSYSTEMS)
    when = tuple(months.text(m) for m in range(months.parse("2029-06"), months.parse("2031-12")))
    done = run_arms(
        arms, runs=6, seed=3, outcomes=Outcomes(names, ("IND", "BRA"), when), place=None
    )

    def of(arm, group):
        rows = (done.rows["group"] == group).to_numpy()
        return done.kept[arm][:, rows].reshape(6, len(ECOSYSTEMS), len(when))

    return of, when.index(cuts.BEGIN)


@pytest.mark.parametrize("bloc", cuts.BLOCS)
def test_before_the_cut_not_a_bit_moves(paired, bloc):
    of, begin = paired
    for group in ("IND", "BRA"):
        np.testing.assert_array_equal(of("none", group)[..., :begin], of(bloc, group)[..., :begin])
    assert (of("none", "IND")[..., begin] != of(bloc, "IND")[..., begin]).any()


@pytest.mark.parametrize("bloc", cuts.BLOCS)
def test_closed_models_of_the_bloc_are_gone_in_the_focus_until_the_cut_ends(paired, bloc):
    of, begin = paired
    closed, there = ECOSYSTEMS.index(f"{bloc}_closed"), of(bloc, "IND")
    last = begin + months.parse(cuts.END) - months.parse(cuts.BEGIN)
    assert (there[:, closed, begin : last + 1] == 0.0).all()
    assert (there[:, closed, last + 1 :] > 0.0).all()
    assert (of(bloc, "BRA")[:, ECOSYSTEMS.index("us_closed")] > 0.0).all()


def test_what_is_kept_is_the_least_from_the_first_month_of_the_cut_on(monkeypatch):
    """The month before the cut is no part of it, and every one after is."""
    use = {"base": np.ones((1, 4, 2)), "base, us services stop": np.ones((1, 4, 2))}
    use["base, us services stop"][0] = [[0.1, 0.2], [0.7, 1.0], [0.5, 1.0], [0.9, 1.0]]
    monkeypatch.setattr(focus, "_developers", lambda _, name, *__: use[name])
    found = focus._cuts(None, "base", "IND", ("one",), ("us",))
    np.testing.assert_allclose(found["kept.us"], [0.5, 1.0])


def test_without_a_cut_everything_is_kept(paired):
    of, _ = paired
    use = np.moveaxis(of("none", "IND"), 0, -1)
    part = statistics.kept(use, use.copy())
    assert (part == 1.0).all()
    assert (statistics.months_to_recover(part) == 0.0).all()


def test_a_cut_is_of_the_focus_alone_and_costs_nothing():
    base = load("baseline", SMALL)
    stopped = cuts.cut(base, "cn", [("focus", "global_south")])
    assert cuts.nations_of(stopped, "cn") == ("BRA", "IND", "KEN")
    (lever,) = (lever for name, lever in stopped.own_levers.items() if name.startswith("cn_"))
    assert (lever.cost.low, lever.cost.high, lever.uncertainty) == (0.0, 0.0, 0.0)
    ways = {name: effect.ways for effect in lever.effects for name in effect.ecosystems}
    assert ways == {"cn_closed": ("maker", "host"), "cn_open": ("maker",)}


def test_a_cut_of_nobody_is_refused():
    with pytest.raises(InputError, match="none of the nations of this entry is simulated: FRA"):
        cuts.cut(load("baseline", SMALL), "us", [("focus", "FRA")])


@pytest.mark.parametrize(("end", "there"), [("2030-06", False), ("2030-07", True)])
def test_a_run_must_reach_beyond_a_cut(end, there):
    base = load("baseline", [("period.end", end)])
    assert cuts.reached(base) == there
    assert not cuts.reached(load("baseline", [("period.start", cuts.BEGIN)]))
    assert cuts.watched(base)[0] == "2029-12"
    assert cuts.watched(base)[-1] == end


def test_a_cut_is_as_long_as_that_of_the_shipped_scenario():
    (order,) = (
        entry
        for entry in load("access_shock_six_months").levers
        if entry.id == "us_gate_frontier_models"
    )
    assert order.end - order.start == months.parse(cuts.END) - months.parse(cuts.BEGIN)
