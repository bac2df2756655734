"""Naive forecasts that a model must beat, from the figures of a series alone.

Last value, straight line and Bass curve give a normal forecast in percent: a middle and a standard
deviation from their own errors in the past. That of the last value grows with the root of the
horizon, that of the line with the distance from the middle of the past; that of the Bass curve is
the scatter around the curve and does not grow, so that its far forecasts are too sure of
themselves. The damped trend and the random walk with drift are normal on the scale of log-odds,
since a share that doubles again and again would leave the scale of percent. Where the past is too
short for a method it gives the last value, and where nothing was observed, none.

The flat model is what the forecasts of the model would be if its views never moved: it shows how
much of a score is the work of the discrepancy process, which no other naive forecast has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np
from scipy.special import ndtri

from sim.arrays import Floats
from sim.calibration.series import percent
from sim.calibration.targets import Target, between, covariance, values

Forecast = tuple[float, float]
"""Middle and standard deviation, percent."""


def last_value(past: Sequence[Target], month: int) -> Forecast:
    """Return the last value; its spread is that of a random walk with the past's own steps."""
    return _walk(*_path(past), month)


def _walk(months: Floats, seen: Floats, error: float, month: int) -> Forecast:
    """Return the last of some figures, with its error and that of a walk with their steps."""
    moved = np.diff(months) > 0
    steps = np.diff(seen)[moved] / np.sqrt(np.diff(months)[moved])
    walk = float(np.sqrt((steps**2).mean())) if steps.size else 0.0
    ahead = max(month - months[-1], 1.0)
    return float(seen[-1]), float(np.hypot(error, walk * np.sqrt(ahead)))


def trend(past: Sequence[Target], month: int) -> Forecast:
    """Return the straight line through the past, by least squares, within 0 and 100."""
    months, seen, error = _path(past)
    if np.unique(months).size < 3:
        return last_value(past, month)
    centre = months.mean()
    design = np.stack([np.ones(months.size), months - centre], axis=1)
    solution, *_ = np.linalg.lstsq(design, seen, rcond=None)
    left = seen - design @ solution
    at = np.array([1.0, month - centre])
    scale = float((left**2).sum()) / max(months.size - 2, 1)
    spread = np.sqrt(scale * (1.0 + at @ np.linalg.inv(design.T @ design) @ at))
    return float(np.clip(at @ solution, 0.0, 100.0)), float(np.hypot(error, spread))


def bass(past: Sequence[Target], month: int) -> Forecast:
    """Return the curve of Bass (1969) that is nearest to the past, from its first month on.

    ``m (1 - exp(-(p+q) t)) / (1 + (q/p) exp(-(p+q) t))`` with m at most 100, p and q a month. With
    few points before the bend its ceiling is badly known; that is part of the comparison.
    """
    months, seen, error = _path(past)
    if np.unique(months).size < 3:
        return last_value(past, month)
    known, scale = _bass_of(tuple(months.tolist()), tuple(seen.tolist()))
    middle = float(_curve(np.array(known), np.array([float(month)]), months[0])[0])
    return middle, float(np.hypot(error, scale))


def _curve(known: Floats, at: Floats, first: float) -> Floats:
    """Return Bass's curve that begins a year before the first figure."""
    top, p, q = known
    fade = np.exp(-(p + q) * (at - (first - 12.0)))
    return np.asarray(top * (1.0 - fade) / (1.0 + q / p * fade))


@lru_cache(maxsize=1000)
def _bass_of(
    path: tuple[float, ...], figures: tuple[float, ...]
) -> tuple[tuple[float, ...], float]:
    """Return ceiling, p and q of Bass's curve, and what scatters around it.

    One past is asked for many months and under several drivers; a fit takes a tenth of a second.
    """
    from scipy.optimize import least_squares

    months, seen = np.array(path), np.array(figures)
    fit = least_squares(
        lambda known: _curve(known, months, months[0]) - seen,
        x0=(min(2.0 * seen.max(), 100.0), 0.01, 0.2),
        bounds=((1e-3, 1e-5, 0.0), (100.0, 0.5, 1.0)),
    )
    scale = np.sqrt((fit.fun**2).sum() / max(months.size - 3, 1))
    return tuple(fit.x.tolist()), float(scale)


