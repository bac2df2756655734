"""What nations hold of ecosystems before any offer: fixed in a replicate, drawn at the start."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sim.evidence.axes import BLOCS, NESTS
from sim.scenario.drivers import Drivers, Facts, Floats, Ints
from sim.world import streams
from sim.world.parameters import Lanes, Parameters
from sim.world.rows import P
from sim.world.streams import Keys

CHINESE = BLOCS.index("cn")

CLASSES = ("chinese", "us_open", "european", "sovereign")
"""Classes of ecosystems for which nations have tastes; US closed models are what they are held
against."""


def _classes(f: Facts) -> Floats:
    """Return 1 where an ecosystem is of a class, (classes, K)."""
    us_open = (f.bloc == BLOCS.index("us")) & (f.nest == NESTS.index("open"))
    blocs = {"chinese": "cn", "european": "eu", "sovereign": "sovereign"}
    return np.array(
        [us_open if of == "us_open" else f.bloc == BLOCS.index(blocs[of]) for of in CLASSES],
        dtype=np.float64,
    )


def leaning(alignment: Floats, middle: Lanes, width: Lanes) -> Floats:
    """Return how far a nation leans to the United States, -1 to 1, (I, L).

    ``tanh((a_i - a_0) / a_w)``: votes in the UN tell West from East, and more of the same votes say
    little more.

    Parameters
    ----------
    alignment : ndarray, shape (I,)
    middle, width : ndarray, shape (L,)
        Parameters ``alignment_middle`` and ``alignment_width``.
    """
    return np.asarray(np.tanh((alignment[:, None] - middle) / width))


def standing(drivers: Drivers, parameters: Parameters, run: Keys, draws: Ints | None) -> Floats:
    """Return what developers of a nation hold of an ecosystem that no month changes, utils.

    ``align lean_i b_k + home_ik + brand_k + E_i (english_us_open [k US open] - english [k Chinese])
    + taste_ic``, k being of class c; tastes are a region's and a nation's draw, and zero where
    ``noise`` is off.

    Parameters
    ----------
    drivers : Drivers
        Compiled scenario.
    parameters : Parameters
        Lanes of the block.
    run : ndarray of uint64, shape (L,)
        Keys of the replicates.
    draws : ndarray of int, shape (L,), or None
        The draw of the calibration that each replicate takes.

    Returns
    -------
    ndarray, shape (I, K, L)
    """
    f, p = drivers.facts, parameters.scalar
    noise = float(parameters.switches.noise)
    lean = leaning(f.alignment, p[P.alignment_middle], p[P.alignment_width])
    likes = (p[P.alignment_weight] * lean)[:, None] * f.stand[:, None]
    at_home = (of[..., None] * home for of, home in zip(f.rooted, parameters.home, strict=True))
    likes += _summed(at_home) + parameters.brand
    classes = _classes(f)
    likes += of_language(f, p)
    tastes = national_tastes(drivers, run, draws, p[P.taste_region], p[P.taste_nation])
    tastes[:, CLASSES.index("us_open")] *= p[P.taste_us_open]
    of_class = (tastes[:, c, None] * of[:, None] for c, of in enumerate(classes))
    likes += noise * _summed(of_class)
    return np.ascontiguousarray(likes)


def of_language(f: Facts, p: Lanes) -> Floats:
    """Return what English adds to US open models and takes from Chinese ones, (I, K, L), utils."""
    classes = _classes(f)
    in_english = p[P.english_us_open] * classes[CLASSES.index("us_open"), :, None]
    in_english -= p[P.english] * classes[CLASSES.index("chinese"), :, None]
    return np.asarray(f.english[:, None, None] * in_english)


def national_tastes(
    drivers: Drivers, run: Keys, draws: Ints | None, region_sd: Lanes, nation_sd: Lanes
) -> Floats:
    """Return the tastes of developers by class of ecosystems, (I, classes, L), utils.

    A draw that the region shares and one of the nation.

    Parameters
    ----------
    drivers, run, draws
        As in :func:`standing`.
    region_sd, nation_sd : ndarray, shape (L,)
        Standard deviations, utils.
    """
    regions, nations = (
        _scores(
            drivers, run, draws,
            tuple(f"taste/{kind}/{place}/{of}" for place in places for of in CLASSES),
        ).reshape(-1, len(CLASSES), run.size)
        for kind, places in (("region", drivers.regions), ("nation", drivers.nations))
    )  # fmt: skip
    return np.asarray(region_sd * regions[drivers.facts.region] + nation_sd * nations)


def drawn_tastes(drivers: Drivers, i: int, run: Keys, draws: Ints | None) -> dict[str, Floats]:
    """Return the draws of taste that bear on a nation, by the names of their streams, each (L,).

    Parameters
    ----------
    drivers, run, draws
        As in :func:`standing`.
    i : int
        Position of the nation.
    """
    places = (("region", drivers.regions[drivers.facts.region[i]]), ("nation", drivers.nations[i]))
    names = tuple(f"taste/{kind}/{place}/{of}" for kind, place in places for of in CLASSES)
    return dict(zip(names, _scores(drivers, run, draws, names), strict=True))


def consumer(drivers: Drivers, parameters: Parameters, run: Keys, draws: Ints | None) -> Floats:
    """Return what consumers of a nation hold of a chat service beyond what it can do, utils.

    ``consumer_pull [k the incumbent] + (taste_i - consumer_income ln(income_i / income_ref)) [k
    Chinese]``: other tastes than those of developers, with which they have nothing in common once
    income and access are known.

    Parameters and returns as of :func:`standing`.
    """
    f, p = drivers.facts, parameters.scalar
    names = tuple(f"taste/consumer/{nation}" for nation in drivers.nations)
    taste = float(parameters.switches.noise) * p[P.taste_consumer]
    likes = taste * _scores(drivers, run, draws, names)
    likes -= p[P.consumer_income] * np.log(f.income_ratio)[:, None]
    chinese = (f.bloc == CHINESE).astype(np.float64)[:, None]
    return np.ascontiguousarray(likes[:, None] * chinese + p[P.consumer_pull] * f.pulled[:, None])


def first_shares(f: Facts, at_home: Lanes) -> Floats:
    """Return shares by nation before the first month, (I, K, L).

    China's developers begin with its own closed models in the part ``start_home``, and with the
    incumbent that all others use for the rest. A world without an incumbent begins as it is said.
    """
    own = np.broadcast_to(f.start[..., None], (*f.start.shape, at_home.size))
    both = own * at_home + f.pulled[:, None] * (1.0 - at_home)
    begins_abroad = (f.start == f.pulled).all(axis=1) | ~f.pulled.any()
    return np.ascontiguousarray(np.where(begins_abroad[:, None, None], own, both))


def _summed(parts: Iterable[Floats]) -> Floats:
    """Return a sum in the order of its parts, whatever the number of lanes.

    ``numpy.einsum`` chooses its order by the shape: a single lane of a small world would differ in
    its last bit from the same lane among others.
    """
    return np.asarray(sum(parts))


def _scores(drivers: Drivers, run: Keys, draws: Ints | None, names: tuple[str, ...]) -> Floats:
    """Return the standard scores of tastes, those of the calibration where it has them, (n, L)."""
    scores = streams.normal_table(run, names)
    if drivers.fitted is not None and draws is not None:
        for place, name in enumerate(names):
            fitted = drivers.fitted.lanes(name, draws)
            if fitted is not None:
                scores[place] = fitted
    return scores
