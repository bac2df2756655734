"""Packages of levers: main effects, interactions and a fair share of the whole for each lever."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

from sim.analysis.attribution import (
    ODDS,
    SHARE,
    Subset,
    Worth,
    exact_shapley,
    factorial,
    fractional,
    prefixes,
    sampled_shapley,
    subsets,
    with_verdicts,
)
from sim.analysis.attribution import orders as orders_of
from sim.analysis.paired import (
    interval,
    log_odds,
    require_two,
)
from sim.arrays import Floats, Ints
from sim.ensemble.arms import Arms, run_arms
from sim.ensemble.outcomes import Outcomes, kept
from sim.errors import InputError, Problem
from sim.scenario import Scenario
from sim.scenario import compile as compiled
from sim.scenario.paths import OPTIONS, RUNS, SEED, named
from sim.scenario.resolve import resolve
from sim.study import finished
from sim.study.compare import choice, notes
from sim.study.compare.choice import Source
from sim.study.compare.details import COST
from sim.study.compare.laid import laid_over
from sim.study.compare.result import FOLDER, HEADLINE, require_figures
from sim.study.manifest import manifest
from sim.study.saved import Saved, plain_scenario
from sim.study.sweeps.design import make
from sim.study.sweeps.factors import Factor
from sim.study.sweeps.sweep import require_means

MOST_EXACT = 6
"""Levers of which all combinations are run: 64 arms."""

PERMUTATIONS = 24
"""Orders in which levers are added where there are too many for all combinations."""

SCALES = (SHARE, ODDS)
MONEY = "USD million a year"
"""The scale of costs, in years in which any lever of the package is in force."""


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
    held: ClassVar[Mapping[str, str]] = {
        "interactions.csv": "interactions", "shapley.csv": "shapley", "whole.csv": "whole",
    }  # fmt: skip
    words: ClassVar[Mapping[str, tuple[str, ...]]] = {"interactions.csv": ("verdict",)}
    always: ClassVar[frozenset[str]] = frozenset(held)

    levers: tuple[str, ...]
    interactions: pd.DataFrame
    shapley: pd.DataFrame
    whole: pd.DataFrame
    exact: bool

    @classmethod
    def folders(cls, manifest: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the folder of the package's parts."""
        asked = manifest["asked"]
        return (FOLDER, f"{asked['subject']}-package-vs-{asked['against']}")

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences that a reader of the numbers needs, ids between backticks."""
        return tuple(self.manifest.get("laid", ()))  # results of before say nothing of it

    @classmethod
    def _of(cls, folder: Path, manifest: Mapping[str, Any]) -> Package:
        levers = tuple(manifest["asked"]["levers"])
        tables = cls._read_held(folder, manifest)
        return cls(manifest, levers, **tables, exact=all_run(levers))


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

    for path in sorted({RUNS, SEED} & named(overrides)):
        hint = f"{OPTIONS[path]} N"
        raise InputError(Problem("replicates and seed are asked for apart", path=path, hint=hint))

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

    worlds = {_key(subset): scenario_of(subset) for subset in _pulls(names, permutations, seed)}
    when: str | tuple[str, ...] = "end" if month is None else (month,)
    wanted = Outcomes((metric, COST[0]), (group,), when)
    require_figures(kept(compiled(base), wanted), (metric,), (group,))
    require_means(workers, None)
    asked = {
        "arms": {name: world.document() for name, world in worlds.items()},
        "subject": origin.name, "against": base.name, "levers": list(names),
        "runs": runs, "seed": seed, "permutations": permutations, "outcomes": asdict(wanted),
    }  # fmt: skip
    more = {
        "laid": [*laid, *notes.for_some_nations(arms)],
        "titles": {origin.name: origin.title, base.name: base.title},
    }
    return finished.kept_or_made(
        Package, facts_of(asked, more), out,
        lambda: part(asked, more, worlds, workers=workers, out=out, progress=progress),
    )  # fmt: skip


def again(known: Mapping[str, Any], out: str | Path | None, workers: int) -> Package:
    """Part a package's effect again, from its manifest; only finished blocks are written."""
    asked = known["asked"]
    more = {part: known[part] for part in ("laid", "titles")}
    worlds = {name: resolve(plain_scenario(given)) for name, given in asked["arms"].items()}
    return part(asked, more, worlds, workers=workers, out=out)


