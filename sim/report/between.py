"""Months of single nations that a result does not keep: straight lines between those it keeps.

A result holds groups in every month, and single nations at Decembers, the last fact, the first and
the last month unless it was asked for everything. Their charts are drawn through those.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STRAIGHT = "Between the months that are kept of them, Decembers above all, lines are straight."
"""Said where single nations are drawn so."""


def drawn_through(values: Floats, nations: Sequence[int]) -> bool:
    """Fill, in place, the months in which no nation has a value; return whether there were any.

    A month that one nation has and another lacks is a hole and stays one; so does a month before
    the first or behind the last that is kept.

    Parameters
    ----------
    values : array, shape (statistic, group, ecosystem, month)
        Not a number where the table has no row.
    nations : sequence of int
        Places of single nations among the groups.
    """
    own = values[:, nations]
    held = np.isfinite(own).any(axis=(0, 1, 2))
    kept, gaps = np.flatnonzero(held), np.flatnonzero(~held)
    if not kept.size:
        return False
    gaps = gaps[(gaps > kept[0]) & (gaps < kept[-1])]
    after = np.searchsorted(kept, gaps)
    left, right = kept[after - 1], kept[after]
    weight = (gaps - left) / (right - left)
    own[..., gaps] = own[..., left] * (1.0 - weight) + own[..., right] * weight
    values[:, nations] = own
    return bool(gaps.size)
