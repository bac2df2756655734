"""Step 6: utility, nested logit, and who leaves, arrives and reconsiders."""

from __future__ import annotations

from sim.scenario.drivers import Flags, Floats, Ints
from sim.world.compiled import inlined, rule
from sim.world.numerics import ABSENT, exp, log, uniform
from sim.world.rows import B, P
from sim.world.rules.arrays import (
    Able,
    Choice,
    Flows,
    Kinds,
    Liking,
    Numbers,
    Pulls,
    Span,
    Worths,
)
from sim.world.rules.capability import SOVEREIGN_BLOC
from sim.world.rules.changes import lanes_of
from sim.world.rules.laboratories import flagship_worth
from sim.world.streams import Keys

NOTHING = 0.5 * ABSENT


@inlined
def drift(i: int, month: int, p: Floats, keys: Keys, wander: Floats) -> None:
    """Let the tastes of a nation wander, ``AR(1)`` with stationary sd ``taste_month``.

    Innovations are uniform with the right variance: over the thirty months of memory their sum is
    normal to within an excess kurtosis of -0.04, at a seventh of the cost.

    Parameters
    ----------
    wander : ndarray, shape (I, K, L)
        Row i is updated.
    """
    for k in range(wander.shape[1]):
        for l in range(wander.shape[2]):  # noqa: E741
            step = p[P.taste_step, l] * (uniform(keys[i, k, l], month) - 0.5)
            wander[i, k, l] = p[P.taste_memory, l] * wander[i, k, l] + step


@inlined
def side(stance: int, bloc: int) -> float:
    """Return 1 where a stance stands with a bloc, -1 where it stands with its rival, 0 else."""
    own = bloc + 1 if bloc < 2 else (3 if bloc == SOVEREIGN_BLOC else -1)
    other = 2 - bloc if bloc < 2 else -1
    with_it = 1.0 if stance == own else 0.0
    return -1.0 if stance == other else with_it


@inlined
def regard(
    i: int, k: int, span: Span, kinds: Kinds, liking: Liking, stance: Ints, numbers: Numbers
) -> None:
    """Write how a nation regards an ecosystem whatever it offers and whoever uses it, utils.

    ``standing - risk R (1 - trust) + asc + pull + stance``: a stance adds ``stance_push`` to its
    own bloc and takes it from the other, in full in enterprises.

    Parameters
    ----------
    stance : ndarray of int, shape (I, L)
    """
    p, ps = numbers.p, numbers.ps
    options = liking.risk.shape[0]
    for s in range(ps.shape[0]):
        for l in lanes_of(span):  # noqa: E741
            push = (
                side(stance[i, l], kinds.bloc[k]) * p[P.stance_push, l] * ps[s, B.stance_ratio, l]
            )
            fear = ps[s, B.risk_weight, l] * liking.risk[k, l] * (1.0 - liking.trust[i, k, l])
            usual = liking.standing[i, k, l] + liking.pull[i, s * options + k, l] - fear
            liked = push + kinds.pulled[k] * ps[s, B.us_closed_pull, l] + usual
            liking.regarded[i, k, s, l] = liked


