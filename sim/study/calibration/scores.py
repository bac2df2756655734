"""Scores of forecasts: error, sharpness and honesty of ensembles and of normal forecasts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]

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


def crps_normal(mean: float, sd: float, value: float) -> float:
    """Return the score of a normal forecast (Gneiting and Raftery 2007, *JASA* 102, page 367)."""
    if sd <= 0.0:
        return abs(value - mean)
    z = (value - mean) / sd
    density = np.exp(-z * z / 2.0) / np.sqrt(2.0 * np.pi)
    return float(sd * (z * (2.0 * ndtr(z) - 1.0) + 2.0 * density - 1.0 / np.sqrt(np.pi)))


def interval(draws: Floats, level: float = LEVEL) -> tuple[float, float]:
    """Return the central interval of an ensemble."""
    low, high = np.quantile(draws, ((1.0 - level) / 2.0, (1.0 + level) / 2.0))
    return float(low), float(high)


def rank_correlation(first: Sequence[float] | Floats, second: Sequence[float] | Floats) -> float:
    """Return Spearman's rank correlation, ties by mean ranks."""
    from scipy.stats import spearmanr

    return float(spearmanr(first, second).statistic)
