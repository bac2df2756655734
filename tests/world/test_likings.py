"""What nations hold of ecosystems, and that developers and consumers are two populations."""

from __future__ import annotations

import numpy as np
import pytest

from sim.scenario import compile as compiled
from sim.scenario import load
from sim.scenario.facts import ROOTS
from sim.world import likings, simulate, streams
from sim.world.parameters import draw
from sim.world.rows import B
from tests.world import worlds

RUNS = np.arange(3)


def of_evidence(**held):
    """Return the baseline of a few nations with parameters held, no draws of a calibration."""
    changes = {f"parameters.{name}": value for name, value in held.items()}
    document = {
        "extends": "baseline", "nations": ["CHN", "DEU", "FRA", "IRN", "KEN", "USA", "VNM"],
        "period": {"start": "2023-01", "end": "2025-12"},
        "ensemble": {"runs": 3, "seed": 1, "parameters": "default"},
    }  # fmt: skip
    return compiled(load(document, list(changes.items())))


def standing(drivers):
    run = streams.run_keys(1, RUNS)
    return likings.standing(drivers, draw(drivers, 1, RUNS), run, None)


def test_leaning_saturates_and_is_nothing_at_the_middle():
    middle, width = np.array([-0.35]), np.array([0.4])
    lean = likings.leaning(np.array([-1.0, -0.35, 0.0, 0.5, 1.0]), middle, width)[:, 0]
    assert lean[1] == 0.0
    assert (np.diff(lean) > 0).all()
    # Half of the way from the middle to the United States says nearly all.
    assert lean[3] > 0.95 * lean[4]
    np.testing.assert_allclose(lean[3], np.tanh(0.85 / 0.4))


def test_home_english_and_brand_stand_where_they_belong():
    calm = {"noise": 0, "alignment_weight": 0, "english": 0, "english_us_open": 0}
    calm |= {f"home_bias.{where}": 0 for where in ROOTS} | {"home_bias.FRA": 0.8}  # its least
    plain = of_evidence(**calm)
    k = plain.ecosystems.index
    nation = plain.nations.index
    base = standing(plain)
    home = standing(of_evidence(**calm | {"home_bias.europe": 0.5})) - base
    assert home[nation("DEU"), k("eu_open")] == pytest.approx(0.5)
    assert home[nation("FRA"), k("eu_open")] == pytest.approx(0.5)
    assert np.count_nonzero(home) == 2 * RUNS.size
    english = standing(of_evidence(**calm | {"english": 0.6})) - base
    chinese = [k("cn_open"), k("cn_closed")]
    np.testing.assert_allclose(english[:, chinese], -0.6 * plain.facts.english[:, None, None] * 1.0
                               + np.zeros((1, 2, RUNS.size)))  # fmt: skip
    assert not np.delete(english, chinese, axis=1).any()
    pulled = standing(of_evidence(**calm | {"english_us_open": 0.4})) - base
    us_open = [k("us_open_restricted"), k("us_permissive")]
    expected = 0.4 * plain.facts.english[:, None, None] + np.zeros((1, 2, RUNS.size))
    np.testing.assert_allclose(pulled[:, us_open], expected)
    assert not np.delete(pulled, us_open, axis=1).any()
    brand = standing(of_evidence(**calm | {"ecosystem_pull.eu_open": -1.0})) - base
    np.testing.assert_allclose(brand[:, k("eu_open")], -1.0)
    assert not np.delete(brand, k("eu_open"), axis=1).any()


def test_tastes_are_against_us_closed_models():
    held = {"alignment_weight": 0, "english": 0, "english_us_open": 0, "home_bias.FRA": 0.8}
    noisy = of_evidence(**held)
    liked = standing(noisy) - standing(of_evidence(**held | {"noise": 0}))
    k = noisy.ecosystems.index
    assert not liked[:, k("us_closed")].any()
    np.testing.assert_array_equal(liked[:, k("cn_open")], liked[:, k("cn_closed")])
    np.testing.assert_array_equal(liked[:, k("us_permissive")], liked[:, k("us_open_restricted")])
    alone = standing(of_evidence(**held | {"taste_us_open": 0})) - standing(
        of_evidence(**held | {"noise": 0})
    )
    assert not alone[:, k("us_permissive")].any()


def test_consumers_move_visits_and_no_developer():
    a, b = (
        simulate(of_evidence(consumer_pull=pull, leak=leak), seed=1, replicates=RUNS)
        for pull, leak in ((1.0, 0.02), (4.0, 0.2))
    )
    for name in ("share", "met", "developers", "routed", "firms", "derived"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
    assert (a.visits != b.visits).any()


def test_developers_move_no_consumer():
    a, b = (
        simulate(
            of_evidence(alignment_weight=align, leak_developers=leak, trial=0),
            seed=1,
            replicates=RUNS,
        )
        for align, leak in ((0.0, 0.1), (1.0, 1.0))
    )
    assert (a.share != b.share).any()
    np.testing.assert_allclose(a.visits, b.visits, rtol=1e-12)


def test_who_is_listed_by_one_of_three_leaks_for_the_others():
    drivers = of_evidence()
    f, p = drivers.facts, draw(drivers, 1, RUNS)
    place, k = drivers.nations.index("VNM"), drivers.ecosystems.index("us_closed")
    early = f.unlisted[6, place, k]
    assert 0.0 < early < 1.0
    assert f.access[6, place, 3 * k] == pytest.approx(1.0 - early)
    assert (f.unlisted[:, drivers.nations.index("IRN"), k] == 1.0).all()
    assert not f.unlisted[:, drivers.nations.index("USA")].any()
    assert p.scalar.shape[1] == RUNS.size


def test_china_begins_abroad_in_part_and_all_others_where_they_are():
    drivers = of_evidence(start_home=0.4)
    begun = likings.first_shares(drivers.facts, np.full(2, 0.4))
    k = drivers.ecosystems.index
    china = begun[drivers.nations.index("CHN")]
    np.testing.assert_allclose(china[k("cn_closed")], 0.4)
    np.testing.assert_allclose(china[k("us_closed")], 0.6)
    np.testing.assert_array_equal(begun[drivers.nations.index("KEN"), k("us_closed")], 1.0)
    np.testing.assert_allclose(begun.sum(axis=1), 1.0)


def test_answers_are_the_shares_where_nothing_is_tried_and_firms_count_by_weight():
    drivers = worlds.refreshed(worlds.toy(4, 3, horizon=12, last_fact=11, trial=0, drawn=False))
    weight = draw(drivers, 1, RUNS).segment[:, B.segment_weight, 0]
    drivers = worlds.with_parameters(drivers, own_use=1.0, employed=float(weight[0]))
    seen = simulate(drivers, seed=1, replicates=RUNS)
    np.testing.assert_allclose(seen.met, seen.share, atol=1e-6)  # kept in single precision


def test_answers_of_a_world_of_one_segment_are_its_own():
    drivers = worlds.refreshed(worlds.toy(4, 3, segments=1, horizon=12, last_fact=11, trial=0))
    seen = simulate(drivers, seed=1, replicates=RUNS)
    np.testing.assert_allclose(seen.met, seen.share, atol=1e-6)
