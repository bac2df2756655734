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
    rows = [_row(done, part, paths, outcomes) for _, part in table.groupby("point")]
    for first in range(0, min(len(outcomes), OUTCOMES), BESIDE):
        places = range(first, min(first + BESIDE, len(outcomes), OUTCOMES))
        heads: list[dict[str, Any]] = [dict.fromkeys(("point", *paths), " "), {"point": "point"}]
        heads[1] |= {path: titles.factor(path) for path in paths}
        for n in places:
            metric, group, month = outcomes[n]
            unit = titles.unit(metric)
            heads[0][str(n)] = f"{titles.heading(metric)}{', ' + unit if unit else ''}"
            heads[1][str(n)] = style.group_name(group) + ("" if month else ", whole run")
        columns = ["point", *paths, *(str(n) for n in places)]
        output.print_rows([*heads, *rows[:SHOWN]], columns)
        typer.echo("")
    if len(rows) > SHOWN:
        typer.echo(f"... and {len(rows) - SHOWN} more points")
    if len(outcomes) > OUTCOMES:
        typer.echo(f"{len(outcomes) - OUTCOMES} more outcomes are in the report.")
    when = max(month for _, _, month in outcomes)
    means = f"Means over runs in {when}" if when else "Means over runs"
    typer.echo(f"{means}; brackets show the 5th to 95th percentile of runs.")
    if len(done.failures):
        typer.echo(f"{len(done.failures)} points could not be run; failures.csv says why.")
    typer.echo(f"Design, outcomes, figure and report: {output.place(done)}")


def _row(done: Sweep, part: Any, paths: list[str], outcomes: list[Any]) -> dict[str, Any]:  # noqa: ANN401
    """Return what a person reads of one point: its levels, and each outcome with its band."""
    first = part.iloc[0]
    row = {"point": str(first["point"])}
    row |= {path: titles.level(path, first[path], done.asked) for path in paths}
    for found in part.to_dict("records"):
        place = outcomes.index((found["metric"], found["group"], found["month"]))
        mean, low, high = titles.figures(found["metric"], found["mean"], found["p05"], found["p95"])
        row[str(place)] = f"{mean} ({low} to {high})"
    return row
