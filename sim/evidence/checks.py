"""Checks of the evidence: each a small function whose message tells the repair.

``check`` runs them all. The build fails when one finds anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from sim.errors import InputError
from sim.evidence import Evidence
from sim.evidence.nations import NORTH_IN_SOUTH, SOUTH, Value
from sim.evidence.parameters import Parameter
from sim.evidence.tables import DATA, JUDGEMENT, STATUSES, Row, Source, read
from sim.evidence.variables import VARIABLES

NOTED = ("imputed",)
"""Statuses whose rows must say how the value came about."""


def check(evidence: Evidence) -> list[str]:
    """Return everything that is wrong with the evidence, in words; nothing if it is sound."""
    return [
        *check_tables(DATA, evidence.sources),
        *check_sources(evidence.sources.values()),
        *check_values(evidence.values),
        *check_parameters(evidence.parameters, evidence.sources),
        *check_nations(evidence),
    ]


def check_tables(folder: Path, sources: Mapping[str, Source]) -> list[str]:
    """Check every table of values in a folder: unit, period, status, source and note.

    A table of values is one with a ``source`` column beside others, ``sources.csv`` itself and the
    parameters aside. The columns ``unit``, ``period`` and ``note`` are asked for where the table
    has them; ``source`` and ``status`` always.
    """
    found: list[str] = []
    for path in sorted(folder.glob("*.csv")):
        if path.name in {"sources.csv", "parameters.csv"}:
            continue
        try:
            rows = read(path, ("source", "status"))
        except InputError as error:
            found += [_named(str(problem), path) for problem in error.problems]
            continue
        for row in rows:
            found += [_named(message, path) for message in _row_faults(row, sources)]
    return found


def _named(message: str, path: Path) -> str:
    """Return a message with the name of the file in place of its whole path."""
    return message.replace(str(path), path.name)


def _row_faults(row: Row, sources: Mapping[str, Source]) -> Iterable[str]:
    """Yield what is wrong in one row of values."""
    place = f"{row.file}:{row.line}"
    for column in ("unit", "period"):
        if column in row.cells and not row[column] and not _may_be_empty(row, column):
            yield f"{place}: no {column}; write one, or - for a pure number"
    if row["status"] not in STATUSES:
        yield f"{place}: the status {row['status']!r} is not one of {', '.join(STATUSES)}"
    if row["status"] in NOTED and not row.get("note"):
        yield f"{place}: the value is {row['status']}; say in the note how it was made"
    for fault in source_faults(row["source"], sources):
        yield f"{place}: {fault}"
    if row["status"] in {"observed", "derived"} and row["source"] == JUDGEMENT:
        yield f"{place}: rests on judgement alone, so its status cannot be {row['status']}"


def _may_be_empty(row: Row, column: str) -> bool:
    """Return whether a cell may be empty: a judgement has no period, nor have some licences."""
    return column == "period" and (row["status"] == JUDGEMENT or "licence" in row.cells)


def source_faults(cell: str, known: Collection[str]) -> list[str]:
    """Return what is wrong with the ids of a source cell.

    Parameters
    ----------
    cell : str
        Ids separated by semicolons, or the word judgement.
    known : collection of str
        Ids that exist.
    """
    ids = [part.strip() for part in cell.split(";") if part.strip()]
    if not ids:
        return ["no source; cite an id of sources.csv or write judgement"]
    if JUDGEMENT in ids and len(ids) > 1:
        return ["judgement stands beside sources; keep one or the other"]
    return [
        f"the source {name!r} is not in sources.csv; add it there or correct the id"
        for name in ids
        if name not in known and name != JUDGEMENT
    ]


def check_sources(sources: Iterable[Source]) -> list[str]:
    """Check that every source can be found again: by an address, or by publisher and date."""
    return [
        f"sources.csv: {source.name} has neither an address nor a publisher with a date"
        for source in sources
        if not source.url and not (source.publisher and source.date)
    ]


def check_values(values: Iterable[Value]) -> list[str]:
    """Check that no figure of a nation stands twice and that each is in a range that can be."""
    found: list[str] = []
    seen: set[tuple[str, str]] = set()
    for value in values:
        name = f"nation_values.csv: {value.iso3} {value.variable}"
        if (value.iso3, value.variable) in seen:
            found.append(f"{name} stands twice; keep one row")
        seen.add((value.iso3, value.variable))
        if value.variable not in VARIABLES:
            found.append(f"{name}: the variable is unknown; say in variables.py what it is")
            continue
        low, high = VARIABLES[value.variable].low, VARIABLES[value.variable].high
        if not low <= value.value <= high:
            found.append(f"{name} is {value.value:g}, not between {low:g} and {high:g}; check unit")
    return found


def check_parameters(parameters: Iterable[Parameter], sources: Mapping[str, Source]) -> list[str]:
    """Check order of bounds, sources, and that the status agrees with how a parameter is drawn."""
    found: list[str] = []
    drawn = {"range": True, "value": False, "switch": False}
    for parameter in parameters:
        name = f"parameters.csv: {parameter.path}"
        if not parameter.low <= parameter.default <= parameter.high:
            found.append(f"{name}: order the bounds so that low <= default <= high")
        if drawn[parameter.status] != (parameter.dist in {"triangular", "uniform"}):
            found.append(f"{name}: status {parameter.status} and dist {parameter.dist} disagree")
        found += [f"{name}: {fault}" for fault in source_faults(parameter.source, sources)]
    return found


def check_nations(evidence: Evidence) -> list[str]:
    """Check that groups, bands and links of the nations agree with each other."""
    nations = evidence.nations
    found: list[str] = []
    for place, code in enumerate(nations.iso3):
        south = nations.region[place] in SOUTH and code not in NORTH_IN_SOUTH
        if south != nations.global_south[place]:
            found.append(f"nations.csv: {code} breaks the rule of the Global South by region")
        if not nations.links[place].any():
            found.append(f"links.csv: {code} has no link; give it one or drop it from the table")
    for code, band in nations.deepseek.items():
        printed = band.low if band.printed is None else band.printed
        if not band.low <= printed <= band.high:
            found.append(f"nation_values.csv: {code}: the printed figure is outside its band")
    found += [
        f"groups.csv: the group {slug} has no member; correct its rule"
        for slug, members in nations.groups.items()
        if not members.any()
    ]
    return found
