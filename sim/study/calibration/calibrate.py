"""Calibrate: move an ensemble from the priors towards the observations, step by step, and keep it.

Every finished step is written down, so that a calibration that was stopped goes on from there; the
same plan gives the same numbers whether it was stopped or not.
"""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import months as calendar
from sim.errors import InputError, Problem
from sim.evidence.tables import data_hash
from sim.study import store
from sim.study.calibration import members, smoother
from sim.study.calibration.members import Unknowns
from sim.study.calibration.series import Floats
from sim.study.calibration.targets import Target, covariance, targets, values
from sim.study.manifest import facts
from sim.study.sweeps.shards import write_whole
from sim.study.sweeps.study import digest
from sim.version import MODEL

if TYPE_CHECKING:
    from sim.scenario.drivers import Drivers

Progress = Callable[[int, int], None]
"""Called with steps done and steps in all."""

FOLDER = "calibration"
FEWEST = 120
"""Members below which the ensemble cannot tell its unknowns apart."""


@dataclass(frozen=True)
class Plan:
    """What makes a calibration: the same plan gives the same draws.

    Parameters
    ----------
    members : int
        Worlds in the ensemble.
    steps : int
        Updates.
    repeats : int
        Worlds a member whose views are averaged in every step.
    seed : int
    until : str
        Last month whose observations are known, ``YYYY-MM``.
    nations : tuple of str, optional
        Nations whose chatbot shares are known; all in the evidence by default.
    overrides : tuple of (str, value)
        Values of the scenario in place of baseline's, such as a switch.
    """

    members: int = 1000
    steps: int = 6
    repeats: int = 2
    seed: int = 1
    until: str = "2025-12"
    nations: tuple[str, ...] | None = None
    overrides: tuple[tuple[str, Any], ...] = ()

    @property
    def hash(self) -> str:
        """Name of what comes out: plan, model and tables of the evidence, observations included."""
        return digest([dataclasses.asdict(self), MODEL, data_hash()])

    @property
    def months(self) -> int:
        """Months from 2023-01 to the last one that is known."""
        return calendar.parse(self.until) - calendar.FIRST + 1


@dataclass(frozen=True, eq=False)
class Calibration:
    """A finished calibration.

    Parameters
    ----------
    plan : Plan
    unknown : Unknowns
    aims : list of Target
    prior, posterior : ndarray, shape (unknowns, members)
        Standard scores.
    prior_shown, shown : ndarray, shape (targets, members)
        What members show at the targets, log-odds.
    folder : Path, optional
        Where it is kept.
    """

    plan: Plan
    unknown: Unknowns
    aims: list[Target]
    prior: Floats
    posterior: Floats
    prior_shown: Floats
    shown: Floats
    folder: Path | None = field(default=None)


def calibrate(
    plan: Plan | None = None,
    *,
    out: str | Path | None = None,
    aims: Sequence[Target] | None = None,
    progress: Progress | None = None,
) -> Calibration:
    """Calibrate the baseline to what was observed.

    Parameters
    ----------
    plan : Plan, optional
    out : str or Path, optional
        Folder that stands for ``results/``; steps go to ``OUT/calibration/<hash12>``. Without it
        nothing is written.
    aims : sequence of Target, optional
        Other figures than the observed ones, for tests of recovery; then nothing is read from or
        written to a folder.
    progress : callable, optional

    Raises
    ------
    InputError
        If the plan cannot work.
    StoreError
        If the folder cannot be used.
    """
    plan = Plan() if plan is None else plan
    _require_sound(plan)
    place = None if out is None or aims is not None else Path(out) / FOLDER / plan.hash[:12]
    if place is not None:
        store.require_writable(Path(str(out)))
    drivers = compiled(plan)
    aims = targets(calendar.parse(plan.until), plan.nations) if aims is None else list(aims)
    unknown = members.unknowns(drivers)
    may_move = unknown.may_move(aims, drivers)
    # Slopes are left to forecasts: the structure shall explain what it can.
    observed, spread = values(aims), covariance(aims, slopes=False)
    scores = prior = np.random.default_rng([plan.seed, 0]).standard_normal(
        (len(unknown.names), plan.members)
    )
    shown: list[Floats] = []
    inflations = smoother.inflations(plan.steps)
    for step in range(plan.steps + 1):
        kept = None if place is None else place / f"step-{step}.npz"
        if kept is not None and kept.exists():
            found = np.load(kept)
            seen, after = found["shown"], found["scores"]
        else:
            noise = plan.seed * 1000 + step
            seen = members.shown(drivers, unknown, scores, aims, noise, plan.repeats)
            after = scores
            if step < plan.steps:
                rng = np.random.default_rng([plan.seed, 1, step])
                after = smoother.update(
                    scores, seen, observed, spread, may_move, inflations[step], rng
                )
            if kept is not None:
                _keep(kept, shown=seen, scores=after)
        shown.append(seen)
        scores = after
        if progress:
            progress(step + 1, plan.steps + 1)
    done = Calibration(plan, unknown, aims, prior, scores, shown[0], shown[-1], place)
    if place is not None:
        write(done, place)
    return done


