"""What surveys and counts would show, and what routers reach, against their equations in numpy."""

from __future__ import annotations

import numpy as np

from sim.world.rows import P
from sim.world.rules import observe, tokens
from sim.world.rules.arrays import Reach, Views
from tests.world.by_hand import NEST, I, K, L, S, close, leaked, parameters

T = 3


def test_firms_and_derived_models_of_a_month(rng):
    """Each lane by its own parameters, each nation by its builders, no month but the one asked."""
    p, _, _ = parameters(rng)
    surveyed, recent = np.array([1.0, 0.0]), rng.uniform(0, 9, (T, K))
    builders, share = rng.uniform(1, 5, (I, L)), rng.uniform(0, 1, (I, S, K, L))
    fresh = rng.uniform(0, 1, (I, K, L))
    views = Views(np.full((T, K, L), 7.0), np.full((T, K, L), 7.0))
    observe.world_views(1, surveyed, recent, p, builders, share, fresh, views)
    close(views.firms[1], np.einsum("i,il,ikl->kl", surveyed, builders, share[:, 0]))
    often = (1 + recent[1][:, None]) ** p[P.derived_recency]
    close(views.derived[1], np.einsum("il,ikl->kl", builders, fresh) * often)
    assert (views.firms[[0, 2]] == 7.0).all()
    assert (views.derived[[0, 2]] == 7.0).all()


def test_routers_reach_what_is_open_and_resell_what_is_closed(rng):
    """Of a maker who lists a nation in one month and not in the next, in either order."""
    p, _, _ = parameters(rng)
    unlisted = np.zeros((T, I, K))
    unlisted[1, 1, 0] = unlisted[2, 1, 4] = 0.6
    within = Reach(
        NEST, rng.uniform(0.2, 0.4, (T, I, 3 * K)), np.array([0.0, 2.0, 2.0]), unlisted,
        rng.uniform(0.1, 0.3, (I, K, S, 3, L)),
    )  # fmt: skip
    for t in range(T):
        for k in range(K):
            usual = within.access[t, 1, 3 * k] + np.zeros(L)
            if unlisted[t, 1, k] > 0:
                usual += unlisted[t, 1, k] * leaked(p[P.leak_developers], p, within.later[t])
            maker, host = within.opened[1, k, 2, 0], within.opened[1, k, 2, 1]
            resold = np.minimum(maker / usual, 1.0)
            expected = resold if NEST[k] == 0 else np.maximum(maker, host)
            close([tokens.reach(1, k, l, t, 2, within, p) for l in range(L)], expected)  # noqa: E741
