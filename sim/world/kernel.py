"""The compiled driver: all nations at once, replicates side by side."""

from __future__ import annotations

from sim.world import gathered, triggers
from sim.world.block import Block, Record
from sim.world.compiled import ready
from sim.world.month import beginning, counted, finishing, noting, observing
from sim.world.rules import nations, stance


def run(block: Block, record: Record, first: int, last: int) -> None:
    """Run months of a block and write them down; arguments of :class:`Kernel`, and of its `run`."""
    Kernel(block, record).run(first, last)


class Kernel:
    """The steps of a month, ready for one block of replicates.

    Parameters
    ----------
    block : Block
        From :func:`sim.world.block.prepare`; its state is updated.
    record : Record
        Written.
    """

    def __init__(self, block: Block, record: Record) -> None:
        self.block, self.record = block, record
        numbers = gathered.numbers(block)
        self.begin, self.finish = beginning(block), finishing(block)
        self.perceive = ready(nations.perceive, numbers, gathered.perceived(block))
        self._review = ready(
            stance.review_all, gathered.governments(block), gathered.picture(block),
            block.parameters.scalar, block.keys.stance, block.state.stance_before,
            block.state.stance,
        )  # fmt: skip
        self._decide = ready(
            nations.decide, block.parameters.switches, numbers, block.keys.wander,
            gathered.settled(block),
        )  # fmt: skip
        self.observe, self.note = observing(block, record), noting(block, record)

    def run(self, first: int, last: int, *, every: bool = True) -> None:
        """Run months ``first`` to ``last - 1`` and write them down.

        Parameters
        ----------
        first, last : int
            Positions of months.
        every : bool
            Whether each month is written down, as signs that are waited for need, or the last.
        """
        for t in range(first, last):
            self.begin(t)
            self.perceive(t)
            if self.block.parameters.switches.stances:
                self.review(t)
            self.decide(t)
            self.observe(t)
            self.finish(t)
            if every or t == last - 1:
                self.note(t)
            triggers.read(t, self.block, self.record)

    def review(self, t: int) -> None:
        """Let governments review their stance."""
        self._review(int(self.block.facts.months[t]))

    def decide(self, t: int) -> None:
        """Let every nation choose, grow and move its shares."""
        self._decide(int(self.block.facts.months[t]), t, counted(t, self.block, self.record))
