"""Paired effects: differences of two arms replicate by replicate, with intervals over draws.

A *world* is one replicate: a posterior draw with random numbers of its own. Replicates that share a
draw are not independent, so every interval here is clustered by draw: with more replicates it
narrows no further than the draws allow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtrit

from sim.analysis.worlds import over_worlds
from sim.arrays import Floats, Ints
from sim.errors import InputError, Problem

LEVEL = 0.95
SURE = 0.9
"""Part of worlds in which one policy must be before another; otherwise the two tie."""

RESAMPLES = 1000
LEAST = 1e-9
"""Share below which log-odds are not told apart."""


@dataclass(frozen=True, eq=False)
class Effect:
    """Differences over worlds, and their means with intervals, one an outcome.

    Parameters
    ----------
    mean, low, high : ndarray
        Mean difference and its t interval, clustered by draw.
    boot_low, boot_high : ndarray
        Percentile bootstrap interval of the mean, of whole draws.
    ratio : ndarray
        ``(var A + var B) / var(A - B)``: how many more replicates independent seeds would need; not
        a number where the difference is constant.
    middle : ndarray, shape (3, outcomes)
        Quantiles of the differences over worlds, at `TAILS`.
    same_sign : ndarray
        Part of worlds with the sign of the median. A world whose difference is exactly zero has the
        sign zero: it counts only where the median is zero too.
    error : ndarray
        Error of simulation: half the interval of the mean.
    draws : int
        Independent draws behind the interval.
    """

    mean: Floats
    low: Floats
    high: Floats
    boot_low: Floats
    boot_high: Floats
    ratio: Floats
    middle: Floats
    same_sign: Floats
    error: Floats
    draws: int


def log_odds(share: Floats) -> Floats:
    """Return log-odds of shares, held ``LEAST`` away from 0 and 1."""
    kept = np.clip(share, LEAST, 1.0 - LEAST)
    return np.asarray(np.log(kept / (1.0 - kept)))


def require_two(count: int) -> None:
    """Refuse to make an interval of one draw.

    Raises
    ------
    InputError
        If there are fewer than two.
    """
    if count < 2:
        raise InputError(
            Problem(
                f"an interval needs two draws or more, and there is {count}",
                path="runs",
                hint="ask for more runs; 200 are usual",
            )
        )


def _by_draw(values: Floats, draws: Ints | None) -> tuple[Floats, Ints]:
    """Return sums over the replicates of each draw, (draws, ...), and how many there are."""
    if draws is None:
        return values, np.ones(values.shape[0], np.int64)
    order = np.argsort(draws, kind="stable")
    _, starts, counts = np.unique(draws[order], return_index=True, return_counts=True)
    return np.add.reduceat(values[order], starts, axis=0), counts


def _column(counts: Ints, like: Floats) -> Ints:
    return counts.reshape(-1, *(1,) * (like.ndim - 1))


def draw_means(values: Floats, draws: Ints | None = None) -> Floats:
    """Return the mean over the replicates of each draw, by ascending draw, shape (draws, ...)."""
    sums, counts = _by_draw(values, draws)
    return np.asarray(sums / _column(counts, sums))


def interval(
    values: Floats, draws: Ints | None = None, level: float = LEVEL
) -> tuple[Floats, Floats, Floats]:
    """Return mean and t interval over the first axis (replicates), clustered by draw.

    With N replicates of n draws the variance of the mean is
    ``n / (n - 1) * sum_c (sum_{r in c} (d_r - mean))**2 / N**2``: the cluster-robust variance of a
    regression on a constant (Liang and Zeger 1986, *Biometrika* 73: 13-22), which is that of a
    ratio estimator in a sample of clusters (Cochran 1977, *Sampling Techniques*, 3rd edition,
    section 9A.1). Student's t has ``n - 1`` degrees of freedom. Where each draw stands once this is
    the usual t interval.

    Parameters
    ----------
    values : ndarray, shape (replicates, ...)
    draws : ndarray of int, shape (replicates,), optional
        Draw of each replicate; without it each is a draw of its own.
    level : float

    Raises
    ------
    InputError
        If there are fewer than two draws.
    """
    sums, counts = _by_draw(values, draws)
    n, total = counts.size, int(counts.sum())
    require_two(n)
    mean = values.mean(axis=0)
    apart = sums - _column(counts, sums) * mean
    variance = n / (n - 1) * np.square(apart).sum(axis=0) / total**2
    half = stdtrit(n - 1, (1.0 + level) / 2.0) * np.sqrt(variance)
    return mean, mean - half, mean + half


def effect(
    policy: Floats,
    reference: Floats,
    draws: Ints | None = None,
    *,
    seed: int = 0,
    boot: bool = True,
) -> Effect:
    """Return the effect of a policy on each outcome.

    Parameters
    ----------
    policy, reference : ndarray, shape (replicates, outcomes)
        With common random numbers: row r of both is the same world under two policies.
    draws : ndarray of int, shape (replicates,), optional
        As in `interval`.
    seed : int
        Of the bootstrap.
    boot : bool
        Whether the bootstrap is done.

    Raises
    ------
    InputError
        If there are fewer than two draws.
    """
    difference = policy - reference
    mean, low, high = interval(difference, draws)
    boot_low, boot_high = bootstrap(difference, draws, seed) if boot else (low, high)
    spread = difference.var(axis=0, ddof=1)
    alone = policy.var(axis=0, ddof=1) + reference.var(axis=0, ddof=1)
    constant = spread <= 0.0
    ratio = np.where(constant, np.nan, alone / np.where(constant, 1.0, spread))
    middle, same = over_worlds(difference)
    seen = len(difference) if draws is None else len(np.unique(draws))
    return Effect(
        mean, low, high, boot_low, boot_high, ratio, middle, same, (high - low) / 2.0, seen
    )


def bootstrap(
    difference: Floats, draws: Ints | None = None, seed: int = 0
) -> tuple[Floats, Floats]:
    """Return percentile bootstrap intervals of means over the first axis (Efron 1979).

    Draws are taken whole: what is resampled is what is independent (Davison and Hinkley 1997,
    *Bootstrap Methods*, section 3.8).
    """
    sums, counts = _by_draw(difference, draws)
    n = counts.size
    rng = np.random.default_rng([seed, n])
    weights = rng.multinomial(n, np.full(n, 1.0 / n), RESAMPLES)
    flat = sums.reshape(n, -1)
    means = ((weights @ flat) / (weights @ counts)[:, None]).reshape(-1, *sums.shape[1:])
    tails = ((1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0)
    low, high = np.quantile(means, tails, axis=0)
    return low, high


def components(values: Floats, draws: Ints) -> tuple[float, float]:
    """Return the variance between draws and that within them, by analysis of variance.

    The estimators of one-way random effects with draws of unequal size (Searle 1971, *Linear
    Models*, section 10.3).

    Parameters
    ----------
    values : ndarray, shape (replicates,)
    draws : ndarray of int, shape (replicates,)
        Some of them more than once.
    """
    sums, counts = _by_draw(values, draws)
    n, total = counts.size, int(counts.sum())
    means = sums / counts
    within = float((np.square(values).sum() - (counts * np.square(means)).sum()) / (total - n))
    among = float((counts * np.square(means - values.mean())).sum() / (n - 1))
    each = (total - float(np.square(counts).sum()) / total) / (n - 1)
    return max(0.0, (among - within) / each), max(0.0, within)


def finest(values: Floats, draws: Ints) -> float:
    """Return the half-width that no number of replicates of these draws would fall below."""
    between, _ = components(values, draws)
    n = len(np.unique(draws))
    return float(stdtrit(n - 1, (1.0 + LEVEL) / 2.0) * np.sqrt(between / n))


def runs_more(half_width: float, values: Floats, draws: Ints) -> int | None:
    """Return how many replicates of these draws give a half-width, None where none do.

    The variance of a mean over N replicates of n draws is ``between / n + within / N``.
    """
    between, within = components(values, draws)
    n = len(np.unique(draws))
    room = (half_width / stdtrit(n - 1, (1.0 + LEVEL) / 2.0)) ** 2 - between / n
    return int(np.ceil(within / room)) if room > 0.0 else None


def runs_for(half_width: float, spread: float) -> int:
    """Return the fewest replicates whose t interval has a half-width, given a standard deviation.

    For replicates of a draw each.

    Parameters
    ----------
    half_width, spread : float
        In the unit of the outcome; ``spread`` is at least 0.
    """
    # A normal quantile gives too few, by two or three: that of t falls with their number.
    n = max(2, int(np.ceil((ndtri((1.0 + LEVEL) / 2.0) * spread / half_width) ** 2)))
    while stdtrit(n - 1, (1.0 + LEVEL) / 2.0) * spread > half_width * np.sqrt(n):
        n += 1
    return n


def before(one: Floats, other: Floats) -> float:
    """Return the part of worlds in which one policy has the larger effect; equal ones count not."""
    return float((one > other).mean())


def ranks(effects: Sequence[Floats]) -> list[int]:
    """Return the ranks of policies that stand in their order, largest first.

    A policy shares the rank of the one that first has it, unless that one has the larger effect in
    `SURE` of worlds or more; then its rank is its place.

    Parameters
    ----------
    effects : sequence of ndarray, shape (replicates,)
        Paired differences of each policy in the same worlds.
    """
    found: list[int] = []
    first = 0
    for place, one in enumerate(effects):
        if place and before(effects[first], one) >= SURE:
            first = place
        found.append(first + 1)
    return found
