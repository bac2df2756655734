"""The arrays of a block in the groups that rules are handed.

Nothing is copied: the arrays of a block stay where they are, so that a group holds for all months.
"""

from __future__ import annotations

from sim.scenario.drivers import Floats
from sim.world.block import Block
from sim.world.rows import LAG, RISK
from sim.world.rules import arrays


def numbers(block: Block) -> arrays.Numbers:
    """Return the parameters."""
    return arrays.Numbers(block.parameters.scalar, block.parameters.segment)


def kinds(block: Block) -> arrays.Kinds:
    """Return what each ecosystem is."""
    f = block.facts
    return arrays.Kinds(f.nest, f.bloc, f.pulled)


def risks(block: Block) -> Floats:
    """Return the perceived risk of each ecosystem in force, (K, L)."""
    offsets = block.effects.world_offsets
    return block.state.cells[offsets[RISK] : offsets[RISK + 1]]


def delays(block: Block) -> Floats:
    """Return the months that levers add to the lag of each ecosystem, (K, L)."""
    offsets = block.effects.world_offsets
    return block.state.cells[offsets[LAG] : offsets[LAG + 1]]


def nation_levers(block: Block) -> arrays.Levers:
    """Return what levers do to the drivers of nations."""
    f, e = block.facts, block.effects
    return arrays.Levers(
        f.nation_low, f.nation_high, e.nation_start, e.nation_effect, e.offsets, e.operation,
        block.in_force.ramp, block.size, e.target, block.scratch.work,
    )  # fmt: skip


def world_levers(block: Block) -> arrays.Levers:
    """Return what levers do to the drivers of the world."""
    f, e = block.facts, block.effects
    return arrays.Levers(
        f.world_low, f.world_high, e.world_start, e.world_effect, e.world_offsets, e.operation,
        block.in_force.ramp, block.size, e.target, block.scratch.work,
    )  # fmt: skip


def felt(block: Block) -> arrays.Felt:
    """Return what may be felt differently than last month."""
    state = block.state
    return arrays.Felt(state.load, state.load_before, risks(block), state.risk_felt)


def changed(block: Block) -> arrays.Changes:
    """Return what may have changed in a month."""
    state, now, scratch = block.state, block.in_force, block.scratch
    return arrays.Changes(
        now.stale, block.schedule.bears, now.moved, now.listed,
        arrays.Turns(state.stance_before, state.stance_felt, scratch.turned, scratch.turns),
        scratch.loaded, scratch.loads, scratch.feared, scratch.mark, scratch.runs,
    )  # fmt: skip


def bases(block: Block) -> arrays.Bases:
    """Return the drivers of nations before levers."""
    f = block.facts
    return arrays.Bases(
        f.access, f.later, f.unlisted, f.licence, f.facility, f.home, block.state.lab_lag
    )


def drivers(block: Block) -> arrays.Drivers:
    """Return the drivers of nations in force."""
    state = block.state
    return arrays.Drivers(*(getattr(state, name) for name in arrays.Drivers._fields))


def ways(block: Block) -> arrays.Ways:
    """Return how open the ways to ecosystems are."""
    state = block.state
    return arrays.Ways(state.opened, state.leaving, state.evicting)


def offers(block: Block) -> arrays.Offers:
    """Return what offers are worth."""
    state = block.state
    return arrays.Offers(state.worth, state.by_maker, state.offered)


def market(block: Block) -> arrays.Market:
    """Return what offers cost, and what load does."""
    state = block.state
    return arrays.Market(
        state.ln_price, state.dearer, state.slowed, state.sensitivity, state.cover_before,
        state.home_cover,
    )  # fmt: skip


def perceived(block: Block) -> arrays.Perceived:
    """Return all that nations perceive in a month."""
    return arrays.Perceived(
        changes=changed(block),
        levers=nation_levers(block),
        bases=bases(block),
        drivers=drivers(block),
        kinds=kinds(block),
        sold=block.in_force.sold,
        standing=block.state.standing,
        risk=risks(block),
        regarded=block.state.regarded,
        market=market(block),
        ways=ways(block),
        offers=offers(block),
    )


def settled(block: Block) -> arrays.Settled:
    """Return what nations decide on in a month, and what follows."""
    f, state, scratch = block.facts, block.state, block.scratch
    return arrays.Settled(
        kinds=kinds(block),
        own=arrays.OwnModels(
            state.access, state.own_lag, delays(block), state.best_open, state.frontier,
            state.home_index, state.home_cover,
        ),
        sold=block.in_force.sold,
        pulls=arrays.Pulls(
            state.national, state.world, state.linked_share, state.wander, state.scar
        ),
        served=arrays.Served(state.by_maker, state.offered, state.cover),
        liked=arrays.Liked(state.regarded, state.learned, state.loyal),
        choice=arrays.Choice(
            scratch.utility, scratch.top, scratch.chosen, scratch.logsum, scratch.shared,
            scratch.kept,
        ),
        growth=arrays.Growth(
            state.builders, state.ceiling, state.urge, state.logsum0, state.adopted, state.linked,
            f.link_start,
        ),
        flows=arrays.Flows(state.leaving, state.evicting, scratch.arriving, scratch.tried),
        told=arrays.Told(f.home, risks(block), state.trust, state.gain),
        trial=arrays.Trial(state.attention, state.eager, scratch.met),
        tally=arrays.Tally(
            state.share, state.callers, scratch.fresh_choice, scratch.part, scratch.work
        ),
    )  # fmt: skip


def governments(block: Block) -> arrays.Governments:
    """Return what governments weigh beside the picture of the month."""
    f, state = block.facts, block.state
    return arrays.Governments(
        f.alignment, f.pool, f.membership, state.next_review, state.member_counts,
        state.member_sizes,
    )  # fmt: skip


def picture(block: Block) -> arrays.Picture:
    """Return what governments see."""
    state = block.state
    return arrays.Picture(block.facts.bloc, state.national, state.compute, state.offer)
