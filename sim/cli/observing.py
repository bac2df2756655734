"""``sim observe``: what a series would show in a scenario, beside what was observed of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import typer

from sim import months
from sim.calibration.figures import figures
from sim.calibration.series import named
from sim.cli import output

if TYPE_CHECKING:
    from sim.calibration.figures import Figure

Cell = tuple[str, str, str]
"""Month, nation and ecosystem."""


def beside(frame: pd.DataFrame, series: str) -> list[dict[str, Any]]:
    """Return a table of views as records, each with the figure that was observed.

    ``observed`` is the published number, the mean of several of one month; None where nothing or
    only bounds were published.
    """
    found = _by_cell(series)
    records = output.records(frame.round(3))
    for row in records:
        row["observed"] = _number(found.get(_cell(row), []))
    return records


def print_csv(frame: pd.DataFrame, series: str) -> None:
    """Print every month as comma-separated values."""
    table = pd.DataFrame(beside(frame, series))
    typer.echo(table.to_csv(index=False).rstrip())


def print_beside(frame: pd.DataFrame, series: str) -> None:
    """Print the model's view and the figures side by side, from the first figure on.

    Between and after figures only some months are shown: all of them up to the last figure of one
    place, then each December and the last one; of many places only those with a figure.
    """
    known, found = named(series), _by_cell(series)
    rows = output.records(frame)
    seen = sorted(_cell(row)[0] for row in rows if _cell(row) in found)
    typer.echo(
        f"{known.title[:1].upper()}{known.title[1:]}; {next(iter(found.values()))[0].unit}\n"
    )
    many = len({row["nation"] for row in rows}) > 1
    last = rows[-1]["month"]
    shown = [
        row
        for row in rows
        if (_cell(row) in found if many and seen else _is_shown(str(row["month"]), seen, last))
    ]
    lines = [
        {
            "month": row["month"], "nation": row["nation"], "ecosystem": row["ecosystem"],
            "model": f"{row['mean']:.1f}", "5 to 95 %": f"{row['p05']:.1f} to {row['p95']:.1f}",
            "observed": ", ".join(figure.words for figure in found.get(_cell(row), [])) or "-",
        }
        for row in shown
    ]  # fmt: skip
    output.print_table(lines)
    said = "Model: mean over runs." if seen else "Model: mean over runs. Nothing was observed here."
    typer.echo(f"\n{said} --csv prints every month.")


def _is_shown(month: str, seen: list[str], last: str) -> bool:
    """Return whether a month of one place stands in the table for people."""
    if seen and month <= seen[-1]:
        return month >= seen[0]
    return month.endswith("-12") or month == last


def _by_cell(series: str) -> dict[Cell, list[Figure]]:
    """Return what was observed of a series by month, nation and ecosystem."""
    found: dict[Cell, list[Figure]] = {}
    for figure in figures(named(series)):
        cell = (months.text(figure.month), figure.place, figure.code)
        found.setdefault(cell, []).append(figure)
    return found


def _cell(row: dict[str, Any]) -> Cell:
    return str(row["month"]), str(row["nation"]), str(row["ecosystem"])


def _number(figures: list[Figure]) -> float | None:
    numbers = [figure.number for figure in figures if figure.number is not None]
    return round(sum(numbers) / len(numbers), 3) if numbers else None
