"""One thing that is measured of a run: what it is called, what it needs, how it is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.ensemble.curves import Ensemble

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Metric:
    """One thing that is measured.

    Parameters
    ----------
    name : str
        As in ``outcomes.parquet``.
    title, unit, description : str
        For readers.
    scope : {"month", "run"}
        Whether it has a value at each reported month or one for the whole run.
    world : bool
        Whether it is of the world only, else of each group.
    compute : callable
        From an ensemble and the reported months' positions to an array of shape (reported months,
        groups, replicates), or (groups, replicates) for the scope ``run``.
    span : {"reported months", "years before", "all months"}
        Which months of shares, developers and hardware `compute` reads. One that looks for the
        first month of something reads them all: from Decembers alone its answer would be wrong.
        Answers look back on the year before each reported month.
    short : str
        Title where there is little room, such as the head of a column; the title if empty.
    reads : tuple of str
        Parameters whose draw `compute` reads.
    routers : bool
        Whether it needs a nation that sends traffic through routers; it is absent without one.
    """

    name: str
    title: str
    unit: str
    description: str
    scope: Literal["month", "run"]
    world: bool
    compute: Callable[[Ensemble, Ints], Floats]
    span: Literal["reported months", "years before", "all months"] = "reported months"
    short: str = ""
    reads: tuple[str, ...] = ()
    routers: bool = False

    @property
    def scale(self) -> Literal["fraction", "chance", "number"]:
        """How a mean of it is read: in percent, as the part of runs, or in its own unit."""
        return SCALES.get(self.unit, "number")

    @property
    def heading(self) -> str:
        """The short title, or the title where there is none."""
        return self.short or self.title


SCALES: Mapping[str, Literal["fraction", "chance"]] = {"fraction": "fraction", "0 or 1": "chance"}
"""Units whose means are parts of a whole, with how they are read."""
