"""The long experiments of calibration: recovery, hindcasts, nations and facts left out, structures.

``python -m validation.calibration`` takes half an hour on one core and renews the tables of
``docs/validation/``, from which docs/validation.md is made.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import machine
from sim.calibration import identify, members
from sim.calibration.fit import Plan, compiled
from sim.calibration.fitted import FITTED
from sim.calibration.judgement import judged
from sim.calibration.series import percent
from sim.calibration.targets import Target, covariance, targets, values
from sim.evidence.tables import data_hash
from sim.study.calibrate import calibrate
from sim.study.hindcast import (
    ALTERNATIVES,
    ROLLING,
    alternatives,
    common_and_own,
    hindcast,
)
from sim.study.left_out import MODEL as MODEL_NAME
from sim.study.left_out import left_out
from sim.version import MODEL
from validation import events

OPEN_ABROAD = ("us_open_restricted", "us_permissive", "eu_open")

PLACE = Path(__file__).parents[1] / "docs" / "validation"

FULL = Plan()
SMALL = Plan(members=240, repeats=1)
"""For experiments that calibrate a hundred times."""
FOLDS = Plan(members=400, repeats=1)
"""For nations that are left out by turns."""

CASES = 40
ORIGINS = ("2025-09", "2025-12")
"""Months at whose end other structures are trained."""

REPEATS = 5

NEW = (
    "learning", "router_difficulty", "router_capability", "router_price", "router_variety",
    "router_incumbent", "router_learning", "english_us_open", "topic_factor",
)  # fmt: skip
"""Parameters that two seeds are compared for."""

Overrides = tuple[tuple[str, Any], ...]


def _held(parameters: dict[str, float]) -> Overrides:
    return tuple((f"parameters.{name}", value) for name, value in parameters.items())


CHANGES: dict[str, Overrides] = {
    "as shipped": (),
    "no alignment": _held({"alignment_weight": 0.0}),
    "alignment without saturation": _held({"alignment_middle": 0.0, "alignment_width": 2.0}),
    "no English": _held({"english": 0.0, "english_us_open": 0.0}),
    "English for Chinese models alone": _held({"english_us_open": 0.0}),
    "no home": _held(
        {"home_bias.USA": 0.0, "home_bias.CHN": 0.0, "home_bias.FRA": 0.8, "home_bias.europe": 0.0}
    ),
    "open models without brands": _held({f"ecosystem_pull.{k}": 0.0 for k in OPEN_ABROAD}),
    "developers as blocked as consumers": _held({"leak_developers": 0.1}),
    "answers follow the firm": _held({"own_use": 0.8}),
    **{
        name: ALTERNATIVES[name]
        for name in (
            "developers learn nothing", "nobody learns", "learning by time", "learning from peers",
            "routers see no price", "the best line counts", "free variants",
            "derivatives follow releases",
        )
    },
    "inertia of version 3": _held(
        {"reconsider.independent": 0.12, "reconsider.research": 0.15, "switching_cost": 0.8}
    ),
    "no trial": ALTERNATIVES["no trial"],
    "consumers of one taste": _held({"taste_consumer": 0.3, "consumer_income": 0.0}),
}  # fmt: skip
"""What is set back, one change at a time, to see what it does to each series."""


def experiments() -> dict[str, Callable[[], dict[str, pd.DataFrame]]]:
    """Return every experiment by name; each gives tables by the name of their file."""
    return {"fit": _fit, "hindcast": _hindcast, "nations": _nations, "changes": _changes,
            "structures": _structures, "recovery": _recovery, "events": _events,
            "seeds": _seeds, "common": _common}  # fmt: skip


def _fit() -> dict[str, pd.DataFrame]:
    done = calibrate(FULL)
    return {"parameters": identify.parameters(done).round(4),
            "correlations": identify.correlations(done),
            "targets": identify.fits(done)}  # fmt: skip


def _seeds() -> dict[str, pd.DataFrame]:
    """Return the posterior of what is new, or told by routed tokens, from two seeds."""
    tables = []
    for seed in (FULL.seed, FULL.seed + 1):
        found = identify.parameters(calibrate(replace(FULL, seed=seed)))
        mine = found[found["parameter"].isin(NEW)]
        tables.append(mine[["parameter", "unit", "p05", "p50", "p95", "spread"]].assign(seed=seed))
    return {"seeds": pd.concat(tables, ignore_index=True).round(4)}


def _hindcast() -> dict[str, pd.DataFrame]:
    done = hindcast(ROLLING, plan=FULL)
    assert done.forecasts is not None  # noqa: S101 - a hindcast of now always has them
    covered = done.points.groupby(["cutoff", "drivers"], sort=False)["covered"]
    coverage = covered.agg(figures="size", coverage="mean").reset_index()
    tables = {"scores": done.table, "coverage": coverage, "judgement": judged(done.forecasts)}
    return {name: table.round(4) for name, table in tables.items()}


def _nations() -> dict[str, pd.DataFrame]:
    found = left_out(FOLDS, repeats=REPEATS, progress=_say)
    regions = left_out(FOLDS, by_region=True)
    mine = found.points[found.points["method"] == MODEL_NAME]
    by_nation = mine.groupby(["ecosystem", "nation"])[["observed", "p05", "p50", "p95"]].mean()
    return {
        "nations": found.table.round(4),
        "nations_by_region": regions.table.round(4),
        "nations_forecast": by_nation.reset_index().round(2),
    }


def _changes() -> dict[str, pd.DataFrame]:
    """Return how far fits without one change are from the figures of each series."""
    rows = []
    for change, held in CHANGES.items():
        done = calibrate(replace(SMALL, overrides=held))
        miss = np.abs(np.median(done.shown, axis=1) - values(done.aims))
        keys = np.array([aim.of.key for aim in done.aims])
        means = {key: round(float(miss[keys == key].mean()), 3) for key in dict.fromkeys(keys)}
        rows.append({"change": change, **means})
        print(f"  {change}", file=sys.stderr, flush=True)
    return {"changes": pd.DataFrame(rows)}


def _structures() -> dict[str, pd.DataFrame]:
    tables = [alternatives(SMALL, origin).reset_index().assign(origin=origin) for origin in ORIGINS]
    return {"structures": pd.concat(tables, ignore_index=True).round(4)}


def recovery(
    cases: int,
    plan: Plan,
    *,
    level: float = 0.9,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Calibrate to data made by known parameters and count how often intervals hold them.

    In each case all unknowns are drawn from the priors, one world is run with its own noise, and
    the errors that the calibration assumes are added to what it shows: the data of a world in which
    the model is true.

    Parameters
    ----------
    cases : int
    plan : Plan
        Members, steps, repeats and seed.
    level : float
        Level of the central intervals.
    progress : callable, optional

    Returns
    -------
    DataFrame
        case, parameter, truth, low, high, covered; values are standard scores under the prior.
    """
    drivers = compiled(plan)
    unknown = members.unknowns(drivers)
    aims = targets()
    root = np.linalg.cholesky(covariance(aims))
    rows = []
    for case in range(cases):
        rng = np.random.default_rng([plan.seed, 5, case])
        truth = rng.standard_normal((len(unknown.names), 1))
        plain = [replace(aim, bound="") for aim in aims]
        seen = members.shown(drivers, unknown, truth, plain, plan.seed * 1000 + 900 + case)
        made = percent(seen[:, 0] + root @ rng.standard_normal(len(aims)))
        data = [_told(aim, float(value)) for aim, value in zip(aims, made, strict=True)]
        done = calibrate(replace(plan, seed=plan.seed + 1 + case), aims=data)
        tails = ((1.0 - level) / 2.0, (1.0 + level) / 2.0)
        for place, row in enumerate(unknown.held):
            if row.path not in FITTED:
                continue
            low, high = np.quantile(done.posterior[place], tails)
            value = float(truth[place, 0])
            rows.append([case, row.path, value, low, high, low <= value <= high])
        if progress:
            progress(case + 1, cases)
    columns = ["case", "parameter", "truth", "low", "high", "covered"]
    return pd.DataFrame(rows, columns=columns)


