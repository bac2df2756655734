"""Figures and page of indices: what each factor explains of an outcome."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

from sim.report import charts, many, style, titles
from sim.report.charts import Chart, Views
from sim.report.drawings import Drawing, Page, on_page
from sim.report.kit import canvas, dress
from sim.report.sheet import Part, Table, sheet
from sim.report.sweeps import FIGURE, MOST, count_of, panels, sweep_figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

INDICES = {
    "S1": "Alone (S1)",
    "ST": "With interactions (ST)",
    "S2": "Interaction (S2)",
    "mu_star": "Size of effect (mu*)",
    "mu": "Mean effect (mu)",
    "sigma": "Spread of effects (sigma)",
}
"""Indices with their titles."""

COLOURS = (style.BAND, "#8a94a0")
"""Of the index by which factors are ranked, and of the other one."""

MOST_FACTORS = 12
"""Factors that are drawn over time."""

MAIN = {"ST": ("ST", "S1"), "mu_star": ("mu_star", "sigma")}
"""The index by which factors are ranked, with the two that are shown."""

WHAT = {
    "S1": "S1 is the part of the outcome's variance over points that a factor explains alone, ST "
    "with all its interactions.",
    "mu_star": "mu* is the mean size of what a step of a factor over its range changes, sigma its "
    "spread: interactions or a bend.",
}


Outcome = tuple[str, str, str, "pd.DataFrame"]
"""Metric, group, month (empty for a whole run) and the rows of the table of indices."""


def outcomes(found: Any) -> list[Outcome]:  # noqa: ANN401 - a Sensitivity
    """Return the outcomes that are shown, in the last month.

    Parameters
    ----------
    found : Sensitivity
    """
    table = found.table[found.table["metric"].isin(found.sweep.shown)]
    shown = []
    for (metric, group), part in table.groupby(["metric", "group"], sort=False):
        month = str(part["month"].max())
        shown.append((str(metric), str(group), month, part[part["month"] == month]))
    return shown


def title_of(factor: str) -> str:
    """Return a factor, or a pair of them, as a reader knows it."""
    return " × ".join(titles.factor(path) for path in factor.split(" x "))


def ranked(part: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return the factors of an outcome, largest first, and the two indices that are shown."""
    main = next(kind for kind in MAIN if kind in set(part["index"]))
    order = part[part["index"] == main].sort_values("value", ascending=False)
    return [str(factor) for factor in order["factor"]], list(MAIN[main])


def figure(metric: str, group: str, month: str, part: pd.DataFrame) -> Figure:
    """Return the main indices of one outcome with their 95 % intervals, largest at the top."""
    factors, kinds = ranked(part)
    with canvas(5.0, 0.45 * len(factors) + 1.7) as (drawn, (axis,)):
        for shift, kind, colour in zip((0.12, -0.12), kinds, COLOURS, strict=True):
            rows = _scaled(metric, part[part["index"] == kind].set_index("factor").loc[factors])
            at = [len(factors) - 1 - n + shift for n in range(len(factors))]
            axis.hlines(at, rows["low"], rows["high"], color=colour, linewidth=2, alpha=0.5)
            axis.plot(rows["value"], at, "o", color=colour, markersize=5, label=INDICES[kind])
        names = [style.plain(title_of(factor), 38) for factor in reversed(factors)]
        axis.set_yticks(range(len(factors)), names, fontsize=9)
        axis.set_ylim(-0.6, len(factors) - 0.4)
        axis.axvline(0, color=style.RULE, linewidth=0.8)
        unit = _unit(metric, kinds[0])
        said = f"{_finding(metric, group, part)}, {month or 'whole run'}"
        title = fill(style.plain(said), 52)
        dress(axis, title, f"index{unit and ', '}{unit}, with its 95 % interval")
        axis.legend(loc="lower right", frameon=False, fontsize=8)
    return drawn


@on_page("sensitivity")
def of_indices(found: Any) -> Iterator[Drawing]:  # noqa: ANN401 - a Sensitivity
    """Draw the indices of the first outcomes; the figure of the sweep lies beside the page."""
    yield Drawing(FIGURE, "", sweep_figure(found.sweep))
    for n, one in enumerate(outcomes(found)[:MOST], 1):
        yield Drawing(f"sensitivity_{n}", "", figure(*one))


