"""Partings: the first month in which two scenarios may differ, and who goes on from whom.

Two scenarios share their history if they differ in levers alone: until one of these does something
all that moves the world is the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.scenario.drivers import Drivers, Facts


@dataclass(frozen=True, eq=False)
class Course:
    """What moves the world in a scenario, in a form that can be held against another's.

    Parameters
    ----------
    drivers : Drivers
    effects : mapping of Hashable to list of ndarray, shape (T,)
        By what an effect does to which drivers and what it waits for, how much of such effects is
        in force by month; of one that waits, 1 from the first month in which its sign is read.
    """

    drivers: Drivers
    effects: dict[Hashable, list[NDArray[np.float64]]]


def course(drivers: Drivers) -> Course:
    """Return what moves the world in a scenario."""
    effects: dict[Hashable, list[NDArray[np.float64]]] = defaultdict(list)
    e = drivers.effects
    acted = [_acted(e.nation_start, e.nation_effect), _acted(e.world_start, e.world_effect)]
    for n, entry in enumerate(drivers.entries):
        strength = _known(entry.strength)
        for row, size in zip(entry.effects, entry.sizes, strict=True):
            cells = tuple(each.get(row, b"") for each in acted)
            does = (int(e.operation[row]), float(e.target[row]), size, cells)
            key = (entry.label, strength, entry.uncertainty, drivers.waits(n), does)
            effects[key].append(_may_act(drivers, n, row))
    return Course(drivers, dict(effects))


def _may_act(drivers: Drivers, entry: int, effect: int) -> NDArray[np.float64]:
    """Return how much of an effect is in force by dates, and 1 where a sign may decide."""
    by_dates = drivers.schedule.in_force(effect)
    watched = [trigger.watched for trigger in drivers.triggers if trigger.entry == entry]
    if watched:
        by_dates[min(watched) :] = 1.0
    return by_dates


def _known(strength: object) -> Hashable:
    """Return what a strength can be told by; one that holds an array equals itself alone."""
    try:
        hash(strength)
    except TypeError:
        return id(strength)
    return strength


def _acted(start: NDArray[np.int64], effect: NDArray[np.int64]) -> dict[int, bytes]:
    """Return the cells on which each effect acts, from the effects that act on each cell."""
    cells = np.repeat(np.arange(start.size - 1), np.diff(start))
    return {int(number): cells[effect == number].tobytes() for number in np.unique(effect)}


def _alike(one: Drivers, other: Drivers) -> bool:
    """Return whether all that moves the world but levers is the same."""
    mine, theirs = one.fitted, other.fitted
    words = ("nations", "ecosystems", "segments", "regions", "drawn", "parameters")
    if any(getattr(one, name) != getattr(other, name) for name in words):
        return False
    if (mine is None) != (theirs is None):
        return False
    if mine is not None and theirs is not None and mine is not theirs:
        same = (mine.names, mine.each) == (theirs.names, theirs.each)
        if not same or not np.array_equal(mine.values, theirs.values):
            return False
    facts = ((getattr(one.facts, n), getattr(other.facts, n)) for n in Facts._fields)
    return all(a is b or np.array_equal(a, b) for a, b in facts)


def parting(one: Course, other: Course) -> int:
    """Return the first month in which two scenarios may differ, as a position.

    The months before are equal to the bit under common random numbers: an effect that has not
    begun changes nothing. 0 where more than levers differ; the number of months where they are the
    same throughout.
    """
    return _first(one, other) if _alike(one.drivers, other.drivers) else 0


def _first(one: Course, other: Course) -> int:
    """Return the first month in which levers differ, or how many months there are."""
    first = one.drivers.facts.months.size
    for effect in one.effects.keys() | other.effects.keys():
        mine, theirs = one.effects.get(effect, []), other.effects.get(effect, [])
        if len(mine) == len(theirs) == 1:
            differing = mine[0] != theirs[0]
        else:
            lone = Counter(r.tobytes() for r in mine)
            lone.subtract(Counter(r.tobytes() for r in theirs))
            ramps = [r for r in (*mine, *theirs) if lone[r.tobytes()]]
            differing = np.any(np.array(ramps), axis=0) if ramps else np.zeros(first, np.bool_)
        if differing.any():
            first = min(first, int(np.argmax(differing)))
    return first


def begins(drivers: Drivers, levers: Collection[str]) -> int:
    """Return the first month in which any of some levers does something, or how many there are."""
    acting = np.zeros(drivers.facts.months.size, np.bool_)
    for n, entry in enumerate(drivers.entries):
        if entry.lever in levers:
            acting |= np.any([_may_act(drivers, n, e) > 0.0 for e in entry.effects], axis=0)
    return int(np.argmax(acting)) if acting.any() else acting.size


@dataclass(frozen=True)
class Branch:
    """A scenario that goes on from another one.

    Parameters
    ----------
    number : int
        Its place among all.
    first : int
        Position of the month from which it is run.
    branches : tuple of Branch
        Those that go on from it, by month.
    """

    number: int
    first: int
    branches: tuple[Branch, ...]


def plan(courses: Sequence[Course]) -> list[Branch]:
    """Return who goes on from whom: each from that one before it with which it parts last.

    Parameters
    ----------
    courses : sequence of Course
        The first of those that share a history is run from the start.

    Returns
    -------
    list of Branch
        Those that are run from the start.
    """
    below: dict[int, list[tuple[int, int]]] = defaultdict(list)
    roots: list[int] = []
    root_of: list[int] = []
    for number, mine in enumerate(courses):
        # What is alike to one is alike to all that go on from it.
        root = next((r for r in roots if _alike(mine.drivers, courses[r].drivers)), number)
        root_of.append(root)
        months = [
            _first(mine, courses[other]) if root_of[other] == root else 0 for other in range(number)
        ]
        best = max(range(number), key=lambda other: (months[other], -other), default=None)
        if best is None or months[best] == 0:
            roots.append(number)
        else:
            below[best].append((months[best], number))

    def branch(number: int, first: int) -> Branch:
        ahead = sorted(below[number])
        return Branch(number, first, tuple(branch(other, month) for month, other in ahead))

    return [branch(number, 0) for number in roots]


def walk(branches: Sequence[Branch]) -> Iterator[Branch]:
    """Yield every branch."""
    for each in branches:
        yield each
        yield from walk(each.branches)
