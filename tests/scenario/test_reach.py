"""Levers for some nations: what is narrowed, what stays whole, what it costs, and what focus is."""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from sim import evidence, months
from sim.errors import InputError
from sim.scenario import json_schema, levers, load, names, reach, validate
from sim.scenario.compile import compile_scenario
from sim.scenario.drivers import NATION_FAMILIES, WORLD_FAMILIES
from sim.world.trajectory import simulate
from tests.scenario.drivers_in_force import NATION, NATIONS, WORLD, drivers, path, small

START = "2026-11"
"""After the last dated fact."""

ALL = evidence.load().nations
LEVERS = levers.read()


def own(name):
    """Return the nations on which a lever acts."""
    inside = reach.acts_on(LEVERS[name], ALL)
    return [code for code, mine in zip(ALL.iso3, inside, strict=True) if mine]


ON_NATIONS = [name for name in LEVERS if own(name)]
ON_BOTH = [
    name
    for name in ON_NATIONS
    if any(effect.driver in WORLD_FAMILIES for effect in LEVERS[name].effects)
]
SCALED = [name for name in ON_NATIONS if LEVERS[name].cost_scale != "fixed"]


def entry(name, **more):
    return {"id": name, "strength": "central", "start": START} | more


@cache
def no_lever():
    """Return every driver in force without a lever; a shorter run is its beginning."""
    return path(drivers(period={"end": "2035-12"}))


def one_by_one(name, among):
    return [entry(name, nations=[code]) for code in own(name) if code in among]


def results(entries, engine="kernel", runs=2, **keys):
    keys.setdefault("period", {"end": "2029-12"})
    ensemble = {"runs": runs, "seed": 1, "parameters": "drawn"}
    compiled = compile_scenario(load(small(levers=entries, **keys) | {"ensemble": ensemble}))
    return simulate(compiled, seed=1, replicates=np.arange(runs), engine=engine)


def same_bits(one, other):
    """Return the fields that differ; costs are sums, equal but for rounding."""
    fields = [field.name for field in dataclasses.fields(one) if field.name != "cost"]
    pairs = [(name, getattr(one, name), getattr(other, name)) for name in fields]
    return [name for name, a, b in pairs if np.asarray(a).tobytes() != np.asarray(b).tobytes()]


@pytest.mark.parametrize("name", ON_NATIONS)
def test_a_lever_nation_by_nation_is_the_lever_to_the_bit(name):
    whole = results([entry(name)])
    assert same_bits(whole, results(one_by_one(name, NATIONS))) == []


@pytest.mark.parametrize(
    "name", ["cn_service_accessibility", "tp_trusted_local_hosting", "ml_global_ai_fund"]
)
def test_the_mesa_engine_agrees(name):
    among = {"nations": ["BRA", "IND", "KEN", "USA"], "period": {"end": "2028-06"}}
    whole = results([entry(name)], "mesa", 1, **among)
    apart = results(one_by_one(name, among["nations"]), "mesa", 1, **among)
    assert same_bits(whole, apart) == []
    assert same_bits(apart, results(one_by_one(name, among["nations"]), runs=1, **among)) == []
    alone = [entry(name, nations=["BRA"])]
    assert same_bits(results(alone, "mesa", 1, **among), results(alone, runs=1, **among)) == []


def test_a_drawn_strength_is_one_for_all_entries_of_one_start():
    name, drawn = "cn_service_accessibility", {"strength": "uniform(0.1,0.9)"}
    apart = [one | drawn for one in one_by_one(name, NATIONS)]
    assert same_bits(results([entry(name, **drawn)], runs=5), results(apart, runs=5)) == []


