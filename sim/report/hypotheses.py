"""The page of findings: a verdict a claim, and the measures behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.report.drawings import Page
from sim.report.sheet import Cell, Table, sheet

VERDICTS: Mapping[Cell, Cell] = {
    "Claim": "{id}", "Verdict": "{words}", "In words": "{claim}",
    "What rests on judgement": "{judgement}",
}  # fmt: skip
MEASURES: Mapping[Cell, Cell] = {
    "Setting": "{setting}", "Measure": "{measure}", "Scale": "{scale}", "Mean": "{effect:+.3g}",
    "95 % interval": "{low:+.3g} to {high:+.3g}", "Smallest of interest": "{smallest:.3g}",
    "Same sign, worlds": "{part:.0f} %", "Says": "{says}",
}  # fmt: skip


def page(found: Any) -> Page:  # noqa: ANN401 - Findings, which this room may not import
    """Return the page of what experiments found."""
    count = len(found.verdicts)
    words = found.verdicts["verdict"].value_counts()
    counted = ", ".join(f"{number} {word}" for word, number in words.items())
    measures = found.measures.assign(part=100 * found.measures["worlds"])
    tables = [Table.of("Verdicts", VERDICTS, found.verdicts, words=True)]
    tables += [
        Table.of(f"{claim}: measures", MEASURES, measures[measures["id"] == claim])
        for claim in found.verdicts["id"]
    ]
    lead = [f"{count} claim{'' if count == 1 else 's'} as experiments: {counted}."]
    return sheet("What the source documents claim", lead, tables)
