"""What the page says of parameters agrees with what the scenario did."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from sim.calibration.fitted import FITTED
from sim.calibration.targets import targets
from sim.evidence import load
from sim.evidence.posterior import read
from sim.report import basis, history, rows
from sim.report.page import context, page
from sim.scenario import load as load_scenario

SAID = {
    "calibrated": "taken from draws that were fitted to what was observed of use to 2026-06",
    "drawn": "drawn from their ranges; they were not fitted to these figures",
    "default": "held at their defaults; they were not fitted to these figures",
}


def of(result, mode):
    ensemble = SimpleNamespace(parameters=mode)
    return replace(result, scenario=replace(result.scenario, ensemble=ensemble))


@pytest.mark.parametrize("mode", SAID)
def test_the_page_says_what_the_parameters_rest_on(result, known, mode):
    text = page(of(result, mode), known).replace("\u2011", "-")
    for other, said in SAID.items():
        assert (said in text) == (other == mode)
    assert "nothing was fitted" not in text


@pytest.mark.parametrize("mode", SAID)
def test_figures_are_marked_as_in_the_fit_where_there_was_one(result, known, mode):
    views = context(of(result, mode), known)["history"]
    marked = {view["title"]: [row["fit"] for row in view["rows"]] for view in views}
    some = any(history.IN_FIT in marks for marks in marked.values())
    assert some == (mode == "calibrated")
    for view in views:
        assert ("in-sample" in view["says"]) == (mode == "calibrated")


def test_without_shipped_draws_calibrated_means_the_ranges(monkeypatch):
    monkeypatch.setattr(basis, "read_draws", lambda: None)
    assert basis.sentence("calibrated") == basis.sentence("drawn")
    assert basis.used("calibrated") == frozenset()


def test_the_marks_are_the_targets_of_the_fit(result):
    used = basis.used("calibrated")
    aimed = {(aim.series, aim.place) for aim in targets() if aim.of.by_nation}
    assert {pair for pair in used if pair[1].isupper()} == aimed
    assert {view.series for view in history.VIEWS.values()} <= {series for series, _ in used}
    view = history.view("deepseek_by_nation", result.seen["deepseek_by_nation"], {}, used)
    assert "in 4 of 5 nations. The fit used all of these 5 figures" in view["says"]
    month = result.seen["chinese_sites_by_month"]
    view = history.view("chinese_sites_by_month", month, {}, used)
    assert [row["fit"] for row in view["rows"]] == [history.IN_FIT] * 3 + [""]


def test_the_posterior_stands_beside_the_prior_where_there_is_one():
    draws = read()
    for row in load().parameters:
        made = rows.parameter(row, {}, {})
        assert (made["posterior"] != "") == (row.path in FITTED)
        assert (made["status"] == "fitted") == (row.path in FITTED)
    made = rows.parameter(next(r for r in load().parameters if r.path == "leak"), {}, {})
    low = draws.values[:, draws.names.index("leak")].min()
    assert float(made["posterior"].split("(")[1].split()[0]) >= round(low, 3)


def test_the_description_of_the_reference_says_that_parameters_were_fitted():
    scenario = load_scenario("baseline")
    assert scenario.ensemble.parameters == "calibrated"
    assert "fitted to what was observed" in scenario.description
    assert "drawn from its range" not in scenario.description
