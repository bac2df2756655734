"""Differences of two policies in the same worlds: where most of them lie, and their sign."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TAILS = (0.05, 0.5, 0.95)
"""Quantiles over worlds that are told of an effect."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Differences of paired runs of two results in one outcome.

    Parameters
    ----------
    scenario, reference : str
        Names of the two.
    metric, group, month : str
        The outcome; the month is empty for a metric of a whole run.
    p05, median, p95 : float
        Quantiles of the differences over runs, in the unit of the metric.
    same_sign : float
        Part of runs with the sign of the median. A run whose difference is exactly zero counts only
        where the median is zero too.
    runs : int
        Pairs.
    """

    scenario: str
    reference: str
    metric: str
    group: str
    month: str
    p05: float
    median: float
    p95: float
    same_sign: float
    runs: int

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as plain data."""
        return asdict(self)


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
