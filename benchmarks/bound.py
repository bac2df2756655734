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


def timed[F: Callable[..., Any]](loop: F) -> F:
    """Compile a loop that does the same in each round, as often as it says.

    As a rule is compiled, but not told that its arrays lie apart in memory: that the corner may be
    a part of what is read is what holds the compiler from leaving all rounds but the last out.
    """
    compiled: Any = numba.njit(error_model="numpy", nogil=True)(loop)
    made: F = compiled
    return made


@timed
def exps(x: np.ndarray, out: np.ndarray, rounds: int) -> None:
    """Take the exponential of each number."""
    for _ in range(rounds):
        for first in range(0, x.size, CORNER):
            for j in range(CORNER):
                out[j] = exp(x[first + j])


@timed
def logs(x: np.ndarray, out: np.ndarray, rounds: int) -> None:
    """Take the logarithm of each number."""
    for _ in range(rounds):
        for first in range(0, x.size, CORNER):
            for j in range(CORNER):
                out[j] = log(x[first + j])


@timed
def roots(x: np.ndarray, out: np.ndarray, rounds: int) -> None:
    """Take the root of each number."""
    for _ in range(rounds):
        for first in range(0, x.size, CORNER):
            for j in range(CORNER):
                out[j] = math.sqrt(x[first + j])


@timed
def divisions(x: np.ndarray, out: np.ndarray, rounds: int) -> None:
    """Divide by each number."""
    for _ in range(rounds):
        for first in range(0, x.size, CORNER):
            for j in range(CORNER):
                out[j] = 1.7 / x[first + j]


@timed
def draws(keys: np.ndarray, out: np.ndarray, rounds: int) -> None:
    """Make a uniform draw of each stream."""
    for month in range(rounds):
        for first in range(0, keys.size, CORNER):
            for j in range(CORNER):
                out[j] = uniform(keys[first + j], month)


@timed
def multiply_adds(x: np.ndarray, out: np.ndarray, rounds: int) -> None:
    """Evaluate a polynomial of each number by `CHAIN` multiply-adds."""
    for _ in range(rounds):
        for first in range(0, x.size, CORNER):
            for j in range(CORNER):
                y = x[first + j]
                for _ in range(CHAIN):
                    y = fma(y, 0.25, 0.5)
                out[j] = y


LOOPS: Mapping[str, Callable[[np.ndarray, np.ndarray, int], None]] = {
    "exp": exps,
    "log": logs,
    "sqrt": roots,
    "div": divisions,
    "draw": draws,
    "madd": multiply_adds,
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