@pytest.mark.parametrize("name", ON_NATIONS)
def test_effects_on_nations_are_narrowed_and_those_on_the_world_are_not(name):
    lever = LEVERS[name]
    code = next(code for code in own(name) if code in NATIONS)
    period = {"end": months.text(months.parse(START) + lever.lag_months + lever.ramp_months)}
    whole, alone = (
        path(drivers(levers=entries, period=period))
        for entries in ([entry(name)], [entry(name, nations=[code])])
    )
    without = {driver: cells[: len(whole[driver])] for driver, cells in no_lever().items()}
    at = NATIONS.index(code)
    for driver in NATION:
        assert alone[driver][:, at].tobytes() == whole[driver][:, at].tobytes(), driver
        others = np.arange(len(NATIONS)) != at
        assert alone[driver][:, others].tobytes() == without[driver][:, others].tobytes(), driver
    for driver in WORLD:
        assert alone[driver].tobytes() == whole[driver].tobytes(), driver


@pytest.mark.parametrize("name", SCALED[::3])
def test_nothing_moves_before_it_acts_and_nothing_is_paid_before_its_start(name):
    code = next(code for code in own(name) if code in NATIONS)
    nothing, alone = results([]), results([entry(name, nations=[code])])
    acts = months.parse(START) + LEVERS[name].lag_months - months.FIRST
    for field in ("share", "developers", "stance", "compute", "capability", "load", "routed"):
        before, after = (getattr(one, field)[:acts] for one in (nothing, alone))
        assert before.tobytes() == after.tobytes(), field
    assert (alone.share[acts:] != nothing.share[acts:]).any()
    assert not alone.cost[: months.parse(START) - months.FIRST].any()


def test_where_entries_are_together_in_force_the_stronger_moves_the_world_once():
    name = "cn_service_accessibility"  # a side effect on risk
    plain = {"lag_months": 0, "ramp_months": 0}
    early = entry(name, strength=0.3, nations=["BRA"], **plain)
    late = entry(name, strength=0.9, nations=["KEN"], start="2027-06", end="2027-12", **plain)
    period = {"end": "2028-06"}
    weak, strong, both = (
        path(drivers(levers=entries, period=period))["risk"]
        for entries in ([early], [entry(name, strength=0.9, **plain)], [early, late])
    )
    first, last = (months.parse(month) - months.FIRST for month in ("2027-06", "2027-12"))
    assert (both[first : last + 1] == strong[first : last + 1]).all()
    assert (both[:first] == weak[:first]).all()
    assert (both[last + 1 :] == weak[last + 1 :]).all()
    assert (weak[first] != strong[first]).any()


codes = st.lists(st.sampled_from(ALL.iso3), min_size=1, max_size=12, unique=True)


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from(ON_NATIONS), chosen=codes, order=st.randoms(use_true_random=False))
def test_an_entry_holds_those_of_its_nations_on_which_the_lever_acts(name, chosen, order):
    expected = tuple(sorted(set(chosen) & set(own(name))))
    given_ = {"extends": "baseline", "levers": [entry(name, nations=chosen)]}
    if not expected:
        with pytest.raises(InputError, match=f"{name} acts on none of these nations"):
            load(given_)
        return
    scenario = load(given_)
    (used,) = scenario.levers
    assert used.nations == expected
    assert load(scenario.document()) == scenario
    shuffled = list(chosen)
    order.shuffle(shuffled)
    again = load(given_ | {"levers": [entry(name, nations=", ".join(shuffled))]})
    assert again.hash(1, "x") == scenario.hash(1, "x")
    assert again.hash(1, "x") != load(given_ | {"levers": [entry(name)]}).hash(1, "x")


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from(ON_NATIONS), seed=st.integers(0, 2**32), parts=st.integers(1, 6))
def test_the_costs_of_any_parts_add_up_to_the_lever(name, seed, parts):
    lever, mine = LEVERS[name], own(name)
    where = np.random.default_rng(seed).integers(0, parts, len(mine))
    some = [[c for c, at in zip(mine, where, strict=True) if at == n] for n in range(parts)]
    costs = [reach.cost(lever, part, ALL) for part in some if part]
    whole = (lever.cost.low, lever.cost.central, lever.cost.high)
    if lever.cost_scale == "fixed":
        assert set(costs) == {whole}
    else:
        np.testing.assert_allclose(np.sum(costs, axis=0), whole, rtol=1e-12)
    assert reach.cost(lever, mine, ALL) == whole
    assert reach.cost(lever, None, ALL) == whole


