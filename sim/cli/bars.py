"""A bar on standard error, where that is a terminal and someone wants it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sim.cli import output

Show = Callable[..., None]
"""Called with what is done, what there is in all, and where points may fail how many have."""


@contextmanager
def bar(title: str, *, silent: bool) -> Iterator[Show | None]:
    """Give what moves a bar with rate and time left, or None where nobody sees it."""
    if silent or not sys.stderr.isatty():
        yield None
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
