"""Event studies: dated shocks that happened, in the model with and without them, and as observed.

Both runs have the same draws and random numbers, so that their difference is the work of the fact
alone. The observed change holds all that happened between two months; so does the model's change
with the fact. That the change is nearer with the fact than without it is what can be shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd

from sim import months as calendar
from sim.arrays import Floats
from sim.calibration.series import BY_KEY, WORLD, Series
from sim.calibration.targets import LAST_OBSERVED, Target, published
from sim.errors import InputError, Problem, RunError
from sim.evidence.tables import Rows
from sim.evidence.without import matching, without
from sim.scenario import Scenario
from sim.scenario import compile as compiled
from sim.scenario.drivers import WORLD_FAMILIES, Drivers, world_offsets
from sim.scenario.resolve import resolve
from sim.study.hindcast import ALTERNATIVES
from sim.study.observe import looked_at, places_of

UNTIL = calendar.text(LAST_OBSERVED)
SCENARIO = "baseline"

NO_FACT = "no such fact in the model"
TOO_SMALL = "effect below the error of the figures"
NEARER, FARTHER = "nearer with the fact", "farther with the fact"
INSIDE, OUTSIDE = "the figure within 5 to 95 %", "the figure outside 5 to 95 %"

NUMBERS = ("p05", "p50", "p95")
COLUMNS = (
    "event", "date", "source", "series", "nation", "ecosystem", "before", "after",
    "observed_before", "observed_after", "observed", "error",
    *(f"{what}_{number}" for what in ("with", "without", "effect") for number in NUMBERS),
    "verdict", "drivers",
)  # fmt: skip

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Measure:
    """What an event should have moved.

    Parameters
    ----------
    key : str
        Short name of a series.
    ecosystem : str
        One of its codes.
    after : tuple of str
        Months, ``YYYY-MM``, whose figures are taken in the mean.
    before : tuple of str
        The same of before; where there are none, levels are compared and not changes.
    nation : str
    """

    key: str
    ecosystem: str
    after: tuple[str, ...]
    before: tuple[str, ...] = ()
    nation: str = WORLD


@dataclass(frozen=True)
class Event:
    """One dated shock.

    Parameters
    ----------
    title, date : str
    measures : tuple of Measure
    rows : tuple of Rows
        The facts that are left out; none where the model has no such fact.
    source : str
        Where no row names one.
    held : tuple of (str, float)
        Parameters by path that bring in what the shipped world leaves out, with and without the
        fact.
    """

    title: str
    date: str
    measures: tuple[Measure, ...]
    rows: tuple[Rows, ...] = ()
    source: str = field(default="", kw_only=True)
    held: tuple[tuple[str, float], ...] = field(default=(), kw_only=True)

    @property
    def sources(self) -> str:
        """Sources of the facts, and judgement where a size was judged."""
        named = [row["source"] for some in self.rows for row in matching(some)]
        parts = [part for cell in (*named, self.source) for part in cell.split(";") if part]
        return ";".join(dict.fromkeys(parts))


def _of(ecosystem: str, model: str) -> Mapping[str, tuple[str, ...]]:
    return {"ecosystem": (ecosystem,), "model": (model,)}


def _free(ecosystem: str, *lines: str) -> Rows:
    """Return the free variants of some product lines."""
    return Rows("router_lines.csv", {"ecosystem": (ecosystem,), "line": lines}, emptied="free")


_REACH = ALTERNATIVES["free variants"]
"""Reach of a free variant, which the shipped world leaves out."""

_R1 = _of("cn_open", "DeepSeek-R1")
_R1_SOLD = Rows("router_lines.csv", {"ecosystem": ("cn_open",), "line": ("ds-r",)})
_BARRED = ("ITA", "KOR", "TWN", "AUS", "CZE", "DEU", "USA", "CAN")
_HALF = ("2025-12",)

EVENTS = (
    Event(
        "DeepSeek R1", "2025-01-20",
        (
            Measure("visits", "cn_all", ("2025-02",), ("2024-12",)),
            Measure("visits", "cn_all", ("2025-08",), ("2025-02",)),
            Measure("origin", "cn_all", ("2025-02", "2025-03"), ("2025-01",)),
        ),
        (
            Rows("releases.csv", _R1), Rows("prices.csv", _R1),
            Rows("ecosystem_licences.csv", _R1), _R1_SOLD,
        ),
    ),
    Event(
        "Free variants of Grok", "2025-09-24",
        (
            Measure("open", "all_open", ("2025-09", "2025-10", "2025-11"), ("2025-08",)),
            Measure("open", "all_open", ("2025-12",), ("2025-11",)),
            Measure("origin", "cn_all", ("2025-10",), ("2025-07",)),
        ),
        (
            _free("us_closed", "grok-fast", "grok-code"),
            Rows("price_events.csv", _of("us_closed", "Grok 4 Fast")),
        ),
        held=_REACH,
    ),
    Event(
        "Free variant of Step 3.5 Flash", "2026-02-12",
        (Measure("origin", "cn_all", ("2026-03",), ("2026-01",)),), (_free("cn_open", "step"),),
        held=_REACH,
    ),
    Event(
        "Free variants of Qwen 3.6 Plus", "2026-03-30",
        (
            Measure("origin", "cn_all", ("2026-04",), ("2026-03",)),
            Measure("origin", "cn_all", ("2026-05",), ("2026-04",)),
        ),
        (_free("cn_closed", "qwen-plus"),),
        held=_REACH,
    ),
    Event(
        "National bars on DeepSeek", "2025-01-30",
        tuple(Measure("bands", "cn_open", _HALF, nation=nation) for nation in _BARRED),
        (
            Rows("access_rules.csv",
                 {"ecosystem": ("cn_open",), "op": ("multiply",), "nations": _BARRED}),
        ),
    ),
    Event(
        "Licence duty for the H20 and after", "2025-04-15",
        (Measure("origin", "cn_all", ("2025-07",), ("2025-03",)),),
        (Rows("hardware.csv", {"item": ("permitted",)}, since="2025-05"),),
    ),
    Event(
        "DeepSeek moves to the MIT licence", "2025-01-20",
        (Measure("origin", "cn_all", ("2025-02", "2025-03"), ("2025-01",)),),
        (Rows("ecosystem_licences.csv", {"ecosystem": ("cn_open",)}, since="2025-02"),),
    ),
    Event(
        "Mistral returns to Apache-2.0", "2025-06-20",
        (Measure("origin", "eu", ("2025-10",), ("2025-03",)),),
        (Rows("ecosystem_licences.csv", {"ecosystem": ("eu_open",)}, since="2025-07"),),
    ),
)  # fmt: skip
"""Events in the evidence with figures near enough to look at.

