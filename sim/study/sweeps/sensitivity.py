"""Sensitivity of outcomes to what varies: a sweep in the right design, and its indices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, Problem, RunError, StoreError
from sim.study.sweeps import indices
from sim.study.sweeps.factors import Factor
from sim.study.sweeps.result import Sweep
from sim.study.sweeps.study import Study
from sim.study.sweeps.sweep import asked, sweep

if TYPE_CHECKING:
    import pandas as pd

FILE = "sensitivity.csv"


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Indices of every kept outcome.

    Parameters
    ----------
    table : DataFrame
        Columns metric, group, month (empty for a whole run), factor, index, value, low, high.
    notes : tuple of str
        Outcomes that do not vary, and factors that cannot be ranked.
    sweep : Sweep
        Where the outcomes are kept.
    """

    table: pd.DataFrame
    notes: tuple[str, ...]
    sweep: Sweep


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
    import pandas as pd

    known = ("design", "points", "overrides", "outcomes")
    wanted = asked(study, vary, **{name: options.pop(name, None) for name in known})
    made = wanted.points()
    if made.kind not in ("sobol", "morris") or made.unit is None:
        hint = "say design: {kind: sobol, points: 64} or --design sobol --points 64"
        problem = Problem(f"a {made.kind} design has no indices", path="design", hint=hint)
        raise InputError(problem)
    done = sweep(wanted, **options)
    if len(done.failures):
        first = done.failures.iloc[0]
        raise RunError(f"point {first['point']} has no outcome: {first['reason']}")
    rows: list[dict[str, Any]] = []
    notes: list[str] = []
    for (metric, group, month), values in indices.by_outcome(done.outcomes):
        name = f"{metric} of {group}" + (f" in {month}" if month else "")
        found = indices.indices(made.kind, made.unit, made.paths, values, wanted.design_seed)
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
    try:
        table.to_csv(done.folder / FILE, index=False)
    except OSError as error:
        raise StoreError(f"{done.folder / FILE} cannot be written: {error.strerror}") from error
    return Sensitivity(table, tuple(notes), done)
