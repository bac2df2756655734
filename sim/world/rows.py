"""Where each parameter and each world driver stands in its table.

The rules read parameters from tables with the replicate as the last axis: ``p[P.network, l]`` is
the network effect in lane l, ``ps[s, B.stay, l]`` the inertia of segment s, ``pk[k, C.lag, l]``
the lag of ecosystem k, ``cells[W.demand + pool, l]`` a driver of the world. One table in place of
sixty arrays is what a rule can be handed, and compiles in seconds.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable
from typing import Any, NamedTuple

from sim.evidence.parameters import read as read_parameters
from sim.scenario.drivers import WORLD_FAMILIES, vocabulary, world_offsets
from sim.world.compiled import inlined

SCALARS = tuple(row.name for row in read_parameters() if not row.index and row.status != "switch")
"""Names of the parameters that have one value, in the order of their table."""


DERIVED = (
    "taste_step", "scar_keep", "small_price_log", "nest_inverse", "ln_least_price", "stock_keep",
    "demand_scale", "review_period",
)  # fmt: skip
"""Rows after the scalars that follow from them, so that no month computes them again: the width of
a month's change of taste, the part of a scar that a month leaves, the log of a year's price fall,
one over the nest's dissimilarity, the log of the least price, the part of a stock of accelerators
that a month leaves, Chinese demand over that at the reference price of a chip, and the whole months
between two reviews of a stance."""


class BySegment(NamedTuple):
    """Rows of the parameters that differ by segment."""

    weight: int
    difficulty: int
    capability: int
    price: int
    incumbent: int
    licence: int
    risk: int
    reconsider: int
    stay: int
    hosted: int
    self_host: int
    ln_under_use: int
    stance: int
    answering: int
    learning: int


class ByEcosystem(NamedTuple):
    """Rows of the parameters that differ by ecosystem."""

    lag: int
    release_rate: int


class Switches(NamedTuple):
    """Structural alternatives, 1 on and 0 off, the same for all replicates of a run."""

    supply: int
    trial: int
    stances: int
    noise: int
    links: int
    raw_capability: int
    learning_by_time: int
    learning_by_peers: int


def _named(kind: str, names: tuple[str, ...], rows: Iterable[int]) -> Any:  # noqa: ANN401
    """Return rows by the names of a table, which no checker of types can know."""
    made: Any = namedtuple(kind, names)  # type: ignore[misc]  # noqa: PYI024
    return made(*rows)


P = _named("Scalars", SCALARS, range(len(SCALARS)))
"""Rows of the scalars by name."""
ROWS = len(SCALARS) + len(DERIVED)
(
    TASTE_STEP, SCAR_KEEP, SMALL_PRICE_LOG, NEST_INVERSE, LN_LEAST_PRICE, STOCK_KEEP,
    DEMAND_SCALE, REVIEW_PERIOD,
) = range(len(SCALARS), ROWS)  # fmt: skip
B = BySegment(*range(len(BySegment._fields)))
C = ByEcosystem(*range(len(ByEcosystem._fields)))
W = _named("WorldRows", WORLD_FAMILIES, world_offsets(1)[:-1].tolist())
"""First row of each family of world drivers, in a world of one ecosystem.

Those by ecosystem come last; :func:`by_ecosystem` gives their rows where there are more.
"""
FIRST: int = min(
    W[n] for n, name in enumerate(WORLD_FAMILIES) if vocabulary()[name].index == ("ecosystem",)
)
"""Row of the first family that has a row for each ecosystem, as all after it do."""
LAG, RISK = WORLD_FAMILIES.index("lag"), WORLD_FAMILIES.index("risk")
"""Places of lag and of perceived risk among the families of world drivers and in their offsets."""


@inlined
def by_ecosystem(family: int, ecosystems: int) -> int:
    """Return the row of the first ecosystem in a family of world drivers that has one for each.

    Parameters
    ----------
    family : int
        Its row in a world of one ecosystem, such as ``W.risk``.
    ecosystems : int
        How many there are.
    """
    return FIRST + (family - FIRST) * ecosystems
