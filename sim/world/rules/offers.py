"""What an ecosystem offers to a nation: ways, their access, and the log-sum over them."""

from __future__ import annotations

from sim.scenario.drivers import Flags, Floats, Ints
from sim.world.compiled import rule
from sim.world.numerics import ABSENT, exp, log
from sim.world.rows import B, P

MAKER, HOST, SELF = 0, 1, 2
CLOSED_NEST = 0
US_BLOC, CN_BLOC = 0, 1
US_STANCE, CN_STANCE = 1, 2
LN_FLOOR = -2.995732273553991
"""Logarithm of 0.05 USD per million tokens: below it a price is no longer felt."""


@rule
def reachable(
    i: int,
    k: int,
    nest: Ints,
    bloc: Ints,
    access: Floats,
    facility: Floats,
    stance: Ints,
    p: Floats,
    load: Floats,
    opened: Floats,
) -> None:
    """Write the access that builders really have to an ecosystem by each way.

    The maker's service is scaled by ``stance_access`` where the government stands with the other
    bloc and, for Chinese makers, by overload ``min(1, 1/z)``; own machines by the reach of the
    segment's facilities. Closed ecosystems have the maker's way only.

    Parameters
    ----------
    access : ndarray, shape (I, K * 3, L)
        Access driver.
    facility : ndarray, shape (I, S, L)
        Facility driver.
    stance : ndarray of int, shape (I, L)
    p : ndarray, shape (scalars, L)
    load : ndarray, shape (L,)
    opened : ndarray, shape (S, 3, L)
        Written.
    """
    against = CN_STANCE if bloc[k] == US_BLOC else (US_STANCE if bloc[k] == CN_BLOC else -1)
    closed, chinese = nest[k] == CLOSED_NEST, bloc[k] == CN_BLOC
    for s in range(opened.shape[0]):
        for l in range(opened.shape[2]):  # noqa: E741
            maker = access[i, 3 * k, l]
            if stance[i, l] == against:
                maker *= p[P.stance_access, l]
            if chinese:
                maker *= min(1.0, 1.0 / max(load[l], 1.0))
            opened[s, MAKER, l] = maker
            opened[s, HOST, l] = 0.0 if closed else access[i, 3 * k + HOST, l]
            opened[s, SELF, l] = (
                0.0 if closed else access[i, 3 * k + SELF, l] * facility[i, s, l]
            )


@rule
def felt_prices(
    i: int, k: int, bloc: Ints, ln_price: Floats, price: Floats, p: Floats, load: Floats, felt: Floats
) -> None:
    """Write the log prices that a nation meets, shape (2, 3, L).

    List price times the nation's factor, and for the maker's service of a Chinese ecosystem under
    load times ``max(1, z) ** psi``.

    Parameters
    ----------
    ln_price : ndarray, shape (K, 2, 3, L)
        Logarithm of the list price of the month.
    price : ndarray, shape (I, K * 3, L)
        Logarithm of the factor on the price.
    felt : ndarray, shape (2, 3, L)
        Written.
    """
    for w in range(3):
        for l in range(felt.shape[2]):  # noqa: E741
            felt[0, w, l] = ln_price[k, 0, w, l] + price[i, 3 * k + w, l]
            felt[1, w, l] = ln_price[k, 1, w, l] + price[i, 3 * k + w, l]
    if bloc[k] == CN_BLOC:
        for l in range(felt.shape[2]):  # noqa: E741
            dearer = p[P.load_price, l] * log(max(load[l], 1.0))
            felt[0, MAKER, l] += dearer
            felt[1, MAKER, l] += dearer


@rule
def way_worth(
    i: int,
    k: int,
    nest: Ints,
    felt: Floats,
    licence: Floats,
    sensitivity: Floats,
    p: Floats,
    ps: Floats,
    worth: Floats,
) -> None:
    """Write ``exp(-c g ln(max(price, 0.05)) - f + lic h L)`` of each segment, offer and way.

    Own machines cost the price times the segment's under-use.

    Parameters
    ----------
    felt : ndarray, shape (2, 3, L)
        From :func:`felt_prices`.
    licence : ndarray, shape (I, K, L)
    sensitivity : ndarray, shape (I, S, L)
        ``c_s g_i``.
    worth : ndarray, shape (I, S, K, 2, 3, L)
        Rows (i, s, k) are written.
    """
    for s in range(worth.shape[1]):
        for o in range(2):
            for l in range(worth.shape[5]):  # noqa: E741
                terms = ps[s, B.licence, l] * licence[i, k, l] * p[P.licence_hosted, l]
                paid = sensitivity[i, s, l] * max(felt[o, MAKER, l], LN_FLOOR)
                worth[i, s, k, o, MAKER, l] = exp(terms - paid)
            if nest[k] == CLOSED_NEST:
                continue
            for l in range(worth.shape[5]):  # noqa: E741
                terms = ps[s, B.licence, l] * licence[i, k, l] * p[P.licence_hosted, l]
                paid = sensitivity[i, s, l] * max(felt[o, HOST, l], LN_FLOOR)
                worth[i, s, k, o, HOST, l] = exp(terms - ps[s, B.hosted, l] - paid)
            for l in range(worth.shape[5]):  # noqa: E741
                terms = ps[s, B.licence, l] * licence[i, k, l]
                full = felt[o, SELF, l] + ps[s, B.ln_under_use, l]
                paid = sensitivity[i, s, l] * max(full, LN_FLOOR)
                worth[i, s, k, o, SELF, l] = exp(terms - ps[s, B.self_host, l] - paid)


