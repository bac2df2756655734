from __future__ import annotations

import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.calibration.history import VIEWS
from sim.report import history

NAMES = {"CHN": "China", "BLR": "Belarus", "CUB": "Cuba", "BRA": "Brazil", "DEU": "Germany"}
shares = st.floats(0, 1)


def test_every_view_of_the_study_room_has_its_words():
    assert set(history.VIEWS) == set(VIEWS)


def test_printed_figures_and_misses_stay_in_sight(result):
    table = result.seen["deepseek_by_nation"]
    extra = table.slice(3, 1).to_pylist()[0] | {"nation": "PRT"}
    table = pa.concat_tables([table, pa.Table.from_pylist([extra], schema=table.schema)])
    view = history.view("deepseek_by_nation", table, NAMES)
    assert [row["name"] for row in view["rows"]] == ["China", "Belarus", "Brazil", "Germany"]
    assert [row["name"] for row in view["more"]] == ["Cuba", "PRT"]
    assert [row["verdict"] for row in view["rows"]] == ["in reach"] * 3 + ["too high"]
    assert view["rows"][0]["observed"] == "89 %"
    assert view["more"][0]["observed"] == "35–50 %"
    assert view["head"]["extra"] == ["All Chinese services, mean"]
    assert "China 82 %, Belarus 49 %, Cuba 44 %" in view["says"]
    assert "printed figures: China 89 %, Belarus 56 %" in view["says"]
    assert "in 5 of 6 nations" in view["says"]


def test_no_miss_of_the_survey_is_out_of_sight(result):
    """However near it is: Danes are missed by less than others are met."""
    table = result.seen["survey_by_nation"].to_pylist()
    danes = next(row for row in table if row["nation"] == "DNK")
    near = {**danes, "mean": 0.0315, "p05": 0.0312, "p95": 0.032}
    table = pa.Table.from_pylist([near if row is danes else row for row in table])
    view = history.view("survey_by_nation", table, NAMES)
    assert "DNK" in {row["name"] for row in view["rows"] if row["verdict"] == "too high"}
    assert {row["verdict"] for row in view["more"]} == {"in reach"}


def test_the_survey_shows_its_largest_misses_and_counts_china_apart(result):
    table = result.seen["survey_by_nation"]
    used = {("so2025full_equal_split_share", name) for name in table["nation"].to_pylist()}
    view = history.view("survey_by_nation", table, NAMES, used)
    assert len(view["rows"]) == 8
    assert [row["name"] for row in view["more"]] == ["Germany", "FRA"]
    assert "holds the observed figure in 8 of 9 nations, China apart" in view["says"]
    assert "China 55 % (observed 40 %), RUS 20 % (observed 26 %)" in view["says"]
    assert "The fit used all of these 10 figures" in view["says"]
    assert {row["fit"] for row in (*view["rows"], *view["more"])} == {history.IN_FIT}


def test_a_figure_says_how_many_answered():
    row = {"nation": "PER", "mean": 0.13, "p05": 0.08, "p95": 0.25, "observed": 0.2}
    table = pa.Table.from_pylist([row | {"respondents": 33}, row | {"respondents": None}])
    used = {("so2025full_equal_split_share", "PER")}
    rows = history.view("survey_by_nation", table, {}, used)["rows"]
    assert [each["fit"] for each in rows] == ["of\u00a033, in the fit", "in the fit"]


def test_a_survey_without_china_sets_nobody_apart(result):
    view = history.view("survey_by_nation", result.seen["survey_by_nation"].slice(1), NAMES)
    assert "in 8 of 9 nations that the survey asked" in view["says"]


def test_months_are_summed_up_with_their_peak(result):
    view = history.view("chinese_sites_by_month", result.seen["chinese_sites_by_month"], {})
    assert "from 2.1 % in 2024-12 to 6 % in 2025-09, with a peak of 12 % in 2025-02" in view["says"]
    assert "Observed: 1–3 % in 2024-12, 13 % in 2025-02, 6 % in 2025-08." in view["says"]
    assert view["more"] == []


def test_what_is_not_the_same_thing_is_not_judged(result):
    view = history.view("chinese_share_by_month", result.seen["chinese_share_by_month"], {})
    assert not view["comparable"]
    used = {("openrouter_token_share_by_lab_origin", "2025-02")}
    told = history.view("chinese_share_by_month", result.seen["chinese_share_by_month"], {}, used)
    assert "The fit used 1 of the 2 figures in the last column" in told["says"]
    assert all(row["verdict"] == "" and "seen" not in row["strip"] for row in view["rows"])
    assert [row["observed"] for row in view["rows"]] == ["", "9.6 %", "", "16 %"]
    assert [row["extra"][0] for row in view["rows"]][1] == "6 %"


@given(st.tuples(shares, shares, shares).map(sorted), st.lists(shares, max_size=2))
def test_a_drawing_stays_in_its_box(band, seen):
    row = dict(zip(("p05", "mean", "p95"), band, strict=True))
    top = history._ceiling([row], [seen])
    drawn = history.strip(row, seen, top)
    numbers = [float(text) for text in re.findall(r'(?:x|cx)="([-\d.e]+)"', drawn)]
    assert all(0 <= number <= history.WIDTH for number in numbers)
    low, high = map(float, re.findall(r'class="runs" d="M([\d.]+) 8H([\d.]+)"', drawn)[0])
    assert 0 <= low <= high <= history.WIDTH
    assert 0.1 <= top <= 1
    assert max(*band, *seen) <= top + 1e-9


@given(st.tuples(shares, shares).map(sorted), st.lists(shares, min_size=1, max_size=2))
def test_a_miss_is_an_interval_apart_from_what_was_observed(band, seen):
    word = history.verdict({"p05": band[0], "p95": band[1]}, seen)
    apart = band[1] < min(seen) or band[0] > max(seen)
    assert (word != "in reach") == apart


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0"), (0.05, "5"), (0.0512, "5.1"), (0.0996, "10"), (0.349, "35")]
)
def test_figures_have_a_decimal_only_where_it_tells(share, text):
    assert history.short(share) == text
