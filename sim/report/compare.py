"""Pictures of a comparison: effects sorted and over time, interactions, cost against effect.

They are as wide as a phone shows without making their words too small to read.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.report import effects, style
from sim.report.charts import colour_of
from sim.report.kit import canvas, dress
from sim.report.naming import Naming

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.arrays import Floats

WIDE = 4.4
"""Inches of a figure."""

MOST = 30
"""Effects that one figure shows: the largest by size."""

LINES = 6
"""Effects that are drawn over time."""

LABEL, TITLE = 56, 50
"""Characters of a name, and of a line of a title."""

SPAN = "{unit}: median, and 5 to 95 % of worlds"
"""What the axis of an effect shows."""

LEAST_COST = 0.1
"""USD million a year at which what costs nothing stands on a logarithmic axis."""

WORLD = Naming({})
"""Of runs of all nations, where only groups are shown."""


def drawn(table: pd.DataFrame, shown: Sequence[str], groups: Sequence[str]) -> pd.DataFrame:
    """Return the effects that are drawn; none where the first outcome was not kept by month.

    One policy is drawn with every metric that is shown and has the first one's unit; several with
    the first metric alone. The group is the first one.

    Parameters
    ----------
    table : DataFrame
        Columns of ``effects.csv``.
    shown, groups : sequence of str
        In the order in which they are shown.
    """
    import pandas as pd

    table = table[table["month"] != ""]
    first = of(table, shown[0], groups[0])
    if first.empty or not is_one(first["scenario"]):
        return first
    every = pd.concat([of(table, metric, groups[0]) for metric in shown])
    alike: pd.DataFrame = every[every["unit"] == first["unit"].iloc[0]]
    return alike


def is_one(words: pd.Series) -> bool:
    """Return whether a column holds one word only."""
    return len(set(words)) == 1


def of(table: pd.DataFrame, metric: str, group: str) -> pd.DataFrame:
    """Return the effects on a metric in a group, or in the world where it is of the world alone."""
    mine = table[table["metric"] == metric]
    there = mine[mine["group"] == group]
    return there if len(there) or not is_one(mine["group"]) else mine


def last_of(table: pd.DataFrame, metric: str, group: str) -> pd.DataFrame:
    """Return the effects on an outcome in the last month, largest median first."""
    mine = of(table, metric, group)
    found: pd.DataFrame = mine[mine["month"] == mine["month"].max()]
    return found.sort_values("p50", ascending=False, kind="stable")


def _labels(mine: pd.DataFrame) -> pd.Series:
    """Return what tells the lines of a figure apart: the metric of one policy, else the policy."""
    if is_one(mine["scenario"]):
        return mine["metric"].map(effects.name)
    return mine["scenario"]


def sorted_effects(mine: pd.DataFrame, place: Naming = WORLD, said: str = "") -> Figure:
    """Return effects in the last month: medians and 5 to 95 % of worlds, largest first.

    Each name stands above its line, so that a long one takes no room from the figure.

    Parameters
    ----------
    mine : DataFrame
        Effects on one outcome, or of one policy.
    place : Naming
    said : str
        What they say, which stands above the figure.
    """
    last = mine[mine["month"] == mine["month"].max()]
    last = last.assign(label=_labels(last))
    by_size = last["p50"].abs().sort_values(ascending=False).index[:MOST]
    last = last.loc[by_size].sort_values("p50")
    factor, unit = effects.unit_of(last.iloc[0].to_dict())
    head = textwrap.fill(style.plain(said), TITLE - 4)
    with canvas(WIDE, 0.4 * len(last) + 1.6 + 0.15 * len(head.splitlines())) as (figure, (axis,)):
        if head:
            figure.suptitle(head, x=0.02, ha="left", fontsize=9, fontweight="bold")
        bands = factor * last[["p05", "p50", "p95"]].to_numpy()
        spans(axis, last["label"], bands, last["metric"].map(colour_of))
        bare = ("top", "right", "left")
        dress(axis, _title(last, place), SPAN.format(unit=unit), bare=bare, pad=8)
    return figure


def spans(axis: Axes, names: Iterable[str], bands: Floats, colours: Iterable[str] = ()) -> None:
    """Draw middles with their bounds from the bottom up, each name above its line.

    Parameters
    ----------
    axis : Axes
    names : iterable of str
    bands : ndarray, shape (names, 3)
        Lower bound, middle and upper bound; where they hold zero, the middle is hollow.
    colours : iterable of str
        Of each line; ink without.
    """
    low, middle, high = bands.T
    at = np.arange(len(bands))
    own = list(colours) or [style.INK] * len(bands)
    sure = (low > 0) | (high < 0)
    axis.axvline(0, color=style.RULE, linewidth=1)
    axis.hlines(at, low, high, color=own, linewidth=3, alpha=0.5)
    faces = [colour if one else style.PAPER for colour, one in zip(own, sure, strict=True)]
    axis.scatter(middle, at, color=faces, edgecolors=own, linewidths=1.3, s=22, zorder=3)
    for height, name in zip(at, names, strict=True):
        axis.text(0, height + 0.2, style.plain(str(name), LABEL), fontsize=8, va="bottom",
                  transform=axis.get_yaxis_transform())  # fmt: skip
    axis.set_ylim(-0.5, len(bands) - 0.1)
    axis.set_yticks([])


def over_time(mine: pd.DataFrame, place: Naming = WORLD) -> Figure:
    """Return medians over time with bands of 5 to 95 % of worlds, a panel each: the largest."""
    mine = mine.assign(label=_labels(mine))
    last = mine[mine["month"] == mine["month"].max()]
    order = last["p50"].abs().sort_values(ascending=False).index
    names = [str(name) for name in last.loc[order[:LINES], "label"]]
    factor, unit = effects.unit_of(last.iloc[0].to_dict())
    columns = min(len(names), 2)
    rows = -(-len(names) // columns)
    with canvas(
        2.4 * columns + 0.6, 1.45 * rows + 1.3, rows, columns, sharex=True, sharey=True
    ) as (figure, axes):  # fmt: skip
        for axis, name in zip(axes, names, strict=False):
            part = mine[mine["label"] == name].sort_values("month")
            colour = colour_of(str(part["metric"].iloc[0]))
            at = [int(month[:4]) + (int(month[5:]) - 1) / 12 for month in part["month"]]
            axis.axhline(0, color=style.RULE, linewidth=1)
            axis.fill_between(at, factor * part["p05"], factor * part["p95"], color=colour,
                              alpha=0.15, linewidth=0)  # fmt: skip
            axis.plot(at, factor * part["p50"], color=colour)
            dress(axis, textwrap.fill(style.plain(name, 56), 30), fontsize=8, pad=4)
            axis.tick_params(labelsize=7)
        for axis in axes[len(names) :]:
            axis.set_visible(False)
        title = _title(mine, place)
        figure.suptitle(title, x=0.02, ha="left", fontsize=9, fontweight="bold")
        figure.supxlabel(SPAN.format(unit=unit), x=0.02, ha="left", fontsize=8, color=style.QUIET)
    return figure


def _title(mine: pd.DataFrame, place: Naming) -> str:
    """Return what stands above a figure: what it shows, where, when, and against what."""
    first: Any = mine.iloc[0]
    span = f"{'' if is_one(mine['month']) else 'to '}{effects.when(mine['month'].max())}"
    what = first["scenario"] if is_one(mine["scenario"]) else effects.name(first["metric"])
    one = is_one(mine["reference"])
    against = f", against {first['reference']}" if one else ": what each lever adds to the package"
    words = style.plain(f"{what} {place.in_words(first['group'])}, {span}{against}")
    return textwrap.fill(words, TITLE)


def interactions(terms: pd.DataFrame, called: Mapping[str, str]) -> Figure:
    """Return a matrix of main effects (diagonal) and interactions of pairs, on shares.

    Parameters
    ----------
    terms : DataFrame
        Of `sim.study.compare.packages.Package`.
    called : mapping of str to str
        Titles of levers.
    """
    mine = terms[terms["scale"] == "share"]
    singles = [str(term) for term in mine["term"] if " x " not in str(term)]
    grid = np.full((len(singles), len(singles)), np.nan)
    sure: dict[tuple[int, int], bool] = {}
    for row in mine.to_dict("records"):
        names = str(row["term"]).split(" x ")
        i, j = singles.index(names[0]), singles.index(names[-1])
        place = max(i, j), min(i, j)
        grid[place] = 100.0 * row["effect"]
        sure[place] = row["low"] > 0 or row["high"] < 0
    most = np.nanmax(np.abs(grid)) or 1.0
    with canvas(2.9 + 1.2 * len(singles), 1.7 + 0.7 * len(singles)) as (figure, (axis,)):
        axis.imshow(np.abs(grid), cmap="Greys", vmin=0.0, vmax=2.5 * most)
        for (i, j), known in sure.items():
            text = f"{grid[i, j]:+.2g}{'' if known else ' ?'}"
            axis.text(j, i, text, ha="center", va="center", fontsize=9)
        levers = [style.plain(called[name], LABEL) for name in singles]
        labels = [textwrap.fill(lever, 24) for lever in levers]
        axis.set_xticks(range(len(singles)), labels, fontsize=8, rotation=30, ha="right")
        axis.set_yticks(range(len(singles)), labels, fontsize=8)
        axis.spines[:].set_visible(False)
        unit = "percentage points"
        key = f"Main effects (diagonal), interactions, {unit}; ? where the interval holds zero"
        axis.set_xlabel(key, fontsize=7, color=style.QUIET)
        axis.tick_params(length=0)
        first = int(np.abs(np.diag(grid)).argmax())
        finding = f"{levers[first]} does most alone, {grid[first, first]:+.2g} {unit}"
        finding += _of_pairs([known for (i, j), known in sure.items() if i != j])
        figure.suptitle(textwrap.fill(finding, TITLE), x=0.02, ha="left", fontsize=9)
    return figure


def _of_pairs(sure: Sequence[bool]) -> str:
    """Say of how many pairs it is sure that they differ from their sum; nothing without pairs."""
    if not sure:
        return ""
    differ = "differs" if sum(sure) == 1 else "differ"
    return f"; {sum(sure)} of {len(sure)} pairs surely {differ} from the sum of the two"


def cost_effect(priced: pd.DataFrame) -> Figure:
    """Return effect against cost a year, with those that no other lever beats named.

    Parameters
    ----------
    priced : DataFrame
        From `sim.study.compare.costs.per_million`.
    """
    factor, unit = effects.unit_of(priced.iloc[0].to_dict())
    best = priced[priced["front"]].sort_values("cost")
    with canvas(WIDE, 4.2 + 0.17 * len(best)) as (figure, (axis,)):
        cost = priced["cost"].clip(lower=LEAST_COST)
        axis.axhline(0, color=style.RULE, linewidth=1)
        axis.vlines(cost, factor * priced["p05"], factor * priced["p95"], color=style.RULE)
        colours = [style.BAND if best else style.QUIET for best in priced["front"]]
        axis.scatter(cost, factor * priced["p50"], color=colours, s=20, zorder=3)
        at = best["cost"].clip(lower=LEAST_COST)
        axis.plot(at, factor * best["p50"], color=style.BAND, linewidth=1, drawstyle="steps-post")
        # Numbers leave room where names would lie over one another.
        for n, (x, y) in enumerate(zip(at, factor * best["p50"], strict=True), 1):
            axis.annotate(f"{n}", (x, y), xytext=(4, 5), textcoords="offset points", fontsize=8)
        axis.set_xscale("log")
        _plain_decades(axis, float(cost.max()))
        dress(
            axis, "Effect against cost; the line joins levers that no other beats",
            f"USD million a year, as run\n({LEAST_COST:g} stands for nothing and for income)",
            SPAN.format(unit=unit), pad=8,
        )  # fmt: skip
        lines = [f"{n}  {style.plain(str(name), LABEL)}" for n, name in enumerate(best["lever"], 1)]
        figure.supxlabel("\n".join(lines), x=0.02, ha="left", fontsize=8)
    return figure


def _plain_decades(axis: Any, most: float) -> None:  # noqa: ANN401 - axes of matplotlib
    """Write powers of ten as numbers: the usual labels are formulas, which stay unread here."""
    from matplotlib.ticker import NullFormatter

    decades = [10.0**n for n in range(-1, max(1, math.ceil(math.log10(max(most, 1.0)))) + 1)]
    axis.set_xticks(decades, [f"{value:,.10g}" for value in decades])
    axis.xaxis.set_minor_formatter(NullFormatter())
    axis.set_xlim(decades[0] / 2, decades[-1] * 2)
