"""The month of the world, shared by both drivers: what belongs to no nation, and the sums.

Between its beginning and its end each nation perceives, reviews its stance and decides. A function
here returns what does a part of a month, ready for one block of replicates: it takes the position
of the month, and writes into the block or its record.
"""

from __future__ import annotations

from collections.abc import Callable

from sim.world import gathered, in_force
from sim.world.block import ONE_A_MONTH, Block, Record
from sim.world.compiled import ready
from sim.world.rows import W
from sim.world.rules import (
    capability,
    changes,
    choice,
    laboratories,
    learning,
    observe,
    policy,
    stance,
    supply,
    tally,
    tokens,
    uptake,
)
from sim.world.rules.arrays import (
    Able,
    Chats,
    Chips,
    Counted,
    Draws,
    Fond,
    Known,
    Labs,
    Lines,
    Made,
    Menu,
    News,
    Reach,
    Traffic,
    Views,
    When,
)

Monthly = Callable[[int], None]


def beginning(block: Block) -> Monthly:
    """Return what begins a month.

    Levers on the world, supply, capability, attention, prices, the picture of last month, and what
    is felt differently than then.
    """
    f, state = block.facts, block.state
    bring_in = in_force.updating(f, block.schedule, block.strength, block.in_force)
    set_cells = ready(
        policy.world_cells, f.world, f.nest.size, f.last_fact, gathered.world_levers(block),
        block.parameters.scalar, state.cells,
    )  # fmt: skip
    learn = _learning(block)
    bind = ready(choice.loyalty, block.parameters.segment, state.cells[W.switching], state.loyal)
    supply_chips, advance, picture = _supply(block), _capability(block), _picture(block)
    sense = ready(changes.sense, gathered.felt(block), gathered.changed(block))

    def begin(t: int) -> None:
        bring_in(t)
        set_cells(t)
        learn(t)
        bind()
        supply_chips(t)
        advance(t)
        picture(t)
        sense()

    return begin


def finishing(block: Block) -> Monthly:
    """Return what adds the nations up: world shares, and builders who load Chinese services."""
    f, state = block.facts, block.state
    add_up = ready(
        tally.world_shares, state.builders, state.national, state.world, block.scratch.part
    )
    count = ready(tally.chinese_load, state.callers, state.users)
    sum_bloc = ready(tally.bloc_share, f.bloc, state.world, state.chinese_share)

    def finish(t: int) -> None:
        add_up()
        if t >= f.base_month:  # before, nothing reads it
            count()
        sum_bloc()
        if t == f.base_month:
            state.users0[:] = state.users
            state.chinese_share0[:] = state.chinese_share

    return finish


def counted(t: int, block: Block, record: Record) -> Counted:
    """Return what is counted in a month beside what rules read."""
    return Counted(
        load=t >= block.facts.base_month,  # before, it has no base
        anew=t < record.visits.shape[0],
        met=t < record.met.shape[0],
    )


def observing(block: Block, record: Record) -> Monthly:
    """Return what writes down what the observed series would show of a month."""
    route, look = _routers(block, record), _visits(block, record)

    def observe_month(t: int) -> None:
        if t < record.routed.shape[0]:  # no rule reads what routers pass on
            route(t)
        if t < record.visits.shape[0]:
            look(t)

    return observe_month


def noting(block: Block, record: Record) -> Monthly:
    """Return what writes a month down."""
    state = block.state
    trail = ready(
        laboratories.lacking, block.facts.bloc, state.own, state.national, state.home_index
    )

    def note(t: int) -> None:
        record.share[t] = state.national
        if t < record.met.shape[0]:
            record.met[t] = block.scratch.met
        record.developers[t] = state.builders
        record.stance[t] = state.stance
        record.compute[t] = state.compute
        record.capability[t] = state.own[:, 0]
        trail(record.lacking[t])
        for name in ONE_A_MONTH:
            getattr(record, name)[t] = getattr(state, name)

    return note


def _routers(block: Block, record: Record) -> Monthly:
    """Return what lets the users of routers choose, from all that routers sell."""
    f, state, scratch = block.facts, block.state, block.scratch
    sell = ready(
        tokens.menu, Lines(f.line_of, f.line_gap, f.line_price, f.line_on, f.line_free), state.own,
        state.frontier, block.parameters.scalar, scratch.part, scratch.menu, scratch.gratis,
    )  # fmt: skip
    choose = ready(
        tokens.route,
        Fond(f.pulled, state.standing, state.regarded, state.licence, state.learned),
        Reach(f.nest, f.access, f.later, f.unlisted, state.opened),
        Menu(scratch.menu, scratch.gratis, scratch.kept, scratch.part),
        gathered.numbers(block),
    )

    def route(t: int) -> None:
        sell(t)
        choose(t, Traffic(f.routed, state.builders, state.price, record.routed[t]))

    return route


