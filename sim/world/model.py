"""The world as a Mesa model, to step, look into and change.

A nation perceives what is offered to it, reviews its stance and decides. Each of its methods calls
one rule; to change a rule, subclass :class:`Nation` and give the class to :class:`World`::

    class Stubborn(sim.world.Nation):
        def review(self):
            "Governments never change their stance."

    world = sim.World("baseline", seed=1, nation=Stubborn)
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
from sim.scenario.parts import ACCESS, BY_ECOSYSTEM, LIKING, OFFER, REACH, TERMS
from sim.world import kernel, triggers
from sim.world.block import VIEW_MONTHS, Block, Record, empty_record, note, prepare
from sim.world.in_force import carried
from sim.world.month import begin, finish
from sim.world.restart import Snapshot, require_shared, write_past
from sim.world.rows import RISK
from sim.world.rules import (
    choice,
    laboratories,
    learning,
    observe,
    offers,
    policy,
    stance,
    tally,
    uptake,
)
from sim.world.state import State, copied

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
        world, i = self.model, self.position
        t, f, state = world.t, world.block.facts, world.state
        was, now = state.stance_felt[i, 0], state.stance_before[i, 0]
        self.read_policy()
        if world.feared or now != was or self.moved(LIKING):
            self.regard()
        offers.nobody_leaves(i, state.evicting, state.leaving)
        listed, sold = f.listed[t].tolist(), f.on_sale[t].tolist()
        for k, bloc in enumerate(f.bloc.tolist()):
            loaded = world.loaded and bloc == offers.CN_BLOC
            terms = self.moved(TERMS, k)
            reopens = loaded or terms or self.moved(ACCESS, k) or self.moved(REACH)
            if now != was:
                reopens |= offers.against(now, bloc) != offers.against(was, bloc)
            if reopens:
                self.open_ways(k)
            for o in (0, 1):
                if reopens or listed[k][o]:
                    priced = bool(sold[k][o] and (terms or listed[k][o]))
                    self.value_offer(k, o, priced=priced, loaded=bool(sold[k][o] and loaded))
        state.stance_felt[i, 0] = now

    def moved(self, part: int, k: int | None = None) -> bool:
        """Return whether a part of the nation may have changed this month.

        Parameters
        ----------
        part : int
            One of `sim.scenario.parts`.
        k : int, optional
            Position of the ecosystem, for the two parts that each has.
        """
        first = len(BY_ECOSYSTEM) * (len(self.model.drivers.ecosystems) if k is None else k)
        return bool(self.model.block.in_force.stale[self.position, first + part])

    def read_policy(self) -> None:
        """Read the drivers that are in force here this month."""
        world, i = self.model, self.position
        t, f, e, state = world.t, world.block.facts, world.block.effects, world.state
        p, work = world.block.parameters.scalar, world.block.scratch.work
        levers = (
            f.nation_low, f.nation_high, e.nation_start, e.nation_effect, e.offsets, e.operation,
            world.block.in_force.ramp, world.block.size, e.target,
        )  # fmt: skip
        if self.moved(OFFER):
            policy.settle_offer(i, 0, 1, state.lab_lag, *levers, state.offer, state.own_lag, work)
        if self.moved(LIKING):
            policy.settle_liking(i, 0, 1, f.home, *levers, p, state.trust, state.pull, work)
        if self.moved(REACH):
            policy.settle_facility(i, 0, 1, f.facility, *levers, state.facility, work)
        for k in range(f.nest.size):
            if self.moved(ACCESS, k):
                policy.settle_access(
                    i, k, t, 0, 1, f.access, f.later, f.unlisted, *levers, p, state.access, work
                )
            if self.moved(TERMS, k):
                policy.settle_terms(
                    i, k, t, 0, 1, f.licence, *levers, p, state.price, state.licence, work
                )

    def regard(self) -> None:
        """Write how the nation regards each ecosystem, whatever it offers and whoever uses it."""
        world, i = self.model, self.position
        f, state = world.block.facts, world.state
        p, ps = world.block.parameters.scalar, world.block.parameters.segment
        choice.regard(
            i, 0, 1, f.bloc, f.pulled, state.standing, state.trust, state.pull, world.risk,
            state.stance_before, p, ps, state.regarded,
        )  # fmt: skip

    def open_ways(self, k: int) -> None:
        """Open or close the ways to one ecosystem, and note whose users must leave."""
        world, i = self.model, self.position
        f, state, opened_next = world.block.facts, world.state, world.block.scratch.opened_next
        offers.reachable(
            i, k, 0, 1, f.nest, f.bloc, state.access, state.facility, state.stance_before,
            world.block.parameters.scalar, state.slowed, opened_next,
        )  # fmt: skip
        if offers.narrowed(i, k, 0, 1, state.opened, opened_next):
            offers.lost(
                i, k, 0, 1, state.opened, opened_next, state.worth, state.offered,
                f.bloc, state.cover_before, state.home_cover, state.leaving,
            )  # fmt: skip
            state.evicting[i] = 1
        offers.open_ways(i, k, 0, 1, opened_next, state.opened)

    def value_offer(self, k: int, o: int, *, priced: bool, loaded: bool) -> None:
        """Value one offer of an ecosystem.

        Parameters
        ----------
        k, o : int
            Positions of ecosystem and offer.
        priced, loaded : bool
            Whether its price or licence, or the load of its maker's service, may have moved.
        """
        world, i = self.model, self.position
        f, state = world.block.facts, world.state
        p, ps = world.block.parameters.scalar, world.block.parameters.segment
        if priced or loaded:
            offers.maker_worth(
                i, k, o, 0, 1, f.bloc, state.ln_price, state.price, state.dearer, state.licence,
                state.sensitivity, p, ps, state.worth,
            )  # fmt: skip
        if priced and f.nest[k] != offers.CLOSED_NEST:
            offers.other_worth(
                i, k, o, 0, 1, state.ln_price, state.price, state.licence, state.sensitivity, p,
                ps, state.worth,
            )  # fmt: skip
        offers.value(
            i, k, o, world.t, 0, 1, f.nest, f.on_sale, state.opened, state.worth, state.by_maker,
            state.offered,
        )  # fmt: skip

    def decide(self) -> None:
        """Choose, let newcomers in, and move the shares."""
        self.feel()
        self.choose()
        self.grow()
        self.move()

    def feel(self) -> None:
        """Write the utility of every ecosystem in each segment."""
        world, i = self.model, self.position
        f, state, scratch = world.block.facts, world.state, world.block.scratch
        p, ps, switch = (
            world.block.parameters.scalar, world.block.parameters.segment,
            world.block.parameters.switches,
        )  # fmt: skip
        if switch.noise:
            choice.drift(i, int(f.months[world.t]), p, world.block.keys.wander, state.wander)
        learning.learn(i, f.bloc, f.home, world.risk, state.trust, p, state.gain, state.learned)
        laboratories.at_home(
            i, world.t, f.bloc, f.on_sale, state.access, state.own_lag, kernel.delays(world.block),
            state.best_open, state.frontier, p, ps, switch.raw_capability, state.home_index,
            state.home_cover,
        )  # fmt: skip
        choice.utility(
            i, world.t, switch.links, f.bloc, f.on_sale, state.national, state.world,
            state.linked_share, state.wander, state.scar, state.cover, state.home_cover,
            state.offered, state.regarded, state.learned, p, ps, scratch.part, scratch.utility,
            scratch.top,
        )  # fmt: skip

    def choose(self) -> None:
        """Write the choice probabilities of newcomers in each segment."""
        world, scratch = self.model, self.model.block.scratch
        choice.choose(
            world.block.facts.nest, world.block.parameters.scalar, scratch.utility, scratch.top,
            scratch.work, scratch.chosen, scratch.logsum,
        )  # fmt: skip

    def grow(self) -> None:
        """Let curious users try and newcomers start to build."""
        world, i = self.model, self.position
        f, state, scratch = world.block.facts, world.state, world.block.scratch
        p, ps, switch = (
            world.block.parameters.scalar, world.block.parameters.segment,
            world.block.parameters.switches,
        )  # fmt: skip
        uptake.try_out(
            i,
            switch.trial,
            p,
            state.attention,
            state.access,
            state.eager,
            scratch.met,
            scratch.tried,
        )
        uptake.grow(
            i, f.link_start, scratch.logsum, state.logsum0, state.urge, state.adopted, state.linked,
            scratch.tried, state.ceiling, p, ps, state.builders, scratch.arriving, scratch.work,
        )  # fmt: skip

    def move(self) -> None:
        """Move the shares: who must leave, who arrives, who reconsiders."""
        world, i = self.model, self.position
        f, state, scratch = world.block.facts, world.state, world.block.scratch
        p, ps = world.block.parameters.scalar, world.block.parameters.segment
        choice.settle_shares(
            i, state.evicting, state.share, scratch.chosen, scratch.logsum, state.leaving,
            scratch.arriving, scratch.tried, state.loyal, p, ps, state.national, scratch.kept,
            scratch.work,
        )  # fmt: skip
        choice.heal(i, state.evicting, state.leaving, p, ps, state.scar)
        observe.met_with(i, state.share, scratch.tried, ps, scratch.part, scratch.met)
        if world.looking:
            observe.built_anew(i, ps, scratch.chosen, scratch.fresh_choice)
        if world.t >= f.base_month:
            tally.nation_load(
                i, f.bloc, state.builders, state.share, state.by_maker, state.offered, state.cover,
                ps, scratch.part, state.callers,
            )  # fmt: skip

    def review(self) -> None:
        """Let the government review its stance if its month has come."""
        world, i = self.model, self.position
        f, state = world.block.facts, world.state
        stance.review(
            i, int(f.months[world.t]), state.next_review, f.alignment, f.pool, f.bloc, f.membership,
            state.member_counts, state.member_sizes, state.national, state.compute,
            state.offer, world.block.parameters.scalar, world.block.keys.stance,
            state.stance_before, state.stance,
        )  # fmt: skip


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
        offsets = self.drivers.effects.world_offsets
        self.risk: Floats = self.state.cells[offsets[RISK] : offsets[RISK + 1]]
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
        begin(self.t, self.block)
        load, before = self.state.load, self.state.load_before
        self.loaded = policy.overloaded(load, before, self.block.scratch.loaded) > 0
        self.feared = policy.feared(self.risk, self.state.risk_felt)
        self.agents.do("perceive")
        if self.block.parameters.switches.stances:
            self.agents.do("review")
        self.agents.do("decide")
        self._look()
        finish(self.t, self.block)
        note(self.t, self.block, self.record)
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
        self.block = self.block._replace(in_force=now)
        write_past(self.record, snapshot.record, snapshot.done)
        self.t = snapshot.done - 1

    def shares(self) -> dict[str, float]:
        """Return the world share of each ecosystem, by builders."""
        return dict(zip(self.drivers.ecosystems, self.state.world[:, 0].tolist(), strict=True))

    @property
    def looking(self) -> bool:
        """Whether the views of the observed series are kept of this month."""
        return bool(self.t < self.record.visits.shape[0])

    def _look(self) -> None:
        """Write what the observed series would show of the month."""
        kernel.route(self.t, self.block, self.record)
        if self.looking:
            kernel.look(self.t, self.block, self.record)
