"""The nation's half of a month for many nations at once: the rules in their order, and no rule.

The kernel calls these two; a Mesa nation (:class:`sim.world.model.Nation`) calls the same rules
one by one, so that a user can change one. A test holds the two to the same bits.
"""

from __future__ import annotations

from sim.scenario.drivers import Flags, Floats, Ints
from sim.scenario.parts import ACCESS, BY_ECOSYSTEM, LIKING, OFFER, REACH, TERMS
from sim.world.compiled import inlined, rule
from sim.world.rules import choice, laboratories, learning, observe, offers, policy, tally, uptake
from sim.world.rules.schedule import ALL, FEW, few
from sim.world.streams import Keys


@rule
def perceive(  # noqa: C901, PLR0912, PLR0915 - each branch leaves out what cannot have changed
    t: int, loaded: Ints, feared: bool, listed: Flags, stale: Flags, bears: Flags, moved: Flags,  # noqa: FBT001
    nest: Ints, bloc: Ints, pulled: Floats, on_sale: Flags, home: Floats, base_access: Floats,
    later: Floats, unlisted: Floats, base_licence: Floats, base_facility: Floats, lab_lag: Floats,
    low: Floats, high: Floats, start: Ints, effect: Ints, offsets: Ints, operation: Ints,
    ramp: Floats, size: Floats, target: Floats, p: Floats, ps: Floats, sensitivity: Floats,
    dearer: Floats, slowed: Floats, ln_price: Floats, cover: Floats, home_cover: Floats,
    risk: Floats, standing: Floats, stance: Ints, felt: Ints, access: Floats, price: Floats,
    licence: Floats, facility: Floats, trust: Floats, pull: Floats, offer: Floats, own_lag: Floats,
    regarded: Floats, opened: Floats, worth: Floats, by_maker: Floats, offered: Floats,
    leaving: Floats, evicting: Flags, opened_next: Floats, work: Floats, mark: Flags, some: Ints,
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
    stale : ndarray, shape (I, parts)
        Which parts of a nation may have changed: ALL or SOME, as
        :mod:`sim.world.rules.schedule` has them.
    bears, moved : ndarray
        Where effects are felt, and in which lanes they have moved.
    risk : ndarray, shape (K, L)
    evicting : ndarray, shape (I,)
        Written.
    opened_next, work, mark, some : ndarray
        Scratch. All others as in the rules that are called.
    """
    lanes, own = stance.shape[1], len(BY_ECOSYSTEM) * nest.size
    # Few lanes are cheaper one by one, many side by side.
    widely = loaded.size * FEW > lanes
    strained = loaded[:0] if widely else loaded
    for i in range(access.shape[0]):
        if stale[i, own + OFFER] == ALL:
            policy.settle_offer(
                i, 0, lanes, lab_lag, low, high, start, effect, offsets, operation, ramp, size,
                target, offer, own_lag, work,
            )  # fmt: skip
        for l in some[0, : few(i, own + OFFER, stale, bears, moved, mark, some[0])]:  # noqa: E741
            policy.settle_offer(
                i, l, l + 1, lab_lag, low, high, start, effect, offsets, operation, ramp, size,
                target, offer, own_lag, work,
            )  # fmt: skip
        if stale[i, own + LIKING] == ALL:
            policy.settle_liking(
                i, 0, lanes, home, low, high, start, effect, offsets, operation, ramp, size,
                target, p, trust, pull, work,
            )  # fmt: skip
        for l in some[0, : few(i, own + LIKING, stale, bears, moved, mark, some[0])]:  # noqa: E741
            policy.settle_liking(
                i, l, l + 1, home, low, high, start, effect, offsets, operation, ramp, size,
                target, p, trust, pull, work,
            )  # fmt: skip
            choice.regard(
                i, l, l + 1, bloc, pulled, standing, trust, pull, risk, stance, p, ps, regarded,
            )  # fmt: skip
        if feared or stale[i, own + LIKING] == ALL:
            choice.regard(
                i, 0, lanes, bloc, pulled, standing, trust, pull, risk, stance, p, ps, regarded,
            )  # fmt: skip
        if stale[i, own + REACH] == ALL:
            policy.settle_facility(
                i, 0, lanes, base_facility, low, high, start, effect, offsets, operation, ramp,
                size, target, facility, work,
            )  # fmt: skip
        reaching = some[0, : few(i, own + REACH, stale, bears, moved, mark, some[0])]
        for l in reaching:  # noqa: E741
            policy.settle_facility(
                i, l, l + 1, base_facility, low, high, start, effect, offsets, operation, ramp,
                size, target, facility, work,
            )  # fmt: skip
        offers.nobody_leaves(i, evicting, leaving)
        for k in range(nest.size):
            at, anew = len(BY_ECOSYSTEM) * k, _reopens(i, k, own, stale, widely, nest, bloc)
            if stale[i, at + ACCESS] == ALL:
                policy.settle_access(
                    i, k, t, 0, lanes, base_access, later, unlisted, low, high, start, effect,
                    offsets, operation, ramp, size, target, p, access, work,
                )  # fmt: skip
            entering = some[1, : few(i, at + ACCESS, stale, bears, moved, mark, some[1])]
            for l in entering:  # noqa: E741
                policy.settle_access(
                    i, k, t, l, l + 1, base_access, later, unlisted, low, high, start, effect,
                    offsets, operation, ramp, size, target, p, access, work,
                )  # fmt: skip
            if anew:
                _open(
                    i, k, 0, lanes, nest, bloc, access, facility, stance, p, slowed, worth, offered,
                    cover, home_cover, opened, leaving, evicting, opened_next,
                )  # fmt: skip
                continue
            for group in (entering, reaching):
                for l in group:  # noqa: E741
                    _open(
                        i, k, l, l + 1, nest, bloc, access, facility, stance, p, slowed, worth,
                        offered, cover, home_cover, opened, leaving, evicting, opened_next,
                    )  # fmt: skip
        _strain(
            i, t, strained, nest, bloc, on_sale, p, ps, slowed, dearer, cover, home_cover, stance,
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
            at, anew = len(BY_ECOSYSTEM) * k, _reopens(i, k, own, stale, widely, nest, bloc)
            chinese = widely and bloc[k] == offers.CN_BLOC
            terms = stale[i, at + TERMS]
            if terms == ALL:
                policy.settle_terms(
                    i, k, t, 0, lanes, base_licence, low, high, start, effect, offsets, operation,
                    ramp, size, target, p, price, licence, work,
                )  # fmt: skip
            pricing = some[1, : few(i, at + TERMS, stale, bears, moved, mark, some[1])]
            for l in pricing:  # noqa: E741
                policy.settle_terms(
                    i, k, t, l, l + 1, base_licence, low, high, start, effect, offsets, operation,
                    ramp, size, target, p, price, licence, work,
                )  # fmt: skip
            entering = some[2, : few(i, at + ACCESS, stale, bears, moved, mark, some[2])]
            for o in range(2):
                # An offer that is not sold is priced when it comes on sale.
                listing, sold = listed[t, k, o] == 1, on_sale[t, k, o] == 1
                priced = sold and (terms == ALL or listing)
                if priced or (sold and chinese):
                    offers.maker_worth(
                        i, k, o, 0, lanes, bloc, ln_price, price, dearer, licence, sensitivity, p,
                        ps, worth,
                    )  # fmt: skip
                if priced and nest[k] != offers.CLOSED_NEST:
                    offers.other_worth(
                        i, k, o, 0, lanes, ln_price, price, licence, sensitivity, p, ps, worth
                    )
                for l in pricing[: pricing.size if sold and not listing else 0]:  # noqa: E741
                    offers.maker_worth(
                        i, k, o, l, l + 1, bloc, ln_price, price, dearer, licence, sensitivity, p,
                        ps, worth,
                    )  # fmt: skip
                    if nest[k] != offers.CLOSED_NEST:
                        offers.other_worth(
                            i, k, o, l, l + 1, ln_price, price, licence, sensitivity, p, ps, worth
                        )
                if anew or listing or priced:
                    offers.value(
                        i, k, o, t, 0, lanes, nest, on_sale, opened, worth, by_maker, offered
                    )
                elif sold:
                    for group in (pricing, entering, reaching):
                        for l in group:  # noqa: E741
                            offers.value(
                                i, k, o, t, l, l + 1, nest, on_sale, opened, worth, by_maker,
                                offered,
                            )  # fmt: skip


@inlined
def _reopens(
    i: int,
    k: int,
    own: int,
    stale: Flags,
    loaded: bool,  # noqa: FBT001
    nest: Ints,
    bloc: Ints,
) -> bool:
    """Return whether the ways to an ecosystem may be more or less open than last month.

    How far own machines reach matters for open weights alone.
    """
    reach = stale[i, own + REACH] == ALL and nest[k] != offers.CLOSED_NEST
    access = stale[i, len(BY_ECOSYSTEM) * k + ACCESS] == ALL
    return reach or access or (loaded and bloc[k] == offers.CN_BLOC)


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
