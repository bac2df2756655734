"""The observations as targets."""

from __future__ import annotations

import numpy as np
import pytest

from sim import evidence, months
from sim.calibration import members
from sim.calibration.fit import Plan, compiled
from sim.calibration.fitted import BANDS, FITTED, SPLIT, STATUSES, posterior, status
from sim.calibration.series import SERIES, logit, percent
from sim.calibration.targets import (
    LAST_FITTED,
    LAST_OBSERVED,
    between,
    covariance,
    modelled,
    published,
    starts,
    targets,
    values,
)
from sim.evidence.codes import COUNTED
from sim.evidence.posterior import read
from sim.evidence.survey import split_error


@pytest.mark.parametrize("until", ["2024-12", "2025-03", "2025-06", "2025-12"])
def test_nothing_later_than_the_cut_off_is_known(until):
    found = targets(months.parse(until))
    assert found
    assert max(aim.month for aim in found) <= months.parse(until)


@pytest.mark.parametrize("until", [None, LAST_FITTED, LAST_FITTED + 3, LAST_FITTED + 120])
def test_a_fit_aims_at_every_figure_to_june_2026(until):
    assert months.text(LAST_FITTED) == "2026-06"
    assert targets(until) == published()
    late = {aim.of.key for aim in published() if aim.month > months.parse("2025-12")}
    assert late == {"origin", "open", "users", "derived", "wanted", "gateway"}


def test_what_people_said_they_would_do_is_a_figure_of_a_year_later():
    (aim,) = (aim for aim in published() if aim.of.key == "wanted")
    assert months.text(aim.month) == "2026-06"
    assert aim not in targets(months.parse("2026-05"))
    assert aim in targets(months.parse("2026-06"), origin=True)


def test_every_series_has_a_target_and_every_target_a_view():
    found = targets()
    assert {aim.series for aim in found} == set(SERIES)
    nations = set(evidence.load().nations.iso3)
    for aim in found:
        assert aim.code in aim.of.codes
        assert (aim.place in nations) == aim.of.by_nation
        assert 0.0 < aim.value < 100.0
        assert aim.error > 0.0


def test_views_count_ecosystems_that_exist():
    known = {ecosystem.id for ecosystem in evidence.load().ecosystems}
    assert {k for codes in COUNTED.values() for k in codes} == known


def test_nations_that_are_left_out_are_not_known():
    kept = targets(nations=["DEU", "BRA"])
    mine = {aim.place for aim in kept if aim.series == SPLIT}
    assert mine == {"DEU", "BRA"}
    others = [aim for aim in targets() if aim.series != SPLIT]
    assert [aim for aim in kept if aim.series != SPLIT] == others


def test_printed_figures_go_before_bands():
    found = {aim.place: aim for aim in targets() if aim.series == BANDS}
    assert found["BLR"].value == 56.0
    assert found["KEN"].value == 8.0
    assert found["DEU"].value == 2.5
    assert found["KEN"].error > found["BLR"].error
    assert found["SAU"].value == 8.0
    assert len(found) == 79


def test_covariances_are_covariances():
    found = targets()
    table = covariance(found)
    np.testing.assert_allclose(table, table.T)
    assert np.linalg.eigvalsh(table).min() > 0.0
    np.testing.assert_allclose(
        np.diag(table) - np.diag(between(found, found)), [aim.error**2 for aim in found]
    )


def test_an_upper_bound_holds_from_above_alone():
    aim = next(aim for aim in targets() if aim.bound == "at most")
    shown = modelled(
        [aim],
        {aim.series: np.array([1.0, 13.0, 40.0]).reshape(1, 1, 1, 3)},
        (),
        {aim.series: np.array([aim.month - months.FIRST])},
    )
    np.testing.assert_allclose(shown[0], logit(np.array([aim.value, 13.0, 40.0])))


def test_a_bound_holds_from_below_alone():
    aim = next(aim for aim in targets() if aim.bound == "at least")
    path = np.full((36, 1, len(aim.of.codes), 3), 10.0)
    place = (aim.month - months.FIRST, 0, aim.of.codes.index(aim.code))
    path[place] = [30.0, 50.0, 80.0]
    shown = modelled([aim], {aim.series: path}, (), {aim.series: np.arange(36)})
    np.testing.assert_allclose(percent(shown[0]), [30.0, 50.0, 50.0])
    assert values([aim])[0] == pytest.approx(float(logit(np.array(50.0))))


def test_every_fitted_parameter_exists_is_drawn_and_may_be_moved():
    drivers = compiled(Plan())
    unknown = members.unknowns(drivers)
    held = {row.path: row for row in unknown.held}
    assert set(FITTED) <= set(held)
    assert all(held[path].status == "range" for path in FITTED)
    may_move = unknown.may_move(targets())
    assert may_move.shape == (len(unknown.held), len(targets()))
    for place, row in enumerate(unknown.held):
        assert may_move[place].any() == (row.path in FITTED)


