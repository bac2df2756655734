"""Hindcasts, recovery and nations left out, in small; views of a scenario from outside."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim import months
from sim.calibration import members, naive
from sim.calibration.fit import Plan, compiled
from sim.calibration.fitted import FITTED, SPLIT
from sim.calibration.series import SERIES, logit, percent
from sim.calibration.targets import targets
from sim.errors import InputError
from sim.evidence import load as load_evidence
from sim.evidence.survey import OF_BINOMIAL, respondents
from sim.scenario.resolve import resolve
from sim.study import left_out as nations
from sim.study.hindcast import ALTERNATIVES, Hindcast, hindcast, parted
from sim.study.observe import COLUMNS, _error, observe
from validation.calibration import recovery

SMALL = Plan(members=310, steps=4, repeats=1)


@pytest.fixture(scope="module")
def judged():
    return hindcast(("2025-06",), plan=SMALL)


@pytest.mark.long
def test_every_figure_after_the_cut_off_is_forecast(judged):
    later = judged.points.groupby("drivers")
    assert set(later.groups) == {"later", "at cut-off"}
    assert later.size().tolist() == [282, 282]
    assert judged.points["month"].min() > "2025-06"
    assert judged.points["month"].max() == "2026-06"
    assert judged.points["horizon"].agg(["min", "max"]).tolist() == [1, 12]
    every = judged.forecasts.groupby("method", sort=False).size()
    assert every["model"] == len(judged.points)


@pytest.mark.long
def test_intervals_hold_most_figures(judged):
    """90 % intervals; bounds are those asked of the whole, three points wider for few members."""
    for _, part in judged.points.groupby("drivers"):
        assert 0.77 <= part["covered"].mean() <= 0.99


@pytest.mark.long
def test_with_later_drivers_a_series_of_routed_tokens_beats_what_extrapolates(judged):
    """Strictly, against the last value and the linear trend.

    Of the two series of routed tokens one is won and one may be lost: which one has changed with
    the model, and moves with the members of an ensemble as small as this.
    """
    table = judged.table[judged.table["drivers"] == "later"]
    scores = table.pivot_table(index="series", columns="method", values="crps")
    won = scores["model"] < scores[["last value", "linear trend"]].min(axis=1)
    routed = ["openrouter_open_weight_token_share", "openrouter_token_share_by_lab_origin"]
    assert won[routed].any()


@pytest.mark.long
def test_a_series_of_which_nothing_had_come_out_has_no_naive_forecast(judged):
    """In June 2025 neither AI users nor DeepSeek's shares nor visits were published."""
    assert set(judged.compared["series"]) == {
        "openrouter_open_weight_token_share", "openrouter_token_share_by_lab_origin",
        "enterprise_workload_share_open_source",
    }  # fmt: skip


@pytest.mark.long
def test_losses_are_told(judged):
    lost = judged.lost
    for row in lost.itertuples():
        assert row.its_crps < row.model
    assert set(lost["series"]) <= set(judged.compared["series"])
    page = judged._page(judged._figures())
    if len(lost):
        assert f"loses to a naive forecast in {len(lost)} of {len(judged.compared)}" in page
    assert page.count("<script") == 2  # its own and the data of its charts
    assert "CRPS<small>log-odds</small>" in page
    before = Hindcast(judged.manifest, judged.points, judged.table.drop(columns="crps_log_odds"))
    assert "log-odds" not in before._page(before._figures())


def test_losses_are_those_series_on_which_some_naive_forecast_scores_lower():
    rows = [
        ["2025-06", "later", series, method, 1, score, 0.0, 1.0, 1.0]
        for series, scores in {"a": (1.0, 2.0), "b": (3.0, 2.0), "c": (3.0, 2.0)}.items()
        for method, score in zip(("model", "last value"), scores, strict=True)
    ]
    columns = ["cutoff", "drivers", "series", "method", "points", "crps", "mae", "coverage"]
    table = pd.DataFrame(rows, columns=[*columns, "width"])
    assert Hindcast({}, pd.DataFrame(), table).lost["series"].tolist() == ["b", "c"]


@pytest.mark.long
def test_every_naive_forecast_is_scored_in_percent_and_on_log_odds(judged):
    table = judged.table.set_index(["series", "method"])
    for name in judged.compared["series"].unique():
        mine = table.loc[name]
        assert set(mine.index) == {"model", *naive.NAMES}
    assert (table[["crps", "crps_log_odds", "interval_score"]] > 0.0).all(axis=None)


@pytest.mark.parametrize("cutoff", ["2026-06", "2024-06", "now"])
def test_a_cut_off_from_which_nothing_can_be_forecast(cutoff):
    with pytest.raises(InputError):
        hindcast((cutoff,), plan=SMALL)


