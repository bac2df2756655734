"""Forecasts of observations against the conditional normal distribution."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.calibration.forecast import own_paths, predict
from sim.calibration.series import SERIES, logit
from sim.calibration.targets import Target, between, covariance, values

NAME = "openrouter_open_weight_token_share"


def aim(month, value=20.0, error=0.1, **more):
    return Target(NAME, "WLD", month, "all_open", value, error, **more)


def test_it_is_the_conditional_normal():
    """40,000 members: the standard error of a mean is below 0.004."""
    known, wanted = [aim(700, 30.0), aim(702, 25.0)], [aim(703), aim(709)]
    shown_known, shown_wanted = np.full((2, 40_000), -1.2), np.full((2, 40_000), -1.0)
    draws = predict(known, shown_known, wanted, shown_wanted, np.random.default_rng(1))
    gain = between(wanted, known) @ np.linalg.inv(covariance(known))
    mean = -1.0 + gain @ (values(known) + 1.2)
    spread = covariance(wanted) - gain @ between(known, wanted)
    np.testing.assert_allclose(draws.mean(axis=1), mean, atol=0.02)
    np.testing.assert_allclose(np.cov(draws), spread, atol=0.02)


def test_without_known_figures_the_view_stands():
    draws = predict([], np.empty((0, 20_000)), [aim(700)], np.zeros((1, 20_000)),
                    np.random.default_rng(2), errors=False)  # fmt: skip
    of = SERIES[NAME]
    assert draws.mean() == pytest.approx(0.0, abs=0.03)
    slope = between([aim(700)], [aim(700)])[0, 0] - of.drift**2
    assert draws.var() == pytest.approx(of.drift**2 + slope, rel=0.05)


def test_a_bound_tells_nothing():
    rng = [np.random.default_rng(3) for _ in range(2)]
    wanted, shown = [aim(703)], np.zeros((1, 10))
    bound = [aim(700, 50.0, bound="at least")]
    told = predict(bound, np.zeros((1, 10)), wanted, shown, rng[0])
    plain = predict([], np.empty((0, 10)), wanted, shown, rng[1])
    np.testing.assert_array_equal(told, plain)


def test_a_figure_without_error_is_met():
    known = [aim(700, 37.0, error=1e-6)]
    draws = predict(known, np.full((1, 50), -2.0), [aim(700)], np.full((1, 50), -2.0),
                    np.random.default_rng(4), errors=False)  # fmt: skip
    np.testing.assert_allclose(draws, logit(np.array(37.0)), atol=1e-3)


USERS = "genai_user_share_of_working_age_population"


def users(place, month, value=20.0):
    return Target(USERS, place, month, "all", value, SERIES[USERS].error)


def test_a_nation_goes_on_from_its_own_last_figure():
    """Of two nations alike in the model the one above it stays above, by nearly all of it."""
    known = [users("BRA", 700, 30.0), users("DEU", 700, 20.0)]
    wanted = [users("BRA", 706), users("DEU", 706)]
    level, growth = logit(np.array(25.0)), 0.1
    shown = np.full((2, 20_000), level)
    draws = predict(known, shown, wanted, shown + growth, np.random.default_rng(5))
    middle = draws.mean(axis=1)
    gap = logit(np.array(30.0)) - logit(np.array(20.0))
    assert middle[0] - middle[1] == pytest.approx(gap, rel=0.05)
    assert middle.mean() == pytest.approx(logit(np.array([30.0, 20.0])).mean() + growth, abs=0.03)


def test_what_is_shared_and_what_is_a_nation_s_own_are_one_forecast():
    """Drawn one after the other they have mean and covariance of the two drawn at once.

    40,000 draws: standard errors of means below 0.001 and of covariances below 0.0002.
    """
    of, n = SERIES[USERS], 40_000
    known = [users("BRA", 700, 30.0), users("DEU", 700, 20.0), users("DEU", 703, 22.0)]
    shown = np.full((3, n), logit(np.array(25.0)))
    months = np.array([700, 703, 709])
    path = [replace(aim, place="WLD") for aim in (users("BRA", month) for month in months.tolist())]
    rng = np.random.default_rng(6)
    shared = predict(known, shown, path, np.zeros((3, n)), rng, errors=False)
    at = {700: 0, 703: 1, 709: 2}
    parts = []
    for place in ("BRA", "DEU"):
        mine = [k for k, aim in enumerate(known) if aim.place == place]
        left = values([known[k] for k in mine])[:, None] - shown[mine]
        left = left - shared[[at[known[k].month] for k in mine]]
        own = own_paths([known[k] for k in mine], left, of, months, rng)
        parts.append((shared + own)[2])
    wanted = [users("BRA", 709), users("DEU", 709)]
    at_once = predict(known, shown, wanted, np.zeros((2, n)), rng, errors=False)
    np.testing.assert_allclose(np.mean(parts, axis=1), at_once.mean(axis=1), atol=0.004)
    np.testing.assert_allclose(np.cov(parts), np.cov(at_once), atol=0.0006)


def test_a_place_without_figures_has_the_spread_of_its_own_process():
    of = SERIES[USERS]
    paths = own_paths([], np.empty((0, 20_000)), of, np.array([700, 760]), np.random.default_rng(7))
    assert paths.std(axis=1) == pytest.approx([of.own, of.own], rel=0.03)
    assert np.corrcoef(paths)[0, 1] == pytest.approx(of.own_memory**60, abs=0.02)


def test_what_is_a_nation_s_own_is_in_no_path_of_the_world():
    of, world = SERIES[USERS], users("WLD", 700)
    own = between([users("BRA", 700)], [users("BRA", 706), users("DEU", 706), world])[0]
    assert own[0] - own[1] == pytest.approx(of.own**2 * of.own_memory**6)
    assert between([world], [world])[0, 0] == pytest.approx(of.drift**2)
    assert own[2] == pytest.approx(of.drift**2)
