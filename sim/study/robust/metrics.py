"""Robustness metrics over worlds, from a table of policies by worlds.

McPhail and others 2018, *Earth's Future* 6: 169-191, give the family; the names here are theirs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def regret(values: Floats, *, larger_is_better: bool = True) -> Floats:
    """Return how far each policy stays behind the best one in each world (Savage 1951).

    Parameters
    ----------
    values : ndarray, shape (policies, worlds)
    larger_is_better : bool

    Returns
    -------
    ndarray, shape (policies, worlds)
        Zero where the policy is the best.
    """
    better = values if larger_is_better else -values
    return np.asarray(better.max(axis=0) - better)


def table(
    policies: Sequence[str],
    values: Floats,
    threshold: float | None = None,
    *,
    larger_is_better: bool = True,
) -> pd.DataFrame:
    """Return every metric of every policy, the least maximal regret first.

    Parameters
    ----------
    policies : sequence of str
    values : ndarray, shape (policies, worlds)
    threshold : float, optional
        What is good enough; without it satisficing is not told.
    larger_is_better : bool

    Returns
    -------
    DataFrame
        policy, mean, p10, p90, worst, max_regret, p90_regret, mean_regret, satisficing (part of
        worlds that are good enough).
    """
    behind = regret(values, larger_is_better=larger_is_better)
    low, high = np.quantile(values, (0.1, 0.9), axis=1)
    frame = pd.DataFrame(
        {
            "policy": list(policies),
            "mean": values.mean(axis=1),
            "p10": low,
            "p90": high,
            "worst": values.min(axis=1) if larger_is_better else values.max(axis=1),
            "max_regret": behind.max(axis=1),
            "p90_regret": np.quantile(behind, 0.9, axis=1),
            "mean_regret": behind.mean(axis=1),
        }
    )
    if threshold is not None:
        frame["satisficing"] = good_enough(
            values, threshold, larger_is_better=larger_is_better
        ).mean(axis=1)
    return frame.sort_values(["max_regret", "mean_regret"], ignore_index=True)


def good_enough(
    values: Floats, threshold: float, *, larger_is_better: bool = True
) -> NDArray[np.bool_]:
    """Return where outcomes meet a threshold, same shape."""
    return np.asarray(values >= threshold if larger_is_better else values <= threshold)
