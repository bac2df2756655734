"""What the series see, against the equations of the model page on small random worlds."""

from __future__ import annotations

import numpy as np
import pytest

from sim import months
from sim.calibration import series
from sim.calibration.fitted import SPLIT
from sim.calibration.series import SERIES
from sim.calibration.targets import published
from sim.evidence.codes import COUNTED
from sim.scenario import compile as compiled
from sim.scenario import load
from sim.world import simulate, views
from sim.world.rows import B, P
from tests.world import worlds


@pytest.fixture(scope="module")
def small():
    """A few nations of the evidence to the end of 2025, six replicates."""
    scenario = load({"extends": "baseline", "nations": ["BRA", "CHN", "DEU", "KEN", "USA"],
                     "period": {"start": "2023-01", "end": "2025-12"},
                     "ensemble": {"runs": 6, "seed": 3}})  # fmt: skip
    drivers = compiled(scenario)
    replicates = np.arange(6)
    seen = simulate(drivers, seed=3, replicates=replicates)
    return drivers, seen, views.lanes(drivers, 3, replicates)


@pytest.mark.parametrize("name", SERIES)
def test_views_are_percent_of_a_whole(small, name):
    drivers, seen, known = small
    of = SERIES[name]
    path = views.view(of, seen, drivers, known)
    places = len(drivers.nations) if of.by_nation else 1
    assert path.shape == (36, places, len(of.codes), 6)
    assert np.isfinite(path).all()
    assert path.min() >= 0.0
    assert path.max() <= 100.0
    if len(of.codes) > 1 and of.key not in ("used", "both"):  # who uses two counts twice
        assert path.sum(axis=2).max() <= 100.0 + 1e-9


def test_firms_and_derivatives_are_sums_over_nations():
    from sim.world.block import empty_record, prepare
    from sim.world.kernel import run

    drivers = worlds.refreshed(worlds.toy(9, 4, 4, 3, horizon=12, last_fact=11))
    block = prepare(drivers, 2, np.arange(3))
    record = empty_record(drivers, 3, 12)
    run(block, record, 0, 12)
    f, s = drivers.facts, block.state
    firms = np.einsum("i,il,ikl->kl", f.surveyed, s.builders, s.share[:, 0])
    np.testing.assert_allclose(record.firms[11], firms, rtol=1e-12)
    built = np.einsum("il,ikl->kl", s.builders, block.scratch.fresh_choice)
    recency = block.parameters.scalar[P.derived_recency]
    expected = built * (1.0 + f.recent[11][:, None]) ** recency
    np.testing.assert_allclose(record.derived[11], expected, rtol=1e-12)
    weights = block.parameters.segment[1:3, B.segment_weight].sum(axis=0)
    total = block.scratch.fresh_choice.sum(axis=1)
    assert (np.isclose(total, weights) | np.isclose(total, 0.0)).all()


def test_the_menu_of_routers_moves_their_tokens_and_nothing_else():
    drivers = worlds.refreshed(worlds.toy(4, 3, 4, 3, horizon=12, last_fact=11))
    f = drivers.facts
    free = f.line_on * (f.line_of == 2)
    off, on = (worlds.with_facts(drivers, line_free=given) for given in (np.zeros_like(free), free))
    a, b = (simulate(d, seed=1, replicates=np.arange(3)) for d in (off, on))
    assert (b.routed[:, 2] >= a.routed[:, 2]).all()
    assert (b.routed[:, 2] > a.routed[:, 2]).any()
    assert (np.delete(b.routed, 2, 1) <= np.delete(a.routed, 2, 1)).all()
    for name in ("share", "developers", "visits", "firms", "derived"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))


