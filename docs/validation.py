"""Tables of the page on validation, from the kept results of the long experiments."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

from docs.tables import code, table

PLACE = Path(__file__).parent / "validation"


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a kept table."""
    with (PLACE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _figure(cell: str, digits: int = 2) -> str:
    return f"{float(cell):.{digits}f}" if cell else "-"


def _percent(cell: str) -> str:
    return f"{100 * float(cell):.0f} %" if cell else "-"


def series() -> str:
    """Return what each series sees, with its errors."""
    from sim.study.calibration.series import SERIES

    return table(
        ("series", "view", "codes", "mean of months", "error", "lack", "memory", "slope"),
        (
            (code(s.name), s.sees, ", ".join(map(code, s.codes)), s.mean_of, f"{s.error:g}",
             f"{s.drift:g}", f"{s.memory:g}", f"{s.trend:g}")
            for s in SERIES.values()
        ),
    )  # fmt: skip


def fitted() -> str:
    """Return prior and posterior of the fitted parameters."""
    return table(
        ("parameter", "unit", "prior, 90 %", "posterior, 90 %", "spread left", "told"),
        (
            (code(r["parameter"]), r["unit"],
             f"{float(r['prior_p05']):.3g} to {float(r['prior_p95']):.3g}",
             f"{float(r['p05']):.3g} to {float(r['p95']):.3g}", _figure(r["spread"]), r["moved"])
            for r in rows("parameters")
            if r["moved"] != "held"
        ),
    )  # fmt: skip


def scores() -> str:
    """Return the scores of hindcasts by cut-off, series and method."""
    found: dict[tuple[str, str, str], dict[str, dict[str, str]]] = {}
    for row in rows("scores"):
        key = (row["cutoff"], row["drivers"], row["series"])
        found.setdefault(key, {})[row["method"]] = row
    methods = ("model", "last value", "linear trend", "Bass curve")
    return table(
        ("cut-off", "drivers known", "series", "figures", *methods, "in 90 %"),
        (
            (cutoff, drivers, code(name), by["model"]["points"],
             *(_figure(by[m]["crps"]) if m in by else "-" for m in methods),
             _percent(by["model"]["coverage"]))
            for (cutoff, drivers, name), by in found.items()
        ),
    )  # fmt: skip


def coverage() -> str:
    """Return how many figures the intervals hold."""
    return table(
        ("cut-off", "drivers known", "figures", "in 90 % intervals"),
        ((r["cutoff"], r["drivers"], r["figures"], _percent(r["coverage"]))
         for r in rows("coverage")),
    )  # fmt: skip


def left_out() -> str:
    """Return scores on nations that were left out."""
    return table(
        ("method", "nations", "rank correlation", "mean error, log-odds", "in 90 %"),
        (
            (r["method"], r["nations"], _figure(r["rank_correlation"]), _figure(r["error"]),
             _percent(r["coverage"]))
            for r in rows("nations")
        ),
    )  # fmt: skip


def structures() -> str:
    """Return scores of other structures relative to the shipped one."""
    found = rows("structures")
    names = [name for name in found[0] if name not in ("alternative", "log_mean")]
    return table(
        ("structure", *map(code, names), "mean of logs"),
        (
            (r["alternative"], *(_figure(r[name]) for name in names), _figure(r["log_mean"], 3))
            for r in found
        ),
    )


def recovery() -> str:
    """Return how often intervals held the truth."""
    found = rows("recovery")
    cases = sum(int(r["cases"]) for r in found)
    held = sum(int(r["cases"]) * float(r["coverage"]) for r in found)
    body = [(code(r["parameter"]), r["cases"], _percent(r["coverage"])) for r in found]
    return table(
        ("parameter", "cases", "held by 90 % intervals"),
        [("all", cases, f"{100 * held / cases:.1f} %"), *body],
    )


def made() -> str:
    """Return when and by what the experiments were run."""
    known = json.loads((PLACE / "made.json").read_text(encoding="utf-8"))
    return table(
        ("experiment", "model", "seconds", "processor"),
        (
            (name, facts["model_version"], facts["seconds"], facts["machine"]["processor"])
            for name, facts in known.items()
        ),
    )


BLOCKS: dict[str, Callable[[], str]] = {
    "series": series,
    "fitted": fitted,
    "scores": scores,
    "coverage": coverage,
    "left out": left_out,
    "structures": structures,
    "recovery": recovery,
    "experiments": made,
}
