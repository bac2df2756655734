"""What rules read and write, in small groups of arrays.

A group holds what belongs together in docs/model.md; its arrays are those of the state, of the
facts or of the levers, and none is a copy. Sizes: I nations, S segments, K ecosystems, T months,
M memberships, E effects, J lines of routers, W world cells; the L replicates of a block are last.
A compiled rule may be handed no array twice: what two groups share is put together inside.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.scenario.drivers import Flags, Floats, Ints
from sim.world.streams import Keys


class Span(NamedTuple):
    """Lanes ``first`` to ``last - 1`` of a block."""

    first: int
    last: int


class Cells(NamedTuple):
    """Cells ``first`` to ``last - 1`` of one family of a nation's drivers.

    A group and not three numbers: a rule is compiled anew for each constant that it is handed.
    """

    family: int
    first: int
    last: int


class Numbers(NamedTuple):
    """Parameters, rows as in :mod:`sim.world.rows`."""

    p: Floats  # [scalars, L]
    ps: Floats  # [S, by segment, L]


class Kinds(NamedTuple):
    """What each ecosystem is."""

    nest: Ints  # [K] closed or open
    bloc: Ints  # [K]
    pulled: Floats  # [K] 1 for the incumbent that us_closed_pull raises


# -- Levers and the drivers that they move


class Levers(NamedTuple):
    """What levers do to the drivers of nations, or of the world, this month."""

    low: Floats  # [families] bounds of a nation's drivers by family; of the world's by cell
    high: Floats
    start: Ints  # [cells + 1] rows of ``effect`` that act on each cell
    effect: Ints  # numbers of effects, by operation, then in canonical order
    offsets: Ints  # where each family begins among the cells
    operation: Ints  # [E]
    ramp: Floats  # [E, L] part in force
    size: Floats  # [E, 2, L] how much, and the grip that its strength gives a floor or a cap
    target: Floats  # [E] where a move goes
    work: Floats  # [6, L] scratch


class Acting(NamedTuple):
    """When effects act; N entries of levers."""

    entry: Ints  # [E]
    course: Floats  # [E, T] part in force by months since the start
    rival: Ints  # [E]
    lag: Ints  # [N] months
    bears: Flags  # [E, I, parts]
    began: Ints  # [N, L] position of the first month
    ended: Ints  # [N, L] position of the last month
    strength: Floats  # [N, L] from 0 to 1


class Turns(NamedTuple):
    """Governments that have turned since offers were last valued."""

    stance: Ints  # [I, L] of last month
    felt: Ints  # [I, L] the one under which offers were last valued
    lanes: Ints  # [I, L] where they differ, the first of each row
    many: Ints  # [I] how many of them there are


class Changes(NamedTuple):
    """What may have changed this month, so that the rest need not be computed again."""

    stale: Flags  # [I, parts] ALL or SOME, see :mod:`sim.world.rules.changes`
    bears: Flags  # [E, I, parts] where effects are felt
    moved: Flags  # [E, L] which effects have moved
    listed: Flags  # [K, 2] an offer's price, or its place on the menu
    turns: Turns
    loaded: Ints  # [2, L] runs of lanes in which the load of Chinese services is felt anew
    loads: Ints  # [1] how many of them there are
    feared: Flags  # [1] 1 where a risk is felt differently than last month
    mark: Flags  # [L] scratch: lanes in which something has changed; 0 between uses
    runs: Ints  # [2, L] scratch: first lanes and ends of runs of lanes


class Felt(NamedTuple):
    """What may be felt differently than last month."""

    load: Floats  # [L] of Chinese services
    load_before: Floats  # [L]
    risk: Floats  # [K, L] perceived, in force
    risk_felt: Floats  # [K, L] written: the same


class Bases(NamedTuple):
    """Drivers of nations before levers."""

    access: Floats  # [T, I, K * 3] by way
    later: Floats  # [T] whole years since the last fact
    unlisted: Floats  # [T, I, K] part of providers that do not list a nation
    licence: Floats  # [T, I, K]
    facility: Floats  # [S]
    home: Floats  # [I, K] 1 where an ecosystem is the nation's own
    lab_lag: Floats  # [I, L] months


class Drivers(NamedTuple):
    """Drivers of nations in force, in the order of the families."""

    access: Floats  # [I, K * 3, L] by way
    price: Floats  # [I, K * 3, L] logarithm of the factor
    licence: Floats  # [I, K, L]
    facility: Floats  # [I, S, L]
    trust: Floats  # [I, K, L] part of the risk that it takes away
    pull: Floats  # [I, S * K, L] utils
    offer: Floats  # [I, 4, L] to the government, by stance
    own_lag: Floats  # [I, 1, L] months of the nation's own models


# -- What is offered, and how it is regarded


class Liking(NamedTuple):
    """How a nation regards ecosystems, whatever they offer."""

    standing: Floats  # [I, K, L] utils, from :func:`sim.world.likings.standing`
    trust: Floats  # [I, K, L]
    pull: Floats  # [I, S * K, L]
    risk: Floats  # [K, L] perceived, in force
    regarded: Floats  # [I, K, S, L] written, utils


class Roads(NamedTuple):
    """What bars or opens the ways to ecosystems."""

    access: Floats  # [I, K * 3, L]
    facility: Floats  # [I, S, L] how far a segment can run models itself
    stance: Ints  # [I, L]
    slowed: Floats  # [L] ``min(1, 1/z)`` of Chinese services


class Opened(NamedTuple):
    """Access that builders of a segment have to an ecosystem in one lane, fractions."""

    maker: float
    host: float
    own: float  # on own machines


class Ways(NamedTuple):
    """How open the ways to ecosystems are, and who must leave where they close."""

    opened: Floats  # [I, K, S, 3, L] access that builders have by each way
    leaving: Floats  # [I, S, K, L] part of users whose way is cut
    evicting: Flags  # [I] whether any is


class Pricing(NamedTuple):
    """What an offer costs a nation, and what its licence is."""

    ln_price: Floats  # [K, 2, 3, L] logarithm of the list price
    price: Floats  # [I, K * 3, L] logarithm of the nation's factor
    licence: Floats  # [I, K, L]
    dearer: Floats  # [L] ``psi ln max(1, z)`` of Chinese services
    sensitivity: Floats  # [I, S, L] ``c_s g_i``, utils per ln USD


class Offers(NamedTuple):
    """What offers are worth by way, and all ways together."""

    worth: Floats  # [I, K, S, 3, 2, L] by way and offer
    by_maker: Floats  # [I, K, S, 2, L] sigma, the part of users who come by the maker's service
    offered: Floats  # [I, K, S, 2, L] B, the log-sum over ways


class Able(NamedTuple):
    """What capability is worth, ``beta cov``, utils."""

    cover: Floats  # [S, K, 2, L] of flagship and small offer
    home: Floats  # [I, K, S, L] of a nation's own models


class Market(NamedTuple):
    """What offers cost before a nation's factor, and what load does to Chinese services."""

    ln_price: Floats  # [K, 2, 3, L]
    dearer: Floats  # [L]
    slowed: Floats  # [L]
    sensitivity: Floats  # [I, S, L]
    cover_before: Floats  # [S, K, 2, L] worth of capability last month
    home: Floats  # [I, K, S, L] of nations' own models