@pytest.mark.parametrize("name", SCALED)
def test_a_run_charges_the_sum_of_its_nations_whoever_is_simulated(name):
    lever = LEVERS[name]
    kept = [code for code in own(name) if code in NATIONS]
    paid = results([entry(name, nations=kept, end="2027-10")]).cost.sum(axis=0)
    size = ALL.developers if lever.cost_scale == "developers" else ALL.population * ALL.income
    part = sum(size[ALL.index(c)] for c in kept) / sum(size[ALL.index(c)] for c in own(name))
    np.testing.assert_allclose(paid, part * lever.cost.central, rtol=1e-12)
    apart = results([one | {"end": "2027-10"} for one in one_by_one(name, NATIONS)])
    np.testing.assert_allclose(apart.cost.sum(axis=0), paid, rtol=1e-12)


def test_costs_in_a_table_of_ones_own_are_scaled_by_it():
    table = (
        "iso3,name,region,developers,internet,income,ai_users,optimism,ideal_point,population\n"
        "USA,United States,north_america,30,0.93,80000,0.28,40,2.5,1000\n"
        "XAA,Atlantis,oceania,10,0.6,20000,0.1,60,0.1,500\n"
    )
    given_ = {"extends": "baseline", "nations": {"name": "mine.csv", "csv": table}}
    for name, part in (("us_cloud_credits_open_models", 0.25), ("us_gate_frontier_models", 1.0)):
        scenario = load(given_ | {"levers": [entry(name, nations="XAA")]})
        (used,) = compile_scenario(scenario).entries
        assert used.cost[1] == pytest.approx(part * LEVERS[name].cost.central)


def test_the_catalogue_gives_a_reason_wherever_a_cost_stays_whole():
    for name in ON_NATIONS:
        lever = LEVERS[name]
        assert lever.cost_scale_reason or lever.cost_scale != "fixed", name
    for name in set(LEVERS) - set(ON_NATIONS):
        assert LEVERS[name].cost_scale == "fixed", name
    # What a lever means to do to the world is whole, so that its cost may be no part.
    for name in ON_BOTH:
        meant = [e for e in LEVERS[name].effects if e.role == "main"]
        if any(effect.driver in WORLD_FAMILIES for effect in meant):
            assert LEVERS[name].cost_scale == "fixed", name


def test_a_path_sets_all_entries_of_a_lever():
    name = "tp_vet_foreign_weights"
    given_ = small(levers=one_by_one(name, ("BRA", "KEN", "USA")))
    scenario = load(given_, [f"levers.{name}.strength=0.7", f"levers.{name}.start=2028-03"])
    assert [one.nations for one in scenario.levers] == [("BRA",), ("KEN",), ("USA",)]
    assert {(one.strength, one.start) for one in scenario.levers} == {
        (0.7, months.parse("2028-03"))
    }


def test_entries_of_a_child_replace_all_of_its_base(tmp_path):
    name = "tp_vet_foreign_weights"
    base = tmp_path / "base.yaml"
    base.write_text(
        "extends: baseline\nlevers:\n"
        f"  - {{id: {name}, strength: low, start: 2027-01, nations: BRA}}\n"
        f"  - {{id: {name}, strength: high, start: 2027-01, nations: KEN}}\n",
        encoding="utf-8",
    )
    child = tmp_path / "child.yaml"
    child.write_text(
        f"extends: base\nlevers: [{{id: {name}, strength: 1, start: 2028-01, nations: IND}}]\n",
        encoding="utf-8",
    )
    assert len(load(base).levers) == 2
    assert [one.nations for one in load(child).levers] == [("IND",)]


def test_entries_may_overlap_where_their_nations_are_apart():
    name = "tp_vet_foreign_weights"
    apart = [entry(name, nations="south_asia"), entry(name, nations="BRA")]
    assert len(load(small(levers=apart)).levers) == 2
    for other in ("IND", ["BRA", "IND"], None):
        with pytest.raises(InputError, match=f"two entries of {name} overlap"):
            load(small(levers=[entry(name, nations="south_asia"), entry(name, nations=other)]))
    later = entry(name, nations="IND", start="2029-01")
    before = entry(name, nations="south_asia", end="2028-12")
    assert len(load(small(levers=[before, later])).levers) == 2


