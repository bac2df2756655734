"""Levers that a scenario file defines itself: the form, the checks and where they point."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from sim import months
from sim.errors import InputError
from sim.scenario import json_schema, levers, load
from sim.scenario.compile import compile_scenario
from sim.scenario.drivers import OPERATIONS, vocabulary
from sim.world.trajectory import simulate
from tests.scenario.drivers_in_force import NATIONS, drivers, meant, path

FILE = """\
extends: baseline
title: City grants
levers:
  - {id: city_grants, strength: central, start: 2027-01}
own_levers:
  city_grants:
    title: Grants of cities for local models
    lag_months: 6
    ramp_months: 12
    cost: {low: 1, central: 5, high: 20}
    uncertainty: 0.5
    source: judgement
    effects:
      - driver: pull
        op: add
        low: 0.02
        central: 0.06
        high: 0.12
        ecosystems: [sovereign, eu_open]
        segments: research
        nations: [eu, -DEU]
        conversion: Two, six and twelve of a hundred more teams; judged.
      - role: side
        driver: price
        op: multiply
        low: 0.01
        central: 0.02
        high: 0.05
        ways: host
        conversion: Hosts raise their price; judged.
"""


@pytest.fixture
def file(tmp_path):
    """Return a function that writes the example, with one text replaced, and returns its path."""

    def write(old="", new=""):
        assert old in FILE
        target = tmp_path / "mine.yaml"
        target.write_text(FILE.replace(old, new, 1) if old else FILE, encoding="utf-8")
        return target

    return write


def test_an_own_lever_becomes_what_it_says(file):
    scenario = load(file())
    (entry,) = scenario.levers
    assert (entry.id, entry.lag_months, entry.ramp_months) == ("city_grants", 6, 12)
    lever = scenario.own_levers["city_grants"]
    assert lever == scenario.known_levers()["city_grants"]
    assert set(scenario.known_levers()) == {*levers.read(), "city_grants"}
    assert (lever.cost.low, lever.cost.central, lever.cost.high) == (1, 5, 20)
    main, side = lever.effects
    assert (main.role, main.ecosystems, main.segments) == (
        "main",
        ("sovereign", "eu_open"),
        ("research",),
    )
    assert main.nations == ("eu", "-DEU")
    assert main.source == "judgement"
    assert (side.role, side.ways, side.nations) == ("side", ("host",), ())
    assert load(scenario) == scenario
    assert load(json.loads(json.dumps(scenario.document()))) == scenario


def test_it_acts_where_and_when_it_says_and_costs_what_it_says(file):
    overrides = [("nations", list(NATIONS)), "period.end=2029-06", "ensemble.parameters=default"]
    compiled = compile_scenario(load(file(), overrides))
    with_it, base = path(compiled), path(drivers(period={"end": "2029-06"}))
    main, side = load(file()).own_levers["city_grants"].effects
    first = months.parse("2027-07") - months.FIRST
    for driver, now in with_it.items():
        moved = now != base[driver]
        assert not moved[:first].any()
        if driver not in {"pull", "price"}:
            assert not moved.any()
    np.testing.assert_allclose(with_it["pull"][-1], 0.06 * meant(main))
    np.testing.assert_allclose(with_it["pull"][first], 0.06 / 12 * meant(main))
    np.testing.assert_allclose(with_it["price"][-1], np.log(1.02) * meant(side))
    cost = simulate(compiled, seed=1, replicates=np.arange(1)).cost[:, 0]
    start = months.parse("2027-01") - months.FIRST
    np.testing.assert_allclose(cost[start:], 5 / 12)
    assert not cost[:start].any()


def test_an_own_lever_stands_beside_the_catalogue_in_any_order():
    own = {"mine": _definition(driver="price", op="multiply", low=-0.1, central=-0.2, high=-0.3)}
    entries = [
        {"id": name, "strength": "high", "start": "2027-01", "lag_months": 0}
        for name in ("us_free_hosted_open_service", "mine", "us_cost_licence_access_bundle")
    ]
    one, other = (
        path(drivers(levers=order, own_levers=own, period={"end": "2029-01"}))
        for order in (entries, entries[::-1])
    )
    for driver, values in one.items():
        assert values.tobytes() == other[driver].tobytes(), driver


def test_overrides_reach_it_and_change_the_hash(file):
    plain = load(file())
    changed = load(file(), ["levers.city_grants.strength=1", "levers.city_grants.lag_months=0"])
    assert changed.levers[0].strength == 1
    assert changed.levers[0].lag_months == 0
    assert plain.hash(1, "x") != changed.hash(1, "x")
    dearer = load(file("high: 20", "high: 21"))
    assert dearer.hash(1, "x") != plain.hash(1, "x")
    with pytest.raises(InputError, match="did you mean 'city_grants'"):
        load(file(), ["levers.city_grant.strength=1"])


def test_a_child_may_change_one_thing_of_a_lever_of_its_base(tmp_path, file):
    file()
    child = tmp_path / "child.yaml"
    text = "extends: ./mine.yaml\nown_levers:\n  city_grants: {cost: {high: 30}}\n"
    child.write_text(text, encoding="utf-8")
    base, changed = load(tmp_path / "mine.yaml"), load(child)
    lever = changed.own_levers["city_grants"]
    assert (lever.cost.central, lever.cost.high) == (5, 30)
    assert lever.effects == base.own_levers["city_grants"].effects
    assert changed.levers == base.levers


WRONG = [
    # what is replaced, by what, line, part of the message, part of the hint
    ("driver: pull", "driver: pul", 14, "unknown driver 'pul'", "did you mean 'pull'?"),
    ("driver: pull", "driver: aware", 14, "unknown driver 'aware'", "drivers are access, price"),
    ("op: add", "op: plus", 15, "op 'plus' is none of", None),
    ("high: 0.12", "high: 0.01", 18, "must go one way from 0", None),
    ("high: 0.12", "high: .nan", 18, "not a finite number", None),
    ("low: 0.02", "low: much", 16, "low must be a number", None),
    ("low: 0.02", "low: uniform(0,1)", 16, "low must be a number", None),
    ("low: 0.02\n", "\n", 14, "low is missing", "an effect needs driver, op"),
    ("[sovereign, eu_open]", "[soverein]", 19, "unknown word 'soverein'", "'sovereign'"),
    ("[sovereign, eu_open]", "[]", 19, "the list of ecosystems is empty", "leave it out"),
    ("segments: research", "ways: host", 20, "pull has no ways to choose from", None),
    ("segments: research", "segment: research", 20, "unknown key 'segment'", "'segments'"),
    ("-DEU]", "-Germany]", 21, "unknown word '-Germany' in nations", "write -DEU"),
    ("-DEU]", "-africa]", 21, "unknown word '-africa'", "did you mean 'sub_saharan_africa' or"),
    ("-DEU]", "-atlantis]", 21, "unknown word '-atlantis'", "sim list groups"),
    ("conversion: Two", "target: 1\n        conversion: Two", 22, "a target belongs to move", None),
    ("role: side", "role: extra", 23, "role 'extra' is neither main nor side", None),
    ("low: 0.01", "low: -2", 28, "must go one way from 0", None),
    ("conversion: Hosts raise their price; judged.", "ways: host", 30, "duplicate key", None),
    ("lag_months: 6", "lag_months: -1", 8, "lag_months -1 is outside 0 to 120", None),
    ("ramp_months: 12", "ramp_months: soon", 9, "must be a whole number", None),
    ("{low: 1, central", "{low: 9, central", 10, "costs must go", None),
    ("central: 5, ", "", 10, "central is missing", "cost needs low, central and high"),
    ("{low: 1, central: 5, high: 20}", "cheap", 10, "cost must be a mapping", None),
    ("uncertainty: 0.5", "uncertainty: 1", 11, "uncertainty is a half-width", None),
    ("source: judgement", "source: MY_BLOG", 12, "unknown source 'MY_BLOG'", None),
    ("    source: judgement\n", "", 6, "source is missing", "a lever needs title, source"),
    ("  city_grants:", "  cn_waico:", 6, "already a lever of the catalogue", "another id"),
    ("  city_grants:", "  City-Grants:", 6, "cannot name a lever", "small letters"),
    ("id: city_grants", "id: city_grant", 4, "unknown lever 'city_grant'", "'city_grants'"),
    ("    effects:", "    effect:", 13, "unknown key 'effect'", "'effects'"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "message", "hint"), WRONG)
def test_what_is_wrong_is_named_with_its_line(file, old, new, line, message, hint):
    with pytest.raises(InputError) as caught:
        load(file(old, new))
    found = [p for p in caught.value.problems if message in p.message]
    assert found, caught.value
    assert found[0].line == line
    assert found[0].file.endswith("mine.yaml")
    if hint is not None:
        assert hint in (found[0].hint or "")


def test_all_faults_of_a_file_come_at_once(file):
    text = file("op: add", "op: plus").read_text(encoding="utf-8")
    target = file()
    text = text.replace("driver: price", "driver: prise").replace("high: 20", "high: 0")
    target.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(target)
    assert {problem.line for problem in caught.value.problems} >= {15, 24}


def test_what_is_missing_hides_no_other_fault_of_a_lever(file):
    text = file("driver: pull", "driver: pul").read_text(encoding="utf-8")
    for old, new in (
        ("op: add", "op: plus"),
        ("high: 0.12", "high: 0.01"),
        ("        conversion: Two, six and twelve of a hundred more teams; judged.\n", ""),
        ("{low: 1, central", "{low: 9, central"),
        ("    lag_months: 6", "    actor: brazil\n    lag_months: 6"),
        ("-DEU]", "-Germany]"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    target = file()
    target.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(target)
    said = " | ".join(problem.message for problem in caught.value.problems)
    for part in (
        "conversion is missing", "unknown driver 'pul'", "op 'plus' is none of", "costs must go",
        "unknown actor 'brazil'",
    ):  # fmt: skip
        assert part in said, part


def test_sizes_out_of_order_are_noted_beside_a_missing_conversion(file):
    old = "        conversion: Two, six and twelve of a hundred more teams; judged.\n"
    text = file("high: 0.12", "high: 0.01").read_text(encoding="utf-8").replace(old, "", 1)
    target = file()
    target.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(target)
    said = [problem.message for problem in caught.value.problems]
    assert len(said) == 2
    assert any("must go one way from 0" in message for message in said)


def test_the_actor_is_one_of_the_catalogue_or_the_user(file):
    lever = load(file("    lag", "    actor: third_party\n    lag")).own_levers["city_grants"]
    assert lever.actor == "third_party"
    assert load(file()).own_levers["city_grants"].actor == "user"


def test_an_entry_of_a_faulty_lever_is_not_called_unknown(file):
    with pytest.raises(InputError) as caught:
        load(file("op: add", "op: plus"))
    assert len(caught.value.problems) == 1


def test_a_web_address_is_a_source(file):
    scenario = load(file("source: judgement", "source: https://example.org/grants;judgement"))
    assert scenario.own_levers["city_grants"].source.startswith("https://")


def test_no_catalogue_row_hides_behind_an_address():
    for lever in levers.read().values():
        for row in (lever, *lever.effects):
            assert "://" not in row.source


def _definition(**effect):
    effect = {"low": 0.1, "central": 0.2, "high": 0.3} | effect
    if effect["op"] == "move":
        effect["target"] = 1
    return {
        "title": "Made up",
        "source": "judgement",
        "effects": [effect | {"conversion": "made up for a test"}],
    }


@settings(max_examples=60)
@given(
    driver=st.sampled_from(sorted(vocabulary())),
    op=st.sampled_from(OPERATIONS),
    sizes=st.tuples(*[st.floats(-2, 2)] * 3),
)
def test_the_loader_and_the_schema_agree_with_the_rules_of_the_table(driver, op, sizes):
    low, central, high = sizes
    named = dict(zip(levers.LEVELS, sizes, strict=True))
    own = {"mine": _definition(driver=driver, op=op, **named)}
    bounds = vocabulary()[driver]
    neutral = {"floor": bounds.low, "cap": bounds.high}.get(op, 0.0)
    steps = np.diff([neutral, low, central, high])
    good = (steps >= 0).all() or (steps <= 0).all()
    if op in {"floor", "cap"}:
        good &= all(bounds.low <= size <= bounds.high for size in sizes)
    else:
        good &= high != 0
    good &= not (op == "multiply" and high < -1)
    good &= not (op == "move" and not 0 <= high <= 1)
    good &= not (op == "move" and not bounds.low <= 1 <= bounds.high)
    try:
        loaded = load({"extends": "baseline", "own_levers": own})
    except InputError:
        assert not good
    else:
        assert good
        assert loaded.own_levers["mine"].effects[0].high == high


@pytest.fixture(scope="module")
def validator():
    return Draft202012Validator(json_schema())


@pytest.mark.parametrize("named", ["china_cuts_prices", ["china_cuts_prices"], []])
def test_the_schema_takes_responses_as_a_file_does(validator, named):
    given = {"extends": "baseline", "responses": named}
    validator.validate(given)
    load(given)
    assert not validator.is_valid({"extends": "baseline", "responses": 3})


def test_the_schema_knows_own_levers(validator):
    good = {
        "extends": "baseline",
        "levers": [{"id": "mine", "strength": 1, "start": "2027-01"}],
        "own_levers": {"mine": _definition(driver="lag", op="add", ecosystems="cn_open")},
    }
    validator.validate(good)
    load(good)
    validator.validate({"extends": "rand_package", "levers": [{"id": "mine", "strength": 0}]})
    wrong = [
        ("driver", "lagg"),
        ("op", "plus"),
        ("ecosystems", "cn_opn"),
        ("low", "much"),
        ("nations", []),
        ("when", "2027-01"),
    ]
    for key, value in wrong:
        bad = copy.deepcopy(good)
        bad["own_levers"]["mine"]["effects"][0][key] = value
        assert not validator.is_valid(bad), key
        with pytest.raises(InputError):
            load(bad)
    del good["own_levers"]
    assert not validator.is_valid(good)
