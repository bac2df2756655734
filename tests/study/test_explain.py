"""``sim explain``: every number is traced to a row of the evidence, a draw or a run."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import sim
from sim import months
from sim.errors import InputError, StoreError
from sim.evidence import load as evidence
from sim.metrics.utility import PARTS
from sim.scenario import compile as compiled
from sim.study.behind import MOVERS
from sim.study.explain import explain, of_folder
from sim.world import World, simulate
from sim.world.parameters import drawn

ASKED = ("BRA", "2030-12", "share.bloc_cn")
RUNS = 50  # two blocks


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A kept run, in which the nation has a row of outcomes of its own."""
    out = tmp_path_factory.mktemp("kept")
    return sim.run("rand_package", runs=RUNS, seed=3, until="2031-12", out=out, full=True)


@pytest.fixture(scope="module")
def found(kept):
    return of_folder(kept.folder, *ASKED)


@pytest.fixture(scope="module")
def whole(kept):
    drivers = compiled(kept.scenario)
    return drivers, simulate(drivers, seed=3, replicates=np.arange(RUNS))


def chinese(whole):
    """Return the share in each run, from a run of its own."""
    drivers, done = whole
    t = months.parse(ASKED[1]) - months.FIRST
    blocs = [drivers.ecosystems.index(name) for name in ("cn_closed", "cn_open")]
    return done.share[t, drivers.nations.index("BRA")][blocs].sum(axis=0)


def test_the_figure_is_that_of_the_runs(found, whole):
    values = chinese(whole)
    expected = dict(zip(("p05", "p50", "p95"), np.quantile(values, (0.05, 0.5, 0.95)), strict=True))
    assert found.figure == pytest.approx(expected | {"mean": values.mean()}, rel=1e-12)
    assert (found.runs, found.seed, found.scenario) == (RUNS, 3, "rand_package")


def test_the_figure_is_that_of_the_table(found, kept):
    """Quarter ends of single nations stand in the runs of a result that keeps everything."""
    table = kept.runs
    rows = table[(table["group"] == "BRA") & (table["month"].astype(str) == ASKED[1])]
    rows = rows[rows["ecosystem"].isin(["cn_closed", "cn_open"])]
    values = rows.groupby("run")["share"].sum()
    assert found.figure["p50"] == pytest.approx(values.median(), abs=2e-4)


def test_every_observed_figure_is_a_row_of_the_evidence(found):
    rows = {
        (row.series, row.ecosystem, months.text(row.last), row.value, row.unit, row.source)
        for row in evidence().observations
        if row.place == "BRA"
    }
    columns = ["series", "ecosystem", "month", "observed", "unit", "source"]
    assert {tuple(row) for row in found.observed[columns].itertuples(index=False)} == rows


def test_what_stands_beside_an_observed_figure_is_the_view_of_it(found, kept):
    """The view without errors, as `sim observe` computes it."""
    mine = found.observed[found.observed["series"] == "so2025full_equal_split_share"]
    mine = mine.set_index("ecosystem")
    views = sim.observe(kept.scenario, "so2025full_equal_split_share", nation="BRA", errors=False)
    views = views[views["month"] == "2025-06"].set_index("ecosystem")
    assert len(mine) == 4
    for name in ("p05", "p50", "p95"):
        for ecosystem in mine.index:
            expected = views.loc[{"eu": "eu_all"}.get(ecosystem, ecosystem), name]
            assert mine.loc[ecosystem, name] == pytest.approx(expected, rel=1e-12)


def test_every_input_is_a_row_of_the_evidence_and_its_region(found):
    known = evidence()
    figures = known.values  # noqa: PD011 - of nations, and no frame
    rows = {(v.variable, v.value, v.unit, v.source) for v in figures if v.iso3 == "BRA"}
    columns = ["variable", "value", "unit", "source"]
    assert {tuple(row) for row in found.inputs[columns].itertuples(index=False)} == rows
    here = known.nations.region[known.nations.iso3.index("BRA")]
    near = [c for c, r in zip(known.nations.iso3, known.nations.region, strict=True) if r == here]
    for row in found.inputs.itertuples():
        values = [v.value for v in figures if v.variable == row.variable and v.iso3 in near]
        assert row.region_median == np.median(values)


def test_the_parts_of_utility_are_those_of_the_runs(kept, whole):
    """One run alone: parts, shares and stance of the Mesa world, month by month the same bits."""
    found = explain(*ASKED, kept.scenario, runs=1)
    world = World(whole[0], seed=3, replicate=0)
    world.run_to(ASKED[1])
    nation = world.agents[whole[0].nations.index("BRA")]
    shares = found.choices[found.choices["segment"] == "all"].set_index("ecosystem")["p50"]
    assert shares.to_numpy() == pytest.approx(nation.share, abs=1e-12)
    stance = found.stance.set_index("stance")["runs"]
    assert stance[nation.stance] == 1.0
    parts = found.utility.pivot_table(index="ecosystem", columns="part", values="p50")
    assert parts[list(PARTS)].sum(axis=1).to_numpy() == pytest.approx(parts["utility"], abs=1e-9)


