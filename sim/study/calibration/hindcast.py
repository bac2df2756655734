"""Hindcast: train to a cut-off, forecast what came later, and compare with naive forecasts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from sim import months as calendar
from sim.errors import InputError, Problem
from sim.evidence import load
from sim.evidence.tables import data_hash
from sim.study.calibration import members, naive, scores
from sim.study.calibration.calibrate import Calibration, Plan, calibrate, compiled, scenario_of
from sim.study.calibration.forecast import predict
from sim.study.calibration.series import SERIES, Floats, logit, percent
from sim.study.calibration.targets import LAST_FITTED, Target, targets
from sim.study.manifest import manifest
from sim.study.saved import Saved, Writer, csv_of

LAST = calendar.text(LAST_FITTED)
CUTOFF = "2025-06"
ROLLING = ("2025-03", "2025-06", "2025-09")
FOLDER = "hindcast"
FACTS = "facts_until"
MODEL_NAME = "model"

DRIVERS = {"later": "drivers known later", "at cut-off": "drivers known at the cut-off"}
"""What a forecast knows of prices, releases and rules after its cut-off."""

ALTERNATIVES: dict[str, tuple[tuple[str, Any], ...]] = {
    "as shipped": (),
    "raw index": (("parameters.raw_capability", 1),),
    "fixed tasks": (("parameters.moving_bar", 0),),
    "only the gap counts": (("parameters.moving_bar", 1),),
    "plain logit": (("parameters.nest", 1),),
    "no trial": (("parameters.trial", 0),),
    "linked nations": (("parameters.links", 1),),
    "enterprise tasks as hard": (("parameters.task_difficulty_gap", 5),),
    "no pull of fresh releases": (("parameters.fresh_pull", 0),),
}
"""Structural alternatives: what is held in place of the shipped structure."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False, repr=False)
class Hindcast(Saved):
    """What a hindcast found.

    Parameters
    ----------
    manifest : mapping
    points : DataFrame
        One row a forecast: cutoff, drivers, series, place, month, ecosystem, observed, p05, p50,
        p95, crps, error, covered.
    table : DataFrame
        Scores by cutoff, drivers, series and method: points, crps and mae in percentage points,
        crps_log_odds, coverage and width of 90 % intervals.
    folder : Path, optional
        Where it is kept.
    """

    kind: ClassVar[str] = "hindcast"

    points: pd.DataFrame
    table: pd.DataFrame

    @property
    def where(self) -> tuple[str, ...]:
        """The folder of all hindcasts."""
        return (FOLDER,)

    def _tables(self) -> dict[str, Writer]:
        tables = {"points": self.points, "scores": self.table, "lost": self.lost}
        return {f"{name}.csv": csv_of(table.round(4)) for name, table in tables.items()}

    def _figures(self) -> dict[str, bytes]:
        from sim.report import calibration as drawing
        from sim.report import svg

        drawn = drawing.forecasts(self.points)
        return {f"{name}.svg": svg(figure).encode() for name, figure in drawn.items()}

    def _page(self, drawn: Mapping[str, bytes]) -> str:
        from sim.report import calibration as drawing

        return drawing.page(self, drawn)

    @classmethod
    def _required(cls, manifest: Mapping[str, Any]) -> frozenset[str]:  # noqa: ARG003
        return frozenset({"points.csv", "scores.csv", "lost.csv"})

    @classmethod
    def _of(cls, folder: Path, manifest: Mapping[str, Any]) -> Hindcast:
        points, table = (pd.read_csv(folder / f"{name}.csv") for name in ("points", "scores"))
        return cls(manifest, points, table)

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
    """Train to each cut-off, forecast to the end of 2025 and score.

    Parameters
    ----------
    cutoffs : iterable of str
        Months, ``YYYY-MM``, whose later observations are unknown in training.
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
    began = time.perf_counter()
    parts = []
    for place, cutoff in enumerate(months):
        trained = calibrate(_blind(plan, cutoff), out=out)
        parts += [_forecast(trained, cutoff, drivers) for drivers in DRIVERS]
        if progress:
            progress(place + 1, len(months))
    asked = {"cutoffs": list(months), "plan": asdict(plan)}
    documents = [scenario_of(plan).document()]
    facts = manifest(
        "hindcast", asked, documents, seconds=time.perf_counter() - began, facts=data_hash()
    )
    return _scored(parts, facts).saved(out)


def _require_sound(cutoffs: Sequence[str]) -> None:
    if not cutoffs:
        raise InputError(Problem("no cut-off is given", path="cutoff"))
    for cutoff in cutoffs:
        try:
            month = calendar.parse(cutoff)
        except ValueError as error:
            raise InputError(Problem(str(error), path="cutoff", hint="write YYYY-MM")) from error
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
    return replace(plan, until=cutoff, overrides=(*plan.overrides, (FACTS, cutoff)))


def _forecast(trained: Calibration, cutoff: str, drivers: str) -> _Part:
    """Run the trained members on to the end of the observations and draw what would be seen."""
    later = [aim for aim in targets() if aim.month > calendar.parse(cutoff)]
    plan = trained.plan
    if drivers == "later":
        plan = replace(plan, overrides=tuple(each for each in plan.overrides if each[0] != FACTS))
    world = compiled(plan, until=LAST)
    both = [*trained.aims, *later]
    seed = trained.plan.seed * 1000 + 500
    shown = members.shown(
        world, trained.unknown, trained.posterior, both, seed, trained.plan.repeats
    )
    n = len(trained.aims)
    rng = np.random.default_rng([trained.plan.seed, 2])
    draws = predict(trained.aims, shown[:n], later, shown[n:], rng)
    return _Part(cutoff, drivers, _past(trained.aims, cutoff), later, percent(draws))


def _past(aims: Sequence[Target], cutoff: str) -> list[Target]:
    """Return what naive forecasts know: the targets and, by nation, the users before them."""
    name = "genai_user_share_of_working_age_population"
    users = [
        Target(name, row.place, row.last, "all", row.value, SERIES[name].error)
        for row in load().observations
        if row.series == name and row.place != "WLD" and row.last <= calendar.parse(cutoff)
    ]
    known = {(aim.series, aim.place, aim.month) for aim in aims}
    return [*aims, *(u for u in users if (u.series, u.place, u.month) not in known)]


def _scored(parts: Sequence[_Part], facts: Mapping[str, Any]) -> Hindcast:
    points, rows = [], []
    for part in parts:
        for place, aim in enumerate(part.aims):
            if aim.at_least:
                continue
            draws = part.draws[place]
            low, high = scores.interval(draws)
            middle = float(np.median(draws))
            points.append(
                {
                    "cutoff": part.cutoff, "drivers": part.drivers, "series": aim.series,
                    "place": aim.place, "month": calendar.text(aim.month), "ecosystem": aim.code,
                    "observed": aim.value, "p05": low, "p50": middle, "p95": high,
                    "crps": scores.crps(draws, aim.value),
                    "crps_log_odds": _on_log_odds(draws, aim.value),
                    "error": abs(middle - aim.value), "covered": low <= aim.value <= high,
                }
            )  # fmt: skip
            rows += _naive_rows(part, aim)
    frame = pd.DataFrame(points)
    mine = frame.assign(method=MODEL_NAME, width=frame["p95"] - frame["p05"])
    every = pd.concat([mine, pd.DataFrame(rows)], ignore_index=True) if rows else mine
    table = (
        every.groupby(["cutoff", "drivers", "series", "method"], sort=False)
        .agg(
            points=("crps", "size"), crps=("crps", "mean"), mae=("error", "mean"),
            coverage=("covered", "mean"), width=("width", "mean"),
            crps_log_odds=("crps_log_odds", "mean"),
        )
        .reset_index()
    )  # fmt: skip
    return Hindcast(facts, frame, table)


def _naive_rows(part: _Part, aim: Target) -> list[dict[str, Any]]:
    """Return the scores of the naive forecasts of one figure; none where nothing was observed."""
    past = [
        other
        for other in part.past
        if (other.series, other.place, other.code) == (aim.series, aim.place, aim.code)
        and not other.at_least
    ]
    if not past:
        return []
    about = {"cutoff": part.cutoff, "drivers": part.drivers, "series": aim.series}
    rows = []
    for name, method in naive.METHODS.items():
        middle, sd = method(past, aim.month)
        reach = 1.6448536269514722 * sd
        rows.append(
            about | {
                "method": name, "crps": scores.crps_normal(middle, sd, aim.value),
                "crps_log_odds": _on_log_odds(naive.quantiles(middle, sd), aim.value),
                "error": abs(middle - aim.value), "covered": abs(middle - aim.value) <= reach,
                "width": 2.0 * reach,
            }
        )  # fmt: skip
    draws = naive.flat(past, aim)
    low, high = scores.interval(draws)
    rows.append(
        about | {
            "method": naive.FLAT, "crps": scores.crps(draws, aim.value),
            "crps_log_odds": _on_log_odds(draws, aim.value),
            "error": abs(float(np.median(draws)) - aim.value),
            "covered": low <= aim.value <= high, "width": high - low,
        }
    )  # fmt: skip
    return rows


def _on_log_odds(draws: Floats, value: float) -> float:
    """Return the score of percentages on the scale on which shares of any size err alike."""
    return scores.crps(logit(draws), float(logit(np.array(value))))


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
    for place, (name, overrides) in enumerate(ALTERNATIVES.items()):
        trained = calibrate(_blind(replace(plan, overrides=overrides), cutoff))
        table = _scored([_forecast(trained, cutoff, "later")], trained.manifest).table
        found[name] = table[table["method"] == MODEL_NAME].set_index("series")["crps"]
        if progress:
            progress(place + 1, len(ALTERNATIVES))
    frame = pd.DataFrame(found).T
    ratio = frame / frame.loc["as shipped"]
    return ratio.assign(log_mean=np.log(ratio).mean(axis=1)).rename_axis("alternative")
