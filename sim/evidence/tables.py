"""Tables as files: one reader for all of them, which says where a cell is wrong.

A table is a CSV file in UTF-8 with one header row. A row knows its file and line, so that whoever
reads a cell can name the place. The files of this room lie in ``data/``; tables of users go through
the same reader and get the same messages.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from sim import numerals
from sim.errors import InputError, Problem, nearest, reason

DATA = Path(__file__).parent / "data"
"""Folder of the tables that ship with the package."""

STATUSES = ("observed", "derived", "imputed", "judgement")
"""How well a value is known: read in a source, our arithmetic, filled in, or our opinion."""

JUDGEMENT = "judgement"
"""The word that stands in a source cell where nothing but our opinion does."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table and the place where it stands.

    Parameters
    ----------
    file : str
        File as the reader was given it.
    line : int
        Line in the file, counted from 1.
    cells : mapping of str to str
        Column to cell, both stripped of surrounding blanks.
    """

    file: str
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def problem(self, message: str, column: str | None = None, hint: str | None = None) -> Problem:
        """Return a problem that names this row and, if given, one of its columns."""
        place = 1 + list(self.cells).index(column) if column and column in self.cells else None
        return Problem(message, self.file, self.line, place, column, hint)

    def get(self, column: str) -> str:
        """Return a cell, or the empty text where the table has no such column."""
        return self.cells.get(column, "")

    def text(self, column: str) -> str:
        """Return a cell that must not be empty.

        Raises
        ------
        InputError
            If the cell is empty.
        """
        if not self.cells[column]:
            raise InputError(self.problem(f"the cell {column!r} is empty", column))
        return self.cells[column]

    def number(self, column: str, low: float = -math.inf, high: float = math.inf) -> float:
        """Return a cell as a finite number between two bounds, both allowed.

        Raises
        ------
        InputError
            If the cell is no number, is not finite or is out of bounds.
        """
        cell = self.text(column)
        try:
            value = numerals.number(cell)
        except ValueError:
            raise InputError(self.problem(f"{cell!r} is not a number", column)) from None
        if not math.isfinite(value):
            raise InputError(self.problem(f"{cell!r} is not a finite number", column))
        if not low <= value <= high:
            hint = f"write a number from {low:g} to {high:g}"
            raise InputError(self.problem(f"{cell} is out of range", column, hint))
        return value

    def flag(self, column: str) -> bool:
        """Return a cell that holds 0 or 1.

        Raises
        ------
        InputError
            If it holds anything else.
        """
        if self.cells[column] not in {"0", "1"}:
            message = f"{self.cells[column]!r} is neither 0 nor 1"
            raise InputError(self.problem(message, column))
        return self.cells[column] == "1"

    def choice(self, column: str, known: Iterable[str]) -> str:
        """Return a cell that must be one of the known words.

        Raises
        ------
        InputError
            If it is not; the hint names the nearest one.
        """
        return self._known(self.text(column), column, tuple(known))

    def choices(self, column: str, known: Iterable[str]) -> tuple[str, ...]:
        """Return the parts of a cell, at least one, that must all be known words.

        Parameters
        ----------
        column : str
            Its cell holds words separated by semicolons.
        known : iterable of str
            Words that are allowed.

        Raises
        ------
        InputError
            If the cell is empty or a part is unknown; the hint names the nearest word.
        """
        known = tuple(known)
        parts = [part.strip() for part in self.text(column).split(";")]
        return tuple(self._known(part, column, known) for part in parts)

    def ids(self, column: str) -> tuple[str, ...]:
        """Return the parts of a cell that holds names separated by semicolons."""
        return tuple(part.strip() for part in self.cells[column].split(";") if part.strip())

    def _known(self, word: str, column: str, known: tuple[str, ...]) -> str:
        """Return a word that must be one of the known ones."""
        if word not in known:
            hint = nearest(word, known) or f"one of {', '.join(known)}"
            raise InputError(self.problem(f"{word!r} is not a known {column}", column, hint))
        return word


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a table of this room.

    Parameters
    ----------
    table : str
        Such as ``"releases.csv"``.
    cells : mapping of str to tuple of str
        Column to the cells that it may have.
    since : str
        Only rows whose cell ``from`` is not before; dates are compared as text.
    emptied : str
        Column whose cell is left out of them, in place of the rows.
    """

    table: str
    cells: Mapping[str, tuple[str, ...]]
    since: str = ""
    emptied: str = ""

    def hold(self, row: Row) -> bool:
        """Return whether a row is one of them."""
        late = not self.since or row["from"] >= self.since
        return late and all(row[column] in among for column, among in self.cells.items())


left_out: ContextVar[tuple[Rows, ...]] = ContextVar("left_out", default=())
"""Rows that `read` passes over; set by `sim.evidence.without` alone."""


