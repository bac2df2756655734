"""Hindcast: train to a cut-off, forecast what came later, and compare with naive forecasts."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from sim import months as calendar
from sim.analysis import scores
from sim.arrays import Floats
from sim.calibration import judgement, members, naive
from sim.calibration.fit import Plan, compiled
from sim.calibration.forecast import predict
from sim.calibration.series import SERIES, logit, percent
from sim.calibration.targets import LAST_OBSERVED, Target, published, starts
from sim.errors import InputError, Problem
from sim.study import finished
from sim.study.calibrate import Calibration, calibrate, facts_of, plan_of
from sim.study.progress import Progress, counted
from sim.study.saved import Saved, Writer, csv_of

LAST = calendar.text(LAST_OBSERVED)
CUTOFF = "2025-06"
ROLLING = ("2025-06", "2025-09", "2025-12", "2026-03")
"""Origins of the rolling judgement."""

FACTS = "facts_until"
MODEL_NAME = judgement.MODEL

DRIVERS = {"later": "drivers known later", "at cut-off": "drivers known at the cut-off"}
"""What a forecast knows of prices, releases and rules after its cut-off."""

ALTERNATIVES: dict[str, tuple[tuple[str, Any], ...]] = {
    "as shipped": (),
    "raw index": (("parameters.raw_capability", 1),),
    "fixed tasks": (("parameters.moving_bar", 0),),
    "only the gap counts": (("parameters.moving_bar", 1),),
    "plain logit": (("parameters.nest_dissimilarity", 1),),
    "no trial": (("parameters.trial", 0),),
    "linked nations": (("parameters.links", 1),),
    "enterprise tasks as hard": (("parameters.task_difficulty_gap", 5),),
    "developers learn nothing": (("parameters.learning", 0),),
    "nobody learns": (("parameters.learning", 0), ("parameters.router_learning", 0)),
    "learning by time": (("parameters.learning_by_time", 1),),
    "learning from peers": (("parameters.learning_by_peers", 1),),
    "routers see no price": (("parameters.router_price", 0.05),),
    "the best line counts": (("parameters.router_variety", 0.4),),
    "free variants": (("parameters.free_access", 0.6),),
    "derivatives follow releases": (("parameters.derived_recency", 0.6),),
}
"""Structural alternatives: what is held in place of the shipped structure."""

MANY = 20
"""Figures of a month from which what they share is told apart."""


@dataclass(frozen=True, eq=False, repr=False)
class Hindcast(Saved):
    """What a hindcast found.

    Parameters
    ----------
    manifest : mapping
    points : DataFrame
        One row a forecast of the model: cutoff, drivers, series, place, month, ecosystem, observed,
        p05, p50, p95, crps, crps_log_odds, error, covered, interval_score, horizon (months).
    table : DataFrame
        Scores by cutoff, drivers, series and method: points, crps and mae in percentage points,
        crps_log_odds, coverage, width and interval_score of 90 % intervals.
    forecasts : DataFrame, optional
        The same as ``points`` for every method, the model among them; results of before have none.
    folder : Path, optional
        Where it is kept.
    """

    kind: ClassVar[str] = "hindcast"
    always: ClassVar[frozenset[str]] = frozenset({"points.csv", "scores.csv", "lost.csv"})

    points: pd.DataFrame
    table: pd.DataFrame
    forecasts: pd.DataFrame | None = None

    @cached_property
    def judgement(self) -> pd.DataFrame | None:
        """Scores over all origins with paired differences; None in a result of before."""
        return None if self.forecasts is None else judgement.judged(self.forecasts)

    def _tables(self) -> dict[str, Writer]:
        tables = {"points": self.points, "scores": self.table, "lost": self.lost}
        over = self.judgement
        if self.forecasts is not None and over is not None:
            tables |= {"forecasts": self.forecasts, "judgement": over}
        return {f"{name}.csv": csv_of(table.round(4)) for name, table in tables.items()}

    @classmethod
    def _of(cls, folder: Path, manifest: Mapping[str, Any]) -> Hindcast:
        points, table = (pd.read_csv(folder / f"{name}.csv") for name in ("points", "scores"))
        every = folder / "forecasts.csv"
        return cls(manifest, points, table, pd.read_csv(every) if every.exists() else None)

    @property
    def lost(self) -> pd.DataFrame:
        """Series on which a naive forecast scored better, with the best of them."""
        rows = []
        for key, part in self.table.groupby(["cutoff", "drivers", "series"], sort=False):
            model = part[part["method"] == MODEL_NAME]["crps"].iloc[0]
            others = part[part["method"] != MODEL_NAME]
            if len(others) and others["crps"].min() < model:
                best = others.sort_values("crps").iloc[0]
                rows.append([*key, model, best["method"], best["crps"]])
        columns = ["cutoff", "drivers", "series", "model", "better", "its_crps"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def compared(self) -> pd.DataFrame:
        """Series with naive forecasts, by cut-off and drivers."""
        others = self.table[self.table["method"] != MODEL_NAME]
        return others[["cutoff", "drivers", "series"]].drop_duplicates()


def hindcast(
    cutoffs: Iterable[str] = (CUTOFF,),
    *,
    plan: Plan | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Hindcast:
    """Train to each cut-off, forecast the figures of later months to June 2026, and score.

    A cut-off knows what was published by its end, and is judged on the months after it.

    Parameters
    ----------
    cutoffs : iterable of str
        Origins: months, ``YYYY-MM``, at whose end the forecast is made.
    plan : Plan, optional
        Members, steps, seed and structure; its own last month is not read.
    out : str or Path, optional
        Folder that stands for ``results/``; tables and figures go to ``OUT/hindcast/<hash12>``.
    progress : callable, optional
        Called with cut-offs done and all.

    Raises
    ------
    InputError
        If a cut-off is none.
    """
    plan = Plan() if plan is None else plan
    months = tuple(dict.fromkeys(cutoffs))
    _require_sound(months)
    return finished.kept_or_made(
        Hindcast, facts_of("hindcast", {"cutoffs": list(months)}, plan), out,
        lambda: forecast_from(months, plan, out=out, progress=progress),
    )  # fmt: skip


def again(known: Mapping[str, Any], out: str | Path | None, _: int) -> Hindcast:
    """Train, forecast and score again, from the manifest of a hindcast."""
    return forecast_from(known["asked"]["cutoffs"], plan_of(known), out=out)


def forecast_from(
    months: Sequence[str],
    plan: Plan,
    *,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Hindcast:
    """Train, forecast and score; arguments as in :func:`hindcast`, calibrations alone are kept."""
    began = time.perf_counter()
    parts = []
    for cutoff in counted(months, progress):
        trained = calibrate(_blind(plan, cutoff), out=out)
        parts += [_forecast(trained, cutoff, drivers) for drivers in DRIVERS]
    seconds = time.perf_counter() - began
    return _scored(parts, facts_of("hindcast", {"cutoffs": list(months)}, plan, seconds))


def _require_sound(cutoffs: Sequence[str]) -> None:
    if not cutoffs:
        raise InputError(Problem("no cut-off is given", path="cutoff"))
    for cutoff in cutoffs:
        try:
            month = calendar.parse(cutoff)
        except ValueError as error:
            raise InputError(Problem(str(error), path="cutoff")) from error
        if not calendar.parse("2025-01") <= month < calendar.parse(LAST):
            raise InputError(
                Problem(
                    f"nothing can be forecast from {cutoff}: observations run from 2025-01 "
                    f"to {LAST}",
                    path="cutoff",
                    hint=f"{CUTOFF}, for instance",
                )
            )


@dataclass(frozen=True, eq=False)
class _Part:
    """Forecasts of one cut-off and one knowledge of drivers."""

    cutoff: str
    drivers: str
    past: list[Target]
    aims: list[Target]
    draws: Floats  # [targets, members] percent


def _blind(plan: Plan, cutoff: str) -> Plan:
    """Return a plan that knows neither figures nor facts of after a cut-off."""
    overrides = (*plan.overrides, (FACTS, cutoff))
    return replace(plan, until=cutoff, overrides=overrides, origin=True)


def _forecast(trained: Calibration, cutoff: str, drivers: str) -> _Part:
    """Run the trained members on to the end of the observations and draw what would be seen."""
    origin = calendar.parse(cutoff)
    later = [aim for aim in published() if aim.month > origin]
    # What the world starts at is known to the forecast too, nation by nation.
    past = [*trained.aims, *starts(origin, origin=True)]
    plan = trained.plan
    if drivers == "later":
        plan = replace(plan, overrides=tuple(each for each in plan.overrides if each[0] != FACTS))
    world = compiled(plan, until=LAST)
    seed = trained.plan.seed * 1000 + 500
    shown = members.shown(
        world, trained.unknown, trained.posterior, [*past, *later], seed, trained.plan.repeats
    )
    n = len(past)
    rng = np.random.default_rng([trained.plan.seed, 2])
    draws = predict(past, shown[:n], later, shown[n:], rng)
    return _Part(cutoff, drivers, past, later, percent(draws))


def _scored(parts: Sequence[_Part], facts: Mapping[str, Any]) -> Hindcast:
    rows = [
        row
        for part in parts
        for place, aim in enumerate(part.aims)
        if not aim.bound
        for row in _rows(part, aim, part.draws[place])
    ]
    every = pd.DataFrame(rows)
    mine = every[every["method"] == MODEL_NAME].drop(columns="method").reset_index(drop=True)
    table = (
        every.assign(width=every["p95"] - every["p05"])
        .groupby(["cutoff", "drivers", "series", "method"], sort=False)
        .agg(
            points=("crps", "size"), crps=("crps", "mean"), mae=("error", "mean"),
            coverage=("covered", "mean"), width=("width", "mean"),
            crps_log_odds=("crps_log_odds", "mean"), interval_score=("interval_score", "mean"),
        )
        .reset_index()
    )  # fmt: skip
    return Hindcast(facts, mine, table, every)


def _rows(part: _Part, aim: Target, draws: Floats) -> Iterable[dict[str, Any]]:
    """Yield the forecasts of one figure: the model's, then naive ones where any was published."""
    about = {
        "cutoff": part.cutoff, "drivers": part.drivers, "series": aim.series, "place": aim.place,
        "month": calendar.text(aim.month), "ecosystem": aim.code, "observed": aim.value,
        "horizon": aim.month - calendar.parse(part.cutoff),
    }  # fmt: skip
    yield about | {"method": MODEL_NAME} | _scores(draws, aim.value)
    past = [
        other
        for other in part.past
        if (other.series, other.place, other.code) == (aim.series, aim.place, aim.code)
        and not other.bound
    ]
    for name in naive.NAMES if past else ():
        yield about | {"method": name} | _scores(naive.draws(name, past, aim), aim.value)


