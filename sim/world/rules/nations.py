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
def perceive(  # noqa: C901 - an economy of many ifs
    t: int, loaded: bool, feared: bool, listed: Flags, stale: Flags, stale_other: Flags,  # noqa: FBT001
    nest: Ints, bloc: Ints, pulled: Floats, on_sale: Flags, alignment: Floats, stand: Floats,
    home: Floats, base_access: Floats, leak_weight: Floats, base_licence: Floats,
    base_facility: Floats, base_trust: Floats, low: Floats, high: Floats, start: Ints, effect: Ints,
    offsets: Ints, operation: Ints, ramp: Floats, size: Floats, target: Floats, p: Floats,
    ps: Floats, sensitivity: Floats, dearer: Floats, slowed: Floats, ln_price: Floats,
    cover: Floats, risk: Floats, taste: Floats, stance: Ints, felt: Ints, access: Floats,
    price: Floats, licence: Floats, facility: Floats, trust: Floats, pull: Floats, offer: Floats,
    regarded: Floats, opened: Floats, worth: Floats, reach: Floats, offered: Floats,
    leaving: Floats, evicting: Flags, opened_next: Floats, work: Floats,
) -> None:  # fmt: skip
    """Bring what is offered to each nation up to date, and note whose users must leave.

    Only what may have changed is computed again: the same arithmetic gives the same bits, so that
    this is economy and no rule.

    Parameters
    ----------
    t : int
        Month.
    loaded, feared : bool
        Whether the load of Chinese services, or the risk of an ecosystem, is felt differently than
        last month.
    listed : ndarray, shape (T, K)
        Whether an ecosystem's price list or menu may have changed.
    stale, stale_other : ndarray, shape (T, I, K) and (T, I)
        Whether an ecosystem's terms in a nation, or anything else there, may have changed.
    risk : ndarray, shape (K, L)
    evicting : ndarray, shape (I,)
        Written.
    opened_next, work : ndarray
        Scratch. All others as in the rules that are called.
    """
    for i in range(access.shape[0]):
        if stale_other[t, i] == 1:
            policy.settle_other(
                i, t, base_facility, base_trust, low, high, start, effect, offsets, operation, ramp,
                size, target, facility, trust, pull, offer, work,
            )  # fmt: skip
        turned = policy.turned(i, stance, felt)
        if turned or feared or stale_other[t, i] == 1:
            choice.regard(
                i, alignment, stand, home, bloc, pulled, taste, trust, pull, risk, stance, p, ps,
                regarded,
            )  # fmt: skip
        offers.nobody_leaves(i, evicting, leaving)
        for k in range(nest.size):
            terms = stale[t, i, k] == 1
            if terms:
                policy.settle_ecosystem(
                    i, k, t, base_access, leak_weight, base_licence, low, high, start, effect,
                    offsets, operation, ramp, size, target, p, access, price, licence, work,
                )  # fmt: skip
            chinese = loaded and bloc[k] == offers.CN_BLOC
            # Facilities decide how far own machines reach.
            opening = terms or chinese or stale_other[t, i] == 1
            if opening or (turned and bloc[k] <= offers.CN_BLOC):
                offers.reachable(i, k, nest, bloc, access, facility, stance, p, slowed, opened_next)
                if offers.narrowed(i, k, opened, opened_next):
                    offers.lost(i, k, opened, opened_next, worth, reach, offered, cover, leaving)
                    evicting[i] = 1
                offers.open_ways(i, k, opened_next, opened)
            elif listed[t, k] == 0:
                continue
            priced = terms or listed[t, k] == 1
            if priced or chinese:
                offers.maker_worth(
                    i, k, bloc, ln_price, price, dearer, licence, sensitivity, p, ps, worth
                )
            if priced and nest[k] != offers.CLOSED_NEST:
                offers.other_worth(i, k, ln_price, price, licence, sensitivity, p, ps, worth)
            offers.value(i, k, t, nest, on_sale, opened, worth, reach, offered)


@rule
def decide(
    month: int, noise: int, trial: int, links: int, nest: Ints, link_start: Ints, p: Floats,
    ps: Floats, keys: Keys, national_before: Floats, world: Floats, linked_share: Floats,
    wander: Floats, scar: Floats, cover: Floats, offered: Floats, regarded: Floats,
    attention: Floats, access: Floats, adopted: Floats, linked: Floats, ceiling: Floats,
    urge: Floats, loyal: Floats, leaving: Floats, evicting: Flags, triers: Floats, logsum: Floats,
    logsum0: Floats, chosen: Floats, builders: Floats, share: Floats, national: Floats,
    utility: Floats, kept: Floats, arriving: Floats, tried: Floats, part: Floats, work: Floats,
) -> None:  # fmt: skip
    """Let each nation choose, grow and move its shares.

    Parameters
    ----------
    month : int
        Its number.
    noise, trial, links : int
        Switches.
    utility, kept, arriving, tried, part, work : ndarray
        Scratch. All others as in the rules that are called.
    """
    for i in range(share.shape[0]):
        if noise == 1:
            choice.drift(i, month, p, keys, wander)
        choice.utility(
            i, links, national_before, world, linked_share, wander, scar, cover, offered, regarded,
            p, part, utility,
        )  # fmt: skip
        choice.choose(i, nest, p, utility, work, chosen, logsum)
        uptake.try_out(i, trial, p, attention, access, triers, tried)
        uptake.grow(
            i, link_start, logsum, logsum0, urge, adopted, linked, tried, ceiling, p, ps, builders,
            arriving, work,
        )  # fmt: skip
        choice.settle_shares(
            i, evicting, share, chosen, logsum, leaving, arriving, tried, loyal, p, ps, kept, work
        )
        choice.heal(i, evicting, leaving, p, ps, scar)
        choice.nation_shares(i, share, ps, national)
