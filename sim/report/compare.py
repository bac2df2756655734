"""Pictures of a comparison: effects sorted and over time, interactions, cost against effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.report import style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MOST = 30
"""Effects that one figure shows: the largest by size."""

LINES = 6
"""Effects that are drawn over time."""

SIGNS = {True: style.BAND, False: "#b35c1e"}
"""Colour of a gain and of a loss."""


def figures(
    table: pd.DataFrame, metric: str = "share.bloc_us", group: str = "world"
) -> dict[str, Figure]:
    """Return the figures of a comparison by file name; none where the outcome was not kept.

    Parameters
    ----------
    table : DataFrame
        Columns of ``effects.csv``.
    metric, group : str
        Outcome that is drawn.
    """
    mine = table[(table["metric"] == metric) & (table["group"] == group) & (table["month"] != "")]
    if mine.empty:
        return {}
    return {
        "effects.svg": sorted_effects(mine),
        "over_time.svg": over_time(mine),
    }


def sorted_effects(mine: pd.DataFrame) -> Figure:
    """Return effects in the last month with their 95 % intervals, largest first."""
    import matplotlib as mpl
    from matplotlib.figure import Figure as New

    last = mine[mine["month"] == mine["month"].max()]
    by_size = last["effect"].abs().sort_values(ascending=False).index[:MOST]
    last = last.loc[by_size].sort_values("effect")
    with mpl.rc_context(style.RC):
        figure = New(figsize=(8, 0.3 * len(last) + 1.3), layout="constrained")
        axis = figure.subplots()
        at = np.arange(len(last))
        colours = [SIGNS[bool(value >= 0)] for value in last["effect"]]
        axis.axvline(0, color=style.RULE, linewidth=1)
        axis.hlines(at, 100 * last["ci_low"], 100 * last["ci_high"], color=colours, linewidth=3,
                    alpha=0.5)  # fmt: skip
        axis.scatter(100 * last["effect"], at, color=colours, s=22, zorder=3)
        axis.set_yticks(at, [style.plain(name, 44) for name in last["scenario"]], fontsize=8)
        axis.set_xlabel("percentage points, mean and 95 % interval")
        axis.spines[["top", "right", "left"]].set_visible(False)
        axis.tick_params(axis="y", length=0)
        axis.set_title(_title(last), loc="left", fontsize=10)
    return figure


def over_time(mine: pd.DataFrame) -> Figure:
    """Return effects over time with bands: the largest at the end."""
    import matplotlib as mpl
    from matplotlib.figure import Figure as New

    last = mine[mine["month"] == mine["month"].max()]
    order = last["effect"].abs().sort_values(ascending=False).index
    names = [str(name) for name in last.loc[order[:LINES], "scenario"]]
    colours = ("#123b7a", "#ef7d32", "#12997a", "#6d5472", "#74b6ec", "#a3161f")
    with mpl.rc_context(style.RC):
        figure = New(figsize=(8, 4.2), layout="constrained")
        axis = figure.subplots()
        axis.axhline(0, color=style.RULE, linewidth=1)
        for name, colour in zip(names, colours, strict=False):
            part = mine[mine["scenario"] == name].sort_values("month")
            at = [int(month[:4]) + (int(month[5:]) - 1) / 12 for month in part["month"]]
            axis.fill_between(at, 100 * part["ci_low"], 100 * part["ci_high"], color=colour,
                              alpha=0.18, linewidth=0)  # fmt: skip
            axis.plot(at, 100 * part["effect"], color=colour, label=style.plain(name, 40))
        axis.set_ylabel("percentage points")
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
        axis.set_title(f"Main effects (diagonal) and interactions, {unit}; ? where the 95 % "
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
        cost = priced["cost"].clip(lower=0.1)
        axis.axhline(0, color=style.RULE, linewidth=1)
        axis.vlines(cost, 100 * priced["ci_low"], 100 * priced["ci_high"], color=style.RULE)
        colours = [style.BAND if best else style.QUIET for best in priced["front"]]
        axis.scatter(cost, 100 * priced["effect"], color=colours, s=20, zorder=3)
        best = priced[priced["front"]].sort_values("cost")
        axis.plot(best["cost"].clip(lower=0.1), 100 * best["effect"], color=style.BAND,
                  linewidth=1, drawstyle="steps-post")  # fmt: skip
        for row in best.to_dict("records"):
            axis.annotate(
                style.plain(str(row["lever"]), 34), (max(row["cost"], 0.1), 100 * row["effect"]),
                xytext=(4, 5), textcoords="offset points", fontsize=7.5,
            )  # fmt: skip
        axis.set_xscale("log")
        axis.set_xlabel("USD million a year, central cost (0.1 stands for nothing and for income)")
        axis.set_ylabel("percentage points")
        axis.spines[["top", "right"]].set_visible(False)
        axis.set_title("Effect against cost; the line joins levers that no other beats",
                       loc="left", fontsize=10)  # fmt: skip
    return figure


def _title(mine: pd.DataFrame) -> str:
    first: Any = mine.iloc[0]
    known = set(mine["reference"])
    reference = first["reference"] if len(known) == 1 else "each reference"
    words = {
        "share.bloc_us": "US share of developers",
        "share.bloc_cn": "Chinese share of developers",
    }
    what = words.get(first["metric"], first["metric"])
    when = f"{'to ' if len(set(mine['month'])) > 1 else ''}{mine['month'].max()}"
    return style.plain(
        f"Effect on the {what} {style.in_words(first['group'])}, {when}, against {reference}"
    )


TOLD = ("share.bloc_us", "share.bloc_cn", "plurality", "hardware_share.cn")
"""Metrics that the page has tables of, where they were kept."""


def page(table: pd.DataFrame) -> str:
    """Return the page of a comparison: figures, and tables of the last month by group.

    Parameters
    ----------
    table : DataFrame
        Columns of ``effects.csv``.
    """
    from markupsafe import Markup

    from sim.report.figures import svg
    from sim.report.templating import template

    months = table[table["month"] != ""]
    last = months[months["month"] == months["month"].max()]
    parts = [
        {
            "title": f"{metric} {style.in_words(str(group))}, {part['month'].iloc[0]}",
            "rows": [
                _row(row) for row in part.sort_values("effect", ascending=False).to_dict("records")
            ],
        }
        for metric in TOLD
        for group, part in last[last["metric"] == metric].groupby("group", sort=False)
    ]
    drawn = [svg(figure) for figure in figures(table).values()]
    names, references = list(dict.fromkeys(table["scenario"])), set(table["reference"])
    against = next(iter(references)) if len(references) == 1 else "themselves less one lever"
    what = names[0] if len(names) == 1 else f"{len(names)} policies"
    return str(
        template("compare.html.j2").render(
            title=f"{what} against {against}",
            runs=int(table["runs"].iloc[0]),
            figures=[Markup(text[text.index("<svg") :]) for text in drawn],  # noqa: S704 - our own
            parts=parts,
        )
    )


def _row(row: dict[Any, Any]) -> dict[str, str]:
    part = row["unit"] == "fraction"
    scale, unit = (100.0, " pp") if part else (1.0, "")
    odds, ratio = row["log_odds"], row["variance_ratio"]
    return {
        "name": str(row["scenario"]),
        "effect": f"{scale * row['effect']:+.2f}{unit}",
        "interval": f"{scale * row['ci_low']:+.2f} to {scale * row['ci_high']:+.2f}",
        "odds": f"{odds:+.3f}" if odds == odds else "-",  # noqa: PLR0124 - not a number
        "ratio": f"{ratio:,.1f}" if ratio == ratio else "-",  # noqa: PLR0124
    }
