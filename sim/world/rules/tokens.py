"""Tokens: what the users of routers choose, from all that a router sells.

They are no developers of the other rules: each request may go elsewhere, so that they have a plain
logit over ecosystems, without inertia and without a share that draws others. An ecosystem is worth
to them what all its product lines are worth together, free variants among them.
"""

from __future__ import annotations

from sim.scenario.drivers import Floats, Ints
from sim.world.compiled import inlined, rule
from sim.world.numerics import ABSENT, exp, log
from sim.world.rows import B, P
from sim.world.rules.capability import margin
from sim.world.rules.observe import INDEPENDENT
from sim.world.rules.offers import CLOSED_NEST, HOST, LEAST, MAKER
from sim.world.rules.policy import leaked


@rule
def menu(
    t: int,
    line_of: Ints,
    line_gap: Floats,
    line_price: Floats,
    line_on: Floats,
    line_free: Floats,
    own: Floats,
    frontier: Floats,
    p: Floats,
    total: Floats,
    value: Floats,
    gratis: Floats,
) -> None:
    """Write what the lines of each ecosystem are worth together, shape (K, L), utils.

    ``V_k = mu ln sum_j (on_j exp(u_j / mu) + free_j exp((u0_j + ln psi) / mu))`` with
    ``u_j = beta cov(F_j) - kappa ln(max(price_j, least))``, ``u0_j`` the same at the least price
    and ``psi`` the reach of a free variant, by default none: a choice among lines within each
    ecosystem (McFadden 1978). Coverage is that of
    :func:`sim.world.rules.capability.coverage` with a difficulty of the router's own. ABSENT where
    no line is on sale.

    Parameters
    ----------
    line_of : ndarray of int, shape (J,)
        Ecosystem of each line.
    line_gap, line_price, line_on, line_free : ndarray, shape (T, J)
        Points behind the flagship of its ecosystem, log list price, and the parts of the month on
        sale and with a free variant.
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
    for j in range(line_of.size):
        k = line_of[j]
        if line_on[t, j] > 0.0 or line_free[t, j] > 0.0:
            _capable(t, line_gap[t, j], own[k, 0], frontier, p, total)
            _add(line_price[t, j], line_on[t, j], line_free[t, j], total, p, value[k], gratis[k])
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
def regarded_there(
    i: int, k: int, l: int, single: int, pulled: Floats, p: Floats, ps: Floats,  # noqa: E741
    standing: Floats, regarded: Floats, licence: Floats, learned: Floats,
) -> float:  # fmt: skip
    """Return how users of routers regard an ecosystem beside what its lines can do, utils.

    As independent developers do for risk, trust, pull and stance; without the tastes and home of
    developers, and with an incumbent and a learning of their own.
    """
    rest = regarded[i, k, single, l] - standing[i, k, l]
    rest += pulled[k] * (p[P.router_incumbent, l] - ps[single, B.us_closed_pull, l])
    rest += ps[single, B.licence, l] * licence[i, k, l] * p[P.licence_hosted, l]
    learnt: float = rest + p[P.router_learning, l] * learned[i, k, l]
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
def reach(
    t: int, i: int, k: int, l: int, single: int, nest: Ints, base: Floats, later: Floats,  # noqa: E741
    unlisted: Floats, p: Floats, opened: Floats,
) -> float:  # fmt: skip
    """Return how far users of routers get at an ecosystem, a fraction.

    Open weights by whoever is more open, maker or host. Closed models are resold: what their makers
    do not list is no bar, and what levers, stances and overload take of the maker's way is.
    """
    maker = opened[i, k, single, MAKER, l]
    usual = base[t, i, 3 * k]
    if unlisted[t, i, k] > 0.0:
        leak = leaked(p[P.leak_developers, l], p[P.leak_change, l], later[t])
        usual += unlisted[t, i, k] * leak
    resold = min(maker / max(usual, 1e-9), 1.0)
    open_way: float = max(maker, opened[i, k, single, HOST, l])
    return resold if nest[k] == CLOSED_NEST else open_way


@rule
def route(  # noqa: C901 - loops over lanes are no branches
    t: int,
    nest: Ints,
    pulled: Floats,
    from_here: Floats,
    base: Floats,
    later: Floats,
    unlisted: Floats,
    p: Floats,
    ps: Floats,
    builders: Floats,
    opened: Floats,
    standing: Floats,
    regarded: Floats,
    licence: Floats,
    price: Floats,
    learned: Floats,
    value: Floats,
    gratis: Floats,
    weight: Floats,
    total: Floats,
    routed: Floats,
) -> None:
    """Write the tokens that routers pass on by ecosystem, month t of (T, K, L).

    In each nation a share ``reach exp(V + regard) / sum``, and nations by their builders. Tokens a
    user grow alike for all and cancel in shares.

    Parameters
    ----------
    from_here : ndarray, shape (I,)
        1 where the traffic of routers comes from.
    base, later, unlisted : ndarray, shape (T, I, K * 3), (T,) and (T, I, K)
        Access without levers.
    builders : ndarray, shape (I, L)
    opened : ndarray, shape (I, K, S, 3, L)
        Access by way in force.
    standing, licence, learned : ndarray, shape (I, K, L)
    regarded : ndarray, shape (I, K, S, L)
    price : ndarray, shape (I, K * 3, L)
        Logarithm of the factor on the price.
    value, gratis : ndarray, shape (K, L)
        From :func:`menu`.
    weight, total : ndarray, shape (K, L) and (L,)
        Scratch.
    """
    single = min(INDEPENDENT, ps.shape[0] - 1)
    for k in range(nest.size):
        for l in range(total.size):  # noqa: E741
            routed[t, k, l] = 0.0
    for i in range(from_here.size):
        if from_here[i] <= 0.0:
            continue
        for l in range(total.size):  # noqa: E741
            total[l] = 0.0
        for k in range(nest.size):
            way = MAKER if nest[k] == CLOSED_NEST else HOST
            for l in range(total.size):  # noqa: E741
                felt = regarded_there(
                    i, k, l, single, pulled, p, ps, standing, regarded, licence, learned
                )
                factor = price[i, 3 * k + way, l]
                worth = priced(value[k, l], gratis[k, l], factor, p[P.router_price, l])
                got = reach(t, i, k, l, single, nest, base, later, unlisted, p, opened)
                # Nothing is e to the power of ABSENT.
                weight[k, l] = got * exp(worth + felt)
            for l in range(total.size):  # noqa: E741
                total[l] += weight[k, l]
        for k in range(nest.size):
            for l in range(total.size):  # noqa: E741
                part = weight[k, l] / max(total[l], LEAST)
                routed[t, k, l] += builders[i, l] * part
