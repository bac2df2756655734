"""Effects within the worlds of each future, as a short table of the terminal and of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.report import effects
from sim.report.compare import is_one, of
from sim.report.futures import LOOKS
from sim.report.sheet import Cell, Table
from sim.scenario.futures import FUTURES, WORDS

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.naming import Naming

MOST = 10
"""Policies that are shown: those with the largest effects over all worlds."""

NOTE = (
    "Median of the paired differences within the worlds of a future, with 5 to 95 % of them "
    "({counts}). No data tell whether learning stops or goes on."
)
"""How many worlds each future has, and what the table cannot say."""


def table(
    found: Any,  # noqa: ANN401 - a Comparison
    called: Mapping[str, str],
    place: Naming,
) -> Table | None:
    """Return effects by future: a name, then median and interval in each.

    One policy has a row for each metric that is shown; several have one each, of the first metric.
    None where the comparison holds a single future, or no effects by future.

    Parameters
    ----------
    found : Comparison
    called : mapping of str to str
        Titles of policies by id; ids stand for themselves.
    place : Naming
        Names of groups.
    """
    if not len(found.by_future) or is_one(found.by_future["future"]):
        return None
    one = is_one(found.table["scenario"])
    rows: list[tuple[Cell, ...]] = []
    for metric in found.shown if one else found.shown[:1]:
        last = _last(found, metric)
        order = found.last(metric)["scenario"].drop_duplicates()[:MOST]
        for policy in order:
            mine = last[last["scenario"] == policy].set_index("future").to_dict("index")
            cells = _cells([mine[name] for name in FUTURES if name in mine])
            unit = effects.unit_of(next(iter(mine.values())))[1]
            label = f"{effects.name(metric)}, {unit}" if one else called.get(policy, policy)
            rows.append((label, *cells))
    shown = _last(found, found.shown[0])
    runs = dict(zip(shown["future"], shown["runs"], strict=True))
    names = [name for name in FUTURES if name in runs]
    first = shown.iloc[0].to_dict()
    what = "" if one else f", {effects.name(first['metric'])}"
    title = (
        f"By future{what}, {effects.group(first['group'], place)}, {effects.when(first['month'])}"
    )
    counts = ", ".join(f"{WORDS[name]} {runs[name]}" for name in names)
    head = ("Outcome" if one else "Policy", *(LOOKS[name].name for name in names))
    return Table(title, head, rows, NOTE.format(counts=counts))


def _last(found: Any, metric: str) -> pd.DataFrame:  # noqa: ANN401 - a Comparison
    """Return the effects on a metric in its last month, by future."""
    mine = of(found.by_future, metric, found.groups[0])
    last: pd.DataFrame = mine[mine["month"] == mine["month"].max()]
    return last


def _cells(rows: Sequence[Mapping[Any, Any]]) -> list[tuple[str, str]]:
    """Return median and interval of an effect in each future, all with the same decimals."""
    factor, _ = effects.unit_of(rows[0])
    values = [[factor * float(row[name]) for name in ("p50", "p05", "p95")] for row in rows]
    decimals = effects.digits(max(abs(value) for each in values for value in each))
    texts = [[effects.signed(value, decimals) for value in each] for each in values]
    return [(middle, f"{low} to {high}") for middle, low, high in texts]
