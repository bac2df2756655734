"""Where work runs: in this process, in threads, in a pool of processes, or on a Dask cluster.

What comes of each part is yielded as it is done, in any order. Processes and clusters hold a
bounded number of parts: memory stays flat however long a sweep is.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import re
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from typing import Any

from sim.ensemble.children import TERMINAL, Workers, hear, safe_path
from sim.errors import InputError, Problem, RunError, cited

ATTEMPTS = 4
"""How often a part is tried whose worker died."""

PATIENCE = 30
"""Seconds that a scheduler has to answer."""

AHEAD = 2
"""Parts that wait or run for each worker."""

_ADDRESS = re.compile(r"(tcp|tls)://(\[[0-9A-Fa-f:.]+\]|[\w.-]+):\d{1,5}", re.ASCII)


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


def execute[S, P, R](
    task: Callable[[S, P], R],
    shared: S,
    parts: Sequence[P],
    workers: int,
    cluster: str | None = None,
    *,
    threads: bool = False,
    attempts: int = ATTEMPTS,
) -> Iterator[tuple[P, R]]:
    """Yield parts of some work with what comes of them, as they are done.

    Parameters
    ----------
    task : callable
        A function of a module, called with what is shared and a part.
    shared : object
        What every part needs to know; sent to a worker once.
    parts : sequence
    workers : int
        Processes or threads; one process is this process itself.
    cluster : str, optional
        Address of a Dask scheduler, or ``local`` for a cluster of ``workers`` processes here.
    threads : bool
        Whether the task lets go of the interpreter, so that threads do.
    attempts : int
        How often a part is tried whose worker process died.

    Raises
    ------
    InputError
        If the cluster's address cannot be one.
    RunError
        If workers die again and again, or a cluster cannot be reached.
    """
    count = min(workers, len(parts))
    if cluster is not None:
        require_address(cluster)
        with safe_path():
            yield from _on_cluster(task, shared, parts, workers, cluster)
    elif threads and parts:
        pool: Callable[[], Executor] = partial(ThreadPoolExecutor, count)
        yield from _in_pool(pool, partial(task, shared), parts, count, attempts=1)
    elif workers == 1 or len(parts) <= 1:
        for part in parts:
            yield part, task(shared, part)
    else:
        pool = partial(_pool, task, shared, count)
        with safe_path():
            yield from _in_pool(pool, _in_process, parts, count, attempts)


def _in_pool[P, R](
    start: Callable[[], Executor],
    task: Callable[[P], R],
    parts: Sequence[P],
    workers: int,
    attempts: int,
) -> Iterator[tuple[P, R]]:
    """Run parts in a pool; where a process is killed, a new pool takes up what was under way."""
    waiting = list(reversed(range(len(parts))))
    tried: Counter[int] = Counter()
    while waiting:
        pool = Workers(start())
        under_way: dict[Future[R], int] = {}
        try:
            while waiting or under_way:
                while waiting and len(under_way) < AHEAD * workers:
                    # Taken off the list once it is accepted: a broken pool accepts nothing.
                    under_way[pool.submit(task, parts[waiting[-1]])] = waiting[-1]
                    waiting.pop()
                future = pool.next_finished()
                found = future.result()  # a broken pool is told here, the part still listed
                yield parts[under_way.pop(future)], found
        except BrokenExecutor:
            tried.update(under_way.values())
            if max(tried.values(), default=0) >= attempts:
                times = "" if attempts == 1 else f" {attempts} times"
                raise RunError(
                    f"worker processes were ended from outside{times}, perhaps for want of memory; "
                    "what is finished is kept"
                ) from None
            waiting += reversed(under_way.values())
        finally:
            pool.end()  # interrupted or failed: what has not begun never will


def _pool(task: Callable[..., Any], shared: object, workers: int) -> ProcessPoolExecutor:
    # A fresh interpreter for each worker: forking a process that has threads may hang.
    return ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_enter,
        initargs=(task, shared),
    )


_inside: tuple[Callable[..., Any], object] | None = None
"""What a worker process works on; sent once and not with every part."""


def _enter(task: Callable[..., Any], shared: object) -> None:
    global _inside  # noqa: PLW0603 - a process has no other place to keep it
    _inside = (task, shared)
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


def _in_process(part: Any) -> Any:  # noqa: ANN401 - of any kind
    assert _inside is not None  # noqa: S101 - the pool's initializer has set it
    task, shared = _inside
    return task(shared, part)


def _on_cluster[S, P, R](
    task: Callable[[S, P], R], shared: S, parts: Sequence[P], workers: int, address: str
) -> Iterator[tuple[P, R]]:
    """Run parts on Dask, whose scheduler gives those of a lost worker to another."""
    try:
        dask: Any = importlib.import_module("distributed")
    except ImportError as error:
        raise RunError("a cluster needs Dask: pip install 'open-model-sim[cluster]'") from error
    try:
        with _connected(dask, workers, address) as client:
            yield from _flow(client, dask.as_completed, task, shared, parts)
    except dask.KilledWorker as error:
        raise RunError(f"the workers of the cluster died again and again: {error}") from error
    except OSError as error:  # it was there, and has gone; what a task raised is a RunError by now
        raise RunError(f"the cluster at {address} was lost: {error}") from error


@contextmanager
def _connected(dask: Any, workers: int, address: str) -> Iterator[Any]:  # noqa: ANN401 - untyped
    """Give a client of a scheduler, which is started and ended here where the address is local."""
    with ExitStack() as open_:
        try:
            scheduler: Any = address
            if address == "local":
                here = dask.LocalCluster(
                    n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0"
                )
                scheduler = open_.enter_context(closing(here))
            client = open_.enter_context(closing(dask.Client(scheduler, timeout=PATIENCE)))
        except Exception as error:  # Dask raises whatever its parts raise
            reason = " ".join(str(error).split()) or type(error).__name__
            raise RunError(f"the cluster at {address} cannot be reached: {reason}") from error
        yield client


def _flow[S, P, R](
    client: Any,  # noqa: ANN401 - Dask is untyped
    as_completed: Any,  # noqa: ANN401
    task: Callable[[S, P], R],
    shared: S,
    parts: Sequence[P],
) -> Iterator[tuple[P, R]]:
    """Yield finished parts, with a bounded number of them under way."""
    size = AHEAD * max(len(client.scheduler_info()["workers"]), 1)
    known = client.scatter(shared, broadcast=True)
    left = iter(parts)
    names: dict[str, P] = {}

    def submit(part: P) -> Any:  # noqa: ANN401
        future = client.submit(task, known, part, pure=False, retries=ATTEMPTS)
        names[future.key] = part
        return future

    flow = as_completed([submit(part) for _, part in zip(range(size), left, strict=False)])
    for future in flow:
        found: R = _result(future)
        yield names.pop(future.key), found
        future.release()
        for part in left:
            flow.add(submit(part))
            break


def _result(future: Any) -> Any:  # noqa: ANN401 - Dask is untyped
    """Return what came of a finished task, or say what went wrong on its worker.

    An OSError of a task, such as a full disk, does not mean that the cluster cannot be reached.
    """
    try:
        return future.result()
    except OSError as error:
        if future.status != "error":
            raise
        raise RunError(f"a task failed on a worker of the cluster: {error}") from error
