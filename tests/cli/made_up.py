"""The command ``sim`` over a made-up world: run by the tests as a process of its own.

``MADE_UP_SECONDS`` is how long a block takes, ``MADE_UP_BEGUN`` a file to touch when the first one
begins, and ``MADE_UP_BYTES`` the most that a file may hold.
"""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path

from sim.cli import main
from sim.study import ensemble, futures
from tests.strategies import fake_drivers, fake_trajectory, half, in_turn


def simulate(drivers, seed, replicates, engine):
    if "MADE_UP_BEGUN" in os.environ:
        Path(os.environ["MADE_UP_BEGUN"]).touch()
    time.sleep(float(os.environ.get("MADE_UP_SECONDS", "0")))
    return fake_trajectory(drivers, seed, replicates)


# Worker processes read this module too, and so meet the made-up world as well.
ensemble._drivers = lambda _: fake_drivers()
ensemble._simulate = simulate
ensemble.drawn = half
futures.of_replicates = in_turn

if __name__ == "__main__":
    if "MADE_UP_BYTES" in os.environ:
        most = int(os.environ["MADE_UP_BYTES"])
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    main()
