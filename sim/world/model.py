"""The world as a Mesa model, to step, look into and change.

A nation perceives what is offered to it, reviews its stance and decides. Each of its methods is a
step of its month, the same that the kernel takes; to change one, subclass :class:`Nation` and give
the class to :class:`World`::

    class Slow(sim.world.Nation):
        def grow(self):
            "Half as many begin to build as the diffusion has it."
            before = self.builders
            super().grow()
            builders = self.model.state.builders
            builders[self.position] = (before + builders[self.position]) / 2

    world = sim.World("baseline", seed=1, nation=Slow)
    world.run_to("2026-01")
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from sim import months
from sim.errors import InputError, Problem, RunError
from sim.evidence.axes import STANCES
from sim.scenario import Scenario, load
from sim.scenario import compile as compiled
from sim.scenario.drivers import Drivers
from sim.world import gathered, triggers
from sim.world.block import VIEW_MONTHS, Block, Record, empty_record, prepare
from sim.world.in_force import InForce, carried
from sim.world.memory import copied
from sim.world.month import beginning, counted, finishing, noting, observing
from sim.world.restart import Snapshot, require_shared, write_past
from sim.world.rules import choice, nations, stance
from sim.world.rules.arrays import Able, Liking, Pricing, Roads
from sim.world.state import State

Floats = NDArray[np.float64]


class Nation(mesa.Agent):
    """A nation: its developers choose among ecosystems, its government takes a stance.

    Parameters
    ----------
    model : World
        The world it lives in.
    position : int
        Its row in the world's arrays.
    """

    model: World

    def __init__(self, model: World, position: int) -> None:
        super().__init__(model)
        self.position = position
        self.iso3 = model.drivers.nations[position]

    @property
    def share(self) -> Floats:
        """Share of builders by ecosystem, over segments; shape (K,)."""
        return self.model.state.national[self.position, :, 0].copy()

    @property
    def segment_share(self) -> Floats:
        """Share of builders by segment and ecosystem; shape (S, K)."""
        return self.model.state.share[self.position, :, :, 0].copy()

    @property
    def builders(self) -> float:
        """Developers who build on models."""
        return float(self.model.state.builders[self.position, 0])

    @property
    def stance(self) -> str:
        """What the government stands for: open, us, chinese or sovereign."""
        return STANCES[self.model.state.stance[self.position, 0]]

    def perceive(self) -> None:
        """Bring what is offered up to date, and note whose users must leave."""
        self.read_policy()
        self.regard()
        self.open_ways()
        self.value_offers()

    def read_policy(self) -> None:
        """Read the drivers that are in force here this month."""
        block, seen = self.model.block, self.model.seen
        nations.read_policy(
            self.position, self.model.t, seen.changes, seen.levers, seen.bases, seen.drivers,
            block.parameters.scalar,
        )  # fmt: skip

    def regard(self) -> None:
        """Write how the nation regards each ecosystem, whatever it offers and whoever uses it."""
        seen = self.model.seen
        liking = Liking(
            seen.standing, seen.drivers.trust, seen.drivers.pull, seen.risk, seen.regarded
        )
        nations.regard(self.position, seen.changes, seen.kinds, liking, self.model.numbers)

    def open_ways(self) -> None:
        """Open or close the ways to ecosystems, and note whose users must leave."""
        seen, drivers, market = self.model.seen, self.model.seen.drivers, self.model.seen.market
        roads = Roads(drivers.access, drivers.facility, seen.changes.turns.stance, market.slowed)
        nations.open_ways(
            self.position, seen.changes, seen.kinds, roads, seen.ways, seen.offers,
            Able(market.cover_before, market.home), self.model.numbers.p,
        )  # fmt: skip

    def value_offers(self) -> None:
        """Value the offers whose price, terms or ways may have changed."""
        seen, drivers, market = self.model.seen, self.model.seen.drivers, self.model.seen.market
        pricing = Pricing(
            market.ln_price, drivers.price, drivers.licence, market.dearer, market.sensitivity
        )
        nations.value_offers(
            self.position, seen.changes, seen.kinds, seen.sold, pricing, seen.ways.opened,
            seen.offers, self.model.numbers,
        )  # fmt: skip

    def review(self) -> None:
        """Let the government review its stance if its month has come."""
        block, state = self.model.block, self.model.state
        stance.review(
            self.position, int(block.facts.months[self.model.t]), gathered.governments(block),
            gathered.picture(block), block.parameters.scalar, block.keys.stance,
            state.stance_before, state.stance,
        )  # fmt: skip

    def decide(self) -> None:
        """Choose, let newcomers in, and move the shares."""
        self.feel()
        self.choose()
        self.grow()
        self.move()
        nations.count(
            self.position, counted(self.model.t, self.model.block, self.model.record),
            self.model.numbers, self.model.settled,
        )  # fmt: skip

    def feel(self) -> None:
        """Write the utility of every ecosystem in each segment."""
        world, i = self.model, self.position
        block, switches = world.block, world.block.parameters.switches
        if switches.noise:
            month = int(block.facts.months[world.t])
            choice.drift(i, month, world.numbers.p, block.keys.wander, world.state.wander)
        nations.feel(i, world.t, switches, world.numbers, world.settled)

    def choose(self) -> None:
        """Write the choice probabilities of newcomers in each segment."""
        world, settled = self.model, self.model.settled
        choice.choose(settled.kinds.nest, world.numbers.p, settled.choice, settled.tally.work)

    def grow(self) -> None:
        """Let curious users try and newcomers start to build."""
        world = self.model
        trial = world.block.parameters.switches.trial
        nations.grow(self.position, trial, world.numbers, world.settled)

    def move(self) -> None:
        """Move the shares: who must leave, who arrives, who reconsiders."""
        nations.move(self.position, self.model.numbers, self.model.settled)


class World(mesa.Model):
    """One replicate of a scenario, month by month; nations are its agents.

    All nations read the state at the end of the last month and move together, so that their order
    cannot matter. The numbers are those of the compiled kernel, to the bit.

    Parameters
    ----------
    scenario : Scenario, Drivers, str, Path or mapping
        What to run.
    seed : int, optional
        Seed of the run; the scenario's own where it is not given.
    replicate : int
        Number of the replicate, as in the tables of a run.
    nation : type
        Class of the agents.
    view_months : int
        Months for which the views of observed series are kept.

    Attributes
    ----------
    t : int
        Position of the month in progress or last done; -1 before the first.
    state : State
        Arrays of the state, with one lane.
    """

    def __init__(
        self,
        scenario: Scenario | Drivers | str | Path | Mapping[str, Any],
        seed: int | None = None,
        replicate: int = 0,
        nation: type[Nation] = Nation,
        view_months: int = VIEW_MONTHS,
    ) -> None:
        if isinstance(scenario, Drivers):
            if seed is None:
                raise InputError(
                    Problem("compiled drivers carry no seed", path="seed", hint="give one")
                )
            self.drivers = scenario
        else:
            document = load(scenario)
            self.drivers = compiled(document)
            seed = document.ensemble.seed if seed is None else seed
        super().__init__(rng=seed)
        self.run_seed, self.replicate = seed, replicate
        self.block: Block = prepare(self.drivers, seed, np.array([replicate]))
        self.record: Record = empty_record(self.drivers, 1, view_months)
        self.state = self.block.state
        self.numbers = gathered.numbers(self.block)
        self.seen, self.settled = gathered.perceived(self.block), gathered.settled(self.block)
        self._begin, self._finish = beginning(self.block), finishing(self.block)
        self._observe = observing(self.block, self.record)
        self._note = noting(self.block, self.record)
        self.t = -1
        for position in range(len(self.drivers.nations)):
            nation(self, position)

    @property
    def month(self) -> str:
        """Month last done, ``YYYY-MM``; the month before the first one at the start."""
        return months.text(months.FIRST + self.t)

    def step(self) -> None:
        """Run one month.

        Raises
        ------
        RunError
            Past the last month of the scenario.
        """
        if self.t + 1 >= self.block.facts.months.size:
            raise RunError(f"the scenario ends in {self.month}")
        self.t += 1
        self._begin(self.t)
        self.agents.do("perceive")
        if self.block.parameters.switches.stances:
            self.agents.do("review")
        self.agents.do("decide")
        self._observe(self.t)
        self._finish(self.t)
        self._note(self.t)
        triggers.read(self.t, self.block, self.record)

    def run_to(self, month: str) -> None:
        """Step until a month, ``YYYY-MM``, is done.

        Raises
        ------
        ValueError
            If it is not a month.
        RunError
            If it lies past the scenario's end.
        """
        while self.t < months.parse(month) - months.FIRST:
            self.step()

    def snapshot(self) -> Snapshot:
        """Return a copy of where the world stands, in memory, for :meth:`restore`."""
        return Snapshot(
            self.drivers, self.run_seed, self.replicate, self.t + 1, copied(self.state),
            copied(self.block.in_force), copied(self.record),
        )  # fmt: skip

    def restore(self, snapshot: Snapshot) -> None:
        """Go on from where a world stood, whose scenario may differ in levers that come later.

        What a subclass of :class:`Nation` keeps for itself is not part of a snapshot.

        Parameters
        ----------
        snapshot : Snapshot
            Of this world, or of one with the same seed, replicate and history.

        Raises
        ------
        RunError
            If seed, replicate or history differ; nothing has changed then.
        """
        require_shared(snapshot, self.drivers, self.run_seed, self.replicate)
        for name in State._fields:
            np.copyto(getattr(self.state, name), getattr(snapshot.state, name))
        now = carried(snapshot.drivers, self.drivers, snapshot.in_force)
        for name in InForce._fields:
            np.copyto(getattr(self.block.in_force, name), getattr(now, name))
        write_past(self.record, snapshot.record, snapshot.done)
        self.t = snapshot.done - 1

    def shares(self) -> dict[str, float]:
        """Return the world share of each ecosystem, by builders."""
        return dict(zip(self.drivers.ecosystems, self.state.world[:, 0].tolist(), strict=True))
