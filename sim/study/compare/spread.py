"""Beside effects on groups: what levels they start from, and where in the world they fall.

Both are of whole policies. Levels are quantiles over worlds of each arm; effects by nation are
those of the last month, from the same worlds run once more with every nation kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.worlds import over_worlds
from sim.arrays import Floats
from sim.ensemble.arms import Arms
from sim.ensemble.outcomes import Outcomes
from sim.metrics import registry
from sim.scenario import Scenario
from sim.scenario import compile as compiled
from sim.study.compare.choice import Pair

LEVELS = ("scenario", "metric", "group", "month", "p05", "p50", "p95", "unit")
BY_NATION = ("scenario", "reference", "metric", "nation", "month", "p05", "p50", "p95", "same_sign",
             "unit")  # fmt: skip

QUANTILES = (0.05, 0.5, 0.95)

Run = Callable[[Mapping[str, "Scenario"], Outcomes], "Arms"]
"""Runs arms as the comparison was run, and keeps what is wanted of them."""


def levels(done: Arms, shown: Sequence[str]) -> pd.DataFrame:
    """Return what the metrics that are shown are in each arm, by group and month.

    Returns
    -------
    DataFrame
        `LEVELS`: quantiles over worlds, of policies and of their reference.
    """
    some = done.only(done.rows["metric"].isin(shown).to_numpy())
    frames = []
    for name, values in some.kept.items():
        low, middle, high = np.quantile(values, QUANTILES, axis=0)
        frames.append(some.rows.assign(scenario=name, p05=low, p50=middle, p95=high))
    return pd.concat(frames, ignore_index=True)[list(LEVELS)]


def by_nation(
    arms: Mapping[str, Scenario], pairs: Sequence[Pair], shown: Sequence[str], run: Run
) -> pd.DataFrame:
    """Return the effects of each policy on the metrics that are shown, nation by nation.

    Parameters
    ----------
    arms : mapping of str to Scenario
    pairs : sequence of Pair
    shown : sequence of str
    run : callable

    Returns
    -------
    DataFrame
        `BY_NATION`, in the last month: quantiles of the paired differences over worlds, and the
        part of worlds with the sign of the median. Empty where one nation is run, or where no
        metric that is shown is of nations.
    """
    drivers = compiled(next(iter(arms.values())))
    every = {metric.name: metric for metric in registry.every(drivers.ecosystems)}
    # Whether a lever of one scenario is pulled is in no list of all metrics, and of the world.
    listed = [every[name] for name in shown if name in every]
    mine = [metric.name for metric in listed if not metric.world and metric.span == "month"]
    if len(drivers.nations) < 2 or not mine:
        return pd.DataFrame(columns=list(BY_NATION))
    done = run(arms, Outcomes(tuple(mine), tuple(drivers.nations), "end"))
    done = done.only(done.rows["group"].isin(drivers.nations).to_numpy())
    rows = done.rows.rename(columns={"group": "nation"})
    frames = [
        rows.assign(scenario=pair.label, reference=pair.reference, **_quantiles(done, pair))
        for pair in pairs
    ]
    return pd.concat(frames, ignore_index=True)[list(BY_NATION)]


def _quantiles(done: Arms, pair: Pair) -> dict[str, Any]:
    difference: Floats = done.kept[pair.name] - done.kept[pair.reference]
    (low, middle, high), same = over_worlds(difference)
    return {"p05": low, "p50": middle, "p95": high, "same_sign": same}
