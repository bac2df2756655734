"""What one run changes against another, run by run: the same random draws, other policies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from sim.analysis.worlds import over_worlds
from sim.arrays import Flags, Floats, Ints
from sim.ensemble.columns import read_numbers, read_words
from sim.ensemble.record import Effect
from sim.errors import InputError, Problem, nearest
from sim.scenario import Scenario, load
from sim.scenario.changes import Nations, changes, code_of
from sim.scenario.paths import Override
from sim.scenario.resolve import resolve
from sim.study.result import Result

Source = Any
"""A scenario, its name, its path or a mapping."""

METRIC, WORLD = "share.bloc_us", "world"


def effect(
    policy: Result | Source,
    reference: Result | Source,
    metric: str | None = None,
    group: str = WORLD,
    month: str | None = None,
    **options: Any,  # noqa: ANN401 - see below
) -> Effect:
    """Return what a policy changes against a reference, in the same worlds.

    Of two scenarios only the one outcome is computed. Of a result and a scenario, the scenario is
    run as the result was: its months, nations, facts and ensemble.

    Parameters
    ----------
    policy, reference : Result, Scenario, str, Path or mapping
        Results are of runs with the same seed, number of runs, months, nations and kind of
        parameters, so that run r of both is one world under two policies.
    metric : str, optional
        As in ``outcomes``; `METRIC` by default.
    group : str
        A group or nation, by slug, code or name.
    month : str, optional
        ``YYYY-MM``; the last one that the metric is reported for by default.
    **options
        Of two scenarios: runs, seed, until, nations, focus, overrides, workers and progress, as
        `sim.run` takes them; by default runs and seed of the reference.

    Raises
    ------
    InputError
        If the two cannot be paired, one of them lacks the outcome, or options are given beside a
        result, which they could not change.
    """
    measured = METRIC if metric is None else metric
    results = [one for one in (policy, reference) if isinstance(one, Result)]
    if not results:
        return _of_scenarios(policy, reference, measured, code_of(group), month, **options)
    if options:
        message = f"{next(iter(options))} cannot act beside a result, whose runs are there already"
        raise InputError(Problem(message, path=next(iter(options)), hint="give two scenarios"))
    both = [
        one if isinstance(one, Result) else _like(one, results[0]) for one in (policy, reference)
    ]
    return of_results(both[0], both[1], measured, group, month)


def of_results(
    policy: Result, reference: Result, metric: str, group: str, month: str | None = None
) -> Effect:
    """Return what a result changes against another; arguments and errors as in `effect`."""
    require_paired(policy.scenario, reference.scenario)
    place = policy.group(group)
    (mine, when), (its, _) = (_values(each, metric, place, month) for each in (policy, reference))
    from sim.ensemble.arms import posterior_draws

    draws = posterior_draws([policy.scenario], len(mine), policy.seed)[0]
    names = policy.scenario.name, reference.scenario.name
    return _effect(names, (metric, place, when), mine - its, draws)


def _of_scenarios(
    policy: Source,
    reference: Source,
    metric: str,
    group: str,
    month: str | None,
    *,
    runs: int | None = None,
    seed: int | None = None,
    until: str | None = None,
    nations: Nations | None = None,
    focus: Nations | None = None,
    overrides: Sequence[Override] = (),
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Effect:
    """Return the effect of one scenario against another, running nothing but the outcome."""
    from sim.ensemble.arms import run_arms
    from sim.ensemble.outcomes import Outcomes
    from sim.study.compare.laid import laid_over

    given = changes(overrides, until, nations, focus)
    base = resolve(reference, runs=runs, seed=seed, overrides=given)
    many, luck = base.ensemble.runs, base.ensemble.seed
    (one,), base, _ = laid_over([resolve(policy, runs=many, seed=luck, overrides=given)], base)
    require_paired(one, base)
    kept = Outcomes((metric,), (group,), "end" if month is None else (month,))
    arms = {"policy": one, "reference": base}
    done = run_arms(
        arms, runs=many, seed=luck, outcomes=kept, place=None, workers=workers, progress=progress
    )
    # A metric of the world alone is kept of the world, whichever group is asked for.
    if group not in set(done.rows["group"]):
        raise InputError(Problem(f"{metric} is not measured of {group}", path="group"))
    row = done.at(metric, group)
    values = done.kept["policy"][:, row] - done.kept["reference"][:, row]
    outcome = metric, group, str(done.rows["month"][row])
    return _effect((one.name, base.name), outcome, values, done.draws)


def _like(source: Source, result: Result) -> Result:
    """Run a scenario in the months and nations, with the facts and the ensemble of a result."""
    from sim.study.run import run

    return run(load({**load(source).document(), **world_of(result.scenario)}))


def world_of(scenario: Scenario) -> dict[str, Any]:
    """Return what two scenarios must have in common for their runs to be paired."""
    ours = scenario.document()
    return {key: ours[key] for key in ("period", "nations", "facts_until", "ensemble")}


def _effect(
    names: tuple[str, str], outcome: tuple[str, str, str], difference: Floats, draws: Ints
) -> Effect:
    """Return the effect that paired differences are, (runs,), with the draw of each run."""
    from sim.analysis.paired import interval

    (low, middle, high), same = (each.tolist() for each in over_worlds(difference))
    error = None
    if len(np.unique(draws)) > 1:
        mean, _, above = interval(difference, draws)
        error = float(above - mean)
    return Effect(*names, *outcome, low, middle, high, same, len(difference), error)


def require_paired(one: Scenario, other: Scenario) -> None:
    """Refuse two scenarios whose runs are not the same worlds.

    Raises
    ------
    InputError
        Naming what differs.
    """
    differs = [
        word
        for word, a, b in (
            ("runs", one.ensemble.runs, other.ensemble.runs),
            ("seed", one.ensemble.seed, other.ensemble.seed),
            ("kind of parameters", one.ensemble.parameters, other.ensemble.parameters),
            ("future", one.ensemble.future, other.ensemble.future),
            ("months", one.period, other.period),
            ("nations", one.nations, other.nations),
        )
        if a != b
    ]
    if differs:
        raise InputError(
            Problem(
                f"{one.name} and {other.name} differ in {', '.join(differs)}, so that their runs "
                "cannot be paired",
                hint="run both with the same --runs, --seed, --until and --nations",
            )
        )


def _values(result: Result, metric: str, group: str, month: str | None) -> tuple[Floats, str]:
    """Return an outcome in each run, by run, and its month."""
    table = result.tables["outcomes"]
    rows = np.ones(table.num_rows, dtype=np.bool_)
    for column, word in (("metric", metric), ("group", group)):
        rows &= _is(table, column, word)
        if not rows.any():
            raise InputError(Problem(f"{metric} is not measured of {group}", path="group"))
    codes, words = read_words(table, "month")
    if month is not None:
        rows &= _is(table, "month", month)
    else:
        reported = [words[code] for code in np.unique(codes[rows]) if code >= 0]
        if reported:
            rows &= codes == words.index(max(reported))
    if not rows.any():
        raise InputError(Problem(f"{metric} of {group} is not reported for {month}", path="month"))
    places = np.flatnonzero(rows)
    order = np.argsort(read_numbers(table, "run")[places], kind="stable")
    when = codes[places[0]]
    return read_numbers(table, "value")[places[order]], words[when] if when >= 0 else ""


def _is(table: Any, column: str, word: str) -> Flags:  # noqa: ANN401 - Arrow is untyped
    codes, words = read_words(table, column)
    if word not in words:
        hint = nearest(word, words) or f"it holds {', '.join(words[:8])} …"
        raise InputError(Problem(f"the result holds no {column} {word!r}", path=column, hint=hint))
    found: Flags = codes == words.index(word)
    return found
