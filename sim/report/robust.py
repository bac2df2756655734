"""Pictures and page of robustness: regret by policy, boxes, and the box among the worlds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.report import style, titles
from sim.report.sheet import Drawing, Table, sheet

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


def figures(found: Any) -> dict[str, Figure]:  # noqa: ANN401 - a Robust
    """Return the figures of a result by the name of their file."""
    drawn = {"regret.svg": regret(found)} if found.shared else {}
    return drawn | {f"boxes_{name}.svg": box_figure(found, name) for name in found.boxes}


def regret(found: Any) -> Figure:  # noqa: ANN401 - a Robust
    """Return each policy's regret over the shared worlds: 10 to 90 %, mean and largest."""
    import matplotlib as mpl
    from matplotlib.figure import Figure as New

    metric, asked = found.judged.metric, found.manifest["asked"]
    values = found.values.dropna(axis=1, how="all").dropna()
    better = values if found.judged.larger_is_better else -values
    behind = better.max(axis=1).to_numpy()[:, None] - better.to_numpy()
    if titles.is_part(metric):
        behind = 100 * behind
    order = np.argsort(behind.max(axis=0))[::-1]
    names = [titles.scenario(str(values.columns[n]), asked) for n in order]
    with mpl.rc_context(style.RC):
        figure = New(figsize=(5.2, 0.42 * len(order) + 1.8), layout="constrained")
        axis = figure.subplots()
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
        axis.set_xlabel(f"regret, {unit}")
        axis.spines[["top", "right"]].set_visible(False)
        axis.set_title("How far each policy stays behind the best of each world\n"
                       "band: 10 to 90 % of worlds; dot: mean; bar: largest",
                       loc="left", fontsize=9, pad=10, x=-0.35)  # fmt: skip
    return figure


def box_figure(found: Any, policy: str) -> Figure:  # noqa: ANN401 - a Robust
    """Return coverage against density of every box, and the worlds with the first box described.

    Parameters
    ----------
    found : Robust
    policy : str
        One that has boxes.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure as New

    with mpl.rc_context(style.RC):
        figure = New(figsize=(5.2, 7.6), layout="constrained")
        above, below = figure.subplots(2, 1)
        _trajectories(above, found.boxes[policy])
        _worlds(below, found.boxes[policy].searches[0])
        for axis in (above, below):
            axis.spines[["top", "right"]].set_visible(False)
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
    axis.set_xlabel("coverage: part of all failures in the box, %")
    axis.set_ylabel("density: part of its worlds that fail, %")
    axis.set_title("Boxes to choose from; a ring marks one that is described", loc="left",
                   fontsize=10, pad=10)  # fmt: skip


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
    for k, side in ((chosen[0], axis.xaxis), (chosen[-1], axis.yaxis)):
        factor = space.axes[k]
        side.set_label_text(style.plain(titles.factor(factor.name), 40))
        if factor.kind != "number":
            at = np.unique(space.levels[:, k])
            side.set_ticks(at, [style.plain(factor.text(value), 14) for value in at])
    more = f"; {len(limits) - 2} further limits are not drawn" if len(limits) > 2 else ""
    axis.set_title(f"Worlds: brown ones fail; box {number}{more}", loc="left", fontsize=10, pad=10)


def _span(side: Any, levels: Any) -> tuple[float, float]:  # noqa: ANN401 - a Side, an array
    """Return from where to where a side is drawn; words at the ends of those allowed."""
    pad = 0.02 * float(np.ptp(levels)) or 0.5
    if side.codes is not None:
        return min(side.codes) - 0.3, max(side.codes) + 0.3
    return side.low - pad, side.high + pad


def page(found: Any, drawn: Mapping[str, bytes]) -> str:  # noqa: ANN401 - a Robust
    """Return the page of robustness: metrics by policy, then where each policy fails.

    Parameters
    ----------
    found : Robust
    drawn : mapping of str to bytes
        Its figures by the name of their file.
    """
    asked = found.manifest["asked"]
    pictures = []
    if "regret.svg" in drawn:
        pictures.append(Drawing("Regret by policy", drawn["regret.svg"]))
    pictures += [
        Drawing(f"Worlds in which {titles.scenario(name, asked)} fails",
                drawn[f"boxes_{name}.svg"], title=True)
        for name in found.boxes
    ]  # fmt: skip
    tables = [policies(found), *(boxes_table(found, name) for name in found.boxes)]
    return sheet(
        titles.study(asked),
        [*lead(found), *conditions(found)],
        found.manifest,
        figures=pictures,
        tables=tables,
    )


def boxes_table(found: Any, name: str) -> Table:  # noqa: ANN401 - a Robust
    """Return every box of a policy as a table."""
    rows = [
        (f"{row['box']}", f"{row['search']}", f"{100 * row['coverage']:.0f} %",
         f"{100 * row['density']:.0f} %", f"{100 * row['mass']:.0f} %", f"{row['factors']}")
        for row in found.boxes[name].table().to_dict("records")
    ]  # fmt: skip
    title = titles.scenario(name, found.manifest["asked"])
    head = ("Box", "Search", "Coverage", "Density", "Part of all worlds", "Factors limited")
    note = (
        "Coverage is the part of all failures that lie in the box and in none described of an "
        "earlier search, density the part of its worlds that fail. limits.csv has the limits of "
        "every box."
    )
    return Table(f"{title}: boxes of worlds in which it fails", head, rows, note)
