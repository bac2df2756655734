"""PATH=VALUE: where it reaches, and what is said when it does not."""

from __future__ import annotations

import pytest

from sim.errors import FormerName, InputError
from sim.months import parse
from sim.scenario import load, paths
from sim.scenario.distribution import Normal, Triangular, Uniform

LEVER = "us_sme_open_adoption"


def test_each_kind_of_path_reaches_its_place():
    scenario = load(
        "rand_package",
        [
            "parameters.network=0.8",
            "parameters.lag.cn_open = 4",
            f"levers.{LEVER}.strength=high",
            f"levers.{LEVER}.start=2028-01",
            f"levers.{LEVER}.end=2030-01",
            f"levers.{LEVER}.ramp_months=3",
            f"levers.{LEVER}.lag_months=0",
            "period.end=2031-12",
            "ensemble.runs=7",
            "ensemble.seed=9",
            "ensemble.parameters=default",
            "facts_until=2025-07",
            "nations=KEN, NGA",
            "focus=KEN",
        ],
    )
    (entry,) = (entry for entry in scenario.levers if entry.id == LEVER)
    assert scenario.parameters == {"lag.cn_open": 4.0, "network": 0.8}
    assert dict(entry) == {
        "id": LEVER,
        "strength": 1.0,
        "start": parse("2028-01"),
        "when": None,
        "end": parse("2030-01"),
        "end_when": None,
        "ramp_months": 3,
        "lag_months": 0,
        "nations": None,
    }
    assert scenario.period.end == parse("2031-12")
    assert scenario.ensemble.model_dump() == {
        "runs": 7, "seed": 9, "parameters": "default", "future": "all",
    }  # fmt: skip
    assert scenario.facts_until == parse("2025-07")
    assert scenario.nations == ("KEN", "NGA")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("uniform(0.3,0.6)", Uniform(low=0.3, high=0.6)),
        ("triangular(0.3, 0.4, 0.6)", Triangular(low=0.3, mode=0.4, high=0.6)),
        ("normal(0.5,0.1,0.3,0.9)", Normal(mean=0.5, sd=0.1, low=0.3, high=0.9)),
        ("{dist: uniform, low: 0.3, high: 0.6}", Uniform(low=0.3, high=0.6)),
        ("5e-1", 0.5),
    ],
)
def test_a_value_may_be_a_distribution(text, value):
    assert load("baseline", [f"parameters.nest_dissimilarity={text}"]).parameters == {
        "nest_dissimilarity": value
    }
    assert load("baseline", [("parameters.nest_dissimilarity", text)]).parameters == {
        "nest_dissimilarity": value
    }


def test_a_value_may_be_a_python_value():
    changes = [("parameters.nest_dissimilarity", 0.5), ("ensemble.runs", 3), ("nations", ["KEN"])]
    scenario = load("baseline", changes)
    assert (scenario.parameters, scenario.ensemble.runs) == ({"nest_dissimilarity": 0.5}, 3)
    assert scenario.nations == ("KEN",)


def test_a_path_of_a_lever_means_all_its_entries():
    twice = {
        "extends": "baseline",
        "levers": [
            {"id": LEVER, "strength": 0.2, "start": "2026-01", "end": "2026-12"},
            {"id": LEVER, "strength": 0.5, "start": "2028-01"},
        ],
    }
    scenario = load(twice, [f"levers.{LEVER}.strength=1"])
    assert [entry.strength for entry in scenario.levers] == [1.0, 1.0]


def test_the_later_override_counts():
    assert load("baseline", ["ensemble.runs=2", "ensemble.runs=3"]).ensemble.runs == 3


