"""A finished sweep, read from its folder: design, outcomes, failures and what they say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import StoreError
from sim.study import store
from sim.study.sweeps.shards import write_whole
from sim.version import FORMAT

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

DESIGN, OUTCOMES, FAILED = "design.parquet", "outcomes.parquet", "failures.csv"
FIGURE = "sweep.svg"
BLOCS = ("share.bloc_us", "share.bloc_cn")
"""What is drawn and printed first, where it was kept."""


@dataclass(frozen=True, eq=False)
class Sweep:
    """A finished sweep on disk.

    Parameters
    ----------
    folder : Path
    manifest : mapping
    damaged : tuple of Path
        Shards that were found damaged, set aside and computed again.
    """

    folder: Path
    manifest: Mapping[str, Any]
    damaged: tuple[Path, ...] = field(default=())

    @classmethod
    def read(cls, folder: str | Path) -> Sweep:
        """Read a sweep.

        Raises
        ------
        StoreError
            If the folder holds no finished sweep, or one in a newer format.
        """
        place = Path(folder)
        for name in (store.MANIFEST, DESIGN, OUTCOMES, FAILED):
            if not (place / name).is_file():
                raise StoreError(f"{place} is not a finished sweep: it has no {name}")
        try:
            known = json.loads((place / store.MANIFEST).read_text(encoding="utf-8"))
            newer = known["format_version"] > FORMAT
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError(f"{place} cannot be read as a sweep: {error}") from error
        if newer:
            raise StoreError(f"{place} was written in a newer format than this version reads")
        return cls(place, known)

    @cached_property
    def design(self) -> pd.DataFrame:
        """One row a point: its number, and one column for each path that varies."""
        return self._frame(DESIGN)

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """Kept metrics of every replicate: point, run, metric, group, month, value, unit."""
        from pyarrow import parquet

        from sim.study.tables import frame

        return frame(parquet.read_table(self.folder / OUTCOMES))

    @cached_property
    def failures(self) -> pd.DataFrame:
        """Points that could not be run, with the reason."""
        import pandas as pd

        return pd.read_csv(self.folder / FAILED)

    def summary(self) -> pd.DataFrame:
        """Return mean and quantiles over replicates by point, metric, group and month.

        Columns: the paths that vary, metric, group, month, mean, p05, p50, p95, runs.
        """
        return self._spread(self.outcomes)

    def last(self) -> pd.DataFrame:
        """Return the summary of the last month: of the blocs' shares, where they were kept.

        Only these rows are read, however large the sweep is.
        """
        from pyarrow import parquet

        from sim.study.tables import frame

        names = [name for name in BLOCS if name in self.manifest["metrics"]]
        wanted = [("month", "==", self.manifest["months"][-1])]
        if names:
            wanted.append(("metric", "in", names))
        table = frame(parquet.read_table(self.folder / OUTCOMES, filters=wanted))
        spread = self._spread(table)
        return spread.astype({"metric": str, "group": str, "month": str})

    def plot(self) -> Figure:
        """Return the figure that suits what varied, of the last month that was kept."""
        from sim.report import sweep_figure

        return sweep_figure(self)

    def draw(self) -> Path | None:
        """Write the figure beside the outcomes, and return its path; None without a month.

        Raises
        ------
        StoreError
            If it cannot be written.
        """
        if not self.manifest["months"] or not len(self.last()):
            return None
        from sim.report import svg

        write_whole(self.folder / FIGURE, svg(self.plot()).encode())
        return self.folder / FIGURE

    def _spread(self, outcomes: pd.DataFrame) -> pd.DataFrame:
        keys = ["point", "metric", "group", "month"]
        grouped = outcomes.groupby(keys, observed=True, dropna=False)["value"]
        table = grouped.agg(["mean", "count"]).rename(columns={"count": "runs"})
        for name, level in (("p05", 0.05), ("p50", 0.5), ("p95", 0.95)):
            table[name] = grouped.quantile(level)
        merged = self.design.merge(table.reset_index(), on="point")
        order = ["mean", "p05", "p50", "p95", "runs"]
        return merged[[*self.design.columns, *keys[1:], *order]]

    def _frame(self, name: str) -> pd.DataFrame:
        from pyarrow import parquet

        table: pd.DataFrame = parquet.read_table(self.folder / name).to_pandas()
        return table
