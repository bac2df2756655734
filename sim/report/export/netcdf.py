"""Tables as labelled arrays in a netCDF file.

Every array has the dimensions that its table has keys. Two arrays share a dimension where they have
the same labels on it; others have one of their own, named after what it holds, such as
``nation_month``, so that no cell of a result is ever made up or left empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.ensemble.thinned import is_nation
from sim.errors import InputError, Problem, SimError, StoreError
from sim.report.export.spread import STATISTICS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import xarray as xr

    from sim.report.export.about import About

Tables = Mapping[str, "pd.DataFrame"]

MONTH = "month"
COMPRESSION = 4
EFFECTS = ("effect", "ci_low", "ci_high", "p05", "p50", "p95", "same_sign", "simulation_error")
TITLES = {
    "run": "number of the replicate; one number is one world under every policy",
    "point": "point of the design",
    "month": "first day of the month",
    "group": "group of nations",
    "nation": "nation, ISO 3166-1 alpha-3",
    "ecosystem": "ecosystem of models",
    "statistic": "statistic over runs",
    "scenario": "scenario",
}
"""What dimensions are, by the last word of their names."""


def write(path: Path, tables: Tables, about: About) -> None:
    """Write the arrays of `dataset` as a netCDF file."""
    made = dataset(tables, about)
    packed = {name: {"zlib": True, "complevel": COMPRESSION} for name in made.data_vars}
    made.to_netcdf(path, engine="h5netcdf", encoding=packed)


def dataset(tables: Tables, about: About) -> xr.Dataset:
    """Return a result as an `xarray.Dataset`.

    Parameters
    ----------
    tables : mapping of str to DataFrame
    about : About

    Returns
    -------
    Dataset
        ``share`` and ``developers`` over run, month, group and ecosystem; ``share_over_runs`` over
        statistic, month, group and ecosystem; every metric over run, month and group. What is of
        single nations has ``nation_`` before its name. Attributes hold units and titles.

    Raises
    ------
    InputError
        If no table has months and groups.
    StoreError
        If the packages that write it are not installed.
    """
    try:
        import h5netcdf  # noqa: F401 - asked for here, used by name
        import xarray as xr
    except ImportError as error:
        raise StoreError(
            f"netCDF needs xarray and h5netcdf ({error.name} is missing): "
            "pip install 'open-model-sim[export]'"
        ) from error
    made = _Arrays()
    for name, add in (
        ("runs", _add_runs), ("curves", _add_curves), ("outcomes", _add_outcomes),
        ("effects", _add_effects),
    ):  # fmt: skip
        if name in tables:
            add(made, tables[name])
    if not made.arrays:
        message = f"no table of this result ({about.kind}) is by month and group"
        raise InputError(Problem(message, path="format", hint="csv and xlsx hold every table"))
    if "design" in tables and "point" in made.labels:
        made.describe(tables["design"])
    found = xr.Dataset(made.arrays, made.coordinates(about), _attributes(about))
    return found.assign_coords({name: ("point", *rest) for name, rest in made.beside.items()})


def _attributes(about: About) -> dict[str, str | int]:
    return {name.replace(" ", "_"): value for name, value in about.facts.items()} | {
        "title": about.what,
        "source": about.model,
    }


@dataclass
class _Arrays:
    """Arrays that share dimensions where their labels are the same.

    Attributes
    ----------
    labels : dict of str to tuple
        Labels of each dimension.
    arrays : dict of str to tuple
        Dimensions, values and attributes of each array.
    beside : dict of str to tuple
        Further columns along ``point``: values and attributes.
    """

    labels: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    arrays: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    beside: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    def add(
        self,
        name: str,
        table: pd.DataFrame,
        keys: Sequence[str],
        columns: Sequence[str],
        attributes: Mapping[str, str],
        qualifier: str,
    ) -> None:
        """Add the numbers of a table.

        Parameters
        ----------
        name : str
        table : DataFrame
        keys : sequence of str
            Columns that become dimensions.
        columns : sequence of str
            Of numbers; several are laid along a first dimension ``statistic``.
        attributes : mapping of str to str
        qualifier : str
            Before the name of a dimension whose plain name has other labels.

        Raises
        ------
        StoreError
            If a cell is missing or stands twice.
        """
        import numpy as np
        import pandas as pd

        codes, dimensions = [], []
        for key in keys:
            # Months and numbers in their order, words as the table has them.
            code, words = pd.factorize(table[key], sort=key in (MONTH, "run", "point"))
            codes.append(code)
            dimensions.append(self._dimension(key, tuple(words.tolist()), qualifier))
        shape = tuple(len(self.labels[dimension]) for dimension in dimensions)
        place = np.ravel_multi_index(codes, shape) if keys else np.zeros(len(table), np.int64)
        if len(table) != np.prod(shape) or len(np.unique(place)) != len(table):
            raise StoreError(f"the table of {name} lacks a cell or holds one twice")
        values = np.empty((len(columns), len(table)))
        for row, column in enumerate(columns):
            values[row, place] = table[column].to_numpy(np.float64)
        if len(columns) > 1:
            dimensions.insert(0, self._dimension("statistic", tuple(columns), qualifier))
            shape = (len(columns), *shape)
        self.arrays[name] = (tuple(dimensions), values.reshape(shape), dict(attributes))

    def _dimension(self, key: str, labels: tuple[Any, ...], qualifier: str) -> str:
        """Return the name of the dimension with these labels, a new one if there is none."""
        numbered = (f"{qualifier}_{key}_{n}" for n in range(2, len(self.labels) + 3))
        for name in (key, f"{qualifier}_{key}", *numbered):
            if self.labels.setdefault(name, labels) == labels:
                return name
        raise SimError(f"no name is left for a dimension of {key}")

    def describe(self, design: pd.DataFrame) -> None:
        """Add what each point of a design is, for the points that were run."""
        import numpy as np

        known = design.set_index("point").loc[list(self.labels["point"])]
        for column in known.columns:
            values = known[column].to_numpy()
            text = values.astype(str) if values.dtype == np.object_ else values
            self.beside[str(column)] = (text, {"long_name": f"value of {column} at the point"})

    def coordinates(self, about: About) -> dict[str, tuple[Any, ...]]:
        """Return the labels of every dimension, and the titles of groups and nations."""
        import numpy as np

        found: dict[str, tuple[Any, ...]] = {}
        for name, labels in self.labels.items():
            key = next(key for key in TITLES if key in name.split("_"))
            attributes = {"long_name": TITLES[key]}
            if key == MONTH:
                # First days, since no netCDF calendar has months.
                values: np.ndarray[Any, Any] = np.array(labels, "M8[M]").astype("M8[ns]")
                found[name] = (name, values, attributes)
                continue
            found[name] = (name, np.array(labels), attributes)
            if key in ("group", "nation"):
                titles = list(about.titles(labels).values())
                found[f"{name}_title"] = (name, np.array(titles), {"long_name": "name for readers"})
        return found


def _apart(table: pd.DataFrame) -> list[tuple[str, str, pd.DataFrame]]:
    """Return the rows of groups, and those of single nations with the key ``nation``.

    Each with what stands before the names of its arrays, and the name of its key.
    """
    group = table["group"]
    single = group.map(is_nation).astype(bool)
    parts = [
        ("", "group", table[~single]),
        ("nation_", "nation", table[single].rename(columns={"group": "nation"})),
    ]
    return [part for part in parts if len(part[2])]


def _add_runs(made: _Arrays, table: pd.DataFrame) -> None:
    units = {"share": "fraction", "developers": "developers"}
    titles = {
        "share": "share of developers by main ecosystem",
        "developers": "developers whose main ecosystem it is",
    }
    for before, place, rows in _apart(table):
        keys = ("run", MONTH, place, "ecosystem")
        for column, unit in units.items():
            attributes = {"units": unit, "long_name": titles[column]}
            made.add(f"{before}{column}", rows, keys, [column], attributes, f"{before}run")


def _add_curves(made: _Arrays, table: pd.DataFrame) -> None:
    attributes = {"units": "fraction", "long_name": "share of developers by main ecosystem"}
    for before, place, rows in _apart(table):
        keys = (MONTH, place, "ecosystem")
        name = f"{before}share_over_runs"
        made.add(name, rows, keys, STATISTICS, attributes, f"{before}curve")


def _add_outcomes(made: _Arrays, table: pd.DataFrame) -> None:
    _add_metrics(made, table, [key for key in ("point", "run") if key in table], ["value"])


def _add_effects(made: _Arrays, table: pd.DataFrame) -> None:
    _add_metrics(made, table, ["scenario"], [name for name in EFFECTS if name in table])


def _add_metrics(
    made: _Arrays, table: pd.DataFrame, keys: Sequence[str], columns: Sequence[str]
) -> None:
    """Add an array a metric; one that has no month, or that one group has alone, lacks that key."""
    for before, place, part in _apart(table):
        for metric, rows in part.groupby("metric", sort=False, observed=True):
            attributes = {"units": str(rows["unit"].iloc[0]), "long_name": f"metric {metric}"}
            mine = list(keys)
            if rows[MONTH].iloc[0]:
                mine.append(MONTH)
            if place == "group" and len(rows[place].unique()) == 1:
                attributes["group"] = str(rows[place].iloc[0])
            else:
                mine.append(place)
            made.add(f"{before}{metric}", rows, mine, columns, attributes, f"{before}metric")
