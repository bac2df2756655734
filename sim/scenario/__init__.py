"""The scenario room: what is asked, from a YAML file to a frozen and checked scenario.

Read in this order: `document` says what a scenario holds, `entry`, `triggers` and `responses` its
parts; `tree`, `walk` and `fields` how a file becomes one, and how faults find their line (studies
and claims go the same way); `lever_effect`, `levers` and `drivers` the tables that it draws on;
`loading`, `merge` and `check` the way from a name to a scenario; `compile`, `facts` and `effects`
the way from there to arrays. The rest are details: `places` finds files, `paths` says what
``--set`` reaches, `nations` and `reach` who is meant, `schema` what editors are told, `identity`
what names results.

>>> from sim import scenario
>>> scenario.load("baseline").period.end
24431
"""

from __future__ import annotations

# Not fetched on first use: importing the submodule later would put the module in its place.
from sim.scenario.compile import compile_scenario as compile  # noqa: A004
from sim.scenario.document import Ensemble, LeverEntry, NationTable, Period, Scenario
from sim.scenario.lever_effect import Effect
from sim.scenario.levers import Lever
from sim.scenario.loading import Listed, load, names, validate
from sim.scenario.schema import json_schema

__all__ = [
    "Effect",
    "Ensemble",
    "Lever",
    "LeverEntry",
    "Listed",
    "NationTable",
    "Period",
    "Scenario",
    "compile",
    "json_schema",
    "load",
    "names",
    "validate",
]
