"""Nations left out: how well the rest tells of a nation's chatbot share, against regressions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sim.evidence import load
from sim.study.calibration import members, scores
from sim.study.calibration.calibrate import Plan, calibrate, compiled
from sim.study.calibration.fitted import NATIONS
from sim.study.calibration.forecast import predict
from sim.study.calibration.series import Floats, logit, percent
from sim.study.calibration.targets import Target, targets

FOLDS, REPEATS = 5, 2

REGRESSIONS: dict[str, tuple[str, ...]] = {
    "income": ("income",),
    "access": ("access",),
    "income, access, alignment": ("income", "access", "alignment"),
    "income, access, alignment, tie": ("income", "access", "alignment", "tie"),
    "the same and regions": ("income", "access", "alignment", "tie", "region"),
}
"""Ridge regressions on covariates that the model has too."""

PENALTY = 3.0
"""Weight of a squared coefficient of a standardised covariate, in squared log-odds (judgement)."""


@dataclass(frozen=True, eq=False)
class LeftOut:
    """Forecasts of nations that were left out.

    Parameters
    ----------
    points : DataFrame
        repeat, nation, blocked, observed, p05, p50, p95, covered, and a column a regression.
    table : DataFrame
        method, nations ("all" or "served"), rank_correlation, error, coverage; error is the mean
        absolute error in log-odds.
    """

    points: pd.DataFrame
    table: pd.DataFrame


def left_out(
    plan: Plan,
    *,
    folds: int = FOLDS,
    repeats: int = REPEATS,
    progress: Callable[[int, int], None] | None = None,
) -> LeftOut:
    """Leave each fold of nations out in turn, calibrate without it and forecast it.

    Parameters
    ----------
    plan : Plan
        Members, steps and seed; folds are drawn from the seed too.
    folds, repeats : int
        Parts of the nations, and how often they are parted anew.
    progress : callable, optional
    """
    aims = [aim for aim in targets() if aim.series == NATIONS]
    rows: list[pd.DataFrame] = []
    rng = np.random.default_rng([plan.seed, 3])
    for repeat in range(repeats):
        order = rng.permutation(len(aims))
        for fold in range(folds):
            out = [aims[n] for n in np.sort(order[fold::folds]).tolist()]
            rows.append(_fold(plan, aims, out).assign(repeat=repeat))
            if progress:
                progress(repeat * folds + fold + 1, repeats * folds)
    points = pd.concat(rows, ignore_index=True)
    return LeftOut(points, _table(points))


def _fold(plan: Plan, aims: Sequence[Target], out: Sequence[Target]) -> pd.DataFrame:
    names = {aim.place for aim in out}
    kept = [aim for aim in aims if aim.place not in names]
    trained = calibrate(replace(plan, nations=tuple(aim.place for aim in kept)))
    drivers = compiled(trained.plan)
    seen = members.shown(
        drivers, trained.unknown, trained.posterior, out, plan.seed * 1000 + 700, plan.repeats
    )
    rng = np.random.default_rng([plan.seed, 4])
    draws = percent(predict([], np.empty((0, seen.shape[1])), out, seen, rng))
    low, middle, high = np.quantile(draws, (0.05, 0.5, 0.95), axis=1)
    observed = np.array([aim.value for aim in out])
    covariates = _covariates([aim.place for aim in aims])
    nations = load().nations
    listed = dict(zip(nations.iso3, nations.listed.sum(axis=1).tolist(), strict=True))
    frame = pd.DataFrame(
        {
            "nation": [aim.place for aim in out],
            "blocked": [bool(listed[aim.place] == 0) for aim in out],
            "observed": observed, "p05": low, "p50": middle, "p95": high,
            "covered": (low <= observed) & (observed <= high),
        }
    )  # fmt: skip
    target = pd.Series({aim.place: float(logit(np.array(aim.value))) for aim in kept})
    for name, columns in REGRESSIONS.items():
        fitted = _ridge(covariates, columns, target)
        frame[name] = percent(fitted[frame["nation"]].to_numpy())
    return frame


def _covariates(codes: Sequence[str]) -> pd.DataFrame:
    """Return covariates of nations, each standardised but access, which is -1 where blocked."""
    nations = load().nations
    places = [nations.index(code) for code in codes]

    def standard(values: Floats) -> Floats:
        kept = values[places]
        return np.asarray((kept - kept.mean()) / kept.std())

    return pd.DataFrame(
        {
            "income": standard(np.log(nations.income)),
            "access": np.where(nations.listed[places].any(axis=1), 0.0, -1.0),
            "alignment": standard(nations.alignment),
            "tie": standard(nations.us_tie),
            "region": [nations.region[place] for place in places],
        },
        index=list(codes),
    )


def _ridge(covariates: pd.DataFrame, columns: Sequence[str], target: pd.Series) -> pd.Series:
    """Return fitted values of all nations from a ridge regression on those with a target."""
    plain = [column for column in columns if column != "region"]
    design = covariates[plain].to_numpy(dtype=np.float64)
    if "region" in columns:
        dummies = pd.get_dummies(covariates["region"]).to_numpy(dtype=np.float64)
        design = np.hstack([design, dummies])
    inside = np.flatnonzero(covariates.index.isin(target.index))
    x, y = design[inside], target[covariates.index[inside]].to_numpy()
    # Access is a jump of several log-odds, known from four nations: it is not shrunk.
    weights = np.array([0.01 if name == "access" else PENALTY for name in plain])
    penalty = np.diag(np.concatenate([weights, np.full(design.shape[1] - len(plain), PENALTY)]))
    solution = np.linalg.solve(x.T @ x + penalty, x.T @ (y - y.mean()))
    return pd.Series(y.mean() + design @ solution, index=covariates.index)


def _table(points: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for among, frame in (("all", points), ("served", points[~points["blocked"]])):
        for method in ("model", *REGRESSIONS):
            column = "p50" if method == "model" else method
            parts = [part for _, part in frame.groupby("repeat")]
            ranks = [
                scores.rank_correlation(part[column].to_numpy(), part["observed"].to_numpy())
                for part in parts
            ]
            miss = np.abs(logit(frame[column].to_numpy()) - logit(frame["observed"].to_numpy()))
            rows.append(
                {
                    "method": method, "nations": among,
                    "rank_correlation": float(np.mean(ranks)), "error": float(miss.mean()),
                    "coverage": float(frame["covered"].mean()) if method == "model" else np.nan,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)
