"""What may have changed this month, and in which lanes: the one place that knows.

The same arithmetic gives the same bits, so that leaving out what cannot have changed is economy
and no rule.
"""

from __future__ import annotations

import numpy as np

from sim.evidence.axes import BLOCS, NESTS, STANCES
from sim.scenario.drivers import Flags, Floats, Ints
from sim.scenario.parts import ACCESS, BY_ECOSYSTEM, REACH
from sim.world.compiled import inlined, rule
from sim.world.rules.arrays import Changes, Kinds, Span

CLOSED_NEST = NESTS.index("closed")
US_BLOC, CN_BLOC = BLOCS.index("us"), BLOCS.index("cn")
US_STANCE, CN_STANCE = STANCES.index("us"), STANCES.index("chinese")

ALL, SOME = 1, 2
"""A part of a nation has changed in all lanes, or in so few that these are computed alone."""

FEW = 8
"""What changes in no more than one lane of so many is computed lane by lane."""


@inlined
def whole(mark: Flags) -> Span:
    """Return all lanes."""
    return Span(0, mark.size)


@inlined
def span(runs: Ints, r: int) -> Span:
    """Return run r of lanes."""
    return Span(runs[0, r], runs[1, r])


@inlined
def lanes_of(span: Span) -> range:
    """Return the lanes of a span, to go over one by one.

    As numbers without a sign: where a place in an array might be negative, and so be counted from
    its end, the compiler fetches each lane by an address of its own, in place of eight at a time.
    """
    return range(np.uint64(span.first), np.uint64(span.last))


@inlined
def joined(l: int, count: int, runs: Ints) -> int:  # noqa: E741
    """Add a lane to the runs of those before it, and return how many runs there are then."""
    if count > 0 and runs[1, count - 1] == l:
        runs[1, count - 1] = l + 1
        return count
    runs[0, count], runs[1, count] = l, l + 1
    return count + 1


@inlined
def collected(mark: Flags, runs: Ints) -> int:
    """Write the runs of marked lanes, (2, L), unmark them, and return how many runs there are.

    All lanes make one run where many are marked: they are cheaper side by side.
    """
    count, lanes = 0, 0
    for l in range(mark.size):  # noqa: E741
        if mark[l] == 1:
            count = joined(l, count, runs)
            mark[l] = 0
            lanes += 1
    if lanes * FEW > mark.size:
        runs[0, 0], runs[1, 0] = 0, mark.size
        return 1
    return count


@inlined
def mark_part(i: int, c: int, changes: Changes) -> None:
    """Mark the lanes in which a part of a nation may have changed.

    Parameters
    ----------
    c : int
        Column of the part, as :mod:`sim.scenario.parts` has them.
    """
    mark = changes.mark
    if changes.stale[i, c] == ALL:
        for l in range(mark.size):  # noqa: E741
            mark[l] = 1
    elif changes.stale[i, c] == SOME:
        for e in range(changes.bears.shape[0]):
            if changes.bears[e, i, c] == 1:
                for l in range(mark.size):  # noqa: E741
                    mark[l] |= changes.moved[e, l]


@inlined
def runs_of(i: int, c: int, changes: Changes, runs: Ints) -> int:
    """Write the runs of lanes in which a part of a nation may have changed.

    Parameters
    ----------
    c : int
        Column of the part, as :mod:`sim.scenario.parts` has them.
    runs : ndarray of int, shape (2, L)
        Written: first lane and end of each run.

    Returns
    -------
    int
        How many runs there are.
    """
    if changes.stale[i, c] == 0:
        return 0
    mark_part(i, c, changes)
    return collected(changes.mark, runs)


@inlined
def own_parts(ecosystems: int) -> int:
    """Return the column of a nation's first part that belongs to no ecosystem."""
    return len(BY_ECOSYSTEM) * ecosystems


@inlined
def part_of(k: int, part: int) -> int:
    """Return the column of a part that each ecosystem has."""
    return len(BY_ECOSYSTEM) * k + part


@inlined
def turns(i: int, changes: Changes) -> int:
    """Write the lanes in which a government's stance is not the one last felt.

    Returns
    -------
    int
        How many of the first places of ``changes.turned`` are written.
    """
    differing = 0
    for l in range(changes.turned.size):  # noqa: E741
        differing |= changes.stance[i, l] ^ changes.felt[i, l]
    count = 0
    if differing != 0:
        for l in range(changes.turned.size):  # noqa: E741
            if changes.stance[i, l] != changes.felt[i, l]:
                changes.turned[count] = l
                count += 1
    return count


@inlined
def mark_opening(i: int, k: int, turned: int, changes: Changes, kinds: Kinds) -> bool:
    """Mark the lanes in which the ways to an ecosystem may be more or less open than last month.

    Parameters
    ----------
    turned : int
        From :func:`turns`.

    Returns
    -------
    bool
        Whether there are any.
    """
    nest, bloc = kinds.nest[k], kinds.bloc[k]
    access, reach = part_of(k, ACCESS), own_parts(kinds.bloc.size) + REACH
    # How far own machines reach matters for open weights alone.
    reaches = nest != CLOSED_NEST and changes.stale[i, reach] != 0
    loads = changes.loads if bloc == CN_BLOC else 0
    some = changes.stale[i, access] != 0 or reaches or loads > 0
    mark_part(i, access, changes)
    if reaches:
        mark_part(i, reach, changes)
    for r in range(loads):
        for l in lanes_of(span(changes.loaded, r)):  # noqa: E741
            changes.mark[l] = 1
    for n in range(turned):
        l = changes.turned[n]  # noqa: E741
        if against(changes.stance[i, l], bloc) != against(changes.felt[i, l], bloc):
            changes.mark[l] = 1
            some = True
    return some


@inlined
def against(stance: int, bloc: int) -> bool:
    """Return whether a government with this stance hampers the makers of a bloc."""
    foe = CN_STANCE if bloc == US_BLOC else US_STANCE
    return bloc <= CN_BLOC and stance == foe


@rule
def loads(load: Floats, before: Floats, mark: Flags, runs: Ints) -> int:
    """Write the runs of lanes in which the load of Chinese services is felt differently.

    Parameters
    ----------
    load, before : ndarray, shape (L,)
        Of this month and of the last; below one it is not felt.
    mark : ndarray, shape (L,)
        Scratch: 0 before and after.
    runs : ndarray of int, shape (2, L)
        Written.

    Returns
    -------
    int
        How many runs there are.
    """
    for l in range(load.size):  # noqa: E741
        mark[l] = max(load[l], 1.0) != max(before[l], 1.0)
    return collected(mark, runs)


@rule
def feared(risk: Floats, felt: Floats) -> bool:
    """Return whether the risk of any ecosystem differs in any lane from that last felt; note it."""
    some = False
    for k in range(felt.shape[0]):
        for l in range(felt.shape[1]):  # noqa: E741
            some = some or risk[k, l] != felt[k, l]
            felt[k, l] = risk[k, l]
    return some
