"""The work behind an answer: exact replicates, stage by stage.

Everything here is a pure function of a state, and computed in threads: the kernel lets go of the
interpreter. Nothing is kept of who asked.
"""

from __future__ import annotations

import dataclasses
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim import months
from sim.arrays import Floats, Ints
from sim.ensemble import runner
from sim.explorer.baseline import (
    Baseline,
    Part,
    Taken,
    chinese_ahead,
    lined,
    middle,
    taken,
)
from sim.explorer.bases import Bases
from sim.explorer.state import State
from sim.scenario import compile as compiled
from sim.world.partings import course, parting

if TYPE_CHECKING:
    from sim.scenario.drivers import Drivers

Stopped = Callable[[], bool]
Arrays = dict[str, Floats]

KEPT = 12
"""Finished answers that are kept: going back, reloading and a second visitor are instant."""


@dataclass(frozen=True)
class Question:
    """What is asked: a state and the nations whose curves are wanted beside the groups.

    Parameters
    ----------
    state : State
        Clamped.
    pins : tuple of str
        ISO3 codes.
    """

    state: State
    pins: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        """Equal for questions with equal answers."""
        return self.state.fragment(numbers_only=True), self.pins


@dataclass(frozen=True, eq=False)
class Stage:
    """An answer from some replicates.

    Parameters
    ----------
    runs : int
        How many.
    last : bool
        Whether they are all: then the numbers are those of ``sim run``.
    arrays : mapping of str to ndarray
        As :func:`put_together` lays them out.
    cpu : float
        Seconds of processor time since the question came.
    begun : int
        Months that were taken from the baseline.
    signs : mapping of str to (int, str or None)
        By lever that waits for a sign, in how many replicates it came, and the month in their
        middle.
    """

    runs: int
    last: bool
    arrays: Arrays
    cpu: float
    begun: int
    signs: Mapping[str, tuple[int, str | None]]


class Workshop:
    """Threads that answer questions against one baseline.

    Parameters
    ----------
    bases : Bases
    baseline : Baseline
    threads : int
    """

    def __init__(self, bases: Bases, baseline: Baseline, threads: int) -> None:
        self.bases = bases
        self.baseline = baseline
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="explorer")
        self._kept: OrderedDict[object, Stage] = OrderedDict()
        self._lock = threading.Lock()

    def close(self) -> None:
        """Let go of the threads; work that has not begun is dropped."""
        self.pool.shutdown(wait=False, cancel_futures=True)

    def answers(self, question: Question, stopped: Stopped) -> Iterator[Stage]:
        """Yield an answer after each stage, the last from all replicates; none once stopped.

        Blocks while threads compute: to be called from a thread of its own.

        Raises
        ------
        InputError
            If the state makes no scenario.
        """
        kept = self._find(question.key)
        if kept is not None:
            yield kept
            return
        began = time.thread_time()
        drivers = compiled(self.bases.scenario(question.state))
        first = parting(self.baseline.course, course(drivers))
        spent = time.thread_time() - began
        pins = np.array([self.baseline.drivers.nations.index(pin) for pin in question.pins], int)
        tasks = self._tasks(drivers, first, pins, stopped)
        done: list[tuple[Part, Taken]] = []
        for stage in self.baseline.stages:
            while sum(part.replicates.size for part, _ in done) < stage:
                part, task = next(tasks)
                mine, cost = task.result()
                spent += cost
                if mine is None:
                    return
                done.append((part, mine))
            began = time.thread_time()
            which, all_of_it = joined(done, self.baseline.order[:stage])
            arrays = put_together(self.baseline, which, all_of_it, question.pins)
            spent += time.thread_time() - began
            last, begun = stage == self.baseline.runs, done[0][1].begun
            found = Stage(stage, last, arrays, spent, begun, signs(drivers, all_of_it))
            if found.last:
                self._keep(question.key, found)
            yield found

    def _tasks(
        self, drivers: Drivers, first: int, pins: Ints, stopped: Stopped
    ) -> Iterator[tuple[Part, Future[tuple[Taken | None, float]]]]:
        """Yield each part with its task; the first alone, since its answer is waited for most."""
        start, *rest = self.baseline.parts
        yield start, self.pool.submit(self._run, start, drivers, first, pins, stopped)
        tasks = [self.pool.submit(self._run, part, drivers, first, pins, stopped) for part in rest]
        yield from zip(rest, tasks, strict=True)

    def _run(
        self, part: Part, drivers: Drivers, first: int, pins: Ints, stopped: Stopped
    ) -> tuple[Taken | None, float]:
        """Run one part, and return what is kept of it and the processor's seconds."""
        # An exception would hold on to the whole state of the block by its traceback.
        if stopped():
            return None, 0.0
        began, b = time.thread_time(), self.baseline
        moments = runner.simulate_from(
            part.trunk, drivers, first, b.months.tolist(), stopped=stopped
        )
        kept = taken(moments, drivers, b.months, b.groups, pins)
        return kept, time.thread_time() - began

    def _find(self, key: object) -> Stage | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        return None

    def _keep(self, key: object, stage: Stage) -> None:
        with self._lock:
            self._kept[key] = dataclasses.replace(stage, cpu=0.0)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)


