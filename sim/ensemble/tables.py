"""The tables of a result, as the files hold them.

Text columns are dictionary columns: their codes are computed from the shape of the arrays. Months
are ``YYYY-MM`` here and periods in pandas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim import months as calendar
from sim.ensemble import thinned
from sim.ensemble.columns import numbers, words
from sim.ensemble.curves import BANDS, Ensemble
from sim.metrics.registry import reported

if TYPE_CHECKING:
    import pandas as pd

Ints = NDArray[np.integer[Any]]

_NO_PERIOD = np.iinfo(np.int64).min
"""The ordinal by which pandas means that there is no period."""


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
    return words(np.zeros(rows, np.int8), [value])


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
        "group": words(_codes(shape, 0), ensemble.banded),
        "ecosystem": words(_codes(shape, 1), ensemble.ecosystems),
        "month": words(_codes(shape, 2), _months(ensemble)),
    }
    flat = values.reshape(-1, len(BANDS))
    columns |= {band: numbers(flat[:, i]) for i, band in enumerate(BANDS)}
    return pa.table(columns)


def runs(name: str, ensemble: Ensemble, at: Ints | None = None) -> pa.Table:
    """Return ``runs``: share and developers of every run, by ecosystem, group, month and run.

    Rows of one ecosystem stand together: its shares have few different values once they are
    rounded, which is what makes the file small.

    Parameters
    ----------
    name : str
        Of the scenario.
    ensemble : Ensemble
    at : array, shape (months kept,), int, optional
        Positions of the months to keep; numbers are then rounded as `sim.ensemble.thinned` says.
        Without them every month is kept and nothing is rounded.
    """
    months = np.arange(len(ensemble.months)) if at is None else at
    share, builders = ensemble.share[months], ensemble.developers[months]
    developers = share * builders[:, :, None, :]
    if at is not None:
        share, developers = np.round(share, thinned.DECIMALS), thinned.figures(developers)
    order = (2, 1, 0, 3)  # to ecosystem, group, month, run
    shape = tuple(share.shape[axis] for axis in order)
    return pa.table(
        {
            "scenario": _constant(share.size, name),
            "run": numbers(_codes(shape, 3).astype(np.int32)),
            "month": words(_codes(shape, 2), [_months(ensemble)[month] for month in months]),
            "group": words(_codes(shape, 1), ensemble.groups),
            "ecosystem": words(_codes(shape, 0), ensemble.ecosystems),
            "share": numbers(share.transpose(order).reshape(-1)),
            "developers": numbers(developers.transpose(order).reshape(-1)),
        }
    )


def outcomes(name: str, ensemble: Ensemble) -> pa.Table:
    """Return ``outcomes``: every metric of every run, by metric, month, group and run."""
    known = ensemble.metrics()
    at = reported(ensemble.months)
    found = [ensemble.measured(metric, at) for metric in known]
    blocks = [values if values.ndim == 3 else values[None] for values in found]
    sizes = [block.size for block in blocks]
    runs_, groups_, months_ = (
        np.concatenate([_codes(block.shape, axis).astype(np.int32) for block in blocks])
        for axis in (2, 1, 0)
    )
    whole = np.repeat([values.ndim == 2 for values in found], sizes)
    units = sorted({metric.unit for metric in known})
    unit = np.array([units.index(metric.unit) for metric in known], np.int32)
    values = np.concatenate([block.reshape(-1) for block in blocks])
    return pa.table(
        {
            "scenario": _constant(values.size, name),
            "run": numbers(runs_),
            "metric": words(np.repeat(np.arange(len(known)), sizes), [m.name for m in known]),
            "group": words(groups_, ensemble.groups),
            "month": words(months_, [_months(ensemble)[place] for place in at], missing=whole),
            "value": numbers(values),
            "unit": words(np.repeat(unit, sizes), units),
        }
    )


def frame(table: pa.Table) -> pd.DataFrame:
    """Return a table as a DataFrame: words as categories, months as periods (none is NaT)."""
    import pandas as pd

    columns: dict[str, Any] = {}
    for name in table.column_names:
        column = table.column(name).combine_chunks()
        columns[name] = _periods(column) if name == "month" else column.to_pandas()
    return pd.DataFrame(columns, copy=False)


def _periods(column: pa.DictionaryArray) -> pd.PeriodIndex:
    """Return months as periods, one for each word and then by code."""
    import pandas as pd

    known = column.dictionary.to_pylist()
    ordinals = np.array([pd.Period(word, freq="M").ordinal for word in known], dtype=np.int64)
    if column.null_count:
        # One more word at the end, for rows without a month.
        ordinals = np.append(ordinals, _NO_PERIOD)
        codes = column.indices.fill_null(len(known)).to_numpy()
    else:
        codes = column.indices.to_numpy()
    stamps = ordinals[codes]
    months: pd.PeriodIndex = pd.PeriodIndex.from_ordinals(stamps, freq="M")  # type: ignore[attr-defined]
    return months
