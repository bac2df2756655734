"""Drivers in force: the base of each, with what levers make of it this month."""

from __future__ import annotations

from sim.scenario.drivers import NATION_FAMILIES, Floats, Ints
from sim.world.compiled import inlined, rule
from sim.world.numerics import exp, log
from sim.world.rows import DEMAND_SCALE, P, W, by_ecosystem
from sim.world.rules.effects import settle

ACCESS, PRICE, LICENCE, FACILITY, TRUST, PULL, OFFER, OWN_LAG = range(len(NATION_FAMILIES))
END = len(NATION_FAMILIES)
"""Place in the offsets of where the cells of a nation end, so how many it has."""
CHINA = 1


@rule
def world_cells(
    t: int,
    base: Floats,
    low: Floats,
    high: Floats,
    start: Ints,
    effect: Ints,
    operation: Ints,
    ramp: Floats,
    size: Floats,
    target: Floats,
    ecosystems: int,
    last_fact: int,
    p: Floats,
    cells: Floats,
    work: Floats,
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
    low, high : ndarray, shape (world cells,)
        Bounds.
    start, effect, operation, target : ndarray
        As in :class:`sim.scenario.drivers.Effects`.
    ramp, size : ndarray
        As in :func:`sim.world.rules.effects.settle`.
    ecosystems : int
        How many there are.
    last_fact : int
        Position of the last month with dated facts.
    """
    years = max(t - last_fact, 0) / 12.0
    for c in range(cells.shape[0]):
        for l in range(cells.shape[1]):  # noqa: E741
            cells[c, l] = base[t, c]
        _differ(c, years, ecosystems, p, cells[c])
        if start[c + 1] > start[c]:
            settle(
                cells[c], 0, cells.shape[1], low[c], high[c], start[c], start[c + 1], effect,
                operation, ramp, size, target, work,
            )  # fmt: skip


@inlined
def _differ(c: int, years: float, ecosystems: int, p: Floats, values: Floats) -> None:
    """Multiply the base of a driver of the world by what differs between replicates, shape (L,)."""
    risk = by_ecosystem(W.risk, ecosystems)
    if c == W.demand + CHINA:
        for l in range(values.size):  # noqa: E741
            values[l] *= p[DEMAND_SCALE, l]
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
def settle_family(
    i: int,
    left: int,
    right: int,
    row: int,
    first: int,
    last: int,
    low: float,
    high: float,
    start: Ints,
    effect: Ints,
    operation: Ints,
    ramp: Floats,
    size: Floats,
    target: Floats,
    values: Floats,
    work: Floats,
) -> None:
    """Apply the levers on cells ``first`` to ``last - 1`` of one family of a nation, in place.

    Parameters
    ----------
    left, right : int
        Lanes ``left`` to ``right - 1`` are written.
    row : int
        Where the nation's cells of the family begin in ``start``.
    low, high : float
        Bounds of the family.
    values : ndarray, shape (I, cells, L)
        Base values on entry, values in force on return.
    """
    for c in range(first, last):
        if start[row + c + 1] > start[row + c]:
            settle(
                values[i, c], left, right, low, high, start[row + c], start[row + c + 1],
                effect, operation, ramp, size, target, work,
            )  # fmt: skip


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
    i: int,
    k: int,
    t: int,
    left: int,
    right: int,
    base_access: Floats,
    later: Floats,
    unlisted: Floats,
    low: Floats,
    high: Floats,
    start: Ints,
    effect: Ints,
    offsets: Ints,
    operation: Ints,
    ramp: Floats,
    size: Floats,
    target: Floats,
    p: Floats,
    access: Floats,
    work: Floats,
) -> None:
    """Write a nation's access to an ecosystem in lanes ``left`` to ``right - 1``.

    Where a provider does not list the nation, ``leak_developers`` opens its way, as :func:`leaked`
    says of the years to come.
    """
    for c in range(3 * k, 3 * k + 3):
        for l in range(left, right):  # noqa: E741
            access[i, c, l] = base_access[t, i, c]
    if unlisted[t, i, k] > 0.0:
        for l in range(left, right):  # noqa: E741
            leak = leaked(p[P.leak_developers, l], p[P.leak_change, l], later[t])
            access[i, 3 * k, l] += unlisted[t, i, k] * leak
    settle_family(
        i, left, right, i * offsets[END] + offsets[ACCESS], 3 * k, 3 * k + 3,
        low[ACCESS], high[ACCESS], start, effect, operation, ramp, size, target, access, work,
    )  # fmt: skip


@rule
def settle_terms(
    i: int,
    k: int,
    t: int,
    left: int,
    right: int,
    base_licence: Floats,
    low: Floats,
    high: Floats,
    start: Ints,
    effect: Ints,
    offsets: Ints,
    operation: Ints,
    ramp: Floats,
    size: Floats,
    target: Floats,
    p: Floats,
    price: Floats,
    licence: Floats,
    work: Floats,
) -> None:
    """Write the log of a nation's factor on an ecosystem's price, and its licence, in some lanes.

    How permissive the clauses of a licence are was judged, all by one scale, to the power
    ``licence_strictness``. Lanes ``left`` to ``right - 1`` are written.
    """
    clauses = base_licence[t, i, k]
    ln_clauses = log(clauses) if clauses > 0.0 else 0.0
    for l in range(left, right):  # noqa: E741
        judged = exp(p[P.licence_strictness, l] * ln_clauses)
        licence[i, k, l] = judged if clauses > 0.0 else 0.0
    settle_family(
        i, left, right, i * offsets[END] + offsets[LICENCE], k, k + 1,
        low[LICENCE], high[LICENCE], start, effect, operation, ramp, size, target, licence, work,
    )  # fmt: skip
    first, last = 3 * k, 3 * k + 3
    for c in range(first, last):
        for l in range(left, right):  # noqa: E741
            price[i, c, l] = 1.0
    settle_family(
        i, left, right, i * offsets[END] + offsets[PRICE], first, last,
        low[PRICE], high[PRICE], start, effect, operation, ramp, size, target, price, work,
    )  # fmt: skip
    row = i * offsets[END] + offsets[PRICE]
    for c in range(first, last):
        if start[row + c + 1] > start[row + c]:
            for l in range(left, right):  # noqa: E741
                price[i, c, l] = log(max(price[i, c, l], 1e-9))
        else:
            for l in range(left, right):  # noqa: E741
                price[i, c, l] = 0.0


@rule
def settle_facility(
    i: int,
    left: int,
    right: int,
    base_facility: Floats,
    low: Floats,
    high: Floats,
    start: Ints,
    effect: Ints,
    offsets: Ints,
    operation: Ints,
    ramp: Floats,
    size: Floats,
    target: Floats,
    facility: Floats,
    work: Floats,
) -> None:
    """Write how far each segment can run models itself, in lanes ``left`` to ``right - 1``."""
    for s in range(facility.shape[1]):
        for l in range(left, right):  # noqa: E741
            facility[i, s, l] = base_facility[s]
    settle_family(
        i, left, right, i * offsets[END] + offsets[FACILITY], 0, facility.shape[1],
        low[FACILITY], high[FACILITY], start, effect, operation, ramp, size, target, facility, work,
    )  # fmt: skip


@rule
def settle_liking(
    i: int,
    left: int,
    right: int,
    home: Floats,
    low: Floats,
    high: Floats,
    start: Ints,
    effect: Ints,
    offsets: Ints,
    operation: Ints,
    ramp: Floats,
    size: Floats,
    target: Floats,
    p: Floats,
    trust: Floats,
    pull: Floats,
    work: Floats,
) -> None:
    """Write a nation's trust and what pulls it, in lanes ``left`` to ``right - 1``.

    A nation trusts its own ecosystems wholly, all others by ``initial_trust``.
    """
    for k in range(trust.shape[1]):
        for l in range(left, right):  # noqa: E741
            trust[i, k, l] = 1.0 if home[i, k] > 0.0 else p[P.initial_trust, l]
    settle_family(
        i, left, right, i * offsets[END] + offsets[TRUST], 0, trust.shape[1],
        low[TRUST], high[TRUST], start, effect, operation, ramp, size, target, trust, work,
    )  # fmt: skip
    for c in range(pull.shape[1]):
        for l in range(left, right):  # noqa: E741
            pull[i, c, l] = 0.0
    settle_family(
        i, left, right, i * offsets[END] + offsets[PULL], 0, pull.shape[1],
        low[PULL], high[PULL], start, effect, operation, ramp, size, target, pull, work,
    )  # fmt: skip


@rule
def settle_offer(
    i: int,
    left: int,
    right: int,
    lab_lag: Floats,
    low: Floats,
    high: Floats,
    start: Ints,
    effect: Ints,
    offsets: Ints,
    operation: Ints,
    ramp: Floats,
    size: Floats,
    target: Floats,
    offer: Floats,
    own_lag: Floats,
    work: Floats,
) -> None:
    """Write what is offered to a government, and its own models' lag, in some lanes.

    Parameters
    ----------
    left, right : int
        Lanes ``left`` to ``right - 1`` are written.
    lab_lag : ndarray, shape (I, L)
        Lag before levers, from :func:`sim.world.laboratories.lag`.
    """
    for c in range(offer.shape[1]):
        for l in range(left, right):  # noqa: E741
            offer[i, c, l] = 0.0
    settle_family(
        i, left, right, i * offsets[END] + offsets[OFFER], 0, offer.shape[1],
        low[OFFER], high[OFFER], start, effect, operation, ramp, size, target, offer, work,
    )  # fmt: skip
    for l in range(left, right):  # noqa: E741
        own_lag[i, 0, l] = lab_lag[i, l]
    settle_family(
        i, left, right, i * offsets[END] + offsets[OWN_LAG], 0, 1,
        low[OWN_LAG], high[OWN_LAG], start, effect, operation, ramp, size, target, own_lag, work,
    )  # fmt: skip


@inlined
def turns(i: int, now: Ints, felt: Ints) -> bool:
    """Return whether a government's stance differs in any lane from the one last felt."""
    differing = 0
    for l in range(now.shape[1]):  # noqa: E741
        differing |= now[i, l] ^ felt[i, l]
    return differing != 0


@rule
def overloaded(load: Floats, before: Floats, lanes: Ints) -> int:
    """Write the lanes in which the load of Chinese services is felt differently than before.

    Returns
    -------
    int
        How many of the first places of ``lanes``, shape (L,), are written.
    """
    count = 0
    for l in range(load.size):  # noqa: E741
        if max(load[l], 1.0) != max(before[l], 1.0):
            lanes[count] = l
            count += 1
    return count


@rule
def feared(risk: Floats, felt: Floats) -> bool:
    """Return whether the risk of any ecosystem differs in any lane from that last felt; note it."""
    some = False
    for k in range(felt.shape[0]):
        for l in range(felt.shape[1]):  # noqa: E741
            some = some or risk[k, l] != felt[k, l]
            felt[k, l] = risk[k, l]
    return some
