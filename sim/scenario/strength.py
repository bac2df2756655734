"""Strength: from the 0 to 1 of a scenario to the size of an effect, and its course in time.

The table of levers gives three sizes, low, central and high, at the strengths 1/3, 2/3 and 1.
Between them, and from nothing at 0 to low at 1/3, the size is linear.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from sim.scenario.document import LeverEntry

Array = NDArray[np.float64]

BOUNDS = ("floor", "cap")
"""Operations whose size is a level, which has no value that changes nothing."""

_KNOTS = np.array([0.0, 1 / 3, 2 / 3, 1.0])


def value(
    op: str, sizes: tuple[float, float, float], strength: ArrayLike, multiplier: ArrayLike = 1.0
) -> Array:
    """Return the size of an effect at a strength.

    Parameters
    ----------
    op : str
        One of OPERATIONS.
    sizes : tuple of (float, float, float)
        Low, central and high.
    strength : array
        From 0 to 1.
    multiplier : array, optional
        Uncertainty of the size, around 1; broadcast against ``strength``. The level of a floor or
        a cap is a stated bound and takes no multiplier.

    Returns
    -------
    array
        In the unit of the effect's driver. For ``multiply`` never below -1 and for ``move``
        within [0, 1], so that no multiplier turns a factor or a fraction inside out. For
        ``floor`` and ``cap`` the level, which stays at ``low`` below strength 1/3 (see `weight`).
    """
    strength = np.asarray(strength, dtype=np.float64)
    if op in BOUNDS:
        level: Array = np.interp(strength, _KNOTS, (sizes[0], *sizes))
        return level
    size: Array = np.interp(strength, _KNOTS, (0.0, *sizes))
    size = size * np.asarray(multiplier, dtype=np.float64)
    if op == "multiply":
        return np.maximum(size, -1.0)
    return np.clip(size, 0.0, 1.0) if op == "move" else size


def weight(op: str, strength: ArrayLike) -> Array:
    """Return the fraction of a floor or a cap that is in force at a strength.

    A level has no value that changes nothing, so between strength 0 and 1/3 it is the grip that
    grows and not the level; all other effects return 1.
    """
    strength = np.asarray(strength, dtype=np.float64)
    if op in BOUNDS:
        grip: Array = np.minimum(1.0, 3 * strength)
        return grip
    return np.ones_like(strength)


def course(entry: LeverEntry, since: ArrayLike) -> Array:
    """Return how much of a lever is in force, by months since it was pulled.

    Parameters
    ----------
    entry : LeverEntry
    since : array of int
        Months since its start, which is 0.

    Returns
    -------
    array
        0 during the lag, ``1/ramp_months`` in the first month after it, 1 from the last month of
        the ramp on. A ramp of 0 or 1 month is a step.
    """
    month = np.asarray(since, dtype=np.float64)
    acting = month - entry.lag_months + 1
    share: Array = np.clip(acting / max(entry.ramp_months, 1), 0.0, 1.0)
    return share
