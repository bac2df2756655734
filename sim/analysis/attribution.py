"""What each part of a whole adds: Shapley values, main effects and interactions of pairs.

What is parted is the worth of a set of parts, such as the effect of a package of levers. Shapley
values are a fair share for each part, exact or from sampled orders; main effects and interactions
are of factors with two levels, from all settings or a fraction.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from sim.analysis.paired import LEVEL, draw_means, interval
from sim.arrays import Floats, Ints

Subset = frozenset[str]

Worth = Mapping[Subset, Floats]
"""Outcome of every replicate by which levers are pulled, shape (runs,)."""

SHARE, ODDS = "share", "log-odds"
"""Scales on which an interaction is told."""


def subsets(names: Sequence[str]) -> list[Subset]:
    """Return all sets of some parts, the empty one first."""
    return [
        frozenset(chosen)
        for size in range(len(names) + 1)
        for chosen in itertools.combinations(names, size)
    ]


def orders(names: Sequence[str], count: int, seed: int) -> list[tuple[str, ...]]:
    """Return random orders, each with its reverse: what comes first in one is last in the other."""
    rng = np.random.default_rng([seed, 6])
    found: list[tuple[str, ...]] = []
    while len(found) < count:
        order = [names[n] for n in rng.permutation(len(names)).tolist()]
        found += [tuple(order), tuple(reversed(order))]
    return found[:count]


def prefixes(orders: Sequence[Sequence[str]]) -> list[Subset]:
    """Return the sets that come up where parts are added in some orders."""
    return list(
        dict.fromkeys(frozenset(order[:n]) for order in orders for n in range(len(order) + 1))
    )


def exact_shapley(
    names: Sequence[str], worth: Worth, scale: str, draws: Ints | None = None
) -> pd.DataFrame:
    """Return Shapley values from all combinations (Shapley 1953), with t intervals over draws.

    ``phi_i = sum_S |S|! (n - |S| - 1)! / n! (v(S + i) - v(S))`` in each replicate.
    """
    n = len(names)
    found = {}
    for name in names:
        others = [other for other in names if other != name]
        total = np.zeros_like(worth[frozenset()])
        for subset in subsets(others):
            size = len(subset)
            weight = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
            total = total + weight * (worth[subset | {name}] - worth[subset])
        found[name] = interval(total, draws)
    return _table("lever", "share", scale, found)


def sampled_shapley(
    names: Sequence[str],
    orders: Sequence[Sequence[str]],
    worth: Worth,
    scale: str,
    draws: Ints | None = None,
) -> pd.DataFrame:
    """Return Shapley values estimated from sampled orders (Castro and others 2009).

    An order and its reverse are one sample. The interval holds both errors: that of few orders, by
    the variance over samples of the mean over replicates, and that of few worlds, by the clustered
    variance over draws of the mean over orders. What the two have in common is counted twice, so
    that the interval is a little too wide; degrees of freedom are Satterthwaite's (1946).
    """
    found = {}
    for name in names:
        befores = [frozenset(order[: order.index(name)]) for order in orders]
        gains = np.stack([worth[before | {name}] - worth[before] for before in befores])
        pairs = gains[: len(gains) // 2 * 2].reshape(-1, 2, gains.shape[1]).mean(axis=(1, 2))
        worlds = draw_means(gains.mean(axis=0), draws)
        mean, _, high = interval(gains.mean(axis=0), draws)
        n, m = worlds.size, pairs.size
        over_worlds = (float(high - mean) / float(stdtrit(n - 1, (1 + LEVEL) / 2))) ** 2
        over_orders = float(pairs.var(ddof=1)) / m if m > 1 else 0.0
        variance = over_worlds + over_orders
        parts = over_worlds**2 / (n - 1) + over_orders**2 / max(m - 1, 1)
        freedom = variance**2 / parts if parts > 0.0 else n - 1
        half = float(stdtrit(freedom, (1 + LEVEL) / 2)) * math.sqrt(variance)
        found[name] = (mean, mean - half, mean + half)
    return _table("lever", "share", scale, found)


def factorial(
    names: Sequence[str], worth: Worth, scale: str, draws: Ints | None = None
) -> pd.DataFrame:
    """Return main effects and interactions of pairs from all combinations.

    A main effect is the mean over all settings of the others of on minus off; an interaction of two
    is the mean over the others of ``v(ab) - v(a) - v(b) + v()``. Both in each replicate.
    """
    found = {}
    for name in names:
        settings = subsets([other for other in names if other != name])
        gains = [worth[subset | {name}] - worth[subset] for subset in settings]
        found[name] = interval(np.mean(gains, axis=0), draws)
    pairs = list(itertools.combinations(names, 2))
    for one, other in pairs:
        settings = subsets([rest for rest in names if rest not in (one, other)])
        gains = [
            worth[s | {one, other}] - worth[s | {one}] - worth[s | {other}] + worth[s]
            for s in settings
        ]
        level = simultaneous(len(pairs))
        found[f"{one} x {other}"] = interval(np.mean(gains, axis=0), draws, level)
    return _table("term", "effect", scale, found)


def simultaneous(count: int) -> float:
    """Return the level of each of several intervals that all hold at `LEVEL` (Bonferroni)."""
    return 1.0 - (1.0 - LEVEL) / count


def fractional(
    names: Sequence[str],
    fraction: Sequence[Subset],
    worth: Worth,
    scale: str,
    draws: Ints | None = None,
) -> pd.DataFrame:
    """Return main effects from a fraction of resolution IV (Box and Hunter 1961).

    The mean over settings with a lever less that over settings without, in each replicate. Pairs
    disturb no main effect; interactions of three may.
    """
    found = {}
    for name in names:
        on = np.mean([worth[subset] for subset in fraction if name in subset], axis=0)
        off = np.mean([worth[subset] for subset in fraction if name not in subset], axis=0)
        found[name] = interval(on - off, draws)
    return _table("term", "effect", scale, found)


def _table(
    part: str, value: str, scale: str, found: Mapping[str, tuple[Any, Any, Any]]
) -> pd.DataFrame:
    """Return mean and interval of each part, under the names that part and mean have."""
    rows = [(name, scale, *map(float, bounds)) for name, bounds in found.items()]
    return pd.DataFrame(rows, columns=[part, "scale", value, "low", "high"])


def with_verdicts(terms: pd.DataFrame) -> pd.DataFrame:
    """Add what each pair of levers is to each other, on both scales together."""
    found = {
        term: verdict(part.set_index("scale"))
        for term, part in terms.groupby("term", sort=False)
        if " x " in str(term)
    }
    return terms.assign(verdict=[found.get(term, "") for term in terms["term"]])


def verdict(by_scale: pd.DataFrame) -> str:
    """Return whether two levers are complements or substitutes.

    Parameters
    ----------
    by_scale : DataFrame
        Interaction with its interval, indexed by scale.

    Returns
    -------
    str
        ``complements`` or ``substitutes`` where both scales say so, ``undecided`` where an
        interval holds zero on both, else how the scales differ.
    """
    words = {}
    bounds: Any = by_scale[["low", "high"]].to_dict("index")
    for scale in (SHARE, ODDS):
        low, high = bounds[scale]["low"], bounds[scale]["high"]
        words[scale] = "complements" if low > 0 else "substitutes" if high < 0 else "undecided"
    share, odds = words["share"], words["log-odds"]
    return share if share == odds else f"{share} on shares, {odds} on log-odds"
