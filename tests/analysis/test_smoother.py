"""The smoother against the posterior of a linear model, which is known in closed form."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from sim.analysis.smoother import LONGEST, MOST, correction, fitted, perturbed


def _run(design, observed, covariance, may_move, members, steps, seed):
    rng = np.random.default_rng(seed)
    start = rng.standard_normal((design.shape[1], members))
    wanted = perturbed(observed, covariance, members, rng)
    return start, fitted(
        start, design @ start, design.__matmul__, wanted, covariance, may_move, steps
    )


def test_a_linear_model_gets_its_posterior():
    """Mean ``K y`` and covariance ``I - K H``; 20,000 members, error of a mean 0.007."""
    rng = np.random.default_rng(7)
    design = rng.normal(size=(5, 3))
    covariance = np.diag([0.5, 0.4, 0.3, 0.6, 0.2]) + 0.1
    observed = np.array([1.0, -0.5, 0.3, 0.8, -1.2])
    gain = design.T @ np.linalg.inv(design @ design.T + covariance)
    _, scores = _run(design, observed, covariance, np.ones((3, 5)), 20_000, 24, 1)
    np.testing.assert_allclose(scores.mean(axis=1), gain @ observed, atol=0.03)
    np.testing.assert_allclose(np.cov(scores), np.eye(3) - gain @ design, atol=0.03)


def test_held_unknowns_stay_and_the_others_fit_them():
    """The cut posterior: given the held one, the moved one has the posterior of the rest."""
    design = np.array([[1.0, 1.0], [0.5, -1.0]])
    covariance = np.diag([0.2, 0.3])
    observed = np.array([1.0, 0.5])
    may_move = np.array([[1.0, 1.0], [0.0, 0.0]])
    start, scores = _run(design, observed, covariance, may_move, 20_000, 24, 2)
    np.testing.assert_array_equal(scores[1], start[1])
    moved, held = design[:, :1], design[:, 1]
    gain = (moved.T @ np.linalg.inv(moved @ moved.T + covariance))[0]
    slope, level = np.polyfit(scores[1], scores[0], 1)
    assert level == pytest.approx(gain @ observed, abs=0.03)
    assert slope == pytest.approx(-gain @ held, abs=0.03)
    left = scores[0] - slope * scores[1] - level
    assert left.var() == pytest.approx(1.0 - (gain @ moved)[0], abs=0.03)


def test_a_target_moves_only_what_it_may_and_no_step_is_long():
    rng = np.random.default_rng(3)
    scores = rng.standard_normal((2, 500))
    may_move = np.array([[1.0], [0.0]])
    wanted = perturbed(np.array([40.0]), np.eye(1), 500, rng)
    show = partial(np.matmul, np.ones((1, 2)))
    after = fitted(scores, show(scores), show, wanted, np.eye(1), may_move, 1)
    np.testing.assert_array_equal(after[1], scores[1])
    assert after[0].mean() > scores[0].mean() + 0.3
    assert np.abs(after - scores).max() <= LONGEST + 1e-12


def test_members_whose_response_is_stronger_than_that_of_all_settle_too():
    """The common sensitivity is a third of that of some members, who overshoot by whole steps."""
    rng = np.random.default_rng(5)
    start = rng.standard_normal((1, 2_000))
    strength = np.where(np.arange(2_000) % 5 == 0, 5.0, 1.0)
    covariance = np.array([[0.01]])
    wanted = perturbed(np.array([1.0]), covariance, 2_000, rng)

    def missed(steps):
        show = partial(np.multiply, strength)
        found = fitted(start, show(start), show, wanted, covariance, np.ones((1, 1)), steps)
        return np.abs(wanted - strength * found)[0, ::5]

    assert np.quantile(missed(12), 0.9) < 0.2
    whole, now = MOST, start
    for _ in range(12):
        shown = strength * now
        now = now + whole * correction(start, now, shown, wanted, covariance, np.ones((1, 1)))
    assert np.quantile(np.abs(wanted - strength * now)[0, ::5], 0.9) > 0.2


def test_errors_have_mean_zero_and_their_covariance():
    """20,000 draws: a covariance of 0.3 is met within 0.02."""
    covariance = np.array([[0.5, 0.3], [0.3, 0.4]])
    drawn = perturbed(np.array([1.0, 2.0]), covariance, 20_000, np.random.default_rng(1))
    np.testing.assert_allclose(drawn.mean(axis=1), [1.0, 2.0], atol=1e-12)
    np.testing.assert_allclose(np.cov(drawn), covariance, atol=0.02)


def test_one_seed_gives_one_ensemble():
    design, covariance = np.array([[1.0, 0.5]]), np.eye(1)
    runs = [_run(design, np.array([1.0]), covariance, np.ones((2, 1)), 200, 3, 5) for _ in range(2)]
    np.testing.assert_array_equal(runs[0][1], runs[1][1])
