"""The arithmetic bound: how fast one replicate could be if arithmetic were all there is to do.

``docs/operations.csv`` says how many operations of each kind the equations of the model need for
one replicate. Here each kind is timed at its best: the project's own elements
(:mod:`sim.world.numerics`) in a compiled loop over 4,096 doubles that stay in the processor's
cache. The bound is the sum of counts times times. Loads and stores are not part of it: a loop
writes to a corner of 64 numbers, and kinds that cost less than a load are done several times for
each number that is loaded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numba
import numpy as np

from benchmarks import clock
from making import operations
from sim.scenario.drivers import Drivers
from sim.world.numerics import exp, fma, log, uniform

SIZE, CORNER = 4096, 64
CHAIN = 16
"""Multiply-adds for each number that is loaded; those of other numbers run beside them."""
ROUNDS, TIMES = 200, 15
"""Passes over the numbers in one timing, and timings of which the best counts."""


def timed(operation: Callable[[Any, int], Any]) -> Any:  # noqa: ANN401 - as numba returns it
    """Compile a loop that does an operation on every number in each round, as often as it says.

    As a rule is compiled, but not told that its arrays lie apart in memory: that the corner may be
    a part of what is read is what holds the compiler from leaving all rounds but the last out.

    Parameters
    ----------
    operation : callable
        Takes a number and the round.
    """
    one = numba.njit(error_model="numpy")(operation)

    @numba.njit(error_model="numpy", nogil=True)
    def loop(x: np.ndarray, out: np.ndarray, rounds: int) -> None:
        for turn in range(rounds):
            for first in range(0, x.size, CORNER):
                for j in range(CORNER):
                    out[j] = one(x[first + j], turn)

    return loop


@timed
def exponential(x: float, _: int) -> float:
    """Take the exponential of a number."""
    return exp(x)


@timed
def logarithm(x: float, _: int) -> float:
    """Take the logarithm of a number."""
    return log(x)


@timed
def root(x: float, _: int) -> float:
    """Take the root of a number."""
    return math.sqrt(x)


@timed
def division(x: float, _: int) -> float:
    """Divide by a number."""
    return 1.7 / x


@timed
def draw(key: int, month: int) -> float:
    """Make a uniform draw of a stream."""
    return uniform(key, month)


@timed
def multiply_add(x: float, _: int) -> float:
    """Evaluate a polynomial of a number by `CHAIN` multiply-adds."""
    for _ in range(CHAIN):
        x = fma(x, 0.25, 0.5)
    return x


LOOPS: Mapping[str, Callable[[np.ndarray, np.ndarray, int], None]] = {
    "exp": exponential,
    "log": logarithm,
    "sqrt": root,
    "div": division,
    "draw": draw,
    "madd": multiply_add,
}
"""By the kinds of ``docs/operations.csv``."""


def nanoseconds() -> dict[str, float]:
    """Return the best time of one operation of each kind on this machine."""
    numbers = np.linspace(0.5, 3.0, SIZE)
    keys = np.arange(SIZE, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    out = np.empty(CORNER)
    found = {}
    for kind, loop in LOOPS.items():
        given = keys if kind == "draw" else numbers
        loop(given, out, 1)  # compiles
        taken = clock.best(partial(loop, given, out, ROUNDS), TIMES)
        chain = CHAIN if kind == "madd" else 1
        found[kind] = 1e9 * taken / (SIZE * ROUNDS * chain)
    return found


def counts(drivers: Drivers, seed: int) -> dict[str, float]:
    """Return how many operations of each kind the equations need for one replicate.

    Parameters
    ----------
    drivers : Drivers
        Compiled scenario; how often a price, an access or a parameter changes is counted in it.
    seed : int
        Of the replicates over which what differs between them is averaged.
    """
    sizes = {name: float(size) for name, size, _ in operations.measure(drivers, seed)}
    return operations.totals(sizes)


def milliseconds(needed: Mapping[str, float], each: Mapping[str, float]) -> dict[str, float]:
    """Return what each kind of operation takes of the bound for one replicate."""
    return {kind: 1e-6 * needed[kind] * each[kind] for kind in LOOPS}