def test_structural_alternatives_can_be_set():
    for overrides in ALTERNATIVES.values():
        sim.load({"extends": "baseline"})
        for path, value in overrides:
            resolve("baseline", overrides=[(path, value)])


@pytest.mark.long
def test_the_world_of_a_recovery_has_tastes_of_its_own(monkeypatch):
    truths = []

    real = members.shown

    def shown(drivers, unknown, scores, *rest):
        if scores.shape[1] == 1:
            truths.append((unknown, scores[:, 0]))
        return real(drivers, unknown, scores, *rest)

    monkeypatch.setattr(members, "shown", shown)
    found = recovery(1, Plan(members=310, steps=1, repeats=1))
    ((unknown, truth),) = truths
    assert np.abs(truth[len(unknown.held) :]).min() > 0.0
    assert len(truth) > len(unknown.held) + 3 * 37
    moved = [row.path for row in unknown.held if row.path in FITTED]
    assert found["parameter"].tolist() == moved
    own = dict(zip(unknown.names, truth, strict=True))
    assert found["truth"].tolist() == [own[path] for path in moved]
    assert (found["low"] < found["high"]).all()
    inside = (found["low"] <= found["truth"]) & (found["truth"] <= found["high"])
    np.testing.assert_array_equal(found["covered"], inside)
    # What the figures tell narrows the intervals; 90 % of the prior are 3.29 wide.
    assert (found["high"] - found["low"]).mean() < 3.2


@pytest.mark.long
def test_intervals_hold_known_parameters():
    """Three cases of fifty parameters, forty of which `make validate` runs: 0.9 is expected; a
    case's parameters are correlated, so that alpha = 0.001 of a case's mean (sd 0.06) over three
    leaves 0.9 -+ 0.11, and the approximation 0.04 more below."""
    found = recovery(3, SMALL)
    assert len(found) == 3 * found["parameter"].nunique()
    assert 0.75 <= found["covered"].mean() <= 0.995


@given(
    common=st.floats(0.0, 1.5),
    own=st.floats(0.0, 1.0),
    shift=st.floats(-1.0, 1.0),
    seed=st.integers(0, 1000),
)
@settings(max_examples=20)
def test_what_forecasts_share_is_told_from_what_is_each_figures_own(common, own, shift, seed):
    rng = np.random.default_rng(seed)
    figures, members = 60, 4000
    middle = rng.normal(0.0, 1.0, (figures, 1))
    shared = common * rng.standard_normal(members)
    odds = middle + shared + own * rng.standard_normal((figures, members))
    each = rng.normal(0.0, 0.3, figures)
    found = parted(percent(odds), percent(middle[:, 0] + shift + each))
    near = 1e-9 + 5.0 * (common + own) / np.sqrt(members)  # five errors of a median
    assert found["common"] == pytest.approx(np.hypot(common, own / np.sqrt(figures)), abs=near)
    assert found["own"] == pytest.approx(own * np.sqrt(1 - 1 / figures), abs=near)
    assert found["seen_common"] == pytest.approx(shift + each.mean(), abs=near)
    assert found["seen_own"] == pytest.approx(each.std(), abs=near)


def test_a_regression_without_covariates_is_the_weighted_mean():
    told = [aim for aim in targets() if aim.series == SPLIT and aim.code == "cn_all"]
    told = [aim for aim in told if aim.place != "CHN"]
    out, kept = told[:3], told[3:]
    draws = logit(nations._regressed((), kept, out, np.random.default_rng(1)))
    odds = logit(np.array([aim.value for aim in kept]))
    assert odds.min() < draws.mean() < odds.max()
    # Which nations are left out and what they answered says nothing of their forecast.
    other = [dataclasses.replace(aim, value=99.0) for aim in out]
    again = logit(nations._regressed((), kept, other, np.random.default_rng(1)))
    np.testing.assert_array_equal(draws, again)
    # With votes, nations that lean to the United States have less.
    votes = nations._regressed(nations.REGRESSIONS["UN votes"], kept, out, np.random.default_rng(1))
    lean = [load_evidence().nations.alignment[load_evidence().nations.index(a.place)] for a in out]
    medians = np.median(votes, axis=1)
    assert np.argsort(medians).tolist() == np.argsort(lean)[::-1].tolist()


def test_the_table_of_an_observed_series():
    table = observe("baseline", "openrouter_open_weight_token_share", runs=60, until="2026-03")
    assert tuple(table.columns) == COLUMNS
    assert table["month"].iloc[-1] == "2026-03"
    assert (table["p05"] <= table["p50"]).all()
    assert (table["p50"] <= table["p95"]).all()
    assert table[["mean", "p05", "p95"]].min().min() >= 0.0
    assert table[["mean", "p05", "p95"]].max().max() <= 100.0
    # Known figures are met within their error; later months are wider.
    known = table.set_index("month").loc["2025-06"]
    assert known["p05"] < 22.91 < known["p95"]
    later = table.set_index("month").loc["2026-03"]
    assert later["p95"] - later["p05"] > known["p95"] - known["p05"]


