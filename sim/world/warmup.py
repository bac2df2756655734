"""The first compilation, on two processors.

Compiling takes half a minute on one. Where nothing has been compiled yet, a second process takes
one half of the rules while this one takes the other; each finds the other's work in the cache.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import replace

import numpy as np

from sim.machine import processors
from sim.scenario.drivers import Drivers
from sim.world.block import Block, empty_record, prepare
from sim.world.compiled import cache_folder
from sim.world.kernel import Kernel

DONE = "compiled"
"""File in the cache that says that all has been compiled once."""

_ONE = threading.Lock()


def warm_up(drivers: Drivers) -> None:
    """Compile what the kernel needs, if that has not been done on this machine.

    What the second process cannot do, for want of a processor or by a failure, is left to be
    compiled when it is first called.

    Parameters
    ----------
    drivers : Drivers
        Any compiled scenario: the rules do not depend on it, and a throw-away block of it is run.
    """
    place = cache_folder()
    if place is None or processors() < 2:
        return
    mark = place / DONE
    if mark.exists():
        return
    with _ONE:  # other threads wait and find it done
        if not mark.exists():
            _compile(drivers)
            with suppress(OSError):  # a full disk: the mark only saves a look
                mark.touch()


def _compile(drivers: Drivers) -> None:
    """Compile one half here, and the other in a process of its own."""
    with subprocess.Popen(  # noqa: S603 - this interpreter and a program of one line
        command(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as other:
        try:
            _half(drivers)
        except BaseException:
            other.kill()
            raise


def _half(drivers: Drivers) -> None:
    """Compile what nations perceive, which is a third of all, reviews, and what is observed."""
    steps = Kernel(_throw_away(drivers), empty_record(drivers, 1, 1))
    steps.perceive(0)
    steps.review(0)
    steps.observe(0)


def command() -> list[str]:
    """Return what starts the second process.

    It imports from where this process does: left to itself it would look into the current folder
    first, and execute what lies there or compile another copy of this package.
    """
    program = "import sys; sys.path[:] = sys.argv[1:]; import sim.world.warmup as w; w.other_half()"
    return [sys.executable, "-P", "-c", program, *sys.path]


def _throw_away(drivers: Drivers) -> Block:
    """Return a block of one lane, whatever is held in the lanes of the caller's."""
    plain = replace(drivers.without_levers(), parameters={}, fitted=None)
    return prepare(plain, 0, np.zeros(1, np.int64))


def other_half() -> None:
    """Compile all else, by a month of a scenario of its own."""
    from sim.scenario import compile as compiled
    from sim.scenario import load
    from sim.world.groups import Groups
    from sim.world.rules import schedule

    drivers = compiled(load("baseline"))
    block, t = _throw_away(drivers), drivers.facts.base_month
    steps = Kernel(block, empty_record(drivers, 1, 1))
    steps.decide(t)
    steps.begin(t)
    steps.finish(t)
    steps.note(t)
    now, covers = block.in_force, block.schedule.covers
    schedule.paid(t, now.began, now.ended, covers, block.strength, block.cost, np.zeros(1))
    everybody = Groups(("world",), drivers.groups["world"][None])
    everybody.shares(block.state.national, block.state.builders)
