"""Learning: what a newcomer's releases teach those who build with them."""

from __future__ import annotations

from sim.scenario.drivers import Floats, Ints
from sim.world.compiled import inlined, rule
from sim.world.numerics import log
from sim.world.rows import P, Switches, W, by_ecosystem
from sim.world.rules.arrays import News, Told
from sim.world.rules.changes import CN_BLOC

KNOWN_AT = 20.0
"""Releases at which Chinese models are as well known as the other parameters take them to be: about
those of June 2025, when developers were asked."""


@rule
def news(
    t: int, month: int, last_fact: int, bloc: Ints, cells: Floats, p: Floats, switches: Switches,
    known: News,
) -> None:  # fmt: skip
    """Write how much the releases of a month add to what is known of Chinese models, shape (L,).

    ``ln R(t) - ln R(t-1)``, and in the first month ``ln R - ln 20``. R is counted while facts are
    dated; later it grows by ``releases_a_month`` times the mean factor that levers put on Chinese
    releases. Nothing is learned after ``learning_stop``. There are two rival accounts. With the
    switch ``by_time`` every month adds what a month of 2025 added, whatever is released. With
    ``by_peers`` R is the percentage of the world's builders whose main ecosystem is Chinese, and
    the first month adds nothing.

    Parameters
    ----------
    month : int
        Its number.
    cells : ndarray, shape (world cells, L)
    known : News
        ``releases`` is updated, ``gain`` written.
    """
    options = bloc.size
    rates = by_ecosystem(W.release_rate, options)
    for l in range(known.gain.size):  # noqa: E741
        before = known.releases[l]
        factor, makers = 0.0, 0.0
        for k in range(options):
            if bloc[k] == CN_BLOC:
                factor += cells[rates + k, l]
                makers += 1.0
        grown = before + p[P.releases_a_month, l] * (factor / makers if makers > 0.0 else 0.0)
        now = max(known.counted[t], 1.0) if t <= last_fact else grown
        start = KNOWN_AT if t == 0 else before
        if switches.learning_by_peers == 1:
            now = max(100.0 * known.chinese_share[l], FEWEST)
            start = before if t > 1 else now  # no share is known before the first month
        known.releases[l] = now
        known.gain[l] = log(now) - log(start)
        if switches.learning_by_time == 1:
            known.gain[l] = -29.0 * A_MONTH if t == 0 else A_MONTH
        if t > 0 and month > p[P.learning_stop, l]:
            known.gain[l] = 0.0


FEWEST = 1e-3
"""Percentage of builders below which peers are none."""

A_MONTH = 0.09
"""What a month adds under the rival account: the mean of 2025, ``ln(37/12)/12``."""


@inlined
def learn(i: int, bloc: Ints, told: Told, p: Floats, learned: Floats) -> None:
    """Add a month's news to what a nation has learned of Chinese models, row i of (I, K, L).

    ``gain (1 - R (1 - trust)) / (1 - R0 (1 - trust0))`` with R0 and trust0 those where no lever has
    moved them: who fears the models more learns less of them, and nothing is forgotten. News of
    releases goes round the world, to those too who cannot reach them. Nations learn nothing of what
    is their own.
    """
    for k in range(bloc.size):
        if bloc[k] != CN_BLOC or told.home[i, k] > 0.0:
            continue
        for l in range(told.gain.size):  # noqa: E741
            believed = 1.0 - told.risk[k, l] * (1.0 - told.trust[i, k, l])
            usual = 1.0 - p[P.initial_risk, l] * (1.0 - p[P.initial_trust, l])
            learned[i, k, l] += told.gain[l] * believed / max(usual, 1e-9)
