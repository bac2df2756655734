"""Where each parameter and each world driver stands in its table.

The rules read parameters from tables with the replicate as the last axis: ``p[P.network, l]`` is
the network effect in lane l, ``ps[s, B.stay, l]`` the inertia of segment s, ``pk[k, C.lag, l]``
the lag of ecosystem k, ``cells[W.demand + pool, l]`` a driver of the world. One table in place of
sixty arrays is what a rule can be handed, and compiles in seconds.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from sim.evidence.axes import ECOSYSTEMS, SEGMENTS
from sim.evidence.parameters import read as read_parameters
from sim.evidence.selectors import position, split
from sim.scenario.drivers import WORLD_FAMILIES, vocabulary, world_offsets
from sim.world.compiled import inlined

_TABLE = [row for row in read_parameters() if row.dist != "switch"]


def _indexed_by(words: Iterable[str]) -> tuple[str, ...]:
    """Return the parameters that have an index among some words, in the order of their table."""
    known = set(words)
    return tuple(dict.fromkeys(row.name for row in _TABLE if row.index in known))


SCALARS = tuple(row.name for row in _TABLE if not row.index)
"""Names of the parameters that have one value, in the order of their table."""

DERIVED = (
    "taste_step", "scar_keep", "small_price_log", "nest_inverse", "ln_least_price", "stock_keep",
    "demand_scale", "review_period",
)  # fmt: skip
"""Rows that follow from scalars, so that no month computes them again: the width of a month's
change of taste, the part of a scar that a month leaves, the log of a year's price fall, one over
the nest's dissimilarity, the log of the least price, the part of a stock of accelerators that a
month leaves, Chinese demand over that at the reference price of a chip, and the whole months
between two reviews of a stance."""

BY_SEGMENT = _indexed_by(SEGMENTS)
"""Names of the parameters that differ by segment."""

OF_SEGMENT = ("difficulty", "price", "licence", "stay", "ln_under_use", "answering", "learning")
"""Rows that follow for each segment: the difficulty of its tasks, what price, licence and inertia
are worth to it, the log of the use of its machines, its part in the answers of a survey, and what
it learns."""

BY_ECOSYSTEM = _indexed_by(ECOSYSTEMS)
"""Names of the parameters that differ by ecosystem."""

SWITCHES = tuple(row.name for row in read_parameters() if row.dist == "switch")
"""Names of the structural alternatives."""


def _named(kind: str, names: tuple[str, ...], rows: Iterable[int] | None = None) -> Any:  # noqa: ANN401
    """Return rows by the names of a table, which no checker of types can know."""
    made: Any = namedtuple(kind, names)  # type: ignore[misc]  # noqa: PYI024
    return made(*(range(len(names)) if rows is None else rows))


P = _named("Scalars", (*SCALARS, *DERIVED))
"""Rows of the scalars by name, and of what follows from them."""
B = _named("BySegment", (*BY_SEGMENT, *OF_SEGMENT))
"""Rows of what differs by segment."""
C = _named("ByEcosystem", BY_ECOSYSTEM)
"""Rows of what differs by ecosystem."""
if TYPE_CHECKING:
    Switches: TypeAlias = Any  # noqa: UP040 - a name for annotations and for numba alike
else:
    Switches = namedtuple("Switches", SWITCHES)  # noqa: PYI024
"""Structural alternatives, 1 on and 0 off, the same for all replicates of a run."""
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


def world_row(path: str) -> int:
    """Return the row of one cell of a driver of the world that has none by ecosystem.

    Parameters
    ----------
    path : str
        Such as ``demand.china``.
    """
    name, _ = split(path)
    row: int = getattr(W, name) + position(path, vocabulary()[name].index)
    return row
