"""The smaller tables of the page: outcomes, optimism, levers, parameters and sources.

Each function turns objects of other rooms into text, so that the template holds no arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import months
from sim.calibration.fitted import posterior, status
from sim.ensemble.columns import read_numbers, read_words
from sim.numerals import counted
from sim.report import tables, titles
from sim.scenario import reach

if TYPE_CHECKING:
    from sim.ensemble.record import Tables
    from sim.evidence import Nations, Parameter, Source
    from sim.evidence.optimism import Claim
    from sim.metrics.metric import Metric
    from sim.scenario.levers import Lever


def cell(middle: float, low: float, high: float) -> tuple[str, str]:
    """Return a median and its interval as text."""
    return tables.percent(middle), tables.between(low, high, "–")


def outcomes(result: Tables, groups: Sequence[str]) -> list[dict[str, Any]]:
    """Return the other outcomes at the last month they are reported for, by group.

    Cells of groups for which a metric is not measured are empty.
    """
    table = result.tables["outcomes"]
    (metric, metrics), (group, slugs) = (read_words(table, name) for name in ("metric", "group"))
    stamp, values = tables.month_numbers(table), read_numbers(table, "value")
    rows = []
    # What every group has comes first.
    for shown in sorted(titles.metrics().values(), key=lambda each: each.world):
        if not shown.row or shown.name not in metrics:
            continue
        chosen = np.flatnonzero(metric == metrics.index(shown.name))
        if not chosen.size:
            continue
        last = chosen[stamp[chosen] == stamp[chosen].max()]
        places = [slugs.index(slug) if slug in slugs else -1 for slug in groups]
        cells = [_outcome(values[last[group[last] == place]], shown) for place in places]
        rows.append({"title": shown.row, "cells": cells})
    return rows


def _outcome(values: tables.Floats, shown: Metric) -> tuple[str, str]:
    """Return a metric's median and interval, or how often an event happened."""
    if not len(values):
        return "", ""
    if shown.scale == "chance":
        return tables.often(int(values.sum()), len(values)), ""
    middle, low, high = tables.spread_of(values)
    if shown.scale == "fraction":
        return cell(middle, low, high)
    scale = 1e-6 if shown.unit == "developers" else 1.0  # they are shown in millions
    text = [number(scale * value) for value in (middle, low, high)]
    return text[0], f"{text[1]}–{text[2]}" if text[1] != text[2] else ""


def number(value: float) -> str:
    """Return a number with about three digits, and commas between thousands."""
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    if size >= 10 or value == round(value):
        return f"{value:.1f}".removesuffix(".0")
    return f"{value:.2g}" if size < 0.1 else f"{value:.2f}"


def optimism(
    claims: Sequence[Claim], names: Mapping[str, str], sources: Mapping[str, Source]
) -> list[dict[str, Any]]:
    """Return the source documents' claim about optimism beside the nearest published figures.

    One entry a place, with the claim and the figures found for it.
    """
    places: dict[str, dict[str, Any]] = {}
    for claim in claims:
        name = names.get(claim.place, claim.place[:1].upper() + claim.place[1:])
        percent = " %" if claim.claimed[-1:].isdigit() else ""
        claimed = "–" if claim.claimed == "-" else claim.claimed + percent
        entry = places.setdefault(name, {"place": name, "claimed": claimed, "found": []})
        entry["found"].append(
            {
                "figure": claim.confirmed_text,
                "question": f"{claim.item}, {claim.period}.",
                "note": claim.note,
                "verdict": claim.verdict,
                "sources": [_link(part, sources) for part in claim.source.split(";")],
            }
        )
    return list(places.values())


def _link(name: str, sources: Mapping[str, Source]) -> tuple[str, str]:
    """Return who published a source and its web address; its id and no address if unknown."""
    known = sources.get(name.strip())
    if known is None:
        return name.strip(), ""
    return known.publisher or known.title, known.url if _is_web(known.url) else ""


def _is_web(url: str) -> bool:
    """Return whether an address is of a web page: nothing else becomes a link."""
    return url.startswith(("https://", "http://"))


def _range(value: Any) -> str:  # noqa: ANN401 - a number or one of the scenario's distributions
    """Return a number, or the ends and the kind of a distribution."""
    if isinstance(value, int | float):
        return f"{value:g}"
    return f"{value.low:g} to {value.high:g} ({type(value).__name__.lower()})"


