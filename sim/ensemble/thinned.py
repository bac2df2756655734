"""What a result keeps of its tables by month unless all of them are asked for.

Curves of single nations and the shares of single runs are nine tenths of what a run writes, and are
looked at for a few months and to a few digits. So a result keeps runs at quarter ends and single
nations at Decembers, and rounds both. What the files leave out of the curves of nations stays in
memory beside the tables, so that the charts of a fresh run are drawn through every month.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim import months as calendar
from sim.ensemble.columns import flags, numbers, read_numbers, read_words
from sim.ensemble.curves import BANDS
from sim.evidence.releases import last_known

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.scenario import Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

DECIMALS = 4
"""Of shares: a hundredth of a percentage point, a tenth of what any page shows."""

FIGURES = 4
"""Of counts of developers."""

MILESTONE = calendar.parse("2030-12")
"""Month between the last fact and the last month of which every short report speaks."""

_PLACES = 12.0
"""Most places behind the point of a count."""

ROUNDED = BANDS[1:]
"""Columns of the curves that are rounded: means stay, so that they go on to sum to one."""

CODED = {"curves": ROUNDED, "runs": ("share", "developers")}
"""Rounded columns of each table: they hold few different numbers, so a file lists those once."""


def months_of_runs(months: Ints, scenario: Scenario) -> Ints:
    """Return the positions of the months in which single runs are kept.

    They are quarter ends, the last fact and the last month, which a report speaks of.
    """
    return np.flatnonzero((months % 3 == 2) | np.isin(months, _ends(months, scenario)))


def months_of_nations(months: Ints, scenario: Scenario) -> Ints:
    """Return the positions of the months in which the curves of single nations are kept.

    They are Decembers, the last fact, and the first and last month, between which a curve is drawn.
    """
    ends = [months[0], *_ends(months, scenario)]
    return np.flatnonzero((months % 12 == 11) | np.isin(months, ends))


def months_of_utility(months: Ints, scenario: Scenario) -> Ints:
    """Return the positions of the months in which the parts of utility are kept.

    They are the last fact, December 2030 and the last month, of which a report speaks.
    """
    return np.flatnonzero(np.isin(months, [MILESTONE, *_ends(months, scenario)]))


def _ends(months: Ints, scenario: Scenario) -> list[int]:
    """Return the last fact, or the month of the run that is next to it, and the last month."""
    first, last = int(months[0]), int(months[-1])
    return [min(max(last_known(scenario.facts_until), first), last), last]


def is_nation(group: str) -> bool:
    """Whether a group is a single nation: its name is three capital letters."""
    return len(group) == 3 and group.isupper()


def split(curves: pa.Table, months: Sequence[str]) -> tuple[pa.Table, pa.Table]:
    """Part the curves into what is kept and what is left to memory, both rounded.

    Parameters
    ----------
    curves : pyarrow.Table
        Of all groups and nations in all months, as `sim.ensemble.tables.curves` makes them.
    months : sequence of str
        ``YYYY-MM`` in which single nations are kept.

    Returns
    -------
    kept, between : pyarrow.Table
        With the columns of ``curves``; ``between`` holds nations in all other months.
    """
    table = rounded(curves, ROUNDED)
    (group, groups), (month, known) = read_words(table, "group"), read_words(table, "month")
    nation = np.array([is_nation(name) for name in groups])[group]
    left: Flags = nation & ~np.array([name in months for name in known])[month]
    return table.filter(flags(~left)), table.filter(flags(left))


def rounded(table: pa.Table, columns: Iterable[str]) -> pa.Table:
    """Return a table with shares in some columns to `DECIMALS`."""
    for name in columns:
        values = numbers(np.round(read_numbers(table, name), DECIMALS))
        table = table.set_column(table.column_names.index(name), name, values)
    return table


def figures(values: Floats) -> Floats:
    """Return counts to `FIGURES` significant figures.

    Parameters
    ----------
    values : array
        Of any shape, not negative.
    """
    # Zero has no first figure, and stays zero; the smallest counts have fewer places to show it.
    first = np.floor(np.log10(np.where(values > 0.0, values, 1.0)))
    places = np.minimum(FIGURES - 1 - first, _PLACES)
    # Powers of ten up to 22 are exact, so that a count is divided rather than multiplied by 0.1.
    up, down = 10.0 ** np.maximum(places, 0.0), 10.0 ** np.maximum(-places, 0.0)
    found: Floats = np.round(values / down * up) / up * down
    return found
