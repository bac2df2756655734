"""Drivers: everything that moves the world from outside, as arrays ready for the world room.

A *driver* is a quantity that the model reads and never changes: a price, an access, a licence, an
export permit. Its dated history comes from the evidence; levers change it by *effects*. The
vocabulary of drivers that levers may move is ``data/drivers.csv``, which
:func:`vocabulary` reads; the arrays are built by :mod:`sim.scenario.compile`.

Nothing here has a replicate axis: what differs between replicates is drawn in the world room.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping
from dataclasses import astuple, dataclass, replace
from functools import cache, cached_property
from math import prod
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.evidence.axes import AXES
from sim.evidence.tables import read

DATA = Path(__file__).parent / "data"
"""Folder of the tables of drivers and levers."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.uint8]

OPERATIONS = ("multiply", "add", "move", "floor", "cap")
"""The order in which effects act on one driver, whatever their order in a file."""


@dataclass(frozen=True, slots=True)
class Driver:
    """One row of the vocabulary: a quantity that levers may move.

    Parameters
    ----------
    name : str
        Identifier used by lever effects.
    scope : {"nation", "world"}
        Whether each nation has its own value.
    index : tuple of str
        What it is indexed by beside the nation, such as ``("ecosystem", "way")``.
    unit : str
        Unit of its values.
    base : str
        Value without levers, or ``history`` where the evidence gives a path.
    low, high : float
        Bounds at which the value is held after all effects.
    meaning : str
        What it is, in words.
    """

    name: str
    scope: str
    index: tuple[str, ...]
    unit: str
    base: str
    low: float
    high: float
    meaning: str


@cache
def vocabulary() -> Mapping[str, Driver]:
    """Return the drivers that levers may move, by name, in the order of their table."""
    rows = read(DATA / "drivers.csv", ("name", "scope", "index", "unit", "base", "low", "high"))
    known = (
        Driver(
            row.text("name"),
            row.choice("scope", ("nation", "world")),
            row.choices("index", AXES) if row["index"] else (),
            row.text("unit"),
            row.text("base"),
            row.number("low"),
            row.number("high"),
            row.text("meaning"),
        )
        for row in rows
    )
    return MappingProxyType({driver.name: driver for driver in known})


def _families(scope: str) -> tuple[str, ...]:
    """Return the drivers of a scope as arrays have them: those with one cell a ecosystem last."""
    names = [driver.name for driver in vocabulary().values() if driver.scope == scope]
    if scope == "world":
        names.sort(key=lambda name: vocabulary()[name].index == ("ecosystem",))
    return tuple(names)


NATION_FAMILIES = _families("nation")
WORLD_FAMILIES = _families("world")


