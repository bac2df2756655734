"""Paired effects: differences of two arms replicate by replicate, with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Floats = NDArray[np.float64]

LEVEL = 0.95
RESAMPLES = 1000
LEAST = 1e-9
"""Share below which log-odds are not told apart."""

PARTS = ("share.", "hardware_share.", "influence.", "dependence")
"""Beginnings of metrics that are parts of a whole, which have log-odds."""


@dataclass(frozen=True, eq=False)
class Effect:
    """Means of differences with intervals, one an outcome.

    Parameters
    ----------
    mean, low, high : ndarray
        Mean difference and its t interval.
    boot_low, boot_high : ndarray
        Percentile bootstrap interval.
    ratio : ndarray
        ``(var A + var B) / var(A - B)``: how many more replicates independent seeds would need; not
        a number where the difference is constant.
    """

    mean: Floats
    low: Floats
    high: Floats
    boot_low: Floats
    boot_high: Floats
    ratio: Floats


def is_part(metric: str) -> bool:
    """Return whether a metric is a part of a whole."""
    return metric.startswith(PARTS)


def log_odds(share: Floats) -> Floats:
    """Return log-odds of shares, held ``LEAST`` away from 0 and 1."""
    kept = np.clip(share, LEAST, 1.0 - LEAST)
    return np.asarray(np.log(kept / (1.0 - kept)))


def interval(values: Floats, level: float = LEVEL) -> tuple[Floats, Floats, Floats]:
    """Return mean and t interval over the first axis (replicates).

    A single replicate has no interval: low and high are the mean.
    """
    n = values.shape[0]
    mean = values.mean(axis=0)
    if n < 2:
        return mean, mean.copy(), mean.copy()
    half = stdtrit(n - 1, (1.0 + level) / 2.0) * values.std(axis=0, ddof=1) / np.sqrt(n)
    return mean, mean - half, mean + half


def effect(
    policy: Floats, reference: Floats, *, seed: int = 0, level: float = LEVEL, boot: bool = True
) -> Effect:
    """Return the effect of a policy on each outcome.

    Parameters
    ----------
    policy, reference : ndarray, shape (replicates, outcomes)
        With common random numbers: row r of both had the same luck.
    seed : int
        Of the bootstrap.
    level : float
    boot : bool
        Whether the bootstrap is done.
    """
    difference = policy - reference
    mean, low, high = interval(difference, level)
    boot_low, boot_high = low, high
    if boot and difference.shape[0] > 1:
        boot_low, boot_high = bootstrap(difference, seed, level)
    spread = difference.var(axis=0, ddof=1) if len(difference) > 1 else np.zeros_like(mean)
    alone = policy.var(axis=0) + reference.var(axis=0)
    n = difference.shape[0]
    alone = alone * n / max(n - 1, 1)
    constant = spread <= 0.0
    ratio = np.where(constant, np.nan, alone / np.where(constant, 1.0, spread))
    return Effect(mean, low, high, boot_low, boot_high, ratio)


def bootstrap(difference: Floats, seed: int, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Return percentile bootstrap intervals of means over the first axis (Efron 1979)."""
    n = difference.shape[0]
    rng = np.random.default_rng([seed, n])
    weights = rng.multinomial(n, np.full(n, 1.0 / n), RESAMPLES) / n
    means = weights @ difference
    tails = ((1.0 - level) / 2.0, (1.0 + level) / 2.0)
    low, high = np.quantile(means, tails, axis=0)
    return low, high


def runs_for(half_width: float, spread: float, level: float = LEVEL) -> int:
    """Return how many replicates a t interval of a half-width needs, given a standard deviation.

    The quantile depends on the number; from the normal one it is found in a few steps.
    """
    if spread <= 0.0:
        return 2
    n = 2
    for _ in range(50):
        needed = int(np.ceil((stdtrit(max(n - 1, 1), (1 + level) / 2) * spread / half_width) ** 2))
        if needed <= n:
            return n
        n = min(max(needed, n + 1), 10 * n + 100)
    return n
