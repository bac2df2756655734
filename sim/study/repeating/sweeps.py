"""Sweeps again, and what is made of them: indices and judgements of policies."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.ensemble.outcomes import Outcomes, kept
from sim.ensemble.store import digest
from sim.ensemble.tasks import Job
from sim.errors import StoreError
from sim.scenario import compile as compiled
from sim.scenario import load
from sim.study.robust import Robust, run_judged
from sim.study.saved import plain_scenario
from sim.study.sweeps.factors import Factor
from sim.study.sweeps.result import Sweep
from sim.study.sweeps.sensitivity import Sensitivity, indices_of
from sim.study.sweeps.study import Judged, Study
from sim.study.sweeps.sweep import Plan, run_plan


def sweep(known: Mapping[str, Any], out: str | Path | None, workers: int) -> Sweep:
    """Run the points of a sweep again."""
    return run_plan(plan_of(known["asked"]), workers=workers, out=out)


def sensitivity(known: Mapping[str, Any], out: str | Path | None, workers: int) -> Sensitivity:
    """Run a design again and return its indices."""
    began = time.perf_counter()
    plan = plan_of(known["asked"])
    return indices_of(plan, run_plan(plan, workers=workers, out=out), began)


def robust(known: Mapping[str, Any], out: str | Path | None, workers: int) -> Robust:
    """Run policies over their worlds again and judge them."""
    asked = known["asked"]
    return run_judged(plan_of(asked), Judged(**asked["judged"]), workers=workers, out=out)


def plan_of(asked: Mapping[str, Any]) -> Plan:
    """Return the plan of a sweep that a manifest keeps.

    Raises
    ------
    StoreError
        If its design gives other points here.
    """
    study = _study_of(asked["study"])
    made = study.points()
    if digest([made.paths, made.points]) != asked["design"]:
        raise StoreError(f"the design of {study.name} gives other points here")
    base = dict(plain_scenario(asked["scenario"]))
    scenarios = {word: dict(plain_scenario(one)) for word, one in asked["scenarios"].items()}
    job = Job(
        base, scenarios, made.paths, made.points, int(asked["runs"]), int(asked["seed"]),
        study.outcomes,
    )  # fmt: skip
    some = compiled(load(next(iter(scenarios.values()), base)))
    return Plan(study, made, job, kept(some, study.outcomes))


def _study_of(plain: Mapping[str, Any]) -> Study:
    """Return a study from what `Study.document` gave; its scenarios stand beside it."""
    design = plain["design"]
    listed = tuple(plain["points"])
    return Study(
        name=plain["name"],
        title=plain["title"],
        description=plain["description"],
        scenario=None,
        factors=tuple(Factor.of_spec(path, spec) for path, spec in plain["vary"].items()),
        listed=listed,
        kind=design["kind"],
        count=design["points"],
        design_seed=design["seed"],
        correlations={(one, other): value for one, other, value in plain["correlations"]},
        overrides=tuple(
            change if isinstance(change, str) else tuple(change) for change in plain["set"]
        ),
        outcomes=Outcomes.of(plain["outcomes"]),
        policies=tuple(plain["policies"]),
    )
