"""Effects: from lever entries to rows that each say which driver cells move, how and when.

The rows have one canonical order, whatever the order in a file: by operation, driver, lever, start,
nations and place within the lever. Sums over them are then the same to the bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim import evidence, months
from sim.evidence.axes import AXES, ECOSYSTEMS, SEGMENTS
from sim.scenario import levers, nations, reach, strength
from sim.scenario.document import LeverEntry, bounds
from sim.scenario.drivers import (
    NATION_FAMILIES,
    OPERATIONS,
    WORLD_FAMILIES,
    Effects,
    EntrySize,
    Flags,
    Floats,
    Ints,
    nation_offsets,
    world_offsets,
)
from sim.scenario.drivers import vocabulary as drivers_by_name
from sim.scenario.facts import changed, own, own_ints

Bools = NDArray[np.bool_]

TERMS = ("access", "price", "licence")
"""Families of what one ecosystem offers a nation."""

OTHER = ("trust", "pull", "offer", "facility", "own_lag")
"""Families that are brought up to date for a nation as a whole."""


@dataclass(frozen=True, slots=True)
class Row:
    """One effect of one lever entry; ``entry`` and ``within`` are positions."""

    entry: int
    within: int
    effect: levers.Effect
    used: LeverEntry

    @property
    def order(self) -> tuple[int, str, tuple[str, int, tuple[str, ...]], int]:
        """Return where the row stands in the canonical order."""
        kind = OPERATIONS.index(self.effect.op)
        return kind, self.effect.driver, self.used.order, self.within


@dataclass(frozen=True, eq=False)
class Table:
    """What the levers of a scenario do.

    Parameters
    ----------
    effects : Effects
        The rows, in canonical order.
    entries : tuple of EntrySize
        In the order of id, start and nations.
    stale : ndarray of uint8, shape (T, I, K)
        1 where the ramp of an effect on what an ecosystem offers a nation differs from the month
        before; in the first month wherever there is such an effect.
    stale_other : ndarray of uint8, shape (T, I)
        The same for trust, pull, offer, facility and own_lag.
    """

    effects: Effects
    entries: tuple[EntrySize, ...]
    stale: Flags
    stale_other: Flags


def build(
    used: Iterable[LeverEntry],
    known: Mapping[str, levers.Lever],
    among: evidence.Nations,
    calendar: Ints,
    is_open: Sequence[bool],
    whole: evidence.Nations,
) -> Table:
    """Return what lever entries do.

    Parameters
    ----------
    used : iterable of LeverEntry
        In any order; an entry of strength 0 is left out as if it were absent.
    known : mapping of str to Lever
        The table of levers.
    among : Nations
        The nations of the scenario.
    calendar : ndarray of int, shape (T,)
        Month numbers.
    is_open : sequence of bool
        By ecosystem: whether it can be had on own machines.
    whole : Nations
        The table that the nations of the scenario were chosen from, by which costs are scaled.
    """
    # A uniform from 0 to 0 is nothing as well.
    entries = [entry for entry in used if bounds(entry.strength) != (0.0, 0.0)]
    entries.sort(key=lambda entry: entry.order)
    rows = sorted(
        (
            Row(position, within, effect, entry)
            for position, entry in enumerate(entries)
            for within, effect in enumerate(known[entry.id].effects)
        ),
        key=lambda row: row.order,
    )
    ramps = [strength.ramp(row.used, calendar) for row in rows]
    ramp = own(ramps) if rows else np.zeros((0, len(calendar)))
    _act_once_on_the_world(rows, ramp)
    cells = [nation_cells(row.effect, among, row.used.nations) for row in rows]
    stale, stale_other = _stale(rows, ramp, cells, len(among), is_open)
    return Table(
        effects=_effects(rows, ramp, cells, len(among)),
        entries=tuple(_sizes(rows, entries, known, calendar, whole)),
        stale=stale,
        stale_other=stale_other,
    )


def selected(effect: levers.Effect) -> Bools:
    """Return which cells of its driver an effect means, nations aside.

    Returns
    -------
    ndarray of bool
        Flat, the driver's last index running fastest; a driver without an index has one cell.
    """
    mask = np.ones(1, dtype=np.bool_)
    for index in drivers_by_name()[effect.driver].index:
        words: tuple[str, ...] = getattr(effect, index if index == "hardware" else f"{index}s")
        along = [not words or label in words for label in AXES[index]]
        mask = np.logical_and.outer(mask, np.array(along)).ravel()
    return mask


def nation_cells(
    effect: levers.Effect, among: evidence.Nations, narrowed: tuple[str, ...] | None = None
) -> Bools:
    """Return the nation cells that an effect moves, (I, cells) as `nation_offsets` lays them.

    Parameters
    ----------
    effect : Effect
    among : Nations
        The nations of the scenario.
    narrowed : tuple of str, optional
        ISO3 codes of the nations to which an entry narrows its effects.
    """
    offsets = _nation_offsets()
    mask = np.zeros((len(among), int(offsets[-1])), dtype=np.bool_)
    if effect.driver in NATION_FAMILIES:
        family = NATION_FAMILIES.index(effect.driver)
        part = slice(offsets[family], offsets[family + 1])
        own_cells = selected(effect)
        inside = nations.mask(effect.nations, among)
        if narrowed is not None:
            inside &= np.isin(among.iso3, narrowed)
        mask[:, part] = np.logical_and.outer(inside, own_cells)
    return mask


def world_cells(effect: levers.Effect) -> Bools:
    """Return the world cells that an effect moves, (cells,) as `world_offsets` lays them."""
    offsets = world_offsets(len(ECOSYSTEMS))
    mask = np.zeros(int(offsets[-1]), dtype=np.bool_)
    if effect.driver in WORLD_FAMILIES:
        family = WORLD_FAMILIES.index(effect.driver)
        mask[offsets[family] : offsets[family + 1]] = selected(effect)
    return mask


def _act_once_on_the_world(rows: Sequence[Row], ramp: Floats) -> None:
    """Leave the world effects of a lever to one of its entries in each month, in place.

    Entries of one lever for different nations may be in force together, and what the lever does to
    the world is no nation's part. The entry that is furthest in force counts: strength, in the
    middle where it is a distribution, times ramp.

    Parameters
    ----------
    rows : sequence of Row
    ramp : ndarray, shape (E, T)
    """
    on_the_world: dict[str, dict[int, list[int]]] = {}
    for e, row in enumerate(rows):
        if row.used.nations is not None and row.effect.driver in WORLD_FAMILIES:
            on_the_world.setdefault(row.used.id, {}).setdefault(row.entry, []).append(e)
    for by_entry in on_the_world.values():
        places = sorted(by_entry)
        first = {entry: by_entry[entry][0] for entry in places}
        force = [ramp[first[entry]] * _middle(rows[first[entry]].used) for entry in places]
        leads = np.argmax(force, axis=0)
        for place, entry in enumerate(places):
            ramp[np.ix_(by_entry[entry], leads != place)] = 0.0


def _middle(entry: LeverEntry) -> float:
    """Return the strength of an entry, or the median of the distribution it is drawn from."""
    if isinstance(entry.strength, int | float):
        return float(entry.strength)
    return float(entry.strength.quantile(np.array([0.5]))[0])


def _nation_offsets() -> Ints:
    return nation_offsets(len(ECOSYSTEMS), len(SEGMENTS))


def _effects(rows: Sequence[Row], ramp: Floats, cells: Sequence[Bools], among: int) -> Effects:
    size = among * int(_nation_offsets()[-1])
    nation_start, nation_effect = _lists([mask.ravel() for mask in cells], size)
    offsets = world_offsets(len(ECOSYSTEMS))
    world_start, world_effect = _lists([world_cells(row.effect) for row in rows], int(offsets[-1]))
    return Effects(
        operation=own_ints([OPERATIONS.index(row.effect.op) for row in rows]),
        ramp=ramp,
        target=own([row.effect.target or 0.0 for row in rows]),
        entry=own_ints([row.entry for row in rows]),
        nation_start=nation_start,
        nation_effect=nation_effect,
        world_start=world_start,
        world_effect=world_effect,
        offsets=_nation_offsets(),
        world_offsets=offsets,
    )


def _lists(masks: Sequence[Bools], cells: int) -> tuple[Ints, Ints]:
    """Return for each cell its effects in ascending order, as row starts and numbers."""
    if not masks:
        return np.zeros(cells + 1, dtype=np.int64), np.zeros(0, dtype=np.int64)
    at, effect = np.nonzero(np.stack(masks, axis=1))
    counts = np.bincount(at, minlength=cells)
    return own_ints(np.concatenate([[0], np.cumsum(counts)])), own_ints(effect)


def _sizes(
    rows: Sequence[Row],
    entries: Sequence[LeverEntry],
    known: Mapping[str, levers.Lever],
    calendar: Ints,
    whole: evidence.Nations,
) -> Iterator[EntrySize]:
    """Yield how strong each entry is, what it costs and when."""
    for position, entry in enumerate(entries):
        lever = known[entry.id]
        mine = [(e, row.effect) for e, row in enumerate(rows) if row.entry == position]
        paid = calendar >= entry.start
        if entry.end is not None:
            paid &= calendar <= entry.end
        yield EntrySize(
            lever=lever.id,
            label=f"{lever.id}@{months.text(entry.start)}",
            strength=entry.strength,
            uncertainty=lever.uncertainty,
            effects=tuple(e for e, _ in mine),
            sizes=tuple(effect.sizes for _, effect in mine),
            cost=reach.cost(lever, entry.nations, whole),
            active=own(paid),
        )


def _stale(
    rows: Sequence[Row],
    ramp: Floats,
    cells: Sequence[Bools],
    among: int,
    is_open: Sequence[bool],
) -> tuple[Flags, Flags]:
    """Return where ramps move: on the terms of an ecosystem (T, I, K), and on all else (T, I)."""
    kinds, length = len(is_open), ramp.shape[1]
    stale = np.zeros((length, among, kinds), dtype=np.uint8)
    other = np.zeros((length, among), dtype=np.uint8)
    parts = [slice(first, last) for first, last in pairwise(_nation_offsets().tolist())]
    moves = changed(ramp.T)
    for e, (row, mask) in enumerate(zip(rows, cells, strict=True)):
        if row.effect.driver not in NATION_FAMILIES:
            continue
        mine = mask[:, parts[NATION_FAMILIES.index(row.effect.driver)]]
        if row.effect.driver in TERMS:
            stale[moves[:, e]] |= mine.reshape(among, kinds, -1).any(axis=2)
        if row.effect.driver in OTHER:
            other[moves[:, e]] |= mine.any(axis=1)
        if row.effect.driver == "facility":
            # Own machines serve open weights alone.
            stale[moves[:, e]] |= np.logical_and.outer(mine.any(axis=1), np.array(is_open))
    return stale, other
