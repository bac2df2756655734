"""What developers answer who are asked which models they have worked with in the past year.

A developer has one main model and uses others beside it. With ``x_b`` the part of developers whose
main model is of brand b, and a breadth ``theta`` of use that differs between developers by a gamma
distribution of mean 1 and shape ``r``, every other brand is used in the year with chance
``1 - exp(-theta a x_b)``. So few answers tell of the main model alone: the view gives who used a
class, who used no other, who used two, and the equal split of each respondent over the brands
named, all from the same shares.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sim import evidence
from sim.evidence.codes import ASKED
from sim.evidence.survey import BRANDS, counted
from sim.metrics import use

Floats = NDArray[np.float64]

CLASSES = ASKED
"""Classes of the survey and the ecosystems in each."""

MEMBERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "cn_all": ("deepseek", "qwen"),
        "us_closed": ("openai", "claude", "gemini", "grok", "perplexity"),
        "us_open_all": ("llama", "phi"),
        "eu_all": ("mistral",),
    }
)
"""Brands of each class that were asked for in 2025."""

MONTHS = 12
"""Months that an answer looks back."""

NODES = 10
"""Nodes in breadth: the equal split is then exact to 0.05 points."""

_Z, _WEIGHT = (
    (x + 1.0) / 2.0 if place == 0 else x / 2.0
    for place, x in enumerate(np.polynomial.legendre.leggauss(5))
)
"""Nodes and weights of the integral from 0 to 1; exact for the ten brands, whose product is of
degree nine."""


@functools.cache
def brand_parts() -> Mapping[str, float]:
    """Return the part that each brand has of its class' main users, by 2025.

    The shares ``x_b`` with which :func:`used` meets the use of each brand in the world, at the
    defaults of breadth; only their relation within a class is taken.
    """
    world = counted()["WLD"]
    defaults = {row.path: row.default for row in evidence.load().parameters}
    breadth, shape = defaults["breadth"], defaults["breadth_shape"]
    counts = {brand: world.brands[brand] for brand in BRANDS} | {"mistral": world.used["eu"]}

    def share(brand: str) -> float:
        """Return the root by halving, to the last bit: use rises with the share."""
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2.0
            if float(used(np.array(middle), breadth, shape)) * world.named < counts[brand]:
                low = middle
            else:
                high = middle
        return high

    raw = {code: {brand: share(brand) for brand in brands} for code, brands in MEMBERS.items()}
    return MappingProxyType(
        {
            brand: value / sum(shares.values())
            for shares in raw.values()
            for brand, value in shares.items()
        }
    )


def by_class(of: Floats, ecosystems: Sequence[str], codes: Iterable[str]) -> Floats:
    """Return the sums over the ecosystems of some classes, shape (..., codes, R) of (..., K, R)."""
    places = [[ecosystems.index(name) for name in CLASSES[code]] for code in codes]
    return np.stack([of[..., place, :].sum(axis=-2) for place in places], axis=-2)


def used(x: Floats, breadth: Floats | float, shape: Floats | float) -> Floats:
    """Return who has used a class: ``x + (1 - x)(1 - (1 + a x / r)^-r)``.

    Parameters
    ----------
    x : ndarray
        Part of developers whose main model is of the class.
    breadth, shape : float or ndarray
        ``a`` and ``r``; they broadcast with ``x``.
    """
    return np.asarray(x + (1.0 - x) * (1.0 - _untouched(x, breadth, shape)))


def only(x: Floats, breadth: Floats | float, shape: Floats | float) -> Floats:
    """Return who has used this class and no other: ``x (1 + a (1 - x) / r)^-r``."""
    return np.asarray(x * _untouched(1.0 - x, breadth, shape))


def both(one: Floats, other: Floats, breadth: Floats | float, shape: Floats | float) -> Floats:
    """Return who has used two classes, by who has not used one, the other, or either of them."""
    neither = (1.0 - one - other) * _untouched(one + other, breadth, shape)
    without = [(1.0 - x) * _untouched(x, breadth, shape) for x in (one, other)]
    return np.asarray(1.0 - without[0] - without[1] + neither)


def _untouched(x: Floats, breadth: Floats | float, shape: Floats | float) -> Floats:
    """Return the chance that nothing of a class is used beside a main model of another."""
    return np.asarray((1.0 + breadth * x / shape) ** -shape)


def equal_split(main: Floats, breadth: Floats, shape: Floats) -> Floats:
    """Return the shares when each respondent is split equally over the brands named.

    For a breadth ``theta``, with ``p_b`` the chances of the brands beside the main one ``m``, the
    expected part of brand b is the integral over z from 0 to 1 of what is left of the generating
    function of the number of brands: ``p_b prod_(j not b) (1 - p_j + p_j z)`` with ``p_m = 1``.
    Breadth is integrated by a Gauss-Laguerre rule, z by a Gauss-Legendre rule.

    Parameters
    ----------
    main : ndarray, shape (..., classes, R)
        Main shares in the order of ``CLASSES``; they add up to one.
    breadth, shape : ndarray, shape (R,)

    Returns
    -------
    ndarray, shape (..., classes, R)
    """
    parts = brand_parts()
    rows = [(place, parts[b]) for place, code in enumerate(CLASSES) for b in MEMBERS[code]]
    of, part = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    flat = np.ascontiguousarray(np.moveaxis(main, -1, 0).reshape(breadth.size, -1, len(CLASSES)))
    nodes = np.array([_breadths(r) for r in shape.tolist()])  # [R, 2, NODES]
    from sim.world.splitting import Rule, split  # compiled: a second to import

    out = np.zeros(flat.shape)
    split(flat, part, of, breadth, Rule(nodes, _Z, _WEIGHT), np.empty((3, part.size)), out)
    return np.moveaxis(out.reshape(breadth.size, *main.shape[:-1]), 0, -1)


@functools.lru_cache(maxsize=100_000)
def _breadths(shape: float) -> Floats:
    """Return nodes and weights of a gamma distribution of mean one, (2, NODES).

    The Gauss-Laguerre rule by the eigenvalues of its recurrence (Golub and Welsch 1969,
    *Mathematics of Computation* 23:221); a run shows this view, and loads no scipy.
    """
    k = np.arange(NODES)
    beside = np.sqrt(k[1:] * (k[1:] + shape - 1.0))
    nodes, vectors = np.linalg.eigh(np.diag(2.0 * k + shape) + np.diag(beside, -1))
    return np.stack([nodes / shape, vectors[0] ** 2])


def of_nations(year: Floats, ecosystems: tuple[str, ...], breadth: Floats, shape: Floats) -> Floats:
    """Return who has worked with what, nation by nation.

    Parameters
    ----------
    year : ndarray, shape (I, K, R)
        Mean over twelve months of the part of a month's use; it adds up to one over ecosystems.
    ecosystems : tuple of str, of length K
    breadth, shape : ndarray, shape (R,)

    Returns
    -------
    ndarray, shape (I, answers, R)
    """
    merged = by_class(year, ecosystems, use.CLASSES.values())
    chinese, closed = (
        merged[:, list(use.CLASSES).index("cn")],
        by_class(year, ecosystems, ("us_closed",))[:, 0],
    )
    worked = used(np.concatenate([year, merged], axis=1), breadth, shape)
    rest = [only(chinese, breadth, shape), both(closed, chinese, breadth, shape)]
    return np.concatenate([worked, np.stack(rest, axis=1)], axis=1)
