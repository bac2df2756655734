"""Running scenarios from the command line: progress on the terminal, a summary at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from sim.cli import output

if TYPE_CHECKING:
    from sim.errors import Problem
    from sim.scenario import Scenario
    from sim.study.result import Result


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
    from sim.errors import InputError
    from sim.scenario.resolve import resolve

    found: list[Scenario] = []
    problems: dict[Problem, None] = {}
    for name in names:
        try:
            found.append(resolve(name, runs=runs, seed=seed, until=until, overrides=overrides))
        except InputError as error:
            problems |= dict.fromkeys(error.problems)
    if problems:
        raise InputError(problems)
    return found


def problems_of(files: Sequence[str], focus: str | None = None) -> list[Problem]:
    """Return everything that is wrong with files of scenarios, studies and responses."""
    from sim.scenario import responses, validate
    from sim.scenario.loading import validate_response
    from sim.study.checking import problems_of_study
    from sim.study.sweeps import study_file

    found: dict[Problem, None] = {}
    changes = overrides(focus=focus)
    for file in files:
        if responses.is_response(file):
            wrong = validate_response(file, changes)
        elif study_file.is_study(file):
            wrong = problems_of_study(file, changes)
        else:
            wrong = validate([file], changes)
        found |= dict.fromkeys(wrong)
    return list(found)


def notices_of(files: Sequence[str], focus: str | None = None) -> list[str]:
    """Return what a reader must know of levers that scenario files enter for some nations.

    Parameters
    ----------
    files : sequence of str
        Names or files, in which nothing is wrong; studies are passed over.
    focus : str, optional
    """
    from sim.report.effects import as_typed
    from sim.scenario import load, reach, responses
    from sim.study.sweeps import study_file

    said = []
    for file in files:
        if not (study_file.is_study(file) or responses.is_response(file)):
            scenario = load(file, overrides(focus=focus))
            sentences = reach.notices(scenario.levers, scenario.known_levers())
            said += [f"{file}: {as_typed(sentence)}" for sentence in sentences]
    return said


def overrides(
    changes: Sequence[str] | None = None,
    until: str | None = None,
    nations: str | None = None,
    focus: str | None = None,
    responses: str | None = None,
) -> list[str | tuple[str, Any]]:
    """Return what options change in a scenario, as overrides of its paths."""
    from sim.scenario.changes import changes as laid

    return laid(changes, until, nations, focus, responses)


def as_json(result: Result) -> dict[str, Any]:
    """Return what ``sim run --json`` prints of one result.

    ``futures`` holds the rows of ``futures.csv`` in the months of the summary. ``headline`` is
    there where the run reaches mid-2025 and holds the whole world, ``against`` where the scenario
    is not the reference, ``unchanged`` where the result was there before: when it was made.
    """
    from sim.study.headline import headline

    more: dict[str, Any] = {}
    said = headline(result)
    if result.futures is not None:
        months = {month for found in said.values() for month in found}
        more["futures"] = [row for row in result.futures.to_pylist() if row["month"] in months]
    if result.headline is not None:
        more["headline"] = result.headline.to_pylist()
    if result.against is not None:
        more["against"] = result.against.as_dict()
    if result.unchanged:
        more["unchanged"] = output.made_at(result)
    return {
        "scenario": result.scenario.name,
        "hash": result.hash,
        "folder": str(result.folder),
        "runs": result.n_runs,
        "seed": result.seed,
        "summary": said,
        **more,
    }


def print_summary(result: Result) -> None:
    """Print who leads when, where the files are, and the effect against the reference."""
    from sim.report import summary

    typer.echo(summary(result, output.place(result)).rstrip("\n"))
