"""Drivers in force: the base of each, with what levers make of it this month."""

from __future__ import annotations

from sim.scenario.drivers import NATION_FAMILIES, Floats
from sim.world.compiled import inlined, rule
from sim.world.numerics import exp, log
from sim.world.rows import P, W, by_ecosystem, world_row
from sim.world.rules.arrays import Bases, Cells, Levers, Span
from sim.world.rules.changes import lanes_of
from sim.world.rules.effects import settle

ACCESS, PRICE, LICENCE, FACILITY, TRUST, PULL, OFFER, OWN_LAG = range(len(NATION_FAMILIES))
END = len(NATION_FAMILIES)
"""Place in the offsets of where the cells of a nation end, so how many it has."""
CHINESE_DEMAND = world_row("demand.china")


@rule
def world_cells(
    t: int, base: Floats, ecosystems: int, last_fact: int, levers: Levers, p: Floats, cells: Floats
) -> None:
    """Write the drivers of the world in force, shape (world cells, L).

    Four bases differ between replicates: Chinese demand is a sum of money, divided by the price of
    a chip; Chinese models carry the ``initial_risk``; and after the last fact the most that Chinese
    plants can make grows by ``ceiling_growth`` a year beside its table, and what China offers
    abroad of its chips by ``export_growth``.

    Parameters
    ----------
    base : ndarray, shape (T, world cells)
        Values without levers.
    ecosystems : int
        How many there are.
    last_fact : int
        Position of the last month with dated facts.
    levers : Levers
        On the world.
    """
    years = max(t - last_fact, 0) / 12.0
    everywhere = Span(0, cells.shape[1])
    for c in range(cells.shape[0]):
        for l in range(cells.shape[1]):  # noqa: E741
            cells[c, l] = base[t, c]
        _differ(c, years, ecosystems, p, cells[c])
        first, last = levers.start[c], levers.start[c + 1]
        if last > first:
            settle(cells[c], everywhere, levers.low[c], levers.high[c], first, last, levers)


@inlined
def _differ(c: int, years: float, ecosystems: int, p: Floats, values: Floats) -> None:
    """Multiply the base of a driver of the world by what differs between replicates, shape (L,)."""
    risk = by_ecosystem(W.risk, ecosystems)
    if c == CHINESE_DEMAND:
        for l in range(values.size):  # noqa: E741
            values[l] *= p[P.demand_scale, l]
    elif c == W.output_cap:
        for l in range(values.size):  # noqa: E741
            values[l] *= exp(p[P.ceiling_growth, l] * years)
    elif c == W.exported:
        for l in range(values.size):  # noqa: E741
            values[l] *= exp(p[P.export_growth, l] * years)
    elif risk <= c < risk + ecosystems:
        for l in range(values.size):  # noqa: E741
            values[l] *= p[P.initial_risk, l]


@rule
def settle_family(i: int, cells: Cells, span: Span, levers: Levers, values: Floats) -> None:
    """Apply the levers on cells of one family of a nation, in place.

    Parameters
    ----------
    cells : Cells
    span : Span
        Lanes that are written.
    values : ndarray, shape (I, cells, L)
        Base values on entry, values in force on return.
    """
    row = i * levers.offsets[END] + levers.offsets[cells.family]
    low, high = levers.low[cells.family], levers.high[cells.family]
    for c in range(cells.first, cells.last):
        begin, end = levers.start[row + c], levers.start[row + c + 1]
        if end > begin:
            settle(values[i, c], span, low, high, begin, end, levers)


@inlined
def leaked(leak: float, change: float, years: float) -> float:
    """Return access to a service that is not offered, some years after the last fact.

    ``leak f / (1 - leak + leak f)`` with ``f = exp(change years)``: its odds change by the same
    factor each year, since sanctions, lists and what is done about leaks may tighten or fade.

    Parameters
    ----------
    leak : float
        Access until the last fact, a fraction.
    change : float
        Of the log-odds, per year.
    years : float
    """
    factor = exp(change * years)
    now: float = leak * factor / (1.0 - leak + leak * factor)
    return now


