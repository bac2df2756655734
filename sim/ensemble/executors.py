"""Where tasks run: in this process, in a pool of processes, or on a Dask cluster.

Every executor yields the bytes of each task as it is done, in any order, and holds a bounded number
of them: memory stays flat however long a sweep is. The caller alone writes to the store.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import re
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

from sim.ensemble.children import TERMINAL, Workers, hear, safe_path
from sim.ensemble.tasks import Job, Task, run_task
from sim.errors import InputError, Problem, RunError, cited

ATTEMPTS = 4
"""How often a task is tried whose worker died."""

PATIENCE = 30
"""Seconds that a scheduler has to answer."""

AHEAD = 2
"""Tasks that wait or run for each worker."""

_ADDRESS = re.compile(r"(tcp|tls)://(\[[0-9A-Fa-f:.]+\]|[\w.-]+):\d{1,5}", re.ASCII)

Done = Iterator[tuple[Task, bytes]]


def require_address(address: str) -> None:
    """Refuse what cannot be the address of a scheduler.

    Raises
    ------
    InputError
    """
    if address != "local" and not _ADDRESS.fullmatch(address):
        hint = "write tcp://HOST:PORT, or local for a scheduler that is started here"
        message = f"{cited(address)} is no address of a scheduler"
        raise InputError(Problem(message, path="cluster", hint=hint))


def execute(job: Job, tasks: Sequence[Task], workers: int, cluster: str | None) -> Done:
    """Yield tasks with their outcomes as they are done.

    Parameters
    ----------
    job : Job
    tasks : sequence of Task
    workers : int
        Processes; one is this process itself.
    cluster : str, optional
        Address of a Dask scheduler, or ``local`` for a cluster of ``workers`` processes here.

    Raises
    ------
    InputError
        If the cluster's address cannot be one.
    RunError
        If workers die again and again, or a cluster cannot be reached.
    """
    if cluster is not None:
        require_address(cluster)
    if cluster is None and (workers == 1 or len(tasks) == 1):
        for task in tasks:
            yield task, run_task(job, task)
        return
    with safe_path():
        if cluster is not None:
            yield from _on_cluster(job, tasks, workers, cluster)
        else:
            yield from _in_pool(job, tasks, min(workers, len(tasks)))


def _in_pool(job: Job, tasks: Sequence[Task], workers: int) -> Done:
    """Run tasks in processes; where one is killed, a new pool takes up what was under way."""
    waiting = list(reversed(tasks))
    tried: dict[str, int] = {}
    while waiting:
        pool = Workers(_pool(job, workers))
        under_way: dict[Future[bytes], Task] = {}
        try:
            while waiting or under_way:
                while waiting and len(under_way) < AHEAD * workers:
                    # Taken off the list once it is accepted: a broken pool accepts nothing.
                    under_way[pool.submit(_in_process, waiting[-1])] = waiting[-1]
                    waiting.pop()
                future = pool.next_finished()
                content = future.result()  # a broken pool is told here, the task still listed
                yield under_way.pop(future), content
        except BrokenExecutor:
            for task in under_way.values():
                tried[task.key] = tried.get(task.key, 1) + 1
                if tried[task.key] > ATTEMPTS:
                    raise RunError(
                        f"worker processes were ended from outside {ATTEMPTS} times, perhaps for "
                        "want of memory; what is finished is kept"
                    ) from None
            waiting += reversed(under_way.values())
        finally:
            pool.end()


def _pool(job: Job, workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_enter,
        initargs=(job,),
    )


_inside: Job | None = None
"""What a worker process works on; sent once and not with every task."""


def _enter(job: Job) -> None:
    global _inside  # noqa: PLW0603 - a process has no other place to keep it
    _inside = job
    # Ctrl-C and its closing reach every process of a terminal; the parent ends the workers.
    for number in TERMINAL:
        signal.signal(number, signal.SIG_IGN)
    hear()
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """End this process when its parent has died, which nobody else would tell it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _in_process(task: Task) -> bytes:
    assert _inside is not None  # noqa: S101 - the pool's initializer has set it
    return run_task(_inside, task)


def _on_cluster(job: Job, tasks: Sequence[Task], workers: int, address: str) -> Done:
    """Run tasks on Dask, whose scheduler gives the tasks of a lost worker to another."""
    try:
        dask: Any = importlib.import_module("distributed")
    except ImportError as error:
        raise RunError("a cluster needs Dask: pip install 'open-model-sim[cluster]'") from error
    try:
        with _connected(dask, workers, address) as client:
            yield from _flow(dask, client, job, tasks)
    except dask.KilledWorker as error:
        raise RunError(f"the workers of the cluster died again and again: {error}") from error
    except OSError as error:  # it was there, and has gone; what a task raised is a RunError by now
        raise RunError(f"the cluster at {address} was lost: {error}") from error


@contextmanager
def _connected(dask: Any, workers: int, address: str) -> Iterator[Any]:  # noqa: ANN401 - untyped
    """Give a client of a scheduler, which is started and ended here where the address is local."""
    local: Any = None
    client: Any = None
    try:
        try:
            if address == "local":
                local = dask.LocalCluster(
                    n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0"
                )
            client = dask.Client(local if local is not None else address, timeout=PATIENCE)
        except Exception as error:  # Dask raises whatever its parts raise
            reason = " ".join(str(error).split()) or type(error).__name__
            raise RunError(f"the cluster at {address} cannot be reached: {reason}") from error
        yield client
    finally:
        if client is not None:
            client.close()
        if local is not None:
            local.close()


def _flow(dask: Any, client: Any, job: Job, tasks: Sequence[Task]) -> Done:  # noqa: ANN401
    """Yield finished tasks, with a bounded number of them under way."""
    size = AHEAD * max(len(client.scheduler_info()["workers"]), 1)
    known = client.scatter(job, broadcast=True)
    left = iter(tasks)
    names: dict[str, Task] = {}

    def submit(task: Task) -> Any:  # noqa: ANN401 - Dask is untyped
        future = client.submit(run_task, known, task, pure=False, retries=ATTEMPTS)
        names[future.key] = task
        return future

    flow = dask.as_completed([submit(task) for _, task in zip(range(size), left, strict=False)])
    for future in flow:
        content = _result(future)
        yield names.pop(future.key), content
        future.release()
        for task in left:
            flow.add(submit(task))
            break


def _result(future: Any) -> bytes:  # noqa: ANN401 - Dask is untyped
    """Return the outcomes of a finished task, or say what went wrong on its worker.

    An OSError of a task, such as a full disk, does not mean that the cluster cannot be reached.
    """
    try:
        content: bytes = future.result()
    except OSError as error:
        if future.status != "error":
            raise
        raise RunError(f"a task failed on a worker of the cluster: {error}") from error
    return content
