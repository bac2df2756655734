"""Nations left out: how well the rest tells whose models a nation's developers use.

Each nation of the survey of developers is forecast by a calibration that does not know it, and by
regressions on covariates that the model has too, trained on the same nations. All forecasts are
distributions of what would be observed there, sampling of its respondents included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from sim.analysis import scores
from sim.arrays import Floats
from sim.calibration import members
from sim.calibration.fit import Plan, compiled
from sim.calibration.fitted import SPLIT
from sim.calibration.forecast import predict
from sim.calibration.series import SERIES, logit, percent
from sim.calibration.targets import Target, targets
from sim.evidence import Nations, load
from sim.evidence.survey import CLASSES, sampled
from sim.study.calibrate import calibrate
from sim.study.progress import Progress, counted

FOLDS, REPEATS = 5, 2

APART = ("CHN",)
"""Nations of the survey that no fold leaves out: what is their own is told by no other nation."""

WEST = -0.35
"""Alignment that parts the West from the rest, the middle of a gap in which no nation stands."""

MODEL = "model"

Covariate = Callable[[Nations], Floats]
REGRESSIONS: Mapping[str, tuple[Covariate, ...]] = MappingProxyType(
    {
        "mean": (),
        "two groups": (lambda nations: np.where(nations.alignment > WEST, 1.0, 0.0),),
        "UN votes": (lambda nations: nations.alignment,),
        "income": (lambda nations: np.log(nations.income),),
        "income, votes, English": (
            lambda nations: np.log(nations.income),
            lambda nations: nations.alignment,
            lambda nations: nations.english,
        ),
    }
)
"""Regressions of a class' log-odds against covariates of nations, by name."""

PENALTY = 0.3
"""Weight of a squared coefficient of a standardised covariate, in squared log-odds (judgement)."""

DRAWS = 500
"""Draws of the distribution of a regression."""


@dataclass(frozen=True, eq=False)
class LeftOut:
    """Forecasts of nations that were left out.

    Parameters
    ----------
    points : DataFrame
        repeat, nation, west, ecosystem, method, observed, p05, p50, p95, crps, covered; percent.
    table : DataFrame
        method, ecosystem, nations ("all", "West" or "rest"), count, rank_correlation, error, crps,
        crps_worse and its standard error (the regression's less the model's, paired by nation),
        coverage (nations inside their 90 % interval, mean over repeats). The forecast of a nation
        is the mean of its held-out medians over repeats; errors are means over nations.
    """

    points: pd.DataFrame
    table: pd.DataFrame


def left_out(
    plan: Plan,
    *,
    folds: int = FOLDS,
    repeats: int = REPEATS,
    by_region: bool = False,
    progress: Progress | None = None,
) -> LeftOut:
    """Leave each fold of nations out in turn, calibrate without it and forecast it.

    Parameters
    ----------
    plan : Plan
        Members, steps and seed; folds are drawn from the seed too.
    folds, repeats : int
        Parts of the nations, and how often they are parted anew.
    by_region : bool
        Whether each region is a fold, once, in place of drawn ones.
    progress : callable, optional
    """
    nations = load().nations
    told = [aim for aim in targets() if aim.series == SPLIT]
    asked = sorted({aim.place for aim in told} - set(APART))
    rng = np.random.default_rng([plan.seed, 3])
    if by_region:
        regions = [nations.region[nations.index(code)] for code in asked]
        parts = [
            (0, [code for code, of in zip(asked, regions, strict=True) if of == region])
            for region in sorted(set(regions))
        ]
    else:
        orders = [rng.permutation(asked).tolist() for _ in range(repeats)]
        parts = [
            (repeat, order[fold::folds]) for repeat, order in enumerate(orders)
            for fold in range(folds)
        ]  # fmt: skip
    rows = [
        _fold(plan, told, sorted(out)).assign(repeat=repeat)
        for repeat, out in counted(parts, progress)
    ]
    points = pd.concat(rows, ignore_index=True)
    return LeftOut(points, _table(points))


def _fold(plan: Plan, told: Sequence[Target], out: Sequence[str]) -> pd.DataFrame:
    """Return forecasts of some nations by a calibration and by regressions that leave them out."""
    inside = tuple(sorted({aim.place for aim in told} - set(out)))
    trained = calibrate(replace(plan, nations=inside))
    drivers = compiled(trained.plan)
    kept = [aim for aim in told if aim.place in inside]
    wanted = [aim for aim in told if aim.place in out]
    seen = members.shown(
        drivers, trained.unknown, trained.posterior, [*kept, *wanted], plan.seed * 1000 + 700,
        plan.repeats,
    )  # fmt: skip
    rng = np.random.default_rng([plan.seed, 4])
    mine = predict(kept, seen[: len(kept)], wanted, seen[len(kept) :], rng, errors=False)
    return pd.DataFrame(
        [
            *_rows(MODEL, wanted, percent(mine), rng),
            *(
                row
                for name, columns in REGRESSIONS.items()
                for row in _rows(name, wanted, _regressed(columns, kept, wanted, rng), rng)
            ),
        ]
    )


