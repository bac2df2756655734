"""Every table as a sheet of one Excel file, behind a sheet that says what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import StoreError
from sim.report.export import words
from sim.report.export.spread import RUN, over_runs

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.export.about import About

README = "read me"
READABLE = 100_000
"""Rows of single runs beyond which a table is given over its runs: a person opens a workbook."""

ROWS = 1_048_575
"""Rows that a sheet holds below its head."""

NAME = 31
"""Characters of a sheet's name."""

WIDE, NARROW = 60, 14
"""Widths of columns, in characters."""


def write(path: Path, tables: Mapping[str, pd.DataFrame], about: About) -> None:
    """Write the workbook.

    Raises
    ------
    StoreError
        If the package that writes it is not installed.
    """
    try:
        import xlsxwriter
    except ImportError as error:
        raise StoreError(
            "Excel files need xlsxwriter: pip install 'open-model-sim[export]'"
        ) from error
    given = {name: _readable(table) for name, table in tables.items()}
    # Texts stand as they are: a title of a user's file that begins like a formula is none.
    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False,
    }  # fmt: skip
    with xlsxwriter.Workbook(path, options) as book:
        head = book.add_format({"bold": True, "bottom": 1})
        sheets = _names(given)
        _fill(book.add_worksheet(README), _read_me(given, sheets, about), (28, 12, 12, WIDE))
        for name, (table, _) in given.items():
            sheet = book.add_worksheet(sheets[name])
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, [str(column) for column in table.columns], head)
            _fill(sheet, _rows(table), [NARROW] * table.shape[1], first=1)
            if len(table):
                sheet.autofilter(0, 0, len(table), table.shape[1] - 1)


def _readable(table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return a table as a sheet holds it, and a word on what was done to it."""
    if RUN in table and len(table) > READABLE:
        numbers = [str(name) for name in table.columns if table[name].dtype.kind == "f"]
        return over_runs(table, numbers), "over runs: csv and netcdf hold every run"
    if len(table) > ROWS:
        return table.head(0), "too long for a sheet: csv holds it"
    return table, ""


def _names(tables: Iterable[str]) -> dict[str, str]:
    """Return a name of a sheet for each table, no two alike."""
    found: dict[str, str] = {}
    for name in tables:
        short, number = name[:NAME], 2
        while short in found.values():
            short, number = f"{name[: NAME - 3]}_{number}", number + 1
        found[name] = short
    return found


def _read_me(
    given: Mapping[str, tuple[pd.DataFrame, str]], sheets: Mapping[str, str], about: About
) -> list[Sequence[Any]]:
    """Return the rows of the first sheet: what was made, the sheets, columns and groups."""
    rows: list[Sequence[Any]] = [(word, value) for word, value in about.facts.items()]
    rows += [(), ("sheet", "rows", "", "holds")]
    for name, (table, said) in given.items():
        holds = "; ".join(text for text in (words.TABLES.get(name, ""), said) if text)
        rows.append((sheets[name], len(table), "", holds))
    columns = dict.fromkeys(str(name) for table, _ in given.values() for name in table.columns)
    rows += [(), ("column", "unit", "", "holds")]
    for name in columns:
        known = words.column(name)
        if known.meaning:
            rows.append((name, known.unit, "", known.meaning))
    rows += [(), ("Months are YYYY-MM. Shares are fractions. Money is USD of 2025.",)]
    groups = dict.fromkeys(
        group
        for table, _ in given.values()
        if "group" in table
        for group in table["group"].unique()
    )
    if groups:
        rows += [(), ("group", "", "", "is")]
        rows += [(group, "", "", title) for group, title in about.titles(groups).items()]
    return rows


def _fill(
    sheet: Any,  # noqa: ANN401 - untyped
    rows: Iterable[Sequence[Any]],
    widths: Sequence[int],
    first: int = 0,
) -> None:
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    for number, row in enumerate(rows, first):
        sheet.write_row(number, 0, row)


def _rows(table: pd.DataFrame) -> Iterable[Sequence[Any]]:
    """Yield rows as plain values; an empty number is an empty cell."""
    import pandas as pd

    columns = [
        [None if missing else value for value, missing in zip(
            table[name].tolist(), pd.isna(table[name]), strict=True)]
        for name in table.columns
    ]  # fmt: skip
    return zip(*columns, strict=True)
