"""What a run shows in each of the three futures, and in all of them together.

Builders never learned of Chinese models, stop learning, or go on. Each replicate belongs to one of
these; that each has a third of the replicates is judgement, and no figure of 2035 should be read
without the three beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim import months as calendar
from sim.arrays import Floats, Ints
from sim.ensemble.columns import numbers, strings
from sim.ensemble.curves import BANDS, bands
from sim.ensemble.groups import FIRST
from sim.scenario.futures import ALL, FUTURES, LEARNED, STOP, future_of

if TYPE_CHECKING:
    from sim.ensemble.curves import Ensemble
    from sim.scenario import Scenario


MAIN, USED, TOKENS = "share.bloc_cn", "used.cn", "tokens.bloc_cn"
METRICS = (MAIN, USED, TOKENS)
"""Metrics that are reported by future, in the order of the table."""

GROUPS = FIRST
"""Groups that are, where a metric is not of the world alone: those that a summary speaks of."""

WORDS = ("future", "metric", "group", "month")
QUANTILES = ("p05", "p50", "p95")

DATA = "data_on_learning"
"""Key of the manifest under which stands what the data say of learning."""


def of_replicates(drawn: Mapping[str, Floats]) -> Ints:
    """Return the future of each replicate, positions in `sim.scenario.futures.FUTURES`.

    Parameters
    ----------
    drawn : mapping of str to ndarray, shape (R,)
        Parameters by name, from :func:`sim.ensemble.runner.drawn`.

    Returns
    -------
    ndarray of int, shape (R,)
    """
    return future_of([drawn[name] for name in LEARNED], drawn[STOP])


def parts(future: Ints) -> dict[str, NDArray[np.bool_]]:
    """Return which replicates belong to each future that there is, and to all where there are more.

    Parameters
    ----------
    future : ndarray of int, shape (R,)
        From :func:`of_replicates`.

    Returns
    -------
    dict of str to ndarray of bool, shape (R,)
        In the order of `sim.scenario.futures.FUTURES`, ``all`` last.
    """
    found = {name: future == place for place, name in enumerate(FUTURES)}
    found = {name: mine for name, mine in found.items() if mine.any()}
    if len(found) > 1:
        found[ALL] = np.ones(future.shape, dtype=np.bool_)
    return found


def table(name: str, ensemble: Ensemble, future: Ints) -> pa.Table:
    """Return the rows of ``futures.csv``.

    Parameters
    ----------
    name : str
        Of the scenario.
    ensemble : Ensemble
    future : ndarray of int, shape (R,)
        Future of each replicate, from :func:`of_replicates`.

    Returns
    -------
    pyarrow.Table
        One row a future, metric, group and month: scenario, future, metric, group, month, p05, p50,
        p95 (fractions), runs. A future that no replicate belongs to has no row, and ``all`` only
        stands where there are several.
    """
    shown = _measured(ensemble)
    stamps = [calendar.text(month) for month in ensemble.months[ensemble.asked]]
    places = [BANDS.index(quantile) for quantile in QUANTILES]
    rows: list[tuple[str, str, str, str, int]] = []
    values: list[Floats] = []
    for part, mine in parts(future).items():
        for metric, measured in shown.items():
            found = bands(measured[:, :, mine])[:, :, places]
            for group in _groups(ensemble, found.shape[1]):
                rows += ((part, metric, group, stamp, int(mine.sum())) for stamp in stamps)
                values.append(found[:, ensemble.groups.index(group)])
    flat = np.concatenate(values)
    return pa.table(
        {
            "scenario": strings([name] * len(rows)),
            **{column: strings([str(row[n]) for row in rows]) for n, column in enumerate(WORDS)},
            **{column: numbers(flat[:, place]) for place, column in enumerate(QUANTILES)},
            "runs": numbers(np.array([row[-1] for row in rows], dtype=np.int64)),
        }
    )


def _measured(ensemble: Ensemble) -> dict[str, Floats]:
    """Return `METRICS` that a run has, each (months asked, groups or 1, replicates)."""
    known = {metric.name: metric for metric in ensemble.metrics()}
    return {
        name: ensemble.measured(known[name], ensemble.asked) for name in METRICS if name in known
    }


def _groups(ensemble: Ensemble, measured: int) -> tuple[str, ...]:
    """Return the groups that are reported of a metric; of one of the world alone the first one."""
    return tuple(group for group in GROUPS if group in ensemble.groups[:measured])


def data_on_learning(scenario: Scenario) -> Mapping[str, Any]:
    """Return what the data say of learning, for a manifest; nothing where no draws were fitted.

    How far the median run of the fit is from the figures of each series, with learning and without:
    mean squares in units of the errors of the figures, so that 1 is what they lead to expect.
    """
    from sim import evidence

    known = evidence.posterior() if scenario.ensemble.parameters == "calibrated" else None
    if known is None or "misfit_unlearned" not in known.provenance:
        return {}
    facts = known.provenance
    return {
        DATA: {
            "until": facts["plan"]["until"],
            "misfit": facts["misfit"],
            "misfit_unlearned": facts["misfit_unlearned"],
        }
    }
