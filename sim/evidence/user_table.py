"""Nations of a user's own table, under the same checks as the shipped one."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from sim.errors import InputError, Problem, reason
from sim.evidence import nations
from sim.evidence.axes import POOLS
from sim.evidence.nations import (
    MEMBERSHIPS,
    NORTH_IN_SOUTH,
    REGIONS,
    SOUTH,
    Nations,
)
from sim.evidence.tables import Row, read

LIMIT = 2000
"""Nations that a table may hold: links grow with their square, results with their number."""

LARGEST = 1 << 20
"""Bytes that the file of a table may have."""

NUMBERS = {column.name: column for column in nations.COLUMNS}
COLUMNS = ("iso3", "name", "region", *(name for name in NUMBERS if NUMBERS[name].required))
OPTIONAL = ("groups", "pool", *(name for name in NUMBERS if not NUMBERS[name].required))
_CODE = re.compile(r"[A-Z]{3}")
_SLUG = re.compile(r"[a-z][a-z0-9_]*")


def from_user_table(path: Path | str, base: Nations) -> Nations:
    """Read a table of nations.

    Columns ``iso3, name, region, developers, internet, income, ai_users, optimism, ideal_point``
    are needed (units in ``nation_columns.csv``). ``groups`` (slugs separated by semicolons;
    memberships count as such), ``pool``, ``population`` and ``english`` (percent of people who use
    it) may be there.
    What the table does not give, a nation that ships with the project keeps: hardware pool,
    memberships, listings, clouds, English, and its links to other nations that ship. Other nations
    stand in the pool ``rest``, are listed by every provider, have no cloud region and no link, use
    English as the 80 do in the mean, and get a population from the median of developers per head.

    Parameters
    ----------
    path : Path or str
        CSV file in UTF-8 with one header row.
    base : Nations
        The nations that ship with the project.

    Returns
    -------
    Nations
        Sorted by ISO3; yardsticks and group rules are those of ``base``.

    Raises
    ------
    InputError
        With every problem found, each with file, line and column; or if the table holds more than
        2,000 nations, with the memory that it would need.
    """
    path = Path(path)
    _check_size(path)
    rows = read(path, COLUMNS)
    unknown = [column for column in rows[0].cells if column not in {*COLUMNS, *OPTIONAL}]
    if unknown:
        hint = f"the table may have {', '.join((*COLUMNS, *OPTIONAL))}"
        raise InputError(
            [Problem(f"the column {column!r} is unknown", str(path), 1, hint=hint)
             for column in unknown]
        )  # fmt: skip
    _check(rows, base)
    return _build(sorted(rows, key=lambda row: row["iso3"]), base)


def _check_size(path: Path) -> None:
    """Raise if the table is too long, before any of it is parsed."""
    try:
        with path.open("rb") as file:
            blocks = iter(lambda: file.read(1 << 20), b"")
            count = sum(block.count(b"\n") for block in blocks) - 1
            size = file.tell()
    except OSError as error:
        raise InputError(Problem(f"cannot be read: {reason(error)}", str(path))) from error
    if size > LARGEST and count <= LIMIT:
        message = f"the table is larger than {LARGEST:,} bytes, for {count:,} nations"
        raise InputError(Problem(message, str(path)))
    if count > LIMIT:
        links, results = 8 * count**2 / 1e9, 8 * 156 * count * 7 * 200 / 1e9
        raise InputError(
            Problem(
                f"the table has about {count:,} nations, and at most {LIMIT:,} are taken: links "
                f"would need {links:,.1f} GB (8 bytes times nations squared), results of 200 runs "
                f"{results:,.1f} GB (8 bytes times 156 months, nations, 7 ecosystems and runs)",
                str(path),
                hint="join small nations into larger ones, or split the table",
            )
        )


def _problems(checks: Iterable[Callable[[], object]]) -> list[Problem]:
    """Run every check and return what each found wrong."""
    found: list[Problem] = []
    for check in checks:
        try:
            check()
        except InputError as error:
            found += error.problems
    return found


def _check(rows: list[Row], base: Nations) -> None:
    """Raise with everything that is wrong in the rows."""
    found: list[Problem] = []
    first: dict[str, int] = {}
    for row in rows:
        code = row["iso3"]
        if not _CODE.fullmatch(code):
            hint = "write three capital letters, such as BRA"
            found.append(row.problem(f"{code!r} is not a nation code", "iso3", hint))
        elif code in first:
            message = f"{code} stands twice, first in line {first[code]}"
            found.append(row.problem(message, "iso3"))
        first.setdefault(code, row.line)
        found += _problems((lambda row=row: row.text("name"), lambda row=row: _region(row)))  # type: ignore[misc]
        found += _problems(
            lambda row=row, column=column: _number(row, column)  # type: ignore[misc]
            for column in NUMBERS
            if column in COLUMNS or row.get(column)
        )
        found += _optional_problems(row, base)
    if found:
        raise InputError(found)


def _optional_problems(row: Row, base: Nations) -> list[Problem]:
    """Return what is wrong in the columns that need not be there."""
    found: list[Problem] = []
    if row.get("pool"):
        found += _problems([lambda: row.choice("pool", POOLS)])
    for slug in row.ids("groups") if "groups" in row.cells else ():
        if not _SLUG.fullmatch(slug):
            hint = "write small letters, digits and underscores, such as my_group"
            found.append(row.problem(f"{slug!r} is not a group slug", "groups", hint))
        elif slug in base.groups and slug not in MEMBERSHIPS:
            hint = "choose another name"
            found.append(row.problem(f"the group {slug!r} has a rule of its own", "groups", hint))
    return found


def _number(row: Row, column: str) -> float:
    """Return a number within its bounds."""
    known = NUMBERS[column]
    try:
        return row.number(column, known.low, known.high)
    except InputError as error:
        problem = error.problems[0]
        hint = f"{problem.hint} ({known.unit})" if problem.hint else f"a number: {known.unit}"
        raise InputError(dataclasses.replace(problem, hint=hint)) from None


def _region(row: Row) -> str:
    """Return the slug of a region, written as slug or as title."""
    slug = row.text("region").lower().replace("-", "_").replace(" ", "_")
    cells = {**row.cells, "region": slug}
    return dataclasses.replace(row, cells=cells).choice("region", REGIONS)


def _build(rows: list[Row], base: Nations) -> Nations:
    """Return the nations of checked rows, sorted by ISO3."""
    codes = tuple(row["iso3"] for row in rows)
    shipped = {code: place for place, code in enumerate(base.iso3)}
    places = np.array([shipped.get(code, -1) for code in codes])
    known = places >= 0

    def kept(array: np.ndarray, default: float) -> np.ndarray:
        out = np.full((len(codes), *array.shape[1:]), default, dtype=array.dtype)
        out[known] = array[places[known]]
        return out

    figures: dict[str, np.ndarray] = {}
    for column in sorted(nations.COLUMNS, key=lambda column: not column.required):
        values = np.zeros(len(codes))
        if not column.required:
            yardstick = getattr(base.constants, column.default)
            usual = figures[column.per] / yardstick if column.per else yardstick
            values = np.where(known, kept(getattr(base, column.figures[0]), 0.0), usual)
        for place, row in enumerate(rows):
            if row.get(column.name):
                values[place] = _number(row, column.name)
        figures |= {figure: values.copy() for figure in column.figures}
    region = tuple(_region(row) for row in rows)
    groups = [row.ids("groups") if "groups" in row.cells else () for row in rows]
    membership = kept(base.membership, 0) | np.array(
        [[name in own for name in MEMBERSHIPS] for own in groups]
    )
    pool = kept(base.pool, POOLS.index("rest"))
    for place, row in enumerate(rows):
        if row.get("pool"):
            pool[place] = POOLS.index(row["pool"])
    flows = np.zeros((len(codes), len(codes)))
    flows[np.ix_(known, known)] = base.flows[np.ix_(places[known], places[known])]
    extra = sorted({slug for own in groups for slug in own} - set(MEMBERSHIPS))
    return Nations(
        iso3=codes,
        name=tuple(row["name"] for row in rows),
        region=region,
        pool=pool,
        global_south=np.array(
            [where in SOUTH and code not in NORTH_IN_SOUTH
             for code, where in zip(codes, region, strict=True)]
        ),
        membership=membership,
        listed=kept(base.listed, 1),
        us_cloud=kept(base.us_cloud, 0),
        chinese_cloud=kept(base.chinese_cloud, 0),
        flows=flows,
        deepseek={code: band for code, band in base.deepseek.items() if code in codes},
        extra_groups={
            slug: tuple(code for code, own in zip(codes, groups, strict=True) if slug in own)
            for slug in extra
        },
        rules=base.rules,
        constants=base.constants,
        **figures,
    )  # fmt: skip
