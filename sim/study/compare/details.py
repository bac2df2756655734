"""Beside effects: how the policies rank, what their levers' sizes do, and which lever carries one.

All of it is read from paired worlds: ranks from the worlds of the effects themselves, sizes and
single levers from the first of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.paired import SURE, before, effect, ranks
from sim.arrays import Floats
from sim.ensemble.arms import Arms
from sim.scenario import Scenario
from sim.scenario.levers import STRENGTHS
from sim.study.compare import choice
from sim.study.compare.choice import Pair

SIZE_RUNS = 96
"""Worlds, at most, in which a policy is run with its levers at low, central and high strength."""

ALONE_RUNS = 48
"""Worlds, at most, in which each lever of a package is run alone."""

COST = ("cost.public", "world")

RANKING = ("rank", "scenario", "metric", "group", "month", "p50", "next", "before_next",
           "behind_next", "tie")  # fmt: skip
SIZES = ("scenario", "size", "metric", "group", "month", "effect", "p05", "p50", "p95", "same_sign",
         "simulation_error", "runs", "cost", "unit")  # fmt: skip
ALONE = ("scenario", "lever", "metric", "group", "month", "effect", "p05", "p50", "p95", "part",
         "runs", "judged", "unit")  # fmt: skip

Run = Callable[[Mapping[str, "Scenario"], int], "Arms"]
"""Runs arms a number of times, as the comparison was run."""


def yearly(cost: Floats, scenario: Scenario, levers: Sequence[str]) -> Floats:
    """Return what levers cost in a year in force, from what they cost over the whole run.

    Parameters
    ----------
    cost : ndarray
        USD million over the run.
    scenario : Scenario
        Which says when its levers are in force.
    levers : sequence of str

    Returns
    -------
    ndarray
        USD million a year; zero where no lever is ever in force.
    """
    years = choice.years_in_force(scenario, levers)
    return cost / years if years else np.zeros_like(cost)


def ranking(done: Arms, pairs: Sequence[Pair], metric: str, group: str) -> pd.DataFrame:
    """Return policies by their median effect, each with its rank and the odds against the next.

    Returns
    -------
    DataFrame
        `RANKING`: ranks as in `sim.analysis.paired.ranks`; ``before_next`` and
        ``behind_next`` are the parts of worlds in which a policy has the larger and the smaller
        effect than the next one; ``tie`` says that neither is `SURE`.
    """
    row = done.at(metric, group)
    found = [done.kept[p.name][:, row] - done.kept[p.reference][:, row] for p in pairs]
    order = sorted(range(len(pairs)), key=lambda n: (-float(np.median(found[n])), pairs[n].label))
    places = dict(zip(order, ranks([found[n] for n in order]), strict=True))
    rows = []
    for here, following in zip(order, [*order[1:], None], strict=True):
        rows.append(
            {
                "rank": places[here], "scenario": pairs[here].label, "metric": metric,
                "group": group, "month": done.rows["month"].iloc[row],
                "p50": float(np.median(found[here])),
                "next": "" if following is None else pairs[following].label,
                **against(found[here], None if following is None else found[following]),
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(RANKING))


def against(one: Floats, following: Floats | None) -> dict[str, Any]:
    """Return in which parts of worlds one policy is before and behind the next, and if they tie.

    Both parts are empty, and nothing is tied, for the last policy.
    """
    if following is None:
        return {"before_next": np.nan, "behind_next": np.nan, "tie": False}
    ahead, behind = before(one, following), before(following, one)
    return {"before_next": ahead, "behind_next": behind, "tie": max(ahead, behind) < SURE}


def sizes(
    done: Arms,
    pair: Pair,
    arms: Mapping[str, Scenario],
    shown: Sequence[tuple[str, str]],
    run: Run,
) -> pd.DataFrame:
    """Return the effects of a policy whose levers are all at low, central and high strength.

    Parameters
    ----------
    done : Arms
        Of the comparison, with the reference of the pair.
    pair : Pair
    arms : mapping of str to Scenario
    shown : sequence of (metric, group)
    run : callable

    Returns
    -------
    DataFrame
        `SIZES`, in the last month; ``cost`` in USD million a year in force. Empty where the policy
        pulls no lever of its own.
    """
    policy, reference = arms[pair.name], arms[pair.reference]
    own = list(choice.own_levers(policy, reference))
    if not own:
        return pd.DataFrame(columns=list(SIZES))
    count = min(len(done.draws), SIZE_RUNS)
    sized = {name: choice.at_size(policy, reference, name) for name in STRENGTHS}
    # A policy at its usual size has been run already.
    more = run({n: one for n, one in sized.items() if one.levers != policy.levers}, count)
    base = {at: done.of(pair.reference, *at)[:count] for at in (*shown, COST)}
    rows = []
    for name, scenario in sized.items():
        mine = {
            at: more.of(name, *at) if name in more.kept else done.of(pair.name, *at)[:count]
            for at in (*shown, COST)
        }
        money = yearly(mine[COST] - base[COST], scenario, own)
        rows += [
            _row(done, mine[at], base[at], at)
            | {"scenario": pair.label, "size": name, "cost": float(money.mean())}
            for at in shown
        ]
    return pd.DataFrame(rows, columns=list(SIZES))


def alone(
    done: Arms,
    pair: Pair,
    arms: Mapping[str, Scenario],
    at: tuple[str, str],
    run: Run,
) -> pd.DataFrame:
    """Return the effect of each lever of a package alone, and which part of the package's that is.

    Returns
    -------
    DataFrame
        `ALONE`, by size of effect: ``part`` is the lever's mean effect over the package's in the
        same worlds (empty where the package has none), ``judged`` whether the size of its main
        effect is a judgement. Empty for fewer than two levers.
    """
    policy, reference = arms[pair.name], arms[pair.reference]
    own = choice.own_levers(policy, reference)
    if len(own) < 2:
        return pd.DataFrame(columns=list(ALONE))
    count = min(len(done.draws), ALONE_RUNS)
    single, _ = choice.single_levers(policy, reference, list(own), None, None)
    more = run(single, count)
    base = done.of(pair.reference, *at)[:count]
    whole = float((done.of(pair.name, *at)[:count] - base).mean())
    known = policy.known_levers()
    rows = []
    for name in single:
        row = _row(done, more.of(name, *at), base, at)
        rows.append(
            row
            | {
                "scenario": pair.label,
                "lever": name,
                "part": row["effect"] / whole if whole else np.nan,
                "judged": any(
                    "judgement" in e.source.split(";")
                    for e in known[name].effects
                    if e.role == "main"
                ),
            }
        )
    frame = pd.DataFrame(rows, columns=list(ALONE))
    return frame.sort_values("effect", key=abs, ascending=False, ignore_index=True)


def _row(done: Arms, policy: Floats, reference: Floats, at: tuple[str, str]) -> dict[str, Any]:
    """Return the effect on one outcome in the first worlds of a comparison."""
    found = effect(policy[:, None], reference[:, None], done.draws[: len(policy)], boot=False)
    low, middle, high = (float(value) for value in found.middle[:, 0])
    place = done.at(*at)
    return {
        "metric": at[0], "group": at[1], "month": done.rows["month"].iloc[place],
        "effect": float(found.mean[0]), "p05": low, "p50": middle, "p95": high,
        "same_sign": float(found.same_sign[0]), "simulation_error": float(found.error[0]),
        "runs": len(policy), "unit": done.rows["unit"].iloc[place],
    }  # fmt: skip
