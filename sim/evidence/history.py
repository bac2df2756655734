"""What was on sale, month by month: at most two offers an ecosystem, their prices and licences.

``T`` months, ``K`` ecosystems in the order of ``ECOSYSTEMS``, ``O`` offers (flagship, small),
``W`` ways (maker, host, own machines). Facts end with ``until``; months after it hold its values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Floats
from sim.evidence import dates
from sim.evidence.axes import ECOSYSTEMS, OFFERS, WAYS
from sim.evidence.releases import Catalogue, Release, read_catalogue, ways
from sim.evidence.tables import read

ON_SALE = 18
"""Months for which an offer is on sale, unless it is all there is (model text)."""

SMALL = 0.25
"""A small offer costs at most this part of the flagship's price (model text)."""

NOTABLE = 2.0
"""Points of a new best that make a release notable (model text)."""

R1 = ("cn_open", "DeepSeek-R1")
"""The one release whose size of attention is known: it is the unit."""

Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, kw_only=True)
class Offers:
    """What could be had in each month; where nothing is on sale numbers are 0.

    Parameters
    ----------
    index : ndarray, (T, K, O)
        Capability, ECI points.
    on_sale : ndarray of bool, (T, K, O)
        Whether the offer exists.
    price : ndarray, (T, K, O, W)
        USD of 2025 per million tokens, 3 parts input to 1 part output; own machines at full use.
    notable : ndarray, (T, K)
        1 where a new best by ``NOTABLE`` points counts.
    notable_size : ndarray, (T, K)
        Size of the attention where it is known: 1 for R1, else 0.
    frontier : ndarray, (T,)
        Highest index on sale anywhere, ECI points.
    last_fact : int
        Month after which everything is held.
    """

    index: Floats
    on_sale: Bools
    price: Floats
    notable: Floats
    notable_size: Floats
    frontier: Floats
    last_fact: int

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)


def menu(releases: Sequence[Release], month: int) -> list[Release]:
    """Return what one ecosystem has on sale in a month.

    Models of the last ``ON_SALE`` months; where all are older, the best of them alone.
    """
    out = [release for release in releases if release.start <= month]
    fresh = [release for release in out if month - release.start < ON_SALE]
    return fresh or sorted(out, key=_rank)[-1:]


def _rank(release: Release) -> tuple[float, int, str]:
    """Return the order of models: by index, the later one if equal."""
    return release.index, release.start, release.model


def pick(on_sale: Sequence[tuple[Release, float]]) -> tuple[Release | None, Release | None]:
    """Return the flagship and the small offer among models with their price.

    The flagship has the highest index (of two equals the cheaper); the small offer the highest
    among those at a quarter of its price or less.
    """
    if not on_sale:
        return None, None
    best = max(on_sale, key=lambda pair: (pair[0].index, -pair[1], _rank(pair[0])))
    cheap = [pair for pair in on_sale if pair[0] != best[0] and pair[1] <= SMALL * best[1]]
    small = max(cheap, key=lambda pair: (pair[0].index, -pair[1], _rank(pair[0])), default=None)
    return best[0], small[0] if small else None


def last_month(catalogue: Catalogue, until: int | None) -> int:
    """Return the month of the last fact that may be known."""
    return catalogue.last if until is None else min(until, catalogue.last)


def offers(
    catalogue: Catalogue | None, months: NDArray[np.integer], until: int | None = None
) -> Offers:
    """Return the offers of each month.

    Parameters
    ----------
    catalogue : Catalogue or None
        Releases and prices; None for the shipped ones.
    months : ndarray of int, (T,)
        Month numbers, in order.
    until : int, optional
        Last month whose facts are known; all if not given.

    Raises
    ------
    InputError
        If a table is damaged or a closed model on sale has no price.
    """
    catalogue = read_catalogue() if catalogue is None else catalogue
    last = last_month(catalogue, until)
    catalogue = catalogue.known(last)
    held, spread = np.unique(np.minimum(months, last), return_inverse=True)
    shape = (len(held), len(ECOSYSTEMS), len(OFFERS))
    index, on_sale = np.zeros(shape), np.zeros(shape, dtype=np.bool_)
    price = np.zeros((*shape, len(WAYS)))
    for t, month in enumerate(held.tolist()):
        for k, ecosystem in enumerate(ECOSYSTEMS):
            for o, release in enumerate(on_offer(catalogue, ecosystem, month)):
                if release is not None:
                    index[t, k, o], on_sale[t, k, o] = release.index, True
                    price[t, k, o] = _paid(catalogue, release, month)
    index, on_sale, price = index[spread], on_sale[spread], price[spread]
    notable, size = _notable(catalogue, months, last)
    return Offers(
        index=index, on_sale=on_sale, price=price, notable=notable, notable_size=size,
        frontier=index.max(axis=(1, 2)), last_fact=last,
    )  # fmt: skip


