"""Steps 2 and 3: how good the offers are, what they cost, and the attention that releases draw."""

from __future__ import annotations

import math

from sim.evidence.axes import BLOCS, NESTS
from sim.scenario.drivers import Flags, Floats, Ints
from sim.world.compiled import inlined, rule
from sim.world.numerics import exp, log, normal, uniform
from sim.world.rows import B, C, P, W, by_ecosystem
from sim.world.streams import Keys

REFERENCE = 143.0
"""Frontier of January 2025, ECI points: where a moving bar starts to move."""
CN_BLOC, SOVEREIGN_BLOC = BLOCS.index("cn"), BLOCS.index("sovereign")
OPEN_NEST = NESTS.index("open")


@rule
def advance_frontier(
    t: int,
    month: int,
    dated: bool,  # noqa: FBT001
    observed: float,
    cells: Floats,
    p: Floats,
    noise: int,
    chance: Keys,
    size: Keys,
    frontier: Floats,
) -> None:
    """Write this month's frontier, ECI points: observed while dated, then a jump process.

    A jump comes with probability ``frontier_rate`` a month and is gamma distributed with shape 2
    (the sum of two exponentials) and mean ``frontier_jump``. Without noise the frontier rises by
    the mean each month.

    Parameters
    ----------
    frontier : ndarray, shape (T, L)
        Row t is written from row t - 1.
    """
    for l in range(frontier.shape[1]):  # noqa: E741
        rate = min(p[P.frontier_rate, l] * cells[W.frontier_rate, l], 1.0)
        jump = p[P.frontier_jump, l]
        if dated:
            frontier[t, l] = observed
        elif noise == 0:
            frontier[t, l] = frontier[t - 1, l] + rate * jump
        else:
            two = -log(uniform(size[l], 2 * month)) - log(uniform(size[l], 2 * month + 1))
            comes = uniform(chance[l], month) < rate
            frontier[t, l] = frontier[t - 1, l] + (0.5 * jump * two if comes else 0.0)


@rule
def chinese_lag(
    p: Floats, training: Floats, training0: Floats, share: Floats, share0: Floats, extra: Floats
) -> None:
    """Write the months that compute and deployment add to the lag of Chinese laboratories.

    ``chi ln(C0/C) - 12 e ln(share/share0)``, base July 2025; zero before the base is known.
    """
    for l in range(extra.size):  # noqa: E741
        extra[l] = 0.0
        if training0[l] > 0.0 and training[l] > 0.0:
            extra[l] = p[P.training_lag, l] * (log(training0[l]) - log(training[l]))
        if share0[l] > 0.0 and share[l] > 0.0:
            extra[l] -= 12.0 * p[P.deployment_learning, l] * (log(share[l]) - log(share0[l]))


@rule
def release(
    t: int,
    month: int,
    bloc: Ints,
    cells: Floats,
    p: Floats,
    pk: Floats,
    frontier: Floats,
    extra: Floats,
    noise: int,
    chance: Keys,
    lateness: Keys,
    gap: Floats,
    own: Floats,
    rise: Floats,
) -> None:
    """Let ecosystems release: one then stands at the frontier of ``lag`` months ago, never lower.

    Without noise nobody waits for a release: each stands every month where its last release would
    on average leave it, ``1/rate - 1`` months further back, the mean time since a release.

    Parameters
    ----------
    pk : ndarray, shape (K, by ecosystem, L)
        Lag, months, and chance of a release a month.
    extra : ndarray, shape (L,)
        Months that compute and deployment add for Chinese laboratories.
    own : ndarray, shape (K, 2, L)
        Index of flagship and small offer; updated, the small one keeping its ``gap``.
    rise : ndarray, shape (K, L)
        Points by which the flagship rose; written. Sovereign models are left out.
    """
    options = own.shape[0]
    lags, rates = by_ecosystem(W.lag, options), by_ecosystem(W.release_rate, options)
    for k in range(options):
        if bloc[k] == SOVEREIGN_BLOC:
            continue
        for l in range(rise.shape[1]):  # noqa: E741
            late = pk[k, C.lag, l] + cells[lags + k, l]
            if bloc[k] == CN_BLOC:
                late += extra[l]
            rate = min(pk[k, C.release_rate, l] * cells[rates + k, l], 1.0)
            if noise == 1:
                late += p[P.release_noise, l] * normal(lateness[k, l], month)
                comes = uniform(chance[k, l], month) < rate
            else:
                comes = rate > 0.0
                late += min(1.0 / rate - 1.0, float(t)) if comes else 0.0
            rise[k, l] = 0.0
            if comes:
                seen = min(max(t - math.floor(late + 0.5), 0), t)
                best = max(own[k, 0, l], frontier[seen, l])
                rise[k, l] = best - own[k, 0, l]
                own[k, 0, l] = best
                own[k, 1, l] = max(own[k, 1, l], best - gap[k])


