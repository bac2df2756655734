"""Mid-2025 outside China: use of a year and the main ecosystem side by side, beside a survey.

The figures are shown together or not at all, so that nobody takes one for another: most developers
who worked with a Chinese model in the past year have another one as their main ecosystem. The
survey asked who had worked with what; a main ecosystem was not asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sim import months as calendar
from sim.arrays import Floats, Ints
from sim.calibration.series import BY_KEY, WORLD
from sim.ensemble.columns import numbers, strings
from sim.ensemble.curves import Ensemble, bands
from sim.evidence.survey import EQUAL_SPLIT, counted
from sim.metrics import registry, use

if TYPE_CHECKING:
    from sim.evidence.observations import Observation
    from sim.scenario import Scenario


MONTH = calendar.parse("2025-06")
"""Month of the survey's answers."""

GROUP = "world_without_china"

USED, MAIN, BOTH, ALONE = "used.cn", "share.bloc_cn", use.BOTH, use.ONLY
TOO = f"{use.BOTH}.of_used_cn"
"""Part of those who had worked with a Chinese model who had worked with a US closed one too."""

SAME, SPLIT = "same question", "equal split"
"""What the figure of the survey is: an answer to the same question, or, where that was not asked,
the share when each respondent is split equally over the models named."""


def asked(months: Ints, scenario: Scenario) -> Ints:
    """Return the positions of months in which a run is asked for use of a year.

    They are those that metrics report, and `MONTH` where the run reaches it and holds the whole
    world: the respondents of the survey are nobody's beside some nations alone.
    """
    from sim.scenario import nations

    at = registry.reported(months)
    if nations.label(scenario.nations):
        return at
    return np.union1d(at, np.flatnonzero(months == MONTH))


def table(name: str, ensemble: Ensemble) -> pa.Table | None:
    """Return the figures with what the survey says of each, or None where they were not asked for.

    Parameters
    ----------
    name : str
        Of the scenario.
    ensemble : Ensemble

    Returns
    -------
    pyarrow.Table or None
        One row a figure: scenario, group, month, figure, mean, p05, p50, p95 (fractions), observed
        (fraction), observed_is, respondents, source.
    """
    place = np.intersect1d(np.flatnonzero(ensemble.months == MONTH), ensemble.asked)
    if GROUP not in ensemble.groups or not place.size:
        return None
    found = _figures(ensemble, place)
    seen = _survey()
    mean, low, _, middle, _, high = bands(np.stack(list(found.values()))).T
    rows = [seen[figure] for figure in found]
    count = len(rows)
    return pa.table(
        {
            "scenario": strings([name] * count),
            "group": strings([GROUP] * count),
            "month": strings([calendar.text(MONTH)] * count),
            "figure": strings(list(found)),
            "mean": numbers(mean),
            "p05": numbers(low),
            "p50": numbers(middle),
            "p95": numbers(high),
            "observed": numbers(np.array([value for value, _, _ in rows])),
            "observed_is": strings([what for _, what, _ in rows]),
            "respondents": numbers(np.full(count, counted()[WORLD].named, np.int64)),
            "source": strings([source for _, _, source in rows]),
        }
    )


def _figures(ensemble: Ensemble, at: Ints) -> dict[str, Floats]:
    """Return each figure of every run, shape (replicates,)."""
    group = ensemble.groups.index(GROUP)
    known = {metric.name: metric for metric in ensemble.metrics()}
    used, main, both, alone = (
        ensemble.measured(known[name], at)[0, group] for name in (USED, MAIN, BOTH, ALONE)
    )
    return {USED: used, MAIN: main, BOTH: both, TOO: both / used, ALONE: alone}


def _survey() -> dict[str, tuple[float, str, str]]:
    """Return what the respondents of the world said, by figure: fraction, what it is, source."""
    from sim.evidence import load

    world = {
        (row.series, row.ecosystem): row
        for row in load().observations
        if row.place == WORLD and row.last == MONTH
    }

    def answer(series: str) -> Observation:
        return world[series, "cn_all"]

    named = counted()[WORLD]
    used, too = answer(BY_KEY["used"].name), answer(f"{BY_KEY['both'].name}_us_closed")
    alone, split = answer(BY_KEY["only"].name), answer(EQUAL_SPLIT)
    return {
        USED: (used.value / 100.0, SAME, used.source),
        MAIN: (split.value / 100.0, SPLIT, split.source),
        BOTH: (too.value / 100.0 * named.used["cn_all"] / named.named, SAME, too.source),
        TOO: (too.value / 100.0, SAME, too.source),
        ALONE: (alone.value / 100.0, SAME, alone.source),
    }
