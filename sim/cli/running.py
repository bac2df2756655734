"""Running scenarios from the command line: progress on the terminal, a summary at the end."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from sim.errors import Problem
    from sim.scenario import Scenario
    from sim.study import Result
    from sim.study.ensemble import Progress


def resolve(
    names: Sequence[str],
    overrides: Sequence[str | tuple[str, object]],
    *,
    runs: int | None,
    seed: int | None,
    until: str | None,
) -> list[Scenario]:
    """Return the scenarios as they will be run.

    Raises
    ------
    InputError
        With everything that is wrong with any of them.
    """
    from sim import study
    from sim.errors import InputError

    found: list[Scenario] = []
    problems: dict[Problem, None] = {}
    for name in names:
        try:
            found.append(
                study.resolve(name, runs=runs, seed=seed, until=until, overrides=overrides)
            )
        except InputError as error:
            problems |= dict.fromkeys(error.problems)
    if problems:
        raise InputError(problems)
    return found


def problems_of(files: Sequence[str]) -> list[Problem]:
    """Return everything that is wrong with scenario and study files."""
    from sim.scenario import validate
    from sim.study.checking import problems_of_study
    from sim.study.sweeps import study_file

    found: dict[Problem, None] = {}
    for file in files:
        if study_file.is_study(file):
            found |= dict.fromkeys(problems_of_study(file))
        else:
            found |= dict.fromkeys(validate([file]))
    return list(found)


def overrides(
    changes: Sequence[str] | None, until: str | None, nations: str | None
) -> list[str | tuple[str, Any]]:
    """Return what options change in a scenario, as overrides of its paths."""
    found: list[str | tuple[str, Any]] = list(changes or [])
    if until is not None:
        found.append(("period.end", until))
    if nations is not None:
        codes = re.fullmatch(r"[A-Z]{3}(,[A-Z]{3})*", nations)
        found.append(("nations", nations.split(",") if codes else nations))
    return found


def run(
    scenario: Scenario, engine: str, workers: int, out: Path, *, full: bool, silent: bool
) -> tuple[Result, Path]:
    """Run a scenario, write its result and return both it and its folder."""
    from sim import study
    from sim.study import saved

    saved.require_writable(out)
    with _progress(scenario.name, silent=silent) as progress:
        result = study.run(
            scenario,
            engine=engine,  # type: ignore[arg-type]  # checked there, with a hint
            workers=workers,
            progress=progress,
            full=full,
        )
        return result, result.save(out)


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def as_json(result: Result, folder: Path) -> dict[str, Any]:
    """Return what ``sim run --json`` prints of one result."""
    from sim.study.headline import headline

    return {
        "scenario": result.scenario.name,
        "hash": result.hash,
        "folder": str(folder),
        "runs": result.n_runs,
        "seed": result.seed,
        "summary": headline(result),
    }


def print_summary(result: Result, folder: Path) -> None:
    """Print who leads when, and where the files are."""
    from sim.report import summary

    typer.echo(summary(result, folder))


@contextmanager
def _progress(title: str, *, silent: bool) -> Iterator[Progress | None]:
    """Give a bar on standard error, where that is a terminal and someone wants it."""
    if silent or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
