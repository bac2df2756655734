"""Steps 2 and 3: how good the offers are, what they cost, and the attention that releases draw."""

from __future__ import annotations

import math

from sim.evidence.axes import BLOCS, NESTS
from sim.scenario.drivers import Flags, Floats, Ints
from sim.world.compiled import inlined, rule
from sim.world.numerics import exp, log, normal, uniform
from sim.world.rows import B, C, P, W, by_ecosystem
from sim.world.rules.arrays import (
    Draws,
    Index,
    Known,
    Leaps,
    Made,
    Notice,
    Numbers,
    Releases,
    When,
)

REFERENCE = 143.0
"""Frontier of January 2025, ECI points: where a moving bar starts to move."""
CN_BLOC, SOVEREIGN_BLOC = BLOCS.index("cn"), BLOCS.index("sovereign")
OPEN_NEST = NESTS.index("open")


@rule
def advance_frontier(
    when: When, observed: float, cells: Floats, p: Floats, leaps: Leaps, frontier: Floats
) -> None:
    """Write this month's frontier, ECI points: observed while dated, then a jump process.

    A jump comes with probability ``frontier_rate`` a month and is gamma distributed with shape 2
    (the sum of two exponentials) and mean ``frontier_jump``. Without noise the frontier rises by
    the mean each month.

    Parameters
    ----------
    observed : float
        The frontier on record.
    frontier : ndarray, shape (T, L)
        Row t is written from row t - 1.
    """
    for l in range(frontier.shape[1]):  # noqa: E741
        rate = min(p[P.frontier_rate, l] * cells[W.frontier_rate, l], 1.0)
        jump = p[P.frontier_jump, l]
        if when.dated:
            frontier[when.t, l] = observed
        elif leaps.noise == 0:
            frontier[when.t, l] = frontier[when.t - 1, l] + rate * jump
        else:
            two = -log(uniform(leaps.size[l], 2 * when.number))
            two -= log(uniform(leaps.size[l], 2 * when.number + 1))
            comes = uniform(leaps.chance[l], when.number) < rate
            frontier[when.t, l] = frontier[when.t - 1, l] + (0.5 * jump * two if comes else 0.0)


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
    when: When, bloc: Ints, cells: Floats, p: Floats, pk: Floats, luck: Releases, index: Index
) -> None:
    """Let ecosystems release: one then stands at the frontier of ``lag`` months ago, never lower.

    Without noise nobody waits for a release: each stands every month where its last release would
    on average leave it, ``1/rate - 1`` months further back, the mean time since a release.

    Parameters
    ----------
    pk : ndarray, shape (K, by ecosystem, L)
        Lag, months, and chance of a release a month.
    index : Index
        ``own`` is updated, the small offer keeping its ``gap``, and ``rise`` written. Sovereign
        models are left out.
    """
    options = index.own.shape[0]
    lags, rates = by_ecosystem(W.lag, options), by_ecosystem(W.release_rate, options)
    for k in range(options):
        if bloc[k] == SOVEREIGN_BLOC:
            continue
        for l in range(index.rise.shape[1]):  # noqa: E741
            late = pk[k, C.lag, l] + cells[lags + k, l]
            if bloc[k] == CN_BLOC:
                late += index.extra[l]
            rate = min(pk[k, C.release_rate, l] * cells[rates + k, l], 1.0)
            if luck.noise == 1:
                late += p[P.release_noise, l] * normal(luck.lateness[k, l], when.number)
                comes = uniform(luck.chance[k, l], when.number) < rate
            else:
                comes = rate > 0.0
                late += min(1.0 / rate - 1.0, float(when.t)) if comes else 0.0
            index.rise[k, l] = 0.0
            if comes:
                seen = min(max(when.t - math.floor(late + 0.5), 0), when.t)
                best = max(index.own[k, 0, l], index.frontier[seen, l])
                index.rise[k, l] = best - index.own[k, 0, l]
                index.own[k, 0, l] = best
                index.own[k, 1, l] = max(index.own[k, 1, l], best - index.gap[k])


@rule
def observe_index(t: int, bloc: Ints, known: Floats, index: Index) -> None:
    """Take the index of each ecosystem but the sovereign one from the record, shape (T, K, 2)."""
    for k in range(bloc.size):
        for l in range(index.rise.shape[1]):  # noqa: E741
            index.rise[k, l] = 0.0
            if bloc[k] != SOVEREIGN_BLOC:
                index.own[k, 0, l] = known[t, k, 0]
                index.own[k, 1, l] = known[t, k, 1]


