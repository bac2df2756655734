"""Columns: what goes in comes out, whatever the kind, the gaps or the pieces."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sim.ensemble import columns

words = st.lists(st.text(max_size=5), min_size=1, max_size=6, unique=True)


def table(column):
    return pa.table({"a": column})


@pytest.mark.parametrize("kind", [np.int8, np.int32, np.int64, np.float64])
@given(data=st.data())
def test_numbers_come_back_bit_for_bit(kind, data):
    values = data.draw(hnp.arrays(kind, st.integers(0, 20)))
    column = columns.numbers(values)
    assert column.type == pa.from_numpy_dtype(kind)
    assert np.array_equal(columns.read_numbers(table(column), "a"), values, equal_nan=True)


def test_a_column_of_every_second_number_is_its_own():
    values = np.arange(10.0)
    assert columns.numbers(values[::2]).to_pylist() == [0.0, 2.0, 4.0, 6.0, 8.0]


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False)), max_size=20))
def test_gaps_are_empty_cells(values):
    assert columns.gapped(values).to_pylist() == values


@given(st.lists(st.text(max_size=8), max_size=10))
def test_text_of_any_alphabet_is_kept(values):
    column = columns.strings(values)
    column.validate(full=True)
    assert column.to_pylist() == values


@given(words, st.data())
def test_words_come_back_with_their_gaps(known, data):
    size = data.draw(st.integers(0, 40))
    codes = data.draw(hnp.arrays(np.int8, size, elements=st.integers(0, len(known) - 1)))
    missing = data.draw(hnp.arrays(np.bool_, size))
    column = columns.words(codes, known, missing)
    column.validate(full=True)
    expected = [
        None if gap else known[code]
        for code, gap in zip(codes.tolist(), missing.tolist(), strict=True)
    ]
    assert column.to_pylist() == expected
    found, names = columns.read_words(table(column), "a")
    assert [None if code < 0 else names[code] for code in found.tolist()] == expected
    # The same as plain text, in pieces and cut out of a longer column.
    cut = data.draw(st.integers(0, size))
    plain = pa.chunked_array([column.cast(pa.string())[:cut], column.cast(pa.string())[cut:]])
    for pieces in (plain, pa.chunked_array([column[:cut], column[cut:]])):
        found, names = columns.read_words(table(pieces), "a")
        assert [None if code < 0 else names[code] for code in found.tolist()] == expected
    found, names = columns.read_words(table(column[cut:]), "a")
    assert [None if code < 0 else names[code] for code in found.tolist()] == expected[cut:]
