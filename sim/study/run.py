"""Many replicates of one scenario: split into blocks, run on workers, put together.

A block is `LANES` replicates that the kernel computes side by side. Every number depends only on
the scenario, the seed and the replicate's number, so blocks may run anywhere and in any order.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import (
    BrokenExecutor,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from sim.calibration import history, mid_2025
from sim.ensemble import curves, futures, groups
from sim.ensemble.children import Workers, hear, safe_path
from sim.errors import InputError, Problem, RunError, nearest
from sim.study import kept, saved
from sim.study.manifest import manifest
from sim.study.result import Result

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.scenario.drivers import Drivers
    from sim.world import Trajectory

Engine = Literal["kernel", "mesa"]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]
Override = str | tuple[str, object]

LANES = 48
"""Replicates in a block: wide enough for the processor's vectors, small enough for its cache."""

_MEMORY = 0.7
"""Part of the machine's memory that the replicates of a run may take."""

_ADDRESSES = 1 << 30
"""Bytes of address space below which nothing is begun. The smallest run ends at 0.7 GB by chance:
a thread does not start, or LLVM aborts the process, which nothing here could turn into words."""


def run(
    scenario: Scenario | str | Path | Mapping[str, Any],
    runs: int | None = None,
    seed: int | None = None,
    engine: Engine = "kernel",
    workers: int = 1,
    until: str | None = None,
    progress: Progress | None = None,
    *,
    nations: str | Sequence[str] | None = None,
    overrides: Sequence[Override] = (),
    out: str | Path | None = None,
    full: bool = False,
) -> Result:
    """Run a scenario many times and return what comes out.

    A result that was written to ``out`` before, and is sound, is read and not run again.

    Parameters
    ----------
    scenario : Scenario, str, Path or mapping
        What to run; anything but a scenario is loaded first.
    runs, seed : int, optional
        In place of the scenario's own numbers; both are part of the hash.
    engine : {"kernel", "mesa"}
        The compiled kernel, or the Mesa model stepped month by month: slow, the same numbers.
    workers : int
        How many blocks are run at a time; results do not depend on it.
    until : str, optional
        Last month, ``YYYY-MM``, in place of the scenario's.
    progress : callable, optional
        Called with the number of replicates done and the number of all, from this thread, while
        others compute.
    nations : str or sequence of str, optional
        A group's slug, or ISO3 codes, in place of the scenario's.
    overrides : sequence of str or (path, value)
        As in :func:`resolve`.
    out : str or Path, optional
        Folder that stands for ``results/``; without it nothing is written.
    full : bool
        Keep everything: runs and outcomes of single nations too, every month, nothing rounded.

    Raises
    ------
    InputError
        If an argument or the scenario is wrong.
    RunError
        If a replicate fails.
    StoreError
        If the result cannot be written.
    """
    began = time.perf_counter()
    require_known(engine, workers)
    resolved = resolve(
        scenario, runs=runs, seed=seed, until=until, nations=nations, overrides=overrides
    )
    known = kept.Kept()
    if out is not None:
        saved.require_writable(Path(out))
        known = kept.find(resolved, Path(out), full=full)
        if known.result is not None:
            return known.result
        if known.wrong is not None:
            warnings.warn(f"{known.wrong}; it is run again", stacklevel=2)
    drivers = _drivers(resolved)
    shown = groups.choose(drivers.groups, (*drivers.regions, *resolved.groups))
    count = resolved.ensemble.runs
    _require_memory(drivers, shown, count, full=full)
    replicates = [np.arange(a, min(a + LANES, count)) for a in range(0, count, LANES)]
    with safe_path() if engine == "mesa" else nullcontext():  # the kernel runs in threads
        blocks = _blocks(drivers, resolved.ensemble.seed, replicates, engine, workers, progress)
    reported = drivers.facts.months[drivers.first :]
    draws = drawn(drivers, resolved.ensemble.seed, np.arange(count))
    ensemble = curves.gather(
        blocks,
        months=reported,
        nations=drivers.nations,
        ecosystems=drivers.ecosystems,
        blocs=drivers.facts.bloc,
        groups=shown,
        drawn=draws,
        asked=mid_2025.asked(reported, resolved),
        full=full,
        workers=workers,
    )
    seen = history.tables(blocks, drivers, draws)
    mine = futures.of_replicates(draws)
    document = resolved.document()
    facts = manifest(
        "run", {"scenario": document}, [document],
        engine=engine, workers=workers, seconds=time.perf_counter() - began,
    )  # fmt: skip
    facts |= futures.data_on_learning(resolved)
    made = Result.of(resolved, facts, ensemble, seen, mine, full=full)
    return known.completed(made).saved(out)


