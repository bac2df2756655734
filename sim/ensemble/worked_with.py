"""Who has worked with which models in the past year: beside shares, never merged with them.

A share is of the main ecosystem, and each developer has one. Most developers work with several in a
year, so that these fractions do not add up. They are what a survey asks for; the view that gives
them is in `sim.world.answers`. Here all developers who build are counted, sovereign
models are among those that one may have worked with, and nobody is left out of the base.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Floats, Ints
from sim.world import answers
from sim.world.groups import Groups
from sim.world.views import a_year

if TYPE_CHECKING:
    from sim.world import Trajectory


READS = ("breadth", "breadth_shape")
"""Parameters whose draws say how many models a developer works with beside the main one."""


def by_group(
    blocks: Sequence[Trajectory],
    at: Ints,
    ecosystems: tuple[str, ...],
    groups: Groups,
    breadth: Floats,
    shape: Floats,
    *,
    full: bool = False,
    workers: int = 1,
) -> Floats:
    """Return the answers of groups: means of their nations by builders, as shares are.

    Parameters
    ----------
    blocks : sequence
        Simulated blocks in the order of their replicates.
    at : ndarray of int, shape (T',)
        Months that are wanted, counted from 2023-01; each looks back on the year that ends in it.
    ecosystems : tuple of str
    groups : Groups
    breadth, shape : ndarray, shape (R,)
        Draws of the parameters in `READS`.
    full : bool
        Add every nation after the groups.
    workers : int
        How many months are computed at a time.

    Returns
    -------
    ndarray, shape (T', groups, answers, R)
        Fractions of the developers who build on models, in the order of `sim.metrics.use.names`.
    """

    def of_month(month: int) -> Floats:
        year = np.concatenate(
            [a_year(block.met, np.array([month]))[0] for block in blocks], axis=-1
        )
        developers = np.concatenate([block.developers[month] for block in blocks], axis=-1)
        nations = answers.of_nations(year, ecosystems, breadth, shape)
        group, _ = groups.shares(nations, developers)
        return np.concatenate([group, nations]) if full else group

    with ThreadPoolExecutor(workers) as pool:
        return np.stack(list(pool.map(of_month, at.tolist())))
