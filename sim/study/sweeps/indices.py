"""Which factors matter: Sobol' indices and Morris' elementary effects, with intervals.

The arithmetic is SALib's; here outcomes are put in order, refused where they cannot be used, and
every index gets the interval that SALib's bootstrap gives it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError, Problem, RunError
from sim.study.sweeps.design import MORRIS_LEVELS, problem

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

RESAMPLES = 200
"""Bootstrap samples behind an interval."""

LEVEL = 0.95
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
        The estimate and its 95 % interval; for mu and sigma, which have none, both ends are the
        value.
    """

    factor: str
    kind: str
    value: float
    low: float
    high: float


def indices(
    kind: str, unit: Floats, paths: Sequence[str], values: Floats, seed: int
) -> list[Index]:
    """Return the indices of one outcome.

    Parameters
    ----------
    kind : {"sobol", "morris"}
        Design of the points.
    unit : ndarray, shape (points, factors)
        Points in the unit cube, in the order of the design.
    paths : sequence of str
    values : ndarray, shape (points,)
        Outcome of each point, averaged over replicates.
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
    if kind not in ("sobol", "morris"):
        hint = "use --design sobol or morris"
        raise InputError(Problem(f"a {kind} design has no indices", path="design", hint=hint))
    if not np.isfinite(values).all():
        point = int(np.flatnonzero(~np.isfinite(values))[0])
        raise RunError(f"the outcome of point {point} is not a finite number")
    if np.ptp(values) <= _CONSTANT * max(1.0, float(np.abs(values).max())):
        return []
    found = _sobol(paths, values, seed) if kind == "sobol" else _morris(unit, paths, values, seed)
    return list(found)


def _sobol(paths: Sequence[str], values: Floats, seed: int) -> Iterator[Index]:
    from SALib.analyze import sobol

    # Centred and scaled: the estimators of Saltelli lose digits where a mean is large.
    scaled = (values - values.mean()) / values.std()
    found = sobol.analyze(
        problem(len(paths)), scaled, calc_second_order=True, num_resamples=RESAMPLES,
        conf_level=LEVEL, seed=seed,
    )  # fmt: skip
    for kind in ("S1", "ST"):
        for n, path in enumerate(paths):
            yield _index(path, kind, found[kind][n], found[f"{kind}_conf"][n])
    for a, b in itertools.combinations(range(len(paths)), 2):
        pair = f"{paths[a]} x {paths[b]}"
        yield _index(pair, "S2", found["S2"][a, b], found["S2_conf"][a, b])


def _morris(unit: Floats, paths: Sequence[str], values: Floats, seed: int) -> Iterator[Index]:
    from SALib.analyze import morris

    found = morris.analyze(
        problem(len(paths)), unit, values, num_resamples=RESAMPLES, conf_level=LEVEL,
        num_levels=MORRIS_LEVELS, seed=seed,
    )  # fmt: skip
    for n, path in enumerate(paths):
        yield _index(path, "mu_star", found["mu_star"][n], found["mu_star_conf"][n])
        for kind in ("mu", "sigma"):
            value = float(found[kind][n])
            yield Index(path, kind, value, value, value)


def _index(factor: str, kind: str, value: float, half: float) -> Index:
    return Index(factor, kind, float(value), float(value - half), float(value + half))


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
    """Yield metric, group and month with the mean outcome of every point, in order.

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
        means = rows.groupby("point")["value"].mean()
        if len(means) != points:
            name = f"{metric} of {group}" + (f" in {month}" if month else "")
            missing = min(set(range(points)) - set(means.index.tolist()))
            raise RunError(f"{name} is missing at point {missing}")
        yield (metric, group, month), means.to_numpy(dtype=np.float64)
