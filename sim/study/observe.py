"""``sim observe``: what a series would show of a scenario, month by month, with its errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd

from sim import months as calendar
from sim.arrays import Floats
from sim.calibration import series as observed
from sim.calibration.forecast import own_paths, predict
from sim.calibration.series import WORLD, Series, logit, percent
from sim.calibration.targets import (
    LAST_FITTED,
    Target,
    modelled,
    starts,
    targets,
    values,
)
from sim.ensemble import runner
from sim.errors import InputError, Problem, nearest
from sim.evidence.survey import OF_BINOMIAL, sampled
from sim.scenario import Scenario
from sim.scenario import compile as compiled
from sim.scenario.changes import Nations, code_of
from sim.scenario.drivers import Drivers
from sim.scenario.resolve import resolve
from sim.world import Trajectory
from sim.world import views as seen_of

COLUMNS = ("month", "nation", "ecosystem", "mean", "p05", "p50", "p95")
FIRST = "2023-01"


@dataclass(frozen=True, eq=False)
class Block:
    """Some replicates of a scenario, looked at in every month, and what their views need."""

    drivers: Drivers
    seen: Trajectory
    lanes: seen_of.Known

    def view(self, series: Series) -> Floats:
        """Return what a series sees, (months, places, codes, replicates), percent."""
        return seen_of.view(series, self.seen, self.drivers, self.lanes)


def blocks(scenario: Scenario, drivers: Drivers) -> Iterator[Block]:
    """Simulate all replicates of a scenario, some at a time, in their order.

    Parameters
    ----------
    scenario : Scenario
        Resolved; its seed and number of runs are used.
    drivers : Drivers
        What it was compiled to, or that with other facts.
    """
    ensemble, months = scenario.ensemble, drivers.facts.months.size
    for replicates in runner.cut(ensemble.runs):
        done = runner.simulate(drivers, ensemble.seed, replicates, view_months=months)
        yield Block(drivers, done, seen_of.lanes(drivers, ensemble.seed, replicates))


def looked_at(told: Sequence[Series], scenario: Scenario, drivers: Drivers) -> list[Floats]:
    """Return what each of some series sees of all replicates, (months, places, codes, R), percent.

    A block is looked at and let go: the trajectories of all replicates do not fit into memory.

    Parameters
    ----------
    told : sequence of Series
    scenario, drivers
        As in :func:`blocks`.
    """
    parts = [[block.view(each) for each in told] for block in blocks(scenario, drivers)]
    return [np.concatenate(views, axis=-1) for views in zip(*parts, strict=True)]


def observe(
    scenario: Scenario | str | Path | Mapping[str, Any],
    series: str,
    *,
    runs: int | None = None,
    seed: int | None = None,
    until: str | None = None,
    ecosystem: str | None = None,
    nation: str | None = None,
    errors: bool = True,
    overrides: Sequence[str | tuple[str, object]] = (),
    focus: Nations | None = None,
) -> pd.DataFrame:
    """Return what a series would show of a scenario, in percent.

    The model's view of each replicate is carried on by what it lacked at the figures that are
    known, and errors of observation are added: the intervals are
    meant to hold new figures of the same kind.

    Parameters
    ----------
    scenario : Scenario, str, Path or mapping
    series : str
        One of ``sim list series``.
    runs, seed : int, optional
        In place of the scenario's own.
    until : str, optional
        Last month, ``YYYY-MM``.
    ecosystem, nation : str, optional
        Only this code, and this ISO3 or name.
    errors : bool
        Without them the table is the model's own view alone.
    overrides : sequence of str or (path, value)
        As in :func:`sim.run`.
    focus : str or sequence of str, optional
        As in :func:`sim.run`.

    Returns
    -------
    DataFrame
        Columns month, nation (``WLD`` for the world), ecosystem, mean, p05, p50, p95;
        months from the scenario's first on. A half-year or a year is dated by its last month.

    Raises
    ------
    InputError
        If the series, ecosystem or nation is unknown there.
    """
    known = observed.named(series)
    resolved = resolve(
        scenario, runs=runs, seed=seed, until=until, focus=focus, overrides=overrides
    )
    drivers = compiled(resolved)
    if known.name == "deepseek_market_share" and ecosystem == "cn_open:deepseek":
        ecosystem = "cn_open"  # the table of observations names the laboratory
    codes = _chosen(ecosystem, known.codes, "ecosystem")
    told = [known, by_nation(known)] if known.nations_too else [known]
    every = [place for each in told for place in places_of(each, drivers)]
    wanted = _chosen(None if nation is None else code_of(nation), every, "nation")
    told = [each for each in told if not set(wanted).isdisjoint(places_of(each, drivers))]
    tables = []
    for each, seen in zip(told, looked_at(told, resolved, drivers), strict=True):
        nations = places_of(each, drivers)
        views = with_errors(seen, each, drivers, resolved) if errors else seen
        mine = [place for place in wanted if place in nations]
        tables.append(_table(views, drivers.first, each, nations, codes, mine))
    return pd.concat(tables, ignore_index=True)


def by_nation(known: Series) -> Series:
    """Return a series of the world as its answers by nation, at which no fit aims."""
    assert known.nations_too is not None  # noqa: S101 - asked before
    return replace(known, by_nation=True, sees=known.nations_too, asked=True)


def places_of(known: Series, drivers: Drivers) -> tuple[str, ...]:
    """Return the names of the axis of places of a view."""
    return drivers.nations if known.by_nation else (WORLD,)


def _chosen(wanted: str | None, known: Sequence[str], what: str) -> tuple[str, ...]:
    if wanted is None:
        return tuple(known)
    if wanted not in known:
        hint = nearest(wanted, known) or f"it has {', '.join(known[:12])}"
        raise InputError(
            Problem(f"the series has no {what} {wanted!r} in this scenario", path=what, hint=hint)
        )
    return (wanted,)


def with_errors(views: Floats, known: Series, drivers: Drivers, scenario: Scenario) -> Floats:
    """Return draws of observations: what the model lacks, told by known figures, and errors.

    Parameters
    ----------
    views : ndarray, shape (months, places, codes, R)
        What the series sees of the model, percent, months from 2023-01 on.
    known : Series
    drivers : Drivers
    scenario : Scenario
        Its seed draws the errors; figures published after its ``facts_until`` are not known.
    """
    months, places, codes, runs = views.shape
    told = _told(known, drivers, scenario.facts_until, months)
    rng = np.random.default_rng([scenario.ensemble.seed, crc32(known.name.encode())])
    shown = modelled(told, {known.name: views}, drivers.nations, {known.name: np.arange(months)})
    shown = shown if told else np.empty((0, runs))
    lacks = np.zeros((months, codes, runs))
    for c, code in enumerate(known.codes):
        mine = [place for place, aim in enumerate(told) if aim.code == code]
        path = [
            Target(known.name, WORLD, calendar.FIRST + t, code, 50.0, 0.0) for t in range(months)
        ]
        lacks[:, c] = predict(
            [told[n] for n in mine], shown[mine], path, np.zeros((months, runs)), rng, errors=False
        )
    every = np.broadcast_to(lacks[:, None], views.shape)
    if known.own:
        every = every + _own(known, told, shown, lacks, drivers, rng)
    shares = percent(logit(views) + every)
    if known.rest is not None:
        # What the others leave is no figure of its own, and lacks what they lack.
        rest = known.codes.index(known.rest)
        others = [c for c in range(codes) if c != rest]
        shares[:, :, rest] = 100.0 - shares[:, :, others].sum(axis=2)
    noise = rng.standard_normal((months, places, codes, runs))
    return percent(logit(shares) + noise * _error(known, shares, drivers))


def _told(known: Series, drivers: Drivers, until: int | None, months: int) -> list[Target]:
    """Return the figures that a view continues from: those of the fit, and those of the start.

    A world whose facts end early knows what was published by then.
    """
    last, early = (LAST_FITTED, False) if until is None else (min(until, LAST_FITTED), True)
    return [
        aim
        for aim in [*starts(last, origin=early), *targets(last, origin=early)]
        if aim.series == known.name
        and aim.month < calendar.FIRST + months
        and (not known.by_nation or aim.place in drivers.nations)
    ]


def _own(
    known: Series,
    told: Sequence[Target],
    shown: Floats,
    lacks: Floats,
    drivers: Drivers,
    rng: np.random.Generator,
) -> Floats:
    """Return what the model lacks in each place alone, log-odds, (T, places, codes, R).

    Parameters
    ----------
    known : Series
    told : sequence of Target
    shown : ndarray, shape (told, R)
        The model at them, log-odds.
    lacks : ndarray, shape (T, codes, R)
        What it lacks everywhere.
    drivers : Drivers
    rng : numpy Generator
    """
    months, codes, runs = lacks.shape
    places = drivers.nations if known.by_nation else (WORLD,)
    out = np.empty((months, len(places), codes, runs))
    for i, nation in enumerate(places):
        for c, code in enumerate(known.codes):
            mine = [n for n, aim in enumerate(told) if (aim.place, aim.code) == (nation, code)]
            here = [told[n] for n in mine]
            at = [aim.month - calendar.FIRST for aim in here]
            left = values(here)[:, None] - shown[mine] - lacks[at, c]
            out[:, i, c] = own_paths(here, left, known, calendar.FIRST + np.arange(months), rng)
    return out


def _error(known: Series, shares: Floats, drivers: Drivers) -> Floats | float:
    """Return the standard deviation of observations, log-odds: that of sampling for a survey."""
    if not known.asked:
        return known.error
    part = 1.0 if known.counts else OF_BINOMIAL
    return np.stack(
        [
            sampled(shares[:, i] / 100.0, nation, of_binomial=part)
            for i, nation in enumerate(drivers.nations)
        ],
        axis=1,
    )


def _table(
    views: Floats,
    first: int,
    known: Series,
    nations: Sequence[str],
    codes: Sequence[str],
    places: Sequence[str],
) -> pd.DataFrame:
    at = [nations.index(place) for place in places]
    of = [known.codes.index(code) for code in codes]
    kept = views[first:][:, at][:, :, of]
    months = [calendar.text(calendar.FIRST + t) for t in range(first, views.shape[0])]
    low, middle, high = np.quantile(kept, (0.05, 0.5, 0.95), axis=-1)
    shape = kept.shape[:3]
    grid = np.indices(shape).reshape(3, -1)
    return pd.DataFrame(
        {
            "month": [months[n] for n in grid[0]],
            "nation": [places[n] for n in grid[1]],
            "ecosystem": [codes[n] for n in grid[2]],
            "mean": kept.mean(axis=-1).ravel(), "p05": low.ravel(), "p50": middle.ravel(),
            "p95": high.ravel(),
        },
        columns=list(COLUMNS),
    )  # fmt: skip
