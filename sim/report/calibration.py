"""Pictures of a calibration and of a hindcast, and the page of a hindcast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.calibration.series import SERIES
from sim.report import style
from sim.report.sheet import Cell, Drawing, Table, sheet

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.figure import Figure

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
    "In the figures, bars are 90 % intervals and rings are observations: blue with drivers known "
    "later, brown with drivers known at the cut-off."
)

JUDGED = (
    "Means over cut-offs; a figure counts once a cut-off. Above zero, a difference is in favour of "
    "the model; it is clear from 95 % confidence on, and series of few figures are not judged."
)

WIDE = 4.4
"""Inches of a figure of forecasts."""

COLOURS = {"later": style.BAND, "at cut-off": "#b35c1e"}


def forecasts(points: pd.DataFrame) -> dict[str, Figure]:
    """Return forecasts with their bands beside what was observed, a figure a series, by its name.

    Parameters
    ----------
    points : DataFrame
        Of `sim.study.hindcast.Hindcast`; the first cut-off is drawn.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure as New

    points = points[points["cutoff"] == points["cutoff"].iloc[0]]
    kept = points[points["ecosystem"].isin(SHOWN)]
    drawn = {}
    for name in (name for name in TITLES if name in set(kept["series"])):
        part = kept[kept["series"] == name]
        with mpl.rc_context(style.RC):
            figure = New(figsize=(WIDE, 3.1), layout="constrained")
            axis = figure.subplots()
            draw = _by_nation if part["place"].iloc[0] != "WLD" else _by_month
            draw(axis, part)
            axis.set_title(_forecast(name, part), loc="left", fontsize=10)
            axis.set_ylabel("percent")
            axis.set_ylim(bottom=0)
            axis.spines[["top", "right"]].set_visible(False)
        drawn[name] = figure
    return drawn


def _forecast(name: str, part: pd.DataFrame) -> str:
    """Return what a figure of forecasts shows."""
    of = ": Chinese" if part["ecosystem"].iloc[0] == "cn_all" else ""
    return f"{TITLES[name]}{of}, from {part['cutoff'].iloc[0]}"


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


