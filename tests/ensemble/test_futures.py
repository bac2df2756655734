"""The three futures of a run: which replicate is in which, and what the table holds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import csv

import sim
from sim import evidence, months
from sim.ensemble import futures, runner
from sim.ensemble.curves import Ensemble
from sim.metrics import registry as metrics
from sim.metrics import shipped
from sim.scenario import compile as compiled
from sim.scenario import futures as words
from sim.scenario import load
from sim.study import run as room
from sim.study.result import Result
from tests.ensemble.test_curves import together
from tests.strategies import ECOSYSTEMS

COLUMNS = ["scenario", "future", "metric", "group", "month", "p05", "p50", "p95", "runs"]
SHORT = [("period.end", "2027-03")]


@pytest.fixture(scope="module")
def short():
    """A real run of nine replicates, written and read again."""
    return sim.run(load("baseline", [*SHORT, ("ensemble.runs", 9), ("ensemble.seed", 4)]))


def of(scenario, runs=30, seed=3):
    return futures.of_replicates(runner.drawn(compiled(scenario), seed, np.arange(runs)))


def test_replicates_in_a_row_have_each_future_once():
    found = of(load("baseline"), runs=30)
    for first in range(0, 30, 3):
        assert sorted(found[first : first + 3]) == [0, 1, 2]


def test_the_future_of_a_replicate_is_that_of_the_draw_it_takes():
    drivers = compiled(load("baseline"))
    known = evidence.posterior()
    rows = drivers.fitted.rows(5, np.arange(40))
    found = futures.of_replicates(runner.drawn(drivers, 5, np.arange(40)))
    for place, name in enumerate(words.FUTURES):
        mine = words.rows(known.names, known.values, name)
        np.testing.assert_array_equal(np.isin(rows, mine), found == place)


@pytest.mark.parametrize("future", words.FUTURES)
@pytest.mark.parametrize("parameters", ["calibrated", "drawn", "default"])
def test_a_scenario_of_one_future_has_that_one_alone(future, parameters):
    asked = load("baseline", [("ensemble.future", future), ("ensemble.parameters", parameters)])
    assert set(of(asked)) == {words.FUTURES.index(future)}


def test_a_parameter_that_a_scenario_sets_decides_the_future():
    never = of(load("baseline", [("parameters.learning_stop", "never")]))
    assert set(never) == {0, 2}
    none = of(load("baseline", [("parameters.learning", 0), ("parameters.router_learning", 0)]))
    assert set(none) == {0}


@given(st.lists(st.integers(0, 2), min_size=1, max_size=60))
def test_the_pooled_runs_are_those_of_the_futures(future):
    found = futures.parts(np.array(future))
    apart = {name: mine for name, mine in found.items() if name != words.ALL}
    assert np.array_equal(sum(mine.astype(int) for mine in apart.values()), np.ones(len(future)))
    assert (words.ALL in found) == (len(apart) > 1)
    assert all(mine.any() for mine in found.values())


@given(st.integers(1, 12), st.integers(0, 5))
def test_figures_are_quantiles_of_the_runs_of_one_future(runs, seed):
    """By hand from numbers at random: linear between order statistics of those runs alone."""
    rng = np.random.default_rng(seed)
    future, share = rng.integers(0, 3, runs), rng.dirichlet(np.ones(7), (2, 2, runs))
    none = np.zeros((2, runs))
    made = Ensemble(
        **dict.fromkeys(("training", "serving", "extra_lag", "load", "cost"), none), drawn={},
        waiting=(), began=np.zeros((0, runs), np.int64),
        nations=(), lacking=none, developers=none, bands=none, banded=(), index=none, hardware=none,
        months=np.array([months.parse("2025-06"), months.parse("2025-12")]), asked=np.arange(2),
        groups=("world", "world_without_china"), ecosystems=ECOSYSTEMS,
        blocs=np.array([0, 1, 0, 0, 1, 2, 3]), share=share.transpose(0, 1, 3, 2),
        answers=rng.random((2, 2, 12, runs)), routed=rng.random((2, 7, runs)),
    )  # fmt: skip
    table = futures.table("x", made, future).to_pandas()
    assert list(table.columns) == COLUMNS
    assert not table.duplicated(COLUMNS[:5]).any()
    chinese = made.share[:, :, made.blocs == 1].sum(axis=2)
    for place, name in enumerate(words.FUTURES):
        rows = table[(table["future"] == name) & (table["metric"] == "share.bloc_cn")]
        mine = chinese[:, :, future == place]
        assert len(rows) == (4 if mine.size else 0)
        for row in rows.itertuples():
            at = ["2025-06", "2025-12"].index(row.month), made.groups.index(row.group)
            known = np.quantile(mine[at], (0.05, 0.5, 0.95))
            np.testing.assert_allclose([row.p05, row.p50, row.p95], known, rtol=1e-12)
            assert row.runs == mine.shape[-1]


def test_a_run_has_the_table_with_every_future_and_all(short):
    table = short.futures.to_pandas()
    assert list(table.columns) == COLUMNS
    assert list(dict.fromkeys(table["future"])) == ["none", "stops", "goes_on", "all"]
    counts = table.groupby("future")["runs"].unique().map(list).to_dict()
    assert counts == {"none": [3], "stops": [3], "goes_on": [3], "all": [9]}
    stamps = ["2023-12", "2024-12", "2025-06", "2025-12", "2026-12", "2027-03"]
    assert sorted(set(table["month"])) == stamps
    for metric in ("share.bloc_cn", "used.cn"):
        groups = set(table.loc[table["metric"] == metric, "group"])
        assert {"world", "world_without_china"} <= groups
    assert set(table.loc[table["metric"] == "tokens.bloc_cn", "group"]) == {"world"}


def test_the_table_says_what_the_outcomes_say(short):
    """The pooled median of the table is that of the outcomes, and each future's of its runs."""
    future = of(short.scenario, runs=9, seed=short.seed)
    table = short.futures.to_pandas()
    outcomes = short.outcomes
    for row in table[table["month"] == "2027-03"].itertuples():
        mine = outcomes[
            (outcomes["metric"] == row.metric)
            & (outcomes["group"] == row.group)
            & (outcomes["month"] == "2027-03")
        ].sort_values("run")
        values = mine["value"].to_numpy()
        if row.future != "all":
            values = values[future == words.FUTURES.index(row.future)]
        assert row.p50 == pytest.approx(np.median(values), rel=1e-12)


