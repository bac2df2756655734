"""What a notebook shows of each kind of result that has no curves: the table that answers first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

EFFECTS = ["scenario", "metric", "group", "month", "p50", "p05", "p95", "same_sign"]


def first_table(result: Any) -> pd.DataFrame | None:  # noqa: ANN401 - of the kind that it says
    """Return the table of a result that answers first; None for a kind that has none."""
    found = TABLES.get(result.kind)
    return None if found is None else _in_words(found(result), result.manifest.get("asked", {}))


def _in_words(table: pd.DataFrame, asked: Mapping[str, Any]) -> pd.DataFrame:
    """Return a table with titles in place of ids, in its cells and in its head."""
    from sim.report import style, titles

    def policy(name: str) -> str:
        if "arms" in asked:
            return titles.policies([name], asked)[name]
        return titles.scenario(name, asked) if "scenarios" in asked else name

    named: Mapping[str, Callable[[str], str]] = {
        "metric": titles.metric, "group": style.group_name, "scenario": policy, "policy": policy,
        "reference": policy, "lever": policy,
        "factor": lambda name: " × ".join(map(titles.factor, name.split(" x "))),
        "parameter": lambda name: titles.factor(f"parameters.{name}"),
    }  # fmt: skip
    changed = {column: [say(str(word)) for word in table[column]]
               for column, say in named.items() if column in table}  # fmt: skip
    heads = {str(name): titles.factor(str(name)) for name in table if "." in str(name)}
    return table.assign(**changed).rename(columns=heads | HEADS)


HEADS = {
    "p50": "median", "p05": "5 %", "p95": "95 %", "same_sign": "same sign",
    "max_regret": "largest regret", "mean_regret": "mean regret", "satisficing": "good enough in",
}  # fmt: skip
"""Words for columns that a file names shortly."""


def _effects(result: Any) -> pd.DataFrame:  # noqa: ANN401
    """Return the effects that are shown, in the first group and the last month."""
    parts = [result.last(metric, result.groups[0]) for metric in result.shown]
    table: pd.DataFrame = pd.concat(parts, ignore_index=True)[EFFECTS]
    return table


def _indices(result: Any) -> pd.DataFrame:  # noqa: ANN401
    """Return the indices of the first outcome in its last month, the largest first."""
    table: pd.DataFrame = result.table
    if table.empty:
        return table
    first = table[(table["metric"] == table["metric"][0]) & (table["group"] == table["group"][0])]
    last: pd.DataFrame = first[first["month"] == first["month"].max()]
    return last.sort_values("value", ascending=False, ignore_index=True)


TABLES: Mapping[str, Callable[[Any], pd.DataFrame]] = {
    "sweep": lambda result: result.last(),
    "sensitivity": _indices,
    "robust": lambda result: result.table,
    "comparison": _effects,
    "package": lambda result: result.shapley,
    "hypotheses": lambda result: result.verdicts[["id", "claim", "verdict"]],
    "calibration": lambda result: result.summaries()["parameters"],
    "hindcast": lambda result: result.table,
}
"""By kind of result."""
