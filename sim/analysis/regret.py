"""Robustness metrics over worlds, from a table of policies by worlds.

McPhail and others 2018, *Earth's Future* 6: 169-191, give the family; the names here are theirs. A
policy that could not be run in a world has no outcome there (NaN in the array). Leaving such worlds
out for this policy alone would make a fragile one look robust; so all are compared over the worlds
in which every one of them was run, and where it was not run a policy is not good enough.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.arrays import Flags, Floats

OVER_SHARED = ("mean", "p10", "p90", "worst", "max_regret", "p90_regret", "mean_regret")
"""Columns over the worlds in which every policy was run."""


def regret(values: Floats, *, larger_is_better: bool = True) -> Floats:
    """Return how far each policy stays behind the best one in each world (Savage 1951).

    Parameters
    ----------
    values : ndarray, shape (policies, worlds)
        Finite everywhere.
    larger_is_better : bool

    Returns
    -------
    ndarray, shape (policies, worlds)
        Zero where the policy is the best.
    """
    better = values if larger_is_better else -values
    return np.asarray(better.max(axis=0) - better)


def shared(values: Floats) -> Flags:
    """Return the worlds over which policies are compared, (worlds,).

    Those in which every policy was run; a policy that could be run nowhere is left aside, since no
    world would be left.
    """
    ran = np.isfinite(values)
    return np.asarray(ran[ran.any(axis=1)].all(axis=0) & ran.any())


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
        NaN where a policy could not be run.
    threshold : float, optional
        What is good enough; without it there is no satisficing.
    larger_is_better : bool

    Returns
    -------
    DataFrame
        policy; worlds that were tried, failed (those in which it could not be run); mean, p10, p90,
        worst, max_regret, p90_regret, mean_regret over the worlds in which every policy was run,
        empty for one that could be run nowhere; satisficing (part of all worlds in which it was run
        and is good enough).
    """
    ran = np.isfinite(values)
    anywhere = ran.any(axis=1)
    frame = pd.DataFrame(
        {"policy": list(policies), "worlds": values.shape[1], "failed": (~ran).sum(axis=1)}
    ).reindex(columns=["policy", "worlds", "failed", *OVER_SHARED])
    same = values[np.ix_(anywhere, shared(values))]
    if same.size:
        behind = regret(same, larger_is_better=larger_is_better)
        low, high = np.quantile(same, (0.1, 0.9), axis=1)
        worst = same.min(axis=1) if larger_is_better else same.max(axis=1)
        upper = np.quantile(behind, 0.9, axis=1)
        frame.loc[anywhere, [*OVER_SHARED]] = np.column_stack((
            same.mean(axis=1), low, high, worst, behind.max(axis=1), upper, behind.mean(axis=1)
        ))  # fmt: skip
    if threshold is not None:
        enough = good_enough(values, threshold, larger_is_better=larger_is_better)
        frame["satisficing"] = enough.mean(axis=1)
    return frame.sort_values(["max_regret", "mean_regret", "failed"], ignore_index=True)


def good_enough(values: Floats, threshold: float, *, larger_is_better: bool = True) -> Flags:
    """Return where outcomes meet a threshold, same shape; never where there is none."""
    return np.asarray(values >= threshold if larger_is_better else values <= threshold)
