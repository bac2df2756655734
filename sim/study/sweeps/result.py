"""A finished sweep: design, outcomes, failures and what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from sim.ensemble.columns import read_numbers
from sim.study.saved import Saved, Writer, csv_of, read_table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from matplotlib.figure import Figure
    from pyarrow import compute

    from sim.ensemble.blocks import Part

DESIGN, OUTCOMES, FAILED = "design.parquet", "outcomes.parquet", "failures.csv"
FIGURE = "sweep.svg"
BLOCS = ("share.bloc_us", "share.bloc_cn")
"""What is drawn and printed where a study names no metrics."""


@dataclass(frozen=True, eq=False, repr=False)
class Sweep(Saved):
    """A finished sweep.

    Parameters
    ----------
    manifest : mapping
    design : DataFrame
        One row a point: its number, and one column for each path that varies.
    failures : DataFrame
        Points that could not be run, with the reason.
    parts : sequence of Path or bytes
        Finished blocks in their order; a sweep that was read needs none.
    damaged : tuple of Path
        Blocks that were found damaged, set aside and computed again.
    folder : Path, optional
        Where it is kept.
    """

    kind: ClassVar[str] = "sweep"

    design: pd.DataFrame
    failures: pd.DataFrame
    parts: Sequence[Part] = ()
    damaged: tuple[Path, ...] = field(default=())

    @property
    def asked(self) -> Mapping[str, Any]:
        """What was asked, as the manifest has it."""
        asked: Mapping[str, Any] = self.manifest["asked"]
        return asked

    @property
    def documents(self) -> list[Mapping[str, Any]]:
        """The scenarios that were run, in full."""
        return [self.asked["scenario"], *self.asked["scenarios"].values()]

    @property
    def name(self) -> str:
        """Name of the study."""
        return str(self.asked["study"]["name"])

    @property
    def what(self) -> str:
        """The study, its points and the runs of each."""
        return f"{self.name}, {self.asked['points']:,} points x {self.asked['runs']:,} runs"

    @property
    def where(self) -> tuple[str, ...]:
        """The folder of the study's sweeps."""
        return ("sweeps", self.name)

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

        Of the metrics that are `shown`. Only these rows are read, however large the sweep is.
        """
        from pyarrow import compute

        month = compute.field("month")
        wanted = compute.field("metric").isin(self.shown) & (
            (month == self.asked["months"][-1]) | month.is_null()
        )
        spread = self._spread(self._outcomes(wanted))
        months = ["" if missing else str(month) for month, missing in zip(
            spread["month"], spread["month"].isna(), strict=True)]  # fmt: skip
        return spread.astype({"metric": str, "group": str}).assign(month=months)

    def plot(self) -> Figure:
        """Return the figure that suits what varied, of the last month that was kept."""
        from sim.report import sweep_figure

        return sweep_figure(self)

    def _tables(self) -> dict[str, Writer]:
        return {
            DESIGN: self._write_design,
            OUTCOMES: self._write_outcomes,
            FAILED: csv_of(self.failures),
        }

    def _figures(self) -> dict[str, bytes]:
        from sim.report import svg

        return {FIGURE: svg(self.plot()).encode()}

    def _page(self, drawn: Mapping[str, bytes]) -> str:
        from sim.report import sweeps

        return sweeps.page(self, drawn[FIGURE])

    @classmethod
    def _required(cls, manifest: Mapping[str, Any]) -> frozenset[str]:  # noqa: ARG003
        return frozenset({DESIGN, OUTCOMES, FAILED})

    @classmethod
    def _of(cls, folder: Path, manifest: Mapping[str, Any]) -> Sweep:
        from pyarrow import parquet

        design = parquet.read_table(folder / DESIGN).to_pandas()
        return cls(manifest, design, read_table(folder / FAILED, ("reason",)), folder=folder)

    def _write_design(self, path: Path) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        table = pa.Table.from_pandas(self.design, preserve_index=False)
        parquet.write_table(table.replace_schema_metadata(None), path, compression="zstd")

    def _write_outcomes(self, path: Path) -> None:
        """Write the outcomes, one block in memory at a time."""
        from pyarrow import parquet

        if not self.parts and self.folder is not None:
            path.write_bytes((self.folder / OUTCOMES).read_bytes())
            return
        writer: Any = None
        try:
            for part in self.parts:
                table = self._table_of(part)
                if writer is None:
                    writer = parquet.ParquetWriter(
                        path, table.schema, compression="zstd", write_statistics=["point", "run"],
                        use_dictionary=[name for name in table.column_names if name != "value"],
                    )  # fmt: skip
                if table.num_rows:
                    writer.write_table(table.cast(writer.schema))
        finally:
            if writer is not None:
                writer.close()

    def _table_of(self, part: Part) -> pa.Table:
        """Return the rows of a block whose points did not fail in another one."""
        import pyarrow as pa

        from sim.ensemble import blocks

        table = blocks.table(part).replace_schema_metadata(None)
        if len(self.failures):
            gone = np.isin(read_numbers(table, "point"), self.failures["point"].to_numpy())
            table = table.filter(pa.array(~gone))
        return table

    def _outcomes(self, wanted: compute.Expression | None) -> pd.DataFrame:
        import pyarrow as pa
        from pyarrow import parquet

        from sim.ensemble.tables import frame

        if self.folder is not None:
            return frame(parquet.read_table(self.folder / OUTCOMES, filters=wanted))
        tables = []
        for part in self.parts:
            table = self._table_of(part)
            tables.append(table if wanted is None else table.filter(wanted))
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
