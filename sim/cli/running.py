"""Running scenarios from the command line: progress on the terminal, a summary at the end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from sim.cli import output
from sim.cli.bars import bar

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
    """Return everything that is wrong with scenario and study files."""
    from sim.scenario import validate
    from sim.study.checking import problems_of_study
    from sim.study.sweeps import study_file

    found: dict[Problem, None] = {}
    changes = overrides(focus=focus)
    for file in files:
        if study_file.is_study(file):
            found |= dict.fromkeys(problems_of_study(file, changes))
        else:
            found |= dict.fromkeys(validate([file], changes))
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
    from sim.scenario import load, reach
    from sim.study.sweeps import study_file

    said = []
    for file in files:
        if not study_file.is_study(file):
            scenario = load(file, overrides(focus=focus))
            sentences = reach.notices(scenario.levers, scenario.known_levers())
            said += [f"{file}: {as_typed(sentence)}" for sentence in sentences]
    return said


def overrides(
    changes: Sequence[str] | None = None,
    until: str | None = None,
    nations: str | None = None,
    focus: str | None = None,
) -> list[str | tuple[str, Any]]:
    """Return what options change in a scenario, as overrides of its paths."""
    from sim.scenario.changes import changes as laid

    return laid(changes, until, nations, focus)


def run(
    scenario: Scenario,
    engine: str,
    workers: int,
    out: Path,
    *,
    full: bool,
    silent: bool,
    beside: dict[Scenario, Result] | None,
) -> Result:
    """Run a scenario and write its result, or read the one that is there and sound.

    Parameters
    ----------
    scenario : Scenario
    engine : str
    workers : int
    out : Path
        Folder that stands for ``results/``.
    full : bool
        Keep everything: every month, and the runs of single nations.
    silent : bool
        Show no progress.
    beside : dict of Scenario to Result, optional
        References that are there already, to which a new one is added; without it the result is
        not compared with its reference.
    """
    from sim.ensemble.runner import require_known
    from sim.study import against, kept, saved
    from sim.study import run as study

    saved.require_writable(out)
    how: dict[str, Any] = {"engine": engine, "workers": workers}
    require_known(engine, how["workers"])
    known = kept.find(scenario, out, full=full)
    found = known.result
    _say_damaged(known.wrong)
    with bar(scenario.name, silent=silent) as progress:
        how["progress"] = progress
        result = known.completed(study.run(scenario, full=full, **how)) if found is None else found
        asked = beside is not None and result.against is None
        reference = against.reference_of(scenario) if asked else None
        if beside is not None and reference is not None:
            effect, wrong = against.against(result, reference, out, beside, **how)
            _say_damaged(wrong)
            result = result.beside(effect, reference.document())
        if found is None or reference is not None:
            result = result.saved(out)
        else:
            saved.point_latest(found.place(out))
    return result


def _say_damaged(wrong: str | None) -> None:
    """Say that a result that was there is not used."""
    if wrong is not None:
        output.say(f"{wrong}; it is run again")


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
