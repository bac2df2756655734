"""Accelerators: who wants them, who may have them, and what happened to them when.

Quantities are H100-equivalents (H100e). Export rules, smuggling, exports and rent abroad are facts
and end with ``until``; demand, the ceiling of Chinese output, performance and the serving share are
trends, stated in ``hardware.csv`` and known to every run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Floats
from sim.evidence import dates
from sim.evidence.axes import HARDWARE, POOLS
from sim.evidence.tables import read

"""Kinds of hardware, in the order of the last axis."""

Months = NDArray[np.integer]


@dataclass(frozen=True, eq=False, kw_only=True)
class Hardware:
    """Drivers of supply by month.

    Parameters
    ----------
    demand : ndarray, (T, 3)
        Accelerators wanted by pool, H100e a month; China's is money, at the constant
        ``chip_price_reference`` an H100e.
    permitted : ndarray, (T,)
        US chips that both governments let pass to China, H100e a month.
    smuggled : ndarray, (T,)
        US chips that can be had in China past the licences, H100e a month.
    output_cap : ndarray, (T,)
        Ceiling of Chinese output from equipment and memory, H100e a month.
    output_reference : float
        Chinese output in ``output_reference_month``, H100e a month.
    output_reference_month : int
        Month of that output.
    exported : ndarray, (T,)
        Chinese chips sold to the rest, H100e a month.
    rented : ndarray, (T,)
        Stock abroad that Chinese labs rent, H100e.
    performance, maturity : ndarray, (T, 2)
        Performance per price, 1 for US hardware; maturity of software, 0 to 1.
    availability : ndarray, (T, 3, 2)
        Part of a pool's buyers to whom the hardware is offered, 0 to 1.
    serving_share : ndarray, (T,)
        Part of compute that serves models, 0 to 1.
    start_compute : ndarray, (3, 2)
        Stock in January 2023, H100e.
    """

    demand: Floats
    permitted: Floats
    smuggled: Floats
    output_cap: Floats
    output_reference: float
    output_reference_month: int
    exported: Floats
    rented: Floats
    performance: Floats
    maturity: Floats
    availability: Floats
    serving_share: Floats
    start_compute: Floats

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)


@dataclass(frozen=True, slots=True)
class Point:
    """One dated value of a series."""

    month: int
    value: float


type Series = dict[tuple[str, str], list[Point]]


def series(until: int | None = None) -> Series:
    """Return the dated values that may be known, by item and index, in order of time.

    Raises
    ------
    InputError
        If the table is damaged.
    """
    found: Series = {}
    columns = ("item", "index", "from", "known", "value", "source", "status")
    for row in read("hardware.csv", columns):
        point = Point(dates.month(row, "from"), row.number("value"))
        if until is None or dates.counts_from(row, "known") <= until:
            found.setdefault((row.text("item"), row["index"]), []).append(point)
    return {key: sorted(points, key=lambda p: p.month) for key, points in found.items()}


def step(points: Sequence[Point], months: Months) -> Floats:
    """Return a series that keeps each value until the next one, (T,); the first one before it."""
    starts = np.array([point.month for point in points])
    at = np.maximum(np.searchsorted(starts, months, side="right") - 1, 0)
    return np.array([point.value for point in points], dtype=np.float64)[at]


def line(points: Sequence[Point], months: Months) -> Floats:
    """Return a series that is straight between its values and held at both ends, (T,)."""
    return np.interp(months, [p.month for p in points], [p.value for p in points])


def grown(anchor: Point, rates: Sequence[Point], months: Months) -> Floats:
    """Return a series that grows from its anchor both ways, (T,).

    Parameters
    ----------
    anchor : Point
        Level and its month.
    rates : sequence of Point
        Logarithmic growth a year from each month on; the first one also before it.
    months : ndarray of int, (T,)
        Month numbers.
    """
    first = min(int(months.min()), anchor.month)
    every = np.arange(first, max(int(months.max()), anchor.month) + 1)
    log = np.concatenate([[0.0], np.cumsum(step(rates, every[:-1]) / 12.0)])
    return np.asarray(anchor.value * np.exp(log[months - first] - log[anchor.month - first]))


def history(months: Months, until: int | None = None) -> Hardware:
    """Return the drivers of supply.

    Parameters
    ----------
    months : ndarray of int, (T,)
        Month numbers.
    until : int, optional
        Last month whose facts are known; all if not given.
    """
    known = series(until)
    reference = known["output_reference", ""][0]
    demand = [grown(known["demand", r][0], known["demand_growth", r], months) for r in POOLS]
    cap = known["output_cap", ""]
    log_cap = line([Point(p.month, float(np.log(p.value))) for p in cap], months)
    availability = [
        [step(known["availability", f"{pool}:{h}"], months) for h in HARDWARE] for pool in POOLS
    ]
    start = [[known["start_compute", f"{pool}:{h}"][0].value for h in HARDWARE] for pool in POOLS]
    return Hardware(
        demand=np.stack(demand, axis=1),
        permitted=step(known["permitted", ""], months),
        smuggled=step(known["smuggled", ""], months),
        output_cap=np.exp(log_cap),
        output_reference=reference.value,
        output_reference_month=reference.month,
        exported=step(known["exported", ""], months),
        rented=step(known["rented", ""], months),
        performance=np.stack([line(known["performance", h], months) for h in HARDWARE], axis=1),
        maturity=np.stack([line(known["maturity", h], months) for h in HARDWARE], axis=1),
        availability=np.moveaxis(np.array(availability), 2, 0),
        serving_share=line(known["serving_share", ""], months),
        start_compute=np.array(start),
    )
