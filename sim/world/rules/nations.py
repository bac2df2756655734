"""The nation's half of a month for many nations at once: the rules in their order, and no rule.

The kernel calls these two; a Mesa nation (:class:`sim.world.model.Nation`) calls the same rules
one by one, so that a user can change one. A test holds the two to the same bits.
"""

from __future__ import annotations

from sim.scenario.drivers import Flags, Floats, Ints
from sim.world.compiled import inlined, rule
from sim.world.rules import choice, laboratories, learning, observe, offers, policy, tally, uptake
from sim.world.streams import Keys

FEW = 8
"""What changes in no more than one lane of so many is computed lane by lane."""


@rule
def perceive(  # noqa: C901, PLR0912 - each branch leaves out what cannot have changed
    t: int, loaded: Ints, feared: bool, listed: Flags, stale: Flags, stale_other: Flags,  # noqa: FBT001
    nest: Ints, bloc: Ints, pulled: Floats, on_sale: Flags, home: Floats, base_access: Floats,
    later: Floats, unlisted: Floats, base_licence: Floats, base_facility: Floats, lab_lag: Floats,
    low: Floats, high: Floats, start: Ints, effect: Ints, offsets: Ints, operation: Ints,
    ramp: Floats, size: Floats, target: Floats, p: Floats, ps: Floats, sensitivity: Floats,
    dearer: Floats, slowed: Floats, ln_price: Floats, cover: Floats, home_cover: Floats,
    risk: Floats, standing: Floats, stance: Ints, felt: Ints, access: Floats, price: Floats,
    licence: Floats, facility: Floats, trust: Floats, pull: Floats, offer: Floats, own_lag: Floats,
    regarded: Floats, opened: Floats, worth: Floats, by_maker: Floats, offered: Floats,
    leaving: Floats, evicting: Flags, opened_next: Floats, work: Floats,
) -> None:  # fmt: skip
    """Bring what is offered to each nation up to date, and note whose users must leave.

    Only what may have changed is computed again: the same arithmetic gives the same bits, so that
    this is economy and no rule.

    Parameters
    ----------
    t : int
        Month.
    loaded : ndarray of int, shape (at most L,)
        Lanes in which the load of Chinese services is felt differently than last month.
    feared : bool
        Whether the risk of an ecosystem is felt differently than last month.
    listed : ndarray, shape (T, K, 2)
        Whether an offer's price or its place on the menu may have changed.
    stale, stale_other : ndarray, shape (I, K) and (I,)
        Whether an ecosystem's terms in a nation, or anything else there, may have changed.
    risk : ndarray, shape (K, L)
    evicting : ndarray, shape (I,)
        Written.
    opened_next, work : ndarray
        Scratch. All others as in the rules that are called.
    """
    lanes = stance.shape[1]
    # Few lanes are cheaper one by one, many side by side.
    widely = loaded.size * FEW > lanes
    few = loaded[:0] if widely else loaded
    for i in range(access.shape[0]):
        anew = stale_other[i] == 1
        if anew:
            policy.settle_other(
                i, base_facility, lab_lag, home, low, high, start, effect, offsets, operation,
                ramp, size, target, p, facility, trust, pull, offer, own_lag, work,
            )  # fmt: skip
            # All that a stance bears on is computed anew in all lanes.
            policy.feel(i, stance, felt)
        if anew or feared:
            choice.regard(
                i, bloc, pulled, standing, trust, pull, risk, stance, p, ps, regarded,
            )  # fmt: skip
        offers.nobody_leaves(i, evicting, leaving)
        for k in range(nest.size):
            if stale[i, k] == 1:
                policy.settle_ecosystem(
                    i, k, t, base_access, later, unlisted, base_licence, low, high, start, effect,
                    offsets, operation, ramp, size, target, p, access, price, licence, work,
                )  # fmt: skip
            if _reopens(anew, stale[i, k], widely, bloc[k]):
                _open(
                    i, k, 0, lanes, nest, bloc, access, facility, stance, p, slowed, worth, offered,
                    cover, home_cover, opened, leaving, evicting, opened_next,
                )  # fmt: skip
        _strain(
            i, t, few, nest, bloc, on_sale, p, ps, slowed, dearer, cover, home_cover, stance,
            access, price, licence, facility, sensitivity, ln_price, opened, worth, by_maker,
            offered, leaving, evicting, opened_next,
        )  # fmt: skip
        if policy.turns(i, stance, felt):
            _turn(
                i, t, nest, bloc, pulled, on_sale, p, ps, slowed, cover, home_cover, risk, standing,
                stance, felt, access, facility, trust, pull, regarded, opened, worth, by_maker,
                offered, leaving, evicting, opened_next,
            )  # fmt: skip
        for k in range(nest.size):
            reopens = _reopens(anew, stale[i, k], widely, bloc[k])
            if not (reopens or listed[t, k, 0] == 1 or listed[t, k, 1] == 1):
                continue
            terms, chinese = stale[i, k] == 1, widely and bloc[k] == offers.CN_BLOC
            for o in range(2):
                listing = listed[t, k, o] == 1
                # An offer that is not sold is priced when it comes on sale.
                sold = on_sale[t, k, o] == 1
                priced = sold and (terms or listing)
                if priced or (sold and chinese):
                    offers.maker_worth(
                        i, k, o, 0, lanes, bloc, ln_price, price, dearer, licence, sensitivity, p,
                        ps, worth,
                    )  # fmt: skip
                if priced and nest[k] != offers.CLOSED_NEST:
                    offers.other_worth(i, k, o, ln_price, price, licence, sensitivity, p, ps, worth)
                if reopens or listing:
                    offers.value(
                        i, k, o, t, 0, lanes, nest, on_sale, opened, worth, by_maker, offered
                    )


