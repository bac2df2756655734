"""One thing that is measured: what it is called, and its value from the arrays of one month."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from sim.arrays import Floats, Ints
from sim.errors import RunError

Span = Literal["month", "sum", "mean", "ever", "first"]
"""How the months of a run make what is reported: a value of its own for each reported month, or one
of the whole run: the sum, the mean, whether a value is ever above zero, and the number of months
until it first is (the length of the run where it never is)."""


@dataclass(frozen=True, eq=False)
class Month:
    """What there is to measure in one month; the replicate axis is last.

    What costs something is computed when it is first read.

    Parameters
    ----------
    number : int
        Of the month: twelve times the year, and the months since January.
    groups, ecosystems : tuple of str
        Slugs and ids.
    blocs : ndarray, shape (ecosystems,), int
        Bloc of each ecosystem: us, cn, eu, sovereign.
    index : ndarray, shape (ecosystems, replicates)
        Capability of each flagship, ECI points.
    hardware : ndarray, shape (2, replicates)
        US and Chinese compute of the world, in H100-equivalents.
    training, serving : ndarray, shape (replicates,)
        Compute of Chinese laboratories, in H100-equivalents.
    extra_lag : ndarray, shape (replicates,)
        Months that compute and deployment add to the lag of Chinese laboratories.
    load : ndarray, shape (replicates,)
        Serving load of Chinese services, 1 being full.
    routed : ndarray, shape (ecosystems, replicates)
        Tokens that routers pass on, in a unit of their own, meant for shares; all zero where no
        nation of the run sends traffic through routers.
    use : callable
        Gives shares and developers of the groups.
    behind : callable
        Gives the points by which nations' own models trail the flagship of their ecosystem, times
        their share, ECI points.
    year : callable
        Gives answers on the past year.
    draw : callable
        Gives the parameters that are one number a replicate, by name.
    pay : callable
        Gives the public cost in the month.
    pulled : callable
        Gives the levers that wait for a sign and have been pulled.
    """

    number: int
    groups: tuple[str, ...]
    ecosystems: tuple[str, ...]
    blocs: Ints
    index: Floats
    hardware: Floats
    training: Floats
    serving: Floats
    extra_lag: Floats
    load: Floats
    routed: Floats
    use: Callable[[], tuple[Floats, Floats]]
    behind: Callable[[], Floats]
    year: Callable[[], Floats]
    draw: Callable[[], Mapping[str, Floats]]
    pay: Callable[[], Floats]
    pulled: Callable[[], Mapping[str, Floats]]

    @property
    def share(self) -> Floats:
        """Parts of developers by main ecosystem, shape (groups, ecosystems, replicates)."""
        return self._used[0]

    @property
    def developers(self) -> Floats:
        """Developers who build on models, counts, shape (groups, replicates)."""
        return self._used[1]

    @property
    def lacking(self) -> Floats:
        """What own models lack of their ecosystem's flagship, by their share, (groups, runs)."""
        return self.behind()

    @cached_property
    def answers(self) -> Floats:
        """Who has worked with what in the past year, (groups, answers, replicates).

        Fractions, in the order of the metrics ``used.*``, ``only.cn``, ``both.us_closed_and_cn``.

        Raises
        ------
        ValueError
            If answers were not asked for in this month: each looks back on a year.
        """
        return self.year()

    @property
    def drawn(self) -> Mapping[str, Floats]:
        """Parameters of the replicates by name, shape (replicates,)."""
        return self.draw()

    @cached_property
    def cost(self) -> Floats:
        """Public cost in the month, USD million of 2025, shape (replicates,)."""
        return self.pay()

    @cached_property
    def begun(self) -> Mapping[str, Floats]:
        """By lever that waits for a sign, 1 where it has been pulled by then, else 0, (runs,)."""
        return self.pulled()

    @cached_property
    def _used(self) -> tuple[Floats, Floats]:
        return self.use()

    def of_bloc(self, bloc: int) -> Floats:
        """Return the share of a bloc by its number, shape (groups, replicates)."""
        return np.asarray(self.share[:, self.blocs == bloc].sum(axis=1))

    def place(self, ecosystem: str) -> int:
        """Return where an ecosystem stands on its axis."""
        return self.ecosystems.index(ecosystem)


