"""``sim sweep``: many design points, a bar while they run, and a table of what came out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from sim.cli import output
from sim.study.sweeps.result import BLOCS, Sweep
from sim.study.sweeps.sensitivity import Sensitivity
from sim.study.sweeps.sensitivity import sensitivity as indices_of
from sim.study.sweeps.sweep import Progress, sweep

SHOWN = 20
"""Points that a person is shown; the others are in the files."""


def run(
    source: str,
    vary: Sequence[str],
    out: Path,
    *,
    silent: bool,
    **options: Any,  # noqa: ANN401
) -> Sweep:
    """Run a sweep and return it; damaged shards are named on standard error."""
    with bar(Path(source).stem, silent=silent) as progress:
        done = sweep(source, vary, out=out, progress=progress, **options)
    for file in done.damaged:
        typer.echo(f"sim: {file} was damaged; it was set aside and computed again", err=True)
    return done


def sensitivity(
    source: str,
    vary: Sequence[str],
    out: Path,
    *,
    silent: bool,
    **options: Any,  # noqa: ANN401
) -> Sensitivity:
    """Run a design for indices and return them."""
    with bar(Path(source).stem, silent=silent) as progress:
        return indices_of(source, vary, out=out, progress=progress, **options)


def sensitivity_json(found: Sensitivity) -> dict[str, Any]:
    """Return what ``sim sensitivity --json`` prints."""
    return {
        "study": found.sweep.name,
        "folder": str(found.folder),
        "points": found.sweep.asked["points"],
        "runs": found.sweep.asked["runs"],
        "notes": list(found.notes),
        "indices": json.loads(found.table.to_json(orient="records")),
    }


def print_sensitivity(found: Sensitivity) -> None:
    """Print the main indices in the last month, largest first, of the blocs where they are kept."""
    known, table = found.sweep.asked, found.table
    blocs = table["metric"].isin(BLOCS)
    table = table[blocs] if blocs.any() else table
    typer.echo(
        f"{known['study']['title']}: {known['points']} points, {known['runs']} runs each, seed "
        f"{known['seed']}\n"
    )
    month = table["month"].max()
    last = table[table["month"] == month]
    metrics = list(last["metric"].unique())
    for (metric, group), rows in last.groupby(["metric", "group"], sort=False):
        typer.echo(f"{metric} of {group}, {month}; index with its 95 % interval")
        wide = rows[rows["index"].isin(["S1", "ST", "mu_star", "sigma"])]
        order = wide[wide["index"].isin(["ST", "mu_star"])].sort_values("value", ascending=False)
        columns = ["factor", *wide["index"].unique()]
        lines = []
        for factor in order["factor"]:
            mine = wide[wide["factor"] == factor].set_index("index")
            shown = {
                kind: f"{r['value']:.3f} ({r['low']:.3f} to {r['high']:.3f})"
                for kind, r in mine.iterrows()
            }
            lines.append({"factor": factor, **shown})
        output.print_rows([{name: name for name in columns}, *lines], columns)
        typer.echo("")
    notes = [note for note in found.notes if month in note and note.startswith(tuple(metrics))]
    for note in notes:
        typer.echo(f"- {note}")
    if more := len(found.notes) - len(notes):
        typer.echo(f"- {more} notes more on other months and outcomes: --json shows them")
    typer.echo(f"All indices by month: {found.folder}")


def as_json(done: Sweep) -> dict[str, Any]:
    """Return what ``sim sweep --json`` prints."""
    known = done.asked
    return {
        "study": known["study"]["name"],
        "hash": done.hash,
        "folder": str(done.folder),
        "points": known["points"],
        "runs": known["runs"],
        "seed": known["seed"],
        "failures": len(done.failures),
        "summary": json.loads(done.last().to_json(orient="records")),
    }


def print_summary(done: Sweep) -> None:
    """Print the blocs' shares in the last month by point, failures, and where the files are."""
    known = done.asked
    typer.echo(
        f"{known['study']['title']}: {known['points']} points, {known['runs']} runs each, seed "
        f"{known['seed']}\n"
    )
    table = done.last()
    month = str(table["month"].iloc[0])
    typer.echo(f"Share of developers in {month}, mean, and in brackets 5 to 95 % of runs.\n")
    paths = list(done.design.columns[1:])
    rows = []
    for _, found in table.groupby("point"):
        row: dict[str, Any] = {path: found[path].iloc[0] for path in paths}
        for metric, group, mean, low, high in found[
            ["metric", "group", "mean", "p05", "p95"]
        ].itertuples(index=False):
            row[f"{metric} {group}"] = f"{100 * mean:.1f} % ({100 * low:.0f}-{100 * high:.0f})"
        rows.append(row)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    head = {name: name for name in columns}
    output.print_rows([head, *rows[:SHOWN]], columns)
    if len(rows) > SHOWN:
        typer.echo(f"... and {len(rows) - SHOWN} points more")
    if len(done.failures):
        typer.echo(f"\n{len(done.failures)} points failed; failures.csv says why.")
    typer.echo(f"\nDesign, outcomes, figure and failures: {done.folder}")


@contextmanager
def bar(title: str, *, silent: bool) -> Iterator[Progress | None]:
    """Give a bar with rate, time left and failures, where someone sees it."""
    if silent or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"), TimeRemainingColumn(),
        TextColumn("{task.fields[failed]}"),
    )  # fmt: skip
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None, rate="", failed="")

        def told(done: int, total: int, failed: int) -> None:
            speed = bar.tasks[0].speed
            bar.update(
                task,
                completed=done,
                total=total,
                rate=f"{speed:,.0f} runs/s" if speed else "",
                failed=f"{failed} failed" if failed else "",
            )

        yield told
