"""Pictures of a calibration and of a hindcast, and the page of a hindcast."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sim.calibration.series import SERIES
from sim.report import scored, style, titles
from sim.report.drawings import Drawing, Page, on_page
from sim.report.kit import canvas, dress
from sim.report.sheet import Cell, Part, Table, sheet

if TYPE_CHECKING:
    import pandas as pd

TITLES: Mapping[str, str] = {name: series.heading for name, series in SERIES.items()}
SHOWN = ("cn_all", "all_open", "cn_open", "all")
"""Codes that are drawn of a series that has several."""

MEANING = (
    "The model was calibrated to what had been published by each cut-off and run on to June 2026. "
    "CRPS is the continuous ranked probability score, in percentage points{odds}; lower is better. "
    "Naive forecasts know the same figures of the series itself; the flat model is the discrepancy "
    "process of the forecasts with a model that never moves."
)
DRIVERS = (
    "Drivers are the releases, prices and rules of the months after a cut-off. A forecast with "
    "drivers known later is given them as they came, so that it tests the model's rules; one with "
    "drivers known at the cut-off must do without, as a forecast of today does."
)
FIGURES = (
    "In the figures, bars are 90 % intervals and rings are observations: dark with drivers known "
    "later, pale with drivers known at the cut-off."
)

JUDGED = (
    "Means over cut-offs; a figure counts once a cut-off. Above zero, a difference is in favour of "
    "the model; it is clear from 95 % confidence on, and series of few figures are not judged."
)

WIDE = 4.4
"""Inches of a figure of forecasts."""

COLOURS = {drivers: colour for drivers, (_, colour) in scored.DRIVERS.items()}


@on_page("hindcast")
def of_forecasts(done: Any) -> Iterator[Drawing]:  # noqa: ANN401 - a Hindcast, which this room may not import
    """Draw forecasts with their bands beside what was observed, a figure a series."""
    points = done.points[done.points["cutoff"] == done.points["cutoff"].iloc[0]]
    kept = points[points["ecosystem"].isin(SHOWN)]
    for name in (name for name in TITLES if name in set(kept["series"])):
        part = kept[kept["series"] == name]
        with canvas(WIDE, 3.1) as (figure, (axis,)):
            draw = _by_nation if part["place"].iloc[0] != "WLD" else _by_month
            dress(axis, _forecast(name, part), up="percent", fontsize=10, pad=None)
            draw(axis, part)
            axis.set_ylim(bottom=0)
        yield Drawing(name, "", figure)


def _forecast(name: str, part: pd.DataFrame) -> str:
    """Return what a figure of forecasts shows."""
    of = ": Chinese" if part["ecosystem"].iloc[0] == "cn_all" else ""
    return f"{TITLES[name]}{of}, from {part['cutoff'].iloc[0]}:\n{scored.held(part)}"


def _by_month(axis: Any, part: pd.DataFrame) -> None:  # noqa: ANN401 - matplotlib is untyped
    months = sorted(part["month"].unique())
    for shift, (drivers, colour) in zip((-0.12, 0.12), COLOURS.items(), strict=True):
        mine = part[part["drivers"] == drivers].drop_duplicates(["month", "ecosystem"])
        at = [months.index(month) + shift for month in mine["month"]]
        axis.vlines(at, mine["p05"], mine["p95"], color=colour, linewidth=4, alpha=0.5)
        axis.plot(at, mine["p50"], "_", color=colour, markersize=9, markeredgewidth=2)
    seen = part.drop_duplicates(["month", "ecosystem", "observed"])
    at = [months.index(month) for month in seen["month"]]
    axis.plot(at, seen["observed"], "o", markerfacecolor="none", color=style.INK)
    axis.set_xticks(range(len(months)), [_short(month) for month in months], fontsize=8)
    axis.set_xlim(-0.7, len(months) - 0.3)


def _short(month: str) -> str:
    """Return a month as a word and a year: ``Jul 25``."""
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return f"{names[int(month[5:]) - 1]} {month[2:4]}"


def _by_nation(axis: Any, part: pd.DataFrame) -> None:  # noqa: ANN401 - matplotlib is untyped
    mine = part[part["drivers"] == "later"].sort_values(["observed", "p50"])
    at = range(len(mine))
    axis.vlines(at, mine["p05"], mine["p95"], color=style.BAND, linewidth=1.5, alpha=0.5)
    axis.plot(at, mine["observed"], "o", markerfacecolor="none", color=style.INK, markersize=3)
    axis.set_xticks([])
    axis.set_xlabel(f"{len(mine)} nations, in the order of what was observed", fontsize=8)


@on_page("calibration")
def of_parameters(done: Any) -> Iterator[Drawing]:  # noqa: ANN401 - a Calibration
    """Draw prior and posterior intervals of the fitted parameters, in the prior's range."""
    table = done.summaries()["parameters"]
    kept = table[table["moved"] != "held"].iloc[::-1]
    low = kept[["prior_p05", "p05"]].min(axis=1)
    span = (kept[["prior_p95", "p95"]].max(axis=1) - low).where(lambda wide: wide > 0, 1.0)

    def scaled(column: str) -> Any:  # noqa: ANN401 - a Series
        return (kept[column] - low) / span

    with canvas(8, 0.28 * len(kept) + 1.2) as (figure, (axis,)):
        at = range(len(kept))
        axis.hlines(at, scaled("prior_p05"), scaled("prior_p95"), color=style.RULE, linewidth=7)
        axis.hlines(at, scaled("p05"), scaled("p95"), color=style.BAND, linewidth=3)
        axis.plot(scaled("p50"), at, "o", color=style.BAND, markersize=4)
        labels = [
            f"{titles.factor(f'parameters.{row.parameter}')}  {row.p05:.3g} to {row.p95:.3g}"
            for row in kept.itertuples()
        ]
        axis.set_yticks(at, labels, fontsize=8)
        axis.set_xticks([])
        title = "What the data moved: 90 % of the prior (pale) and of the posterior (dark)"
        dress(axis, bare=("top", "right", "bottom"))
        figure.suptitle(title, x=0.02, ha="left", fontsize=10)
    rows = Table.of("Prior and posterior of what the data moved", MOVED, _named(kept.iloc[::-1]))
    yield Drawing("parameters", "Prior and posterior of what the data moved", figure, numbers=rows)