@dataclass(frozen=True)
class Metric:
    """One thing that is measured: all that is to be said of it stands here.

    Parameters
    ----------
    name : str
        As in ``outcomes.parquet``.
    title, unit, description : str
        For readers.
    compute : callable
        From a `Month` to an array of shape (groups, replicates), or (replicates,) for one of the
        world.
    world : bool
        Whether it is of the world only, else of each group.
    span : {"month", "sum", "mean", "ever", "first"}
        How the months of a run make it.
    short : str
        Title where there is little room, such as the head of a column; the title if empty.
    row : str
        What the page of a run calls it beside the shares; where empty it is not shown there.
    part : bool
        Whether it is a part of a whole, of which effects are told as log-odds too.
    kept : {"always", "in runs", "where named"}
        Which results hold it unasked: all, those of single runs alone since it costs a tenth more
        or a fifth, or none.
    answers : bool
        Whether it reads answers, which are computed for the reported months alone.
    routers : bool
        Whether it needs a nation that sends traffic through routers; it is absent without one.
    """

    name: str
    title: str
    unit: str
    description: str
    compute: Callable[[Month], Floats]
    world: bool = False
    span: Span = "month"
    short: str = ""
    row: str = ""
    part: bool = False
    kept: Literal["always", "in runs", "where named"] = "always"
    answers: bool = False
    routers: bool = False

    @property
    def scale(self) -> Literal["fraction", "chance", "number"]:
        """How a mean of it is read: in percent, as the part of runs, or in its own unit."""
        return SCALES.get(self.unit, "number")

    @property
    def heading(self) -> str:
        """The short title, or the title where there is none."""
        return self.short or self.title

    def of(self, month: Month) -> Floats:
        """Return its values in a month, shape (groups or 1, replicates).

        Raises
        ------
        RunError
            If it gives an array of another shape.
        """
        values = np.asarray(self.compute(month), dtype=np.float64)
        runs = month.load.shape[-1]
        wanted = (runs,) if self.world else (len(month.groups), runs)
        if values.shape != wanted:
            axes = "(replicates,)" if self.world else "(groups, replicates)"
            raise RunError(f"{self.name} has shape {values.shape}, not {wanted}: {axes}")
        return values[None] if self.world else values

    def measured(self, month: Callable[[int], Month], at: Ints, count: int) -> Floats:
        """Return what is reported of a run.

        Parameters
        ----------
        month : callable
            Gives the month at a position.
        at : ndarray of int
            Positions of the months that are reported.
        count : int
            Months of the run.

        Returns
        -------
        ndarray
            Of shape (reported months, groups or 1, replicates), without months for a whole run.
        """
        if self.span == "month":
            return np.stack([self.of(month(t)) for t in at.tolist()])
        every = np.stack([self.of(month(t)) for t in range(count)])
        return OVER[self.span](every)


def _first(every: Floats) -> Floats:
    ever = (every > 0.0).any(axis=0)
    return np.where(ever, (every > 0.0).argmax(axis=0), len(every)).astype(np.float64)


OVER: Mapping[str, Callable[[Floats], Floats]] = {
    "sum": lambda every: np.asarray(every.sum(axis=0)),
    "mean": lambda every: np.asarray(every.mean(axis=0)),
    "ever": lambda every: (every > 0.0).any(axis=0).astype(np.float64),
    "first": _first,
}
"""Spans of a whole run, from the values of every month, (months, groups or 1, replicates)."""

SCALES: Mapping[str, Literal["fraction", "chance"]] = {"fraction": "fraction", "0 or 1": "chance"}
"""Units whose means are parts of a whole, with how they are read."""
