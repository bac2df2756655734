"""The observations as a vector: what is aimed at, with which error, and what errors share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim import months as calendar
from sim.evidence import Observation, load
from sim.study.calibration.series import DAMPING, SERIES, TREND_FROM, WORLD, Floats, Series, logit

BAND_FLOOR = 2.5
"""Percent that stands for a national band that begins at zero: its middle."""

CUT_WIDTH = 0.35
"""Standard deviation, in log-odds, that a band adds to the error of a point (judgement)."""

EARLY_ERROR = 0.4
"""Standard deviation, log-odds, of the share of late 2024, which a study gives for some weeks."""

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
        Code of ``VIEWS``.
    value : float
        Percent.
    error : float
        Standard deviation of the observation, log-odds.
    at_least : bool
        Whether the source says "more than": the model is held to it from below alone.
    """

    series: str
    place: str
    month: int
    code: str
    value: float
    error: float
    at_least: bool = False

    @property
    def of(self) -> Series:
        """Series that it belongs to."""
        return SERIES[self.series]


def targets(until: int | None = None, nations: Iterable[str] | None = None) -> list[Target]:
    """Return the figures that a calibration aims at.

    Parameters
    ----------
    until : int, optional
        Last month whose observations may be known.
    nations : iterable of str, optional
        Nations whose chatbot shares may be known; all that are in the evidence by default.

    Returns
    -------
    list of Target
        Ordered by series, place, code and month.
    """
    known = load().observations
    among = None if nations is None else set(nations)
    found = [
        *_routed(known), *_visits(known), *_by_nation(known), *_users(known),
        *_derivatives(known), *_downloads(known), *_enterprises(known),
    ]  # fmt: skip
    kept = [
        target
        for target in found
        if (until is None or target.month <= until)
        and (target.series != "deepseek_market_share" or among is None or target.place in among)
    ]
    order = list(SERIES)
    return sorted(kept, key=lambda t: (order.index(t.series), t.place, t.code, t.month, t.value))


def _world(
    known: Sequence[Observation], series: str, rows: str, codes: Sequence[str]
) -> Iterable[Target]:
    """Yield the rows of the world whose series is exactly ``rows``."""
    error = SERIES[series].error
    for row in known:
        if row.series == rows and row.ecosystem in codes and row.place == WORLD:
            yield Target(series, WORLD, row.last, row.ecosystem, row.value, error)


def _routed(known: Sequence[Observation]) -> Iterable[Target]:
    """Yield shares of identified tokens; US shares are what others leave and say nothing more."""
    origin, open_ = "openrouter_token_share_by_lab_origin", "openrouter_open_weight_token_share"
    for row in known:
        if row.series == "openrouter_token_share" and row.ecosystem == "cn_open":
            # Closed Chinese models had next to no tokens then, so that it stands for all.
            yield Target(origin, WORLD, row.last, "cn_all", row.value, EARLY_ERROR)
    for end in ("_day_high", "_day_high_other_day"):
        yield from _world(known, origin, origin + end, ("cn_all", "eu"))
    yield from _world(known, open_, open_ + "_high", ("all_open",))


def _visits(known: Sequence[Observation]) -> Iterable[Target]:
    name = "web_visit_share_chinese_llm_sites"
    yield from _world(known, name, name, ("cn_all",))
    low, high = (
        next(row for row in known if row.series == name + end) for end in ("_low", "_high")
    )
    middle = (low.value + high.value) / 2.0
    yield Target(name, WORLD, high.last, "cn_all", middle, 0.25)


def _by_nation(known: Sequence[Observation]) -> Iterable[Target]:
    """Yield the printed figure of a nation where there is one, else the middle of its band."""
    name = "deepseek_market_share"
    ends = {
        end: {row.place: row for row in known if row.series == name + end}
        for end in ("", "_band_low", "_band_high")
    }
    for place, low in ends["_band_low"].items():
        month, error = low.last, SERIES[name].error
        if place in ends[""]:
            yield Target(name, place, month, "cn_open", ends[""][place].value, error)
            continue
        middle = max((low.value + ends["_band_high"][place].value) / 2.0, BAND_FLOOR)
        yield Target(name, place, month, "cn_open", middle, float(np.hypot(error, CUT_WIDTH)))


