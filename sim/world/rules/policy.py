"""Drivers in force: the base of each, with what levers make of it this month."""

from __future__ import annotations

from sim.scenario.drivers import Floats, Ints
from sim.world.compiled import inlined, rule
from sim.world.numerics import log
from sim.world.rows import P
from sim.world.rules.effects import settle

ACCESS, PRICE, LICENCE, FACILITY, TRUST, PULL, OFFER = 0, 1, 2, 3, 4, 5, 6


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
    cells: Floats,
    work: Floats,
) -> None:
    """Write the drivers of the world in force, shape (world cells, L).

    Parameters
    ----------
    base : ndarray, shape (T, world cells)
        Values without levers.
    low, high : ndarray, shape (world cells,)
        Bounds.
    start, effect, operation, ramp, size, target : ndarray
        As in :class:`sim.scenario.drivers.Effects`.
    """
    for c in range(cells.shape[0]):
        for l in range(cells.shape[1]):  # noqa: E741
            cells[c, l] = base[t, c]
        if start[c + 1] > start[c]:
            settle(
                cells[c], low[c], high[c], t, start[c], start[c + 1], effect, operation, ramp,
                size, target, work,
            )  # fmt: skip


@rule
def settle_family(
    i: int,
    t: int,
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
                values[i, c], low, high, t, start[row + c], start[row + c + 1],
                effect, operation, ramp, size, target, work,
            )  # fmt: skip


@rule
def settle_ecosystem(
    i: int,
    k: int,
    t: int,
    base_access: Floats,
    leak_weight: Floats,
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
    access: Floats,
    price: Floats,
    licence: Floats,
    work: Floats,
) -> None:
    """Write a nation's access to an ecosystem, the log of the factor on its price, and its licence.

    Where no provider lists the nation, ``leak`` opens the maker's way a little.
    """
    lanes = licence.shape[2]
    for c in range(3 * k, 3 * k + 3):
        for l in range(lanes):  # noqa: E741
            access[i, c, l] = base_access[t, i, c]
            price[i, c, l] = 1.0
    for l in range(lanes):  # noqa: E741
        access[i, 3 * k, l] += leak_weight[t, i, k] * p[P.leak, l]
        licence[i, k, l] = base_licence[t, i, k]
    here, first, last = i * offsets[7], 3 * k, 3 * k + 3
    settle_family(
        i, t, here + offsets[ACCESS], first, last, low[ACCESS], high[ACCESS], start,
        effect, operation, ramp, size, target, access, work,
    )  # fmt: skip
    settle_family(
        i, t, here + offsets[PRICE], first, last, low[PRICE], high[PRICE], start,
        effect, operation, ramp, size, target, price, work,
    )  # fmt: skip
    row = here + offsets[PRICE]
    for c in range(first, last):
        if start[row + c + 1] > start[row + c]:
            for l in range(lanes):  # noqa: E741
                price[i, c, l] = log(max(price[i, c, l], 1e-9))
        else:
            for l in range(lanes):  # noqa: E741
                price[i, c, l] = 0.0
    settle_family(
        i, t, here + offsets[LICENCE], k, k + 1, low[LICENCE], high[LICENCE], start,
        effect, operation, ramp, size, target, licence, work,
    )  # fmt: skip


@rule
def settle_other(
    i: int,
    t: int,
    base_facility: Floats,
    base_trust: Floats,
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
    trust: Floats,
    pull: Floats,
    offer: Floats,
    work: Floats,
) -> None:
    """Write a nation's facilities, trust, pulls and offers to its government."""
    here = i * offsets[7]
    for s in range(facility.shape[1]):
        for l in range(facility.shape[2]):  # noqa: E741
            facility[i, s, l] = base_facility[s]
    for k in range(trust.shape[1]):
        for l in range(trust.shape[2]):  # noqa: E741
            trust[i, k, l] = base_trust[i, k]
    for c in range(pull.shape[1]):
        for l in range(pull.shape[2]):  # noqa: E741
            pull[i, c, l] = 0.0
    for c in range(offer.shape[1]):
        for l in range(offer.shape[2]):  # noqa: E741
            offer[i, c, l] = 0.0
    settle_family(
        i, t, here + offsets[FACILITY], 0, facility.shape[1], low[FACILITY], high[FACILITY], start,
        effect, operation, ramp, size, target, facility, work,
    )  # fmt: skip
    settle_family(
        i, t, here + offsets[TRUST], 0, trust.shape[1], low[TRUST], high[TRUST], start,
        effect, operation, ramp, size, target, trust, work,
    )  # fmt: skip
    settle_family(
        i, t, here + offsets[PULL], 0, pull.shape[1], low[PULL], high[PULL], start,
        effect, operation, ramp, size, target, pull, work,
    )  # fmt: skip
    settle_family(
        i, t, here + offsets[OFFER], 0, offer.shape[1], low[OFFER], high[OFFER], start,
        effect, operation, ramp, size, target, offer, work,
    )  # fmt: skip


@inlined
def turns(i: int, now: Ints, felt: Ints) -> bool:
    """Return whether a government's stance differs in any lane from the one last felt."""
    differing = 0
    for l in range(now.shape[1]):  # noqa: E741
        differing |= now[i, l] ^ felt[i, l]
    return differing != 0


@rule
def overloaded(load: Floats, before: Floats) -> bool:
    """Return whether the load of Chinese services is felt differently in any lane than before."""
    some = False
    for l in range(load.size):  # noqa: E741
        some = some or max(load[l], 1.0) != max(before[l], 1.0)
    return some


@rule
def feared(risk: Floats, felt: Floats) -> bool:
    """Return whether the risk of any ecosystem differs in any lane from that last felt; note it."""
    some = False
    for k in range(felt.shape[0]):
        for l in range(felt.shape[1]):  # noqa: E741
            some = some or risk[k, l] != felt[k, l]
            felt[k, l] = risk[k, l]
    return some
