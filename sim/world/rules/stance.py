"""Step 4: what a government stands for, reviewed from time to time."""

from __future__ import annotations

from sim.evidence.axes import HARDWARE, STANCES
from sim.scenario.drivers import Floats, Ints
from sim.world.compiled import inlined, rule
from sim.world.numerics import gumbel
from sim.world.rows import P
from sim.world.rules.arrays import Governments, Picture
from sim.world.rules.capability import SOVEREIGN_BLOC
from sim.world.rules.changes import CN_BLOC, CN_STANCE, US_BLOC, US_STANCE
from sim.world.streams import Keys

OPTIONS = len(STANCES)
OWN_STANCE = STANCES.index("sovereign")
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
def _use(i: int, l: int, bloc: Ints, national: Floats) -> tuple[float, float, float]:  # noqa: E741
    """Return the shares of three blocs in a nation: US, Chinese and sovereign."""
    us, cn, own = 0.0, 0.0, 0.0
    for k in range(bloc.size):
        share = national[i, k, l]
        us += share if bloc[k] == US_BLOC else 0.0
        cn += share if bloc[k] == CN_BLOC else 0.0
        own += share if bloc[k] == SOVEREIGN_BLOC else 0.0
    return us, cn, own


@inlined
def _fellows(i: int, states: Governments) -> float:
    """Return how many fellow members a nation has, those of each membership counted."""
    fellows = 0.0
    for m in range(states.sizes.size):
        if states.membership[i, m] > 0.0:
            fellows += states.sizes[m] - 1.0
    return fellows


@inlined
def _same(i: int, l: int, option: int, held: int, states: Governments) -> float:  # noqa: E741
    """Return how many of a nation's fellow members have a stance."""
    same = 0.0
    for m in range(states.sizes.size):
        if states.membership[i, m] > 0.0:
            same += states.counts[m, option, l] - (1.0 if option == held else 0.0)
    return same


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
    due = 0
    for l in range(before.shape[1]):  # noqa: E741
        after[i, l] = before[i, l]
        due |= states.next_review[i, l] == month
    if due == 0:
        return
    pool, fellows = states.pool[i], _fellows(i, states)
    for l in range(before.shape[1]):  # noqa: E741
        if states.next_review[i, l] != month:
            continue
        states.next_review[i, l] += int(p[P.review_period, l])
        total = seen.compute[pool, US, l] + seen.compute[pool, CN, l]
        us, cn, own = _use(i, l, seen.bloc, seen.national)
        held, best = before[i, l], -1.0e300
        for option in range(OPTIONS):
            side = 1.0 if option == US_STANCE else (-1.0 if option == CN_STANCE else 0.0)
            use = us if option == US_STANCE else (cn if option == CN_STANCE else 0.0)
            use = own if option == OWN_STANCE else use
            score = p[P.stance_align, l] * states.alignment[i] * side
            score += p[P.stance_offer, l] * seen.offer[i, option, l]
            score += p[P.stance_use, l] * use
            if total > 0.0 and 1 <= option <= 2:
                score += p[P.stance_hardware, l] * seen.compute[pool, option - 1, l] / total
            same = _same(i, l, option, held, states) / fellows if fellows > 0.0 else 0.0
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
