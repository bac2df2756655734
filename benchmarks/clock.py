"""Seconds that a task takes: the best of several times, or their median.

The best is the cost of the work where other processes share the machine; the median is what a user
waits for.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

Task = Callable[[], object]


def seconds(task: Task, times: int) -> list[float]:
    """Return the wall time of each call of a task, seconds."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        task()
        found.append(time.perf_counter() - began)
    return found


def best(task: Task, times: int) -> float:
    """Return the shortest of several calls, seconds."""
    return min(seconds(task, times))


def median(task: Task, times: int) -> float:
    """Return the median of several calls, seconds."""
    return statistics.median(seconds(task, times))
