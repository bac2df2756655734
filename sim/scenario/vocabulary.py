"""Every name that a scenario file or the table of levers may use, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

from sim import evidence
from sim.errors import alike, nearest
from sim.evidence import selectors
from sim.scenario.drivers import Driver

HARDWARE_DRIVERS = frozenset({
    "demand", "permitted", "smuggled", "output_cap", "output_growth", "exported", "rented",
    "performance", "maturity", "availability", "hardware_stance", "training_cut", "serving_cut",
    "serving_share",
})  # fmt: skip
"""Drivers of chips and compute: they reach developers through lag, price and load alone."""


COST_SCALES = {
    "fixed": "the whole cost, whichever nations are chosen: an upper bound",
    "gdp": "the chosen nations' part, by GDP (people times income per head, PPP)",
    "developers": "the chosen nations' part, by developers",
}
"""What an entry with ``nations`` pays of a lever's cost, by the word in the table of levers."""


def columns(driver: Driver) -> frozenset[str]:
    """Return the columns by which an effect may narrow a driver."""
    own = {selectors.COLUMNS[axis] for axis in driver.index}
    return frozenset(own | {selectors.NATIONS} if driver.scope == "nation" else own)


@cache
def sources() -> frozenset[str]:
    """Return the ids of the table of sources."""
    return frozenset(evidence.load().sources)


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
    if column == selectors.NATIONS:
        return (*groups(), *nations())
    return selectors.words(column)


def place_hint(word: str, nations: evidence.Nations, groups: Iterable[str] = ()) -> str:
    """Return what may be meant by a word that is no nation and no group.

    Parameters
    ----------
    word : str
        What was written, such as ``Brazil``, ``africa`` or ``-Germany``.
    nations : Nations
        Nations that may be named, by code.
    groups : iterable of str
        Slugs that may stand in place of a code; none where codes alone are allowed.
    """
    minus = "-" if word.startswith("-") else ""
    word = word.removeprefix("-")
    codes = dict(zip((name.casefold() for name in nations.name), nations.iso3, strict=True))
    if word.casefold() in codes:
        return f"write {minus}{codes[word.casefold()]}"
    groups = tuple(groups)
    near = nearest(word, groups) or nearest(word.upper(), nations.iso3)
    if near:
        return near
    named = [repr(codes[name]) for name in alike(word.casefold(), codes)]
    if named:
        return f"did you mean {' or '.join(named)}?"
    if groups:
        return "sim list groups and sim list nations show what there is"
    return "write ISO3 codes: sim list nations"


@cache
def parameters() -> Mapping[str, evidence.Parameter]:
    """Return the parameters by their path without ``parameters.``, such as ``lag.cn_open``."""
    return MappingProxyType({row.path: row for row in evidence.load().parameters})


@cache
def indices(name: str) -> tuple[str, ...]:
    """Return the indices of a parameter, empty for one without."""
    return tuple(row.index for row in evidence.load().parameters if row.name == name and row.index)
