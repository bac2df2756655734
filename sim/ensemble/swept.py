"""A finished sweep as plain data: design, outcomes, failures and what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from sim.ensemble import blocks
from sim.ensemble.blocks import Part
from sim.ensemble.columns import read_numbers
from sim.ensemble.tables import frame

if TYPE_CHECKING:
    import pandas as pd
    from pyarrow import compute

OUTCOMES = "outcomes.parquet"
BLOCS = ("share.bloc_us", "share.bloc_cn")
"""What is drawn and printed where a study names no metrics."""


@dataclass(frozen=True, eq=False, repr=False)
class Swept:
    """The tables of a sweep, of which reports are made.

    Parameters
    ----------
    manifest : mapping
        As in ``manifest.json``.
    design : DataFrame
        One row a point: its number, and one column for each path that varies.
    failures : DataFrame
        Points that could not be run, with the reason.
    parts : sequence of Path or bytes
        Finished blocks in their order; a sweep that was read needs none.
    damaged : tuple of Path
        Blocks that were found damaged, set aside and computed again.
    folder : Path, optional
        Where the outcomes stand, of a sweep that was read.
    """

    manifest: Mapping[str, Any]
    design: pd.DataFrame
    failures: pd.DataFrame
    parts: Sequence[Part] = ()
    damaged: tuple[Path, ...] = field(default=())
    folder: Path | None = field(default=None, kw_only=True)

    @property
    def asked(self) -> Mapping[str, Any]:
        """What was asked, as the manifest has it."""
        asked: Mapping[str, Any] = self.manifest["asked"]
        return asked

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """Kept metrics of every replicate: point, run, metric, group, month, value, unit."""
        return self._outcomes(None)

    def summary(self) -> pd.DataFrame:
        """Return mean and quantiles over replicates by point, metric, group and month.

        Columns: the paths that vary, metric, group, month, mean, p05, p50, p95, runs.
        """
        return self._spread(self.outcomes)

    @property
    def shown(self) -> list[str]:
        """Metrics that are drawn and printed: those that a study names, else the blocs' shares."""
        names = self.asked["study"]["outcomes"]["metrics"] or BLOCS
        return [name for name in names if name in self.asked["metrics"]]

    def last(self) -> pd.DataFrame:
        """Return the summary of the last month, and of metrics of a whole run (an empty month).

        Of the metrics that are `shown`. Only these rows are read, however large the sweep is. Where
        points end in different months, it is the last month of the most points.
        """
        from pyarrow import compute  # costs a command that needs none of it 30 ms

        month, shown = compute.field("month"), compute.field("metric").isin(self.shown)
        last = self.asked["months"][-1]
        found = self._outcomes(shown & ((month == last) | month.is_null()))
        if found["point"][found["month"].notna()].nunique() < len(self.design) - len(self.failures):
            found = self._outcomes(shown)
            points = found.groupby("month", observed=True)["point"].nunique()
            last = points[points == points.max()].index.max()
            found = found[found["month"].isna() | (found["month"] == last)]
        spread = self._spread(found)
        months = spread["month"].astype(str).where(spread["month"].notna(), "")
        return spread.astype({"metric": str, "group": str}).assign(month=months)

    def table_of(self, part: Part) -> pa.Table:
        """Return the rows of a block whose points did not fail in another one."""
        table = blocks.table(part).replace_schema_metadata(None)
        if len(self.failures):
            gone = np.isin(read_numbers(table, "point"), self.failures["point"].to_numpy())
            table = table.filter(pa.array(~gone))
        return table

    def _outcomes(self, wanted: compute.Expression | None) -> pd.DataFrame:
        if self.folder is not None:
            return frame(parquet.read_table(self.folder / OUTCOMES, filters=wanted))
        tables = [self.table_of(part) for part in self.parts]
        if wanted is not None:
            tables = [table.filter(wanted) for table in tables]
        return frame(pa.concat_tables(tables).unify_dictionaries())

    def _spread(self, outcomes: pd.DataFrame) -> pd.DataFrame:
        keys = ["point", "metric", "group", "month"]
        grouped = outcomes.groupby(keys, observed=True, dropna=False)["value"]
        table = grouped.agg(["mean", "count"]).rename(columns={"count": "runs"})
        for name, level in (("p05", 0.05), ("p50", 0.5), ("p95", 0.95)):
            table[name] = grouped.quantile(level)
        merged = self.design.merge(table.reset_index(), on="point")
        order = ["mean", "p05", "p50", "p95", "runs"]
        return merged[[*self.design.columns, *keys[1:], *order]]