FOCUSED = {"extends": "baseline", "levers": [entry("tp_vet_foreign_weights", nations="focus")]}


@pytest.mark.parametrize(
    ("focus", "expected"),
    [("IND", ("IND",)), ("IND, BRA", ("BRA", "IND")), (["KEN"], ("KEN",)), ("brics", None)],
)
def test_focus_is_a_nation_nations_or_a_group(focus, expected):
    members = tuple(np.array(ALL.iso3)[ALL.groups["brics"]].tolist())
    # China vets nothing: the lever does not act on it.
    expected = expected or tuple(code for code in members if code != "CHN")
    for scenario in (load(FOCUSED | {"focus": focus}), load(FOCUSED, [("focus", focus)])):
        assert scenario.levers[0].nations == expected
        assert "focus" not in scenario.document()
    over = load(FOCUSED | {"focus": "USA"}, [("focus", focus)])
    assert over.levers[0].nations == expected


def test_focus_may_be_a_group_of_the_scenario_and_no_group_is_called_so():
    mine = {"groups": {"lusophone": ["BRA", "AGO"]}, "focus": "lusophone"}
    assert load(FOCUSED | mine).levers[0].nations == ("AGO", "BRA")
    with pytest.raises(InputError, match="'focus' stands for the focus of the scenario"):
        load(FOCUSED | {"groups": {"focus": ["BRA"]}})


def test_focus_names_a_result_only_where_it_is_used():
    named = load(FOCUSED | {"levers": [entry("tp_vet_foreign_weights", nations="IND")]})
    assert load(FOCUSED, [("focus", "IND")]).hash(1, "x") == named.hash(1, "x")
    assert load(FOCUSED, [("focus", "BRA")]).hash(1, "x") != named.hash(1, "x")
    for known in names():
        plain = load(known.name, [("focus", "IND")])
        if not any(one.nations for one in plain.levers):
            assert plain.hash(1, "x") == load(known.name).hash(1, "x")


def test_notices_say_what_stays_whole_and_which_costs_are_bounds():
    def said(*names, **more):
        scenario = load({"extends": "baseline", "levers": [entry(n, **more) for n in names]})
        return list(reach.notices(scenario.levers, scenario.known_levers()))

    assert said("cn_service_accessibility", "tp_vet_foreign_weights") == []
    where, whole, bound = said("cn_service_accessibility", "tp_vet_foreign_weights", nations="IND")
    assert where.endswith("alone: `cn_service_accessibility`, `tp_vet_foreign_weights` in IND.")
    assert "move drivers of the world whole" in whole
    assert "`cn_service_accessibility` (risk)" in whole
    assert "upper bound: `tp_vet_foreign_weights`." in bound
    assert said("tp_free_tier_uptake", nations="south_asia") == [
        "For some nations alone: `tp_free_tier_uptake` in BGD, IND, LKA, NPL, PAK."
    ]


