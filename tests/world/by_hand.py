"""What single rules are tried on: three lanes side by side, no two numbers alike.

The equations of the rules are written a second time in the tests, over whole arrays and without the
rules' loops, so that a wrong index, sign or border shows, and a lane that takes its neighbour's
number.
"""

from __future__ import annotations

import numpy as np

from sim.scenario.drivers import world_offsets
from sim.world import numerics
from sim.world.rows import B, C, P

L, K, S, I = 3, 5, 3, 2  # noqa: E741
BLOC = np.array([0, 1, 2, 3, 1])
NEST = np.array([0, 1, 1, 1, 0])
CELLS = int(world_offsets(K)[-1])
CHINESE, SOVEREIGN = 1, 3


def parameters(rng):
    """Return tables of parameters from 0.2 to 0.9, by scalar, by segment and by ecosystem."""
    return (
        rng.uniform(0.2, 0.9, (len(P), L)), rng.uniform(0.2, 0.9, (S, len(B), L)),
        rng.uniform(0.2, 0.9, (K, len(C), L)),
    )  # fmt: skip


def _of_many(draw):
    """Return a function of many streams and one counter, which hands keys without a sign."""
    return lambda keys, counter: np.vectorize(lambda key: draw(np.uint64(key), counter))(keys)


uniform, normal, gumbel = map(_of_many, (numerics.uniform, numerics.normal, numerics.gumbel))


def keys(rng, *shape):
    return rng.integers(1, 2**63, shape, dtype=np.uint64)


def close(found, expected, **more):
    np.testing.assert_allclose(found, expected, **{"rtol": 1e-12, "atol": 1e-13} | more)


def leaked(leak, p, years=2.0):
    """Return access that leaks, whose odds change by the same factor each year."""
    odds = leak / (1 - leak) * np.exp(p[P.leak_change] * years)
    return odds / (1 + odds)
