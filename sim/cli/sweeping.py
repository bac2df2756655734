"""``sim sweep``: many design points, a bar while they run, and a table of what came out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from sim.cli import output
from sim.cli.bars import watched
from sim.report import sensitivity as drawing
from sim.report import style, titles
from sim.report.sweeps import count_of as counted
from sim.report.sweeps import failed
from sim.study.sweeps.result import Sweep
from sim.study.sweeps.sensitivity import Sensitivity
from sim.study.sweeps.sweep import sweep

SHOWN = 20
"""Points that a person is shown; the others are in the files."""

OUTCOMES = 4
"""Outcomes that a person is shown."""

BESIDE = 2
"""Outcomes in one table, as fit a terminal."""


def run(study: str, vary: Sequence[str], *, silent: bool, **options: Any) -> Sweep:  # noqa: ANN401
    """Run a sweep and return it; damaged shards are named on standard error."""
    done = watched(Path(study).stem, sweep, study, vary, silent=silent, **options)
    for file in done.damaged:
        output.say(f"{file} was damaged; it was set aside and computed again")
    return done


def sensitivity_json(found: Sensitivity) -> dict[str, Any]:
    """Return what ``sim sensitivity --json`` prints."""
    return {
        "study": found.sweep.name,
        **output.place_json(found),
        "points": found.sweep.asked["points"],
        "runs": found.sweep.asked["runs"],
        "notes": list(found.notes),
        "indices": output.records(found.table),
    }


def print_sensitivity(found: Sensitivity) -> None:
    """Print the main indices of the first outcomes in the last month, largest first."""
    typer.echo(f"{_head(found.sweep)}\n")
    shown = drawing.outcomes(found)
    for outcome in shown[:OUTCOMES]:
        table = drawing.table(*outcome)
        typer.echo(table.title)
        rows = [
            (
                row[0],
                *(f"{value} ({span})" for value, span in zip(row[1::2], row[2::2], strict=True)),
            )
            for row in table.rows
        ]
        output.print_lines([(" ", *table.head[1::2]), *rows])
        typer.echo("")
    typer.echo("Brackets hold the 95 % interval.")
    for line in (*drawing.lead(found), *drawing.notes(found, shown[:OUTCOMES])):
        typer.echo(line)
    typer.echo(
        f"\nIndices of all outcomes and months, notes, figures and report: {output.place(found)}"
    )


def _head(done: Sweep) -> str:
    return f"{titles.study(done.asked)}: {counted(done.asked)}"


def as_json(done: Sweep) -> dict[str, Any]:
    """Return what ``sim sweep --json`` prints."""
    known = done.asked
    return {
        "study": known["study"]["name"],
        "hash": done.hash,
        **output.place_json(done),
        "points": known["points"],
        "runs": known["runs"],
        "seed": known["seed"],
        "failures": len(done.failures),
        "summary": output.records(done.last()),
    }


def print_summary(done: Sweep) -> None:
    """Print outcomes of the last month by point, failures, and where the files are."""
    typer.echo(f"{_head(done)}\n")
    table = done.last()
    paths = list(done.design.columns[1:])
    outcomes = list(
        dict.fromkeys(zip(table["metric"], table["group"], table["month"], strict=True))
    )
    rows = [_row(done, part, paths) for _, part in table.groupby("point")]
    shown = outcomes[:OUTCOMES]
    for beside in (shown[n : n + BESIDE] for n in range(0, len(shown), BESIDE)):
        units = [titles.unit(metric) for metric, _, _ in beside]
        heads = [f"{titles.heading(one[0])}{', ' + unit if unit else ''}"
                 for one, unit in zip(beside, units, strict=True)]  # fmt: skip
        groups = [style.group_name(group) + ("" if month else ", whole run")
                  for _, group, month in beside]  # fmt: skip
        lines = [[*levels, *map(bands.get, beside)] for levels, bands in rows[:SHOWN]]
        above = [" "] * (1 + len(paths))
        output.print_lines(
            [[*above, *heads], ["point", *map(titles.factor, paths), *groups], *lines]
        )
        typer.echo("")
    if len(rows) > SHOWN:
        typer.echo(f"... and {len(rows) - SHOWN} more points")
    if len(outcomes) > OUTCOMES:
        typer.echo(f"{len(outcomes) - OUTCOMES} more outcomes are in the report.")
    when = max(month for _, _, month in outcomes)
    means = f"Means over runs in {when}" if when else "Means over runs"
    typer.echo(f"{means}; brackets show the 5th to 95th percentile of runs.")
    if len(done.failures):
        typer.echo(f"{failed(done)}; failures.csv says why.")
    typer.echo(f"Design, outcomes, figure and report: {output.place(done)}")


def _row(
    done: Sweep,
    part: Any,  # noqa: ANN401
    paths: list[str],
) -> tuple[list[str], dict[Any, str]]:
    """Return what a person reads of one point: its levels, and each outcome with its band."""
    first = part.iloc[0]
    levels = [titles.level(path, first[path], done.asked) for path in paths]
    bands = {}
    for row in part.to_dict("records"):
        mean, low, high = titles.figures(row["metric"], row["mean"], row["p05"], row["p95"])
        bands[row["metric"], row["group"], row["month"]] = f"{mean} ({low} to {high})"
    return [str(first["point"]), *levels], bands
