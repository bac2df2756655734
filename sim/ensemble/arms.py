"""Arms: scenarios run with common random numbers, each once however often it is compared."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.arrays import Floats, Ints
from sim.ensemble import executors
from sim.ensemble.blocks import Part, run_jobs, table
from sim.ensemble.outcomes import Kept, Outcomes
from sim.ensemble.outcomes import kept as kept_of
from sim.ensemble.runner import Progress, require_known
from sim.ensemble.store import Store
from sim.ensemble.tasks import Job
from sim.errors import RunError

if TYPE_CHECKING:
    from sim.scenario import Scenario

FOLDER = "arms"


@dataclass(frozen=True, eq=False)
class Arms:
    """What was kept of every replicate of some arms.

    Parameters
    ----------
    rows : DataFrame
        Metric, group, month (empty for a whole run) and unit of each row.
    kept : dict of str to ndarray, shape (runs, rows)
        By arm.
    draws : ndarray of int, shape (runs,)
        Posterior draw that each replicate takes, the same in every arm; where there is none, or it
        is not asked for, each replicate is a draw of its own.
    shipped : int, optional
        How many posterior draws there are to take; None where there is no end of draws.
    """

    rows: pd.DataFrame
    kept: dict[str, Floats]
    draws: Ints
    shipped: int | None = None

    def only(self, rows: NDArray[np.bool_]) -> Arms:
        """Return the same arms with some rows alone, a flag a row."""
        kept = {name: values[:, rows] for name, values in self.kept.items()}
        return replace(self, rows=self.rows[rows].reset_index(drop=True), kept=kept)

    def at(self, metric: str, group: str, month: str | None = None) -> int:
        """Return the place of a row; without a month the last that is kept.

        Raises
        ------
        KeyError
            If there is none.
        """
        found = self.rows[(self.rows["metric"] == metric) & (self.rows["group"] == group)]
        if month is not None:
            found = found[found["month"] == month]
        if found.empty:
            raise KeyError((metric, group, month))
        return int(found.index[-1])

    def of(self, arm: str, metric: str, group: str, month: str | None = None) -> Floats:
        """Return an outcome of an arm in each replicate, (runs,); arguments as in `at`."""
        return self.kept[arm][:, self.at(metric, group, month)]


def run_arms(
    scenarios: Mapping[str, Scenario],
    *,
    runs: int,
    seed: int,
    outcomes: Outcomes,
    place: Path | None,
    workers: int = 1,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> Arms:
    """Run arms and return what was kept of them.

    All share the seed, so that replicate r of one is to be compared with replicate r of another.

    Parameters
    ----------
    scenarios : mapping of str to Scenario
        Arms by name; their own runs and seed are not read.
    runs, seed : int
    outcomes : Outcomes
    place : Path, optional
        Folder for finished blocks; without it nothing is kept.
    workers : int
        Blocks that are computed at a time.
    cluster : str, optional
        A Dask scheduler, or ``local``.
    progress : callable, optional

    Raises
    ------
    InputError
        If a metric, a group, a month or the cluster's address is wrong, or workers are too few.
    RunError
        If a replicate fails.
    StoreError
        If the folder cannot be used.
    """
    require_known("kernel", workers)
    if cluster is not None:
        executors.require_address(cluster)
    jobs = {name: _job(scenario, runs, seed, outcomes) for name, scenario in scenarios.items()}
    shape = _shape(next(iter(scenarios.values())), outcomes)
    store = None if place is None else Store(place / FOLDER)
    done = run_jobs(
        jobs, store, workers, cluster, threads=True,
        progress=None if progress is None else lambda count, total, _: progress(count, total),
    )  # fmt: skip
    for name, failures in done.failures.items():
        if failures:
            raise RunError(f"{name}: {next(iter(failures.values()))}")
    values = {
        name: np.concatenate([_values(part) for part in parts]).reshape(runs, -1)
        for name, parts in done.parts.items()
    }
    draws, shipped = posterior_draws(scenarios.values(), runs, seed)
    return Arms(_labels(shape), values, draws, shipped)


def posterior_draws(scenarios: Iterable[Scenario], runs: int, seed: int) -> tuple[Ints, int | None]:
    """Return the posterior draw of each replicate, and how many draws there are."""
    from sim.scenario import compile as compiled

    for scenario in scenarios:
        fitted = compiled(scenario).fitted if scenario.ensemble.parameters == "calibrated" else None
        if fitted is not None:
            return fitted.rows(seed, np.arange(runs)), len(fitted.values)
    return np.arange(runs), None


def _job(scenario: Scenario, runs: int, seed: int, outcomes: Outcomes) -> Job:
    """Return an arm as a study of one point; how many runs are asked for is not part of it."""
    document: dict[str, Any] = copy.deepcopy(scenario.document())
    document["ensemble"] |= {"runs": 1, "seed": seed}
    # Names and words do not change a number, so that the same arm is found under another name.
    document |= {"name": "arm", "title": "", "description": "", "topic": ""}
    return Job(document, {}, (), ((),), runs, seed, outcomes)


def _shape(scenario: Scenario, outcomes: Outcomes) -> Kept:
    from sim.scenario import compile as compiled

    return kept_of(compiled(scenario), outcomes)


def _labels(shape: Kept) -> pd.DataFrame:
    months = np.array([*shape.months, ""], dtype=object)
    return pd.DataFrame(
        {
            "metric": np.array(shape.metrics, dtype=object)[shape.metric],
            "group": np.array(shape.groups, dtype=object)[shape.group],
            "month": months[shape.month],
            "unit": np.array(shape.units, dtype=object)[shape.unit],
        }
    )


def _values(part: Part) -> Floats:
    """Return the values of a block in their order."""
    values: Floats = np.asarray(table(part)["value"].to_numpy())
    return values
