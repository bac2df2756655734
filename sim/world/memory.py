"""Where the arrays of a block lie: side by side, at starts of lines, in memory that is used again.

A month goes over ten megabytes. In a hundred pieces each is too small for the large pages of the
system, and a processor spends a tenth of its time on looking up where a page is. An array that
starts in the middle of a line of the cache is fetched by two lines in place of one. And memory that
is fresh has to be cleared by the system first: for the seventy megabytes of a block that takes an
eighth of all that the block takes.
"""

from __future__ import annotations

import math
import mmap
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sim.arrays import Ints

LINE = 64
"""Bytes of a line of the cache."""

LARGE = 1 << 20
"""Bytes from which on memory is had from the system and kept; what is smaller the allocator keeps.

Left to the allocator large pieces would lie scattered over its own, which it then cannot give back.
"""

KEPT = 1 << 27
"""Bytes of memory that is kept at most while no array lies in it."""

SPARE = 1.25
"""A piece is used again for one that needs no less than its size divided by this."""

_spares: dict[int, NDArray[np.uint8]] = {}
"""Memory in which no array lies, the longest kept first. Single calls of a dictionary need no lock:
a piece may be given back at any moment, by any thread."""


class Piece:
    """A piece of memory for arrays, given back once the last of them is gone.

    Parameters
    ----------
    size : int
        Bytes. What they hold is left from before.
    """

    def __init__(self, size: int) -> None:
        self._memory = _found(size + LINE)
        self._free = -self._memory.ctypes.data % LINE

    def array(self, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """Return an array behind those before it, at the start of a line."""
        # An array holds on to whom it has its memory from, and so this piece.
        made: NDArray[Any] = np.ndarray(shape, dtype, self, self._free)
        self._free += _on_lines(made.nbytes)
        return made

    def __buffer__(self, flags: int) -> memoryview:
        """Hand out the memory, as ``numpy.ndarray`` asks for it."""
        return memoryview(self._memory)

    def __del__(self) -> None:
        """Keep the memory, and let go of what has been kept longest where it is too much."""
        if self._memory.size < LARGE:
            return
        _spares[id(self._memory)] = self._memory
        kept = list(_spares.items())
        size = sum(memory.size for _, memory in kept)
        for key, memory in kept:
            if size <= KEPT:
                return
            size -= memory.size
            _spares.pop(key, None)


def _found(size: int) -> NDArray[np.uint8]:
    """Return memory that was kept and fits, or that is fresh."""
    if size < LARGE:
        return np.empty(size, np.uint8)
    for key, memory in list(_spares.items()):
        if size <= memory.size <= SPARE * size:
            mine = _spares.pop(key, None)  # another thread may have been faster
            if mine is not None:
                return mine
    fresh = mmap.mmap(-1, size)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        with suppress(OSError):  # a system without large pages is slower and no worse
            fresh.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(fresh, np.uint8)


def empty(shape: tuple[int, ...], dtype: DTypeLike = np.float64) -> NDArray[Any]:
    """Return an array of its own that holds whatever its memory held before."""
    return Piece(math.prod(shape) * np.dtype(dtype).itemsize).array(shape, dtype)


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
    made: Any = _copy("", group, lanes, Piece(_bytes("", group, lanes)))
    return made  # type: ignore[no-any-return]


def _copy(name: str, value: object, lanes: Ints | None, piece: Piece) -> object:
    """Return a copy of a value whose arrays lie in a piece."""
    if isinstance(value, tuple):
        members: list[Any] = [_copy(*member, lanes, piece) for member in _members(value)]
        return type(value)(*members) if hasattr(value, "_fields") else tuple(members)
    if not isinstance(value, np.ndarray):
        return value
    place = piece.array(_shape(name, value, lanes), value.dtype)
    place[...] = value if _whole(name, lanes) else value[..., lanes]
    return place


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
    return _on_lines(math.prod(_shape(name, value, lanes)) * value.itemsize)


def _on_lines(size: int) -> int:
    """Return a number of bytes, rounded up to whole lines."""
    return -(-size // LINE) * LINE
