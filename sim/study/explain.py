"""``sim explain``: where a figure of one nation comes from, down to rows, draws and runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim import months as calendar
from sim.ensemble import runner
from sim.ensemble.outcomes import Outcomes, kept, measure
from sim.errors import InputError, Problem, nearest
from sim.scenario import Scenario, load, nations
from sim.scenario import compile as compiled
from sim.scenario.changes import Nations, code_of
from sim.scenario.drivers import Drivers
from sim.scenario.resolve import resolve
from sim.study import behind
from sim.study.explanation import Explanation, band
from sim.study.repeat import require_same
from sim.study.result import Result
from sim.study.saved import plain_scenario
from sim.study.seals import read_manifest, shown
from sim.study.sighted import observed, sighted, views


def explain(
    nation: str,
    month: str,
    metric: str,
    scenario: Result | Scenario | str | Path | Mapping[str, Any] = "baseline",
    *,
    runs: int | None = None,
    seed: int | None = None,
    overrides: Sequence[str | tuple[str, object]] = (),
    focus: Nations | None = None,
) -> Explanation:
    """Return where a figure of a nation comes from.

    The scenario is run again as far as the month, so that parts of utility and draws of parameters
    are those of the very runs behind the figure.

    Parameters
    ----------
    nation : str
        ISO3 code or English name.
    month : str
        ``YYYY-MM``.
    metric : str
        One that has a value in each month and nation, such as ``share.bloc_cn``.
    scenario : Result, Scenario, str, Path or mapping
        Of a finished run its own scenario is explained, with its runs and its seed.
    runs, seed : int, optional
        In place of the scenario's own.
    overrides : sequence of str or (path, value)
        As in :func:`sim.run`.
    focus : str or sequence of str, optional
        As in :func:`sim.run`.

    Raises
    ------
    InputError
        If nation, month or metric is not one that can be explained.
    """
    asked = scenario.scenario if isinstance(scenario, Result) else scenario
    known = resolve(asked, runs=runs, seed=seed, focus=focus, overrides=overrides)
    drivers = compiled(known)
    place, t = _nation(nation, drivers), _month(month, drivers)
    code = drivers.nations[place]
    shape = kept(drivers, Outcomes((metric,), (code,), (month,)))
    (measured,) = shape.chosen
    if measured.world or measured.span != "month":
        what = "is of the world alone" if measured.world else "has one value for a whole run"
        hint = "sim list metrics tells which are by nation and month"
        raise InputError(Problem(f"{metric} {what}", path="metric", hint=hint))
    row = int(np.flatnonzero(shape.group == shape.groups.index(code))[0])
    figures = sighted(code, drivers)
    values, why, shows = [], [], []
    for replicates in runner.cut(known.ensemble.runs):
        done, reasons = runner.simulate_with_reasons(
            drivers, place, t, known.ensemble.seed, replicates
        )
        values.append(measure(drivers, shape, done, known.ensemble.seed, replicates)[:, row])
        shows.append(views(drivers, place, done, known.ensemble.seed, replicates, figures))
        why.append(reasons)
    outcome = np.concatenate(values)
    seen = observed(figures, shows)
    inputs = behind.inputs(code, known)
    movers = behind.movers(drivers, place, known, outcome)
    among = nations.table(known)
    return Explanation(
        nation=code,
        name=among.name[among.iso3.index(code)],
        month=month,
        metric=metric,
        title=measured.title,
        unit=measured.unit,
        scenario=known.name,
        runs=known.ensemble.runs,
        seed=known.ensemble.seed,
        figure={**band(outcome), "mean": float(outcome.mean())},
        observed=seen,
        inputs=inputs,
        stance=behind.stances(why),
        levers=behind.levers(known, drivers, place, behind.over(why, "in_force")),
        utility=behind.utility(drivers, why),
        choices=behind.choices(drivers, why),
        movers=movers,
        sources=behind.sources((seen["source"], inputs["source"], movers["source"])),
    )


def of_folder(folder: str | Path, nation: str, month: str, metric: str) -> Explanation:
    """Return where a figure of a kept result of ``sim run`` comes from.

    Only its manifest is read: it holds the scenario, and the numbers are those of its tables.

    Raises
    ------
    InputError
        As `explain` does, and if the result is not that of a run.
    StoreError
        If there is no sound manifest, or model, facts or levers are not those of the result.
    """
    place = Path(folder)
    known = read_manifest(place)
    if known["kind"] != "run":
        message = f"{shown(place)} is a {known['kind']}, and only a run has figures to explain"
        raise InputError(Problem(message, path="from", hint="give the folder of a sim run"))
    require_same(known, shown(place), "explained")
    return explain(nation, month, metric, load(plain_scenario(known["asked"]["scenario"])))


def _nation(word: str, drivers: Drivers) -> int:
    code = code_of(word)
    if code not in drivers.nations:
        hint = nearest(code.upper(), drivers.nations) or "sim list nations tells which there are"
        message = f"no nation of this scenario is called {word!r}"
        raise InputError(Problem(message, path="nation", hint=hint))
    return drivers.nations.index(code)


def _month(word: str, drivers: Drivers) -> int:
    last = int(drivers.facts.months[-1])
    try:
        number = calendar.parse(word)
    except ValueError as error:
        raise InputError(Problem(str(error), path="month")) from None
    first = calendar.FIRST + drivers.first
    if not first <= number <= last:
        span = f"{calendar.text(first)} to {calendar.text(last)}"
        message = f"{word} is not in the period of the scenario, {span}"
        raise InputError(Problem(message, path="month"))
    return number - calendar.FIRST
