"""The record of the model in hindcasts, which pages show beside metrics and series."""

from __future__ import annotations

import csv
from io import StringIO

from making.kept import Row, read
from sim.calibration.series import SERIES
from sim.report.record import FILE

DRIVERS = "later"
"""Knowledge of drivers with which the model's rules are judged."""

COLUMNS = ("series", "heading", "figures", "cutoffs", "crps", "coverage", "naive", "naive_crps",
           "verdict")  # fmt: skip


def text() -> str:
    """Return the table as CSV."""
    by_series: dict[str, list[Row]] = {}
    for row in read("validation/judgement"):
        if row["drivers"] == DRIVERS and row["series"] in SERIES:
            by_series.setdefault(row["series"], []).append(row)
    store = StringIO()
    out = csv.writer(store, lineterminator="\n")
    out.writerow(COLUMNS)
    for name, rows in by_series.items():
        model = next(row for row in rows if row["method"] == "model")
        naive = sorted(
            (row for row in rows if row["method"] != "model"), key=lambda row: float(row["crps"])
        )
        best = naive[0] if naive else None
        out.writerow((
            name, SERIES[name].heading, model["figures"], model["origins"],
            f"{float(model['crps']):.2f}", f"{float(model['coverage']):.3f}",
            best["method"] if best else "", f"{float(best['crps']):.2f}" if best else "",
            best["verdict"] if best else model["verdict"],
        ))  # fmt: skip
    return store.getvalue()


def write() -> None:
    """Write the table beside the module that reads it."""
    FILE.write_text(text(), encoding="utf-8")
