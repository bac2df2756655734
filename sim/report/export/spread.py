"""Tables of runs made tables over runs: the mean and quantiles of every number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.ensemble.curves import BANDS, QUANTILES

if TYPE_CHECKING:
    import pandas as pd

RUN = "run"
STATISTICS = BANDS


def over_runs(table: pd.DataFrame, numbers: Sequence[str]) -> pd.DataFrame:
    """Return a table over its runs.

    Parameters
    ----------
    table : DataFrame
        With a column ``run``; every other column but the numbers is a key.
    numbers : sequence of str
        Columns over which statistics are taken.

    Returns
    -------
    DataFrame
        The keys in the order in which they first occur; for one column of numbers `STATISTICS`,
        for several each with the column's name before it; runs. Quantiles are linear between order
        statistics.
    """
    import pandas as pd

    keys = [name for name in table.columns if name not in (RUN, *numbers)]
    grouped = table.groupby(keys, observed=True, sort=False, dropna=False)
    found = {}
    for number in numbers:
        before = "" if len(numbers) == 1 else f"{number}_"
        found[f"{before}mean"] = grouped[number].mean()
        for name, level in QUANTILES.items():
            found[f"{before}{name}"] = grouped[number].quantile(level)
    found["runs"] = grouped.size()
    return pd.DataFrame(found).reset_index()
