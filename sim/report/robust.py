"""Pictures and page of robustness: regret by policy, boxes, and the box among the worlds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.report import style, titles
from sim.report.drawings import Drawing, Page, on_page
from sim.report.kit import canvas, dress
from sim.report.sheet import Cell, Table, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FAILS = "#b35c1e"
"""Colour of worlds in which a policy fails."""

COLUMNS = {
    "max_regret": "Largest regret",
    "mean_regret": "Mean regret",
    "mean": "Mean",
    "worst": "Worst",
    "p90_regret": "90 % of regrets below",
    "p10": "10 % of worlds below",
    "p90": "90 % of worlds below",
}
"""Columns of the table of policies, in the unit of the metric, the most important first."""

BRIEF = 4
"""Columns that fit a terminal."""


def lead(found: Any) -> list[str]:  # noqa: ANN401 - a Robust, which this room may not import
    """Return what a result of robustness says, a sentence each; the worlds that failed first."""
    judged, asked = found.judged, found.manifest["asked"]
    outcome = titles.outcome(judged.metric, judged.group)
    better = "larger" if judged.larger_is_better else "smaller"
    said = f"{outcome}, in {len(found.worlds)} worlds; {better} is better"
    if judged.threshold is not None:
        (limit,) = titles.figures(judged.metric, judged.threshold)
        word = "at least" if judged.larger_is_better else "at most"
        said += f", and {word} {limit} {titles.unit(judged.metric)} is good enough".rstrip()
    lines = [f"{said}."]
    for row in found.table.to_dict("records"):
        if row["failed"]:
            name = titles.scenario(str(row["policy"]), asked)
            lines.append(
                f"{name} could not be run in {row['failed']} of {row['worlds']} worlds; these "
                "count as worlds in which it fails."
            )
    if found.shared < len(found.worlds):
        lines.append(
            f"Means and regret are over the {found.shared} worlds in which every policy that could "
            "be run anywhere was run."
        )
    return lines


def conditions(found: Any) -> list[str]:  # noqa: ANN401 - a Robust
    """Return in which worlds each policy fails, a sentence for each box that is described."""
    asked = found.manifest["asked"]
    said = []
    for name, boxes in found.boxes.items():
        title = titles.scenario(name, asked)
        said += [f"{title}: {sentence}." for sentence in boxes.sentences(titles.in_sentence)]
    return said


def policies(found: Any, columns: int | None = None) -> Table:  # noqa: ANN401 - a Robust
    """Return the table of policies; cells are empty where a policy has no figure.

    Parameters
    ----------
    found : Robust
    columns : int, optional
        Figures in the unit of the metric that are shown; all by default.
    """
    metric, asked = found.judged.metric, found.manifest["asked"]
    unit = titles.unit(metric)
    shown = list(COLUMNS)[:columns]
    judged, failed = "satisficing" in found.table, bool(found.table["failed"].any())
    head = ["Policy", *["Not run in"] * failed, *["Good enough in"] * judged]
    head += [f"{COLUMNS[name]}{', ' + unit if unit else ''}" for name in shown]
    rows = []
    for row in found.table.to_dict("records"):
        cells = [titles.scenario(str(row["policy"]), asked)]
        cells += [f"{row['failed']} worlds"] * failed
        cells += [f"{100 * row['satisficing']:.0f} %"] if judged else []
        cells += [
            titles.figures(metric, row[name])[0] if np.isfinite(row[name]) else "" for name in shown
        ]
        rows.append(cells)
    return Table("Policies over all worlds", head, rows)


@on_page("robust")
def of_regret(found: Any) -> Iterator[Drawing]:  # noqa: ANN401 - a Robust
    """Draw the regret of policies, where there are worlds in which all were run."""
    if found.shared:
        yield Drawing("regret", "Regret by policy", regret(found))


@on_page("robust")
def of_boxes(found: Any) -> Iterator[Drawing]:  # noqa: ANN401 - a Robust
    """Draw the worlds in which each policy fails."""
    for name in found.boxes:
        words = f"Worlds in which {titles.scenario(name, found.manifest['asked'])} fails"
        yield Drawing(f"boxes_{name}", words, box_figure(found, name), title=True)


def regret(found: Any) -> Figure:  # noqa: ANN401 - a Robust
    """Return each policy's regret over the shared worlds: 10 to 90 %, mean and largest."""
    metric, asked = found.judged.metric, found.manifest["asked"]
    values = found.values.dropna(axis=1, how="all").dropna()
    better = values if found.judged.larger_is_better else -values
    behind = better.max(axis=1).to_numpy()[:, None] - better.to_numpy()
    if titles.is_part(metric):
        behind = 100 * behind
    order = np.argsort(behind.max(axis=0))[::-1]
    names = [titles.scenario(str(values.columns[n]), asked) for n in order]
    with canvas(5.2, 0.42 * len(order) + 1.8) as (figure, (axis,)):
        low, high = np.quantile(behind[:, order], (0.1, 0.9), axis=0)
        at = np.arange(len(order))
        axis.hlines(at, low, high, color=style.BAND, linewidth=7, alpha=0.35)
        axis.scatter(behind[:, order].mean(axis=0), at, color=style.BAND, s=26, zorder=3)
        axis.scatter(behind[:, order].max(axis=0), at, marker="|", color=style.INK, s=90)
        axis.set_yticks(at, [style.plain(name, 36) for name in names], fontsize=9)
        axis.set_ylim(-0.6, len(order) - 0.4)
        largest = float(behind.max())
        axis.set_xlim(-0.02 * largest, 1.06 * largest if largest > 0 else 1)
        unit = "percentage points" if titles.is_part(metric) else titles.unit(metric)
        title = (
            "How far each policy stays behind the best of each world\n"
            "band: 10 to 90 % of worlds; dot: mean; bar: largest"
        )
        dress(axis, title, f"regret, {unit}", x=-0.35)
    return figure