def _told(aim: Target, value: float) -> Target:
    """Return a figure of the made world; a bound holds where the world keeps it."""
    kept = {"": False, "at least": value >= aim.value, "at most": value <= aim.value}
    return aim if kept[aim.bound] else replace(aim, value=value, bound="")


def _recovery() -> dict[str, pd.DataFrame]:
    found = recovery(CASES, SMALL, progress=_say)
    held = found.groupby("parameter", sort=False)["covered"].agg(cases="size", coverage="mean")
    return {"recovery": held.reset_index().round(4)}


def _common() -> dict[str, pd.DataFrame]:
    return {"common": common_and_own(SMALL).round(4)}


def _events() -> dict[str, pd.DataFrame]:
    return {"events": events.study().round(3)}


def _say(done: int, total: int) -> None:
    if done % 10 == 0:
        print(f"  {done} of {total}", file=sys.stderr, flush=True)


def run(names: list[str]) -> dict[str, Any]:
    """Run experiments, write their tables and return how long each took."""
    PLACE.mkdir(parents=True, exist_ok=True)
    about = PLACE / "made.json"
    known: dict[str, Any] = {}
    for name in names:
        began = time.perf_counter()
        for table, frame in experiments()[name]().items():
            frame.to_csv(PLACE / f"{table}.csv", index=False)
        # Read late: another experiment may have ended meanwhile.
        known = json.loads(about.read_text()) if about.exists() else {}
        known[name] = {
            "seconds": round(time.perf_counter() - began), "model_version": MODEL,
            "tables_hash": data_hash(), "machine": machine.describe(),
        }  # fmt: skip
        about.write_text(json.dumps(known, indent=2) + "\n")
        print(f"{name}: {known[name]['seconds']} s", flush=True)
    return known


if __name__ == "__main__":
    run(sys.argv[1:] or list(experiments()))
