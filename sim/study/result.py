"""What a run gives: its tables, where they came from, and what can be done with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from matplotlib.figure import Figure

    from sim.scenario import Scenario
    from sim.study.curves import Ensemble


@dataclass(frozen=True, eq=False)
class Result:
    """A finished run of one scenario.

    Parameters
    ----------
    scenario : Scenario
        As it was run, with no reference left.
    manifest : mapping
        As in ``manifest.json``.
    tables : mapping of str to pyarrow.Table
        ``curves``, ``runs`` and ``outcomes``, with the columns of their files.
    seen : mapping of str to pyarrow.Table
        What the runs would have shown of 2023 to 2025, beside what was observed.
    """

    scenario: Scenario
    manifest: Mapping[str, Any]
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
        return cls(scenario, manifest, made, seen)

    @classmethod
    def read(cls, folder: str | Path) -> Result:
        """Read a result that was saved.

        Raises
        ------
        StoreError
            If the folder holds no result, or one in a newer format.
        """
        from sim.study import store

        return store.read(Path(folder))

    @property
    def hash(self) -> str:
        """Names the result: of the resolved scenario, the evidence and the model version."""
        return str(self.manifest["hash"])

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

    def save(self, out: str | Path = "results") -> Path:
        """Write all files of the result, or nothing.

        Parameters
        ----------
        out : str or Path
            Folder that stands for ``results/``, as ``--out`` does.

        Returns
        -------
        Path
            The result's own folder, ``OUT/<scenario>/<hash12>``.

        Raises
        ------
        StoreError
            If something cannot be written; then nothing is left behind.
        """
        from sim.study import store

        return store.save(self, Path(out))

    def _frame(self, name: str) -> pd.DataFrame:
        from sim.study.tables import frame

        return frame(self.tables[name])
