"""What was observed of a nation, beside what the same series would show of the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim import evidence
from sim import months as calendar
from sim.arrays import Floats, Ints
from sim.calibration.series import SERIES, Series
from sim.ensemble.utilities import BAND
from sim.evidence import Observation
from sim.report import titles
from sim.scenario.drivers import Drivers
from sim.study.explanation import band
from sim.study.observe import by_nation
from sim.world import Trajectory
from sim.world import views as world_views
from sim.world.block import VIEW_MONTHS


@dataclass(frozen=True)
class Sighted:
    """A figure observed of a nation, and what of which series tells it, if any does."""

    figure: Observation
    series: Series | None = None
    code: str = ""

    @property
    def at(self) -> int:
        """Position of its last month."""
        return self.figure.last - calendar.FIRST


def sighted(code: str, drivers: Drivers) -> list[Sighted]:
    """Return every figure observed of a nation, with the series by nation that tells it."""
    every = [by_nation(each) if each.nations_too else each for each in SERIES.values()]
    last = min(VIEW_MONTHS, drivers.facts.months.size)
    found = []
    for figure in evidence.load().observations:
        if figure.place == code:
            one = Sighted(figure)
            for series in (each for each in every if each.by_nation and 0 <= one.at < last):
                counted = _counted(series, figure.series, figure.ecosystem)
                one = one if counted is None else Sighted(figure, series, counted)
            found.append(one)
    return found


def views(
    drivers: Drivers,
    place: int,
    done: Trajectory,
    seed: int,
    replicates: Ints,
    figures: Sequence[Sighted],
) -> dict[int, Floats]:
    """Return what the series show of the nation at figures, by place among them, percent, (R,)."""
    lanes = world_views.lanes(drivers, seed, replicates)
    found: dict[int, Floats] = {}
    for series in {one.series.name: one.series for one in figures if one.series}.values():
        mine = {n: one for n, one in enumerate(figures) if one.series is series}
        at = np.unique([one.at for one in mine.values()])
        seen = world_views.view(series, done, drivers, lanes, at)[:, place]
        found |= {
            n: seen[np.searchsorted(at, one.at), series.codes.index(one.code)]
            for n, one in mine.items()
        }
    return found


def observed(figures: Sequence[Sighted], shown: Sequence[dict[int, Floats]]) -> pd.DataFrame:
    """Return every figure observed of the nation, beside the model's view of it where it has one.

    Parameters
    ----------
    figures : sequence of Sighted
    shown : sequence of dict
        From `views`, one a block.
    """
    rows = []
    for n, one in enumerate(figures):
        figure = one.figure
        whole = [block[n] for block in shown if n in block]
        ends = band(np.concatenate(whole)) if whole else dict.fromkeys(BAND, np.nan)
        rows.append({
            "series": figure.series, "title": _title(one), "ecosystem": figure.ecosystem,
            "month": calendar.text(figure.last), "observed": figure.value, "unit": figure.unit,
            **ends, "source": figure.source,
        })  # fmt: skip
    columns = ["series", "title", "ecosystem", "month", "observed", "unit", *BAND, "source"]
    return pd.DataFrame(rows, columns=columns)


def _title(one: Sighted) -> str:
    """Return the title of the series that tells a figure, with what its own name has beyond it."""
    own = one.figure.series
    if one.series is None:
        return titles.observed(own)
    beyond = own.removeprefix(f"{one.series.name}_")
    return one.series.heading + (f" ({beyond.replace('_', ' ')})" if beyond != own else "")


def _counted(series: Series, name: str, ecosystem: str) -> str | None:
    """Return the code as which a series counts a figure, or None where it does not tell of it."""
    if name == series.name and ecosystem in series.codes:
        return str(ecosystem)
    for rows in series.rows:
        if name in rows.names(series.name) and ecosystem in rows.codes and not rows.ahead:
            return str(rows.counted_as or ecosystem)
    return None