@rule
def settle_access(
    i: int, k: int, t: int, span: Span, bases: Bases, levers: Levers, p: Floats, access: Floats
) -> None:
    """Write a nation's access to an ecosystem, by way.

    Where a provider does not list the nation, ``leak_developers`` opens its way, as :func:`leaked`
    says of the years to come.
    """
    for c in range(3 * k, 3 * k + 3):
        for l in lanes_of(span):  # noqa: E741
            access[i, c, l] = bases.access[t, i, c]
    if bases.unlisted[t, i, k] > 0.0:
        for l in lanes_of(span):  # noqa: E741
            leak = leaked(p[P.leak_developers, l], p[P.leak_change, l], bases.later[t])
            access[i, 3 * k, l] += bases.unlisted[t, i, k] * leak
    settle_family(i, Cells(ACCESS, 3 * k, 3 * k + 3), span, levers, access)


@rule
def settle_terms(
    i: int, k: int, span: Span, clauses: float, levers: Levers, p: Floats, price: Floats,
    licence: Floats,
) -> None:  # fmt: skip
    """Write the log of a nation's factor on an ecosystem's price, and its licence.

    How permissive the clauses of a licence are was judged, all by one scale, to the power
    ``licence_strictness``.

    Parameters
    ----------
    clauses : float
        The licence without levers, from 0 to 1.
    """
    ln_clauses = log(clauses) if clauses > 0.0 else 0.0
    for l in lanes_of(span):  # noqa: E741
        judged = exp(p[P.licence_strictness, l] * ln_clauses)
        licence[i, k, l] = judged if clauses > 0.0 else 0.0
    settle_family(i, Cells(LICENCE, k, k + 1), span, levers, licence)
    for c in range(3 * k, 3 * k + 3):
        for l in lanes_of(span):  # noqa: E741
            price[i, c, l] = 1.0
    settle_family(i, Cells(PRICE, 3 * k, 3 * k + 3), span, levers, price)
    row = i * levers.offsets[END] + levers.offsets[PRICE]
    for c in range(3 * k, 3 * k + 3):
        if levers.start[row + c + 1] > levers.start[row + c]:
            for l in lanes_of(span):  # noqa: E741
                price[i, c, l] = log(max(price[i, c, l], 1e-9))
        else:
            for l in lanes_of(span):  # noqa: E741
                price[i, c, l] = 0.0


@rule
def settle_facility(i: int, span: Span, base: Floats, levers: Levers, facility: Floats) -> None:
    """Write how far each segment of a nation can run models itself; base is (S,)."""
    for s in range(facility.shape[1]):
        for l in lanes_of(span):  # noqa: E741
            facility[i, s, l] = base[s]
    settle_family(i, Cells(FACILITY, 0, facility.shape[1]), span, levers, facility)


@rule
def settle_liking(
    i: int, span: Span, home: Floats, levers: Levers, p: Floats, trust: Floats, pull: Floats
) -> None:
    """Write a nation's trust, and what pulls it.

    A nation trusts its own ecosystems wholly, all others by ``initial_trust``.

    Parameters
    ----------
    home : ndarray, shape (I, K)
    """
    for k in range(trust.shape[1]):
        for l in lanes_of(span):  # noqa: E741
            trust[i, k, l] = 1.0 if home[i, k] > 0.0 else p[P.initial_trust, l]
    settle_family(i, Cells(TRUST, 0, trust.shape[1]), span, levers, trust)
    for c in range(pull.shape[1]):
        for l in lanes_of(span):  # noqa: E741
            pull[i, c, l] = 0.0
    settle_family(i, Cells(PULL, 0, pull.shape[1]), span, levers, pull)


@rule
def settle_offer(
    i: int, span: Span, lab_lag: Floats, levers: Levers, offer: Floats, own_lag: Floats
) -> None:
    """Write what is offered to a nation's government, and how far its own models trail.

    Parameters
    ----------
    lab_lag : ndarray, shape (I, L)
        Lag before levers, from :func:`sim.world.laboratories.lag`.
    """
    for c in range(offer.shape[1]):
        for l in lanes_of(span):  # noqa: E741
            offer[i, c, l] = 0.0
    settle_family(i, Cells(OFFER, 0, offer.shape[1]), span, levers, offer)
    for l in lanes_of(span):  # noqa: E741
        own_lag[i, 0, l] = lab_lag[i, l]
    settle_family(i, Cells(OWN_LAG, 0, 1), span, levers, own_lag)