def read(path: Path | str, columns: Iterable[str]) -> list[Row]:
    """Read a table whole.

    Parameters
    ----------
    path : Path or str
        A path means that file; a text such as ``"parameters.csv"`` means a table of this room.
    columns : iterable of str
        Columns that must be there. Others are kept.

    Returns
    -------
    list of Row
        At least one, unless they are left out by `sim.evidence.without`.

    Raises
    ------
    InputError
        If the file cannot be read, is not UTF-8 or not CSV, lacks a column, names one twice, has a
        row of another length, or has no row.
    """
    place, name = (DATA / path if isinstance(path, str) else path), str(path)
    try:
        with place.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = [cell.strip() for cell in next(reader, [])]
            _check_header(header, tuple(columns), name)
            rows = [_row(header, cells, reader.line_num, name) for cells in reader if cells]
    except OSError as error:
        raise InputError(Problem(f"cannot be read: {reason(error)}", name)) from error
    except UnicodeDecodeError as error:
        raise InputError(Problem("is not text in UTF-8", name)) from error
    except csv.Error as error:
        raise InputError(Problem(f"is not a CSV table: {error}", name)) from error
    if not rows:
        raise InputError(Problem("holds a header and no row", name))
    gone = [some for some in left_out.get() if some.table == path]
    return [_without(row, gone) for row in rows if not _is_gone(row, gone)]


def _is_gone(row: Row, gone: Iterable[Rows]) -> bool:
    return any(some.hold(row) and not some.emptied for some in gone)


def _without(row: Row, gone: Iterable[Rows]) -> Row:
    """Return a row with the cells emptied that are left out."""
    empty = {some.emptied: "" for some in gone if some.emptied and some.hold(row)}
    return Row(row.file, row.line, {**row.cells, **empty}) if empty else row


def _check_header(header: list[str], columns: tuple[str, ...], name: str) -> None:
    """Raise if the header lacks a column or names one twice."""
    problems = [
        Problem(f"lacks the column {column!r}", name, 1, hint=nearest(column, header))
        for column in columns
        if column not in header
    ]
    problems += [
        Problem(f"names the column {column!r} twice", name, 1)
        for column in dict.fromkeys(header)
        if header.count(column) > 1
    ]
    if problems:
        raise InputError(problems)


def _row(header: list[str], cells: list[str], line: int, name: str) -> Row:
    """Return one row, whose length must be that of the header."""
    if len(cells) != len(header):
        message = f"the row has {len(cells)} cells, the header {len(header)}"
        raise InputError(Problem(message, name, line, hint="put text with commas in quotes"))
    return Row(name, line, dict(zip(header, (cell.strip() for cell in cells), strict=True)))


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from.

    Parameters
    ----------
    name : str
        Id that other tables cite.
    title, publisher, date, url : str
        The work; ``url`` is empty where none is known.
    """

    name: str
    title: str
    publisher: str
    date: str
    url: str


def read_sources() -> dict[str, Source]:
    """Return every source by its id, in the order of the file.

    Raises
    ------
    InputError
        If an id stands twice or a source has no title.
    """
    sources: dict[str, Source] = {}
    for row in read("sources.csv", ("source", "title", "publisher", "date", "url")):
        name = row.text("source")
        if name in sources:
            raise InputError(row.problem(f"the source {name!r} stands twice", "source"))
        sources[name] = Source(name, row.text("title"), row["publisher"], row["date"], row["url"])
    return sources


NOT_RUN_ON = (
    "observations.csv", "publications.csv", "survey_counts.csv", "sources.csv",
    "optimism_claim.csv", "control_events.csv",
)  # fmt: skip
"""Tables that no number of a run comes from: what was observed of use, and what is only cited."""

WORDS = ("source", "note", "meaning", "title", "told_by", "pool_reason", "south_reason")
"""Columns that say where a value comes from or what it means; no number depends on them."""


def data_hash(folder: Path = DATA) -> str:
    """Return the SHA-256 of the names and contents of all tables of a folder.

    It names what a calibration rests on: facts, parameters and observations, to the last note. Line
    ends count as one character whatever the checkout made of them, so that the hash is the same on
    every system.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.csv")):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def facts_hash(folder: Path = DATA) -> str:
    """Return the SHA-256 of everything in a folder's tables that can move a number of a run.

    Facts, parameters and the draws of the calibration, as a whole. Outside are the tables
    `NOT_RUN_ON` and the columns `WORDS`: a better citation leaves every result what it was.
    """
    digest = hashlib.sha256()
    tables = [path for path in folder.glob("*.csv") if path.name not in NOT_RUN_ON]
    for path in sorted([*tables, *folder.glob("posterior/*.csv")]):
        with path.open(encoding="utf-8-sig", newline="") as file:
            head, *rows = csv.reader(file)
        columns = [n for n, name in enumerate(head) if name.strip() not in WORDS]
        content = json.dumps(
            [[row[n].strip() for n in columns if n < len(row)] for row in (head, *rows) if row],
            ensure_ascii=False, separators=(",", ":"),
        ).encode()  # fmt: skip
        digest.update(f"{path.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
