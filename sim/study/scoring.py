"""Score a file of the register against figures that it did not know.

The score is the weighted interval score of five quantiles, which approximates the continuous ranked
probability score and, like it, has the unit of the figure (Bracher, Ray, Gneiting and Reich 2021,
*PLOS Computational Biology* 17: e1008618, equations 1 to 3). Of so few quantiles it differs from it
by up to a fifth, so that only scores of the same quantiles are to be compared. Beside it stands the
last figure that the forecast knew, as a normal forecast of the same five quantiles.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtri

from sim import months as calendar
from sim.calibration import naive
from sim.calibration.series import SERIES
from sim.calibration.targets import Target, published
from sim.errors import InputError, Problem
from sim.evidence import dates
from sim.evidence.tables import Row, read
from sim.study import register
from sim.study.register import DEVELOPERS, LEVELS, Forecast, Register
from sim.version import MODEL

AFTER, NOT_AFTER = "later", "before, or not said"
"""Whether a figure was published after the month in which the forecast was made. One that was not,
or of which it is not known, was absent from the evidence then, and nothing more can be said."""

OBSERVED = ("series", "nation", "ecosystem", "month", "value")
"""Columns of a user's table of figures; ``published``, ``YYYY-MM``, may be there too."""


@dataclass(frozen=True)
class Figure:
    """One observed figure: in the unit of its series, with the month in which it came out."""

    series: str
    nation: str
    ecosystem: str
    month: int
    value: float
    published: int | None = None


