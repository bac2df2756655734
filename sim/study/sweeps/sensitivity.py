"""Sensitivity of outcomes to what varies: a sweep in the right design, and its indices."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from sim.analysis import indices
from sim.errors import InputError, Problem, RunError
from sim.scenario.changes import changes
from sim.study import finished
from sim.study.saved import Writer, csv_of, read_table
from sim.study.sweeps.factors import Factor
from sim.study.sweeps.result import OfSweep, Sweep
from sim.study.sweeps.study import Study
from sim.study.sweeps.sweep import Plan, asked, planned, require_means, run_plan

if TYPE_CHECKING:
    import pandas as pd

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

    table: pd.DataFrame
    notes: tuple[str, ...]
    sweep: Sweep

    def _tables(self) -> dict[str, Writer]:
        import pandas as pd

        notes = pd.DataFrame({"note": list(self.notes)})
        return self.sweep._tables() | {FILE: csv_of(self.table), NOTES: csv_of(notes)}  # noqa: SLF001

    @classmethod
    def _required(cls, manifest: Mapping[str, Any]) -> frozenset[str]:
        return Sweep._required(manifest) | {FILE, NOTES}  # noqa: SLF001

    @classmethod
    def _of(cls, folder: Path, manifest: Mapping[str, Any]) -> Sensitivity:
        import pandas as pd

        table = pd.read_csv(folder / FILE, keep_default_na=False)
        notes = read_table(folder / NOTES, ("note",))["note"]
        sweep = Sweep._of(folder, manifest)  # noqa: SLF001 - of the same base
        return cls(manifest, table, tuple(str(note) for note in notes), sweep)


def sensitivity(
    study: Study | str | Path | Any,  # noqa: ANN401 - a mapping or a scenario too
    vary: Sequence[str | Factor] = (),
    **options: Any,  # noqa: ANN401 - those of `sweep`
) -> Sensitivity:
    """Return Sobol' or Morris indices of every outcome, by month, with 95 % intervals.

    Parameters
    ----------
    study, vary, **options
        As `sim.sweep` takes them; the design is ``sobol`` or ``morris``.

    Raises
    ------
    InputError
        If the study is wrong, or its design has no indices.
    RunError
        If an outcome is missing or not finite at a point; it is named.
    """
    began = time.perf_counter()
    out = options.pop("out", None)
    places = ("overrides", "until", "nations", "focus")
    given = changes(**{name: options.pop(name, None) for name in places})
    known = ("design", "points", "outcomes")
    own = {name: options.pop(name, None) for name in known}
    wanted = asked(study, vary, overrides=given, **own)
    made = wanted.points()
    if made.kind not in indices.KINDS or made.unit is None:
        hint = "say design: {kind: sobol, points: 64} or --design sobol --points 64"
        problem = Problem(f"a {made.kind} design has no indices", path="design", hint=hint)
        raise InputError(problem)
    indices.require_spread(made.kind, len(made.points), len(made.paths))
    engine = options.pop("engine", "kernel")
    require_means(options.get("workers", 1), options.get("cluster"), engine)
    plan = planned(wanted, options.pop("runs", None), options.pop("seed", None), engine)
    found = finished.find(Sensitivity, plan.facts("sensitivity"), out)
    if found is not None:
        return found
    return indices_of(plan, run_plan(plan, out=out, **options), began).saved(out)


def indices_of(plan: Plan, done: Sweep, began: float) -> Sensitivity:
    """Return the indices of a finished sweep.

    Parameters
    ----------
    plan : Plan
    done : Sweep
    began : float
        When it was begun, by `time.perf_counter`.

    Raises
    ------
    RunError
        If an outcome is missing or not finite at a point; it is named.
    """
    import pandas as pd

    made = plan.made
    if made.unit is None:
        raise ValueError(f"a {made.kind} design has no indices")
    if len(done.failures):
        first = done.failures.iloc[0]
        raise RunError(f"point {first['point']} has no outcome: {first['reason']}")
    rows: list[dict[str, Any]] = []
    notes: list[str] = []
    for (metric, group, month), values in indices.by_outcome(done.outcomes):
        name = f"{metric} of {group}" + (f" in {month}" if month else "")
        found = indices.indices(made.kind, made.unit, made.paths, values, plan.study.design_seed)
        if not found:
            notes.append(f"{name} does not vary")
        if wide := indices.unranked(found):
            notes.append(f"{name}: {wide}")
        rows += (
            {
                "metric": metric, "group": group, "month": month, "factor": index.factor,
                "index": index.kind, "value": index.value, "low": index.low, "high": index.high,
            }
            for index in found
        )  # fmt: skip
    columns = ["metric", "group", "month", "factor", "index", "value", "low", "high"]
    table = pd.DataFrame(rows, columns=columns)
    facts = plan.facts(
        "sensitivity", workers=done.manifest["made"]["workers"],
        seconds=time.perf_counter() - began,
    )  # fmt: skip
    return Sensitivity(facts, table, tuple(notes), done)