def _users(known: Sequence[Observation]) -> Iterable[Target]:
    """Yield the AI users of the second half-year of 2025; the first is where builders start."""
    name = "genai_user_share_of_working_age_population"
    for row in known:
        if row.series == name and row.place != WORLD and row.last > calendar.parse("2025-06"):
            yield Target(name, row.place, row.last, "all", row.value, SERIES[name].error)


def _derivatives(known: Sequence[Observation]) -> Iterable[Target]:
    name = "atom_share_of_new_derivatives"
    yield from _world(known, name, name + "_first_point", ("cn_open", "eu"))
    for target in _world(known, name, name + "_lower_bound", ("cn_open",)):
        yield Target(
            name, WORLD, target.month, target.code, target.value, target.error, at_least=True
        )


def _downloads(known: Sequence[Observation]) -> Iterable[Target]:
    name = "hf_download_share"
    yield from _world(known, name, name + "_last_12_months", ("cn_open", "us_open_all"))


def _enterprises(known: Sequence[Observation]) -> Iterable[Target]:
    name = "enterprise_workload_share_open_source"
    for end in ("", "_low", "_high"):
        yield from _world(known, name, name + end, ("all_open",))


def values(aims: Sequence[Target]) -> Floats:
    """Return the figures as log-odds, shape (targets,)."""
    return logit(np.array([aim.value for aim in aims]))


def covariance(aims: Sequence[Target], *, errors: bool = True, slopes: bool = True) -> Floats:
    """Return the covariance of observations around the model, log-odds, (targets, targets).

    Errors of observation are independent. What the model lacks is a process of the series: in
    months apart it is correlated by ``memory ** gap``, and between places it is the same.

    Parameters
    ----------
    aims : sequence of Target
    errors : bool
        Whether the errors of observation are in it.
    slopes : bool
        Whether the slopes of series are in it.
    """
    return between(aims, aims, slopes=slopes) + (
        np.diag([aim.error**2 for aim in aims]) if errors else 0.0
    )


def between(first: Sequence[Target], second: Sequence[Target], *, slopes: bool = True) -> Floats:
    """Return the covariance of what the model lacks at two sets of targets, log-odds."""
    out = np.zeros((len(first), len(second)))
    for i, one in enumerate(first):
        for j, other in enumerate(second):
            if one.series == other.series and one.code == other.code:
                of, gap = one.of, abs(one.month - other.month)
                out[i, j] = of.drift**2 * of.memory**gap
                if slopes:
                    out[i, j] += of.trend**2 * _fading(one.month) * _fading(other.month)
    return out


def _fading(month: int) -> float:
    """Return how far a slope of one has led by a month, when a part of it is lost each month."""
    gone = max(month - TREND_FROM, 0)
    return (1.0 - DAMPING**gone) / (1.0 - DAMPING)


def modelled(
    aims: Sequence[Target], views: dict[str, Floats], nations: Sequence[str]
) -> NDArray[np.float64]:
    """Return what the model shows at the targets, log-odds, shape (targets, R).

    Parameters
    ----------
    aims : sequence of Target
    views : dict of str to ndarray
        Percent by series, from :func:`sim.study.calibration.series.view`.
    nations : sequence of str
        Names of the axis of places.
    """
    rows = []
    for aim in aims:
        path = views[aim.series]
        place = nations.index(aim.place) if aim.of.by_nation else 0
        row = logit(path[aim.month - calendar.FIRST, place, aim.of.codes.index(aim.code)])
        rows.append(np.minimum(row, logit(np.array(aim.value))) if aim.at_least else row)
    return np.array(rows)
