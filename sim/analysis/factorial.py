"""Main effects and interactions of factors with two levels, from all settings or a fraction."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.paired import LEVEL, interval
from sim.analysis.shapley import Subset, Worth, subsets
from sim.arrays import Ints

SHARE, ODDS = "share", "log-odds"
"""Scales on which an interaction is told."""


def factorial(
    names: Sequence[str], worth: Worth, scale: str, draws: Ints | None = None
) -> pd.DataFrame:
    """Return main effects and interactions of pairs from all combinations.

    A main effect is the mean over all settings of the others of on minus off; an interaction of two
    is the mean over the others of ``v(ab) - v(a) - v(b) + v()``. Both in each replicate.
    """
    rows = []
    for name in names:
        settings = subsets([other for other in names if other != name])
        gains = [worth[subset | {name}] - worth[subset] for subset in settings]
        rows.append(_term(name, scale, interval(np.mean(gains, axis=0), draws)))
    pairs = list(itertools.combinations(names, 2))
    for one, other in pairs:
        settings = subsets([rest for rest in names if rest not in (one, other)])
        gains = [
            worth[s | {one, other}] - worth[s | {one}] - worth[s | {other}] + worth[s]
            for s in settings
        ]
        bounds = interval(np.mean(gains, axis=0), draws, simultaneous(len(pairs)))
        rows.append(_term(f"{one} x {other}", scale, bounds))
    return pd.DataFrame(rows)


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
    rows = []
    for name in names:
        on = np.mean([worth[subset] for subset in fraction if name in subset], axis=0)
        off = np.mean([worth[subset] for subset in fraction if name not in subset], axis=0)
        rows.append(_term(name, scale, interval(on - off, draws)))
    return pd.DataFrame(rows)


def _term(term: str, scale: str, bounds: tuple[Any, Any, Any]) -> dict[str, Any]:
    mean, low, high = (float(value) for value in bounds)
    return {"term": term, "scale": scale, "effect": mean, "low": low, "high": high}


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
