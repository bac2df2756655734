"""An explanation: all that stands behind a figure of one nation, and how it shows itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.arrays import Floats
from sim.ensemble.curves import QUANTILES
from sim.ensemble.utilities import BAND
from sim.numerals import counted


def band(values: Floats) -> dict[str, float]:
    """Return the quantiles of values over runs."""
    return dict(
        zip(BAND, np.quantile(values, [QUANTILES[name] for name in BAND]).tolist(), strict=True)
    )


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """Where a figure comes from.

    Parameters
    ----------
    nation, name : str
        ISO3 and English name.
    month : str
    metric, title, unit : str
    scenario : str
    runs, seed : int
    figure : mapping
        p05, p50, p95 and mean over runs.
    observed : DataFrame
        What was observed of the nation, with what the model shows of the same: series, title,
        ecosystem, month, observed, unit, p05, p50, p95 (percent; missing where no series tells
        it), source.
    inputs : DataFrame
        What the model knows of the nation: variable, meaning, value, unit, period, region_median,
        source, status.
    stance : DataFrame
        stance, part of runs in which the government stands so at the month's end.
    levers : DataFrame
        Levers of the scenario that reach the nation or the world: lever, title, acts_on, in_force
        (part of the ramp by then), source.
    utility : DataFrame
        The parts of utility: ecosystem, part, p05, p50, p95 (utils, mean of segments by weight;
        missing where no run can have it), and of each ecosystem ``utility``, the sum.
    choices : DataFrame
        ecosystem, segment (``all`` for the nation), share: p05, p50, p95; part of runs in which
        the ecosystem can be had.
    movers : DataFrame
        Parameters whose draws go most with the figure: parameter, title, correlation, low, high,
        default, unit, status, source.
    sources : DataFrame
        id, title, publisher, date, url of every source of what was observed, put in or drawn.
    """

    nation: str
    name: str
    month: str
    metric: str
    title: str
    unit: str
    scenario: str
    runs: int
    seed: int
    figure: Mapping[str, float]
    observed: pd.DataFrame
    inputs: pd.DataFrame
    stance: pd.DataFrame
    levers: pd.DataFrame
    utility: pd.DataFrame
    choices: pd.DataFrame
    movers: pd.DataFrame
    sources: pd.DataFrame

    def __repr__(self) -> str:
        """Return what is explained, in a line."""
        low, middle, high = (f"{self.figure[name]:.3g}" for name in ("p05", "p50", "p95"))
        return (
            f"Explanation of {self.metric} of {self.nation} in {self.month} ({self.scenario}, "
            f"{counted(self.runs, 'run')}): {middle} ({low} to {high}) {self.unit}"
        )

    def _repr_html_(self) -> str:
        """Return the figure and its tables, for notebooks."""
        from html import escape

        tables = {
            "Observed": self.observed, "Inputs": self.inputs, "Stance": self.stance,
            "Levers": self.levers, "Parts of utility": self.utility, "Choices": self.choices,
            "What moves it": self.movers, "Sources": self.sources,
        }  # fmt: skip
        parts = [f"<p>{escape(repr(self))}</p>"]
        for head, table in tables.items():
            shown = table.to_html(index=False, escape=True, float_format="{:.3g}".format, na_rep="")
            parts.append(f"<h4>{head}</h4>{shown}")
        return "".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as plain data; what is missing in a table is None."""
        plain: dict[str, Any] = {}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, pd.DataFrame):
                value = value.astype(object).where(value.notna(), None).to_dict("records")
            plain[field.name] = dict(value) if isinstance(value, Mapping) else value
        return plain
