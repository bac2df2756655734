"""Packages of levers: main effects, interactions and a fair share of the whole for each lever."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from sim.analysis.paired import (
    LEVEL,
    Floats,
    Ints,
    draw_means,
    interval,
    log_odds,
    require_two,
)
from sim.ensemble.arms import Arms, run_arms
from sim.ensemble.outcomes import Outcomes, kept
from sim.errors import InputError, Problem
from sim.scenario.paths import OPTIONS, RUNS, SEED, named
from sim.scenario.resolve import resolve
from sim.study.compare import choice, notes
from sim.study.compare.compare import Source
from sim.study.compare.details import COST
from sim.study.compare.laid import laid_over
from sim.study.compare.result import FOLDER, HEADLINE, require_figures
from sim.study.manifest import manifest
from sim.study.saved import Saved, Writer, csv_of, read_table, require_writable

MOST_EXACT = 6
"""Levers of which all combinations are run: 64 arms."""

PERMUTATIONS = 24
"""Orders in which levers are added where there are too many for all combinations."""

SCALES = ("share", "log-odds")
MONEY = "USD million a year"
"""The scale of costs, in years in which any lever of the package is in force."""

Subset = frozenset[str]


@dataclass(frozen=True, eq=False, repr=False)
class Package(Saved):
    """What the levers of a package do together and apart.

    Parameters
    ----------
    manifest : mapping
    levers : tuple of str
    interactions : DataFrame
        term, scale, effect, low, high, verdict: main effects, and pairs where all combinations were
        run; else main effects from a fraction of resolution IV, which no pair disturbs.
    shapley : DataFrame
        lever, scale, share, low, high: parts of the whole effect, and on the scale `MONEY` of the
        whole cost, which they add up to.
    whole : DataFrame
        scale, effect, low, high: of the package; the cost on the scale `MONEY`.
    exact : bool
        Whether Shapley values come from all combinations or from sampled orders.
    folder : Path, optional
        Where it is kept.
    """

    kind: ClassVar[str] = "package"

    levers: tuple[str, ...]
    interactions: pd.DataFrame
    shapley: pd.DataFrame
    whole: pd.DataFrame
    exact: bool

    @property
    def where(self) -> tuple[str, ...]:
        """The folder of the package's parts."""
        asked = self.manifest["asked"]
        return (FOLDER, f"{asked['subject']}-package-vs-{asked['against']}")

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences that a reader of the numbers needs, ids between backticks."""
        return tuple(self.manifest.get("laid", ()))  # results of before say nothing of it

    def _tables(self) -> dict[str, Writer]:
        return {
            "interactions.csv": csv_of(self.interactions), "shapley.csv": csv_of(self.shapley),
            "whole.csv": csv_of(self.whole),
        }  # fmt: skip

    def _figures(self) -> dict[str, bytes]:
        from sim.report import packages as drawing
        from sim.report import svg

        return {name: svg(figure).encode() for name, figure in drawing.figures(self).items()}

    def _page(self, drawn: Mapping[str, bytes]) -> str:
        from sim.report import packages as drawing

        return drawing.page(self, drawn)

    @classmethod
    def _required(cls, manifest: Mapping[str, Any]) -> frozenset[str]:  # noqa: ARG003
        return frozenset({"interactions.csv", "shapley.csv", "whole.csv"})

    @classmethod
    def _of(cls, folder: Path, manifest: Mapping[str, Any]) -> Package:
        interactions, shapley, whole = (
            read_table(folder / f"{name}.csv", ("verdict",) if name == "interactions" else ())
            for name in ("interactions", "shapley", "whole")
        )
        asked = manifest["asked"]
        levers = tuple(asked["levers"])
        return cls(manifest, levers, interactions, shapley, whole, len(levers) <= MOST_EXACT)


def package(
    scenario: Source,
    against: Source = "baseline",
    *,
    levers: Sequence[str] | None = None,
    metric: str = HEADLINE[0],
    group: str = HEADLINE[1],
    month: str | None = None,
    runs: int = 200,
    seed: int = 1,
    permutations: int = PERMUTATIONS,
    strength: object | None = None,
    start: str | None = None,
    workers: int = 1,
    out: Any = None,  # noqa: ANN401
    progress: Callable[[int, int], None] | None = None,
    overrides: Sequence[str | tuple[str, object]] = (),
) -> Package:
    """Part the effect of a package among its levers, and say which of them help each other.

    Parameters
    ----------
    scenario, against : scenario
    levers : sequence of str, optional
        Only these, from the scenario or the catalogue; all that the scenario pulls by default.
    metric, group, month : str
        Outcome; the last month by default.
    runs, seed : int
    permutations : int
        Sampled orders where there are more than `MOST_EXACT` levers.
    strength, start
        As in `sim.study.compare.compare.compare`.
    workers, out, progress, overrides
        As in `sim.study.compare.compare.compare`.

    Raises
    ------
    InputError
        If there are fewer than two levers, one is unknown, the metric has no figure of the group,
        or a start or an override could not act.
    """
    require_two(runs)
    from sim.scenario import compile as compiled

    for path in sorted({RUNS, SEED} & named(overrides)):
        hint = f"{OPTIONS[path]} N"
        raise InputError(Problem("replicates and seed are asked for apart", path=path, hint=hint))

    began = time.perf_counter()
    base = resolve(against, seed=seed, overrides=overrides)
    (origin,), base, laid = laid_over([resolve(scenario, overrides=overrides)], base)
    choice.require_start_acts(start, origin, base, levers)
    arms, _ = choice.single_levers(origin, base, levers, strength, start)
    names = tuple(arms)
    if len(names) < 2:
        raise InputError(
            Problem("a package of one lever has nothing to part", path="levers", hint="name two")
        )
    entries = {name: tuple(e for e in arms[name].levers if e.id == name) for name in names}

    def scenario_of(subset: Subset) -> Any:  # noqa: ANN401
        pulled = [entry for name in names if name in subset for entry in entries[name]]
        return choice.with_levers(base, pulled, "subset", origin)

    exact = len(names) <= MOST_EXACT
    orders = [] if exact else _orders(names, permutations, seed)
    fraction = [] if exact else _fraction(names)
    subsets = _all(names) if exact else list(dict.fromkeys([*_prefixes(orders), *fraction]))
    when: str | tuple[str, ...] = "end" if month is None else (month,)
    worlds = {_key(subset): scenario_of(subset) for subset in subsets}
    wanted = Outcomes((metric, COST[0]), (group,), when)
    require_figures(kept(compiled(base), wanted), (metric,), (group,))
    if out is not None:
        require_writable(Path(out))
    done = run_arms(
        worlds, runs=runs, seed=seed, outcomes=wanted, workers=workers,
        place=None if out is None else Path(out) / FOLDER, progress=progress,
    )  # fmt: skip
    years = choice.years_in_force(scenario_of(frozenset(names)), names)
    row = done.at(metric, group, month)
    worth = {scale: _worth(done, subsets, row, scale) for scale in SCALES}
    money = _worth(done, subsets, done.at(*COST), "share")
    worth[MONEY] = {s: value / years if years else 0.0 * value for s, value in money.items()}
    whole = pd.concat([_whole(worth[scale], names, scale, done.draws) for scale in worth])
    parts = [
        exact_shapley(names, worth[scale], scale, done.draws)
        if exact
        else sampled_shapley(names, orders, worth[scale], scale, done.draws)
        for scale in worth
    ]
    terms = [
        factorial(names, worth[scale], scale, done.draws)
        if exact
        else fractional(names, fraction, worth[scale], scale, done.draws)
        for scale in SCALES
    ]
    found = pd.concat(terms, ignore_index=True)
    documents = {name: world.document() for name, world in worlds.items()}
    question = {
        "arms": documents, "subject": origin.name, "against": base.name, "levers": list(names),
        "runs": runs, "seed": seed, "permutations": permutations, "outcomes": asdict(wanted),
    }  # fmt: skip
    facts = manifest(
        "package", question, list(documents.values()), workers=workers,
        seconds=time.perf_counter() - began,
    )  # fmt: skip
    facts["laid"] = [*laid, *notes.for_some_nations(arms)]
    facts["titles"] = {origin.name: origin.title, base.name: base.title}
    return Package(
        facts, names, _with_verdicts(found), pd.concat(parts, ignore_index=True),
        whole.reset_index(drop=True), exact,
    ).saved(out)  # fmt: skip


Worth = Mapping[Subset, Floats]
"""Outcome of every replicate by which levers are pulled, shape (runs,)."""


def _key(subset: Subset) -> str:
    return " + ".join(sorted(subset)) or "none"


def _all(names: Sequence[str]) -> list[Subset]:
    return [
        frozenset(chosen)
        for size in range(len(names) + 1)
        for chosen in itertools.combinations(names, size)
    ]


def _orders(names: Sequence[str], count: int, seed: int) -> list[tuple[str, ...]]:
    """Return random orders, each with its reverse: what comes first in one is last in the other."""
    rng = np.random.default_rng([seed, 6])
    orders: list[tuple[str, ...]] = []
    while len(orders) < count:
        order = [names[n] for n in rng.permutation(len(names)).tolist()]
        orders += [tuple(order), tuple(reversed(order))]
    return orders[:count]


def _prefixes(orders: Sequence[Sequence[str]]) -> list[Subset]:
    return list(
        dict.fromkeys(frozenset(order[:n]) for order in orders for n in range(len(order) + 1))
    )


def _fraction(names: Sequence[str]) -> list[Subset]:
    """Return the settings of a two-level fraction of resolution IV, which levers each pulls."""
    from sim.study.sweeps.design import make
    from sim.study.sweeps.factors import Factor

    factors = [Factor(f"levers.{name}.strength", (0.0, 1.0)) for name in names]
    # Of n factors the fraction has at most 4 n points; that many is never too few.
    points = make(factors, "factorial", 4 * len(names)).points
    return [
        frozenset(name for name, level in zip(names, point, strict=True) if level)
        for point in points
    ]


def _worth(done: Arms, subsets: Sequence[Subset], row: int, scale: str) -> dict[Subset, Floats]:
    found = {subset: done.kept[_key(subset)][:, row] for subset in subsets}
    if scale == "log-odds":
        return {subset: log_odds(values) for subset, values in found.items()}
    return found


def _whole(
    worth: Worth, names: Sequence[str], scale: str, draws: Ints | None = None
) -> pd.DataFrame:
    difference = worth[frozenset(names)] - worth[frozenset()]
    mean, low, high = interval(difference, draws)
    return pd.DataFrame(
        [{"scale": scale, "effect": float(mean), "low": float(low), "high": float(high)}]
    )


def exact_shapley(
    names: Sequence[str], worth: Worth, scale: str, draws: Ints | None = None
) -> pd.DataFrame:
    """Return Shapley values from all combinations (Shapley 1953), with t intervals over draws.

    ``phi_i = sum_S |S|! (n - |S| - 1)! / n! (v(S + i) - v(S))`` in each replicate.
    """
    n = len(names)
    rows = []
    for name in names:
        others = [other for other in names if other != name]
        total = np.zeros_like(worth[frozenset()])
        for subset in _all(others):
            size = len(subset)
            weight = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
            total = total + weight * (worth[subset | {name}] - worth[subset])
        rows.append(_row(name, scale, interval(total, draws)))
    return pd.DataFrame(rows)


def sampled_shapley(
    names: Sequence[str],
    orders: Sequence[Sequence[str]],
    worth: Worth,
    scale: str,
    draws: Ints | None = None,
) -> pd.DataFrame:
    """Return Shapley values estimated from sampled orders (Castro and others 2009).

    An order and its reverse are one sample. The interval holds both errors: that of few orders, by
    the variance over samples of the mean over replicates, and that of few worlds, by the clustered
    variance over draws of the mean over orders. What the two have in common is counted twice, so
    that the interval is a little too wide; degrees of freedom are Satterthwaite's (1946).
    """
    rows = []
    for name in names:
        gains = np.stack([_gain(worth, order, name) for order in orders])
        pairs = gains[: len(gains) // 2 * 2].reshape(-1, 2, gains.shape[1]).mean(axis=(1, 2))
        worlds = draw_means(gains.mean(axis=0), draws)
        mean, _, high = interval(gains.mean(axis=0), draws)
        n, m = worlds.size, pairs.size
        over_worlds = (float(high - mean) / float(stdtrit(n - 1, (1 + LEVEL) / 2))) ** 2
        over_orders = float(pairs.var(ddof=1)) / m if m > 1 else 0.0
        variance = over_worlds + over_orders
        parts = over_worlds**2 / (n - 1) + over_orders**2 / max(m - 1, 1)
        freedom = variance**2 / parts if parts > 0.0 else n - 1
        half = float(stdtrit(freedom, (1 + LEVEL) / 2)) * math.sqrt(variance)
        rows.append(_row(name, scale, (mean, mean - half, mean + half)))
    return pd.DataFrame(rows)


def _gain(worth: Worth, order: Sequence[str], name: str) -> Floats:
    """Return what a lever adds to those before it in an order, in each replicate."""
    before = frozenset(order[: order.index(name)])
    return worth[before | {name}] - worth[before]


def _row(name: str, scale: str, bounds: tuple[Any, Any, Any]) -> dict[str, Any]:
    mean, low, high = (float(value) for value in bounds)
    return {"lever": name, "scale": scale, "share": mean, "low": low, "high": high}


def factorial(
    names: Sequence[str], worth: Worth, scale: str, draws: Ints | None = None
) -> pd.DataFrame:
    """Return main effects and interactions of pairs from all combinations.

    A main effect is the mean over all settings of the others of on minus off; an interaction of two
    is the mean over the others of ``v(ab) - v(a) - v(b) + v()``. Both in each replicate.
    """
    rows = []
    for name in names:
        settings = _all([other for other in names if other != name])
        gains = [worth[subset | {name}] - worth[subset] for subset in settings]
        rows.append(_term(name, scale, interval(np.mean(gains, axis=0), draws)))
    pairs = list(itertools.combinations(names, 2))
    for one, other in pairs:
        settings = _all([rest for rest in names if rest not in (one, other)])
        gains = [
            worth[s | {one, other}] - worth[s | {one}] - worth[s | {other}] + worth[s]
            for s in settings
        ]
        bounds = interval(np.mean(gains, axis=0), draws, simultaneous(len(pairs)))
        rows.append(_term(f"{one} x {other}", scale, bounds))
    return pd.DataFrame(rows)


def simultaneous(count: int) -> float:
    """Return the level of each of several intervals that all hold at `LEVEL` (Bonferroni)."""
    return 1.0 - (1.0 - LEVEL) / count


def fractional(
    names: Sequence[str],
    fraction: Sequence[Subset],
    worth: Worth,
    scale: str,
    draws: Ints | None = None,
) -> pd.DataFrame:
    """Return main effects from a fraction of resolution IV (Box and Hunter 1961).

    The mean over settings with a lever less that over settings without, in each replicate. Pairs
    disturb no main effect; interactions of three may.
    """
    rows = []
    for name in names:
        on = np.mean([worth[subset] for subset in fraction if name in subset], axis=0)
        off = np.mean([worth[subset] for subset in fraction if name not in subset], axis=0)
        rows.append(_term(name, scale, interval(on - off, draws)))
    return pd.DataFrame(rows)


def _term(term: str, scale: str, bounds: tuple[Any, Any, Any]) -> dict[str, Any]:
    mean, low, high = (float(value) for value in bounds)
    return {"term": term, "scale": scale, "effect": mean, "low": low, "high": high}


def _with_verdicts(terms: pd.DataFrame) -> pd.DataFrame:
    """Add what each pair of levers is to each other, on both scales together."""
    found = {
        term: verdict(part.set_index("scale"))
        for term, part in terms.groupby("term", sort=False)
        if " x " in str(term)
    }
    return terms.assign(verdict=[found.get(term, "") for term in terms["term"]])


def verdict(by_scale: pd.DataFrame) -> str:
    """Return whether two levers are complements or substitutes.

    Parameters
    ----------
    by_scale : DataFrame
        Interaction with its interval, indexed by scale.

    Returns
    -------
    str
        ``complements`` or ``substitutes`` where both scales say so, ``undecided`` where an
        interval holds zero on both, else how the scales differ.
    """
    words = {}
    bounds: Any = by_scale[["low", "high"]].to_dict("index")
    for scale in SCALES:
        low, high = bounds[scale]["low"], bounds[scale]["high"]
        words[scale] = "complements" if low > 0 else "substitutes" if high < 0 else "undecided"
    share, odds = words["share"], words["log-odds"]
    return share if share == odds else f"{share} on shares, {odds} on log-odds"
