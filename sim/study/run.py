"""``sim run``: many replicates of one scenario, put together."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.calibration import check, history, mid_2025
from sim.ensemble import curves, futures, groups, runner, thinned, utilities
from sim.ensemble.runner import Engine, Progress, World, require_known
from sim.errors import InputError, Problem
from sim.metrics.utility import PARTS
from sim.scenario import Scenario
from sim.scenario import compile as compiled
from sim.scenario.changes import Nations
from sim.scenario.drivers import Drivers
from sim.scenario.paths import Override
from sim.scenario.resolve import resolve
from sim.study import kept
from sim.study.manifest import manifest
from sim.study.result import Result
from sim.study.staging import require_writable
from sim.world.groups import Groups

_MEMORY = 0.7
"""Part of the machine's memory that the replicates of a run may take."""


def run(
    scenario: Scenario | str | Path | Mapping[str, Any],
    runs: int | None = None,
    seed: int | None = None,
    engine: Engine = "kernel",
    workers: int = 1,
    until: str | None = None,
    progress: Progress | None = None,
    *,
    nations: Nations | None = None,
    focus: Nations | None = None,
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
        A group, or nations, in place of the scenario's: by slug, code or name.
    focus : str or sequence of str, optional
        What the word focus stands for in the scenario's levers.
    overrides : sequence of str or (path, value)
        ``PATH=VALUE``, as ``--set`` takes it, or path and value apart; applied before the other
        arguments.
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
    require_known(engine, workers)
    resolved = resolve(
        scenario, runs=runs, seed=seed, until=until, nations=nations, focus=focus,
        overrides=overrides,
    )  # fmt: skip
    known = kept.Kept()
    if out is not None:
        require_writable(Path(out))
        known = kept.find(resolved, Path(out), full=full)
        if known.result is not None:
            return known.result
        if known.wrong is not None:
            warnings.warn(f"{known.wrong}; it is run again", stacklevel=2)
    made = run_resolved(resolved, engine, workers, progress, full=full)
    return known.completed(made).saved(out)


def run_resolved(
    resolved: Scenario,
    engine: Engine = "kernel",
    workers: int = 1,
    progress: Progress | None = None,
    *,
    full: bool = False,
) -> Result:
    """Run a scenario as it is; arguments as in :func:`run`, nothing is read or written."""
    began = time.perf_counter()
    drivers = _drivers(resolved)
    shown = groups.choose(drivers.groups, (*drivers.regions, *resolved.groups))
    count = resolved.ensemble.runs
    _require_memory(drivers, shown, count, full=full)
    reported = drivers.facts.months[drivers.first :]
    explained = thinned.months_of_utility(reported, resolved)
    world = World(
        drivers, resolved.ensemble.seed, engine, tuple((drivers.first + explained).tolist())
    )
    blocks = runner.run_all(world, count, workers, progress)
    draws = runner.drawn(drivers, resolved.ensemble.seed, np.arange(count))
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
    of_2026 = check.table(blocks, drivers, resolved.ensemble.seed)
    seen |= {} if of_2026 is None else {check.NAME: of_2026}
    mine = futures.of_replicates(draws)
    utility = utilities.table(resolved.name, drivers, blocks, reported[explained])
    document = resolved.document()
    facts = manifest(
        "run", {"scenario": document}, [document],
        engine=engine, workers=workers, seconds=time.perf_counter() - began,
    )  # fmt: skip
    facts |= futures.data_on_learning(resolved)
    facts["repeat"] = {"full": full, "against": None}
    return Result.of(resolved, facts, ensemble, seen, mine, utility, full=full)


def _require_memory(drivers: Drivers, shown: Groups, runs: int, *, full: bool) -> None:
    """Refuse a run that this machine cannot hold, and say how many runs it can."""
    cells = len(drivers.facts.months) * len(drivers.ecosystems)
    nations, kept = len(drivers.nations), len(shown.slugs)
    # Blocks hold each nation's shares once; every kept group stands in the ensemble and, with its
    # counts and codes, in a table of about forty bytes a row.
    each = cells * (8 * nations + 48 * (kept + nations * full))
    # Parts of utility are held in three months alone.
    each += 8 * 3 * nations * len(drivers.ecosystems) * len(PARTS)
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
    return compiled(scenario)
