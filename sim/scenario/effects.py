"""Effects: from lever entries to rows that each say which driver cells move, how and when.

The rows have one canonical order, whatever the order in a file: by operation, driver, lever, start,
nations and place within the lever. Sums over them are then the same to the bit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim import evidence, months
from sim.evidence import selectors
from sim.evidence.axes import ECOSYSTEMS, SEGMENTS
from sim.scenario import levers, parts, reach, strength
from sim.scenario.drivers import (
    NATION_FAMILIES,
    NEVER,
    OPERATIONS,
    WORLD_FAMILIES,
    Effects,
    EntrySize,
    Flags,
    Ints,
    Schedule,
    Trigger,
    nation_offsets,
    world_offsets,
)
from sim.scenario.drivers import vocabulary as drivers_by_name
from sim.scenario.entry import LeverEntry
from sim.scenario.facts import own, own_ints
from sim.scenario.fields import bounds
from sim.scenario.lever_effect import SELECTORS, Effect

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Row:
    """One effect of one lever entry, on some nations.

    Parameters
    ----------
    entry, within : int
        Positions of the entry and of the effect within its lever.
    effect : Effect
    used : LeverEntry
    part : Part
        The nations of the entry on which it acts, and which entries reach them too.
    """

    entry: int
    within: int
    effect: Effect
    used: LeverEntry
    part: Part

    @property
    def order(self) -> tuple[object, ...]:
        """Return where the row stands in the canonical order."""
        kind = OPERATIONS.index(self.effect.op)
        return kind, self.effect.driver, self.used.order, self.within, self.part.contested

    @property
    def contest(self) -> Hashable:
        """Return what all rows share of which the strongest alone acts; None where it is alone."""
        return (self.used.id, self.within, self.part.contested) if self.part.contested else None


@dataclass(frozen=True, eq=False)
class Part:
    """Nations that some entries of a lever reach, and no others.

    Parameters
    ----------
    nations : ndarray of bool, shape (I,)
    contested : tuple of int
        Positions of the entries that may be in force there together; empty where none may.
    """

    nations: Bools
    contested: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Table:
    """What the levers of a scenario do.

    Parameters
    ----------
    effects : Effects
        The rows, in canonical order.
    schedule : Schedule
        When they act.
    entries : tuple of EntrySize
        In the order of id, start and nations.
    triggers : tuple of Trigger
        What they wait for.
    """

    effects: Effects
    schedule: Schedule
    entries: tuple[EntrySize, ...]
    triggers: tuple[Trigger, ...]


def build(
    used: Iterable[LeverEntry],
    known: Mapping[str, levers.Lever],
    among: evidence.Nations,
    calendar: Ints,
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
    whole : Nations
        The table that the nations of the scenario were chosen from, by which costs are scaled.
    """
    # A uniform from 0 to 0 is nothing as well.
    entries = [entry for entry in used if bounds(entry.strength) != (0.0, 0.0)]
    entries.sort(key=lambda entry: entry.order)
    reach_of = [_reach(entry, among) for entry in entries]
    rows = sorted(_rows(entries, known, reach_of), key=lambda row: row.order)
    cells = [nation_cells(row.effect, among, row.part.nations) for row in rows]
    bears = _felt(rows, cells, len(among), len(ECOSYSTEMS))
    return Table(
        effects=_effects(rows, cells, len(among)),
        schedule=_schedule(rows, entries, reach_of, calendar, bears),
        entries=tuple(_sizes(rows, entries, known, whole)),
        triggers=tuple(_triggers(entries, calendar)),
    )


def _reach(entry: LeverEntry, among: evidence.Nations) -> Bools:
    """Return the nations to which an entry narrows its lever, (I,)."""
    if entry.nations is None:
        return np.ones(len(among), dtype=np.bool_)
    return np.isin(among.iso3, entry.nations)


def _rows(
    entries: Sequence[LeverEntry],
    known: Mapping[str, levers.Lever],
    reach_of: Sequence[Bools],
) -> Iterator[Row]:
    """Yield every effect of every entry, split where another entry reaches some of its nations."""
    by_lever: dict[str, list[int]] = defaultdict(list)
    for position, entry in enumerate(entries):
        by_lever[entry.id].append(position)
    for position, entry in enumerate(entries):
        mine = by_lever[entry.id]
        # What a lever does to the world is no nation's part.
        everywhere = Part(reach_of[position], tuple(mine) if len(mine) > 1 else ())
        parts = _parts(position, mine, entries, reach_of)
        for within, effect in enumerate(known[entry.id].effects):
            on_the_world = effect.driver in WORLD_FAMILIES
            for part in (everywhere,) if on_the_world else parts:
                yield Row(position, within, effect, entry, part)


def _parts(
    position: int, mine: Sequence[int], entries: Sequence[LeverEntry], reach_of: Sequence[Bools]
) -> tuple[Part, ...]:
    """Return the nations of an entry, apart by which entries of the same lever reach them too.

    Entries with dates never meet: a file in which they do is refused.
    """
    waits = [entries[other].when is not None for other in mine]
    reaches = np.stack([reach_of[other] for other in mine])
    if not any(waits) or (reaches.sum(axis=0) < 2).all():
        return (Part(reach_of[position]),)
    found = []
    here = reaches[:, reach_of[position]]
    for pattern in np.unique(here, axis=1).T:
        nations = (reaches == pattern[:, None]).all(axis=0)
        together = tuple(n for n, inside in zip(mine, pattern, strict=True) if inside)
        found.append(Part(nations, together if len(together) > 1 else ()))
    return tuple(found)


