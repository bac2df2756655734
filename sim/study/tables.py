"""The tables of a result, as the files hold them.

Text columns are dictionary columns: their codes are computed from the shape of the arrays, so that
millions of rows never pass through Python strings. Months are ``YYYY-MM`` here and periods in
pandas.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from sim import months as calendar
from sim.study import metrics
from sim.study.curves import BANDS, Ensemble

Ints = NDArray[np.integer[Any]]

_NO_PERIOD = np.iinfo(np.int64).min
"""The ordinal by which pandas means that there is no period."""


def texts(codes: Ints, values: Sequence[str], missing: NDArray[np.bool_] | None = None) -> pa.Array:
    """Return a dictionary column.

    Parameters
    ----------
    codes : array, shape (rows,), int
        Positions in `values`.
    values : sequence of str
        The words.
    missing : array, shape (rows,), bool, optional
        Rows without a word; their codes do not matter.
    """
    indices = pa.array(codes, mask=missing)
    # The codes were computed here, so they need no check.
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(values), pa.string()), safe=False)


def _codes(shape: tuple[int, ...], axis: int) -> Ints:
    """Return the position along one axis for every cell of an array, in C order."""
    kind = np.int8 if shape[axis] < 128 else np.int32
    places = np.arange(shape[axis], dtype=kind)
    # Repeating along the axes behind and tiling along those before is what broadcasting would do,
    # in one pass over memory.
    behind = int(np.prod(shape[axis + 1 :], dtype=np.int64))
    before = int(np.prod(shape[:axis], dtype=np.int64))
    return np.tile(np.repeat(places, behind), before)


def _constant(rows: int, value: str) -> pa.Array:
    return texts(np.zeros(rows, np.int8), [value])


def _months(ensemble: Ensemble) -> list[str]:
    return [calendar.text(month) for month in ensemble.months]


def curves(name: str, ensemble: Ensemble) -> pa.Table:
    """Return ``curves``: mean and quantiles by group, ecosystem and month.

    Rows are ordered by group, ecosystem, month, as a reader of the CSV would want them.
    """
    values = ensemble.bands.transpose(1, 2, 0, 3)
    shape = values.shape[:3]
    columns = {
        "scenario": _constant(int(np.prod(shape)), name),
        "group": texts(_codes(shape, 0), ensemble.banded),
        "ecosystem": texts(_codes(shape, 1), ensemble.ecosystems),
        "month": texts(_codes(shape, 2), _months(ensemble)),
    }
    flat = values.reshape(-1, len(BANDS))
    columns |= {band: np.ascontiguousarray(flat[:, i]) for i, band in enumerate(BANDS)}
    return pa.table(columns)


def runs(name: str, ensemble: Ensemble) -> pa.Table:
    """Return ``runs``: share and developers of every run, by month, group, ecosystem and run."""
    shape = ensemble.share.shape
    developers = ensemble.share * ensemble.developers[:, :, None, :]
    return pa.table(
        {
            "scenario": _constant(ensemble.share.size, name),
            "run": _codes(shape, 3).astype(np.int32),
            "month": texts(_codes(shape, 0), _months(ensemble)),
            "group": texts(_codes(shape, 1), ensemble.groups),
            "ecosystem": texts(_codes(shape, 2), ensemble.ecosystems),
            "share": ensemble.share.reshape(-1),
            "developers": developers.reshape(-1),
        }
    )


def outcomes(name: str, ensemble: Ensemble) -> pa.Table:
    """Return ``outcomes``: every metric of every run, by metric, month, group and run."""
    known = metrics.registry(ensemble.ecosystems)
    at = metrics.reported(ensemble.months)
    blocks = []
    for metric in known:
        values = metric.compute(ensemble, at)
        blocks.append(values if metric.scope == "month" else values[None])
    sizes = [block.size for block in blocks]
    runs_, groups_, months_ = (
        np.concatenate([_codes(block.shape, axis).astype(np.int32) for block in blocks])
        for axis in (2, 1, 0)
    )
    whole = np.repeat([metric.scope == "run" for metric in known], sizes)
    units = sorted({metric.unit for metric in known})
    unit = np.array([units.index(metric.unit) for metric in known], np.int32)
    numbers = np.concatenate([block.reshape(-1) for block in blocks])
    return pa.table(
        {
            "scenario": _constant(numbers.size, name),
            "run": runs_,
            "metric": texts(np.repeat(np.arange(len(known)), sizes), [m.name for m in known]),
            "group": texts(groups_, ensemble.groups),
            "month": texts(months_, [_months(ensemble)[place] for place in at], missing=whole),
            "value": numbers,
            "unit": texts(np.repeat(unit, sizes), units),
        }
    )


def frame(table: pa.Table) -> pd.DataFrame:
    """Return a table as a DataFrame: words as categories, months as periods (none is NaT)."""
    columns: dict[str, Any] = {}
    for name in table.column_names:
        column = table.column(name).combine_chunks()
        columns[name] = _periods(column) if name == "month" else column.to_pandas()
    return pd.DataFrame(columns, copy=False)


def _periods(column: pa.DictionaryArray) -> pd.PeriodIndex:
    """Return months as periods, one for each word and then by code."""
    words = column.dictionary.to_pylist()
    ordinals = np.array([pd.Period(word, freq="M").ordinal for word in words], dtype=np.int64)
    if column.null_count:
        # One more word at the end, for rows without a month.
        ordinals = np.append(ordinals, _NO_PERIOD)
        codes = column.indices.fill_null(len(words)).to_numpy()
    else:
        codes = column.indices.to_numpy()
    stamps = ordinals[codes]
    months: pd.PeriodIndex = pd.PeriodIndex.from_ordinals(stamps, freq="M")  # type: ignore[attr-defined]
    return months