def lever(
    entry: Any,  # noqa: ANN401 - sim.scenario.LeverEntry
    known: Lever,
    whole: Nations,
) -> dict[str, Any]:
    """Return one use of a lever: how strongly, when, where, at what cost and on what evidence."""
    strength = entry.strength
    names = {"low": 1 / 3, "central": 2 / 3, "high": 1.0}
    plain = isinstance(strength, int | float)
    word = next((n for n, at in names.items() if plain and abs(strength - at) < 1e-9), "")
    costs = [number(cost) for cost in reach.cost(known, entry.nations, whole)]
    bound = entry.nations is not None and reach.is_bound(known)
    # Whole thousands get commas; other sizes stay as the table of levers writes them.
    sizes = [
        f"{m:,.0f}" if abs(m) >= 1000 else f"{m:g}".replace("-", "−") for m in known.magnitude.sizes
    ]
    return {
        "title": known.title,
        "id": known.id,
        "actor": known.actor,
        "strength": word or _range(strength),
        "when": _when(entry),
        "cost": f"{costs[1]} ({costs[0]} to {costs[2]})",
        "kind": f"{known.cost_kind}, an upper bound" if bound else known.cost_kind,
        # A scenario's own lever may do without a magnitude beside its effects.
        "size": (
            f"{sizes[1]} {known.magnitude.unit} ({sizes[0]} to {sizes[2]})"
            if known.magnitude.unit
            else "–"
        ),
        "sources": ids(known.source),
    }


def _when(entry: Any) -> str:  # noqa: ANN401 - sim.scenario.LeverEntry
    """Return from when to when a lever is pulled, and how its effect comes."""
    said = _span(entry)
    if entry.nations is not None:
        said += f", in {reach.some(entry.nations)} alone"
    if entry.lag_months:
        said += f"; takes effect after {_months(entry.lag_months)}"
    if entry.ramp_months > 1:
        said += f"{',' if entry.lag_months else ';'} in full after "
        said += _months(entry.lag_months + entry.ramp_months)
    return said


def _span(entry: Any) -> str:  # noqa: ANN401 - sim.scenario.LeverEntry
    """Return from when to when a lever is pulled, by dates or by signs."""
    waits = entry.when is not None
    first = months.text(entry.earliest)
    begins = f"once {entry.when.in_words()} (from {first})" if waits else first
    if entry.end is not None:
        return f"{begins} to {months.text(entry.end)}"
    if entry.end_when is not None:
        return f"{begins} until {entry.end_when.in_words()}"
    return begins if waits else f"{begins} on"


def _months(count: int) -> str:
    return counted(count, "month")


def ids(text: str) -> list[str]:
    """Return the ids of sources in a cell that holds several."""
    return [part.strip() for part in text.split(";") if part.strip()]


def parameter(
    row: Parameter, changed: Mapping[str, Any], sources: Mapping[str, Source]
) -> dict[str, Any]:
    """Return one row of the parameter table: prior, posterior, and the scenario's own value.

    Its date is that of the newest source; a judgement has none.
    """
    fixed = row.dist in {"fixed", "switch"}
    drawn = posterior(row)
    own = changed.get(row.path)
    return {
        "path": row.path,
        "symbol": row.symbol,
        "unit": row.unit,
        "default": f"{row.default:g}",
        "range": "" if fixed else f"{row.low:g} to {row.high:g}",
        "dist": row.dist,
        "posterior": "" if drawn is None else f"{drawn[1]:.3g} ({drawn[0]:.3g} to {drawn[2]:.3g})",
        "status": status(row),
        "sources": ids(row.source),
        "date": max(
            (sources[name].date for name in ids(row.source) if name in sources), default=""
        ),
        "meaning": row.meaning,
        "own": "" if own is None else _range(own),
    }


def cited(rows: Iterable[Any], sources: Mapping[str, Source]) -> list[dict[str, str]]:
    """Return the sources that rows name, by id; an address is linked only if it is a web page."""
    cited = {part.strip() for row in rows for part in row.source.split(";")}
    found = []
    for name in sorted(cited & set(sources)):
        source = sources[name]
        about = ", ".join(part for part in (source.publisher, source.date) if part)
        found.append(
            {
                "id": name,
                "title": source.title,
                "about": about,
                "url": source.url if _is_web(source.url) else "",
            }
        )
    return found
