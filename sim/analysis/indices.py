"""Which factors matter: Sobol' indices and Morris' elementary effects, with intervals.

The estimators are SALib's; here outcomes are put in order and refused where they cannot be used.
Intervals come from a bootstrap of both things that were left to chance: which points were drawn and
which runs each has. Runs are drawn alike at all points, which share their random numbers.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Floats
from sim.errors import InputError, Problem, RunError

if TYPE_CHECKING:
    import pandas as pd


RESAMPLES = 200
"""Bootstrap samples behind an interval."""

QUANTILE = 1.959963984540054
"""Of the standard normal at 97.5 %: intervals hold 95 %."""

_CONSTANT = 1e-12
"""An outcome whose spread is below this part of its size does not vary."""


@dataclass(frozen=True)
class Index:
    """One index of one outcome.

    Parameters
    ----------
    factor : str
        A path, or two joined by `` x `` for an interaction.
    kind : str
        S1, ST or S2 of Sobol'; mu, mu_star or sigma of Morris.
    value, low, high : float
        The estimate and its 95 % interval.
    """

    factor: str
    kind: str
    value: float
    low: float
    high: float


def require_spread(kind: str, points: int, factors: int) -> None:
    """Refuse a design of one base point, whose indices have no interval.

    Raises
    ------
    InputError
    """
    of_one = {"sobol": 2 * factors + 2, "morris": factors + 1}
    if points < 2 * of_one[kind]:
        message = f"a {kind} design of one base point gives indices without an interval"
        raise InputError(Problem(message, path="design", hint="take --points 2 or more"))


def indices(
    kind: str, unit: Floats, paths: Sequence[str], values: Floats, seed: int
) -> list[Index]:
    """Return the indices of one outcome, of means over runs.

    Parameters
    ----------
    kind : str
        A key of `KINDS`.
        Design of the points.
    unit : ndarray, shape (points, factors)
        Points in the unit cube, in the order of the design.
    paths : sequence of str
    values : ndarray, shape (points,) or (points, runs)
        Outcome of each point, and of each of its runs.
    seed : int
        Of the bootstrap.

    Returns
    -------
    list of Index
        Empty where the outcome is the same at every point: nothing explains what does not vary.

    Raises
    ------
    InputError
        If the design has no indices.
    RunError
        If a value is not finite.
    """
    if kind not in KINDS:
        hint = f"use --design {' or '.join(KINDS)}"
        raise InputError(Problem(f"a {kind} design has no indices", path="design", hint=hint))
    by_run = values.reshape(len(values), -1)
    if not np.isfinite(by_run).all():
        point = int(np.flatnonzero(~np.isfinite(by_run).all(axis=1))[0])
        raise RunError(f"the outcome of point {point} is not a finite number")
    means = by_run.mean(axis=1)
    if np.ptp(means) <= _CONSTANT * max(1.0, float(np.abs(means).max())):
        return []
    rng = np.random.default_rng(seed)
    runs = by_run.shape[1]
    # Weight of each run in each resample: how often it was drawn.
    weights = rng.multinomial(runs, np.full(runs, 1 / runs), RESAMPLES) / runs
    resampled = by_run @ weights.T
    return list(KINDS[kind](unit, paths, means, resampled, rng))


def _sobol(
    _: Floats, paths: Sequence[str], means: Floats, resampled: Floats, rng: np.random.Generator
) -> Iterator[Index]:
    from SALib.analyze.sobol import first_order, second_order, total_order

    k = len(paths)
    base = len(means) // (2 * k + 2)
    # Centred and scaled: the estimators of Saltelli lose digits where a mean is large.
    own, many = (
        ((values - means.mean()) / means.std()).reshape(base, 2 * k + 2, -1)
        for values in (means, resampled)
    )
    rows = rng.integers(base, size=(base, RESAMPLES))
    again = many[rows, :, np.arange(RESAMPLES)].transpose(0, 2, 1)

    def found(estimate: Callable[..., Floats], *places: int) -> tuple[float, Floats]:
        """Return an index and its resamples.

        Outcomes of a base point stand in Saltelli's order: A, AB by factor, BA by factor, and B.
        The estimator takes A, AB of its factors and B; of pairs BA of the first factor too.
        """
        swapped = [k + 1 + n for n in places[:1] if len(places) > 1]
        columns = (0, *(1 + n for n in places), *swapped, -1)
        one, many = (estimate(*(cube[:, at] for at in columns)) for cube in (own, again))
        return float(one[0]), many

    for kind, estimate in (("S1", first_order), ("ST", total_order)):
        for n, path in enumerate(paths):
            yield _index(path, kind, *found(estimate, n))
    for m, n in itertools.combinations(range(k), 2):
        yield _index(f"{paths[m]} x {paths[n]}", "S2", *found(second_order, m, n))


def _morris(
    unit: Floats, paths: Sequence[str], means: Floats, resampled: Floats, rng: np.random.Generator
) -> Iterator[Index]:
    """Yield Morris' indices from elementary effects, change of outcome by change of factor."""
    k = len(paths)
    at = unit.reshape(-1, k + 1, k)
    moves = np.diff(at, axis=1)
    moved = np.abs(moves).argmax(axis=2)
    by = np.take_along_axis(moves, moved[..., None], axis=2)[..., 0]

    def effects(values: Floats) -> Floats:
        """Return the effect of every factor in every trajectory, (trajectories, factors)."""
        found = np.empty(moved.shape)
        np.put_along_axis(found, moved, np.diff(values.reshape(-1, k + 1), axis=1) / by, axis=1)
        return found

    own = effects(means)
    rows = rng.integers(len(at), size=(RESAMPLES, len(at)))
    again = np.stack([effects(column)[row] for column, row in zip(resampled.T, rows, strict=True)])
    for n, path in enumerate(paths):
        mine, many = own[:, n], again[..., n]
        yield _index(path, "mu_star", np.abs(mine).mean(), np.abs(many).mean(axis=1))
        yield _index(path, "mu", mine.mean(), many.mean(axis=1))
        yield _index(path, "sigma", mine.std(ddof=1), many.std(axis=1, ddof=1))


