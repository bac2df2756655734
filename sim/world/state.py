"""The state of the world: arrays with the replicate as the last axis."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.evidence.axes import OFFERS, STANCES, WAYS
from sim.evidence.parameters import triangular
from sim.scenario import strength
from sim.scenario.drivers import (
    NATION_FAMILIES,
    OPERATIONS,
    Drivers,
    EntrySize,
    Flags,
    Floats,
    Ints,
    nation_offsets,
)
from sim.world import laboratories, likings, streams
from sim.world.memory import copied
from sim.world.numerics import ABSENT
from sim.world.parameters import Parameters
from sim.world.rows import B, P
from sim.world.rules.tally import world_shares
from sim.world.rules.uptake import backcast
from sim.world.streams import Keys


class State(NamedTuple):
    """Everything that a month reads from the one before; I nations, S segments, K ecosystems.

    Sizes: 2 offers, 3 ways, 3 pools, 2 kinds of hardware, M memberships, L lanes.
    """

    share: Floats  # [I, S, K, L] fraction
    builders: Floats  # [I, L] developers who build on models
    national: Floats  # [I, K, L] share over segments
    scar: Floats  # [I, K, L] utils
    standing: Floats  # [I, K, L] utils, fixed: leaning, home, language, taste
    eager: Floats  # [I, K, L] exp of that: how much more developers try what they like
    consumer: Floats  # [I, K, L] utils, fixed: what consumers hold of a chat service
    wander: Floats  # [I, K, L] utils, AR(1)
    stance: Ints  # [I, L]
    stance_felt: Ints  # [I, L] stance under which offers were last valued
    next_review: Ints  # [I, L] month number of the next review of the stance
    logsum0: Floats  # [I, L] log of the choice weight in the first month in which it is known
    ceiling: Floats  # [I, L] developers who may ever build
    urge: Floats  # [I, L] p_i per year
    lab_lag: Floats  # [I, L] months, fixed: lag of a nation's own models before levers
    sensitivity: Floats  # [I, S, L] c_s g_i, utils per ln USD
    access: Floats  # [I, K * 3, L] driver cells in force
    price: Floats  # [I, K * 3, L] logarithm of the factor
    licence: Floats  # [I, K, L]
    facility: Floats  # [I, S, L]
    trust: Floats  # [I, K, L]
    pull: Floats  # [I, S * K, L]
    offer: Floats  # [I, 4, L]
    own_lag: Floats  # [I, 1, L] months
    opened: Floats  # [I, K, S, 3, L] access that builders really have
    worth: Floats  # [I, K, S, 3, 2, L] worth of a way and offer
    by_maker: Floats  # [I, K, S, 2, L] part of an offer's users who come by its maker's service
    offered: Floats  # [I, K, S, 2, L] log-sum over ways, B
    regarded: Floats  # [I, K, S, L] utils, whatever is offered and whoever uses it
    risk_felt: Floats  # [K, L] risk under which ecosystems were last regarded; -1 before
    leaving: Floats  # [I, S, K, L] part of users whose way is cut this month
    evicting: Flags  # [I] whether any is
    adopted: Floats  # [I, L] N/C of last month
    linked: Floats  # [I, L] its mean over linked nations
    linked_share: Floats  # [I, K, L]
    stance_before: Ints  # [I, L]
    member_counts: Floats  # [M, 4, L]
    member_sizes: Floats  # [M]
    cells: Floats  # [world cells, L]
    wanted: Floats  # [3, L]
    compute: Floats  # [3, 2, L] H100e
    output: Floats  # [L] H100e a month
    unmet: Floats  # [12, L]
    training: Floats  # [L] H100e
    serving: Floats  # [L] H100e
    callers: Floats  # [I, L] builders on Chinese models by the maker's service
    users: Floats  # [L] the same in the world
    users0: Floats  # [L] the same in July 2025; 0 before
    serving0: Floats  # [L]
    training0: Floats  # [L]
    chinese_share: Floats  # [L] world share of the Chinese bloc
    chinese_share0: Floats  # [L]
    load: Floats  # [L] z
    load_before: Floats  # [L]
    dearer: Floats  # [L] logarithm of the price factor under load
    slowed: Floats  # [L] factor on access under load
    loyal: Floats  # [S, L] weight of the present ecosystem, exp(switching_cost) - 1
    extra_lag: Floats  # [L] months
    frontier: Floats  # [T, L] ECI points
    best_open: Floats  # [T, L]
    own: Floats  # [K, 2, L]
    gap: Floats  # [K]
    rise: Floats  # [K, L]
    cover: Floats  # [S, K, 2, L] beta cov, utils
    cover_before: Floats  # [S, K, 2, L]
    home_index: Floats  # [I, K, L] ECI points of a nation's own models; sovereign ecosystems alone
    home_cover: Floats  # [I, K, S, L] beta cov of these, utils
    attention: Floats  # [K, L]
    releases: Floats  # [L] models that Chinese laboratories have released
    gain: Floats  # [L] what the month's releases add to what is known of them
    learned: Floats  # [I, K, L] what a nation has learned of Chinese models
    ln_price: Floats  # [K, 2, 3, L]
    world: Floats  # [K, L] developer-weighted world share


TRAITS = frozenset({
    "standing", "eager", "consumer", "ceiling", "urge", "lab_lag", "sensitivity", "gap",
})  # fmt: skip
"""Arrays that are drawn or computed before the first month and never change."""

COMPUTED_AGAIN = frozenset({
    "stance_felt", "access", "price", "licence", "facility", "trust", "pull", "offer", "own_lag",
    "by_maker", "regarded", "risk_felt", "leaving", "evicting", "adopted", "linked", "linked_share",
    "stance_before", "member_counts", "member_sizes", "cells", "wanted", "training", "serving",
    "callers", "load", "load_before", "dearer", "slowed", "loyal", "extra_lag", "rise",
    "cover_before", "home_cover", "gain", "ln_price",
})  # fmt: skip
"""Arrays that follow from the others: kept so that a month computes only what has changed.

