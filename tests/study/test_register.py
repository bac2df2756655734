"""The register of forecasts: written once, read strictly, scored on what it did not know."""

from __future__ import annotations

import csv
import datetime as dt
import io

import numpy as np
import pytest
from scipy.stats import norm

from sim import months as calendar
from sim.calibration.figures import figures
from sim.calibration.series import SERIES
from sim.errors import InputError, StoreError
from sim.study import register, scoring
from sim.study.observe import observe
from sim.version import MODEL
from tests.closed_forms import crps_normal

DAY = dt.date(2026, 11, 28)
OPEN = "openrouter_open_weight_token_share"
USERS = "genai_user_share_of_working_age_population"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return register.make(tmp_path_factory.mktemp("register"), DAY, runs=12, until="2026-12")


@pytest.fixture
def lines(made):
    return list(csv.DictReader(made.read_text().splitlines()))


def written(folder, rows, columns=register.COLUMNS):
    sheet = io.StringIO()
    out = csv.DictWriter(sheet, columns, extrasaction="ignore")
    out.writeheader()
    out.writerows(rows)
    place = folder / "forecasts.csv"
    place.write_text(sheet.getvalue())
    return place


def own(folder, *rows, head="series,nation,ecosystem,month,value,published"):
    place = folder / "own.csv"
    place.write_text("\n".join([head, *rows]) + "\n")
    return place


def test_it_holds_every_series_and_the_developers_of_every_nation(made):
    found = register.read_file(made)
    assert {key[0] for key in found.forecasts} == {*SERIES, *register.DEVELOPERS}
    nations = {key[1] for key in found.forecasts if key[0] == "share"}
    assert len(nations) == 80
    assert (found.version, found.made) == (MODEL, DAY)
    assert made.name == f"2026-11-28-model-{MODEL}.csv"


def test_it_forecasts_no_month_of_which_the_figure_was_known(made):
    found = register.read_file(made)
    for series in SERIES.values():
        for figure in figures(series):
            key = (series.name, figure.place, figure.code, figure.month)
            assert key not in found.forecasts
    for (*_, month), forecast in found.forecasts.items():
        assert forecast.known_to is None or forecast.known_to < month


def test_its_quantiles_are_those_of_observe(made):
    found = register.read_file(made)
    frame = observe("baseline", OPEN, runs=12, until="2026-12").set_index("month")
    forecast = found.forecasts[OPEN, "WLD", "all_open", calendar.parse("2026-12")]
    wanted = frame.loc["2026-12", ["p05", "p50", "p95"]].to_numpy(dtype=float)
    np.testing.assert_allclose(np.array(forecast.quantiles)[[0, 2, 4]], wanted, rtol=1e-3)


def test_the_main_shares_of_a_nation_sum_to_one_in_the_mean(lines):
    mine = [row for row in lines if (row["series"], row["nation"], row["month"]) ==
            ("share", "BRA", "2026-12")]  # fmt: skip
    assert sum(float(row["mean"]) for row in mine) == pytest.approx(100.0, abs=0.1)


def test_a_forecast_is_never_written_twice(made):
    before = made.read_bytes()
    with pytest.raises(StoreError, match="never written twice"):
        register.make(made.parent, DAY, runs=12, until="2026-12")
    assert made.read_bytes() == before


@pytest.mark.parametrize(
    ("value", "text"),
    [(10.0, "10"), (0.0, "0"), (12.3456, "12.35"), (1234567.0, "1235000"), (3e-9, "0"),
     (0.00012345, "0.000123")],
)  # fmt: skip
def test_numbers_are_written_to_four_figures_without_an_exponent(value, text):
    assert register._written(value) == text


def test_nothing_to_score_is_said_in_one_sentence(made):
    done = scoring.score(made)
    assert done.points.empty
    assert done.table.empty
    (note,) = done.notes
    assert note.startswith("Nothing can be scored yet")


def test_the_score_is_the_weighted_interval_score_of_the_paper():
    """Equations 1 to 3 of Bracher et al. 2021, written out, with two intervals and the median."""
    low, quarter, middle, three, high = quantiles = (2.0, 4.0, 5.0, 7.0, 11.0)
    for y in (0.0, 3.0, 5.0, 6.5, 20.0):
        total = 0.5 * abs(y - middle)
        for lower, upper, alpha in ((low, high, 0.1), (quarter, three, 0.5)):
            outside = max(lower - y, 0.0) + max(y - upper, 0.0)
            total += alpha / 2 * (upper - lower + 2 / alpha * outside)
        assert scoring.weighted_interval_score(quantiles, y) == pytest.approx(total / 2.5)


def test_the_score_comes_near_to_the_ranked_probability_score():
    levels = list(register.LEVELS.values())
    for y in (-1.0, 0.0, 0.4, 2.0):
        score = scoring.weighted_interval_score(norm.ppf(levels), y)
        assert score == pytest.approx(crps_normal(0.0, 1.0, y), rel=0.2)


