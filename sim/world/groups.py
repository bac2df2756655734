"""Groups of nations: what their developers do, put together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.scenario.drivers import Floats
from sim.world.rules.tally import group_means


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
        groups = len(self.slugs)
        mean = np.empty((groups, *share.shape[1:]))
        total = np.empty((groups, share.shape[2]))
        members, counts = self.members.view(np.uint8), np.ascontiguousarray(developers)
        group_means(members, counts, np.ascontiguousarray(share), total, mean)
        return mean, total

    def mean(self, values: Floats, developers: Floats) -> Floats:
        """Return the mean of something with one number a nation, (groups, replicates).

        Parameters
        ----------
        values, developers : array, shape (nations, replicates)
            Weighted as in :meth:`shares`.
        """
        return self.shares(values[:, None, :], developers)[0][:, 0]
