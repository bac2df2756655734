"""The only caller of the world: a block of replicates at a time, side by side in the kernel.

Every number depends only on the scenario, the seed and the replicate's number, so that blocks may
run anywhere and in any order.
"""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from sim.arrays import Floats, Ints
from sim.ensemble.executors import execute
from sim.errors import InputError, Problem, RunError, nearest

if TYPE_CHECKING:
    from sim.scenario.drivers import Drivers
    from sim.world import Moment, Trajectory, Trunk
    from sim.world.reasons import Reasons

Engine = Literal["kernel", "mesa"]
Progress = Callable[[int, int], None]
"""Called with replicates done and replicates in all."""

LANES = 40
"""Replicates in a block: wide enough for the processor's vectors, small enough for its cache."""

_ADDRESSES = 1 << 30
"""Bytes of address space below which nothing is begun. The smallest run ends at 0.7 GB by chance:
a thread does not start, or LLVM aborts the process, which nothing here could turn into words."""


def require_known(engine: str, workers: int) -> None:
    """Refuse an engine that there is not, workers too few to run anything, and too little room.

    Raises
    ------
    InputError
        If engine or workers are wrong.
    RunError
        If this process may not have the address space that any run needs.
    """
    known = get_args(Engine)
    if engine not in known:
        hint = nearest(engine, known) or f"engines are {', '.join(known)}"
        raise InputError(Problem(f"no engine is called {engine!r}", path="engine", hint=hint))
    if workers < 1:
        raise InputError(Problem(f"{workers} workers cannot run anything", path="workers"))
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY and limit < _ADDRESSES:
        raise RunError(
            f"this process may have {limit / 1e9:.1f} GB of address space, and a run needs "
            f"{_ADDRESSES / 1e9:.1f}; raise the limit (ulimit -v)"
        )


def cut(count: int) -> list[Ints]:
    """Return the numbers of replicates in blocks of `LANES`, in their order."""
    return [np.arange(first, min(first + LANES, count)) for first in range(0, count, LANES)]


def simulate(
    drivers: Drivers,
    seed: int,
    replicates: Ints,
    engine: Engine = "kernel",
    view_months: int | None = None,
    explained: Sequence[int] = (),
) -> Trajectory:
    """Run one block.

    Parameters
    ----------
    drivers : Drivers
        Compiled scenario.
    seed : int
    replicates : ndarray of int, shape (R,)
    engine : {"kernel", "mesa"}
    view_months : int, optional
        Months of which what series see is recorded; those of the evidence by default.
    explained : sequence of int
        Positions of months, in rising order, of which the parts of utility are kept.
    """
    from sim import world

    more = {} if view_months is None else {"view_months": view_months}
    return world.simulate(
        drivers, seed=seed, replicates=replicates, engine=engine, explained=explained, **more
    )


def simulate_together(
    drivers: Sequence[Drivers], seed: int, replicates: Ints
) -> Iterator[tuple[int, Trajectory]]:
    """Run one block of several scenarios, each from where it parts from another one.

    Yields the place of a scenario and its trajectory, that of :func:`simulate` to the bit.
    """
    from sim import world

    return world.simulate_together(drivers, seed=seed, replicates=replicates)


def simulate_branches(
    reference: Drivers, branches: Sequence[tuple[Drivers, int, Ints]], seed: int, replicates: Ints
) -> Iterator[tuple[int, Trajectory]]:
    """Run scenarios from the months in which they part from a reference.

    Arguments are those of :func:`sim.world.trajectory.simulate_branches`; yields the place of a
    branch and its trajectory, that of :func:`simulate` to the bit.
    """
    from sim import world

    return world.simulate_branches(reference, branches, seed=seed, replicates=replicates)


def simulate_trunk(drivers: Drivers, seed: int, replicates: Ints, at: Sequence[int]) -> Trunk:
    """Run one block as far as its state is kept at some months, for :func:`simulate_from`.

    Arguments are those of :func:`sim.world.trunk.simulate_trunk`.
    """
    from sim import world

    return world.simulate_trunk(drivers, seed=seed, replicates=replicates, at=at)


def simulate_from(
    trunk: Trunk,
    drivers: Drivers,
    first: int,
    at: Sequence[int],
    **how: Any,  # noqa: ANN401 - as sim.world.trunk.simulate_from takes them
) -> Iterator[Moment]:
    """Run one block of a scenario from where it parts from a trunk, month by month.

    Arguments and what is yielded are those of :func:`sim.world.trunk.simulate_from`.
    """
    from sim import world

    return world.simulate_from(trunk, drivers, first, at, **how)


def simulate_with_reasons(
    drivers: Drivers, nation: int, t: int, seed: int, replicates: Ints
) -> tuple[Trajectory, Reasons]:
    """Run one block as far as a month, and say why a nation chose as it did then.

    Arguments are those of :func:`sim.world.trajectory.simulate_with_reasons`.
    """
    from sim import world

    return world.simulate_with_reasons(drivers, nation, t, seed=seed, replicates=replicates)


def drawn(drivers: Drivers, seed: int, replicates: Ints) -> dict[str, Floats]:
    """Return the parameters that are one number a replicate, by name, shape (replicates,)."""
    from sim.world import parameters
    from sim.world.rows import SCALARS

    scalar = parameters.draw(drivers, seed, replicates).scalar
    return {name: scalar[row] for row, name in enumerate(SCALARS)}


def every_draw(drivers: Drivers, nation: int, seed: int, replicates: Ints) -> dict[str, Floats]:
    """Return all that is drawn once a replicate and bears on a nation, by name, (replicates,).

    Parameters by path, and the tastes of the nation and its region by their streams.
    """
    from sim.world import likings, parameters, streams

    draws = parameters.posterior_draws(drivers, seed, replicates)
    tastes = likings.drawn_tastes(drivers, nation, streams.run_keys(seed, replicates), draws)
    return parameters.drawn(drivers, seed, replicates) | tastes


@dataclass(frozen=True)
class World:
    """What every block of one scenario shares.

    Parameters
    ----------
    drivers : Drivers
    seed : int
    engine : {"kernel", "mesa"}
    explained : sequence of int
        Positions of months, in rising order, of which the parts of utility are kept.
    """

    drivers: Drivers
    seed: int
    engine: Engine
    explained: Sequence[int] = ()


def _block(of: World, replicates: Ints) -> Trajectory:
    return simulate(of.drivers, of.seed, replicates, of.engine, explained=of.explained)


def run_all(of: World, count: int, workers: int, progress: Progress | None) -> list[Trajectory]:
    """Run the first ``count`` replicates and return their blocks in order.

    The kernel lets go of the interpreter, so that its blocks run in threads, even where it is one:
    this thread stays free for the caller's use of `progress`.

    Raises
    ------
    RunError
        If a replicate fails, or a worker is ended from outside.
    """
    parts, done = cut(count), 0
    found: dict[int, Trajectory] = {}
    threads = of.engine == "kernel"
    for part, block in execute(_block, of, parts, workers, threads=threads, attempts=1):
        found[int(part[0])] = block
        done += part.size
        if progress:
            progress(done, count)
    return [found[int(part[0])] for part in parts]
