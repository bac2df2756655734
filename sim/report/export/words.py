"""What tables and columns hold, in a line each, for whoever opens them far from the documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

TABLES: Mapping[str, str] = {
    "curves": "mean and quantiles over runs, by group or nation, ecosystem and month",
    "runs": "share and developers of every run, by month, group and ecosystem",
    "outcomes": "every metric of every run",
    "futures": "what depends on whether builders never learned, stop or go on learning",
    "headline": "mid-2025 outside China, beside what was observed",
    "against": "effect against the reference, over paired runs",
    "design": "one row a point of the design, one column a path that varies",
    "failures": "points that could not be run, with the reason",
    "sensitivity": "indices of sensitivity with intervals",
    "robustness": "how each policy does over all worlds",
    "worlds": "outcome of each policy in each world",
    "boxes": "boxes of worlds in which a policy fails",
    "limits": "limits of each box",
    "effects": "effects of policies over paired worlds",
    "effects_by_future": "the same within the worlds of each future",
    "levels": "what each policy and the reference come to",
    "effects_by_nation": "effects of policies in each nation, last month",
    "ranking": "policies in the order of their effects",
    "sizes": "effects with levers at low, central and high strength",
    "alone": "effects of each lever of a package alone",
    "costs": "effects of levers beside their costs",
    "focus": "outcomes for the nations in focus",
    "interactions": "what pairs of levers do together",
    "shapley": "each lever's part of the effect of a package",
    "whole": "the effect of the whole package",
    "verdicts": "what the model says of each claim",
    "measures": "what each verdict rests on",
    "posterior": "draws of the calibrated parameters",
    "parameters": "parameters before and after the calibration",
    "correlations": "correlations of parameters after the calibration",
    "targets": "figures at which the calibration aims, beside what the model shows",
    "points": "forecasts of the model, one row a figure",
    "forecasts": "forecasts of every method, one row a figure",
    "scores": "mean scores by cut-off, series and method",
    "lost": "series on which a naive forecast was better",
    "judgement": "scores over all cut-offs, with differences to the model",
    "notes": "sentences that a reader of the numbers needs",
}


class Column(NamedTuple):
    """A column: what it holds, and its unit where that is always the same."""

    meaning: str
    unit: str = ""


QUANTILE = "of what the row is about, over runs or worlds, linear between order statistics"

COLUMNS: Mapping[str, Column] = {
    "scenario": Column("name of the scenario, or of the lever that a row is about"),
    "reference": Column("name of the scenario with which it is compared"),
    "run": Column("number of the replicate, from 0; one number is one world under every policy"),
    "runs": Column("number of replicates or worlds", "replicates"),
    "point": Column("number of the point of the design"),
    "month": Column("YYYY-MM; empty for a whole run"),
    "group": Column("slug of a group of nations, or ISO3 code of a nation"),
    "ecosystem": Column("ecosystem of models"),
    "share": Column("of developers who build on models, by main ecosystem", "fraction"),
    "developers": Column("those whose main ecosystem it is", "developers"),
    "metric": Column("name of what is measured; sim show NAME says what it is"),
    "unit": Column("unit of the numbers of the row"),
    "value": Column("what was measured, in the unit of the row"),
    "mean": Column("mean over runs"),
    "p05": Column(f"5 % quantile {QUANTILE}"),
    "p25": Column(f"25 % quantile {QUANTILE}"),
    "p50": Column(f"median {QUANTILE}"),
    "median": Column(f"median {QUANTILE}"),
    "p75": Column(f"75 % quantile {QUANTILE}"),
    "p95": Column(f"95 % quantile {QUANTILE}"),
    "effect": Column("mean difference over paired worlds, in the unit of the row"),
    "ci_low": Column("lower end of the 95 % interval of the mean, clustered by posterior draw"),
    "ci_high": Column("upper end of the 95 % interval of the mean, clustered by posterior draw"),
    "same_sign": Column("part of worlds with the sign of the median", "fraction"),
    "simulation_error": Column("half of the 95 % interval of the mean"),
    "variance_ratio": Column("how many times more runs independent seeds would need"),
    "draws": Column("posterior draws behind the row", "draws"),
    "future": Column("never learned (none), stops, goes on (goes_on), or all of them"),
    "observed": Column("the figure that was observed"),
    "series": Column("name of the observed series"),
    "source": Column("where the figure is from; sim show NAME says what it is"),
    "reason": Column("why the point could not be run"),
    "note": Column("a sentence"),
    "lever": Column("id of a lever"),
    "policy": Column("name of a policy of the study"),
    "world": Column("number of the world: a point of the design before policies"),
    "factor": Column("path of what varies"),
    "index": Column("kind of index of sensitivity"),
    "low": Column("lower end of the interval or range"),
    "high": Column("upper end of the interval or range"),
}


def column(name: str) -> Column:
    """Return what a column holds; nothing is said of one that explains itself."""
    return COLUMNS.get(name, Column(""))
