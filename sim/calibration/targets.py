"""The observations as a vector: what is aimed at, with which error, and what errors share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim import months as calendar
from sim.arrays import Floats, Ints
from sim.calibration.series import (
    SERIES,
    WORLD,
    Bound,
    Rows,
    Series,
    logit,
)
from sim.evidence import Observation, load
from sim.evidence.publications import published as came_out

LAST_FITTED = calendar.parse("2026-06")
"""Last month whose figures a fit may aim at; later ones stand beside the model and judge it."""

LAST_OBSERVED = calendar.parse("2026-06")
"""Last month that any figure is of: forecasts from an origin are judged up to it."""

LEFT_OUT = {
    "atom_share_of_new_derivatives": "one laboratory, not its ecosystem",
    "hf_download_share_month": "one family of models, not its ecosystem",
    "enterprise_workload_share_closed": "the rest of the share on open weights",
}
"""Rows that begin like a series and are of something else."""


@dataclass(frozen=True)
class Target:
    """One figure to aim at.

    Parameters
    ----------
    series : str
        Key of ``SERIES``.
    place : str
        ISO3, or ``WLD``.
    month : int
        Last month that it covers.
    code : str
        Code of `sim.evidence.codes.COUNTED`.
    value : float
        Percent.
    error : float
        Standard deviation of the observation, log-odds.
    bound : {"", "at least", "at most"}
        Whether the source says "more than", so that the model is held to it from below alone, or
        "less than", from above alone.
    out : int, optional
        Month in which it was published, where that is later than the last one that it covers.
    ahead : int
        Months by which it was said before: what people will do by their own account.
    ends : tuple of float
        What was published: one number, or the ends of the band whose middle it is.
    """

    series: str
    place: str
    month: int
    code: str
    value: float
    error: float
    bound: Bound = ""
    out: int | None = None
    ahead: int = 0
    ends: tuple[float, ...] = ()

    @property
    def known(self) -> int:
        """First month at whose end a fit could aim at it: no world is run beyond the fit's end."""
        return self.month if self.out is None else max(self.month, self.out)

    @property
    def of(self) -> Series:
        """Series that it belongs to."""
        return SERIES[self.series]


def targets(
    until: int | None = None, nations: Iterable[str] | None = None, *, origin: bool = False
) -> list[Target]:
    """Return the figures that a calibration aims at.

    Parameters
    ----------
    until : int, optional
        Last month whose figures are aimed at; never later than `LAST_FITTED` but from an origin.
    nations : iterable of str, optional
        Nations whose developers may be known; all that are in the evidence by default.
    origin : bool
        Whether only what was published by the end of ``until`` is known, as to a forecast made
        then. Otherwise figures count whenever they came out.

    Returns
    -------
    list of Target
        Ordered by series, place, code and month.
    """
    among = None if nations is None else set(nations)
    return [
        target
        for target in _known(published(), until, origin=origin)
        if target.of.key not in BY_CHOICE or among is None or target.place in among
    ]


def starts(until: int | None = None, *, origin: bool = False) -> list[Target]:
    """Return the figures that no fit aims at since the world starts at them.

    A forecast knows them as it knows the others: what comes after continues from them.

    Parameters
    ----------
    until, origin
        As in :func:`targets`.
    """
    every = (target for series in SERIES.values() for target in _of(series, aimed=False))
    return _known(every, until, origin=origin)


def _known(figures: Iterable[Target], until: int | None, *, origin: bool) -> list[Target]:
    """Return the figures that may be known; arguments as in :func:`targets`."""
    asked = LAST_FITTED if until is None else until
    last = asked if origin else min(asked, LAST_FITTED)
    return [aim for aim in figures if (aim.known if origin else aim.month) <= last]


def published() -> list[Target]:
    """Return every figure that a row of a series names, those after `LAST_FITTED` included.

    Returns
    -------
    list of Target
        Ordered by series, place, code and month.
    """
    return sorted(
        (target for series in SERIES.values() for target in _of(series)),
        key=lambda t: (ORDER[t.series], t.place, t.code, t.month, t.value),
    )


_BEYOND: Mapping[Bound, Callable[[Floats, Floats], Floats]] = {
    "at least": np.minimum, "at most": np.maximum,
}  # fmt: skip
"""What the model shows beyond a bound counts as the bound."""

BY_CHOICE = ("split",)
"""Series by nation from which nations can be left out."""

ORDER = {name: place for place, name in enumerate(SERIES)}


