"""The nation's half of a month for many nations at once: the rules in their order, and no rule.

The kernel calls these two; a Mesa nation (:class:`sim.world.model.Nation`) calls the same rules
one by one, so that a user can change one. A test holds the two to the same bits.
"""

from __future__ import annotations

from sim.scenario.drivers import Flags, Floats, Ints
from sim.world.compiled import rule
from sim.world.rules import choice, offers, policy, uptake
from sim.world.streams import Keys


@rule
def perceive(
    t: int, loaded: bool, stale: Flags, stale_other: Flags, nest: Ints, bloc: Ints, on_sale: Flags,  # noqa: FBT001
    base_access: Floats, leak_weight: Floats, base_licence: Floats, base_facility: Floats,
    base_trust: Floats, low: Floats, high: Floats, start: Ints, effect: Ints, offsets: Ints,
    operation: Ints, ramp: Floats, size: Floats, target: Floats, p: Floats, ps: Floats,
    sensitivity: Floats, load: Floats, ln_price: Floats, cover: Floats, stance: Ints, felt: Ints,
    access: Floats, price: Floats, licence: Floats, facility: Floats, trust: Floats, pull: Floats,
    offer: Floats, opened: Floats, worth: Floats, reach: Floats, offered: Floats, leaving: Floats,
    evicting: Flags, opened_next: Floats, met: Floats, work: Floats,
) -> None:  # fmt: skip
    """Bring what is offered to each nation up to date, and note whose users must leave.

    Only what may have changed is computed again (``stale``, a turned government, a load): the same
    arithmetic gives the same bits, so that this is economy and no rule.

    Parameters
    ----------
    t : int
        Month.
    loaded : bool
        Whether the load of Chinese services is felt differently than last month.
    stale : ndarray, shape (T, I, K)
    evicting : ndarray, shape (I,)
        Written.
    opened_next, met, work : ndarray
        Scratch. All others as in the rules that are called.
    """
    for i in range(access.shape[0]):
        if stale_other[t, i] == 1:
            policy.settle_other(
                i, t, base_facility, base_trust, low, high, start, effect, offsets, operation, ramp,
                size, target, facility, trust, pull, offer, work,
            )  # fmt: skip
        turned = policy.turned(i, stance, felt)
        evicting[i] = 0
        for k in range(nest.size):
            fresh = stale[t, i, k] == 1
            priced = fresh or (loaded and bloc[k] == offers.CN_BLOC)
            if fresh:
                policy.settle_ecosystem(
                    i, k, t, base_access, leak_weight, base_licence, low, high, start, effect,
                    offsets, operation, ramp, size, target, p, access, price, licence, work,
                )  # fmt: skip
            if not (priced or (turned and bloc[k] <= offers.CN_BLOC)):
                offers.nobody_leaves(i, k, leaving)
                continue
            offers.reachable(i, k, nest, bloc, access, facility, stance, p, load, opened_next)
            if offers.narrowed(i, k, opened, opened_next):
                offers.lost(i, k, opened, opened_next, worth, reach, offered, cover, leaving)
                evicting[i] = 1
            else:
                offers.nobody_leaves(i, k, leaving)
            if priced:
                offers.felt_prices(i, k, bloc, ln_price, price, p, load, met)
                offers.way_worth(i, k, nest, met, licence, sensitivity, p, ps, worth)
            offers.value(i, k, t, on_sale, opened_next, worth, opened, reach, offered)


@rule
def decide(
    t: int, month: int, noise: int, trial: int, links: int, nest: Ints, bloc: Ints, pulled: Floats,
    alignment: Floats, stand: Floats, home: Floats, link_start: Ints, p: Floats, ps: Floats,
    cells: Floats, keys: Keys, national_before: Floats, world: Floats, linked_share: Floats,
    taste: Floats, wander: Floats, scar: Floats, cover: Floats, offered: Floats, trust: Floats,
    pull: Floats, stance: Ints, attention: Floats, access: Floats, adopted: Floats, linked: Floats,
    ceiling: Floats, urge: Floats, leaving: Floats, evicting: Flags, triers: Floats,
    logsum: Floats, logsum0: Floats, chosen: Floats, builders: Floats, share: Floats,
    national: Floats, shared: Floats, utility: Floats, kept: Floats, arriving: Floats,
    tried: Floats, work: Floats,
) -> None:  # fmt: skip
    """Let each nation choose, grow and move its shares.

    Parameters
    ----------
    t, month : int
        Position of the month, and its number.
    noise, trial, links : int
        Switches.
    shared, utility, kept, arriving, tried, work : ndarray
        Scratch. All others as in the rules that are called.
    """
    for i in range(share.shape[0]):
        if noise == 1:
            choice.drift(i, month, p, keys, wander)
        choice.common(
            i, links, alignment, stand, home, national_before, world, linked_share, p, taste,
            wander, scar, shared,
        )  # fmt: skip
        choice.utility(
            i, bloc, pulled, cover, offered, shared, cells, trust, pull, stance, p, ps, utility
        )
        choice.choose(i, nest, p, utility, work, chosen, logsum)
        uptake.try_out(i, trial, p, attention, access, triers, tried)
        uptake.grow(
            i, link_start, logsum, logsum0, urge, adopted, linked, tried, ceiling, p, ps, builders,
            arriving, work,
        )  # fmt: skip
        choice.settle_shares(
            i, evicting, share, chosen, logsum, leaving, arriving, tried, cells, p, ps, kept, work
        )
        choice.heal(i, evicting, leaving, p, ps, scar)
        choice.nation_shares(i, share, ps, national)
