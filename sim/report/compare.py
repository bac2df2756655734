"""Pictures of a comparison: effects sorted and over time, interactions, cost against effect."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.report import effects, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 30
"""Effects that one figure shows: the largest by size."""

LINES = 6
"""Effects that are drawn over time."""

LABEL = 60
"""Characters of a name in a figure."""

LEAST_COST = 0.1
"""USD million a year at which what costs nothing stands on a logarithmic axis."""

SIGNS = {True: style.BAND, False: "#b35c1e"}
"""Colour of a gain and of a loss."""


def figures(
    table: pd.DataFrame,
    shown: Sequence[str] = ("share.bloc_us",),
    groups: Sequence[str] = ("world",),
) -> dict[str, Figure]:
    """Return the figures of a comparison by file name; none where the outcome was not kept.

    One policy is drawn with every metric that is shown and has the first one's unit; several with
    the first metric alone. The group is the first one.

    Parameters
    ----------
    table : DataFrame
        Columns of ``effects.csv``.
    shown, groups : sequence of str
        In the order in which they are shown.
    """
    first = _of(table, shown[0], groups[0])
    first = first[first["month"] != ""]
    if first.empty:
        return {}
    mine = first
    if is_one(first["scenario"]):
        every = pd.concat([_of(table, metric, groups[0]) for metric in shown])
        mine = every[(every["unit"] == first["unit"].iloc[0]) & (every["month"] != "")]
    return {"effects.svg": sorted_effects(mine), "over_time.svg": over_time(mine)}


def is_one(words: pd.Series) -> bool:
    """Return whether a column holds one word only."""
    return len(set(words)) == 1


def _of(table: pd.DataFrame, metric: str, group: str) -> pd.DataFrame:
    """Return the effects on a metric in a group, or in the world where it is of the world alone."""
    mine = table[table["metric"] == metric]
    there = mine[mine["group"] == group]
    return there if len(there) or not is_one(mine["group"]) else mine


def _labels(mine: pd.DataFrame) -> pd.Series:
    """Return what tells the lines of a figure apart: the metric of one policy, else the policy."""
    if is_one(mine["scenario"]):
        return mine["metric"].map(effects.name)
    return mine["scenario"]


def sorted_effects(mine: pd.DataFrame) -> Figure:
    """Return effects in the last month: medians and 5 to 95 % of worlds, largest first."""
    import matplotlib as mpl
    from matplotlib.figure import Figure as New

    last = mine[mine["month"] == mine["month"].max()]
    last = last.assign(label=_labels(last))
    by_size = last["p50"].abs().sort_values(ascending=False).index[:MOST]
    last = last.loc[by_size].sort_values("p50")
    factor, unit = effects.unit_of(last.iloc[0].to_dict())
    with mpl.rc_context(style.RC):
        figure = New(figsize=(8, 0.32 * len(last) + 1.5), layout="constrained")
        axis = figure.subplots()
        at = np.arange(len(last))
        colours = [SIGNS[bool(value >= 0)] for value in last["p50"]]
        axis.axvline(0, color=style.RULE, linewidth=1)
        axis.hlines(at, factor * last["p05"], factor * last["p95"], color=colours, linewidth=3,
                    alpha=0.5)  # fmt: skip
        axis.scatter(factor * last["p50"], at, color=colours, s=22, zorder=3)
        axis.set_ylim(-0.7, len(last) - 0.3)
        axis.set_yticks(at, [style.plain(str(name), LABEL) for name in last["label"]], fontsize=8)
        axis.set_xlabel(f"{unit}: median, and 5 to 95 % of worlds")
        axis.spines[["top", "right", "left"]].set_visible(False)
        axis.tick_params(axis="y", length=0)
        axis.set_title(_title(last), loc="left", fontsize=10)
    return figure


def over_time(mine: pd.DataFrame) -> Figure:
    """Return medians over time with bands of 5 to 95 % of worlds: the largest at the end."""
    import matplotlib as mpl
    from matplotlib.figure import Figure as New

    mine = mine.assign(label=_labels(mine))
    last = mine[mine["month"] == mine["month"].max()]
    order = last["p50"].abs().sort_values(ascending=False).index
    names = [str(name) for name in last.loc[order[:LINES], "label"]]
    colours = ("#123b7a", "#ef7d32", "#12997a", "#6d5472", "#74b6ec", "#a3161f")
    factor, unit = effects.unit_of(last.iloc[0].to_dict())
    with mpl.rc_context(style.RC):
        figure = New(figsize=(8, 4.2), layout="constrained")
        axis = figure.subplots()
        axis.axhline(0, color=style.RULE, linewidth=1)
        for name, colour in zip(names, colours, strict=False):
            part = mine[mine["label"] == name].sort_values("month")
            at = [int(month[:4]) + (int(month[5:]) - 1) / 12 for month in part["month"]]
            axis.fill_between(at, factor * part["p05"], factor * part["p95"], color=colour,
                              alpha=0.15, linewidth=0)  # fmt: skip
            axis.plot(at, factor * part["p50"], color=colour, label=style.plain(name, LABEL))
        axis.set_ylabel(f"{unit}: median, and 5 to 95 % of worlds")
        axis.spines[["top", "right"]].set_visible(False)
        axis.legend(frameon=False, fontsize=8)
        axis.set_title(_title(mine), loc="left", fontsize=10)
    return figure


def interactions(terms: pd.DataFrame, scale: str = "share") -> Figure:
    """Return a matrix of main effects (diagonal) and interactions of pairs.

    Parameters
    ----------
    terms : DataFrame
        Of `sim.study.compare.packages.Package`.
    scale : {"share", "log-odds"}
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure as New

    mine = terms[terms["scale"] == scale]
    singles = [str(term) for term in mine["term"] if " x " not in str(term)]
    grid = np.full((len(singles), len(singles)), np.nan)
    marks: dict[tuple[int, int], str] = {}
    factor = 100.0 if scale == "share" else 1.0
    for row in mine.to_dict("records"):
        names = str(row["term"]).split(" x ")
        i, j = singles.index(names[0]), singles.index(names[-1])
        grid[max(i, j), min(i, j)] = factor * row["effect"]
        sure = row["low"] > 0 or row["high"] < 0
        marks[max(i, j), min(i, j)] = f"{factor * row['effect']:.2g}{'' if sure else ' ?'}"
    most = np.nanmax(np.abs(grid)) or 1.0
    with mpl.rc_context(style.RC):
        figure = New(figsize=(2.6 + 1.0 * len(singles), 1.6 + 0.7 * len(singles)),
                     layout="constrained")  # fmt: skip
        axis = figure.subplots()
        axis.imshow(grid, cmap="RdBu", vmin=-most, vmax=most, alpha=0.6)
        for (i, j), text in marks.items():
            axis.text(j, i, text, ha="center", va="center", fontsize=9)
        labels = [style.plain(name, 28) for name in singles]
        axis.set_xticks(range(len(singles)), labels, fontsize=8, rotation=30, ha="right")
        axis.set_yticks(range(len(singles)), labels, fontsize=8)
        axis.spines[:].set_visible(False)
        unit = "percentage points" if scale == "share" else "log-odds"
        axis.set_title(f"Main effects (diagonal) and interactions, {unit}; ? where the "
                       "interval holds zero", loc="left", fontsize=9)  # fmt: skip
    return figure


