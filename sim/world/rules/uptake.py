"""Step 5: how many build at all, and how many only try."""

from __future__ import annotations

import math

from sim.scenario.drivers import Floats, Ints
from sim.world.compiled import inlined, rule
from sim.world.numerics import ABSENT, exp
from sim.world.rows import B, P
from sim.world.rules.arrays import Growth, Numbers, Trial

NOTHING = 0.5 * ABSENT


@rule
def backcast(
    ceiling: Floats,
    target: Floats,
    urge: Floats,
    imitation: Floats,
    cap: Floats,
    months: int,
    builders: Floats,
) -> None:
    """Write the builders before the first month from those of an anchor, undoing the diffusion.

    One month of diffusion without trial or links is ``n' = n + (p + q n)(1 - n)/12``; the root in
    [0, 1] is taken back ``months`` times, and held at zero where the anchor is too low for that.

    Parameters
    ----------
    ceiling, target, urge, builders : ndarray, shape (I, L)
        ``C``, builders in the anchor month, ``p_i`` per year; the last is written.
    imitation : ndarray, shape (L,)
        q per year.
    cap : ndarray, shape (L,)
        Largest part of the ceiling that the anchor may be.
    months : int
        Months of diffusion up to the anchor, its own among them.
    """
    for i in range(builders.shape[0]):
        for l in range(builders.shape[1]):  # noqa: E741
            c = ceiling[i, l]
            n = min(target[i, l] / c, cap[l]) if c > 0.0 else 0.0
            p, q = urge[i, l] / 12.0, imitation[l] / 12.0
            for _ in range(months):
                b = 1.0 + q - p
                if n <= p:
                    n = 0.0
                elif q < 1e-12:
                    n = (n - p) / (1.0 - p)
                else:
                    n = (b - math.sqrt(max(b * b - 4.0 * q * (n - p), 0.0))) / (2.0 * q)
            builders[i, l] = c * n


@inlined
def triers(i: int, k: int, l: int, p: Floats, attention: Floats, access: Floats) -> float:  # noqa: E741
    """Return the triers of an ecosystem, ``T = tau a access``, as a fraction of active users.

    Triers are extra use beside the shares.

    Parameters
    ----------
    attention : ndarray, shape (K, L)
    access : ndarray, shape (I, K * 3, L)
        The maker's way counts.
    """
    part: float = p[P.trial_rate, l] * attention[k, l] * access[i, 3 * k, l]
    return part


@inlined
def try_out(i: int, trial: int, p: Floats, trying: Trial, access: Floats, total: Floats) -> None:
    """Write the triers among developers by ecosystem, and their sum; zero without trial.

    Developers try what they like: ``T`` times ``exp(standing)``.

    Parameters
    ----------
    trial : int
        Switch.
    trying : Trial
        Row i of ``met`` is written: triers, as a fraction of developers.
    access : ndarray, shape (I, K * 3, L)
    total : ndarray, shape (L,)
        Written.
    """
    for l in range(total.size):  # noqa: E741
        total[l] = 0.0
    for k in range(trying.attention.shape[0]):
        for l in range(total.size):  # noqa: E741
            tries = triers(i, k, l, p, trying.attention, access)
            trying.met[i, k, l] = tries * trying.eager[i, k, l] * trial
            total[l] += trying.met[i, k, l]


@rule
def linked_mean(start: Ints, to: Ints, weight: Floats, of: Floats, out: Floats) -> None:
    """Write the mean over linked nations of one quantity, shape (I, L).

    Parameters
    ----------
    start, to, weight : ndarray
        Links by nation in compressed rows that sum to one; a nation without links has none.
    of : ndarray, shape (I, L)
        Last month's quantity.
    out : ndarray, shape (I, L)
        Written.
    """
    for i in range(out.shape[0]):
        for l in range(out.shape[1]):  # noqa: E741
            out[i, l] = 0.0
        row, end = start[i], start[i + 1]
        # Four links at a time, in the same order: the sum is fetched and put back once for them.
        while row + 4 <= end:
            a, b, c, d = to[row], to[row + 1], to[row + 2], to[row + 3]
            wa, wb, wc, wd = weight[row], weight[row + 1], weight[row + 2], weight[row + 3]
            for l in range(out.shape[1]):  # noqa: E741
                some = out[i, l] + wa * of[a, l] + wb * of[b, l]
                out[i, l] = some + wc * of[c, l] + wd * of[d, l]
            row += 4
        while row < end:
            j, w = to[row], weight[row]
            for l in range(out.shape[1]):  # noqa: E741
                out[i, l] += w * of[j, l]
            row += 1