class Facts(NamedTuple):
    """What is known of nations and ecosystems, by month; T months, I nations, K ecosystems.

    Money is USD of 2025, prices USD per million tokens, compute H100-equivalents. Months run from
    2023-01, in which every world starts; O = 2 offers, W = 3 ways, H = 2 kinds of hardware,
    3 pools, M memberships, S segments, J product lines.
    """

    months: Ints  # [T] month numbers
    developers: Floats  # [I] developer accounts
    internet: Floats  # [I] fraction on line
    ai_users: Floats  # [I] fraction of working age using generative AI, first half of 2025
    income_ratio: Floats  # [I] income per head over the reference income
    optimism: Floats  # [I] standard scores
    alignment: Floats  # [I] -1 Chinese to 1 US
    english: Floats  # [I] fraction who use English
    routed: Floats  # [I] 1 where the traffic of routers comes from
    surveyed: Floats  # [I] 1 where surveys of enterprises are made
    region: Ints  # [I]
    pool: Ints  # [I] index into POOLS
    home: Floats  # [I, K] 1 where the ecosystem is the nation's own
    rooted: Floats  # [H, I, K] 1 where a row of the parameter ``home_bias`` is felt
    first_stance: Ints  # [I] index into STANCES
    membership: Floats  # [I, M] 0 or 1
    link_start: Ints  # [I + 1] rows of the links below
    link_to: Ints  # [links] nation at the other end
    link_weight: Floats  # [links] rows sum to one
    start: Floats  # [I, K] shares at the start of those who use what is their own
    nest: Ints  # [K] index into NESTS
    bloc: Ints  # [K] index into BLOCS
    stand: Floats  # [K] alignment of the ecosystem: 1 US, -1 Chinese
    pulled: Floats  # [K] 1 for the incumbent that us_closed_pull raises
    capability: Floats  # [T, K, O] index, capability, ECI points; 0 where not on sale
    on_sale: Flags  # [T, K, O]
    ln_price: Floats  # [T, K, O, W] natural logarithm of the list price
    fall_years: Floats  # [T, K, O] years of falling price since the last fact
    notable: Floats  # [T, K] 1 in the month of a notable release
    notable_size: Floats  # [T, K] size of its attention where known, else 0
    frontier: Floats  # [T] best index anywhere
    line_of: Ints  # [J] ecosystem of each product line that routers sell
    line_gap: Floats  # [T, J] points that it trails the flagship of its ecosystem
    line_price: Floats  # [T, J] natural logarithm of its price
    line_on: Floats  # [T, J] part of the month on sale
    line_free: Floats  # [T, J] part of the month with a free variant
    releases: Floats  # [T] models that Chinese laboratories had released
    recent: Floats  # [T, K] models released in the year before
    last_fact: int  # position of the last month with dated facts
    base_month: int  # position of July 2025, base of serving load and training compute
    uptake_month: int  # position of June 2025, at which the counts of builders are anchored
    access: Floats  # [T, I, K * W]
    later: Floats  # [T] whole years since the last fact
    unlisted: Floats  # [T, I, K] factor on ``leak_developers``, which is added to maker access
    leak_weight: Floats  # [T, I, K] factor on ``leak``, which consumers have in its place
    licence: Floats  # [T, I, K]
    facility: Floats  # [S] reach of own machines
    lab_lag: Floats  # [I] months that a nation's laboratories trail beyond ``sovereign_lag``
    lab_size: Floats  # [I] ln of the reference over its developers where no laboratory is known
    world: Floats  # [T, world cells] in the order of WORLD_FAMILIES; risk: 1 where initial_risk is
    nation_low: Floats  # [8] bounds of NATION_FAMILIES
    nation_high: Floats  # [8]
    world_low: Floats  # [world cells]
    world_high: Floats  # [world cells]
    compute: Floats  # [3, H] at the start
    output_reference: float  # Chinese output, H100e a month, at output_month
    output_month: int  # position of the month of output_reference
    listed: Flags  # [T, K, O] 1 where an offer's price or place on the menu may have changed
    stale: Flags  # [T, I, 2 K + 3] 1 where a part of a nation may change, see sim.scenario.parts


class Effects(NamedTuple):
    """What the levers of a scenario do to drivers; E effects in a canonical order."""

    operation: Ints  # [E] index into OPERATIONS
    target: Floats  # [E] where a move goes
    nation_start: Ints  # [I * cells + 1] rows of nation_effect
    nation_effect: Ints  # effect numbers, sorted by operation, then canonical order
    world_start: Ints  # [world cells + 1]
    world_effect: Ints
    offsets: Ints  # [9] where each of NATION_FAMILIES begins among a nation's cells, and their end
    world_offsets: Ints  # [21] the same for WORLD_FAMILIES


NEVER = 1 << 30
"""Position of a month that does not come."""


class Schedule(NamedTuple):
    """When the levers of a scenario act; E effects, N lever entries, T months."""

    entry: Ints  # [E] the lever entry that each effect belongs to
    course: Floats  # [E, T] part in force in each month since its entry's start, the lag counted
    rival: Ints  # [E] of effects with one number the strongest alone acts; -1 where there is none
    bears: Flags  # [E, I, 2 K + 3] 1 where it is felt in a part of a nation, see sim.scenario.parts
    begins: Ints  # [N] position of its first month, NEVER where a trigger decides
    ends: Ints  # [N] position of its last month, NEVER without one
    lag: Ints  # [N] months by which start and end are shifted
    covers: Flags  # [N, N] 1 where the first is of the second's lever and reaches all its nations

    def in_force(self, effect: int) -> Floats:
        """Return how much of an effect is in force in each month, shape (T,), by dates alone."""
        n = self.entry[effect]
        months = np.arange(self.course.shape[1])
        since = months - self.begins[n]
        inside = (since >= 0) & (months <= self.ends[n] + self.lag[n])
        found: Floats = np.where(inside, self.course[effect, np.maximum(since, 0)], 0.0)
        return found