def test_figures_of_ones_own_are_scored_and_dated(made, tmp_path):
    place = own(
        tmp_path,
        f"{OPEN},WLD,all_open,2026-12,60,2027-01",
        f"{OPEN},WLD,all_open,2026-08,58,",
        f"{USERS},BRA,all,2026-12,20,",
        f"{USERS},BRA,all,2026-11,20,",
        f"{USERS},BRA,all,2026-03,20,",
        "share,BRA,cn_open,2026-12,12,",
    )
    done = scoring.score(made, place)
    assert done.points["published"].tolist() == [
        scoring.AFTER, scoring.NOT_AFTER, scoring.AFTER, scoring.AFTER
    ]  # fmt: skip
    assert done.unmatched == 1, "November is not the end of a quarter; March was known"
    by = done.table.set_index(["series", "published"])
    assert by.loc[(OPEN, scoring.AFTER), "compared"] == 1
    assert by.loc[("share", scoring.AFTER), "compared"] == 0, "nobody has observed it"
    forecast = register.read_file(made).forecasts[
        OPEN, "WLD", "all_open", calendar.parse("2026-12")
    ]
    assert by.loc[(OPEN, scoring.AFTER), "score"] == pytest.approx(
        scoring.weighted_interval_score(forecast.quantiles, 60.0)
    )


def test_a_last_value_that_comes_true_beats_a_forecast_that_is_off(made, tmp_path):
    last = max(figures(SERIES[OPEN]), key=lambda figure: figure.month)
    done = scoring.score(made, own(tmp_path, f"{OPEN},WLD,all_open,2026-12,{last.low},2027-01"))
    (point,) = done.points.to_dict("records")
    assert point["last_value"] == pytest.approx(last.low)
    assert point["last_value_score"] < point["score"]


def test_figures_of_the_evidence_are_scored_where_the_forecast_did_not_know_them(lines, tmp_path):
    """A forecast of early 2026: what the evidence has of later months came after it."""
    rows = [
        row | {"month": "2026-06", "known_to": "2025-12", "made": "2026-01-15"}
        for row in lines
        if (row["series"], row["month"]) == (OPEN, "2026-07")
    ]
    done = scoring.score(written(tmp_path, rows))
    (point,) = done.points.to_dict("records")
    assert point["published"] == scoring.AFTER
    (seen,) = (f.low for f in figures(SERIES[OPEN]) if f.month == calendar.parse("2026-06"))
    assert point["observed"] == seen
    (before,) = (f.low for f in figures(SERIES[OPEN]) if f.month == calendar.parse("2025-12"))
    assert point["last_value"] == pytest.approx(before)


def test_another_version_is_said_and_not_refused(lines, tmp_path):
    old = [row | {"version": "3"} for row in lines if row["series"] == OPEN]
    done = scoring.score(written(tmp_path, old))
    assert any(f"model 3 and this is model {MODEL}" in note for note in done.notes)


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [("series", "openrouter_open_weight_share", "did you mean"), ("p05", "99", "do not rise"),
     ("p50", "nan", "not a finite number"), ("month", "2026-13", "is not a month"),
     ("ecosystem", "all", "not a known ecosystem"), ("nation", "BRA", "is of the world"),
     ("made", "28.11.2026", "is not a day"), ("version", "four", "is not a model version"),
     ("unit", "fraction", "is not the unit"), ("hash", "", "is empty")],
)  # fmt: skip
def test_a_wrong_cell_of_a_file_is_named_with_its_line(lines, tmp_path, column, cell, said):
    rows = [row for row in lines if row["series"] == OPEN][:2]
    wrong = [row | {column: cell} for row in rows]
    place = written(tmp_path, wrong)
    with pytest.raises(InputError, match=said) as caught:
        register.read_file(place)
    assert caught.value.problems[0].line == 2


def test_two_days_in_one_file_and_a_row_that_stands_twice_are_refused(lines, tmp_path):
    first, second, *_ = (row for row in lines if row["series"] == OPEN)
    with pytest.raises(InputError, match="stands beside"):
        register.read_file(written(tmp_path, [first, second | {"made": "2026-11-29"}]))
    with pytest.raises(InputError, match="stands twice"):
        register.read_file(written(tmp_path, [first, first]))


def test_a_missing_column_is_named(lines, tmp_path):
    columns = [name for name in register.COLUMNS if name != "p25"]
    with pytest.raises(InputError, match="lacks the column 'p25'"):
        register.read_file(written(tmp_path, lines[:3], columns))
    with pytest.raises(InputError, match="lacks the column 'value'"):
        scoring._own(own(tmp_path, "a", head="series"))


def test_wrong_figures_of_ones_own_are_all_named(made, tmp_path):
    place = own(
        tmp_path, "visits,WLD,cn_all,2026-12,5,", f"{OPEN},WLD,all_open,2026-12,101,",
        f"{OPEN},WLD,all_open,2026-12,50,2026-11", "share,brazil,cn_open,2026-12,5,",
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        scoring.score(made, place)
    assert [problem.line for problem in caught.value.problems] == [2, 3, 4, 5]
