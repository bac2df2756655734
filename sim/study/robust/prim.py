"""PRIM: boxes of worlds in which a policy fails, with coverage and density left to the reader.

The patient rule induction method (Friedman and Fisher 1999, *Statistics and Computing* 9: 123-143)
as scenario discovery uses it (Bryant and Lempert 2010, *Technological Forecasting and Social
Change* 77: 34-49): a box is peeled a little at a time where that raises the part of failures in it
most. The whole path from all worlds to the smallest box is kept: which box to take is a choice
between covering failures and being dense in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ALPHA = 0.05
"""Part of the worlds in a box that one peel takes off."""

LEAST = 0.05
"""Part of all worlds that a box keeps at least."""

SIGNIFICANT = 0.05
"""Level of the quasi-p-value above which a limit may be chance."""


@dataclass(frozen=True)
class Box:
    """One box on the path.

    Parameters
    ----------
    low, high : tuple of float
        Limits of each factor.
    coverage : float
        Part of all failures that lie in it.
    density : float
        Part of the worlds in it that are failures.
    mass : float
        Part of all worlds that lie in it.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    coverage: float
    density: float
    mass: float

    def holds(self, worlds: Floats) -> Flags:
        """Return which worlds lie in the box, (worlds,)."""
        low, high = np.array(self.low), np.array(self.high)
        return np.asarray(((worlds >= low) & (worlds <= high)).all(axis=1))


@dataclass(frozen=True, eq=False)
class Path:
    """The path of boxes that peeling makes, from all worlds to the smallest.

    Parameters
    ----------
    names : tuple of str
        Factors.
    boxes : tuple of Box
    worlds, failed : ndarray
        What it was made from.
    """

    names: tuple[str, ...]
    boxes: tuple[Box, ...]
    worlds: Floats
    failed: Flags

    def table(self) -> pd.DataFrame:
        """Return coverage, density, mass and number of limited factors of every box."""
        return pd.DataFrame(
            {
                "box": range(len(self.boxes)),
                "coverage": [box.coverage for box in self.boxes],
                "density": [box.density for box in self.boxes],
                "mass": [box.mass for box in self.boxes],
                "factors": [len(self.limits(n)) for n in range(len(self.boxes))],
            }
        )

    def usual(self) -> int:
        """Return the box that is told unless the reader takes another.

        The one with the largest harmonic mean of coverage and density; of equals the first.
        """
        means = [
            2 * b.coverage * b.density / (b.coverage + b.density) if b.coverage + b.density else 0.0
            for b in self.boxes
        ]
        return int(np.argmax(np.round(means, 12)))

    def limits(self, number: int) -> pd.DataFrame:
        """Return the factors that a box limits.

        Returns
        -------
        DataFrame
            factor, low, high (empty where that side is open), and the quasi-p-value: the chance of
            so many failures if this limit did not matter (binomial, one-sided).
        """
        from scipy.stats import binom

        box, whole = self.boxes[number], self.boxes[0]
        inside = box.holds(self.worlds)
        rows = []
        for k, name in enumerate(self.names):
            low_open, high_open = box.low[k] <= whole.low[k], box.high[k] >= whole.high[k]
            if low_open and high_open:
                continue
            low, high = list(box.low), list(box.high)
            low[k], high[k] = whole.low[k], whole.high[k]
            freed = Box(tuple(low), tuple(high), 0, 0, 0).holds(self.worlds)
            rate = self.failed[freed].mean()
            chance = binom.sf(int(self.failed[inside].sum()) - 1, int(inside.sum()), rate)
            rows.append([name, np.nan if low_open else box.low[k],
                         np.nan if high_open else box.high[k], float(chance)])  # fmt: skip
        return pd.DataFrame(rows, columns=["factor", "low", "high", "quasi_p"])

    def words(self, number: int | None = None) -> str:
        """Return the conditions of a box in words."""
        number = self.usual() if number is None else number
        box, limits = self.boxes[number], self.limits(number)
        if limits.empty:
            return "no limit on any factor sets the failures apart"
        parts = []
        for row in limits.to_dict("records"):
            low, high = row["low"], row["high"]
            name = str(row["factor"]).removeprefix("parameters.").replace("_", " ")
            if np.isnan(low):
                text = f"{name} is at most {high:.3g}"
            elif np.isnan(high):
                text = f"{name} is at least {low:.3g}"
            else:
                text = f"{name} lies from {low:.3g} to {high:.3g}"
            parts.append(text + (" (may be chance)" if row["quasi_p"] > SIGNIFICANT else ""))
        return (
            f"fails where {' and '.join(parts)}: {100 * box.coverage:.0f} % of the failures, "
            f"{100 * box.density:.0f} % of the worlds there fail"
        )


def peel(
    names: Sequence[str],
    worlds: Floats,
    failed: Flags,
    *,
    alpha: float = ALPHA,
    least: float = LEAST,
) -> Path:
    """Return the path of boxes.

    In each step every face of the box is tried: the part ``alpha`` of the worlds with the lowest or
    the highest values of a factor is taken off, and the peel that leaves the largest density is
    made; of equals the one that takes off least. It ends where the box would hold less than
    ``least`` of all worlds, or nothing can be taken off.

    Parameters
    ----------
    names : sequence of str
        Factors.
    worlds : ndarray, shape (worlds, factors)
    failed : ndarray of bool, shape (worlds,)
    alpha, least : float
    """
    total = int(failed.sum())
    inside = np.ones(len(worlds), bool)
    low, high = worlds.min(axis=0), worlds.max(axis=0)
    boxes = [_box(low, high, inside, failed, total)]
    while True:
        found = _best_peel(worlds, failed, inside, alpha)
        if found is None:
            break
        column, side, limit, kept = found
        if kept.sum() < least * len(worlds):
            break
        low, high = low.copy(), high.copy()
        (low if side == 0 else high)[column] = limit
        inside = kept
        boxes.append(_box(low, high, inside, failed, total))
        if failed[inside].all() or not failed[inside].any():
            break
    return Path(tuple(names), tuple(boxes), worlds, failed)


def _best_peel(
    worlds: Floats, failed: Flags, inside: Flags, alpha: float
) -> tuple[int, int, float, Flags] | None:
    """Return factor, side (0 low, 1 high), new limit and what is left; None if nothing can go."""
    best: tuple[float, int] | None = None
    chosen: tuple[int, int, float, Flags] | None = None
    for column in range(worlds.shape[1]):
        values = worlds[inside, column]
        for side, level in ((0, alpha), (1, 1.0 - alpha)):
            limit = float(np.quantile(values, level))
            beyond = worlds[:, column] < limit if side == 0 else worlds[:, column] > limit
            kept = inside & ~beyond
            left = int(kept.sum())
            if left in (0, int(inside.sum())):
                # Many equal values at the edge: take the whole level off.
                edge = values.min() if side == 0 else values.max()
                kept = inside & (worlds[:, column] != edge)
                left = int(kept.sum())
                if left in (0, int(inside.sum())):
                    continue
            rest = worlds[kept, column]
            limit = float(rest.min() if side == 0 else rest.max())
            score = (float(failed[kept].mean()), left)
            if best is None or score > best:
                best, chosen = score, (column, side, limit, kept)
    return chosen


def _box(low: Floats, high: Floats, inside: Flags, failed: Flags, total: int) -> Box:
    hits = int(failed[inside].sum())
    return Box(
        tuple(low.tolist()), tuple(high.tolist()), hits / total if total else 0.0,
        hits / max(int(inside.sum()), 1), float(inside.mean()),
    )  # fmt: skip
