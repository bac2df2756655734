"""Judgement over origins: the model against each naive forecast, figure by figure."""

from __future__ import annotations

from typing import Any

import pandas as pd
from scipy.special import stdtrit

from sim.analysis import scores
from sim.calibration.series import SERIES

MODEL = "model"
FIGURE = ["series", "place", "month", "ecosystem", "nth"]
"""What names a figure; several days of one month are told apart by their number."""

FEWEST = 5
"""Figures below which a series is told and not judged."""

CLEAR = 0.95
"""Confidence from which on a mean difference is called one, by a test of two sides."""

BETTER, WORSE, EVEN = "better", "worse", "no clear difference"
ONCE = ", in one month"
FEW, ALONE = "too few figures", "no naive forecast"
_SURE = f"with {100 * CLEAR:g} % confidence"
VERDICTS = {
    BETTER: f"the model's score is lower {_SURE}",
    WORSE: f"it is higher {_SURE}",
    BETTER + ONCE: f"lower {_SURE} in the nations of one month, whose common fate is left out",
    WORSE + ONCE: f"higher {_SURE} in the nations of one month, whose common fate is left out",
    EVEN: "neither, or the error cannot be estimated",
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
        One row a figure, origin and method, as in `sim.study.hindcast.Hindcast`.

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
    for (drivers, series), every in forecasts.groupby(["drivers", "series"], sort=False):
        part = every.assign(nth=_number(every)).set_index(["cutoff", *FIGURE])
        of = {name: part[part["method"] == name] for name in part["method"].unique()}
        mine, rivals = of.pop(MODEL), of
        for his in rivals.values():  # they exist for the same figures
            mine = mine.loc[his.index]
        about = {"drivers": drivers, "series": series}
        figures = _figures(mine)
        few = len(figures) < FEWEST
        once = len(figures.get_level_values("month").unique()) == 1
        said = (FEW if few else "") if rivals else ALONE
        rows.append(about | _row(mine, MODEL) | {"verdict": said})
        for name, his in rivals.items():
            by_nation = SERIES[str(series)].by_nation
            difference, error, reach = paired(his["crps"] - mine["crps"], by_nation=by_nation)
            verdict = FEW if few else _verdict(difference, error, reach, once=once)
            known = {"difference": difference, "error": error, "verdict": verdict}
            rows.append(about | _row(his, name) | known)
    return pd.DataFrame(rows, columns=COLUMNS)


def paired(differences: pd.Series, *, by_nation: bool) -> tuple[float, float | None, float]:
    """Return the mean over origins of differences by figure, its standard error, and its reach.

    The reach is the number of errors within which a mean is no clear difference: Student's quantile
    with one degree of freedom less than there are clusters of the scarcer kind (Cameron and Miller
    2015, *Journal of Human Resources* 50: 317-372, section VI).

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
    error = scores.clustered_error(deviations, *clusters)
    freedom = max(min(len(set(of)) for of in clusters) - 1, 1)
    return mean, error, float(stdtrit(freedom, (1.0 + CLEAR) / 2.0))


def _number(part: pd.DataFrame) -> pd.Series:
    """Return the number of each row among those of one figure's place, month and code."""
    return part.groupby(
        ["cutoff", "drivers", "method", "place", "month", "ecosystem"], sort=False
    ).cumcount()


def _figures(of: pd.DataFrame) -> pd.MultiIndex:
    """Return what names the figures, each once whatever the origins."""
    return pd.MultiIndex.from_frame(of.index.to_frame()[FIGURE].drop_duplicates())


def _row(of: pd.DataFrame, method: str) -> dict[str, Any]:
    """Return counts, and means over origins of the means of each."""
    flat = of.rename(columns={"error": "mae", "covered": "coverage"})
    flat = flat.assign(width=flat["p95"] - flat["p05"])
    means = flat.groupby(level="cutoff")[_SCORES].mean().mean()
    return {
        "method": method,
        "origins": len(flat.index.get_level_values("cutoff").unique()),
        "figures": len(_figures(flat)),
        "forecasts": len(flat),
        **{name: float(means[name]) for name in _SCORES},
    }


def _verdict(difference: float, error: float | None, reach: float, *, once: bool) -> str:
    if error is None or abs(difference) <= reach * error:
        return EVEN
    return (BETTER if difference > 0.0 else WORSE) + (ONCE if once else "")


def tally(table: pd.DataFrame) -> pd.DataFrame:
    """Return by knowledge of drivers and series whether the model beats every naive forecast.

    Parameters
    ----------
    table : DataFrame
        From :func:`judged`.

    Returns
    -------
    DataFrame
        drivers, series, figures, origins, model (CRPS), best (method), its_crps, verdict (on that
        method), below (whether the model's mean is the lowest), clear (whether each verdict is
        better, of more than one month); only for series that are judged.
    """
    rows = []
    for (drivers, series), part in table.groupby(["drivers", "series"], sort=False):
        rivals = part[part["method"] != MODEL]
        if rivals.empty or (rivals["verdict"] == FEW).any():
            continue
        model = part[part["method"] == MODEL].iloc[0]
        best = rivals.sort_values("crps", kind="stable").iloc[0]
        rows.append(
            {
                "drivers": drivers, "series": series, "figures": model["figures"],
                "origins": model["origins"], "model": model["crps"], "best": best["method"],
                "its_crps": best["crps"], "verdict": best["verdict"],
                "below": bool(model["crps"] < best["crps"]),
                "clear": bool((rivals["verdict"] == BETTER).all()),
            }
        )  # fmt: skip
    return pd.DataFrame(
        rows,
        columns=["drivers", "series", "figures", "origins", "model", "best", "its_crps", "verdict",
                 "below", "clear"],
    )  # fmt: skip
