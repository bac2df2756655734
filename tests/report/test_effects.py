"""How effects are said, and the pictures and pages that say them."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.report import compare, comparison, effects, policies, style, svg
from sim.report.naming import of_nations
from tests.report.test_browser import _compared

ROW = {
    "metric": "share.bloc_us", "group": "global_south", "month": "2035-12", "p50": 0.049,
    "p05": 0.0104, "p95": 0.0899, "same_sign": 1.0, "simulation_error": 0.0041, "unit": "fraction",
}  # fmt: skip


def test_an_effect_in_one_line():
    assert effects.line(ROW) == (
        "US bloc, Global South, 2035: +4.9 points (+1.0 to +9.0), up in 100 % of worlds; "
        "simulation error 0.4"
    )
    fewer = ROW | {"p50": -0.0004, "p05": -0.0007, "p95": 0.0, "same_sign": 0.997, "group": "BRA"}
    assert effects.line(fewer | {"month": "2030-06", "simulation_error": 0.0}) == (
        "US bloc, BRA, 2030-06: -0.040 points (-0.070 to 0.000), down in 99 % of worlds; "
        "simulation error 0"
    )
    counted = {"metric": "developers.total", "unit": "developers", "p50": 12345.6, "p05": -20.0,
               "p95": 99999.0, "simulation_error": 1234.0}  # fmt: skip
    assert "+12,346 developers (-20 to +99,999)" in effects.line(ROW | counted)
    assert effects.line(ROW | counted).endswith("simulation error 1,000")


def test_what_happens_or_not_is_counted_in_worlds():
    happens = {"metric": "cn_over_us.happened", "unit": effects.CHANCE, "month": "", "p50": 0.0,
               "effect": 0.034, "ci_low": -0.004, "ci_high": 0.081}  # fmt: skip
    assert effects.line(ROW | happens).endswith(
        ", Global South, whole run: +3 in 100 worlds (0 to +8, 95 % interval of the mean)"
    )


@given(value=st.floats(-1e7, 1e7), part=st.floats(0, 1))
def test_numbers_are_never_odd(value, part):
    """No minus before zero, no nan, no exponent, and 0 and 100 % only where they are exact."""
    text = effects.signed(value, effects.digits(abs(value)))
    assert re.fullmatch(r"[+-]?[\d,]+(\.\d+)?", text)
    assert not re.fullmatch(r"[+-]0(\.0+)?", text)
    assert (effects.percent(part) == "100") == (part == 1.0)
    assert (effects.percent(part) == "0") == (part == 0.0)


def test_sizes_and_order_in_lines():
    sizes = pd.DataFrame(
        [
            {"scenario": "p", "size": size, "metric": "share.bloc_us", "p50": middle, "cost": cost,
             "unit": "fraction"}
            for size, middle, cost in (("low", 0.01, 0.0), ("central", 0.03, 20.0),
                                       ("high", 0.05, 9000.0))
        ]
    )  # fmt: skip
    (line,) = effects.sizes_line(sizes, "share.bloc_us")
    assert line == (
        "Levers of p at low, central and high strength: +1.0, +3.0 and +5.0 points (medians), for "
        "0, 20 and 9,000 USD million a year"
    )
    assert effects.sizes_line(sizes, "plurality") == []
    assert effects.rank_lines(_compared().ranking, 5) == [
        "us_attractive_alternative_global_south before b in 80 % of worlds (a tie)"
    ]


def test_the_page_shows_what_was_asked_in_its_order():
    found = _compared(("global_south", "world"))
    page = found._page(found._figures())
    assert re.findall(r"<h2>(.*?)</h2>", page) == [
        "What each policy changes", "Effects side by side", "Over time", "How sure each effect is",
        "Order", "How it was made",
    ]  # fmt: skip
    assert re.findall('data-view="(.*?)"', page)[:2] == [
        "Global South (without China)|difference", "World|difference",
    ]  # fmt: skip
    assert "A sentence that must be read." in page
    words = re.sub('base64,[^"]*', "", page)
    for word in ("Variance", "Log-odds", "luck", "nan", "us_attractive"):
        assert word not in words
    assert words.index("5 to 95 % of worlds") < words.index("Simulation error")


def test_policies_of_one_title_are_told_apart_by_their_ids():
    found = _compared()
    for document in found.asked["arms"].values():
        document["title"] = "Twin"
    assert set(comparison.called(found).values()) == {
        "Twin (us_attractive_alternative_global_south)", "Twin (b)", "Twin (baseline)",
    }  # fmt: skip


def test_a_note_has_ids_for_a_terminal_and_titles_for_a_page():
    note = "Levers on compute (`a`, `b`): 3 points."
    assert effects.as_typed(note) == "Levers on compute (a, b): 3 points."
    assert effects.as_read(note, {"a": "Chips"}) == "Levers on compute (Chips, b): 3 points."


def test_runs_of_some_nations_are_named_by_them():
    one = of_nations(("BRA",), ("BRA",))
    assert effects.line(ROW | {"group": "world"}, one).startswith("US bloc, Brazil, 2035: ")
    assert effects.line(ROW | {"group": "BRA"}, of_nations(None, ())).startswith("US bloc, Brazil")


def test_groups_that_hold_the_same_nations_are_shown_once():
    found = _compared(("world", "global_south"))
    for document in found.asked["arms"].values():
        document["nations"] = ["BRA"]
    page = found._page(found._figures())
    assert re.findall('data-view="(.*?)"', page)[0] == "Brazil|difference"
    assert 'data-view="Global South' not in page
    assert "Brazil alone" in re.findall("<h1>(.*?)</h1>", page)[0]


@pytest.mark.parametrize("policies", [1, 2])
def test_figures_span_the_worlds_and_not_the_error_of_the_mean(policies):
    """What is drawn of an effect reaches from p05 to p95."""
    table = _compared().table
    table = table[table["scenario"].isin(sorted(set(table["scenario"]))[-policies:])]
    mine = table[table["group"] == "world"]
    axis = compare.sorted_effects(mine).axes[0]
    segments = np.array([s for c in axis.collections if hasattr(c, "get_segments")
                         for s in c.get_segments()])  # fmt: skip
    last = mine[mine["month"] == "2030-12"].sort_values("p50")
    np.testing.assert_allclose(segments[:, 0, 0], 100 * last["p05"])
    np.testing.assert_allclose(segments[:, 1, 0], 100 * last["p95"])
    labels = [text.get_text() for text in axis.texts]
    assert len(set(labels)) == policies
    band = compare.over_time(mine).axes[0].collections[0].get_paths()[0].vertices[:, 1]
    first = mine[mine["scenario"] == mine.sort_values("p50", key=abs)["scenario"].iloc[-1]]
    assert band.max() == pytest.approx(100 * first["p95"].max())


def test_a_bloc_has_its_colour_over_time_and_no_line_hides_another():
    """Dependence is often the US bloc's share: each has a panel, so that both are seen."""
    rows = [
        (metric, month, scale * value)
        for metric, scale in (("share.bloc_us", 1), ("dependence", 1), ("share.bloc_cn", -0.9))
        for month, value in (("2027-12", 0.0), ("2030-12", 0.02))
    ]
    mine = pd.DataFrame(rows, columns=["metric", "month", "p50"]).assign(
        scenario="a", reference="b", group="world", unit="fraction",
        p05=lambda t: t["p50"] - 0.01, p95=lambda t: t["p50"] + 0.01,
    )  # fmt: skip
    panels = [axis for axis in compare.over_time(mine).axes if axis.get_visible()]
    looks = {axis.get_title(loc="left"): axis.get_lines()[-1].get_color() for axis in panels}
    assert looks == {
        "US bloc": style.BLOCS["us"].colour, "Chinese bloc": style.BLOCS["cn"].colour,
        "Dependence": style.INK,
    }  # fmt: skip