@rule
def linked_shares(
    start: Ints, to: Ints, weight: Floats, national: Floats, world: Floats, out: Floats
) -> None:
    """Write the mean over linked nations of the ecosystems' shares, shape (I, K, L).

    A nation without links sees the world.
    """
    for i in range(out.shape[0]):
        alone = start[i + 1] == start[i]
        for k in range(out.shape[1]):
            for l in range(out.shape[2]):  # noqa: E741
                out[i, k, l] = world[k, l] if alone else 0.0
        for row in range(start[i], start[i + 1]):
            j, w = to[row], weight[row]
            for k in range(out.shape[1]):
                for l in range(out.shape[2]):  # noqa: E741
                    out[i, k, l] += w * national[j, k, l]


@inlined
def grow(
    i: int, growth: Growth, logsum: Floats, tried: Floats, arriving: Floats, work: Floats,
    numbers: Numbers,
) -> None:  # fmt: skip
    """Let builders grow by one month of diffusion (Bass 1969), faster where value and trial rise.

    ``dN = (p exp(v (IV - IV0)) + q ((1 - w) n + w n_linked))/12 (1 + c_T chi sum T)(C - N)`` with
    ``w`` the parameter ``imitation_links``, and ``C - N`` at most; a nation without links counts
    its own n in full. Where a segment can have nothing at all, N holds.

    Parameters
    ----------
    growth : Growth
        ``builders`` is updated, and ``logsum0`` in the first month in which it is known.
    logsum : ndarray, shape (S, L)
        Log of the choice weight; ``IV`` is its mean by segment weight.
    tried : ndarray, shape (L,)
        Sum of triers over ecosystems.
    arriving : ndarray, shape (L,)
        Written: newcomers as a part of all builders after arrival; 1 where there are no others.
    work : ndarray, shape (6, L)
        Scratch.
    """
    p, ps = numbers.p, numbers.ps
    has_links = growth.link_start[i + 1] > growth.link_start[i]
    segments, lanes = ps.shape[0], arriving.size
    mean, lowest = work[0], work[1]
    for l in range(lanes):  # noqa: E741
        mean[l] = 0.0
        lowest[l] = 0.0
    for s in range(segments):
        for l in range(lanes):  # noqa: E741
            mean[l] += ps[s, B.segment_weight, l] * logsum[s, l]
            lowest[l] = min(lowest[l], logsum[s, l])
    for l in range(lanes):  # noqa: E741
        first_known = lowest[l] > NOTHING and growth.logsum0[i, l] <= NOTHING
        growth.logsum0[i, l] = mean[l] if first_known else growth.logsum0[i, l]
    for l in range(lanes):  # noqa: E741
        n = growth.adopted[i, l]
        near = n + p[P.imitation_links, l] * (growth.linked[i, l] - n) if has_links else n
        lift = exp(p[P.value_effect, l] * (mean[l] - growth.logsum0[i, l]))
        rate = (growth.urge[i, l] * lift + p[P.imitation, l] * near) / 12.0
        rate *= 1.0 + p[P.trial_effect, l] * p[P.trial_new, l] * tried[l]
        before = growth.builders[i, l]
        new = min(rate, 1.0) * (growth.ceiling[i, l] - before)
        new = new if lowest[l] > NOTHING else 0.0
        growth.builders[i, l] = before + new
        arriving[l] = new / (before + new) if before > 0.0 else 1.0
