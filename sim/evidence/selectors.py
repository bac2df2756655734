"""The one language in which values are named: of what, at which index, and in which nations.

A value with an index is ``name.index``, such as ``lag.cn_open`` among parameters or
``availability.china.us`` among drivers. Where several are meant, words narrow each axis in a column
of its own, and no word means all. Nations are named by ISO3 codes and groups; a word with a minus
takes its nations away again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.evidence.axes import AXES
from sim.evidence.nations import Nations

Bools = NDArray[np.bool_]

NATIONS = "nations"
"""The column whose words are those of nations."""

COLUMNS: Mapping[str, str] = MappingProxyType(
    {axis: axis if axis == "hardware" else f"{axis}s" for axis in AXES}
)
"""Column that narrows an axis, by the axis."""

_AXIS = {column: axis for axis, column in COLUMNS.items()}


def split(path: str) -> tuple[str, str]:
    """Return the name and the index of a path, the index empty where it has none."""
    name, _, index = path.partition(".")
    return name, index


def joined(name: str, index: str = "") -> str:
    """Return the path of a name at an index, or of one without."""
    return f"{name}.{index}" if index else name


def nested(values: Mapping[str, Any], into: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return values by path as a file nests them: ``lag.cn_open: 3`` is ``lag: {cn_open: 3}``.

    Parameters
    ----------
    values : mapping
        By path.
    into : mapping, optional
        What is nested already, which is not changed.
    """
    made = dict(into or {})
    for path, value in values.items():
        name, index = split(path)
        made[name] = {**made.get(name, {}), index: value} if index else value
    return made


def words(column: str) -> tuple[str, ...]:
    """Return the words of a column that narrows an axis."""
    return AXES[_AXIS[column]]


def cells(index: Iterable[str], chosen: Mapping[str, tuple[str, ...]]) -> Bools:
    """Return which cells some words mean, flat, the last axis running fastest.

    Parameters
    ----------
    index : iterable of str
        Axes of what is named; without one it has one cell.
    chosen : mapping
        Words by column; none for all along an axis.
    """
    mask = np.ones(1, dtype=np.bool_)
    for axis in index:
        named = chosen.get(COLUMNS[axis], ())
        along = [not named or word in named for word in AXES[axis]]
        mask = np.logical_and.outer(mask, np.array(along)).ravel()
    return mask


def position(path: str, index: tuple[str, ...]) -> int:
    """Return the position of one cell among all that its name has, the last axis running fastest.

    Parameters
    ----------
    path : str
        Name and a word for each axis, such as ``availability.china.us``.
    index : tuple of str
        Axes of what is named.

    Raises
    ------
    KeyError
        If the words are not one for each axis, or one is no word of it.
    """
    _, rest = split(path)
    named = rest.split(".") if rest else []
    if len(named) != len(index):
        raise KeyError(path)
    chosen = {COLUMNS[axis]: (word,) for axis, word in zip(index, named, strict=True)}
    found = np.flatnonzero(cells(index, chosen))
    if found.size == 0:
        raise KeyError(path)
    return int(found[0])


def bare(word: str) -> str:
    """Return a word for nations without the minus that may stand before it."""
    return word.removeprefix("-")


def nations(named: Iterable[str], among: Nations) -> Bools:
    """Return which nations some words mean, shape (I,).

    Parameters
    ----------
    named : iterable of str
        ISO3 codes, slugs of groups, and clouds (`CLOUDS`); with a minus before it a word takes its
        nations away, whatever the order. Without a word that adds, all nations are meant before any
        is taken away.
    among : Nations
        A code that is not among them means nobody.
    """
    named = tuple(named)
    added = [word for word in named if bare(word) == word]
    inside = np.full(len(among), not added, dtype=np.bool_)
    for word in added:
        inside |= _one(word, among)
    for word in named:
        if bare(word) != word:
            inside &= ~_one(bare(word), among)
    return inside


CLOUDS = ("us_cloud", "chinese_cloud")
"""Words for the nations in which a cloud has a region; facts alone are told by them."""


def _one(word: str, among: Nations) -> Bools:
    if word in CLOUDS:
        region: Bools = getattr(among, word)
        return region
    if word in among.groups:
        return among.groups[word]
    return np.asarray([code == word for code in among.iso3], dtype=np.bool_)
