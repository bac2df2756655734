"""Iterative ensemble smoother: every member is moved to the best compromise of its own.

Each member has a draw of the unknowns from the prior and a draw of the errors of the observations,
and looks for the unknowns that are near to the one and to the other: randomised maximum likelihood,
whose results are a sample of the posterior where the model is linear and errors are normal, and
near to it else. All members share the sensitivities of the model, a regression of what they show on
their unknowns, taken anew in every step (Chen and Oliver 2013, *Computational Geosciences* 17:
689-703, the Gauss-Newton form). `sim.study.calibration.recovery` judges how well it does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LONGEST = 1.0
"""Longest step of an unknown at a time, standard deviations of its prior: sensitivities of the
whole ensemble say little of what is farther away."""


def damping(steps: int) -> tuple[float, ...]:
    """Return the part of the way that is gone in each step: short, longer and short again.

    The first steps start from sensitivities of the prior, which are far from those of the end; the
    last ones settle.
    """
    middle = max(steps - 1, 1) / 2.0
    return tuple(0.6 - 0.3 * abs(step - middle) / middle for step in range(steps))


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


def update(
    prior: Floats,
    unknowns: Floats,
    shown: Floats,
    wanted: Floats,
    covariance: Floats,
    may_move: Floats,
    part: float,
) -> Floats:
    """Return the ensemble after one step.

    ``x <- x + part (x0 + K (wanted - shown + G (x - x0)) - x)`` with ``K = G' (G G' + R)^-1``.
    Unknowns that no target may move keep the values that they have in each member: the others are
    moved as they would be if these were known, a cut posterior (Plummer 2015, *Statistics and
    Computing* 25: 37-43).

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
    part : float
        Part of the way that is gone, from :func:`damping`.

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
    best = start + gain @ (wanted - shown + slopes @ (now - start))
    out = unknowns.copy()
    out[moved] = now + np.clip(part * (best - now), -LONGEST, LONGEST)
    return out
