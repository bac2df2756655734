"""From a scenario to drivers: the facts, their types, and what a compilation may not depend on."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sim import evidence, months, scenario
from sim.errors import RunError
from sim.evidence.axes import STANCES
from sim.scenario import facts
from sim.scenario.compile import _facts, check_finite, compile_scenario
from sim.scenario.drivers import (
    NATION_FAMILIES,
    WORLD_FAMILIES,
    Effects,
    Facts,
    Schedule,
    vocabulary,
    world_offsets,
)
from sim.scenario.facts import ROOTS

TYPES = {"Floats": np.float64, "Ints": np.int64, "Flags": np.uint8}

SHAPES = {
    "months": "T", "developers": "I", "internet": "I", "ai_users": "I", "income_ratio": "I",
    "optimism": "I", "alignment": "I", "english": "I", "routed": "I", "surveyed": "I",
    "line_of": "J", "line_gap": "TJ", "line_price": "TJ", "line_on": "TJ", "line_free": "TJ",
    "releases": "T", "recent": "TK", "region": "I", "pool": "I", "home": "IK", "rooted": "RIK",
    "first_stance": "I", "membership": "IM", "link_start": "i", "link_to": "L", "link_weight": "L",
    "start": "IK", "nest": "K", "bloc": "K", "stand": "K", "pulled": "K", "capability": "TKO",
    "on_sale": "TKO", "ln_price": "TKOW", "fall_years": "TKO", "notable": "TK",
    "notable_size": "TK", "frontier": "T", "access": "TIV", "later": "T", "unlisted": "TIK",
    "leak_weight": "TIK", "licence": "TIK",
    "facility": "S", "lab_lag": "I", "lab_size": "I", "world": "TC", "nation_low": "F",
    "nation_high": "F",
    "world_low": "C", "world_high": "C", "compute": "PH", "listed": "TKO", "stale": "TIQ",
    "operation": "E", "target": "E", "nation_start": "n",
    "nation_effect": "N", "world_start": "c", "world_effect": "D", "offsets": "f",
    "world_offsets": "w",
    "entry": "E", "course": "ET", "rival": "E", "bears": "EIQ", "begins": "Y",
    "ends": "Y", "lag": "Y", "covers": "YY",
}  # fmt: skip

TABLE = """\
iso3,name,region,developers,internet,income,ai_users,optimism,ideal_point
USA,United States,north_america,20000000,0.93,80000,0.28,40,2.5
XAA,Atlantis,oceania,50000,0.6,9000,0.1,60,0.1
CHN,China,east_asia,9000000,0.78,25000,0.16,80,-0.7
"""

WORLDS = {
    "baseline": "baseline",
    "rand_package": "rand_package",
    "subset": {"extends": "digital_south", "nations": ["ZAF", "CHN", "BRA"]},
    "group": {"extends": "fortress", "nations": "south_asia"},
    "user table": {"extends": "rand_package", "nations": {"name": "mine.csv", "csv": TABLE}},
    "one month": {"extends": "baseline", "period": {"start": "2023-01", "end": "2023-01"}},
    "knows less": {"extends": "open_only", "facts_until": "2023-02"},
}


def made(source="baseline", **changes):
    given = {"extends": source, **changes} if changes else source
    return compile_scenario(scenario.load(given))


def arrays(drivers):
    tables = {
        **drivers.facts._asdict(), **drivers.effects._asdict(), **drivers.schedule._asdict()
    }  # fmt: skip
    return {name: value for name, value in tables.items() if isinstance(value, np.ndarray)}


def stated_types(table):
    """Return the types that a table of arrays is annotated with, as they stand in the source."""
    return {name: kind.__forward_arg__ for name, kind in table.__annotations__.items()}


def same(one, other, *, but=()):
    a, b = arrays(one), arrays(other)
    return [
        n
        for n in a
        if n not in but and (a[n].shape != b[n].shape or a[n].tobytes() != b[n].tobytes())
    ]


@pytest.fixture(scope="module")
def baseline():
    return made()


@pytest.fixture(scope="module", params=WORLDS)
def any_world(request):
    return made(WORLDS[request.param])


def test_arrays_have_the_stated_types_and_can_be_compiled(any_world):
    for table in (any_world.facts, any_world.effects):
        for name, kind in stated_types(type(table)).items():
            value = getattr(table, name)
            if kind in TYPES:
                assert value.dtype == TYPES[kind], name
                assert value.flags.c_contiguous, name
                assert value.flags.writeable, name
            else:
                assert type(value).__name__ == kind, name


def test_shapes_agree_with_each_other(any_world):
    f, e = any_world.facts, any_world.effects
    T, nations, K = f.licence.shape
    cells = int(e.offsets[-1])
    sizes = {
        "T": T, "I": nations, "K": K, "i": nations + 1, "O": 2, "W": 3, "V": 3 * K, "S": 3,
        "P": 3, "H": 2, "R": len(ROOTS), "M": 6, "F": len(NATION_FAMILIES),
        "f": len(NATION_FAMILIES) + 1,
        "w": len(WORLD_FAMILIES) + 1, "C": int(world_offsets(K)[-1]),
        "c": int(world_offsets(K)[-1]) + 1, "n": nations * cells + 1, "L": int(f.link_start[-1]),
        "E": sum(len(entry.effects) for entry in any_world.entries),
        "N": int(e.nation_start[-1]), "Y": len(any_world.entries), "D": int(e.world_start[-1]),
        "J": f.line_of.size, "Q": 2 * K + 3,
    }  # fmt: skip
    found = arrays(any_world)
    assert set(found) == set(SHAPES)
    for name, value in found.items():
        assert value.shape == tuple(sizes[letter] for letter in SHAPES[name]), name
    assert len(any_world.nations) == nations
    assert len(any_world.ecosystems) == K
    assert all(
        mask.shape == (nations,) and mask.dtype == bool for mask in any_world.groups.values()
    )


def test_everything_is_a_finite_number(any_world):
    for name, value in arrays(any_world).items():
        assert np.isfinite(value).all(), name


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_refused_by_name_and_nation(baseline, bad):
    access = baseline.facts.access.copy()
    access[7, baseline.nations.index("KEN"), 3] = bad
    with pytest.raises(RunError, match=r"'access'.*\(7, \d+, 3\), nation KEN"):
        check_finite(baseline.facts._replace(access=access), baseline.nations)
    with pytest.raises(RunError, match="output_reference"):
        check_finite(baseline.facts._replace(output_reference=bad), baseline.nations)


def test_drivers_belong_to_the_caller(baseline):
    spoilt = made()
    for value in arrays(spoilt).values():
        value[...] = 1
    assert same(made(), baseline) == []


def test_a_policy_scenario_has_the_facts_of_the_baseline(baseline):
    for name in ("rand_package", "digital_south", "fortress", "open_only"):
        other = made(name)
        effects = (*Effects._fields, *Schedule._fields)
        assert same(baseline, other, but=effects) == []
        for number in (
            "last_fact",
            "base_month",
            "uptake_month",
            "output_month",
            "output_reference",
        ):
            assert getattr(other.facts, number) == getattr(baseline.facts, number)
        assert other.groups.keys() == baseline.groups.keys()


def test_a_nation_does_not_depend_on_the_others(baseline):
    some = made(nations=["IRN", "FRA", "IND", "CHN", "USA"])
    rows = [baseline.nations.index(code) for code in some.nations]
    assert some.nations == ("CHN", "FRA", "IND", "IRN", "USA")
    assert some.regions == baseline.regions
    links = {"link_start", "link_to", "link_weight"}
    for name in set(Facts._fields) - links:
        whole, part = getattr(baseline.facts, name), getattr(some.facts, name)
        shape = SHAPES.get(name, "")
        if "I" in shape:
            whole = np.take(whole, rows, axis=shape.index("I"))
        assert np.asarray(whole).tobytes() == np.asarray(part).tobytes(), name


def test_links_are_the_rows_of_the_matrix(baseline):
    f = baseline.facts
    dense = np.zeros((len(baseline.nations),) * 2)
    for i in range(len(baseline.nations)):
        row = slice(f.link_start[i], f.link_start[i + 1])
        dense[i, f.link_to[row]] = f.link_weight[row]
    np.testing.assert_array_equal(dense, evidence.load().nations.links)
    sums = np.add.reduceat(f.link_weight, f.link_start[:-1])
    np.testing.assert_allclose(sums[np.diff(f.link_start) > 0], 1.0)


def test_a_nation_without_links_has_an_empty_row():
    f = made(nations={"name": "mine.csv", "csv": TABLE}).facts
    assert np.diff(f.link_start).tolist() == [1, 1, 0]  # CHN and USA are linked, XAA is new


@pytest.mark.parametrize(
    ("end", "last_fact", "base_month"),
    [("2023-01", 0, 0), ("2025-08", 31, 30), ("2035-12", 45, 30)],
)
def test_positions_stay_within_the_months(end, last_fact, base_month):
    f = made(period={"start": "2023-01", "end": end}).facts
    assert (f.last_fact, f.base_month) == (last_fact, base_month)
    assert (f.uptake_month, f.output_month) == (29, 34)
    assert months.text(f.months[0]) == "2023-01"
    assert months.text(f.months[-1]) == end
    assert (np.diff(f.months) == 1).all()


def test_the_start_of_the_period_moves_only_what_is_reported(baseline):
    late = made(period={"start": "2026-01", "end": "2035-12"})
    assert late.first == 36
    assert same(baseline, late) == []


@pytest.mark.parametrize("until", ["2023-06", "2024-12", "2025-07"])
def test_who_knows_less_knows_the_same_of_the_time_before(baseline, until):
    less, at = made(facts_until=until).facts, months.parse(until) - months.FIRST
    assert less.last_fact == at
    for name in ("access", "leak_weight", "licence", "notable", "frontier"):
        now, whole = getattr(less, name), getattr(baseline.facts, name)
        np.testing.assert_array_equal(now[: at + 1], whole[: at + 1], name)
    # Flagships and list prices are dated. Prices of hosts and rents are taken back in time, so who
    # knows less has others, and with them other small offers where no maker has a service.
    for name in ("capability", "on_sale", "ln_price"):
        now, whole = getattr(less, name)[: at + 1], getattr(baseline.facts, name)[: at + 1]
        if name != "ln_price":
            np.testing.assert_array_equal(now[:, :, 0], whole[:, :, 0], name)
        for k in map(baseline.ecosystems.index, ("us_closed", "cn_closed")):
            np.testing.assert_array_equal(now[:, k], whole[:, k], name)
    for k in map(baseline.ecosystems.index, ("cn_open", "eu_open")):
        listed = [f.ln_price[: at + 1, k, 0, 0] for f in (less, baseline.facts)]
        np.testing.assert_array_equal(*listed)
    for name in ("capability", "on_sale", "ln_price", "leak_weight", "licence"):
        now = getattr(less, name)
        assert (now[at:] == now[at]).all(), name


def test_small_offers_fall_by_the_half_year_after_the_last_fact(baseline):
    f = baseline.facts
    assert not f.fall_years[: f.last_fact + 6].any()
    assert not f.fall_years[:, :, 0].any()
    sold = f.on_sale[-1, :, 1] == 1
    assert sold.any()
    since = np.arange(len(f.months)) - f.last_fact
    expected = np.maximum(0, since // 6) / 2
    for k in np.flatnonzero(sold):
        np.testing.assert_array_equal(f.fall_years[f.last_fact :, k, 1], expected[f.last_fact :])


def test_prices_are_logarithms_and_nothing_where_nothing_is_sold(baseline):
    f = baseline.facts
    assert not f.ln_price[f.on_sale == 0].any()
    assert not f.capability[f.on_sale == 0].any()
    known = evidence.history.offers(None, f.months)
    sold = f.on_sale == 1
    priced = sold[..., None] & (known.price > 0)
    np.testing.assert_array_equal(f.ln_price[priced], np.log(known.price[priced]))
    free = sold[..., None] & (known.price == 0)
    assert free.any()
    assert (f.ln_price[free] < -700).all()  # no factor brings it up to a price that is felt


def test_sovereign_models_are_sold_from_the_first_programme_on(baseline):
    f, k = baseline.facts, baseline.ecosystems.index("sovereign")
    open_somewhere = f.access.reshape(*f.licence.shape, 3)[:, :, k].any(axis=(1, 2))
    np.testing.assert_array_equal(f.on_sale[:, k, 0] == 1, open_somewhere)
    assert open_somewhere[0] != open_somewhere[-1]
    assert not made(facts_until="2023-02").facts.on_sale[:, k].any()
    without = made(nations=["FRA", "USA"]).facts  # a selection in which nobody has a programme
    np.testing.assert_array_equal(without.on_sale, f.on_sale)


def test_own_ecosystems_first_stances_and_starts(baseline):
    f, names = baseline.facts, baseline.ecosystems
    own = {
        (code, name)
        for i, code in enumerate(baseline.nations)
        for k, name in enumerate(names)
        if f.home[i, k]
    }
    assert own == {
        ("USA", "us_closed"), ("USA", "us_open_restricted"), ("USA", "us_permissive"),
        ("CHN", "cn_closed"), ("CHN", "cn_open"), ("FRA", "eu_open"),
    }  # fmt: skip
    stance = dict(zip(baseline.nations, (STANCES[s] for s in f.first_stance), strict=True))
    assert stance == dict.fromkeys(baseline.nations, "open") | {"CHN": "chinese", "USA": "us"}
    felt = {
        (where, code, name)
        for h, where in enumerate(ROOTS)
        for i, code in enumerate(baseline.nations)
        for k, name in enumerate(names)
        if f.rooted[h, i, k]
    }
    assert {each for each in felt if each[0] not in ("europe", "own")} == {
        (code, code, name) for code, name in own
    }
    assert {each[1:] for each in felt if each[0] == "own"} == {
        (code, "sovereign") for code in baseline.nations
    }
    region = dict(zip(baseline.nations, evidence.load().nations.region, strict=True))
    assert {(code, name) for where, code, name in felt if where == "europe"} == {
        (code, "eu_open") for code in baseline.nations if region[code] == "europe"
    }
    begins = {code: names[k] for code, k in zip(baseline.nations, f.start.argmax(1), strict=True)}
    assert begins.pop("CHN") == "cn_closed"
    assert set(begins.values()) == {"us_closed"}
    np.testing.assert_array_equal(f.start.sum(axis=1), 1.0)
    np.testing.assert_array_equal(f.pulled, [name == "us_closed" for name in names])


def test_licences_of_the_european_union_are_its_members_own(baseline):
    licence, in_union = evidence.history.licences(baseline.facts.months)
    assert (licence != in_union).any()
    for i, member in enumerate(evidence.load().nations.groups["eu"]):
        np.testing.assert_array_equal(baseline.facts.licence[:, i], in_union if member else licence)


def test_world_cells_stand_in_the_order_of_the_families(baseline):
    f, at = baseline.facts, dict(zip(WORLD_FAMILIES, world_offsets(7), strict=False))
    known = evidence.hardware.history(f.months)
    np.testing.assert_array_equal(f.world[:, at["demand"] + 1], known.demand[:, 1])
    np.testing.assert_array_equal(f.world[:, at["performance"] + 1], known.performance[:, 1])
    np.testing.assert_array_equal(f.world[:, at["availability"] + 5], known.availability[:, 2, 1])
    np.testing.assert_array_equal(f.world[:, at["serving_share"]], known.serving_share)
    risk = f.world[:, at["risk"] : at["risk"] + 7]
    # As a part of the parameter initial_risk.
    np.testing.assert_array_equal(risk, np.tile([0, 1, 0, 0, 1, 0, 0], (len(risk), 1)))
    np.testing.assert_array_equal(f.world[:, at["permitted"]], known.permitted)
    np.testing.assert_array_equal(f.world[:, at["smuggled"]], known.smuggled)
    for name, first, last in zip(
        WORLD_FAMILIES, world_offsets(7), world_offsets(7)[1:], strict=False
    ):
        driver = vocabulary()[name]
        assert (f.world_low[first:last] == driver.low).all()
        assert (f.world_high[first:last] == driver.high).all()
        if driver.base != "history":
            assert (f.world[:, first:last] == float(driver.base)).all()
    assert (f.world >= f.world_low).all()
    assert (f.world <= f.world_high).all()


def test_flags_tell_every_change_of_the_facts(baseline):
    f = baseline.facts
    T, _, K = f.licence.shape
    per_offer = [f.on_sale, f.ln_price, f.fall_years]
    for t in range(1, T):
        for k in range(K):
            sold = np.any(
                [(path[t, k] != path[t - 1, k]).reshape(2, -1).any(axis=1) for path in per_offer],
                axis=0,
            )
            row = slice(3 * k, 3 * k + 3)
            moved = (f.access[t, :, row] != f.access[t - 1, :, row]).any(axis=1)
            moved |= f.unlisted[t, :, k] != f.unlisted[t - 1, :, k]
            moved |= (f.unlisted[t, :, k] > 0.0) & (f.later[t] != f.later[t - 1])
            np.testing.assert_array_equal(f.stale[t, :, 2 * k] == 1, moved)
            agreed = f.licence[t, :, k] != f.licence[t - 1, :, k]
            np.testing.assert_array_equal(f.stale[t, :, 2 * k + 1] == 1, agreed)
            np.testing.assert_array_equal(f.listed[t, k] == 1, sold)
    assert f.listed[0].all()
    assert f.stale[0].all()
    assert not f.stale[1:, :, 2 * K :].any()


def test_changed_is_true_in_the_first_month_and_where_a_value_moves():
    path = np.array([[1.0, 2.0], [1.0, 3.0], [1.0, 3.0]])
    assert facts.changed(path).tolist() == [[True, True], [False, True], [False, False]]


def test_groups_are_those_with_members_and_the_users_own():
    some = made(nations=["BRA", "DEU", "FRA"], groups={"mine": ["DEU", "BRA"]})
    assert some.groups["mine"].tolist() == [True, True, False]
    assert some.groups["eu"].tolist() == [False, True, True]
    assert some.groups["world"].all()
    assert "south_asia" not in some.groups
    assert list(some.groups)[-1] == "mine"


def test_parameters_are_handed_on_by_path():
    given = {"network": 0.5, "lag": {"cn_open": {"dist": "uniform", "low": 4, "high": 6}}}
    drivers = made(parameters=given, ensemble={"runs": 3, "seed": 1, "parameters": "default"})
    assert set(drivers.parameters) == {"network", "lag.cn_open"}
    assert drivers.parameters["network"] == 0.5
    assert drivers.parameters["lag.cn_open"].quantile(np.array([0.5])) == [5.0]
    assert not drivers.drawn
    assert made().drawn


def test_the_room_offers_the_compiler_by_its_short_name(baseline):
    assert dataclasses.is_dataclass(baseline)
    assert scenario.compile is compile_scenario


def test_what_no_lever_touches_is_built_once(monkeypatch):
    """A lever more builds no fact anew, and they have the bytes of a fresh build."""
    made("baseline")
    with monkeypatch.context() as patch:
        patch.setattr(facts, "build", lambda *_: pytest.fail("built again"))
        package = made("rand_package")
    _facts.cache_clear()
    assert same(made("rand_package"), package) == []


@pytest.mark.parametrize(
    "changes",
    [[("facts_until", "2025-06")], [("period.end", "2030-12")], [("nations", ["BRA", "USA"])]],
)
def test_scenarios_with_other_facts_do_not_share_them(changes):
    plain, other = (compile_scenario(scenario.load("baseline", each)) for each in ([], changes))
    assert "ln_price" in same(plain, other) or plain.facts.access.shape != other.facts.access.shape