@dataclass(frozen=True)
class Trigger:
    """A sign for which a lever entry waits, or at which it ends.

    Parameters
    ----------
    entry : int
        Position of the lever entry.
    ends : bool
        Whether it ends the entry; otherwise it starts it.
    metric, group : str
        What is read, and of whom.
    above : bool
        Whether the value must be above the level; otherwise below.
    level : float
        In the metric's unit.
    months : int
        Months in a row in which the condition must have held.
    first, last : int
        Positions of the months in which the entry may start, or be in force no more.
    """

    entry: int
    ends: bool
    metric: str
    group: str
    above: bool
    level: float
    months: int
    first: int
    last: int

    @property
    def watched(self) -> int:
        """Position of the first month that is read."""
        return max(self.first - self.months, 0)


@dataclass(frozen=True)
class EntrySize:
    """How strong one lever entry is, before it is drawn for each replicate.

    Parameters
    ----------
    lever : str
        Lever's id.
    label : str
        Names the random streams of the entry.
    strength : object
        A number in [0, 1] or a distribution with a ``quantile`` method.
    uncertainty : float
        Relative half-width of the triangular factor on the lever's size.
    effects : tuple of int
        Positions of its effects in the canonical order of :class:`Effects`; an effect stands there
        twice where another entry of the lever reaches some of its nations and not all.
    sizes : tuple of (float, float, float)
        Driver change of each effect at low, central and high strength.
    cost : tuple of (float, float, float)
        USD million a year at low, central and high strength.
    """

    lever: str
    label: str
    strength: object
    uncertainty: float
    effects: tuple[int, ...]
    sizes: tuple[tuple[float, float, float], ...]
    cost: tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Joint:
    """Values that were fitted together: a replicate takes all of them from one row.

    Parameters
    ----------
    names : tuple of str
        Paths of parameters, and names of streams of tastes.
    values : ndarray, shape (rows, names)
        A parameter in its unit, a taste in standard scores.
    each : bool
        Whether lane l of a block takes row l; otherwise replicates take rows in turn.
    together : int
        Rows that stand side by side whatever the seed: one of each future, so that any so many
        replicates in a row have all of them.
    """

    names: tuple[str, ...]
    values: Floats
    each: bool = False
    together: int = 1

    def rows(self, seed: int, replicates: Ints) -> Ints:
        """Return the row that each replicate takes, shape (L,).

        Replicates go through the rows in an order that the seed shuffles, again and again, so that
        any stretch of replicates uses each row equally often, or once more than others. Rows drawn
        independently would add the noise of an uneven sample to every mean.

        Parameters
        ----------
        seed : int
            Seed of the run.
        replicates : ndarray of int, shape (L,)
            Numbers of the replicates.
        """
        if self.each:
            return np.arange(len(replicates), dtype=np.int64)
        order = _shuffled(seed, len(self.values), self.together)
        return order[np.asarray(replicates, dtype=np.int64) % order.size]

    def lanes(self, name: str, rows: Ints) -> Floats | None:
        """Return the values of a name, shape (L,), or None where it was not fitted.

        Parameters
        ----------
        name : str
        rows : ndarray of int, shape (L,)
            The row of each replicate, from :meth:`rows`.
        """
        place = self._places.get(name)
        return None if place is None else np.asarray(self.values[rows, place])

    @cached_property
    def _places(self) -> dict[str, int]:
        """Return the column of each name."""
        return {name: place for place, name in enumerate(self.names)}


@cache
def _shuffled(seed: int, count: int, together: int) -> Ints:
    """Return 0 to ``count - 1`` in an order that is a pure function of the seed.

    Runs of ``together`` rows keep their order.
    """

    def place(row: int) -> bytes:
        first = row // together
        return hashlib.blake2b(f"posterior/{seed}/{first}".encode(), digest_size=16).digest()

    order = np.array(sorted(range(count), key=place), dtype=np.int64)
    order.setflags(write=False)
    return order