def _of(series: Series, *, aimed: bool = True) -> Iterable[Target]:
    """Yield the figures of a series, row by row of its own row."""
    given: set[tuple[str, int, str]] = set()
    for rows in series.rows:
        band = isinstance(rows.end, tuple)
        for row, code, ends in _figures(series, rows, aimed=aimed):
            of = (row.place, row.last, code)
            if (row.place == WORLD) == series.by_nation or (band and of in given):
                continue
            given.add(of)
            yield Target(
                series.name,
                row.place,
                row.last + rows.ahead,
                code,
                max(sum(ends) / len(ends), rows.floor),
                _error(series, rows, row.place, code),
                rows.bound,
                came_out(row.series, row.period, row.last),
                rows.ahead,
                ends,
            )


def _error(series: Series, rows: Rows, place: str, code: str) -> float:
    """Return the error of a figure, log-odds."""
    if rows.error is None:
        return series.error
    own = code if rows.counted_as is None else rows.codes[0]
    return rows.error(place, own) if callable(rows.error) else rows.error


def _figures(
    series: Series, rows: Rows, *, aimed: bool
) -> Iterable[tuple[Observation, str, tuple[float, ...]]]:
    """Yield observation, code and percent, or both ends of a band, of some rows of the table.

    Those that are aimed at, or those of before that have another use.
    """
    first, *other = rows.names(series.name)
    ends = [
        {(row.place, row.last, row.ecosystem): row.value for row in _table(name)} for name in other
    ]
    after = None if rows.after is None else calendar.parse(rows.after)
    for row in _table(first):
        late = after is None or row.last > after
        if row.ecosystem not in rows.codes or late != aimed:
            continue
        here = (end[row.place, row.last, row.ecosystem] for end in ends)
        yield row, rows.counted_as or row.ecosystem, (row.value, *here)


def _table(name: str) -> Iterable[Observation]:
    return (row for row in load().observations if row.series == name)


def values(aims: Sequence[Target]) -> Floats:
    """Return the figures as log-odds, shape (targets,)."""
    return logit(np.array([aim.value for aim in aims]))


def covariance(aims: Sequence[Target], *, errors: bool = True) -> Floats:
    """Return the covariance of observations around the model, log-odds, (targets, targets).

    Errors of observation are independent. What the model lacks is a process of the series: in
    months apart it is correlated by ``memory ** gap``, and between places it is the same. A second
    one is each nation's own, correlated by ``own_memory ** gap``; the world has none.

    Parameters
    ----------
    aims : sequence of Target
    errors : bool
        Whether the errors of observation are in it.
    """
    return between(aims, aims) + (np.diag([aim.error**2 for aim in aims]) if errors else 0.0)


def between(first: Sequence[Target], second: Sequence[Target]) -> Floats:
    """Return the covariance of what the model lacks at two sets of targets, log-odds."""
    out = np.zeros((len(first), len(second)))
    for i, one in enumerate(first):
        for j, other in enumerate(second):
            if one.series == other.series and one.code == other.code:
                of, gap = one.of, abs(one.month - other.month)
                out[i, j] = of.drift**2 * of.memory**gap
                if one.place == other.place != WORLD:
                    out[i, j] += of.own**2 * of.own_memory**gap
    return out


def months_of(aims: Sequence[Target]) -> dict[str, Ints]:
    """Return the months that targets are of by series, as positions counted from 2023-01."""
    return {
        name: np.unique([aim.month - calendar.FIRST for aim in aims if aim.series == name])
        for name in SERIES
        if any(aim.series == name for aim in aims)
    }


def modelled(
    aims: Sequence[Target],
    views: dict[str, Floats],
    nations: Sequence[str],
    at: Mapping[str, Ints],
) -> Floats:
    """Return what the model shows at the targets, log-odds, shape (targets, R).

    Parameters
    ----------
    aims : sequence of Target
    views : dict of str to ndarray
        Percent by series, from :func:`sim.world.views.view`.
    nations : sequence of str
        Names of the axis of places.
    at : mapping of str to ndarray of int
        Months of the views by series, positions counted from 2023-01, in rising order.
    """
    rows = []
    for aim in aims:
        path = views[aim.series][np.searchsorted(at[aim.series], aim.month - calendar.FIRST)]
        place = nations.index(aim.place) if aim.of.by_nation else 0
        row = logit(path[place, aim.of.codes.index(aim.code)])
        if aim.bound:
            row = _BEYOND[aim.bound](row, logit(np.array(aim.value)))
        rows.append(row)
    return np.array(rows)
