"""What levers do this month: which have begun, how much of each is in force, and where it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sim.evidence.axes import OFFERS
from sim.scenario import parts
from sim.scenario.drivers import Drivers, Facts, Flags, Floats, Ints, Schedule
from sim.world.compiled import ready
from sim.world.rules import schedule
from sim.world.rules.arrays import Acting

ANEW = -1.0
"""Part in force that nothing has: all that depends on it is computed again."""


class InForce(NamedTuple):
    """Levers in a block of replicates; N entries, E effects, C conditions, L lanes."""

    began: Ints  # [N, L] position of the first month; NEVER before a trigger has come
    ended: Ints  # [N, L] position of the last month; NEVER without an end
    held: Ints  # [C, L] months in a row in which a condition has held
    ramp: Floats  # [E, L] part of each effect in force this month
    moved: Flags  # [E, L] 1 where that part has changed this month
    alone: Floats  # [E, L] scratch
    stale: Flags  # [I, 2 K + 3] ALL or SOME where a part of a nation may have changed this month
    listed: Flags  # [K, 2] 1 where an offer's price, or its place on the menu, has changed
    sold: Flags  # [K, 2] 1 where an offer is on sale this month


def start(drivers: Drivers, lanes: int) -> InForce:
    """Return what is in force before the first month: nothing."""
    of = drivers.schedule
    return InForce(
        began=np.repeat(of.begins[:, None], lanes, axis=1),
        ended=np.repeat(of.ends[:, None], lanes, axis=1),
        held=np.zeros((len(drivers.triggers), lanes), np.int64),
        ramp=np.full((of.entry.size, lanes), ANEW),
        moved=np.zeros((of.entry.size, lanes), np.uint8),
        alone=np.zeros((of.entry.size, lanes)),
        stale=np.zeros((len(drivers.nations), parts.count(len(drivers.ecosystems))), np.uint8),
        listed=np.zeros((len(drivers.ecosystems), len(OFFERS)), np.uint8),
        sold=np.zeros((len(drivers.ecosystems), len(OFFERS)), np.uint8),
    )


def updating(facts: Facts, of: Schedule, strength: Floats, now: InForce) -> Callable[[int], None]:
    """Return what brings up to date what is in force, and where it has changed, in a month.

    Parameters
    ----------
    facts : Facts
    of : Schedule
    strength : ndarray, shape (N, L)
    now : InForce
        Updated.

    Returns
    -------
    callable
        Takes the position of the month.
    """
    acting = Acting(of.entry, of.course, of.rival, of.lag, of.bears, now.began, now.ended, strength)
    by_levers = ready(schedule.in_force, acting, now.alone, now.ramp, now.moved, now.stale)

    def update(t: int) -> None:
        now.stale[:], now.listed[:], now.sold[:] = facts.stale[t], facts.listed[t], facts.on_sale[t]
        by_levers(t)

    return update


def carried(before: Drivers, after: Drivers, now: InForce, lanes: Ints | None = None) -> InForce:
    """Return the same moment in other drivers, which share the history of those of a block.

    Conditions that both wait for go on; all that is in force is found again in the next month.

    Parameters
    ----------
    before, after : Drivers
    now : InForce
        Of the first; stays as it is.
    lanes : ndarray of int, optional
        The lane from which each new one goes on; the same one by default.
    """
    chosen = np.arange(now.began.shape[1]) if lanes is None else lanes
    found = start(after, chosen.size)
    theirs = {(e.lever, before.waits(n)): n for n, e in enumerate(before.entries)}
    for n, entry in enumerate(after.entries):
        place = theirs.get((entry.lever, after.waits(n)))
        if place is not None and after.waits(n):
            found.began[n] = now.began[place, chosen]
            found.ended[n] = now.ended[place, chosen]
    watched = {before.sign(trigger): c for c, trigger in enumerate(before.triggers)}
    for c, trigger in enumerate(after.triggers):
        place = watched.get(after.sign(trigger))
        if place is not None:
            found.held[c] = now.held[place, chosen]
    return found
