"""``sim compare``: effects of scenarios, single levers and packages less one, kept with figures."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.paired import require_two
from sim.arrays import Ints
from sim.ensemble import futures
from sim.ensemble.arms import Arms, run_arms
from sim.ensemble.outcomes import Outcomes
from sim.ensemble.runner import drawn
from sim.errors import InputError, Problem
from sim.evidence.releases import read_catalogue
from sim.scenario import Scenario
from sim.scenario import compile as compiled
from sim.scenario.changes import Nations, changes, code_of
from sim.scenario.nations import FOCUS
from sim.scenario.paths import FUTURE, RUNS, named
from sim.scenario.resolve import resolve
from sim.study import finished
from sim.study.compare import answers, choice, cuts, details, notes, spread, tables
from sim.study.compare import focus as in_focus
from sim.study.compare.choice import Pair, Source
from sim.study.compare.costs import per_million
from sim.study.compare.laid import laid_over
from sim.study.compare.precision import PILOT, until_precise
from sim.study.compare.question import Question, question_of
from sim.study.compare.result import (
    FOLDER,
    GROUPS,
    SHOWN,
    Alone,
    Comparison,
    place_of,
    require_figures,
)
from sim.study.sweeps.sweep import require_means


def compare(
    scenarios: Sequence[Source] | Source,
    against: Source = "baseline",
    *,
    each: Alone = "scenarios",
    levers: Sequence[str] | None = None,
    strength: object | None = None,
    start: str | None = None,
    runs: int | None = None,
    seed: int | None = None,
    precision: float | None = None,
    metrics: Sequence[str] = (),
    groups: Sequence[str] = GROUPS,
    shown: Sequence[str] = (),
    sizes: bool | None = None,
    cost: bool = False,
    overrides: Sequence[str | tuple[str, object]] = (),
    until: str | None = None,
    nations: Nations | None = None,
    focus: Nations | None = None,
    workers: int = 1,
    cluster: str | None = None,
    out: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Compare scenarios with a reference under common random numbers.

    Parameters
    ----------
    scenarios : scenario or sequence of scenarios
        Names, paths, mappings or scenarios.
    against : scenario
        The reference.
    each : {"scenarios", "levers", "less one"}
        Whole scenarios; each lever alone on the reference; a package against itself less each.
    levers : sequence of str, optional
        Only these.
    strength : {"low", "central", "high", "drawn"} or float, optional
        Of every lever of a policy, in place of the scenario's; ``drawn`` is a triangle from low
        over central to high, drawn in each world for each lever by a random stream of its own.
    start : str, optional
        Of single levers that the scenario does not pull, `choice.START` by default.
    runs, seed : int, optional
        In place of the reference's own.
    precision : float, optional
        Wanted half-width of the 95 % interval of the first outcome that is shown, in the last month
        and its unit: runs are added until every effect has it, until no more runs of the posterior
        draws could give it, or until `MOST_RUNS`.
    metrics, groups : sequence of str
        What is compared; all metrics by default. The first group is shown.
    shown : sequence of str
        Metrics that are shown, the first one first; `SHOWN` by default, or ``metrics``.
    sizes : bool, optional
        Whether each policy is run with its levers at low, central and high strength, and each of
        its levers alone; by default the strengths where one policy is compared, the levers alone
        for whole policies.
    cost : bool
        Whether effects of single levers are set beside their costs.
    overrides : sequence of str or (path, value)
        Changes that all arms share.
    until, nations, focus : optional
        In place of the scenarios' own: the last month, ``YYYY-MM``; who is simulated, and what the
        word focus stands for, by code, slug or name.
    workers : int
    cluster : str, optional
    out : str or Path, optional
        Folder that stands for ``results/``.
    progress : callable, optional

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        If a scenario, lever or outcome is unknown, nothing is to be compared, fewer than two
        replicates are asked for, a named lever changes nothing, or an argument could not act: runs
        beside a precision, a start or a strength of no lever.
    """
    overrides = changes(overrides, until, nations, focus)
    groups = tuple(code_of(group) for group in groups)
    given: Sequence[Source] = scenarios if isinstance(scenarios, list | tuple) else [scenarios]
    if not given:
        raise InputError(Problem("no scenario is given to compare", path="scenarios"))
    if precision is not None and (runs is not None or RUNS in named(overrides)):
        message = "a precision says itself how many replicates are run"
        raise InputError(Problem(message, path="runs", hint="leave one of the two out"))
    reference = _reference(against, runs, seed, overrides)
    resolved = [resolve(one, overrides=overrides) for one in given]
    resolved, reference, laid = laid_over(resolved, reference)
    arms, pairs = _arms(resolved, reference, each, levers, strength, start)
    _same_world(arms.values(), reference)
    known = _outcomes(reference, metrics, groups, shown, answers.waiting(arms.values()))
    on = in_focus.given(overrides) if each == "scenarios" and _focused(arms.values()) else []
    count = reference.ensemble.runs if precision is None else PILOT
    require_two(count)
    require_means(workers, cluster)
    asked = {
        "arms": {name: arm.document() for name, arm in arms.items()},
        "subject": resolved[0].name, "against": reference.name, "each": each,
        "policies": len(resolved), "runs": count, "precision": precision,
        "seed": reference.ensemble.seed, "outcomes": asdict(known),
        "shown": list(tuple(shown) or tuple(metrics) or SHOWN),
        "sizes": len(pairs) == 1 if sizes is None else sizes,
        "carried": each == "scenarios" if sizes is None else sizes, "cost": cost,
    }  # fmt: skip
    if on:
        asked["focus"] = {"nations": list(in_focus.nations_of(reference, on)), **cuts.terms()}
    question = Question(arms, tuple(pairs), reference, known, asked, laid)
    idle_is_wrong = each == "levers" and levers is not None
    return finished.kept_or_made(
        Comparison, question.facts(), out,
        lambda: answer(
            question, named=idle_is_wrong, workers=workers, cluster=cluster, out=out,
            progress=progress,
        ),
    )  # fmt: skip


