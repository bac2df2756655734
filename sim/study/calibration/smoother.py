"""Ensemble smoother with multiple data assimilation.

An ensemble of unknowns, standard normal before any data, is moved towards the observations in a
few steps. Each step is the update of a Kalman smoother with covariances taken from the ensemble and
with the error variance inflated, so that all steps together count the data once (Emerick and
Reynolds 2013, *Computers & Geosciences* 55: 3-15, equations 3 to 6). For a linear model and normal
errors the result is the posterior; for others it is an approximation, which
`sim.study.calibration.recovery` judges.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def inflations(steps: int) -> tuple[float, ...]:
    """Return factors on the error variance whose inverses sum to one, the largest first.

    They fall by a third from step to step: the first steps, in which the model is least linear,
    are the smallest.
    """
    raw = np.array([1.5 ** (steps - 1 - step) for step in range(steps)])
    return tuple((raw * (1.0 / raw).sum()).tolist())


def update(
    unknowns: Floats,
    shown: Floats,
    observed: Floats,
    covariance: Floats,
    may_move: Floats,
    inflation: float,
    rng: np.random.Generator,
) -> Floats:
    """Return the ensemble after one step.

    Unknowns that no target may move keep the values that they have in each member. What they
    explain of the spread is taken out before covariances are computed, so that the others are moved
    as they would be if these were known: their distribution given the held ones and the data, a cut
    posterior (Plummer 2015, *Statistics and Computing* 25: 37-43).

    Parameters
    ----------
    unknowns : ndarray, shape (unknowns, members)
        Standard normal before any data.
    shown : ndarray, shape (targets, members)
        What each member's world shows.
    observed : ndarray, shape (targets,)
    covariance : ndarray, shape (targets, targets)
        Of the observations around the truth of the model.
    may_move : ndarray, shape (unknowns, targets)
        Factors in [0, 1] on the gain: what a target may tell of an unknown.
    inflation : float
        Factor on the covariance in this step.
    rng : numpy Generator
        For the perturbation of the observations.

    Returns
    -------
    ndarray, shape (unknowns, members)
    """
    members = unknowns.shape[1]
    moved = may_move.any(axis=1)
    held = unknowns[~moved]
    free = members - 1 - held.shape[0]
    spread = _unexplained(unknowns[moved], held)
    seen = _unexplained(shown, held)
    cross = spread @ seen.T / free
    own = seen @ seen.T / free
    gain = np.linalg.solve(own + inflation * covariance, cross.T).T * may_move[moved]
    root = np.linalg.cholesky(covariance + 1e-12 * np.eye(len(observed)))
    noise = root @ rng.standard_normal((len(observed), members))
    noise -= noise.mean(axis=1, keepdims=True)
    out = unknowns.copy()
    out[moved] += gain @ (observed[:, None] + np.sqrt(inflation) * noise - shown)
    return out


def _unexplained(rows: Floats, held: Floats) -> Floats:
    """Return what a linear regression on the held unknowns leaves of each row."""
    design = np.vstack([np.ones(rows.shape[1]), held])
    solution = np.linalg.lstsq(design.T, rows.T, rcond=None)[0]
    return np.asarray(rows - solution.T @ design)
