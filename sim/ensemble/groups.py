"""Nations put together: which groups a result shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError, Problem
from sim.world.groups import Groups

FIRST = ("world", "global_south", "global_south_with_china", "world_without_china")
"""Shown before the regions, in this order."""


def choose(nation_groups: Mapping[str, NDArray[np.bool_]], more: Iterable[str]) -> Groups:
    """Return the groups that a result shows.

    They are the world, the Global South without and with China, the world without China, and those
    asked for: regions and the scenario's own groups. Memberships such as ``oecd`` serve levers and
    are not shown; a group without a nation in this run is left out.

    Parameters
    ----------
    nation_groups : mapping of str to array, shape (nations,), bool
        Every group that the scenario knows.
    more : iterable of str
        Slugs to show after `FIRST`.

    Raises
    ------
    InputError
        If no nation is in the run.
    """
    wanted = dict.fromkeys((*FIRST, *sorted(more)))
    slugs = tuple(slug for slug in wanted if slug in nation_groups and nation_groups[slug].any())
    if "world" not in slugs:
        raise InputError(Problem("the run has no nation", path="nations"))
    return Groups(slugs, np.stack([nation_groups[slug] for slug in slugs]))
