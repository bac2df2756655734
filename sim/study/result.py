"""What a run gives: its tables, where they came from, and what can be done with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from sim import months
from sim.ensemble import thinned
from sim.ensemble.columns import read_words
from sim.ensemble.record import Effect, Tables
from sim.errors import InputError, Problem, cited, nearest
from sim.scenario import Scenario, load, nations
from sim.study.saved import Saved, Writer, plain_scenario

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from sim.ensemble.curves import Ensemble


TABLES = ("curves", "runs", "outcomes")
HISTORY = "history_"
AGAINST, REFERENCE = "against.csv", "against_curves.csv"
HEADLINE, FUTURES = "headline.csv", "futures.csv"
UTILITY = "utility.parquet"


_DICTIONARY = 1 << 22
"""Bytes that the dictionary of a rounded column may take."""

_LEVEL = 6
"""Of compression of rounded columns: more takes time and saves nothing."""


@dataclass(frozen=True, eq=False, repr=False)
class Result(Tables, Saved):
    """A finished run of one scenario: its tables, and where they are kept.

    Parameters
    ----------
    manifest : mapping
        As in ``manifest.json``.
    folder : Path, optional
        Where it is kept.
    """

    kind: ClassVar[str] = "run"
    always: ClassVar[frozenset[str]] = frozenset(
        {"curves.csv", "curves.parquet", "runs.parquet", "outcomes.parquet"}
    )

    later: ClassVar[frozenset[str]] = frozenset({UTILITY})

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        manifest: Mapping[str, Any],
        ensemble: Ensemble,
        seen: Mapping[str, pa.Table],
        future: NDArray[np.int64],
        utility: pa.Table | None = None,
        *,
        full: bool = False,
    ) -> Result:
        """Return the result of an ensemble.

        Parameters
        ----------
        scenario, manifest, seen
            As in `Result`.
        ensemble : Ensemble
        future : array, shape (replicates,), int
            Future of each replicate.
        utility : pyarrow.Table, optional
            As in `Result`.
        full : bool
            Keep every month, nothing rounded.
        """
        from sim.calibration import mid_2025
        from sim.ensemble import futures, tables

        curves, between, at = tables.curves(scenario.name, ensemble), None, None
        if not full:
            at = thinned.months_of_runs(ensemble.months, scenario)
            of_nations = ensemble.months[thinned.months_of_nations(ensemble.months, scenario)]
            kept = [months.text(month) for month in of_nations]
            curves, between = thinned.split(curves, kept)
        made = {
            "curves": curves,
            "runs": tables.runs(scenario.name, ensemble, at),
            "outcomes": tables.outcomes(scenario.name, ensemble),
        }
        headline = mid_2025.table(scenario.name, ensemble)
        by_future = futures.table(scenario.name, ensemble, future)
        return cls(
            manifest, scenario, made, seen,
            headline=headline, futures=by_future, utility=utility, between=between,
        )  # fmt: skip

    @classmethod
    def folders(cls, manifest: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the folder of the scenario, or of its run of some nations."""
        return (folder_of(load(plain_scenario(manifest["asked"]["scenario"]))),)

    @property
    def where(self) -> tuple[str, ...]:
        """The folder of the scenario, or of its run of some nations."""
        return (folder_of(self.scenario),)

    @property
    def what(self) -> str:
        """The scenario, its nations where they are not all, runs and seed."""
        return f"{folder_of(self.scenario)}, {self.n_runs:,} runs, seed {self.seed}"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the median shares with their bands."""
        from sim.report import html_table

        return html_table(self, repr(self))

    def holds(self, repeat: Mapping[str, Any]) -> bool:
        """Whether it keeps at least what a manifest's part ``repeat`` says that a run kept."""
        return (self.full or not repeat["full"]) and (
            self.against is not None or repeat["against"] is None
        )

    def beside(
        self, effect: Effect, reference: Mapping[str, Any], curves: pa.Table | None
    ) -> Result:
        """Return the result with its effect against a reference.

        Parameters
        ----------
        effect : Effect
        reference : mapping
            The scenario of the reference as plain data.
        curves : pyarrow.Table, optional
            Its medians, where they are known.
        """
        repeat = {**self.manifest["repeat"], "against": reference}
        manifest = {**self.manifest, "repeat": repeat}
        return replace(self, against=effect, reference=curves, manifest=manifest)

    @property
    def full(self) -> bool:
        """Whether it keeps everything: every month, and the runs of single nations."""
        _, held = read_words(self.tables["runs"], "group")
        return any(thinned.is_nation(group) for group in held)

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
            Slugs, ISO3 codes or names; without any, the world beside the Global South.

        Raises
        ------
        InputError
            If the result holds no such group.
        """
        from sim.report import adoption_curves

        return adoption_curves(self, [self.group(word) for word in groups] or None)

    def share(self, place: str, month: str | pd.Period) -> pd.DataFrame:
        """Return the shares of a group or nation in one month, with their bands.

        Parameters
        ----------
        place : str
            Slug, ISO3 code or name.
        month : str or Period
            ``YYYY-MM``.

        Returns
        -------
        DataFrame
            One row an ecosystem: mean, p05, p25, p50, p75, p95, fractions.

        Raises
        ------
        InputError
            If the result holds no such group or month.
        """
        from sim.ensemble.tables import frame

        code, when = self.group(place), str(month)
        chosen = self.curves[self.curves["group"] == code]
        at = chosen[chosen["month"].astype(str) == when]
        if at.empty and self.between is not None:
            left = frame(self.between)
            at = left[(left["group"] == code) & (left["month"].astype(str) == when)]
        if at.empty:
            first, last = str(chosen["month"].min()), str(chosen["month"].max())
            what, hint = f"no month {cited(when)}", f"it runs from {first} to {last}"
            if first < when < last:
                what = f"{code} at Decembers, not in {cited(when)}"
                hint = "run it with full=True, or --full, to keep every month"
            raise InputError(Problem(f"the result holds {what}", path="month", hint=hint))
        return at.set_index("ecosystem").drop(columns=["scenario", "group", "month"])

    def group(self, word: str) -> str:
        """Return the group or nation of the result that a slug, a code or a name means.

        Raises
        ------
        InputError
            If the result holds none of it.
        """
        from sim.report.naming import code_of, known_names

        _, held = read_words(self.tables["curves"], "group")
        code = code_of(word, held)
        if code not in held:
            hint = (
                nearest(word, (*held, *known_names().name)) or f"it holds {', '.join(held[:5])} …"
            )
            raise InputError(
                Problem(f"the result holds no group {word!r}", path="group", hint=hint)
            )
        return code

    def _tables(self) -> dict[str, Writer]:
        import pyarrow as pa

        rounded = {} if self.full else thinned.CODED
        written = {
            f"{name}.parquet": _parquet_of(self.tables[name], rounded.get(name, ()))
            for name in TABLES
        }
        curves = self.tables["curves"]
        text = curves if self.full else thinned.rounded(curves, ["mean"])
        # Names of scenarios, groups and ecosystems never need quotes, a tenth of the file.
        written["curves.csv"] = _csv_of(text, quotes="none")
        written |= {f"{HISTORY}{name}.csv": _csv_of(table) for name, table in self.seen.items()}
        if self.headline is not None:
            written[HEADLINE] = _csv_of(self.headline)
        if self.futures is not None:
            written[FUTURES] = _csv_of(self.futures)
        if self.utility is not None:
            written[UTILITY] = _parquet_of(self.utility)
        if self.against is not None:
            row = {key: [value] for key, value in self.against.as_dict().items()}
            written[AGAINST] = _csv_of(pa.table(row))
        if self.reference is not None:
            written[REFERENCE] = _csv_of(self.reference, quotes="none")
        return written

    @classmethod
    def _of(cls, folder: Path, manifest: Mapping[str, Any]) -> Result:
        from pyarrow import csv, parquet

        from sim.calibration import check
        from sim.calibration.history import VIEWS

        tables = {name: parquet.read_table(folder / f"{name}.parquet") for name in TABLES}
        seen = {
            name: _numbers(csv.read_csv(folder / f"{HISTORY}{name}.csv"))
            for name in (*VIEWS, check.NAME)
            if f"{HISTORY}{name}.csv" in manifest["seals"]
        }
        scenario = load(plain_scenario(manifest["asked"]["scenario"]))
        headline, by_future, reference = (
            csv.read_csv(folder / name) if name in manifest["seals"] else None
            for name in (HEADLINE, FUTURES, REFERENCE)
        )
        utility = parquet.read_table(folder / UTILITY) if UTILITY in manifest["seals"] else None
        beside = None
        if AGAINST in manifest["seals"]:
            beside = Effect(**csv.read_csv(folder / AGAINST).to_pylist()[0])
        return cls(
            manifest, scenario, tables, seen,
            headline=headline, futures=by_future, utility=utility, against=beside,
            reference=reference,
        )  # fmt: skip

    def _frame(self, name: str) -> pd.DataFrame:
        from sim.ensemble.tables import frame

        return frame(self.tables[name])


def folder_of(scenario: Scenario) -> str:
    """Return the name of the folder for the results of a scenario.

    Runs of some nations have their own, so that they never stand for the whole world.
    """
    part = nations.label(scenario.nations)
    return f"{scenario.name}-{part}" if part else scenario.name


def _parquet_of(table: pa.Table, coded: Sequence[str] = ()) -> Writer:
    """Return what writes a table as Parquet; words and columns that are coded have dictionaries."""

    def write(path: Path) -> None:
        from pyarrow import parquet

        words = [field.name for field in table.schema if not _is_number(field)]
        plain = [
            field.name for field in table.schema
            if str(field.type) == "double" and field.name not in coded
        ]  # fmt: skip
        parquet.write_table(
            table,
            path,
            compression="zstd",
            compression_level=_LEVEL if coded else None,
            use_dictionary=[*words, "run", *coded],
            # First bytes of all numbers, then second bytes: a tenth less of a file.
            use_byte_stream_split=plain,
            # One dictionary for all rows: a second one would be as large again.
            dictionary_pagesize_limit=_DICTIONARY if coded else None,
            write_statistics=[*words, "run"],
        )

    return write


def _csv_of(table: pa.Table, quotes: Literal["needed", "none"] = "needed") -> Writer:
    def write(path: Path) -> None:
        from pyarrow import csv

        csv.write_csv(table, path, csv.WriteOptions(quoting_style=quotes))

    return write


def _numbers(table: pa.Table) -> pa.Table:
    """Return a table whose empty columns are columns of numbers, which a CSV cannot say."""
    import pyarrow as pa

    types = [pa.float64() if field.type == pa.null() else field.type for field in table.schema]
    return table.cast(pa.schema(list(zip(table.column_names, types, strict=True))))


def _is_number(field: pa.Field) -> bool:
    return str(field.type) in {"double", "int32", "int64"}
