"""``sim hindcast --score``: forecasts of the register against figures that came later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from sim.cli import output

if TYPE_CHECKING:
    import pandas as pd

    from sim.study.scoring import Scored


def as_json(done: Scored) -> dict[str, Any]:
    """Return what ``--json`` prints."""
    made = done.register
    return {
        "file": made.file, "made": made.made.isoformat(), "version": made.version,
        "hash": made.hash, "figures": len(done.points),
        "scores": output.records(done.table.round(4)),
        "points": output.records(done.points.round(4)), "notes": list(done.notes),
    }  # fmt: skip


def print_scores(done: Scored) -> None:
    """Print the scores by series beside those of the last value, and what has to be said."""
    if not done.points.empty:
        made = done.register
        typer.echo(
            f"Forecasts of {made.made}, model {made.version}: weighted interval score in the unit "
            "of the series, lower is better\n"
        )
        output.print_table([_row(row) for _, row in done.table.iterrows()])
        typer.echo(
            "\nn: figures. last value: score of the last figure known. error: of the median."
        )
        if (done.table["compared"].between(1, done.table["figures"] - 1)).any():
            typer.echo("Where few had a last value: its score and, in brackets, the forecast's.")
    for note in done.notes:
        typer.echo(note)


def _row(row: pd.Series[Any]) -> dict[str, str]:
    return {
        "series": row["series"], "came out": row["published"], "n": str(row["figures"]),
        "score": f"{row['score']:.2f}", "last value": _last_value(row),
        "error": f"{row['error']:.2f}",
        "in 50 %": f"{100 * row['in_50']:.0f} %", "in 90 %": f"{100 * row['in_90']:.0f} %",
    }  # fmt: skip


def _last_value(row: pd.Series[Any]) -> str:
    """Return the score of the last value, beside the forecast's where some figures have none."""
    compared, figures = int(row["compared"]), int(row["figures"])
    if not compared:
        return "-"
    shown = f"{row['last_value_score']:.2f}"
    if compared == figures:
        return shown
    return f"{shown} ({row['compared_score']:.2f}) of {compared}"
