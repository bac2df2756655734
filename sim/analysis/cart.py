"""CART: a second view of where a policy fails, by a small tree of splits.

Binary splits on one factor that lower Gini's impurity most (Breiman and others 1984). A factor that
is words is split into one of them and all others. The tree stays small: it is read, not used to
classify.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.analysis.space import Axis, Namer, Space
from sim.arrays import Flags, Floats

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
    axis : Axis, optional
        What it is split by; None in a leaf.
    limit : float
        Worlds with at most this go to ``below``; of words, those with this one.
    below, above : Tree, optional
    """

    size: int
    density: float
    axis: Axis | None = None
    limit: float = 0.0
    below: Tree | None = None
    above: Tree | None = None

    def lines(self, title: Namer = str) -> list[str]:
        """Return the tree as text, one line a branch."""
        found = [f"{100 * self.density:.0f} % of {self.size} fail"]
        if self.axis is None or self.below is None or self.above is None:
            return found
        name, at = title(self.axis.name), self.axis.text(self.limit)
        words = ("is", "is not") if self.axis.kind == "word" else ("at most", "above")
        for word, branch in zip(words, (self.below, self.above), strict=True):
            head, *rest = branch.lines(title)
            found += [f"  {name} {word} {at}: {head}", *(f"  {line}" for line in rest)]
        return found


def grow(space: Space, failed: Flags, *, depth: int = DEPTH, leaf: float = LEAF) -> Tree:
    """Return a tree of splits.

    Parameters
    ----------
    space : Space
    failed : ndarray of bool, shape (worlds,)
    depth : int
        Splits from the root to a leaf at most.
    leaf : float
        Part of all worlds that a leaf holds at least.
    """
    return _grow(space.axes, space.levels, failed, depth, max(int(leaf * len(failed)), 1))


def _grow(axes: tuple[Axis, ...], worlds: Floats, failed: Flags, depth: int, smallest: int) -> Tree:
    size, density = len(failed), float(failed.mean()) if len(failed) else 0.0
    split = None if depth == 0 or density in (0.0, 1.0) else _split(axes, worlds, failed, smallest)
    if split is None:
        return Tree(size, density)
    column, limit = split
    below = _below(axes[column], worlds[:, column], limit)
    return Tree(
        size, density, axes[column], limit,
        _grow(axes, worlds[below], failed[below], depth - 1, smallest),
        _grow(axes, worlds[~below], failed[~below], depth - 1, smallest),
    )  # fmt: skip


def _below(axis: Axis, column: Floats, limit: float) -> Flags:
    return np.asarray(column == limit if axis.kind == "word" else column <= limit)


def _split(
    axes: tuple[Axis, ...], worlds: Floats, failed: Flags, smallest: int
) -> tuple[int, float] | None:
    """Return factor and limit of the split that lowers impurity most, or None if none does."""
    n = len(failed)
    best, chosen = _impurity(float(failed.mean())) - 1e-12, None
    for column, axis in enumerate(axes):
        values = np.unique(worlds[:, column])
        limits = values if axis.kind == "word" else (values[:-1] + values[1:]) / 2
        for limit in limits.tolist():
            below = _below(axis, worlds[:, column], limit)
            left = int(below.sum())
            if not smallest <= left <= n - smallest or left in (0, n):
                continue
            hits, others = float(failed[below].mean()), float(failed[~below].mean())
            score = (left * _impurity(hits) + (n - left) * _impurity(others)) / n
            if score < best:
                best, chosen = score, (column, limit)
    return chosen


def _impurity(part: float) -> float:
    return 2.0 * part * (1.0 - part)
