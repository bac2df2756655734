"""What options are checked for before anything is run: wrong ones cost no minutes of computing.

A check returns the value as the command needs it, or raises an InputError that names the option.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import InputError, Problem, cited, nearest

if TYPE_CHECKING:
    from sim.scenario.paths import Override

MOST_WORKERS = 10_000
"""Processes that no machine has; a cluster counts its own."""


LEAST_PRECISION = 1e-9


def _wrong(message: str, option: str, hint: str | None = None) -> InputError:
    return InputError(Problem(message, path=option, hint=hint))


def workers(given: int | None) -> int:
    """Return a number of processes, one a processor where none is given."""
    from sim.cli.running import processors

    if given is not None and given < 1:
        raise _wrong(f"{cited(given)} workers cannot run anything", "workers")
    within(given, 1, MOST_WORKERS, "workers")
    return processors() if given is None else given


def within(given: int | None, low: int, high: int, option: str) -> None:
    """Refuse a whole number out of bounds."""
    if given is not None and not low <= given <= high:
        raise _wrong(f"{option} {cited(given)} is outside {low} to {high}", option)


def seed(given: int | None) -> None:
    """Refuse a seed that no stream of random numbers has."""
    within(given, 0, 2**63 - 1, "seed")


def runs(given: int | None) -> None:
    """Refuse a number of replicates that cannot be run."""
    from sim.scenario.document import MAX_RUNS

    within(given, 1, MAX_RUNS, "runs")


def finite(given: float | None, option: str) -> None:
    """Refuse what is no finite number."""
    if given is not None and not math.isfinite(given):
        raise _wrong(f"{option} must be a finite number, not {given}", option)


def precision(given: float | None) -> None:
    """Refuse a half-width of an interval that no number of replicates gives."""
    finite(given, "precision")
    if given is not None and given < LEAST_PRECISION:
        raise _wrong(f"a half-width of {given:g} cannot be had", "precision")


def cluster(address: str | None) -> None:
    """Refuse what cannot be the address of a scheduler."""
    if address is not None:
        from sim.ensemble.executors import require_address

        require_address(address)


def metrics(files: Sequence[Path] | None) -> None:
    """Read files of metrics; each adds its own to what is measured."""
    if files:
        from sim.metrics.registry import read_file

        for file in files:
            read_file(file)


def words(given: str, option: str) -> tuple[str, ...]:
    """Return the words of a list with commas, of which there must be one."""
    found = tuple(word.strip() for word in given.split(",") if word.strip())
    if not found:
        raise _wrong(f"{option} names nothing", option, "write names with commas")
    return found


def month(given: str, option: str) -> None:
    """Refuse what is no month of a scenario."""
    from sim.scenario import fields
    from sim.scenario.tree import Mark, Node

    problems: list[Problem] = []
    fields.month(Node(given, Mark(None, path=option)), problems, option)
    if problems:
        raise InputError(problems)


def box(
    study: str, policy: str | None, number: int | None, overrides: Sequence[Override] = ()
) -> None:
    """Refuse a policy that the study does not judge, and a box of no policy."""
    from sim.study.sweeps import study_file

    if policy is None:
        if number is not None:
            raise _wrong("a box is one of a policy", "box", "name it: --policy NAME")
        return
    policies: Sequence[str] = study_file.load_study(study, overrides).policies
    if policy not in policies:
        hint = nearest(policy, policies) or f"one of {', '.join(policies)}"
        raise _wrong(f"no policy is called {cited(policy)}", "policy", hint)
    if number is not None and number < 0:
        raise _wrong(f"there is no box {number}", "box", "boxes are numbered from 0")