@inlined
def utility(
    i: int, links: int, bloc: Ints, sold: Flags, pulls: Pulls, worths: Worths, choice: Choice,
    numbers: Numbers,
) -> None:  # fmt: skip
    """Write the utility of each ecosystem in each segment; ABSENT where it cannot be had.

    ``max_o(beta cov + B) + nu ((1 - omega) x_nation + omega x_world) + regard + lambda learned
    + wander - scar``;
    with the switch ``links`` the two shares give ``links_weight`` to the linked nations' share.

    Parameters
    ----------
    links : int
        Switch.
    sold : ndarray, shape (K, 2)
        1 where an offer is on sale this month. A small offer that is not sold is worth ABSENT, and
        need not be read.
    choice : Choice
        ``utility`` and ``top`` are written.
    """
    p, ps = numbers.p, numbers.ps
    able = Able(worths.cover, worths.home)
    national, world, linked = pulls.national, pulls.world, pulls.linked
    shared, u, top = choice.shared, choice.utility, choice.top
    for k in range(u.shape[1]):
        own = bloc[k] == SOVEREIGN_BLOC
        if links == 1:
            for l in range(shared.size):  # noqa: E741
                near = national[i, k, l]
                near += p[P.network_world, l] * (world[k, l] - near)
                near += p[P.links_weight, l] * (linked[i, k, l] - near)
                shared[l] = p[P.network, l] * near + (pulls.wander[i, k, l] - pulls.scar[i, k, l])
        else:
            for l in range(shared.size):  # noqa: E741
                near = national[i, k, l]
                near += p[P.network_world, l] * (world[k, l] - near)
                shared[l] = p[P.network, l] * near + (pulls.wander[i, k, l] - pulls.scar[i, k, l])
        small = sold[k, 1] == 1
        for s in range(u.shape[0]):
            for l in range(shared.size):  # noqa: E741
                best = flagship_worth(i, s, k, l, own, able) + worths.offered[i, k, s, 0, l]
                if small:
                    best = max(best, able.cover[s, k, 1, l] + worths.offered[i, k, s, 1, l])
                rest = worths.regarded[i, k, s, l] + shared[l]
                rest += ps[s, B.learning, l] * worths.learned[i, k, l]
                felt = best + rest if best > NOTHING else ABSENT
                u[s, k, l] = felt
                top[s, l] = felt if k == 0 else max(top[s, l], felt)


@inlined
def choose(nest: Ints, p: Floats, choice: Choice, work: Floats) -> None:
    """Write the nested-logit choice probabilities of each segment and the log of their weight.

    In nest G, ``P_k = (e_k / sum_G e) (W_G / Z)`` with ``e = exp(u / mu)``,
    ``W_G = (sum_G e) ** mu`` and ``Z`` the sum of W; ``mu = 1`` is the plain logit. The largest
    utility is taken out first, so that nothing overflows.

    Parameters
    ----------
    nest : ndarray of int, shape (K,)
        0 closed, 1 open.
    choice : Choice
        ``utility`` and ``top`` from :func:`utility`; ``chosen`` is written, all zero where nothing
        can be had, and ``logsum``, then ABSENT.
    work : ndarray, shape (6, L)
        Scratch.
    """
    u, top, chosen, logsum = choice.utility, choice.top, choice.chosen, choice.logsum
    options, lanes = u.shape[1], u.shape[2]
    for s in range(chosen.shape[0]):
        for l in range(lanes):  # noqa: E741
            work[1, l] = 0.0
            work[2, l] = 0.0
        for k in range(options):
            g = 1 + nest[k]
            for l in range(lanes):  # noqa: E741
                weight = exp((u[s, k, l] - top[s, l]) * p[P.nest_inverse, l])
                weight = weight if u[s, k, l] > NOTHING else 0.0
                chosen[s, k, l] = weight
                work[g, l] += weight
        for l in range(lanes):  # noqa: E741
            closed, opened = work[1, l], work[2, l]
            closed_weight = exp(p[P.nest_dissimilarity, l] * log(max(closed, 1e-300)))
            closed_weight = closed_weight if closed > 0.0 else 0.0
            open_weight = exp(p[P.nest_dissimilarity, l] * log(max(opened, 1e-300)))
            open_weight = open_weight if opened > 0.0 else 0.0
            z = closed_weight + open_weight
            some = z > 0.0
            work[4, l] = closed_weight / (closed * z) if closed > 0.0 else 0.0
            work[5, l] = open_weight / (opened * z) if opened > 0.0 else 0.0
            logsum[s, l] = top[s, l] + log(max(z, 1e-300)) if some else ABSENT
        for k in range(options):
            g = 4 + nest[k]
            for l in range(lanes):  # noqa: E741
                chosen[s, k, l] *= work[g, l]


@rule
def loyalty(ps: Floats, switching: Floats, out: Floats) -> None:
    """Write the weight of the present ecosystem, ``E - 1 = exp(switching_cost) - 1``, shape (S, L).

    Parameters
    ----------
    switching : ndarray, shape (L,)
        Driver: factor on the cost of switching.
    """
    for s in range(ps.shape[0]):
        for l in range(switching.size):  # noqa: E741
            out[s, l] = exp(ps[s, B.stay, l] * switching[l]) - 1.0


