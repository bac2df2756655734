"""What an ecosystem offers to a nation: ways, their access, and the log-sum over them."""

from __future__ import annotations

from sim.evidence.axes import BLOCS, WAYS
from sim.scenario.drivers import Flags, Floats
from sim.world.compiled import inlined
from sim.world.numerics import ABSENT, exp, log
from sim.world.rows import B, P
from sim.world.rules.arrays import (
    Able,
    Kinds,
    Numbers,
    Offers,
    Opened,
    Pricing,
    Roads,
    Served,
    Span,
)
from sim.world.rules.changes import CLOSED_NEST, CN_BLOC, against, lanes_of
from sim.world.rules.laboratories import flagship_worth

MAKER, HOST, SELF = range(len(WAYS))
SOVEREIGN_BLOC = BLOCS.index("sovereign")
LEAST = 1e-300
"""Stands in for a sum that is zero where a lane's quotient or logarithm is thrown away."""


@inlined
def reached(i: int, k: int, s: int, l: int, kinds: Kinds, roads: Roads, p: Floats) -> Opened:  # noqa: E741
    """Return the access that builders really have to an ecosystem by each way.

    The maker's service is scaled by ``stance_access`` where the government stands with the other
    bloc and, for Chinese makers, by overload ``min(1, 1/z)``; own machines by the reach of the
    segment's facilities. Closed ecosystems have the maker's way only.
    """
    bloc = kinds.bloc[k]
    maker = roads.access[i, 3 * k, l]
    maker *= p[P.stance_access, l] if against(roads.stance[i, l], bloc) else 1.0
    maker *= roads.slowed[l] if bloc == CN_BLOC else 1.0
    if kinds.nest[k] == CLOSED_NEST:
        return Opened(maker, 0.0, 0.0)
    own = roads.access[i, 3 * k + SELF, l] * roads.facility[i, s, l]
    return Opened(maker, roads.access[i, 3 * k + HOST, l], own)


@inlined
def maker_worth(
    i: int, k: int, o: int, span: Span, burden: float, pricing: Pricing, numbers: Numbers,
    worth: Floats,
) -> None:  # fmt: skip
    """Write ``exp(lic h_M L - c g ln(max(price, least)))`` of the maker's service.

    The price is the list price times the nation's factor and, for a Chinese maker under load, times
    ``max(1, z) ** psi``; below ``least_price`` it is no longer felt.

    Parameters
    ----------
    o : int
        Which offer.
    burden : float
        1 for a Chinese maker, which load makes dearer, else 0.
    worth : ndarray, shape (I, K, S, 3, 2, L)
        Rows (i, k, s, maker) are written.
    """
    p, ps = numbers.p, numbers.ps
    for s in range(worth.shape[2]):
        for l in lanes_of(span):  # noqa: E741
            full = pricing.ln_price[k, o, MAKER, l] + pricing.price[i, 3 * k, l]
            full += burden * pricing.dearer[l]
            felt = pricing.sensitivity[i, s, l] * max(full, p[P.ln_least_price, l])
            terms = ps[s, B.licence, l] * pricing.licence[i, k, l] * p[P.licence_hosted, l]
            worth[i, k, s, MAKER, o, l] = exp(terms - felt)


@inlined
def other_worth(
    i: int, k: int, o: int, span: Span, pricing: Pricing, numbers: Numbers, worth: Floats
) -> None:
    """Write the worth of other hosts and of own machines, the same less what each costs to set up.

    ``exp(lic h_w L - c g ln(max(price, least)) - f)`` with ``h`` 1 on own machines; these cost the
    price times the segment's under-use. Arguments as in :func:`maker_worth`.
    """
    p, ps = numbers.p, numbers.ps
    for s in range(worth.shape[2]):
        for l in lanes_of(span):  # noqa: E741
            full = pricing.ln_price[k, o, HOST, l] + pricing.price[i, 3 * k + HOST, l]
            felt = pricing.sensitivity[i, s, l] * max(full, p[P.ln_least_price, l])
            terms = ps[s, B.licence, l] * pricing.licence[i, k, l] * p[P.licence_hosted, l]
            worth[i, k, s, HOST, o, l] = exp(terms - ps[s, B.hosted_cost, l] - felt)
        for l in lanes_of(span):  # noqa: E741
            full = pricing.ln_price[k, o, SELF, l] + pricing.price[i, 3 * k + SELF, l]
            full += ps[s, B.ln_under_use, l]
            felt = pricing.sensitivity[i, s, l] * max(full, p[P.ln_least_price, l])
            terms = ps[s, B.licence, l] * pricing.licence[i, k, l] - ps[s, B.self_host_cost, l]
            worth[i, k, s, SELF, o, l] = exp(terms - felt)


