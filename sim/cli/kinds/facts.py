"""Parameters, observations and the sources behind every figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from sim import months
from sim.cli.kinds.kind import Fields, Kind, Row, cited, several
from sim.cli.output import Table
from sim.evidence import Observation, load, tables
from sim.evidence.tables import Row as Line

WORLD = "WLD"


def _parameters() -> list[Row]:
    """Return every parameter; of a fitted one also what the shipped draws say of it."""
    from sim.calibration.fitted import posterior, status

    found = []
    for row in load().parameters:
        drawn = posterior(row)
        after: Fields = {}
        if drawn is not None:
            after["posterior"] = dict(zip(("p05", "p50", "p95"), drawn, strict=True))
        fields = {
            "symbol": row.symbol,
            "default": row.default,
            "low": row.low,
            "high": row.high,
            "unit": row.unit,
            "dist": row.dist,
            "status": status(row),
            **after,
            "source": row.source,
        }
        tags = tuple(word for word in (row.name, row.index, status(row)) if word)
        aliases = (row.name,) if row.index else ()
        found.append(Row(row.path, row.meaning, fields, tags, aliases))
    return found


def _behind(row: Row) -> Fields:
    """Return the sources of a parameter."""
    return {"sources": cited([row.fields["source"]])}


def _observations() -> list[Row]:
    """Return every figure; a list shows them by series."""
    known = load()
    names = dict(zip(known.nations.iso3, known.nations.name, strict=True)) | {WORLD: "world"}
    return [
        Row(
            row.series,
            f"{row.series.replace('_', ' ')}, in {row.unit.split(',')[0]}",
            {"figure": row},
            tags=(row.place, row.ecosystem, *several(row.source)),
            words=" ".join((names[row.place], row.unit, row.status, row.note)),
        )
        for row in known.observations
    ]


def _by_series(rows: list[Row]) -> list[Row]:
    """Return one row a series, with what the figures given hold."""
    series: dict[str, list[Observation]] = {}
    titles: dict[str, str] = {}
    for row in rows:
        series.setdefault(row.name, []).append(row.fields["figure"])
        titles.setdefault(row.name, row.title)
    return [
        Row(
            name,
            titles[name],
            {
                "figures": len(found),
                "first": months.text(min(row.first for row in found)),
                "last": months.text(max(row.last for row in found)),
                "low": min(row.value for row in found),
                "high": max(row.value for row in found),
                "places": sorted({row.place for row in found}),
                "sources": sorted({name for row in found for name in several(row.source)}),
            },
            tags=tuple(sorted({row.ecosystem for row in found})),
        )
        for name, found in series.items()
    ]


def figures(rows: Iterable[Observation]) -> Table:
    """Return observations as rows to show."""
    columns = ("series", "place", "first", "last", "ecosystem", "value", "unit", "status", "source")
    return Table(
        [
            {
                "series": row.series,
                "place": row.place,
                "first": months.text(row.first),
                "last": months.text(row.last),
                "ecosystem": row.ecosystem,
                "value": row.value,
                "unit": row.unit,
                "status": row.status,
                "source": row.source,
                "note": row.note,
            }
            for row in rows
        ],
        columns,
    )


def _each(row: Row) -> Fields:
    """Return a series of observations, figure by figure."""
    found = [one for one in load().observations if one.series == row.name]
    return {"figures": figures(found), "sources": cited(one.source for one in found)}


def _sources() -> list[Row]:
    uses: dict[str, list[str]] = {}
    for table, label, ids in _citations():
        for name in ids:
            uses.setdefault(name, []).append(f"{table} {label}")
    return [
        Row(
            source.name,
            source.title,
            {
                "publisher": source.publisher,
                "date": source.date,
                "url": source.url,
                "cited": len(uses.get(source.name, ())),
            },
            tags=tuple(dict.fromkeys(use.split()[0] for use in uses.get(source.name, ()))),
            words=" ".join(dict.fromkeys(uses.get(source.name, ()))),
        )
        for source in load().sources.values()
    ]


def _source_names() -> Iterable[str]:
    return load().sources


def _uses(row: Row) -> Fields:
    """Return every table and row that cites a source."""
    rows = Counter((table, label) for table, label, ids in _citations() if row.name in ids)
    cited_by = [
        {"table": table, "rows": count, "of": label} for (table, label), count in rows.items()
    ]
    return {"cited_by": Table(cited_by, ("table", "rows", "of"))}


LABELS = {"nation_values": "variable", "lever_effects": "lever"}
"""Table to the column that says what a row is of, where that is not the first."""


def _citations() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield table, what the row is of, and the sources of every row that has some."""
    from sim.scenario import drivers

    files = [*sorted(drivers.DATA.glob("*.csv")), *sorted(tables.DATA.glob("*.csv"))]
    for file in files:
        lines = tables.read(file, ()) if file.name != "sources.csv" else []
        for line in lines:
            ids = several(line.get("source"))
            if ids:
                yield file.stem, _label(file, line), ids


def _label(file: Path, line: Line) -> str:
    if file.stem == "parameters":
        return ".".join(part for part in (line["name"], line["index"]) if part)
    return line[LABELS.get(file.stem, next(iter(line.cells)))]


PARAMETERS = Kind(
    "parameters", "parameter", "what the model assumes",
    ("name", "default", "low", "high", "unit", "title"), _parameters, more=_behind,
)  # fmt: skip
OBSERVATIONS = Kind(
    "observations", "observation", "what was observed of use",
    ("name", "figures", "first", "last", "low", "high", "title"), _observations, more=_each,
    fold=_by_series,
)  # fmt: skip
SOURCES = Kind(
    "sources", "source", "where figures come from", ("name", "date", "cited", "title"),
    _sources, more=_uses, names=_source_names,
)  # fmt: skip