@inlined
def _reopens(anew: bool, stale: int, loaded: bool, bloc: int) -> bool:  # noqa: FBT001
    """Return whether the ways to an ecosystem may be more or less open than last month.

    Facilities, which are among the other drivers, decide how far own machines reach.
    """
    return anew or stale == 1 or (loaded and bloc == offers.CN_BLOC)


@inlined
def _strain(
    i: int, t: int, loaded: Ints, nest: Ints, bloc: Ints, on_sale: Flags, p: Floats, ps: Floats,
    slowed: Floats, dearer: Floats, cover: Floats, home_cover: Floats, stance: Ints, access: Floats,
    price: Floats, licence: Floats, facility: Floats, sensitivity: Floats, ln_price: Floats,
    opened: Floats, worth: Floats, by_maker: Floats, offered: Floats, leaving: Floats,
    evicting: Flags, opened_next: Floats,
) -> None:  # fmt: skip
    """Let a nation feel the load of Chinese services in the lanes in which it has changed."""
    for l in loaded:  # noqa: E741
        for k in range(nest.size):
            if bloc[k] != offers.CN_BLOC:
                continue
            _open(
                i, k, l, l + 1, nest, bloc, access, facility, stance, p, slowed, worth, offered,
                cover, home_cover, opened, leaving, evicting, opened_next,
            )  # fmt: skip
            for o in range(2):
                # What is not sold has no value, whatever its ways and its price.
                if on_sale[t, k, o] == 1:
                    offers.maker_worth(
                        i, k, o, l, l + 1, bloc, ln_price, price, dearer, licence, sensitivity, p,
                        ps, worth,
                    )  # fmt: skip
                    offers.value(
                        i, k, o, t, l, l + 1, nest, on_sale, opened, worth, by_maker, offered
                    )


@inlined
def _turn(
    i: int, t: int, nest: Ints, bloc: Ints, pulled: Floats, on_sale: Flags, p: Floats, ps: Floats,
    slowed: Floats, cover: Floats, home_cover: Floats, risk: Floats, standing: Floats, stance: Ints,
    felt: Ints, access: Floats, facility: Floats, trust: Floats, pull: Floats, regarded: Floats,
    opened: Floats, worth: Floats, by_maker: Floats, offered: Floats, leaving: Floats,
    evicting: Flags, opened_next: Floats,
) -> None:  # fmt: skip
    """Let a nation feel its new stance in the lanes, few of a block, in which it has turned."""
    for l in range(stance.shape[1]):  # noqa: E741
        now, was = stance[i, l], felt[i, l]
        if now == was:
            continue
        for k in range(nest.size):
            if choice.side(now, bloc[k]) != choice.side(was, bloc[k]):
                choice.regard_one(
                    i, k, l, l + 1, bloc, pulled, standing, trust, pull, risk, stance, p, ps,
                    regarded,
                )  # fmt: skip
            if offers.against(now, bloc[k]) != offers.against(was, bloc[k]):
                _open(
                    i, k, l, l + 1, nest, bloc, access, facility, stance, p, slowed, worth, offered,
                    cover, home_cover, opened, leaving, evicting, opened_next,
                )  # fmt: skip
                for o in range(2):
                    if on_sale[t, k, o] == 1:
                        offers.value(
                            i, k, o, t, l, l + 1, nest, on_sale, opened, worth, by_maker, offered
                        )
        felt[i, l] = now