@pytest.mark.parametrize(
    ("override", "path", "message"),
    [
        ("parameters.netwrk=1", "parameters.netwrk", "unknown parameter 'netwrk' (did you mean"),
        ("parameters.lag=1", "parameters.lag", "the parameter 'lag' needs an index"),
        ("parameters.lag.cn_opn=1", "parameters.lag.cn_opn", "(did you mean 'lag.cn_open'?)"),
        ("parameters.network=9", "parameters.network", "network 9 is outside 0 to 3"),
        ("parameters.network=", "parameters.network", "must be a number or a distribution"),
        ("parameters.network=.nan", "parameters.network", "nan is not a finite number"),
        ("parameters.network=[1", "parameters.network", "not valid YAML"),
        ("parameters.network=uniform(2,1)", "parameters.network", "low 2 is above high 1"),
        ("parameters=1", "parameters", "(write parameters.<name>"),
        ("param.network=1", "param.network", "is not a path of a scenario"),
        ("network=1", "network", "(did you mean parameters.network?)"),
        ("netwrok=1", "netwrok", "(did you mean parameters.network?)"),
        (f"{LEVER}=1", LEVER, f"(did you mean levers.{LEVER}.strength?)"),
        ("runs=10", "runs", "(did you mean ensemble.runs?)"),
        ("lag.cn_open=4", "lag.cn_open", "(did you mean parameters.lag.cn_open?)"),
        ("zzzz=1", "zzzz", "(paths begin with parameters., levers.,"),
        ("period.begin=2026-01", "period.begin", "unknown period 'begin'"),
        ("period.end=2026-01-01", "period.end", "'2026-01-01' is a full date"),
        ("period.end=2020-01", "period.end", "end 2020-01 is outside"),
        ("ensemble.runs=0", "ensemble.runs", "runs 0 is outside 1 to 1000000"),
        ("levers.us_nothing.strength=1", "levers.us_nothing.strength", "unknown lever"),
        (f"levers.{LEVER}.size=1", f"levers.{LEVER}.size", "unknown field of a lever 'size'"),
        (f"levers.{LEVER}.strength=2", f"levers.{LEVER}.strength", "strength 2 is outside 0 to 1"),
        ("levers.cn_waico.strength=1", "levers.cn_waico.strength", "has no entry of cn_waico"),
        ("nations=atlantis", "nations", "'atlantis' is neither a group nor a nation"),
        ("network", None, "'network' is not PATH=VALUE (write PATH=VALUE, such as"),
        ("=3", None, "'=3' is not PATH=VALUE"),
    ],
)
def test_a_wrong_override_names_itself(override, path, message):
    with pytest.raises(InputError) as caught:
        load("rand_package", [override])
    (found,) = caught.value.problems
    assert found.file == "--set"
    assert found.path == path
    assert message in str(found)


@pytest.mark.parametrize(
    ("override", "option"),
    [
        (("nations", "atlantis"), "--nations: "),
        (("nations", ["BRA", "ATL"]), "--nations: the nation 'ATL'"),
        (("period.end", "2022-13"), "--until: "),
        (("ensemble.runs", 0), "--runs: "),
        (("ensemble.seed", -1), "--seed: "),
    ],
)
def test_a_wrong_value_of_an_option_names_the_option(override, option):
    with pytest.raises(InputError) as caught:
        load("baseline", [override])
    (found,) = caught.value.problems
    assert str(found).startswith(option)
    assert "--set" not in str(found)


def test_a_path_can_be_checked_before_there_is_a_value():
    paths.check("parameters.lag.cn_open")
    paths.check(f"levers.{LEVER}.start")
    with pytest.raises(InputError, match="did you mean 'network'"):
        paths.check("parameters.netwrk")


def test_a_name_that_a_parameter_had_before_is_taken_everywhere_with_a_warning():
    plain = load({"extends": "baseline", "parameters": {"exit_penalty": 0.5, "home_bias.own": 0.1}})
    with pytest.warns(FormerName) as said:
        typed = load("baseline", ["parameters.hurt=0.5", ("parameters.home.own", 0.1)])
    with pytest.warns(FormerName):
        written = load({"extends": "baseline", "parameters": {"hurt": 0.5, "home": {"own": 0.1}}})
    assert {str(one.message) for one in said} == {
        "the parameter hurt is called exit_penalty now",
        "the parameter home is called home_bias now",
    }
    assert typed.parameters == written.parameters == plain.parameters
    with pytest.warns(FormerName), pytest.raises(InputError, match="given twice"):
        load({"extends": "baseline", "parameters": {"hurt": 0.5, "exit_penalty": 0.1}})
    with pytest.raises(InputError, match=r"did you mean parameters\.exit_penalty"):
        load("baseline", ["hurt=0.5"])