@rule
def observe_index(t: int, bloc: Ints, index: Floats, own: Floats, rise: Floats) -> None:
    """Take the index of each ecosystem but the sovereign one from the record, shape (T, K, 2)."""
    for k in range(bloc.size):
        for l in range(rise.shape[1]):  # noqa: E741
            rise[k, l] = 0.0
            if bloc[k] != SOVEREIGN_BLOC:
                own[k, 0, l] = index[t, k, 0]
                own[k, 1, l] = index[t, k, 1]


@rule
def follow_open(
    t: int,
    nest: Ints,
    bloc: Ints,
    index: Floats,
    cells: Floats,
    p: Floats,
    own: Floats,
    rise: Floats,
    best_open: Floats,
) -> None:
    """Let sovereign models follow the best open weights of ``sovereign_lag`` months ago.

    This is the one that stands for all in the record; what a nation's own developers meet is
    :func:`at_home`.

    Parameters
    ----------
    nest, bloc : ndarray of int, shape (K,)
    index : ndarray, shape (T, K, 2)
        Releases on record, flagship and small.
    own, rise : ndarray, shape (K, 2, L) and (K, L)
        Rows of sovereign ecosystems are written.
    best_open : ndarray, shape (T, L)
        Best index among open ecosystems other than sovereign ones; row t is written.
    """
    lags = by_ecosystem(W.lag, bloc.size)
    for l in range(best_open.shape[1]):  # noqa: E741
        best_open[t, l] = 0.0
    for k in range(bloc.size):
        if nest[k] == OPEN_NEST and bloc[k] != SOVEREIGN_BLOC:
            for l in range(best_open.shape[1]):  # noqa: E741
                best_open[t, l] = max(best_open[t, l], own[k, 0, l])
    for k in range(bloc.size):
        if bloc[k] == SOVEREIGN_BLOC:
            for l in range(best_open.shape[1]):  # noqa: E741
                seen = since(t, p[P.sovereign_lag, l] + cells[lags + k, l])
                before = own[k, 0, l]
                own[k, 0, l] = max(before, index[t, k, 0], best_open[seen, l])
                own[k, 1, l] = max(own[k, 1, l], index[t, k, 1])
                rise[k, l] = own[k, 0, l] - before


@inlined
def since(t: int, late: float) -> int:
    """Return the month whose best open weights are met now, ``late`` months behind."""
    month: int = max(t - math.floor(max(late, 0.0) + 0.5), 0)
    return month


@inlined
def margin(index: float, difficulty: float, bar: float, frontier: float, width: float) -> float:
    """Return how far a model is above the task in the middle, in widths; the rest in ECI points."""
    easier = bar * (frontier - REFERENCE)
    widths: float = (index - difficulty - easier) / width
    return widths


@rule
def coverage(
    t: int,
    own: Floats,
    on_sale: Flags,
    frontier: Floats,
    p: Floats,
    ps: Floats,
    raw: int,
    worth: Floats,
    before: Floats,
) -> None:
    """Write what capability is worth, ``beta cov``, shape (S, K, 2, L), utils, and what it was.

    Coverage is the share of a segment's tasks that an offer can do,
    ``1 / (1 + exp(-(F - m - bar (F* - 143)) / width))``; the switch ``raw`` puts the plain index
    ``(F - raw_zero) / raw_unit`` in its place.
    """
    for s in range(worth.shape[0]):
        for k in range(worth.shape[1]):
            for o in range(2):
                sold = on_sale[t, k, o] == 1
                for l in range(worth.shape[3]):  # noqa: E741
                    before[s, k, o, l] = worth[s, k, o, l]
                    x = margin(
                        own[k, o, l], ps[s, B.difficulty, l], p[P.moving_bar, l], frontier[t, l],
                        p[P.task_width, l],
                    )  # fmt: skip
                    felt = 1.0 / (1.0 + exp(-x))
                    worth[s, k, o, l] = ps[s, B.capability_weight, l] * felt if sold else 0.0
                if raw == 1 and sold:
                    for l in range(worth.shape[3]):  # noqa: E741
                        felt = (own[k, o, l] - p[P.raw_zero, l]) / p[P.raw_unit, l]
                        worth[s, k, o, l] = ps[s, B.capability_weight, l] * felt


