"""What an observed series would see of the world."""

from __future__ import annotations

from sim.scenario.drivers import Floats
from sim.world.compiled import rule
from sim.world.rows import P
from sim.world.rules.offers import makers_part
from sim.world.rules.uptake import triers

ENTERPRISE, INDEPENDENT = 0, 1


@rule
def chatbot_view(
    t: int,
    share: Floats,
    by_maker: Floats,
    offered: Floats,
    cover: Floats,
    trial: int,
    attention: Floats,
    access: Floats,
    p: Floats,
    part: Floats,
    visits: Floats,
) -> None:
    """Write the use of makers' chat services in each nation, triers included.

    ``x_M (1 - (1 - chi) sum T) + T``, where ``x_M`` is the share that uses the maker's way, half
    enterprise and half independent. Divided by its sum over ecosystems it is the view that web
    visits and chatbot telemetry have; consumers stand in for developers here.

    Parameters
    ----------
    share : ndarray, shape (I, S, K, L)
    trial : int
        Switch.
    attention, access : ndarray
        As in :func:`sim.world.rules.uptake.triers`.
    visits : ndarray, shape (T', I, K, L)
        Month t is written.
    """
    options, lanes = visits.shape[2], visits.shape[3]
    segments = min(share.shape[1], 2)
    for i in range(share.shape[0]):
        for k in range(options):
            for l in range(lanes):  # noqa: E741
                visits[t, i, k, l] = 0.0
            for s in range(segments):
                makers_part(i, s, k, by_maker, offered, cover, part)
                for l in range(lanes):  # noqa: E741
                    visits[t, i, k, l] += share[i, s, k, l] * part[l] / segments
        for l in range(lanes):  # noqa: E741
            tried = 0.0
            for k in range(options):
                tried += triers(i, k, l, p, attention, access) * trial
            replaced = min((1.0 - p[P.trial_new, l]) * tried, 1.0)
            for k in range(options):
                extra = triers(i, k, l, p, attention, access) * trial
                visits[t, i, k, l] = visits[t, i, k, l] * (1.0 - replaced) + extra
