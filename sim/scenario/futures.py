"""Three futures: whether builders never learned of Chinese models, stop learning, or go on.

No data tell when learning stops. Each draw of the calibration belongs to one future, and the three
have equal parts: that is judgement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sim import months
from sim.scenario.drivers import Floats, Ints

NONE, STOPS, GOES_ON = "none", "stops", "goes_on"
FUTURES = (NONE, STOPS, GOES_ON)
"""Names of the futures; their order is that of tables."""

ALL = "all"
"""Word for a scenario that mixes the three."""

WORDS: Mapping[str, str] = MappingProxyType(
    {NONE: "never learned", STOPS: "learning stops", GOES_ON: "learning goes on"}
)
"""What reports call them."""

NEVER = 1_000_000.0
"""Value of ``learning_stop`` that stands for never."""

NEVER_WORD = "never"

LEARNED = ("learning", "router_learning")
"""Parameters that are zero where nothing was ever learned."""

STOP = "learning_stop"

LATER = ("2028-12", "2030-12")
"""Months in which learning may stop, beside that of the last fact."""


def stops(last_fact: int) -> tuple[float, ...]:
    """Return the months in which learning stops in the future that stops, as numbers."""
    return (float(last_fact), *(float(months.parse(month)) for month in LATER))


def future_of(learned: Sequence[Floats], stop: Floats) -> Ints:
    """Return which future some draws belong to, positions in ``FUTURES``.

    Parameters
    ----------
    learned : sequence of ndarray, each shape (L,)
        Values of ``LEARNED``.
    stop : ndarray, shape (L,)
        Months of ``learning_stop``.
    """
    never = np.all([values == 0.0 for values in learned], axis=0)
    out: Ints = np.full(stop.shape, FUTURES.index(GOES_ON), dtype=np.int64)
    out[stop < NEVER] = FUTURES.index(STOPS)
    out[never] = FUTURES.index(NONE)
    return out


def held(future: str) -> dict[str, float]:
    """Return the parameters that make a future where no draws of a calibration do."""
    if future == NONE:
        return dict.fromkeys(LEARNED, 0.0)
    if future == STOPS:
        return {STOP: float(months.parse(LATER[0]))}
    return {STOP: NEVER} if future == GOES_ON else {}


def rows(names: Sequence[str], values: Floats, future: str) -> NDArray[np.int64]:
    """Return the draws of a calibration that belong to a future, positions.

    Parameters
    ----------
    names : sequence of str
        Names of the columns.
    values : ndarray, shape (draws, names)
    future : str
        One of ``FUTURES``, or ``ALL``.
    """
    if future == ALL or STOP not in names:
        return np.arange(len(values))
    learned = [values[:, names.index(name)] for name in LEARNED]
    mine = future_of(learned, values[:, names.index(STOP)])
    return np.flatnonzero(mine == FUTURES.index(future))