LINE = "levers: [{{id: {}, strength: 1, start: 2027-01, nations: {}}}]"
BAD = [
    (LINE.format("tp_vet_foreign_weights", "XXX"), "levers[0].nations: 'XXX' is neither a group"),
    (LINE.format("tp_vet_foreign_weights", "Brazil"), "nor a nation (write BRA)"),
    (LINE.format("tp_vet_foreign_weights", "[IND, XX]"), "levers[0].nations[1]: the nation 'XX'"),
    (
        LINE.format("tp_vet_foreign_weights", "[]"),
        "levers[0].nations: the list of nations is empty",
    ),
    (LINE.format("tp_vet_foreign_weights", "7"), "nations are a group's slug or a list of ISO3"),
    (LINE.format("tp_vet_foreign_weights", "{a: b}"), "or a list of ISO3 codes, not a mapping"),
    (
        LINE.format("tp_vet_foreign_weights", "focus"),
        "levers[0].nations: the scenario uses focus and has none (add --focus IND",
    ),
    (
        LINE.format("us_training_chip_controls", "IND"),
        "acts on the world alone and takes no nations (leave nations out)",
    ),
    (
        LINE.format("us_federal_procurement", "[IND, BRA]"),
        "us_federal_procurement acts on none of these nations: BRA, IND (it acts on USA)",
    ),
    (
        LINE.format("tp_vet_foreign_weights", "IND") + "\nnations: [BRA, USA]",
        "none of the nations of this entry is simulated: IND (simulated are BRA, USA)",
    ),
    ("focus: Atlantis", "2:8: focus: 'Atlantis' is neither a group nor a nation"),
    ("focus: []", "2:1: focus: the list of nations is empty"),
    ("groups: {focus: [IND]}", "groups.focus: 'focus' stands for the focus of the scenario"),
]


@pytest.mark.parametrize(("text", "expected"), BAD)
def test_bad_input_is_one_line_with_its_place(text, expected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("x.yaml").write_text(f"extends: baseline\n{text}\n", encoding="utf-8")
    (problem,) = validate(["x.yaml"])
    assert str(problem).startswith("x.yaml:2:")
    assert expected in str(problem)


def test_a_missing_focus_is_said_once_however_often_it_is_used():
    twice = [entry(name, nations="focus") for name in ("tp_vet_foreign_weights", SCALED[0])]
    with pytest.raises(InputError) as caught:
        load({"extends": "baseline", "levers": twice})
    assert len(caught.value.problems) == 1


def test_a_lever_of_ones_own_says_how_its_cost_is_scaled():
    effect = {
        "driver": "trust", "op": "add", "low": 0.1, "central": 0.2, "high": 0.3,
        "nations": ["BRA", "KEN"], "conversion": "Made up for a test.",
    }  # fmt: skip
    lever = {
        "title": "Mine", "source": "judgement", "effects": [effect],
        "cost": {"low": 1, "central": 2, "high": 3}, "cost_scale": "developers",
    }  # fmt: skip
    given_ = {"extends": "baseline", "own_levers": {"mine": lever}}
    given_ |= {"levers": [entry("mine", nations="KEN")]}
    scenario = load(given_)
    (used,) = compile_scenario(scenario).entries
    kenya, brazil = (ALL.developers[ALL.index(code)] for code in ("KEN", "BRA"))
    assert used.cost[2] == pytest.approx(3 * kenya / (kenya + brazil))
    assert load(scenario.document()) == scenario
    with pytest.raises(InputError, match="cost_scale 'gpd' is none of fixed, gdp, developers"):
        load(given_ | {"own_levers": {"mine": lever | {"cost_scale": "gpd"}}})


def test_every_driver_is_of_nations_or_of_the_world():
    for lever in LEVERS.values():
        assert {e.driver for e in lever.effects} <= {*NATION_FAMILIES, *WORLD_FAMILIES}


@pytest.fixture(scope="module")
def validator():
    return Draft202012Validator(json_schema())


@pytest.mark.parametrize("words", ["focus", "IND", "BRA, IND", "brics", ["BRA", "IND"], None])
def test_the_schema_takes_the_forms_of_nations_and_of_focus(validator, words):
    given_ = {"extends": "baseline", "levers": [entry("tp_vet_foreign_weights", nations=words)]}
    validator.validate(given_ | {"focus": "IND" if words == "focus" else words})
    scenario = load(given_ | {"focus": "IND" if words == "focus" else words})
    validator.validate(scenario.document())


@pytest.mark.parametrize("words", [[], 7, "Brazil!", {"a": 1}, ["Brazil"], [3]])
def test_the_schema_refuses_other_forms(validator, words):
    for wrong in (
        {"levers": [entry("tp_vet_foreign_weights", nations=words)]},
        {"focus": words},
    ):
        assert not validator.is_valid({"extends": "baseline"} | wrong)
        with pytest.raises(InputError):
            load({"extends": "baseline"} | wrong)
