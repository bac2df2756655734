"""Tokens: what the users of routers choose, from all that a router sells.

They are no developers of the other rules: each request may go elsewhere, so that they have a plain
logit over ecosystems, without inertia and without a share that draws others. An ecosystem is worth
to them what all its product lines are worth together, free variants among them.
"""

from __future__ import annotations

from sim.scenario.drivers import Floats
from sim.world.compiled import inlined, rule
from sim.world.numerics import ABSENT, exp, log
from sim.world.rows import B, P
from sim.world.rules.arrays import Fond, Lines, Menu, Numbers, Reach, Traffic
from sim.world.rules.capability import margin
from sim.world.rules.changes import CLOSED_NEST
from sim.world.rules.observe import INDEPENDENT
from sim.world.rules.offers import HOST, LEAST, MAKER
from sim.world.rules.policy import leaked


@rule
def menu(
    t: int, lines: Lines, own: Floats, frontier: Floats, p: Floats, total: Floats, value: Floats,
    gratis: Floats,
) -> None:  # fmt: skip
    """Write what the lines of each ecosystem are worth together, shape (K, L), utils.

    ``V_k = mu ln sum_j (on_j exp(u_j / mu) + free_j exp((u0_j + ln psi) / mu))`` with
    ``u_j = beta cov(F_j) - kappa ln(max(price_j, least))``, ``u0_j`` the same at the least price
    and ``psi`` the reach of a free variant, by default none: a choice among lines within each
    ecosystem (McFadden 1978). Coverage is that of
    :func:`sim.world.rules.capability.coverage` with a difficulty of the router's own. ABSENT where
    no line is on sale.

    Parameters
    ----------
    own : ndarray, shape (K, 2, L)
        Index of flagship and small offer: lines move with their flagship.
    frontier : ndarray, shape (T, L)
    total : ndarray, shape (L,)
        Scratch.
    value, gratis : ndarray, shape (K, L)
        Written: V at list prices, and at the least price that is felt.
    """
    for k in range(value.shape[0]):
        for l in range(total.size):  # noqa: E741
            value[k, l] = 0.0
            gratis[k, l] = 0.0
    for j in range(lines.ecosystem.size):
        k = lines.ecosystem[j]
        if lines.on[t, j] > 0.0 or lines.free[t, j] > 0.0:
            _capable(t, lines.gap[t, j], own[k, 0], frontier, p, total)
            _add(
                lines.ln_price[t, j], lines.on[t, j], lines.free[t, j], total, p, value[k],
                gratis[k],
            )  # fmt: skip
    for k in range(value.shape[0]):
        _together(value[k], p)
        _together(gratis[k], p)


@inlined
def _capable(t: int, gap: float, best: Floats, frontier: Floats, p: Floats, out: Floats) -> None:
    """Write what a line can do, ``beta cov``, shape (L,), utils."""
    for l in range(out.size):  # noqa: E741
        x = margin(
            best[l] - gap, p[P.router_difficulty, l], p[P.moving_bar, l], frontier[t, l],
            p[P.task_width, l],
        )  # fmt: skip
        out[l] = p[P.router_capability, l] / (1.0 + exp(-x))


@inlined
def _add(
    ln_price: float, on: float, free: float, capable: Floats, p: Floats, value: Floats,
    gratis: Floats,
) -> None:  # fmt: skip
    """Add a line, and its free variant, to the sums of its ecosystem, shape (L,)."""
    for l in range(capable.size):  # noqa: E741
        felt = p[P.router_price, l] * max(ln_price, p[P.ln_least_price, l])
        value[l] += on * exp((capable[l] - felt) / p[P.router_variety, l])
    for l in range(capable.size):  # noqa: E741
        felt = p[P.router_price, l] * p[P.ln_least_price, l]
        gratis[l] += on * exp((capable[l] - felt) / p[P.router_variety, l])
    if free > 0.0:
        for l in range(capable.size):  # noqa: E741
            if p[P.free_access, l] > 0.0:
                felt = p[P.router_price, l] * p[P.ln_least_price, l] - log(p[P.free_access, l])
                given = free * exp((capable[l] - felt) / p[P.router_variety, l])
                value[l] += given
                gratis[l] += given


