"""The command ``sim`` over a made-up world: a process of its own, or in the tests' own process.

``MADE_UP_SECONDS`` is how long a block takes, ``MADE_UP_BEGUN`` a file to touch when the first one
begins, and ``MADE_UP_BYTES`` the most that a file may hold.
"""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path

from sim.cli import main
from sim.ensemble import futures, runner
from sim.study import run
from tests.strategies import fake_drivers, fake_trajectory, half, in_turn


def simulate(drivers, seed, replicates, engine, explained):
    if "MADE_UP_BEGUN" in os.environ:
        Path(os.environ["MADE_UP_BEGUN"]).touch()
    time.sleep(float(os.environ.get("MADE_UP_SECONDS", "0")))
    return fake_trajectory(drivers, seed, replicates, explained)


REPLACED = (
    (run, "_drivers", lambda _: fake_drivers()),
    (runner, "simulate", simulate),
    (runner, "drawn", half),
    (futures, "of_replicates", in_turn),
)
"""What the made-up world takes the place of: module, name and what stands there instead."""

# Worker processes read this module too, and so meet the made-up world as well; a test that imports
# it puts the world in its place for as long as it needs it.
if __name__ in {"__main__", "__mp_main__"}:
    for module, name, instead in REPLACED:
        setattr(module, name, instead)

if __name__ == "__main__":
    if "MADE_UP_BYTES" in os.environ:
        most = int(os.environ["MADE_UP_BYTES"])
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    main()