def test_findings_say_what_moves_most_and_when_nothing_does():
    table = _compared().table
    mine = table[(table["group"] == "world") & (table["month"] == "2030-12")]
    said = policies.finding(mine, compare.WORLD)
    assert said == (
        "US bloc in the world: us_attractive_alternative_global_south moves it most, +3.0 points "
        "(+1.0 to +8.0); 1 of 2 surely move it"
    )
    still = mine.assign(p05=0.0, p50=0.0, p95=0.0)
    assert policies.finding(still, compare.WORLD) == "US bloc in the world: nothing moves it"


def test_costs_are_written_as_numbers():
    priced = pd.DataFrame(
        {"lever": ["a_lever_with_a_name_of_forty_characters", "b"], "p05": [0.01, -0.1],
         "p50": [0.02, 0.0], "p95": [0.03, 0.1], "cost": [12000.0, 0.0], "front": [True, False],
         "unit": "fraction", "per_million": [0.1, np.nan], "per_million_low": [0.0, np.nan],
         "per_million_high": [0.2, np.nan]}
    )  # fmt: skip
    figure = compare.cost_effect(priced)
    svg(figure)
    ticks = [text.get_text() for text in figure.axes[0].get_xticklabels()]
    assert ticks == ["0.1", "1", "10", "100", "1,000", "10,000", "100,000"]
    # A number stands at a lever that no other beats, and its name below the figure.
    assert [text.get_text() for text in figure.axes[0].texts] == ["1"]
    assert figure.get_supxlabel() == f"1  {priced['lever'].iloc[0]}"
    rows = comparison.costs_table(priced, {name: name.upper() for name in priced["lever"]}).rows
    assert [row[0] for row in rows] == [name.upper() for name in priced["lever"]]
    assert [row[2] for row in rows] == ["12,000", "-"]
    assert [row[3] for row in rows] == [("+10,000", "0 to +20,000"), ("-", "")]