def test_the_table_is_sealed_and_read_again(short, tmp_path):
    folder = short.save(tmp_path)
    again = Result.read(folder)
    assert "futures.csv" in again.manifest["seals"]
    assert again.futures.equals(csv.read_csv(folder / "futures.csv"))
    np.testing.assert_allclose(again.futures["p50"], short.futures["p50"], rtol=1e-15)
    (folder / "futures.csv").write_text("scenario\n")
    with pytest.raises(sim.StoreError, match=r"futures\.csv is not the table"):
        Result.read(folder)


def test_what_the_data_say_goes_with_the_result(short):
    known = evidence.posterior().provenance
    said = short.manifest[futures.DATA]
    assert said == {
        "until": known["plan"]["until"], "misfit": known["misfit"],
        "misfit_unlearned": known["misfit_unlearned"],
    }  # fmt: skip
    assert futures.data_on_learning(load("baseline", [("ensemble.parameters", "drawn")])) == {}


def test_a_run_without_traffic_of_routers_has_no_tokens():
    asked = load("baseline", [*SHORT, ("nations", ["CHN"]), ("ensemble.runs", 3)])
    done = room.run(asked)
    assert not [name for name in done.outcomes["metric"].unique() if name.startswith("tokens.")]
    assert set(done.futures["metric"].to_pylist()) == {"share.bloc_cn", "used.cn"}
    assert set(done.futures["group"].to_pylist()) >= {"world"}


def test_tokens_are_what_the_view_of_the_routers_shows(short):
    """One record behind the metric and `sim observe`: the share of the last month observed."""
    from sim.calibration.series import SERIES
    from sim.world import simulate
    from sim.world.views import VIEWS, Look

    drivers = compiled(short.scenario)
    done = simulate(drivers, seed=short.seed, replicates=np.arange(9))
    month = months.parse("2025-12")
    series = SERIES["openrouter_token_share_by_lab_origin"]
    at = np.array([month - months.FIRST])
    known = runner.drawn(drivers, short.seed, np.arange(9))
    seen = VIEWS[series.sees](Look(series, done, drivers, known, at))[0, 0]
    outcomes = short.outcomes[short.outcomes["month"] == "2025-12"].sort_values("run")
    value = {
        name: outcomes.loc[outcomes["metric"] == f"tokens.{name}", "value"].to_numpy()
        for name in (*ECOSYSTEMS, "bloc_cn", "bloc_us")
    }
    base = sum(value[name] for name in series.base)
    for code, bloc in (("cn_all", "bloc_cn"), ("us_all", "bloc_us")):
        np.testing.assert_allclose(seen[series.codes.index(code)], value[bloc] / base, rtol=1e-10)


def test_the_registry_names_tokens_apart_from_developers():
    known = {metric.name: metric for metric in metrics.every(ECOSYSTEMS)}
    for name in (*ECOSYSTEMS, *(f"bloc_{bloc}" for bloc in shipped.BLOCS)):
        metric = known[f"tokens.{name}"]
        assert metric.title.startswith("Tokens on routers")
        assert metric.world
        assert "Never to be taken for a share of developers" in metric.description


def test_tokens_sum_to_one_over_ecosystems(drivers):
    ensemble = together(drivers, range(5))
    assert isinstance(ensemble, Ensemble)
    at = metrics.reported(ensemble.months)
    known = {metric.name: metric for metric in metrics.every(ECOSYSTEMS)}
    parts = [ensemble.measured(known[f"tokens.{name}"], at) for name in ECOSYSTEMS]
    blocs = [ensemble.measured(known[f"tokens.bloc_{name}"], at) for name in shipped.BLOCS]
    np.testing.assert_allclose(sum(parts), 1.0, rtol=1e-14)
    np.testing.assert_allclose(sum(blocs), 1.0, rtol=1e-14)
    np.testing.assert_allclose(blocs[1], parts[1] + parts[4], rtol=1e-14)
    direct = ensemble.routed[at][:, 4] / ensemble.routed[at].sum(axis=1)
    np.testing.assert_array_equal(parts[4][:, 0], direct)
