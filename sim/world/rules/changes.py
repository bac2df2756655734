"""What may have changed this month, and in which lanes: the one place that knows.

The same arithmetic gives the same bits, so that leaving out what cannot have changed is economy
and no rule.
"""

from __future__ import annotations

import numpy as np

from sim.evidence.axes import BLOCS, NESTS, STANCES
from sim.scenario.drivers import Flags, Ints
from sim.scenario.parts import ACCESS, BY_ECOSYSTEM, REACH
from sim.world.compiled import inlined, rule
from sim.world.rules.arrays import Changes, Felt, Kinds, Span, Turns

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
def openings(i: int, k: int, also: int, changes: Changes, kinds: Kinds) -> int:
    """Write the runs of lanes in which the ways to an ecosystem may be more or less open.

    Parameters
    ----------
    also : int
        Column of a part whose lanes count too; a column and no flag, since a rule is compiled anew
        for each constant that it is handed.

    Returns
    -------
    int
        How many runs there are.
    """
    nest, bloc, turns = kinds.nest[k], kinds.bloc[k], changes.turns
    access, reach = part_of(k, ACCESS), own_parts(kinds.bloc.size) + REACH
    # How far own machines reach matters for open weights alone.
    reaches = nest != CLOSED_NEST and changes.stale[i, reach] != 0
    loads = changes.loads[0] if bloc == CN_BLOC else 0
    stale = changes.stale[i, access] != 0 or changes.stale[i, also] != 0
    if not (stale or reaches or loads > 0):
        # Most months: governments alone have turned, in lanes that are known.
        count = 0
        for n in range(turns.many[i]):
            l = turns.lanes[i, n]  # noqa: E741
            if against(turns.stance[i, l], bloc) != against(turns.felt[i, l], bloc):
                count = joined(l, count, changes.runs)
        return count
    mark_part(i, access, changes)
    if reaches:
        mark_part(i, reach, changes)
    if also != access:
        mark_part(i, also, changes)
    for r in range(loads):
        for l in lanes_of(span(changes.loaded, r)):  # noqa: E741
            changes.mark[l] = 1
    for n in range(turns.many[i]):
        l = turns.lanes[i, n]  # noqa: E741
        if against(turns.stance[i, l], bloc) != against(turns.felt[i, l], bloc):
            changes.mark[l] = 1
    return collected(changes.mark, changes.runs)


@inlined
def against(stance: int, bloc: int) -> bool:
    """Return whether a government with this stance hampers the makers of a bloc."""
    foe = CN_STANCE if bloc == US_BLOC else US_STANCE
    return bloc <= CN_BLOC and stance == foe


@rule
def sense(felt: Felt, changes: Changes) -> None:
    """Write what is felt differently than last month: load, risk and the stances of governments.

    Parameters
    ----------
    felt : Felt
        The risk is noted as felt: to be called once a month.
    changes : Changes
        ``loaded``, ``loads``, ``feared`` and ``turns`` are written.
    """
    mark = changes.mark
    for l in range(mark.size):  # noqa: E741
        # Below one a load is not felt.
        mark[l] = max(felt.load[l], 1.0) != max(felt.load_before[l], 1.0)
    changes.loads[0] = collected(mark, changes.loaded)
    feared = False
    for k in range(felt.risk.shape[0]):
        for l in range(mark.size):  # noqa: E741
            feared = feared or felt.risk[k, l] != felt.risk_felt[k, l]
            felt.risk_felt[k, l] = felt.risk[k, l]
    changes.feared[0] = feared
    for i in range(changes.turns.many.size):
        _turned(i, changes.turns)


@inlined
def _turned(i: int, turns: Turns) -> None:
    """Write the lanes in which the stance of a nation's government is not the one last felt."""
    differing, count = 0, 0
    for l in range(turns.stance.shape[1]):  # noqa: E741
        differing |= turns.stance[i, l] ^ turns.felt[i, l]
    if differing != 0:
        for l in range(turns.stance.shape[1]):  # noqa: E741
            if turns.stance[i, l] != turns.felt[i, l]:
                turns.lanes[i, count] = l
                count += 1
    turns.many[i] = count
