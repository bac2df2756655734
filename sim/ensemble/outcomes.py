"""What a sweep keeps of every replicate: chosen metrics of chosen groups in chosen months."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import months as calendar
from sim.arrays import Floats, Ints
from sim.ensemble import runner, triggers
from sim.errors import InputError, Problem, RunError, nearest
from sim.metrics import registry
from sim.metrics.metric import Metric, Month
from sim.world import measured
from sim.world.groups import Groups

if TYPE_CHECKING:
    from sim.scenario.drivers import Drivers
    from sim.world import Trajectory


@dataclass(frozen=True)
class Outcomes:
    """What is kept of every replicate.

    Parameters
    ----------
    metrics, groups : tuple of str
        Names; without metrics, all that have a value at each reported month, and the public cost.
    months : str or tuple of str
        ``yearly`` (each December and the last month), ``end``, or months ``YYYY-MM``.
    """

    metrics: tuple[str, ...] = ()
    groups: tuple[str, ...] = ("world", "global_south")
    months: str | tuple[str, ...] = "yearly"

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Outcomes:
        """Return what a manifest keeps as plain data."""
        months = plain["months"]
        when = months if isinstance(months, str) else tuple(months)
        return cls(tuple(plain["metrics"]), tuple(plain["groups"]), when)


@dataclass(frozen=True, eq=False)
class Kept:
    """Rows that are kept of each replicate, and what is computed for them.

    Parameters
    ----------
    chosen : tuple of Metric
    members : Groups
    at : ndarray of int
        Positions, from the start of the world, of the months that are kept.
    metric, group, month, unit : ndarray of int, shape (rows,)
        Positions among the words below; -1 for the month of a whole run.
    metrics, groups, months, units : tuple of str
    """

    chosen: tuple[Metric, ...]
    members: Groups
    at: Ints
    metric: Ints
    group: Ints
    month: Ints
    unit: Ints
    metrics: tuple[str, ...]
    groups: tuple[str, ...]
    months: tuple[str, ...]
    units: tuple[str, ...]

    @classmethod
    def nothing(cls) -> Kept:
        """Return what is kept where no replicate was run."""
        none = np.zeros(0, np.int64)
        members = Groups((), np.zeros((0, 0), np.bool_))
        return cls((), members, none, none, none, none, none, (), (), (), ())


def kept(drivers: Drivers, wanted: Outcomes) -> Kept:
    """Return what is kept of the replicates of some drivers.

    Raises
    ------
    InputError
        If a metric or a group is unknown, or a month is not in the period.
    """
    chosen = _metrics(drivers, wanted.metrics)
    members = _groups(drivers, wanted.groups)
    at = _months(drivers, wanted.months)
    months = tuple(calendar.text(month) for month in drivers.facts.months[at])
    units = tuple(sorted({metric.unit for metric in chosen}))
    rows: list[tuple[int, int, int, int]] = []
    for number, metric in enumerate(chosen):
        for group in range(1 if metric.world else len(members.slugs)):
            when = range(len(months)) if metric.span == "month" else (-1,)
            rows += ((number, group, month, units.index(metric.unit)) for month in when)
    metric_, group_, month_, unit_ = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    return Kept(
        chosen,
        members,
        at,
        metric_,
        group_,
        month_,
        unit_,
        tuple(metric.name for metric in chosen),
        members.slugs,
        months,
        units,
    )


def _metrics(drivers: Drivers, names: tuple[str, ...]) -> tuple[Metric, ...]:
    every = registry.every(drivers.ecosystems)
    has = registry.present(every, routers=bool(drivers.facts.routed.any()))
    known = {metric.name: metric for metric in has}
    known |= {metric.name: metric for metric in triggers.named(names)}
    if not names:
        return tuple(metric for metric in has if metric.kept == "always")
    for name in names:
        if name in known:
            continue
        if any(metric.name == name for metric in every):
            message = f"{name} needs nations that send traffic through routers"
            raise InputError(Problem(message, path="outcomes", hint="add nations outside China"))
        hint = nearest(name, known)
        raise InputError(Problem(f"no metric is called {name!r}", path="outcomes", hint=hint))
    return tuple(metric for name, metric in known.items() if name in names)


def _groups(drivers: Drivers, names: tuple[str, ...]) -> Groups:
    nations = {code: np.arange(len(drivers.nations)) == n for n, code in enumerate(drivers.nations)}
    known = {**drivers.groups, **nations}
    for name in names:
        if name not in known:
            hint = nearest(name, known)
            raise InputError(Problem(f"no group is called {name!r}", path="outcomes", hint=hint))
    # The world comes first: metrics of the world alone are the first group's.
    slugs = tuple(dict.fromkeys(("world", *names)))
    return Groups(slugs, np.stack([known[slug] for slug in slugs]))


def _months(drivers: Drivers, wanted: str | tuple[str, ...]) -> Ints:
    calendar_months = drivers.facts.months
    if wanted == "yearly":
        return drivers.first + registry.reported(calendar_months[drivers.first :])
    if wanted == "end":
        return np.array([calendar_months.size - 1])
    found = []
    for word in wanted:
        place = calendar.parse(word) - int(calendar_months[0])
        if not drivers.first <= place < calendar_months.size:
            raise InputError(Problem(f"{word} is not in the period of the runs", path="outcomes"))
        found.append(place)
    return np.array(sorted(set(found)))


def measure(drivers: Drivers, shape: Kept, done: Trajectory, seed: int, replicates: Ints) -> Floats:
    """Return what is kept of a block, shape (replicates, rows).

    Raises
    ------
    RunError
        If a number is not finite, with the metric and the replicate.
    """
    month = _months_of(drivers, shape, done, seed, replicates)
    at, count = shape.at - drivers.first, drivers.facts.months.size - drivers.first
    blocks = [metric.measured(month, at, count) for metric in shape.chosen]
    # Rows of a metric are by group, then month; a metric of a whole run has one a group.
    rows = [
        (block.transpose(1, 0, 2) if block.ndim == 3 else block).reshape(-1, len(replicates))
        for block in blocks
    ]
    values = np.ascontiguousarray(np.concatenate(rows).T)
    if not np.isfinite(values).all():
        lane, row = (int(n[0]) for n in np.nonzero(~np.isfinite(values)))
        name = shape.metrics[int(shape.metric[row])]
        raise RunError(f"{name} is not a finite number", replicate=int(replicates[lane]))
    return values


def _months_of(
    drivers: Drivers, shape: Kept, done: Trajectory, seed: int, replicates: Ints
) -> Callable[[int], Month]:
    """Return what gives a month of a block, by its position in what is reported, once each."""

    @cache
    def drawn() -> Mapping[str, Floats]:
        return runner.drawn(drivers, seed, replicates)

    @cache
    def month(place: int) -> Month:
        t = drivers.first + place
        return measured.month(
            t, drivers, shape.members, done, drawn, lambda: done.cost[t], lambda: done.begun(t)
        )

    return month