@rule
def value(
    i: int,
    k: int,
    t: int,
    on_sale: Flags,
    opened_next: Floats,
    worth: Floats,
    opened: Floats,
    reach: Floats,
    offered: Floats,
) -> None:
    """Open the ways of the month and write their sum and its logarithm, ``B = ln sum_w access worth``.

    Access multiplies: what no way reaches has exactly no value, and no logarithm of zero is taken.

    Parameters
    ----------
    on_sale : ndarray, shape (T, K, 2)
    opened_next : ndarray, shape (S, 3, L)
        Access by way this month.
    opened : ndarray, shape (I, S, K, 3, L)
        Set to it.
    reach, offered : ndarray, shape (I, S, K, 2, L)
        The sum and its logarithm; rows (i, s, k) are written.
    """
    for s in range(worth.shape[1]):
        for w in range(3):
            for l in range(worth.shape[5]):  # noqa: E741
                opened[i, s, k, w, l] = opened_next[s, w, l]
        for o in range(2):
            sold = 1.0 if on_sale[t, k, o] == 1 else 0.0
            for l in range(worth.shape[5]):  # noqa: E741
                total = opened_next[s, MAKER, l] * worth[i, s, k, o, MAKER, l]
                total += opened_next[s, HOST, l] * worth[i, s, k, o, HOST, l]
                total += opened_next[s, SELF, l] * worth[i, s, k, o, SELF, l]
                reach[i, s, k, o, l] = total * sold
            for l in range(worth.shape[5]):  # noqa: E741
                total = reach[i, s, k, o, l]
                offered[i, s, k, o, l] = log(max(total, 1e-300)) if total > 0.0 else ABSENT


@rule
def narrowed(i: int, k: int, opened: Floats, opened_next: Floats) -> bool:
    """Return whether any way is less open this month than last, in any segment and lane."""
    fallen = 0.0
    for s in range(opened_next.shape[0]):
        for w in range(3):
            for l in range(opened_next.shape[2]):  # noqa: E741
                fallen = max(fallen, opened[i, s, k, w, l] - opened_next[s, w, l])
    return fallen > 0.0


@rule
def lost(
    i: int,
    k: int,
    opened: Floats,
    opened_next: Floats,
    worth: Floats,
    reach: Floats,
    offered: Floats,
    cover: Floats,
    leaving: Floats,
) -> None:
    """Write the part of an ecosystem's users whose way is cut this month.

    ``sum_w sigma_w max(0, 1 - access(t) / access(t-1))`` with sigma the way's share inside the
    value of the offer that was chosen last month, and 0/0 counting as 1.

    Parameters
    ----------
    opened, worth, reach, offered : ndarray
        Of last month.
    opened_next : ndarray, shape (S, 3, L)
        Access of this month.
    cover : ndarray, shape (S, K, 2, L)
        Worth of capability last month.
    leaving : ndarray, shape (I, S, K, L)
        Column (i, k) is written.
    """
    for s in range(leaving.shape[1]):
        for l in range(leaving.shape[3]):  # noqa: E741
            first = cover[s, k, 0, l] + offered[i, s, k, 0, l]
            o = 0 if first >= cover[s, k, 1, l] + offered[i, s, k, 1, l] else 1
            gone, left = 0.0, 0.0
            for w in range(3):
                fallen = max(opened[i, s, k, w, l] - opened_next[s, w, l], 0.0)
                gone += worth[i, s, k, o, w, l] * fallen
                left += opened_next[s, w, l]
            total = reach[i, s, k, o, l]
            part = min(gone / total, 1.0) if total > 0.0 else 0.0
            # Exactly all where no way is left, whatever the rounding of the sum.
            leaving[i, s, k, l] = 1.0 if total > 0.0 and left == 0.0 else part


@rule
def by_way(
    i: int,
    s: int,
    k: int,
    way: int,
    opened: Floats,
    worth: Floats,
    reach: Floats,
    offered: Floats,
    cover: Floats,
    part: Floats,
) -> None:
    """Write the share of an ecosystem's users who reach it by a way, sigma, shape (L,).

    Zero where it cannot be had. Arrays as in :func:`lost`.
    """
    for l in range(part.size):  # noqa: E741
        first = cover[s, k, 0, l] + offered[i, s, k, 0, l]
        second = cover[s, k, 1, l] + offered[i, s, k, 1, l]
        total, other = reach[i, s, k, 0, l], reach[i, s, k, 1, l]
        worth_way, other_way = worth[i, s, k, 0, way, l], worth[i, s, k, 1, way, l]
        total = total if first >= second else other
        worth_way = worth_way if first >= second else other_way
        part[l] = opened[i, s, k, way, l] * worth_way / total if total > 0.0 else 0.0


@rule
def nobody_leaves(i: int, k: int, leaving: Floats) -> None:
    """Clear the parts of an ecosystem's users who must leave, column (i, k) of (I, S, K, L)."""
    for s in range(leaving.shape[1]):
        for l in range(leaving.shape[3]):  # noqa: E741
            leaving[i, s, k, l] = 0.0
