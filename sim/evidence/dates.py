"""Months and days in the cells of a table."""

from __future__ import annotations

import datetime as dt
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


def day(row: Row, column: str, text: str) -> dt.date:
    """Return the day that a cell, or a part of it, says as ``YYYY-MM-DD``.

    Raises
    ------
    InputError
        If it is not a day.
    """
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is not a day"
        raise InputError(row.problem(message, column, "write YYYY-MM-DD")) from None


def _read(reader: Callable[[str], int], row: Row, column: str) -> int:
    """Return what a reader makes of a cell, or name the place."""
    cell = row.text(column)
    try:
        return reader(cell)
    except ValueError as error:
        raise InputError(row.problem(str(error), column)) from error
