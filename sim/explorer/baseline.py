"""The baseline: all replicates of the reference, and what later answers are held against.

Answers share their random numbers with it and go on from its kept states where they can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Floats, Ints
from sim.ensemble import curves, groups, runner
from sim.evidence.axes import BLOCS
from sim.scenario import compile as compiled
from sim.world.groups import Groups
from sim.world.partings import Course, course

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.scenario.drivers import Drivers
    from sim.world import Moment, Trunk

STAGES = (16, 48, 100)
"""Replicates after which an answer is shown, before that of all of them."""

SIDE_BY_SIDE = 8
"""Numbers that a processor takes at once: one replicate beyond a multiple costs as much as six."""

QUARTER = 3

AFTER_FACTS, LATER, MANY = 1, 9, (15, 27, 51)
"""Months after the last fact in which states are kept: of all replicates, and more of the first.

A state takes 0.34 MB a replicate. Most levers act six months or more after their start, and one
that nobody has given a start starts in the third month after the facts.
"""

PLACES = ("world", "global_south", "sub_saharan_africa", "latin_america_and_caribbean")
"""Groups whose curves choose the replicates that are shown first."""

WORLD = ("hardware", "lag", "load", "cost", "developers", "gap")
"""What shares do not show, in this order: Chinese part of the world's compute (fraction); months
added to the Chinese lag; serving load of Chinese services; cost of levers until then, USD billion;
developers, million; ECI points by which the best Chinese flagship trails the best US one."""


@dataclass(frozen=True, eq=False)
class Taken:
    """What is kept of some replicates, from a quarter on; Q quarters, L replicates.

    Parameters
    ----------
    begun : int
        Position of the first quarter.
    share : ndarray, shape (Q, rows, ecosystems, L)
        Of the groups and of some nations.
    world : ndarray, shape (Q, len(WORLD), L)
    nations : ndarray, shape (Decembers from then on, nations, ecosystems, L)
    pulled : ndarray of int, shape (levers that wait for a sign, L)
        When each was pulled, as a position; beyond the months where it never was.
    """

    begun: int
    share: Floats
    world: Floats
    nations: Floats
    pulled: Ints


@dataclass(frozen=True, eq=False)
class Part:
    """Replicates that are run in one block.

    Parameters
    ----------
    replicates : ndarray of int
        Their numbers.
    trunk : Trunk
    """

    replicates: Ints
    trunk: Trunk


@dataclass(frozen=True, eq=False)
class Baseline:
    """All replicates of the reference.

    Parameters
    ----------
    drivers : Drivers
    seed : int
    course : Course
        What other scenarios are held against to find where they part from it.
    months : ndarray of int, shape (Q,)
        Positions of the months that are shown: the first, quarter ends, the last.
    decembers : ndarray of int
        Positions among `months` of those for which nations are shown.
    groups : Groups
    order : ndarray of int, shape (R,)
        Numbers of the replicates, those first that together are most like all of them.
    parts : tuple of Part
        In that order.
    stages : tuple of int
        Replicates after which an answer is shown, the first of `order`.
    share : ndarray, shape (Q, groups + nations, ecosystems, R)
    world : ndarray, shape (Q, len(WORLD), R)
    bands : ndarray, shape (3, Q, groups + nations, lines)
        Median, 5 and 95 % of the shares and of the blocs' sums.
    """

    drivers: Drivers
    seed: int
    course: Course
    months: Ints
    decembers: Ints
    groups: Groups
    order: Ints
    parts: tuple[Part, ...]
    stages: tuple[int, ...]
    share: Floats
    world: Floats
    bands: Floats

    @property
    def runs(self) -> int:
        """How many replicates there are."""
        return self.order.size

    @cached_property
    def tiles(self) -> dict[int, Floats]:
        """Mean shares of nations over the replicates of each stage, by how many these are.

        Each of shape (Decembers, nations, ecosystems).
        """
        nations = self.share[self.decembers, len(self.groups.slugs) :]
        return {runs: nations[..., self.order[:runs]].mean(axis=-1) for runs in self.stages}

    def look_ahead(self) -> None:
        """Compute what all answers share, so that the first one does not wait for it."""
        _ = self.ahead, self.tiles, self.world_bands, self._group_lines

    @cached_property
    def ahead(self) -> Floats:
        """Part of replicates in which the Chinese bloc is the larger one, (Q, groups + nations)."""
        blocs = self.drivers.facts.bloc
        return np.concatenate([
            chinese_ahead(lined(self.share[q : q + 1], blocs), blocs)
            for q in range(self.months.size)
        ])  # fmt: skip

    @cached_property
    def _group_lines(self) -> Floats:
        first = len(self.groups.slugs)
        return lined(self.share[:, :first], self.drivers.facts.bloc)

    def lines(self, pins: Sequence[str]) -> Floats:
        """Return shares of ecosystems and blocs in groups and some nations, (Q, rows, lines, R)."""
        if not pins:
            return self._group_lines
        there = self.rows(pins)[len(self.groups.slugs) :]
        more = lined(self.share[:, there], self.drivers.facts.bloc)
        return np.concatenate([self._group_lines, more], axis=1)

    @cached_property
    def world_bands(self) -> Floats:
        """Median, 5 and 95 % of what shares do not show, shape (3, Q, len(WORLD))."""
        return middle(self.world)

    def rows(self, pins: Sequence[str]) -> Ints:
        """Return the rows of all groups and of some nations."""
        first = len(self.groups.slugs)
        nations = [first + self.drivers.nations.index(pin) for pin in pins]
        return np.array([*range(first), *nations])

    def parts_of(self, runs: int) -> int:
        """Return how many parts hold the replicates of a stage."""
        sizes = np.cumsum([part.replicates.size for part in self.parts])
        return 1 + int(np.searchsorted(sizes, min(runs, self.runs)))

    def quarter(self, month: int) -> int:
        """Return the position of the first shown month that is not before a month."""
        return int(np.searchsorted(self.months, month))


def quarters(drivers: Drivers) -> Ints:
    """Return the positions of the months that are shown, as result files keep them."""
    first, count = drivers.first, drivers.facts.months.size
    ends = [t for t in range(first, count) if (drivers.facts.months[t] + 1) % QUARTER == 0]
    return np.array(sorted({first, *ends, count - 1}))


def lined(share: Floats, blocs: Ints) -> Floats:
    """Return shares of ecosystems with those of the four blocs after them, along axis 2."""
    ecosystems = blocs.size
    lines = np.zeros((*share.shape[:2], ecosystems + len(BLOCS), *share.shape[3:]))
    lines[:, :, :ecosystems] = share
    for k, bloc in enumerate(blocs.tolist()):
        lines[:, :, ecosystems + bloc] += share[:, :, k]
    return lines


def chinese_ahead(lines: Floats, blocs: Ints) -> Floats:
    """Return the part of replicates in which the Chinese bloc is larger than the US one.

    Parameters
    ----------
    lines : ndarray, shape (Q, rows, lines, L)
        From :func:`lined`.
    blocs : ndarray of int, shape (ecosystems,)
    """
    us, cn = blocs.size + BLOCS.index("us"), blocs.size + BLOCS.index("cn")
    part: Floats = (lines[:, :, cn] > lines[:, :, us]).mean(axis=-1)
    return part


def middle(values: Floats) -> Floats:
    """Return median, 5 and 95 % over replicates, first axis; those of result files to the bit."""
    found = curves.bands(values)
    at = [curves.BANDS.index(name) for name in ("p50", "p05", "p95")]
    return np.ascontiguousarray(np.moveaxis(found[..., at], -1, 0))


def taken(
    moments: Iterable[Moment],
    drivers: Drivers,
    months: Ints,
    among: Groups,
    pins: Ints,
) -> Taken | None:
    """Return what is kept of a block.

    Parameters
    ----------
    moments : iterable of Moment
        Months that are shown, to the last one.
    drivers : Drivers
    months : ndarray of int
        Positions of all months that are shown.
    among : Groups
    pins : ndarray of int
        Positions of the nations that are kept.

    Returns
    -------
    Taken or None
        None where the moments end before the last month, since nobody waits any more.
    """
    share, seen, nations, t = [], [], [], -1
    pulled = np.zeros((0, 0), int)
    for moment in moments:
        t, x, n, pulled = moment.t, moment.share, moment.developers, moment.began
        group, total = among.shares(x, n)
        share.append(np.concatenate([group, x[pins]]))
        seen.append(_seen(moment, total[0]))
        if is_december(int(drivers.facts.months[t]), last=t == months[-1]):
            nations.append(x.copy())
    if t != months[-1]:
        return None
    begun = months.size - len(share)
    # Costs count from the first month that is reported.
    cost = np.cumsum(moment.cost[drivers.first :], axis=0)[months[begun:] - drivers.first]
    world = _world(np.stack(seen, axis=1), cost, drivers.facts.bloc)
    return Taken(begun, np.stack(share), world, np.stack(nations), pulled)


def is_december(month: int, *, last: bool) -> bool:
    """Return whether nations are shown for a month."""
    return month % 12 == 11 or last


def _seen(moment: Moment, developers: Floats) -> Floats:
    """Return a copy of what `_world` needs of a month, (numbers, L)."""
    compute = moment.compute.sum(axis=0)
    alone = (compute[1], compute.sum(axis=0), moment.extra_lag, moment.load, developers)
    return np.vstack([*alone, moment.index])


def _world(seen: Floats, cost: Floats, blocs: Ints) -> Floats:
    """Return what shares do not show, (Q, len(WORLD), L).

    Parameters
    ----------
    seen : ndarray, shape (numbers, Q, L)
        From `_seen`.
    cost : ndarray, shape (Q, L)
        Of levers until then, USD million.
    blocs : ndarray of int, shape (ecosystems,)
    """
    chinese, compute, lag, load, developers = seen[:5]
    index = seen[5:]
    gap = index[blocs == 0].max(axis=0) - index[blocs == 1].max(axis=0)
    return np.stack([chinese / compute, lag, load, cost / 1e3, developers / 1e6, gap], axis=1)


def make(scenario: Scenario, say: Callable[[str], None] = lambda _: None) -> Baseline:
    """Run all replicates of the reference, twice: to choose an order, then to keep states.

    Parameters
    ----------
    scenario : Scenario
    say : callable
        Called with what is being done, in a few words.
    """
    drivers = compiled(scenario)
    seed, runs = scenario.ensemble.seed, scenario.ensemble.runs
    among = groups.choose(drivers.groups, (*drivers.regions, *scenario.groups))
    months = quarters(drivers)
    every = np.arange(len(drivers.nations))
    say(f"running {runs} replicates of {scenario.title.lower()}")
    blocks = []
    for some in runner.cut(runs):
        start = runner.simulate_trunk(drivers, seed, some, [])
        moments = runner.simulate_from(start, drivers, 0, months.tolist())
        block = taken(moments, drivers, months, among, every)
        if block is not None:  # nobody stops the start
            blocks.append(block)
    share = np.concatenate([block.share for block in blocks], axis=-1)
    world = np.concatenate([block.world for block in blocks], axis=-1)
    del blocks
    order = herded(share, months, drivers, among)
    stages = tuple(sorted({min(stage, runs) for stage in (*STAGES, runs)}))
    decembers = np.array([
        q for q, t in enumerate(months.tolist())
        if is_december(int(drivers.facts.months[t]), last=t == months[-1])
    ])  # fmt: skip
    say("keeping states to go on from")
    parts = []
    for n, some in enumerate(in_parts(order, stages)):
        trunk = runner.simulate_trunk(drivers, seed, some, kept_at(drivers, first=n == 0))
        parts.append(Part(some, trunk))
    made = Baseline(
        drivers, seed, course(drivers), months, decembers, among, order, tuple(parts), stages,
        share, world, _bands(share, drivers.facts.bloc),
    )  # fmt: skip
    made.look_ahead()
    return made


def _bands(share: Floats, blocs: Ints) -> Floats:
    """Return the bands of shares, a quarter at a time: all at once would take 300 MB."""
    parts = [middle(lined(share[q : q + 1], blocs)) for q in range(share.shape[0])]
    return np.concatenate(parts, axis=1)


def in_parts(order: Ints, stages: Sequence[int]) -> list[Ints]:
    """Return replicates in parts that are run in one block.

    A part holds a multiple of `SIDE_BY_SIDE` where there are as many, so that some of the next
    stage may be in it.
    """
    parts, done = [], 0
    for stage in stages:
        end = min(done + -(-(stage - done) // SIDE_BY_SIDE) * SIDE_BY_SIDE, order.size)
        if end > done:
            eights = np.arange(done, end, SIDE_BY_SIDE)
            count = -(-(end - done) // runner.LANES)
            parts += [
                np.sort(order[some[0] : min(some[-1] + SIDE_BY_SIDE, end)])
                for some in np.array_split(eights, count)
            ]
        done = end
    return parts


def kept_at(drivers: Drivers, *, first: bool) -> list[int]:
    """Return after how many months states are kept, of the first part or of another one."""
    last, end = drivers.facts.last_fact, drivers.facts.months.size
    wanted = (AFTER_FACTS, LATER, *(MANY if first else ()))
    return [last + n for n in wanted if last + n < end]


def herded(share: Floats, months: Ints, drivers: Drivers, among: Groups) -> Ints:
    """Return replicates in an order whose beginnings are like the whole.

    Herding (Welling 2009): each next one is that which brings the mean of those taken nearest to
    the mean of all, over the curves of a few groups after the facts.

    Parameters
    ----------
    share : ndarray, shape (Q, rows, ecosystems, R)
    months : ndarray of int
    drivers : Drivers
    among : Groups
    """
    rows = [among.slugs.index(slug) for slug in PLACES if slug in among.slugs]
    late = months > drivers.facts.last_fact
    seen = share[late][:, rows] if late.any() else share[:, rows]
    curve = seen.reshape(-1, share.shape[-1])
    apart = curve - curve.mean(axis=1, keepdims=True)
    near = apart.T @ apart  # of every two replicates
    own, sums = np.diag(near), np.zeros(len(near))
    order: list[int] = []
    for _ in range(len(near)):
        score = own + 2.0 * sums
        score[order] = np.inf
        order.append(int(np.argmin(score)))
        sums += near[order[-1]]
    return np.array(order)
