"""The compiled driver: all nations at once, replicates side by side."""

from __future__ import annotations

from sim.scenario.drivers import Floats
from sim.world import triggers
from sim.world.block import Block, Record, note
from sim.world.month import begin, finish
from sim.world.rows import LAG, RISK
from sim.world.rules import nations, observe, policy, stance, tokens


def run(block: Block, record: Record, first: int, last: int) -> None:
    """Run months ``first`` to ``last - 1`` of a block and write them down.

    Parameters
    ----------
    block : Block
        From :func:`sim.world.block.prepare`; its state is updated.
    record : Record
        Written.
    first, last : int
        Positions of months.
    """
    for t in range(first, last):
        begin(t, block)
        perceive(t, block)
        if block.parameters.switches.stances:
            review(t, block)
        looking = t < record.visits.shape[0]
        decide(t, block, looking=looking)
        if t < record.routed.shape[0]:  # no rule reads what routers pass on
            route(t, block, record)
        if looking:
            look(t, block, record)
        finish(t, block)
        note(t, block, record)
        triggers.read(t, block, record)


def risks(block: Block) -> Floats:
    """Return the perceived risk of each ecosystem in force, (K, L)."""
    offsets = block.effects.world_offsets
    return block.state.cells[offsets[RISK] : offsets[RISK + 1]]


def delays(block: Block) -> Floats:
    """Return the months that levers add to the lag of each ecosystem, (K, L)."""
    offsets = block.effects.world_offsets
    return block.state.cells[offsets[LAG] : offsets[LAG + 1]]


def perceive(t: int, block: Block) -> None:
    """Bring what is offered to every nation up to date."""
    f, e, state, scratch = block.facts, block.effects, block.state, block.scratch
    p, ps, now = block.parameters.scalar, block.parameters.segment, block.in_force
    risk = risks(block)
    loaded = scratch.loaded[: policy.overloaded(state.load, state.load_before, scratch.loaded)]
    feared = policy.feared(risk, state.risk_felt)
    nations.perceive(
        t, loaded, feared, f.listed, now.stale, block.schedule.bears, now.moved, f.nest, f.bloc,
        f.pulled, f.on_sale, f.home, f.access, f.later, f.unlisted, f.licence, f.facility,
        state.lab_lag, f.nation_low, f.nation_high, e.nation_start, e.nation_effect, e.offsets, e.operation,
        now.ramp, block.size, e.target, p, ps, state.sensitivity, state.dearer, state.slowed,
        state.ln_price,
        state.cover_before, state.home_cover, risk, state.standing, state.stance_before,
        state.stance_felt, state.access, state.price, state.licence, state.facility, state.trust,
        state.pull, state.offer, state.own_lag, state.regarded, state.opened, state.worth,
        state.by_maker, state.offered, state.leaving, state.evicting, scratch.opened_next,
        scratch.work, scratch.mark, scratch.some,
    )  # fmt: skip


def review(t: int, block: Block) -> None:
    """Let governments review their stance."""
    f, state = block.facts, block.state
    stance.review_all(
        int(f.months[t]), state.next_review, f.alignment, f.pool, f.bloc, f.membership,
        state.member_counts, state.member_sizes, state.national, state.compute, state.offer,
        block.parameters.scalar, block.keys.stance, state.stance_before, state.stance,
    )  # fmt: skip


def decide(t: int, block: Block, *, looking: bool) -> None:
    """Let every nation choose, grow and move its shares."""
    f, state, scratch = block.facts, block.state, block.scratch
    p, ps, switch = block.parameters.scalar, block.parameters.segment, block.parameters.switches
    risk = risks(block)
    nations.decide(
        int(f.months[t]), t, t >= f.base_month, looking, switch.noise, switch.trial, switch.links,
        switch.raw_capability, f.nest, f.bloc, f.on_sale, delays(block), state.best_open,
        state.frontier, state.own_lag, state.home_index, state.home_cover, f.link_start, p, ps,
        block.keys.wander, state.world, state.linked_share, state.wander, state.scar, state.cover,
        state.offered, state.regarded, state.attention, state.access, state.eager, state.adopted,
        state.linked, state.ceiling, f.home, risk, state.trust, state.gain, state.learned,
        state.urge, state.loyal, state.leaving, state.evicting, state.logsum0, state.builders,
        state.share, state.national, scratch.utility, scratch.top, scratch.chosen, scratch.logsum,
        scratch.kept, scratch.arriving, scratch.tried, scratch.part, scratch.work, state.by_maker,
        state.callers, scratch.fresh_choice, scratch.met,
    )  # fmt: skip


def route(t: int, block: Block, record: Record) -> None:
    """Let the users of routers choose, from all that routers sell."""
    f, state, scratch = block.facts, block.state, block.scratch
    p, ps = block.parameters.scalar, block.parameters.segment
    tokens.menu(
        t, f.line_of, f.line_gap, f.line_price, f.line_on, f.line_free, state.own, state.frontier,
        p, scratch.part, scratch.menu, scratch.gratis,
    )  # fmt: skip
    tokens.route(
        t, f.nest, f.pulled, f.routed, f.access, f.later, f.unlisted, p, ps, state.builders,
        state.opened, state.standing, state.regarded, state.licence, state.price, state.learned,
        scratch.menu, scratch.gratis, scratch.kept, scratch.part, record.routed,
    )  # fmt: skip


def look(t: int, block: Block, record: Record) -> None:
    """Write what the observed series would show of the month."""
    f, state, scratch = block.facts, block.state, block.scratch
    observe.chatbot_view(
        t, f.later, f.unlisted, f.leak_weight, state.consumer, f.bloc, state.cover,
        state.home_cover,
        block.parameters.switches.trial, state.attention, state.access,
        block.parameters.scalar, record.visits,
    )  # fmt: skip
    observe.world_views(
        t, f.surveyed, f.recent, block.parameters.scalar, state.builders, state.share,
        scratch.fresh_choice, record.firms, record.derived,
    )  # fmt: skip
