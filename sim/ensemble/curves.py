"""From replicates to curves: group shares of every run, and their mean and quantiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Floats
from sim.ensemble import triggers, worked_with
from sim.errors import RunError
from sim.metrics import registry
from sim.metrics.metric import Metric, Month
from sim.world.groups import Groups

if TYPE_CHECKING:
    from sim.world import Trajectory


QUANTILES = {"p05": 0.05, "p25": 0.25, "p50": 0.50, "p75": 0.75, "p95": 0.95}
BANDS = ("mean", *QUANTILES)


@dataclass(frozen=True)
class Ensemble:
    """All replicates of one scenario, by group.

    Parameters
    ----------
    months : array, shape (months,), int
        Month numbers.
    groups : tuple of str
        Slugs of the groups kept by run; nations follow where they were asked for.
    nations, ecosystems : tuple of str
        ISO3 codes and ids.
    blocs : array, shape (ecosystems,), int
        Bloc of each ecosystem: us, cn, eu, sovereign.
    share : array, shape (months, groups, ecosystems, replicates)
        Fractions.
    developers : array, shape (months, groups, replicates)
        Counts.
    bands : array, shape (months, all groups + nations, ecosystems, 6)
        Mean and quantiles over replicates, as `BANDS` names them.
    banded : tuple of str
        Group or nation of each row of `bands`.
    index : array, shape (months, ecosystems, replicates)
        Capability of each ecosystem's flagship, ECI points.
    lacking : array, shape (months, groups, replicates)
        Points by which nations' own models trail the flagship of the sovereign ecosystem, times
        their share, ECI points.
    hardware : array, shape (months, 2, replicates)
        US and Chinese compute of the world, in H100-equivalents.
    training, serving : array, shape (months, replicates)
        Compute of Chinese laboratories, in H100-equivalents.
    extra_lag : array, shape (months, replicates)
        Months that compute and deployment add to the lag of Chinese laboratories.
    load : array, shape (months of the run, replicates)
        Serving load of Chinese services, 1 being full: every month of the run, whichever months
        the arrays above hold.
    cost : array, shape (months of the run, replicates)
        Public cost in the month, USD million of 2025.
    routed : array, shape (months, ecosystems, replicates)
        Tokens that routers pass on, in a unit of their own, meant for shares; all zero where no
        nation of the run sends traffic through routers.
    drawn : mapping of str to array, shape (replicates,)
        Parameters that are one number a replicate, by name.
    waiting : tuple of str
        Ids of the levers that wait for a sign.
    began : array, shape (levers that wait, replicates), int
        Number of the month in which each of these is first pulled; far ahead where it is not.
    asked : array, shape (months asked,), int
        Positions among `months`, in rising order, at which answers are held.
    answers : array, shape (months asked, groups, answers, replicates)
        Who has worked with what in the past year, fractions, as `sim.metrics.use.names` names them.
    """

    months: NDArray[np.int64]
    groups: tuple[str, ...]
    nations: tuple[str, ...]
    ecosystems: tuple[str, ...]
    blocs: NDArray[np.int64]
    share: Floats
    developers: Floats
    bands: Floats
    banded: tuple[str, ...]
    index: Floats
    lacking: Floats
    hardware: Floats
    training: Floats
    serving: Floats
    extra_lag: Floats
    load: Floats
    cost: Floats
    routed: Floats
    drawn: Mapping[str, Floats]
    waiting: tuple[str, ...]
    began: NDArray[np.int64]
    asked: NDArray[np.int64]
    answers: Floats

    def month(self, place: int) -> Month:
        """Return a month, by its position, as metrics read it."""
        return Month(
            int(self.months[place]),
            self.groups,
            self.ecosystems,
            self.blocs,
            self.index[place],
            self.hardware[place],
            self.training[place],
            self.serving[place],
            self.extra_lag[place],
            self.load[place],
            self.routed[place],
            use=lambda: (self.share[place], self.developers[place]),
            behind=lambda: self.lacking[place],
            year=lambda: self.answers[self._asked_at(place)],
            draw=lambda: self.drawn,
            pay=lambda: self.cost[place],
            pulled=lambda: {
                name: (first <= self.months[place]).astype(np.float64)
                for name, first in zip(self.waiting, self.began, strict=True)
            },
        )

    def _asked_at(self, place: int) -> int:
        if place not in self.asked:
            raise ValueError("use of a year was not asked for in a month that is to be reported")
        return int(np.searchsorted(self.asked, place))

    def metrics(self) -> tuple[Metric, ...]:
        """Return the metrics that the runs have unasked, in the order of the registry."""
        known = registry.present(registry.every(self.ecosystems), routers=bool(self.routed.any()))
        unasked = (metric for metric in known if metric.kept != "where named")
        return (*unasked, *triggers.metrics(self.waiting))

    def measured(self, metric: Metric, at: NDArray[np.int64]) -> Floats:
        """Return a metric at positions of months, or of the whole run.

        Returns
        -------
        array, shape (len(at), groups or 1, replicates), without months for a whole run

        Raises
        ------
        RunError
            If it is not finite, or of another shape.
        """
        values = metric.measured(self.month, at, len(self.months))
        if not np.isfinite(values).all():
            bad = np.argwhere(~np.isfinite(values))[0, -1]
            raise RunError(f"{metric.name} is not a finite number", replicate=int(bad))
        return values


def bands(values: Floats) -> Floats:
    """Return the mean and the quantiles over replicates, linear between order statistics.

    The same as ``numpy.quantile`` with its default method, for all five points from one sort.

    Parameters
    ----------
    values : array, shape (..., replicates)
        One value a replicate.

    Returns
    -------
    array, shape (..., 6)
        As `BANDS` names them.
    """
    ordered = np.sort(values, axis=-1)
    last = values.shape[-1] - 1
    result = np.empty((*values.shape[:-1], len(BANDS)))
    result[..., 0] = values.mean(axis=-1)
    for column, level in enumerate(QUANTILES.values(), start=1):
        below = int(level * last)
        part = level * last - below
        low, high = ordered[..., below], ordered[..., min(below + 1, last)]
        # Never outside [low, high], whatever the rounding.
        result[..., column] = np.minimum(low + (high - low) * part, high)
    return result


def gather(  # noqa: PLR0913 - what a run is, once
    blocks: Sequence[Trajectory],
    months: NDArray[np.int64],
    nations: tuple[str, ...],
    ecosystems: tuple[str, ...],
    blocs: NDArray[np.int64],
    groups: Groups,
    drawn: Mapping[str, Floats],
    *,
    asked: NDArray[np.int64],
    full: bool = False,
    workers: int = 1,
) -> Ensemble:
    """Put blocks of replicates together, a month at a time so that each step stays in cache.

    Parameters
    ----------
    blocks : sequence of Trajectory
        In the order of their replicates.
    months, nations, ecosystems, blocs, asked
        As in `Ensemble`; blocks may hold months before these, which are not reported.
    groups : Groups
        Which nations make which group.
    drawn : mapping of str to array, shape (replicates,)
        Draws of the parameters that metrics read, by name.
    full : bool
        Keep every nation's runs too, after the groups.
    workers : int
        How many months are put together at a time; numpy's loops let go of the interpreter.

    Raises
    ------
    RunError
        If a replicate holds a number that is not finite.
    """
    banded = (*groups.slugs, *nations)
    kept = banded if full else groups.slugs
    runs = sum(block.cost.shape[-1] for block in blocks)
    share = np.empty((len(months), len(kept), len(ecosystems), runs))
    developers = np.empty((len(months), len(kept), runs))
    lacking = np.empty_like(developers)
    band = np.empty((len(months), len(banded), len(ecosystems), len(BANDS)))
    early = blocks[0].cost.shape[0] - len(months)

    def put_together(t: int) -> None:
        x = np.concatenate([block.share[early + t] for block in blocks], axis=-1)
        n = np.concatenate([block.developers[early + t] for block in blocks], axis=-1)
        group_share, group_developers = groups.shares(x, n)
        every = np.concatenate([group_share, x])
        band[t] = bands(every)
        share[t] = every[: len(kept)]
        developers[t] = np.concatenate([group_developers, n])[: len(kept)]
        behind = np.concatenate([block.lacking[early + t] for block in blocks], axis=-1)
        lacking[t] = np.concatenate([groups.mean(behind, n), behind])[: len(kept)]

    firsts = np.cumsum([0, *(block.cost.shape[-1] for block in blocks[:-1])]).tolist()
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(_require_finite, blocks, firsts))  # a list asks for results, so for errors
        list(pool.map(put_together, range(len(months))))
    return Ensemble(
        months=months,
        groups=kept,
        nations=nations,
        ecosystems=ecosystems,
        blocs=blocs,
        share=share,
        developers=developers,
        bands=band,
        banded=banded,
        lacking=lacking,
        hardware=np.concatenate([block.compute[early:].sum(axis=1) for block in blocks], axis=-1),
        **{
            name: np.concatenate([getattr(block, name)[early:] for block in blocks], axis=-1)
            for name in ("training", "serving", "extra_lag", "load", "cost", "routed")
        },
        index=np.concatenate([block.capability[early:] for block in blocks], axis=-1),
        drawn=drawn,
        waiting=blocks[0].waiting,
        began=int(months[0]) - early + np.concatenate([b.began for b in blocks], axis=-1),
        asked=asked,
        answers=worked_with.by_group(
            blocks,
            early + asked,
            ecosystems,
            groups,
            drawn["breadth"],
            drawn["breadth_shape"],
            full=full,
            workers=workers,
        ),
    )


def _require_finite(block: Trajectory, first: int) -> None:
    """Refuse a number that is not finite and name its replicate: silence would flatten indices."""
    for name in (
        "share", "met", "developers", "compute", "load", "training", "extra_lag", "cost", "routed",
    ):  # fmt: skip
        values = getattr(block, name)
        # A sum holds on to anything that is not finite, without a table of flags.
        if not np.isfinite(values.sum()):
            bad = np.flatnonzero(~np.isfinite(values).reshape(-1, values.shape[-1]).all(axis=0))
            raise RunError(f"{name} is not a finite number", replicate=first + int(bad[0]))
