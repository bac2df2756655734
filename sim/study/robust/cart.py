"""CART: a second view of where a policy fails, by a small tree of splits.

Binary splits on one factor that lower Gini's impurity most (Breiman and others 1984). The tree is
kept small: it is read, not used to classify.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

DEPTH = 3
LEAF = 0.05
"""Part of all worlds that a leaf holds at least."""


@dataclass(frozen=True)
class Tree:
    """A node of the tree.

    Parameters
    ----------
    size : int
        Worlds in it.
    density : float
        Part of them that failed.
    factor : str, optional
        What it is split by; None in a leaf.
    limit : float
        Worlds with at most this go to ``below``.
    below, above : Tree, optional
    """

    size: int
    density: float
    factor: str | None = None
    limit: float = 0.0
    below: Tree | None = None
    above: Tree | None = None

    def lines(self, depth: int = 0) -> list[str]:
        """Return the tree as text, one line a branch."""
        told = f"{100 * self.density:.0f} % of {self.size} fail"
        if self.factor is None or self.below is None or self.above is None:
            return [told]
        name = self.factor.removeprefix("parameters.").replace("_", " ")
        found = [told]
        for word, branch in (("at most", self.below), ("above", self.above)):
            head, *rest = branch.lines(depth + 1)
            found += [f"  {name} {word} {self.limit:.3g}: {head}", *(f"  {line}" for line in rest)]
        return found


def grow(
    names: Sequence[str], worlds: Floats, failed: Flags, *, depth: int = DEPTH, leaf: float = LEAF
) -> Tree:
    """Return a tree of splits.

    Parameters
    ----------
    names : sequence of str
        Factors.
    worlds : ndarray, shape (worlds, factors)
    failed : ndarray of bool, shape (worlds,)
    depth : int
        Splits from the root to a leaf at most.
    leaf : float
        Part of all worlds that a leaf holds at least.
    """
    return _grow(tuple(names), worlds, failed, depth, max(int(leaf * len(worlds)), 1))


def _grow(names: tuple[str, ...], worlds: Floats, failed: Flags, depth: int, least: int) -> Tree:
    size, density = len(failed), float(failed.mean()) if len(failed) else 0.0
    split = None if depth == 0 or density in (0.0, 1.0) else _split(worlds, failed, least)
    if split is None:
        return Tree(size, density)
    column, limit = split
    below = worlds[:, column] <= limit
    return Tree(
        size, density, names[column], limit,
        _grow(names, worlds[below], failed[below], depth - 1, least),
        _grow(names, worlds[~below], failed[~below], depth - 1, least),
    )  # fmt: skip


def _split(worlds: Floats, failed: Flags, least: int) -> tuple[int, float] | None:
    """Return factor and limit of the split that lowers impurity most, or None if none does."""
    n = len(failed)
    best, chosen = _impurity(float(failed.mean())) - 1e-12, None
    for column in range(worlds.shape[1]):
        order = np.argsort(worlds[:, column], kind="stable")
        values, hits = worlds[order, column], np.cumsum(failed[order])
        for cut in range(least, n - least + 1):
            if cut >= n or values[cut - 1] == values[cut]:
                continue
            left, right = hits[cut - 1] / cut, (hits[-1] - hits[cut - 1]) / (n - cut)
            score = (cut * _impurity(left) + (n - cut) * _impurity(right)) / n
            if score < best:
                best, chosen = score, (column, float((values[cut - 1] + values[cut]) / 2))
    return chosen


def _impurity(part: float) -> float:
    return 2.0 * part * (1.0 - part)
