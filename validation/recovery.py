"""Recovery: whether a calibration finds parameters that are known because they made the data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from sim.calibration import members
from sim.calibration.fit import Plan, compiled
from sim.calibration.fitted import FITTED
from sim.calibration.series import percent
from sim.calibration.targets import Target, covariance, targets
from sim.study.calibrate import calibrate


def recovery(
    cases: int,
    plan: Plan,
    *,
    level: float = 0.9,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Calibrate to data made by known parameters and count how often intervals hold them.

    In each case all unknowns are drawn from the priors, one world is run with its own noise, and
    the errors that the calibration assumes are added to what it shows: the data of a world in which
    the model is true.

    Parameters
    ----------
    cases : int
    plan : Plan
        Members, steps, repeats and seed.
    level : float
        Level of the central intervals.
    progress : callable, optional

    Returns
    -------
    DataFrame
        case, parameter, truth, low, high, covered; values are standard scores under the prior.
    """
    drivers = compiled(plan)
    unknown = members.unknowns(drivers)
    aims = targets()
    root = np.linalg.cholesky(covariance(aims))
    rows = []
    for case in range(cases):
        rng = np.random.default_rng([plan.seed, 5, case])
        truth = rng.standard_normal((len(unknown.names), 1))
        plain = [replace(aim, bound="") for aim in aims]
        seen = members.shown(drivers, unknown, truth, plain, plan.seed * 1000 + 900 + case)
        made = percent(seen[:, 0] + root @ rng.standard_normal(len(aims)))
        data = [_told(aim, float(value)) for aim, value in zip(aims, made, strict=True)]
        done = calibrate(replace(plan, seed=plan.seed + 1 + case), aims=data)
        tails = ((1.0 - level) / 2.0, (1.0 + level) / 2.0)
        for place, row in enumerate(unknown.held):
            if row.path not in FITTED:
                continue
            low, high = np.quantile(done.posterior[place], tails)
            value = float(truth[place, 0])
            rows.append([case, row.path, value, low, high, low <= value <= high])
        if progress:
            progress(case + 1, cases)
    columns = ["case", "parameter", "truth", "low", "high", "covered"]
    return pd.DataFrame(rows, columns=columns)


def _told(aim: Target, value: float) -> Target:
    """Return a figure of the made world; a bound holds where the world keeps it."""
    kept = {"": False, "at least": value >= aim.value, "at most": value <= aim.value}
    return aim if kept[aim.bound] else replace(aim, value=value, bound="")
