"""What an ecosystem offers to a nation: ways, their access, and the log-sum over them."""

from __future__ import annotations

from sim.evidence.axes import BLOCS, NESTS, STANCES, WAYS
from sim.scenario.drivers import Flags, Floats, Ints
from sim.world.compiled import inlined
from sim.world.numerics import ABSENT, exp, log
from sim.world.rows import LN_LEAST_PRICE, B, P
from sim.world.rules.capability import SOVEREIGN_BLOC
from sim.world.rules.laboratories import flagship_worth

MAKER, HOST, SELF = range(len(WAYS))
CLOSED_NEST = NESTS.index("closed")
US_BLOC, CN_BLOC = BLOCS.index("us"), BLOCS.index("cn")
US_STANCE, CN_STANCE = STANCES.index("us"), STANCES.index("chinese")
LEAST = 1e-300
"""Stands in for a sum that is zero where a lane's quotient or logarithm is thrown away."""


@inlined
def against(stance: int, bloc: int) -> bool:
    """Return whether a government with this stance hampers the makers of a bloc."""
    foe = CN_STANCE if bloc == US_BLOC else US_STANCE
    return bloc <= CN_BLOC and stance == foe


@inlined
def reachable(
    i: int,
    k: int,
    first: int,
    last: int,
    nest: Ints,
    bloc: Ints,
    access: Floats,
    facility: Floats,
    stance: Ints,
    p: Floats,
    slowed: Floats,
    opened: Floats,
) -> None:
    """Write the access that builders really have to an ecosystem by each way.

    The maker's service is scaled by ``stance_access`` where the government stands with the other
    bloc and, for Chinese makers, by overload ``min(1, 1/z)``; own machines by the reach of the
    segment's facilities. Closed ecosystems have the maker's way only.

    Parameters
    ----------
    first, last : int
        Lanes ``first`` to ``last - 1`` are written.
    access : ndarray, shape (I, K * 3, L)
        Access driver.
    facility : ndarray, shape (I, S, L)
        Facility driver.
    stance : ndarray of int, shape (I, L)
    p : ndarray, shape (scalars, L)
    slowed : ndarray, shape (L,)
        ``min(1, 1/z)`` of Chinese services.
    opened : ndarray, shape (S, 3, L)
        Written.
    """
    closed, chinese = nest[k] == CLOSED_NEST, bloc[k] == CN_BLOC
    for s in range(opened.shape[0]):
        for l in range(first, last):  # noqa: E741
            maker = access[i, 3 * k, l]
            maker *= p[P.stance_access, l] if against(stance[i, l], bloc[k]) else 1.0
            own = access[i, 3 * k + SELF, l] * facility[i, s, l]
            opened[s, MAKER, l] = maker * slowed[l] if chinese else maker
            opened[s, HOST, l] = 0.0 if closed else access[i, 3 * k + HOST, l]
            opened[s, SELF, l] = 0.0 if closed else own


@inlined
def open_ways(i: int, k: int, first: int, last: int, opened_next: Floats, opened: Floats) -> None:
    """Put this month's access, shape (S, 3, L), in the place of last month's, [I, K, S, 3, L].

    In the lanes ``first`` to ``last - 1``.
    """
    for s in range(opened_next.shape[0]):
        for w in range(3):
            for l in range(first, last):  # noqa: E741
                opened[i, k, s, w, l] = opened_next[s, w, l]


