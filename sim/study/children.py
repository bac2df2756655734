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
from contextlib import contextmanager
from multiprocessing import resource_tracker

SAFE = "PYTHONSAFEPATH"
"""Variable that keeps the current folder off the path of a new Python process."""

_lock = threading.Lock()
_inside = 0
_before: str | None = None


def _start_tracker() -> None:
    """Start the process that multiprocessing cleans up with, out of the reach of SIGHUP.

    It lets Ctrl-C and SIGTERM pass by itself. Ended by the closing of a terminal it would be
    started again, and print a traceback for every name that it no longer knows.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    try:
        resource_tracker.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


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
