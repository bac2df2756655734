"""Restart: a run that goes on from a month of another one, equal to the bit.

What scenarios have in common (:mod:`sim.world.partings`) is copied and not computed again. A
snapshot lives in memory and nowhere else.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import months
from sim.errors import RunError
from sim.scenario.drivers import Drivers
from sim.world import streams
from sim.world.block import Block, Record
from sim.world.in_force import InForce, carried
from sim.world.memory import copied
from sim.world.partings import course, parting
from sim.world.state import State, entry_sizes, scratch
from sim.world.watch import Watch

Ints = NDArray[np.int64]


class Snapshot(NamedTuple):
    """One replicate after a number of months, and what was written down until then."""

    drivers: Drivers
    seed: int
    replicate: int
    done: int  # months
    state: State  # a copy
    in_force: InForce  # a copy
    record: Record  # a copy


def write_past(record: Record, past: Record, done: int, lanes: Ints | None = None) -> None:
    """Write the first months of another record into a record.

    Parameters
    ----------
    record, past : Record
    done : int
        How many months.
    lanes : ndarray of int, optional
        Lanes of ``past`` that are taken; all by default.
    """
    for name in Record._fields:
        theirs = getattr(past, name)[:done]
        getattr(record, name)[:done] = theirs if lanes is None else theirs[..., lanes]


def fork(block: Block, drivers: Drivers, run: streams.Keys, lanes: Ints | None = None) -> Block:
    """Return a block of other drivers that goes on from the state of a block.

    Parameters
    ----------
    block : Block
        Stays as it is.
    drivers : Drivers
        They part from those of the block in the next month or later.
    run : ndarray of uint64, shape (lanes,)
        Keys of the new block's replicates.
    lanes : ndarray of int, optional
        The lane from which each new one goes on; the same one by default.
    """
    parameters, keys = block.parameters, block.keys
    if lanes is not None:
        parameters, keys = copied(parameters, lanes), copied(keys, lanes)
    axes = len(drivers.nations), len(drivers.segments), len(drivers.ecosystems)
    return Block(
        drivers.facts, drivers.effects, drivers.schedule, *entry_sizes(drivers, run), parameters,
        keys, copied(block.state, lanes),
        carried(block.watch.drivers, drivers, block.in_force, lanes), scratch(*axes, run.size),
        Watch.of(drivers),
    )  # fmt: skip


def require_shared(snapshot: Snapshot, drivers: Drivers, seed: int, replicate: int) -> None:
    """Refuse to go on from a snapshot that a world does not share.

    Raises
    ------
    RunError
        If the random numbers are others, or what moves the world differs before the snapshot's end.
    """
    if (snapshot.seed, snapshot.replicate) != (seed, replicate):
        raise RunError(
            f"the snapshot is of seed {snapshot.seed}, replicate {snapshot.replicate}, and this "
            f"world of seed {seed}, replicate {replicate}"
        )
    first = parting(course(snapshot.drivers), course(drivers))
    if first >= snapshot.done:
        return
    if first == 0:
        raise RunError("the snapshot is of a scenario that differs in more than levers")
    raise RunError(
        f"the snapshot is of a scenario that parts from this one in "
        f"{months.text(months.FIRST + first)}, before the snapshot's end"
    )