@inlined
def maker_worth(
    i: int,
    k: int,
    o: int,
    first: int,
    last: int,
    bloc: Ints,
    ln_price: Floats,
    price: Floats,
    dearer: Floats,
    licence: Floats,
    sensitivity: Floats,
    p: Floats,
    ps: Floats,
    worth: Floats,
) -> None:
    """Write ``exp(lic h_M L - c g ln(max(price, least)))`` of the maker's service.

    The price is the list price times the nation's factor and, for a Chinese maker under load, times
    ``max(1, z) ** psi``; below ``least_price`` it is no longer felt.

    Parameters
    ----------
    o : int
        Which offer.
    first, last : int
        Lanes ``first`` to ``last - 1`` are written.
    ln_price : ndarray, shape (K, 2, 3, L)
        Logarithm of the list price of the month.
    price : ndarray, shape (I, K * 3, L)
        Logarithm of the factor on the price.
    dearer : ndarray, shape (L,)
        ``psi ln max(1, z)``.
    licence : ndarray, shape (I, K, L)
    sensitivity : ndarray, shape (I, S, L)
        ``c_s g_i``.
    worth : ndarray, shape (I, K, S, 3, 2, L)
        Rows (i, k, s, maker) are written.
    """
    burden = 1.0 if bloc[k] == CN_BLOC else 0.0
    for s in range(worth.shape[2]):
        for l in range(first, last):  # noqa: E741
            full = ln_price[k, o, MAKER, l] + price[i, 3 * k, l] + burden * dearer[l]
            felt = sensitivity[i, s, l] * max(full, p[LN_LEAST_PRICE, l])
            terms = ps[s, B.licence, l] * licence[i, k, l] * p[P.licence_hosted, l]
            worth[i, k, s, MAKER, o, l] = exp(terms - felt)


@inlined
def other_worth(
    i: int,
    k: int,
    o: int,
    first: int,
    last: int,
    ln_price: Floats,
    price: Floats,
    licence: Floats,
    sensitivity: Floats,
    p: Floats,
    ps: Floats,
    worth: Floats,
) -> None:
    """Write the worth of other hosts and of own machines, the same less what each costs to set up.

    ``exp(lic h_w L - c g ln(max(price, least)) - f)`` with ``h`` 1 on own machines; these cost the
    price times the segment's under-use. Arrays as in :func:`maker_worth`.
    """
    for s in range(worth.shape[2]):
        for l in range(first, last):  # noqa: E741
            full = ln_price[k, o, HOST, l] + price[i, 3 * k + HOST, l]
            felt = sensitivity[i, s, l] * max(full, p[LN_LEAST_PRICE, l])
            terms = ps[s, B.licence, l] * licence[i, k, l] * p[P.licence_hosted, l]
            worth[i, k, s, HOST, o, l] = exp(terms - ps[s, B.hosted, l] - felt)
        for l in range(first, last):  # noqa: E741
            full = ln_price[k, o, SELF, l] + price[i, 3 * k + SELF, l]
            full += ps[s, B.ln_under_use, l]
            felt = sensitivity[i, s, l] * max(full, p[LN_LEAST_PRICE, l])
            terms = ps[s, B.licence, l] * licence[i, k, l] - ps[s, B.self_host, l]
            worth[i, k, s, SELF, o, l] = exp(terms - felt)


@inlined
def value(
    i: int,
    k: int,
    o: int,
    t: int,
    first: int,
    last: int,
    nest: Ints,
    on_sale: Flags,
    opened: Floats,
    worth: Floats,
    by_maker: Floats,
    offered: Floats,
) -> None:
    """Write ``B``, the log of the sum over ways of access times worth, and the maker's part of it.

    Access multiplies: what no way reaches has exactly no value, and no logarithm of zero is taken.

    Parameters
    ----------
    o : int
        Which offer.
    first, last : int
        Lanes ``first`` to ``last - 1`` are written.
    nest : ndarray of int, shape (K,)
    on_sale : ndarray, shape (T, K, 2)
    opened : ndarray, shape (I, K, S, 3, L)
        Access by way this month.
    worth : ndarray, shape (I, K, S, 3, 2, L)
    by_maker : ndarray, shape (I, K, S, 2, L)
        The maker's part of the sum, sigma: of an offer's users, those who come by its maker's
        service. 0 where it cannot be had. Rows (i, k) are written.
    offered : ndarray, shape (I, K, S, 2, L)
        B. Rows (i, k) are written.
    """
    for s in range(worth.shape[2]):
        sold = 1.0 if on_sale[t, k, o] == 1 else 0.0
        if nest[k] == CLOSED_NEST:
            for l in range(first, last):  # noqa: E741
                total = sold * (opened[i, k, s, MAKER, l] * worth[i, k, s, MAKER, o, l])
                some = total > 0.0
                by_maker[i, k, s, o, l] = 1.0 if some else 0.0
                offered[i, k, s, o, l] = log(max(total, LEAST)) if some else ABSENT
            continue
        for l in range(first, last):  # noqa: E741
            maker = opened[i, k, s, MAKER, l] * worth[i, k, s, MAKER, o, l]
            total = maker + opened[i, k, s, HOST, l] * worth[i, k, s, HOST, o, l]
            total += opened[i, k, s, SELF, l] * worth[i, k, s, SELF, o, l]
            total *= sold
            some = total > 0.0
            by_maker[i, k, s, o, l] = maker / max(total, LEAST) if some else 0.0
            offered[i, k, s, o, l] = log(max(total, LEAST)) if some else ABSENT