@dataclass(frozen=True, eq=False)
class Scored:
    """What the scores of a register say.

    Parameters
    ----------
    register : Register
    points : DataFrame
        One row a figure: series, nation, ecosystem, month, published, observed, p05 to p95, score,
        error, in_50, in_90, last_value, last_value_score (the latter two are missing where no
        figure was known before).
    table : DataFrame
        By series and time of publication: figures, score, error, in_50, in_90, compared,
        compared_score and last_value_score (both of the figures that have a last value).
    unmatched : int
        Figures after the first month forecast, or of one's own, of which the file has no forecast.
    """

    register: Register
    points: pd.DataFrame
    table: pd.DataFrame
    unmatched: int

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader has to be told beside the table, in sentences."""
        made = self.register
        said = []
        if made.version != MODEL:
            said.append(
                f"{made.file} was made with model {made.version} and this is model {MODEL}: its "
                "forecasts are scored as they stand."
            )
        if self.unmatched:
            said.append(f"{self.unmatched} later figures are of what it does not forecast.")
        if self.points.empty:
            said.append(
                f"Nothing can be scored yet: no figure is there that {made.file} did not know "
                f"on {made.made}."
            )
        return tuple(said)


def score(path: str | Path, observations: str | Path | None = None) -> Scored:
    """Score the forecasts of a file.

    Parameters
    ----------
    path : str or Path
        A file of the register.
    observations : str or Path, optional
        A CSV table with the columns `OBSERVED`, in place of the evidence; percent, or counts of
        developers.

    Raises
    ------
    InputError
        If a file cannot be read, a column is missing or a cell is wrong.
    """
    known = register.read_file(path)
    figures = _evidence() if observations is None else _own(Path(observations))
    points, unmatched, first = [], 0, _first(known)
    for figure in figures:
        key = (figure.series, figure.nation, figure.ecosystem, figure.month)
        forecast = known.forecasts.get(key)
        if forecast is not None:
            points.append(_point(known, forecast, figure))
        elif figure.month > first.get(key[:3], figure.month if observations is None else -1):
            unmatched += 1
    frame = pd.DataFrame(points, columns=list(_POINTS))
    return Scored(known, frame, _table(frame), unmatched)


def weighted_interval_score(quantiles: Sequence[float], value: float) -> float:
    """Return the weighted interval score of quantiles at `register.LEVELS`, lower is better.

    ``(|y - m| / 2 + sum_k alpha_k / 2 IS_k) / (K + 1/2)`` with the interval score ``IS = (u - l) +
    2/alpha max(l - y, 0) + 2/alpha max(y - u, 0)``; it is the mean over quantiles of twice their
    pinball loss, and is computed as that.

    Parameters
    ----------
    quantiles : sequence of float
        In the order of the levels.
    value : float
        What was observed.
    """
    levels = np.array(list(LEVELS.values()))
    missed = value - np.asarray(quantiles, dtype=np.float64)
    return float(2.0 * np.maximum(levels * missed, (levels - 1.0) * missed).mean())


def _evidence() -> list[Figure]:
    """Return the figures of the evidence; those that only bound one, "more than", are left out."""
    return [
        Figure(aim.series, aim.place, aim.code, aim.month, aim.value, aim.known)
        for aim in published()
        if not aim.bound
    ]


def _own(path: Path) -> list[Figure]:
    problems: list[Problem] = []
    found = []
    for row in read(path, OBSERVED):
        try:
            found.append(_figure(row))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return found


def _figure(row: Row) -> Figure:
    series = row.choice("series", (*SERIES, *DEVELOPERS))
    most = 100.0 if DEVELOPERS.get(series, register.PERCENT) == register.PERCENT else np.inf
    month = dates.month(row, "month")
    out = dates.month(row, "published") if row.get("published") else None
    if out is not None and out < month:
        hint = "month is the last one that the figure covers"
        raise InputError(row.problem("it is published before its month ends", "published", hint))
    return Figure(
        series, register.place(row, series), register.named(row, series), month,
        row.number("value", 0.0, most), out,
    )  # fmt: skip


def _first(known: Register) -> dict[tuple[str, str, str], int]:
    """Return the first month that is forecast, by series, nation and ecosystem."""
    first: dict[tuple[str, str, str], int] = {}
    for series, nation, ecosystem, month in known.forecasts:
        of = (series, nation, ecosystem)
        first[of] = min(month, first.get(of, month))
    return first


_POINTS = (
    "series", "nation", "ecosystem", "month", "published", "observed", *LEVELS, "score", "error",
    "in_50", "in_90", "last_value", "last_value_score",
)  # fmt: skip


def _point(known: Register, forecast: Forecast, figure: Figure) -> dict[str, object]:
    made = calendar.parse(known.made.isoformat()[:7])
    # What covers a later month cannot have been published by then, said or not.
    out = figure.month if figure.published is None else figure.published
    low, quarter, middle, three, high = forecast.quantiles
    last = _last_value(known, forecast)
    return {
        "series": figure.series, "nation": figure.nation, "ecosystem": figure.ecosystem,
        "month": calendar.text(figure.month), "published": AFTER if out > made else NOT_AFTER,
        "observed": figure.value, **dict(zip(LEVELS, forecast.quantiles, strict=True)),
        "score": weighted_interval_score(forecast.quantiles, figure.value),
        "error": abs(figure.value - middle), "in_50": quarter <= figure.value <= three,
        "in_90": low <= figure.value <= high,
        "last_value": None if last is None else last[len(last) // 2],
        "last_value_score": None if last is None else weighted_interval_score(last, figure.value),
    }  # fmt: skip


def _last_value(known: Register, forecast: Forecast) -> list[float] | None:
    """Return the quantiles of the last figure known, as wide as its own steps make it.

    What came out after the forecast does not count, be it of earlier months.
    """
    made = calendar.parse(known.made.isoformat()[:7])
    past = [aim for aim in _past(forecast) if aim.known <= made]
    if not past:
        return None
    middle, sd = naive.last_value(past, forecast.month)
    quantiles = middle + sd * ndtri(list(LEVELS.values()))
    return [float(each) for each in np.clip(quantiles, 0.0, 100.0)]


def _past(forecast: Forecast) -> Iterable[Target]:
    of = (forecast.series, forecast.nation, forecast.ecosystem)
    return (
        aim
        for aim in published()
        if (aim.series, aim.place, aim.code) == of
        and not aim.bound
        and forecast.known_to is not None
        and aim.month <= forecast.known_to
    )


def _table(points: pd.DataFrame) -> pd.DataFrame:
    compared = points["last_value_score"].notna()
    frame = points.assign(compared_score=points["score"].where(compared))
    return (
        frame.groupby(["series", "published"], sort=False)
        .agg(
            figures=("score", "size"), score=("score", "mean"), error=("error", "mean"),
            in_50=("in_50", "mean"), in_90=("in_90", "mean"),
            compared=("last_value_score", "count"), compared_score=("compared_score", "mean"),
            last_value_score=("last_value_score", "mean"),
        )
        .reset_index()
    )  # fmt: skip