def _visits(block: Block, record: Record) -> Monthly:
    """Return what writes the visits of chat services, and what is used and built of models."""
    f, state, p = block.facts, block.state, block.parameters.scalar
    chats = Chats(f.later, f.unlisted, f.leak_weight, state.consumer, state.attention, state.access)
    chat = ready(
        observe.chatbot_view, f.bloc, chats, Able(state.cover, state.home_cover),
        block.parameters.switches.trial, p, record.visits,
    )  # fmt: skip
    count = ready(
        observe.world_views, f.surveyed, f.recent, p, state.builders, state.share,
        block.scratch.fresh_choice, Views(record.firms, record.derived),
    )  # fmt: skip

    def look(t: int) -> None:
        chat(t)
        count(t)

    return look


def _learning(block: Block) -> Monthly:
    """Return what counts the month's releases of Chinese models, and what they teach."""
    f, state = block.facts, block.state
    news = ready(
        learning.news, f.last_fact, f.bloc, state.cells, block.parameters.scalar,
        block.parameters.switches,
        News(f.releases, state.chinese_share, state.releases, state.gain),
    )  # fmt: skip
    return lambda t: news(t, int(f.months[t]))


def _supply(block: Block) -> Monthly:
    """Return trade in accelerators, Chinese laboratories, and what lack of compute does to them.

    The switch takes away what compute limits and not the compute: stances and influence read it.
    """
    f, state, p = block.facts, block.state, block.parameters.scalar
    chips = Chips(state.wanted, state.compute, state.output, state.unmet)
    labs = Labs(state.training, state.training0, state.serving, state.serving0)
    trade = ready(supply.hardware, f.base_month, state.cells, p, chips, labs)
    load = ready(
        supply.load, p, state.users, state.users0, state.serving, state.serving0, state.load
    )
    strain = ready(supply.strain, p, state.load, state.dearer, state.slowed)
    lag = ready(
        capability.chinese_lag, p, state.training, state.training0, state.chinese_share,
        state.chinese_share0, state.extra_lag,
    )  # fmt: skip

    def supply_chips(t: int) -> None:
        state.load_before[:] = state.load
        trade(t)
        if block.parameters.switches.supply:
            load()
            strain()
            lag()

    return supply_chips


def _capability(block: Block) -> Monthly:
    """Return frontier and releases, what they are worth and cost, and the attention they draw."""
    f, state, keys, numbers = block.facts, block.state, block.keys, block.parameters
    known = Known(
        f.nest, f.bloc, f.capability, f.frontier, f.on_sale, f.notable, f.notable_size, f.ln_price,
        f.fall_years,
    )  # fmt: skip
    draws = Draws(
        numbers.switches.noise, keys.frontier_chance, keys.frontier_size, keys.release,
        keys.lateness, keys.size,
    )  # fmt: skip
    made = Made(
        state.frontier, state.best_open, state.own, state.rise, state.gap, state.extra_lag,
        state.cover, state.cover_before, state.attention, state.ln_price,
    )  # fmt: skip
    advance = ready(
        capability.month, known, state.cells, gathered.numbers(block), numbers.ecosystem,
        numbers.switches.raw_capability, draws, made,
    )  # fmt: skip
    return lambda t: advance(When(t, int(f.months[t]), t <= f.last_fact))


def _picture(block: Block) -> Monthly:
    """Return what puts down how things stood at the end of last month."""
    f, state, switches = block.facts, block.state, block.parameters.switches
    adopt = ready(tally.adoption, state.builders, state.ceiling, state.adopted)
    links = f.link_start, f.link_to, f.link_weight
    linked = ready(uptake.linked_mean, *links, state.adopted, state.linked)
    shares = ready(uptake.linked_shares, *links, state.national, state.world, state.linked_share)
    peers = ready(
        stance.peers, state.stance_before, f.membership, state.member_counts, state.member_sizes
    )

    def picture(_: int) -> None:
        state.stance_before[:] = state.stance
        adopt()
        linked()
        if switches.links:
            shares()
        if switches.stances:
            peers()

    return picture
