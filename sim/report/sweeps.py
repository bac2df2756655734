"""Figures and pages of a sweep and of its indices: what suits what varied."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sim.numerals import counted
from sim.report import many, style, titles
from sim.report.charts import Views, colour_of
from sim.report.drawings import Drawing, Page, on_page
from sim.report.kit import canvas, dress
from sim.report.sheet import Part, Table, sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.ensemble.swept import Swept

FIGURE = "sweep"
"""Name of the figure of all panels."""
WIDE, HIGH = 4.2, 3.3
"""Inches of a panel."""
MOST = 4
"""Outcomes that are drawn."""
SHOWN = 200
"""Points that a page shows; the table beside it has all."""


Kind = Literal["lines", "map", "points"]


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: an outcome against what varies.

    Parameters
    ----------
    metric, group, month : str
        Outcome; the month is empty for a whole run.
    rows : DataFrame
        Its mean and quantiles by point, in percent where it is a part of a whole.
    paths : tuple of str
        What it is drawn against.
    kind : {"lines", "map", "points"}
    asked : mapping
        What was asked, for titles.
    """

    metric: str
    group: str
    month: str
    rows: pd.DataFrame
    paths: tuple[str, ...]
    kind: Kind
    asked: Mapping[str, Any]

    @property
    def title(self) -> str:
        """Names the outcome."""
        return titles.outcome(self.metric, self.group)

    @property
    def heading(self) -> str:
        """Stands above it."""
        place = f"{style.group_name(self.group)}, {self.when}"
        return "\n".join(style.plain(word, 52) for word in (titles.metric(self.metric), place))

    @property
    def when(self) -> str:
        """Names the month."""
        return self.month or "whole run"


def panels(done: Swept) -> list[Panel]:
    """Return the panels of a sweep: its first outcomes, against each path if there are over two."""
    table, paths = done.last(), tuple(done.design.columns[1:])
    pairs = list(dict.fromkeys(zip(table["metric"], table["group"], strict=True)))[:MOST]
    drawn = [(path,) for path in paths] if len(paths) > 2 else [paths]
    kind: Kind = "lines" if len(paths) == 1 else "map" if len(paths) == 2 else "points"
    made = []
    for metric, group in pairs:
        rows = table[(table["metric"] == metric) & (table["group"] == group)]
        if titles.is_part(metric):
            rows = rows.assign(**{name: 100 * rows[name] for name in ("mean", "p05", "p95")})
        month = str(rows["month"].iloc[0])
        made += [Panel(metric, group, month, rows, those, kind, done.asked) for those in drawn]
    return made


def sweep_figure(done: Swept) -> Figure:
    """Return the figure of a sweep, of the last month that was kept.

    One varied number gives lines with bands of 5 to 95 % of runs, two give maps of means, more
    give means against each factor, one panel a factor.

    Parameters
    ----------
    done : Sweep
        Its outcomes have rows.
    """
    made = panels(done)
    columns = len(done.design.columns) - 1 if len(done.design.columns) > 3 else min(2, len(made))
    return _figure(made, columns)


