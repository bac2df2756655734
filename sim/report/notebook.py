"""What a notebook shows of a result: a small table in place of its columns."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from sim import months
from sim.ensemble.record import Tables
from sim.report import style, tables
from sim.report.naming import distinct, naming

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
    when = tables.moments(result, shown)
    columns = [(group, month) for group in groups for month in when]
    heads = "".join(
        f"<th>{escape(called.name(group))}<br>{months.text(month)}</th>" for group, month in columns
    )
    lines = []
    for row, name in enumerate(shown.ecosystems):
        cells = []
        for group, month in columns:
            low, middle, high = (
                float(shown.of(group, band)[row, shown.at(month)]) for band in ("p05", "p50", "p95")
            )
            words = f"{tables.percent(middle)} ({tables.between(low, high, '–')})"
            cells.append(f"<td>{escape(words)}</td>")
        lines.append(f"<tr><th>{escape(style.look(name).name)}</th>{''.join(cells)}</tr>")
    note = "Share of developers, by main ecosystem: median and 5 to 95 % of runs."
    return (
        f"<table><caption>{escape(caption)}<br>{note}</caption>"
        f"<thead><tr><th></th>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    )


def html_rows(frame: pd.DataFrame, caption: str) -> str:
    """Return the first rows of a table as HTML, numbers to three figures.

    Parameters
    ----------
    frame : DataFrame
    caption : str
        Text over the table.
    """
    heads = "".join(f"<th>{escape(str(name))}</th>" for name in frame.columns)
    lines = []
    for row in frame.head(ROWS).itertuples(index=False):
        cells = "".join(f"<td>{escape(_short(value))}</td>" for value in row)
        lines.append(f"<tr>{cells}</tr>")
    more = f"<br>{ROWS} of {len(frame):,} rows" if len(frame) > ROWS else ""
    return (
        f"<table><caption>{escape(caption)}{more}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    )


def _short(value: object) -> str:
    """Return a cell as a person would write it; an empty number is empty."""
    if isinstance(value, float):
        return "" if value != value else f"{value:.3g}"  # noqa: PLR0124 - not a number is not itself
    return str(value)
