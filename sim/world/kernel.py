"""The compiled driver: all nations at once, replicates side by side."""

from __future__ import annotations

from sim.world import gathered, triggers
from sim.world.block import Block, Record, note
from sim.world.month import begin, finish
from sim.world.rules import nations, observe, stance, tokens
from sim.world.rules.arrays import (
    Able,
    Chats,
    Fond,
    Lines,
    Menu,
    Reach,
    Traffic,
    Views,
)


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


def perceive(t: int, block: Block) -> None:
    """Bring what is offered to every nation up to date."""
    nations.perceive(t, gathered.numbers(block), gathered.perceived(t, block))


def review(t: int, block: Block) -> None:
    """Let governments review their stance."""
    state = block.state
    stance.review_all(
        int(block.facts.months[t]), gathered.governments(block), gathered.picture(block),
        block.parameters.scalar, block.keys.stance, state.stance_before, state.stance,
    )  # fmt: skip


def decide(t: int, block: Block, *, looking: bool) -> None:
    """Let every nation choose, grow and move its shares."""
    f = block.facts
    nations.decide(
        int(f.months[t]), t, t >= f.base_month, looking, block.parameters.switches,
        gathered.numbers(block), block.keys.wander, gathered.settled(t, block),
    )  # fmt: skip


def route(t: int, block: Block, record: Record) -> None:
    """Let the users of routers choose, from all that routers sell."""
    f, state, scratch = block.facts, block.state, block.scratch
    lines = Lines(f.line_of, f.line_gap, f.line_price, f.line_on, f.line_free)
    tokens.menu(
        t, lines, state.own, state.frontier, block.parameters.scalar, scratch.part, scratch.menu,
        scratch.gratis,
    )  # fmt: skip
    tokens.route(
        t,
        Traffic(f.routed, state.builders, state.price, record.routed),
        Fond(f.pulled, state.standing, state.regarded, state.licence, state.learned),
        Reach(f.nest, f.access, f.later, f.unlisted, state.opened),
        Menu(scratch.menu, scratch.gratis, scratch.kept, scratch.part),
        gathered.numbers(block),
    )


def look(t: int, block: Block, record: Record) -> None:
    """Write what the observed series would show of the month."""
    f, state, p = block.facts, block.state, block.parameters.scalar
    chats = Chats(f.later, f.unlisted, f.leak_weight, state.consumer, state.attention, state.access)
    able = Able(state.cover, state.home_cover)
    observe.chatbot_view(t, f.bloc, chats, able, block.parameters.switches.trial, p, record.visits)
    observe.world_views(
        t, f.surveyed, f.recent, p, state.builders, state.share, block.scratch.fresh_choice,
        Views(record.firms, record.derived),
    )  # fmt: skip