def joined(done: Sequence[tuple[Part, Taken]], wanted: Ints) -> tuple[Ints, Taken]:
    """Return the replicates of a stage in rising order, and what the parts kept of them.

    Nations have them in any order. A part may hold some of the next stage, which are left out.
    Months that some parts ran and others took from the baseline are equal to the bit, and count as
    taken.
    """
    kept = [np.isin(part.replicates, wanted) for part, _ in done]
    which = np.sort(np.concatenate([part.replicates for part, _ in done])[np.concatenate(kept)])
    to = [
        np.searchsorted(which, part.replicates[some])
        for (part, _), some in zip(done, kept, strict=True)
    ]
    begun = max(mine.begun for _, mine in done)
    years = min(mine.nations.shape[0] for _, mine in done)

    def side_by_side[Kind: np.generic](arrays: Sequence[NDArray[Kind]]) -> NDArray[Kind]:
        out = np.empty((*arrays[0].shape[:-1], which.size), arrays[0].dtype)
        for each, some, there in zip(arrays, kept, to, strict=True):
            out[..., there] = each if some.all() else each[..., some]
        return out

    # Of nations the mean alone is wanted: any order will do, and a plain one is faster.
    nations = [
        mine.nations[mine.nations.shape[0] - years :][..., slice(None) if some.all() else some]
        for (_, mine), some in zip(done, kept, strict=True)
    ]
    return which, Taken(
        begun,
        side_by_side([mine.share[begun - mine.begun :] for _, mine in done]),
        side_by_side([mine.world[begun - mine.begun :] for _, mine in done]),
        np.concatenate(nations, axis=-1),
        side_by_side([mine.pulled for _, mine in done]),
    )


def signs(drivers: Drivers, done: Taken) -> dict[str, tuple[int, str | None]]:
    """Return in how many replicates each lever's sign came, and the month in their middle."""
    found: dict[str, tuple[int, str | None]] = {}
    for lever, when in zip(drivers.waiting, done.pulled, strict=True):
        came = when[when < drivers.facts.months.size]
        middle_one = months.text(months.FIRST + int(np.median(came))) if came.size else None
        found[lever] = came.size, middle_one
    return found


def put_together(baseline: Baseline, which: Ints, done: Taken, pins: Sequence[str]) -> Arrays:
    """Return what is drawn, from some replicates.

    Before all are done a level is the baseline's, moved by the mean of the paired differences: a
    few replicates know a difference well and a level badly.

    Parameters
    ----------
    baseline : Baseline
    which : ndarray of int, shape (L,)
        Numbers of the replicates, rising.
    done : Taken
        What was kept of them.
    pins : sequence of str
        Nations beside the groups, ISO3 codes.

    Returns
    -------
    mapping of str to ndarray
        ``level``, shape (3, Q, rows, lines): median, 5 and 95 %.
        ``diff``, shape (4, Q, rows, lines): mean of paired differences, their 5 and 95 %, standard
        error of the mean.
        ``ahead``, shape (Q, rows): part of replicates in which the Chinese bloc is the larger one.
        ``world``, shape (7, Q, len(WORLD)): level and difference, in these orders.
        ``tiles``, shape (Decembers, nations, ecosystems): mean shares of nations.
    """
    rows, blocs, begun = baseline.rows(pins), baseline.drivers.facts.bloc, done.begun
    all_of_them = which.size == baseline.runs
    share, other = lined(done.share, blocs), baseline.lines(pins)[begun:]
    before = baseline.world[begun:]
    if not all_of_them:
        other, before = other[..., which], before[..., which]
    level, diff = _spread(baseline.bands[:, :, rows], share, other, begun, exact=all_of_them)
    level_w, diff_w = _spread(baseline.world_bands, done.world, before, begun, exact=all_of_them)
    ahead = baseline.ahead[:, rows]
    ahead[begun:] = chinese_ahead(share, blocs)
    return {
        "level": level,
        "diff": diff,
        "ahead": ahead,
        "world": np.concatenate([level_w, diff_w]),
        "tiles": _tiles(baseline, done.nations),
    }


def _spread(
    bands: Floats, mine: Floats, other: Floats, begun: int, *, exact: bool
) -> tuple[Floats, Floats]:
    """Return levels and paired differences of everything that stands along one axis."""
    apart = mine - other
    mean = apart.mean(axis=-1)
    _, low, high = middle(apart)
    level, diff = bands.copy(), np.zeros((4, *bands.shape[1:]))
    level[:, begun:] = middle(np.ascontiguousarray(mine)) if exact else bands[:, begun:] + mean
    error = apart.std(axis=-1, ddof=1) / np.sqrt(apart.shape[-1]) if apart.shape[-1] > 1 else mean
    diff[:, begun:] = np.stack([mean, low, high, error])
    return level, diff


def _tiles(baseline: Baseline, nations: Floats) -> Floats:
    """Return the mean shares of nations: the baseline's, moved by the paired differences.

    Parameters
    ----------
    baseline : Baseline
    nations : ndarray, shape (Decembers, nations, ecosystems, L)
        Of the last ones.
    """
    level, years = baseline.tiles[baseline.runs].copy(), nations.shape[0]
    if years:
        level[-years:] += nations.mean(axis=-1) - baseline.tiles[nations.shape[-1]][-years:]
    return level
