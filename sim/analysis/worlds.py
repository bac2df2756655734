"""Differences of two policies in the same worlds: where most of them lie, and their sign."""

from __future__ import annotations

import numpy as np

from sim.arrays import Floats

TAILS = (0.05, 0.5, 0.95)
"""Quantiles over worlds that are told of an effect."""


def over_worlds(difference: Floats) -> tuple[Floats, Floats]:
    """Return quantiles of differences over worlds, and the part with the sign of the median.

    Parameters
    ----------
    difference : array, shape (worlds, ...)
        Of two policies in the same worlds.

    Returns
    -------
    quantiles : array, shape (3, ...)
        At `TAILS`, linear between order statistics.
    same : array, shape (...)
        Part of worlds with the sign of the median. A world whose difference is exactly zero has the
        sign zero: it counts only where the median is zero too.
    """
    quantiles: Floats = np.quantile(difference, TAILS, axis=0)
    same: Floats = (np.sign(difference) == np.sign(quantiles[1])).mean(axis=0)
    return quantiles, same
