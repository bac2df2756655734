"""Why developers of nations choose as they do in a month: the parts of their utility.

The parts are those of ``sim.world.rules.choice.utility``, read from the state of a block; their sum
is the utility by which newcomers choose, and a test holds it to that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.evidence.axes import BLOCS, STANCES
from sim.metrics.utility import PARTS
from sim.scenario.drivers import Floats
from sim.world import gathered, likings
from sim.world.block import Block
from sim.world.rows import B, P
from sim.world.rules.capability import SOVEREIGN_BLOC
from sim.world.rules.choice import NOTHING, side


class Before(NamedTuple):
    """What developers saw of others and remembered when a month began."""

    national: Floats  # [I, K, L]
    world: Floats  # [K, L]
    scar: Floats  # [I, K, L]


@dataclass(frozen=True, eq=False)
class Reasons:
    """The parts of utility of one nation in one month.

    Parameters
    ----------
    parts : dict of str to ndarray, shape (S, K, R)
        Utils, by names of `PARTS`; of no meaning where ``absent``.
    mean : ndarray, shape (P, K, R)
        Parts as means of segments by weight; missing where the ecosystem cannot be had.
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
    mean: Floats
    absent: NDArray[np.bool_]
    share: Floats
    weight: Floats
    stance: NDArray[np.int64]
    in_force: Floats


def before(block: Block) -> Before:
    """Return what a month that is about to be run begins with."""
    state = block.state
    return Before(state.national.copy(), state.world.copy(), state.scar.copy())


def reasons(block: Block, begun: Before, i: int) -> Reasons:
    """Return why a nation chose as it did in the month that a block has done.

    Parameters
    ----------
    block : Block
        After the month.
    begun : Before
    i : int
        Position of the nation.
    """
    state = block.state
    weight = block.parameters.segment[:, B.segment_weight].copy()
    parts, absent = _parts(block, begun, slice(i, i + 1))
    return Reasons(
        {name: np.array(np.broadcast_to(parts[name], absent.shape)[0]) for name in PARTS},
        _mean(parts, absent, weight)[0],
        absent[0],
        state.share[i].copy(),
        weight,
        state.stance[i].copy(),
        block.in_force.ramp.copy(),
    )


def means(block: Block, begun: Before) -> Floats:
    """Return the parts of utility of all nations in the month that a block has done.

    Returns
    -------
    ndarray, shape (I, P, K, R)
        Utils, in the order of `PARTS`, means of segments by weight; missing where no segment can
        have the ecosystem.
    """
    parts, absent = _parts(block, begun, slice(None))
    return _mean(parts, absent, block.parameters.segment[:, B.segment_weight])


def _mean(parts: Mapping[str, Floats], absent: NDArray[np.bool_], weight: Floats) -> Floats:
    """Return the means of parts over the segments that can have the ecosystem, (N, P, K, R)."""
    nations, segments, *shape = absent.shape
    counted = weight[:, None] * ~absent
    total = _summed(counted)
    found = np.empty((nations, len(PARTS), *shape))
    with np.errstate(invalid="ignore"):  # nothing over nothing is missing
        counted /= total[:, None]
    for n, name in enumerate(PARTS):
        part = parts[name]
        alike = part.shape[1] < segments
        found[:, n] = part[:, 0] if alike else _summed(part * counted)
    np.copyto(found, np.nan, where=(total <= 0.0)[:, None])
    return found


def _summed(of: Floats) -> Floats:
    """Return a sum over segments in their order, the same for any number of nations and lanes."""
    return np.asarray(sum(of[:, s] for s in range(of.shape[1])))


def _parts(block: Block, begun: Before, at: slice) -> tuple[dict[str, Floats], NDArray[np.bool_]]:
    """Return the parts of utility of nations, and where the ecosystem cannot be had.

    Parameters
    ----------
    block : Block
        After the month.
    begun : Before
    at : slice
        Positions of the nations.

    Returns
    -------
    parts : dict of str to ndarray, shape (N, S or 1, K, R)
        Of one segment where it is the same in all.
    absent : ndarray of bool, shape (N, S, K, R)
    """
    f, state = block.facts, block.state
    own = (f.bloc == SOVEREIGN_BLOC)[:, None]
    able = np.where(own, state.home_cover[at].swapaxes(1, 2), state.cover[:, :, 0])
    offered = state.offered[at].swapaxes(1, 2)
    flagship, small = able + offered[:, :, :, 0], state.cover[:, :, 1] + offered[:, :, :, 1]
    large = flagship >= small
    parts = {
        "capability": np.where(large, able, state.cover[:, :, 1]),
        "terms": np.where(large, offered[:, :, :, 0], offered[:, :, :, 1]),
        **_by_others(block, begun, at),
        **_regard(block, at),
    }
    return parts, np.maximum(flagship, small) <= NOTHING


def _by_others(block: Block, begun: Before, at: slice) -> dict[str, Floats]:
    """Return what is the same for all segments but for how much they learn, (N, 1 or S, K, R)."""
    state, p, ps = block.state, block.parameters.scalar, block.parameters.segment
    near = begun.national[at] + p[P.network_world] * (begun.world - begun.national[at])
    if block.parameters.switches.links:
        near += p[P.links_weight] * (state.linked_share[at] - near)
    return {
        "network": (p[P.network] * near)[:, None],
        "wandering": state.wander[at][:, None],
        "scar": -begun.scar[at][:, None],
        "learning": ps[:, None, B.learning] * state.learned[at][:, None],
    }


def _regard(block: Block, at: slice) -> dict[str, Floats]:
    """Return how nations regard each ecosystem whatever it offers, (1 or N, 1 or S, K, R)."""
    f, state, p, ps = block.facts, block.state, block.parameters.scalar, block.parameters.segment
    lean = likings.leaning(f.alignment[at], p[P.alignment_middle], p[P.alignment_width])
    roots = zip(f.rooted[:, at], block.parameters.home, strict=True)
    fixed = {
        "alignment": (p[P.alignment_weight] * lean)[:, None] * f.stand[:, None],
        "home": sum(of[..., None] * home for of, home in roots),
        "brand": block.parameters.brand[None],
        "language": likings.of_language(f, p)[at],
    }
    taste = state.standing[at] - sum(fixed.values())
    risk = gathered.risks(block) * (1.0 - state.trust[at])
    stand = _sides()[state.stance_before[at]][..., f.bloc].swapaxes(1, 2)
    nations, options, lanes = taste.shape
    return {
        **{name: values[:, None] for name, values in fixed.items()},
        "taste": taste[:, None],
        "policy": state.pull[at].reshape(nations, -1, options, lanes),
        "incumbent": (f.pulled[:, None] * ps[:, None, B.us_closed_pull])[None],
        "risk": -ps[:, None, B.risk_weight] * risk[:, None],
        "stance": stand[:, None] * p[P.stance_push] * ps[:, None, B.stance_ratio],
    }


@cache
def _sides() -> Floats:
    """Return how each stance stands with each bloc, (stances, blocs)."""
    stances, blocs = range(len(STANCES)), range(len(BLOCS))
    return np.array([[side(stance, bloc) for bloc in blocs] for stance in stances])
