"""A nation's month: the rules in their order, and none of its own.

The kernel runs :func:`perceive` and :func:`decide` over all nations; a Mesa nation
(:class:`sim.world.model.Nation`) takes the same steps one by one, so that a user can change one.
"""

from __future__ import annotations

from sim.scenario.drivers import Flags, Floats
from sim.scenario.parts import ACCESS, LIKING, OFFER, REACH, TERMS
from sim.world.compiled import rule, spliced
from sim.world.rows import Switches
from sim.world.rules import choice, laboratories, learning, observe, offers, policy, tally, uptake
from sim.world.rules.arrays import (
    Able,
    Bases,
    Changes,
    Counted,
    Drivers,
    Kinds,
    Levers,
    Liking,
    Numbers,
    Offers,
    Perceived,
    Pricing,
    Roads,
    Settled,
    Span,
    Ways,
    Worths,
)
from sim.world.rules.capability import SOVEREIGN_BLOC
from sim.world.rules.changes import (
    CLOSED_NEST,
    CN_BLOC,
    collected,
    lanes_of,
    mark_part,
    openings,
    own_parts,
    part_of,
    runs_of,
    span,
    whole,
)
from sim.world.streams import Keys


@rule
def perceive(t: int, numbers: Numbers, x: Perceived) -> None:
    """Bring what is offered to each nation up to date, and note whose users must leave.

    Parameters
    ----------
    t : int
        Position of the month.
    numbers : Numbers
    x : Perceived
    """
    liking = Liking(x.standing, x.drivers.trust, x.drivers.pull, x.risk, x.regarded)
    roads = Roads(x.drivers.access, x.drivers.facility, x.changes.turns.stance, x.market.slowed)
    pricing = Pricing(
        x.market.ln_price, x.drivers.price, x.drivers.licence, x.market.dearer,
        x.market.sensitivity,
    )  # fmt: skip
    able = Able(x.market.cover_before, x.market.home)
    for i in range(x.changes.turns.many.size):
        read_policy(i, t, x.changes, x.levers, x.bases, x.drivers, numbers.p)
        regard(i, x.changes, x.kinds, liking, numbers)
        open_ways(i, x.changes, x.kinds, roads, x.ways, x.offers, able, numbers.p)
        value_offers(i, x.changes, x.kinds, x.sold, pricing, x.ways.opened, x.offers, numbers)


@spliced
def read_policy(
    i: int, t: int, changes: Changes, levers: Levers, bases: Bases, drivers: Drivers, p: Floats
) -> None:
    """Read the drivers that are in force in a nation this month."""
    ecosystems = drivers.licence.shape[1]
    own, runs = own_parts(ecosystems), changes.runs
    for r in range(runs_of(i, own + OFFER, changes, runs)):
        policy.settle_offer(i, span(runs, r), bases.lab_lag, levers, drivers.offer, drivers.own_lag)
    for r in range(runs_of(i, own + LIKING, changes, runs)):
        policy.settle_liking(i, span(runs, r), bases.home, levers, p, drivers.trust, drivers.pull)
    for r in range(runs_of(i, own + REACH, changes, runs)):
        policy.settle_facility(i, span(runs, r), bases.facility, levers, drivers.facility)
    for k in range(ecosystems):
        for r in range(runs_of(i, part_of(k, ACCESS), changes, runs)):
            policy.settle_access(i, k, t, span(runs, r), bases, levers, p, drivers.access)
        for r in range(runs_of(i, part_of(k, TERMS), changes, runs)):
            policy.settle_terms(
                i, k, span(runs, r), bases.licence[t, i, k], levers, p, drivers.price,
                drivers.licence,
            )  # fmt: skip


@spliced
def regard(i: int, changes: Changes, kinds: Kinds, liking: Liking, numbers: Numbers) -> None:
    """Write how a nation regards each ecosystem, where anything that it goes by has changed."""
    ecosystems, turns, stance = kinds.bloc.size, changes.turns, changes.turns.stance
    if changes.feared[0] == 1:
        for l in range(changes.mark.size):  # noqa: E741
            changes.mark[l] = 1
    mark_part(i, own_parts(ecosystems) + LIKING, changes)
    for r in range(collected(changes.mark, changes.runs)):
        for k in range(ecosystems):
            choice.regard(i, k, span(changes.runs, r), kinds, liking, stance, numbers)
    for n in range(turns.many[i]):
        l = turns.lanes[i, n]  # noqa: E741
        now, was = stance[i, l], turns.felt[i, l]
        for k in range(ecosystems):
            if choice.side(now, kinds.bloc[k]) != choice.side(was, kinds.bloc[k]):
                choice.regard(i, k, Span(l, l + 1), kinds, liking, stance, numbers)


@spliced
def open_ways(
    i: int, changes: Changes, kinds: Kinds, roads: Roads, ways: Ways, valued: Offers, able: Able,
    p: Floats,
) -> None:  # fmt: skip
    """Open or close the ways to ecosystems, and note whose users must leave."""
    runs, opened, segments = changes.runs, ways.opened, ways.leaving.shape[1]
    offers.nobody_leaves(i, ways.leaving, ways.evicting)
    for k in range(kinds.bloc.size):
        own = kinds.bloc[k] == SOVEREIGN_BLOC
        for r in range(openings(i, k, part_of(k, ACCESS), changes, kinds)):
            fallen = False
            for s in range(segments):
                for l in lanes_of(span(runs, r)):  # noqa: E741
                    now = offers.reached(i, k, s, l, kinds, roads, p)
                    if offers.narrowed(i, k, s, l, now, opened):
                        fallen = True
                        o = offers.liked_best(i, k, s, l, own, able, valued.offered)
                        ways.leaving[i, s, k, l] = offers.lost(i, k, s, l, o, now, opened, valued)
                    opened[i, k, s, offers.MAKER, l] = now.maker
                    opened[i, k, s, offers.HOST, l] = now.host
                    opened[i, k, s, offers.SELF, l] = now.own
            if fallen:
                ways.evicting[i] = 1


