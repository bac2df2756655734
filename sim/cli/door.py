"""What options are checked for before anything is run: wrong ones cost no minutes of computing.

`sim.cli.options` names the check of an option beside it. A check returns the value as the command
needs it, or raises an InputError that names the option; a value that is not given passes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from sim.errors import InputError, Problem, cited, nearest

if TYPE_CHECKING:
    from sim.scenario.paths import Override

MOST_WORKERS = 10_000
"""Processes that no machine has; a cluster counts its own."""

LEAST_PRECISION = 1e-9
"""Half-width of an interval below which no number of replicates reaches."""


def _wrong(message: str, option: str, hint: str | None = None) -> InputError:
    return InputError(Problem(message, path=option, hint=hint))


def workers(given: int) -> int:
    """Refuse a number of processes that nothing can be run by, or that no machine has."""
    if given < 1:
        raise _wrong(f"{cited(given)} workers cannot run anything", "workers")
    _within(given, 1, MOST_WORKERS, "workers")
    return given


def _within(given: int | None, low: int, high: int, option: str) -> int | None:
    """Refuse a whole number out of bounds."""
    if given is not None and not low <= given <= high:
        raise _wrong(f"{option} {cited(given)} is outside {low} to {high}", option)
    return given


def seed(given: int | None) -> int | None:
    """Refuse a seed that no stream of random numbers has."""
    return _within(given, 0, 2**63 - 1, "seed")


def runs(given: int | None) -> int | None:
    """Refuse a number of replicates that cannot be run."""
    from sim.scenario.document import MAX_RUNS

    return _within(given, 1, MAX_RUNS, "runs")


def port(given: int | None) -> int | None:
    """Refuse a port that there is not."""
    return _within(given, 1, 65535, "port")


def finite(param: typer.CallbackParam, given: float | None) -> float | None:
    """Refuse what is no finite number."""
    if given is not None and not math.isfinite(given):
        option = str(param.name)
        raise _wrong(f"{option} must be a finite number, not {given}", option)
    return given


def precision(param: typer.CallbackParam, given: float | None) -> float | None:
    """Refuse a half-width of an interval that no number of replicates gives."""
    finite(param, given)
    if given is not None and given < LEAST_PRECISION:
        raise _wrong(f"a half-width of {given:g} cannot be had", "precision")
    return given


def cluster(address: str | None) -> str | None:
    """Refuse what cannot be the address of a scheduler."""
    if address is not None:
        from sim.ensemble.executors import require_address

        require_address(address)
    return address


def metrics(files: list[Path] | None) -> list[Path] | None:
    """Read files of metrics; each adds its own to what is measured."""
    if files:
        from sim.metrics.registry import read_file

        for file in files:
            read_file(file)
    return files


def words(param: typer.CallbackParam, given: str | None) -> str | None:
    """Return a list with commas as bare words; there must be one."""
    if given is None:
        return None
    option, found = str(param.name), [word.strip() for word in given.split(",") if word.strip()]
    if not found:
        raise _wrong(f"{option} names nothing", option, "write names with commas")
    return ",".join(found)


def month(param: typer.CallbackParam, given: str | None) -> str | None:
    """Refuse what is no month of a scenario."""
    if given is not None:
        from sim.scenario import fields
        from sim.scenario.tree import Mark, Node

        problems: list[Problem] = []
        fields.month(Node(given, Mark(None, path=param.name)), problems, str(param.name))
        if problems:
            raise InputError(problems)
    return given


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