LOST: Mapping[Cell, Cell] = {
    "Series": "{title}", ("From", "drivers known"): ("{cutoff}", "{drivers}"),
    "Model, CRPS": "{model:.2f}", ("Naive, CRPS", "forecast"): ("{its_crps:.2f}", "{better}"),
}  # fmt: skip

OVER: Mapping[Cell, Cell] = {
    "Series": "{title}", "Method": "{method}",
    ("Figures", "forecasts, cut-offs"): ("{figures}", "{forecasts}, {origins}"),
    "CRPS": "{crps:.2f}", "Interval score": "{interval_score:.1f}", "In 90 %": "{held:.0f} %",
    ("CRPS less the model's", "error"): ("{less}", "{far}"), "The model is": "{verdict}",
}  # fmt: skip

SCORES: Mapping[Cell, Cell] = {
    "Series": "{title}", "Method": "{method}", "Figures": "{points}",
    "CRPS": "{crps:.2f}", "Mean error": "{mae:.2f}",
    ("In 90 %", "width"): ("{held:.0f} %", "{width:.1f}"),
}  # fmt: skip

ODDS: Mapping[Cell, Cell] = {("CRPS", "log-odds"): ("{crps:.2f}", "{crps_log_odds:.3f}")}
"""In place of CRPS where it was taken of log-odds too."""

MOVED: Mapping[Cell, Cell] = {
    "Parameter": "{name}", "Path": "{parameter}",
    "Prior, 90 %": "{prior_p05:.3g} to {prior_p95:.3g}",
    "Posterior, median": "{p50:.3g}", "90 %": "{p05:.3g} to {p95:.3g}",
    "Moved by the data": "{moved}",
}  # fmt: skip

TARGETS: Mapping[Cell, Cell] = {
    "Series": "{title}", "Place": "{place}", "Month": "{month}", "Of": "{ecosystem}",
    "Observed": "{observed:.1f}", "Model, median": "{p50:.1f}", "90 %": "{p05:.1f} to {p95:.1f}",
}  # fmt: skip