class Perceived(NamedTuple):
    """All that nations perceive in a month."""

    changes: Changes
    levers: Levers
    bases: Bases
    drivers: Drivers
    kinds: Kinds
    sold: Flags  # [K, 2] 1 where an offer is on sale
    standing: Floats  # [I, K, L]
    risk: Floats  # [K, L]
    regarded: Floats  # [I, K, S, L]
    market: Market
    ways: Ways
    offers: Offers


# -- Choice, uptake and learning


class OwnModels(NamedTuple):
    """Models of nations' own laboratories."""

    access: Floats  # [I, K * 3, L] by way
    own_lag: Floats  # [I, 1, L] months
    delay: Floats  # [K, L] months that levers add to the lag of an ecosystem
    best_open: Floats  # [T, L] best open weights of each month, ECI points
    frontier: Floats  # [T, L] ECI points
    level: Floats  # [I, K, L] ECI points
    worth: Floats  # [I, K, S, L] utils


class Pulls(NamedTuple):
    """What draws to an ecosystem beside its offers: who uses it, and tastes of the moment."""

    national: Floats  # [I, K, L] shares of last month
    world: Floats  # [K, L] the same of the world
    linked: Floats  # [I, K, L] the same of linked nations
    wander: Floats  # [I, K, L] utils
    scar: Floats  # [I, K, L] utils


class Worths(NamedTuple):
    """What an ecosystem is worth by its offers and by how it is regarded, utils."""

    cover: Floats  # [S, K, 2, L] what capability is worth
    home: Floats  # [I, K, S, L] the same of a nation's own models
    offered: Floats  # [I, K, S, 2, L] B
    regarded: Floats  # [I, K, S, L]
    learned: Floats  # [I, K, L] logarithm of releases


