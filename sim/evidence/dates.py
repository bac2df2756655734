"""Months and days in the cells of a table."""

from __future__ import annotations

from collections.abc import Callable

from sim.errors import InputError
from sim.evidence.tables import Row
from sim.months import of_date, parse

ALWAYS = -1
"""Month of a cell without a date: it holds from the start."""


def month(row: Row, column: str) -> int:
    """Return the month written in a cell as ``YYYY-MM``.

    Raises
    ------
    InputError
        If it is not a month.
    """
    return _read(parse, row, column)


def counts_from(row: Row, column: str) -> int:
    """Return the first month in which a day counts; ``ALWAYS`` where the cell is empty.

    Raises
    ------
    InputError
        If it is neither a month nor a day.
    """
    return _read(of_date, row, column) if row[column] else ALWAYS


def _read(reader: Callable[[str], int], row: Row, column: str) -> int:
    """Return what a reader makes of a cell, or name the place."""
    try:
        return reader(row.text(column))
    except ValueError as error:
        raise InputError(row.problem(str(error), column)) from error
