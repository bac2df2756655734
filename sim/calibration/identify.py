"""What the data told: prior against posterior, correlations, and how the targets are met."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim import months as calendar
from sim.arrays import Floats
from sim.calibration.fitted import FITTED
from sim.calibration.series import percent

if TYPE_CHECKING:
    from sim.calibration.fit import Fit

MOVED = 0.25
"""Part of the information above which a parameter counts as moved: spread lost or shift."""

LEAST = 0.3
"""Correlation from which a pair of parameters is told."""


def tables(done: Fit) -> dict[str, pd.DataFrame]:
    """Return the tables of a fit: parameters, correlations and targets."""
    return {
        "parameters": parameters(done),
        "correlations": correlations(done),
        "targets": fits(done),
    }


def parameters(done: Fit) -> pd.DataFrame:
    """Return prior and posterior of every drawn parameter.

    ``spread`` is the standard deviation of the posterior's scores over the prior's, ``shift`` the
    distance of the means in standard deviations of the prior; ``moved`` says in a word whether the
    data told: by spread, by shift, or not at all ("held" where it may not be moved).
    """
    rows = []
    prior, posterior = done.unknown.values(done.prior), done.unknown.values(done.posterior)
    for place, row in enumerate(done.unknown.held):
        before, after = done.prior[place], done.posterior[place]
        spread = after.std() / before.std()
        shift = (after.mean() - before.mean()) / before.std()
        told = "yes" if spread < 1.0 - MOVED or abs(shift) > 2.0 * MOVED else "no"
        rows.append(
            {
                "parameter": row.path, "unit": row.unit,
                **_bands(prior[place], "prior_"), **_bands(posterior[place]),
                "spread": round(spread, 3), "shift": round(shift, 3),
                "moved": told if row.path in FITTED else "held",
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def correlations(done: Fit) -> pd.DataFrame:
    """Return pairs of parameters with posterior scores correlated by `LEAST`, strongest first."""
    places = [n for n, row in enumerate(done.unknown.held) if row.path in FITTED]
    every = range(len(done.unknown.held))
    table = np.atleast_2d(np.corrcoef(done.posterior[: len(done.unknown.held)]))
    rows = [
        {
            "first": done.unknown.held[i].path,
            "second": done.unknown.held[j].path,
            "correlation": round(float(table[i, j]), 3),
        }
        for i in places
        for j in every
        if (j > i or j not in places) and abs(table[i, j]) >= LEAST
    ]
    frame = pd.DataFrame(rows, columns=["first", "second", "correlation"])
    order = frame["correlation"].abs().sort_values(ascending=False).index
    return frame.loc[order].reset_index(drop=True)


def fits(done: Fit) -> pd.DataFrame:
    """Return the targets with what prior and posterior show there, percent: predictive checks."""
    rows = []
    for place, aim in enumerate(done.aims):
        rows.append(
            {
                "series": aim.series, "place": aim.place, "month": calendar.text(aim.month),
                "ecosystem": aim.code, "observed": aim.value,
                **_bands(done.prior_shown[place], "prior_", percent),
                **_bands(done.shown[place], "", percent),
            }
        )  # fmt: skip
    return pd.DataFrame(rows).round(2)


def _bands(
    draws: Floats, of: str = "", told: Callable[[Floats], Floats] = np.asarray
) -> dict[str, float]:
    """Return the quantiles of draws under their names, each as it is told."""
    found = told(np.quantile(draws, (0.05, 0.5, 0.95)))
    return dict(zip((f"{of}p05", f"{of}p50", f"{of}p95"), found, strict=True))
