"""What happened in a block of replicates, as the rooms to the right read it."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.scenario.drivers import Floats


@dataclass(frozen=True, eq=False)
class Trajectory:
    """What happened in a block of replicates; T months from 2023-01, R replicates last.

    Parameters
    ----------
    replicates : ndarray of int, shape (R,)
        Their numbers.
    share : ndarray, shape (T, I, K, R)
        Share of builders by nation and ecosystem.
    met : ndarray, shape (T, I, K, R)
        Part of a month's use, trial included, of the developers whom a survey asks.
    developers : ndarray, shape (T, I, R)
        Developers who build on models.
    stance : ndarray of int8, shape (T, I, R)
        Index into STANCES.
    compute : ndarray, shape (T, 3, 2, R)
        Stock by pool and hardware, H100e.
    capability : ndarray, shape (T, K, R)
        Flagship's capability, ECI points.
    lacking : ndarray, shape (T, I, R)
        ECI points by which a nation's own models trail the flagship of the sovereign ecosystem,
        times the share of developers who use them.
    load : ndarray, shape (T, R)
        Serving load of Chinese services.
    training, serving : ndarray, shape (T, R)
        Compute of Chinese laboratories, H100e.
    extra_lag : ndarray, shape (T, R)
        Months that compute and deployment add to the lag of Chinese laboratories.
    cost : ndarray, shape (T, R)
        Cost of the levers in force, USD million in the month.
    began : ndarray of int, shape (levers that wait, R)
        Position of the month in which each lever that waits for a sign was first pulled, NEVER
        where it was not.
    waiting : tuple of str
        Ids of these levers.
    utility : ndarray, shape (months asked, I, P, K, R)
        Parts of utility as `sim.world.reasons.means` gives them, in the months of which they were
        asked for.
    visits : ndarray, shape (T', I, K, R)
        Use of makers' chat services, triers included, in the months that are looked at.
    routed : ndarray, shape (T, K, R)
        Tokens that routers pass on, in a unit of their own, meant for shares.
    firms, derived : ndarray, shape (T', K, R)
        What surveys of enterprises and counts of derived models would see of each ecosystem;
        likewise.
    """

    replicates: NDArray[np.int64]
    share: Floats
    met: NDArray[np.float32]
    developers: Floats
    stance: NDArray[np.int8]
    compute: Floats
    capability: Floats
    lacking: Floats
    load: Floats
    training: Floats
    serving: Floats
    extra_lag: Floats
    cost: Floats
    visits: Floats
    routed: Floats
    firms: Floats
    derived: Floats
    began: NDArray[np.int64]
    utility: Floats
    waiting: tuple[str, ...]

    def begun(self, t: int) -> dict[str, Floats]:
        """Return which levers that wait for a sign have been pulled by a month, 0 or 1, (R,)."""
        return {n: (m <= t).astype(float) for n, m in zip(self.waiting, self.began, strict=True)}


ARRAYS = tuple(field.name for field in fields(Trajectory) if field.name != "waiting")
"""Fields of a trajectory that are arrays, with replicates as the last axis."""
