"""The baseline: all replicates of the reference, and what later answers are held against.

Answers share their random numbers with it and go on from its kept states where they can.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Floats, Ints
from sim.ensemble import curves, groups, runner
from sim.scenario import compile as compiled
from sim.world.partings import Course, course

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.scenario.drivers import Drivers
    from sim.world import Trajectory, Trunk

STAGES = (16, 48, 100)
"""Replicates after which an answer is shown, before that of all of them."""

WIDEST = 52
"""Replicates of one block: beyond, the state falls out of the processor's cache."""

QUARTER = 3

AFTER_FACTS, LATER, MANY = 1, 13, (7, 19, 25, 37, 49, 61)
"""Months after the last fact in which states are kept: of all replicates, and more of the first.

A state takes 0.34 MB a replicate; a lever acts six months or more after its start.
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
    nations : ndarray, shape (Decembers from then on, nations, ecosystems)
        Sum over the replicates.
    """

    begun: int
    share: Floats
    world: Floats
    nations: Floats


@dataclass(frozen=True, eq=False)
class Part:
    """Replicates that are run in one block.

    Parameters
    ----------
    replicates : ndarray of int
        Their numbers.
    trunk : Trunk
    nations : ndarray, shape (Decembers, nations, ecosystems)
        Sum of their shares in the baseline.
    """

    replicates: Ints
    trunk: Trunk
    nations: Floats


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
        After which parts an answer is shown.
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
    groups: groups.Groups
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
    def tiles(self) -> Floats:
        """Mean shares of nations, shape (Decembers, nations, ecosystems)."""
        first = len(self.groups.slugs)
        means: Floats = self.share[self.decembers][:, first:].mean(axis=-1)
        return means

    @cached_property
    def world_bands(self) -> Floats:
        """Median, 5 and 95 % of what shares do not show, shape (3, Q, len(WORLD))."""
        return middle(self.world)

    def rows(self, pins: Sequence[str]) -> Ints:
        """Return the rows of all groups and of some nations."""
        first = len(self.groups.slugs)
        nations = [first + self.drivers.nations.index(pin) for pin in pins]
        return np.array([*range(first), *nations])

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
    sums = [share[:, :, blocs == bloc].sum(axis=2) for bloc in range(4)]
    return np.concatenate([share, np.stack(sums, axis=2)], axis=2)


def middle(values: Floats) -> Floats:
    """Return median, 5 and 95 % over replicates, first axis; those of result files to the bit."""
    found = curves.bands(values)
    at = [curves.BANDS.index(name) for name in ("p50", "p05", "p95")]
    return np.ascontiguousarray(np.moveaxis(found[..., at], -1, 0))


def taken(
    done: Trajectory,
    drivers: Drivers,
    months: Ints,
    begun: int,
    among: groups.Groups,
    pins: Ints,
) -> Taken:
    """Return what is kept of a block.

    Parameters
    ----------
    done : Trajectory
    drivers : Drivers
    months : ndarray of int
        Positions of the months that are shown.
    begun : int
        Which of them is the first that the block holds.
    among : Groups
    pins : ndarray of int
        Positions of the nations that are kept.
    """
    share, developers, nations = [], [], []
    at = months[begun:]
    for t in at.tolist():
        x, n = done.share[t], done.developers[t]
        group, total = among.shares(x, n)
        share.append(np.concatenate([group, x[pins]]))
        developers.append(total[0])
        if is_december(int(drivers.facts.months[t]), t == months[-1]):
            nations.append(x.sum(axis=2))
    shape = (0, len(drivers.nations), len(drivers.ecosystems))
    return Taken(
        begun,
        np.stack(share),
        _world(done, drivers, at, np.stack(developers)),
        np.stack(nations) if nations else np.zeros(shape),
    )


def is_december(month: int, last: bool) -> bool:  # noqa: FBT001 - one of two reasons
    """Return whether nations are shown for a month."""
    return month % 12 == 11 or last


def _world(done: Trajectory, drivers: Drivers, at: Ints, developers: Floats) -> Floats:
    """Return what shares do not show, (Q, len(WORLD), L)."""
    compute = done.compute[at].sum(axis=1)
    hardware = compute[:, 1] / compute.sum(axis=1)
    # Costs are known for every month, and counted from the first that is reported.
    cost = np.cumsum(done.cost[drivers.first :], axis=0)[at - drivers.first] / 1e3
    index, blocs = done.index[at], drivers.facts.bloc
    gap = index[:, blocs == 0].max(axis=1) - index[:, blocs == 1].max(axis=1)
    return np.stack(
        [hardware, done.extra_lag[at], done.load[at], cost, developers / 1e6, gap], axis=1
    )


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
    blocks = [
        taken(runner.simulate(drivers, seed, part, view_months=0), drivers, months, 0, among, every)
        for part in np.array_split(np.arange(runs), max(1, round(runs / WIDEST)))
    ]
    share = np.concatenate([block.share for block in blocks], axis=-1)
    world = np.concatenate([block.world for block in blocks], axis=-1)
    order = herded(share, months, drivers, among)
    stages = tuple(sorted({min(stage, runs) for stage in (*STAGES, runs)}))
    say("keeping states to go on from")
    lined_up = lined(share, drivers.facts.bloc)
    return Baseline(
        drivers, seed, course(drivers), months,
        np.array([
            q for q, t in enumerate(months.tolist())
            if is_december(int(drivers.facts.months[t]), t == months[-1])
        ]),
        among, order, tuple(_parts(drivers, seed, order, stages, months, among)), stages, share,
        world, middle(lined_up),
    )  # fmt: skip


def _parts(
    drivers: Drivers,
    seed: int,
    order: Ints,
    stages: Sequence[int],
    months: Ints,
    among: groups.Groups,
) -> list[Part]:
    """Run the replicates again in the order in which they are shown, and keep their states."""
    last, end = drivers.facts.last_fact, drivers.facts.months.size
    parts = []
    for first, stage in zip((0, *stages), stages, strict=False):
        for some in np.array_split(order[first:stage], max(1, -(-(stage - first) // WIDEST))):
            replicates = np.sort(some)
            later = (AFTER_FACTS, LATER, *(MANY if first == 0 else ()))
            at = [last + n for n in later if last + n < end]
            trunk, done = runner.simulate_trunk(drivers, seed, replicates, at)
            mine = taken(done, drivers, months, 0, among, np.arange(0))
            parts.append(Part(replicates, trunk, mine.nations))
    return parts


def herded(share: Floats, months: Ints, drivers: Drivers, among: groups.Groups) -> Ints:
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
