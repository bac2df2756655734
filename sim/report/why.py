"""Why developers of each nation choose as they do: the parts of utility on the page of a run.

Numbers are those that `sim explain` prints for the nation and the month, to two decimals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import months
from sim.arrays import Floats
from sim.ensemble.columns import read_numbers, read_words
from sim.metrics.utility import PARTS, SUM
from sim.report import style, tables
from sim.report.sheet import Table

if TYPE_CHECKING:
    from sim.ensemble.record import Tables

TITLES = (*(part.title for part in PARTS.values()), "sum: utility")
"""Names of the parts of utility and of their sum, in the order in which they are shown."""

MOST = 2
"""Parts that are named on each side of a nation's largest main ecosystem."""

NOTED = 0.05
"""Utils from which a part is named among them."""


@dataclass(frozen=True, eq=False)
class Why:
    """Medians of the parts of utility in a run.

    Parameters
    ----------
    nations, months, ecosystems : tuple of str
        In the order of the axes.
    values : ndarray, shape (nations, months, parts and sum, ecosystems)
        Utils; missing where no run can have the ecosystem.
    """

    nations: tuple[str, ...]
    months: tuple[str, ...]
    ecosystems: tuple[str, ...]
    values: Floats

    def parts(self, nation: str, month: str, ecosystem: str) -> dict[str, float]:
        """Return the parts of the utility of an ecosystem by their titles, without the sum."""
        at = self.nations.index(nation), self.months.index(month)
        values = self.values[*at, :-1, self.ecosystems.index(ecosystem)]
        return dict(zip(TITLES, values.tolist(), strict=False))


def read(result: Tables, ecosystems: tuple[str, ...]) -> Why | None:
    """Return the parts of utility that a run keeps, or None of one that was written without them.

    Parameters
    ----------
    result : Result
    ecosystems : tuple of str
        In the order of the page.
    """
    if result.utility is None:
        return None
    orders = {"ecosystem": ecosystems, "part": (*PARTS, SUM)}
    places = []
    names: dict[str, tuple[str, ...]] = {}
    for axis in ("nation", "month", "part", "ecosystem"):
        codes, words = read_words(result.utility, axis)
        names[axis] = orders.get(axis, tuple(sorted(words)))
        places.append(np.array([names[axis].index(word) for word in words], np.int64)[codes])
    values = np.full([len(each) for each in names.values()], np.nan)
    values[tuple(places)] = read_numbers(result.utility, "p50")
    return Why(names["nation"], names["month"], ecosystems, values)


def data(why: Why) -> dict[str, Any]:
    """Return the parts of utility as the script reads them.

    Of each nation and month a row a part that is not nothing everywhere: the place of its title,
    then hundredths of a util by ecosystem, null where no run can have it.
    """
    return {
        "titles": TITLES,
        "months": why.months,
        "values": {
            nation: [_rows(values) for values in by_month]
            for nation, by_month in zip(why.nations, why.values, strict=True)
        },
    }


def _rows(values: Floats) -> list[list[int | None]]:
    """Return the rows of one nation and month, (parts and sum, ecosystems)."""
    found = []
    for place, row in enumerate(values.tolist()):
        cells = [None if np.isnan(value) else _hundredths(value) for value in row]
        if any(cells):
            found.append([place, *cells])
    return found


def _hundredths(value: float) -> int:
    """Return utils as they are printed to two decimals, in hundredths."""
    return round(100 * float(f"{value:.2f}"))


def largest(why: Why, shown: tables.Curves, called: Mapping[str, str]) -> Table:
    """Return what speaks for and against the largest main ecosystem of each nation, a row each.

    Parameters
    ----------
    why : Why
    shown : Curves
        Of the same run.
    called : mapping of str to str
        Names of nations by code.
    """
    month = why.months[-1]
    rows = []
    for nation in sorted(why.nations, key=lambda code: called.get(code, code)):
        shares = shown.of(nation)[:, shown.at(months.parse(month))]
        best = shown.ecosystems[int(np.argmax(shares))]
        parts = why.parts(nation, month, best)
        del parts[PARTS["capability"].title]
        order = sorted(parts.items(), key=lambda part: part[1])
        rows.append((
            called.get(nation, nation),
            f"{style.look(best).name}, {tables.percent(float(shares.max()))}",
            _named(part for part in reversed(order) if part[1] >= NOTED),
            _named(part for part in order if part[1] <= -NOTED),
        ))  # fmt: skip
    return Table(
        f"What speaks for and against the largest main ecosystem, {month}",
        ("Nation", "Largest", "Speaks most for it, utils", "Speaks most against it, utils"),
        rows, words=True,
    )  # fmt: skip


def _named(parts: Iterable[tuple[str, float]]) -> str:
    """Return the first `MOST` parts with their utils."""
    said = [f"{title}\u00a0{value:+.2f}" for title, value in islice(parts, MOST)]
    return ", ".join(said) or "nothing of weight"