def selected(effect: Effect) -> Bools:
    """Return which cells of its driver an effect means, nations aside.

    Returns
    -------
    ndarray of bool
        Flat, the driver's last index running fastest; a driver without an index has one cell.
    """
    chosen = {column: getattr(effect, column) for column in SELECTORS}
    return selectors.cells(drivers_by_name()[effect.driver].index, chosen)


def nation_cells(effect: Effect, among: evidence.Nations, narrowed: Bools) -> Bools:
    """Return the nation cells that an effect moves, (I, cells) as `nation_offsets` lays them.

    Parameters
    ----------
    effect : Effect
    among : Nations
        The nations of the scenario.
    narrowed : ndarray of bool, shape (I,)
        The nations to which its entry narrows it.
    """
    offsets = _nation_offsets()
    mask = np.zeros((len(among), int(offsets[-1])), dtype=np.bool_)
    if effect.driver in NATION_FAMILIES:
        family = NATION_FAMILIES.index(effect.driver)
        part = slice(offsets[family], offsets[family + 1])
        own_cells = selected(effect)
        inside = selectors.nations(effect.nations, among) & narrowed
        mask[:, part] = np.logical_and.outer(inside, own_cells)
    return mask


def world_cells(effect: Effect) -> Bools:
    """Return the world cells that an effect moves, (cells,) as `world_offsets` lays them."""
    offsets = world_offsets(len(ECOSYSTEMS))
    mask = np.zeros(int(offsets[-1]), dtype=np.bool_)
    if effect.driver in WORLD_FAMILIES:
        family = WORLD_FAMILIES.index(effect.driver)
        mask[offsets[family] : offsets[family + 1]] = selected(effect)
    return mask


def _schedule(
    rows: Sequence[Row],
    entries: Sequence[LeverEntry],
    reach_of: Sequence[Bools],
    calendar: Ints,
    bears: Flags,
) -> Schedule:
    """Return when entries act, and where it shows."""
    since = np.arange(len(calendar))
    courses = [strength.course(row.used, since) for row in rows]
    of_contest: dict[Hashable, int] = {None: -1}
    for row in rows:
        of_contest.setdefault(row.contest, len(of_contest) - 1)
    ends = [NEVER if entry.end is None else entry.end - calendar[0] for entry in entries]
    starts = [NEVER if entry.start is None else entry.start - calendar[0] for entry in entries]
    covers = [
        [
            one is not other and entry.id == entries[n].id and bool((one | ~other).all())
            for n, other in enumerate(reach_of)
        ]
        for entry, one in zip(entries, reach_of, strict=True)
    ]
    return Schedule(
        entry=own_ints([row.entry for row in rows]),
        course=own(courses) if rows else np.zeros((0, len(calendar))),
        rival=own_ints([of_contest[row.contest] for row in rows]),
        bears=bears,
        begins=own_ints(starts),
        ends=own_ints(ends),
        lag=own_ints([entry.lag_months for entry in entries]),
        covers=np.array(covers, dtype=np.uint8).reshape(len(entries), len(entries)),
    )


def _triggers(entries: Sequence[LeverEntry], calendar: Ints) -> Iterator[Trigger]:
    """Yield what entries wait for."""
    first, last = int(calendar[0]), len(calendar) - 1
    for position, entry in enumerate(entries):
        for key, sign in entry.conditions().items():
            earliest = entry.earliest if sign.earliest is None else sign.earliest
            yield Trigger(
                entry=position,
                ends=key == "end_when",
                metric=sign.metric,
                group=sign.group,
                above=sign.above is not None,
                level=sign.level,
                months=sign.for_months,
                first=earliest - first,
                last=last if sign.until is None else min(sign.until - first, last),
            )


def _nation_offsets() -> Ints:
    return nation_offsets(len(ECOSYSTEMS), len(SEGMENTS))


def _effects(rows: Sequence[Row], cells: Sequence[Bools], among: int) -> Effects:
    size = among * int(_nation_offsets()[-1])
    nation_start, nation_effect = _lists([mask.ravel() for mask in cells], size)
    offsets = world_offsets(len(ECOSYSTEMS))
    world_start, world_effect = _lists([world_cells(row.effect) for row in rows], int(offsets[-1]))
    return Effects(
        operation=own_ints([OPERATIONS.index(row.effect.op) for row in rows]),
        target=own([row.effect.target or 0.0 for row in rows]),
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
    whole: evidence.Nations,
) -> Iterator[EntrySize]:
    """Yield how strong each entry is and what it costs."""
    for position, entry in enumerate(entries):
        lever = known[entry.id]
        mine = [(e, row.effect) for e, row in enumerate(rows) if row.entry == position]
        yield EntrySize(
            lever=lever.id,
            label=f"{lever.id}@{months.text(entry.earliest)}",
            strength=entry.strength,
            uncertainty=lever.uncertainty,
            effects=tuple(e for e, _ in mine),
            sizes=tuple(effect.sizes for _, effect in mine),
            cost=reach.cost(lever, entry.nations, whole),
        )


def _felt(rows: Sequence[Row], cells: Sequence[Bools], among: int, ecosystems: int) -> Flags:
    """Return in which parts of nations effects are felt, shape (E, I, parts)."""
    bears = np.zeros((len(rows), among, parts.count(ecosystems)), dtype=np.uint8)
    places = [slice(first, last) for first, last in pairwise(_nation_offsets().tolist())]
    for e, (row, mask) in enumerate(zip(rows, cells, strict=True)):
        name = row.effect.driver
        if name in NATION_FAMILIES:
            mine = mask[:, places[NATION_FAMILIES.index(name)]]
            bears[e] = parts.felt(name, mine, ecosystems)
    return bears