An event that gets a fact in the tables needs its ``rows`` here and nothing else. To leave a licence
out means that the one before goes on, and so do the chips that were permitted before a rule.
"""


def study(
    runs: int | None = None,
    *,
    events: Sequence[Event] = EVENTS,
    scenario: str = SCENARIO,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Return what each event moved in the model and in the figures.

    Parameters
    ----------
    runs : int, optional
        Replicates; the scenario's own by default.
    events : sequence of Event
    scenario : str
        It is run to the last month of figures, with all facts and with those of an event left out,
        both with the parameters that the event holds.
    progress : callable, optional
        Called with events done and all.

    Returns
    -------
    DataFrame
        `COLUMNS`, one row a measure. Percent and percentage points: ``observed``, ``with`` and
        ``without`` are changes from before to after, or levels where there is no figure before;
        ``effect`` is with less without, run by run; ``error`` is the standard deviation of the
        observed; ``drivers`` what the facts move. Cells of what the model does not have are
        missing.

    Raises
    ------
    InputError
        If a month has no figure, or the tables have no such fact.
    RunError
        If leaving a fact out changes no driver: something has read it elsewhere.
    """
    keys = tuple(dict.fromkeys(measure.key for event in events for measure in event.measures))

    def views(asked: Scenario, drivers: Drivers) -> dict[str, Floats]:
        found = looked_at([BY_KEY[key] for key in keys], asked, drivers)
        return dict(zip(keys, found, strict=True))

    @cache
    def world(held: tuple[tuple[str, float], ...]) -> tuple[Scenario, Drivers, dict[str, Floats]]:
        asked = resolve(scenario, runs=runs, until=UNTIL, overrides=held)
        every = compiled(asked)
        return asked, every, views(asked, every)

    rows = []
    for place, event in enumerate(events):
        asked, every, shown = world(event.held)
        other: dict[str, Floats] | None = None
        changed: tuple[str, ...] = ()
        if event.rows:
            with without(event.rows):
                drivers = compiled(asked)
            changed = moved(every, drivers)
            if not changed:
                raise RunError(f"{event.title}: leaving its facts out changes no driver")
            other = views(asked, drivers)
        mine = [_row(event, each, every, shown, other) for each in event.measures]
        rows += [row | {"drivers": " ".join(changed)} for row in mine]
        if progress:
            progress(place + 1, len(events))
    return pd.DataFrame(rows, columns=list(COLUMNS))


PATHS: Mapping[str, str] = {
    "capability": "releases", "ln_price": "price", "line_free": "free_variants", "access": "access",
    "licence": "licence",
}  # fmt: skip
"""Arrays of facts to what they are a path of; those of the world have names by cell."""