All else is the state in the sense of ODD: what a month must know of those before it.
"""


class Scratch(NamedTuple):
    """Working arrays of one month, so that no rule allocates; contents do not outlive a month."""

    kept: Floats  # [K, L]
    utility: Floats  # [S, K, L]
    top: Floats  # [S, L] largest utility
    chosen: Floats  # [S, K, L] choice probabilities P
    logsum: Floats  # [S, L] log of the choice weight
    arriving: Floats  # [L]
    tried: Floats  # [L] sum of triers over ecosystems
    part: Floats  # [L]
    work: Floats  # [6, L]
    fresh_choice: Floats  # [I, K, L] what is built anew this month, for the observed series
    met: Floats  # [I, K, L] what developers who answer a survey have worked with this month
    menu: Floats  # [K, L] what the lines of each ecosystem are worth on routers, utils
    gratis: Floats  # [K, L] the same at the least price that is felt
    shared: Floats  # [L] what all segments share of a utility
    loaded: Ints  # [2, L] runs of lanes in which the load of Chinese services has changed
    mark: Flags  # [L] lanes in which something has changed
    runs: Ints  # [2, L] first lanes and ends of runs of such lanes
    turned: Ints  # [I, L] lanes in which a government has turned, the first of each row
    turns: Ints  # [I] how many of them there are
    loads: Ints  # [1] how many runs of lanes there are in ``loaded``
    feared: Flags  # [1] 1 where a risk is felt differently than last month


class StreamKeys(NamedTuple):
    """Key of every random stream that a month draws from."""

    wander: Keys  # [I, K, L]
    stance: Keys  # [I, 4, L]
    release: Keys  # [K, L]
    lateness: Keys  # [K, L]
    size: Keys  # [K, L]
    frontier_chance: Keys  # [L]
    frontier_size: Keys  # [L]


def stream_keys(drivers: Drivers, run: Keys) -> StreamKeys:
    """Return the keys of a block of replicates, named by nation and ecosystem.

    Parameters
    ----------
    drivers : Drivers
        Gives the names.
    run : ndarray of uint64, shape (L,)
        From :func:`sim.world.streams.run_keys`.
    """
    nations, ecosystems = drivers.nations, drivers.ecosystems

    def table(name: str, second: tuple[str, ...]) -> Keys:
        names = tuple(f"{name}/{a}/{b}" for a in nations for b in second)
        return streams.key_table(run, names).reshape(len(nations), len(second), run.size)

    def row(name: str) -> Keys:
        return streams.key_table(run, tuple(f"{name}/{k}" for k in ecosystems))

    return StreamKeys(
        wander=table("wander", ecosystems),
        stance=table("stance", STANCES),
        release=row("release"),
        lateness=row("lateness"),
        size=row("attention"),
        frontier_chance=streams.keys(run, "frontier/chance"),
        frontier_size=streams.keys(run, "frontier/size"),
    )


def scratch(nations: int, segments: int, ecosystems: int, lanes: int) -> Scratch:
    """Allocate the working arrays of a block."""
    arrays = Scratch(
        kept=np.zeros((ecosystems, lanes)),
        utility=np.zeros((segments, ecosystems, lanes)),
        top=np.zeros((segments, lanes)),
        chosen=np.zeros((segments, ecosystems, lanes)),
        logsum=np.zeros((segments, lanes)),
        arriving=np.zeros(lanes),
        tried=np.zeros(lanes),
        part=np.zeros(lanes),
        work=np.zeros((6, lanes)),
        fresh_choice=np.zeros((nations, ecosystems, lanes)),
        met=np.zeros((nations, ecosystems, lanes)),
        menu=np.zeros((ecosystems, lanes)),
        gratis=np.zeros((ecosystems, lanes)),
        shared=np.zeros(lanes),
        loaded=np.zeros((2, lanes), np.int64),
        mark=np.zeros(lanes, np.uint8),
        runs=np.zeros((2, lanes), np.int64),
        turned=np.zeros((nations, lanes), np.int64),
        turns=np.zeros(nations, np.int64),
        loads=np.zeros(1, np.int64),
        feared=np.zeros(1, np.uint8),
    )
    return copied(arrays)


def start(drivers: Drivers, parameters: Parameters, run: Keys, draws: Ints | None) -> State:
    """Return the state before the first month.

    Parameters
    ----------
    drivers : Drivers
        Compiled scenario.
    parameters : Parameters
        Lanes of the block.
    run : ndarray of uint64, shape (L,)
        Keys of the replicates.
    draws : ndarray of int, shape (L,), or None
        The draw of the calibration that each replicate takes.

    Returns
    -------
    State
        To be copied before it is used: what is one number throughout takes no memory yet.
    """
    f, p, ps = drivers.facts, parameters.scalar, parameters.segment
    months, nations = f.months.size, f.developers.size
    segments, ecosystems, lanes = len(drivers.segments), len(drivers.ecosystems), run.size
    offsets = nation_offsets(ecosystems, segments)
    cells = dict(zip(NATION_FAMILIES, np.diff(offsets), strict=True))
    o, w = len(OFFERS), len(WAYS)

    def filled(value: float, *shape: int) -> Floats:
        return np.broadcast_to(np.float64(value), (*shape, lanes))

    def zeros(*shape: int) -> Floats:
        return filled(0.0, *shape)

    ceiling = (f.developers * f.internet)[:, None] * p[P.potential]
    urge = p[P.innovation] * np.exp(p[P.optimism_effect] * f.optimism[:, None])
    # The price weight falls with income: g_i = (income / reference) ** -eta.
    income = np.exp(-p[P.income_effect] * np.log(f.income_ratio)[:, None])
    builders, world = np.empty((nations, lanes)), np.empty((ecosystems, lanes))
    target = np.repeat((f.developers * f.ai_users)[:, None], lanes, axis=1)
    # The state is that before the first month: to reach June 2025 takes its own month as well.
    backcast(
        ceiling, target, urge, np.ascontiguousarray(p[P.imitation]),
        np.ascontiguousarray(p[P.anchor_cap]), f.uptake_month + 1, builders,
    )  # fmt: skip
    noise = float(parameters.switches.noise)
    reviews = streams.key_table(run, tuple(f"review/{n}" for n in drivers.nations))
    waited = p[P.review_period] * streams.uniforms(reviews.ravel(), 0).reshape(nations, lanes)
    national = likings.first_shares(f, p[P.start_home])
    share = np.repeat(national[:, None], segments, axis=1)
    # Chinese output in 2023-01: the reference month run back at each replicate's own growth.
    years = f.output_month / 12.0
    growth = p[P.output_growth] + p[P.backfire] * p[P.unmet_start]
    output = f.output_reference * np.exp(-growth * years)
    world_shares(builders, national, world, np.empty(lanes))
    last = f.last_fact
    likes = likings.standing(drivers, parameters, run, draws)
    return State(
        share=share,
        builders=builders,
        national=national,
        scar=zeros(nations, ecosystems),
        standing=likes,
        eager=np.exp(likes),
        consumer=likings.consumer(drivers, parameters, run, draws),
        wander=_stationary(drivers, run, p[P.taste_month] * noise),
        stance=np.repeat(f.first_stance[:, None], lanes, axis=1),
        stance_felt=np.repeat(f.first_stance[:, None], lanes, axis=1),
        next_review=f.months[0] + np.floor(waited).astype(np.int64),
        logsum0=filled(ABSENT, nations),
        ceiling=ceiling,
        urge=urge,
        lab_lag=laboratories.lag(drivers, parameters, run),
        sensitivity=np.ascontiguousarray(ps[None, :, B.price] * income[:, None]),
        **{name: zeros(nations, int(cells[name])) for name in NATION_FAMILIES},
        opened=zeros(nations, ecosystems, segments, w),
        worth=zeros(nations, ecosystems, segments, w, o),
        by_maker=zeros(nations, ecosystems, segments, o),
        offered=filled(ABSENT, nations, ecosystems, segments, o),
        regarded=zeros(nations, ecosystems, segments),
        risk_felt=filled(-1.0, ecosystems),
        leaving=zeros(nations, segments, ecosystems),
        evicting=np.zeros(nations, np.uint8),
        adopted=zeros(nations),
        linked=zeros(nations),
        linked_share=zeros(nations, ecosystems),
        stance_before=np.repeat(f.first_stance[:, None], lanes, axis=1),
        member_counts=zeros(f.membership.shape[1], len(STANCES)),
        member_sizes=np.zeros(f.membership.shape[1]),
        cells=zeros(f.world.shape[1]),
        wanted=zeros(3),
        compute=np.repeat(f.compute[:, :, None], lanes, axis=2),
        output=output,
        unmet=np.repeat(p[P.unmet_start][None, :], 12, axis=0),
        training=zeros(),
        serving=zeros(),
        callers=zeros(nations),
        users=zeros(),
        users0=zeros(),
        serving0=zeros(),
        training0=zeros(),
        chinese_share=zeros(),
        chinese_share0=zeros(),
        load=zeros(),
        load_before=zeros(),
        dearer=zeros(),
        slowed=filled(1.0),
        loyal=zeros(segments),
        extra_lag=zeros(),
        frontier=zeros(months),
        best_open=zeros(months),
        own=zeros(ecosystems, o),
        gap=(f.capability[last, :, 0] - f.capability[last, :, 1]) * f.on_sale[last, :, 1],
        rise=zeros(ecosystems),
        cover=zeros(segments, ecosystems, o),
        cover_before=zeros(segments, ecosystems, o),
        home_index=zeros(nations, ecosystems),
        home_cover=zeros(nations, ecosystems, segments),
        attention=zeros(ecosystems),
        releases=filled(1.0),
        gain=zeros(),
        learned=zeros(nations, ecosystems),
        ln_price=zeros(ecosystems, o, w),
        world=world,
    )


def _stationary(drivers: Drivers, run: Keys, sd: Floats) -> Floats:
    """Return the wandering taste at the start, from its stationary distribution, (I, K, L)."""
    names = tuple(f"wander/start/{n}/{k}" for n in drivers.nations for k in drivers.ecosystems)
    draws = streams.normal_table(run, names)
    return sd * draws.reshape(len(drivers.nations), len(drivers.ecosystems), run.size)


def entry_sizes(drivers: Drivers, run: Keys) -> tuple[Floats, Floats, Floats]:
    """Draw how strong each lever is in each replicate.

    Strength becomes size by :mod:`sim.scenario.strength`, times a triangular factor around one for
    the lever's stated uncertainty.

    Parameters
    ----------
    drivers : Drivers
        Compiled scenario.
    run : ndarray of uint64, shape (L,)
        Keys of the replicates.

    Returns
    -------
    sizes : ndarray, shape (E, 2, L)
        Driver change of each effect in full force; the part of a floor or a cap that is in force.
    strengths : ndarray, shape (N, L)
        Of each entry, from 0 to 1.
    costs : ndarray, shape (N, L)
        USD million a year.
    """
    lanes = run.size
    sizes = np.zeros((drivers.effects.operation.size, 2, lanes))
    strengths, costs = np.zeros((2, len(drivers.entries), lanes))
    for position, entry in enumerate(drivers.entries):
        chosen = strengths[position] = _strength(entry, run)
        factor = _factor(entry, run) if drivers.drawn else np.ones(lanes)
        for row, size in zip(entry.effects, entry.sizes, strict=True):
            op = OPERATIONS[drivers.effects.operation[row]]
            sizes[row, 0] = strength.value(op, size, chosen, factor)
            sizes[row, 1] = strength.weight(op, chosen)
        costs[position] = strength.value("add", entry.cost, chosen)
    return sizes, strengths, costs


def _strength(entry: EntrySize, run: Keys) -> Floats:
    """Return the strength of a lever entry, given or drawn, shape (L,)."""
    if isinstance(entry.strength, int | float):
        return np.full(run.size, float(entry.strength))
    u = streams.uniforms(streams.keys(run, f"strength/{entry.label}"), 0)
    return np.clip(entry.strength.quantile(u), 0.0, 1.0)  # type: ignore[attr-defined]


def _factor(entry: EntrySize, run: Keys) -> Floats:
    """Return the triangular factor on a lever's size, shape (L,)."""
    u = streams.uniforms(streams.keys(run, f"size/{entry.lever}"), 0)
    return triangular(1.0 - entry.uncertainty, 1.0, 1.0 + entry.uncertainty, u)