def again(known: Mapping[str, Any], out: str | Path | None, workers: int) -> Comparison:
    """Compare again, from the manifest of a comparison; nothing but finished blocks is written."""
    return answer(question_of(known), workers=workers, out=out)


def answer(
    question: Question,
    *,
    named: bool = False,
    workers: int = 1,
    cluster: str | None = None,
    out: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Run what a comparison comes to; nothing but finished blocks is written.

    Parameters
    ----------
    question : Question
    named : bool
        Whether levers were named, so that one which changes nothing is refused.
    workers, cluster, out, progress
        As in `compare`.
    """
    began = time.perf_counter()
    arms, pairs, asked = question.arms, question.pairs, question.asked
    seed = question.reference.ensemble.seed
    place = None if out is None else Path(out) / FOLDER
    first, groups = tuple(asked["shown"]), question.outcomes.groups

    def run(some: Mapping[str, Scenario], many: int, wanted: Outcomes = question.outcomes) -> Arms:
        return run_arms(
            some, runs=many, seed=seed, outcomes=wanted, place=place, workers=workers,
            cluster=cluster, progress=progress,
        )  # fmt: skip

    done, finest = run(arms, int(asked["runs"])), 0.0
    if asked["precision"] is not None:
        half = float(asked["precision"])
        done, finest = until_precise(done, arms, pairs, half, (first[0], groups[0]), run)
    table = tables.table(done, pairs, seed)
    _refuse_idle(table, pairs, named=named)
    seen = None
    if "focus" in asked:
        on = [(FOCUS, list(asked["focus"]["nations"]))]
        seen = in_focus.view(
            arms, pairs, on, lambda some, wanted: run(some, len(done.draws), wanted)
        )
    facts = question.facts(workers, time.perf_counter() - began)
    facts["precision"] = {"reached": finest == 0.0, "finest": finest, "draws": done.shipped}
    future = _future(question.reference, len(done.draws))
    apart, few = tables.by_future(done, pairs, seed, future, first)
    found = Comparison(
        facts, table, by_future=apart, reached=finest == 0.0, finest=finest, pairs=pairs,
        scenarios=arms, arms=done,
        focus=pd.DataFrame() if seen is None else in_focus.table(seen, pairs),
    )  # fmt: skip
    if asked["each"] == "scenarios":
        found = replace(
            found, levels=spread.levels(done, first),
            by_nation=spread.by_nation(
                arms, pairs, first, lambda some, wanted: run(some, len(done.draws), wanted)
            ),
        )  # fmt: skip
    if answers.waiting(arms.values()):
        found = replace(
            found, triggers=answers.came(arms, done),
            responses=answers.beside(
                arms, pairs, done, first, lambda some, wanted: run(some, len(done.draws), wanted)
            ),
        )  # fmt: skip
    laid = (*question.laid, *notes.few_worlds(few))
    found = _with_details(
        found, done, run, sizes=bool(asked["sizes"]), carried=bool(asked.get("carried")), laid=laid
    )
    if asked["cost"]:
        found = replace(found, costs=per_million(found, found.shown[0], found.groups[0]))
    return found


def _outcomes(
    reference: Scenario,
    metrics: Sequence[str],
    groups: Sequence[str],
    shown: Sequence[str],
    waiting: Sequence[str],
) -> Outcomes:
    """Return what is kept of every arm, checked before anything is run.

    Of levers that wait for a sign, by id, it is kept whether and when they are pulled.

    Raises
    ------
    InputError
        If a metric or a group is unknown, no group is named, or a metric has no figure of any.
    """
    from sim.ensemble.outcomes import kept

    if not groups:
        raise InputError(Problem("no group is named", path="groups", hint="--groups world"))
    wanted = Outcomes(tuple(metrics), tuple(groups))
    drivers = compiled(reference)
    shape = kept(drivers, wanted)
    more = tuple(name for name in (*shown, *answers.metrics(waiting)) if name not in shape.metrics)
    if more:
        wanted = Outcomes((*shape.metrics, *more), tuple(groups))
        shape = kept(drivers, wanted)
    require_figures(shape, (*metrics, *shown), groups)
    return wanted


def _with_details(
    found: Comparison,
    done: Arms,
    run: Callable[[Mapping[str, Scenario], int], Arms],
    *,
    sizes: bool,
    carried: bool,
    laid: tuple[str, ...],
) -> Comparison:
    """Add ranks, sizes of levers, levers alone and what a reader must know."""
    pairs, arms = found.pairs, found.scenarios
    at = [(metric, place_of(done.rows, metric, found.groups[0])) for metric in found.shown]
    ranked = details.ranking(done, pairs, *at[0])
    by_size, alone = [], []
    priced = sizes and details.COST[0] in set(done.rows["metric"])
    if priced:
        by_size = [details.sizes(done, pair, arms, at, run) for pair in pairs]
    if priced or carried:
        whole = [pair for pair in pairs if not pair.levers]
        alone = [details.alone(done, pair, arms, at[0], run) for pair in whole]
    last = min(one.facts_until or read_catalogue().last for one in arms.values())
    said = [
        *laid,
        *notes.decided_before(arms, pairs, last),
        *notes.for_some_nations(arms),
        *(text for one in alone if priced for text in notes.largest_lever(one)),
        *notes.binding(arms, pairs, done),
    ]
    return replace(
        found, ranking=ranked, notes=tuple(said), sizes=_joined(by_size, details.SIZES),
        alone=_joined(alone, details.ALONE),
    )  # fmt: skip


def _joined(frames: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    full = [frame for frame in frames if len(frame)]
    return pd.concat(full, ignore_index=True) if full else pd.DataFrame(columns=list(columns))


def _reference(
    against: Source, runs: int | None, seed: int | None, overrides: Sequence[Any]
) -> Scenario:
    try:
        return resolve(against, runs=runs, seed=seed, overrides=overrides)
    except InputError as error:
        raise InputError(
            [replace(problem, path=problem.path or "against") for problem in error.problems]
        ) from error


def _arms(
    resolved: Sequence[Scenario],
    reference: Scenario,
    each: Alone,
    levers: Sequence[str] | None,
    strength: object | None,
    start: str | None,
) -> tuple[dict[str, Scenario], list[Pair]]:
    if start is not None and each != "levers":
        message = "whole scenarios say themselves when their levers start"
        raise InputError(Problem(message, path="start", hint="name levers with --levers"))
    if strength is not None and each != "levers":
        if not any(choice.own_levers(one, reference) for one in resolved):
            message = f"no scenario pulls a lever that {reference.name} does not"
            raise InputError(Problem(message, path="strength", hint="name levers with --levers"))
        resolved = [choice.at_strength(one, reference, strength) for one in resolved]
    if each == "scenarios":
        return _whole(resolved, reference)
    if len(resolved) > 1:
        raise InputError(Problem("levers are taken from one scenario at a time", path="scenarios"))
    if each == "levers":
        choice.require_start_acts(start, resolved[0], reference, levers)
        found, pairs = choice.single_levers(resolved[0], reference, levers, strength, start)
        return {reference.name: reference, **found}, pairs
    found, pairs = choice.packages_less_one(resolved[0], reference, levers)
    return found, pairs


def _whole(
    resolved: Sequence[Scenario], reference: Scenario
) -> tuple[dict[str, Scenario], list[Pair]]:
    """Return whole policies as arms, which must have names of their own."""
    arms = {reference.name: reference}
    for one in resolved:
        if one.name in arms and _world(one) != _world(arms[one.name]):
            hint = "give the file another name"
            message = f"two scenarios that differ are called {one.name}"
            raise InputError(Problem(message, path="scenarios", hint=hint))
        arms.setdefault(one.name, one)
    for name, count in Counter(one.name for one in resolved).items():
        if count > 1:
            message = f"{name} is named more than once"
            raise InputError(Problem(message, path="scenarios", hint="name each policy once"))
    return arms, [Pair(one.name, reference.name) for one in resolved]


def _focused(arms: Iterable[Scenario]) -> bool:
    """Return whether a lever of any arm is entered for some nations."""
    return any(entry.nations is not None for arm in arms for entry in arm.levers)


def _world(scenario: Scenario) -> dict[str, Any]:
    """Return what a scenario is, apart from how often and with which luck it is run."""
    return scenario.document() | {"ensemble": scenario.ensemble.parameters}


def _same_world(arms: Any, reference: Scenario) -> None:  # noqa: ANN401
    for one in arms:
        if one.period != reference.period or one.nations != reference.nations:
            raise InputError(
                Problem(
                    f"{one.name} and {reference.name} differ in months or nations, so that their "
                    "outcomes cannot be paired",
                    path="scenarios",
                    hint="set both: --until, --nations",
                )
            )
        if one.ensemble.future != reference.ensemble.future:
            raise InputError(
                Problem(
                    f"{one.name} is run in the future {one.ensemble.future!r} and {reference.name} "
                    f"in {reference.ensemble.future!r}, so that their worlds cannot be paired",
                    path=FUTURE,
                    hint=f"set it in both: --set {FUTURE}=all",
                )
            )


def _future(reference: Scenario, runs: int) -> Ints:
    """Return the future of each world: that of the reference in it."""
    known = drawn(compiled(reference), reference.ensemble.seed, np.arange(runs))
    return futures.of_replicates(known)


def _refuse_idle(table: pd.DataFrame, pairs: Sequence[Pair], *, named: bool) -> None:
    """Refuse a named lever that changes nothing in this world."""
    if not named:
        return
    told = (table["effect"] != 0.0) & (table["metric"] != "cost.public")
    moved = set(table[told]["scenario"])
    idle = [
        Problem(
            f"the lever {pair.name} changes no outcome against {pair.reference}",
            path="levers",
            hint="its nations, months or ecosystems may not be in this run: sim show " + pair.name,
        )
        for pair in pairs
        if pair.label not in moved
    ]
    if idle:
        raise InputError(idle)
