"""A block of replicates: everything that a month reads and writes, lanes side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import months
from sim.scenario.drivers import Drivers, Effects, Facts, Floats, Schedule
from sim.world import in_force, streams
from sim.world.in_force import InForce
from sim.world.memory import copied, empty
from sim.world.parameters import Parameters, draw, posterior_draws
from sim.world.state import (
    Scratch,
    State,
    StreamKeys,
    entry_sizes,
    scratch,
    start,
    stream_keys,
)
from sim.world.watch import Watch

VIEW_MONTHS = months.parse("2026-07") - months.FIRST
"""Months of the views of observed series: to June 2026, where the observations end."""


class Block(NamedTuple):
    """A block of replicates ready to run; L lanes."""

    facts: Facts
    effects: Effects
    schedule: Schedule
    size: Floats  # [E, 2, L] size of each effect in full force, and its grip
    strength: Floats  # [N, L] of each lever entry, from 0 to 1
    cost: Floats  # [N, L] USD million a year
    parameters: Parameters
    keys: StreamKeys
    state: State
    in_force: InForce
    scratch: Scratch
    watch: Watch

    def snapshot(self) -> Block:
        """Return a copy that goes on by itself, to the same bits; what never changes is shared."""
        state, now, scratch = copied((self.state, self.in_force, self.scratch))
        return self._replace(state=state, in_force=now, scratch=scratch)


def prepare(drivers: Drivers, seed: int, replicates: NDArray[np.int64]) -> Block:
    """Draw parameters, tastes and lever sizes of a block and set the state before the first month.

    Parameters
    ----------
    drivers : Drivers
        Compiled scenario.
    seed : int
        Seed of the run, 0 or more.
    replicates : ndarray of int, shape (L,)
        Numbers of the replicates.
    """
    run = streams.run_keys(seed, replicates)
    drawn = draw(drivers, seed, replicates)
    begun = start(drivers, drawn, run, posterior_draws(drivers, seed, replicates))
    # Apart from the state: blocks that go on from this one share what never changes.
    sizes, parameters, keys = copied((entry_sizes(drivers, run), drawn, stream_keys(drivers, run)))
    return Block(
        drivers.facts,
        drivers.effects,
        drivers.schedule,
        *sizes,
        parameters,
        keys,
        copied(begun),
        in_force.start(drivers, run.size),
        scratch(len(drivers.nations), len(drivers.segments), len(drivers.ecosystems), run.size),
        Watch.of(drivers),
    )


class Record(NamedTuple):
    """What a block of replicates leaves behind, month by month; L lanes last."""

    share: Floats  # [T, I, K, L]
    met: NDArray[np.float32]  # [T, I, K, L] part of a month's use of developers who answer
    developers: Floats  # [T, I, L] who build on models
    stance: NDArray[np.int8]  # [T, I, L]
    compute: Floats  # [T, 3, 2, L]
    capability: Floats  # [T, K, L] flagship, ECI points
    lacking: Floats  # [T, I, L] points by which a nation's own models trail it, times their share
    load: Floats  # [T, L]
    training: Floats  # [T, L] training compute of Chinese laboratories, H100e
    serving: Floats  # [T, L] their serving compute, H100e
    extra_lag: Floats  # [T, L] months that compute and deployment add to their lag
    visits: Floats  # [T', I, K, L] use by makers' chat services, triers included
    routed: Floats  # [T, K, L] tokens that routers pass on, without a unit
    firms: Floats  # [T', K, L] enterprises of surveyed nations, developers
    derived: Floats  # [T', K, L] what is built anew on an ecosystem, developers a month


ONE_A_MONTH = ("load", "training", "serving", "extra_lag")
"""What is recorded of Chinese laboratories, one number a month and lane, by its name in `State`."""


def empty_record(
    drivers: Drivers, lanes: int, view_months: int, made: Callable[..., Any] = empty
) -> Record:
    """Allocate the record of a block.

    Parameters
    ----------
    drivers : Drivers
        Compiled scenario.
    lanes : int
        Replicates of the block.
    view_months : int
        Months for which the views of observed series are kept.
    made : callable
        Makes an array from its shape and, but for floats, its type.
    """
    f = drivers.facts
    months, nations, ecosystems = f.months.size, f.developers.size, f.nest.size
    seen = min(view_months, months)
    return Record(
        share=made((months, nations, ecosystems, lanes)),
        # Half the size of a share costs half the memory traffic; answers need no more digits.
        met=made((months, nations, ecosystems, lanes), np.float32),
        developers=made((months, nations, lanes)),
        stance=made((months, nations, lanes), np.int8),
        compute=made((months, 3, 2, lanes)),
        capability=made((months, ecosystems, lanes)),
        lacking=made((months, nations, lanes)),
        **{name: made((months, lanes)) for name in ONE_A_MONTH},
        visits=made((seen, nations, ecosystems, lanes)),
        routed=made((months, ecosystems, lanes)),
        **{name: made((seen, ecosystems, lanes)) for name in ("firms", "derived")},
    )