class Choice(NamedTuple):
    """The choice of those who choose anew in one nation."""

    utility: Floats  # [S, K, L]
    top: Floats  # [S, L] the largest
    chosen: Floats  # [S, K, L] probabilities P
    logsum: Floats  # [S, L] logarithm of their weight, IV
    shared: Floats  # [L] scratch: what all segments share
    kept: Floats  # [K, L] scratch: who stays


class Flows(NamedTuple):
    """Who leaves, arrives or tries in one month."""

    leaving: Floats  # [I, S, K, L] part of users whose way is cut
    evicting: Flags  # [I] whether any is
    arriving: Floats  # [L] newcomers as a part of all builders after arrival
    tried: Floats  # [L] sum of triers over ecosystems


class Growth(NamedTuple):
    """How many build at all."""

    builders: Floats  # [I, L]
    ceiling: Floats  # [I, L] who may ever build
    urge: Floats  # [I, L] ``p_i`` per year
    logsum0: Floats  # [I, L] ``IV`` of the first month in which it is known; ABSENT before
    adopted: Floats  # [I, L] last month's ``N / C``
    linked: Floats  # [I, L] its mean over linked nations
    link_start: Ints  # [I + 1] rows of links


class Served(NamedTuple):
    """Who comes by a maker's service."""

    by_maker: Floats  # [I, K, S, 2, L] sigma
    offered: Floats  # [I, K, S, 2, L] B
    cover: Floats  # [S, K, 2, L]


class News(NamedTuple):
    """What is known of Chinese models."""

    counted: Floats  # [T] models that Chinese laboratories had released
    chinese_share: Floats  # [L] of the world's builders, last month
    releases: Floats  # [L] R
    gain: Floats  # [L] what the month adds to what is known


class Told(NamedTuple):
    """What a nation makes of news of Chinese models."""

    home: Floats  # [I, K] 1 where an ecosystem is the nation's own
    risk: Floats  # [K, L] perceived, in force
    trust: Floats  # [I, K, L]
    gain: Floats  # [L]


class Trial(NamedTuple):
    """What makes developers try."""

    attention: Floats  # [K, L]
    eager: Floats  # [I, K, L] exp of standing
    met: Floats  # [I, K, L] written: what they have worked with this month


# -- Supply, capability and stances


class Chips(NamedTuple):
    """Trade in accelerators, H100e."""

    wanted: Floats  # [3, L] part of demand that Chinese hardware would meet, by pool
    compute: Floats  # [3, 2, L] stock by pool and hardware
    output: Floats  # [L] of Chinese plants, a month
    unmet: Floats  # [12, L] unmet part of Chinese demand in the last months


class Labs(NamedTuple):
    """Compute of Chinese laboratories, H100e, and what it was in July 2025 (0 before)."""

    training: Floats  # [L]
    training0: Floats  # [L]
    serving: Floats  # [L]
    serving0: Floats  # [L]


class When(NamedTuple):
    """A month."""

    t: int  # position
    number: int  # as :mod:`sim.months` counts
    dated: bool  # whether there are dated facts of it


class Known(NamedTuple):
    """What is on record of ecosystems."""

    nest: Ints  # [K]
    bloc: Ints  # [K]
    record: Floats  # [T, K, 2] of flagship and small offer, ECI points
    frontier: Floats  # [T] ECI points
    on_sale: Flags  # [T, K, 2]
    notable: Floats  # [T, K] 1 in the month of a notable release
    notable_size: Floats  # [T, K] its attention where known, else 0
    ln_price: Floats  # [T, K, 2, 3]
    fall_years: Floats  # [T, K, 2] years that small offers' prices have fallen


class Leaps(NamedTuple):
    """Chance of the frontier."""

    noise: int  # switch
    chance: Keys  # [L]
    size: Keys  # [L]


class Releases(NamedTuple):
    """Chance of releases."""

    noise: int  # switch
    chance: Keys  # [K, L]
    lateness: Keys  # [K, L]


class Draws(NamedTuple):
    """All chance in capability and attention: keys of streams."""

    noise: int  # switch
    leap: Keys  # [L] whether the frontier leaps
    leap_size: Keys  # [L]
    release: Keys  # [K, L] whether an ecosystem releases
    lateness: Keys  # [K, L]
    size: Keys  # [K, L] attention that a release draws


class Index(NamedTuple):
    """How good models are, ECI points."""

    frontier: Floats  # [T, L]
    best_open: Floats  # [T, L]
    own: Floats  # [K, 2, L] flagship and small offer
    rise: Floats  # [K, L] by which the flagship rose this month
    gap: Floats  # [K] by which small offers trail
    extra: Floats  # [L] months that compute and deployment add to Chinese lags


