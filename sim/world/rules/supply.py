"""Step 1: who can buy which accelerators, and how loaded Chinese services are."""

from __future__ import annotations

from sim.evidence.axes import HARDWARE, POOLS
from sim.scenario.drivers import Floats
from sim.world.compiled import rule
from sim.world.numerics import exp, log
from sim.world.rows import P, W
from sim.world.rules.arrays import Chips, Labs

US, CN = HARDWARE.index("us"), HARDWARE.index("cn")
ALLIES, CHINA, REST = (POOLS.index(pool) for pool in ("us_allies", "china", "rest"))


@rule
def wanted_chinese(cells: Floats, p: Floats, part: Floats) -> None:
    """Write the part of each pool's demand that Chinese hardware would meet, could all be bought.

    A logit on ``alpha (ln performance + maturity) + stance + ln availability``; an availability of
    zero is an exact zero.

    Parameters
    ----------
    cells : ndarray, shape (world cells, L)
        Drivers of the world.
    p : ndarray, shape (scalars, L)
        Parameters.
    part : ndarray, shape (3, L)
        Written; 0 where nothing is available.
    """
    for pool in range(3):
        us, cn = 2 * pool + US, 2 * pool + CN
        for l in range(part.shape[1]):  # noqa: E741
            gain = log(cells[W.performance + CN, l]) - log(cells[W.performance + US, l])
            gain += cells[W.maturity + CN, l] - cells[W.maturity + US, l]
            lean = cells[W.hardware_stance + cn, l] - cells[W.hardware_stance + us, l]
            odds = exp(p[P.hardware_response, l] * gain + lean) * cells[W.availability + cn, l]
            total = odds + cells[W.availability + us, l]
            part[pool, l] = odds / total if total > 0.0 else 0.0


@rule
def trade(slot: int, cells: Floats, p: Floats, chips: Chips) -> None:
    """Let the three pools buy accelerators for a month and let Chinese output grow.

    Parameters
    ----------
    slot : int
        Month modulo 12; that row of ``chips.unmet`` is replaced.
    cells, p : ndarray
        Drivers of the world, H100e a month; parameters.
    chips : Chips
        ``wanted`` from :func:`wanted_chinese`; all else is updated, output by
        ``Q <- min(cap, Q exp((gamma + dg + backfire U12) / 12))``.
    """
    wanted, compute, output, unmet = chips.wanted, chips.compute, chips.output, chips.unmet
    for l in range(output.size):  # noqa: E741
        mean_unmet = 0.0
        for month in range(12):
            mean_unmet += unmet[month, l]
        mean_unmet /= 12.0
        at_home = cells[W.demand + CHINA, l]
        elsewhere = cells[W.demand + REST, l]
        want_us = (1.0 - wanted[CHINA, l]) * at_home
        bought = min(want_us, cells[W.permitted, l] + cells[W.smuggled, l])
        short = (want_us - bought) / at_home if at_home > 0.0 else 0.0
        abroad = min(wanted[REST, l] * elsewhere, cells[W.exported, l], output[l])
        home = min((wanted[CHINA, l] + short) * at_home, output[l] - abroad)
        keep = p[P.stock_keep, l]
        compute[ALLIES, US, l] = compute[ALLIES, US, l] * keep + cells[W.demand + ALLIES, l]
        compute[ALLIES, CN, l] = compute[ALLIES, CN, l] * keep
        compute[CHINA, US, l] = compute[CHINA, US, l] * keep + bought
        compute[CHINA, CN, l] = compute[CHINA, CN, l] * keep + home
        compute[REST, US, l] = compute[REST, US, l] * keep + (elsewhere - abroad)
        compute[REST, CN, l] = compute[REST, CN, l] * keep + abroad
        rate = p[P.output_growth, l] + cells[W.output_growth, l] + p[P.backfire, l] * mean_unmet
        output[l] = min(cells[W.output_cap, l], output[l] * exp(rate / 12.0))
        unmet[slot, l] = short


@rule
def laboratories(
    cells: Floats, p: Floats, compute: Floats, training: Floats, serving: Floats
) -> None:
    """Write the training and serving compute of Chinese laboratories, H100e.

    A control that takes a fraction ``lT`` of training and ``lS`` of serving compute, ``l`` of both
    together, costs training ``(1 - f) lT + f l`` and serving ``(1 - f) lS + f l`` with f fungible.

    Parameters
    ----------
    cells, p : ndarray
        Drivers of the world; parameters.
    compute : ndarray, shape (3, 2, L)
        Stock by pool and hardware.
    training, serving : ndarray, shape (L,)
        Written.
    """
    for l in range(training.size):  # noqa: E741
        total = compute[CHINA, US, l] + compute[CHINA, CN, l] + cells[W.rented, l]
        part = cells[W.serving_share, l]
        cut_training, cut_serving = cells[W.training_cut, l], cells[W.serving_cut, l]
        f = p[P.fungible, l]
        both = f * (cut_training * (1.0 - part) + cut_serving * part)
        training[l] = total * (1.0 - part) * (1.0 - ((1.0 - f) * cut_training + both))
        serving[l] = total * part * (1.0 - ((1.0 - f) * cut_serving + both))


@rule
def load(
    p: Floats, users: Floats, users0: Floats, serving: Floats, serving0: Floats, ratio: Floats
) -> None:
    """Write the serving load ``z = z0 (H/H0) / (S/S0)`` of Chinese services, shape (L,).

    H are the builders on Chinese models by the maker's service, China included; S the serving
    compute; base July 2025, so that no absolute count of tokens is needed. Where there is no base
    yet both indices are one.
    """
    for l in range(ratio.size):  # noqa: E741
        known = users0[l] > 0.0 and serving0[l] > 0.0 and serving[l] > 0.0
        rise = (users[l] / users0[l]) * (serving0[l] / serving[l]) if known else 1.0
        ratio[l] = p[P.load_base, l] * rise


@rule
def strain(p: Floats, load: Floats, dearer: Floats, slowed: Floats) -> None:
    """Write what a load above one does to the maker's service of Chinese models, shape (L,).

    Parameters
    ----------
    load : ndarray, shape (L,)
        z.
    dearer : ndarray, shape (L,)
        Written: logarithm of the price factor ``max(1, z) ** psi``.
    slowed : ndarray, shape (L,)
        Written: factor on access, ``min(1, 1/z)``.
    """
    for l in range(load.size):  # noqa: E741
        over = max(load[l], 1.0)
        dearer[l] = p[P.load_price, l] * log(over)
        slowed[l] = 1.0 / over


@rule
def hardware(t: int, base: int, cells: Floats, p: Floats, chips: Chips, labs: Labs) -> None:
    """Run trade and laboratories in their order, and set aside what the base month gives.

    Parameters
    ----------
    t, base : int
        Positions of the month and of July 2025.
    """
    wanted_chinese(cells, p, chips.wanted)
    trade(t % 12, cells, p, chips)
    laboratories(cells, p, chips.compute, labs.training, labs.serving)
    if t == base:
        for l in range(labs.training.size):  # noqa: E741
            labs.training0[l], labs.serving0[l] = labs.training[l], labs.serving[l]
