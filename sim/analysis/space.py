"""The worlds as PRIM and CART see them: one column of numbers a factor, in an order or without one.

Numbers and months have an order, so that a limit on them is a range. Words, such as the choice of a
scenario, have none: a limit on them is a set of words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim import months
from sim.arrays import Floats

if TYPE_CHECKING:
    import pandas as pd


Namer = Callable[[str], str]
"""Gives a factor's name as a reader knows it."""


@dataclass(frozen=True)
class Axis:
    """One factor.

    Parameters
    ----------
    name : str
        Its path in the study.
    kind : {"number", "month", "word"}
    words : tuple of str
        Words by their code, of a factor that is words.
    """

    name: str
    kind: Literal["number", "month", "word"] = "number"
    words: tuple[str, ...] = ()

    def text(self, value: float) -> str:
        """Return one of its values as it is written."""
        if self.kind == "word":
            return self.words[int(value)]
        return months.text(int(value)) if self.kind == "month" else f"{value:.3g}"


@dataclass(frozen=True, eq=False)
class Space:
    """Worlds by factors.

    Parameters
    ----------
    axes : tuple of Axis
    levels : ndarray, shape (worlds, axes)
        Numbers as they are, months as their number, words as their code.
    """

    axes: tuple[Axis, ...]
    levels: Floats


def space_of(worlds: pd.DataFrame) -> Space:
    """Return worlds as a space.

    Parameters
    ----------
    worlds : DataFrame
        One row a world, one column a factor: numbers, months ``YYYY-MM`` or words.
    """
    factors = [_axis(str(name), worlds[name].to_numpy()) for name in worlds.columns]
    axes, columns = zip(*factors, strict=True)
    return Space(axes, np.column_stack(columns))


def _axis(name: str, levels: NDArray[Any]) -> tuple[Axis, Floats]:
    if np.issubdtype(levels.dtype, np.number):
        return Axis(name), levels.astype(np.float64)
    words = [str(level) for level in levels]
    try:
        return Axis(name, "month"), np.array([months.parse(word) for word in words], np.float64)
    except ValueError:
        known = tuple(dict.fromkeys(words))
        return Axis(name, "word", known), np.array(
            [known.index(word) for word in words], np.float64
        )