def page(found: Any) -> Page:  # noqa: ANN401 - a Sensitivity
    """Return the page of indices: of the last month, over time, and what cannot be ranked."""
    asked = found.manifest["asked"]
    shown = outcomes(found)
    parts: list[Part] = []
    if shown:
        parts += [_chart(shown), *_over_time(found, shown)]
    points = many.of_sweep(panels(found.sweep))
    parts += [] if points is None else [points]
    views = {(titles.outcome(one[0], one[1]),): table(*one) for one in shown}
    if views:
        parts.append(Views("Indices of each factor", ("Outcome",), views))
    parts += [made for one in shown for made in _pairs(*one)]
    if found.notes:
        rows = [(str(n + 1), note) for n, note in enumerate(notes(found, shown))]
        parts.append(Table("What to bear in mind", ("", "Note"), rows, words=True))
    head = [count_of(asked), *lead(found)]
    return sheet(titles.study(asked), head, parts)


def _finding(metric: str, group: str, part: pd.DataFrame) -> str:
    """Say which factor explains most of an outcome, and how much."""
    factors, kinds = ranked(part)
    main = "ST" if "ST" in kinds else "mu_star"
    row = part[(part["factor"] == factors[0]) & (part["index"] == main)].iloc[0]
    value, span = _cells(metric, main, row)
    unit = f" {_unit(metric, main)}" if _unit(metric, main) else ""
    return (
        f"{titles.outcome(metric, group)}: moved most by {titles.in_sentence(factors[0])}, "
        f"{main.replace('mu_star', 'mu*')} {value}{unit} ({span})"
    )


def _chart(shown: Sequence[Outcome]) -> Chart:
    """Return the two main indices by factor, an outcome a view."""
    views, options = {}, []
    for n, (metric, group, month, part) in enumerate(shown):
        factors, kinds = ranked(part)
        marks = [charts.mark(colour, INDICES[kind])
                 for kind, colour in zip(kinds, COLOURS, strict=True)]  # fmt: skip
        bands = [_scaled(metric, part[part["index"] == kind].set_index("factor").loc[factors])
                 for kind in kinds]  # fmt: skip
        rows = [
            charts.row(title_of(factor), *(_three(band, factor) for band in bands))
            for factor in factors
        ]  # fmt: skip
        unit = _unit(metric, kinds[0])
        views[str(n)] = charts.view(
            _finding(metric, group, part), f"{month or 'Whole run'}, with 95 % intervals.", unit, 2,
            rows=rows, marks=marks, zero=True, axis=f"index{unit and ', '}{unit}",
        )  # fmt: skip
        options.append((str(n), titles.outcome(metric, group)))
    spec = charts.spans("Factor", views, [("outcome", "Outcome", options)], band="95 % intervals")
    names = tuple(f"sensitivity_{n}" for n in range(1, len(shown[:MOST]) + 1))
    return Chart("spans", "What moves the outcome", spec, fallback=names)


def _three(band: pd.DataFrame, factor: str) -> list[float]:
    """Return low, middle and high of an index of a factor."""
    numbers = band.loc[[factor], ["low", "value", "high"]].to_numpy(dtype=float)
    return [float(value) for value in numbers[0]]


def _over_time(found: Any, shown: Sequence[Outcome]) -> list[Chart]:  # noqa: ANN401
    """Return the main indices over time, a panel a factor; nothing where one month was kept."""
    views, options = {}, []
    for n, (metric, group, _, part) in enumerate(shown):
        mine = found.table
        mine = mine[(mine["metric"] == metric) & (mine["group"] == group) & (mine["month"] != "")]
        if mine["month"].nunique() < 2:
            continue
        factors, kinds = ranked(part)
        made = [
            {"name": title_of(factor), "lines": [
                _index_line(metric, mine, factor, kind, colour)
                for kind, colour in zip(kinds, COLOURS, strict=True)
            ]}
            for factor in factors[:MOST_FACTORS]
        ]  # fmt: skip
        main = "ST" if "ST" in kinds else "mu_star"
        largest = mine[mine["index"] == main].sort_values("value").groupby("month").tail(1)
        reign = largest.sort_values("month")["factor"].tolist()
        first, last = title_of(str(reign[0])), title_of(str(reign[-1]))
        said = (
            f"{first} moves it most from first to last" if len(set(reign)) == 1
            else f"{first} moves it most at first, {last} at the end"
        )  # fmt: skip
        unit = _unit(metric, kinds[0])
        views[str(n)] = charts.view(
            f"{titles.outcome(metric, group)}: {said}", "Bands are 95 % intervals.", unit, 2,
            panels=made, x="month", across="month", zero=True, legend=True,
            axis=f"index{unit and ', '}{unit}",
        )  # fmt: skip
        options.append((str(n), titles.outcome(metric, group)))
    if not views:
        return []
    spec = charts.panels("Factor", views, [("outcome", "Outcome", options)],
                         band="95 % intervals")  # fmt: skip
    return [Chart("panels", "Indices over time", spec)]


