"""Python processes that this one starts: they import from where this one does, and nowhere else.

A worker process begins with ``python -c``, which puts the current folder first on its path until
the parent's own path has been handed over. A file ``struct.py`` in a folder of scenarios would be
executed in that moment.
"""

from __future__ import annotations

import os
import queue
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Any

SAFE = "PYTHONSAFEPATH"
"""Variable that keeps the current folder off the path of a new Python process."""

TERMINAL = frozenset({signal.SIGINT, signal.SIGHUP})
"""Signals that a terminal sends to every process in it."""

PULSE = 1.0
"""Seconds between two looks at whether the processes of a pool live."""

_lock = threading.Lock()
_inside = 0
_before: str | None = None


def _start_tracker() -> None:
    """Start the process that multiprocessing cleans up with, out of the reach of SIGHUP.

    It lets Ctrl-C and SIGTERM pass by itself. Ended by the closing of a terminal it would be
    started again, and print a traceback for every name that it no longer knows.
    """
    with unheard():
        resource_tracker.ensure_running()


@contextmanager
def unheard() -> Iterator[None]:
    """Start processes inside that do not hear their terminal until they call `hear`.

    Ctrl-C and its closing reach every process of a terminal. A worker that is still importing
    would end in a traceback. This process hears what came in between when it leaves.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, TERMINAL)
    try:
        with _held():
            yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _held() -> Iterator[None]:
    """Hear signals to end only when leaving: a process that is half started would not be told.

    The mask of this thread is not enough. Where another thread takes the signal, Python still calls
    its handler in the main thread, and a child waits for data that never comes.
    """
    handlers = {number: signal.getsignal(number) for number in (*TERMINAL, signal.SIGTERM)}
    ours = {number: handler for number, handler in handlers.items() if callable(handler)}
    if threading.current_thread() is not threading.main_thread():
        ours = {}  # its handlers are the main thread's to set, and to run
    came: list[int] = []
    for number in ours:
        signal.signal(number, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for number, handler in ours.items():
            signal.signal(number, handler)
        for heard in dict.fromkeys(came):
            signal.raise_signal(heard)


def hear() -> None:
    """Hear the terminal again, in a process that has said what it does then."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, TERMINAL)


class Workers:
    """A pool of threads or processes that an interrupt or a death at any moment lets go of.

    Parameters
    ----------
    pool : Executor
    """

    def __init__(self, pool: Executor) -> None:
        self._pool = pool
        # Not `concurrent.futures.wait`: it takes the locks of all futures, and an interrupt inside
        # would leave one taken for ever, on which the pool's own thread then waits.
        self._finished: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()

    def submit[**P, T](
        self, task: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """Give a task to the pool; the first tasks start its threads or processes."""
        with unheard():
            future = self._pool.submit(task, *args, **kwargs)
            future.add_done_callback(self._finished.put)
        return future

    def next_finished(self) -> Future[Any]:
        """Wait for a task to finish or fail, and return its future; each is returned once."""
        while True:
            try:
                return self._finished.get(timeout=PULSE)
            except queue.Empty:
                # The pool's thread sees a death, unless it is reading what the dead had half sent.
                if any(not child.is_alive() for child in self._processes()):
                    self.end()

    def end(self) -> None:
        """Let go of the pool: processes are ended whatever they do, threads finish their tasks.

        To wait until it is gone leaves nothing for the end of this process, at which Python may
        write to a pipe that the pool is closing.
        """
        with _held():
            processes = self._processes()
            results = getattr(self._pool, "_result_queue", None)
            for child in processes:
                child.terminate()
            for child in processes:
                wait([child.sentinel])
            if processes and results is not None:
                # A process that was ended while it sent a result leaves a part of it. The pool's
                # thread would wait for the rest as long as anyone could write it: as this one can.
                results._writer.close()  # noqa: SLF001 - nothing public does it
            self._pool.shutdown(cancel_futures=True)

    def _processes(self) -> list[BaseProcess]:
        """Return the pool's processes; it has none where it is of threads, or gone."""
        return list((getattr(self._pool, "_processes", None) or {}).values())


@contextmanager
def safe_path() -> Iterator[None]:
    """Keep the current folder off the path of every Python process that is started inside.

    The variable is put back when the last user leaves, since the caller may start programs of its
    own.
    """
    global _inside, _before  # noqa: PLW0603 - a process has one environment
    with _lock:
        if _inside == 0:
            _before = os.environ.get(SAFE)
        _inside += 1
        os.environ[SAFE] = "1"
        _start_tracker()
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                os.environ.pop(SAFE)
                if _before is not None:
                    os.environ[SAFE] = _before
