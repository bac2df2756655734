"""Tastes of nations: a planted one is told by the nation's own figures, and moves nothing else."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sim.calibration import members, tastes
from sim.calibration.fit import Plan, compiled
from sim.calibration.fitted import SPLIT
from sim.calibration.series import percent
from sim.calibration.targets import targets, values

MEMBERS = 4000
SLOPE = np.array([[0.5, 0.1, 0.0], [0.1, 0.4, 0.1], [0.0, 0.2, 0.6]])
"""What the three tastes of a nation do to its three figures, log-odds."""


@pytest.fixture(scope="module")
def unknown():
    return members.unknowns(compiled(Plan()))


@pytest.fixture(scope="module")
def linear(unknown):
    """Two nations in a world in which tastes act by ``SLOPE`` and all else is level."""
    aims = [
        dataclasses.replace(aim, value=float(percent(np.array(-2.0))))
        for aim in targets()
        if aim.series == SPLIT and aim.place in ("BRA", "IND")
    ]
    prior = np.random.default_rng(1).standard_normal((len(unknown.names), MEMBERS))
    return aims, prior


def _effect(unknown, aims, scores):
    out = np.zeros((len(aims), scores.shape[1]))
    for told, rows in tastes.blocks(unknown, aims):
        out[told] = SLOPE @ scores[rows]
    return out


def test_figures_tell_of_the_tastes_of_their_own_nation(unknown, linear):
    found = {}
    for told, rows in tastes.blocks(unknown, linear[0]):
        (place,) = {linear[0][n].place for n in told}
        assert len(told) == 3
        found[place] = [unknown.names[n] for n in rows]
    assert found == {
        place: [f"taste/nation/{place}/{of}" for of in members.TOLD] for place in ("BRA", "IND")
    }


def test_what_tastes_add_is_their_covariance_within_a_nation_and_nothing_between(unknown, linear):
    """4,000 members: an entry errs by at most 0.01; four of them, alpha 1e-4."""
    aims, prior = linear
    flat = np.zeros((len(aims), MEMBERS))
    found = tastes.spread(unknown, aims, flat, _effect(unknown, aims, prior))
    for one, rows in tastes.blocks(unknown, aims):
        for other, _ in tastes.blocks(unknown, aims):
            part = found[np.ix_(one, other)]
            if one == other:
                np.testing.assert_allclose(part, SLOPE @ SLOPE.T, atol=0.04)
            else:
                assert not part.any()
        assert len(rows) == 3


def test_a_planted_taste_is_told_as_its_posterior_in_closed_form(unknown, linear):
    """Mean ``K y`` and covariance ``I - K G`` of tastes; parameters and other nations stay.

    4,000 members: a mean errs by 0.016, a covariance by at most 0.022; four of them, alpha 1e-4
    each.
    """
    aims, prior = linear
    planted = np.array([1.5, -1.0, 0.5])
    blocks = list(tastes.blocks(unknown, aims))
    mine, rows = blocks[0]
    aims = list(aims)
    for place, shift in zip(mine, SLOPE @ planted, strict=True):
        value = float(percent(np.array(-2.0 + shift)))
        aims[place] = dataclasses.replace(aims[place], value=value)
    effect = _effect(unknown, aims, prior)
    wanted = tastes.perturbed(aims, MEMBERS, np.random.default_rng(2))
    after = tastes.moved(unknown, aims, prior, prior, effect, effect - 2.0, wanted)
    errors = np.diag([aims[place].error ** 2 for place in mine])
    gain = SLOPE.T @ np.linalg.inv(SLOPE @ SLOPE.T + errors)
    np.testing.assert_allclose(
        after[rows].mean(axis=1), gain @ (values(aims)[mine] + 2.0), atol=0.065
    )
    np.testing.assert_allclose(np.cov(after[rows]), np.eye(3) - gain @ SLOPE, atol=0.09)
    # The nation that was not planted has mean zero, and nothing that is no taste of the two moves.
    np.testing.assert_allclose(after[blocks[1][1]].mean(axis=1), 0.0, atol=0.065)
    told = {row for _, of in blocks for row in of}
    still = [row for row in range(len(unknown.names)) if row not in told]
    assert len(still) > len(unknown.held)
    np.testing.assert_array_equal(after[still], prior[still])


def test_settling_again_changes_nothing_where_the_model_is_linear(unknown, linear):
    aims, prior = linear
    effect = _effect(unknown, aims, prior)
    wanted = tastes.perturbed(aims, MEMBERS, np.random.default_rng(2))
    once = tastes.moved(unknown, aims, prior, prior, effect, effect - 2.0, wanted)
    shown = _effect(unknown, aims, once) - 2.0
    again = tastes.moved(unknown, aims, prior, once, effect, shown, wanted)
    np.testing.assert_allclose(again, once, atol=1e-9)


def test_what_all_nations_lack_alike_is_no_taste(unknown):
    """Every nation is one logit above the model: the site has nearly all of it.

    The common part has sd 0.3, the 37 nations each their errors: the posterior of a normal mean.
    """
    aims = [aim for aim in targets() if aim.series == SPLIT and aim.code == "cn_all"]
    error = 0.3
    aims = [
        dataclasses.replace(aim, value=float(percent(np.array(-1.0))), error=error) for aim in aims
    ]
    flat = np.full((len(aims), MEMBERS), -2.0)
    noise = np.eye(len(aims)) * error**2
    drawn = tastes.site(aims, flat, noise, np.random.default_rng(3))
    np.testing.assert_allclose(drawn, drawn[:1].repeat(len(aims), axis=0), atol=1e-6)
    drift = aims[0].of.drift
    part = drift**2 / (drift**2 + error**2 / len(aims))
    sd = np.sqrt(drift**2 * (1.0 - part))
    assert drawn[0].mean() == pytest.approx(part, abs=4 * sd / np.sqrt(MEMBERS))
    assert drawn[0].std() == pytest.approx(sd, rel=0.05)
