"""The evidence without some dated facts: what would be known had they not happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sim.errors import InputError, Problem
from sim.evidence import load, router
from sim.evidence.releases import read_catalogue
from sim.evidence.tables import Row, Rows, left_out, read


@contextmanager
def without(rows: Sequence[Rows]) -> Iterator[None]:
    """Read the tables of this room as if some of their rows were not there.

    What is compiled inside knows nothing of them; what was compiled before is untouched. It is for
    one thread. Of the readers that keep what they have read, those of releases and of the menu of
    routers forget it at both ends; all that `sim.evidence.load` gives is read before, and stays
    whole.

    Parameters
    ----------
    rows : sequence of Rows

    Raises
    ------
    InputError
        If a table holds none of the rows, so that leaving them out would mean nothing.
    """
    load()
    for some in rows:
        matching(some)
    token = left_out.set(tuple(rows))
    _forget()
    try:
        yield
    finally:
        left_out.reset(token)
        _forget()


def _forget() -> None:
    read_catalogue.cache_clear()
    router.forget()


def matching(some: Rows) -> list[Row]:
    """Return the rows of a table that are meant, at least one.

    Raises
    ------
    InputError
        If there are none.
    """
    columns = (*some.cells, "from") if some.since else tuple(some.cells)
    found = [row for row in read(some.table, columns) if some.hold(row)]
    if not found:
        wanted = "; ".join(f"{column} {', '.join(cells)}" for column, cells in some.cells.items())
        since = f" from {some.since} on" if some.since else ""
        raise InputError(Problem(f"has no row with {wanted}{since}", some.table))
    return found
