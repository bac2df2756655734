"""How the model did in hindcasts: the badge that stands beside a metric or a series.

The table ``record.csv`` is made from the kept scores of the validation by ``python -m making``.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "record.csv"

NEAREST = {
    "tokens": "openrouter_token_share_by_lab_origin",
    "share": "openrouter_token_share_by_lab_origin",
    "bloc": "openrouter_token_share_by_lab_origin",
    "dependence": "openrouter_token_share_by_lab_origin",
}
"""Series that moves for the likest reasons, by the family of a metric."""

EXACT = frozenset({"tokens"})
"""Families of metrics that the series measures itself."""


@dataclass(frozen=True, slots=True)
class Record:
    """Scores of the model on one series, drivers known later, over all cut-offs.

    Parameters
    ----------
    series, heading : str
    figures, cutoffs : int
    crps : float
        Continuous ranked probability score of the model, percentage points.
    coverage : float
        Part of figures in the 90 % interval.
    naive : str
        The best naive forecast; empty where there is none.
    naive_crps : float or None
    verdict : str
        Of the difference: ``better``, ``worse``, ``not clear`` or why there is none.
    """

    series: str
    heading: str
    figures: int
    cutoffs: int
    crps: float
    coverage: float
    naive: str
    naive_crps: float | None
    verdict: str

    @property
    def words(self) -> str:
        """Say it in a line."""
        many = f"{self.figures} figures from {self.cutoffs} cut-offs"
        held = f"{100 * self.coverage:.0f} % in the 90 % interval"
        if self.naive_crps is None:
            return f"error {self.crps:.1f} points (CRPS), {held}, {many}; no naive forecast"
        side = "better than" if self.crps <= self.naive_crps else "worse than"
        clear = "" if self.verdict.startswith(("better", "worse")) else ", not clearly"
        return (
            f"{side} the best naive forecast{clear}: {self.crps:.1f} against {self.naive_crps:.1f} "
            f"points ({self.naive}), {held}, {many}"
        )


@cache
def records() -> Mapping[str, Record]:
    """Return what is shipped, by series."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        row["series"]: Record(
            row["series"], row["heading"], int(row["figures"]), int(row["cutoffs"]),
            float(row["crps"]), float(row["coverage"]), row["naive"],
            float(row["naive_crps"]) if row["naive_crps"] else None, row["verdict"],
        )
        for row in rows
    }  # fmt: skip


def badge(metric: str) -> str:
    """Return the badge of a metric: the record of the series nearest to it, or that there is none.

    Parameters
    ----------
    metric : str
        Its name, or that of its family.
    """
    family = metric.partition(".")[0]
    name = NEAREST.get(family)
    known = records().get(name) if name else None
    if known is None:
        return "Hindcast: no series observes it by month, so that no forecast of it was judged."
    if family in EXACT:
        return f"Hindcast: {known.words}."
    return (
        "Hindcast: nobody observes it; the nearest series, "
        f"{known.heading[:1].lower()}{known.heading[1:]}, is {known.words}."
    )
