"""Cost: effect for money, who is beaten by none, and the best package that a budget buys."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.errors import InputError, Problem
from sim.study.compare import choice
from sim.study.compare.arms import run_arms
from sim.study.compare.compare import HEADLINE, Comparison, Source
from sim.study.compare.paired import LEVEL, RESAMPLES, interval
from sim.study.ensemble import resolve
from sim.study.sweeps.study import Outcomes

MOST_SEARCHED = 14
"""Levers of which all packages are searched: 16,384."""

TRIED = 6
"""Packages that are run out of those that look best when effects are added."""


def cost_of(lever: Any, rng: np.random.Generator, size: int) -> tuple[float, np.ndarray]:  # noqa: ANN401
    """Return the central cost of a lever and draws between its low and its high one.

    Parameters
    ----------
    lever : Lever
    rng : numpy Generator
    size : int

    Returns
    -------
    central : float
        USD million a year.
    draws : ndarray, shape (size,)
        Triangular between low and high, with the mode at the central one.
    """
    low, middle, high = sorted((lever.cost_low, lever.cost_central, lever.cost_high))
    if low == high:
        return lever.cost_central, np.full(size, float(low))
    return lever.cost_central, rng.triangular(low, middle, high, size)


def per_million(
    found: Comparison, base: Source = "baseline", metric: str = HEADLINE[0],
    group: str = HEADLINE[1],
) -> pd.DataFrame:  # fmt: skip
    """Return effects of single levers beside their costs.

    Parameters
    ----------
    found : Comparison
        Of single levers.
    base : scenario
        Where own levers are defined.
    metric, group : str
        Outcome, in the last month.

    Returns
    -------
    DataFrame
        lever, effect, ci_low, ci_high, cost, cost_low, cost_high (USD million a year), per_million
        with low and high (effect a USD million a year; bootstrap of the effect with draws of the
        cost; empty where the cost may be nothing or an income), kind, front (whether no other lever
        has more effect for less).
    """
    known = resolve(base).known_levers()
    row = found.arms.at(metric, group)
    rng = np.random.default_rng([found.seed, 7])
    rows = []
    for pair in found.pairs:
        lever = known[pair.levers[0]]
        difference = found.arms.kept[pair.name][:, row] - found.arms.kept[pair.reference][:, row]
        mean, low, high = interval(difference)
        central, costs = cost_of(lever, rng, RESAMPLES)
        n = difference.size
        weights = rng.multinomial(n, np.full(n, 1 / n), RESAMPLES) / n
        ratios = (weights @ difference) / np.where(costs > 0, costs, np.nan)
        tails = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
        sure = bool((costs > 0).all())
        few, many = np.quantile(ratios, tails) if sure else (np.nan, np.nan)
        rows.append(
            {
                "lever": pair.name, "effect": float(mean), "ci_low": float(low),
                "ci_high": float(high), "cost": central, "cost_low": float(costs.min()),
                "cost_high": float(costs.max()),
                "per_million": float(mean) / central if central > 0 else np.nan,
                "per_million_low": few, "per_million_high": many, "kind": lever.cost_kind,
            }
        )  # fmt: skip
    frame = pd.DataFrame(rows)
    frame["front"] = front(frame["effect"].to_numpy(), frame["cost"].to_numpy())
    return frame.sort_values("effect", ascending=False, ignore_index=True)


def front(effects: np.ndarray, costs: np.ndarray) -> list[bool]:
    """Return which choices no other beats: none has as much effect for less, or more for as much.

    Parameters
    ----------
    effects, costs : ndarray, shape (choices,)
        More effect and less cost are better.
    """
    kept = []
    for n in range(len(effects)):
        as_good = (effects >= effects[n]) & (costs <= costs[n])
        better = as_good & ((effects > effects[n]) | (costs < costs[n]))
        kept.append(not better.any())
    return kept


@dataclass(frozen=True, eq=False)
class Budget:
    """The best package that a budget buys.

    Parameters
    ----------
    table : DataFrame
        levers, cost, added (sum of single effects), effect, low, high: packages that were run.
    searched : int
        Packages whose added effects were compared.
    """

    table: pd.DataFrame
    searched: int

    @property
    def best(self) -> pd.Series:
        """The package with the largest effect when run."""
        return self.table.sort_values("effect", ascending=False).iloc[0]


def best_package(
    found: Comparison,
    budget: float,
    scenario: Source,
    against: Source = "baseline",
    *,
    metric: str = HEADLINE[0],
    group: str = HEADLINE[1],
    strength: object = "central",
    start: str = choice.START,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Budget:
    """Search the best package under a budget: exact over added effects, then run the best few.

    All packages of the `MOST_SEARCHED` levers with the largest single effects that the budget can
    buy are ranked by the sum of their single effects on log-odds; the `TRIED` best are run as they
    are, together, and the one with the largest effect wins. What levers do to each other is thus
    seen among the packages that are run, and not beyond.

    Parameters
    ----------
    found : Comparison
        Of single levers.
    budget : float
        USD million a year.
    scenario, against : scenario
        As the comparison was made.
    metric, group : str
    strength, start, workers, progress
        As in `sim.study.compare.compare.compare`.

    Raises
    ------
    InputError
        If the budget buys no lever.
    """
    priced = per_million(found, scenario, metric, group)
    useful = priced[priced["effect"] > 0.0]
    spent = useful["cost"].clip(lower=0.0)
    if useful.empty or budget < spent.min():
        least = priced["cost"].clip(lower=0.0).min() if useful.empty else spent.min()
        raise InputError(
            Problem(
                f"{budget:g} USD million a year buys no lever that raises {metric} in {group}",
                path="budget",
                hint=f"the cheapest costs {least:g}",
            )
        )
    kept = useful[spent <= budget].head(MOST_SEARCHED)
    table = found.table
    last = table[(table["metric"] == metric) & (table["group"] == group)]
    gains = last[last["month"] == last["month"].max()].set_index("scenario")["log_odds"]
    ranked = _ranked(kept, gains, budget)
    base, origin = resolve(against, seed=found.seed), resolve(scenario)
    arms, _ = choice.single_levers(origin, base, list(kept["lever"]), strength, start)
    entries = {name: [e for e in arm.levers if e.id == name] for name, arm in arms.items()}
    chosen = {" + ".join(names): names for _, _, names in ranked[:TRIED]}
    packages = {
        key: choice.with_levers(base, [e for n in names for e in entries[n]], "package", origin)
        for key, names in chosen.items()
    }
    done = run_arms(
        {"none": base, **packages}, runs=found.runs, seed=found.seed,
        outcomes=Outcomes((metric,), (group,), "end"), place=None, workers=workers,
        progress=progress,
    )  # fmt: skip
    row = done.at(metric, group)
    rows = []
    for added, cost, names in ranked[:TRIED]:
        key = " + ".join(names)
        mean, low, high = interval(done.kept[key][:, row] - done.kept["none"][:, row])
        rows.append(
            {"levers": key, "cost": cost, "added": added, "effect": float(mean),
             "low": float(low), "high": float(high)}
        )  # fmt: skip
    return Budget(pd.DataFrame(rows), len(ranked))


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