@inlined
def value(
    i: int, k: int, o: int, span: Span, sold: float, nest: int, opened: Floats, offers: Offers
) -> None:
    """Write ``B``, the log of the sum over ways of access times worth, and the maker's part of it.

    Access multiplies: what no way reaches has exactly no value, and no logarithm of zero is taken.

    Parameters
    ----------
    o : int
        Which offer.
    sold : float
        1 where it is on sale, else 0.
    nest : int
        A closed ecosystem has its maker's service as the only way.
    opened : ndarray, shape (I, K, S, 3, L)
        Access by way this month.
    offers : Offers
        ``by_maker`` and ``offered`` are written; the former is 0 where an offer cannot be had.
    """
    worth = offers.worth
    for s in range(worth.shape[2]):
        if nest == CLOSED_NEST:
            for l in lanes_of(span):  # noqa: E741
                total = sold * (opened[i, k, s, MAKER, l] * worth[i, k, s, MAKER, o, l])
                some = total > 0.0
                offers.by_maker[i, k, s, o, l] = 1.0 if some else 0.0
                offers.offered[i, k, s, o, l] = log(max(total, LEAST)) if some else ABSENT
            continue
        for l in lanes_of(span):  # noqa: E741
            maker = opened[i, k, s, MAKER, l] * worth[i, k, s, MAKER, o, l]
            total = maker + opened[i, k, s, HOST, l] * worth[i, k, s, HOST, o, l]
            total += opened[i, k, s, SELF, l] * worth[i, k, s, SELF, o, l]
            total *= sold
            some = total > 0.0
            offers.by_maker[i, k, s, o, l] = maker / max(total, LEAST) if some else 0.0
            offers.offered[i, k, s, o, l] = log(max(total, LEAST)) if some else ABSENT


@inlined
def narrowed(i: int, k: int, s: int, l: int, now: Opened, opened: Floats) -> bool:  # noqa: E741
    """Return whether any way is less open than it was."""
    fallen: bool = opened[i, k, s, MAKER, l] > now.maker
    fallen |= opened[i, k, s, HOST, l] > now.host
    fallen |= opened[i, k, s, SELF, l] > now.own
    return fallen


@inlined
def liked_best(i: int, k: int, s: int, l: int, own: bool, able: Able, offered: Floats) -> int:  # noqa: E741, FBT001
    """Return which offer of an ecosystem is worth most: 0 its flagship, 1 the small one."""
    flagship = flagship_worth(i, s, k, l, own, able) + offered[i, k, s, 0, l]
    small = able.cover[s, k, 1, l] + offered[i, k, s, 1, l]
    return 0 if flagship >= small else 1


@inlined
def lost(
    i: int, k: int, s: int, l: int, o: int, now: Opened, opened: Floats, offers: Offers  # noqa: E741
) -> float:  # fmt: skip
    """Return the part of an ecosystem's users whose way is cut this month.

    ``sum_w sigma_w max(0, 1 - access(t) / access(t-1))`` with sigma the way's share inside the
    value of the offer that was chosen last month, and 0/0 counting as 1.

    Parameters
    ----------
    o : int
        That offer.
    now : Opened
        Access of this month.
    opened : ndarray, shape (I, K, S, 3, L)
        Access of last month.
    offers : Offers
        Of last month.
    """
    worth = offers.worth
    had = opened[i, k, s, MAKER, l] * worth[i, k, s, MAKER, o, l]
    had += opened[i, k, s, HOST, l] * worth[i, k, s, HOST, o, l]
    had += opened[i, k, s, SELF, l] * worth[i, k, s, SELF, o, l]
    gone = max(opened[i, k, s, MAKER, l] - now.maker, 0.0) * worth[i, k, s, MAKER, o, l]
    gone += max(opened[i, k, s, HOST, l] - now.host, 0.0) * worth[i, k, s, HOST, o, l]
    gone += max(opened[i, k, s, SELF, l] - now.own, 0.0) * worth[i, k, s, SELF, o, l]
    some = had > 0.0 and offers.offered[i, k, s, o, l] > ABSENT
    part = min(gone / had, 1.0) if some else 0.0
    # Exactly all where no way is left, whatever the rounding of the sum.
    none_left = now.maker + now.host + now.own == 0.0
    return 1.0 if some and none_left else part


@inlined
def makers_part(i: int, s: int, k: int, served: Served, part: Floats) -> None:
    """Write the part of an ecosystem's users who come by its maker's service, shape (L,).

    That of the better offer, as in `value`; 0 where the ecosystem cannot be had.
    """
    for l in range(part.size):  # noqa: E741
        first = served.cover[s, k, 0, l] + served.offered[i, k, s, 0, l]
        second = served.cover[s, k, 1, l] + served.offered[i, k, s, 1, l]
        flagship, small = served.by_maker[i, k, s, 0, l], served.by_maker[i, k, s, 1, l]
        part[l] = flagship if first >= second else small


@inlined
def nobody_leaves(i: int, leaving: Floats, evicting: Flags) -> None:
    """Forget who had to leave a nation last month, row i of (I, S, K, L)."""
    if evicting[i] == 1:
        for s in range(leaving.shape[1]):
            for k in range(leaving.shape[2]):
                for l in range(leaving.shape[3]):  # noqa: E741
                    leaving[i, s, k, l] = 0.0
    evicting[i] = 0
