"""The smaller tables of the page: outcomes, history, optimism, levers, parameters and sources.

Each function turns objects of other rooms into text, so that the template holds no arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim import months
from sim.report import tables

if TYPE_CHECKING:
    from sim.evidence import Parameter, Source
    from sim.evidence.optimism import Claim
    from sim.scenario.levers import Lever

METRICS = {
    "developers.total": ("Developers who build on models, millions", "count"),
    "plurality": ("Effective number of ecosystems", "plain"),
    "dependence": ("Share of the largest bloc", "share"),
    "hardware_share.cn": ("Chinese chips in the world's AI compute", "share"),
    "influence.us": ("US influence, models and hardware", "share"),
    "influence.cn": ("Chinese influence, models and hardware", "share"),
    "cn_over_us.happened": ("Chinese bloc overtakes the US bloc at some time", "chance"),
    "cost.public": ("Public cost of the levers over all years, USD million of 2025", "plain"),
}
"""Outcomes that the page shows beside the shares, if the result holds them."""


def cell(middle: float, low: float, high: float) -> tuple[str, str]:
    """Return a median and its interval as text."""
    return tables.percent(middle), tables.between(low, high, "–")


def outcomes(result: tables.Result, groups: Sequence[str]) -> list[dict[str, Any]]:
    """Return the other outcomes at the last month they are reported for, by group.

    Cells of groups for which a metric is not measured are empty.
    """
    table = result.outcomes
    table = table[table["metric"].isin(list(METRICS)) & table["group"].isin(list(groups))]
    stamp = tables.month_numbers(table["month"])
    rows = []
    for metric, (title, kind) in METRICS.items():
        chosen = (table["metric"] == metric).to_numpy()
        if not chosen.any():
            continue
        part = table[chosen & (stamp == stamp[chosen].max())]
        cells = [
            _outcome(part.loc[part["group"] == group, "value"].to_numpy(dtype=np.float64), kind)
            for group in groups
        ]
        rows.append({"title": title, "cells": cells})
    return rows


def _outcome(values: tables.Floats, kind: str) -> tuple[str, str]:
    """Return a metric's median and interval, or how often an event happened."""
    if not len(values):
        return "", ""
    if kind == "chance":
        return tables.chance(int(values.sum()), len(values)), ""
    middle, low, high = tables.spread_of(values)
    if kind == "share":
        return cell(middle, low, high)
    scale = 1e-6 if kind == "count" else 1.0
    text = [number(scale * value) for value in (middle, low, high)]
    return text[0], f"{text[1]}–{text[2]}"


def number(value: float) -> str:
    """Return a number with about three digits, and commas between thousands."""
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    if size >= 10 or value == round(value):
        return f"{value:.1f}".removesuffix(".0")
    return f"{value:.2g}" if size < 0.1 else f"{value:.2f}"


HISTORY = {
    "deepseek_by_nation": "Chatbot use by nation, second half of 2025",
    "chinese_sites_by_month": "Visits to Chinese chatbot sites outside China, around R1",
}
NOTES = {
    "deepseek_by_nation": "DeepSeek's share of chatbot use, and that of all Chinese services "
    "together. Observed is the figure that the source prints, else the band of its map.",
    "chinese_sites_by_month": "Share of visits to all chatbot sites; R1 came out in January 2025. "
    "Two observed figures are two ways of counting, not an interval.",
}
"""Titles and notes of the views that the study room makes, by name."""


def history(key: str, table: pd.DataFrame, names: Mapping[str, str]) -> dict[str, Any]:
    """Return one view of the past: the model's mean and interval beside what was observed.

    Parameters
    ----------
    key : str
        Name of the view.
    table : DataFrame
        First column nation (ISO3) or month; mean, p05, p95; optionally all_chinese; observed,
        observed_low and observed_high, empty where nothing was observed. Fractions.
    names : mapping of str to str
        Names of nations by ISO3.
    """
    title, note = HISTORY.get(key, words(key)), NOTES.get(key, "")
    first = str(table.columns[0])
    whole = "all_chinese" in table.columns
    rows = []
    for row in table.to_dict("records"):
        seen = _observed(row)
        rows.append(
            [
                names.get(str(row[first]), str(row[first])),
                f"{_tenths(row['mean'])} %",
                f"{_tenths(row['p05'])}–{_tenths(row['p95'])}",
                *([f"{_tenths(row['all_chinese'])} %"] if whole else []),
                "–".join(dict.fromkeys(_tenths(value) for value in seen)) + (" %" if seen else ""),
                _verdict(row, seen),
            ]
        )
    head = [words(first), "Model, mean", "5–95 %", *(["All Chinese"] if whole else [])]
    return {"title": title, "note": note, "head": [*head, "Observed", "Model is"], "rows": rows}


