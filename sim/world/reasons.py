"""Why developers of a nation choose as they do in a month: the parts of their utility.

The parts are those of ``sim.world.rules.choice.utility``, read from the state of a block; their sum
is the utility by which newcomers choose, and a test holds it to that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.scenario.drivers import Drivers, Floats
from sim.world import gathered, kernel, likings
from sim.world.block import VIEW_MONTHS, Block, empty_record, prepare
from sim.world.happened import Trajectory
from sim.world.rows import B, P
from sim.world.rules.capability import SOVEREIGN_BLOC
from sim.world.rules.choice import NOTHING, side
from sim.world.trajectory import trajectory


class Part(NamedTuple):
    """One part of utility, in words."""

    title: str
    meaning: str


PARTS: dict[str, Part] = {
    "capability": Part("capability", "tasks that the better of its two offers can do"),
    "terms": Part("price, licence and access", "what the ways to it cost, bar and ask for"),
    "network": Part("use by others", "share among developers of the nation and of the world"),
    "alignment": Part("alignment", "votes in the UN, for or against the ecosystem's side"),
    "stance": Part("government's stance", "what the government's side adds or takes"),
    "risk": Part("perceived risk", "fear of the maker, less what trust takes away"),
    "home": Part("home", "it is the nation's own, or of its neighbours"),
    "brand": Part("brand", "what is known of the maker everywhere"),
    "incumbent": Part("incumbency", "pull of the ecosystem that was there first"),
    "language": Part("language", "English, for or against"),
    "learning": Part("learning", "what releases have taught of Chinese models"),
    "policy": Part("levers' pull", "what levers add to its appeal"),
    "taste": Part("taste of region and nation", "what the model does not explain and the data say"),
    "wandering": Part("taste of the month", "chance that fades over months"),
    "scar": Part("scar", "memory of access that was cut"),
}
"""Parts of utility in the order in which they are shown."""


@dataclass(frozen=True, eq=False)
class Reasons:
    """The parts of utility of one nation in one month.

    Parameters
    ----------
    parts : dict of str to ndarray, shape (S, K, R)
        Utils, by names of `PARTS`; of no meaning where ``absent``.
    absent : ndarray of bool, shape (S, K, R)
        Where the ecosystem cannot be had.
    share : ndarray, shape (S, K, R)
        Parts of developers by main ecosystem at the month's end.
    weight : ndarray, shape (S, R)
        Weights of the segments.
    stance : ndarray of int, shape (R,)
        Index into STANCES, at the month's end.
    in_force : ndarray, shape (E, R)
        Part of each effect of levers in force in the month.
    """

    parts: dict[str, Floats]
    absent: NDArray[np.bool_]
    share: Floats
    weight: Floats
    stance: NDArray[np.int64]
    in_force: Floats


def simulate_with_reasons(
    drivers: Drivers, nation: int, t: int, *, seed: int, replicates: NDArray[np.int64]
) -> tuple[Trajectory, Reasons]:
    """Run a block as far as a month and the last observed one, and say why a nation chose so.

    Parameters
    ----------
    drivers : Drivers
    nation, t : int
        Positions of the nation and the month.
    seed : int
    replicates : ndarray of int, shape (R,)

    Returns
    -------
    Trajectory
        Nothing is written of the months after.
    Reasons
    """
    block = prepare(drivers, seed, replicates)
    record = empty_record(drivers, len(replicates), VIEW_MONTHS)
    kernel.run(block, record, 0, t)
    before = block.snapshot()
    kernel.run(block, record, t, t + 1)
    found = _reasons(block, before, nation)
    kernel.run(block, record, t + 1, min(VIEW_MONTHS, drivers.facts.months.size))
    return trajectory(drivers, replicates, block, record), found


def _reasons(block: Block, before: Block, i: int) -> Reasons:
    """Return the parts of utility in the month that a block has done.

    Parameters
    ----------
    block, before : Block
        After the month, and before it.
    i : int
        Position of the nation.
    """
    f, state, ps = block.facts, block.state, block.parameters.segment
    segments, ecosystems = ps.shape[0], f.nest.size
    own = (f.bloc == SOVEREIGN_BLOC)[None, :, None]
    able = np.where(own, state.home_cover[i].transpose(1, 0, 2), state.cover[:, :, 0])
    offered = state.offered[i].transpose(1, 0, 2, 3)
    flagship, small = able + offered[:, :, 0], state.cover[:, :, 1] + offered[:, :, 1]
    large = flagship >= small
    parts = {
        "capability": np.where(large, able, state.cover[:, :, 1]),
        "terms": np.where(large, offered[:, :, 0], offered[:, :, 1]),
        **_by_others(block, before, i),
        **_regard(block, i),
    }
    shape = (segments, ecosystems, able.shape[-1])
    return Reasons(
        {name: np.array(np.broadcast_to(parts[name], shape)) for name in PARTS},
        np.maximum(flagship, small) <= NOTHING,
        state.share[i].copy(),
        ps[:, B.segment_weight].copy(),
        state.stance[i].copy(),
        block.in_force.ramp.copy(),
    )


def _by_others(block: Block, before: Block, i: int) -> dict[str, Floats]:
    """Return what is the same for all segments but for how much they learn, (1 or S, K, R)."""
    state, p, ps = block.state, block.parameters.scalar, block.parameters.segment
    near = before.state.national[i].copy()
    near += p[P.network_world] * (before.state.world - near)
    if block.parameters.switches.links:
        near += p[P.links_weight] * (state.linked_share[i] - near)
    return {
        "network": (p[P.network] * near)[None],
        "wandering": state.wander[i][None],
        "scar": -before.state.scar[i][None],
        "learning": ps[:, None, B.learning] * state.learned[i],
    }


def _regard(block: Block, i: int) -> dict[str, Floats]:
    """Return how the nation regards each ecosystem whatever it offers, part by part."""
    f, state, p, ps = block.facts, block.state, block.parameters.scalar, block.parameters.segment
    options = f.nest.size
    lean = likings.leaning(f.alignment[i : i + 1], p[P.alignment_middle], p[P.alignment_width])[0]
    fixed = {
        "alignment": p[P.alignment_weight] * lean * f.stand[:, None],
        "home": np.tensordot(f.rooted[:, i], block.parameters.home, axes=(0, 0)),
        "brand": block.parameters.brand,
        "language": likings.of_language(f, p)[i],
    }
    taste = state.standing[i] - sum(fixed.values())
    risk = gathered.risks(block) * (1.0 - state.trust[i])
    sides = np.array(
        [[side(int(now), int(bloc)) for now in state.stance_before[i]] for bloc in f.bloc]
    )
    return {
        **{name: values[None] for name, values in fixed.items()},
        "taste": taste[None],
        "policy": state.pull[i].reshape(-1, options, taste.shape[-1]),
        "incumbent": f.pulled[:, None] * ps[:, None, B.us_closed_pull],
        "risk": -ps[:, None, B.risk_weight] * risk,
        "stance": sides * p[P.stance_push] * ps[:, None, B.stance_ratio],
    }
