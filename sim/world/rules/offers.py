"""What an ecosystem offers to a nation: ways, their access, and the log-sum over them."""

from __future__ import annotations

from sim.evidence.axes import BLOCS, WAYS
from sim.scenario.drivers import Flags, Floats
from sim.world.compiled import inlined
from sim.world.numerics import ABSENT, exp, log
from sim.world.rows import B, P
from sim.world.rules.arrays import Able, Kinds, Numbers, Offers, Pricing, Roads, Served, Span, Ways
from sim.world.rules.changes import CLOSED_NEST, CN_BLOC, against, lanes_of
from sim.world.rules.laboratories import flagship_worth

MAKER, HOST, SELF = range(len(WAYS))
SOVEREIGN_BLOC = BLOCS.index("sovereign")
LEAST = 1e-300
"""Stands in for a sum that is zero where a lane's quotient or logarithm is thrown away."""


@inlined
def reachable(
    i: int, k: int, span: Span, kinds: Kinds, roads: Roads, p: Floats, opened: Floats
) -> None:
    """Write the access that builders really have to an ecosystem by each way.

    The maker's service is scaled by ``stance_access`` where the government stands with the other
    bloc and, for Chinese makers, by overload ``min(1, 1/z)``; own machines by the reach of the
    segment's facilities. Closed ecosystems have the maker's way only.

    Parameters
    ----------
    opened : ndarray, shape (S, 3, L)
        Written.
    """
    bloc = kinds.bloc[k]
    closed, chinese = kinds.nest[k] == CLOSED_NEST, bloc == CN_BLOC
    for s in range(opened.shape[0]):
        for l in lanes_of(span):  # noqa: E741
            maker = roads.access[i, 3 * k, l]
            maker *= p[P.stance_access, l] if against(roads.stance[i, l], bloc) else 1.0
            own = roads.access[i, 3 * k + SELF, l] * roads.facility[i, s, l]
            opened[s, MAKER, l] = maker * roads.slowed[l] if chinese else maker
            opened[s, HOST, l] = 0.0 if closed else roads.access[i, 3 * k + HOST, l]
            opened[s, SELF, l] = 0.0 if closed else own


@inlined
def open_ways(i: int, k: int, span: Span, ways: Ways) -> None:
    """Put this month's access to an ecosystem in the place of last month's."""
    for s in range(ways.anew.shape[0]):
        for w in range(3):
            for l in lanes_of(span):  # noqa: E741
                ways.opened[i, k, s, w, l] = ways.anew[s, w, l]


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
def narrowed(i: int, k: int, span: Span, ways: Ways) -> bool:
    """Return whether any way is less open this month than last, in any segment."""
    fallen = False
    for s in range(ways.anew.shape[0]):
        for w in range(3):
            for l in lanes_of(span):  # noqa: E741
                fallen |= ways.opened[i, k, s, w, l] > ways.anew[s, w, l]
    return fallen


@inlined
def lost(i: int, k: int, span: Span, bloc: int, ways: Ways, offers: Offers, able: Able) -> None:
    """Write the part of an ecosystem's users whose way is cut this month.

    ``sum_w sigma_w max(0, 1 - access(t) / access(t-1))`` with sigma the way's share inside the
    value of the offer that was chosen last month, and 0/0 counting as 1.

    Parameters
    ----------
    bloc : int
        Of the ecosystem.
    ways : Ways
        ``opened`` of last month and ``anew`` of this one; of ``leaving`` column (i, k) is written.
    offers, able : Offers and Able
        Of last month.
    """
    own = bloc == SOVEREIGN_BLOC
    opened, worth, offered = ways.opened, offers.worth, offers.offered
    for s in range(worth.shape[2]):
        for l in lanes_of(span):  # noqa: E741
            flagship = flagship_worth(i, s, k, l, own, able) + offered[i, k, s, 0, l]
            small = able.cover[s, k, 1, l] + offered[i, k, s, 1, l]
            o = 0 if flagship >= small else 1
            had, gone, left = 0.0, 0.0, 0.0
            for w in range(3):
                fallen = max(opened[i, k, s, w, l] - ways.anew[s, w, l], 0.0)
                had += opened[i, k, s, w, l] * worth[i, k, s, w, o, l]
                gone += fallen * worth[i, k, s, w, o, l]
                left += ways.anew[s, w, l]
            some = had > 0.0 and offered[i, k, s, o, l] > ABSENT
            part = min(gone / had, 1.0) if some else 0.0
            # Exactly all where no way is left, whatever the rounding of the sum.
            ways.leaving[i, s, k, l] = 1.0 if some and left == 0.0 else part


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