@rule
def _evict(i: int, s: int, share: Floats, chosen: Floats, leaving: Floats, work: Floats) -> None:
    """Let users whose way is cut leave and choose by P, where ``work[0]`` is 1."""
    for k in range(share.shape[2]):
        for l in range(share.shape[3]):  # noqa: E741
            gone = work[0, l] * share[i, s, k, l] * leaving[i, s, k, l]
            work[4, l] += gone
            share[i, s, k, l] -= gone
    for k in range(share.shape[2]):
        for l in range(share.shape[3]):  # noqa: E741
            share[i, s, k, l] += chosen[s, k, l] * work[4, l]


@inlined
def settle_shares(
    i: int, flows: Flows, loyal: Floats, choice: Choice, share: Floats, national: Floats,
    work: Floats, numbers: Numbers,
) -> None:  # fmt: skip
    """Move the shares of each segment by one month, and the nation's over segments by weight.

    (a) users whose way is cut leave and choose by P; (b) newcomers choose by P; (c) a part rho of
    all reconsider, ``x <- (1-rho) x + rho (P sum_j x_j (1-keep_j) + x keep)`` with
    ``keep = (E-1) P / (1 + (E-1) P)``, ``E = exp(switching_cost)`` and
    ``rho = min(1, reconsider (1 + c_T sum T))``. Where nothing can be had, shares hold.

    Parameters
    ----------
    flows : Flows
        Who must leave, who arrives and who tries; who tries reconsiders more often.
    loyal : ndarray, shape (S, L)
        From :func:`loyalty`.
    choice : Choice
        From :func:`choose`.
    share : ndarray, shape (I, S, K, L)
        Row i is updated.
    national : ndarray, shape (I, K, L)
        Row i is written.
    work : ndarray, shape (6, L)
        Scratch.
    """
    p, ps, chosen, kept = numbers.p, numbers.ps, choice.chosen, choice.kept
    options, lanes = share.shape[2], share.shape[3]
    for s in range(chosen.shape[0]):
        for l in range(lanes):  # noqa: E741
            here = 1.0 if choice.logsum[s, l] > NOTHING else 0.0
            rho = ps[s, B.reconsider, l] * (1.0 + p[P.trial_effect, l] * flows.tried[l])
            work[0, l] = here
            work[2, l] = here * min(rho, 1.0)
            work[3, l] = here * flows.arriving[l]
            work[4, l] = 0.0  # evicted
            work[5, l] = 0.0  # reconsidering and not kept
        if flows.evicting[i] == 1:
            _evict(i, s, share, chosen, flows.leaving, work)
        for k in range(options):
            for l in range(lanes):  # noqa: E741
                x = share[i, s, k, l]
                x += work[3, l] * (chosen[s, k, l] - x)
                free = x / (1.0 + loyal[s, l] * chosen[s, k, l])
                work[5, l] += free
                kept[k, l] = x - free
                share[i, s, k, l] = x
        for k in range(options):
            for l in range(lanes):  # noqa: E741
                x = share[i, s, k, l]
                anew = chosen[s, k, l] * work[5, l] + kept[k, l]
                x += work[2, l] * (anew - x)
                share[i, s, k, l] = x
                before = 0.0 if s == 0 else national[i, k, l]
                national[i, k, l] = before + ps[s, B.segment_weight, l] * x


@inlined
def heal(
    i: int,
    evicting: Flags,
    leaving: Floats,
    p: Floats,
    ps: Floats,
    scar: Floats,
) -> None:
    """Let scars fade by half in ``scar_half_life``, and rise by ``exit_penalty`` times access lost.

    The access lost is the part of users who had to leave, over segments by weight.

    Parameters
    ----------
    leaving : ndarray, shape (I, S, K, L)
    scar : ndarray, shape (I, K, L)
        Row i is updated.
    """
    for k in range(scar.shape[1]):
        for l in range(scar.shape[2]):  # noqa: E741
            scar[i, k, l] *= p[P.scar_keep, l]
        if evicting[i] == 1:
            for s in range(ps.shape[0]):
                for l in range(scar.shape[2]):  # noqa: E741
                    scar[i, k, l] += (
                        p[P.exit_penalty, l] * ps[s, B.segment_weight, l] * leaving[i, s, k, l]
                    )