def facts_of(
    asked: Mapping[str, Any], more: Mapping[str, Any], workers: int = 1, seconds: float = 0.0
) -> dict[str, Any]:
    """Return the manifest of a package.

    Parameters
    ----------
    asked : mapping
    more : mapping
        What a reader is told beside: ``laid`` and ``titles``.
    workers, seconds
        As in `sim.study.manifest.manifest`.
    """
    documents = list(asked["arms"].values())
    facts = manifest("package", asked, documents, workers=workers, seconds=seconds)
    return {**facts, **more}


def part(
    asked: Mapping[str, Any],
    more: Mapping[str, Any],
    worlds: Mapping[str, Scenario],
    *,
    workers: int = 1,
    out: Any = None,  # noqa: ANN401
    progress: Callable[[int, int], None] | None = None,
) -> Package:
    """Run the packages that are asked for and part their effect; only finished blocks are written.

    Parameters
    ----------
    asked, more : mapping
        As in :func:`facts_of`.
    worlds : mapping of str to Scenario
        The arms that are asked for, by which levers each pulls.
    workers, out, progress
        As in :func:`package`.
    """
    began = time.perf_counter()
    names, seed = tuple(asked["levers"]), int(asked["seed"])
    wanted = Outcomes.of(asked["outcomes"])
    metric, group = wanted.metrics[0], wanted.groups[0]
    month = None if wanted.months == "end" else wanted.months[0]
    exact = all_run(names)
    permutations = int(asked["permutations"])
    orders = [] if exact else orders_of(names, permutations, seed)
    pulls = _pulls(names, permutations, seed)
    done = run_arms(
        worlds, runs=int(asked["runs"]), seed=seed, outcomes=wanted, workers=workers,
        place=None if out is None else Path(out) / FOLDER, progress=progress,
    )  # fmt: skip
    years = choice.years_in_force(worlds[_key(frozenset(names))], names)
    row = done.at(metric, group, month)
    worth = {scale: _worth(done, pulls, row, scale) for scale in SCALES}
    money = _worth(done, pulls, done.at(*COST), SHARE)
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
        else fractional(names, _fraction(names), worth[scale], scale, done.draws)
        for scale in SCALES
    ]
    found = pd.concat(terms, ignore_index=True)
    facts = facts_of(asked, more, workers, time.perf_counter() - began)
    return Package(
        facts, names, with_verdicts(found), pd.concat(parts, ignore_index=True),
        whole.reset_index(drop=True), exact,
    )  # fmt: skip


def all_run(levers: Sequence[str]) -> bool:
    """Return whether all combinations of levers are run; else orders of them are sampled."""
    return len(levers) <= MOST_EXACT


def _pulls(names: Sequence[str], permutations: int, seed: int) -> list[Subset]:
    """Return the combinations of levers that are run."""
    if all_run(names):
        return subsets(names)
    orders = orders_of(names, permutations, seed)
    return list(dict.fromkeys([*prefixes(orders), *_fraction(names)]))


def _key(subset: Subset) -> str:
    return " + ".join(sorted(subset)) or "none"


def _fraction(names: Sequence[str]) -> list[Subset]:
    """Return the settings of a two-level fraction of resolution IV, which levers each pulls."""
    factors = [Factor(f"levers.{name}.strength", (0.0, 1.0)) for name in names]
    # Of n factors the fraction has at most 4 n points; that many is never too few.
    points = make(factors, "factorial", 4 * len(names)).points
    return [
        frozenset(name for name, level in zip(names, point, strict=True) if level)
        for point in points
    ]


def _worth(done: Arms, subsets: Sequence[Subset], row: int, scale: str) -> dict[Subset, Floats]:
    found = {subset: done.kept[_key(subset)][:, row] for subset in subsets}
    if scale == ODDS:
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