@inlined
def narrowed(i: int, k: int, first: int, last: int, opened: Floats, opened_next: Floats) -> bool:
    """Return whether any way is less open this month than last, in any segment.

    In the lanes ``first`` to ``last - 1``.
    """
    fallen = 0.0
    for s in range(opened_next.shape[0]):
        for w in range(3):
            for l in range(first, last):  # noqa: E741
                fallen = max(fallen, opened[i, k, s, w, l] - opened_next[s, w, l])
    return fallen > 0.0


@inlined
def lost(
    i: int,
    k: int,
    first: int,
    last: int,
    opened: Floats,
    opened_next: Floats,
    worth: Floats,
    offered: Floats,
    bloc: Ints,
    cover: Floats,
    home_cover: Floats,
    leaving: Floats,
) -> None:
    """Write the part of an ecosystem's users whose way is cut this month.

    ``sum_w sigma_w max(0, 1 - access(t) / access(t-1))`` with sigma the way's share inside the
    value of the offer that was chosen last month, and 0/0 counting as 1.

    Parameters
    ----------
    first, last : int
        Lanes ``first`` to ``last - 1`` are written.
    opened, worth, offered : ndarray
        Of last month.
    opened_next : ndarray, shape (S, 3, L)
        Access of this month.
    cover, home_cover : ndarray, shape (S, K, 2, L) and (I, K, S, L)
        Worth of capability last month.
    leaving : ndarray, shape (I, S, K, L)
        Column (i, k) is written.
    """
    own = bloc[k] == SOVEREIGN_BLOC
    for s in range(leaving.shape[1]):
        for l in range(first, last):  # noqa: E741
            able = flagship_worth(i, s, k, l, own, cover, home_cover)
            flagship = able + offered[i, k, s, 0, l]
            small = cover[s, k, 1, l] + offered[i, k, s, 1, l]
            o = 0 if flagship >= small else 1
            had, gone, left = 0.0, 0.0, 0.0
            for w in range(3):
                fallen = max(opened[i, k, s, w, l] - opened_next[s, w, l], 0.0)
                had += opened[i, k, s, w, l] * worth[i, k, s, w, o, l]
                gone += fallen * worth[i, k, s, w, o, l]
                left += opened_next[s, w, l]
            some = had > 0.0 and offered[i, k, s, o, l] > ABSENT
            part = min(gone / had, 1.0) if some else 0.0
            # Exactly all where no way is left, whatever the rounding of the sum.
            leaving[i, s, k, l] = 1.0 if some and left == 0.0 else part


@inlined
def makers_part(
    i: int, s: int, k: int, by_maker: Floats, offered: Floats, cover: Floats, part: Floats
) -> None:
    """Write the part of an ecosystem's users who come by its maker's service, shape (L,).

    That of the better offer, as in `value`; 0 where the ecosystem cannot be had.

    Parameters
    ----------
    by_maker, offered : ndarray, shape (I, K, S, 2, L)
    cover : ndarray, shape (S, K, 2, L)
    """
    for l in range(part.size):  # noqa: E741
        first = cover[s, k, 0, l] + offered[i, k, s, 0, l]
        second = cover[s, k, 1, l] + offered[i, k, s, 1, l]
        flagship, small = by_maker[i, k, s, 0, l], by_maker[i, k, s, 1, l]
        part[l] = flagship if first >= second else small


@inlined
def nobody_leaves(i: int, evicting: Flags, leaving: Floats) -> None:
    """Forget who had to leave a nation last month, row i of (I, S, K, L)."""
    if evicting[i] == 1:
        for s in range(leaving.shape[1]):
            for k in range(leaving.shape[2]):
                for l in range(leaving.shape[3]):  # noqa: E741
                    leaving[i, s, k, l] = 0.0
    evicting[i] = 0
