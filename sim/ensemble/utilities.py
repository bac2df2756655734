"""The parts of utility over runs: their quantiles, and the table that a result keeps of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sim import months as calendar
from sim.arrays import Floats, Ints
from sim.ensemble.columns import numbers, words
from sim.ensemble.curves import QUANTILES
from sim.metrics.utility import PARTS, SUM

if TYPE_CHECKING:
    from sim.scenario.drivers import Drivers
    from sim.world import Trajectory

BAND = ("p05", "p50", "p95")


def bands(mean: Floats) -> Floats:
    """Return quantiles over runs of the parts of utility and, behind them, of their sum.

    A run in which the ecosystem cannot be had is left out, as `numpy.nanquantile` does.

    Parameters
    ----------
    mean : ndarray, shape (..., P, K, R)
        As `sim.world.reasons.means` gives them.

    Returns
    -------
    ndarray, shape (..., P + 1, K, 3)
        As `BAND` names them; missing where no run can have the ecosystem.
    """
    values = np.concatenate([mean, mean.sum(axis=-3, keepdims=True)], axis=-3)
    ordered = np.sort(values, axis=-1)  # what is missing comes last
    last = np.maximum(np.count_nonzero(~np.isnan(values), axis=-1) - 1, 0)[..., None]
    found = np.empty((*values.shape[:-1], len(BAND)))
    for column, name in enumerate(BAND):
        place = QUANTILES[name] * last
        below = place.astype(np.int64)
        low, high = (
            np.take_along_axis(ordered, np.minimum(at, last), axis=-1) for at in (below, below + 1)
        )
        found[..., column] = (low + (high - low) * (place - below))[..., 0]
    return found


def table(name: str, drivers: Drivers, blocks: Sequence[Trajectory], at: Ints) -> pa.Table:
    """Return the parts of utility of every nation as rows; what cannot be had has none.

    Parameters
    ----------
    name : str
        Of the scenario.
    drivers : Drivers
    blocks : sequence of Trajectory
        With the parts of utility of the months.
    at : array, shape (months,), int
        Numbers of the months.

    Returns
    -------
    pyarrow.Table
        scenario, nation, month, ecosystem, part (a part of `PARTS`, or the sum), p05, p50, p95
        (utils, over the runs in which the ecosystem can be had).
    """
    # A month at a time, since a quantile takes a sorted copy of every run.
    by_month = (
        bands(np.concatenate([block.utility[t] for block in blocks], axis=-1))
        for t in range(len(at))
    )
    found = np.stack(list(by_month), axis=1).swapaxes(2, 3)  # to nation, month, ecosystem, part
    held = ~np.isnan(found[..., 0])
    nation, month, ecosystem, part = (place.astype(np.int16) for place in np.nonzero(held))
    rows = found[held]
    return pa.table(
        {
            "scenario": words(np.zeros(len(rows), np.int8), [name]),
            "nation": words(nation, drivers.nations),
            "month": words(month, [calendar.text(each) for each in at.tolist()]),
            "ecosystem": words(ecosystem, drivers.ecosystems),
            "part": words(part, (*PARTS, SUM)),
            **{band: numbers(rows[:, n]) for n, band in enumerate(BAND)},
        }
    )