def box_figure(found: Any, policy: str) -> Figure:  # noqa: ANN401 - a Robust
    """Return coverage against density of every box, and the worlds with the first box described.

    Parameters
    ----------
    found : Robust
    policy : str
        One that has boxes.
    """
    with canvas(5.2, 7.6, 2) as (figure, (above, below)):
        _trajectories(above, found.boxes[policy])
        _worlds(below, found.boxes[policy].searches[0])
    return figure


def _trajectories(axis: Axes, boxes: Any) -> None:  # noqa: ANN401 - a Boxes
    table = boxes.table()
    for search, part in table.groupby("search"):
        # A described box at the end is freed of limits: no step of the search leads to it.
        own = boxes.searches[int(search) - 1]
        joined = part.iloc[: -1 if own.described == len(part) - 1 > 0 else None]
        axis.plot(100 * joined["coverage"], 100 * joined["density"], "o-", color=style.BAND,
                  markersize=3.5, linewidth=1, alpha=1 / search)  # fmt: skip
    for number in boxes.described():
        row = table.loc[number]
        axis.plot(100 * row["coverage"], 100 * row["density"], "o", markersize=9,
                  markerfacecolor="none", color=FAILS)  # fmt: skip
        axis.annotate(f"box {number}", (100 * row["coverage"], 100 * row["density"]),
                      textcoords="offset points", xytext=(8, 5), fontsize=8)  # fmt: skip
    axis.set_xlim(-3, 103)
    axis.set_ylim(-3, 108)
    dress(
        axis, "Boxes to choose from; a ring marks one that is described",
        "coverage: part of all failures in the box, %",
        "density: part of its worlds that fail, %", fontsize=10,
    )  # fmt: skip


def _worlds(axis: Axes, search: Any) -> None:  # noqa: ANN401 - a Trajectory
    from matplotlib.patches import Rectangle

    number = search.described
    space, box = search.space, search.boxes[number]
    limits = search.limited(number)
    chosen = sorted(limits, key=lambda k: search.quasi_p(number, k))[:2]
    chosen += [k for k in range(len(space.axes)) if k not in chosen][: 2 - len(chosen)]
    x, y = (space.levels[:, k] for k in (chosen[0], chosen[-1]))
    failed = search.failed
    axis.scatter(x[~failed], y[~failed], s=12, color=style.RULE)
    axis.scatter(x[failed], y[failed], s=14, color=FAILS)
    spans = [_span(box.sides[k], space.levels[:, k]) for k in (chosen[0], chosen[-1])]
    (left, right), (low, high) = spans
    axis.add_patch(Rectangle((left, low), right - left, high - low, fill=False,
                             edgecolor=style.BAND, linewidth=1.5))  # fmt: skip
    labels = [style.plain(titles.factor(space.axes[k].name), 40) for k in (chosen[0], chosen[-1])]
    for k, side in ((chosen[0], axis.xaxis), (chosen[-1], axis.yaxis)):
        factor = space.axes[k]
        if factor.kind != "number":
            at = np.unique(space.levels[:, k])
            side.set_ticks(at, [style.plain(factor.text(value), 14) for value in at])
    more = f"; {len(limits) - 2} further limits are not drawn" if len(limits) > 2 else ""
    dress(axis, f"Worlds: brown ones fail; box {number}{more}", *labels, fontsize=10)


def _span(side: Any, levels: Any) -> tuple[float, float]:  # noqa: ANN401 - a Side, an array
    """Return from where to where a side is drawn; words at the ends of those allowed."""
    pad = 0.02 * float(np.ptp(levels)) or 0.5
    if side.codes is not None:
        return min(side.codes) - 0.3, max(side.codes) + 0.3
    return side.low - pad, side.high + pad


def page(found: Any) -> Page:  # noqa: ANN401 - a Robust
    """Return the page of robustness: metrics by policy, then where each policy fails."""
    tables = [policies(found), *(boxes_table(found, name) for name in found.boxes)]
    lines = [*lead(found), *conditions(found)]
    return sheet(titles.study(found.manifest["asked"]), lines, tables)


BOXES: Mapping[Cell, Cell] = {
    "Box": "{box}", "Search": "{search}", "Coverage": "{coverage:.0f} %",
    "Density": "{density:.0f} %", "Part of all worlds": "{mass:.0f} %",
    "Factors limited": "{factors}",
}  # fmt: skip

OF_BOXES = (
    "Coverage is the part of all failures that lie in the box and in none described of an earlier "
    "search, density the part of its worlds that fail. limits.csv has the limits of every box."
)


def boxes_table(found: Any, name: str) -> Table:  # noqa: ANN401 - a Robust
    """Return every box of a policy as a table."""
    table = found.boxes[name].table()
    parts = ["coverage", "density", "mass"]
    title = titles.scenario(name, found.manifest["asked"])
    return Table.of(
        f"{title}: boxes of worlds in which it fails", BOXES,
        table.assign(**{part: 100 * table[part] for part in parts}), OF_BOXES,
    )  # fmt: skip
