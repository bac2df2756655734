"""The sum behind an equal split of respondents over brands, compiled."""

from __future__ import annotations

from typing import NamedTuple

from sim.scenario.drivers import Floats, Ints
from sim.world.compiled import rule
from sim.world.numerics import exp


class Rule(NamedTuple):
    """Nodes at which integrals are taken, with their weights."""

    nodes: Floats  # [R, 2, nodes] breadths of developers and their weights
    z: Floats  # [5] of the integral over z
    weight: Floats  # [5]


@rule
def split(
    main: Floats, part: Floats, of: Ints, breadth: Floats, at: Rule, work: Floats, out: Floats
) -> None:
    """Add the equal split of each cell to ``out``, shape (R, cells, classes).

    Parameters
    ----------
    main : ndarray, shape (R, cells, classes)
        Main shares.
    part : ndarray, shape (brands,)
        Part of a brand in its class.
    of : ndarray of int, shape (brands,)
        Class of each brand.
    breadth : ndarray, shape (R,)
    at : Rule
    work : ndarray, shape (3, brands)
        Scratch.
    """
    brands = part.size
    x, p, g = work[0], work[1], work[2]
    for run in range(main.shape[0]):
        for cell in range(main.shape[1]):
            for b in range(brands):
                x[b] = main[run, cell, of[b]] * part[b]
            for n in range(at.nodes.shape[2]):
                theta = at.nodes[run, 0, n] * breadth[run]
                for b in range(brands):
                    p[b] = 1.0 - exp(-theta * x[b])
                for q in range(at.z.size):
                    product, mains = 1.0, 0.0
                    for b in range(brands):
                        g[b] = 1.0 - p[b] + p[b] * at.z[q]
                        product *= g[b]
                        mains += x[b] / g[b]
                    scale = at.nodes[run, 1, n] * at.weight[q] * product
                    for b in range(brands):
                        # As the main brand, and beside each other main brand.
                        own = x[b] / g[b]
                        beside = p[b] * at.z[q] / g[b] * (mains - own)
                        out[run, cell, of[b]] += scale * (own + beside)
