"""Python processes that this one starts: they import from where this one does, and nowhere else.

A worker process begins with ``python -c``, which puts the current folder first on its path until
the parent's own path has been handed over. A file ``struct.py`` in a folder of scenarios would be
executed in that moment.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from multiprocessing import resource_tracker

SAFE = "PYTHONSAFEPATH"
"""Variable that keeps the current folder off the path of a new Python process."""

TERMINAL = frozenset({signal.SIGINT, signal.SIGHUP})
"""Signals that a terminal sends to every process in it."""

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


def end(pool: Executor) -> None:
    """Let go of a pool: its processes are ended whatever they do, and threads finish their tasks.

    To wait until it is gone leaves nothing for the end of this process, at which Python may write
    to a pipe that the pool is closing.
    """
    for child in list((getattr(pool, "_processes", None) or {}).values()):
        child.terminate()
    pool.shutdown(cancel_futures=True)


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
