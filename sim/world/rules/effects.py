"""What levers do to a driver: multiply, add, move, floor, cap, always in this order."""

from __future__ import annotations

from sim.scenario.drivers import Floats, Ints
from sim.world.compiled import rule


@rule
def settle(
    value: Floats,
    left: int,
    right: int,
    low: float,
    high: float,
    first: int,
    last: int,
    effect: Ints,
    operation: Ints,
    ramp: Floats,
    size: Floats,
    target: Floats,
    work: Floats,
) -> None:
    """Apply the effects on one driver cell to its base value, in place.

    With v the size of an effect and r the part of it in force: multiply ``x (1 + v r)``; add
    ``x + v r``; move ``x + (target - x) v r``, several moves going to their weighted target
    together; floor ``x + max(0, v - x) g r`` with g its grip; cap ``x + min(0, v - x) g r``. At
    ``r = 0`` nothing changes, to the bit.

    Parameters
    ----------
    value : ndarray, shape (L,)
        Base value on entry, the value in force on return.
    left, right : int
        Lanes ``left`` to ``right - 1`` are written.
    low, high : float
        Bounds of the driver.
    first, last : int
        Rows of ``effect`` that act on this cell, sorted by operation and canonical order.
    effect, operation, target : ndarray
        As in :class:`sim.scenario.drivers.Effects`.
    ramp : ndarray, shape (E, L)
        Part of each effect in force.
    size : ndarray, shape (E, 2, L)
        How much, and for a floor or a cap the grip that its strength gives it.
    work : ndarray, shape (3, L)
        Scratch.
    """
    row = first
    while row < last and operation[effect[row]] < 2:
        e = effect[row]
        if operation[e] == 0:
            for l in range(left, right):  # noqa: E741
                value[l] *= 1.0 + size[e, 0, l] * ramp[e, l]
        else:
            for l in range(left, right):  # noqa: E741
                value[l] += size[e, 0, l] * ramp[e, l]
        row += 1
    if row < last and operation[effect[row]] == 2:
        row = _move(value, left, right, row, last, effect, operation, ramp, size, target, work)
    while row < last:
        row = _bound(value, left, right, row, last, effect, operation, ramp, size, work)
    for l in range(left, right):  # noqa: E741
        value[l] = min(max(value[l], low), high)


@rule
def _move(
    value: Floats,
    left: int,
    right: int,
    first: int,
    last: int,
    effect: Ints,
    operation: Ints,
    ramp: Floats,
    size: Floats,
    target: Floats,
    work: Floats,
) -> int:
    """Move towards the targets together; return the first row that is not a move."""
    for l in range(left, right):  # noqa: E741
        work[0, l] = 0.0
        work[1, l] = 0.0
        work[2, l] = 0.0
    row = first
    while row < last and operation[effect[row]] == 2:
        e = effect[row]
        for l in range(left, right):  # noqa: E741
            part = min(max(size[e, 0, l] * ramp[e, l], 0.0), 1.0)
            work[0, l] += part
            work[1, l] += part * target[e]
            # 1 - product of (1 - part), built without subtracting from one at the end: exact at 0.
            work[2, l] += part * (1.0 - work[2, l])
        row += 1
    for l in range(left, right):  # noqa: E741
        if work[0, l] > 0.0:
            value[l] += (work[1, l] / work[0, l] - value[l]) * work[2, l]
    return row


@rule
def _bound(
    value: Floats,
    left: int,
    right: int,
    first: int,
    last: int,
    effect: Ints,
    operation: Ints,
    ramp: Floats,
    size: Floats,
    work: Floats,
) -> int:
    """Apply all floors, or all caps, to the same value; return the first row of another kind."""
    kind = operation[effect[first]]
    sign = 1.0 if kind == 3 else -1.0
    for l in range(left, right):  # noqa: E741
        work[0, l] = 0.0
    row = first
    while row < last and operation[effect[row]] == kind:
        e = effect[row]
        for l in range(left, right):  # noqa: E741
            far = sign * (size[e, 0, l] - value[l])
            work[0, l] = max(work[0, l], far * size[e, 1, l] * ramp[e, l])
        row += 1
    for l in range(left, right):  # noqa: E741
        value[l] += sign * work[0, l]
    return row
