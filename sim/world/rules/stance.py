"""Step 4: what a government stands for, reviewed from time to time."""

from __future__ import annotations

from sim.evidence.axes import HARDWARE, STANCES
from sim.scenario.drivers import Floats, Ints
from sim.world.compiled import inlined, rule
from sim.world.numerics import gumbel
from sim.world.rows import P
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
def _fellows(
    i: int,
    l: int,  # noqa: E741
    option: int,
    held: int,
    membership: Floats,
    counts: Floats,
    sizes: Floats,
) -> float:
    """Return the part of a nation's fellow members with a stance; 0 where it has no fellows."""
    fellows, same = 0.0, 0.0
    for m in range(sizes.size):
        if membership[i, m] > 0.0:
            fellows += sizes[m] - 1.0
            same += counts[m, option, l] - (1.0 if option == held else 0.0)
    return same / fellows if fellows > 0.0 else 0.0


@rule
def review(
    i: int,
    month: int,
    next_review: Ints,
    alignment: Floats,
    pools: Ints,
    bloc: Ints,
    membership: Floats,
    counts: Floats,
    sizes: Floats,
    national: Floats,
    compute: Floats,
    offer: Floats,
    p: Floats,
    keys: Keys,
    before: Ints,
    after: Ints,
) -> None:
    """Review the stance of a nation in the lanes in which its month has come.

    The largest of ``th_al a b + th_of offer + th_use share of the bloc + th_hw its hardware's share
    of the pool + th_peer share of fellow members with it + th_keep if held + Gumbel`` wins.

    Parameters
    ----------
    next_review : ndarray of int, shape (I, L)
        Month number of the next review; moved on by ``review_months`` where it has come.
    counts, sizes : ndarray
        From :func:`peers`, of last month's stances.
    national : ndarray, shape (I, K, L)
        Shares of last month.
    compute : ndarray, shape (3, 2, L)
        Hardware stock by pool.
    offer : ndarray, shape (I, 4, L)
        Offer driver, utils.
    keys : ndarray, shape (I, 4, L)
    before, after : ndarray of int, shape (I, L)
        Stance of last month and of this one; row i of ``after`` is written.
    """
    pool = pools[i]
    for l in range(before.shape[1]):  # noqa: E741
        held = before[i, l]
        after[i, l] = held
        if next_review[i, l] != month:
            continue
        next_review[i, l] += int(p[P.review_period, l])
        total = compute[pool, US, l] + compute[pool, CN, l]
        best = -1.0e300
        for option in range(OPTIONS):
            side = 1.0 if option == 1 else (-1.0 if option == 2 else 0.0)
            score = p[P.stance_align, l] * alignment[i] * side
            score += p[P.stance_offer, l] * offer[i, option, l]
            score += p[P.stance_use, l] * _use(i, l, option, bloc, national)
            if total > 0.0 and 1 <= option <= 2:
                score += p[P.stance_hardware, l] * compute[pool, option - 1, l] / total
            same = _fellows(i, l, option, held, membership, counts, sizes)
            score += p[P.stance_peers, l] * same
            if option == held:
                score += p[P.stance_keep, l]
            score += gumbel(keys[i, option, l], month)
            if score > best:
                best = score
                after[i, l] = option


@rule
def review_all(
    month: int,
    next_review: Ints,
    alignment: Floats,
    pools: Ints,
    bloc: Ints,
    membership: Floats,
    counts: Floats,
    sizes: Floats,
    national: Floats,
    compute: Floats,
    offer: Floats,
    p: Floats,
    keys: Keys,
    before: Ints,
    after: Ints,
) -> None:
    """Review the stances of all nations; each reads last month's picture."""
    for i in range(before.shape[0]):
        review(
            i, month, next_review, alignment, pools, bloc, membership, counts, sizes, national,
            compute, offer, p, keys, before, after,
        )  # fmt: skip
