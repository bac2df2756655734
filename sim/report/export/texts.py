"""Every table as CSV beside a description of its columns: a Frictionless data package.

See https://specs.frictionlessdata.io/tabular-data-package/.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.report.export import words

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.export.about import About

DESCRIPTION = "datapackage.json"


def write(path: Path, tables: Mapping[str, pd.DataFrame], about: About) -> None:
    """Make a folder with every table and a description of them all."""
    path.mkdir()
    for name, table in tables.items():
        _write_table(path / f"{name}.csv", table)
    text = json.dumps(description(tables, about), indent=2, ensure_ascii=False, allow_nan=False)
    (path / DESCRIPTION).write_text(text + "\n", encoding="utf-8")


def description(tables: Mapping[str, pd.DataFrame], about: About) -> dict[str, Any]:
    """Return the descriptor of a tabular data package."""
    return {
        "profile": "tabular-data-package",
        "name": about.name.lower(),
        "title": about.what,
        "description": ", ".join(f"{word} {value}" for word, value in about.facts.items()),
        "resources": [_resource(name, table) for name, table in tables.items()],
    }


def _resource(name: str, table: pd.DataFrame) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": f"{name}.csv",
        "description": words.TABLES.get(name, ""),
        "format": "csv",
        "encoding": "utf-8",
        "schema": {"fields": [_field(str(column), table[column]) for column in table.columns]},
    }


def _field(name: str, values: pd.Series) -> dict[str, str]:
    known = words.column(name)
    described = {"description": known.meaning, "unit": known.unit}
    return {"name": name, "type": _type(name, values)} | {
        word: text for word, text in described.items() if text
    }


def _type(name: str, values: pd.Series) -> str:
    from pandas.api import types

    if types.is_bool_dtype(values):
        return "boolean"
    if types.is_integer_dtype(values):
        return "integer"
    if types.is_numeric_dtype(values):
        return "number"
    return "yearmonth" if name == "month" else "string"


def _write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a table; millions of rows take seconds with Arrow, minutes without."""
    import pyarrow as pa
    from pyarrow import csv

    made = pa.Table.from_pandas(table, preserve_index=False)
    csv.write_csv(made, path, csv.WriteOptions(quoting_style="needed"))
