"""Tables that long runs left in ``docs``, and tables of pages that their columns describe."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from making.tables import table

DOCS = Path(__file__).parents[1] / "docs"


class Cell(str):
    """A cell of a kept table: as it stands, or by a format of numbers, where nothing is a dash.

    A format that ends in `` %`` is of a fraction, which is written in percent.
    """

    __slots__ = ()

    def __format__(self, form: str) -> str:
        """Return the cell by a format."""
        if not form:
            return str(self)
        if not self:
            return "-"
        if form.endswith(" %"):
            return f"{100 * float(self):{form[:-2]}} %"
        return format(float(self), form)


Row = dict[str, Cell]


def read(name: str) -> list[Row]:
    """Return the rows of a kept table, by its path in ``docs`` without the ending."""
    with (DOCS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [{key: Cell(cell) for key, cell in row.items()} for row in csv.DictReader(file)]


def laid_out(rows: Iterable[Mapping[str, object]], columns: Mapping[str, str]) -> str:
    """Return a table with a row a row.

    Parameters
    ----------
    rows : iterable of mapping
    columns : mapping of str to str
        Head of each column, with the format of its cells: ``{name:.2f}`` is a part of the row.
    """
    return table(
        list(columns), ([cell.format_map(row) for cell in columns.values()] for row in rows)
    )
