"""Judgement over origins on forecasts made up for it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.calibration import judgement
from sim.calibration.judgement import BETTER, EVEN, FEW, ONCE, WORSE, judged, paired, tally

OPEN = "openrouter_open_weight_token_share"
USERS = "genai_user_share_of_working_age_population"
ORIGINS = ("2025-06", "2025-09", "2025-12", "2026-03")
MONTHS = ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06")


def row(method, crps, cutoff="2025-06", month="2026-01", series=OPEN, place="WLD", **more):
    return {
        "cutoff": cutoff, "drivers": "later", "series": series, "place": place, "month": month,
        "ecosystem": "all_open", "observed": 20.0, "method": method, "crps": crps, "p05": 10.0,
        "p95": 30.0, "crps_log_odds": 0.1, "interval_score": 20.0, "error": 1.0, "covered": True,
    } | more  # fmt: skip


def forecasts(gains, series=OPEN, months=MONTHS, places=("WLD",), origins=ORIGINS):
    """Return forecasts in which the last value scores worse than the model by the next gain."""
    rows = []
    gain = iter(gains)
    for cutoff in origins:
        for month in months:
            for place in places:
                about = {"cutoff": cutoff, "month": month, "series": series, "place": place}
                rows += [row("model", 2.0, **about), row("last value", 2.0 + next(gain), **about)]
    return pd.DataFrame(rows)


def noisy(mean, size, spread=0.1):
    return (mean + spread * np.random.default_rng(1).standard_normal(size)).tolist()


def rival(table):
    (found,) = table[table["method"] == "last value"].to_dict("records")
    return found


def test_a_figure_counts_once_and_a_forecast_once_an_origin():
    found = rival(judged(forecasts(noisy(1.0, 24))))
    assert (found["origins"], found["figures"], found["forecasts"]) == (4, 6, 24)


def test_two_days_of_one_month_are_two_figures():
    day = [row(method, 1.0, observed=seen) for seen in (20.0, 30.0) for method in ("model", "x")]
    found = judged(pd.DataFrame(day))
    assert found["figures"].tolist() == [2, 2]


@pytest.mark.parametrize(("mean", "verdict"), [(1.0, BETTER), (-1.0, WORSE), (0.0, EVEN)])
def test_a_difference_is_called_one_where_its_error_allows(mean, verdict):
    found = rival(judged(forecasts(noisy(mean, 24))))
    assert found["difference"] == pytest.approx(mean, abs=0.1)
    assert found["verdict"] == verdict


def test_origins_that_disagree_give_no_clear_difference_however_many_figures():
    """Within an origin all gains are alike: the error is that of four numbers."""
    gains = np.repeat([3.0, -1.0, 3.0, -1.0], 6)
    found = rival(judged(forecasts(gains.tolist())))
    assert found["difference"] == pytest.approx(1.0)
    assert found["error"] == pytest.approx(np.std([3, -1, 3, -1], ddof=1) / 2.0)
    assert found["verdict"] == EVEN


def test_each_origin_weighs_alike():
    """One figure gains 4 from one origin, six gain 1 from the other: the mean is 2.5."""
    first = forecasts([4.0], months=("2026-01",), origins=("2025-06",))
    second = forecasts([1.0] * 6, origins=("2025-09",))
    found = rival(judged(pd.concat([first, second])))
    assert found["difference"] == pytest.approx(2.5)
    assert found["crps"] == pytest.approx(4.5)


def test_few_figures_are_told_and_not_judged():
    table = judged(forecasts(noisy(5.0, 8), months=("2026-01", "2026-02")))
    assert set(table["verdict"]) == {FEW}
    assert tally(table).empty


def test_a_series_without_naive_forecasts_has_the_model_alone():
    table = judged(pd.DataFrame([row("model", 1.0, month=month) for month in MONTHS]))
    assert table["verdict"].tolist() == [judgement.ALONE]
    assert tally(table).empty


def test_the_model_is_compared_on_the_figures_that_naive_forecasts_exist_for():
    alone = [row("model", 50.0, cutoff="2025-06", month=month) for month in MONTHS]
    table = judged(pd.concat([pd.DataFrame(alone), forecasts([1.0] * 6, origins=("2025-09",))]))
    assert table["crps"].tolist() == [2.0, 3.0]
    assert table["origins"].tolist() == [1, 1]


def test_nations_are_independent_and_one_month_of_them_is_said():
    places = ("BRA", "DEU", "IND", "JPN", "KEN", "USA")
    gains = noisy(1.0, 6)
    one = forecasts(gains, USERS, ("2026-03",), places, ("2025-12",))
    found = rival(judged(one))
    assert found["error"] == pytest.approx(np.std(gains, ddof=1) / np.sqrt(6))
    assert found["verdict"] == BETTER + ONCE
    two = forecasts(noisy(1.0, 12), USERS, ("2026-02", "2026-03"), places, ("2025-12",))
    assert rival(judged(two))["verdict"] == BETTER


def test_a_single_origin_tells_no_error_of_a_series_of_the_world():
    found = rival(judged(forecasts(noisy(5.0, 6), origins=("2025-06",))))
    assert pd.isna(found["error"])
    assert found["verdict"] == EVEN


def test_few_clusters_reach_further_than_many():
    def reach(origins):
        of = forecasts(noisy(1.0, 6 * len(origins)), origins=origins)
        index = ["cutoff", "place", "month"]
        both = [
            of[of["method"] == name].set_index(index)["crps"] for name in ("last value", "model")
        ]
        return paired(both[0] - both[1], by_nation=False)[2]

    # Student's 97.5 % quantiles with one and three degrees of freedom.
    assert reach(ORIGINS[:2]) == pytest.approx(12.7062, abs=1e-4)
    assert reach(ORIGINS) == pytest.approx(3.18245, abs=1e-4)


def test_the_tally_names_the_best_naive_forecast():
    frame = forecasts(noisy(1.0, 24))
    other = frame[frame["method"] == "last value"].assign(method="flat model")
    other = other.assign(crps=other["crps"] - 2.0)
    (found,) = tally(judged(pd.concat([frame, other]))).to_dict("records")
    assert (found["best"], found["below"], found["clear"]) == ("flat model", False, False)
    (found,) = tally(judged(frame)).to_dict("records")
    assert (found["best"], found["below"], found["clear"]) == ("last value", True, True)


def test_every_verdict_has_its_meaning():
    assert {BETTER, WORSE, EVEN, FEW, BETTER + ONCE, WORSE + ONCE, judgement.ALONE} == set(
        judgement.VERDICTS
    )