def _index_line(
    metric: str, mine: pd.DataFrame, factor: str, kind: str, colour: str
) -> dict[str, Any]:
    part = mine[(mine["factor"] == factor) & (mine["index"] == kind)].sort_values("month")
    numbers = _scaled(metric, part)
    bands = [numbers[column].tolist() for column in ("low", "value", "high")]
    return charts.line(INDICES[kind], colour, part["month"], bands)


def lead(found: Any) -> list[str]:  # noqa: ANN401 - a Sensitivity
    """Return what the indices mean and what their intervals hold, a sentence each."""
    kinds = set(found.table["index"])
    said = [words for kind, words in WHAT.items() if kind in kinds]
    if found.manifest["asked"]["runs"] > 1:
        said.append("Intervals hold the chance in the points and in the runs of each point.")
    else:
        said.append("With one run a point, intervals hold the chance in the points alone.")
    return said


def notes(found: Any, shown: Sequence[Outcome]) -> list[str]:  # noqa: ANN401 - a Sensitivity
    """Return which of some outcomes' factors cannot be ranked, and that there are more notes."""
    said = []
    for metric, group, month, part in shown:
        factors, kinds = ranked(part)
        main = "ST" if "ST" in kinds else "mu_star"
        first, *others = (part[(part["factor"] == f) & (part["index"] == main)].iloc[0]
                          for f in factors)  # fmt: skip
        if others and first["low"] <= others[0]["value"]:
            said.append(
                f"{titles.outcome(metric, group)}, {month or 'whole run'}: "
                f"{title_of(factors[0])} and {title_of(factors[1])} cannot be ranked; "
                "take more points or more runs a point."
            )
    if len(found.notes) > len(said):
        count = len(found.notes) - len(said)
        said.append(f"{count} more notes, on other outcomes and months, are in notes.csv.")
    return said


def table(metric: str, group: str, month: str, part: pd.DataFrame) -> Table:
    """Return the two main indices of an outcome by factor, each with its 95 % interval."""
    factors, kinds = ranked(part)
    heads = []
    for kind in kinds:
        unit = _unit(metric, kind)
        heads += [INDICES[kind] + (f", {unit}" if unit else ""), "95 % interval"]
    rows = []
    for factor in factors:
        mine = part[part["factor"] == factor].set_index("index")
        cells = [cell for kind in kinds for cell in _cells(metric, kind, mine.loc[kind])]
        rows.append((title_of(factor), *cells))
    title = f"{titles.outcome(metric, group)}, {month or 'whole run'}"
    return Table(title, ("Factor", *heads), rows)


def _pairs(metric: str, group: str, month: str, part: pd.DataFrame) -> list[Table]:
    pairs = part[part["index"] == "S2"].sort_values("value", ascending=False)
    if not len(pairs):
        return []
    rows = [
        (title_of(str(row["factor"])), *_cells(metric, "S2", row)) for _, row in pairs.iterrows()
    ]
    title = f"{titles.outcome(metric, group)}, {month or 'whole run'}: interactions of pairs"
    return [Table(title, ("Pair", INDICES["S2"], "95 % interval"), rows)]


def _unit(metric: str, kind: str) -> str:
    """Return the unit of an index: Morris' are changes of the outcome, Sobol' parts of a whole."""
    if kind not in ("mu", "mu_star", "sigma"):
        return ""
    return "percentage points" if titles.is_part(metric) else titles.unit(metric)


def _scaled(metric: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Return indices in the unit in which they are read."""
    numbers = rows[["value", "low", "high"]]
    changes = rows["index"].isin(["mu", "mu_star", "sigma"]).any() and titles.is_part(metric)
    return 100 * numbers if changes else numbers


def _cells(metric: str, kind: str, row: Any) -> tuple[str, str]:  # noqa: ANN401 - a row of indices
    """Return an index and its interval as text."""
    numbers = [float(row[name]) for name in ("value", "low", "high")]
    if _unit(metric, kind):
        value, low, high = titles.figures(metric, *numbers)
    else:
        value, low, high = (f"{round(number, 2) + 0.0:.2f}" for number in numbers)
    return value, f"{low} to {high}"
