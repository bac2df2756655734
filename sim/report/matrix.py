"""What policies change, as a matrix: policies as rows, outcomes as columns; levels beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.report import effects
from sim.report.charts import Views, colour_of
from sim.report.compare import of
from sim.report.sheet import Cell, Table

if TYPE_CHECKING:
    from sim.report.naming import Naming

STEPS = (0.33, 0.66)
"""Parts of a column's largest effect at which its shade grows."""

DIFFERENCE, LEVEL = "difference", "level"

READ = (
    "Median over worlds, below it 5 to 95 % of them. A shaded cell is sure: its interval does not "
    "hold nothing-happens. Filled and ▲ is up, hatched and ▼ is down; the darker, the nearer to "
    "the largest effect of its column. A bare cell may be nothing at all."
)
LEVELS = "Median over worlds, below it 5 to 95 % of them, with each policy and without one."


def matrix(found: Any, words: Mapping[str, str], place: Naming, groups: Sequence[str]) -> Views:  # noqa: ANN401
    """Return policies by outcomes in the last month, a view a group, as difference and as level.

    Parameters
    ----------
    found : Comparison
    words : mapping of str to str
        Titles by id.
    place : Naming
    groups : sequence of str
        Those that are shown, each once.
    """
    views: dict[tuple[str, ...], Table] = {}
    for group in groups:
        name = place.name(group)
        views[name, DIFFERENCE] = _differences(found, words, place, group)
        if len(found.levels):
            views[name, LEVEL] = _levels(found, words, place, group)
    what = "lever" if found.each != "scenarios" else "policy"
    return Views(f"What each {what} changes", ("Group", "Shown as"), views)


def _columns(found: Any, table: Any, group: str) -> list[tuple[str, Any]]:  # noqa: ANN401
    """Return the metrics that are shown with their rows of the last month, by scenario."""
    made = []
    for metric in found.shown:
        mine = of(table, metric, group)
        last = mine[mine["month"] == mine["month"].max()]
        if len(last):
            made.append((metric, last.set_index("scenario").to_dict("index")))
    return made


def _order(found: Any) -> list[str]:  # noqa: ANN401 - a Comparison
    """Return policies, the largest effect on the first outcome first."""
    return list(dict.fromkeys(found.last()["scenario"]))


def _differences(found: Any, words: Mapping[str, str], place: Naming, group: str) -> Table:  # noqa: ANN401
    columns = _columns(found, found.table, group)
    largest = {
        metric: max(abs(row["p50"]) for row in rows.values()) or 1.0 for metric, rows in columns
    }
    lines = []
    for name in _order(found):
        cells = [_cell(rows[name], largest[metric]) for metric, rows in columns]
        lines.append((words[name], *cells))
    head: list[Cell] = ["Policy" if found.each == "scenarios" else "Lever"]
    head += [_head(metric, next(iter(rows.values())), group, place) for metric, rows in columns]
    when = effects.when(str(next(iter(columns[0][1].values()))["month"]))
    return Table(
        f"Effects {place.in_words(group)}, {when}", head, lines, READ,
        matrix=tuple(colour_of(metric) for metric, _ in columns),
    )  # fmt: skip


def _head(metric: str, row: Mapping[Any, Any], group: str, place: Naming) -> str:
    unit = effects.unit_of(row)[1]
    where = f", {effects.group(row['group'], place)}" if row["group"] != group else ""
    return f"{effects.name(metric)}, {unit}{where}"


def _cell(row: Mapping[Any, Any], largest: float) -> Cell:
    middle, low, high = effects.figures_of(row)
    part = abs(row["p50"]) / largest
    shade = f"s{1 + sum(part > step for step in STEPS)}"
    if row["p05"] > 0:
        return f"▲ {middle}", f"{low} to {high}", f"up {shade}"
    if row["p95"] < 0:
        return f"▼ {middle}", f"{low} to {high}", f"down {shade}"
    return middle, f"{low} to {high}"


def _levels(found: Any, words: Mapping[str, str], place: Naming, group: str) -> Table:  # noqa: ANN401
    columns = _columns(found, found.levels, group)
    lines = [
        (words.get(name, name), *(_level(rows[name]) for _, rows in columns))
        for name in (*_order(found), found.against)
        if all(name in rows for _, rows in columns)
    ]
    head = ["Policy"]
    for metric, rows in columns:
        unit = next(iter(rows.values()))["unit"]
        head.append(f"{effects.name(metric)}, {'%' if unit == 'fraction' else unit}")
    when = effects.when(str(next(iter(columns[0][1].values()))["month"]))
    return Table(f"Levels {place.in_words(group)}, {when}", head, lines, LEVELS)


def _level(row: Mapping[Any, Any]) -> Cell:
    scale, _ = effects.unit_of(row)
    values = [scale * float(row[name]) for name in ("p50", "p05", "p95")]
    decimals = 1 if scale == 100.0 else effects.digits(max(map(abs, values)))
    middle, low, high = (f"{value:,.{decimals}f}" for value in values)
    return middle, f"{low} to {high}"