def _index(factor: str, kind: str, value: float, many: Floats) -> Index:
    """Return an index with the normal interval of its bootstrap's standard deviation."""
    half = QUANTILE * float(many.std(ddof=1))
    return Index(factor, kind, float(value), float(value) - half, float(value) + half)


def unranked(found: Sequence[Index]) -> str | None:
    """Return why factors cannot be ranked, or None where they can.

    They cannot where the interval of the largest index reaches below the value of the second, in
    total effects of Sobol' or ``mu_star`` of Morris.
    """
    main = sorted(
        (index for index in found if index.kind in ("ST", "mu_star")), key=lambda i: -i.value
    )
    if len(main) < 2 or main[0].low > main[1].value:
        return None
    return (
        f"{main[0].factor} ({main[0].low:.2f} to {main[0].high:.2f}) and {main[1].factor} "
        f"({main[1].value:.2f}) cannot be ranked: take more points or more runs a point"
    )


def by_outcome(table: pd.DataFrame) -> Iterator[tuple[tuple[str, str, str], Floats]]:
    """Yield metric, group and month with the outcome of every point and run, (points, runs).

    Parameters
    ----------
    table : DataFrame
        Outcomes of a sweep: point, run, metric, group, month, value.

    Raises
    ------
    RunError
        If an outcome is missing at a point.
    """
    points = int(table["point"].max()) + 1
    keys = ["metric", "group", "month"]
    for key, rows in table.groupby(keys, observed=True, dropna=False, sort=False):
        metric, group, month = (str(word) for word in key)
        month = "" if month == "NaT" else month
        # Filled by place: a pivot of each of hundreds of outcomes takes longer than the sweep.
        runs, run = np.unique(rows["run"].to_numpy(), return_inverse=True)
        wide = np.full((points, len(runs)), np.nan)
        wide[rows["point"].to_numpy(), run] = rows["value"].to_numpy(dtype=np.float64)
        missing = np.flatnonzero(np.isnan(wide).any(axis=1))
        if missing.size:
            name = f"{metric} of {group}" + (f" in {month}" if month else "")
            raise RunError(f"{name} is missing at point {missing[0]}")
        yield (metric, group, month), wide


KINDS: Mapping[
    str,
    Callable[[Floats, Sequence[str], Floats, Floats, np.random.Generator], Iterator[Index]],
] = {"sobol": _sobol, "morris": _morris}
"""Designs that have indices, by name: from points, paths, means, resampled means and a generator to
indices."""
