"""Where the arrays of a block lie: side by side in one piece, each at the start of a line.

A month goes over ten megabytes. In a hundred pieces each is too small for the large pages of the
system, and a processor spends a tenth of its time on looking up where a page is. An array that
starts in the middle of a line of the cache is fetched by two lines in place of one.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Ints

LINE = 64
"""Bytes of a line of the cache."""

WITHOUT_LANES = frozenset({"evicting", "gap", "member_sizes"})
"""Arrays of a block that all lanes share."""


def copied[Group: tuple[Any, ...]](group: Group, lanes: Ints | None = None) -> Group:
    """Return a group of arrays with arrays of its own, in one piece of memory.

    Parameters
    ----------
    group : tuple
        Of arrays with lanes last, of such groups, and of what is no array; with names or without.
    lanes : ndarray of int, optional
        Lanes that are taken, in this order; all by default.
    """
    piece = np.empty(_bytes("", group, lanes) + LINE, np.uint8)
    free = -piece.ctypes.data % LINE

    def one(name: str, value: object) -> object:
        nonlocal free
        if isinstance(value, tuple):
            members: list[Any] = [one(*member) for member in _members(value)]
            return type(value)(*members) if hasattr(value, "_fields") else tuple(members)
        if not isinstance(value, np.ndarray):
            return value
        place: NDArray[Any] = np.ndarray(_shape(name, value, lanes), value.dtype, piece, free)
        free += _bytes(name, value, lanes)
        place[...] = value if _whole(name, lanes) else value[..., lanes]
        return place

    made: Any = one("", group)
    return made  # type: ignore[no-any-return]


def _members(group: tuple[Any, ...]) -> list[tuple[str, object]]:
    """Return names and values of a group; a tuple without names has empty ones."""
    names = getattr(group, "_fields", ("",) * len(group))
    return list(zip(names, group, strict=True))


def _whole(name: str, lanes: Ints | None) -> bool:
    """Return whether an array is taken as it is."""
    return lanes is None or name in WITHOUT_LANES


def _shape(name: str, value: NDArray[Any], lanes: Ints | None) -> tuple[int, ...]:
    """Return the shape of the copy of an array."""
    if lanes is None or _whole(name, lanes):
        return value.shape
    return (*value.shape[:-1], lanes.size)


def _bytes(name: str, value: object, lanes: Ints | None) -> int:
    """Return how many bytes the copy of an array or a group takes, up to the next line."""
    if isinstance(value, tuple):
        return sum(_bytes(*member, lanes) for member in _members(value))
    if not isinstance(value, np.ndarray):
        return 0
    needed = math.prod(_shape(name, value, lanes)) * value.itemsize
    return -(-needed // LINE) * LINE