@rule
def notice(
    t: int,
    month: int,
    dated: bool,  # noqa: FBT001
    notable: Floats,
    notable_size: Floats,
    rise: Floats,
    cells: Floats,
    p: Floats,
    noise: int,
    size: Keys,
    attention: Floats,
) -> None:
    """Let attention fade and rise by notable releases: ``a <- delta a + size``.

    While dated, releases and the size of R1 come from the record; later a rise of ``notable_step``
    points or more is notable. Sizes that are not known are lognormal.

    Parameters
    ----------
    attention : ndarray, shape (K, L)
        Updated.
    """
    options = attention.shape[0]
    drawing = by_ecosystem(W.attention, options)
    for k in range(options):
        for l in range(attention.shape[1]):  # noqa: E741
            comes = rise[k, l] >= p[P.notable_step, l]
            if dated:
                comes = notable[t, k] > 0.0
            drawn = p[P.attention_median, l]
            if noise == 1:
                drawn *= exp(p[P.attention_sd, l] * normal(size[k, l], month))
            if dated and notable_size[t, k] > 0.0:
                drawn = notable_size[t, k]
            drawn *= cells[drawing + k, l]
            faded = p[P.attention_memory, l] * attention[k, l]
            attention[k, l] = faded + (drawn if comes else 0.0)


@rule
def list_prices(t: int, ln_price: Floats, fall_years: Floats, p: Floats, out: Floats) -> None:
    """Write the month's log prices: the list, and for small offers the fall since the last fact.

    Parameters
    ----------
    ln_price : ndarray, shape (T, K, 2, 3)
        Logarithm of the list price, USD per million tokens.
    fall_years : ndarray, shape (T, K, 2)
        Years that prices have fallen at ``small_price_fall`` a year.
    out : ndarray, shape (K, 2, 3, L)
    """
    for k in range(out.shape[0]):
        for o in range(2):
            years = fall_years[t, k, o]
            for w in range(3):
                for l in range(out.shape[3]):  # noqa: E741
                    out[k, o, w, l] = ln_price[t, k, o, w] + years * p[P.small_price_log, l]


@rule
def month(
    t: int, number: int, last_fact: int, nest: Ints, bloc: Ints, index: Floats, on_sale: Flags,
    observed: Floats, notable: Floats, notable_size: Floats, list_price: Floats, fall_years: Floats,
    cells: Floats, p: Floats, ps: Floats, pk: Floats, noise: int, raw: int, chance: Keys,
    jump: Keys, released: Keys, lateness: Keys, size: Keys, extra: Floats, gap: Floats,
    frontier: Floats, best_open: Floats, own: Floats, rise: Floats, cover: Floats,
    cover_before: Floats, attention: Floats, ln_price: Floats,
) -> None:  # fmt: skip
    """Run the rules of capability and attention in their order.

    Parameters
    ----------
    t, number : int
        Position of the month, and its number.
    last_fact : int
        Position of the last month with dated facts.
        All others as in the rules that are called.
    """
    dated = t <= last_fact
    advance_frontier(t, number, dated, observed[t], cells, p, noise, chance, jump, frontier)
    if dated:
        observe_index(t, bloc, index, own, rise)
    else:
        release(
            t, number, bloc, cells, p, pk, frontier, extra, noise, released, lateness, gap, own,
            rise,
        )  # fmt: skip
    follow_open(t, nest, bloc, index, cells, p, own, rise, best_open)
    coverage(t, own, on_sale, frontier, p, ps, raw, cover, cover_before)
    list_prices(t, list_price, fall_years, p, ln_price)
    notice(t, number, dated, notable, notable_size, rise, cells, p, noise, size, attention)
