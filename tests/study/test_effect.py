"""Differences of paired runs of two results."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import sim
from sim.analysis.paired import interval
from sim.analysis.worlds import over_worlds
from sim.ensemble.record import Effect
from sim.errors import InputError
from sim.study import against
from sim.study import run as ensemble
from sim.study.effect import effect


def test_quantiles_and_signs_over_worlds():
    difference = np.array([-0.1, 0.0, 0.1, 0.2, 0.3])
    quantiles, same = over_worlds(difference)
    np.testing.assert_allclose(quantiles, np.quantile(difference, (0.05, 0.5, 0.95)))
    assert same == pytest.approx(3 / 5)  # neither the fall nor the exact zero has the sign
    assert over_worlds(np.zeros(4))[1] == 1.0


def test_an_effect_is_of_run_against_run(result):
    table = result.outcomes
    chosen = (table["metric"] == "share.bloc_us") & (table["group"] == "world")
    last = table[chosen & (table["month"] == table["month"][chosen].max())].sort_values("run")
    moved = result.tables["outcomes"].to_pandas()
    rng = np.random.default_rng(1)
    shift = dict(zip(range(result.n_runs), rng.normal(0, 0.1, result.n_runs), strict=True))
    moved["value"] += moved["run"].map(shift)
    import pyarrow as pa

    other = pa.Table.from_pandas(moved.sample(frac=1, random_state=1), preserve_index=False)
    policy = replace(result, tables={**result.tables, "outcomes": other})
    found = effect(policy, result)
    assert found.month == str(last["month"].iloc[0])
    expected = np.quantile(list(shift.values()), (0.05, 0.5, 0.95))
    np.testing.assert_allclose((found.p05, found.median, found.p95), expected, atol=1e-12)
    assert found.runs == result.n_runs
    mean, low, _ = interval(np.array(list(shift.values())))
    assert found.simulation_error == pytest.approx(mean - low)
    assert sim.effect is effect


def test_an_event_is_compared_over_the_whole_run(result):
    found = effect(result, result, "cn_over_us.happened", "world")
    assert (found.month, found.median, found.same_sign) == ("", 0.0, 1.0)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"metric": "share.bloc_uss"}, "did you mean 'share.bloc_us'"),
        ({"group": "wrld"}, "no group 'wrld'"),
        ({"group": "world", "month": "2031-13"}, "no month '2031-13'"),
        ({"group": "world", "month": "2024-11"}, "no month '2024-11'"),
    ],
)
def test_what_is_not_there_is_named(result, words, message):
    with pytest.raises(InputError, match=message):
        effect(result, result, **words)


def test_other_worlds_cannot_be_paired(world, scenario, result):
    other = ensemble.run(scenario, seed=4)
    with pytest.raises(InputError, match="differ in seed"):
        effect(result, other)


def test_the_reference_has_months_nations_and_ensemble_of_the_scenario():
    few = ["ensemble.runs=7", "period.end=2030-12", ("nations", ["BRA"])]
    reference = against.reference_of(sim.load("rand_package", few))
    assert reference == sim.load("baseline", few)


def test_the_reference_has_no_reference():
    assert against.reference_of(sim.load("baseline", ["ensemble.runs=7"])) is None
    changed = against.reference_of(sim.load("baseline", ["parameters.network=1.5"]))
    assert changed == sim.load("baseline")


@pytest.mark.parametrize(("nations", "group"), [("BRA", "world"), (["BRA", "USA"], "global_south")])
def test_the_effect_is_on_the_global_south_where_that_is_not_all_there_is(nations, group, tmp_path):
    few = {"runs": 2, "nations": nations, "until": "2027-12"}
    result = sim.run("rand_package", **few)
    made = {}
    reference = against.reference_of(result.scenario)
    found, wrong = against.against(result, reference, tmp_path, made)
    assert (found.against.group, wrong) == (group, None)
    assert made[reference].scenario == sim.run("baseline", **few).scenario
    assert against.against(result, reference, tmp_path, made)[0].against == found.against


FEW = {"runs": 4, "until": "2027-12"}


def test_two_scenarios_have_the_effect_that_their_results_have():
    nations = {"nations": "Brazil, India"}
    results = [sim.run(name, **FEW, **nations) for name in ("rand_package", "baseline")]
    expected = sim.effect(*results)
    assert (expected.metric, expected.group) == ("share.bloc_us", "world")
    assert sim.effect("rand_package", "baseline", **FEW, **nations) == expected
    assert sim.effect(results[0], "baseline") == expected
    assert sim.effect("rand_package", results[1]) == expected
    one = sim.effect("rand_package", "baseline", "share.cn_open", "Brazil", "2027-05", **FEW)
    assert (one.group, one.month, one.runs) == ("BRA", "2027-05", 4)
    assert "of 4 runs, simulation error" in repr(one)
    assert repr(one) in one._repr_html_()


def test_one_world_has_no_error_of_simulation():
    found = sim.effect("rand_package", "baseline", runs=1, until="2026-12", nations="BRA")
    assert found.simulation_error is None
    assert repr(found).endswith("of 1 run")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"metric": "tokens.bloc_cn", "group": "BRA"}, "is not measured of BRA"),
        ({"group": "Atlantis"}, "no group is called 'Atlantis'"),
        ({"month": "2040-01"}, "2040-01 is not in the period"),
    ],
)
def test_an_outcome_that_two_scenarios_lack_is_named(words, message):
    with pytest.raises(InputError, match=message):
        sim.effect("rand_package", "baseline", runs=2, until="2026-12", **words)


def test_options_cannot_change_a_result(result):
    with pytest.raises(InputError, match="seed cannot act beside a result"):
        effect(result, "baseline", seed=2)


def test_an_effect_of_before_has_no_error_of_simulation():
    row = {
        "scenario": "a", "reference": "b", "metric": "m", "group": "world", "month": "2030-12",
        "p05": 0.0, "median": 0.1, "p95": 0.2, "same_sign": 1.0, "runs": 9,
    }  # fmt: skip
    assert Effect(**row).simulation_error is None
