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


class Store:
    """Large memory in which no array lies any more, for those who need as much next.

    Left to the allocator large pieces would lie scattered over its own, which it then cannot give
    back; what is small it keeps well by itself. Single calls of a dictionary need no lock: memory
    may be given back at any moment, by any thread, and as late as the interpreter ends, so that
    nothing here but what belongs to the store is asked for then.

    Parameters
    ----------
    large : int
        Bytes from which on memory is had from the system and kept.
    most : int
        Bytes that are kept at most.
    spare : float
        Memory is used again for what needs no less than its size divided by this.
    """

    def __init__(self, large: int = 1 << 20, most: int = 1 << 27, spare: float = 1.25) -> None:
        self.large, self.most, self.spare = large, most, spare
        self.kept: dict[int, NDArray[np.uint8]] = {}  # the longest kept first

    def take(self, size: int) -> NDArray[np.uint8]:
        """Return memory that was kept and fits, or that is fresh.

        Raises
        ------
        MemoryError
            If there is none.
        """
        if size < self.large:
            return np.empty(size, np.uint8)
        for key, memory in list(self.kept.items()):
            if size <= memory.size <= self.spare * size:
                mine = self.kept.pop(key, None)  # another thread may have been faster
                if mine is not None:
                    return mine
        return _fresh(size)

    def give_back(self, memory: NDArray[np.uint8]) -> None:
        """Keep memory, and let go of what has been kept longest where it is too much."""
        if memory.size < self.large:
            return
        self.kept[id(memory)] = memory
        kept = list(self.kept.items())
        size = sum(each.size for _, each in kept)
        for key, each in kept:
            if size <= self.most:
                return
            size -= each.size
            self.kept.pop(key, None)


def _fresh(size: int) -> NDArray[np.uint8]:
    """Return memory from the system, in large pages where it has them."""
    try:
        fresh = mmap.mmap(-1, size)
    except OSError as error:
        raise MemoryError(f"no {size / 1e6:.0f} MB of memory to be had") from error
    if hasattr(mmap, "MADV_HUGEPAGE"):
        with suppress(OSError):  # a system without large pages is slower and no worse
            fresh.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(fresh, np.uint8)


STORE = Store()
"""The process' own."""


class Piece:
    """A piece of memory for arrays, given back once the last of them is gone.

    Parameters
    ----------
    size : int
        Bytes. What they hold is left from before.
    """

    def __init__(self, size: int) -> None:
        self._store = STORE
        self._memory = self._store.take(size + LINE)
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
        """Give the memory back."""
        if hasattr(self, "_memory"):  # none was to be had
            self._store.give_back(self._memory)


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
