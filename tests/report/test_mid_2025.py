"""Mid-2025 in words: made from the numbers, the survey beside them, and never one for another."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest

from sim.calibration.series import BY_KEY
from sim.report import mid_2025, page, summary

FIGURES = {
    "used.cn": (0.3312, 0.281, 0.402, 0.291),
    "share.bloc_cn": (0.0713, 0.0441, 0.0952, 0.087),
    "both.us_closed_and_cn": (0.3123, 0.264, 0.377, 0.273),
    "both.us_closed_and_cn.of_used_cn": (0.9431, 0.921, 0.958, 0.938),
    "only.cn": (0.0092, 0.0041, 0.0162, 0.006),
}


@pytest.fixture(scope="module")
def table():
    return pa.Table.from_pylist(
        [
            {
                "scenario": "baseline", "group": "world_without_china", "month": "2025-06",
                "figure": figure, "mean": middle, "p05": low, "p50": middle, "p95": high,
                "observed": observed, "respondents": 12_345, "source": "S1",
                "observed_is": "equal split" if figure == "share.bloc_cn" else "same question",
            }
            for figure, (middle, low, high, observed) in FIGURES.items()
        ]
    )  # fmt: skip


def test_the_sentence_holds_the_four_figures_with_their_intervals(table):
    said = mid_2025.sentence(table)
    for figure in (
        "33.1 % (28.1-40.2)", "7.1 % (4.4-9.5)", "31.2 % (26.4-37.7)", "0.9 % (0.4-1.6)",
    ):  # fmt: skip
        assert figure in said
    assert "outside China" in said
    assert "past year" in said


def test_the_survey_is_beside_it_and_what_it_did_not_ask_is_said(table):
    said = mid_2025.beside(table)
    for figure in ("12,345", "29.1 %", "27.3 %", "0.6 %", "8.7 %"):
        assert figure in said
    assert "main ecosystem was not asked" in said


def test_the_equal_split_never_stands_as_a_main_ecosystem(table):
    lines = {line["title"]: line for line in mid_2025.lines(table)}
    main = lines["Have a Chinese main ecosystem"]
    assert (main["observed"], main["note"]) == ("not asked", "equal split 8.7 %")
    others = [line for line in lines.values() if line is not main]
    assert [line["note"] for line in others] == [""] * 4
    assert [line["observed"] for line in others] == ["29.1 %", "27.3 %", "93.8 %", "0.6 %"]


def test_figures_that_the_fit_used_are_marked(table):
    in_fit = {(BY_KEY["used"].name, "2025-06")}
    assert "no test" in mid_2025.asked_and_judged(table, in_fit)
    assert "no test" not in mid_2025.asked_and_judged(table, set())
    assert "not asked for" in mid_2025.asked_and_judged(table, set())


def test_summary_and_page_show_them_where_the_run_has_them(result, names, known, table):
    with_it, without = replace(result, headline=table), result
    text = " ".join(summary(with_it, names=names).split())
    assert mid_2025.sentence(table) in text
    assert mid_2025.beside(table) in text
    assert "Mid-2025" not in summary(without, names=names)
    html = page(with_it, known).replace("\u00a0", " ")
    for words in ("Mid-2025, outside China", "26.4–37.7", "equal split 8.7 %", "headline.csv"):
        assert words in html
    plain = page(without, known)
    assert "Mid-2025" not in plain
    assert "headline.csv" not in plain


def test_the_lines_of_the_summary_fit_the_screen(result, names, table):
    lines = summary(replace(result, headline=table), names=names).splitlines()
    assert max(map(len, lines)) <= 88
