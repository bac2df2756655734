"""Step 4: what a government stands for, reviewed from time to time."""

from __future__ import annotations

from sim.evidence.axes import HARDWARE, STANCES
from sim.scenario.drivers import Floats, Ints
from sim.world.compiled import inlined, rule
from sim.world.numerics import gumbel
from sim.world.rows import P
from sim.world.rules.arrays import Governments, Picture
from sim.world.streams import Keys

OPTIONS = len(STANCES)
US, CN = HARDWARE.index("us"), HARDWARE.index("cn")


@rule
def peers(stance: Ints, membership: Floats, counts: Floats, sizes: Floats) -> None:
    """Count the stances in each membership, shape (M, 4, L), and the members, shape (M,)."""
    for m in range(sizes.size):
        sizes[m] = 0.0
        for option in range(OPTIONS):
            for l in range(stance.shape[1]):  # noqa: E741
                counts[m, option, l] = 0.0
    for i in range(membership.shape[0]):
        for m in range(membership.shape[1]):
            if membership[i, m] > 0.0:
                sizes[m] += 1.0
                for l in range(stance.shape[1]):  # noqa: E741
                    counts[m, stance[i, l], l] += 1.0


@inlined
def bloc_of(option: int) -> int:
    """Return the bloc of a stance, or -1 for the open one."""
    return option - 1 if option < 3 else 3


@inlined
def _use(i: int, l: int, option: int, bloc: Ints, national: Floats) -> float:  # noqa: E741
    """Return the share of a stance's bloc in a nation."""
    use = 0.0
    for k in range(bloc.size):
        if bloc[k] == bloc_of(option):
            use += national[i, k, l]
    return use


@inlined
def _fellows(i: int, l: int, option: int, held: int, states: Governments) -> float:  # noqa: E741
    """Return the part of a nation's fellow members with a stance; 0 where it has no fellows."""
    fellows, same = 0.0, 0.0
    for m in range(states.sizes.size):
        if states.membership[i, m] > 0.0:
            fellows += states.sizes[m] - 1.0
            same += states.counts[m, option, l] - (1.0 if option == held else 0.0)
    return same / fellows if fellows > 0.0 else 0.0


@rule
def review(
    i: int, month: int, states: Governments, seen: Picture, p: Floats, keys: Keys, before: Ints,
    after: Ints,
) -> None:  # fmt: skip
    """Review the stance of a nation in the lanes in which its month has come.

    The largest of ``th_al a b + th_of offer + th_use share of the bloc + th_hw its hardware's share
    of the pool + th_peer share of fellow members with it + th_keep if held + Gumbel`` wins.

    Parameters
    ----------
    states : Governments
        ``next_review`` is moved on by ``review_months`` where it has come.
    seen : Picture
        Shares of last month; hardware and offers of this one.
    keys : ndarray, shape (I, 4, L)
    before, after : ndarray of int, shape (I, L)
        Stance of last month and of this one; row i of ``after`` is written.
    """
    pool = states.pool[i]
    for l in range(before.shape[1]):  # noqa: E741
        held = before[i, l]
        after[i, l] = held
        if states.next_review[i, l] != month:
            continue
        states.next_review[i, l] += int(p[P.review_period, l])
        total = seen.compute[pool, US, l] + seen.compute[pool, CN, l]
        best = -1.0e300
        for option in range(OPTIONS):
            side = 1.0 if option == 1 else (-1.0 if option == 2 else 0.0)
            score = p[P.stance_align, l] * states.alignment[i] * side
            score += p[P.stance_offer, l] * seen.offer[i, option, l]
            score += p[P.stance_use, l] * _use(i, l, option, seen.bloc, seen.national)
            if total > 0.0 and 1 <= option <= 2:
                score += p[P.stance_hardware, l] * seen.compute[pool, option - 1, l] / total
            same = _fellows(i, l, option, held, states)
            score += p[P.stance_peers, l] * same
            if option == held:
                score += p[P.stance_keep, l]
            score += gumbel(keys[i, option, l], month)
            if score > best:
                best = score
                after[i, l] = option


@rule
def review_all(
    month: int, states: Governments, seen: Picture, p: Floats, keys: Keys, before: Ints, after: Ints
) -> None:
    """Review the stances of all nations; each reads last month's shares and stances."""
    for i in range(before.shape[0]):
        review(i, month, states, seen, p, keys, before, after)
