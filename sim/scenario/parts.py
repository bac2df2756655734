"""Parts of a nation that change by themselves, so that only what has changed is computed again.

What an ecosystem offers a nation has two: how open its ways are, and its price and licence. A
nation has three more. They stand in one row: ``access`` and ``terms`` of the first ecosystem, of
the second and so on, then the nation's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

BY_ECOSYSTEM = ("access", "terms")
OF_NATION = ("reach", "liking", "offer")
ACCESS, TERMS = range(len(BY_ECOSYSTEM))
REACH, LIKING, OFFER = range(len(OF_NATION))

PART_OF: Mapping[str, str] = MappingProxyType(
    {
        "access": "access",
        "price": "terms",
        "licence": "terms",
        "facility": "reach",
        "trust": "liking",
        "pull": "liking",
        "offer": "offer",
        "own_lag": "offer",
    }
)
"""The part in which each driver of a nation is felt."""


def count(ecosystems: int) -> int:
    """Return how many parts a nation has."""
    return len(BY_ECOSYSTEM) * ecosystems + len(OF_NATION)


def felt(driver: str, cells: NDArray[np.bool_], ecosystems: int) -> NDArray[np.uint8]:
    """Return in which parts a change of a driver's cells is felt, 0 or 1, shape (..., parts).

    Parameters
    ----------
    driver : str
        One of a nation's.
    cells : ndarray of bool, shape (..., cells)
        Those of its cells that change.
    ecosystems : int
    """
    row = np.zeros((*cells.shape[:-1], count(ecosystems)), np.uint8)
    part = PART_OF[driver]
    if part in BY_ECOSYSTEM:
        place = BY_ECOSYSTEM.index(part)
        last = len(BY_ECOSYSTEM) * ecosystems
        by_ecosystem = cells.reshape(*cells.shape[:-1], ecosystems, -1)
        row[..., place : last : len(BY_ECOSYSTEM)] = by_ecosystem.any(axis=-1)
    else:
        row[..., len(BY_ECOSYSTEM) * ecosystems + OF_NATION.index(part)] = cells.any(axis=-1)
    return row
