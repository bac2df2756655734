"""What runs together: tasks of scenarios that differ in levers alone share their history.

The key of a block does not know of it: a block has the same bytes however it was run.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from sim.ensemble.tasks import Job, Task, run_shared, run_task

MOST = 12
"""Tasks of a part, so that little is lost with a worker that is killed."""

Named = tuple[str, Task]
"""A task, and the name of its job."""


def parts(jobs: Mapping[str, Job], tasks: Sequence[Named], workers: int) -> list[tuple[Named, ...]]:
    """Return tasks in parts, each of which one worker runs by itself.

    Parameters
    ----------
    jobs : mapping of str to Job
    tasks : sequence of (str, Task)
    workers : int
        Tasks that share their history stand in as many parts, so that no worker waits.
    """
    alike: dict[str, list[Named]] = defaultdict(list)
    for name, task in tasks:
        alike[_shared(jobs[name], task)].append((name, task))
    found = []
    for group in alike.values():
        size = min(math.ceil(len(group) / workers), MOST)
        found += [tuple(group[n : n + size]) for n in range(0, len(group), size)]
    return found


def _shared(job: Job, task: Task) -> str:
    """Return what tasks have in common whose scenarios may share their history."""
    if job.paths or job.engine != "kernel":
        return task.key
    background = {name: value for name, value in job.base.items() if name != "levers"}
    return json.dumps([background, job.seed, task.first, task.last], sort_keys=True)


def run_part(jobs: Mapping[str, Job], part: Sequence[Named]) -> list[bytes]:
    """Return the outcomes of each task of a part, as bytes of Parquet files."""
    if len(part) == 1:
        name, task = part[0]
        return [run_task(jobs[name], task)]
    return run_shared([(jobs[name], task) for name, task in part])