def drift(past: Sequence[Target], month: int) -> Forecast:
    """Return the random walk with drift, as log-odds.

    The drift is the slope from the first month to the last; the variance at horizon h is
    ``s^2 h (1 + h / span)``, the second term being the error of the drift (Hyndman and
    Athanasopoulos 2021, *Forecasting: Principles and Practice*, table 5.2); ``s^2`` is that of the
    steps per month. Beside it the last figure has its error of observation.
    """
    months, seen = _monthly(past)
    if months.size < 3:
        return _walk(months, seen, _error(past), month)
    gaps, span = np.diff(months), months[-1] - months[0]
    slope = (seen[-1] - seen[0]) / span
    scale = float(((np.diff(seen) - slope * gaps) ** 2 / gaps).sum()) / (gaps.size - 1)
    ahead = max(month - months[-1], 1.0)
    spread = np.sqrt(scale * ahead * (1.0 + ahead / span))
    return float(seen[-1] + slope * ahead), float(np.hypot(_error(past), spread))


DAMPINGS = (0.8, 0.85, 0.9, 0.95, 0.98)
"""Parts of a trend left after a month that are tried; outside them a trend is none, or linear."""

SMOOTHINGS = (0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95)
"""Weights of a new figure in the level, and in the trend relative to it, that are tried."""


def damped(past: Sequence[Target], month: int) -> Forecast:
    """Return Holt's damped trend by exponential smoothing, as log-odds.

    ``l_t = l + phi b + a e_t``, ``b_t = phi b + a b* e_t`` (Gardner and McKenzie 1985, *Management
    Science* 31: 1237-1246), in months without a figure without their error. The weights are those
    of the grid with the highest likelihood, begun at the first figure and so that it meets the
    second; errors add up with the horizon as in table 6.1 of Hyndman and others (2008),
    *Forecasting with Exponential Smoothing*.
    """
    months, seen = _monthly(past)
    if months.size < 4:
        return _walk(months, seen, _error(past), month)
    (_, scale, level, slope), (alpha, beta, phi) = _damped_of(
        tuple(months.tolist()), tuple(seen.tolist())
    )
    ahead = int(max(month - months[-1], 1))
    middle = level + slope * _reach(phi, ahead)
    spread = np.sqrt(scale * growth(alpha, beta, phi, ahead))
    return float(middle), float(np.hypot(_error(past), spread))


@lru_cache(maxsize=1000)
def _damped_of(
    path: tuple[float, ...], odds: tuple[float, ...]
) -> tuple[tuple[float, float, float, float], tuple[float, float, float]]:
    """Return what `_smoothed` finds with the likeliest weights, and these; once for each past."""
    months, seen = np.array(path), np.array(odds)
    tried = [
        (_smoothed(months, seen, a, a * b, phi), (a, a * b, phi))
        for a in SMOOTHINGS
        for b in SMOOTHINGS
        for phi in DAMPINGS
    ]
    return min(tried, key=lambda each: each[0][0])


def growth(alpha: float, beta: float, phi: float, ahead: int) -> float:
    """Return the variance of a damped trend's forecast over that of one step.

    ``1 + sum of (alpha + beta (phi + ... + phi^j))^2`` for j from 1 to the horizon less one.
    """
    return 1.0 + sum((alpha + beta * _reach(phi, j)) ** 2 for j in range(1, ahead))


def _reach(phi: float, ahead: int) -> float:
    """Return ``phi + phi^2 + ... + phi^ahead``."""
    return sum(phi**j for j in range(1, ahead + 1))