@dataclass(frozen=True)
class Drivers:
    """A compiled scenario: facts, effects and the names of every axis.

    Parameters
    ----------
    facts : Facts
        Dated history and fixed attributes.
    effects : Effects
        What levers change.
    schedule : Schedule
        When they do.
    triggers : tuple of Trigger
        Signs for which lever entries wait.
    entries : tuple of EntrySize
        Strength and cost of each lever entry.
    nations, ecosystems, segments, regions : tuple of str
        Labels of the axes; nations are sorted by ISO3, so that their order in a file is no input.
    groups : dict of str to ndarray of bool, shape (I,)
        Nation groups by slug.
    parameters : dict
        Values or distributions that replace rows of the parameter table, by path.
    drawn : bool
        Whether parameters are drawn from their ranges or held at their defaults.
    fitted : Joint or None
        Draws of a calibration, which go before the ranges.
    first : int
        Position of the first month that is reported.
    """

    facts: Facts
    effects: Effects
    schedule: Schedule
    triggers: tuple[Trigger, ...]
    entries: tuple[EntrySize, ...]
    nations: tuple[str, ...]
    ecosystems: tuple[str, ...]
    segments: tuple[str, ...]
    regions: tuple[str, ...]
    groups: dict[str, NDArray[np.bool_]]
    parameters: dict[str, object]
    drawn: bool
    fitted: Joint | None
    first: int

    def without_levers(self) -> Drivers:
        """Return the same world in which nobody does anything."""
        e, s = self.effects, self.schedule
        none = {name: getattr(e, name)[:0] for name in ("operation", "target")}
        for scope in ("nation", "world"):
            none[f"{scope}_start"] = np.zeros_like(getattr(e, f"{scope}_start"))
            none[f"{scope}_effect"] = getattr(e, f"{scope}_effect")[:0]
        idle = s._replace(
            **{name: values[:0] for name, values in s._asdict().items() if name != "covers"},
            covers=s.covers[:0, :0],
        )
        return replace(
            self, effects=e._replace(**none), schedule=idle, triggers=(), entries=()
        )  # fmt: skip

    @property
    def waiting(self) -> tuple[str, ...]:
        """Levers that wait for a sign to begin, by id, each once."""
        starts = (trigger for trigger in self.triggers if not trigger.ends)
        return tuple(dict.fromkeys(self.entries[trigger.entry].lever for trigger in starts))

    def members(self, group: str) -> NDArray[np.bool_]:
        """Return which nations a group has, or the nation of a code, shape (I,).

        Raises
        ------
        KeyError
            If it is neither, in these runs.
        """
        if group in self.nations:
            return np.array([code == group for code in self.nations])
        return self.groups[group]

    def sign(self, trigger: Trigger) -> Hashable:
        """Return what a trigger waits for, whatever its entry: equal where the signs are."""
        return (*astuple(trigger)[1:], self.members(trigger.group).tobytes())

    def waits(self, entry: int) -> tuple[Hashable, ...]:
        """Return the signs for which an entry waits, by its position; none where it has dates."""
        return tuple(self.sign(trigger) for trigger in self.triggers if trigger.entry == entry)


def nation_offsets(ecosystems: int, segments: int) -> Ints:
    """Return where each family of a nation's driver cells begins, and the end.

    Parameters
    ----------
    ecosystems, segments : int
        Sizes of the axes.

    Returns
    -------
    ndarray of int, shape (families + 1,)
    """
    return _offsets(NATION_FAMILIES, {"ecosystem": ecosystems, "segment": segments})


def world_offsets(ecosystems: int) -> Ints:
    """Return where each family of the world's driver cells begins, and the end.

    Returns
    -------
    ndarray of int, shape (families + 1,)
    """
    return _offsets(WORLD_FAMILIES, {"ecosystem": ecosystems})


def _offsets(families: tuple[str, ...], lengths: Mapping[str, int]) -> Ints:
    """Return where families begin: each has a cell for every position of its axes."""
    along = {axis: len(words) for axis, words in AXES.items()} | dict(lengths)
    sizes = [prod(along[axis] for axis in vocabulary()[name].index) for name in families]
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