def test_one_nation_of_a_series_by_nation():
    table = observe("baseline", "deepseek_market_share", runs=48, until="2025-12", nation="BLR")
    assert set(table["nation"]) == {"BLR"}
    last = table.set_index("month").loc["2025-12"]
    assert last["p05"] < 56.0 < last["p95"]


def test_a_nation_that_was_not_asked_has_the_sampling_of_a_hundred_respondents():
    drivers = compiled(Plan())
    shares = np.full((1, len(drivers.nations), 4, 1), 10.0)
    found = _error(SERIES[SPLIT], shares, drivers)[0, :, 0, 0]
    asked = respondents()
    for nation, error in zip(drivers.nations, found, strict=True):
        people = asked.get(nation, 100)
        assert error == pytest.approx(np.sqrt(OF_BINOMIAL / (people * 0.1 * 0.9)))
    assert {"KEN", "NGA", "EGY"} <= set(drivers.nations) - set(asked)
    assert asked["USA"] > 1000


def test_classes_of_developers_add_up_and_are_wider_than_sampling():
    """Medians of four classes, each with errors of its own: within six points of the whole.

    90 % of 60 runs are at least three quarters of what sampling alone would have.
    """
    table = observe("baseline", SPLIT, runs=60, until="2025-06", seed=1)
    last = table[table["month"] == "2025-06"].set_index(["nation", "ecosystem"])
    medians = last["p50"]
    assert len(medians) == 80 * 4
    total = medians.groupby("nation").sum()
    assert abs(total.mean() - 100.0) < 1.0
    assert total.between(94.0, 106.0).all()
    for nation in ("KEN", "NGA", "EGY"):
        row = last.loc[nation, "cn_all"]
        part = row["p50"] / 100.0
        alone = 3.29 * np.sqrt(OF_BINOMIAL / (100 * part * (1.0 - part)))
        assert np.diff(logit(row[["p05", "p95"]].to_numpy(float))) > 0.75 * alone


def test_the_bare_view_is_narrower_than_what_would_be_observed():
    """The band of a nation errs by 0.5 as log-odds: of 240 runs, clearly more at the ends."""
    bare, whole = (
        observe("baseline", "deepseek_market_share", runs=240, until="2025-12", nation="KOR",
                errors=errors).set_index("month").loc["2025-12"]
        for errors in (False, True)
    )  # fmt: skip
    assert bare["p95"] / bare["p05"] < 0.8 * whole["p95"] / whole["p05"]


def test_a_world_that_knows_less_is_told_by_what_it_knows():
    """With facts to 2025-02 the figures after it are not known either."""
    early, late = (
        observe({"extends": "baseline", "facts_until": until, "name": "x"} if until else "baseline",
                "openrouter_open_weight_token_share", runs=48, until="2025-12")
        .set_index("month").loc["2025-12"]
        for until in ("2025-02", None)
    )  # fmt: skip
    assert early["p95"] - early["p05"] > 1.3 * (late["p95"] - late["p05"])


def test_ai_users_of_a_nation_go_on_from_its_own_last_figure():
    """At a month that was observed the middle is the figure, to 9 %, in every nation."""
    name = "genai_user_share_of_working_age_population"
    table = observe("baseline", name, runs=60, until="2026-06", seed=1)
    known = months.parse("2026-03")
    seen = {
        aim.place: aim.value for aim in targets() if (aim.series, aim.month) == (name, known)
    }  # fmt: skip
    at = table[table["month"] == "2026-03"].set_index("nation")["p50"]
    assert len(seen) == len(at) == 80
    for nation, value in seen.items():
        assert at[nation] == pytest.approx(value, rel=0.09), nation
    # Later it is as much above or below as it was: growth differs little between nations.
    later = table[table["month"] == "2026-06"].set_index("nation")["p50"]
    growth = logit(later.to_numpy()) - logit(at.to_numpy())
    assert growth.std() < 0.05


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"series": "openrouter_open_token_share"}, "did you mean"),
        ({"ecosystem": "cn_opne"}, "no ecosystem"),
        ({"nation": "KEN"}, "no nation"),
    ],
)
def test_what_a_series_does_not_have(changes, words):
    asked = {"series": "openrouter_open_weight_token_share", "runs": 2, "until": "2025-01"}
    with pytest.raises(InputError, match=words):
        observe("baseline", **(asked | changes))
