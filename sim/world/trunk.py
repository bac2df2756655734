"""A trunk: a run whose state is kept at some months, so that other scenarios can go on from there.

It is :mod:`sim.world.restart` for a block of replicates and many scenarios, one after the other:
what they share with the trunk is computed once, and what they have of their own is equal to the
bit to a run of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import DTypeLike, NDArray

from sim.scenario.drivers import Drivers, Floats
from sim.world import streams
from sim.world.block import Block, Record, empty_record, prepare
from sim.world.kernel import Kernel
from sim.world.memory import empty
from sim.world.restart import fork
from sim.world.trajectory import pay
from sim.world.triggers import first_month
from sim.world.warmup import warm_up
from sim.world.watch import Watch

Ints = NDArray[np.int64]


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


@dataclass(frozen=True, eq=False, slots=True)
class Moment:
    """What a month leaves behind; L lanes last. Arrays are good until the next moment is asked for.

    Parameters
    ----------
    t : int
        Position of the month.
    share : ndarray, shape (I, K, L)
    developers : ndarray, shape (I, L)
    compute : ndarray, shape (3, 2, L)
        Stock by pool and hardware, H100e.
    index : ndarray, shape (K, L)
        Flagship's capability, ECI points.
    extra_lag, load : ndarray, shape (L,)
    cost : ndarray, shape (T, L)
        Of the levers in force in each month until then, USD million.
    began : ndarray of int, shape (waiting, L)
        Months in which levers that wait for a sign were pulled, positions; ``NEVER`` before.
    """

    t: int
    share: Floats
    developers: Floats
    compute: Floats
    index: Floats
    extra_lag: Floats
    load: Floats
    cost: Floats
    began: Ints


def simulate_trunk(drivers: Drivers, *, seed: int, replicates: Ints, at: Sequence[int]) -> Trunk:
    """Run replicates of a scenario as far as their state is kept.

    Parameters
    ----------
    drivers : Drivers
    seed : int
    replicates : ndarray of int, shape (R,)
    at : sequence of int
        Months done, none above the number of months; in any order.
    """
    warm_up(drivers)
    block = prepare(drivers, seed, replicates)
    record = _one_month(drivers, replicates.size)
    run = streams.run_keys(seed, replicates)
    states, done = [], 0
    steps = Kernel(block, record)
    for month in sorted(set(at)):
        steps.run(done, month, every=bool(drivers.triggers))
        states.append((month, fork(block, drivers, run)))
        done = month
    return Trunk(drivers, seed, replicates, tuple(states))


def simulate_from(
    trunk: Trunk,
    drivers: Drivers,
    first: int,
    at: Sequence[int],
    *,
    lanes: Ints | None = None,
    stopped: Callable[[], bool] | None = None,
) -> Iterator[Moment]:
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
    at : sequence of int
        Months that are wanted, in rising order.
    lanes : ndarray of int, optional
        The place in ``trunk.replicates`` of each lane that is run; each once by default.
    stopped : callable, optional
        Asked before each of these months; once it says yes the run ends.

    Yields
    ------
    Moment
        Each of the months that are not before the kept state: what :func:`sim.world.simulate`
        gives of it, to the bit.
    """
    replicates = trunk.replicates if lanes is None else trunk.replicates[lanes]
    looks_back = any(metric.answers for metric in Watch.of(drivers).metrics)
    # A sign that looks back on a year needs months of which a kept state holds nothing.
    before = [state for state in trunk.states if state[0] <= first and not looks_back]
    if before:
        done, kept = before[-1]
        block = fork(kept, drivers, streams.run_keys(trunk.seed, replicates), lanes)
    else:
        warm_up(drivers)
        done, block = 0, prepare(drivers, trunk.seed, replicates)
    record = _one_month(drivers, replicates.size, looks_back=looks_back)
    cost, paid = np.zeros((drivers.facts.months.size, replicates.size)), 0
    steps = Kernel(block, record)
    for t in at:
        if t < done:
            continue
        if stopped is not None and stopped():
            return
        steps.run(done, t + 1, every=bool(drivers.triggers))
        pay(drivers, block, range(paid, t + 1), cost)
        done = paid = t + 1
        yield Moment(
            t, record.share[t], record.developers[t], record.compute[t], record.capability[t],
            record.extra_lag[t], record.load[t], cost, first_month(drivers, block.in_force),
        )  # fmt: skip


def _one_month(drivers: Drivers, lanes: int, *, looks_back: bool = False) -> Record:
    """Return a record in which every month is written over the one before.

    A whole one takes 1.3 MB a replicate, and touching that for the first time costs as much as half
    of what is computed. No series is looked at; tokens are routed, and what developers met is held
    month by month, only where a sign may read them.
    """
    month = empty_record(drivers, lanes, 0, _over_and_over)
    met = empty(month.met.shape, month.met.dtype) if looks_back else month.met[:0]
    routed = month.routed if drivers.triggers else month.routed[:0]
    return month._replace(met=met, routed=routed)


def _over_and_over(shape: tuple[int, ...], dtype: DTypeLike = np.float64) -> NDArray[Any]:
    """Return an array in which each place along the first axis is the same one."""
    one = empty(shape[1:], dtype)
    return as_strided(one, shape, (0, *one.strides))