def compiled(plan: Plan, until: str | None = None) -> Drivers:
    """Return the drivers of a plan's scenario, without draws of another calibration.

    Parameters
    ----------
    plan : Plan
    until : str, optional
        Last month; that of the plan by default.
    """
    from sim.scenario import compile as of
    from sim.scenario import load

    changes: list[tuple[str, Any]] = [
        ("period.end", plan.until if until is None else until),
        ("ensemble.parameters", "drawn"),
        *plan.overrides,
    ]
    return of(load("baseline", changes))


def _require_sound(plan: Plan) -> None:
    if plan.members < FEWEST:
        raise InputError(
            Problem(
                f"{plan.members} members are too few to tell the unknowns apart",
                path="members",
                hint=f"take {FEWEST} or more",
            )
        )
    if plan.steps < 1 or plan.repeats < 1:
        raise InputError(Problem("steps and repeats are 1 or more", path="steps"))
    try:
        last = calendar.parse(plan.until)
    except ValueError as error:
        raise InputError(Problem(str(error), path="until", hint="write YYYY-MM")) from error
    first, end = calendar.parse("2024-12"), calendar.parse("2025-12")
    if not first <= last <= end:
        raise InputError(
            Problem(
                f"{plan.until} is no month to calibrate to: observations begin to tell in 2024-12 "
                "and end in 2025-12",
                path="until",
            )
        )


def _keep(path: Path, **arrays: Floats) -> None:
    """Write arrays whole or not at all."""
    sink = io.BytesIO()
    np.savez(sink, allow_pickle=False, **arrays)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, sink.getvalue())


def draws(done: Calibration, count: int | None = None) -> tuple[tuple[str, ...], Floats]:
    """Return names and values of the posterior's draws, shape (draws, names).

    Members are exchangeable: the first ``count`` are a fair sample.
    """
    values_ = done.unknown.values(done.posterior)[:, :count].T
    return done.unknown.names, values_


def write(done: Calibration, folder: Path) -> None:
    """Write draws, provenance and tables of a calibration into its folder."""
    from sim.study.calibration import identify

    names, rows = draws(done)
    write_whole(folder / "posterior.csv", _csv(names, rows).encode())
    write_whole(folder / "manifest.json", (json.dumps(provenance(done), indent=2) + "\n").encode())
    for name, table in identify.tables(done).items():
        write_whole(folder / f"{name}.csv", table.to_csv(index=False).encode())


def provenance(done: Calibration) -> dict[str, Any]:
    """Return what a calibration was made of."""
    known = facts()
    return {
        "hash": done.plan.hash,
        "plan": dataclasses.asdict(done.plan),
        "targets": len(done.aims),
        "method": "ensemble smoother with multiple data assimilation, ranges held",
        "model_version": MODEL,
        "tables_hash": data_hash(),
        "versions": known["versions"],
    }


def ship(done: Calibration, folder: Path, count: int | None = None) -> None:
    """Write the draws that scenarios take, and where they come from, into the evidence.

    All members ship unless ``count`` says less: an interval over draws can be no narrower than
    their number allows.
    """
    names, rows = draws(done, count)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "draws.csv", _csv(names, rows).encode())
    # Versions of packages and the machine would change the file without changing a draw.
    kept = {name: value for name, value in provenance(done).items() if name != "versions"}
    write_whole(folder / "provenance.json", (json.dumps(kept, indent=2) + "\n").encode())


def _csv(names: Sequence[str], rows: Floats) -> str:
    """Return a table of draws with four significant digits."""
    lines = [",".join(names)]
    lines += [",".join(f"{value:.4g}" for value in row) for row in rows.tolist()]
    return "\n".join(lines) + "\n"
