"""What was observed of use: every series that the model is compared with, or that bounds it."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from sim import months
from sim.evidence.tables import STATUSES, read

COLUMNS = (
    "series", "place", "period", "first_month", "last_month", "ecosystem", "value", "unit",
    "source", "status", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Observation:
    """One observed figure.

    Parameters
    ----------
    series : str
        Name of the series; ``_low`` and ``_high`` are two bounds or two denominators of one
        quantity, never an interval.
    place : str
        ISO3, or ``WLD``.
    period : str
        As the evidence dates it.
    first, last : int
        First and last month that the figure covers (a half-year dated by its last quarter covers
        six months).
    ecosystem : str
        Ecosystem, view of several (``cn_all``, ``all_open``) or one lab after a colon.
    value : float
        In ``unit``.
    unit, source, status, note : str
        Unit, ids of sources, how well known, what limits it.
    """

    series: str
    place: str
    period: str
    first: int
    last: int
    ecosystem: str
    value: float
    unit: str
    source: str
    status: str
    note: str


@functools.cache
def read_observations() -> tuple[Observation, ...]:
    """Return every observation, in the order of the table."""
    return tuple(
        Observation(
            row.text("series"), row.text("place"), row.text("period"),
            months.parse(row.text("first_month")), months.parse(row.text("last_month")),
            row.text("ecosystem"), row.number("value"), row.text("unit"), row.text("source"),
            row.choice("status", STATUSES), row["note"],
        )
        for row in read("observations.csv", COLUMNS)
    )  # fmt: skip


def series(name: str) -> tuple[Observation, ...]:
    """Return the observations of every series whose name begins with ``name``.

    ``deepseek_market_share`` therefore gives the printed figures and the bounds of the bands.
    """
    return tuple(row for row in read_observations() if row.series.startswith(name))
