"""Tables in the format of the Integrated Assessment Modeling Consortium.

One row a model, scenario, region, variable and unit, one column a year: what pyam and the scenario
databases of the field read. A year is its December. The variable alone is the mean over runs, so
that parts add up; quantiles follow behind a bar, such as ``Developers|Share|cn_open|p05``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import InputError, Problem
from sim.report.export.spread import STATISTICS, over_runs

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.export.about import About

Tables = Mapping[str, "pd.DataFrame"]

KEYS = ("Model", "Scenario", "Region", "Variable", "Unit")
DECEMBER = "-12"
SHARE = "Developers|Share"

HEADS = {
    "share.bloc_": "Developers|Share of bloc|",
    "share.": f"{SHARE}|",
    "developers.total": "Developers|Total",
    "developers.": "Developers|Count|",
    "used.": "Developers|Used|",
    "only.": "Developers|Used alone|",
    "both.": "Developers|Used both|",
    "tokens.bloc_": "Tokens|Share of bloc|",
    "tokens.": "Tokens|Share|",
}
"""Beginnings of variables by beginnings of metrics, the first that fits."""

EFFECTS = {"effect": "mean", "p05": "p05", "p50": "p50", "p95": "p95"}
"""Columns of a table of effects, with the statistic that each is."""


def write(path: Path, tables: Tables, about: About) -> None:
    """Write the table of `table` as a CSV file."""
    table(tables, about).to_csv(path, index=False)


def table(tables: Tables, about: About) -> pd.DataFrame:
    """Return all that a result says of Decembers.

    Parameters
    ----------
    tables : mapping of str to DataFrame
    about : About

    Returns
    -------
    DataFrame
        Columns `KEYS`, then one for each year. Metrics of a whole run, which have no year, are not
        in it.

    Raises
    ------
    InputError
        If no table has groups and Decembers.
    """
    import pandas as pd

    parts = [part[part["month"].str.endswith(DECEMBER)] for part in _parts(tables, about)]
    long = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    if long.empty:
        message = f"no table of this result ({about.kind}) is by group and December"
        if parts:
            message = "the result holds no December, which stands for its year"
        raise InputError(Problem(message, path="format", hint="csv and xlsx hold every table"))
    titles = about.titles(dict.fromkeys(long["group"]))
    regions, years = long["group"].map(titles), long["month"].str[:4].astype(int)
    long = long.assign(model=about.model, region=regions, year=years)
    long = long.rename(columns={key.lower(): key for key in KEYS})
    wide = long.set_index([*KEYS, "year"])["value"].unstack("year", sort=False)  # noqa: PD010 - keeps the order
    return wide[sorted(wide.columns)].reset_index().rename_axis(columns=None)


def variable(metric: str) -> str:
    """Return the variable of a metric: its parts behind bars, in words that the field knows."""
    for begins, head in HEADS.items():
        if metric.startswith(begins):
            return head + metric.removeprefix(begins)
    first, *rest = metric.split(".")
    return "|".join([first.replace("_", " ").capitalize(), *rest])


def _parts(tables: Tables, about: About) -> Iterator[pd.DataFrame]:
    """Yield long tables: scenario, group, variable, unit, month, value."""
    curves = tables.get("curves")
    if curves is not None:
        named = curves.assign(metric="share." + curves["ecosystem"], unit="fraction")
        yield _long(named, {name: name for name in STATISTICS})
    outcomes = tables.get("outcomes")
    if outcomes is not None:
        monthly = outcomes[outcomes["month"].str.endswith(DECEMBER)]
        if curves is not None:
            shares = set("share." + curves["ecosystem"].unique())
            monthly = monthly[~monthly["metric"].isin(shares)]
        if "scenario" not in monthly:
            points = monthly["point"].astype(str).str.zfill(4)
            monthly = monthly.assign(scenario=f"{about.name_of_study} point " + points)
            monthly = monthly.drop(columns="point")
        yield _long(over_runs(monthly, ["value"]), {name: name for name in STATISTICS})
    effects = tables.get("effects")
    if effects is not None:
        against = effects["scenario"] + " against " + effects["reference"]
        yield _long(effects.assign(scenario=against), EFFECTS, "|Effect")


def _long(wide: pd.DataFrame, statistics: Mapping[str, str], tail: str = "") -> pd.DataFrame:
    """Return one row a statistic."""
    names = {metric: variable(metric) + tail for metric in wide["metric"].unique()}
    keys = ["scenario", "group", "metric", "unit", "month"]
    long = wide[[*keys, *statistics]].melt(id_vars=keys, var_name="column")
    ends = long["column"].map(
        {column: "" if name == "mean" else f"|{name}" for column, name in statistics.items()}
    )
    return long.assign(variable=long["metric"].map(names) + ends)
