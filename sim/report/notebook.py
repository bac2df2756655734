"""What a notebook shows of a result: a small table in place of its columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sim import months
from sim.ensemble.record import Tables
from sim.report import style, tables
from sim.report.naming import distinct, naming
from sim.report.templating import template

if TYPE_CHECKING:
    import pandas as pd

SHOWN = ("world", "global_south")
ROWS = 12
"""Rows of a table that a notebook shows of a result."""


def html_table(result: Tables, caption: str) -> str:
    """Return median shares and bands as an HTML table.

    Parameters
    ----------
    result : Result
        What a run gave.
    caption : str
        Text over the table.
    """
    shown = tables.curves(result)
    called = naming(result, shown)
    groups = distinct(shown, [group for group in SHOWN if group in shown.groups])
    columns = [(group, month) for group in groups for month in tables.moments(result, shown)]
    rows = []
    for row, name in enumerate(shown.ecosystems):
        cells = []
        for group, month in columns:
            low, middle, high = (
                float(shown.of(group, band)[row, shown.at(month)]) for band in ("p05", "p50", "p95")
            )
            cells.append(f"{tables.percent(middle)} ({tables.between(low, high, '–')})")
        rows.append((style.look(name).name, cells))
    heads = [(called.name(group), months.text(month)) for group, month in columns]
    note = "Share of developers, by main ecosystem: median and 5 to 95 % of runs."
    return _laid_out(caption, note, [("", ""), *heads], rows)


def html_rows(frame: pd.DataFrame, caption: str) -> str:
    """Return the first rows of a table as HTML, numbers to three figures.

    Parameters
    ----------
    frame : DataFrame
    caption : str
        Text over the table.
    """
    rows = [("", map(_short, row)) for row in frame.head(ROWS).itertuples(index=False)]
    more = f"{ROWS} of {len(frame):,} rows" if len(frame) > ROWS else ""
    return _laid_out(caption, more, [(str(name), "") for name in frame.columns], rows)


def _laid_out(
    caption: str,
    note: str,
    heads: Sequence[tuple[str, str]],
    rows: Iterable[tuple[str, Iterable[str]]],
) -> str:
    """Return a table of heads, each in up to two lines, and rows, each of a name and cells."""
    made = template("notebook.html.j2")
    return str(made.render(caption=caption, note=note, heads=heads, rows=rows))


def _short(value: object) -> str:
    """Return a cell as a person would write it; an empty number is empty."""
    if isinstance(value, float):
        return "" if value != value else f"{value:.3g}"  # noqa: PLR0124 - not a number is not itself
    return str(value)
