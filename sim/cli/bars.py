"""A bar on standard error, where that is a terminal and someone wants it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sim.cli import output
from sim.errors import printable

Show = Callable[..., None]
"""Called with what is done, what there is in all, and where points may fail how many have."""

APART = 10.0
"""Seconds between two lines, where standard error is no terminal."""


@contextmanager
def bar(title: str, *, silent: bool) -> Iterator[Show | None]:
    """Give what moves a bar with rate and time left, or None where nobody wants one.

    Where standard error is no terminal, a line is written there every `APART` seconds instead.
    """
    if silent:
        yield None
        return
    if not sys.stderr.isatty():
        yield lines(title)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"), TimeRemainingColumn(),
        TextColumn("{task.fields[failed]}"),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(output.beside_a_bar(title), total=None, rate="", failed="")

        def show(done: int, total: int, failed: int = 0) -> None:
            speed = shown.tasks[0].speed
            shown.update(
                task,
                completed=done,
                total=total,
                rate=f"{speed:,.1f}/s" if speed else "",
                failed=f"{failed} failed" if failed else "",
            )

        yield show


def lines(title: str, clock: Callable[[], float] = time.monotonic) -> Show:
    """Return what writes a line of how far some work is, `APART` seconds after the last one.

    Parameters
    ----------
    title : str
    clock : callable
        Seconds.
    """
    began = last = clock()

    def show(done: int, total: int, failed: int = 0) -> None:
        nonlocal last
        now = clock()
        if now - last < APART or done >= total:
            return
        last = now
        left = f", about {_span((now - began) * (total - done) / done)} left" if done else ""
        more = f", {failed} failed" if failed else ""
        sys.stderr.write(f"sim: {printable(title)}: {done:,} of {total:,}{left}{more}\n")
        sys.stderr.flush()

    return show


def _span(seconds: float) -> str:
    """Return a time as a person says it."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    minutes = seconds / 60
    return f"{round(minutes)} min" if minutes < 90 else f"{minutes / 60:.1f} h"


def watched[Done](
    title: str,
    work: Callable[..., Done],
    *given: Any,  # noqa: ANN401 - whatever the work takes
    silent: bool,
    **options: Any,  # noqa: ANN401
) -> Done:
    """Do some work under a bar and return what comes out.

    Parameters
    ----------
    title : str
        What stands beside the bar.
    work : callable
        Takes ``progress``, which moves the bar, beside everything else.
    silent : bool
        Show no bar.
    """
    with bar(title, silent=silent) as progress:
        return work(*given, progress=progress, **options)
