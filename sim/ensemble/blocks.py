"""Content-addressed blocks: what is kept already is taken, what is missing is run and kept.

The key of a block names everything that can move its numbers, so that a call that was interrupted
goes on, another study finds the blocks that it shares, and results do not depend on who computed
what.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from sim.ensemble import together
from sim.ensemble.executors import execute
from sim.ensemble.store import Store
from sim.ensemble.tasks import FAILURES, Job, Task, split
from sim.ensemble.together import run_part
from sim.metrics import registry
from sim.version import MODEL

Part = Path | bytes
"""A finished block: its file in the store, or its bytes where there is none."""

Progress = Callable[[int, int, int], None]
"""Called with replicates done, replicates in all, and points that have failed."""


@dataclass(frozen=True, eq=False)
class Finished:
    """Finished blocks.

    Parameters
    ----------
    parts : mapping of str to sequence of Part
        By job, in the order of their replicates.
    failures : mapping of str to mapping of int to str
        By job, the points that failed with the reason.
    damaged : tuple of Path
        Blocks that were found damaged in the store, and set aside.
    """

    parts: Mapping[str, Sequence[Part]]
    failures: Mapping[str, Mapping[int, str]]
    damaged: tuple[Path, ...]


def run_jobs(
    jobs: Mapping[str, Job],
    store: Store | None,
    workers: int,
    cluster: str | None = None,
    *,
    threads: bool = False,
    progress: Progress | None = None,
) -> Finished:
    """Return the blocks of some jobs; those that several jobs share are computed once.

    Parameters
    ----------
    jobs : mapping of str to Job
    store : Store, optional
        Where finished blocks are looked for and kept.
    workers, cluster, threads
        As in `sim.ensemble.executors.execute`.
    progress : callable, optional

    Raises
    ------
    InputError
        If the cluster's address cannot be one.
    RunError
        If workers die again and again, or a cluster cannot be reached.
    StoreError
        If the store cannot be used; what is finished is kept.
    """
    from sim.evidence import load

    if cluster is not None or (workers > 1 and not threads):
        jobs = {name: replace(job, metrics=registry.files()) for name, job in jobs.items()}
    facts = load().hash
    tasks = {name: split(job, MODEL, facts) for name, job in jobs.items()}
    first: dict[str, tuple[str, Task]] = {}
    for name, mine in tasks.items():
        for task in mine:
            first.setdefault(task.key, (name, task))
    sound, damaged = ({}, []) if store is None else store.find(first)
    done: dict[str, Part] = dict(sound)
    sizes = {key: task.last - task.first for key, (_, task) in first.items()}
    failures = {key: failed(part) for key, part in done.items()}
    count, lost = sum(sizes[key] for key in done), set().union(*failures.values())
    if progress:
        progress(count, sum(sizes.values()), len(lost))
    missing = [part for key, part in first.items() if key not in done]
    parts = together.parts(jobs, missing, workers)
    for part, contents in execute(run_part, jobs, parts, workers, cluster, threads=threads):
        for (_, task), content in zip(part, contents, strict=True):
            done[task.key] = content if store is None else store.put(task.key, content)
            failures[task.key] = failed(content)
            count += sizes[task.key]
            lost |= failures[task.key].keys()
        if progress:
            progress(count, sum(sizes.values()), len(lost))
    return Finished(
        {name: [done[task.key] for task in mine] for name, mine in tasks.items()},
        {
            name: {p: reason for task in mine for p, reason in failures[task.key].items()}
            for name, mine in tasks.items()
        },
        tuple(damaged),
    )


def failed(part: Part) -> dict[int, str]:
    """Return the points of a block that failed, with the reason."""
    facts = parquet.read_schema(_source(part)).metadata
    return {int(point): reason for point, reason in json.loads(facts[FAILURES]).items()}


def table(part: Part) -> pa.Table:
    """Return the outcomes of a block."""
    return parquet.read_table(_source(part))


def _source(part: Part) -> Path | pa.BufferReader:
    return part if isinstance(part, Path) else pa.BufferReader(part)
