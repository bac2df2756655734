"""Nations left out: forecasts do not know them, and regressions against closed forms."""

from __future__ import annotations

import dataclasses
import json
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim.calibration import targets as aimed
from sim.calibration.fit import Plan
from sim.calibration.fitted import SPLIT
from sim.calibration.series import SERIES, logit
from sim.cli.calibrating import NATIONS_COLUMNS
from sim.evidence import load
from sim.study import left_out as nations
from tests.cli.here import sim

SMALL = Plan(members=310, steps=1, repeats=1)
COLUMNS = [
    "method", "ecosystem", "nations", "count", "rank_correlation", "error", "crps", "crps_worse",
    "crps_worse_se", "coverage",
]  # fmt: skip
FORECAST = ["p05", "p50", "p95"]
WEST = {"BRA": False, "DEU": True, "IND": False, "RUS": False, "TWN": True, "USA": True}

PUBLISHED = aimed.published()
OBSERVED = nations._observed()
TOLD = [aim for aim in PUBLISHED if aim.series == SPLIT]


@pytest.fixture(scope="module")
def whole():
    """Half of the nations forecast from the other half, and the other way round."""
    return nations.left_out(SMALL, folds=2, repeats=1)


def _otherwise(value):
    """Return another share, percent, for every share but 40."""
    return 0.5 * value + 20.0


