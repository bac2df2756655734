"""The few numbers that a program wants of a result: shares at a few months, with their bands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    table = result.tables["curves"].to_pandas()
    table = table[table["group"].isin(GROUPS)]
    last = max(table["month"])
    wanted = sorted(
        {f"{year}-12" for year in YEARS if f"{year}-12" in set(table["month"])} | {last}
    )
    found: dict[str, Any] = {}
    for (group, month), part in table[table["month"].isin(wanted)].groupby(
        ["group", "month"], observed=True, sort=False
    ):
        shares = {
            str(row.ecosystem): {band: float(getattr(row, band)) for band in BANDS}
            for row in part.itertuples()
        }
        largest = max(shares, key=lambda name: shares[name]["mean"])
        found.setdefault(str(group), {})[str(month)] = {"largest": largest, "shares": shares}
    return found