def _rows(
    method: str, wanted: Sequence[Target], shares: Floats, rng: np.random.Generator
) -> Iterator[dict[str, object]]:
    """Yield a row for each nation and class, the class that the others leave among them.

    Parameters
    ----------
    method : str
    wanted : sequence of Target
    shares : ndarray, shape (wanted, draws)
        Draws of the shares of all developers of the nations, percent; what its respondents would
        show differs from them by sampling, whose size follows from the draw: what they did show
        may not tell how sure the forecast is.
    rng : numpy Generator
    """
    nations = load().nations
    observed = _observed()
    rest = SERIES[SPLIT].rest
    by_nation: dict[str, dict[str, Floats]] = {}
    for aim, row in zip(wanted, shares, strict=True):
        by_nation.setdefault(aim.place, {})[aim.code] = row
    for nation, classes in by_nation.items():
        if rest is not None:
            classes[rest] = 100.0 - np.sum(list(classes.values()), axis=0)
        for code, share in classes.items():
            noise = sampled(share / 100.0, nation) * rng.standard_normal(share.size)
            row, value = percent(logit(share) + noise), observed[nation, code]
            low, high = scores.interval(row)
            yield {
                "nation": nation, "west": nations.alignment[nations.index(nation)] > WEST,
                "ecosystem": code, "method": method, "observed": value, "p05": low,
                "p50": float(np.median(row)), "p95": high, "crps": scores.crps(row, value),
                "covered": low <= value <= high,
            }  # fmt: skip


def _observed() -> dict[tuple[str, str], float]:
    """Return the equal split by nation and class, percent."""
    return {
        (row.place, "eu_all" if row.ecosystem == "eu" else row.ecosystem): row.value
        for row in load().observations
        if row.series == SPLIT and row.ecosystem in CLASSES
    }


def _regressed(
    columns: Sequence[Covariate],
    kept: Sequence[Target],
    wanted: Sequence[Target],
    rng: np.random.Generator,
) -> Floats:
    """Return draws of the shares that a regression forecasts, percent, shape (wanted, draws).

    Weighted by the errors of sampling and the scatter of nations around the line, which is the
    moment estimate of what sampling does not explain (DerSimonian and Laird 1986, *Controlled
    Clinical Trials* 7: 177-188).
    """
    nations = load().nations
    out = np.empty((len(wanted), DRAWS))
    for code in sorted({aim.code for aim in wanted}):
        mine = [aim for aim in kept if aim.code == code and aim.place not in APART]
        to = [place for place, aim in enumerate(wanted) if aim.code == code]
        values = logit(np.array([aim.value for aim in mine]))
        variance = np.array([aim.error**2 for aim in mine])
        places = [nations.index(aim.place) for aim in [*mine, *(wanted[place] for place in to)]]
        design = _design(columns, nations, places, len(mine))
        penalty = np.diag([0.0, *[PENALTY] * len(columns)])
        scatter = 0.0
        for _ in range(20):  # weights and scatter settle together
            weight = 1.0 / (variance + scatter)
            square = (design[: len(mine)].T * weight) @ design[: len(mine)] + penalty
            found = np.linalg.solve(square, (design[: len(mine)].T * weight) @ values)
            left = values - design[: len(mine)] @ found
            free = max(len(mine) - design.shape[1], 1)
            scatter = max(float((left**2 - variance).sum() / free), 0.0)
        ahead = design[len(mine) :]
        middle = ahead @ found
        spread = np.einsum("ij,jk,ik->i", ahead, np.linalg.inv(square), ahead)
        sd = np.sqrt(spread + scatter)
        out[to] = middle[:, None] + sd[:, None] * rng.standard_normal((len(to), DRAWS))
    return percent(out)


def _design(
    columns: Sequence[Covariate], nations: Nations, places: Sequence[int], inside: int
) -> Floats:
    """Return a design of a constant and covariates, standardised over the first rows."""
    rows = [np.ones(len(places))]
    for column in columns:
        values = np.asarray(column(nations), dtype=np.float64)[list(places)]
        rows.append((values - values[:inside].mean()) / values[:inside].std())
    return np.stack(rows, axis=1)


def _table(points: pd.DataFrame) -> pd.DataFrame:
    """Return how each method does, by class and part of the world."""
    points = points.assign(miss=(points["p50"] - points["observed"]).abs())
    rows = []
    for among, frame in (
        ("all", points), ("West", points[points["west"]]), ("rest", points[~points["west"]]),
    ):  # fmt: skip
        for code, part in frame.groupby("ecosystem", sort=False):
            mean = part.groupby(["method", "nation"]).agg(
                observed=("observed", "first"), p50=("p50", "mean"), miss=("miss", "mean"),
                crps=("crps", "mean"), covered=("covered", "mean"),
            )  # fmt: skip
            mine = mean.loc[MODEL]
            for method in (MODEL, *REGRESSIONS):
                of = mean.loc[method]
                worse = of["crps"] - mine["crps"]
                rows.append(
                    {
                        "method": method, "ecosystem": code, "nations": among, "count": len(of),
                        "rank_correlation": np.nan if method == "mean" else (
                            scores.rank_correlation(of["p50"].tolist(), of["observed"].tolist())
                        ),
                        "error": of["miss"].mean(), "crps": of["crps"].mean(),
                        "crps_worse": worse.mean(),
                        "crps_worse_se": worse.std(ddof=1) / np.sqrt(len(worse)),
                        "coverage": of["covered"].mean(),
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)