def resolve(
    scenario: Scenario | str | Path | Mapping[str, Any],
    *,
    runs: int | None = None,
    seed: int | None = None,
    until: str | None = None,
    nations: str | Sequence[str] | None = None,
    overrides: Sequence[Override] = (),
) -> Scenario:
    """Return a scenario as it will be run, with what a caller says in place of what it says.

    Parameters
    ----------
    overrides : sequence of str or (str, value)
        ``PATH=VALUE``, or the two apart, applied before the other arguments.

    Raises
    ------
    InputError
        If the scenario or one of the values is wrong.
    """
    from sim.scenario import Scenario, load

    chosen = nations if nations is None or isinstance(nations, str) else list(nations)
    own: dict[str, Any] = {
        "nations": chosen, "ensemble.runs": runs, "ensemble.seed": seed, "period.end": until,
    }  # fmt: skip
    given = [(path, value) for path, value in own.items() if value is not None]
    if isinstance(scenario, Scenario) and not overrides and not given:
        return scenario
    return load(scenario, [*overrides, *given])


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


def _require_memory(drivers: Drivers, shown: groups.Groups, runs: int, *, full: bool) -> None:
    """Refuse a run that this machine cannot hold, and say how many runs it can."""
    cells = len(drivers.facts.months) * len(drivers.ecosystems)
    nations, kept = len(drivers.nations), len(shown.slugs)
    # Blocks hold each nation's shares once; every kept group stands in the ensemble and, with its
    # counts and codes, in a table of about forty bytes a row.
    each = cells * (8 * nations + 48 * (kept + nations * full))
    have = _MEMORY * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if each * runs > have:
        raise InputError(
            Problem(
                f"{runs:,} runs of {nations} nations would need {each * runs / 1e9:,.0f} GB of "
                f"memory; {have / 1e9:,.0f} GB can be used here",
                path="ensemble.runs",
                hint=f"at most {max(int(have // each), 0):,} runs fit",
            )
        )


def _drivers(scenario: Scenario) -> Drivers:
    """Compile the scenario."""
    from sim.scenario import compile as compiled

    return compiled(scenario)


def _simulate(drivers: Drivers, seed: int, replicates: Ints, engine: Engine) -> Trajectory:
    """Run one block: the only place where this room calls the world."""
    from sim.world import simulate

    return simulate(drivers, seed=seed, replicates=replicates, engine=engine)


def drawn(drivers: Drivers, seed: int, replicates: Ints) -> dict[str, Floats]:
    """Return the parameters that are one number a replicate, by name, shape (replicates,)."""
    from sim.world import parameters
    from sim.world.rows import SCALARS

    scalar = parameters.draw(drivers, seed, replicates).scalar
    return {name: scalar[row] for row, name in enumerate(SCALARS)}


def _blocks(
    drivers: Drivers,
    seed: int,
    replicates: Sequence[Ints],
    engine: Engine,
    workers: int,
    progress: Progress | None,
) -> list[Trajectory]:
    """Run blocks and return them in the order of their replicates.

    The kernel runs in threads even where it is one: this thread stays free for the caller's use of
    `progress`. A single worker for Mesa is this thread itself, which Ctrl-C can stop at once.
    """
    total, done = sum(part.size for part in replicates), 0
    if engine == "mesa" and min(workers, len(replicates)) == 1:
        finished = []
        for part in replicates:
            finished.append(_simulate(drivers, seed, part, engine))
            done += part.size
            if progress:
                progress(done, total)
        return finished
    pool, task = _pool(engine, min(workers, len(replicates)), drivers, seed)
    try:
        sizes = {pool.submit(task, part): part.size for part in replicates}
        for _ in sizes:
            future = pool.next_finished()
            future.result()
            done += sizes[future]
            if progress:
                progress(done, total)
        return [future.result() for future in sizes]
    except BrokenExecutor as error:
        raise RunError(
            "a worker process was ended from outside, perhaps for want of memory"
        ) from error
    finally:
        pool.end()  # interrupted or failed: what has not begun never will


def _pool(
    engine: Engine, workers: int, drivers: Drivers, seed: int
) -> tuple[Workers, Callable[[Ints], Trajectory]]:
    """Return threads for the kernel, which lets go of the interpreter, and processes for Mesa."""
    if engine == "kernel":
        threads = Workers(ThreadPoolExecutor(workers))
        return threads, lambda part: _simulate(drivers, seed, part, engine)
    # A fresh interpreter for each worker: forking a process that has threads may hang.
    pool = ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_enter,
        initargs=(drivers, seed, engine),
    )
    return Workers(pool), _in_process


_inside: tuple[Drivers, int, Engine] | None = None
"""What a worker process works on; sent once and not with every block."""


def _enter(drivers: Drivers, seed: int, engine: Engine) -> None:
    global _inside  # noqa: PLW0603 - a process has no other place to keep it
    _inside = (drivers, seed, engine)
    # Ctrl-C reaches every process of a terminal; the parent tells the story.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    hear()


def _in_process(replicates: Ints) -> Trajectory:
    assert _inside is not None  # noqa: S101 - the pool's initializer has set it
    drivers, seed, engine = _inside
    return _simulate(drivers, seed, replicates, engine)
