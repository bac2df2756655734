"""What levers do to a driver: multiply, add, move, floor, cap, always in this order."""

from __future__ import annotations

from sim.scenario.drivers import Floats
from sim.world.compiled import rule
from sim.world.rules.arrays import Levers, Span
from sim.world.rules.changes import lanes_of


@rule
def settle(
    value: Floats, span: Span, low: float, high: float, first: int, last: int, levers: Levers
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
    span : Span
        Lanes that are written.
    low, high : float
        Bounds of the driver.
    first, last : int
        Rows of ``levers.effect`` that act on this cell.
    levers : Levers
    """
    row = first
    while row < last and levers.operation[levers.effect[row]] < 2:
        e = levers.effect[row]
        if levers.operation[e] == 0:
            for l in lanes_of(span):  # noqa: E741
                value[l] *= 1.0 + levers.size[e, 0, l] * levers.ramp[e, l]
        else:
            for l in lanes_of(span):  # noqa: E741
                value[l] += levers.size[e, 0, l] * levers.ramp[e, l]
        row += 1
    if row < last and levers.operation[levers.effect[row]] == 2:
        row = _move(value, span, row, last, levers)
    while row < last:
        row = _bound(value, span, row, last, levers)
    for l in lanes_of(span):  # noqa: E741
        value[l] = min(max(value[l], low), high)


@rule
def _move(value: Floats, span: Span, first: int, last: int, levers: Levers) -> int:
    """Move towards the targets together; return the first row that is not a move."""
    work = levers.work
    for l in lanes_of(span):  # noqa: E741
        work[0, l] = 0.0
        work[1, l] = 0.0
        work[2, l] = 0.0
    row = first
    while row < last and levers.operation[levers.effect[row]] == 2:
        e = levers.effect[row]
        for l in lanes_of(span):  # noqa: E741
            part = min(max(levers.size[e, 0, l] * levers.ramp[e, l], 0.0), 1.0)
            work[0, l] += part
            work[1, l] += part * levers.target[e]
            # 1 - product of (1 - part), built without subtracting from one at the end: exact at 0.
            work[2, l] += part * (1.0 - work[2, l])
        row += 1
    for l in lanes_of(span):  # noqa: E741
        if work[0, l] > 0.0:
            value[l] += (work[1, l] / work[0, l] - value[l]) * work[2, l]
    return row


@rule
def _bound(value: Floats, span: Span, first: int, last: int, levers: Levers) -> int:
    """Apply all floors, or all caps, to the same value; return the first row of another kind."""
    work = levers.work
    kind = levers.operation[levers.effect[first]]
    sign = 1.0 if kind == 3 else -1.0
    for l in lanes_of(span):  # noqa: E741
        work[0, l] = 0.0
    row = first
    while row < last and levers.operation[levers.effect[row]] == kind:
        e = levers.effect[row]
        for l in lanes_of(span):  # noqa: E741
            far = sign * (levers.size[e, 0, l] - value[l])
            work[0, l] = max(work[0, l], far * levers.size[e, 1, l] * levers.ramp[e, l])
        row += 1
    for l in lanes_of(span):  # noqa: E741
        value[l] += sign * work[0, l]
    return row
