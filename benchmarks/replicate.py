"""One replicate of the full default world: by the kernel on one core, and stepped in Mesa."""

from __future__ import annotations

import numpy as np

from benchmarks import clock
from sim.scenario.drivers import Drivers
from sim.study.ensemble import LANES


def kernel(drivers: Drivers, seed: int) -> float:
    """Return seconds a replicate in a default block of lanes, on one thread: the best of nine."""
    from sim.world import simulate

    replicates = np.arange(LANES)
    simulate(drivers, seed=seed, replicates=replicates)  # compiles, or reads what was compiled
    taken = clock.best(lambda: simulate(drivers, seed=seed, replicates=replicates), 9)
    return taken / LANES


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
