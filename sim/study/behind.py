"""What stands behind a figure of a nation: inputs, levers, utility, choices, parameters, sources.

Each table is of the very runs that gave the figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim import evidence
from sim.analysis.ranks import rank_correlations
from sim.arrays import Floats
from sim.calibration.fitted import status
from sim.ensemble import runner, utilities
from sim.ensemble.arms import posterior_draws
from sim.ensemble.utilities import BAND
from sim.evidence.axes import STANCES
from sim.evidence.variables import VARIABLES
from sim.metrics.utility import PARTS, SUM
from sim.report import style, titles
from sim.scenario import Scenario, nations
from sim.scenario.drivers import Drivers
from sim.study.explanation import band
from sim.world.reasons import Reasons

MOVERS = 8
"""Parameters that are shown."""

_OF = {
    "chinese": "Chinese", "us_open": "US open", "european": "European", "sovereign": "sovereign",
}  # fmt: skip
"""Words for the classes of ecosystems for which there are tastes."""


def over(why: Sequence[Reasons], name: str) -> Any:  # noqa: ANN401 - an array of its own shape
    """Return a record of all blocks, whose last axis is that of runs."""
    return np.concatenate([getattr(each, name) for each in why], axis=-1)


def inputs(code: str, scenario: Scenario) -> pd.DataFrame:
    """Return what the evidence says of the nation, beside the median of its region."""
    columns = ["variable", "meaning", "value", "unit", "period", "region_median", "source",
               "status"]  # fmt: skip
    known, among = evidence.load(), nations.table(scenario)
    region = among.region[among.iso3.index(code)]
    near = {
        other for other, its in zip(known.nations.iso3, known.nations.region, strict=True)
        if its == region
    }  # fmt: skip
    figures = known.values  # noqa: PD011 - of nations, and no frame
    values = pd.DataFrame([
        {"iso3": one.iso3, "variable": one.variable, "value": one.value} for one in figures
    ])  # fmt: skip
    medians = values[values["iso3"].isin(near)].groupby("variable")["value"].median()
    rows = [
        {
            "variable": one.variable, "meaning": VARIABLES[one.variable].meaning,
            "value": one.value, "unit": one.unit, "period": one.period,
            "region_median": float(medians[one.variable]), "source": one.source,
            "status": one.status,
        }
        for one in figures
        if one.iso3 == code
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def stances(why: Sequence[Reasons]) -> pd.DataFrame:
    """Return in which part of runs the government stands how, at the month's end."""
    stances = over(why, "stance")
    parts = [float(np.mean(stances == n)) for n in range(len(STANCES))]
    return pd.DataFrame({"stance": list(STANCES), "runs": parts})


def levers(scenario: Scenario, drivers: Drivers, place: int, in_force: Floats) -> pd.DataFrame:
    """Return the levers of the scenario that reach the nation or the world, and how far by then.

    Parameters
    ----------
    in_force : ndarray, shape (E, R)
        Part of each effect in force.
    """
    e = drivers.effects
    cells = int(e.offsets[-1])
    here = e.nation_effect[e.nation_start[place * cells] : e.nation_start[(place + 1) * cells]]
    acting = {*here.tolist(), *e.world_effect.tolist()}
    known = scenario.known_levers()
    rows = [
        {
            "lever": entry.lever, "title": known[entry.lever].title,
            "acts_on": "the nation" if {*entry.effects} & {*here.tolist()} else "the world",
            "in_force": float(in_force[list(entry.effects)].max(axis=0).mean()),
            "source": known[entry.lever].source,
        }
        for entry in drivers.entries
        if {*entry.effects} & acting
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["lever", "title", "acts_on", "in_force", "source"])


def utility(drivers: Drivers, why: Sequence[Reasons]) -> pd.DataFrame:
    """Return the parts of utility of each ecosystem, mean of segments by weight."""
    found = utilities.bands(over(why, "mean"))
    rows = [
        {"ecosystem": ecosystem, "part": name, **dict(zip(BAND, ends, strict=True))}
        for k, ecosystem in enumerate(drivers.ecosystems)
        for name, ends in zip((*PARTS, SUM), found[:, k].tolist(), strict=True)
    ]
    return pd.DataFrame(rows)


def choices(drivers: Drivers, why: Sequence[Reasons]) -> pd.DataFrame:
    """Return the share of each ecosystem by segment, and in which runs it can be had."""
    share, absent, weight = (over(why, name) for name in ("share", "absent", "weight"))
    whole = (share * weight[:, None]).sum(axis=0)
    rows = []
    for k, ecosystem in enumerate(drivers.ecosystems):
        of = {"all": (whole[k], absent[:, k].all(axis=0))}
        of |= {s: (share[n, k], absent[n, k]) for n, s in enumerate(drivers.segments)}
        for segment, (values, missing) in of.items():
            rows.append({
                "ecosystem": ecosystem, "segment": segment, **band(values),
                "available": float(1.0 - missing.mean()),
            })  # fmt: skip
    return pd.DataFrame(rows)


def movers(drivers: Drivers, place: int, scenario: Scenario, outcome: Floats) -> pd.DataFrame:
    """Return the parameters and tastes whose draws go most with the outcome."""
    columns = ["parameter", "title", "correlation", "low", "high", "default", "unit", "status",
               "source"]  # fmt: skip
    replicates = np.arange(scenario.ensemble.runs)
    drawn = runner.every_draw(drivers, place, scenario.ensemble.seed, replicates)
    varied = {name: values for name, values in drawn.items() if np.ptp(values) > 0.0}
    if not varied:
        return pd.DataFrame([], columns=columns)
    draws, _ = posterior_draws([scenario], len(replicates), scenario.ensemble.seed)
    count = np.unique(draws).size
    found = rank_correlations(np.stack(list(varied.values())), outcome, count)
    known = {row.path: row for row in evidence.load().parameters}
    table = []
    for n in np.argsort(-np.abs(found[:, 0]), kind="stable")[:MOVERS]:
        path = list(varied)[n]
        row = known.get(path)
        told = (
            {"title": _taste(path), "default": 0.0, "unit": "standard scores", "status": "drawn",
             "source": "judgement"}
            if row is None
            else {"title": titles.factor(f"parameters.{path}"),
                  "default": row.default, "unit": row.unit,
                  "status": status(row), "source": row.source}
        )  # fmt: skip
        numbers = dict(zip(("correlation", "low", "high"), found[n].tolist(), strict=True))
        table.append({"parameter": path, **told, **numbers})
    return pd.DataFrame(table, columns=columns)


def _taste(path: str) -> str:
    """Return the title of a draw of taste: of a nation or region, for a class of ecosystems."""
    _, kind, where, of = path.split("/")
    place = style.group_name(where) if kind == "region" else "the nation"
    return f"Taste of {place} for {_OF[of]} models"


def sources(cited: Iterable[Iterable[str]]) -> pd.DataFrame:
    """Return every source that columns of ids cite."""
    known = evidence.load().sources
    ids = dict.fromkeys(
        word.strip() for column in cited for cell in column for word in cell.split(";")
    )
    rows = [
        {"id": one, "title": known[one].title, "publisher": known[one].publisher,
         "date": known[one].date, "url": known[one].url}
        for one in ids
        if one in known
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["id", "title", "publisher", "date", "url"])
