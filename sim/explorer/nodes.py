"""Nodes: mean differences along the track of one control, for the page to draw between them.

While a hand drags, the page interpolates between places that were run; it says so. A few places of
a few replicates come first, and more of both while the hand is still there: governments change
their stance at once or not at all, so that few replicates make steps along a track.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim import months
from sim.arrays import Floats, Ints
from sim.ensemble import runner
from sim.ensemble.tasks import Lanes, is_fast
from sim.explorer.baseline import WORLD, Baseline, Part, lined, taken
from sim.explorer.bases import entry_of, first_start, lever_of
from sim.explorer.state import State, Use
from sim.explorer.work import Arrays, Question, Workshop
from sim.scenario import compile as compiled
from sim.scenario import vocabulary
from sim.scenario.levers import STRENGTHS
from sim.world.partings import begins, course, parting

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.scenario.drivers import Drivers

COARSE, FINE = (0.0, 1 / 3, 2 / 3, 1.0), tuple(n / 6 for n in range(7))
"""Places along a track, as parts of it: the first, and those of all controls. A lever's size is
linear in its strength between the first ones and bends at them (`sim.scenario.strength`), so that
curves are smooth within a third of its track and not across."""

BENT = 0.003
"""Share by which the middle of a third must lie off the line between its ends for the third to be
run at its quarters too. Measured on the hardest lever, `us_gate_frontier_models`: 0.35 points of
error without, 0.15 with."""

WIDEST = 48
"""Lanes of one block: several places of a part side by side."""

APART = 12
"""Months between two starts that are run."""

STRENGTH, START = "strength", "start"
PARTS = (STRENGTH, START)


@dataclass(frozen=True, eq=False)
class Nodes:
    """Places of a track that were run.

    Parameters
    ----------
    places : tuple of float
        Strengths, values of a parameter, or month numbers; with starts the first of the arrays is
        that without the lever and has no place.
    runs : int
        Replicates of each.
    arrays : mapping of str to ndarray
        ``diff``, shape (places, Q, rows, lines); ``world``, shape (places, Q, len(WORLD)): means of
        paired differences from the baseline.
    cpu : float
        Seconds of processor time until then.
    """

    places: tuple[float, ...]
    runs: int
    arrays: Arrays
    cpu: float


@dataclass(frozen=True, eq=False)
class Track:
    """A control and what is run along it.

    Parameters
    ----------
    workshop : Workshop
    question : Question
        The state around it.
    key : str
        Key of a lever's entry, or ``p.`` and the path of a parameter.
    part : str
        One of `PARTS`; a parameter has its value alone.
    """

    workshop: Workshop
    question: Question
    key: str
    part: str = STRENGTH

    @property
    def is_there(self) -> bool:
        """Whether there is such a control, and lanes of a block may stand along its track."""
        if self.key.startswith("p."):
            known = self.key[2:] in vocabulary.parameters()
            return known and self.part == STRENGTH and is_fast(f"parameters.{self.key[2:]}")
        base = self.workshop.bases.get(self.question.state.base, self.question.state.focus)
        if self.key not in base.entries and self.key not in base.levers:
            return False
        return self.part == STRENGTH or isinstance(entry_of(base, self.key).get("start"), str)

    def nodes(self, stopped: Callable[[], bool]) -> Iterator[Nodes]:
        """Yield nodes as they are done, each time all that there are; none once stopped.

        Raises
        ------
        InputError
            If the state makes no scenario.
        """
        makers = self._starts if self.part == START else self._values
        for places, runs, sums, cpu in makers(stopped):
            yield Nodes(places, runs, {k: v / runs for k, v in sums.items()}, cpu)

    def _values(
        self, stopped: Callable[[], bool]
    ) -> Iterator[tuple[tuple[float, ...], int, Arrays, float]]:
        """Yield sums over replicates at strengths, or at values of a parameter."""
        began = time.thread_time()
        parts, is_lever = self.workshop.baseline.parts, not self.key.startswith("p.")
        drivers, first = self._open()
        spent = time.thread_time() - began
        known: dict[float, Arrays] = {}
        runs_of = runs = 0
        places = (COARSE, FINE, FINE) if is_lever else (COARSE, FINE)
        for stage, at_least in zip(self.workshop.baseline.stages, places, strict=False):
            count = self.workshop.baseline.parts_of(stage)
            fractions = (*at_least, *(_bends(known, runs) if FINE[1] in known else ()))
            # Places that are new of parts that were run, and all places of a part that was not.
            fresh = [f for f in fractions if f not in known]
            jobs = [(part, fresh) for part in parts[:runs_of] if fresh]
            jobs += [(part, list(fractions)) for part in parts[runs_of:count]]
            done = self._run(drivers, first, jobs, stopped)
            if done is None:
                return
            more, cpu = done
            spent += cpu
            for fraction, sums in more.items():
                known[fraction] = _added(known.get(fraction), sums)
            runs_of = count
            runs = sum(part.replicates.size for part in parts[:count])
            at = sorted(known)
            values = tuple(self._value(f) for f in at)
            yield values, runs, _stacked([known[f] for f in at]), spent

    def _value(self, fraction: float) -> float:
        """Return the value at a part of the track."""
        if not self.key.startswith("p."):
            return fraction
        row = vocabulary.parameters()[self.key[2:]]
        return row.low + fraction * (row.high - row.low)

    def _run(
        self,
        drivers: Drivers,
        first: int,
        jobs: Sequence[tuple[Part, Sequence[float]]],
        stopped: Callable[[], bool],
    ) -> tuple[dict[float, Arrays], float] | None:
        """Run places of parts, several side by side; None once stopped."""
        tasks: list[tuple[list[float], Future[tuple[list[Arrays] | None, float]]]] = []
        for part, wanted in jobs:
            size = part.replicates.size
            step = max(1, WIDEST // size)
            for n in range(0, len(wanted), step):
                some = list(wanted[n : n + step])
                values = Lanes(np.repeat([self._value(f) for f in some], size))
                tasks.append((some, self.workshop.pool.submit(
                    self._block, part, self._held(drivers, values), first, len(some), stopped
                )))  # fmt: skip
        found: dict[float, Arrays] = {}
        spent = 0.0
        for some, task in tasks:
            sums, cpu = task.result()
            if sums is None:
                return None
            spent += cpu
            for fraction, mine in zip(some, sums, strict=True):
                found[fraction] = _added(found.get(fraction), mine)
        return found, spent

    def _open(self) -> tuple[Drivers, int]:
        """Return drivers along whose lanes the control may differ, and from when they are run."""
        state, bases = self.question.state, self.workshop.bases
        if self.key.startswith("p."):
            return compiled(bases.scenario(state)), 0
        use = state.levers.get(self.key, Use()).model_copy(update={"strength": STRENGTHS["high"]})
        full = state.model_copy(update={"levers": {**state.levers, self.key: use}})
        drivers = compiled(bases.scenario(full))
        first = parting(self.workshop.baseline.course, course(drivers))
        return drivers, min(first, begins(drivers, [lever_of(self.key)]))

    def _held(self, drivers: Drivers, values: Lanes) -> Drivers:
        """Return drivers whose lanes stand at values of the control."""
        if self.key.startswith("p."):
            held = {**drivers.parameters, self.key[2:]: values}
            return dataclasses.replace(drivers, parameters=held)
        entries, place = list(drivers.entries), self._place(drivers)
        entries[place] = dataclasses.replace(entries[place], strength=values)
        return dataclasses.replace(drivers, entries=tuple(entries))

    def _place(self, drivers: Drivers) -> int:
        """Return which entry the control means: of several of a lever that with its start."""
        mine = [n for n, entry in enumerate(drivers.entries) if entry.lever == lever_of(self.key)]
        base = self.workshop.bases.get(self.question.state.base, self.question.state.focus)
        use = self.question.state.levers.get(self.key, Use())
        start = (
            first_start(entry_of(base, self.key)) if use.start is None else months.text(use.start)
        )
        label = f"{lever_of(self.key)}@{start}"
        return next((n for n in mine if drivers.entries[n].label == label), mine[0])

    def _starts(
        self, stopped: Callable[[], bool]
    ) -> Iterator[tuple[tuple[float, ...], int, Arrays, float]]:
        """Yield sums over replicates without the lever, and with it from several months on."""
        b, spent = self.workshop.baseline, 0.0
        first_month = b.drivers.facts.months[b.drivers.first]
        last, end = (
            int(b.drivers.facts.months[b.drivers.facts.last_fact]),
            int(b.drivers.facts.months[-1]),
        )
        starts = [max(int(first_month), last + n) for n in range(-11, end - last, APART)]
        places = tuple(float(start) for start in dict.fromkeys([*starts, end]))
        total: Arrays | None = None
        runs = 0
        for part in b.parts[: b.parts_of(b.stages[:2][-1])]:
            tasks = [
                self.workshop.pool.submit(self._from, part, place, stopped)
                for place in (None, *places)
            ]
            found = [task.result() for task in tasks]
            sums = [mine for mine, _ in found]
            if any(mine is None for mine in sums):
                return
            spent += sum(cpu for _, cpu in found)
            total = _added(total, _stacked([mine for mine in sums if mine is not None]))
            runs += part.replicates.size
            yield places, runs, total, spent

    def _from(
        self, part: Part, start: float | None, stopped: Callable[[], bool]
    ) -> tuple[Arrays | None, float]:
        """Run a part with the lever from a month on, or without it."""
        if stopped():
            return None, 0.0
        began = time.thread_time()
        drivers = compiled(self._scenario(self.question.state, start))
        first = parting(self.workshop.baseline.course, course(drivers))
        spent = time.thread_time() - began
        found, cpu = self._block(part, drivers, first, 1, stopped)
        return (None if found is None else found[0]), cpu + spent

    def _scenario(self, state: State, start: float | None) -> Scenario:
        use = state.levers.get(self.key, Use())
        change: dict[str, object] = {"strength": 0.0} if start is None else {"start": int(start)}
        if start is not None and isinstance(use.end, int) and use.end < start:
            change["end"] = int(start)
        moved = {**state.levers, self.key: use.model_copy(update=change)}
        return self.workshop.bases.scenario(state.model_copy(update={"levers": moved}))

    def _block(
        self,
        part: Part,
        drivers: Drivers,
        first: int,
        places: int,
        stopped: Callable[[], bool],
    ) -> tuple[list[Arrays] | None, float]:
        """Run a part at places side by side, and return sums of differences at each."""
        if stopped():
            return None, 0.0
        began, b = time.thread_time(), self.workshop.baseline
        size, pins = part.replicates.size, self._pins(b)
        lanes = np.tile(np.arange(size), places)
        moments = runner.simulate_from(
            part.trunk, drivers, first, b.months.tolist(), lanes=lanes, stopped=stopped
        )
        kept = taken(moments, drivers, b.months, b.groups, pins)
        if kept is None:
            return None, 0.0
        rows = b.rows(self.question.pins)
        base = b.share[kept.begun :][:, rows][..., part.replicates]
        other = b.world[kept.begun :][..., part.replicates]
        found = []
        for n in range(places):
            mine = slice(n * size, (n + 1) * size)
            apart = (kept.share[..., mine] - base).sum(axis=-1, keepdims=True)
            diff = np.zeros((b.months.size, rows.size, base.shape[2] + 4))
            diff[kept.begun :] = lined(apart, b.drivers.facts.bloc)[..., 0]
            world = np.zeros((b.months.size, len(WORLD)))
            world[kept.begun :] = (kept.world[..., mine] - other).sum(axis=-1)
            found.append({"diff": diff, "world": world})
        return found, time.thread_time() - began

    def _pins(self, baseline: Baseline) -> Ints:
        return np.array([baseline.drivers.nations.index(pin) for pin in self.question.pins], int)


def _bends(known: Mapping[float, Arrays], runs: int) -> Iterator[float]:
    """Yield the quarters of those thirds within which a curve bends, from sums over runs."""
    for n in (0, 2, 4):
        first, middle, last = (known[f]["diff"] for f in FINE[n : n + 3])
        if np.abs(middle - (first + last) / 2.0).max() > BENT * runs:
            yield from ((2 * n + 1) / 12, (2 * n + 3) / 12)


def _added(one: Arrays | None, other: Arrays) -> Arrays:
    return other if one is None else {name: one[name] + other[name] for name in one}


def _stacked(found: Sequence[Arrays]) -> Arrays:
    stacked: dict[str, Floats] = {
        name: np.stack([each[name] for each in found]) for name in found[0]
    }
    return stacked