@inlined
def _together(lines: Floats, p: Floats) -> None:
    """Put the log-sum of an ecosystem's lines, utils, in the place of their sum, shape (L,)."""
    for l in range(lines.size):  # noqa: E741
        some = lines[l] > 0.0
        together = p[P.router_variety, l] * log(max(lines[l], LEAST))
        lines[l] = together if some else ABSENT


@inlined
def regarded_there(i: int, k: int, l: int, single: int, fond: Fond, numbers: Numbers) -> float:  # noqa: E741
    """Return how users of routers regard an ecosystem beside what its lines can do, utils.

    As independent developers do for risk, trust, pull, stance and the licence of what is hosted;
    without the tastes and home of developers, and with an incumbent and a learning of their own.
    """
    p, ps = numbers.p, numbers.ps
    rest = fond.regarded[i, k, single, l] - fond.standing[i, k, l]
    rest += fond.pulled[k] * (p[P.router_incumbent, l] - ps[single, B.us_closed_pull, l])
    rest += ps[single, B.licence, l] * fond.licence[i, k, l] * p[P.licence_hosted, l]
    learnt: float = rest + p[P.router_learning, l] * fond.learned[i, k, l]
    return learnt


@inlined
def priced(value: float, gratis: float, factor: float, weight: float) -> float:
    """Return V at prices times a factor, utils: lower prices help down to the least that is felt.

    Parameters
    ----------
    factor : float
        Logarithm of the factor.
    weight : float
        ``kappa``.
    """
    moved = value - weight * factor
    return min(moved, max(value, gratis)) if factor < 0.0 else moved


@inlined
def reach(i: int, k: int, l: int, t: int, single: int, within: Reach, p: Floats) -> float:  # noqa: E741
    """Return how far users of routers get at an ecosystem, a fraction.

    Open weights by whoever is more open, maker or host. Closed models are resold: what their makers
    do not list is no bar, and what levers, stances and overload take of the maker's way is.
    """
    maker = within.opened[i, k, single, MAKER, l]
    usual = within.access[t, i, 3 * k]
    if within.unlisted[t, i, k] > 0.0:
        leak = leaked(p[P.leak_developers, l], p[P.leak_change, l], within.later[t])
        usual += within.unlisted[t, i, k] * leak
    resold = min(maker / max(usual, 1e-9), 1.0)
    open_way: float = max(maker, within.opened[i, k, single, HOST, l])
    return resold if within.nest[k] == CLOSED_NEST else open_way


@rule
def route(  # noqa: C901 - loops over lanes are no branches
    t: int, traffic: Traffic, fond: Fond, within: Reach, menu: Menu, numbers: Numbers
) -> None:
    """Write the tokens that routers pass on by ecosystem in month t, shape (K, L).

    In each nation a share ``reach exp(V + regard) / sum``, and nations by their builders. Tokens a
    user grow alike for all and cancel in shares.

    Parameters
    ----------
    traffic : Traffic
        ``routed`` is written.
    menu : Menu
        From :func:`menu`.
    """
    p = numbers.p
    single = min(INDEPENDENT, numbers.ps.shape[0] - 1)
    for k in range(within.nest.size):
        for l in range(menu.total.size):  # noqa: E741
            traffic.routed[k, l] = 0.0
    for i in range(traffic.routed_here.size):
        if traffic.routed_here[i] <= 0.0:
            continue
        for l in range(menu.total.size):  # noqa: E741
            menu.total[l] = 0.0
        for k in range(within.nest.size):
            way = MAKER if within.nest[k] == CLOSED_NEST else HOST
            for l in range(menu.total.size):  # noqa: E741
                felt = regarded_there(i, k, l, single, fond, numbers)
                factor = traffic.price[i, 3 * k + way, l]
                worth = priced(menu.value[k, l], menu.gratis[k, l], factor, p[P.router_price, l])
                got = reach(i, k, l, t, single, within, p)
                # Nothing is e to the power of ABSENT.
                menu.weight[k, l] = got * exp(worth + felt)
            for l in range(menu.total.size):  # noqa: E741
                menu.total[l] += menu.weight[k, l]
        for k in range(within.nest.size):
            for l in range(menu.total.size):  # noqa: E741
                part = menu.weight[k, l] / max(menu.total[l], LEAST)
                traffic.routed[k, l] += traffic.builders[i, l] * part
