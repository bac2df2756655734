"""What a reader must know of a scenario before its numbers: when it was decided, what can bind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import months
from sim.ensemble.columns import read_numbers, read_words
from sim.report import answers, tables
from sim.report.effects import as_read
from sim.scenario import reach
from sim.scenario.vocabulary import HARDWARE_DRIVERS

if TYPE_CHECKING:
    from sim.ensemble.record import Tables
    from sim.scenario.levers import Lever

RARE = 0.05
"""Part of months below which a limit is said to hardly ever bind."""

MOVED = (
    ("hardware_share.cn", "Chinese chips in the world's AI compute", True),
    ("lag.added_cn", "months added to the lag of Chinese laboratories since July 2025", False),
)
"""What levers on hardware do move: metric, words, and whether it is a share."""


def notes(result: Tables, levers: Mapping[str, Lever]) -> list[str]:
    """Return sentences on when the scenario's levers start, for whom, and on what they can reach.

    Parameters
    ----------
    result : Result
        What a run gave; a metric that it does not hold is not spoken of.
    levers : mapping of str to Lever
        Every lever that the scenario may pull, its own among them.
    """
    called = {name: lever.title for name, lever in levers.items()}
    narrowed = reach.notices(_pulled(result), levers)
    answered = answers.sentences(result)
    found = (
        _as_if_decided(result),
        *(as_read(sentence, called) for sentence in (*narrowed, *answered)),
        _binding(result, levers),
    )
    return [sentence for sentence in found if sentence]


def _as_if_decided(result: Tables) -> str:
    """Return that a scenario pulls levers in months of which the facts are known already."""
    facts = tables.facts_end(result)
    starts = [entry.start for entry in _pulled(result) if entry.start is not None]
    early = [start for start in starts if start <= facts]
    if not early:
        return ""
    some = "All" if len(early) == len(_pulled(result)) else str(len(early))
    return (
        f"{some} of its levers start before the dated facts end in {months.text(facts)}: "
        f"read it as if decided in {months.in_words(min(early))}."
    )


def _binding(result: Tables, levers: Mapping[str, Lever]) -> str:
    """Return how often serving compute binds, where a lever acts on hardware."""
    on_hardware = [
        entry.id
        for entry in _pulled(result)
        if any(effect.driver in HARDWARE_DRIVERS for effect in levers[entry.id].effects)
    ]
    binds, _ = _last(result, "binding.serving")
    if not on_hardware or not binds.size:
        return ""
    part = float(binds.mean())
    said = (
        f"{len(on_hardware)} of its levers act on chips and compute. The serving compute of "
        f"Chinese laboratories binds in {tables.percent(part)} of months, mean over runs"
    )
    if part < RARE:
        said += ", so that scarce service hardly moves whose models developers build on"
    moved = "; ".join(words for each in MOVED if (words := _spread(result, *each)))
    return f"{said}. {moved[:1].upper()}{moved[1:]}".rstrip(" .") + "."


def _spread(result: Tables, metric: str, words: str, share: bool) -> str:  # noqa: FBT001
    """Return median and interval of a metric at the last month it is reported for."""
    values, month = _last(result, metric)
    if not values.size:
        return ""
    middle, low, high = tables.spread_of(values)
    figures = (
        f"{tables.percent(middle)} ({tables.between(low, high)})"
        if share
        else f"{middle:.1f} ({low:.1f} to {high:.1f})"
    )
    return f"{words}: {figures} in {month}"


def _last(result: Tables, metric: str) -> tuple[tables.Floats, str]:
    """Return a metric of the world in every run, at its last month, and that month's name."""
    table = result.tables["outcomes"]
    (name, names), (group, groups) = (read_words(table, word) for word in ("metric", "group"))
    if metric not in names or "world" not in groups:
        return np.empty(0), ""
    stamp = tables.month_numbers(table)
    rows = np.flatnonzero((name == names.index(metric)) & (group == groups.index("world")))
    rows = rows[stamp[rows] == stamp[rows].max(initial=-1)]
    month = months.text(int(stamp[rows[0]])) if rows.size and stamp[rows[0]] >= 0 else ""
    return read_numbers(table, "value")[rows], month


def _pulled(result: Tables) -> list[Any]:
    """Return the entries of levers that change something."""
    return [entry for entry in result.scenario.entries() if entry.strength != 0]
