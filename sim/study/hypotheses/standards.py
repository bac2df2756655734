"""Nations that join a standard when enough others have: a small block outside the monthly world.

A nation joins when the weighted part of nations that have joined exceeds its threshold
(Granovetter 1978, *American Journal of Sociology* 83: 1420-1443). Weights are developers;
thresholds are normal around ``theta`` with standard deviation `SPREAD`, held between 0 and 1. It
reads nothing of the monthly world and gives nothing back: no series observes who joins what.
"""

from __future__ import annotations

import numpy as np

from sim.arrays import Floats
from sim.evidence import load
from sim.world import streams

SPREAD = 0.2
"""Standard deviation of thresholds (judgement)."""

REVIEW = 6
"""Months between a nation's looks at who has joined (judgement)."""


def coverage(theta: float, pair: tuple[str, ...], months: int, runs: int, seed: int) -> Floats:
    """Return the weighted part of nations that have joined, month by month.

    Parameters
    ----------
    theta : float
        Mean threshold.
    pair : tuple of str
        Nations that join in the first month.
    months : int
    runs, seed : int
        Replicates; thresholds of a replicate are the same with and without the pair.

    Returns
    -------
    ndarray, shape (months + 1, runs)
    """
    nations = load().nations
    weight = nations.developers / nations.developers.sum()
    run = streams.run_keys(seed, np.arange(runs))
    normal = streams.normal_table(run, tuple(f"join/{code}" for code in nations.iso3))
    threshold = np.clip(theta + SPREAD * normal, 0.0, 1.0)
    joined = np.zeros(normal.shape, bool)
    joined[[nations.index(code) for code in pair]] = True
    path = [weight @ joined]
    for month in range(1, months + 1):
        if month % REVIEW == 0:
            joined |= path[-1][None, :] > threshold
        path.append(weight @ joined)
    return np.array(path)