@pytest.mark.parametrize("nation", ["BRA", "CHN", "DEU", "RUS"])
def test_a_run_keeps_the_parts_that_are_explained(kept, nation):
    """The table of a kept run holds the numbers of an explanation, to the bit."""
    table = kept.utility.to_pandas()
    assert list(dict.fromkeys(table["month"])) == ["2026-10", "2030-12", "2031-12"]
    for month in ("2026-10", "2030-12"):
        told = explain(nation, month, ASKED[2], kept).utility.dropna()
        held = table[(table["nation"] == nation) & (table["month"] == month)]
        columns = ["ecosystem", "part", "p05", "p50", "p95"]
        pd.testing.assert_frame_equal(
            held[columns].astype({"ecosystem": "str", "part": "str"}).reset_index(drop=True),
            told[columns].astype({"ecosystem": "str", "part": "str"}).reset_index(drop=True),
            check_exact=True,
        )


def test_shares_of_segments_add_up_by_weight(found):
    middle = found.choices.pivot_table(index="ecosystem", columns="segment", values="p50")
    assert (
        middle["all"].between(middle.iloc[:, 1:].min(axis=1), middle.iloc[:, 1:].max(axis=1)).all()
    )
    assert found.stance["runs"].sum() == pytest.approx(1.0)


def test_what_moves_it_is_the_rank_correlation_of_the_runs_own_draws(found, whole):
    values = chinese(whole)
    draws = drawn(whole[0], 3, np.arange(RUNS))
    assert len(found.movers) == MOVERS
    assert found.movers["correlation"].abs().is_monotonic_decreasing
    for row in found.movers.itertuples():
        assert row.low <= row.correlation <= row.high
        if row.parameter in draws:
            expected = stats.spearmanr(draws[row.parameter], values).statistic
            assert row.correlation == pytest.approx(expected, abs=1e-12)
            known = next(p for p in evidence().parameters if p.path == row.parameter)
            assert (row.default, row.unit, row.source) == (known.default, known.unit, known.source)
    strongest = max(
        abs(stats.spearmanr(each, values).statistic)
        for each in draws.values() if np.ptp(each) > 0
    )  # fmt: skip
    assert found.movers["correlation"].abs().max() >= strongest - 1e-12


def test_levers_are_those_that_reach_it(found, whole):
    drivers, _ = whole
    t = months.parse(ASKED[1]) - months.FIRST
    assert set(found.levers["lever"]) <= {entry.lever for entry in drivers.entries}
    for row in found.levers.itertuples():
        entry = next(e for e in drivers.entries if e.lever == row.lever)
        by_dates = (drivers.schedule.in_force(effect)[t] for effect in entry.effects)
        assert row.in_force == pytest.approx(max(by_dates), abs=1e-12)
    assert set(found.levers["acts_on"]) == {"the nation", "the world"}


def test_every_source_that_is_named_is_told(found):
    known = evidence().sources
    told = found.sources.set_index("id")
    for column in (found.observed["source"], found.inputs["source"], found.movers["source"]):
        for cell in column:
            for one in cell.split(";"):
                assert one.strip() in told.index or one.strip() not in known
    for one, row in told.iterrows():
        assert (row["title"], row["url"]) == (known[one].title, known[one].url)


def test_it_can_be_had_as_plain_data_and_in_a_notebook(found):
    plain = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert plain["figure"] == found.figure
    assert len(plain["observed"]) == len(found.observed)
    assert {row["p50"] for row in plain["observed"] if row["series"].startswith("github")} == {None}
    assert "<table" in found._repr_html_()
    assert repr(found).startswith("Explanation of share.bloc_cn of BRA in 2030-12 (rand_package")


def test_a_result_and_its_folder_are_explained_alike(kept, found):
    again = explain(*ASKED, kept)
    for name in ("observed", "inputs", "utility", "choices", "movers", "levers"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(found, name))


def test_another_nation_a_name_and_a_metric_in_counts():
    found = explain("Germany", "2025-06", "developers.us_closed", runs=3, seed=1)
    assert (found.nation, found.unit) == ("DEU", "developers")
    assert found.levers.empty
    assert found.figure["p05"] > 1e5


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("BRB", "2030-12", "share.bloc_cn"), "no nation of this scenario is called 'BRB'"),
        (("BRA", "2036-01", "share.bloc_cn"), "2036-01 is not in the period"),
        (("BRA", "soon", "share.bloc_cn"), "soon"),
        (("BRA", "2030-12", "share.bloc_xx"), "no metric is called 'share.bloc_xx'"),
        (("BRA", "2030-12", "hardware_share.cn"), "is of the world alone"),
        (("BRA", "2030-12", "cn_over_us.happened"), "one value for a whole run"),
        (("global_south", "2030-12", "share.bloc_cn"), "no nation of this scenario"),
    ],
)
def test_what_cannot_be_explained_is_refused(asked, says):
    with pytest.raises(InputError, match=says):
        explain(*asked, runs=1)


def test_only_a_run_can_be_explained(tmp_path):
    with pytest.raises(StoreError, match="there is no folder"):
        of_folder(tmp_path / "none", *ASKED)
