"""Nations put together: which groups a result shows, and what their developers do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError, Problem

Floats = NDArray[np.float64]

FIRST = ("world", "global_south", "global_south_with_china", "world_without_china")
"""Shown before the regions, in this order."""


@dataclass(frozen=True)
class Groups:
    """Groups of nations in the order in which results show them.

    Parameters
    ----------
    slugs : tuple of str
        Names, ``world`` first.
    members : array, shape (groups, nations), bool
        Which nation belongs to which group; each group has a member.
    """

    slugs: tuple[str, ...]
    members: NDArray[np.bool_]

    def shares(self, share: Floats, developers: Floats) -> tuple[Floats, Floats]:
        """Return what the groups' developers build on in one month.

        A group's share is the mean of its nations' shares weighted by developers; where none
        builds yet it is their plain mean.

        Parameters
        ----------
        share : array, shape (nations, ecosystems, replicates)
            Fractions that sum to one over ecosystems.
        developers : array, shape (nations, replicates)
            Counts.

        Returns
        -------
        share : array, shape (groups, ecosystems, replicates)
            Fractions.
        developers : array, shape (groups, replicates)
            Counts.
        """
        total = self._sums(developers)
        group = self._sums(developers[:, None, :] * share)
        nobody = total <= 0.0
        group /= np.where(nobody, 1.0, total)[:, None, :]
        if nobody.any():
            plain = self._sums(share) / self.members.sum(axis=1)[:, None, None]
            group = np.where(nobody[:, None, :], plain, group)
        return group, total

    def mean(self, values: Floats, developers: Floats) -> Floats:
        """Return the mean of something with one number a nation, (groups, replicates).

        Parameters
        ----------
        values, developers : array, shape (nations, replicates)
            Weighted as in :meth:`shares`.
        """
        return self.shares(values[:, None, :], developers)[0][:, 0]

    def _sums(self, values: Floats) -> Floats:
        """Add up each group's nations, one after the other.

        A matrix product would do the same, but its last bits depend on the processor.
        """
        return np.stack([values[member].sum(axis=0) for member in self.members])


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
