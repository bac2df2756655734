"""The observed figures of a series, as published."""

from __future__ import annotations

from sim import months
from sim.calibration.figures import figures
from sim.calibration.series import SERIES
from sim.calibration.targets import targets
from sim.evidence import load


def test_every_figure_that_a_fit_aims_at_is_there():
    for name, series in SERIES.items():
        cells = {(each.month, each.place, each.code) for each in figures(series)}
        aims = {(t.month, t.place, t.code) for t in targets() if t.series == name}
        assert aims <= cells, name


def test_every_number_was_published():
    published = {(row.last, row.place, row.value) for row in load().observations}
    for series in SERIES.values():
        ahead = max(rows.ahead for rows in series.rows)  # said of a month to come
        for each in figures(series):
            said = each.month - ahead
            assert each.low == 0.0 or (said, each.place, each.low) in published
            assert each.high == 100.0 or (said, each.place, each.high) in published


def test_figures_after_the_fit_stand_beside_the_model():
    derived = figures(SERIES["atom_share_of_new_derivatives"])
    assert {(months.text(each.month), each.code, each.low) for each in derived[-2:]} == {
        ("2026-02", "cn_open", 70.0), ("2026-02", "eu", 4.0),
    }  # fmt: skip
    routed = figures(SERIES["openrouter_token_share_by_lab_origin"])
    assert months.text(routed[-1].month) == "2026-06"
    assert {each.code for each in routed if each.month == routed[-1].month} == {
        "cn_all", "us_all", "eu",
    }  # fmt: skip


def test_bands_and_bounds_stay_what_they_are():
    named = {each.place: each for each in figures(SERIES["deepseek_market_share"])}
    assert (named["BRA"].words, named["BRA"].number) == ("0 to 5", None)
    assert named["CHN"].number == 89.0
    derived = figures(SERIES["atom_share_of_new_derivatives"])
    bound = next(each for each in derived if each.number is None)
    assert (months.text(bound.month), bound.words) == ("2025-06", "more than 50")
    assert named["SAU"].words == "6 to 10"
    visits = figures(SERIES["web_visit_share_chinese_llm_sites"])
    assert months.text(visits[0].month) == "2024-12"
    assert visits[0].words == "2 to 3"
