"""When the observed figures came out, which may be long after the months that they are of."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType

from sim import months
from sim.errors import InputError, Problem
from sim.evidence.tables import STATUSES, read

TABLE = "publications.csv"
COLUMNS = ("series", "period", "published", "source", "status", "note")
EVERY = "all"
"""Period of a row that speaks of every figure of its series."""

AT_ONCE = "at once"
"""Stands for the last month that each figure covers."""


@functools.cache
def read_publications() -> Mapping[tuple[str, str], int | None]:
    """Return the month of publication by series and period; None where figures show at once.

    Raises
    ------
    InputError
        If a row stands twice or its month is none.
    """
    found: dict[tuple[str, str], int | None] = {}
    for row in read(TABLE, COLUMNS):
        key = (row.text("series"), row.text("period"))
        if key in found:
            raise InputError(row.problem(f"{key[0]!r} of {key[1]} stands twice", "series"))
        said = row.text("published")
        row.text("source")
        row.choice("status", STATUSES)
        try:
            found[key] = None if said == AT_ONCE else months.parse(said)
        except ValueError as error:
            raise InputError(
                row.problem(str(error), "published", f"write YYYY-MM or {AT_ONCE!r}")
            ) from error
    return MappingProxyType(found)


def published(series: str, period: str, last: int) -> int:
    """Return the first month at whose end a figure was public.

    Parameters
    ----------
    series, period : str
        As in the table of observations.
    last : int
        Last month that the figure covers; none is public before its end.

    Raises
    ------
    InputError
        If the table does not say.
    """
    table = read_publications()
    key = (series, period) if (series, period) in table else (series, EVERY)
    if key not in table:
        message = f"no month of publication is given for {series!r} of {period}"
        raise InputError(Problem(message, TABLE, hint="add a row"))
    out = table[key]
    return last if out is None else max(last, out)
