"""The kinds of things that can be listed, searched and shown: one table each."""

from __future__ import annotations

from collections.abc import Mapping

from sim.cli.kinds.facts import OBSERVATIONS, PARAMETERS, SOURCES
from sim.cli.kinds.kind import Fields, Kind, Row
from sim.cli.kinds.measures import METRICS, SERIES
from sim.cli.kinds.places import ECOSYSTEMS, GROUPS, NATIONS
from sim.cli.kinds.policy import DRIVERS, LEVERS, SCENARIOS, STUDIES

__all__ = ["KINDS", "Fields", "Kind", "Row"]

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        SCENARIOS, LEVERS, NATIONS, GROUPS, ECOSYSTEMS, METRICS, PARAMETERS, DRIVERS, SERIES,
        OBSERVATIONS, SOURCES, STUDIES,
    )
}  # fmt: skip
"""By name, in the order in which they are listed, and in which a name is looked up."""
