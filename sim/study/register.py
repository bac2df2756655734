"""The register of forecasts: what every series will show, written down with a date and never after.

A file of the register is one table of quantiles. It holds what is needed to score it by itself:
when it was made, by which version, and up to which month each figure was known. `scoring` reads it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim import months as calendar
from sim.arrays import Floats, Ints
from sim.calibration.figures import figures
from sim.calibration.series import SERIES, WORLD, Series
from sim.errors import InputError, Problem, StoreError, nearest
from sim.evidence import dates, load
from sim.evidence.codes import USERS
from sim.evidence.tables import Row, data_hash, read
from sim.scenario import Scenario
from sim.scenario import compile as compiled
from sim.scenario.drivers import Drivers
from sim.scenario.resolve import resolve
from sim.study.manifest import manifest
from sim.study.observe import blocks, places_of, with_errors
from sim.version import MODEL

LEVELS: Mapping[str, float] = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
"""Column to probability of its quantile, in rising order, the median in the middle."""

COLUMNS = (
    "series", "nation", "ecosystem", "month", "unit", "mean", *LEVELS, "known_to", "version",
    "hash", "made",
)  # fmt: skip

PERCENT = "percent"
MAIN, BUILDERS = "share", "developers"
DEVELOPERS: Mapping[str, str] = {MAIN: PERCENT, BUILDERS: "developers"}
"""What is forecast of developers themselves, and its unit: the part whose main ecosystem is which,
and how many build on models. No source observes either."""

UNTIL = "2027-12"
SCENARIO = "baseline"
QUARTER = 3

Key = tuple[str, str, str, str]
"""Series, nation, ecosystem and month, the latter as in the file."""


@dataclass(frozen=True)
class Forecast:
    """One row of a file of the register.

    Parameters
    ----------
    series, nation, ecosystem : str
        A series of `SERIES` or a key of `DEVELOPERS`; ISO3 or ``WLD``; a code of the series.
    month : int
        Last month that the figure covers.
    quantiles : tuple of float
        At `LEVELS`.
    known_to : int or None
        Last month of which a figure was in the evidence; None where there was none.
    """

    series: str
    nation: str
    ecosystem: str
    month: int
    quantiles: tuple[float, ...]
    known_to: int | None


@dataclass(frozen=True)
class Register:
    """A file of the register, read.

    Parameters
    ----------
    file : str
        As the user named it.
    made : date
        Day on which it was made.
    version : int
        Model version that made it.
    hash : str
        What names the run: scenario, draws, tables and version.
    forecasts : mapping of tuple to Forecast
        By series, nation, ecosystem and month number.
    """

    file: str
    made: dt.date
    version: int
    hash: str
    forecasts: Mapping[tuple[str, str, str, int], Forecast]


def name(made: dt.date, version: int = MODEL) -> str:
    """Return the name of the file of a day."""
    return f"{made.isoformat()}-model-{version}.csv"


def make(
    folder: Path,
    made: dt.date,
    *,
    scenario: str | Path | Mapping[str, Any] | Scenario = SCENARIO,
    runs: int | None = None,
    until: str = UNTIL,
) -> Path:
    """Write the forecasts of a day and return the file.

    Parameters
    ----------
    folder : Path
        Of the register; it is made where it is missing.
    made : date
        The day of the forecasts.
    scenario, runs, until
        What is run; the baseline as shipped to the end of 2027 by default.

    Raises
    ------
    InputError
        If the scenario is wrong.
    StoreError
        If there is a file of this day and version already: a forecast that could be written anew
        would be none.
    """
    place = folder / name(made)
    if place.exists():
        raise StoreError(f"{place}: these forecasts are made; a forecast is never written twice")
    text = table(scenario, made, runs=runs, until=until)
    folder.mkdir(parents=True, exist_ok=True)
    with place.open("x", encoding="utf-8", newline="") as file:
        file.write(text)
    return place


def table(
    scenario: str | Path | Mapping[str, Any] | Scenario,
    made: dt.date,
    *,
    runs: int | None = None,
    until: str = UNTIL,
) -> str:
    """Return the forecasts of a scenario as CSV with the columns `COLUMNS`.

    Series of the world have every month, those by nation and developers every last month of a
    quarter; both from the quarter of the last figure in the evidence on, and of no month up to the
    last figure of the same series, nation and ecosystem. Values are percent, developers counts.
    """
    resolved = resolve(scenario, runs=runs, until=until)
    drivers = compiled(resolved)
    known = {series.name: _known(series) for series in SERIES.values()}
    first = max(max(months.values(), default=0) for months in known.values())
    first -= first % QUARTER
    about = {"until": until, "runs": resolved.ensemble.runs, "series": list(SERIES)}
    facts = f"{load().hash} {data_hash()}"
    hash_ = manifest("forecasts", about, [resolved.document()], facts=facts)["hash"]
    tail = (str(MODEL), str(hash_)[:12], made.isoformat())
    sheet = io.StringIO()
    out = csv.writer(sheet, lineterminator="\n")
    out.writerow(COLUMNS)
    for key, month, draws in _drawn(resolved, drivers, first):
        series, nation, code = key
        known_to = known.get(series, {}).get((nation, code))
        if known_to is not None and month <= known_to:
            continue
        shown = (draws.mean(), *np.quantile(draws, list(LEVELS.values())))
        unit = DEVELOPERS.get(series, PERCENT)
        before = "" if known_to is None else calendar.text(known_to)
        out.writerow(
            [*key, calendar.text(month), unit, *map(_written, shown), before, *tail]
        )  # fmt: skip
    return sheet.getvalue()


def _known(series: Series) -> dict[tuple[str, str], int]:
    """Return the last month of which there is a figure, by nation and ecosystem."""
    out: dict[tuple[str, str], int] = {}
    for figure in figures(series):
        key = (figure.place, figure.code)
        out[key] = max(figure.month, out.get(key, figure.month))
    return out


def _drawn(
    scenario: Scenario, drivers: Drivers, first: int
) -> Iterator[tuple[tuple[str, str, str], int, Floats]]:
    """Yield what is forecast, its month and its draws, series by series."""
    last = calendar.FIRST + drivers.facts.months.size - 1
    every = np.arange(first, last + 1)
    quarters = every[every % QUARTER == QUARTER - 1]
    at = quarters - calendar.FIRST
    views: dict[str, list[Floats]] = {name: [] for name in SERIES}
    shares, builders = [], []
    for block in blocks(scenario, drivers):
        for series in SERIES.values():
            views[series.name].append(block.view(series))
        shares.append(100.0 * block.seen.share[at])
        builders.append(block.seen.developers[at][:, :, None])
    for series in SERIES.values():
        whole = np.concatenate(views.pop(series.name), axis=-1)
        seen = with_errors(whole, series, drivers, scenario)
        months = quarters if series.by_nation else every
        places = places_of(series, drivers)
        yield from _cells(series.name, places, series.codes, months, seen[months - calendar.FIRST])
    for name_, codes, parts in (
        (MAIN, drivers.ecosystems, shares),
        (BUILDERS, (USERS,), builders),
    ):
        yield from _cells(name_, drivers.nations, codes, quarters, np.concatenate(parts, axis=-1))


def _cells(
    series: str,
    places: Sequence[str],
    codes: Sequence[str],
    months: Ints,
    draws: Floats,
) -> Iterator[tuple[tuple[str, str, str], int, Floats]]:
    for i, place in enumerate(places):
        for c, code in enumerate(codes):
            for t, month in enumerate(months.tolist()):
                yield (series, place, code), month, draws[t, i, c]


def _written(value: float) -> str:
    """Return four figures of a number, without an exponent."""
    shown = round(value, 6)
    return np.format_float_positional(shown, precision=4, unique=False, fractional=False, trim="-")


def read_file(path: str | Path) -> Register:
    """Read a file of the register.

    Raises
    ------
    InputError
        If a column is missing, or a cell is wrong; every row that is wrong is named.
    """
    rows = read(Path(path), COLUMNS)
    problems: list[Problem] = []
    found: dict[tuple[str, str, str, int], Forecast] = {}
    for row in rows:
        try:
            each = _forecast(row)
        except InputError as error:
            problems += error.problems
            continue
        key = (each.series, each.nation, each.ecosystem, each.month)
        if key in found:
            problems.append(row.problem("this forecast stands twice", "series", "keep one row"))
        found[key] = each
    if problems:
        raise InputError(problems)
    for column in ("version", "hash", "made"):
        other = next((row for row in rows if row[column] != rows[0][column]), None)
        if other is not None:
            hint = "a file holds the forecasts of one day and one model"
            message = f"{other[column]!r} stands beside {rows[0][column]!r}"
            raise InputError(other.problem(message, column, hint))
    made = dates.day(rows[0], "made", rows[0].text("made"))
    return Register(str(path), made, _version(rows[0]), rows[0].text("hash"), found)


def _forecast(row: Row) -> Forecast:
    series = row.choice("series", (*SERIES, *DEVELOPERS))
    nation, ecosystem = row.text("nation"), named(row, series)
    place(row, series)
    values = tuple(row.number(column) for column in LEVELS)
    if list(values) != sorted(values):
        raise InputError(row.problem("the quantiles do not rise", "p05", "p05 to p95 in order"))
    unit = DEVELOPERS.get(series, PERCENT)
    if row["unit"] != unit:
        raise InputError(row.problem(f"{row['unit']!r} is not the unit", "unit", f"write {unit}"))
    known = dates.month(row, "known_to") if row["known_to"] else None
    return Forecast(series, nation, ecosystem, dates.month(row, "month"), values, known)


def named(row: Row, series: str) -> str:
    """Return the ecosystem of a row, which must be one that its series has."""
    if series in SERIES:
        return row.choice("ecosystem", SERIES[series].codes)
    codes = [ecosystem.id for ecosystem in load().ecosystems]
    return row.choice("ecosystem", codes if series == MAIN else (USERS,))


def place(row: Row, series: str) -> str:
    """Return the nation of a row: ``WLD`` for a series of the world, ISO3 for one by nation."""
    of_world = series in SERIES and not SERIES[series].by_nation
    nation = row.text("nation")
    if of_world and nation != WORLD:
        message = f"{series} is of the world and has no nation {nation!r}"
        raise InputError(row.problem(message, "nation", f"write {WORLD}"))
    if not of_world and not (len(nation) == 3 and nation.isascii() and nation.isupper()):
        hint = nearest(nation, load().nations.iso3) or "write an ISO3 code, such as BRA"
        raise InputError(row.problem(f"{nation!r} is no code of a nation", "nation", hint))
    return nation


def _version(row: Row) -> int:
    cell = row.text("version")
    if not (cell.isascii() and cell.isdigit()):
        raise InputError(row.problem(f"{cell!r} is not a model version", "version"))
    return int(cell)