def _scores(draws: Floats, value: float) -> dict[str, Any]:
    """Return the quantiles of a forecast in percent and its scores."""
    low, high = scores.interval(draws)
    middle = float(np.median(draws))
    return {
        "p05": low, "p50": middle, "p95": high, "crps": scores.crps(draws, value),
        # On log-odds shares of any size err alike.
        "crps_log_odds": scores.crps(logit(draws), float(logit(np.array(value)))),
        "error": abs(middle - value),
        "covered": low <= value <= high, "interval_score": scores.interval_score(low, high, value),
    }  # fmt: skip


def alternatives(
    plan: Plan, cutoff: str = CUTOFF, *, progress: Progress | None = None
) -> pd.DataFrame:
    """Return out-of-sample scores of structural alternatives, drivers known later.

    Parameters
    ----------
    plan : Plan
        Members, steps and seed of each.
    cutoff : str
    progress : callable, optional

    Returns
    -------
    DataFrame
        One row an alternative: mean CRPS relative to the shipped structure by series, and the mean
        of the logarithms over series, below zero where the alternative is better.
    """
    found: dict[str, pd.Series] = {}
    for name, overrides in counted(list(ALTERNATIVES.items()), progress):
        trained = calibrate(_blind(replace(plan, overrides=overrides), cutoff))
        table = _scored([_forecast(trained, cutoff, "later")], trained.manifest).table
        found[name] = table[table["method"] == MODEL_NAME].set_index("series")["crps"]
    frame = pd.DataFrame(found).T
    ratio = frame / frame.loc["as shipped"]
    return ratio.assign(log_mean=np.log(ratio).mean(axis=1)).rename_axis("alternative")