def test_a_half_year_is_the_mean_of_its_months(small):
    drivers, seen, known = small
    of = SERIES["deepseek_market_share"]
    path = views.view(of, seen, drivers, known)
    place, k = drivers.nations.index("KEN"), drivers.ecosystems.index
    half = slice(months.parse("2025-07") - months.FIRST, 36)
    use = seen.visits[half, place].mean(axis=0)
    base = use.sum(axis=0) - use[k("cn_closed")]
    expected = 100.0 * use[k("cn_open")] / base * known["visit_factor"]
    np.testing.assert_allclose(path[35, place, 0], expected)


def test_users_begin_at_what_was_observed(small):
    drivers, seen, known = small
    path = views.view(SERIES["genai_user_share_of_working_age_population"], seen, drivers, known)
    at = months.parse("2025-06") - months.FIRST
    shown = path[at, :, 0].mean(axis=1) / 100.0
    np.testing.assert_allclose(shown, drivers.facts.ai_users, rtol=0.25)


def test_looking_changes_nothing():
    drivers = worlds.refreshed(worlds.toy(6, 3, 4, 3, horizon=12, last_fact=5))
    a, b = (simulate(drivers, seed=1, replicates=np.arange(3), view_months=n) for n in (0, 12))
    assert a.firms.shape == (0, 4, 3)
    for name in ("share", "developers", "stance", "compute", "routed"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))


@pytest.mark.parametrize("value", [0.0, 0.01, 3.0, 50.0, 99.99, 100.0])
def test_log_odds_and_back(value):
    odds = series.logit(np.array(value))
    assert np.isfinite(odds)
    assert series.percent(odds) == pytest.approx(min(max(value, 0.05), 99.95))


def test_months_that_are_asked_for_are_those_of_the_whole_path(small):
    drivers, seen, known = small
    at = np.array([3, 17, 29, 35])
    for of in SERIES.values():
        whole = views.view(of, seen, drivers, known)
        np.testing.assert_array_equal(views.view(of, seen, drivers, known, at), whole[at])


def test_main_users_stay_by_twelve_months_of_the_choice(small):
    """Followed one by one: who does not think over stays, who does keeps the old one or takes P."""
    drivers, seen, known = small
    of = SERIES["main_ecosystem_kept_a_year"]
    month, lane = 29, 4
    mine = [drivers.ecosystems.index(k) for k in COUNTED["cn_all"]]
    there = [n for n, name in enumerate(drivers.nations) if name != "CHN"]
    weight = seen.developers[month, there, lane]
    share = weight @ seen.share[month, there, :, lane] / weight.sum()
    expected = 0.0
    for s in range(known["stay"].shape[0]):
        rho, bonus = known["reconsider"][s, lane], np.exp(known["stay"][s, lane]) - 1.0
        users = np.where(np.isin(np.arange(share.size), mine), share, 0.0)
        begun = users.sum()
        for _ in range(12):
            after = np.zeros_like(users)
            for k, part in enumerate(users):
                keep = bonus * share[k] / (1.0 + bonus * share[k])
                after += part * rho * (1.0 - keep) * share
                after[k] += part * (1.0 - rho + rho * keep)
            users = after
        expected += known["answering"][s, lane] * users[mine].sum() / begun
    path = views.view(of, seen, drivers, known)
    assert path[month, 0, 0, lane] == pytest.approx(100.0 * expected)


def test_one_class_has_what_the_others_leave(small):
    drivers, seen, known = small
    left = {of.name: of for of in SERIES.values() if of.rest is not None}
    aims = {(aim.series, aim.code) for aim in published()}
    assert not aims & {(name, of.rest) for name, of in left.items()}
    assert {of.rest for of in left.values()} == {"us_closed", "us_all"}
    of = left[SPLIT]
    assert of.rest == "us_closed"
    path = views.view(of, seen, drivers, known)
    others = [c for c, code in enumerate(of.codes) if code != of.rest]
    rest = path[:, :, of.codes.index(of.rest)]
    np.testing.assert_allclose(rest, 100.0 - path[:, :, others].sum(axis=2), atol=1e-8)
