"""Pictures of robustness: regret by policy, the path of boxes, and the box among the worlds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.report import style
from sim.report.sheet import Table, sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


def regret(values: pd.DataFrame, larger_is_better: bool) -> Figure:  # noqa: FBT001
    """Return each policy's regret over worlds as a box from 10 to 90 %, with mean and worst.

    Parameters
    ----------
    values : DataFrame
        Outcome by world and policy.
    larger_is_better : bool
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure as New

    better = values if larger_is_better else -values
    behind = 100 * (better.max(axis=1).to_numpy()[:, None] - better.to_numpy())
    order = np.argsort(behind.max(axis=0))[::-1]
    with mpl.rc_context(style.RC):
        figure = New(figsize=(8, 0.42 * len(order) + 1.4), layout="constrained")
        axis = figure.subplots()
        low, high = np.quantile(behind[:, order], (0.1, 0.9), axis=0)
        at = np.arange(len(order))
        axis.hlines(at, low, high, color=style.BAND, linewidth=7, alpha=0.35)
        axis.scatter(behind[:, order].mean(axis=0), at, color=style.BAND, s=26, zorder=3)
        axis.scatter(behind[:, order].max(axis=0), at, marker="|", color=style.INK, s=90)
        axis.set_yticks(at, [style.plain(str(values.columns[n]), 36) for n in order], fontsize=9)
        axis.set_xlim(left=0)
        axis.set_xlabel("regret, percentage points: band 10 to 90 % of worlds, dot mean, bar worst")
        axis.spines[["top", "right"]].set_visible(False)
        axis.set_title("How far each policy stays behind the best of each world", loc="left",
                       fontsize=10)  # fmt: skip
    return figure


def boxes(path: Any, number: int) -> Figure:  # noqa: ANN401 - a Path of PRIM, of a room to the left
    """Return coverage against density of every box, and the worlds in the box that is told.

    Parameters
    ----------
    path : sim.study.robust.prim.Path
    number : int
        Box that is marked.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure as New

    table, limits = path.table(), path.limits(number)
    with mpl.rc_context(style.RC):
        figure = New(figsize=(10, 4.4), layout="constrained")
        left, right = figure.subplots(1, 2)
        left.plot(100 * table["coverage"], 100 * table["density"], "o-", color=style.BAND,
                  markersize=4, linewidth=1)  # fmt: skip
        chosen = table.iloc[number]
        left.plot(100 * chosen["coverage"], 100 * chosen["density"], "o", markersize=10,
                  markerfacecolor="none", color="#b35c1e")  # fmt: skip
        left.set_xlabel("coverage: failures in the box, %")
        left.set_ylabel("density: worlds in the box that fail, %")
        left.set_title(f"Path of boxes; ring: box {number}", loc="left", fontsize=10)
        names = list(limits["factor"])[:2]
        names += [name for name in path.names if name not in names][: 2 - len(names)]
        columns = [path.names.index(name) for name in names]
        failed = path.failed
        x, y = path.worlds[:, columns[0]], path.worlds[:, columns[-1]]
        right.scatter(x[~failed], y[~failed], s=12, color=style.RULE)
        right.scatter(x[failed], y[failed], s=14, color="#b35c1e")
        box = path.boxes[number]
        low = [box.low[column] for column in (columns[0], columns[-1])]
        high = [box.high[column] for column in (columns[0], columns[-1])]
        right.add_patch(
            mpl.patches.Rectangle(
                (low[0], low[1]), high[0] - low[0], high[1] - low[1], fill=False,
                edgecolor=style.BAND, linewidth=1.5,
            )
        )  # fmt: skip
        right.set_xlabel(style.plain(names[0]))
        right.set_ylabel(style.plain(names[-1]))
        right.set_title("Worlds: brown ones fail", loc="left", fontsize=10)
        for axis in (left, right):
            axis.spines[["top", "right"]].set_visible(False)
    return figure


def page(found: Any) -> str:  # noqa: ANN401 - a Robust, which this room may not import
    """Return the page of robustness: metrics by policy, then where each policy fails.

    Parameters
    ----------
    found : Robust
    """
    from sim.report.figures import svg

    judged = found.judged
    enough = "" if judged.threshold is None else f", {judged.threshold:g} is good enough"
    better = "larger" if judged.larger_is_better else "smaller"
    where = f"{judged.metric} of {judged.group} in {len(found.worlds)} worlds"
    lead = [
        f"{where}; {better} is better{enough}.",
        *(f"{name} {path.words()}." for name, path in found.paths.items()),
    ]
    columns = [name for name in found.table.columns if name != "policy"]
    rows = [
        (str(row["policy"]), *(f"{row[name]:.3f}" for name in columns))
        for row in found.table.to_dict("records")
    ]
    figures = {"Regret by policy": svg(regret(found.values, judged.larger_is_better))}
    figures |= {
        f"Boxes of worlds in which {name} fails": svg(boxes(path, path.usual()))
        for name, path in found.paths.items()
    }
    tables = [
        Table("Policies over all worlds", ("Policy", *(n.replace("_", " ") for n in columns)), rows)
    ]
    tables += [
        Table(
            f"{name}: boxes of failures",
            ("Box", "Coverage", "Density", "Part of the worlds", "Limited factors"),
            [
                (str(row["box"]), f"{row['coverage']:.2f}", f"{row['density']:.2f}",
                 f"{row['mass']:.2f}", str(row["factors"]))
                for row in path.table().to_dict("records")
            ],
        )
        for name, path in found.paths.items()
    ]  # fmt: skip
    title = found.manifest["asked"]["study"]["title"]
    return sheet(title, lead, found.manifest, figures=figures, tables=tables)