def _figure(made: Sequence[Panel], columns: int) -> Figure:
    count = -(-len(made) // columns)
    with canvas(WIDE * columns, HIGH * count, count, columns) as (figure, axes):
        for axis, panel in zip(axes, made, strict=False):
            DRAW[panel.kind](axis, panel)
        for axis in axes[len(made) :]:
            axis.set_visible(False)
    return figure


def _lines(axis: Axes, panel: Panel) -> None:
    (path,) = panel.paths
    table, numeric = panel.rows, _is_numeric(panel.rows[path])
    table = table.sort_values(path) if numeric else table
    x = table[path].to_numpy() if numeric else np.arange(len(table))
    axis.fill_between(x, table["p05"], table["p95"], alpha=0.18, lw=0, color=style.BAND)
    axis.plot(x, table["mean"], color=style.BAND, lw=1.8, marker="o", ms=3)
    if not numeric:
        words = [style.plain(titles.level(path, level, panel.asked), 24) for level in table[path]]
        axis.set_xticks(x, words, rotation=30, ha="right")
    _label(axis, panel, "mean, and 5 to 95 % of runs")


def _points(axis: Axes, panel: Panel) -> None:
    (path,) = panel.paths
    x = _numbers(panel.rows[path])
    axis.scatter(x, panel.rows["mean"], s=9, alpha=0.6, color=style.BAND, lw=0)
    if not _is_numeric(panel.rows[path]):
        words = sorted(set(panel.rows[path]))
        shown = [style.plain(titles.level(path, word, panel.asked), 24) for word in words]
        axis.set_xticks(range(len(words)), shown, rotation=30, ha="right")
    _label(axis, panel, "mean over runs")


def _label(axis: Axes, panel: Panel, words: str) -> None:
    unit = titles.unit(panel.metric)
    up = f"{unit}: {words}" if unit else words
    across = style.plain(titles.factor(panel.paths[0]), 48)
    dress(axis, panel.heading, across, up, small=8, pad=8)
    axis.margins(y=0.08)
    axis.tick_params(labelsize=8)
    axis.grid(alpha=0.25, lw=0.5)


def _maps(axis: Axes, panel: Panel) -> None:
    """Draw means as a map where the points make a grid, else as coloured points."""
    across, up = panel.paths
    table = panel.rows
    bare: tuple[str, ...] = ()
    grid = table.pivot_table(index=up, columns=across, values="mean", sort=False)
    if grid.size == len(table) and not grid.isna().any().any() and min(grid.shape) > 1:
        picture: Any = axis.imshow(
            grid.to_numpy(), origin="lower", aspect="auto", cmap=_shades(panel.metric)
        )
        for path, levels, side in (
            (across, grid.columns, axis.xaxis), (up, grid.index, axis.yaxis),
        ):  # fmt: skip
            words = [style.plain(titles.level(path, v, panel.asked), 18) for v in levels]
            side.set_ticks(range(len(words)), words, fontsize=8)
    else:
        x, y = (_numbers(table[path]) for path in panel.paths)
        picture = axis.scatter(x, y, c=table["mean"], cmap=_shades(panel.metric), s=22)
        bare = ("top", "right")
        axis.tick_params(labelsize=8)
    labels = style.plain(titles.factor(across), 48), style.plain(titles.factor(up), 40)
    dress(axis, panel.heading, *labels, bare=bare, small=8, pad=8)
    bar = axis.figure.colorbar(picture, ax=axis, shrink=0.85)
    bar.set_label(f"mean, {titles.unit(panel.metric)}", fontsize=8)


def _shades(metric: str) -> Any:  # noqa: ANN401 - a colour map of matplotlib
    """Return shades from nearly white to the colour of a metric."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list(metric, ["#f4f5f6", style.ink(colour_of(metric))])


DRAW: Mapping[str, Callable[[Axes, Panel], None]] = {
    "lines": _lines,
    "map": _maps,
    "points": _points,
}


def _is_numeric(levels: pd.Series[Any]) -> bool:
    return bool(np.issubdtype(levels.to_numpy().dtype, np.number))


def _numbers(levels: pd.Series[Any]) -> Any:  # noqa: ANN401 - an array of numbers
    """Return levels as numbers: words and months by their place among all of theirs."""
    if _is_numeric(levels):
        return levels.to_numpy()
    return levels.map({level: n for n, level in enumerate(sorted(set(levels)))}).to_numpy()


@on_page("sweep")
def of_sweep(done: Any) -> Iterator[Drawing]:  # noqa: ANN401 - a Sweep, which this room may not import
    """Draw a sweep; maps of two factors are drawn again one by one, so that a phone shows them."""
    made = panels(done)
    yield Drawing(FIGURE, "", sweep_figure(done))
    raw = dict(_outcomes(done))
    for panel in made if len(made[0].paths) == 2 else ():
        against = " and ".join(titles.factor(path) for path in panel.paths)
        words = f"{panel.title}, {panel.when}, against {against}"
        yield Drawing(
            "",
            words,
            _figure([panel], 1),
            numbers=_points_table(done, raw[panel.metric, panel.group]),
        )


def page(done: Any) -> Page:  # noqa: ANN401 - a Sweep
    """Return the page of a sweep: its figures and what each point gave in the last month."""
    asked = done.manifest["asked"]
    lead = [count_of(asked)]
    if len(done.failures):
        lead.append(f"{failed(done)}; the last table says why.")
    chart = many.of_sweep(panels(done), (FIGURE,))
    parts: list[Part] = [] if chart is None else [chart]
    tables = [_points_table(done, part) for _, part in _outcomes(done)]
    if tables:
        views = {(table.title,): table for table in tables}
        parts.append(Views("Every point", ("Outcome",), views))
    return sheet(titles.study(asked), lead, [*parts, *_failed(done)])


def failed(done: Any) -> str:  # noqa: ANN401 - a Sweep
    """Return how many points could not be run, in words without a full stop."""
    return f"{counted(len(done.failures), 'point')} could not be run"


def count_of(asked: Mapping[str, Any]) -> str:
    """Return how much was run, in a sentence."""
    points, runs = counted(asked["points"], "point"), counted(asked["runs"], "run")
    return f"{points}, {runs} each, seed {asked['seed']}."


def _outcomes(done: Any) -> Iterator[tuple[Any, pd.DataFrame]]:  # noqa: ANN401 - a Sweep
    """Give the rows of each outcome, as the last month's summary has them."""
    yield from done.last().groupby(["metric", "group"], sort=False)


def _points_table(done: Any, part: pd.DataFrame) -> Table:  # noqa: ANN401 - a Sweep
    """Return what each point gave of one outcome."""
    paths = list(done.design.columns[1:])
    first = part.iloc[0]
    metric, unit = first["metric"], titles.unit(first["metric"])
    rows = []
    for row in part.head(SHOWN).to_dict("records"):
        mean, low, high = titles.figures(metric, row["mean"], row["p05"], row["p95"])
        levels = (titles.level(path, row[path], done.asked) for path in paths)
        rows.append((str(row["point"]), *levels, mean, f"{low} to {high}"))
    note = f"In {unit}." if unit else ""
    if len(part) > SHOWN:
        note += f" The first {SHOWN} of {len(part)} points; outcomes.parquet has all."
    head = ("Point", *(titles.factor(path) for path in paths), "Mean", "5 to 95 % of runs")
    title = f"{titles.outcome(metric, first['group'])}, {first['month'] or 'whole run'}"
    return Table(title, head, rows, note)


def _failed(done: Any) -> list[Table]:  # noqa: ANN401 - a Sweep
    if not len(done.failures):
        return []
    rows = [(str(row["point"]), str(row["reason"])) for row in done.failures.to_dict("records")]
    return [Table("Points that could not be run", ("Point", "Reason"), rows, words=True)]
