"""Shapley values: a fair share of the whole for each of its parts, exact or from sampled orders.

What is parted is the worth of a set of parts, such as the effect of a package of levers.
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
    rows = []
    for name in names:
        others = [other for other in names if other != name]
        total = np.zeros_like(worth[frozenset()])
        for subset in subsets(others):
            size = len(subset)
            weight = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
            total = total + weight * (worth[subset | {name}] - worth[subset])
        rows.append(_row(name, scale, interval(total, draws)))
    return pd.DataFrame(rows)


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
    rows = []
    for name in names:
        gains = np.stack([_gain(worth, order, name) for order in orders])
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
        rows.append(_row(name, scale, (mean, mean - half, mean + half)))
    return pd.DataFrame(rows)


def _gain(worth: Worth, order: Sequence[str], name: str) -> Floats:
    """Return what a lever adds to those before it in an order, in each replicate."""
    before = frozenset(order[: order.index(name)])
    return worth[before | {name}] - worth[before]


def _row(name: str, scale: str, bounds: tuple[Any, Any, Any]) -> dict[str, Any]:
    mean, low, high = (float(value) for value in bounds)
    return {"lever": name, "scale": scale, "share": mean, "low": low, "high": high}
