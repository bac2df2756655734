"""The page of findings: a verdict a claim, and the measures behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sim.numerals import counted
from sim.report import charts, style
from sim.report.charts import Chart, Views
from sim.report.drawings import Page
from sim.report.sheet import Cell, Part, Table, sheet

if TYPE_CHECKING:
    import pandas as pd

VERDICTS: Mapping[Cell, Cell] = {
    "Claim": "{id}", "Verdict": "{words}", "In words": "{claim}",
    "What rests on judgement": "{judgement}",
}  # fmt: skip
MEASURES: Mapping[Cell, Cell] = {
    "Setting": "{setting}", "Measure": "{measure}", "Scale": "{scale}", "Mean": "{effect:+.3g}",
    "95 % interval": "{low:+.3g} to {high:+.3g}", "Smallest of interest": "{smallest:.3g}",
    "Same sign, worlds": "{part:.0f} %", "Says": "{says}",
}  # fmt: skip

FAR = 10.0
"""Smallest effects of interest at which a measure is cut in the chart."""

LOOKS = {
    "supported": charts.mark(style.INK, "supported"),
    "contradicted": charts.mark(style.INK, "contradicted", "ring"),
    "negligible": charts.mark("#8a94a0", "negligible"),
    "undecided": charts.mark("#8a94a0", "undecided", "ring"),
}
"""How a measure is drawn by what it says."""


def page(found: Any) -> Page:  # noqa: ANN401 - Findings, which this room may not import
    """Return the page of what experiments found."""
    count = len(found.verdicts)
    words = found.verdicts["verdict"].value_counts()
    verdicts = ", ".join(f"{number} {word}" for word, number in words.items())
    measures = found.measures.assign(part=100 * found.measures["worlds"])
    parts: list[Part] = [Table.of("Verdicts", VERDICTS, found.verdicts, words=True)]
    if len(measures):
        parts.append(_chart(measures))
    claims = dict(zip(found.verdicts["id"], found.verdicts["claim"], strict=True))
    views = {
        (str(claim),): Table.of(
            f"{claim}: {text}", MEASURES, measures[measures["id"] == claim]
        )
        for claim, text in claims.items()
    }  # fmt: skip
    parts.append(Views("Measures behind each verdict", ("Claim",), views))
    lead = [f"{counted(count, 'claim')} as experiments: {verdicts}."]
    return sheet("What the source documents claim", lead, parts)


def _chart(measures: pd.DataFrame) -> Chart:
    """Return every measure in units of the smallest effect of interest."""
    rows = []
    for row in measures.to_dict("records"):
        if not row["smallest"]:
            continue
        band = [min(max(row[name] / row["smallest"], -FAR), FAR)
                for name in ("low", "effect", "high")]  # fmt: skip
        name = f"{row['id']}, {row['setting']}: {row['measure']}, {row['scale']}"
        look = LOOKS.get(str(row["says"]), LOOKS["undecided"])
        made = charts.row(name, band, note=str(row["says"]))
        rows.append({**made, "look": {"colour": look["colour"], "shape": look["shape"]}})
    ends = [(row["marks"][0]["low"], row["marks"][0]["high"]) for row in rows]
    beyond = sum(low > 1 or high < -1 for low, high in ends)
    view = charts.view(
        f"{beyond} of {len(rows)} measures lie wholly beyond the smallest effect that matters",
        "Each measure over its smallest effect of interest: beyond 1 or -1 it matters; 95 % "
        f"intervals of the mean, cut at {FAR:g}. Dark: supported or contradicted (hollow); pale: "
        "negligible or undecided (hollow).",
        "", 1, rows=rows, marks=[charts.mark(style.INK)], zero=True, signed=True,
        axis="times the smallest effect of interest",
    )  # fmt: skip
    spec = charts.spans("Measure", {"": view}, band="95 % intervals", order="by claim")
    return Chart("spans", "How large the measures are", spec)