@inlined
def _open(
    i: int, k: int, first: int, last: int, nest: Ints, bloc: Ints, access: Floats, facility: Floats,
    stance: Ints, p: Floats, slowed: Floats, worth: Floats, offered: Floats, cover: Floats,
    home_cover: Floats, opened: Floats, leaving: Floats, evicting: Flags, opened_next: Floats,
) -> None:  # fmt: skip
    """Open or close the ways to an ecosystem, and note whose users must leave."""
    offers.reachable(
        i, k, first, last, nest, bloc, access, facility, stance, p, slowed, opened_next
    )
    if offers.narrowed(i, k, first, last, opened, opened_next):
        offers.lost(
            i, k, first, last, opened, opened_next, worth, offered, bloc, cover, home_cover, leaving
        )
        evicting[i] = 1
    offers.open_ways(i, k, first, last, opened_next, opened)


@rule
def decide(
    month: int, t: int, loading: bool, looking: bool, noise: int, trial: int, links: int,  # noqa: FBT001
    raw: int, nest: Ints, bloc: Ints, on_sale: Flags, delay: Floats, best_open: Floats,
    frontier: Floats, own_lag: Floats, home_index: Floats, home_cover: Floats, link_start: Ints,
    p: Floats, ps: Floats, keys: Keys, world: Floats, linked_share: Floats, wander: Floats,
    scar: Floats, cover: Floats, offered: Floats, regarded: Floats, attention: Floats,
    access: Floats, eager: Floats, adopted: Floats, linked: Floats, ceiling: Floats, home: Floats,
    risk: Floats, trust: Floats, gain: Floats, learned: Floats, urge: Floats, loyal: Floats,
    leaving: Floats, evicting: Flags, logsum0: Floats, builders: Floats, share: Floats,
    national: Floats, utility: Floats, top: Floats, chosen: Floats, logsum: Floats, kept: Floats,
    arriving: Floats, tried: Floats, part: Floats, work: Floats, by_maker: Floats, callers: Floats,
    fresh_choice: Floats, met: Floats,
) -> None:  # fmt: skip
    """Let each nation choose, grow and move its shares.

    Parameters
    ----------
    month, t : int
        Its number and its position.
    loading : bool
        Whether the load of Chinese services is known, so that their users are counted.
    looking : bool
        Whether what is built anew this month is written down for the observed series.
    noise, trial, links, raw : int
        Switches.
    utility, top, chosen, logsum, kept, arriving, tried, part, work : ndarray
        Scratch. All others as in the rules that are called.
    """
    for i in range(share.shape[0]):
        if noise == 1:
            choice.drift(i, month, p, keys, wander)
        learning.learn(i, bloc, home, risk, trust, p, gain, learned)
        laboratories.at_home(
            i, t, bloc, on_sale, access, own_lag, delay, best_open, frontier, p, ps, raw,
            home_index, home_cover,
        )  # fmt: skip
        choice.utility(
            i, t, links, bloc, on_sale, national, world, linked_share, wander, scar, cover,
            home_cover, offered, regarded, learned, p, ps, part, utility, top,
        )  # fmt: skip
        choice.choose(nest, p, utility, top, work, chosen, logsum)
        uptake.try_out(i, trial, p, attention, access, eager, met, tried)
        uptake.grow(
            i, link_start, logsum, logsum0, urge, adopted, linked, tried, ceiling, p, ps, builders,
            arriving, work,
        )  # fmt: skip
        choice.settle_shares(
            i, evicting, share, chosen, logsum, leaving, arriving, tried, loyal, p, ps, national,
            kept, work,
        )  # fmt: skip
        choice.heal(i, evicting, leaving, p, ps, scar)
        observe.met_with(i, share, tried, ps, part, met)
        if looking:
            observe.built_anew(i, ps, chosen, fresh_choice)
        if loading:
            tally.nation_load(i, bloc, builders, share, by_maker, offered, cover, ps, part, callers)
