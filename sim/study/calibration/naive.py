"""Naive forecasts that a model must beat: last value, linear trend, Bass curve, flat model.

The first three give a normal forecast in percent: a middle and a standard deviation from their own
errors in the past. That of the last value grows with the root of the horizon, that of the line with
the distance from the middle of the past; that of the Bass curve is the scatter around the curve and
does not grow, so that its far forecasts are too sure of themselves. Where the past is too short for
a method it gives the last value, and where nothing was observed, none.

The flat model is what the forecasts of the model would be if its views never moved: it shows how
much of a score is the work of the discrepancy process, which no other naive forecast has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy.special import ndtri

from sim.study.calibration.series import Floats, percent
from sim.study.calibration.targets import Target, between, covariance, values

Forecast = tuple[float, float]
"""Middle and standard deviation, percent."""


def last_value(past: Sequence[Target], month: int) -> Forecast:
    """Return the last value; its spread is that of a random walk with the past's own steps."""
    months, seen, error = _path(past)
    gap = max(month - months[-1], 1)
    moved = np.diff(months) > 0
    steps = np.diff(seen)[moved] / np.sqrt(np.diff(months)[moved])
    walk = float(np.sqrt((steps**2).mean())) if steps.size else 0.0
    return float(seen[-1]), float(np.hypot(error, walk * np.sqrt(gap)))


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
    from scipy.optimize import least_squares

    months, seen, error = _path(past)
    if np.unique(months).size < 3:
        return last_value(past, month)
    start = months[0] - 12.0

    def curve(known: Floats, at: Floats) -> Floats:
        top, p, q = known
        fade = np.exp(-(p + q) * (at - start))
        return np.asarray(top * (1.0 - fade) / (1.0 + q / p * fade))

    fit = least_squares(
        lambda known: curve(known, months) - seen,
        x0=(min(2.0 * seen.max(), 100.0), 0.01, 0.2),
        bounds=((1e-3, 1e-5, 0.0), (100.0, 0.5, 1.0)),
    )
    scale = np.sqrt((fit.fun**2).sum() / max(months.size - 3, 1))
    middle = float(curve(fit.x, np.array([float(month)]))[0])
    return middle, float(np.hypot(error, scale))


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


def quantiles(middle: float, sd: float) -> Floats:
    """Return evenly spaced quantiles of a normal forecast, shape (1000,), percent."""
    return np.asarray(middle + sd * ndtri(_PROBABILITIES))


METHODS: Mapping[str, Callable[[Sequence[Target], int], Forecast]] = {
    "last value": last_value,
    "linear trend": trend,
    "Bass curve": bass,
}


def _path(past: Sequence[Target]) -> tuple[Floats, Floats, float]:
    """Return months, values and the error of observation in percent, in the order of months."""
    ordered = sorted(past, key=lambda aim: aim.month)
    seen = np.array([aim.value for aim in ordered])
    part = seen[-1] / 100.0
    error = ordered[-1].error * 100.0 * part * (1.0 - part)
    return np.array([float(aim.month) for aim in ordered]), seen, float(error)