@spliced
def value_offers(
    i: int, changes: Changes, kinds: Kinds, sold: Flags, pricing: Pricing, opened: Floats,
    valued: Offers, numbers: Numbers,
) -> None:  # fmt: skip
    """Value the offers to a nation whose price, terms or ways may have changed.

    Parameters
    ----------
    sold : ndarray, shape (K, 2)
        1 where an offer is on sale this month. What is not sold has no value, whatever its ways and
        its price, and is priced when it comes on sale.
    opened : ndarray, shape (I, K, S, 3, L)
    """
    runs, nest, turns = changes.runs, kinds.nest, changes.turns
    for k in range(nest.size):
        price_offers(i, k, changes, kinds, sold, pricing, numbers, valued.worth)
        count = openings(i, k, part_of(k, TERMS), changes, kinds)
        for o in range(2):
            on, anew = sold[k, o] == 1, changes.listed[k, o] == 1
            for r in range(1 if anew else (count if on else 0)):
                lanes = whole(changes.mark) if anew else span(runs, r)
                offers.value(i, k, o, lanes, 1.0 if on else 0.0, nest[k], opened, valued)
    for n in range(turns.many[i]):
        l = turns.lanes[i, n]  # noqa: E741
        turns.felt[i, l] = turns.stance[i, l]


@spliced
def price_offers(
    i: int, k: int, changes: Changes, kinds: Kinds, sold: Flags, pricing: Pricing,
    numbers: Numbers, worth: Floats,
) -> None:  # fmt: skip
    """Write what the ways to an ecosystem's offers are worth, where it may have changed."""
    chinese, runs = kinds.bloc[k] == CN_BLOC, changes.runs
    count = runs_of(i, part_of(k, TERMS), changes, runs)
    loads = changes.loads[0] if chinese else 0
    for o in range(2):
        anew = changes.listed[k, o] == 1
        prices = 1 if anew else count
        for r in range(prices + loads if sold[k, o] == 1 else 0):
            lanes = whole(changes.mark) if anew else span(runs, r)
            if r >= prices:  # load makes the maker's service dearer, and no other way
                lanes = span(changes.loaded, r - prices)
            burden = 1.0 if chinese else 0.0
            offers.maker_worth(i, k, o, lanes, burden, pricing, numbers, worth)
            if r < prices and kinds.nest[k] != CLOSED_NEST:
                offers.other_worth(i, k, o, lanes, pricing, numbers, worth)


@rule
def decide(
    month: int, t: int, counted: Counted, switches: Switches, numbers: Numbers, wander: Keys,
    x: Settled,
) -> None:  # fmt: skip
    """Let each nation choose, grow and move its shares.

    Parameters
    ----------
    month, t : int
        Its number and its position.
    counted : Counted
    wander : ndarray of uint64, shape (I, K, L)
        Keys of the tastes of the moment.
    """
    for i in range(x.tally.share.shape[0]):
        if switches.noise == 1:
            choice.drift(i, month, numbers.p, wander, x.pulls.wander)
        feel(i, t, switches, numbers, x)
        choice.choose(x.kinds.nest, numbers.p, x.choice, x.tally.work)
        grow(i, switches.trial, numbers, x)
        move(i, numbers, x)
        count(i, counted, numbers, x)


@spliced
def feel(i: int, t: int, switches: Switches, numbers: Numbers, x: Settled) -> None:
    """Learn of releases, and write the utility of every ecosystem in each segment of a nation."""
    bloc = x.kinds.bloc
    learning.learn(i, bloc, x.told, numbers.p, x.liked.learned)
    laboratories.at_home(i, t, bloc, x.sold, x.own, switches.raw_capability, numbers)
    worths = Worths(
        x.served.cover, x.own.worth, x.served.offered, x.liked.regarded, x.liked.learned
    )
    choice.utility(i, switches.links, bloc, x.sold, x.pulls, worths, x.choice, numbers)


@spliced
def grow(i: int, trial: int, numbers: Numbers, x: Settled) -> None:
    """Let curious users try, and newcomers start to build."""
    uptake.try_out(i, trial, numbers.p, x.trial, x.own.access, x.flows.tried)
    uptake.grow(
        i, x.growth, x.choice.logsum, x.flows.tried, x.flows.arriving, x.tally.work, numbers
    )


@spliced
def move(i: int, numbers: Numbers, x: Settled) -> None:
    """Move the shares: who must leave, who arrives, who reconsiders."""
    choice.settle_shares(
        i, x.flows, x.liked.loyal, x.choice, x.tally.share, x.pulls.national, x.tally.work, numbers
    )
    choice.heal(i, x.flows.evicting, x.flows.leaving, numbers.p, numbers.ps, x.pulls.scar)


@spliced
def count(i: int, counted: Counted, numbers: Numbers, x: Settled) -> None:
    """Count what the month leaves to be seen: answers, what is built anew, the load."""
    ps, done = numbers.ps, x.tally
    if counted.met:
        observe.met_with(i, done.share, x.flows.tried, ps, done.part, x.trial.met)
    if counted.anew:
        observe.built_anew(i, ps, x.choice.chosen, done.fresh_choice)
    if counted.load:
        tally.nation_load(
            i, x.kinds.bloc, x.growth.builders, done.share, x.served, ps, done.part, done.callers
        )
