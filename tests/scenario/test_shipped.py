"""The shipped scenarios: of the catalogue, their variants, of one nation; what they may touch."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim import months
from sim.errors import InputError
from sim.scenario import load, names, validate
from sim.scenario.compile import compile_scenario
from sim.world.trajectory import simulate
from tests.scenario.drivers_in_force import NATIONS

CATALOGUE = (
    "two_plans_baseline", "deepseek_hindcast", "rand_package", "fortress", "open_only",
    "inference_squeeze", "us_iron_chinese_weights", "digital_south", "access_shock",
    "chinese_weights_barred", "beijing_closes", "geneva_compact", "third_way", "chip_surplus_2028",
)  # fmt: skip
VARIANTS = {
    "deepseek_hindcast_western_terms": "deepseek_hindcast",
    "access_shock_six_months": "access_shock",
    "geneva_compact_china_alone": "geneva_compact",
    "geneva_compact_us_alone": "geneva_compact",
    "chip_surplus_2028_memory_bound": "chip_surplus_2028",
}
ADAPTIVE = ("rand_package_answered", "licences_when_needed")
"""Rivals who answer, and a policy that waits."""

CHOICES = ("back_us_open", "adopt_chinese_open", "own_model", "hedge")
"""For any nation or group that whoever runs them names."""

FOCUS = [("focus", "IND")]
"""Without any meaning for the others."""

SHIPPED = tuple(known.name for known in names() if known.shipped)
HISTORY = {"two_plans_baseline", "deepseek_hindcast", "deepseek_hindcast_western_terms"}
"""Scenarios that know less than baseline; all others differ by their levers alone."""

POLICY = tuple(name for name in SHIPPED if name not in {*HISTORY, "baseline"})
FIELDS = ("share", "developers", "stance", "compute", "capability", "load", "cost")


@cache
def run(name):
    """Return a scenario, small, with its results."""
    scenario = load(name, [("nations", list(NATIONS)), "ensemble.runs=2", *FOCUS])
    return scenario, simulate(compile_scenario(scenario), seed=1, replicates=np.arange(2))


def test_the_fourteen_of_the_catalogue_are_there_with_their_variants():
    assert set(SHIPPED) == {"baseline", *CATALOGUE, *VARIANTS, *CHOICES, *ADAPTIVE}
    assert len(CATALOGUE) == 14
    for variant, main in VARIANTS.items():
        assert variant.startswith(main)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_is_valid_and_says_what_it_is(name):
    assert validate([name], FOCUS) == []
    scenario = load(name, FOCUS)
    assert scenario.name == name
    assert len(scenario.description) > 300
    assert scenario.topic
    assert scenario.ensemble == load("baseline").ensemble
    (listed,) = [known for known in names() if known.name == name]
    assert (listed.title, listed.topic) == (scenario.title, scenario.topic)


def test_titles_and_descriptions_are_each_their_own():
    for field in ("title", "description"):
        assert len({getattr(load(name, FOCUS), field) for name in SHIPPED}) == len(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_no_shipped_scenario_touches_a_parameter(name):
    assert not load(name, FOCUS).parameters
    assert load(name, FOCUS).nations is None


@pytest.mark.parametrize("name", POLICY)
def test_a_policy_scenario_differs_by_its_levers_alone(name):
    plain, base = load(name, FOCUS).document(), load("baseline").document()
    assert plain["levers"]
    words = {"name", "title", "description", "topic", "levers", "own_levers", "responses"}
    assert {key for key in plain if plain[key] != base.get(key)} <= words


@pytest.mark.parametrize("name", SHIPPED)
def test_every_lever_that_a_scenario_defines_is_used_by_it_or_by_its_base(name):
    scenario = load(name, FOCUS)
    base = load(VARIANTS[name]) if name in VARIANTS else scenario
    used = {entry.id for entry in (*scenario.levers, *base.levers)}
    assert set(scenario.own_levers) <= used
    for lever in scenario.own_levers.values():
        assert lever.note
        assert all(len(effect.conversion) > 20 for effect in lever.effects)


@pytest.mark.parametrize("name", POLICY)
def test_a_policy_scenario_is_baseline_to_the_bit_before_its_first_lever_acts(name):
    (_, base), (scenario, result) = run("baseline"), run(name)
    acts = min(entry.first for entry in scenario.levers) - months.FIRST
    for field in FIELDS[:-1]:
        before, after = getattr(base, field), getattr(result, field)
        assert before[:acts].tobytes() == after[:acts].tobytes(), field
        assert np.isfinite(after).all(), field
    paid = min(entry.earliest for entry in scenario.levers) - months.FIRST
    assert not result.cost[:paid].any()
    # What waits may never come in two runs of a few nations.
    waits = all(entry.when is not None for entry in scenario.levers)
    assert waits or np.abs(result.share - base.share)[acts:].max() > 1e-4
    np.testing.assert_allclose(result.share.sum(axis=2), 1, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "known"),
    [("two_plans_baseline", "2025-07"), ("deepseek_hindcast", "2025-08")],
)
def test_who_knows_less_is_baseline_until_then_but_for_prices_of_hosts_seen_later(name, known):
    (_, base), (scenario, result) = run("baseline"), run(name)
    assert scenario.levers == ()
    assert scenario.facts_until == months.parse(known)
    last = months.parse(known) - months.FIRST
    length = result.share.shape[0]
    for field in FIELDS:
        before, after = (getattr(x, field)[: last + 1] for x in (base, result))
        if field not in ("share", "developers"):
            assert before.tobytes() == after.tobytes(), field
    # Baseline takes prices of hosts of 2026 back in time; who knows less has the next rule in line.
    moved = (result.share[: last + 1] - base.share[: last + 1]).mean(axis=1)
    assert np.abs(moved).max() < 0.005
    np.testing.assert_allclose(
        result.developers[: last + 1], base.developers[: last + 1], rtol=1e-3
    )
    if length > last + 1:
        assert (result.share[last + 1 :] != base.share[last + 1 : length]).any()


def test_the_hindcast_ends_in_the_month_of_the_last_figure_of_the_wave():
    period = load("deepseek_hindcast").period
    assert (months.text(period.start), months.text(period.end)) == ("2024-12", "2025-08")


def test_on_western_terms_the_wave_is_smaller():
    (_, real), (scenario, other) = run("deepseek_hindcast"), run("deepseek_hindcast_western_terms")
    first = min(entry.first for entry in scenario.levers) - months.FIRST
    assert months.text(months.FIRST + first) == "2025-02"
    cn_open, china = 4, NATIONS.index("CHN")
    assert real.visits[:first].tobytes() == other.visits[:first].tobytes()
    fewer = (real.visits - other.visits)[first:, :, cn_open]
    assert (np.delete(fewer, china, axis=1) > 0).all()


def test_the_rand_package_starts_in_april_2026_and_the_others_when_they_say():
    begin = {
        name: months.text(min(entry.earliest for entry in load(name, FOCUS).levers))
        for name in POLICY
    }
    assert begin == {
        **dict.fromkeys(CHOICES, "2027-01"),
        "access_shock": "2026-06",
        "access_shock_six_months": "2026-06",
        "beijing_closes": "2026-08",
        "chinese_weights_barred": "2026-11",
        "chip_surplus_2028": "2027-01",
        "chip_surplus_2028_memory_bound": "2027-01",
        "digital_south": "2026-07",
        "fortress": "2026-07",
        "geneva_compact": "2027-01",
        "geneva_compact_china_alone": "2027-01",
        "geneva_compact_us_alone": "2028-01",
        "inference_squeeze": "2027-01",
        "licences_when_needed": "2026-11",
        "open_only": "2026-07",
        "rand_package": "2026-04",
        "rand_package_answered": "2026-04",
        "third_way": "2026-07",
        "us_iron_chinese_weights": "2026-07",
    }


def test_a_longer_closure_is_the_same_shock_for_longer():
    (_, short), (_, long), (_, base) = map(
        run, ("access_shock", "access_shock_six_months", "baseline")
    )
    at = [months.parse(month) - months.FIRST for month in ("2026-06", "2026-07", "2026-11")]
    us_closed, kenya = 0, NATIONS.index("KEN")

    def lost(result):
        return (base.share - result.share)[:, kenya, us_closed].min(axis=1)

    assert (lost(short)[at] > 0).all()
    assert lost(long)[at[0]] == lost(short)[at[0]]
    assert (lost(long)[at[1:]] > lost(short)[at[1:]]).all()


def test_one_side_alone_slows_itself():
    (_, base), (_, china), (_, us) = map(
        run, ("baseline", "geneva_compact_china_alone", "geneva_compact_us_alone")
    )
    cn_open, us_permissive, last = 4, 3, months.parse("2033-12") - months.FIRST
    assert (china.capability[last, cn_open] <= base.capability[last, cn_open]).all()
    assert (china.capability[:, us_permissive] == base.capability[:, us_permissive]).all()
    assert (us.capability[last, us_permissive] <= base.capability[last, us_permissive]).all()
    for result in (china, us):
        assert (result.capability != base.capability).any()


def test_in_the_surplus_china_makes_more_than_it_needs_and_without_memory_it_does_not():
    (_, base), (_, surplus), (_, bound) = map(
        run, ("baseline", "chip_surplus_2028", "chip_surplus_2028_memory_bound")
    )
    at, china, rest, cn = months.parse("2029-12") - months.FIRST, 1, 2, 1
    assert (surplus.compute[at, china, cn] > 1.2 * base.compute[at, china, cn]).all()
    assert (bound.compute[at, china, cn] < 0.9 * base.compute[at, china, cn]).all()
    assert (surplus.compute[at, rest, cn] > 3 * base.compute[at, rest, cn]).all()


@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_is_of_those_in_focus_alone_and_takes_nations_and_groups(name):
    with pytest.raises(InputError, match="uses focus and has none") as caught:
        load(name)
    assert len(caught.value.problems) == 1
    for focus in ("KEN", "JPN", "global_south", "eu"):
        entries = load(name, [("focus", focus)]).levers
        assert all(entry.nations for entry in entries)
        assert len(entries) == len(load(name, FOCUS).levers)
    (_, base), (scenario, result) = run("baseline"), run(name)
    india = NATIONS.index("IND")
    moved = np.abs(result.share - base.share)[-1].mean(axis=(1, 2))
    assert moved[india] == moved.max()
    assert {entry.nations for entry in scenario.levers} == {("IND",)}


def test_the_choices_turn_a_nation_to_what_they_say():
    last = months.parse("2033-12") - months.FIRST
    cells = {
        "back_us_open": ("us_permissive", "us_open_restricted"),
        "adopt_chinese_open": ("cn_open",),
        "own_model": ("sovereign",),
    }
    _, base = run("baseline")
    ecosystems = compile_scenario(load("baseline")).ecosystems
    for name, wanted in cells.items():
        _, result = run(name)
        at = [ecosystems.index(one) for one in wanted]
        india = NATIONS.index("IND")
        gain = (result.share - base.share)[last, india][at].sum(axis=0)
        assert (gain > 0).all(), name