def on_offer(
    catalogue: Catalogue, ecosystem: str, month: int
) -> tuple[Release | None, Release | None]:
    """Return the flagship and the small offer of one ecosystem in one month, at list prices."""
    on_sale = menu(catalogue.of(ecosystem), month)
    return pick([(release, ways(release, month, catalogue)[0]) for release in on_sale])


def _paid(catalogue: Catalogue, release: Release, month: int) -> tuple[float, float, float]:
    """Return the prices by way, with the maker's promotion of the month if there is one."""
    maker, host, own = ways(release, month, catalogue)
    for event in catalogue.promotions:
        named = (event.ecosystem, event.model) == (release.ecosystem, release.model)
        if named and event.start <= month <= event.end:
            maker = event.price
    return maker, host, own


def _notable(catalogue: Catalogue, months: NDArray[np.integer], last: int) -> tuple[Floats, Floats]:
    """Return where a new best counts, and its size where known, both (T, K).

    What was on sale before the first month of the run is where it starts, and no news.
    """
    notable = np.zeros((len(months), len(ECOSYSTEMS)))
    size = np.zeros_like(notable)
    at = {int(month): t for t, month in enumerate(months)}
    for k, ecosystem in enumerate(ECOSYSTEMS):
        best = -np.inf
        for release in sorted(catalogue.of(ecosystem), key=lambda r: (r.start, -r.index)):
            if release.start > last:
                break
            t = at.get(release.start)
            if t is not None and release.index >= best + NOTABLE:
                notable[t, k] = 1.0
                size[t, k] = max(size[t, k], float((ecosystem, release.model) == R1))
            best = max(best, release.index)
    return notable, size


def licences(months: NDArray[np.integer], until: int | None = None) -> tuple[Floats, Floats]:
    """Return how permissive the licence of each flagship is, 0 to 1.

    Parameters
    ----------
    months : ndarray of int, (T,)
        Month numbers.
    until : int, optional
        Last month whose facts are known; all if not given.

    Returns
    -------
    licence, licence_eu : ndarray, (T, K)
        For all nations, and for members of the European Union, whom some licences leave out.
        0 for closed models and before a first release.

    Raises
    ------
    InputError
        If a row names an unknown licence.
    """
    from sim.evidence.licences import permissiveness

    last = last_month(read_catalogue(), until)
    licence = np.zeros((len(months), len(ECOSYSTEMS)))
    licence_eu = np.zeros_like(licence)
    held = np.minimum(months, last)
    is_open = read_catalogue().open
    for row_from, ecosystem, name, _ in licence_rows():
        if row_from > last or ecosystem not in is_open:
            continue
        k = ECOSYSTEMS.index(ecosystem)
        licence[held >= row_from, k] = permissiveness(name)
        licence_eu[held >= row_from, k] = permissiveness(name, eu=True)
    return licence, licence_eu


def licence_rows() -> list[tuple[int, str, str, str]]:
    """Return (month from which, ecosystem, licence id, model), in order of time.

    Raises
    ------
    InputError
        If the table is damaged.
    """
    rows = []
    columns = ("ecosystem", "from", "licence", "model", "source", "status")
    for row in read("ecosystem_licences.csv", columns):
        name = row.choice("ecosystem", ECOSYSTEMS)
        rows.append((dates.month(row, "from"), name, row.text("licence"), row.text("model")))
    return sorted(rows)
