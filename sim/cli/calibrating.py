"""``sim calibrate``, ``sim hindcast`` and ``sim observe``: progress and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from sim.calibration import identify
from sim.cli import output

if TYPE_CHECKING:
    import pandas as pd

    from sim.study.calibrate import Calibration
    from sim.study.hindcast import Hindcast


def print_calibration(done: Calibration) -> None:
    """Print what the data moved, and where the files are."""
    table = identify.parameters(done)
    fitted = table[table["moved"] != "held"]
    typer.echo(
        f"{len(done.aims)} figures to {done.plan.until}, {done.plan.members} members, "
        f"{done.plan.steps} steps, seed {done.plan.seed}\n"
    )
    rows: list[dict[str, Any]] = [
        {
            "parameter": row.parameter,
            "unit": row.unit,
            "prior": f"{row.prior_p05:.3g} to {row.prior_p95:.3g}",
            "posterior": f"{row.p05:.3g} to {row.p95:.3g}",
            "informed": row.moved,
        }
        for row in fitted.itertuples()
    ]
    output.print_table(rows)
    typer.echo(
        f"\nIntervals of 90 %; informed: whether the data moved it. {len(table) - len(fitted)} "
        "ranges are drawn and never moved.\n"
        f"Draws and tables: {output.place(done)}"
    )


def calibration_json(done: Calibration) -> dict[str, Any]:
    """Return what ``sim calibrate --json`` prints."""
    return {
        "hash": done.plan.hash,
        **output.place_json(done),
        "targets": len(done.aims),
        "members": done.plan.members,
        "seed": done.plan.seed,
        "parameters": output.records(identify.parameters(done)),
    }


def print_hindcast(done: Hindcast) -> None:
    """Print scores by series, the method with the lowest of each, and how often that is naive."""
    for (cutoff, drivers), part in done.table.groupby(["cutoff", "drivers"], sort=False):
        typer.echo(f"From {cutoff}, drivers known {drivers}: CRPS in percentage points\n")
        rows, methods = [], part["method"].unique()
        for series, mine in part.groupby("series", sort=False):
            scores = mine.set_index("method")
            model: Any = scores.loc["model"]
            rows.append(
                {
                    "series": series, "figures": int(model["points"]),
                    **{name: _number(scores["crps"].get(name)) for name in methods},
                    "lowest": scores["crps"].idxmin() if len(scores) > 1 else "-",
                    "in 90 %": f"{100 * model['coverage']:.0f} %",
                    "width": f"{model['width']:.1f}",
                }
            )  # fmt: skip
        output.print_table(rows)
        points = done.points
        mine = points[(points["cutoff"] == cutoff) & (points["drivers"] == drivers)]
        typer.echo(f"\n90 % intervals hold {100 * mine['covered'].mean():.0f} % of all figures.\n")
    if len(done.table["cutoff"].unique()) > 1:
        _print_judgement(done)
    typer.echo(
        f"The model loses to a naive forecast in {len(done.lost)} of {len(done.compared)} "
        "comparisons (column lowest)."
    )
    if done.folder is not None:
        typer.echo(f"Points, scores, figure and report: {output.place(done)}")


def _print_judgement(done: Hindcast) -> None:
    """Print the scores over all cut-offs and the paired differences of each method."""
    over = done.judgement
    if over is None:
        return
    for drivers, part in over.groupby("drivers", sort=False):
        typer.echo(f"Over all cut-offs, drivers known {drivers}: means over cut-offs\n")
        rows = [
            {
                "series": row["series"], "method": row["method"], "cut-offs": row["origins"],
                "figures": row["figures"], "forecasts": row["forecasts"],
                "CRPS": f"{row['crps']:.2f}", "interval score": f"{row['interval_score']:.1f}",
                "in 90 %": f"{100 * row['coverage']:.0f} %",
                "less the model's": _signed(row["difference"]),
                "error": _number(row["error"]), "the model is": row["verdict"] or "-",
            }
            for row in output.records(part)
        ]  # fmt: skip
        output.print_table(rows)
        typer.echo("")


def _signed(value: float | None) -> str:
    return "-" if value is None else f"{value:+.2f}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def hindcast_json(done: Hindcast) -> dict[str, Any]:
    """Return what ``sim hindcast --json`` prints."""
    over = done.judgement
    return {
        **output.place_json(done),
        "scores": output.records(done.table),
        "lost": output.records(done.lost),
        "compared": len(done.compared),
        "judgement": None if over is None else output.records(over),
    }


NATIONS_COLUMNS = {
    "method": "method", "ecosystem": "class", "nations": "among", "count": "nations",
    "rank_correlation": "rank correlation", "error": "error", "crps": "CRPS",
    "crps_worse": "more than the model's", "crps_worse_se": "standard error",
    "coverage": "in 90 %",
}  # fmt: skip
"""Heads of the table of nations that were left out."""


def print_nations(frame: pd.DataFrame) -> None:
    """Print how each method forecasts nations that were left out, and what the figures are."""
    typer.echo("Nations left out by turns, a class of ecosystems a line: error and CRPS in\n"
               "percentage points\n")  # fmt: skip
    shown = frame.assign(coverage=[f"{100 * part:.0f} %" for part in frame["coverage"]])
    _print_table(shown.rename(columns=NATIONS_COLUMNS)[list(NATIONS_COLUMNS.values())])
    typer.echo(
        "\nerror: mean distance of the median from what was observed, a mean over nations. CRPS: "
        "that of the\nwhole forecast, lower is better; beside it how much higher it is than the "
        "model's, nation by nation,\nwith its standard error. in 90 %: nations inside their 90 % "
        "interval."
    )


def print_alternatives(frame: pd.DataFrame, cutoff: str) -> None:
    """Print how other structures forecast what came after a cut-off, and what the figures are."""
    typer.echo(f"From {cutoff}: CRPS of other structures by series, as a multiple of the shipped\n")
    # Series are many and their names long: one a line, the structures side by side.
    table = frame.set_index("alternative").T.rename(index={"log_mean": "mean of logarithms"})
    _print_table(table.rename_axis("series").reset_index())
    typer.echo(
        "\nBelow 1 a structure forecasts a series better than the shipped one, and worse above; "
        "the mean of\nlogarithms over series is below 0 where it is better on the whole."
    )


def _print_table(frame: pd.DataFrame) -> None:
    """Print a table with numbers rounded for reading, and a dash where there is none."""
    output.print_table(
        [
            {
                name: f"{value:.2f}" if isinstance(value, float) else value
                for name, value in row.items()
            }
            for row in output.records(frame)
        ]
    )


def observed(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table of views as records."""
    return output.records(frame.round(3))
