"""Boxes of worlds: what each allows, what is in it, and how it is said in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from sim.analysis.space import Axis, Namer, Space
from sim.arrays import Flags, Floats

SIGNIFICANT = 0.05
"""Level of the quasi-p-value above which a limit may be chance."""


@dataclass(frozen=True)
class Side:
    """What a box allows of one factor: a range, or of words a set of codes.

    Parameters
    ----------
    low, high : float
        Bounds, both included.
    codes : frozenset of int, optional
        Codes of words; in place of the range.
    """

    low: float
    high: float
    codes: frozenset[int] | None = None

    def holds(self, column: Floats) -> Flags:
        """Return which values are allowed, same shape."""
        if self.codes is not None:
            return np.isin(column, list(self.codes))
        return (column >= self.low) & (column <= self.high)


@dataclass(frozen=True)
class Box:
    """One box on a trajectory.

    Parameters
    ----------
    sides : tuple of Side
        What it allows of each factor.
    coverage : float
        Part of all failures that lie in it and in no box of an earlier search.
    density : float
        Part of its worlds that are failures.
    mass : float
        Part of all worlds that lie in it.
    """

    sides: tuple[Side, ...]
    coverage: float
    density: float
    mass: float

    def holds(self, values: Floats) -> Flags:
        """Return which worlds lie within its sides, (worlds,)."""
        sides = [side.holds(values[:, k]) for k, side in enumerate(self.sides)]
        return np.asarray(np.logical_and.reduce(sides))


@dataclass(frozen=True, eq=False)
class Trajectory:
    """The boxes that one search makes, from all worlds that are left to the last box.

    Parameters
    ----------
    space : Space
    failed : ndarray of bool, shape (worlds,)
    among : ndarray of bool, shape (worlds,)
        Worlds that no box of an earlier search holds.
    boxes : tuple of Box
        First those of peeling, each inside the one before; then those of pasting; then, where it is
        another one, the box that is described.
    described : int
        The box that is described unless the reader takes another: of those of peeling and pasting
        the one with the largest harmonic mean of coverage and density, freed of the limits that may
        be chance.
    """

    space: Space
    failed: Flags
    among: Flags
    boxes: tuple[Box, ...]
    described: int

    def table(self) -> pd.DataFrame:
        """Return coverage, density, mass and number of limited factors of every box."""
        return pd.DataFrame(
            {
                "coverage": [box.coverage for box in self.boxes],
                "density": [box.density for box in self.boxes],
                "mass": [box.mass for box in self.boxes],
                "factors": [len(self.limited(n)) for n in range(len(self.boxes))],
            }
        )

    def inside(self, number: int) -> Flags:
        """Return which worlds lie in a box, (worlds,)."""
        return self.among & self.boxes[number].holds(self.space.levels)

    def limited(self, number: int) -> list[int]:
        """Return the positions of the factors that a box limits."""
        pairs = zip(self.boxes[number].sides, self.boxes[0].sides, strict=True)
        return [k for k, (side, whole) in enumerate(pairs) if side != whole]

    def limits(self, number: int) -> pd.DataFrame:
        """Return the factors that a box limits.

        Returns
        -------
        DataFrame
            factor; low, high as they are written (empty where that side is open); words, those
            allowed of a factor that is words; quasi_p: the chance of so many failures if this
            limit did not matter (binomial, one-sided).
        """
        columns = ["factor", "low", "high", "words", "quasi_p"]
        rows = [
            [axis.name, *_written(axis, side, self.boxes[0].sides[k]), self.quasi_p(number, k)]
            for k, axis, side in self._limited(number)
        ]
        return pd.DataFrame(rows, columns=columns)

    def quasi_p(self, number: int, factor: int) -> float:
        """Return the chance of so many failures in a box if its limit on a factor were nothing."""
        from scipy.stats import binom

        box = self.boxes[number]
        sides = (*box.sides[:factor], self.boxes[0].sides[factor], *box.sides[factor + 1 :])
        freed = self.among & replace(box, sides=sides).holds(self.space.levels)
        inside = self.inside(number)
        hits, rate = int(self.failed[inside].sum()), float(self.failed[freed].mean())
        return float(binom.sf(hits - 1, int(inside.sum()), rate))

    def words(self, number: int | None = None, title: Namer = str) -> str:
        """Return the conditions of a box in words.

        Parameters
        ----------
        number : int, optional
            The one that is described without it.
        title : callable
            Gives a factor's name as a reader knows it.
        """
        number = self.described if number is None else number
        box = self.boxes[number]
        parts = []
        for k, axis, side in self._limited(number):
            said = _said(axis, side, self.boxes[0].sides[k], title(axis.name))
            parts.append(
                said + (" (may be chance)" if self.quasi_p(number, k) > SIGNIFICANT else "")
            )
        if not parts:
            return "no limit on any factor sets the failures apart"
        return (
            f"fails where {' and '.join(parts)}: {100 * box.coverage:.0f} % of its failures lie "
            f"there, and {100 * box.density:.0f} % of the worlds there fail"
        )

    def _limited(self, number: int) -> Iterator[tuple[int, Axis, Side]]:
        for k in self.limited(number):
            yield k, self.space.axes[k], self.boxes[number].sides[k]


@dataclass(frozen=True, eq=False)
class Boxes:
    """All boxes of a policy: those of one search after the other, counted through.

    Parameters
    ----------
    searches : tuple of Trajectory
        At least one.
    """

    searches: tuple[Trajectory, ...]

    @cached_property
    def places(self) -> list[tuple[Trajectory, int]]:
        """Search of each box, and its number there, by its number among all."""
        return [(found, own) for found in self.searches for own in range(len(found.boxes))]

    def table(self) -> pd.DataFrame:
        """Return search (from 1), box (from 0), coverage, density, mass and limited factors."""
        frames = [found.table().assign(search=n + 1) for n, found in enumerate(self.searches)]
        table = pd.concat(frames, ignore_index=True)
        table["box"] = range(len(table))
        return table[["search", "box", "coverage", "density", "mass", "factors"]]

    def limits(self) -> pd.DataFrame:
        """Return the limits of every box: box, then the columns of `Trajectory.limits`."""
        frames = [
            found.limits(own).assign(box=number) for number, (found, own) in enumerate(self.places)
        ]
        table = pd.concat(frames, ignore_index=True)
        return table[["box", *(name for name in table.columns if name != "box")]]

    def described(self) -> tuple[int, ...]:
        """Return the number of the described box of each search."""
        return tuple(
            number for number, (found, own) in enumerate(self.places) if own == found.described
        )

    def words(self, number: int, title: Namer = str) -> str:
        """Return the conditions of a box in words."""
        found, own = self.places[number]
        return found.words(own, title)

    def sentences(self, title: Namer = str) -> tuple[str, ...]:
        """Return the conditions of the described box of each search in words."""
        said = [found.words(None, title) for found in self.searches]
        return (said[0], *(f"of the worlds outside the boxes above, {word}" for word in said[1:]))


def _written(axis: Axis, side: Side, whole: Side) -> tuple[str, str, str]:
    if side.codes is not None:
        return "", "", ", ".join(axis.words[code] for code in sorted(side.codes))
    low = "" if side.low <= whole.low else axis.text(side.low)
    return low, "" if side.high >= whole.high else axis.text(side.high), ""


def _said(axis: Axis, side: Side, whole: Side, name: str) -> str:
    low, high, words = _written(axis, side, whole)
    if words:
        return f"{name} is {words.replace(', ', ' or ')}"
    if low and high:
        return f"{name} lies from {low} to {high}"
    return f"{name} is at most {high}" if high else f"{name} is at least {low}"
