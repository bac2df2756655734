"""Iterative ensemble smoother: every member is moved to the best compromise of its own.

Each member has a draw of the unknowns from the prior and a draw of the errors of the observations,
and looks for the unknowns that are near to the one and to the other: randomised maximum likelihood,
whose results are a sample of the posterior where the model is linear and errors are normal, and
near to it else. All members share the sensitivities of the model, a regression of what they show on
their unknowns, taken anew in every step (Chen and Oliver 2013, *Computational Geosciences* 17:
689-703, the Gauss-Newton form). A member's own response may be stronger or weaker, so that each has
a length of step of its own, which grows while its corrections become smaller and falls, the step
undone, where they do not (natural monotonicity, Deuflhard 2011, *Newton Methods for Nonlinear
Problems*, ch. 3). `validation.calibration` judges how well it does.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.arrays import Floats

LONGEST = 1.0
"""Longest step of an unknown at a time, standard deviations of its prior: sensitivities of the
whole ensemble say little of what is farther away."""

FIRST, MOST = 0.35, 0.6
"""Part of the way that is gone in the first step, and at most: whole steps overshoot."""

LONGER, SHORTER = 1.4, 0.4
"""Factors on a member's part after a step that brought it nearer, and after one that did not."""


def perturbed(
    observed: Floats, covariance: Floats, members: int, rng: np.random.Generator
) -> Floats:
    """Return the observations with a draw of their errors for each member, of mean zero.

    Parameters
    ----------
    observed : ndarray, shape (targets,)
    covariance : ndarray, shape (targets, targets)
        Of the observations around the truth of the model.
    members : int
    rng : numpy Generator

    Returns
    -------
    ndarray, shape (targets, members)
    """
    root = np.linalg.cholesky(covariance + 1e-12 * np.eye(len(observed)))
    errors = root @ rng.standard_normal((len(observed), members))
    return np.asarray(observed[:, None] + errors - errors.mean(axis=1, keepdims=True))


def fitted(
    prior: Floats,
    seen: Floats,
    show: Callable[[Floats], Floats],
    wanted: Floats,
    covariance: Floats,
    may_move: Floats,
    steps: int,
) -> Floats:
    """Return the ensemble moved to what is wanted.

    Parameters
    ----------
    prior : ndarray, shape (unknowns, members)
        Standard normal.
    seen : ndarray, shape (targets, members)
        What members of the prior show.
    show : callable
        What members with other unknowns show; it is called once a step.
    wanted : ndarray, shape (targets, members)
        From :func:`perturbed`.
    covariance, may_move
        As in :func:`correction`.
    steps : int

    Returns
    -------
    ndarray, shape (unknowns, members)
    """
    now = prior
    part = np.full(prior.shape[1], FIRST)
    for _ in range(steps):
        ahead = correction(prior, now, seen, wanted, covariance, may_move)
        tried = now + np.clip(part * ahead, -LONGEST, LONGEST)
        shown = show(tried)
        after = correction(prior, tried, shown, wanted, covariance, may_move)
        nearer = np.linalg.norm(after, axis=0) < np.linalg.norm(ahead, axis=0)
        now, seen = np.where(nearer, tried, now), np.where(nearer, shown, seen)
        part = np.where(nearer, np.minimum(part * LONGER, MOST), part * SHORTER)
    return now


def correction(
    prior: Floats,
    unknowns: Floats,
    shown: Floats,
    wanted: Floats,
    covariance: Floats,
    may_move: Floats,
) -> Floats:
    """Return how far each member is from the best compromise, as the present sensitivities have it.

    ``x0 + K (wanted - shown + G (x - x0)) - x`` with ``K = G' (G G' + R)^-1``. Unknowns that no
    target may move stay what they are in each member: the others are moved as they would be if
    these were known, a cut posterior (Plummer 2015, *Statistics and Computing* 25: 37-43).

    Parameters
    ----------
    prior : ndarray, shape (unknowns, members)
        Standard normal.
    unknowns : ndarray, shape (unknowns, members)
        Where the members stand.
    shown : ndarray, shape (targets, members)
        What each member's world shows.
    wanted : ndarray, shape (targets, members)
        From :func:`perturbed`, the same in every step.
    covariance : ndarray, shape (targets, targets)
        R.
    may_move : ndarray, shape (unknowns, targets)
        0 or 1: whether a target may tell of an unknown; where it may not, the sensitivity is taken
        as nothing.

    Returns
    -------
    ndarray, shape (unknowns, members)
    """
    moved = may_move.any(axis=1)
    spread = unknowns - unknowns.mean(axis=1, keepdims=True)
    seen = shown - shown.mean(axis=1, keepdims=True)
    slopes = np.linalg.lstsq(spread.T, seen.T, rcond=None)[0].T * may_move.T
    slopes = slopes[:, moved]
    gain = np.linalg.solve(slopes @ slopes.T + covariance, slopes).T
    start, now = prior[moved], unknowns[moved]
    out = np.zeros_like(unknowns)
    out[moved] = start + gain @ (wanted - shown + slopes @ (now - start)) - now
    return out
