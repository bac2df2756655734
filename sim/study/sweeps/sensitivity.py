"""Sensitivity of outcomes to what varies: a sweep in the right design, and its indices."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

from sim.analysis import indices
from sim.ensemble.blocks import Progress
from sim.ensemble.outcomes import Outcomes
from sim.errors import InputError, Problem, RunError
from sim.scenario import Scenario
from sim.scenario.changes import Nations, changes
from sim.study import finished
from sim.study.saved import Writer, csv_of, read_table
from sim.study.sweeps.factors import Factor
from sim.study.sweeps.result import OfSweep, Sweep
from sim.study.sweeps.study import Override, Study
from sim.study.sweeps.sweep import Plan, asked, plan_of, planned, require_means, run_plan

FILE, NOTES = "sensitivity.csv", "notes.csv"


@dataclass(frozen=True, eq=False, repr=False)
class Sensitivity(OfSweep):
    """Indices of every kept outcome.

    Parameters
    ----------
    manifest : mapping
    table : DataFrame
        Columns metric, group, month (empty for a whole run), factor, index, value, low, high.
    notes : tuple of str
        Outcomes that do not vary, factors that cannot be ranked, and what intervals leave out.
    sweep : Sweep
        Design and outcomes that the indices are made from.
    folder : Path, optional
        Where it is kept.
    """

    kind: ClassVar[str] = "sensitivity"
    always: ClassVar[frozenset[str]] = Sweep.always | {FILE, NOTES}

    table: pd.DataFrame
    notes: tuple[str, ...]
    sweep: Sweep

    def _tables(self) -> dict[str, Writer]:
        notes = pd.DataFrame({"note": list(self.notes)})
        return self.sweep._tables() | {FILE: csv_of(self.table), NOTES: csv_of(notes)}  # noqa: SLF001

    @classmethod
    def _of(cls, folder: Path, manifest: Mapping[str, Any]) -> Sensitivity:
        table = pd.read_csv(folder / FILE, keep_default_na=False)
        notes = read_table(folder / NOTES, ("note",))["note"]
        sweep = Sweep._of(folder, manifest)  # noqa: SLF001 - of the same base
        return cls(manifest, table, tuple(str(note) for note in notes), sweep)


def sensitivity(
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
) -> Sensitivity:
    """Return Sobol' or Morris indices of every outcome, by month, with 95 % intervals.

    Arguments are those of `sim.sweep`; the design is ``sobol`` or ``morris``.

    Raises
    ------
    InputError
        If the study is wrong, or its design has no indices.
    RunError
        If an outcome is missing or not finite at a point; it is named.
    """
    given = changes(overrides, until, nations, focus)
    wanted = asked(study, vary, design, points, given, outcomes)
    made = wanted.points()
    if made.kind not in indices.KINDS or made.unit is None:
        hint = "say design: {kind: sobol, points: 64} or --design sobol --points 64"
        problem = Problem(f"a {made.kind} design has no indices", path="design", hint=hint)
        raise InputError(problem)
    indices.require_spread(made.kind, len(made.points), len(made.paths))
    require_means(workers, cluster, engine)
    plan = planned(wanted, runs, seed, engine)
    return finished.kept_or_made(
        Sensitivity, plan.facts("sensitivity"), out,
        lambda: run_indices(plan, workers=workers, cluster=cluster, out=out, progress=progress),
    )  # fmt: skip


def again(known: Mapping[str, Any], out: str | Path | None, workers: int) -> Sensitivity:
    """Run a design again, from the manifest of its indices; nothing but blocks is written."""
    return run_indices(plan_of(known["asked"]), workers=workers, out=out)


def run_indices(plan: Plan, **how: Any) -> Sensitivity:  # noqa: ANN401 - as in `run_plan`
    """Run what a study comes to and return its indices; nothing but blocks is written.

    Parameters
    ----------
    plan : Plan
    **how
        As in `sim.study.sweeps.sweep.run_plan`.

    Raises
    ------
    RunError
        If an outcome is missing or not finite at a point; it is named.
    """
    began = time.perf_counter()
    done, made = run_plan(plan, **how), plan.made
    if made.unit is None:
        raise ValueError(f"a {made.kind} design has no indices")
    if len(done.failures):
        first = done.failures.iloc[0]
        raise RunError(f"point {first['point']} has no outcome: {first['reason']}")
    rows: list[tuple[Any, ...]] = []
    notes: list[str] = []
    for (metric, group, month), values in indices.by_outcome(done.outcomes):
        name = f"{metric} of {group}" + (f" in {month}" if month else "")
        found = indices.indices(made.kind, made.unit, made.paths, values, plan.study.design_seed)
        if not found:
            notes.append(f"{name} does not vary")
        if wide := indices.unranked(found):
            notes.append(f"{name}: {wide}")
        rows += (
            (metric, group, month, index.factor, index.kind, index.value, index.low, index.high)
            for index in found
        )
    columns = ["metric", "group", "month", "factor", "index", "value", "low", "high"]
    table = pd.DataFrame(rows, columns=columns)
    workers, seconds = done.manifest["made"]["workers"], time.perf_counter() - began
    facts = plan.facts("sensitivity", workers=workers, seconds=seconds)
    return Sensitivity(facts, table, tuple(notes), done)
