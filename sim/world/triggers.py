"""Triggers: what is waited for is read at the end of each month, replicate by replicate.

A trigger starts its entry of a lever in the next month, or ends it with this one, as dates would.
It does so once. What it reads is what `outcomes.parquet` would hold of the month.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.errors import RunError
from sim.metrics.metric import Month
from sim.scenario.drivers import NEVER, Drivers, Floats, Trigger
from sim.world import measured
from sim.world.block import Block, Record
from sim.world.in_force import InForce
from sim.world.rows import SCALARS
from sim.world.rules import schedule


def read(t: int, block: Block, record: Record) -> None:
    """Read the conditions at the end of a month, and note which entries begin and end by them.

    Parameters
    ----------
    t : int
        Position of the month, which `record` holds.
    block : Block
        What is in force is updated, for the next month.
    record : Record

    Raises
    ------
    RunError
        If a metric is not a finite number.
    """
    drivers, now = block.watch.drivers, block.in_force
    due = [
        c
        for c, trigger in enumerate(drivers.triggers)
        if trigger.watched <= t < trigger.last and _waits(trigger, now)
    ]
    if not due:
        return
    month = _month(t, block, record)
    values: dict[str, Floats] = {}
    for c in due:
        trigger, metric = drivers.triggers[c], block.watch.metrics[c]
        if metric.name not in values:
            values[metric.name] = metric.of(month)
            _require_finite(metric.name, values[metric.name])
        group = 0 if metric.world else block.watch.members.slugs.index(trigger.group)
        value, held = values[metric.name][group], now.held[c]
        yes = value > trigger.level if trigger.above else value < trigger.level
        held[:] = np.where(yes, held + 1, 0)
        if trigger.first <= t + 1:
            _pull(t, trigger, now, held >= trigger.months)


def _waits(trigger: Trigger, now: InForce) -> bool:
    """Return whether a trigger may still do something in any lane."""
    if trigger.ends:
        return bool((now.ended[trigger.entry] == NEVER).any())
    return bool((now.began[trigger.entry] == NEVER).any())


def _pull(t: int, trigger: Trigger, now: InForce, held: np.ndarray) -> None:
    """Begin an entry with the next month or end it with this one, where its sign has come."""
    began, ended = now.began[trigger.entry], now.ended[trigger.entry]
    if trigger.ends:
        ended[held & (began <= t) & (ended == NEVER)] = t
    else:
        began[held & (began == NEVER)] = t + 1


def _month(t: int, block: Block, record: Record) -> Month:
    watch, scalar, now = block.watch, block.parameters.scalar, block.in_force

    def pay() -> Floats:
        cost = np.empty(scalar.shape[1])
        schedule.paid(
            t, now.began, now.ended, block.schedule.covers, block.strength, block.cost, cost
        )
        return cost

    return measured.month(
        t, watch.drivers, watch.members, record,
        lambda: {name: scalar[row] for row, name in enumerate(SCALARS)},
        pay, lambda: begun(t, watch.drivers, now),
    )  # fmt: skip


def begun(t: int, drivers: Drivers, now: InForce) -> Mapping[str, Floats]:
    """Return which levers that wait for a sign have been pulled by a month, by id, 0 or 1."""
    first = first_month(drivers, now)
    return {name: (first[n] <= t).astype(np.float64) for n, name in enumerate(drivers.waiting)}


def first_month(drivers: Drivers, now: InForce) -> np.ndarray:
    """Return when levers that wait for a sign were first pulled, positions or NEVER, (ids, L)."""
    found = np.full((len(drivers.waiting), now.began.shape[1]), NEVER)
    for trigger in drivers.triggers:
        if not trigger.ends:
            place = drivers.waiting.index(drivers.entries[trigger.entry].lever)
            found[place] = np.minimum(found[place], now.began[trigger.entry])
    return found


def _require_finite(name: str, values: Floats) -> None:
    if not np.isfinite(values).all():
        lane = int(np.argwhere(~np.isfinite(values))[0, -1])
        raise RunError(f"{name}, for which a lever waits, is not a finite number", replicate=lane)
