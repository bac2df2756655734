"""What a choice is to the nations in focus: whom they depend on, what they forgo, pay and risk.

Each outcome is a number of every world, for the scenarios that are compared and for their
reference. Shares, distances and developers are metrics of the runs, cost is that of the comparison,
and what a cut does is the paired experiment of `sim.study.compare.cuts`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis import peaks
from sim.analysis.cuts import kept, months_to_recover
from sim.analysis.worlds import over_worlds
from sim.arrays import Floats
from sim.ensemble.arms import Arms
from sim.ensemble.curves import QUANTILES
from sim.ensemble.outcomes import Outcomes
from sim.ensemble.runner import drawn
from sim.errors import InputError, Problem
from sim.metrics.shipped import BLOCS, FORGONE
from sim.scenario import Scenario, reach
from sim.scenario import compile as compiled
from sim.scenario.drivers import Drivers
from sim.scenario.nations import FOCUS
from sim.scenario.paths import Override, only
from sim.study.compare import choice, cuts
from sim.study.compare.choice import Pair
from sim.study.compare.details import COST, yearly

OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "dependence.us": "fraction",
        "dependence.cn": "fraction",
        "own": "fraction",
        "forgone": "ECI points",
        "behind": "months",
        "kept.us": "fraction",
        "recovery.us": "months",
        "kept.cn": "fraction",
        "recovery.cn": "months",
        "cost": "USD million a year",
    }
)
"""Outcomes in the order of tables, with their units."""

COLUMNS = (
    "scenario", "reference", "nations", "outcome", "month", "p05", "p25", "p50", "p75", "p95",
    "above_half", "peaks", "split", "below", "low_peak", "high_peak", "censored", "upper_bound",
    "change_p05", "change_p50", "change_p95", "same_sign", "runs", "unit",
)  # fmt: skip

TOGETHER = "nations_in_focus"
"""Group of several nations in the runs."""

Run = Callable[[Mapping[str, "Scenario"], Outcomes], "Arms"]
"""Runs arms as the comparison was run, and keeps what is wanted of them."""


@dataclass(frozen=True, eq=False)
class View:
    """Outcomes as the nations in focus see them.

    Parameters
    ----------
    nations : tuple of str
        ISO3 codes.
    month : str
        In which shares and distances are read: the last.
    outcomes : mapping of (str, str) to ndarray, shape (runs,)
        By scenario and outcome; without a cut in the run, without what one does.
    bounds : frozenset of str
        Scenarios of which the cost is an upper bound.
    horizon : int
        Months from the beginning of a cut to the end of the run; 0 where there is no cut.
    """

    nations: tuple[str, ...]
    month: str
    outcomes: Mapping[tuple[str, str], Floats]
    bounds: frozenset[str]
    horizon: int


def given(overrides: Sequence[Override]) -> list[Override]:
    """Return the overrides that say what the word focus stands for."""
    return only(overrides, FOCUS)


def nations_of(reference: Scenario, focus: Sequence[Override]) -> tuple[str, ...]:
    """Return the ISO3 codes of the focus that are simulated.

    Raises
    ------
    InputError
        If there is no focus, it is wrong, or none of it is simulated.
    """
    if not focus:
        message = "outcomes for the nations in focus need a focus"
        raise InputError(Problem(message, path=FOCUS, hint="add --focus IND; a group will do"))
    return cuts.nations_of(cuts.cut(reference, "us", focus), "us")


def view(
    arms: Mapping[str, Scenario],
    pairs: Sequence[Pair],
    focus: Sequence[Override],
    run: Run,
) -> View:
    """Return outcomes of compared scenarios and their reference for the nations in focus.

    Parameters
    ----------
    arms : mapping of str to Scenario
        As they were compared.
    pairs : sequence of Pair
        Of whole scenarios, with one reference.
    focus : sequence of override
        From `given`.
    run : callable
        With the runs and the seed of the comparison.

    Returns
    -------
    View

    Raises
    ------
    InputError
        If there is no focus, or none of it is simulated.
    """
    reference = arms[pairs[0].reference]
    nations = nations_of(reference, focus)
    group = nations[0] if len(nations) == 1 else TOGETHER
    blocs = tuple(cuts.BLOCS) if cuts.reached(reference) else ()
    months = cuts.watched(reference) if blocs else "end"
    drivers = compiled(reference)
    every = dict(arms)
    for bloc in blocs:
        every |= {_stopped(name, bloc): cuts.cut(arm, bloc, focus) for name, arm in arms.items()}
    wanted = (*(f"share.{name}" for name in drivers.ecosystems), "developers.total",
              FORGONE, COST[0])  # fmt: skip
    done = run(
        {name: _grouped(arm, group, nations) for name, arm in every.items()},
        Outcomes(wanted, (group,), months),
    )
    draws = drawn(drivers, reference.ensemble.seed, np.arange(len(done.draws)))
    # ECI points by which the frontier rises in a month on average.
    pace = draws["frontier_rate"] * draws["frontier_jump"]
    found: dict[tuple[str, str], Floats] = {}
    for name, arm in arms.items():
        share = _shares(done, name, group, drivers.ecosystems)
        forgone = _rows(done, name, FORGONE, group)[-1]
        paid = done.of(name, *COST) - done.of(reference.name, *COST)
        mine = {
            **_use(share[:, -1], drivers, nations),
            "forgone": forgone,
            "behind": forgone / pace,
            "cost": yearly(paid, arm, list(choice.own_levers(arm, reference))),
            **_cuts(done, name, group, drivers.ecosystems, blocs),
        }
        found |= {(name, outcome): values for outcome, values in mine.items()}
    bounds = frozenset(name for name, arm in arms.items() if _is_bound(arm))
    last = str(done.rows["month"].max())
    return View(nations, last, found, bounds, len(months) - 1 if blocs else 0)


def _stopped(arm: str, bloc: str) -> str:
    """Return the name of an arm in which the services of a bloc stop."""
    return f"{arm}, {bloc} services stop"


def _cuts(
    done: Arms, name: str, group: str, ecosystems: Sequence[str], blocs: Sequence[str]
) -> dict[str, Floats]:
    """Return what is kept of use, and how long it takes to recover, for a cut by each bloc."""
    found: dict[str, Floats] = {}
    without = _developers(done, name, group, ecosystems)
    for bloc in blocs:
        within = _developers(done, _stopped(name, bloc), group, ecosystems)
        # The first month that was kept is the one before the cut.
        part = kept(without, within)[1:]
        found |= {
            f"kept.{bloc}": part.min(axis=0), f"recovery.{bloc}": months_to_recover(part)
        }  # fmt: skip
    return found


def table(seen: View, pairs: Sequence[Pair]) -> pd.DataFrame:
    """Return the outcomes of every scenario and of the reference, columns of ``focus.csv``.

    Parameters
    ----------
    seen : View
    pairs : sequence of Pair

    Returns
    -------
    DataFrame
        Scenarios in their order and the reference last. Quantiles are over runs; ``above_half`` is
        the part of runs above one half, of fractions alone; ``peaks`` is 2 where runs fall into two
        parts by `sim.analysis.peaks`, and then ``split``, ``below``, ``low_peak`` and ``high_peak``
        say which. Months to recover end with the run: ``censored`` is the part of runs that have
        not recovered by then, and neither their peaks nor their differences would mean anything.
        ``change_*`` and ``same_sign`` are of the paired differences to the reference; cost is one
        already.
    """
    base = pairs[0].reference
    rows = []
    for name in dict.fromkeys((*(pair.name for pair in pairs), base)):
        for outcome, unit in OUTCOMES.items():
            if (name, outcome) not in seen.outcomes:
                continue
            values = seen.outcomes[name, outcome]
            late = outcome.startswith("recovery")
            about = {
                "scenario": name, "reference": base, "nations": ";".join(seen.nations),
                "outcome": outcome, "month": seen.month if outcome in _AT_THE_END else "",
                "unit": unit, "runs": values.size,
                "upper_bound": outcome == "cost" and name in seen.bounds,
            }  # fmt: skip
            if late:
                about["censored"] = float((values >= seen.horizon).mean())
            elif outcome != "cost":
                about |= _parts(values, unit)
                about |= {} if name == base else _change(values - seen.outcomes[base, outcome])
            spread = np.quantile(values, list(QUANTILES.values())).tolist()
            rows.append(about | dict(zip(QUANTILES, spread, strict=True)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


_AT_THE_END = ("dependence.us", "dependence.cn", "own", "forgone", "behind")


def _parts(values: Floats, unit: str) -> dict[str, Any]:
    """Return the part of runs above one half, and the two parts into which they fall if they do."""
    half = {"above_half": float((values > 0.5).mean())} if unit == "fraction" else {}
    two = peaks.two(values)
    if two is None:
        return half | {"peaks": 1}
    return half | {
        "peaks": 2, "split": two.split, "below": two.part, "low_peak": two.low,
        "high_peak": two.high,
    }  # fmt: skip


def _change(difference: Floats) -> dict[str, float]:
    middle, same = over_worlds(difference[:, None])
    names = ("change_p05", "change_p50", "change_p95")
    return dict(zip(names, middle[:, 0].tolist(), strict=True)) | {"same_sign": float(same[0])}


def _use(share: Floats, drivers: Drivers, nations: Sequence[str]) -> dict[str, Floats]:
    """Return the shares of either bloc and of what is the nations' own, shape (runs,).

    An ecosystem is their own if it is sovereign or at home in each of them.
    """
    blocs = drivers.facts.bloc
    words = list(BLOCS)
    inside = [code in nations for code in drivers.nations]
    home = drivers.facts.home[inside].min(axis=0) > 0.0
    mine = home | (blocs == words.index("sovereign"))
    return {
        "dependence.us": share[blocs == words.index("us")].sum(axis=0),
        "dependence.cn": share[blocs == words.index("cn")].sum(axis=0),
        "own": share[mine].sum(axis=0),
    }


def _developers(done: Arms, arm: str, group: str, ecosystems: Sequence[str]) -> Floats:
    """Return developers by main ecosystem, month and run."""
    people = _rows(done, arm, "developers.total", group)
    return _shares(done, arm, group, ecosystems) * people


def _shares(done: Arms, arm: str, group: str, ecosystems: Sequence[str]) -> Floats:
    """Return shares by ecosystem, month and run."""
    return np.stack([_rows(done, arm, f"share.{name}", group) for name in ecosystems])


def _rows(done: Arms, arm: str, metric: str, group: str) -> Floats:
    """Return a metric by month and run."""
    mine = (done.rows["metric"] == metric) & (done.rows["group"] == group)
    return done.kept[arm][:, mine.to_numpy()].T


def _grouped(scenario: Scenario, group: str, nations: tuple[str, ...]) -> Scenario:
    """Return a scenario that knows the nations in focus as a group, where they are several."""
    if group != TOGETHER:
        return scenario
    groups = MappingProxyType({**scenario.groups, TOGETHER: nations})
    return scenario.model_copy(update={"groups": groups})


def _is_bound(scenario: Scenario) -> bool:
    """Return whether a lever that is entered for some nations costs at most what is charged."""
    known = scenario.known_levers()
    return any(
        entry.nations is not None and reach.is_bound(known[entry.id]) for entry in scenario.levers
    )
