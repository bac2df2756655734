"""Which points are tried: grids, samples and screening designs."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from sim.arrays import Floats
from sim.ensemble.tasks import Level
from sim.errors import InputError, Problem, nearest
from sim.study.sweeps.factors import Factor

MAX_POINTS = 1_000_000
MORRIS_LEVELS = 4
"""Levels of Morris' grid; a step is two thirds of the range, as Morris (1991) advises."""


@dataclass(frozen=True)
class Design:
    """The points of a sweep.

    Parameters
    ----------
    kind : str
        A key of `KINDS`, or ``list``.
    paths : tuple of str
        What varies.
    points : tuple of tuple
        One row a point, one level a path; never empty.
    unit : ndarray, shape (points, paths), optional
        Where each point lies in the unit cube, for designs that are made there.
    """

    kind: str
    paths: tuple[str, ...]
    points: tuple[tuple[Level, ...], ...]
    unit: Floats | None = None

    def levels(self) -> dict[str, set[Level]]:
        """Return the levels that each path takes."""
        return {path: {point[n] for point in self.points} for n, path in enumerate(self.paths)}


def make(
    factors: Sequence[Factor],
    kind: str,
    count: int | None = None,
    seed: int = 1,
    correlations: Mapping[tuple[str, str], float] | None = None,
) -> Design:
    """Return a design over some factors.

    Parameters
    ----------
    factors : sequence of Factor
    kind : {"grid", "lhs", "sobol", "morris", "factorial"}
        All combinations; a Latin hypercube; the design of Saltelli (2010) from which Sobol'
        indices of first, total and second order follow, ``count (2 k + 2)`` points for k factors;
        the trajectories of Morris (1991), ``count (k + 1)`` points; the two ends of every factor,
        all combinations or, where ``count`` is less than these, a fraction of resolution IV.
    count : int, optional
        Points of ``lhs``, base sample of ``sobol`` (a power of two), trajectories of ``morris``,
        at most so many points of ``factorial``; ``grid`` takes none.
    seed : int
        Of the design's own random numbers.
    correlations : mapping of (path, path) to float, optional
        Rank correlations between factors of ``lhs``, in (-1, 1).

    Raises
    ------
    InputError
        If the design is unknown, impossible, empty or too large.
    """
    if kind not in KINDS:
        hint = nearest(kind, KINDS) or f"one of {', '.join(KINDS)}"
        raise _wrong(f"no design is called {kind!r}", hint)
    if not factors:
        raise _wrong("nothing varies, so there is no point to run", "name a path with --vary")
    paths = tuple(factor.path for factor in factors)
    if len(set(paths)) < len(paths):
        raise _wrong("a path varies twice", "name each path once")
    if correlations and not KINDS[kind].correlates:
        able = " or ".join(name for name, known in KINDS.items() if known.correlates)
        raise _wrong(f"a {kind} design has no correlations", f"use {able}")
    paired = {path for pair in correlations or {} for path in pair}
    for factor in factors:
        if factor.path in paired and not factor.has_order:
            hint = "only numbers and months have a rank"
            raise _wrong(f"the levels of {factor.path} are words, which correlate with none", hint)
    if KINDS[kind].points == "needed" and count is None:
        raise _wrong(f"a {kind} design needs a number of points", "give --points N")
    if KINDS[kind].points == "none" and count is not None:
        hint = f"a {kind} has one point for each combination of levels"
        raise _wrong(f"a {kind} takes no number of points", hint)
    if count is not None and not 1 <= count <= MAX_POINTS:
        raise _wrong(f"a number of points is from 1 to {MAX_POINTS:,}, not {count}")
    return KINDS[kind].make(factors, count or 0, seed, correlations or {})


def listed(points: Sequence[Mapping[str, Level]]) -> Design:
    """Return a design of points that are given one by one, all with the same paths."""
    if not points:
        raise _wrong("the list has no point to run")
    paths = tuple(points[0])
    for number, point in enumerate(points):
        if set(point) != set(paths):
            raise _wrong(f"point {number} sets other paths than point 0", "set the same in each")
    return Design("list", paths, tuple(tuple(point[path] for path in paths) for point in points))


def _grid(factors: Sequence[Factor], _count: int, _seed: int, _: Mapping[Any, float]) -> Design:
    for factor in factors:
        if factor.values is None:
            hint = "write low:high:count, or use lhs or sobol"
            raise _wrong(f"a grid needs listed levels of {factor.path}, not a distribution", hint)
    size = math.prod(len(factor.values or ()) for factor in factors)
    if size > MAX_POINTS:
        raise _wrong(f"the grid has {size:,} points, and at most {MAX_POINTS:,} are taken")
    points = tuple(itertools.product(*(factor.values or () for factor in factors)))
    return Design("grid", tuple(factor.path for factor in factors), points)


def _lhs(factors: Sequence[Factor], count: int, seed: int, wanted: Mapping[Any, float]) -> Design:
    from scipy.stats import qmc

    unit: Floats = qmc.LatinHypercube(len(factors), rng=np.random.default_rng(seed)).random(count)
    if wanted:
        unit = _correlated(unit, [factor.path for factor in factors], wanted, seed)
    return _from_unit("lhs", factors, unit)


