"""One replicate of the full default world: by the kernel on one core, and stepped in Mesa."""

from __future__ import annotations

import numpy as np

from benchmarks import clock
from sim.ensemble.runner import LANES
from sim.scenario.drivers import Drivers

TIMES = 9
"""Timings of the kernel, of which the best counts."""


def kernel(drivers: Drivers, seed: int) -> float:
    """Return seconds a replicate in a default block of lanes, on one thread, timed once."""
    from sim.world import simulate

    replicates = np.arange(LANES)
    return clock.best(lambda: simulate(drivers, seed=seed, replicates=replicates), 1) / LANES


def mesa(drivers: Drivers, seed: int) -> float:
    """Return seconds of one replicate stepped through `sim.World` as shipped: the best of three."""
    from sim.world import World

    def step_through() -> None:
        world = World(drivers, seed=seed)
        for _ in range(drivers.facts.months.size):
            world.step()

    world = World(drivers, seed=seed)
    world.step()  # reads what was compiled
    return clock.best(step_through, 3)
