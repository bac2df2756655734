"""A plain page for any kind of result: what it says, figures, tables, and how it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from sim.report.charts import Chart, Gallery, Views
from sim.report.drawings import Page

if TYPE_CHECKING:
    import pandas as pd

Cell = str | tuple[str, str] | tuple[str, str, str]
"""What a cell holds: words, or a number and, smaller beside or below it, its interval; a third word
is the style of the cell, such as ``up s2``."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a page.

    Parameters
    ----------
    title : str
    head : sequence of Cell
        Names of the columns.
    rows : sequence of sequence of Cell
        Cells as they are read; the first of a row names it, in words.
    note : str
        A sentence above it.
    words : bool
        Whether cells are sentences, which stand one below the other on a phone.
    matrix : tuple of str
        Of a matrix the colour of each column behind the first, with which its cells are shaded.
    """

    title: str
    head: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    words: bool = False
    matrix: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        title: str,
        columns: Mapping[Cell, Cell],
        frame: pd.DataFrame,
        note: str = "",
        *,
        words: bool = False,
    ) -> Self:
        """Return the table of a data frame, a row a row.

        Parameters
        ----------
        title : str
        columns : mapping of Cell to Cell
            Head of each column, with the format of its cells: ``{name:.2f}`` is a column of the
            frame.
        frame : DataFrame
        note, words
            As of the table.
        """
        rows = [
            [_filled(cell, row) for cell in columns.values()] for row in frame.to_dict("records")
        ]
        return cls(title, list(columns), rows, note, words)


def _filled(cell: Cell, row: Mapping[Any, Any]) -> Cell:
    """Return a cell, or both parts of one if it has any, with the numbers of a row."""
    if isinstance(cell, str):
        return cell.format_map(row)
    number, interval = (part.format_map(row) for part in cell[:2])
    return (number, interval) if number or interval else ""


Part = Table | Chart | Views | Gallery
"""What a page is made of."""


def sheet(title: str, lead: Sequence[str], parts: Sequence[Part]) -> Page:
    """Return a plain page.

    Parameters
    ----------
    title : str
    lead : sequence of str
        What the result says, the most important sentence first.
    parts : sequence of Table, Chart, Views or Gallery
        In the order of the page; figures that no gallery names stand before all of them.
    """
    shown = [(type(part).__name__.lower(), part) for part in parts]
    charts = [part for part in parts if isinstance(part, Chart)]
    places = {id(chart): n for n, chart in enumerate(charts)}
    context = {
        "title": title, "lead": lead, "parts": shown, "charts": charts,
        "hung": [name for part in parts if isinstance(part, Gallery) for name in part.names],
        "place": lambda chart: places[id(chart)],
    }  # fmt: skip
    return Page("sheet.html.j2", context)
