"""What there is: rows for ``sim list``, each with a name, a title and what belongs to its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sim.errors import InputError, Problem, nearest

Row = dict[str, Any]


def rows(kind: str, words: list[str]) -> list[Row]:
    """Return what there is of one kind, as far as every word occurs in it.

    Parameters
    ----------
    kind : str
        A key of `KINDS`.
    words : list of str
        Looked for in every text of a row, in small or capital letters.

    Raises
    ------
    InputError
        If the kind is unknown.
    """
    if kind not in KINDS:
        hint = nearest(kind, KINDS) or f"one of {', '.join(KINDS)}"
        raise InputError(Problem(f"nothing of the kind {kind!r} can be listed", hint=hint))
    wanted = [word.casefold() for word in words]
    return [row for row in KINDS[kind]() if all(word in _text(row) for word in wanted)]


def overview() -> list[Row]:
    """Return one row for each kind, with how many there are."""
    return [
        {"name": kind, "title": _TITLES[kind], "kind": "kind", "count": len(make())}
        for kind, make in KINDS.items()
    ]


def _text(row: Row) -> str:
    return " ".join(str(value) for value in row.values()).casefold()


TOPICS = ("reference", "openness", "controls", "china", "shocks", "cooperation")
"""Headings of the shipped scenarios, in the order in which they are listed; others follow."""


def _scenarios() -> list[Row]:
    from sim.scenario import names

    found = [
        {
            "name": known.name,
            "title": known.title,
            "kind": "scenario",
            "topic": known.topic,
            "file": known.file,
            "shipped": known.shipped,
        }
        for known in names()
    ]
    first = {topic: place for place, topic in enumerate(TOPICS)}
    return sorted(found, key=lambda row: (first.get(row["topic"], len(TOPICS)), row["topic"]))


def _studies() -> list[Row]:
    """Return every study; of one that is wrong the name alone, `validate` says what is."""
    from sim.study.sweeps.study_file import names

    return [{"name": name, "kind": "study", **_of_study(file)} for name, file in names().items()]


def _of_study(file: Path) -> Row:
    from sim.scenario import places
    from sim.study.sweeps.study_file import load_study

    row: Row = {"title": "", "file": places.shown(file)}
    try:
        study = load_study(file)
        if study.claim is not None:
            arms = study.claim.get("arms") or {}
            told = {"title": study.title, "design": "claim", "points": len(arms)}
            return row | told | {"varies": list(arms), "description": study.description}
        made = study.points()
    except InputError:
        return row
    return row | {
        "title": study.title,
        "design": made.kind,
        "points": len(made.points),
        "varies": list(made.paths),
        "description": study.description,
    }


def _levers() -> list[Row]:
    """Return every lever of the catalogue, at the end those that the model cannot represent."""
    from sim.scenario.levers import left_out, read

    usable = [
        {
            "name": lever.id,
            "title": lever.title,
            "kind": "lever",
            "actor": lever.actor,
            "status": lever.status,
            "magnitude": [lever.magnitude_low, lever.magnitude_central, lever.magnitude_high],
            "unit": lever.magnitude_unit,
            "source": lever.source,
            "usable": True,
        }
        for lever in read().values()
    ]
    absent = [
        {
            "name": lever.id,
            "title": f"{lever.title} (not in the model: sim show {lever.id})",
            "kind": "lever",
            "actor": lever.actor,
            "status": f"not in the model: {lever.reason}",
            "magnitude": [lever.magnitude_low, lever.magnitude_central, lever.magnitude_high],
            "unit": lever.magnitude_unit,
            "source": lever.source,
            "usable": False,
        }
        for lever in left_out().values()
    ]
    return usable + absent


def _nations() -> list[Row]:
    from sim.evidence import load

    known = load().nations
    return [
        {
            "name": known.iso3[i],
            "title": known.name[i],
            "kind": "nation",
            "region": known.region[i],
            "developers": float(known.developers[i]),
        }
        for i in range(len(known))
    ]


def _ecosystems() -> list[Row]:
    from sim.evidence import load

    return [
        {
            "name": ecosystem.id,
            "title": ecosystem.title,
            "kind": "ecosystem",
            "bloc": ecosystem.bloc,
            "nest": ecosystem.nest,
            "ways": list(ecosystem.ways),
        }
        for ecosystem in load().ecosystems
    ]


def _metrics() -> list[Row]:
    from sim.evidence import load
    from sim.study.metrics import registry

    return [
        {
            "name": metric.name,
            "title": metric.title,
            "kind": "metric",
            "unit": metric.unit,
            "scope": "whole run" if metric.scope == "run" else "each December and the last month",
            "groups": "world" if metric.world else "each group",
            "description": metric.description,
        }
        for metric in registry(tuple(ecosystem.id for ecosystem in load().ecosystems))
    ]


def _parameters() -> list[Row]:
    """Return every parameter; of a fitted one also what the shipped draws say of it."""
    from sim.evidence import load
    from sim.study.calibration.fitted import posterior, status

    found: list[Row] = []
    for row in load().parameters:
        drawn = posterior(row)
        after: Row = {}
        if drawn is not None:
            after["posterior"] = dict(zip(("p05", "p50", "p95"), drawn, strict=True))
        found.append(
            {
                "name": row.path,
                "title": row.meaning,
                "kind": "parameter",
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
        )
    return found


def _observations() -> list[Row]:
    from sim import months
    from sim.evidence import load

    found: dict[str, Row] = {}
    for row in load().observations:
        series = found.setdefault(
            row.series,
            {
                "name": row.series,
                "title": f"{row.series.replace('_', ' ')}, in {row.unit.split(',')[0]}",
                "kind": "observation",
                "figures": 0,
                "first": months.text(row.first),
                "last": months.text(row.last),
                "places": set(),
                "sources": set(),
            },
        )
        series["figures"] += 1
        series["first"] = min(series["first"], months.text(row.first))
        series["last"] = max(series["last"], months.text(row.last))
        series["places"].add(row.place)
        series["sources"] |= set(row.source.split(";"))
    return [
        row | {"places": sorted(row["places"]), "sources": sorted(row["sources"])}
        for row in found.values()
    ]


def _series() -> list[Row]:
    from sim.study.calibration.series import SERIES

    return [
        {
            "name": series.name,
            "title": series.title[:1].upper() + series.title[1:],
            "kind": "series",
            "by": "nation" if series.by_nation else "world",
            "ecosystems": list(series.codes),
            "error_sd": series.error,
            "discrepancy_sd": series.drift,
            "autocorrelation": series.memory,
            "slope_sd": series.trend,
        }
        for series in SERIES.values()
    ]


KINDS: Mapping[str, Callable[[], list[Row]]] = {
    "scenarios": _scenarios,
    "studies": _studies,
    "levers": _levers,
    "nations": _nations,
    "ecosystems": _ecosystems,
    "metrics": _metrics,
    "parameters": _parameters,
    "observations": _observations,
    "series": _series,
}

_TITLES = {
    "scenarios": "what can be run by name",
    "studies": "what can be swept by name",
    "levers": "what governments and firms can do",
    "nations": "where developers are",
    "ecosystems": "what they build on",
    "metrics": "what is measured of every run",
    "parameters": "what the model assumes",
    "observations": "what was observed of use",
    "series": "what the model can be compared with",
}

OVERVIEW: tuple[str, ...] = ("name", "count", "title")

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "scenarios": ("name", "topic", "title"),
    "studies": ("name", "design", "points", "title"),
    "levers": ("name", "actor", "title"),
    "nations": ("name", "region", "developers", "title"),
    "ecosystems": ("name", "bloc", "nest", "title"),
    "metrics": ("name", "unit", "title"),
    "parameters": ("name", "default", "low", "high", "unit", "title"),
    "observations": ("name", "figures", "first", "last", "title"),
    "series": ("name", "by", "ecosystems", "title"),
}
"""What one line of text shows; JSON holds everything."""
