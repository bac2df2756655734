"""How permissive a licence is, computed from its clauses.

A licence is coded clause by clause on short ordered scales. What it leaves to a developer is the
product of what each clause leaves: a right that one clause takes away is not given back by another,
so a sum would be wrong. What each level of a clause leaves is judgement, in ``licence_levels.csv``
with its range and its reason; the order that comes out is tested against the order that the clauses
were read to have. The ranges are those of one exponent on all factors, from 0.5 to 2, because a
reader who judges severely does so in every clause.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sim.errors import InputError, Problem, nearest
from sim.evidence.tables import STATUSES, read

CLAUSES = (
    "commercial_use", "threshold", "field_of_use", "redistribution", "naming", "outputs",
    "patent_grant", "revocable", "eu",
)  # fmt: skip
"""Clauses in the order of the columns of ``licences.csv``; ``eu`` counts in the Union alone."""

OPEN = 1.0
"""What a clause that takes nothing leaves."""


@dataclass(frozen=True, slots=True)
class Level:
    """What one step of a clause leaves, and between which bounds it was judged, fractions."""

    factor: float
    low: float
    high: float


@functools.cache
def read_levels() -> Mapping[str, Mapping[str, Level]]:
    """Return what the levels of each clause leave, in the order of the table.

    Returns
    -------
    mapping of str to mapping of str to Level
        Clause to level to what it leaves; the first level of each clause takes nothing.

    Raises
    ------
    InputError
        If a level stands twice, a clause is missing or unknown, a factor is not between its bounds,
        or a clause does not start with a level that takes nothing.
    """
    levels: dict[str, dict[str, Level]] = {clause: {} for clause in CLAUSES}
    columns = ("clause", "level", "factor", "low", "high", "unit", "source", "status", "note")
    for row in read("licence_levels.csv", columns):
        clause, name = row.choice("clause", CLAUSES), row.text("level")
        if name in levels[clause]:
            raise InputError(row.problem(f"the level {name!r} of {clause!r} stands twice", "level"))
        low, factor, high = (row.number(part, 0.0, OPEN) for part in ("low", "factor", "high"))
        if not low <= factor <= high:
            message = f"the factor {factor:g} is not between {low:g} and {high:g}"
            raise InputError(row.problem(message, "factor"))
        if not levels[clause] and low != OPEN:
            message = f"{clause!r} starts with a level that takes something"
            raise InputError(row.problem(message, "factor", "put a level of 1, 1 and 1 first"))
        levels[clause][name] = Level(factor, low, high)
    missing = [clause for clause in CLAUSES if not levels[clause]]
    if missing:
        raise InputError(
            Problem(f"the clause {clause!r} has no level", "licence_levels.csv")
            for clause in missing
        )
    return MappingProxyType({name: MappingProxyType(steps) for name, steps in levels.items()})


@dataclass(frozen=True, slots=True)
class Licence:
    """One licence, clause by clause.

    Parameters
    ----------
    name, title : str
        Id and full name with version.
    period : str
        Month or day from which it holds, empty where the text has no date.
    clauses : mapping of str to str
        Clause to its level in ``read_levels``.
    source, status, note : str
        Ids of sources, how well known, what was not read.
    """

    name: str
    title: str
    period: str
    clauses: Mapping[str, str]
    source: str
    status: str
    note: str


@functools.cache
def read_licences() -> Mapping[str, Licence]:
    """Return every licence by its id.

    Raises
    ------
    InputError
        If an id stands twice or a level is unknown.
    """
    licences: dict[str, Licence] = {}
    columns = ("licence", "title", "period", *CLAUSES, "unit", "source", "status", "note")
    for row in read("licences.csv", columns):
        name = row.text("licence")
        if name in licences:
            raise InputError(row.problem(f"the licence {name!r} stands twice", "licence"))
        clauses = {clause: row.choice(clause, levels) for clause, levels in read_levels().items()}
        licences[name] = Licence(
            name, row.text("title"), row["period"], MappingProxyType(clauses), row.text("source"),
            row.choice("status", STATUSES), row["note"],
        )  # fmt: skip
    return MappingProxyType(licences)


def permissiveness(licence: Licence | str, *, eu: bool = False) -> float:
    """Return how much freedom a licence leaves, from 0 (closed) to 1.

    Parameters
    ----------
    licence : Licence or str
        The licence or its id.
    eu : bool
        Whether the developer sits in the European Union.

    Returns
    -------
    float
        Product of the factors of its clauses, -.

    Raises
    ------
    InputError
        If there is no such licence.
    """
    levels, product = read_levels(), OPEN
    for clause, level in _find(licence).clauses.items():
        if clause != "eu" or eu:
            product *= levels[clause][level].factor
    return product


def _find(licence: Licence | str) -> Licence:
    """Return the licence of an id."""
    if isinstance(licence, Licence):
        return licence
    licences = read_licences()
    if licence not in licences:
        hint = nearest(licence, licences)
        raise InputError(f"there is no licence {licence!r}" + (f" ({hint})" if hint else ""))
    return licences[licence]
