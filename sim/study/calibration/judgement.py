"""Judgement over origins: the model against each naive forecast, figure by figure."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.study.calibration import scores
from sim.study.calibration.series import SERIES

MODEL = "model"
FIGURE = ["series", "place", "month", "ecosystem", "nth"]
"""What names a figure; several days of one month are told apart by their number."""

FEWEST = 5
"""Figures below which a series is told and not judged."""

ERRORS = 2.0
"""Standard errors that a mean difference must be away from zero to be called one."""

BETTER, WORSE, EVEN = "better", "worse", "no clear difference"
FEW, ALONE = "too few figures", "no naive forecast"
VERDICTS = {
    BETTER: f"the model's score is lower by more than {ERRORS:g} standard errors",
    WORSE: f"it is higher by more than {ERRORS:g} standard errors",
    EVEN: f"within {ERRORS:g} standard errors, or the error cannot be estimated",
    FEW: f"fewer than {FEWEST} figures",
    ALONE: "nothing was published of the series before the origins",
}
"""Words of the column verdict, and what they mean."""

COLUMNS = [
    "drivers", "series", "method", "origins", "figures", "forecasts", "crps", "crps_log_odds",
    "interval_score", "mae", "coverage", "width", "difference", "error", "verdict",
]  # fmt: skip

_SCORES = ["crps", "crps_log_odds", "interval_score", "mae", "coverage", "width"]


def judged(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of a hindcast over all its origins, and what can be said of them.

    Parameters
    ----------
    forecasts : DataFrame
        One row a figure, origin and method, as in `sim.study.calibration.hindcast.Hindcast`.

    Returns
    -------
    DataFrame
        One row a knowledge of drivers, series and method. Scores are means over the origins of the
        means of each, of the figures that naive forecasts exist for; a series with none has the
        model's row alone. ``figures`` counts each figure once, ``forecasts`` once an origin.
        ``difference`` is the mean over origins of the method's CRPS less the model's, figure by
        figure, above zero where the model is better; ``error`` is its standard error, empty where
        it cannot be estimated.
    """
    rows: list[dict[str, Any]] = []
    for (drivers, series), part in forecasts.groupby(["drivers", "series"], sort=False):
        part = part.assign(nth=_number(part))
        rivals = [name for name in part["method"].unique() if name != MODEL]
        mine = part[part["method"] == MODEL].set_index(["cutoff", *FIGURE])
        if rivals:
            had = part[part["method"] == rivals[0]].set_index(["cutoff", *FIGURE]).index
            mine = mine.loc[had]
        about = {"drivers": drivers, "series": series}
        few = len(mine.reset_index()[FIGURE].drop_duplicates()) < FEWEST
        rows.append(about | _row(mine, MODEL) | {"verdict": "" if rivals else ALONE})
        for name in rivals:
            his = part[part["method"] == name].set_index(["cutoff", *FIGURE]).loc[mine.index]
            difference, error = paired(his["crps"] - mine["crps"], SERIES[series].by_nation)
            said = {"difference": difference, "error": error}
            rows.append(about | _row(his, name) | said | {"verdict": _verdict(few, **said)})
    return pd.DataFrame(rows, columns=COLUMNS)


def paired(differences: pd.Series, by_nation: bool) -> tuple[float, float | None]:
    """Return the mean over origins of differences by figure, and its standard error.

    Each origin weighs alike. Forecasts from one origin share what happened after it, and those of
    one month what happened in it: differences may depend on each other within an origin and within
    a month. Of a series by nation there are too few of both; its nations are taken as independent
    of each other, and all forecasts of a nation as dependent, so that the error leaves out what all
    nations have in common.

    Parameters
    ----------
    differences : Series
        Index with levels cutoff, place and month.
    by_nation : bool
    """
    index = differences.index
    cutoffs, months, places = (
        index.get_level_values(name).tolist() for name in ("cutoff", "month", "place")
    )
    count = differences.groupby(level="cutoff").transform("size").to_numpy()
    weight = differences.size / (count * len(set(cutoffs)))
    mean = float((differences.to_numpy() * weight).mean())
    # Weighted deviations: their mean by clusters is that of the weighted mean.
    deviations = (differences.to_numpy() - mean) * weight
    clusters = (places,) if by_nation else (cutoffs, months)
    return mean, scores.clustered_error(deviations, *clusters)


def _number(part: pd.DataFrame) -> pd.Series:
    """Return the number of each row among those of one figure's place, month and code."""
    return part.groupby(
        ["cutoff", "drivers", "method", "place", "month", "ecosystem"], sort=False
    ).cumcount()


def _row(of: pd.DataFrame, method: str) -> dict[str, Any]:
    """Return counts, and means over origins of the means of each."""
    flat = of.reset_index().rename(columns={"error": "mae", "covered": "coverage"})
    flat = flat.assign(width=flat["p95"] - flat["p05"])
    means = flat.groupby("cutoff")[_SCORES].mean().mean()
    return {
        "method": method,
        "origins": flat["cutoff"].nunique(),
        "figures": len(flat[FIGURE].drop_duplicates()),
        "forecasts": len(flat),
        **means.to_dict(),
    }


def _verdict(few: bool, difference: float, error: float | None) -> str:
    if few:
        return FEW
    if error is None or abs(difference) <= ERRORS * error:
        return EVEN
    return BETTER if difference > 0.0 else WORSE


def tally(table: pd.DataFrame) -> pd.DataFrame:
    """Return by knowledge of drivers and series whether the model beats every naive forecast.

    Parameters
    ----------
    table : DataFrame
        From :func:`judged`.

    Returns
    -------
    DataFrame
        drivers, series, figures, origins, model (CRPS), best (method), its_crps, below (whether
        the model's mean is the lowest), clear (whether it is so by `ERRORS` standard errors against
        each), only for series that are judged.
    """
    rows = []
    for (drivers, series), part in table.groupby(["drivers", "series"], sort=False):
        rivals = part[part["method"] != MODEL]
        if rivals.empty or (rivals["verdict"] == FEW).any():
            continue
        model = part[part["method"] == MODEL].iloc[0]
        best = rivals.loc[rivals["crps"].idxmin()]
        rows.append(
            {
                "drivers": drivers, "series": series, "figures": model["figures"],
                "origins": model["origins"], "model": model["crps"], "best": best["method"],
                "its_crps": best["crps"], "below": bool(model["crps"] < best["crps"]),
                "clear": bool((rivals["verdict"] == BETTER).all()),
            }
        )  # fmt: skip
    return pd.DataFrame(
        rows,
        columns=["drivers", "series", "figures", "origins", "model", "best", "its_crps", "below",
                 "clear"],
    )  # fmt: skip


