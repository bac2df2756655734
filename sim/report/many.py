"""Charts of many points: parallel coordinates, and outcomes by the one factor that varies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.report import charts, style, titles
from sim.report.charts import Chart, colour_of

if TYPE_CHECKING:
    import pandas as pd

MOST_LINES = 600
"""Points that are drawn; the tables beside the page have all."""


def axis_of(path: str, levels: pd.Series, asked: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
    """Return an axis for what varies, and the places of levels on it: words in their order."""
    name = titles.factor(path)
    if np.issubdtype(levels.to_numpy().dtype, np.number):
        return {"name": name}, levels.to_numpy(dtype=float)
    words = sorted(set(levels))
    shown = [titles.level(path, word, asked) for word in words]
    return {"name": name, "words": shown}, levels.map(words.index).to_numpy(dtype=float)


def scaled(metric: str, values: Any) -> Any:  # noqa: ANN401 - an array or a Series of numbers
    """Return values of a metric in the unit in which they are read."""
    return 100 * values if titles.is_part(metric) else values


def digits(metric: str, values: Sequence[float]) -> int:
    """Return the decimals with which values of a metric are read."""
    if titles.is_part(metric):
        return 1
    largest = max((abs(value) for value in values if value == value), default=0.0)  # noqa: PLR0124
    return 0 if largest >= 100 else 1 if largest >= 10 else 2


def coordinates(
    title: str,
    what: str,
    factors: Sequence[tuple[Mapping[str, Any], Sequence[float]]],
    outcomes: Sequence[tuple[str, str, str, Sequence[float]]],
    labels: Sequence[str],
    fallback: tuple[str, ...] = (),
) -> Chart:
    """Return parallel coordinates of points.

    Parameters
    ----------
    title, what : str
        Heading, and what a line is.
    factors : sequence of (axis, values)
        As `axis_of` returns them.
    outcomes : sequence of (title, unit, colour, values)
        In the unit in which they are read.
    labels : sequence of str
        Name of each line.
    fallback : tuple of str
        Drawings that stand there without the script.
    """
    axes = [dict(axis) for axis, _ in factors]
    axes += [{"name": name, "unit": unit} for name, unit, _, _ in outcomes]
    columns = [*(values for _, values in factors), *(values for *_, values in outcomes)]
    keep = slice(0, MOST_LINES)
    points = np.column_stack([np.asarray(column, dtype=float)[keep] for column in columns])
    views = {}
    for n, (name, unit, colour, values) in enumerate(outcomes):
        mine = np.asarray(values, dtype=float)
        views[str(n)] = charts.view(
            _strongest(name, factors, mine), _about(what, len(mine), name), unit, 1,
            at=len(factors) + n, colour=colour,
        )  # fmt: skip
    options = [(str(n), one[0]) for n, one in enumerate(outcomes)]
    spec = charts.parallel(
        what, axes, points.tolist(), list(labels)[keep], views,
        [("outcome", "Coloured by", options)],
    )  # fmt: skip
    return Chart("parallel", title, spec, fallback=fallback)


def _about(what: str, count: int, name: str) -> str:
    more = f" The first {MOST_LINES} of {count} are drawn." if count > MOST_LINES else ""
    return f"A line is a {what.lower()}; the darker, the larger {name} (bold axis).{more}"


def _strongest(
    name: str,
    factors: Sequence[tuple[Mapping[str, Any], Sequence[float]]],
    values: Any,  # noqa: ANN401
) -> str:
    """Say which factor an outcome goes with most, by rank correlation."""
    known = np.isfinite(values)
    best, which = 0.0, ""
    for axis, levels in factors:
        x = np.asarray(levels, dtype=float)[known]
        if "words" in axis or len(set(x.tolist())) < 3 or len(set(values[known].tolist())) < 3:
            continue
        found = float(np.corrcoef(_ranks(x), _ranks(values[known]))[0, 1])
        if abs(found) > abs(best):
            best, which = found, str(axis["name"])
    if not which:
        return name
    way = "rises" if best > 0 else "falls"
    return f"“{name}” {way} most with “{which}” (rank correlation {best:+.2f})"


def _ranks(values: Any) -> Any:  # noqa: ANN401 - an array
    return np.argsort(np.argsort(values, kind="stable"), kind="stable")


def by_factor(title: str, panels: Sequence[Any], fallback: tuple[str, ...] = ()) -> Chart:
    """Return outcomes against the one factor that varies: mean and band, an outcome a view.

    Parameters
    ----------
    title : str
    panels : sequence of Panel
        Of `sim.report.sweeps`, each against one path.
    fallback : tuple of str
    """
    views, options = {}, []
    for n, panel in enumerate(panels):
        (path,) = panel.paths
        axis, places = axis_of(path, panel.rows[path], panel.asked)
        order = np.argsort(places, kind="stable")
        rows = panel.rows.iloc[order]
        bands = [rows[column].tolist() for column in ("p05", "mean", "p95")]
        colour = colour_of(panel.metric)
        line = charts.line("mean over runs", colour, places[order].tolist(), bands, dots=True)
        unit = titles.unit(panel.metric)
        first, last = rows["mean"].iloc[0], rows["mean"].iloc[-1]
        ends = [titles.level(path, rows[path].iloc[at], panel.asked) for at in (0, -1)]
        decimals = digits(panel.metric, rows["mean"].tolist())
        said = (
            f"{panel.title}, {panel.when}: {first:,.{decimals}f} {unit} at {ends[0]}, "
            f"{last:,.{decimals}f} {unit} at {ends[1]}"
        )
        x = {"x": "word", "words": axis["words"]} if "words" in axis else {"x": "number"}
        views[str(n)] = charts.view(
            said, "Mean over runs, and 5 to 95 % of runs.", unit, decimals,
            panels=[{"name": panel.title, "lines": [line]}], across=axis["name"],
            axis=f"{unit} against: {axis['name']}".strip(), **x,
        )  # fmt: skip
        options.append((str(n), panel.title))
    spec = charts.panels("Outcome", views, [("outcome", "Outcome", options)])
    return Chart("panels", title, spec, fallback=fallback)


def of_sweep(panels: Sequence[Any], fallback: tuple[str, ...] = ()) -> Chart | None:
    """Return the chart that suits what varied: one factor, or three and more; None for two.

    Parameters
    ----------
    panels : sequence of Panel
        Of `sim.report.sweeps`.
    fallback : tuple of str
    """
    if not panels:
        return None
    paths = list(dict.fromkeys(path for panel in panels for path in panel.paths))
    if len(paths) == 1:
        return by_factor("What varies and what it gives", panels, fallback)
    firsts = list({(panel.metric, panel.group): panel for panel in panels}.values())
    rows = firsts[0].rows
    factors = [axis_of(path, rows[path], firsts[0].asked) for path in paths]
    outcomes = []
    for panel in firsts:
        mine = panel.rows.set_index("point").reindex(rows["point"])["mean"].to_numpy()
        outcomes.append(
            (f"{panel.title}, {panel.when}", titles.unit(panel.metric), _dark(panel.metric), mine)
        )
    labels = [f"Point {point}" for point in rows["point"]]
    return coordinates(
        "All points at once", "Point of the design, a mean over its runs", factors, outcomes,
        labels, fallback,
    )  # fmt: skip


def _dark(metric: str) -> str:
    return style.ink(colour_of(metric))
