"""The check of 2026 on the page of a run: views of the model beside every observed figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.calibration.check import NAME
from sim.calibration.series import SERIES, WORLD
from sim.report import charts, style
from sim.report.charts import Chart
from sim.report.history import observed, verdict
from sim.report.record import Record
from sim.report.scored import CODES
from sim.report.sheet import Table

INSIDE = "in reach"

TWO = ("openrouter_token_share_by_lab_origin", "openrouter_open_weight_token_share")
"""Series that are shown first: those of developers with most figures of 2026."""

READ = (
    "What each observed series would show of the runs, without errors of observation, beside every "
    "figure of January to June 2026 that it has. “In reach” means that the figure lies between the "
    "5th and the 95th percentile of the runs."
)


def view(seen: Mapping[str, Any], names: Mapping[str, str], record: Mapping[str, Record]) -> Any:  # noqa: ANN401
    """Return the section as words, a chart and two tables; None for a run without the check.

    Parameters
    ----------
    seen : mapping of str to pyarrow.Table
        Of a result.
    names : mapping of str to str
        Of nations by ISO3.
    record : mapping of str to Record
        How the model did on each series in hindcasts.
    """
    if NAME not in seen:
        return None
    rows = seen[NAME].to_pylist()
    inside = sum(_word(row) == INSIDE for row in rows)
    by_series: dict[str, list[Any]] = {}
    for row in rows:
        by_series.setdefault(row["series"], []).append(row)
    return {
        "says": f"The runs hold {inside} of {len(rows)} figures of 2026 in their 5 to 95 %.",
        "read": READ,
        "chart": _chart(by_series, names),
        "series": _summary(by_series, record),
        "every": _every(rows, names),
    }


def _word(row: Mapping[str, Any]) -> str:
    return verdict(row, observed(row))


def _summary(by_series: Mapping[str, list[Any]], record: Mapping[str, Record]) -> Table:
    lines = []
    for name, rows in by_series.items():
        words = [_word(row) for row in rows]
        known = record.get(name)
        lines.append((
            SERIES[name].heading, f"{words.count(INSIDE)} of {len(rows)}",
            str(words.count("too low")), str(words.count("too high")),
            "no forecast was judged" if known is None else known.words,
        ))  # fmt: skip
    head = ("Series", "In reach", "Runs too low", "Runs too high", "Record in hindcasts")
    return Table("Series of 2026", head, lines, words=True)


def _chart(by_series: Mapping[str, list[Any]], names: Mapping[str, str]) -> Chart:
    views, options = {}, []
    for name, rows in sorted(by_series.items(), key=lambda one: one[0] not in TWO):
        inside = sum(_word(row) == INSIDE for row in rows)
        lines = []
        for row in sorted(rows, key=lambda row: -max(observed(row))):
            seen = [100.0 * end for end in observed(row)]
            ends = (min(seen), None, max(seen)) if len(seen) > 1 else (None, seen[0], None)
            lines.append(charts.row(
                _figure(row, names), [100.0 * row[band] for band in ("p05", "p50", "p95")], ends,
                note=_word(row),
            ))  # fmt: skip
        views[name] = charts.view(
            f"{SERIES[name].heading}, 2026: {inside} of {len(rows)} figures in reach",
            "Bar and dot: 5 to 95 % and median of the runs; ring: what was observed.", "%", 1,
            rows=lines, zero=True, axis="per cent",
            marks=[charts.mark(style.BAND, "Runs"), charts.mark(style.INK, "Observed", "ring")],
        )  # fmt: skip
        options.append((name, SERIES[name].heading))
    spec = charts.spans("Figure", views, [("series", "Series", options)],
                        band="5 to 95 % of runs", order="by what was observed")  # fmt: skip
    return Chart("spans", "Check of 2026", spec)


def _figure(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    place = "" if row["place"] == WORLD else f"{names.get(row['place'], row['place'])}, "
    return f"{place}{CODES.get(row['code'], row['code'])}, {row['month']}"


def _every(rows: list[Any], names: Mapping[str, str]) -> Table:
    lines = [
        (SERIES[row["series"]].heading, _figure(row, names),
         (f"{100 * row['p50']:.1f}", f"{100 * row['p05']:.1f} to {100 * row['p95']:.1f}"),
         " to ".join(f"{100 * end:.1f}" for end in observed(row)), _word(row),
         row["fitted"])
        for row in rows
    ]  # fmt: skip
    head = ("Series", "Figure", ("Runs, median, %", "5–95 %"), "Observed, %", "Runs are",
            "In the fit")  # fmt: skip
    return Table("Every figure of 2026", head, lines)