def parameters(table: pd.DataFrame) -> Figure:
    """Return prior and posterior intervals of the fitted parameters, in the prior's range.

    Parameters
    ----------
    table : DataFrame
        From `sim.calibration.identify.parameters`.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure as New

    kept = table[table["moved"] != "held"].iloc[::-1]
    low = kept[["prior_p05", "p05"]].min(axis=1)
    span = (kept[["prior_p95", "p95"]].max(axis=1) - low).where(lambda wide: wide > 0, 1.0)

    def scaled(column: str) -> pd.Series:
        return (kept[column] - low) / span

    with mpl.rc_context(style.RC):
        figure = New(figsize=(8, 0.28 * len(kept) + 1.2), layout="constrained")
        axis = figure.subplots()
        at = range(len(kept))
        axis.hlines(at, scaled("prior_p05"), scaled("prior_p95"), color=style.RULE, linewidth=7)
        axis.hlines(at, scaled("p05"), scaled("p95"), color=style.BAND, linewidth=3)
        axis.plot(scaled("p50"), at, "o", color=style.BAND, markersize=4)
        labels = [f"{row.parameter}  {row.p05:.3g} to {row.p95:.3g}" for row in kept.itertuples()]
        axis.set_yticks(at, labels, fontsize=8)
        axis.set_xticks([])
        axis.spines[["top", "right", "bottom"]].set_visible(False)
        axis.set_title(
            "What the data moved: 90 % of the prior (grey) and of the posterior (blue)",
            loc="left", fontsize=10,
        )  # fmt: skip
    return figure


def page(done: Any, drawn: Mapping[str, bytes]) -> str:  # noqa: ANN401 - a Hindcast
    """Return the page of a hindcast: what was lost first, then the figures and all scores.

    Parameters
    ----------
    done : Hindcast
    drawn : mapping of str to bytes
        Its figures by the name of their file.
    """
    pictures = [
        Drawing(f"{TITLES[name]}: forecasts and what was observed", drawn[f"{name}.svg"])
        for name in TITLES
        if f"{name}.svg" in drawn
    ]
    lost = [
        (TITLES[row["series"]], (row["cutoff"], row["drivers"]), f"{row['model']:.2f}",
         (f"{row['its_crps']:.2f}", row["better"]))
        for row in done.lost.to_dict("records")
    ]  # fmt: skip
    head = ("Series", ("From", "drivers known"), "Model, CRPS", ("Naive, CRPS", "forecast"))
    tables = [Table("Where a naive forecast was better", head, lost)] if lost else []
    return sheet(
        "Forecasts and what came",
        _said(done),
        done.manifest,
        figures=pictures,
        tables=[*tables, *_judgement(done), *_scores(done)],
    )


def _judgement(done: Any) -> list[Table]:  # noqa: ANN401 - a Hindcast
    """Return the scores over several cut-offs, a table a knowledge of drivers."""
    over = done.judgement
    if over is None or len(done.table["cutoff"].unique()) < 2:
        return []
    head = ("Series", "Method", ("Figures", "forecasts, cut-offs"), "CRPS", "Interval score",
            "In 90 %", ("CRPS less the model's", "error"), "The model is")  # fmt: skip
    made = []
    for drivers, part in over.groupby("drivers", sort=False):
        rows: list[tuple[Cell, ...]] = [
            (TITLES[row["series"]], row["method"],
             (f"{row['figures']}", f"{row['forecasts']}, {row['origins']}"),
             f"{row['crps']:.2f}", f"{row['interval_score']:.1f}",
             f"{100 * row['coverage']:.0f} %", _difference(row), row["verdict"])
            for row in part.to_dict("records")
        ]  # fmt: skip
        made.append(Table(f"Over all cut-offs, drivers known {drivers}", head, rows, JUDGED))
    return made


def _difference(row: Mapping[str, Any]) -> Cell:
    """Return a paired difference with its error, as far as there are any."""
    import pandas as pd

    if pd.isna(row["difference"]):  # the model's own row
        return ""
    known = not pd.isna(row["error"])
    return (f"{row['difference']:+.2f}", f"{row['error']:.2f}" if known else "not known")


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
    odds = _has_odds(done)
    crps: Cell = ("CRPS", "log-odds") if odds else "CRPS"
    head = ("Series", "Method", "Figures", crps, "Mean error", ("In 90 %", "width"))
    made = []
    for (cutoff, drivers), part in done.table.groupby(["cutoff", "drivers"], sort=False):
        rows: list[tuple[Cell, ...]] = []
        # All methods of a series stand together, in the order in which series are scored.
        order = {name: n for n, name in enumerate(part["series"].unique())}
        for row in part.sort_values("series", key=lambda c: c.map(order), kind="stable").to_dict(
            "records"
        ):
            score = f"{row['crps']:.2f}"
            rows.append((
                TITLES[row["series"]], row["method"], f"{row['points']}",
                (score, f"{row['crps_log_odds']:.3f}") if odds else score, f"{row['mae']:.2f}",
                (f"{100 * row['coverage']:.0f} %", f"{row['width']:.1f}"),
            ))  # fmt: skip
        made.append(Table(f"Scores from {cutoff}, drivers known {drivers}", head, rows))
    return made


def calibration_page(done: Any, drawn: Mapping[str, bytes]) -> str:  # noqa: ANN401 - a Calibration
    """Return the page of a calibration: what the data moved, and how its targets are met.

    Parameters
    ----------
    done : Calibration
    drawn : mapping of str to bytes
        Its figures by the name of their file.
    """
    tables = done.summaries()
    moved = tables["parameters"]
    rows = [
        (row["parameter"], f"{row['prior_p05']:.3g} to {row['prior_p95']:.3g}",
         f"{row['p50']:.3g}", f"{row['p05']:.3g} to {row['p95']:.3g}", row["moved"])
        for row in moved[moved["moved"] != "held"].to_dict("records")
    ]  # fmt: skip
    met = [
        (TITLES[row["series"]], row["place"], row["month"], row["ecosystem"],
         f"{row['observed']:.1f}", f"{row['p50']:.1f}", f"{row['p05']:.1f} to {row['p95']:.1f}")
        for row in tables["targets"].to_dict("records")
    ]  # fmt: skip
    plan = done.plan
    return sheet(
        f"Calibration to {plan.until}",
        [
            f"{len(done.aims)} figures, {plan.members} members, {plan.steps} steps.",
            f"{int((moved['moved'] == 'held').sum())} ranges are drawn and never moved.",
        ],
        done.manifest,
        figures=[Drawing("Prior and posterior of what the data moved", drawn["parameters.svg"])],
        tables=[
            Table(
                "Prior and posterior",
                ("Parameter", "Prior, 90 %", "Posterior, median", "90 %", "Moved by the data"),
                rows,
            ),
            Table(
                "Targets of the fit, percent",
                ("Series", "Place", "Month", "Of", "Observed", "Model, median", "90 %"),
                met,
                "The fit used these figures: that the model meets them is no test of it.",
            ),
        ],
    )
