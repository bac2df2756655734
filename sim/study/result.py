"""What a run gives: its tables, where they came from, and what can be done with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from sim.study.saved import Saved, Writer, plain_scenario

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from matplotlib.figure import Figure

    from sim.scenario import Scenario
    from sim.study.curves import Ensemble


TABLES = ("curves", "runs", "outcomes")
HISTORY = "history_"


@dataclass(frozen=True, eq=False)
class Result(Saved):
    """A finished run of one scenario.

    Parameters
    ----------
    manifest : mapping
        As in ``manifest.json``.
    scenario : Scenario
        As it was run, with no reference left.
    tables : mapping of str to pyarrow.Table
        ``curves``, ``runs`` and ``outcomes``, with the columns of their files.
    seen : mapping of str to pyarrow.Table
        What the runs would have shown of 2023 to 2025, beside what was observed.
    folder : Path, optional
        Where it is kept.
    """

    kind: ClassVar[str] = "run"

    scenario: Scenario
    tables: Mapping[str, pa.Table]
    seen: Mapping[str, pa.Table]

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        manifest: Mapping[str, Any],
        ensemble: Ensemble,
        seen: Mapping[str, pa.Table],
    ) -> Result:
        """Return the result of an ensemble."""
        from sim.study import tables

        made = {
            "curves": tables.curves(scenario.name, ensemble),
            "runs": tables.runs(scenario.name, ensemble),
            "outcomes": tables.outcomes(scenario.name, ensemble),
        }
        return cls(manifest, scenario, made, seen)

    @property
    def where(self) -> tuple[str, ...]:
        """The folder of the scenario."""
        return (self.scenario.name,)

    @property
    def seed(self) -> int:
        """Seed of the random streams."""
        return self.scenario.ensemble.seed

    @property
    def n_runs(self) -> int:
        """Number of replicates."""
        return self.scenario.ensemble.runs

    @cached_property
    def curves(self) -> pd.DataFrame:
        """Share by group, ecosystem and month: mean, p05, p25, p50, p75, p95 over runs."""
        return self._frame("curves")

    @cached_property
    def runs(self) -> pd.DataFrame:
        """Share and developers of every run, by month, group and ecosystem."""
        return self._frame("runs")

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """Every metric of every run: metric, group, month (NaT for a whole run), value, unit."""
        return self._frame("outcomes")

    @cached_property
    def history(self) -> dict[str, pd.DataFrame]:
        """Views of 2023 to 2025 as the runs give them, beside the observations, by name."""
        return {name: table.to_pandas() for name, table in self.seen.items()}

    def plot(self, *groups: str) -> Figure:
        """Return the adoption curves of groups or nations, one panel each.

        Parameters
        ----------
        *groups : str
            Slugs or ISO3 codes; without any, the world beside the Global South.

        Raises
        ------
        InputError
            If the result holds no such group.
        """
        from sim.report import adoption_curves
        from sim.study.columns import read_words

        _, held = read_words(self.tables["curves"], "group")
        usual = [group for group in ("world", "global_south") if group in held]
        return adoption_curves(self, groups or usual)

    def _tables(self) -> dict[str, Writer]:
        written = {f"{name}.parquet": _parquet_of(self.tables[name]) for name in TABLES}
        texts = {"curves": self.tables["curves"]}
        texts |= {f"{HISTORY}{name}": table for name, table in self.seen.items()}
        return written | {f"{name}.csv": _csv_of(table) for name, table in texts.items()}

    def _figures(self) -> dict[str, bytes]:
        from sim import report

        figure = self.plot()
        # The page shows the drawing that has just been made.
        self.__dict__["_drawing"] = report.svg(figure)
        return {
            "adoption_curves.svg": self._drawing.encode(),
            "adoption_curves.png": report.png(figure),
            "adoption_nations.svg": report.adoption_nations(self).encode(),
        }

    @cached_property
    def _drawing(self) -> str:
        from sim import report

        return report.svg(self.plot())

    def _page(self) -> str:
        from sim import report

        return report.page(self, curves=self._drawing)

    @classmethod
    def _of(cls, folder: Path, manifest: Mapping[str, Any]) -> Result:
        from pyarrow import csv, parquet

        from sim.scenario import load
        from sim.study.history import VIEWS

        tables = {name: parquet.read_table(folder / f"{name}.parquet") for name in TABLES}
        seen = {
            name: _numbers(csv.read_csv(folder / f"{HISTORY}{name}.csv"))
            for name in VIEWS
            if f"{HISTORY}{name}.csv" in manifest["seals"]
        }
        return cls(manifest, load(plain_scenario(manifest["asked"]["scenario"])), tables, seen)

    def _frame(self, name: str) -> pd.DataFrame:
        from sim.study.tables import frame

        return frame(self.tables[name])


def _parquet_of(table: pa.Table) -> Writer:
    def write(path: Path) -> None:
        from pyarrow import parquet

        words = [field.name for field in table.schema if not _is_number(field)]
        parquet.write_table(
            table,
            path,
            compression="zstd",
            use_dictionary=[*words, "run"],
            write_statistics=[*words, "run"],
        )

    return write


def _csv_of(table: pa.Table) -> Writer:
    def write(path: Path) -> None:
        from pyarrow import csv

        csv.write_csv(table, path, csv.WriteOptions(quoting_style="needed"))

    return write


def _numbers(table: pa.Table) -> pa.Table:
    """Return a table whose empty columns are columns of numbers, which a CSV cannot say."""
    import pyarrow as pa

    types = [pa.float64() if field.type == pa.null() else field.type for field in table.schema]
    return table.cast(pa.schema(list(zip(table.column_names, types, strict=True))))


def _is_number(field: pa.Field) -> bool:
    return str(field.type) in {"double", "int32", "int64"}