def moved(every: Drivers, other: Drivers) -> tuple[str, ...]:
    """Return the drivers that differ between two compiled scenarios of the same months.

    Their names are those of `PATHS` and of `sim.scenario.drivers.WORLD_FAMILIES`.
    """
    one, two = every.facts, other.facts
    found = [
        name
        for field_, name in PATHS.items()
        if not np.array_equal(getattr(one, field_), getattr(two, field_))
    ]
    offsets = world_offsets(len(every.ecosystems))
    cells = (one.world != two.world).any(axis=0)
    ranges = zip(WORLD_FAMILIES, offsets[:-1], offsets[1:], strict=True)
    return (*found, *(name for name, start, stop in ranges if cells[start:stop].any()))


def _row(
    event: Event,
    measure: Measure,
    drivers: Drivers,
    shown: Mapping[str, Floats],
    other: Mapping[str, Floats] | None,
) -> dict[str, object]:
    series = BY_KEY[measure.key]
    after, error_after = _observed(series, measure, measure.after)
    before, error_before = _observed(series, measure, measure.before)
    observed = after - (before if measure.before else 0.0)
    error = float(np.hypot(error_after, error_before))
    row: dict[str, object] = {
        "event": event.title, "date": event.date, "source": event.sources, "series": series.name,
        "nation": measure.nation, "ecosystem": measure.ecosystem,
        "before": " ".join(measure.before), "after": " ".join(measure.after),
        "observed_before": before if measure.before else None, "observed_after": after,
        "observed": observed, "error": error,
    }  # fmt: skip
    with_ = _change(shown, series, measure, drivers)
    row |= _numbers("with", with_)
    if other is None:
        return row | {"verdict": NO_FACT}
    without_ = _change(other, series, measure, drivers)
    row |= _numbers("without", without_) | _numbers("effect", with_ - without_)
    return row | {"verdict": verdict(observed, error, with_, without_)}


def verdict(observed: float, error: float, with_: Floats, without_: Floats) -> str:
    """Return what figures say of a fact, in words that follow from the numbers alone.

    Parameters
    ----------
    observed, error : float
        Change, or level, and its standard deviation.
    with_, without_ : ndarray, shape (R,)
        The model's, with the fact and without.

    Returns
    -------
    str
        Whether the median effect is smaller than the error; else whether the median with the fact
        is nearer to the figure than that without, and whether the interval of runs, widened by the
        error of the figure, holds it.
    """
    middle, bare = float(np.median(with_)), float(np.median(without_))
    if abs(float(np.median(with_ - without_))) < error:
        return TOO_SMALL
    nearer = NEARER if abs(observed - middle) < abs(observed - bare) else FARTHER
    low, high = np.quantile(with_, (0.05, 0.95))
    reach = 1.6448536269514722 * error  # independent errors: half widths add in squares
    below, above = middle - np.hypot(middle - low, reach), middle + np.hypot(high - middle, reach)
    return f"{nearer}, {INSIDE if below <= observed <= above else OUTSIDE}"


def _observed(series: Series, measure: Measure, months: Sequence[str]) -> tuple[float, float]:
    """Return the mean of figures and its error in points; zeros where no month is asked for."""
    found: list[Target] = []
    for month in months:
        here = [
            aim
            for aim in published()
            if (aim.series, aim.place, aim.code) == (series.name, measure.nation, measure.ecosystem)
            and calendar.text(aim.month) == month
        ]
        if not here:
            message = f"there is no figure of {series.name} in {measure.nation} in {month}"
            raise InputError(Problem(message, path="events"))
        found += here
    if not found:
        return 0.0, 0.0
    value = np.array([aim.value for aim in found])
    errors = np.array([aim.error for aim in found]) * value * (1.0 - value / 100.0)
    return float(value.mean()), float(np.sqrt((errors**2).sum()) / len(found))


def _change(
    views: Mapping[str, Floats], series: Series, measure: Measure, drivers: Drivers
) -> Floats:
    """Return the change of a view's means over months, or their level, (R,), percent."""
    place = places_of(series, drivers).index(measure.nation)
    path = views[measure.key][:, place, series.codes.index(measure.ecosystem)]
    after, before = (
        path[[calendar.parse(month) - calendar.FIRST for month in months]].mean(axis=0)
        for months in (measure.after, measure.before or measure.after)
    )
    return np.asarray(after - before if measure.before else after)


def _numbers(what: str, draws: Floats) -> dict[str, float]:
    values = np.quantile(draws, (0.05, 0.5, 0.95)).tolist()
    return {f"{what}_{name}": value for name, value in zip(NUMBERS, values, strict=True)}
