"""The future of learning as what varies in a sweep, and in a study of policies."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.ensemble.outcomes import Outcomes
from sim.errors import InputError
from sim.report import titles
from sim.scenario.futures import FUTURES
from sim.study.robust import robust
from sim.study.sweeps.design import make
from sim.study.sweeps.factors import parse_option
from sim.study.sweeps.study import of_options
from sim.study.sweeps.sweep import sweep

FUTURE = "ensemble.future=none,stops,goes_on"
SHORT = {"name": "short", "extends": "rand_package", "period": {"end": "2028-06"}}
KEPT = Outcomes(("share.bloc_cn", "tokens.bloc_cn", "tokens.cn_open"), ("world",), "end")


def values(done, metric="share.bloc_cn"):
    rows = done.outcomes[done.outcomes["metric"] == metric]
    return {point: rows.loc[rows["point"] == point, "value"].to_numpy() for point in rows["point"]}


@pytest.fixture(scope="module")
def swept():
    return sweep(of_options(SHORT, (FUTURE,), runs=4, seed=7, outcomes=KEPT))


def test_a_grid_over_futures_is_a_run_of_each(swept):
    assert list(swept.design["ensemble.future"]) == list(FUTURES)
    for metric in KEPT.metrics:
        found = values(swept, metric)
        for point, future in enumerate(FUTURES):
            alone = sim.run(sim.load(SHORT, [("ensemble.future", future)]), runs=4, seed=7).outcomes
            mine = alone[(alone["metric"] == metric) & (alone["group"] == "world")]
            last = mine[mine["month"] == "2028-06"].sort_values("run")["value"]
            np.testing.assert_array_equal(found[point], last)


def test_listed_points_and_a_latin_hypercube_take_futures():
    points = [{"ensemble.future": name, "parameters.network": 0.5} for name in FUTURES]
    listed = sweep(
        {"scenario": "rand_package", "points": points, "ensemble": {"runs": 2, "seed": 7},
         "until": "2026-06"}
    )  # fmt: skip
    assert list(listed.design["ensemble.future"]) == list(FUTURES)
    assert not len(listed.failures)
    factors = [parse_option(FUTURE), parse_option("parameters.network=uniform(0.2,1.6)")]
    drawn = [point[0] for point in make(factors, "lhs", 9, seed=1).points]
    assert {drawn.count(name) for name in FUTURES} == {3}


@pytest.mark.parametrize("spec", ["none,forever", "never,goes_on"])
def test_a_word_that_is_no_future_is_refused_before_anything_runs(spec):
    with pytest.raises(InputError) as caught:
        sweep(of_options(SHORT, (f"ensemble.future={spec}",), runs=2, seed=7, outcomes=KEPT))
    assert "ensemble.future" in str(caught.value)


def test_words_have_no_rank_to_correlate():
    factors = [parse_option(FUTURE), parse_option("parameters.network=uniform(0.2,1.6)")]
    pair = {("ensemble.future", "parameters.network"): 0.5}
    with pytest.raises(InputError, match=r"levels of ensemble\.future are words"):
        make(factors, "lhs", 8, correlations=pair)
    months = [parse_option("period.end=2030-01:2031-01:5"), factors[1]]
    assert make(months, "lhs", 8, correlations={("period.end", "parameters.network"): 0.5}).points


def test_the_month_in_which_learning_stops_may_be_never():
    vary = "parameters.learning_stop=2026-12,never"
    done = sweep(of_options(SHORT, (vary,), runs=6, seed=7, outcomes=KEPT))
    assert not len(done.failures)
    stops, never = values(done, "tokens.bloc_cn").values()
    assert (never >= stops).all()
    assert (never > stops).any()


def test_policies_are_judged_over_futures(tmp_path):
    study = {
        "title": "Futures", "policies": ["baseline", "rand_package"],
        "vary": {"ensemble.future": list(FUTURES), "parameters.network": [0.4, 1.2]},
        "ensemble": {"runs": 2, "seed": 1}, "until": "2028-06",
        "outcomes": {"metrics": ["tokens.bloc_cn"], "groups": ["world"], "months": "end"},
        "robust": {"metric": "tokens.bloc_cn", "group": "world", "threshold": 0.5,
                   "better": "smaller"},
    }  # fmt: skip
    found = robust(study, out=tmp_path)
    assert found.values.shape == (6, 2)
    assert np.isfinite(found.values.to_numpy()).all()
    failed = found.worlds[found.values["baseline"] > 0.5]
    assert set(failed["ensemble.future"]) == {"stops", "goes_on"}
    limits = found.limits()
    words = limits.loc[limits["factor"] == "ensemble.future", "words"]
    assert set(words.str.split(";|, ?| ", regex=True).explode()) >= {"stops", "goes_on"}
    assert (found.folder / "report.html").exists()


def test_reports_name_the_factor_and_its_levels():
    assert titles.factor("ensemble.future") == "Future of learning"
    levels = [titles.level("ensemble.future", name, {}) for name in FUTURES]
    assert levels == ["never learned", "learning stops", "learning goes on"]


def test_tokens_are_absent_without_traffic_of_routers_and_asking_for_them_is_refused():
    china = [("nations", ["CHN"]), ("period.end", "2023-06")]
    vary = ("parameters.network=0.5",)
    asked = {"runs": 1, "seed": 7, "overrides": china}
    done = sweep(of_options("baseline", vary, outcomes=Outcomes((), ("world",), "end"), **asked))
    assert not [name for name in set(done.outcomes["metric"]) if name.startswith("tokens.")]
    with pytest.raises(InputError, match="needs nations that send traffic through routers"):
        sweep(of_options("baseline", vary, outcomes=KEPT, **asked))
