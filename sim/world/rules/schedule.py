"""When levers act: how much of each effect is in force, and where that has changed."""

from __future__ import annotations

from sim.scenario.drivers import Flags, Floats, Ints
from sim.world.compiled import inlined, rule
from sim.world.rules.arrays import Acting
from sim.world.rules.changes import ALL, FEW, SOME


@rule
def in_force(t: int, of: Acting, alone: Floats, ramp: Floats, moved: Flags, stale: Flags) -> None:
    """Write how much of each effect is in force this month, and where any of it has changed.

    ``r = course(t - began)`` until the entry's end, its lag counted, and 0 after. Where several
    entries of one lever may act on the same cells, the one that is furthest in force does, by
    strength times r; the first of equals.

    Parameters
    ----------
    t : int
        Position of the month.
    of : Acting
    alone : ndarray, shape (E, L)
        Scratch: what would be in force without rivals.
    ramp : ndarray, shape (E, L)
        What was in force last month on entry, and is this month on return.
    moved : ndarray, shape (E, L)
        Written: 1 where the part in force has changed.
    stale : ndarray, shape (I, parts)
        Where an effect is felt whose part in force has changed: ALL if in many lanes, SOME if in
        few.
    """
    lanes = of.began.shape[1]
    for e in range(of.entry.size):
        n = of.entry[e]
        for l in range(lanes):  # noqa: E741
            since = t - of.began[n, l]
            inside = since >= 0 and t <= of.ended[n, l] + of.lag[n]
            alone[e, l] = of.course[e, since] if inside else 0.0
    for e in range(of.entry.size):
        changed = 0
        for l in range(lanes):  # noqa: E741
            now = alone[e, l]
            if of.rival[e] >= 0 and now > 0.0 and _beaten(e, l, of, alone):
                now = 0.0
            moved[e, l] = now != ramp[e, l]
            changed += int(moved[e, l])  # a sum of bytes would stay one in plain Python
            ramp[e, l] = now
        if changed > 0:
            how = ALL if changed * FEW > lanes else SOME
            for i in range(stale.shape[0]):
                for c in range(stale.shape[1]):
                    if of.bears[e, i, c] == 1 and stale[i, c] != ALL:
                        stale[i, c] = how


@inlined
def _beaten(e: int, l: int, of: Acting, alone: Floats) -> bool:  # noqa: E741
    """Return whether another effect with the same number is further in force in a lane."""
    beaten = False
    mine = alone[e, l] * of.strength[of.entry[e], l]
    for d in range(of.entry.size):
        if of.rival[d] == of.rival[e] and d != e:
            force = alone[d, l] * of.strength[of.entry[d], l]
            beaten = beaten or force > mine or (force == mine and d < e)
    return beaten


@rule
def paid(
    t: int, began: Ints, ended: Ints, covers: Flags, strength: Floats, cost: Floats, total: Floats
) -> None:
    """Write what levers cost in a month, USD million, shape (L,).

    An entry costs from its first month to its last. It costs nothing while a stronger one of the
    same lever is pulled for all its nations; of equals the first is paid.

    Parameters
    ----------
    began, ended, strength : ndarray, shape (N, L)
    covers : ndarray, shape (N, N)
        As in :class:`sim.scenario.drivers.Schedule`.
    cost : ndarray, shape (N, L)
        USD million a year.
    """
    for l in range(total.size):  # noqa: E741
        total[l] = 0.0
    for n in range(began.shape[0]):
        for l in range(total.size):  # noqa: E741
            pays = began[n, l] <= t <= ended[n, l]
            for m in range(began.shape[0]):
                if pays and covers[m, n] == 1 and began[m, l] <= t <= ended[m, l]:
                    stronger = strength[m, l] > strength[n, l]
                    equal = strength[m, l] == strength[n, l]
                    pays = not (stronger or (equal and (m < n or covers[n, m] == 0)))
            if pays:
                total[l] += cost[n, l] / 12.0
