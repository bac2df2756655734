"""A trunk: a run whose state is kept at some months, so that other scenarios can go on from there.

It is :mod:`sim.world.restart` for a block of replicates and many scenarios, one after the other:
what they share with the trunk is computed once, and what they have of their own is equal to the
bit to a run of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.scenario.drivers import Drivers
from sim.world import kernel, streams
from sim.world.block import Block, Record, empty_record, prepare
from sim.world.restart import fork
from sim.world.trajectory import Trajectory, trajectory
from sim.world.warmup import warm_up

Ints = NDArray[np.int64]
Stopped = Callable[[], bool]

STRETCH = 12
"""Months between two looks at whether anybody still waits for the answer."""


@dataclass(frozen=True, eq=False)
class Trunk:
    """Replicates of a scenario, and their state after some months.

    Parameters
    ----------
    drivers : Drivers
        Of the scenario.
    seed : int
    replicates : ndarray of int, shape (R,)
    states : tuple of (int, Block)
        Months done and the block after them, in rising order.
    """

    drivers: Drivers
    seed: int
    replicates: Ints
    states: tuple[tuple[int, Block], ...]


def never() -> bool:
    """Return that nobody has stopped anything."""
    return False


def simulate_trunk(
    drivers: Drivers, *, seed: int, replicates: Ints, at: Sequence[int]
) -> tuple[Trunk, Trajectory]:
    """Run replicates of a scenario and keep their state at some months.

    Parameters
    ----------
    drivers : Drivers
    seed : int
    replicates : ndarray of int, shape (R,)
    at : sequence of int
        Months done, each below the number of months; in any order.
    """
    warm_up(drivers)
    block = prepare(drivers, seed, replicates)
    record = empty_record(drivers, replicates.size, 0)
    run = streams.run_keys(seed, replicates)
    states, done = [], 0
    for month in sorted(set(at)):
        kernel.run(block, record, done, month)
        states.append((month, fork(block, drivers, run)))
        done = month
    kernel.run(block, record, done, drivers.facts.months.size)
    return Trunk(drivers, seed, replicates, tuple(states)), trajectory(
        drivers, replicates, block, record
    )


def simulate_from(
    trunk: Trunk,
    drivers: Drivers,
    first: int,
    *,
    lanes: Ints | None = None,
    record: Record | None = None,
    stopped: Stopped = never,
) -> tuple[int, Trajectory] | None:
    """Run a scenario from the last kept state before it parts from a trunk.

    Parameters
    ----------
    trunk : Trunk
        Stays as it is.
    drivers : Drivers
        What is run. Strengths and parameters may differ from lane to lane.
    first : int
        The month in which it parts from the trunk (`sim.world.partings.parting`), or an earlier
        one.
    lanes : ndarray of int, optional
        The place in ``trunk.replicates`` of each lane that is run; each once by default.
    record : Record, optional
        Written, and part of what is returned; a new one by default.
    stopped : callable
        Asked now and then; once it says yes the run ends and nothing is returned.

    Returns
    -------
    begun : int
        Months that were not run: nothing is written of them.
    trajectory : Trajectory
        From month ``begun`` on that of :func:`sim.world.simulate`, to the bit.
    """
    replicates = trunk.replicates if lanes is None else trunk.replicates[lanes]
    before = [state for state in trunk.states if state[0] <= first]
    if before:
        begun, kept = before[-1]
        block = fork(kept, drivers, streams.run_keys(trunk.seed, replicates), lanes)
    else:
        begun, block = 0, prepare(drivers, trunk.seed, replicates)
    record = empty_record(drivers, replicates.size, 0) if record is None else record
    end = drivers.facts.months.size
    for t in range(begun, end, STRETCH):
        if stopped():
            return None
        kernel.run(block, record, t, min(t + STRETCH, end))
    return begun, trajectory(drivers, replicates, block, record)
