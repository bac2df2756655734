"""The month of the world, shared by both drivers: what belongs to no nation, and the sums.

Between :func:`begin` and :func:`finish` each nation perceives, reviews its stance and decides.
"""

from __future__ import annotations

from sim.world import gathered, in_force
from sim.world.block import Block
from sim.world.rows import W
from sim.world.rules import capability, choice, learning, policy, stance, supply, tally, uptake
from sim.world.rules.arrays import Chips, Draws, Known, Labs, Made, News, When


def begin(t: int, block: Block) -> None:
    """Levers on the world, supply, capability, attention, prices, and the picture of last month.

    Parameters
    ----------
    t : int
        Position of the month.
    block : Block
        Its state is updated.
    """
    f, state, now = block.facts, block.state, block.in_force
    in_force.update(t, f, block.schedule, block.strength, now)
    policy.world_cells(
        t, f.world, f.nest.size, f.last_fact, gathered.world_levers(block),
        block.parameters.scalar, state.cells,
    )  # fmt: skip
    _news(t, block)
    choice.loyalty(block.parameters.segment, state.cells[W.switching], state.loyal)
    state.load_before[:] = state.load
    _supply(t, block)
    _capability(t, block)
    state.stance_before[:] = state.stance
    tally.adoption(state.builders, state.ceiling, state.adopted)
    uptake.linked_mean(f.link_start, f.link_to, f.link_weight, state.adopted, state.linked)
    if block.parameters.switches.links:
        uptake.linked_shares(
            f.link_start, f.link_to, f.link_weight, state.national, state.world,
            state.linked_share,
        )  # fmt: skip
    if block.parameters.switches.stances:
        stance.peers(state.stance_before, f.membership, state.member_counts, state.member_sizes)


def _news(t: int, block: Block) -> None:
    """Count the month's releases of Chinese models, and what they teach."""
    f, state = block.facts, block.state
    known = News(f.releases, state.chinese_share, state.releases, state.gain)
    learning.news(
        t, int(f.months[t]), f.last_fact, f.bloc, state.cells, block.parameters.scalar,
        block.parameters.switches, known,
    )  # fmt: skip


def _supply(t: int, block: Block) -> None:
    """Trade in accelerators, Chinese laboratories, and what a lack of compute does to them.

    The switch takes away what compute limits and not the compute: stances and influence read it.
    """
    f, state, p = block.facts, block.state, block.parameters.scalar
    chips = Chips(state.wanted, state.compute, state.output, state.unmet)
    labs = Labs(state.training, state.training0, state.serving, state.serving0)
    supply.hardware(t, f.base_month, state.cells, p, chips, labs)
    if not block.parameters.switches.supply:
        return
    supply.load(p, state.users, state.users0, state.serving, state.serving0, state.load)
    supply.strain(p, state.load, state.dearer, state.slowed)
    capability.chinese_lag(
        p, state.training, state.training0, state.chinese_share, state.chinese_share0,
        state.extra_lag,
    )  # fmt: skip


def _capability(t: int, block: Block) -> None:
    """Frontier, releases, what they are worth, what they cost and the attention they draw."""
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
    capability.month(
        When(t, int(f.months[t]), t <= f.last_fact), known, state.cells,
        gathered.numbers(block), numbers.ecosystem, numbers.switches.raw_capability, draws, made,
    )  # fmt: skip


def finish(t: int, block: Block) -> None:
    """Add the nations up: world shares, and the builders who load Chinese services.

    Parameters
    ----------
    t : int
        Position of the month.
    block : Block
        Its state is updated.
    """
    f, state, part = block.facts, block.state, block.scratch.part
    tally.world_shares(state.builders, state.national, state.world, part)
    if t >= f.base_month:  # before, nothing reads it
        tally.chinese_load(state.callers, state.users)
    tally.bloc_share(f.bloc, state.world, state.chinese_share)
    if t == f.base_month:
        state.users0[:] = state.users
        state.chinese_share0[:] = state.chinese_share
