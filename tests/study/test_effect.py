"""Differences of paired runs of two results."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import sim
from sim.analysis.worlds import over_worlds
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
    found = effect(policy, result, group="world")
    assert found.month == str(last["month"].iloc[0])
    expected = np.quantile(list(shift.values()), (0.05, 0.5, 0.95))
    np.testing.assert_allclose((found.p05, found.median, found.p95), expected, atol=1e-12)
    assert found.runs == result.n_runs
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
    assert (found.group, wrong) == (group, None)
    assert made[reference].scenario == sim.run("baseline", **few).scenario
    assert against.against(result, reference, tmp_path, made)[0] == found