@pytest.mark.long
def test_what_nations_answered_changes_nothing_of_their_forecast(whole, monkeypatch):
    places = list(dict.fromkeys(whole.points["nation"]))
    out = sorted(places[: len(places) // 2])
    other = [
        dataclasses.replace(aim, value=_otherwise(aim.value), error=2.0 * aim.error)
        if aim.series == SPLIT and aim.place in out else aim
        for aim in PUBLISHED
    ]  # fmt: skip
    values = {of: _otherwise(v) if of[0] in out else v for of, v in OBSERVED.items()}
    monkeypatch.setattr(aimed, "published", lambda: other)
    monkeypatch.setattr(nations, "_observed", lambda: values)
    found = nations._fold(SMALL, [aim for aim in other if aim.series == SPLIT], out)
    before = whole.points.iloc[: len(found)]
    assert before["nation"].tolist() == found["nation"].tolist()
    np.testing.assert_array_equal(found[FORECAST], before[FORECAST])
    assert (found["observed"] != before["observed"]).all()
    assert (found["crps"] != before["crps"]).all()


@pytest.mark.long
def test_what_a_nation_answered_does_not_widen_its_forecast(monkeypatch):
    out = ("BRA", "DEU")
    wanted = [aim for aim in TOLD if aim.place in out]
    shares = np.random.default_rng(1).uniform(2.0, 20.0, (len(wanted), 200))

    def forecast():
        return pd.DataFrame(nations._rows("x", wanted, shares, np.random.default_rng(2)))[FORECAST]

    as_it_was = forecast()
    values = {of: _otherwise(value) for of, value in OBSERVED.items() if of[0] in out}
    monkeypatch.setattr(nations, "_observed", lambda: values)
    np.testing.assert_array_equal(forecast(), as_it_was)


@pytest.mark.long
def test_each_nation_and_class_is_forecast_by_each_method_once(whole):
    rows = whole.points
    methods = {nations.MODEL, *nations.REGRESSIONS}
    places = {aim.place for aim in TOLD} - set(nations.APART)
    assert len(places) == 36
    assert set(zip(rows["nation"], rows["ecosystem"], rows["method"], strict=True)) == {
        (place, code, method)
        for place in places for code in SERIES[SPLIT].codes for method in methods
    }  # fmt: skip
    assert len(rows) == len(places) * 4 * len(methods)
    assert (rows["p05"] < rows["p50"]).all()
    assert (rows["p50"] < rows["p95"]).all()
    within = (rows["p05"] <= rows["observed"]) & (rows["observed"] <= rows["p95"])
    np.testing.assert_array_equal(rows["covered"], within)
    side = dict(zip(rows["nation"], rows["west"], strict=True))
    assert {place: side[place] for place in WEST} == WEST


@pytest.mark.long
def test_the_table_is_told_by_method_class_and_part_of_the_world(whole):
    rows, table = whole.points, whole.table
    assert list(table.columns) == COLUMNS
    assert len(table) == 6 * 4 * 3
    assert dict(zip(table["nations"], table["count"], strict=True)) == {
        "all": 36, "West": 19, "rest": 17
    }  # fmt: skip
    assert not table.loc[table["method"] == nations.MODEL, "crps_worse"].any()
    assert (table["method"].eq("mean") == table["rank_correlation"].isna()).all()
    one = table.set_index(["method", "ecosystem", "nations"]).loc["income", "cn_all", "all"]
    of = rows[rows["ecosystem"] == "cn_all"]
    crps = of.pivot_table(index="nation", columns="method", values="crps")
    worse = crps["income"] - crps[nations.MODEL]
    assert one["crps"] == pytest.approx(crps["income"].mean())
    assert one["crps_worse"] == pytest.approx(worse.mean())
    assert one["crps_worse_se"] == pytest.approx(worse.std(ddof=1) / 6.0)
    mine = of[of["method"] == "income"]
    assert one["error"] == pytest.approx((mine["p50"] - mine["observed"]).abs().mean())
    assert one["coverage"] == pytest.approx(mine["covered"].mean())


@pytest.mark.long
def test_repeats_are_no_further_nations(whole):
    rows = whole.points
    twice = nations._table(pd.concat([rows, rows.assign(repeat=1)]))
    pd.testing.assert_frame_equal(twice, whole.table)


@pytest.mark.long
def test_the_command_prints_the_table(whole, tmp_path, monkeypatch):
    asked, told = [], []

    def already(plan, *, progress):
        told.append(progress is not None)  # a line every ten seconds where nobody sees a bar
        asked.append(plan)
        return whole

    # The forecasts that were made above stand in for the same half minute again.
    monkeypatch.setattr(nations, "left_out", already)
    words = ("hindcast", "--nations", "--members", "310", "--steps", "1")
    done = sim(*words, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert asked == [Plan(members=310, steps=1)]
    said, _, table = done.stdout.partition("\n\n")
    assert "points" in said
    lines = table.splitlines()
    assert re.split(r"\s{2,}", lines[0].strip()) == list(NATIONS_COLUMNS.values())
    assert list(NATIONS_COLUMNS) == COLUMNS
    rows = [re.split(r"\s{2,}", line.strip()) for line in lines[1:73]]
    assert all(len(row) == len(COLUMNS) for row in rows)
    assert [row[0] for row in rows] == whole.table["method"].tolist()
    assert [float(row[6]) for row in rows] == pytest.approx(
        whole.table["crps"].tolist(), abs=5.1e-3
    )
    known = json.loads(sim(*words, "--json", cwd=tmp_path).stdout)
    assert list(known[0]) == COLUMNS
    assert len(known) == 72
    assert told == [True, False]


# A generator whose draws are all the same shows the middle and the standard deviation exactly.
AT = {score: SimpleNamespace(standard_normal=lambda shape, at=score: np.full(shape, at))
      for score in (0.0, 1.0)}  # fmt: skip


def _middle_and_sd(columns, kept, wanted):
    middle, one_up = (
        logit(nations._regressed(columns, kept, wanted, AT[score]))[:, 0] for score in (0.0, 1.0)
    )
    return middle, one_up - middle


def _with_error(error):
    """Return Chinese shares of nations with one error for all: three to forecast, the others."""
    told = [
        dataclasses.replace(aim, error=error)
        for aim in TOLD
        if aim.code == "cn_all" and aim.place not in nations.APART
    ]
    return told[:3], told[3:]


def test_a_regression_without_covariates_has_the_mean_and_the_scatter_of_nations():
    error = 0.1
    wanted, kept = _with_error(error)
    odds = logit(np.array([aim.value for aim in kept]))
    count, variance = len(odds), error**2
    scatter = (odds.var() * count - count * variance) / (count - 1)
    assert scatter > 0.0
    middle, sd = _middle_and_sd((), kept, wanted)
    np.testing.assert_allclose(middle, odds.mean(), rtol=1e-9)
    np.testing.assert_allclose(sd, np.sqrt((variance + scatter) / count + scatter), rtol=1e-6)


def test_a_regression_on_one_covariate_is_the_ridge_in_closed_form():
    """With errors that explain all scatter the weights are equal and the normal equations part."""
    error = 2.0
    wanted, kept = _with_error(error)
    known = load().nations
    votes = np.array([known.alignment[known.index(aim.place)] for aim in [*kept, *wanted]])
    count, variance = len(kept), error**2
    x = (votes - votes[:count].mean()) / votes[:count].std()
    odds = logit(np.array([aim.value for aim in kept]))
    slope = x[:count] @ odds / (count + nations.PENALTY * variance)
    middle, sd = _middle_and_sd(nations.REGRESSIONS["UN votes"], kept, wanted)
    np.testing.assert_allclose(middle, odds.mean() + slope * x[count:], rtol=1e-9)
    spread = variance / count + x[count:] ** 2 / (count / variance + nations.PENALTY)
    np.testing.assert_allclose(sd, np.sqrt(spread), rtol=1e-6)