def _smoothed(
    months: Floats, seen: Floats, alpha: float, beta: float, phi: float
) -> tuple[float, float, float, float]:
    """Return twice the lost likelihood of a damped trend, variance of a step, level and slope."""
    gaps = np.diff(months).astype(int).tolist()
    level, slope = seen[0], (seen[1] - seen[0]) / _reach(phi, gaps[0])
    squares, spreads = [], []
    for gap, value in zip(gaps, seen[1:], strict=True):
        error = value - level - slope * _reach(phi, gap)
        spread = growth(alpha, beta, phi, gap)
        squares.append(error**2 / spread)
        spreads.append(spread)
        level = value - (1.0 - alpha) * error
        slope = slope * phi**gap + beta * error
    # The first error is zero by the start of the slope and tells nothing.
    scale = max(sum(squares[1:]) / (len(squares) - 1), 1e-9)
    loss = (len(squares) - 1) * np.log(scale) + float(np.log(spreads[1:]).sum())
    return float(loss), float(scale), float(level), float(slope)


FLAT = "flat model"
"""Name of the forecast by the discrepancy process alone."""

_PROBABILITIES = (np.arange(1000) + 0.5) / 1000


def flat(past: Sequence[Target], aim: Target) -> Floats:
    """Return a forecast from a constant level and the discrepancy process of the series.

    Level and discrepancy are normal on the scale of log-odds; the level is unknown and estimated by
    generalised least squares, and its error is part of the forecast (Rasmussen and Williams 2006,
    *Gaussian Processes for Machine Learning*, equations 2.41 and 2.42, with a vague prior).

    Parameters
    ----------
    past : sequence of Target
        Observed figures of the same series, place and code; at least one.
    aim : Target
        Its value is not read.

    Returns
    -------
    ndarray, shape (1000,)
        Evenly spaced quantiles of the observation, percent.
    """
    ones = np.ones(len(past))
    shared = between([aim], past)[0]
    of_past, of_ones = np.linalg.solve(covariance(past), np.stack([values(past), ones], axis=1)).T
    precision = ones @ of_ones
    level = ones @ of_past / precision
    gain = np.linalg.solve(covariance(past), shared)
    middle = level + gain @ (values(past) - level)
    variance = covariance([aim])[0, 0] - gain @ shared + (1.0 - gain @ ones) ** 2 / precision
    return percent(middle + np.sqrt(variance) * ndtri(_PROBABILITIES))


METHODS: Mapping[str, Callable[[Sequence[Target], int], Forecast]] = {
    "last value": last_value,
    "linear trend": trend,
    "Bass curve": bass,
    "damped trend": damped,
    "walk with drift": drift,
}
"""Normal forecasts: in percent, or as log-odds."""

ON_LOG_ODDS = ("damped trend", "walk with drift")

NAMES = (*METHODS, FLAT)


def draws(name: str, past: Sequence[Target], aim: Target) -> Floats:
    """Return evenly spaced quantiles of a naive forecast, shape (1000,), percent.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    past : sequence of Target
        Observed figures of the same series, place and code; at least one.
    aim : Target
        Its value is not read.
    """
    if name == FLAT:
        return flat(past, aim)
    middle, sd = METHODS[name](past, aim.month)
    normal = np.asarray(middle + sd * ndtri(_PROBABILITIES))
    return percent(normal) if name in ON_LOG_ODDS else normal


def _path(past: Sequence[Target]) -> tuple[Floats, Floats, float]:
    """Return months, values and the error of observation in percent, in the order of months."""
    ordered = sorted(past, key=lambda aim: aim.month)
    seen = np.array([aim.value for aim in ordered])
    part = seen[-1] / 100.0
    error = _error(past) * 100.0 * part * (1.0 - part)
    return np.array([float(aim.month) for aim in ordered]), seen, float(error)


def _error(past: Sequence[Target]) -> float:
    """Return the error of the last figure, log-odds, with what lasts of it."""
    last = max(past, key=lambda aim: aim.month)
    return float(np.hypot(last.error, last.of.own))


def _monthly(past: Sequence[Target]) -> tuple[Floats, Floats]:
    """Return months and log-odds; figures of one month count as their mean."""
    months = np.array([float(aim.month) for aim in past])
    each = np.unique(months)
    odds = values(past)
    return each, np.array([odds[months == month].mean() for month in each])