class Notice(NamedTuple):
    """Attention, and the rise that draws it."""

    rise: Floats  # [K, L] ECI points
    attention: Floats  # [K, L]


class Made(NamedTuple):
    """What the rules of capability and attention write."""

    frontier: Floats  # [T, L] ECI points, as all to ``gap``
    best_open: Floats  # [T, L]
    own: Floats  # [K, 2, L]
    rise: Floats  # [K, L]
    gap: Floats  # [K]
    extra: Floats  # [L] months that compute and deployment add to Chinese lags
    cover: Floats  # [S, K, 2, L] worth of capability, utils
    cover_before: Floats  # [S, K, 2, L] the same last month
    attention: Floats  # [K, L]
    ln_price: Floats  # [K, 2, 3, L]


class Governments(NamedTuple):
    """What governments weigh beside the picture of the month."""

    alignment: Floats  # [I] -1 Chinese to 1 US
    pool: Ints  # [I] pool of hardware
    membership: Floats  # [I, M]
    next_review: Ints  # [I, L] number of the month
    counts: Floats  # [M, 4, L] members by stance
    sizes: Floats  # [M] members


class Picture(NamedTuple):
    """What governments see."""

    bloc: Ints  # [K]
    national: Floats  # [I, K, L] shares
    compute: Floats  # [3, 2, L] stock by pool and hardware
    offer: Floats  # [I, 4, L] utils


# -- What observed series would show


class Chats(NamedTuple):
    """What leads consumers to makers' chat services."""

    later: Floats  # [T] whole years since the last fact
    unlisted: Floats  # [T, I, K]
    leak_weight: Floats  # [T, I, K] factor on the parameter ``leak``
    consumer: Floats  # [I, K, L] utils, from :func:`sim.world.likings.consumer`
    attention: Floats  # [K, L]
    access: Floats  # [I, K * 3, L]


class Views(NamedTuple):
    """Views of the world by month."""

    firms: Floats  # [T', K, L]
    derived: Floats  # [T', K, L]


class Lines(NamedTuple):
    """Product lines that routers sell."""

    ecosystem: Ints  # [J]
    gap: Floats  # [T, J] points behind the flagship of its ecosystem
    ln_price: Floats  # [T, J]
    on: Floats  # [T, J] part of the month on sale
    free: Floats  # [T, J] part of the month with a free variant


class Fond(NamedTuple):
    """How users of routers regard ecosystems."""

    pulled: Floats  # [K]
    standing: Floats  # [I, K, L]
    regarded: Floats  # [I, K, S, L]
    licence: Floats  # [I, K, L]
    learned: Floats  # [I, K, L]


class Reach(NamedTuple):
    """How far users of routers get."""

    nest: Ints  # [K]
    access: Floats  # [T, I, K * 3] without levers
    later: Floats  # [T]
    unlisted: Floats  # [T, I, K]
    opened: Floats  # [I, K, S, 3, L] in force


class Menu(NamedTuple):
    """What routers sell, utils."""

    value: Floats  # [K, L] V at list prices
    gratis: Floats  # [K, L] V at the least price that is felt
    weight: Floats  # [K, L] scratch
    total: Floats  # [L] scratch


class Traffic(NamedTuple):
    """Whose tokens routers pass on."""

    routed_here: Floats  # [I] 1 where the traffic of routers comes from
    builders: Floats  # [I, L]
    price: Floats  # [I, K * 3, L] logarithm of the nation's factor
    routed: Floats  # [K, L] written


class Liked(NamedTuple):
    """How ecosystems are regarded, and who stays with them."""

    regarded: Floats  # [I, K, S, L]
    learned: Floats  # [I, K, L]
    loyal: Floats  # [S, L] exp(switching_cost) - 1


class Tally(NamedTuple):
    """Shares, and what is counted of a month."""

    share: Floats  # [I, S, K, L]
    callers: Floats  # [I, L] builders on Chinese models by the maker's service
    fresh_choice: Floats  # [I, K, L] what is built anew
    part: Floats  # [L] scratch
    work: Floats  # [6, L] scratch


class Counted(NamedTuple):
    """What is counted this month beside what rules read."""

    load: bool  # builders on Chinese models by the maker's service
    anew: bool  # what is built anew, for the observed series
    met: bool  # what developers who answer a survey have worked with


class Settled(NamedTuple):
    """What nations decide on in a month, and what follows."""

    kinds: Kinds
    own: OwnModels
    sold: Flags  # [K, 2] 1 where an offer is on sale
    pulls: Pulls
    served: Served
    liked: Liked
    choice: Choice
    growth: Growth
    flows: Flows
    told: Told
    trial: Trial
    tally: Tally