def _correlated(unit: Floats, paths: list[str], wanted: Mapping[Any, float], seed: int) -> Floats:
    """Reorder columns to rank correlations (Iman and Conover 1982); the levels stay."""
    from scipy.stats import norm

    matrix = np.eye(len(paths))
    for (one, other), value in wanted.items():
        for path in (one, other):
            if path not in paths:
                raise _wrong(f"{path} is correlated and does not vary", nearest(path, paths))
        if not -1 < value < 1 or one == other:
            raise _wrong(f"a correlation of {value:g} between {one} and {other} is impossible")
        # Normal scores whose rank correlation is the wanted one.
        score = 2 * math.sin(math.pi * value / 6)
        matrix[paths.index(one), paths.index(other)] = score
        matrix[paths.index(other), paths.index(one)] = score
    try:
        root = np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError as error:
        raise _wrong("the correlations contradict each other", "no variables have them") from error
    n = len(unit)
    scores = norm.ppf(np.arange(1, n + 1) / (n + 1))
    rng = np.random.default_rng([seed, 1])
    table = np.column_stack([rng.permutation(scores) for _ in paths])
    own = np.corrcoef(table, rowvar=False).reshape(len(paths), len(paths))
    target = table @ np.linalg.inv(np.linalg.cholesky(own)).T @ root.T
    ranks = target.argsort(axis=0).argsort(axis=0)
    return np.take_along_axis(np.sort(unit, axis=0), ranks, axis=0)


def _sobol(factors: Sequence[Factor], count: int, seed: int, _: Mapping[Any, float]) -> Design:
    from SALib.sample import sobol

    if count & (count - 1):
        lower = 1 << (count.bit_length() - 1)
        raise _wrong(
            f"a base sample of {count} spoils the balance of Sobol' points",
            f"take a power of two: {lower} or {2 * lower}",
        )
    _limit(count * (2 * len(factors) + 2))
    return _from_unit("sobol", factors, sobol.sample(problem(len(factors)), count, seed=seed))


def _morris(factors: Sequence[Factor], count: int, seed: int, _: Mapping[Any, float]) -> Design:
    from SALib.sample import morris

    if count < 2:
        raise _wrong(f"{count} trajectory has no spread, and so no interval", "take 2 or more")
    _limit(count * (len(factors) + 1))
    unit = morris.sample(problem(len(factors)), count, num_levels=MORRIS_LEVELS, seed=seed)
    return _from_unit("morris", factors, unit)


def _factorial(factors: Sequence[Factor], count: int, seed: int, _: Mapping[Any, float]) -> Design:
    full = 2 ** len(factors)
    if count == 0 or count >= full:
        _limit(full)
        unit = np.array(list(itertools.product((0.0, 1.0), repeat=len(factors))))
    else:
        from SALib.sample import ff

        sample = ff.sample(problem(len(factors)), seed=seed)[:, : len(factors)]
        if len(sample) > count:
            hint = f"take {len(sample)}, or {full} for all combinations"
            raise _wrong(f"no fraction of resolution IV has {count} points", hint)
        unit = np.asarray(sample, dtype=np.float64)
    points = tuple(
        tuple(factor.ends()[int(u)] for factor, u in zip(factors, row, strict=True)) for row in unit
    )
    return Design("factorial", tuple(factor.path for factor in factors), points, unit)


def _from_unit(kind: str, factors: Sequence[Factor], unit: Floats) -> Design:
    points = tuple(
        tuple(factor.at(float(u)) for factor, u in zip(factors, row, strict=True)) for row in unit
    )
    return Design(kind, tuple(factor.path for factor in factors), points, unit)


def problem(count: int) -> dict[str, Any]:
    """Return SALib's description of factors in the unit cube."""
    names = [f"x{n}" for n in range(count)]
    return {"num_vars": count, "names": names, "bounds": [[0.0, 1.0]] * count}


def _limit(points: int) -> None:
    if points > MAX_POINTS:
        raise _wrong(f"the design has {points:,} points, and at most {MAX_POINTS:,} are taken")


def _wrong(message: str, hint: str | None = None) -> InputError:
    return InputError(Problem(message, path="design", hint=hint))


Maker = Callable[[Sequence[Factor], int, int, Mapping[Any, float]], Design]


@dataclass(frozen=True)
class Kind:
    """One kind of design: all that is to be said of it stands here.

    Parameters
    ----------
    make : callable
        From factors, number of points, seed and correlations to a design.
    points : {"needed", "allowed", "none"}
        Whether a number of points says how many there are.
    correlates : bool
        Whether factors may have rank correlations.
    """

    make: Maker
    points: Literal["needed", "allowed", "none"] = "needed"
    correlates: bool = False


KINDS: dict[str, Kind] = {
    "grid": Kind(_grid, points="none"),
    "lhs": Kind(_lhs, correlates=True),
    "sobol": Kind(_sobol),
    "morris": Kind(_morris),
    "factorial": Kind(_factorial, points="allowed"),
}
"""Designs by name; `sim.analysis.indices.KINDS` says which have indices."""
