"""The menu of one router: product lines by day, and the releases that they and the catalogue show.

A line is a name under which a maker sells one model after another. Prices are list prices in USD
per million tokens, blended three parts input to one part output; they are taken as USD of 2025, as
in `sim.evidence.releases`. The index of some entries was judged from neighbours; its status says
so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim import months as calendar
from sim import numerals
from sim.arrays import Floats
from sim.errors import InputError
from sim.evidence import dates
from sim.evidence.axes import ECOSYSTEMS
from sim.evidence.releases import blend
from sim.evidence.tables import Row, read

YEAR = 365
"""Days over which a line's free days are counted, for what comes after the last fact."""

SAME_INDEX, SAME_DAYS = 0.7, 25
"""An entry is a model of the catalogue where index and day of release differ by no more, ECI points
and days."""

NEVER = np.iinfo(np.int64).max

LEAST_INDEX = 105.0
"""Index from which a model counts as a release, ECI points: below it stand small models of 2023."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One model of a line.

    Parameters
    ----------
    ecosystem, line : str
    start : int
        First day, counted as `datetime.date.toordinal` does.
    end : int or None
        Day on which it went, with nothing in its place; None where it was on the list to the last.
    prices : tuple of (int, float)
        Day from which a price holds, USD per million tokens, in rising order.
    index : float
        Capability, ECI points.
    free : tuple of (int, int)
        First day of a free variant, and the day after its last.
    """

    ecosystem: str
    line: str
    start: int
    end: int | None
    prices: tuple[tuple[int, float], ...]
    index: float
    free: tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class Lines:
    """The menu by month; J lines, T months. Where nothing is on sale numbers are 0.

    Parameters
    ----------
    names : tuple of str
        ``ecosystem/line``.
    of : tuple of int
        Position of each line's ecosystem.
    index : ndarray, shape (T, J)
        Capability, ECI points, mean of the days on sale.
    ln_price : ndarray, shape (T, J)
        Mean logarithm of the price, USD per million tokens.
    on : ndarray, shape (T, J)
        Part of the days of a month on which the line was on sale.
    free : ndarray, shape (T, J)
        Part of the days of a month on which it had a free variant.
    """

    names: tuple[str, ...]
    of: tuple[int, ...]
    index: Floats
    ln_price: Floats
    on: Floats
    free: Floats


@cache
def entries() -> tuple[Entry, ...]:
    """Return the entries of the menu, by line and then by day.

    Raises
    ------
    InputError
        If the table is damaged, or an entry has no price on its first day.
    """
    columns = (
        "ecosystem", "line", "start", "end", "prices", "index", "free", "unit", "period", "status",
        "source", "note",
    )  # fmt: skip
    found = [_entry(row) for row in read("router_lines.csv", columns)]
    return tuple(sorted(found, key=lambda e: (ECOSYSTEMS.index(e.ecosystem), e.line, e.start)))


def _entry(row: Row) -> Entry:
    start = _day(row, "start", row.text("start"))
    prices = tuple(
        (_day(row, "prices", day), blend(_usd(row, given), _usd(row, made)))
        for day, given, made in (_priced(row, part) for part in row.ids("prices"))
    )
    if not prices or prices[0][0] > start or list(prices) != sorted(prices):
        hint = "write DAY:INPUT/OUTPUT;DAY:INPUT/OUTPUT from the first day on, in order of days"
        raise InputError(row.problem("prices do not begin with the entry", "prices", hint))
    free = tuple(
        (_day(row, "free", first), _day(row, "free", last))
        for first, _, last in (part.partition(">") for part in row.ids("free"))
    )
    return Entry(
        row.choice("ecosystem", ECOSYSTEMS),
        row.text("line"),
        start,
        _day(row, "end", row["end"]) if row["end"] else None,
        prices,
        row.number("index", 50.0, 300.0),
        free,
    )


def _priced(row: Row, part: str) -> tuple[str, str, str]:
    """Return the day and the two prices of ``DAY:INPUT/OUTPUT``."""
    day, _, tokens = part.partition(":")
    given, _, made = tokens.partition("/")
    if not (day and given and made):
        raise InputError(row.problem(f"{part!r} is not DAY:INPUT/OUTPUT", "prices"))
    return day, given, made


def _usd(row: Row, text: str) -> float:
    try:
        value = numerals.number(text)
    except ValueError:
        raise InputError(row.problem(f"{text!r} is not a number", "prices")) from None
    if not 0.0 <= value < float("inf"):
        raise InputError(row.problem(f"a price of {text} is out of range", "prices"))
    return value


def _day(row: Row, column: str, text: str) -> int:
    return dates.day(row, column, text).toordinal()


