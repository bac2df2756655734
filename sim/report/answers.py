"""Levers that wait for a sign: in how many worlds they come, when, and what answers change."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import months
from sim.ensemble.columns import read_numbers, read_words
from sim.metrics.shipped import TRIGGER
from sim.report import effects, titles
from sim.report.compare import of
from sim.report.naming import Naming
from sim.report.sheet import Cell, Table

if TYPE_CHECKING:
    import pandas as pd

    from sim.arrays import Floats
    from sim.ensemble.record import Tables

MOST = 30
"""Rows of a table of effects with and without answers."""

AFTER = (
    "In how many worlds a sign comes, and how many months after the runs begin: median, and 5 to "
    "95 % of the worlds in which it does."
)
BESIDE = (
    "Median of the paired differences over worlds, with 5 to 95 % of them. The worlds are the same "
    "with answers and without, so that the last column is what the answers change."
)


def sentences(result: Tables) -> list[str]:
    """Return when the levers that wait are pulled in a run, and the longest chain of them.

    Parameters
    ----------
    result : Tables
        What a run gave; none of its levers may wait.

    Returns
    -------
    list of str
        Sentences with ids in backticks.
    """
    signs = _signs(result)
    pulled = {lever: found for lever in signs if (found := _months(result, lever)).size}
    first = result.scenario.period.start
    said = []
    for lever, after in pulled.items():
        came = np.sort(after[np.isfinite(after)])
        part = f"in {came.size} of {after.size} runs"
        if not came.size:
            said.append(f"`{lever}` is pulled {part}: {signs[lever]} does not come.")
            continue
        low, middle, high = (
            months.in_words(first + round(float(np.quantile(came, level))))
            for level in (0.05, 0.5, 0.95)
        )
        span = "" if low == high else f" (5 to 95 % of these: {low} to {high})"
        said.append(
            f"`{lever}` is pulled {part}, in the median in {middle}{span}, once {signs[lever]}."
        )
    return [*said, *_longest(pulled, first)]


def _signs(result: Tables) -> dict[str, str]:
    """Return the signs for which each lever of a run waits, in words, by id."""
    found: dict[str, list[str]] = {}
    for entry in result.scenario.entries():
        if entry.when is not None:
            found.setdefault(entry.id, []).append(entry.when.in_words())
    return {lever: " or ".join(dict.fromkeys(signs)) for lever, signs in found.items()}


def _months(result: Tables, lever: str) -> Floats:
    """Return the months after which a lever is pulled in each run; infinite where it is not."""
    happened, after = (
        _whole(result, f"{TRIGGER}.{lever}.{what}") for what in ("happened", "months")
    )
    return np.where(happened > 0.0, after, math.inf)


def _whole(result: Tables, metric: str) -> Floats:
    """Return a metric of the world for the whole of each run; empty where it is not held."""
    table = result.tables["outcomes"]
    (name, names), (group, groups) = (read_words(table, word) for word in ("metric", "group"))
    if metric not in names:
        return np.empty(0)
    mine = (name == names.index(metric)) & (group == groups.index("world"))
    return np.asarray(read_numbers(table, "value")[mine])


def _longest(pulled: Mapping[str, Floats], first: int) -> list[str]:
    """Return the longest chain of levers that are pulled one after another, and how often it is.

    Levers of one month are one step. Each is pulled once, so that every chain ends.
    """
    if len(pulled) < 2:
        return []
    after = np.stack(list(pulled.values()))
    steps = np.array([np.unique(run[np.isfinite(run)]).size for run in after.T])
    if steps.max() < 2:
        return []
    run = after[:, int(steps.argmax())]
    chain = [
        f"{' and '.join(f'`{lever}`' for lever, at in zip(pulled, run, strict=True) if at == when)}"
        f" ({months.text(first + int(when))})"
        for when in np.unique(run[np.isfinite(run)])
    ]
    often = int((steps == steps.max()).sum())
    counted = f"{steps.max()} steps, in {often} of {steps.size} runs"
    return [f"The longest chain has {counted}; in one of them: {', then '.join(chain)}."]


def tables(found: Any, words: Mapping[str, str], place: Naming) -> list[Table]:  # noqa: ANN401
    """Return when signs come in the arms of a comparison, and effects with answers and without.

    Parameters
    ----------
    found : Comparison
        None of its levers may wait: then there is no table.
    words : mapping of str to str
        Titles of policies by id.
    place : Naming
        Names of groups.
    """
    made = []
    if len(found.triggers):
        made.append(_came(found.triggers, words, found))
    if len(found.responses):
        made.append(_beside(found, words, place))
    return made


def _came(frame: pd.DataFrame, words: Mapping[str, str], found: Any) -> Table:  # noqa: ANN401
    called = titles.policies(list(frame["lever"]), found.asked)
    rows: list[list[Cell]] = []
    for row in frame.to_dict("records"):
        worlds = f"{round(row['part'] * row['runs'])} of {row['runs']}"
        after: Cell = "never"
        if row["part"] > 0.0:
            after = (f"{row['p50']:.0f}", f"{row['p05']:.0f} to {row['p95']:.0f}")
        policy = words.get(row["scenario"], row["scenario"])
        lever = called.get(row["lever"], row["lever"])
        rows.append([policy, lever, row["response"] or "–", row["sign"], worlds, after])
    head = ("Scenario", "Lever", "Response", "Sign", "Worlds", "Months after")
    return Table("Levers that wait for a sign", head, rows, AFTER)


def _beside(found: Any, words: Mapping[str, str], place: Naming) -> Table:  # noqa: ANN401
    rows: list[list[Cell]] = []
    for metric in found.shown:
        for row in of(found.responses, metric, found.groups[0]).to_dict("records"):
            factor, unit = effects.unit_of(row)
            label = words.get(row["scenario"], row["scenario"])
            cells = (_cell(row, kind, factor) for kind in ("with", "without", "answers"))
            rows.append([f"{label}: {effects.name(metric)}, {unit}", *cells])
    group = effects.group(found.groups[0], place)
    when = effects.when(str(found.responses["month"].max()))
    head = ("Outcome", "Others answer", "Nobody answers", "What answers change")
    return Table(f"With answers and without, {group}, {when}", head, rows[:MOST], BESIDE)


def _cell(row: Mapping[Any, Any], kind: str, factor: float) -> Cell:
    values = [factor * float(row[f"{kind}_{name}"]) for name in ("p50", "p05", "p95")]
    decimals = effects.digits(max(map(abs, values)))
    middle, low, high = (effects.signed(value, decimals) for value in values)
    return (middle, f"{low} to {high}")
