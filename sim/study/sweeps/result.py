"""A finished sweep: design, outcomes, failures and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from sim.ensemble.swept import OUTCOMES, Swept
from sim.numerals import counted
from sim.study.saved import Saved, Writer, csv_of, read_table

if TYPE_CHECKING:
    from matplotlib.figure import Figure


DESIGN, FAILED = "design.parquet", "failures.csv"
FIGURE = "sweep.svg"


class OfSweep(Saved):
    """A result that is made of a sweep, and kept by the name of its study."""

    sweep: Sweep

    @property
    def what(self) -> str:
        """The sweep that it was made from."""
        return self.sweep.what

    @classmethod
    def folders(cls, manifest: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the folder of the kind, and of the study in it."""
        return (cls.kind, str(manifest["asked"]["study"]["name"]))


@dataclass(frozen=True, eq=False, repr=False)
class Sweep(Swept, Saved):
    """A finished sweep: its tables, and where they are kept.

    Parameters
    ----------
    manifest : mapping
    folder : Path, optional
        Where it is kept.
    """

    kind: ClassVar[str] = "sweep"
    always: ClassVar[frozenset[str]] = frozenset({DESIGN, OUTCOMES, FAILED})

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
        points, runs = counted(self.asked["points"], "point"), counted(self.asked["runs"], "run")
        return f"{self.name}, {points} x {runs}"

    @classmethod
    def folders(cls, manifest: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the folder of the study's sweeps."""
        return ("sweeps", str(manifest["asked"]["study"]["name"]))

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
                table = self.table_of(part)
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