def _observed(row: Mapping[Any, Any]) -> tuple[float, ...]:
    """Return the observed figure, or the two ends of what was observed, or nothing."""
    cells = [row.get(name) for name in ("observed", "observed_low", "observed_high")]
    there = [None if cell is None or pd.isna(cell) else float(cell) for cell in cells]
    if there[0] is not None:
        return (there[0],)
    return tuple(cell for cell in there[1:] if cell is not None)


def _verdict(row: Mapping[Any, Any], seen: tuple[float, ...]) -> str:
    """Return whether the model's interval meets what was observed."""
    if not seen:
        return ""
    if row["p95"] < min(seen):
        return "too low"
    return "too high" if row["p05"] > max(seen) else "in reach"


def _tenths(share: float) -> str:
    """Return a share in per cent with one decimal below ten."""
    value = 100 * share
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"


def optimism(claims: Sequence[Claim], names: Mapping[str, str]) -> dict[str, Any]:
    """Return the seeds' claim about optimism beside the nearest figures that were found."""
    head = ["Where", "Claimed", "Nearest figure", "Verdict", "Question", "Year", "Note", "Source"]
    rows = [
        [
            names.get(claim.place, claim.place[:1].upper() + claim.place[1:]),
            claim.claimed,
            claim.confirmed_text,
            claim.verdict,
            claim.item,
            claim.period,
            claim.note,
            claim.source.replace(";", ", "),
        ]
        for claim in claims
    ]
    return {"head": head, "rows": rows}


def words(slug: str) -> str:
    """Return a column's name as words: ``observed_share`` becomes ``Observed share``."""
    words = slug.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _range(value: Any) -> str:  # noqa: ANN401 - a number or one of the scenario's distributions
    """Return a number, or the ends and the kind of a distribution."""
    if isinstance(value, int | float):
        return f"{value:g}"
    return f"{value.low:g} to {value.high:g} ({type(value).__name__.lower()})"


def lever(entry: Any, known: Lever) -> dict[str, str]:  # noqa: ANN401 - sim.scenario.LeverEntry
    """Return one use of a lever: how strongly, when, at what cost and on what evidence."""
    strength = entry.strength
    names = {"low": 1 / 3, "central": 2 / 3, "high": 1.0}
    plain = isinstance(strength, int | float)
    word = next((n for n, at in names.items() if plain and abs(strength - at) < 1e-9), "")
    costs = [number(cost) for cost in (known.cost_low, known.cost_central, known.cost_high)]
    return {
        "title": known.title,
        "id": known.id,
        "actor": known.actor,
        "strength": word or _range(strength),
        "start": months.text(entry.start),
        "lag": str(entry.lag_months),
        "ramp": str(entry.ramp_months),
        "end": "–" if entry.end is None else months.text(entry.end),
        "cost": f"{costs[1]} ({costs[0]} to {costs[2]})",
        "kind": known.cost_kind,
        "size": (
            f"{known.magnitude_central:g} {known.magnitude_unit} "
            f"({known.magnitude_low:g} to {known.magnitude_high:g})"
        ),
        "source": known.source.replace(";", ", "),
    }


def parameter(row: Parameter, changed: Mapping[str, Any]) -> dict[str, str]:
    """Return one row of the parameter table, with the scenario's own value where it has one."""
    fixed = row.dist in {"fixed", "switch"}
    own = changed.get(row.path)
    return {
        "path": row.path,
        "symbol": row.symbol,
        "unit": row.unit,
        "default": f"{row.default:g}",
        "range": "" if fixed else f"{row.low:g} to {row.high:g}",
        "dist": row.dist,
        "status": row.status,
        "source": row.source.replace(";", ", "),
        "meaning": row.meaning,
        "own": "" if own is None else _range(own),
    }


def cited(rows: Iterable[Any], sources: Mapping[str, Source]) -> list[dict[str, str]]:
    """Return the sources that rows name, by id; an address is linked only if it is a web page."""
    cited = {part.strip() for row in rows for part in row.source.split(";")}
    found = []
    for name in sorted(cited & set(sources)):
        source = sources[name]
        web = source.url.startswith(("https://", "http://"))
        about = ", ".join(part for part in (source.publisher, source.date) if part)
        found.append(
            {
                "id": name,
                "title": source.title,
                "about": about,
                "url": source.url if web else "",
            }
        )
    return found
