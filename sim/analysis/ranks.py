"""Rank correlation with its interval: which draws go with an outcome."""

from __future__ import annotations

import numpy as np

from sim.arrays import Floats

Z = 1.6448536269514722
"""Standard normal quantile of 0.95: bounds of 5 to 95 %."""


def rank_correlations(draws: Floats, outcome: Floats, count: int) -> Floats:
    """Return Spearman's rank correlation of each draw with an outcome, with 5 and 95 % bounds.

    The bounds are those of Bonett and Wright (2000, Psychometrika 65, equation 4): Fisher's z with
    variance ``(1 + r**2 / 2) / (n - 3)``.

    Parameters
    ----------
    draws : ndarray, shape (names, R)
        None of them constant.
    outcome : ndarray, shape (R,)
    count : int
        Independent draws among them: fewer than R where several replicates share one.

    Returns
    -------
    ndarray, shape (names, 3)
        Correlation and bounds; -1 and 1 where there are fewer than four draws, and correlation 0
        where the outcome is the same in every replicate.
    """
    ranks = _ranks(np.vstack([draws, outcome]))
    ranks -= ranks.mean(axis=1, keepdims=True)
    spread = np.sqrt((ranks**2).sum(axis=1))
    scale = spread[:-1] * spread[-1]
    found = np.divide(ranks[:-1] @ ranks[-1], scale, out=np.zeros(len(draws)), where=scale > 0.0)
    found = np.clip(found, -1.0, 1.0)
    if count <= 3:
        return np.stack([found, np.full_like(found, -1.0), np.ones_like(found)], axis=1)
    z = np.arctanh(np.clip(found, -1.0 + 1e-12, 1.0 - 1e-12))
    half = Z * np.sqrt((1.0 + found**2 / 2.0) / (count - 3))
    low, high = np.minimum(np.tanh(z - half), found), np.maximum(np.tanh(z + half), found)
    return np.stack([found, low, high], axis=1)


def _ranks(values: Floats) -> Floats:
    """Return ranks along the last axis, equal values sharing the mean of theirs."""
    found = np.empty(values.shape)
    for row, mine in zip(found, values, strict=True):
        _, where, counts = np.unique(mine, return_inverse=True, return_counts=True)
        last = np.cumsum(counts)
        row[:] = (last - (counts - 1) / 2.0)[where]
    return found
