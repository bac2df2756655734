"""What the observed series would see of the world."""

from __future__ import annotations

from sim.evidence.axes import SEGMENTS
from sim.scenario.drivers import Floats, Ints
from sim.world.compiled import inlined, rule
from sim.world.numerics import exp, log
from sim.world.rows import B, P
from sim.world.rules.arrays import Able, Chats, Views
from sim.world.rules.capability import SOVEREIGN_BLOC
from sim.world.rules.laboratories import flagship_worth
from sim.world.rules.policy import leaked
from sim.world.rules.uptake import triers

ENTERPRISE, INDEPENDENT = SEGMENTS.index("enterprise"), SEGMENTS.index("independent")


@rule
def chatbot_view(
    t: int, bloc: Ints, chats: Chats, able: Able, trial: int, p: Floats, visits: Floats
) -> None:
    """Write the use of makers' chat services in each nation by its consumers, triers included.

    Consumers are no developers: they choose among makers' services by a plain logit of their own,
    ``x = a exp(beta_I cov + consumer) / sum``, without inertia, licence or price, and reach a
    service that is not listed by ``leak`` where developers have ``leak_developers``. What is seen
    is ``x (1 - min(1, (1 - chi) sum T)) + T``, T by access as developers have it.

    Parameters
    ----------
    trial : int
        Switch.
    visits : ndarray, shape (T', I, K, L)
        Month t is written.
    """
    options, lanes = visits.shape[2], visits.shape[3]
    single = min(INDEPENDENT, able.cover.shape[0] - 1)
    for i in range(visits.shape[1]):
        for k in range(options):
            own = bloc[k] == SOVEREIGN_BLOC
            for l in range(lanes):  # noqa: E741
                reach = chats.access[i, 3 * k, l]
                if chats.unlisted[t, i, k] > 0.0:
                    # What levers leave of the way, they leave of it for consumers too.
                    listed = 1.0 - chats.unlisted[t, i, k]
                    change = p[P.leak_change, l]
                    leak = leaked(p[P.leak_developers, l], change, chats.later[t])
                    wide = listed + chats.unlisted[t, i, k] * leak
                    talked = leaked(p[P.leak, l], change, chats.later[t])
                    narrow = listed + chats.leak_weight[t, i, k] * talked
                    reach *= narrow / max(wide, 1e-9)
                best = flagship_worth(i, single, k, l, own, able)
                can_do = max(best, able.cover[single, k, 1, l])
                visits[t, i, k, l] = min(reach, 1.0) * exp(can_do + chats.consumer[i, k, l])
        for l in range(lanes):  # noqa: E741
            total, tried = 0.0, 0.0
            for k in range(options):
                total += visits[t, i, k, l]
                tried += triers(i, k, l, p, chats.attention, chats.access) * trial
            replaced = min((1.0 - p[P.trial_new, l]) * tried, 1.0)
            kept = (1.0 - replaced) / total if total > 0.0 else 0.0
            for k in range(options):
                extra = triers(i, k, l, p, chats.attention, chats.access) * trial
                visits[t, i, k, l] = visits[t, i, k, l] * kept + extra


@inlined
def met_with(i: int, share: Floats, tried: Floats, ps: Floats, part: Floats, met: Floats) -> None:
    """Write what developers who answer a survey have worked with this month, row i of (I, K, L).

    ``(sum_s r_s x_sk + T_k) / (1 + sum T)``: the main ecosystem and what is tried beside it, with
    the part ``r_s`` that a segment has in the answers of a survey in place of its weight.

    Parameters
    ----------
    share : ndarray, shape (I, S, K, L)
    tried : ndarray, shape (L,)
        Sum of triers.
    part : ndarray, shape (L,)
        Scratch.
    met : ndarray, shape (I, K, L)
        Triers by ecosystem on entry, from :func:`sim.world.rules.uptake.try_out`.
    """
    for l in range(part.size):  # noqa: E741
        part[l] = 1.0 / (1.0 + tried[l])
    for k in range(met.shape[1]):
        for s in range(share.shape[1]):
            for l in range(part.size):  # noqa: E741
                met[i, k, l] += ps[s, B.answering, l] * share[i, s, k, l]
        for l in range(part.size):  # noqa: E741
            met[i, k, l] *= part[l]


@inlined
def built_anew(i: int, ps: Floats, chosen: Floats, fresh_choice: Floats) -> None:
    """Write what independents and researchers of a nation build anew this month, by weight.

    New derivatives are a flow: they go by the choice probabilities P and not by the shares.

    Parameters
    ----------
    chosen : ndarray, shape (S, K, L)
        P of the month.
    fresh_choice : ndarray, shape (I, K, L)
        Row i is written.
    """
    for k in range(chosen.shape[1]):
        for l in range(chosen.shape[2]):  # noqa: E741
            fresh_choice[i, k, l] = 0.0
        for s in range(INDEPENDENT, chosen.shape[0]):
            for l in range(chosen.shape[2]):  # noqa: E741
                fresh_choice[i, k, l] += ps[s, B.segment_weight, l] * chosen[s, k, l]


@rule
def world_views(
    t: int, surveyed: Floats, recent: Floats, p: Floats, builders: Floats, share: Floats,
    fresh_choice: Floats, views: Views,
) -> None:  # fmt: skip
    """Write what surveys of enterprises and counts of derived models would see.

    Derived models are built on what is new and comes in many sizes: what is chosen counts times
    ``(1 + releases of the year before) ** derived_recency``.

    Parameters
    ----------
    surveyed : ndarray, shape (I,)
        1 where enterprises are asked.
    recent : ndarray, shape (T, K)
        Models that each ecosystem has released in the year before.
    builders : ndarray, shape (I, L)
    share : ndarray, shape (I, S, K, L)
    fresh_choice : ndarray, shape (I, K, L)
        From :func:`built_anew`.
    views : Views
        Month t is written.
    """
    options, lanes = share.shape[2], share.shape[3]
    for k in range(options):
        for l in range(lanes):  # noqa: E741
            views.firms[t, k, l] = 0.0
            views.derived[t, k, l] = 0.0
    for i in range(share.shape[0]):
        for k in range(options):
            for l in range(lanes):  # noqa: E741
                views.firms[t, k, l] += surveyed[i] * builders[i, l] * share[i, ENTERPRISE, k, l]
                views.derived[t, k, l] += builders[i, l] * fresh_choice[i, k, l]
    for k in range(options):
        for l in range(lanes):  # noqa: E741
            views.derived[t, k, l] *= exp(p[P.derived_recency, l] * log(1.0 + recent[t, k]))
