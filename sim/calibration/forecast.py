"""From modelled views to forecasts of observations: what the model lacks goes on, and errors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.arrays import Floats, Ints
from sim.calibration.series import Series
from sim.calibration.targets import Target, between, covariance, values


def predict(
    known: Sequence[Target],
    shown_known: Floats,
    wanted: Sequence[Target],
    shown_wanted: Floats,
    rng: np.random.Generator,
    *,
    errors: bool = True,
) -> Floats:
    """Return draws of observations that are not known, given those that are.

    A series differs from the model by a process with memory (``drift`` and ``memory`` of the
    series) and by errors of observation. Given a member, both are normal on the scale of log-odds,
    so that what is left at the known observations tells of the wanted ones in closed form
    (Rasmussen and Williams 2006, *Gaussian Processes for Machine Learning*, equations 2.22 to
    2.24; Kennedy and O'Hagan 2001, *JRSS B* 63: 425-464, for the discrepancy).

    Parameters
    ----------
    known : sequence of Target
        Observed; may be empty. Bounds ("more than", "less than") tell nothing here.
    shown_known : ndarray, shape (known, members)
        What members show at them, log-odds.
    wanted : sequence of Target
        Their values are not read.
    shown_wanted : ndarray, shape (wanted, members)
    rng : numpy Generator
    errors : bool
        Whether errors of observation are added.

    Returns
    -------
    ndarray, shape (wanted, members)
        Log-odds.
    """
    told = [place for place, aim in enumerate(known) if not aim.bound]
    known, shown_known = [known[place] for place in told], shown_known[told]
    spread = covariance(wanted, errors=False)
    gain = np.linalg.solve(covariance(known), between(wanted, known).T).T
    centre = shown_wanted + gain @ (values(known)[:, None] - shown_known)
    spread = spread - gain @ between(known, wanted)
    if errors:
        spread = spread + np.diag([aim.error**2 for aim in wanted])
    return centre + root(spread) @ rng.standard_normal(centre.shape)


def own_paths(
    known: Sequence[Target],
    left: Floats,
    series: Series,
    months: Ints,
    rng: np.random.Generator,
) -> Floats:
    """Return draws of what the model lacks in one place alone, given what is left there.

    Drawn after what all places share, at whose draws ``left`` is taken: the two together are a
    draw of both. With a small error and a long memory a place goes on from its last figure.

    Parameters
    ----------
    known : sequence of Target
        Figures of the place and code; may be empty.
    left : ndarray, shape (known, R)
        Figures less the model and less the shared draws, log-odds.
    series : Series
    months : ndarray of int, shape (T,)
    rng : numpy Generator

    Returns
    -------
    ndarray, shape (T, R)
        Log-odds.
    """
    at = np.array([aim.month for aim in known], dtype=np.int64)

    def shared(first: Ints, second: Ints) -> Floats:
        gap = np.abs(first[:, None] - second[None, :])
        return np.asarray(series.own**2 * series.own_memory**gap)

    errors = np.diag([aim.error**2 for aim in known])
    gain = np.linalg.solve(shared(at, at) + errors, shared(at, months)).T
    spread = shared(months, months) - gain @ shared(at, months)
    noise = rng.standard_normal((months.size, left.shape[1]))
    return np.asarray(gain @ left + root(spread) @ noise)


def root(spread: Floats) -> Floats:
    """Return a square root of a covariance that may be singular."""
    size, turn = np.linalg.eigh((spread + spread.T) / 2.0)
    return np.asarray(turn * np.sqrt(np.maximum(size, 0.0)))
