"""The check of 2026: what every observed series would show of a run, beside each of its figures.

The views are the model's own, without the errors of observation and without what a forecast would
carry over from earlier figures, so that what the model itself misses is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sim import months as calendar
from sim.arrays import Floats, Ints
from sim.calibration.series import SERIES, WORLD
from sim.calibration.targets import Target, published, targets
from sim.ensemble.columns import gapped, numbers, strings
from sim.world import views

if TYPE_CHECKING:
    from sim.scenario.drivers import Drivers
    from sim.world import Trajectory

NAME = "check_2026"
"""Of the table, beside the views of the past."""

YEAR = range(calendar.parse("2026-01"), calendar.parse("2026-07"))
"""Months whose figures are shown: views end in June, as the observations do."""

DIGITS = 5
"""Decimals of the views."""

QUANTILES = {"p05": 0.05, "p50": 0.5, "p95": 0.95}


def table(blocks: Sequence[Trajectory], drivers: Drivers, seed: int) -> pa.Table | None:
    """Return every figure of 2026 beside the model's view of it; None where a run has neither.

    Parameters
    ----------
    blocks : sequence
        Simulated blocks in the order of their replicates.
    drivers : Drivers
    seed : int
        Of the ensemble.

    Returns
    -------
    pyarrow.Table or None
        series, place (``WLD`` or ISO3), month, code, observed, observed_low and observed_high
        (where a band was published), p05, p50, p95, fractions, and ``fitted``: whether the shipped
        fit aims at it.
    """
    reach = calendar.FIRST + min(block.visits.shape[0] for block in blocks)
    places = {WORLD, *drivers.nations}
    aims = [
        aim for aim in published()
        if aim.month in YEAR and aim.month < reach and not aim.ahead and aim.place in places
    ]  # fmt: skip
    whole = set(drivers.nations) >= {"CHN", "USA"}  # a series of the world is of no few nations
    aims = [aim for aim in aims if aim.place != WORLD or whole]
    if not aims:
        return None
    shown = _views(aims, blocks, drivers, seed)
    columns = {
        "series": strings([aim.series for aim in aims]),
        "place": strings([aim.place for aim in aims]),
        "month": strings([calendar.text(aim.month) for aim in aims]),
        "code": strings([aim.code for aim in aims]),
        "observed": gapped([None if _is_band(aim) else aim.value / 100.0 for aim in aims]),
        "observed_low": gapped([aim.ends[0] / 100.0 if _is_band(aim) else None for aim in aims]),
        "observed_high": gapped([aim.ends[-1] / 100.0 if _is_band(aim) else None for aim in aims]),
    }
    columns |= {
        # Sums over nations differ in their last bits with the number of replicates in a block.
        band: numbers(np.round(np.quantile(shown, level, axis=1) / 100.0, DIGITS))
        for band, level in QUANTILES.items()
    }
    aimed = set(targets())
    columns["fitted"] = strings(["yes" if aim in aimed else "no" for aim in aims])
    return pa.table(columns)


def _is_band(aim: Target) -> bool:
    return len(aim.ends) > 1


def _views(
    aims: Sequence[Target], blocks: Sequence[Trajectory], drivers: Drivers, seed: int
) -> Floats:
    """Return what the model shows at figures, percent, shape (figures, replicates)."""
    parts, first = [], 0
    for block in blocks:
        count = block.share.shape[-1]
        lanes = views.lanes(drivers, seed, np.arange(first, first + count))
        first += count
        part = np.empty((len(aims), count))
        for name in dict.fromkeys(aim.series for aim in aims):
            _fill(part, name, aims, _seen(name, aims, block, drivers, lanes), drivers)
        parts.append(part)
    return np.concatenate(parts, axis=1)


def _seen(
    name: str,
    aims: Sequence[Target],
    block: Trajectory,
    drivers: Drivers,
    lanes: views.Known,
) -> Floats:
    """Return what a series shows of a block in the months of its figures."""
    return views.view(SERIES[name], block, drivers, lanes, _months(name, aims))


def _months(name: str, aims: Sequence[Target]) -> Ints:
    return np.unique([aim.month - calendar.FIRST for aim in aims if aim.series == name])


def _fill(part: Floats, name: str, aims: Sequence[Target], seen: Floats, drivers: Drivers) -> None:
    """Put the views of a series where its figures stand."""
    series, months = SERIES[name], _months(name, aims)
    for row, aim in enumerate(aims):
        if aim.series == name:
            place = drivers.nations.index(aim.place) if series.by_nation else 0
            at = int(np.searchsorted(months, aim.month - calendar.FIRST))
            part[row] = seen[at, place, series.codes.index(aim.code)]
