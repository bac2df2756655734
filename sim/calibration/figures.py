"""The figures that were observed of a series, as published, to stand beside the model's view.

A fit aims at one number a figure (`sim.calibration.targets`); here bands stay bands, and a
figure that the fit leaves out, such as the share that others leave or one of later months, is
there too.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.calibration.series import WORLD, Series
from sim.calibration.targets import published
from sim.evidence import load

MORE = {
    "openrouter_token_share_by_lab_origin": ("_day_high", "_day_high_other_day"),
    "genai_user_share_of_working_age_population": ("",),
}
"""Ends of the names of rows that are of a series although no fit aims at all of them."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What was published of a place, a code and a month.

    Parameters
    ----------
    month : int
        Last month that it covers.
    place, code : str
        ISO3 or ``WLD``; code of the series.
    low, high : float
        Percent; equal where one number was published, and ``high`` is 100 where the source says
        "more than".
    unit : str
    """

    month: int
    place: str
    code: str
    low: float
    high: float
    unit: str

    @property
    def number(self) -> float | None:
        """The published number; None where there are only bounds."""
        return self.low if self.low == self.high else None

    @property
    def words(self) -> str:
        """The figure as it would be read: ``12.3``, ``0 to 5`` or ``more than 50``."""
        if self.low == self.high:
            return f"{self.low:.3g}"
        if self.high == 100.0:
            return f"more than {self.low:.3g}"
        return f"{self.low:.3g} to {self.high:.3g}"


def figures(known: Series) -> tuple[Figure, ...]:
    """Return what was published of a series, by month, place and code; each figure once."""
    rows = [row for row in load().observations if row.series.startswith(known.name)]
    unit = rows[0].unit
    found: dict[Figure, None] = {}
    for aim in published():
        if aim.series != known.name:
            continue
        low, high = aim.ends[0], aim.ends[-1]
        if aim.bound:
            low, high = (low, 100.0) if aim.bound == "at least" else (0.0, high)
        found[Figure(aim.month, aim.place, aim.code, low, high, unit)] = None
    ends = {known.name + end for end in MORE.get(known.name, ())}
    for row in rows:
        its_own = (row.place != WORLD) == known.by_nation and row.ecosystem in known.codes
        if row.series in ends and its_own:
            figure = Figure(row.last, row.place, row.ecosystem, row.value, row.value, unit)
            found[figure] = None
    return tuple(sorted(found, key=lambda each: (each.month, each.place, each.code, each.low)))
