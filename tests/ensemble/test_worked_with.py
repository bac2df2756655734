"""Use of a year: against a loop over nations, apart from shares, and the same in any block."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sim.ensemble import worked_with
from sim.ensemble.groups import choose
from sim.metrics import registry as metrics
from sim.metrics import use
from sim.world import answers
from sim.world.groups import Groups
from tests.ensemble.test_curves import together
from tests.strategies import ECOSYSTEMS, fake_drivers, fake_trajectory

NAMES = use.names(ECOSYSTEMS)
MIX = hnp.arrays(np.float64, (2, len(ECOSYSTEMS), 3), elements=st.floats(0.001, 1.0))
BREADTH, SHAPE = np.array([0.5, 6.0, 20.0]), np.array([0.2, 0.55, 3.0])


def of(found, name):
    return found[..., NAMES.index(name), :]


def test_every_answer_is_a_metric_of_its_own_beside_the_shares():
    known = {metric.name: metric for metric in metrics.every(ECOSYSTEMS)}
    assert set(NAMES) <= set(known)
    assert {"used.us_closed", "used.cn", "used.us_open", "used.eu"} <= set(NAMES)
    assert not any(name.startswith("share.") for name in NAMES)
    for name in NAMES:
        metric = known[name]
        assert (metric.unit, metric.span, metric.world) == ("fraction", "month", False)
        assert "never to be taken for a share" in metric.description
        assert "year" in metric.title
        assert "Share" not in metric.title
    assert "main ecosystem" in known["share.us_closed"].description


@given(MIX)
def test_answers_are_fractions_in_their_order(raw):
    year = raw / raw.sum(axis=1, keepdims=True)
    found = answers.of_nations(year, ECOSYSTEMS, BREADTH, SHAPE)
    assert found.shape == (2, len(NAMES), 3)
    assert ((found >= 0.0) & (found <= 1.0)).all()
    mains = year[:, [ECOSYSTEMS.index(k) for k in ("cn_closed", "cn_open")]].sum(axis=1)
    least = 1.0 - 1e-12
    assert (of(found, "used.cn") >= mains * least).all()
    assert (of(found, "only.cn") * least <= mains).all()
    assert (of(found, "used.cn") >= of(found, "used.cn_open") * least).all()
    both = of(found, "both.us_closed_and_cn")
    assert (both * least <= np.minimum(of(found, "used.cn"), of(found, "used.us_closed"))).all()
    assert (both + of(found, "only.cn") <= of(found, "used.cn") + 1e-9).all()
    # A class of one ecosystem is that ecosystem.
    assert np.allclose(of(found, "used.eu"), of(found, "used.eu_open"), rtol=1e-12)


def test_a_developer_of_no_breadth_works_with_the_main_ecosystem_alone():
    year = np.full((1, 7, 1), 1.0 / 7.0)
    found = answers.of_nations(year, ECOSYSTEMS, np.array([1e-12]), np.array([0.5]))
    expected = dict.fromkeys(NAMES, 1 / 7) | {
        "used.cn": 2 / 7, "used.us_open": 2 / 7, "only.cn": 2 / 7, "both.us_closed_and_cn": 0.0,
    }  # fmt: skip
    assert found[0, :, 0] == pytest.approx([expected[name] for name in NAMES], abs=1e-9)


def test_groups_are_means_of_their_nations_by_builders_over_the_year_before():
    drivers = fake_drivers()
    block = fake_trajectory(drivers, 5, np.arange(4))
    shown = choose(drivers.groups, drivers.regions)
    breadth, shape = np.array([2.0, 4.0, 6.0, 8.0]), np.array([0.3, 0.5, 0.8, 1.2])
    found = worked_with.by_group(
        [block], np.array([7, 29]), ECOSYSTEMS, shown, breadth, shape, full=True
    )
    assert found.shape == (2, len(shown.slugs) + 4, len(NAMES), 4)
    chinese = [ECOSYSTEMS.index(name) for name in ("cn_open", "cn_closed")]
    abroad = shown.slugs.index("world_without_china")
    for place, months in enumerate((range(8), range(18, 30))):  # no months before the first
        for run in range(4):
            used, weights = [], []
            for nation, name in enumerate(drivers.nations):
                x = np.mean([block.met[t, nation, chinese, run].sum() for t in months])
                used.append(x + (1 - x) * (1 - (1 + breadth[run] * x / shape[run]) ** -shape[run]))
                weights.append(0.0 if name == "CHN" else block.developers[months[-1], nation, run])
            nations = of(found, "used.cn")[place, len(shown.slugs) :, run]
            assert nations == pytest.approx(used, rel=1e-5)  # single precision of what was met
            mean = np.average(used, weights=weights)
            assert of(found, "used.cn")[place, abroad, run] == pytest.approx(mean, rel=1e-5)


def test_only_and_both_are_those_of_the_view_of_the_survey():
    raw = np.random.default_rng(4).dirichlet(np.ones(7), size=2)
    year = raw[..., None].repeat(3, axis=2)
    found = answers.of_nations(year, ECOSYSTEMS, BREADTH, SHAPE)
    cn = year[:, 1] + year[:, 4]
    assert np.allclose(of(found, "only.cn"), answers.only(cn, BREADTH, SHAPE))
    expected = answers.both(year[:, 0], cn, BREADTH, SHAPE)
    assert np.allclose(of(found, "both.us_closed_and_cn"), expected)


@pytest.mark.parametrize("workers", [1, 3])
def test_blocks_and_workers_change_no_bit(workers):
    drivers = fake_drivers()
    groups = Groups(("world",), np.ones((1, 4), dtype=bool))
    at, breadth, shape = np.array([11, 23, 35]), np.full(50, 5.9), np.full(50, 0.54)
    whole = worked_with.by_group(
        [fake_trajectory(drivers, 1, np.arange(50))], at, ECOSYSTEMS, groups, breadth, shape
    )
    parts = [fake_trajectory(drivers, 1, np.arange(a, b)) for a, b in ((0, 1), (1, 9), (9, 50))]
    split = worked_with.by_group(parts, at, ECOSYSTEMS, groups, breadth, shape, workers=workers)
    alone = worked_with.by_group(
        parts[:1], at, ECOSYSTEMS, groups, breadth[:1], shape[:1], workers=workers
    )
    assert np.array_equal(whole, split)
    assert np.array_equal(whole[..., :1], alone)


def test_a_month_that_was_not_asked_has_no_answer(drivers):
    ensemble = together(drivers, range(3))
    metric = next(m for m in metrics.every(ECOSYSTEMS) if m.name == "used.cn")
    with pytest.raises(ValueError, match="not asked"):
        ensemble.measured(metric, np.array([3]))
    moved = replace(ensemble, share=ensemble.share[:, :, ::-1])
    at = metrics.reported(ensemble.months)
    assert np.array_equal(moved.measured(metric, at), ensemble.measured(metric, at))


def test_outcomes_hold_use_of_a_year_for_every_group_each_december(result):
    table = result.outcomes
    used = table[table["metric"] == "used.cn"]
    shares = table[table["metric"] == "share.bloc_cn"]
    for column in ("group", "month", "run"):
        assert set(used[column]) == set(shares[column])
    assert len(used) == len(shares)
    assert (used["unit"] == "fraction").all()
    assert used["value"].between(0, 1).all()
    assert not np.array_equal(used["value"], shares["value"])
