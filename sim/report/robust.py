"""Pictures and page of robustness: regret by policy, boxes, and the box among the worlds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.numerals import counted
from sim.report import charts, effects, many, style, titles
from sim.report.charts import Chart, Gallery
from sim.report.drawings import Drawing, Page, on_page
from sim.report.kit import canvas, dress
from sim.report.sheet import Cell, Part, Table, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FAILS = style.INK
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
    said = f"{outcome}, in {counted(len(found.worlds), 'world')}; {better} is better"
    if judged.threshold is not None:
        (limit,) = titles.figures(judged.metric, judged.threshold)
        word = "at least" if judged.larger_is_better else "at most"
        said += f", and {word} {limit} {titles.unit(judged.metric)} is good enough".rstrip()
    lines = [f"{said}."]
    for row in found.table.to_dict("records"):
        if row["failed"]:
            name = titles.scenario(str(row["policy"]), asked)
            lines.append(
                f"{name} could not be run in {row['failed']} of "
                f"{counted(row['worlds'], 'world')}; these count as worlds in which it fails."
            )
    if found.shared < len(found.worlds):
        lines.append(
            f"Means and regret are over the {counted(found.shared, 'world')} in which every policy "
            "that could be run anywhere was run."
        )
    return lines


def conditions(found: Any) -> list[str]:  # noqa: ANN401 - a Robust
    """Return in which worlds each policy fails, a sentence for each box that is described."""
    return [f"{title}: {sentence}." for title, sentence in _described(found)]


def _described(found: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - a Robust
    """Return the boxes that are described: the policy's title and the box in words."""
    asked = found.manifest["asked"]
    return [
        (titles.scenario(name, asked), sentence)
        for name, boxes in found.boxes.items()
        for sentence in boxes.sentences(titles.in_sentence)
    ]


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
        cells += [counted(row["failed"], "world")] * failed
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
        yield Drawing("regret", "", regret(found))


@on_page("robust")
def of_boxes(found: Any) -> Iterator[Drawing]:  # noqa: ANN401 - a Robust
    """Draw the worlds in which each policy fails."""
    for name in found.boxes:
        words = f"Worlds in which {titles.scenario(name, found.manifest['asked'])} fails"
        yield Drawing(f"boxes_{name}", words, box_figure(found, name), title=True,
                      numbers=boxes_table(found, name))  # fmt: skip


def regret(found: Any) -> Figure:  # noqa: ANN401 - a Robust
    """Return each policy's regret over the shared worlds: 10 to 90 %, mean and largest."""
    metric = found.judged.metric
    behind, every = _behind(found)
    order = np.argsort(behind.max(axis=0))[::-1]
    names = [every[n] for n in order]
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
        unit_of = "points" if titles.is_part(metric) else titles.unit(metric)
        title = (
            f"{style.plain(names[-1], 40)} is least regretted: at most "
            f"{behind.max(axis=0).min():.1f} {unit_of} behind\n"
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
    dress(axis, f"Worlds: dark ones fail; box {number}{more}", *labels, fontsize=10)


def _span(side: Any, levels: Any) -> tuple[float, float]:  # noqa: ANN401 - a Side, an array
    """Return from where to where a side is drawn; words at the ends of those allowed."""
    pad = 0.02 * float(np.ptp(levels)) or 0.5
    if side.codes is not None:
        return min(side.codes) - 0.3, max(side.codes) + 0.3
    return side.low - pad, side.high + pad


def page(found: Any) -> Page:  # noqa: ANN401 - a Robust
    """Return the page of robustness: what is regretted, then where each policy fails."""
    parts: list[Part] = [policies(found)]
    if found.shared:
        parts.append(_regret_chart(found))
    said = _described(found)
    if said:
        rows = [(title, f"{sentence[:1].upper()}{sentence[1:]}.") for title, sentence in said]
        parts.append(Table("Where each policy fails, in words", ("Policy", "In words"), rows,
                           IN_WORDS, words=True))  # fmt: skip
    if len(found.worlds.columns):
        parts.append(_worlds_chart(found))
    if found.boxes:
        parts.append(
            Gallery("Boxes to choose from", tuple(f"boxes_{n}" for n in found.boxes), OF_BOXES)
        )
    return sheet(titles.study(found.manifest["asked"]), lead(found), parts)


IN_WORDS = (
    "Boxes found by PRIM, the patient rule induction method: a few limits on what is uncertain, "
    "inside which a policy mostly fails. A limit that may be chance is marked."
)


def _behind(found: Any) -> tuple[Any, list[str]]:  # noqa: ANN401 - a Robust, an array
    """Return regret by world and policy in the unit that is read, and the policies' titles."""
    metric, asked = found.judged.metric, found.manifest["asked"]
    values = found.values.dropna(axis=1, how="all").dropna()
    better = values if found.judged.larger_is_better else -values
    behind = better.max(axis=1).to_numpy()[:, None] - better.to_numpy()
    names = [titles.scenario(str(name), asked) for name in values.columns]
    return (100 * behind if titles.is_part(metric) else behind), names


def _regret_chart(found: Any) -> Chart:  # noqa: ANN401 - a Robust
    behind, names = _behind(found)
    order = np.argsort(behind.max(axis=0), kind="stable")
    rows = []
    for n in order:
        low, high = np.quantile(behind[:, n], (0.1, 0.9))
        middle, most = float(behind[:, n].mean()), float(behind[:, n].max())
        rows.append(charts.row(names[n], (low, middle, high), (None, most, None)))
    unit = "points" if titles.is_part(found.judged.metric) else titles.unit(found.judged.metric)
    best = order[0]
    view = charts.view(
        f"{names[best]} is least regretted: at most {behind[:, best].max():.1f} {unit} behind the "
        "best policy of a world",
        f"How far each policy stays behind the best one in each of {len(behind)} worlds.",
        unit, 1, rows=rows, zero=False, axis=f"regret, {unit}",
        marks=[charts.mark(style.BAND, "Mean, and 10 to 90 % of worlds"),
               charts.mark(style.INK, "Largest", "bar")],
    )  # fmt: skip
    spec = charts.spans("Policy", {"": view}, band="10 to 90 % of worlds", order="by regret")
    return Chart("spans", "Regret", spec, fallback=("regret",))


def _worlds_chart(found: Any) -> Chart:  # noqa: ANN401 - a Robust
    """Return worlds as lines over what is uncertain and what each policy gives."""
    metric, asked = found.judged.metric, found.manifest["asked"]
    factors = [many.axis_of(str(path), found.worlds[path], asked) for path in found.worlds]
    colour = style.ink(charts.colour_of(metric))
    what = effects.name(metric)
    outcomes = [
        (f"{what}: {titles.scenario(str(name), asked)}", titles.unit(metric), colour,
         many.scaled(metric, found.values[name].to_numpy(dtype=float)))
        for name in found.values
    ]  # fmt: skip
    labels = [f"World {number}" for number in found.worlds.index]
    return many.coordinates("All worlds at once", "World", factors, outcomes, labels)


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
