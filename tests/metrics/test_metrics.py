"""Metrics: closed forms on made-up shares, and no missing value anywhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim import months
from sim.metrics import registry as metrics
from sim.metrics import shipped
from tests.ensemble.test_curves import together
from tests.strategies import ECOSYSTEMS


@pytest.fixture
def ensemble(drivers):
    return together(drivers, range(5))


def outcome(ensemble, name):
    metric = next(each for each in metrics.every(ECOSYSTEMS) if each.name == name)
    return ensemble.measured(metric, metrics.reported(ensemble.months))


def test_outcomes_are_at_each_december_and_the_last_month():
    span = np.arange(months.parse("2023-01"), months.parse("2025-06"))
    found = [months.text(span[at]) for at in metrics.reported(span)]
    assert found == ["2023-12", "2024-12", "2025-05"]
    whole = np.arange(months.parse("2023-01"), months.parse("2024-01"))
    assert len(metrics.reported(whole)) == 1


def test_names_are_unique_and_described():
    known = metrics.every(ECOSYSTEMS)
    assert len({metric.name for metric in known}) == len(known)
    assert all(metric.title and metric.unit and metric.description for metric in known)
    titles = {metric.name: (metric.title, metric.heading, metric.scale) for metric in known}
    assert titles["share.us_closed"] == ("Share of US closed", "US closed", "fraction")
    assert titles["plurality"] == ("Plurality", "Plurality", "number")
    assert titles["cn_over_us.happened"][2] == "chance"


def test_blocs_and_ecosystems_sum_to_one(ensemble):
    blocs = sum(outcome(ensemble, f"share.bloc_{bloc}") for bloc in shipped.BLOCS)
    kinds = sum(outcome(ensemble, f"share.{kind}") for kind in ECOSYSTEMS)
    assert np.allclose(blocs, 1.0)
    assert np.allclose(kinds, 1.0)
    hardware = outcome(ensemble, "hardware_share.us") + outcome(ensemble, "hardware_share.cn")
    assert np.allclose(hardware, 1.0)
    counts = sum(outcome(ensemble, f"developers.{kind}") for kind in ECOSYSTEMS)
    assert np.allclose(counts, outcome(ensemble, "developers.total"))


def test_plurality_counts_equal_ecosystems():
    share = np.zeros((7, 1))
    share[:3] = 1 / 3
    assert shipped.plurality(share) == pytest.approx(3.0)
    assert shipped.plurality(np.eye(7)[:, :1]) == pytest.approx(1.0)


def test_dependence_is_the_largest_bloc(ensemble):
    us = np.zeros_like(ensemble.share)
    us[:, :, 0] = 0.4
    us[:, :, 2] = 0.3
    us[:, :, 4] = 0.3
    assert np.allclose(outcome(replace(ensemble, share=us), "dependence"), 0.7)


def test_influence_weighs_models_against_hardware(ensemble):
    models = outcome(ensemble, "share.bloc_cn")[:, :1]
    chips = outcome(ensemble, "hardware_share.cn")
    for weight in (0.0, 0.25, 1.0):
        weighed = replace(ensemble, drawn={"influence_model_weight": np.full(5, weight)})
        expected = weight * models + (1 - weight) * chips
        assert np.allclose(outcome(weighed, "influence.cn"), expected)


def test_the_crossing_is_the_first_month_over_and_censored_at_the_horizon(ensemble):
    share = np.zeros_like(ensemble.share)
    share[:, :, 0] = 0.6
    share[:, :, 4] = 0.4
    share[10:20, :, 0, 1], share[10:20, :, 4, 1] = 0.4, 0.6  # crosses and comes back
    share[:, :, 0, 2], share[:, :, 4, 2] = 0.4, 0.6  # ahead from the start
    crossed = replace(ensemble, share=share)
    assert outcome(crossed, "cn_over_us.happened")[0].tolist() == [0, 1, 1, 0, 0]
    horizon = len(ensemble.months)
    expected = [horizon, 10, 0, horizon, horizon]
    assert outcome(crossed, "cn_over_us.months")[0].tolist() == expected


def test_cost_is_of_the_whole_run(ensemble):
    assert np.allclose(outcome(ensemble, "cost.public"), ensemble.cost.sum(axis=0))


def test_serving_binds_in_the_months_in_which_its_load_is_above_one(ensemble):
    load = np.full_like(ensemble.load, 0.9)
    load[:9, 1], load[:, 2], load[:, 3] = 1.2, 3.0, 1.0  # exactly full is not yet too much
    bound = replace(ensemble, load=load)
    expected = [0.0, 9 / len(ensemble.months), 1.0, 0.0, 0.0]
    assert np.allclose(outcome(bound, "binding.serving")[0], expected)


def test_what_a_control_of_chips_moves_is_measured(ensemble):
    at = metrics.reported(ensemble.months)
    for name, values in (
        ("compute.training_cn", ensemble.training),
        ("compute.serving_cn", ensemble.serving),
        ("lag.added_cn", ensemble.extra_lag),
    ):
        assert np.array_equal(outcome(ensemble, name)[:, 0], values[at])


def test_every_metric_has_its_shape_and_is_finite(ensemble):
    at = metrics.reported(ensemble.months)
    for metric in metrics.every(ECOSYSTEMS):
        values = ensemble.measured(metric, at)
        shape = (1 if metric.world else len(ensemble.groups), 5)
        assert values.shape == ((len(at), *shape) if metric.span == "month" else shape)
        assert np.isfinite(values).all(), metric.name


def test_capability_forgone_by_hand(ensemble):
    three = replace(
        ensemble.month(0),
        index=np.array([[150.0], [140.0], [120.0]]),
        use=lambda: (np.array([[[0.5], [0.3], [0.2]], [[1.0], [0.0], [0.0]]]), np.ones((2, 1))),
        behind=lambda: np.zeros((2, 1)),
    )
    assert shipped.forgone(three).ravel() == pytest.approx([0.3 * 10 + 0.2 * 30, 0.0])


def test_capability_forgone_lies_between_nothing_and_the_distance_of_the_last(ensemble):
    metric = metrics.by_name()[shipped.FORGONE]
    at = metrics.reported(ensemble.months)
    values = ensemble.measured(metric, at)
    assert values.shape == (len(at), len(ensemble.groups), 5)
    best = ensemble.index.max(axis=1)
    of_record = values - ensemble.lacking[at]
    assert (of_record >= 0.0).all()
    assert (of_record <= (best - ensemble.index.min(axis=1))[at][:, None]).all()
    level = (ensemble.share * ensemble.index[:, None]).sum(axis=2) - ensemble.lacking
    np.testing.assert_allclose(values, (best[:, None] - level)[at], atol=1e-9)


def test_results_hold_no_metric_that_is_kept_on_request(ensemble):
    assert shipped.FORGONE not in {metric.name for metric in ensemble.metrics()}
