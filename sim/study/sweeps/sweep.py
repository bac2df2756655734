"""Run a sweep: what is done is kept, what is missing is run, and the whole is put together."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sim.ensemble import executors
from sim.ensemble.blocks import Progress, run_jobs
from sim.ensemble.outcomes import Kept, Outcomes, kept
from sim.ensemble.runner import require_known
from sim.ensemble.store import Store, digest
from sim.ensemble.tasks import SCENARIO, Job, is_fast
from sim.errors import InputError, Problem, RunError, StoreError
from sim.scenario import Scenario, load
from sim.scenario import compile as compiled
from sim.scenario.changes import Nations, changes
from sim.scenario.paths import RUNS as RUNS_PATH
from sim.scenario.paths import SEED as SEED_PATH
from sim.scenario.paths import is_about, named
from sim.study import finished, saved
from sim.study.manifest import manifest
from sim.study.sweeps import study_file
from sim.study.sweeps.design import Design
from sim.study.sweeps.factors import Factor
from sim.study.sweeps.result import Sweep
from sim.study.sweeps.study import RUNS, Override, Study, of_options

FOLDER = "sweeps"


def sweep(
    study: Study | str | Path | Mapping[str, Any] | Scenario,
    vary: Sequence[str | Factor] = (),
    *,
    design: str | None = None,
    points: int | None = None,
    runs: int | None = None,
    seed: int | None = None,
    overrides: Sequence[Override] = (),
    until: str | None = None,
    nations: Nations | None = None,
    focus: Nations | None = None,
    outcomes: Outcomes | None = None,
    engine: str = "kernel",
    workers: int = 1,
    cluster: str | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Sweep:
    """Run every point of a study, or go on where an earlier call was interrupted.

    Parameters
    ----------
    study : Study, str, Path, mapping or Scenario
        A study, or with ``vary`` the scenario that is varied.
    vary : sequence of str or Factor
        What varies, as ``PATH=SPEC``.
    design : {"grid", "lhs", "sobol", "morris", "factorial"}, optional
        Over what the study says; a grid where nothing is said.
    points : int, optional
        Over what the study says: points of ``lhs``, base sample of ``sobol`` (a power of two),
        trajectories of ``morris``, at most so many points of ``factorial``.
    runs, seed : int, optional
        Replicates a point and the seed of all, over what the study says.
    overrides : sequence of str or (path, value)
        Changes that all points share.
    until, nations, focus : optional
        In place of the scenarios' own: the last month, ``YYYY-MM``; who is simulated, and what the
        word focus stands for, by code, slug or name.
    outcomes : Outcomes, optional
        What is kept, over what the study says.
    engine : {"kernel", "mesa"}
    workers : int
        Processes; results do not depend on it.
    cluster : str, optional
        Address of a Dask scheduler, or ``local``.
    out : str or Path, optional
        Folder that stands for ``results/``: the sweep goes to ``OUT/sweeps/<name>/<hash12>``, and
        finished blocks to ``OUT/sweeps/shards``, where a later call finds them. Without it nothing
        is written.
    progress : callable, optional

    Raises
    ------
    InputError
        If the study is wrong.
    RunError
        If workers die again and again.
    StoreError
        If the store cannot be used; what is finished is kept.
    """
    require_means(workers, cluster, engine)
    given = changes(overrides, until, nations, focus)
    wanted = asked(study, vary, design, points, given, outcomes)
    plan = planned(wanted, runs, seed, engine)
    return finished.kept_or_made(
        Sweep, plan.facts("sweep"), out,
        lambda: run_plan(plan, workers=workers, cluster=cluster, out=out, progress=progress),
    )  # fmt: skip


def again(known: Mapping[str, Any], out: str | Path | None, workers: int) -> Sweep:
    """Run the points of a sweep again, from its manifest; nothing but blocks is written."""
    return run_plan(plan_of(known["asked"]), workers=workers, out=out)


def plan_of(asked: Mapping[str, Any]) -> Plan:
    """Return the plan of a sweep that a manifest keeps.

    Raises
    ------
    StoreError
        If its design gives other points here.
    """
    study = Study.of(asked["study"])
    made = study.points()
    if digest([made.paths, made.points]) != asked["design"]:
        raise StoreError(f"the design of {study.name} gives other points here")
    base = dict(saved.plain_scenario(asked["scenario"]))
    scenarios = {word: dict(saved.plain_scenario(one)) for word, one in asked["scenarios"].items()}
    return _laid_out(study, made, base, scenarios, (int(asked["runs"]), int(asked["seed"])))


@dataclass(frozen=True, eq=False)
class Plan:
    """What a study comes to, before anything is run.

    Parameters
    ----------
    study : Study
    made : Design
        Its points.
    job : Job
        What every block needs to know.
    shape : Kept
        What is kept of every replicate.
    """

    study: Study
    made: Design
    job: Job
    shape: Kept

    @property
    def question(self) -> dict[str, Any]:
        """All that is asked, as plain data."""
        return {
            "study": self.study.document(),
            "scenario": self.job.base,
            "scenarios": self.job.scenarios,
            "design": digest([self.made.paths, self.made.points]),
            "points": len(self.made.points),
            "runs": self.job.runs,
            "seed": self.job.seed,
            "metrics": list(self.shape.metrics),
            "months": list(self.shape.months),
        }

    def facts(
        self,
        kind: str,
        more: Mapping[str, Any] = MappingProxyType({}),
        *,
        workers: int = 1,
        seconds: float = 0.0,
    ) -> dict[str, Any]:
        """Return the manifest of a result of the plan.

        Parameters
        ----------
        kind : str
        more : mapping
            What is asked beyond the plan.
        workers, seconds
            As in `sim.study.manifest.manifest`.
        """
        return manifest(
            kind, {**self.question, **more}, [self.job.base, *self.job.scenarios.values()],
            engine=self.job.engine, workers=workers, seconds=seconds,
        )  # fmt: skip


def _laid_out(
    study: Study,
    made: Design,
    base: dict[str, Any],
    scenarios: dict[str, dict[str, Any]],
    luck: tuple[int, int],
    engine: str = "kernel",
) -> Plan:
    """Return the plan of a study over plain scenarios, with its runs and seed."""
    job = Job(base, scenarios, made.paths, made.points, *luck, study.outcomes, engine)
    some = compiled(load(next(iter(scenarios.values()), base)))
    return Plan(study, made, job, kept(some, study.outcomes))


def require_means(workers: int, cluster: str | None, engine: str = "kernel") -> None:
    """Refuse an engine, a number of workers or a cluster's address that cannot be.

    Raises
    ------
    InputError
    """
    require_known(engine, workers)
    if cluster is not None:
        executors.require_address(cluster)


def run_plan(
    plan: Plan,
    *,
    workers: int = 1,
    cluster: str | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Sweep:
    """Run what a study comes to; arguments as in `sweep`, and nothing but blocks is written."""
    import pandas as pd

    began = time.perf_counter()
    job, name = plan.job, plan.study.name
    require_means(workers, cluster, job.engine)
    store = None if out is None else Store(Path(out) / FOLDER)
    done = run_jobs({name: job}, store, workers, cluster, progress=progress)
    failures = done.failures[name]
    if len(failures) == len(job.points):
        raise RunError(f"every point failed: {min(failures.values())}")
    facts = plan.facts("sweep", workers=workers, seconds=time.perf_counter() - began)
    failed = pd.DataFrame(sorted(failures.items()), columns=["point", "reason"])
    columns = {path: [point[n] for point in job.points] for n, path in enumerate(job.paths)}
    design = pd.DataFrame({"point": list(range(len(job.points))), **columns})
    return Sweep(facts, design, failed, done.parts[name], done.damaged)


def asked(
    given: Study | str | Path | Mapping[str, Any] | Scenario,
    vary: Sequence[str | Factor] = (),
    design: str | None = None,
    points: int | None = None,
    overrides: Sequence[Override] | None = None,
    outcomes: Outcomes | None = None,
) -> Study:
    """Return the study that is asked for, by file or by options; arguments as in `sweep`.

    Raises
    ------
    InputError
        If it is wrong, or nothing varies in it.
    """
    if vary:
        if isinstance(given, Study):
            raise InputError(Problem("a study says itself what varies", path="vary"))
        return of_options(
            given, vary, kind="grid" if design is None else design, count=points,
            overrides=overrides or (),
            outcomes=outcomes or Outcomes(),
        )  # fmt: skip
    if isinstance(given, Study):
        found = given
    elif isinstance(given, str | Path | Mapping):
        if isinstance(given, str | Path) and not study_file.is_study(given):
            hint = "vary a path of it: --vary parameters.network=0.2:1.6:5"
            message = f"{given} is no study: nothing varies in it"
            raise InputError(Problem(message, hint=hint))
        found = study_file.load_study(given, overrides or ())
    else:
        raise InputError(Problem("nothing varies in the scenario", path="vary"))
    return replace(
        found,
        kind=found.kind if design is None else design,
        count=found.count if points is None else points,
        overrides=(*found.overrides, *(overrides or ())),
        outcomes=outcomes or found.outcomes,
    )


def planned(
    study: Study, runs: int | None = None, seed: int | None = None, engine: str = "kernel"
) -> Plan:
    """Return the plan of a study; every level is checked by itself.

    Raises
    ------
    InputError
        If the study is wrong.
    """
    made = study.points()
    usual = RUNS if study.runs is None else study.runs
    said = named(study.overrides)
    for path in sorted(said.intersection(made.paths)):
        message = "this path varies, so that one value for all points could not act"
        raise InputError(Problem(message, "--set", path=path, hint="vary it, or set it"))
    own = {
        RUNS_PATH: runs if runs is not None or RUNS_PATH in said else usual,
        SEED_PATH: seed if seed is not None or SEED_PATH in said else study.seed,
    }
    given = ((path, value) for path, value in own.items() if value is not None)
    shared = [*study.overrides, *given]
    base = load(study.scenario, shared)
    levels = made.levels()
    chosen = {
        str(word): load(str(word), shared).document() for word in sorted(levels.get(SCENARIO, ()))
    }
    problems: list[Problem] = []
    for path, found in levels.items():
        if path != SCENARIO:
            place = study.place_of_levels(path)
            for document in chosen.values() or [base.document()]:
                wrong = check_levels(document, path, found)
                problems += (
                    place.problem(one.message, one.hint) if is_about(one, path) else one
                    for one in wrong
                )
    if problems:  # what several levels have in common is said once
        raise InputError(dict.fromkeys(problems))
    luck = base.ensemble.runs, base.ensemble.seed
    return _laid_out(study, made, base.document(), chosen, luck, engine)


def check_levels(document: Mapping[str, Any], path: str, levels: set[Any]) -> list[Problem]:
    """Return what is wrong with levels by themselves; of many numbers the ends are tried.

    A problem of the path itself says so; the caller knows where its levels stand.
    """
    tried = sorted(levels, key=str)
    if is_fast(path) and all(isinstance(level, int | float) for level in levels):
        tried = sorted({min(levels), max(levels)})
    elif is_fast(path):
        words = ", ".join(str(level) for level in tried if not isinstance(level, int | float))
        return [Problem(f"{words} is no number", path=path)]
    problems: list[Problem] = []
    for level in tried:
        try:
            load(document, [(path, level)])
        except InputError as error:
            # What a level meets only together with others is told point by point, as a failure.
            if is_fast(path) or any(is_about(found, path) for found in error.problems):
                problems += error.problems
    return problems
