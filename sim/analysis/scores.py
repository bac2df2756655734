"""Scores of forecasts: error, sharpness and honesty of ensembles."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from sim.arrays import Floats

LEVEL = 0.9
"""Level of the intervals whose coverage is counted."""


def crps(draws: Floats, value: float) -> float:
    """Return the continuous ranked probability score of an ensemble, lower is better.

    ``E|X - y| - E|X - X'| / 2`` with the unbiased mean over pairs (Ferro 2014, *QJRMS* 140:
    1917-1923); of a single draw it is the absolute error.

    Parameters
    ----------
    draws : ndarray, shape (members,)
    value : float
        What was observed, in the unit of the draws and of the score.
    """
    ordered, n = np.sort(draws), draws.size
    error = float(np.abs(ordered - value).mean())
    if n == 1:
        return error
    weights = 2.0 * np.arange(1, n + 1) - n - 1
    return error - float((weights * ordered).sum()) / (n * (n - 1))


def interval(draws: Floats, level: float = LEVEL) -> tuple[float, float]:
    """Return the central interval of an ensemble."""
    low, high = np.quantile(draws, ((1.0 - level) / 2.0, (1.0 + level) / 2.0))
    return float(low), float(high)


def interval_score(low: float, high: float, value: float) -> float:
    """Return the score of a central interval, lower is better (Winkler 1972, *JASA* 67: 187-191).

    Its width, and ``2 / alpha`` times what the value is outside by, ``alpha`` being one less
    `LEVEL` (Gneiting and Raftery 2007, *JASA* 102: 359-378, equation 43).

    Parameters
    ----------
    low, high : float
        Ends of the interval.
    value : float
        What was observed.
    """
    outside = max(low - value, 0.0) + max(value - high, 0.0)
    return high - low + 2.0 / (1.0 - LEVEL) * outside


def clustered_error(differences: Floats, *clusters: Sequence[Hashable]) -> float | None:
    """Return the standard error of a mean whose terms go together in clusters.

    Terms that share a cluster of any kind may depend on each other in any way (Cameron, Gelbach and
    Miller 2011, *JBES* 29: 238-249, for one kind or two, with their correction ``G / (G - 1)``).
    Where the two-way variance is below that of one kind, as it can be in few clusters, the larger
    one-way variance stands.

    Parameters
    ----------
    differences : ndarray, shape (n,)
    *clusters : sequence, length n
        The cluster of each term, for one kind or for two.

    Returns
    -------
    float or None
        None where a kind has fewer than two clusters: nothing can be said then.
    """
    kinds = [_variance(differences, of) for of in clusters]
    known = [variance for variance in kinds if variance is not None]
    if len(known) < len(kinds):
        return None
    if len(clusters) == 1:
        return float(np.sqrt(known[0]))
    shared = _variance(differences, list(zip(*clusters, strict=True)))
    both = sum(known) - (0.0 if shared is None else shared)
    return float(np.sqrt(max(both, *known)))


def _variance(differences: Floats, clusters: Sequence[Hashable]) -> float | None:
    """Return the variance of the mean by clusters of one kind; None of a single one."""
    left = differences - differences.mean()
    sums: dict[Hashable, float] = {}
    for value, cluster in zip(left.tolist(), clusters, strict=True):
        sums[cluster] = sums.get(cluster, 0.0) + value
    count = len(sums)
    if count < 2:
        return None
    squares = sum(value**2 for value in sums.values())
    return count / (count - 1) * squares / differences.size**2


def rank_correlation(first: Sequence[float] | Floats, second: Sequence[float] | Floats) -> float:
    """Return Spearman's rank correlation, ties by mean ranks."""
    from scipy.stats import spearmanr

    return float(spearmanr(first, second).statistic)