@rule
def follow_open(
    t: int, nest: Ints, bloc: Ints, known: Floats, cells: Floats, p: Floats, index: Index
) -> None:
    """Let sovereign models follow the best open weights of ``sovereign_lag`` months ago.

    This is the one that stands for all in the record; what a nation's own developers meet is
    :func:`at_home`.

    Parameters
    ----------
    nest, bloc : ndarray of int, shape (K,)
    known : ndarray, shape (T, K, 2)
        Releases on record, flagship and small.
    index : Index
        Row t of ``best_open`` is written: the best among open ecosystems other than sovereign ones;
        ``own`` and ``rise`` of sovereign ecosystems.
    """
    lags = by_ecosystem(W.lag, bloc.size)
    for l in range(index.best_open.shape[1]):  # noqa: E741
        index.best_open[t, l] = 0.0
    for k in range(bloc.size):
        if nest[k] == OPEN_NEST and bloc[k] != SOVEREIGN_BLOC:
            for l in range(index.best_open.shape[1]):  # noqa: E741
                index.best_open[t, l] = max(index.best_open[t, l], index.own[k, 0, l])
    for k in range(bloc.size):
        if bloc[k] == SOVEREIGN_BLOC:
            for l in range(index.best_open.shape[1]):  # noqa: E741
                seen = since(t, p[P.sovereign_lag, l] + cells[lags + k, l])
                before = index.own[k, 0, l]
                index.own[k, 0, l] = max(before, known[t, k, 0], index.best_open[seen, l])
                index.own[k, 1, l] = max(index.own[k, 1, l], known[t, k, 1])
                index.rise[k, l] = index.own[k, 0, l] - before


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
    t: int, own: Floats, on_sale: Flags, frontier: Floats, raw: int, numbers: Numbers,
    worth: Floats, before: Floats,
) -> None:  # fmt: skip
    """Write what capability is worth, ``beta cov``, shape (S, K, 2, L), utils, and what it was.

    Coverage is the share of a segment's tasks that an offer can do,
    ``1 / (1 + exp(-(F - m - bar (F* - 143)) / width))``; the switch ``raw`` puts the plain index
    ``(F - raw_zero) / raw_unit`` in its place.
    """
    p, ps = numbers.p, numbers.ps
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
def notice(when: When, known: Known, cells: Floats, p: Floats, luck: Draws, noted: Notice) -> None:
    """Let attention fade and rise by notable releases: ``a <- delta a + size``.

    While dated, releases and the size of R1 come from the record; later a rise of ``notable_step``
    points or more is notable. Sizes that are not known are lognormal.

    Parameters
    ----------
    noted : Notice
        ``attention`` is updated.
    """
    options = noted.attention.shape[0]
    drawing = by_ecosystem(W.attention, options)
    for k in range(options):
        for l in range(noted.attention.shape[1]):  # noqa: E741
            comes = noted.rise[k, l] >= p[P.notable_step, l]
            if when.dated:
                comes = known.notable[when.t, k] > 0.0
            drawn = p[P.attention_median, l]
            if luck.noise == 1:
                drawn *= exp(p[P.attention_sd, l] * normal(luck.size[k, l], when.number))
            if when.dated and known.notable_size[when.t, k] > 0.0:
                drawn = known.notable_size[when.t, k]
            drawn *= cells[drawing + k, l]
            faded = p[P.attention_memory, l] * noted.attention[k, l]
            noted.attention[k, l] = faded + (drawn if comes else 0.0)


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
    when: When, known: Known, cells: Floats, numbers: Numbers, pk: Floats, raw: int, draws: Draws,
    made: Made,
) -> None:  # fmt: skip
    """Run the rules of capability and attention in their order.

    Parameters
    ----------
    cells : ndarray, shape (world cells, L)
        Drivers of the world.
    pk : ndarray, shape (K, by ecosystem, L)
        Parameters.
    raw : int
        Switch.
    made : Made
        Written.
    """
    t, p = when.t, numbers.p
    index = Index(made.frontier, made.best_open, made.own, made.rise, made.gap, made.extra)
    leaps = Leaps(draws.noise, draws.leap, draws.leap_size)
    advance_frontier(when, known.frontier[t], cells, p, leaps, made.frontier)
    if when.dated:
        observe_index(t, known.bloc, known.record, index)
    else:
        luck = Releases(draws.noise, draws.release, draws.lateness)
        release(when, known.bloc, cells, p, pk, luck, index)
    follow_open(t, known.nest, known.bloc, known.record, cells, p, index)
    coverage(t, made.own, known.on_sale, made.frontier, raw, numbers, made.cover, made.cover_before)
    list_prices(t, known.ln_price, known.fall_years, p, made.ln_price)
    notice(when, known, cells, p, draws, Notice(made.rise, made.attention))
