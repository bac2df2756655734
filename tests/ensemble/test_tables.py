"""Tables: the columns of the contract, and the numbers in the right rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.strategies import ECOSYSTEMS, fake_trajectory

COLUMNS = {
    "curves": [
        "scenario",
        "group",
        "ecosystem",
        "month",
        "mean",
        "p05",
        "p25",
        "p50",
        "p75",
        "p95",
    ],
    "runs": ["scenario", "run", "month", "group", "ecosystem", "share", "developers"],
    "outcomes": ["scenario", "run", "metric", "group", "month", "value", "unit"],
}


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_are_those_of_the_contract(result, name):
    frame = getattr(result, name)
    assert list(frame.columns) == COLUMNS[name]
    assert frame["month"].dtype == pd.PeriodDtype("M")
    assert set(frame["scenario"]) == {"made_up"}


def test_each_number_stands_in_its_row(whole, drivers):
    world = fake_trajectory(drivers, 3, np.arange(40))
    place, month, run = ECOSYSTEMS.index("cn_open"), 17, 33
    n, x = world.developers[month, :, run], world.share[month, :, place, run]
    member = drivers.groups["global_south"]
    expected = (n * x)[member].sum() / n[member].sum()
    runs = whole.runs
    row = runs[
        (runs["run"] == run)
        & (runs["month"] == pd.Period("2024-06", "M"))
        & (runs["group"] == "global_south")
        & (runs["ecosystem"] == "cn_open")
    ]
    assert row["share"].item() == pytest.approx(expected, rel=1e-12)
    assert row["developers"].item() == pytest.approx((n * x)[member].sum(), rel=1e-12)


def test_curves_are_the_quantiles_of_runs(whole):
    keys = ["group", "ecosystem", "month"]
    grouped = whole.runs.groupby(keys, observed=True)["share"]
    curves = whole.curves.set_index(keys)
    expected = grouped.quantile(0.95)
    assert np.allclose(curves.loc[expected.index, "p95"], expected, rtol=1e-12)
    assert np.allclose(curves.loc[expected.index, "mean"], grouped.mean(), rtol=1e-12)


def test_curves_hold_every_group_and_nation(result, drivers):
    shown = {"world", "global_south", "global_south_with_china", "world_without_china", "europe"}
    assert set(result.curves["group"]) == shown | set(drivers.nations)
    assert set(result.runs["group"]) == shown
    total = result.curves.groupby(["group", "month"], observed=True)["mean"].sum()
    assert np.allclose(total, 1.0, rtol=0, atol=1e-9)


def test_only_whole_run_metrics_have_no_month(result):
    outcomes = result.outcomes
    whole = {"binding.serving", "cost.public", "cn_over_us.happened", "cn_over_us.months"}
    assert set(outcomes["metric"][outcomes["month"].isna()]) == whole
    assert not outcomes["value"].isna().any()
    units = outcomes.groupby("metric", observed=True)["unit"].nunique()
    assert (units == 1).all()


def test_outcomes_agree_with_runs(whole):
    at = pd.Period("2025-12", "M")
    outcomes, runs = whole.outcomes, whole.runs
    metric = outcomes[
        (outcomes["metric"] == "share.us_closed")
        & (outcomes["group"] == "europe")
        & (outcomes["month"] == at)
    ].set_index("run")["value"]
    share = runs[
        (runs["ecosystem"] == "us_closed") & (runs["group"] == "europe") & (runs["month"] == at)
    ].set_index("run")["share"]
    assert np.array_equal(metric.sort_index(), share.sort_index())
