"""Plain names in place of ids, and figures with the digits that a reader needs."""

from __future__ import annotations

import pytest

from sim.calibration.series import SERIES
from sim.evidence import load
from sim.report import titles
from sim.report.scored import CODES


def test_every_parameter_has_a_short_title():
    names = {row.name for row in load().parameters}
    assert names <= set(titles.PARAMETERS)
    assert max(map(len, titles.PARAMETERS.values())) <= 44
    assert len(set(titles.PARAMETERS.values())) == len(titles.PARAMETERS)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("parameters.network", "Strength of network effects"),
        ("parameters.lag.cn_open", "Months behind the frontier (Chinese open)"),
        ("parameters.risk_weight.independent", "Weight of perceived risk (independents)"),
        ("levers.us_nairr_scaleup.strength", "Enlarge the national research compute: strength"),
        ("scenario", "Scenario"),
        ("period.end", "Last month"),
    ],
)
def test_a_path_has_a_title(path, words):
    assert titles.factor(path) == words


@pytest.mark.parametrize(
    ("metric", "value", "text", "unit"),
    [
        ("share.bloc_us", 2 / 3, "66.7", "%"),
        ("share.sovereign", 0.0001, "<0.1", "%"),
        ("share.sovereign", 0.0, "0.0", "%"),
        ("cn_over_us.happened", 0.25, "25.0", "%"),
        ("plurality", 10 / 3, "3.33", "ecosystems"),
        ("cost.public", 25987.3, "25,990", "USD million"),
        ("developers.total", 123456789.0, "123,500,000", "developers"),
    ],
)
def test_a_figure_has_the_digits_that_are_read(metric, value, text, unit):
    assert titles.figures(metric, value) == (text,)
    assert titles.unit(metric) == unit


def test_a_study_is_named_by_its_title_or_by_what_options_vary():
    asked = {
        "study": {"name": "baseline", "title": "baseline over parameters.network",
                  "vary": {"parameters.network": [1, 2]}},
        "scenario": {"title": "Today's policies"},
    }  # fmt: skip
    assert titles.study(asked) == "Today's policies: strength of network effects"
    asked["study"]["title"] = "Mine"
    assert titles.study(asked) == "Mine"


def test_a_scenario_is_named_by_the_title_that_its_result_holds():
    asked = {"scenarios": {"mine": {"title": "My own package"}}}
    assert titles.scenario("mine", asked) == "My own package"
    assert titles.level("scenario", "mine", asked) == "My own package"
    assert titles.level("parameters.network", 0.6666666666666667, asked) == "0.667"
    assert titles.level("levers.x.start", "2027-06", asked) == "2027-06"


def test_what_was_observed_in_a_nation_has_a_title_and_names_whose_it_is():
    known = load()
    rows = [row for row in known.observations if row.place in known.nations.iso3]
    bare = {row.series for row in rows} - set(SERIES)
    assert bare == set(titles._OBSERVED), "those that the calibration names are named there"
    assert {row.ecosystem for row in rows if ":" in row.ecosystem} <= set(CODES)
    for row in rows:
        assert titles.observed(row.series)[0].isupper(), row.series
