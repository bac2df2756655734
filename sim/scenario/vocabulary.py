"""Every name that a scenario file or the table of levers may use, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from sim import evidence
from sim.scenario.drivers import HARDWARE, POOLS, STANCES, WAYS, Driver

DATA = Path(__file__).parent / "data"

SEGMENTS = ("enterprise", "independent", "research")


def selectors(driver: Driver) -> frozenset[str]:
    """Return the columns by which an effect may narrow a driver."""
    own = {index if index == "hardware" else f"{index}s" for index in driver.index}
    return frozenset(own | {"nations"} if driver.scope == "nation" else own)


@cache
def sources() -> frozenset[str]:
    """Return the ids of the table of sources."""
    return frozenset(evidence.load().sources)


@cache
def ecosystems() -> tuple[str, ...]:
    """Return the ids of the ecosystems, in the order of their table."""
    return tuple(ecosystem.id for ecosystem in evidence.load().ecosystems)


@cache
def nations() -> tuple[str, ...]:
    """Return the ISO3 codes of the evidence's nations."""
    return tuple(evidence.load().nations.iso3)


@cache
def groups() -> tuple[str, ...]:
    """Return the slugs of the groups of nations that the evidence knows."""
    return tuple(evidence.load().nations.groups)


def members(column: str) -> tuple[str, ...]:
    """Return the words that one selector column of the table of effects may hold.

    A word for nations may stand with a minus, which takes them away again.
    """
    fixed = {
        "ways": WAYS,
        "segments": SEGMENTS,
        "stances": STANCES,
        "pools": POOLS,
        "hardware": HARDWARE,
    }
    if column == "ecosystems":
        return ecosystems()
    return (*groups(), *nations()) if column == "nations" else fixed[column]


@cache
def parameters() -> Mapping[str, evidence.Parameter]:
    """Return the parameters by their path without ``parameters.``, such as ``lag.cn_open``."""
    return MappingProxyType({row.path: row for row in evidence.load().parameters})


@cache
def indices(name: str) -> tuple[str, ...]:
    """Return the indices of a parameter, empty for one without."""
    return tuple(row.index for row in evidence.load().parameters if row.name == name and row.index)
