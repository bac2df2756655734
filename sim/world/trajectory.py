"""Run a block of replicates by either driver and hand over what happened."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.scenario.drivers import Drivers, Floats
from sim.world import kernel, streams, triggers
from sim.world.block import ONE_A_MONTH, VIEW_MONTHS, Block, Record, empty_record, prepare
from sim.world.happened import ARRAYS, Trajectory
from sim.world.partings import Branch, course, plan
from sim.world.reasons import Reasons, before, means, reasons
from sim.world.restart import fork, write_past
from sim.world.rules import schedule
from sim.world.warmup import warm_up


def simulate(
    drivers: Drivers,
    *,
    seed: int,
    replicates: NDArray[np.int64],
    engine: Literal["kernel", "mesa"] = "kernel",
    view_months: int = VIEW_MONTHS,
    explained: Sequence[int] = (),
) -> Trajectory:
    """Run replicates of a compiled scenario from 2023-01 to its end.

    Parameters
    ----------
    drivers : Drivers
        Compiled scenario.
    seed : int
        Seed of the run.
    replicates : ndarray of int, shape (R,)
        Numbers of the replicates; any subset in any order gives the same numbers.
    engine : {"kernel", "mesa"}
        The compiled kernel, or the Mesa model one replicate at a time.
    view_months : int
        Months for which the views of observed series are kept.
    explained : sequence of int
        Positions of months, in rising order, of which the parts of utility are kept.

    Returns
    -------
    Trajectory
    """
    if engine == "mesa":
        return _by_mesa(drivers, seed, replicates, view_months, explained)
    warm_up(drivers)
    block = prepare(drivers, seed, replicates)
    record = empty_record(drivers, len(replicates), view_months)
    done, why = 0, []
    for t in explained:
        kernel.run(block, record, done, t)
        begun = before(block)
        kernel.run(block, record, t, t + 1)
        done = t + 1
        why.append(means(block, begun))
    kernel.run(block, record, done, drivers.facts.months.size)
    return trajectory(drivers, replicates, block, record, why)


def simulate_with_reasons(
    drivers: Drivers, nation: int, t: int, *, seed: int, replicates: NDArray[np.int64]
) -> tuple[Trajectory, Reasons]:
    """Run a block as far as a month and the last observed one, and say why a nation chose so.

    Parameters
    ----------
    drivers : Drivers
    nation, t : int
        Positions of the nation and the month.
    seed : int
    replicates : ndarray of int, shape (R,)

    Returns
    -------
    Trajectory
        Nothing is written of the months after.
    Reasons
    """
    block = prepare(drivers, seed, replicates)
    record = empty_record(drivers, len(replicates), VIEW_MONTHS)
    kernel.run(block, record, 0, t)
    begun = before(block)
    kernel.run(block, record, t, t + 1)
    found = reasons(block, begun, nation)
    kernel.run(block, record, t + 1, min(VIEW_MONTHS, drivers.facts.months.size))
    return trajectory(drivers, replicates, block, record), found


def simulate_together(
    drivers: Sequence[Drivers],
    *,
    seed: int,
    replicates: NDArray[np.int64],
    asked: Collection[int] | None = None,
) -> Iterator[tuple[int, Trajectory]]:
    """Run scenarios by the kernel, each from the month in which it parts from another one.

    Every trajectory is that of :func:`simulate`, to the bit.

    Parameters
    ----------
    drivers : sequence of Drivers
        Compiled scenarios.
    seed : int
        Seed of all.
    replicates : ndarray of int, shape (R,)
        Numbers of the replicates.
    asked : collection of int, optional
        Places of the scenarios whose trajectory is wanted; all by default. Another one is run no
        further than the rest need it.

    Yields
    ------
    place : int
    trajectory : Trajectory
        As soon as it is done, in an order of their own.
    """
    warm_up(drivers[0])
    run = streams.run_keys(seed, replicates)
    wanted = range(len(drivers)) if asked is None else asked

    def go_on(branch: Branch, block: Block, record: Record) -> Iterator[tuple[int, Trajectory]]:
        mine, t = drivers[branch.number], branch.first
        for later in branch.branches:
            kernel.run(block, record, t, later.first)
            t, other = later.first, drivers[later.number]
            its_record = empty_record(other, len(replicates), VIEW_MONTHS)
            write_past(its_record, record, t)
            yield from go_on(later, fork(block, other, run), its_record)
        if branch.number in wanted:
            kernel.run(block, record, t, mine.facts.months.size)
            yield branch.number, trajectory(mine, replicates, block, record)

    for root in plan([course(each) for each in drivers]):
        mine = drivers[root.number]
        record = empty_record(mine, len(replicates), VIEW_MONTHS)
        yield from go_on(root, prepare(mine, seed, replicates), record)


def simulate_branches(
    reference: Drivers,
    branches: Sequence[tuple[Drivers, int, NDArray[np.int64]]],
    *,
    seed: int,
    replicates: NDArray[np.int64],
) -> Iterator[tuple[int, Trajectory]]:
    """Run scenarios from the months in which they part from a reference, several lanes a replicate.

    Every trajectory is that of :func:`simulate`, to the bit.

    Parameters
    ----------
    reference : Drivers
        Run by the kernel as far as the others need it.
    branches : sequence of (Drivers, int, ndarray of int)
        What goes on, the month from which, and the place in ``replicates`` of each of its lanes.
    seed : int
    replicates : ndarray of int, shape (R,)

    Yields
    ------
    place : int
        In ``branches``.
    trajectory : Trajectory
    """
    warm_up(reference)
    block = prepare(reference, seed, replicates)
    record = empty_record(reference, len(replicates), VIEW_MONTHS)
    done = 0
    for place in sorted(range(len(branches)), key=lambda n: branches[n][1]):
        drivers, first, lanes = branches[place]
        kernel.run(block, record, done, first)
        done = first
        its_record = empty_record(drivers, lanes.size, VIEW_MONTHS)
        write_past(its_record, record, first, lanes)
        its_block = fork(block, drivers, streams.run_keys(seed, replicates[lanes]), lanes)
        kernel.run(its_block, its_record, first, drivers.facts.months.size)
        yield place, trajectory(drivers, replicates[lanes], its_block, its_record)


def _by_mesa(
    drivers: Drivers,
    seed: int,
    replicates: NDArray[np.int64],
    view_months: int,
    explained: Sequence[int],
) -> Trajectory:
    from sim.world.model import World  # Mesa takes a second to import

    parts = []
    for replicate in replicates:
        world = World(drivers, seed=seed, replicate=int(replicate), view_months=view_months)
        why = []
        for t in range(drivers.facts.months.size):
            begun = before(world.block) if t in explained else None
            world.step()
            if begun is not None:
                why.append(means(world.block, begun))
        parts.append(trajectory(drivers, replicates[:1], world.block, world.record, why))
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts], axis=-1)
        for name in ARRAYS[1:]
    }
    return Trajectory(np.asarray(replicates), **joined, waiting=drivers.waiting)


def trajectory(
    drivers: Drivers,
    replicates: NDArray[np.int64],
    block: Block,
    record: Record,
    why: Sequence[Floats] = (),
) -> Trajectory:
    """Return what a block of replicates left behind.

    Parameters
    ----------
    drivers, replicates, block, record
        Of the block.
    why : sequence of ndarray, each of shape (I, P, K, R)
        Parts of utility in the months of which they were asked for.
    """
    nations, _, ecosystems, lanes = block.state.share.shape
    return Trajectory(
        replicates=np.asarray(replicates),
        share=record.share,
        met=record.met,
        developers=record.developers,
        stance=record.stance,
        compute=record.compute,
        capability=record.capability,
        lacking=record.lacking,
        **{name: getattr(record, name) for name in ONE_A_MONTH},
        cost=costs(drivers, block),
        visits=record.visits,
        routed=record.routed,
        firms=record.firms,
        derived=record.derived,
        began=triggers.first_month(drivers, block.in_force),
        utility=np.stack(why) if why else np.empty((0, nations, 0, ecosystems, lanes)),
        waiting=drivers.waiting,
    )


def costs(drivers: Drivers, block: Block) -> Floats:
    """Return the cost of the levers in force, USD million in each month, shape (T, R)."""
    cost = np.zeros((drivers.facts.months.size, block.parameters.scalar.shape[1]))
    pay(drivers, block, range(len(cost)), cost)
    return cost


def pay(drivers: Drivers, block: Block, months: Iterable[int], cost: Floats) -> None:
    """Write into `cost`, shape (T, R), what some months cost by what is in force, USD million."""
    now = block.in_force
    for t in months:
        schedule.paid(
            t, now.began, now.ended, drivers.schedule.covers, block.strength, block.cost, cost[t]
        )  # fmt: skip
