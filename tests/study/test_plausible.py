"""Plausible history: what the default world, whose parameters are calibrated, shows of 2025.

What developers answer a survey, and what consumers do in chat windows. Most of the figures were
targets of the fit, so this is a check that the shipped draws do what they were fitted to do, and no
test of skill.
"""

from __future__ import annotations

import pytest

import sim

RUNS = 96


def test_the_default_is_calibrated():
    assert sim.load("baseline").ensemble.parameters == "calibrated"


@pytest.fixture(scope="module")
def history():
    return sim.run("baseline", runs=RUNS, seed=1, until="2025-12", workers=2).history


@pytest.mark.slow
def test_chinese_models_are_largest_where_they_were_and_small_elsewhere(history):
    view = history["deepseek_by_nation"].set_index("nation")
    for column in ("mean", "all_chinese"):
        share = view[column].sort_values(ascending=False)
        assert set(share.index[:4]) == {"CHN", "BLR", "CUB", "RUS"}
        least = share[["CHN", "BLR", "CUB", "RUS"]].min()
        assert share["BRA"] < least / 2
        assert share["DEU"] < least / 5
    assert view.loc["BRA", "mean"] < 0.15
    assert view.loc["DEU", "mean"] < 0.05
    printed = view[view["observed"].notna()]
    assert len(printed) >= 6
    inside = printed["observed"].between(printed["p05"], printed["p95"])
    # In China all is DeepSeek but the part that its figures do not see, so that 89 percent is met
    # only by draws that hardly have such a part.
    assert inside.drop("CHN").all()
    assert printed.loc["CHN", "p95"] > 0.8


@pytest.mark.slow
def test_developers_of_nearly_all_nations_answer_as_they_did(history):
    view = history["survey_by_nation"].set_index("nation").drop("CHN")
    assert view["observed"].between(view["p05"], view["p95"]).mean() > 0.85
    assert view["mean"].corr(view["observed"], method="spearman") > 0.85


@pytest.mark.slow
def test_the_chinese_share_of_developers_rises_through_2025(history):
    share = history["chinese_share_by_month"].set_index("month")
    # The free variants of a US maker hold it back in autumn.
    quarters = share.loc[["2025-01", "2025-04", "2025-07"]]
    assert quarters["mean"].is_monotonic_increasing
    assert quarters["outside_china"].is_monotonic_increasing
    assert share["mean"]["2025-12"] > 1.2 * share["mean"]["2024-12"]


@pytest.mark.slow
def test_visits_rise_and_fall_around_r1(history):
    visits = history["chinese_sites_by_month"].set_index("month")["mean"]
    assert visits["2024-12"] < visits["2025-01"] < visits["2025-02"]
    assert visits.idxmax() == "2025-02"
    assert visits["2025-02"] > 2 * visits["2024-12"]
    assert visits["2025-08"] < 0.7 * visits["2025-02"]