def test_a_parameter_is_called_fitted_exactly_if_the_smoother_may_move_it():
    drivers = compiled(Plan())
    unknown = members.unknowns(drivers)
    may_move = unknown.may_move(targets())
    moved = {row.path for place, row in enumerate(unknown.held) if may_move[place].any()}
    rows = evidence.load().parameters
    assert {row.path for row in rows if status(row) == "fitted"} == moved
    assert {status(row) for row in rows} == set(STATUSES)
    assert not {"taste_region", "lag.cn_open", "release_rate.cn_open"} & moved


def test_the_posterior_of_a_parameter_is_that_of_the_shipped_draws():
    draws = read()
    for row in evidence.load().parameters:
        found = posterior(row)
        assert (found is not None) == (row.path in FITTED)
        if found is not None:
            of_row = draws.values[:, draws.names.index(row.path)]
            assert row.low <= found[0] <= found[1] <= found[2] <= row.high
            assert np.mean(of_row <= found[1]) == pytest.approx(0.5, abs=0.05)  # draws are rounded


SURVEY = [
    name for name, of in SERIES.items() if name.startswith("so2025full_") and of.key != "wanted"
]
USERS = "genai_user_share_of_working_age_population"


def test_an_origin_does_not_know_the_survey_before_it_came_out():
    june, july = (targets(months.parse(until), origin=True) for until in ("2025-06", "2025-07"))
    assert not {aim.series for aim in june} & set(SURVEY)
    assert {aim.series for aim in july} >= set(SURVEY)
    # A fit of today to June 2025 knows what came out later too.
    assert {aim.series for aim in targets(months.parse("2025-06"))} >= set(SURVEY)


@pytest.mark.parametrize("until", ["2025-06", "2025-09", "2025-12", "2026-03"])
def test_an_origin_knows_no_figure_of_later_months_or_that_came_out_later(until):
    month = months.parse(until)
    found = [*targets(month, origin=True), *starts(month, origin=True)]
    assert found
    assert max(max(aim.month, aim.out) for aim in found) <= month
    known = {(aim.series, aim.place, aim.month, aim.code, aim.value) for aim in found}
    for aim in published():
        key = (aim.series, aim.place, aim.month, aim.code, aim.value)
        assert (key in known) == (max(aim.month, aim.out) <= month)


def test_where_nations_start_is_known_from_the_report_on():
    for until, count in (("2025-10", 0), ("2025-11", 80), ("2026-03", 80)):
        found = starts(months.parse(until), origin=True)
        assert len(found) == count
        assert {aim.series for aim in found} <= {USERS}
    assert not {(aim.series, aim.place, aim.month) for aim in starts()} & {
        (aim.series, aim.place, aim.month) for aim in published()
    }


def test_an_origin_in_2026_knows_the_figures_before_it():
    found = targets(months.parse("2026-03"), origin=True)
    assert max(aim.month for aim in found) == months.parse("2026-03")
    assert sum(aim.series == USERS for aim in found) == 80


def test_no_figure_is_later_than_the_last_observed_month():
    assert max(aim.month for aim in published()) == LAST_OBSERVED


def test_every_figure_is_published_once():
    keys = [(a.series, a.place, a.month, a.code, a.value) for a in [*published(), *starts()]]
    assert len(keys) == len(set(keys))


def test_errors_of_the_survey_are_those_of_sampling_and_wide_where_few_are_typical():
    found = {(aim.place, aim.code): aim for aim in targets() if aim.series == SPLIT}
    assert {code for _, code in found} == {"cn_all", "us_open_all", "eu_all"}
    assert len(found) == 3 * 37
    assert found["USA", "cn_all"].error == pytest.approx(split_error("USA", "cn_all"))
    assert found["CHN", "cn_all"].error > 1.0
    assert found["RUS", "cn_all"].error > 0.5
    assert found["FRA", "eu_all"].value == 12.8


def test_tastes_of_nations_have_mean_zero_and_parameters_stay():
    unknown = members.unknowns(compiled(Plan()))
    scores = np.random.default_rng(1).standard_normal((len(unknown.names), 5))
    centred = unknown.centred(scores)
    rows = [n for n, name in enumerate(unknown.names)
            if name.startswith("taste/nation/") and name.endswith("/chinese")]  # fmt: skip
    assert len(rows) == 37
    np.testing.assert_allclose(centred[rows].mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_array_equal(centred[: len(unknown.held)], scores[: len(unknown.held)])
    flat = unknown.without_tastes(scores)
    assert not flat[len(unknown.held) :].any()
