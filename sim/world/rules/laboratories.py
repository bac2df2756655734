"""Models of nations' own laboratories: how good they are, what it is worth, what they lack."""

from __future__ import annotations

from sim.scenario.drivers import Flags, Floats, Ints
from sim.world.compiled import inlined, rule
from sim.world.numerics import exp
from sim.world.rows import B, P
from sim.world.rules.arrays import Able, Numbers, OwnModels
from sim.world.rules.capability import SOVEREIGN_BLOC, margin, since


@inlined
def flagship_worth(i: int, s: int, k: int, l: int, own: bool, able: Able) -> float:  # noqa: E741, FBT001
    """Return what the capability of an ecosystem's flagship is worth in a nation, utils.

    Sovereign models are as good as the nation's own laboratories make them.

    Parameters
    ----------
    own : bool
        Whether the ecosystem is a sovereign one.
    """
    worth: float = able.home[i, k, s, l] if own else able.cover[s, k, 0, l]
    return worth


@rule
def at_home(
    i: int, t: int, bloc: Ints, sold: Flags, own: OwnModels, raw: int, numbers: Numbers
) -> None:
    """Write how good a nation's own models are, never worse than before, and what that is worth.

    They stand where the best open weights stood ``own_lag`` months ago, and what levers add to the
    lag of all sovereign models; worth is as of :func:`sim.world.rules.capability.coverage`. In a
    replicate in which no way leads to them they stay as they were.

    Parameters
    ----------
    sold : ndarray, shape (K, 2)
        1 where an offer is on sale this month.
    own : OwnModels
        Rows (i, k) of sovereign ecosystems: ``level`` is updated, ``worth`` written.
    raw : int
        Switch.
    """
    p, ps, index = numbers.p, numbers.ps, own.level
    for k in range(bloc.size):
        if bloc[k] != SOVEREIGN_BLOC or not (sold[k, 0] == 1 and _some(own.access[i], k)):
            continue
        for l in range(index.shape[2]):  # noqa: E741
            seen = since(t, own.own_lag[i, 0, l] + own.delay[k, l])
            now = max(index[i, k, l], own.best_open[seen, l])
            index[i, k, l] = now if _way(own.access[i], k, l) else index[i, k, l]
        for s in range(own.worth.shape[2]):
            for l in range(index.shape[2]):  # noqa: E741
                felt = (index[i, k, l] - p[P.raw_zero, l]) / p[P.raw_unit, l]
                if raw == 0:
                    x = margin(
                        index[i, k, l], ps[s, B.difficulty, l], p[P.moving_bar, l],
                        own.frontier[t, l], p[P.task_width, l],
                    )  # fmt: skip
                    felt = 1.0 / (1.0 + exp(-x))
                own.worth[i, k, s, l] = ps[s, B.capability_weight, l] * felt


@inlined
def _some(access: Floats, k: int) -> bool:
    """Return whether any way leads to an ecosystem in any lane; access is (K * 3, L)."""
    some = False
    for l in range(access.shape[1]):  # noqa: E741
        some = some or _way(access, k, l)
    return some


@inlined
def _way(access: Floats, k: int, l: int) -> bool:  # noqa: E741
    """Return whether any way leads to an ecosystem in a lane; access is (K * 3, L)."""
    best: float = max(access[3 * k, l], access[3 * k + 1, l], access[3 * k + 2, l])
    return best > 0.0


@rule
def lacking(short: Floats, bloc: Ints, own: Floats, national: Floats, home_index: Floats) -> None:
    """Write how far what nations' developers use of their own stands below the record, (I, L).

    The index that stands for all sovereign models less that of the nation's own, ECI points, times
    the share of those who have it as their main ecosystem.

    Parameters
    ----------
    short : ndarray, shape (I, L)
        Written.
    own, home_index : ndarray, shape (K, 2, L) and (I, K, L)
        ECI points.
    national : ndarray, shape (I, K, L)
    """
    for i in range(short.shape[0]):
        for l in range(short.shape[1]):  # noqa: E741
            short[i, l] = 0.0
        for k in range(bloc.size):
            if bloc[k] == SOVEREIGN_BLOC:
                for l in range(short.shape[1]):  # noqa: E741
                    short[i, l] += national[i, k, l] * (own[k, 0, l] - home_index[i, k, l])