def common_and_own(plan: Plan) -> pd.DataFrame:
    """Return how far forecasts by nation err together, and how far each nation errs beside.

    Intervals of many nations may all hold, or all miss, by what they have in common: such a month
    is one figure and not as many as there are nations. Drivers are those known later.

    Parameters
    ----------
    plan : Plan
        Members, steps and seed of each.

    Returns
    -------
    DataFrame
        One row a cut-off of `ROLLING`, series and month with `MANY` figures or more: their number
        and `parted` of them.
    """
    rows = []
    for cutoff in ROLLING:
        part = _forecast(calibrate(_blind(plan, cutoff)), cutoff, "later")
        found: dict[tuple[str, int], list[int]] = {}
        for place, aim in enumerate(part.aims):
            if SERIES[aim.series].by_nation and not aim.bound:
                found.setdefault((aim.series, aim.month), []).append(place)
        for (name, month), places in found.items():
            if len(places) >= MANY:
                seen = np.array([part.aims[place].value for place in places])
                rows.append(
                    {"cutoff": cutoff, "series": name, "month": calendar.text(month),
                     "figures": len(places), **parted(part.draws[places], seen)}
                )  # fmt: skip
    return pd.DataFrame(rows)


def parted(draws: Floats, observed: Floats) -> dict[str, float]:
    """Return forecast and observed errors as a part that all share and parts of their own.

    Parameters
    ----------
    draws : ndarray, shape (figures, members)
        Percent.
    observed : ndarray, shape (figures,)
        Percent.

    Returns
    -------
    dict
        Log-odds about the medians of forecasts: ``common`` and ``own``, the standard deviations
        that the draws give to the mean over figures and to what is left, ``seen_common``, the mean
        of the figures, and ``seen_own``, the standard deviation of what is left.
    """
    odds = logit(draws)
    middle = np.median(odds, axis=1)
    off = odds - middle[:, None]
    shared = off.mean(axis=0)
    missed = logit(observed) - middle
    return {
        "common": float(shared.std()), "own": float((off - shared).std()),
        "seen_common": float(missed.mean()), "seen_own": float(missed.std()),
    }  # fmt: skip
