"""Columns of Arrow tables out of numpy arrays and back, by their memory.

``pa.array`` imports pandas to ask whether it was given a Series, a quarter of a second that no run
needs. Here an array becomes a column as it lies in memory, and a column an array.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.arrays import Flags

Ints = NDArray[np.integer[Any]]


def numbers(values: NDArray[Any], missing: Flags | None = None) -> pa.Array:
    """Return a column of numbers.

    Parameters
    ----------
    values : array, shape (rows,)
        Integers or floats; the column keeps their memory.
    missing : array, shape (rows,), bool, optional
        Rows without a number; what stands there does not matter.
    """
    own = np.ascontiguousarray(values)
    present = None if missing is None else pa.py_buffer(np.packbits(~missing, bitorder="little"))
    kind = pa.from_numpy_dtype(own.dtype)
    return pa.Array.from_buffers(kind, own.size, [present, pa.py_buffer(own)])


def gapped(values: Sequence[float | None]) -> pa.Array:
    """Return a column of floats in which None is an empty cell."""
    missing = np.array([value is None for value in values], dtype=np.bool_)
    return numbers(np.array([value or 0.0 for value in values], dtype=np.float64), missing)


def strings(values: Sequence[str]) -> pa.Array:
    """Return a column of text."""
    encoded = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return pa.StringArray.from_buffers(
        len(encoded), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))
    )


def words(codes: Ints, values: Sequence[str], missing: Flags | None = None) -> pa.Array:
    """Return a dictionary column: millions of rows never pass through Python strings.

    Parameters
    ----------
    codes : array, shape (rows,), int
        Positions in `values`.
    values : sequence of str
        The words.
    missing : array, shape (rows,), bool, optional
        Rows without a word; their codes do not matter.
    """
    # The codes were computed by this project, so they need no check.
    return pa.DictionaryArray.from_arrays(numbers(codes, missing), strings(values), safe=False)


def flags(values: Flags) -> pa.Array:
    """Return a column of true and false: one bit each, the lowest first."""
    bits = pa.py_buffer(np.packbits(values, bitorder="little"))
    return pa.Array.from_buffers(pa.bool_(), values.size, [None, bits])


def read_numbers(table: pa.Table, name: str) -> NDArray[Any]:
    """Return a column of numbers without an empty cell as an array, shape (rows,)."""
    return _memory(_whole(table.column(name)))


def read_words(table: pa.Table, name: str) -> tuple[Ints, tuple[str, ...]]:
    """Return a column of text as codes and words.

    Returns
    -------
    codes : array, shape (rows,), int
        Positions among the words, -1 where there is none.
    words : tuple of str
        Each once, in the order of the column's dictionary.
    """
    column = _whole(table.column(name))
    if not isinstance(column, pa.DictionaryArray):
        column = column.dictionary_encode()
    codes = _memory(column.indices)
    if column.null_count:
        codes = np.where(_present(column.indices), codes, -1)
    return codes, tuple(column.dictionary.to_pylist())


def _whole(column: pa.ChunkedArray) -> pa.Array:
    """Return a column in one piece."""
    return (
        column.chunk(0) if column.num_chunks == 1 else column.unify_dictionaries().combine_chunks()
    )


def _memory(array: pa.Array) -> NDArray[Any]:
    """Return the numbers of an array without a copy."""
    kind = np.dtype(array.type.to_pandas_dtype())
    if not len(array):
        return np.empty(0, kind)
    start = array.offset * kind.itemsize
    return np.frombuffer(array.buffers()[1], kind, len(array), start)


def _present(array: pa.Array) -> Flags:
    """Return which cells of an array hold something: one bit each, the lowest first."""
    bits = np.unpackbits(np.frombuffer(array.buffers()[0], np.uint8), bitorder="little")
    return bits[array.offset : array.offset + len(array)].astype(np.bool_)
