"""Arms: scenarios that are run with the same luck, each kept once however often it is compared."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import RunError
from sim.study.sweeps import executors
from sim.study.sweeps.outcomes import Kept
from sim.study.sweeps.outcomes import kept as kept_of
from sim.study.sweeps.shards import Store
from sim.study.sweeps.study import Outcomes
from sim.study.sweeps.tasks import FAILURES, Job, Task, run_task, split
from sim.version import MODEL

if TYPE_CHECKING:
    from sim.scenario import Scenario

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]
"""Called with replicates done and replicates in all."""

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
    """

    rows: pd.DataFrame
    kept: dict[str, Floats]

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
        If a metric, a group or a month is unknown.
    RunError
        If a replicate fails.
    StoreError
        If the folder cannot be used.
    """
    jobs = {name: _job(scenario, runs, seed, outcomes) for name, scenario in scenarios.items()}
    shape = _shape(next(iter(scenarios.values())), outcomes)
    store = None if place is None else Store(place / FOLDER)
    evidence = _evidence()
    tasks = {name: split(job, MODEL, evidence) for name, job in jobs.items()}
    every = [task.key for mine in tasks.values() for task in mine]
    found = {} if store is None else {k: f.read_bytes() for k, f in store.find(every)[0].items()}
    total = len(jobs) * runs
    state = {"done": sum(t.last - t.first for m in tasks.values() for t in m if t.key in found)}

    def finished(task: Task, content: bytes) -> None:
        if store is not None:
            store.put(task.key, content)
        found[task.key] = content
        state["done"] += task.last - task.first
        if progress:
            progress(state["done"], total)

    missing = {n: [t for t in mine if t.key not in found] for n, mine in tasks.items()}
    if cluster is not None:
        for name, mine in missing.items():
            for task, content in executors.execute(jobs[name], mine, workers, cluster):
                finished(task, content)
    else:
        _in_threads([(jobs[n], t) for n, mine in missing.items() for t in mine], workers, finished)
    values = {
        name: np.concatenate([_values(found[task.key], name) for task in mine]).reshape(runs, -1)
        for name, mine in tasks.items()
    }
    return Arms(_labels(shape), values)


def _in_threads(
    work: Sequence[tuple[Job, Task]], workers: int, finished: Callable[[Task, bytes], None]
) -> None:
    """Compute blocks in threads: the kernel lets go of the interpreter."""
    pool = ThreadPoolExecutor(workers)
    try:
        futures = {pool.submit(run_task, job, task): task for job, task in work}
        for future in as_completed(futures):
            finished(futures[future], future.result())
    finally:
        pool.shutdown(cancel_futures=True)


def _evidence() -> str:
    from sim.evidence import load

    return load().hash


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


def _values(content: bytes, name: str) -> Floats:
    """Return the values of a block in their order.

    Raises
    ------
    RunError
        If the block holds a failure.
    """
    import json

    import pyarrow as pa
    from pyarrow import parquet

    table = parquet.read_table(pa.BufferReader(content))
    failures = json.loads((table.schema.metadata or {}).get(FAILURES, b"{}"))
    if failures:
        raise RunError(f"{name}: {next(iter(failures.values()))}")
    values: Floats = np.asarray(table["value"].to_numpy())
    return values
