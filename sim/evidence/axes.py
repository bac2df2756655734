"""The axes of every array: the words along each, in the order of their positions.

An axis stands here once. Tables name its words, arrays its positions; ``AXES`` gives the words by
the name that ``index`` of the table of drivers and the columns of effects use.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sim.evidence.tables import read

ECOSYSTEMS = tuple(row.text("ecosystem") for row in read("ecosystems.csv", ("ecosystem",)))
"""Ids of the ecosystems, in the order of their table: the axis ``K``."""

OFFERS = ("flagship", "small")
"""Offers of an ecosystem: the axis ``O``."""

WAYS = ("maker", "host", "self")
"""Ways to get an offer: the axis ``W``."""

SEGMENTS = ("enterprise", "independent", "research")
"""Segments of builders: the axis ``S``."""

HARDWARE = ("us", "cn")
"""Kinds of accelerators, by who makes them."""

POOLS = ("us_allies", "china", "rest")
"""Nations that buy accelerators on the same terms."""

STANCES = ("open", "us", "chinese", "sovereign")
"""What a government may hold to."""

BLOCS = ("us", "cn", "eu", "sovereign")
"""Whose an ecosystem is."""

NESTS = ("closed", "open")
"""Ecosystems that are near substitutes for each other."""

AXES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "ecosystem": ECOSYSTEMS,
    "way": WAYS,
    "segment": SEGMENTS,
    "stance": STANCES,
    "pool": POOLS,
    "hardware": HARDWARE,
})  # fmt: skip