def cost_effect(priced: pd.DataFrame) -> Figure:
    """Return effect against cost a year, with those that no other lever beats named.

    Parameters
    ----------
    priced : DataFrame
        From `sim.study.compare.costs.per_million`.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure as New

    with mpl.rc_context(style.RC):
        figure = New(figsize=(8.5, 5.2), layout="constrained")
        axis = figure.subplots()
        cost = priced["cost"].clip(lower=LEAST_COST)
        axis.axhline(0, color=style.RULE, linewidth=1)
        axis.vlines(cost, 100 * priced["p05"], 100 * priced["p95"], color=style.RULE)
        colours = [style.BAND if best else style.QUIET for best in priced["front"]]
        axis.scatter(cost, 100 * priced["p50"], color=colours, s=20, zorder=3)
        best = priced[priced["front"]].sort_values("cost")
        axis.plot(best["cost"].clip(lower=LEAST_COST), 100 * best["p50"], color=style.BAND,
                  linewidth=1, drawstyle="steps-post")  # fmt: skip
        for row in best.to_dict("records"):
            axis.annotate(
                style.plain(str(row["lever"]), LABEL),
                (max(row["cost"], LEAST_COST), 100 * row["p50"]),
                xytext=(4, 5), textcoords="offset points", fontsize=7.5,
            )  # fmt: skip
        axis.set_xscale("log")
        _plain_decades(axis, float(cost.max()))
        axis.set_xlabel(
            f"USD million a year, as run ({LEAST_COST:g} stands for nothing and for income)"
        )
        axis.set_ylabel("percentage points: median, and 5 to 95 % of worlds")
        axis.spines[["top", "right"]].set_visible(False)
        axis.set_title("Effect against cost; the line joins levers that no other beats",
                       loc="left", fontsize=10)  # fmt: skip
    return figure


def _plain_decades(axis: Any, most: float) -> None:  # noqa: ANN401 - axes of matplotlib
    """Write powers of ten as numbers: the usual labels are formulas, which stay unread here."""
    from matplotlib.ticker import NullFormatter

    decades = [10.0**n for n in range(-1, max(1, math.ceil(math.log10(max(most, 1.0)))) + 1)]
    axis.set_xticks(decades, [f"{value:,.10g}" for value in decades])
    axis.xaxis.set_minor_formatter(NullFormatter())
    axis.set_xlim(decades[0] / 2, decades[-1] * 2)


def _title(mine: pd.DataFrame) -> str:
    first: Any = mine.iloc[0]
    one = is_one(mine["scenario"])
    months = set(mine["month"])
    references = set(mine["reference"])
    against = first["reference"] if len(references) == 1 else "each package without it"
    what = first["scenario"] if one else f"Effects on {effects.name(first['metric'])}"
    span = f"{'to ' if len(months) > 1 else ''}{effects.when(max(months))}"
    return style.plain(f"{what} {style.in_words(first['group'])}, {span}, against {against}")


def page(found: Any) -> str:  # noqa: ANN401 - a Comparison, which this room may not import
    """Return the page of a comparison: what it says in lines, figures, and tables by outcome.

    Parameters
    ----------
    found : Comparison
    """
    from markupsafe import Markup

    from sim.report.figures import svg
    from sim.report.templating import template

    table, shown, groups = found.table, found.shown, found.groups
    parts = [
        {
            "title": f"{effects.name(metric)} {style.in_words(str(part['group'].iloc[0]))}, "
            f"{effects.when(str(part['month'].iloc[0]))}",
            "rows": [_row(row) for row in part.to_dict("records")],
        }
        for group in groups
        for metric in shown
        if len(part := last_of(table, metric, group))
        and (group == groups[0] or part["group"].iloc[0] == group)
    ]
    drawn = [svg(figure) for figure in figures(table, shown, groups).values()]
    if len(found.costs):
        drawn.append(svg(cost_effect(found.costs)))
    one = is_one(table["scenario"])
    first = [last_of(table, metric, groups[0]) for metric in shown]
    return str(
        template("compare.html.j2").render(
            title=heading(found),
            meaning=effects.MEANING,
            runs=found.runs,
            lines=[effects.line(row) for part in first for row in part.to_dict("records")]
            if one
            else [],
            sizes=effects.sizes_line(found.sizes, shown[0]),
            notes=found.notes,
            ranks=[] if one else effects.rank_lines(found.ranking, MOST),
            rule=effects.RULE,
            figures=[Markup(text[text.index("<svg") :]) for text in drawn],  # noqa: S704 - our own
            parts=parts,
        )
    )


def heading(found: Any) -> str:  # noqa: ANN401 - a Comparison
    """Return what a comparison compares."""
    if found.each == "less one":
        return f"What each lever adds to {found.subject} (the package less itself without it)"
    names = list(dict.fromkeys(found.table["scenario"]))
    if found.each == "levers":
        what = names[0] if len(names) == 1 else f"{len(names)} levers, each alone"
        return f"{what} against {found.against}"
    return f"{names[0] if len(names) == 1 else f'{len(names)} policies'} against {found.against}"


def last_of(table: pd.DataFrame, metric: str, group: str) -> pd.DataFrame:
    """Return the effects on an outcome in the last month, largest median first."""
    mine = _of(table, metric, group)
    found: pd.DataFrame = mine[mine["month"] == mine["month"].max()]
    return found.sort_values("p50", ascending=False, kind="stable")


def _row(row: dict[Any, Any]) -> dict[str, str]:
    middle, low, high = effects.figures_of(row)
    return {
        "name": str(row["scenario"]),
        "middle": f"{middle} {effects.unit_of(row)[1]}",
        "range": f"{low} to {high}",
        "sign": effects.sign(row),
        "error": effects.error(row),
    }
