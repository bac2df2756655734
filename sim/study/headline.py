"""The few numbers that a program wants of a result: shares at a few months, with their bands."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.ensemble.columns import read_numbers, read_words
from sim.study.result import Result

GROUPS = ("world", "global_south")
YEARS = (2025, 2030)
BANDS = ("mean", "p05", "p50", "p95")


def headline(result: Result) -> dict[str, Any]:
    """Return shares by group, month and ecosystem.

    Returns
    -------
    dict
        ``[group][month][ecosystem]`` holds mean, p05, p50 and p95, fractions; ``[group][month]``
        holds also ``largest``, the ecosystem with the largest mean. Months are the Decembers of
        `YEARS` that the run has, and the last month.
    """
    table = result.tables["curves"]
    (group, groups), (kind, kinds), (when, months) = (
        read_words(table, name) for name in ("group", "ecosystem", "month")
    )
    values = {band: read_numbers(table, band) for band in BANDS}
    last = max(months)
    wanted = sorted({f"{year}-12" for year in YEARS if f"{year}-12" in months} | {last})
    found: dict[str, Any] = {}
    for name in (name for name in GROUPS if name in groups):
        for month in wanted:
            rows = np.flatnonzero((group == groups.index(name)) & (when == months.index(month)))
            shares = {
                kinds[kind[row]]: {band: float(values[band][row]) for band in BANDS} for row in rows
            }
            largest = max(shares, key=lambda each: shares[each]["mean"])
            found.setdefault(name, {})[month] = {"largest": largest, "shares": shares}
    return found
