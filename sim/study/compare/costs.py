"""Cost: effect for money, who is beaten by none, and the best packages that a budget buys.

Cost is what the model charges: the `cost.public` of an arm less that of its reference, over the
years in which its levers are in force, at the strength that was run. The lever table's low and high
costs are those of the strengths 1/3 and 1, and no interval.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.paired import LEVEL, RESAMPLES, draw_means, effect, interval
from sim.arrays import Floats, Ints
from sim.ensemble.arms import Arms, run_arms
from sim.ensemble.outcomes import Outcomes
from sim.errors import InputError, Problem
from sim.scenario import Scenario, nations, reach
from sim.scenario.levers import Lever
from sim.scenario.resolve import resolve
from sim.study.compare import choice, details
from sim.study.compare.choice import Source
from sim.study.compare.details import COST, yearly
from sim.study.compare.result import HEADLINE, Comparison, place_of

MOST_SEARCHED = 14
"""Levers of which all packages are searched: 16,384."""

TRIED = 6
"""Packages that are run out of those that look best when effects are added."""


def fresh_seed(seed: int) -> int:
    """Return the seed of replicates that have had no part in a choice."""
    return int(np.random.SeedSequence([seed, 8]).generate_state(1)[0])


def per_million(
    found: Comparison, metric: str = HEADLINE[0], group: str = HEADLINE[1]
) -> pd.DataFrame:
    """Return effects of single levers beside their costs.

    Parameters
    ----------
    found : Comparison
        Of single levers.
    metric, group : str
        Outcome, in the last month.

    Returns
    -------
    DataFrame
        lever; effect, ci_low, ci_high (mean); p05, p50, p95 (over worlds); cost (USD million a year
        in force, as run) and years; cost_low, cost_high (the table's, at the strengths 1/3 and 1);
        per_million with low and high (mean effect a USD million a year, bootstrap of whole draws;
        empty where it costs nothing or is an income); kind; unit; front (whether no
        other lever that surely has an effect has more of it for less). Largest median first.

    Raises
    ------
    InputError
        If the outcome or the public cost was not kept.
    """
    done = found.needed_arms()
    at = (metric, place_of(done.rows, metric, group))
    place_of(done.rows, *COST)
    frame = pd.DataFrame([_priced(found, pair, at) for pair in found.pairs])
    sure = frame["p05"].to_numpy() > 0.0
    frame["front"] = front(frame["p50"].to_numpy(), frame["cost"].to_numpy(), sure)
    return frame.sort_values("p50", ascending=False, ignore_index=True, kind="stable")


def _priced(found: Comparison, pair: choice.Pair, at: tuple[str, str]) -> dict[str, Any]:
    done, policy = found.needed_arms(), found.scenarios[pair.name]
    difference = done.of(pair.name, *at) - done.of(pair.reference, *at)
    paid = yearly(done.of(pair.name, *COST) - done.of(pair.reference, *COST), policy, pair.levers)
    seen = effect(difference[:, None], np.zeros((difference.size, 1)), done.draws, boot=False)
    low, middle, high = (float(value) for value in seen.middle[:, 0])
    lever = policy.known_levers()[pair.levers[0]]
    least, _, most = _table_cost(policy, lever)
    cost, mean = float(paid.mean()), float(seen.mean[0])
    few, many = _ratio(difference, paid, done.draws, found.seed) if cost > 0.0 else (np.nan, np.nan)
    return {
        "lever": pair.label, "effect": mean, "ci_low": float(seen.low[0]),
        "ci_high": float(seen.high[0]), "p05": low, "p50": middle, "p95": high, "cost": cost,
        "years": choice.years_in_force(policy, pair.levers), "cost_low": least,
        "cost_high": most, "per_million": mean / cost if cost > 0.0 else np.nan,
        "per_million_low": few, "per_million_high": many, "kind": lever.cost_kind,
        "unit": done.rows["unit"].iloc[done.at(*at)],
    }  # fmt: skip


def _table_cost(policy: Scenario, lever: Lever) -> tuple[float, float, float]:
    """Return a lever's cost by its table, for the nations for which a policy enters it."""
    entered = [entry.nations for entry in policy.levers if entry.id == lever.id]
    chosen = {code for codes in entered if codes is not None for code in codes}
    narrowed = chosen if None not in entered else None
    return reach.cost(lever, narrowed, nations.whole(policy.nations))


def _ratio(gains: Floats, paid: Floats, draws: Ints, seed: int) -> tuple[float, float]:
    """Return a bootstrap interval of mean effect over mean cost, draws taken whole."""
    both = draw_means(np.stack([gains, paid], axis=1), draws)
    _, counts = np.unique(draws, return_counts=True)
    n = counts.size
    weights = np.random.default_rng([seed, 7]).multinomial(n, np.full(n, 1 / n), RESAMPLES)
    sums = (weights * counts) @ both
    ratios = sums[:, 0] / sums[:, 1]
    low, high = np.quantile(ratios, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return float(low), float(high)


def front(effects: Floats, costs: Floats, sure: np.ndarray | None = None) -> list[bool]:
    """Return which choices no other beats: none has as much effect for less, or more for as much.

    Parameters
    ----------
    effects, costs : ndarray, shape (choices,)
        More effect and less cost are better.
    sure : ndarray of bool, shape (choices,), optional
        Which choices may be on the front at all; all by default.
    """
    able = np.ones(len(effects), np.bool_) if sure is None else sure
    kept = []
    for n in range(len(effects)):
        as_good = able & (effects >= effects[n]) & (costs <= costs[n])
        better = as_good & ((effects > effects[n]) | (costs < costs[n]))
        kept.append(bool(able[n] and not better.any()))
    return kept


@dataclass(frozen=True, eq=False)
class Budget:
    """The best packages that a budget buys.

    Parameters
    ----------
    table : DataFrame
        levers, cost (USD million a year in force, as run), added (sum of single effects, log-odds),
        effect, low, high (mean with its interval), p05, p50, p95 (over worlds), before_next and
        behind_next (parts of worlds in which a package has the larger and the smaller effect than
        the next one), tie: packages that were run, best first. Their order comes from the
        comparison's own worlds, everything else from worlds that had no part in any choice.
    searched : int
        Packages whose added effects were compared.
    seed : int
        Of the worlds in which the packages are judged.
    """

    table: pd.DataFrame
    searched: int
    seed: int

    @property
    def best(self) -> pd.Series:
        """The package that was chosen, as judged in fresh worlds."""
        return self.table.iloc[0]


def best_package(
    found: Comparison,
    budget: float,
    scenario: Source,
    against: Source = "baseline",
    *,
    metric: str = HEADLINE[0],
    group: str = HEADLINE[1],
    strength: object | None = None,
    start: str | None = None,
    overrides: Sequence[str | tuple[str, object]] = (),
    workers: int = 1,
    cluster: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Budget:
    """Search the best package under a budget: exact over added effects, then run the best few.

    All packages of the `MOST_SEARCHED` levers with the largest single effects that the budget can
    buy are ranked by the sum of their single effects on log-odds; the `TRIED` best are run as they
    are, together. Their order is that of their median effects in the comparison's own worlds, and
    they are judged in fresh ones: a choice looks too good in the worlds that made it. What levers
    do to each other is seen among the packages that are run, and not beyond.

    Parameters
    ----------
    found : Comparison
        Of single levers.
    budget : float
        USD million a year.
    scenario, against : scenario
        As the comparison was made.
    metric, group : str
    strength, start, overrides, workers, cluster, progress
        As in `sim.study.compare.compare.compare`.

    Raises
    ------
    InputError
        If the budget buys no lever.
    """
    found = found.with_runs(workers)
    priced = per_million(found, metric, group)
    at = (metric, place_of(found.needed_arms().rows, metric, group))
    kept = _affordable(priced, budget, metric, group)
    last = found.last(metric, group).set_index("scenario")
    gains = last["log_odds"] if last["log_odds"].notna().all() else last["effect"]
    ranked = _ranked(kept, gains, budget)
    base = resolve(against, seed=found.seed, overrides=overrides)
    origin = resolve(scenario, overrides=overrides)
    arms, _ = choice.single_levers(origin, base, list(kept["lever"]), strength, start)
    entries = {name: [e for e in arm.levers if e.id == name] for name, arm in arms.items()}
    chosen = {" + ".join(names): names for _, _, names in ranked[:TRIED]}
    packages = {
        key: choice.with_levers(base, [e for n in names for e in entries[n]], "package", origin)
        for key, names in chosen.items()
    }

    def run(seed: int) -> Arms:
        return run_arms(
            {"none": base, **packages}, runs=found.runs, seed=seed,
            outcomes=Outcomes((metric, COST[0]), (group,), "end"), place=None, workers=workers,
            cluster=cluster, progress=progress,
        )  # fmt: skip

    first, fresh = run(found.seed), run(fresh_seed(found.seed))
    medians = {k: float(np.median(first.of(k, *at) - first.of("none", *at))) for k in packages}
    order = sorted(packages, key=lambda key: -medians[key])
    added = {" + ".join(names): gain for gain, _, names in ranked[:TRIED]}
    table = _judged(fresh, order, at, {k: (packages[k], chosen[k]) for k in order})
    return Budget(
        table.assign(added=[added[key] for key in order]), len(ranked), fresh_seed(found.seed)
    )


def _affordable(priced: pd.DataFrame, budget: float, metric: str, group: str) -> pd.DataFrame:
    """Return the levers with a gain that a budget buys, at most `MOST_SEARCHED`.

    Raises
    ------
    InputError
        If it buys none.
    """
    useful = priced[priced["effect"] > 0.0]
    if useful.empty:
        message = f"none of these levers raises {metric} in {group}, whatever it costs"
        raise InputError(Problem(message, path="budget", hint="name others with --levers"))
    spent = useful["cost"].clip(lower=0.0)
    if budget < spent.min():
        message = f"{budget:g} USD million a year buys no lever that raises {metric} in {group}"
        hint = f"the cheapest costs {spent.min():g}"
        raise InputError(Problem(message, path="budget", hint=hint))
    found: pd.DataFrame = useful[spent <= budget].head(MOST_SEARCHED)
    return found


def _judged(
    fresh: Arms,
    order: Sequence[str],
    at: tuple[str, str],
    packages: Mapping[str, tuple[Any, tuple[str, ...]]],
) -> pd.DataFrame:
    """Return packages as judged in worlds that had no part in choosing them."""
    gains = {key: fresh.of(key, *at) - fresh.of("none", *at) for key in order}
    rows = []
    for key, following in zip(order, [*order[1:], None], strict=True):
        mean, low, high = interval(gains[key], fresh.draws)
        few, middle, many = np.quantile(gains[key], (0.05, 0.5, 0.95))
        paid = yearly(fresh.of(key, *COST) - fresh.of("none", *COST), *packages[key])
        rows.append(
            {
                "levers": key, "cost": float(paid.mean()), "effect": float(mean),
                "low": float(low), "high": float(high), "p05": float(few), "p50": float(middle),
                "p95": float(many),
                **details.against(gains[key], None if following is None else gains[following]),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _ranked(
    kept: pd.DataFrame, gains: pd.Series, budget: float
) -> list[tuple[float, float, tuple[str, ...]]]:
    """Return every package within the budget, by the sum of its levers' gains, largest first."""
    names = list(kept["lever"])
    costs = dict(zip(names, kept["cost"].clip(lower=0.0), strict=True))
    found = []
    for size in range(1, len(names) + 1):
        for chosen in itertools.combinations(names, size):
            cost = float(sum(costs[name] for name in chosen))
            if cost <= budget:
                found.append((float(sum(gains[name] for name in chosen)), cost, chosen))
    return sorted(found, key=lambda item: (-item[0], item[1], item[2]))
