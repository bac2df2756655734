"""Figures of a sweep: what suits what varied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from sim.report import style
from sim.report.sheet import Table, sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE, HIGH = 3.6, 3.0
"""Inches of a panel."""
MOST = 4
"""Outcomes that are drawn."""


class Swept(Protocol):
    """What this room reads of a sweep."""

    @property
    def design(self) -> pd.DataFrame:
        """Points and what varies."""

    def last(self) -> pd.DataFrame:
        """Mean and quantiles by point, metric and group in the last month."""


def sweep_figure(done: Swept) -> Figure:
    """Return the figure of a sweep, of the last month that was kept.

    One varied number gives lines with bands of 5 to 95 % of runs, two give maps of means, more
    give means against each factor, one panel a factor.

    Parameters
    ----------
    done : Sweep
        Its outcomes have a month.
    """
    from matplotlib.figure import Figure as Made

    table = done.last()
    pairs = zip(table["metric"], table["group"], strict=True)
    outcomes = list(dict.fromkeys(pairs))[:MOST]
    paths = list(done.design.columns[1:])
    draw = _lines if len(paths) == 1 else _maps if len(paths) == 2 else _scatter
    columns = len(paths) if draw is _scatter else len(outcomes)
    rows = len(outcomes) if draw is _scatter else 1
    figure = Made(figsize=(WIDE * columns, HIGH * rows + 0.5), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False)
    month = str(table["month"].iloc[0])
    figure.suptitle(f"{month}: mean over runs", fontsize=10, x=0.02, ha="left", weight="bold")
    for n, (metric, group) in enumerate(outcomes):
        mine = table[(table["metric"] == metric) & (table["group"] == group)]
        title = f"{_name(metric)}, {style.group_name(group)}"
        if draw is _scatter:
            for axis, path in zip(axes[n], paths, strict=True):
                _points(axis, mine, path, title)
                _in_percent(axis, metric)
        else:
            draw(axes[0, n], mine, paths)
            axes[0, n].set_title(title, fontsize=9, loc="left")
            if draw is _lines:
                _in_percent(axes[0, n], metric)
    return figure


def _lines(axis: Axes, table: pd.DataFrame, paths: Sequence[str]) -> None:
    (path,) = paths
    numeric = _is_numeric(table[path])
    table = table.sort_values(path) if numeric else table
    x = table[path].to_numpy() if numeric else np.arange(len(table))
    axis.fill_between(x, table["p05"], table["p95"], alpha=0.18, lw=0, color=style.BAND)
    axis.plot(x, table["mean"], color=style.BAND, lw=1.8, marker="o", ms=3)
    if not numeric:
        axis.set_xticks(x, [str(level) for level in table[path]], rotation=30, ha="right")
    axis.set_xlabel(path, fontsize=8)
    axis.set_ylabel("mean, and 5 to 95 % of runs", fontsize=8)
    _plain(axis)


def _maps(axis: Axes, table: pd.DataFrame, paths: Sequence[str]) -> None:
    """Draw means as a map where the points make a grid, else as coloured points."""
    across, up = paths
    grid = table.pivot_table(index=up, columns=across, values="mean", sort=False)
    if grid.size == len(table) and not grid.isna().any().any() and min(grid.shape) > 1:
        picture: Any = axis.imshow(grid.to_numpy(), origin="lower", aspect="auto", cmap="viridis")
        axis.set_xticks(range(grid.shape[1]), [_short(v) for v in grid.columns], fontsize=7)
        axis.set_yticks(range(grid.shape[0]), [_short(v) for v in grid.index], fontsize=7)
    else:
        x, y = (_numbers(table[path]) for path in paths)
        picture = axis.scatter(x, y, c=table["mean"], cmap="viridis", s=22)
        _plain(axis)
    axis.set_xlabel(across, fontsize=8)
    axis.set_ylabel(up, fontsize=8)
    axis.figure.colorbar(picture, ax=axis, shrink=0.85)


def _scatter(axis: Axes, table: pd.DataFrame, paths: Sequence[str]) -> None:
    for path in paths:
        _points(axis, table, path, "")


def _points(axis: Axes, table: pd.DataFrame, path: str, title: str) -> None:
    axis.scatter(_numbers(table[path]), table["mean"], s=9, alpha=0.6, color=style.BAND, lw=0)
    axis.set_xlabel(path, fontsize=8)
    axis.set_title(title, fontsize=8, loc="left")
    _plain(axis)


def _is_numeric(levels: pd.Series[Any]) -> bool:
    return bool(np.issubdtype(levels.to_numpy().dtype, np.number))


def _numbers(levels: pd.Series[Any]) -> Any:  # noqa: ANN401 - an array of numbers
    """Return levels as numbers: words and months by their place among all of theirs."""
    if _is_numeric(levels):
        return levels.to_numpy()
    return levels.map({level: n for n, level in enumerate(sorted(set(levels)))}).to_numpy()


def _name(metric: str) -> str:
    """Return a metric in words."""
    from sim.evidence import load
    from sim.study.metrics import registry

    known = registry(tuple(ecosystem.id for ecosystem in load().ecosystems))
    return next((found.title for found in known if found.name == metric), metric)


def _in_percent(axis: Axes, metric: str) -> None:
    if metric.startswith(("share.", "hardware_share.")):
        axis.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.3g} %")


def _short(level: object) -> str:
    return f"{level:.3g}" if isinstance(level, float) else str(level)


def _plain(axis: Axes) -> None:
    axis.spines[["top", "right"]].set_visible(False)
    axis.tick_params(labelsize=7)
    axis.grid(alpha=0.25, lw=0.5)


SHOWN = 200
"""Points that a page shows; the table beside it has all."""


def page(done: Any) -> str:  # noqa: ANN401 - a Sweep, which this room may not import
    """Return the page of a sweep: its figure and what each point gave in the last month.

    Parameters
    ----------
    done : Sweep
    """
    asked = done.manifest["asked"]
    lead = [_count(asked)]
    if len(done.failures):
        lead.append(f"{len(done.failures)} points failed; the last table says why.")
    tables = [*_points_table(done), *_failed(done)]
    return sheet(
        asked["study"]["title"], lead, done.manifest, figures=_drawing(done), tables=tables
    )


def sensitivity_page(found: Any) -> str:  # noqa: ANN401 - a Sensitivity, the same
    """Return the page of indices: those of the last month, then what cannot be ranked.

    Parameters
    ----------
    found : Sensitivity
    """
    asked = found.manifest["asked"]
    month = found.table["month"].max() if len(found.table) else ""
    last = found.table[found.table["month"] == month]
    tables = [
        Table(
            f"{_name(metric)}, {style.group_name(group)}, {month or 'whole run'}",
            ("Factor", "Index", "Value", "95 % interval"),
            [
                (row["factor"], row["index"], f"{row['value']:.3f}",
                 f"{row['low']:.3f} to {row['high']:.3f}")
                for row in part.to_dict("records")
            ],
        )
        for (metric, group), part in last.groupby(["metric", "group"], sort=False)
    ]  # fmt: skip
    if found.notes:
        rows = [(str(n + 1), note) for n, note in enumerate(found.notes)]
        tables.append(Table("What cannot be ranked", ("", "Outcome"), rows, words=True))
    return sheet(
        asked["study"]["title"], [_count(asked)], found.manifest, figures=_drawing(found.sweep),
        tables=tables,
    )  # fmt: skip


def _count(asked: Any) -> str:  # noqa: ANN401 - of a manifest
    return f"{asked['points']} points, {asked['runs']} runs each, seed {asked['seed']}."


def _drawing(done: Any) -> dict[str, str]:  # noqa: ANN401 - a Sweep
    from sim.report.figures import svg

    if not done.asked["months"] or not len(done.last()):
        return {}
    return {"Outcomes of the last month by what varies": svg(done.plot())}


def _points_table(done: Any) -> list[Table]:  # noqa: ANN401 - a Sweep
    if not done.asked["months"]:
        return []
    table = done.last()
    paths = list(done.design.columns[1:])
    made = []
    for (metric, group), part in table.groupby(["metric", "group"], sort=False):
        rows = [
            (*(str(row[path]) for path in paths), f"{row['mean']:.4g}",
             f"{row['p05']:.4g} to {row['p95']:.4g}")
            for row in part.head(SHOWN).to_dict("records")
        ]  # fmt: skip
        note = f"The first {SHOWN} of {len(part)} points." if len(part) > SHOWN else ""
        title = f"{_name(metric)}, {style.group_name(group)}, {part['month'].iloc[0]}"
        made.append(Table(title, (*paths, "Mean", "5 to 95 % of runs"), rows, note))
    return made


def _failed(done: Any) -> list[Table]:  # noqa: ANN401 - a Sweep
    if not len(done.failures):
        return []
    rows = [(str(row["point"]), str(row["reason"])) for row in done.failures.to_dict("records")]
    return [Table("Points that failed", ("Point", "Reason"), rows, words=True)]
