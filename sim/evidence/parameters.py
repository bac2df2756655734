"""The parameter table: what the model assumes, how well it is known, and how it is drawn."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import FormerName, InputError
from sim.evidence.selectors import joined, split
from sim.evidence.tables import Row
from sim.evidence.tables import read as read_table

DISTRIBUTIONS = ("triangular", "uniform", "fixed", "switch")
PARAMETER_STATUSES = ("range", "value", "switch")
COLUMNS = (
    "name", "index", "formerly", "title", "symbol", "unit", "default", "low", "high", "dist",
    "status", "source", "told_by", "meaning",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number that the model assumes.

    Parameters
    ----------
    name, index : str
        Name, and the segment or ecosystem that it is for (empty for a scalar).
    title : str
        Short name for tables and figures, without the index.
    symbol, unit : str
        Symbol of the model description; unit, ``-`` for a pure number.
    default, low, high : float
        Central value, and the bounds of draws and of what users may set.
    dist : str
        ``triangular`` (mode at the default), ``uniform``, ``fixed`` (the default in every draw) or
        ``switch`` (0 or 1, never drawn).
    status : str
        ``range`` (drawn; whether observations move it is for the fit to say), ``value`` (held) or
        ``switch``.
    source : str
        Ids of sources separated by semicolons, or the word judgement.
    told_by : tuple of str
        Short names of the observed series that may move it in a fit; empty where none may.
    meaning : str
        What it is, in a sentence, and the arithmetic where it was computed.
    formerly : str, optional
        Name that it had before, which users may still type; empty where it had none.
    """

    name: str
    index: str
    title: str
    symbol: str
    unit: str
    default: float
    low: float
    high: float
    dist: str
    status: str
    source: str
    told_by: tuple[str, ...]
    meaning: str
    formerly: str = ""

    @property
    def path(self) -> str:
        """Name with its index, such as ``lag.cn_open``."""
        return joined(self.name, self.index)

    @property
    def stream(self) -> str:
        """First path that it had: it names the random stream, so that a new name moves no draw."""
        return joined(self.formerly or self.name, self.index)


def _parameter(row: Row) -> Parameter:
    """Return one parameter, checked."""
    default, low, high = (row.number(column) for column in ("default", "low", "high"))
    dist = row.choice("dist", DISTRIBUTIONS)
    if not low <= default <= high:
        message = f"the default {default:g} is not between {low:g} and {high:g}"
        raise InputError(row.problem(message, "default"))
    if dist in {"triangular", "uniform"} and low == high:
        raise InputError(row.problem("a drawn parameter needs a range", "low"))
    if dist == "switch" and (low, high) != (0.0, 1.0):
        raise InputError(row.problem("a switch goes from 0 to 1", "low"))
    if dist == "switch" and default not in {0.0, 1.0}:
        raise InputError(row.problem("a switch is 0 or 1", "default"))
    return Parameter(
        row.text("name"), row["index"], row.text("title"), row["symbol"], row.text("unit"),
        default, low, high, dist, row.choice("status", PARAMETER_STATUSES), row.text("source"),
        tuple(filter(None, row["told_by"].split(";"))), row.text("meaning"),
        row["formerly"],
    )  # fmt: skip


@functools.cache
def read() -> tuple[Parameter, ...]:
    """Return every parameter, in the order of the table.

    Raises
    ------
    InputError
        If a path stands twice, a default is outside its range, or a word is unknown.
    """
    parameters: dict[str, Parameter] = {}
    for row in read_table("parameters.csv", COLUMNS):
        parameter = _parameter(row)
        if parameter.path in parameters:
            raise InputError(row.problem(f"{parameter.path!r} stands twice", "name"))
        parameters[parameter.path] = parameter
    return tuple(parameters.values())


@functools.cache
def renamed() -> Mapping[str, str]:
    """Return the name that each parameter has now, by the one that it had before."""
    return MappingProxyType({row.formerly: row.name for row in read() if row.formerly})


def current(path: str) -> str:
    """Return the path of a parameter under its present name, and warn of one that it had before.

    Parameters
    ----------
    path : str
        As somebody typed it, without ``parameters.``; a path that is not known comes back as it is.
    """
    name, _ = split(path)
    if name not in renamed():
        return path
    now = renamed()[name]
    warnings.warn(f"the parameter {name} is called {now} now", FormerName, stacklevel=2)
    return f"{now}{path.removeprefix(name)}"


def triangular(low: float, mode: float, high: float, u: ArrayLike) -> NDArray[np.float64]:
    """Return the quantiles of a triangle, the one form that every draw of the project uses.

    ``low + sqrt(u (high - low) (mode - low))`` up to the mode, and mirrored above it: the inverse
    of the distribution function (Kotz and van Dorp 2004, *Beyond Beta*, section 1.2).

    Parameters
    ----------
    low, mode, high : float
        In this order or equal.
    u : array_like
        Fractions from 0 to 1, any shape.

    Returns
    -------
    ndarray of float64
        Same shape, from ``low`` to ``high``.
    """
    share = np.asarray(u, dtype=np.float64)
    width = high - low
    rising = low + np.sqrt(share * width * (mode - low))
    falling = high - np.sqrt((1.0 - share) * width * (high - mode))
    inside = np.where(share * width <= mode - low, rising, falling)
    return np.asarray(np.clip(inside, low, high))


def quantile(parameter: Parameter, u: ArrayLike) -> NDArray[np.float64]:
    """Return the value of a parameter below which a fraction ``u`` of its draws lies.

    The inverse distribution function, in closed form, so that one uniform number makes one draw
    and draws of two scenarios pair.

    Parameters
    ----------
    parameter : Parameter
        Its ``dist`` says which form. ``fixed`` and ``switch`` give the default whatever ``u`` is.
    u : array_like
        Fractions from 0 to 1, any shape.

    Returns
    -------
    ndarray of float64
        Same shape, within ``low`` and ``high``.

    Raises
    ------
    ValueError
        If a fraction is outside 0 to 1 or not a number.
    """
    share = np.asarray(u, dtype=np.float64)
    if not np.all((share >= 0.0) & (share <= 1.0)):
        raise ValueError("fractions lie between 0 and 1")
    low, mode, high = parameter.low, parameter.default, parameter.high
    width = high - low
    if parameter.dist == "uniform":
        return np.clip(low + share * width, low, high)
    if parameter.dist == "triangular":
        return triangular(low, mode, high, share)
    return np.full(share.shape, mode)