def page(done: Any) -> Page:  # noqa: ANN401 - a Hindcast
    """Return the page of a hindcast: what was lost first, then the figures and all scores."""
    lost = Table.of("Where a naive forecast was better", LOST, _titled(done.lost))
    drawn = tuple(name for name in TITLES if name in set(done.points["series"]))
    first, *others = scored.forecasts(done.points, TITLES, scored.nations())
    parts: list[Part] = [lost] if lost.rows else []
    parts += [scored.scores(done.table, TITLES), replace(first, fallback=drawn), *others]
    return sheet(
        "Forecasts and what came", _said(done), [*parts, *_judgement(done), *_scores(done)]
    )


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of parameters with their titles."""
    return table.assign(name=[titles.factor(f"parameters.{path}") for path in table["parameter"]])


def _titled(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of series with their titles, and the part in intervals in percent."""
    if not len(table):
        return table
    found = table.assign(title=table["series"].map(TITLES))
    return found.assign(held=100 * found["coverage"]) if "coverage" in found else found


def _judgement(done: Any) -> list[Table]:  # noqa: ANN401 - a Hindcast
    """Return the scores over several cut-offs, a table a knowledge of drivers."""
    over = done.judgement
    if over is None or len(done.table["cutoff"].unique()) < 2:
        return []
    # The model's own row has no difference; one of a single cut-off has no error.
    less = over["difference"].map("{:+.2f}".format).where(over["difference"].notna(), "")
    far = over["error"].map("{:.2f}".format).where(over["error"].notna(), "not known")
    over = _titled(over).assign(less=less, far=far.where(over["difference"].notna(), ""))
    return [
        Table.of(f"Over all cut-offs, drivers known {drivers}", OVER, part, JUDGED)
        for drivers, part in over.groupby("drivers", sort=False)
    ]


def _said(done: Any) -> list[str]:  # noqa: ANN401 - a Hindcast
    """Return what a hindcast says, a sentence each."""
    count, lost = len(done.compared), len(done.lost)
    first = f"The model loses to a naive forecast in {lost} of {count} comparisons."
    if not lost:
        first = f"The model has the lower score in all {count} comparisons."
    covered = done.points.groupby(["cutoff", "drivers"], sort=False)["covered"].mean().to_dict()
    held = ", ".join(
        f"{100 * part:.0f} % of the figures after {cutoff} with drivers known {drivers}"
        for (cutoff, drivers), part in covered.items()
    )
    odds = " and as log-odds" if _has_odds(done) else ""
    return [first, f"90 % intervals hold {held}.", MEANING.format(odds=odds), DRIVERS, FIGURES]


def _has_odds(done: Any) -> bool:  # noqa: ANN401 - a Hindcast
    return "crps_log_odds" in done.table  # results of before have no such column


def _scores(done: Any) -> list[Table]:  # noqa: ANN401 - a Hindcast
    """Return the scores of all methods, a table a cut-off and what was known of drivers."""
    columns = [
        pair
        for head, cell in SCORES.items()
        for pair in (ODDS.items() if head == "CRPS" and _has_odds(done) else [(head, cell)])
    ]
    made = []
    for (cutoff, drivers), part in _titled(done.table).groupby(["cutoff", "drivers"], sort=False):
        # All methods of a series stand together, in the order in which series are scored.
        order = part.groupby("series", sort=False).ngroup()
        rows = part.iloc[order.argsort(kind="stable")]
        title = f"Scores from {cutoff}, drivers known {drivers}"
        made.append(Table.of(title, dict(columns), rows))
    return made


def calibration_page(done: Any) -> Page:  # noqa: ANN401 - a Calibration
    """Return the page of a calibration: what the data moved, and how its targets are met."""
    tables, plan = done.summaries(), done.plan
    held = tables["parameters"]["moved"] == "held"
    moved = Table.of("Prior and posterior", MOVED, _named(tables["parameters"][~held]))
    note = "The fit used these figures: that the model meets them is no test of it."
    return sheet(
        f"Calibration to {plan.until}",
        [
            f"{len(done.aims)} figures, {plan.members} members, {plan.steps} steps.",
            f"{int(held.sum())} ranges are drawn and never moved.",
        ],
        [
            moved,
            scored.targets(tables["targets"], TITLES, scored.nations()),
            Table.of("Targets of the fit, percent", TARGETS, _titled(tables["targets"]), note),
        ],
    )