def lines(months: NDArray[np.integer], until: int, ecosystems: Sequence[str]) -> Lines:
    """Return the menu of each month.

    Parameters
    ----------
    months : ndarray of int, shape (T,)
        Month numbers, in order.
    until : int
        Last month whose facts are known. Later ones hold its last day; a line that is still on sale
        then is free on as many days as it was in the year before.
    ecosystems : sequence of str
        Ecosystems that are wanted, in their order.

    Returns
    -------
    Lines
    """
    known = _first_day(until + 1)
    grouped: dict[tuple[int, str], list[Entry]] = {}
    for entry in entries():
        if entry.ecosystem in ecosystems and entry.start < known:
            grouped.setdefault((ecosystems.index(entry.ecosystem), entry.line), []).append(entry)
    dated = months[months <= until]
    starts = np.array([_first_day(month) for month in [*dated.tolist(), until + 1]])
    days = np.arange(starts[0], known) if dated.size else np.arange(known - 1, known)
    out = {
        name: np.zeros((len(months), len(grouped))) for name in ("index", "ln_price", "on", "free")
    }
    for j, line in enumerate(grouped.values()):
        index, ln_price, on, free = _by_day(line, days)
        count = np.diff(starts)
        sold = np.add.reduceat(on, starts[:-1] - starts[0])
        for name, of in (("index", index), ("ln_price", ln_price)):
            mean = np.add.reduceat(on * of, starts[:-1] - starts[0]) / np.maximum(sold, 1.0)
            out[name][: dated.size, j] = mean
            out[name][dated.size :, j] = on[-1] * of[-1]
        out["on"][: dated.size, j] = sold / count
        out["on"][dated.size :, j] = on[-1]
        out["free"][: dated.size, j] = np.add.reduceat(free, starts[:-1] - starts[0]) / count
        out["free"][dated.size :, j] = on[-1] * free[-YEAR:].mean()
    return Lines(
        tuple(f"{ecosystems[k]}/{name}" for k, name in grouped),
        tuple(k for k, _ in grouped),
        **out,
    )


def _by_day(
    line: Sequence[Entry], days: NDArray[np.int64]
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return index, log price, whether on sale and whether free of a line, day by day."""
    entry = np.searchsorted([entry.start for entry in line], days, side="right") - 1
    ends = np.array([NEVER if entry.end is None else entry.end for entry in line])
    on = (entry >= 0) & (days < ends[entry])
    changes = [(max(day, entry.start), price) for entry in line for day, price in entry.prices]
    price = np.searchsorted([day for day, _ in changes], days, side="right") - 1
    # A price of nothing has no logarithm; it lies below the least that is felt.
    paid = np.log(np.maximum([usd for _, usd in changes], np.finfo(np.float64).tiny))
    free = np.zeros(days.size)
    for first, last in (period for entry in line for period in entry.free):
        free[(days >= first) & (days < last)] = 1.0
    index = np.array([entry.index for entry in line])
    return index[entry], paid[price], on.astype(np.float64), free


def _first_day(month: int) -> int:
    return dt.date.fromisoformat(f"{calendar.text(month)}-01").toordinal()


def releases(months: NDArray[np.integer], until: int, ecosystems: Iterable[str]) -> Floats:
    """Return how many models some ecosystems had released by the end of each month, (T,).

    Models of the catalogue, and those of the menu that it lacks: it was made for the best models of
    each ecosystem, the menu shows what was sold beside them.

    Parameters
    ----------
    months : ndarray of int, shape (T,)
    until : int
        Last month whose facts are known; later months hold its count.
    ecosystems : iterable of str
        Those that are counted together.
    """
    days = _released(tuple(ecosystems))
    ends = [_first_day(min(month, until) + 1) for month in months.tolist()]
    return np.searchsorted(days, ends).astype(np.float64)


@cache
def _released(ecosystems: tuple[str, ...]) -> NDArray[np.int64]:
    """Return the days of the releases of some ecosystems, in order."""
    found = [
        (_of_catalogue(row), row.number("index"))
        for row in read("releases.csv", ("ecosystem", "date", "index"))
        if row["ecosystem"] in ecosystems
    ]
    for entry in entries():
        same = any(
            abs(day - entry.start) <= SAME_DAYS and abs(index - entry.index) <= SAME_INDEX
            for day, index in found
        )
        if entry.ecosystem in ecosystems and not same:
            found.append((entry.start, entry.index))
    days = sorted(day for day, index in found if index >= LEAST_INDEX)
    return np.array(days, dtype=np.int64)


def _of_catalogue(row: Row) -> int:
    """Return the day of a model of the catalogue: the middle of the month where it gives none."""
    return _day(row, "date", row["date"] if len(row["date"]) > 7 else f"{row['date']}-15")


def forget() -> None:
    """Forget what was read of the tables, which is read again when it is asked for."""
    entries.cache_clear()
    _released.cache_clear()
