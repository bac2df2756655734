"""What commands print: text for people, one JSON value for programs, errors to standard error."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from sim.errors import Problem, printable

if TYPE_CHECKING:
    import pandas as pd

    from sim.study.saved import Saved

Row = Mapping[str, Any]

TITLE = 40
"""Characters of a title beside a bar."""


class Table(list[Row]):
    """Rows that are shown in columns under their names; in JSON a list like any other.

    Parameters
    ----------
    rows : iterable of mapping
    columns : sequence of str
        What a line shows.
    below : sequence of str
        What the line below it shows, apart by semicolons: texts too long for a column.
    """

    def __init__(
        self, rows: Iterable[Row], columns: Sequence[str], below: Sequence[str] = ()
    ) -> None:
        super().__init__(rows)
        self.columns, self.below = columns, below


def beside_a_bar(title: str) -> str:
    """Return a title that may be the name of a file as a terminal can show it beside a bar.

    Control characters could move the cursor, brackets are markup to what draws the bar, and a
    long name leaves no room for the bar.
    """
    from rich.markup import escape

    shown = printable(title)
    return escape(shown if len(shown) <= TITLE else f"{shown[: TITLE - 1]}…")


def finish(
    done: Any,  # noqa: ANN401 - a result of any kind
    as_json: Callable[[Any], object],
    show: Callable[[Any], None],
    *,
    json: bool,
    quiet: bool = False,
) -> None:
    """Print what is done: one JSON value, the folder of a result alone, or what a person reads."""
    if json:
        print_json(as_json(done))
    elif quiet:
        typer.echo(str(done.folder))
    else:
        show(done)


def print_json(value: object) -> None:
    """Print one JSON value and nothing else."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table as records; what is not a number is null."""
    found: list[dict[str, Any]] = json.loads(frame.to_json(orient="records"))
    return found


def place(found: Saved) -> str:
    """Return where a result is, and since when where it was there before."""
    kept = f" (unchanged, kept from {made_at(found)})" if found.unchanged else ""
    return f"{found.folder}{kept}"


def place_json(found: Saved) -> dict[str, Any]:
    """Return the folder of a result for a program, and since when it was there before."""
    kept = {"unchanged": made_at(found)} if found.unchanged else {}
    return {"folder": None if found.folder is None else str(found.folder), **kept}


def made_at(found: Saved) -> str:
    """Return when a result was made."""
    return str(found.manifest["made"]["time"])


def print_rows(rows: Sequence[Row], columns: Sequence[str]) -> None:
    """Print rows one line each, in columns."""
    print_lines([row.get(column) for column in columns] for row in rows)


def print_table(rows: Sequence[Row]) -> None:
    """Print rows one line each, all of the same columns, under the names of these."""
    print_lines([[*rows[0]], *(row.values() for row in rows)] if rows else [])


def print_lines(lines: Iterable[Iterable[object]]) -> None:
    """Print lines of cells in columns; the last one is cut to fit a terminal."""
    for line in _in_columns(lines):
        _print_line(line)


def _in_columns(lines: Iterable[Iterable[object]]) -> list[str]:
    cells = [[_short(cell) for cell in line] for line in lines]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(map(str.ljust, line, (*widths[:-1], 0))).rstrip() for line in cells]


def _print_line(text: str) -> None:
    """Print a line, cut to fit a terminal."""
    room = shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else None
    typer.echo(text if room is None or len(text) <= room else text[: room - 1] + "…")


def say(sentence: str) -> None:
    """Say on standard error what is no error but should be known."""
    typer.echo(f"sim: {sentence}", err=True)


def report_error(
    kind: str,
    message: str,
    problems: Iterable[Problem] = (),
    *,
    as_json: bool,
    usage: str | None = None,
) -> None:
    """Say on standard error what went wrong.

    Parameters
    ----------
    kind : {"input", "usage", "failure", "interrupted"}
        For programs.
    message : str
        For people.
    problems : iterable of Problem
        Places in files, for programs.
    as_json : bool
        Whether a program reads.
    usage : str, optional
        Command that explains the right use.
    """
    if as_json:
        found = [problem.as_dict() for problem in problems] or [Problem(message).as_dict()]
        error = {"error": kind, "message": message, "problems": found}
        typer.echo(json.dumps(error, ensure_ascii=False), err=True)
        return
    for line in message.splitlines():
        typer.echo(f"sim: {printable(line)}", err=True)
    if kind == "usage" and usage:
        typer.echo(f"     {usage} explains", err=True)


def print_fields(fields: Row, depth: int = 0) -> None:
    """Print named values one below the other, with those inside indented."""
    indent = "  " * depth
    width = max((len(str(name)) for name in fields), default=0)
    for name, value in fields.items():
        if isinstance(value, Mapping) and value:
            typer.echo(f"{indent}{name}")
            print_fields(value, depth + 1)
        elif isinstance(value, Table) and value:
            typer.echo(f"{indent}{name}")
            print_below(value, indent + "  ")
        elif isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
            typer.echo(f"{indent}{name}")
            for item in value:
                print_fields(item, depth + 1)
                typer.echo("")
        else:
            typer.echo(f"{indent}{str(name).ljust(width)}  {_short(value)}".rstrip())


def print_below(table: Table, indent: str) -> None:
    """Print rows under the names of their columns, and under each its longer texts."""
    rows = ([row.get(name) for name in table.columns] for row in table)
    head, *lines = _in_columns([table.columns, *rows])
    _print_line(indent + head)
    for row, line in zip(table, lines, strict=True):
        _print_line(indent + line)
        more = [_short(row[name]) for name in table.below if row[name] not in (None, "")]
        if more:
            typer.echo(f"{indent}    {'; '.join(more)}")


def _short(value: object) -> str:
    """Return a value as a person would write it."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(_short(item) for item in value) or "-"
    if isinstance(value, Mapping):
        return "-"
    return printable(" ".join(str(value).split()))
