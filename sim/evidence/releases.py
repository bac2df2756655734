"""Models with their dates, index and prices: the catalogue from which offers are made.

All indices are on one scale, the Epoch Capabilities Index of the copy of April 2026. A model that
only the copy of October 2026 holds comes through a line fitted to the 21 models in both (5.718 +
0.9634 x, residual 0.7 points); the European models that Epoch lacks come from Arena scores, with a
residual of about 3 points. The rows of ``releases.csv`` say which is which. Prices are list prices
in USD per million tokens, 3 parts input to 1 part output; they are taken as USD of 2025, since no
deflator is in the evidence and consumer prices moved by about 3 % a year.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from sim.errors import InputError, Problem
from sim.evidence import dates
from sim.evidence.axes import ECOSYSTEMS
from sim.evidence.ecosystems import read as read_ecosystems
from sim.evidence.tables import read

PRICED = ("maker", "host", "host_other")
"""Whose price a row gives; the last is on record and counts in the median ratio alone."""


@dataclass(frozen=True, slots=True)
class Release:
    """One model.

    Parameters
    ----------
    ecosystem, model : str
        Who made it, its name.
    start : int
        First month in which it counts: its own if released by the 15th, else the next.
    index : float
        Capability, ECI points.
    size_class : str
        Class of running cost, a key of ``Serving.gpu_hours``; empty where weights are closed.
    prices : tuple of (int, float)
        Maker's list price from each month on, USD per million tokens; may be empty.
    host : tuple of (int, float)
        Another host's price and the month in which it was seen; may be empty.
    """

    ecosystem: str
    model: str
    start: int
    index: float
    size_class: str = ""
    prices: tuple[tuple[int, float], ...] = ()
    host: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Serving:
    """What it costs to run open weights.

    Parameters
    ----------
    gpu_hours, host_price : mapping of str to float
        By size class: H100 hours, and a host's price in USD, per million tokens.
    host_rent : float
        Rent of an H100 when those prices were seen, USD per hour.
    host_ratio : float
        Median of a host's price over the maker's for the same weights, -.
    rental : tuple of (int, float)
        Rent of an H100 by month, USD per hour; log-linear between, held at both ends.
    """

    gpu_hours: Mapping[str, float]
    host_price: Mapping[str, float]
    host_rent: float
    host_ratio: float
    rental: tuple[tuple[int, float], ...]

    def rent(self, month: int) -> float:
        """Return the rent of an H100 in a month, USD per hour."""
        months = [at for at, _ in self.rental]
        after = bisect_right(months, month)
        if after == 0:
            return self.rental[0][1]
        if after == len(months):
            return self.rental[-1][1]
        (m0, r0), (m1, r1) = self.rental[after - 1], self.rental[after]
        return r0 * math.exp((month - m0) / (m1 - m0) * math.log(r1 / r0))

    def known(self, until: int) -> Serving:
        """Return the costs with the rents quoted by a month, the first of all at least.

        Hours of an H100, class prices counted in such hours and the ratio of hosts to makers were
        measured in 2026 alone; they count as properties of the technology and hold at any date.
        """
        rental = tuple(quote for quote in self.rental if quote[0] <= until) or self.rental[:1]
        return replace(self, rental=rental)


@dataclass(frozen=True, slots=True)
class Promotion:
    """A price that held for some months, both ends included, beside the list."""

    ecosystem: str
    model: str
    start: int
    end: int
    price: float


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that offers are made of.

    Parameters
    ----------
    releases : tuple of Release
        By ecosystem, then by date.
    serving : Serving
        Costs of running open weights.
    promotions : tuple of Promotion
        Dated prices beside the list.
    open : frozenset of str
        Ecosystems whose weights can be had.
    """

    releases: tuple[Release, ...]
    serving: Serving
    promotions: tuple[Promotion, ...] = ()
    open: frozenset[str] = field(
        default_factory=lambda: frozenset(e.id for e in read_ecosystems() if e.open)
    )

    def of(self, ecosystem: str) -> tuple[Release, ...]:
        """Return the releases of one ecosystem."""
        return tuple(release for release in self.releases if release.ecosystem == ecosystem)

    def known(self, until: int) -> Catalogue:
        """Return the catalogue without the prices of hosts and the rents seen after a month.

        Releases and list prices are dated and need no cut: who asks for a month gets those of
        before. A host's price is taken back in time, so one seen later would tell of the past.

        Parameters
        ----------
        until : int
            Last month whose facts are known.
        """
        releases = tuple(
            replace(release, host=tuple(quote for quote in release.host if quote[0] <= until))
            for release in self.releases
        )
        return replace(self, releases=releases, serving=self.serving.known(until))

    @property
    def last(self) -> int:
        """Month of the last release."""
        return max(release.start for release in self.releases)


def blend(price_in: float, price_out: float) -> float:
    """Return the price of a mix of 3 parts input and 1 part output, USD per million tokens."""
    return 0.75 * price_in + 0.25 * price_out


def list_price(release: Release, month: int) -> float | None:
    """Return the maker's list price in a month, USD per million tokens; None if none is known."""
    known = [price for start, price in release.prices if start <= month]
    return known[-1] if known else None


def host_price(release: Release, month: int, serving: Serving) -> float:
    """Return another host's price in a month, USD per million tokens.

    The rule, in this order: the price seen for these weights, taken back in time with the rent of
    GPUs; the maker's price times the median ratio of host to maker; the price of the size class,
    again with the rent. Whoever must not know what was seen later asks `Catalogue.known` first; the
    ratio and the class prices remain, since none was measured before 2026.
    """
    if release.host:
        seen, price = release.host[-1]
        return price * serving.rent(min(month, seen)) / serving.rent(seen)
    listed = list_price(release, month)
    if listed is not None:
        return listed * serving.host_ratio
    return serving.host_price[release.size_class] * serving.rent(month) / serving.host_rent


def self_price(release: Release, month: int, serving: Serving) -> float:
    """Return the cost on own machines at full use, USD per million tokens: hours times rent."""
    return serving.gpu_hours[release.size_class] * serving.rent(month)


def ways(release: Release, month: int, catalogue: Catalogue) -> tuple[float, float, float]:
    """Return the prices of maker, host and own machines, USD per million tokens.

    A closed model has its maker's price and zeros. Open weights without a maker's service carry
    the host's price in the maker's place.
    """
    listed = list_price(release, month)
    if release.ecosystem not in catalogue.open:
        if listed is None:
            raise InputError(f"releases.csv: {release.model!r} is closed and has no price")
        return listed, 0.0, 0.0
    host = host_price(release, month, catalogue.serving)
    maker = host if listed is None else listed
    return maker, host, self_price(release, month, catalogue.serving)


def _dated_prices() -> dict[tuple[str, str, str], list[tuple[int, float]]]:
    """Return the prices by ecosystem, model and way, in order of their days."""
    columns = ("ecosystem", "model", "way", "from", "input", "output", "source", "status")
    prices: dict[tuple[str, str, str], dict[str, tuple[int, float]]] = {}
    for row in read("prices.csv", columns):
        key = (row.choice("ecosystem", ECOSYSTEMS), row.text("model"), row.choice("way", PRICED))
        days = prices.setdefault(key, {})
        if row["from"] in days:
            message = f"{key[1]!r} has two prices of its {key[2]} from {row['from']}"
            raise InputError(row.problem(message, "from", "keep one row"))
        price = blend(row.number("input", 0.0), row.number("output", 0.0))
        days[row["from"]] = (dates.counts_from(row, "from"), price)
    # By the day and not by the month: of two prices that count from one month the later one holds.
    return {key: [days[day] for day in sorted(days)] for key, days in prices.items()}


def read_serving() -> Serving:
    """Return the costs of running open weights."""
    items: dict[str, dict[str, float]] = {"gpu_hours": {}, "host_price": {}, "host_ratio": {}}
    rental: list[tuple[int, float]] = []
    for row in read("serving.csv", ("item", "index", "period", "value", "source", "status")):
        value = row.number("value", 0.0)
        if row.choice("item", (*items, "rental")) == "rental":
            rental.append((dates.month(row, "period"), value))
        else:
            items[row["item"]][row["index"]] = value
    rental.sort()
    return Serving(
        items["gpu_hours"], items["host_price"], rental[-1][1], items["host_ratio"][""],
        tuple(rental),
    )  # fmt: skip


@cache
def read_catalogue() -> Catalogue:
    """Return the shipped catalogue; only models on the menu are in it.

    Raises
    ------
    InputError
        If a table is damaged, or a price or promotion belongs to no release.
    """
    prices = _dated_prices()
    columns = ("ecosystem", "model", "date", "index", "size_class", "menu", "source", "status")
    releases = []
    names = set()
    for row in read("releases.csv", columns):
        key = (row.choice("ecosystem", ECOSYSTEMS), row.text("model"))
        names.add(key)
        release = Release(
            *key, dates.counts_from(row, "date"), row.number("index"), row["size_class"]
        )
        if row.flag("menu"):
            maker, host = prices.get((*key, "maker"), ()), prices.get((*key, "host"), ())
            releases.append(replace(release, prices=tuple(maker), host=tuple(host)))
    strangers = sorted({key[:2] for key in prices} - names)
    if strangers:
        raise InputError(
            Problem(f"the price of {model!r} has no release", "prices.csv")
            for _, model in strangers
        )
    return Catalogue(tuple(releases), read_serving(), _read_promotions())


def last_known(until: int | None) -> int:
    """Return the last month of dated facts that a world knows.

    Parameters
    ----------
    until : int or None
        Month number to which its facts are limited, if they are.
    """
    last = read_catalogue().last
    return last if until is None else min(until, last)


def _read_promotions() -> tuple[Promotion, ...]:
    """Return the dated prices beside the list."""
    columns = ("ecosystem", "model", "from", "to", "price", "source", "status")
    return tuple(
        Promotion(
            row.choice("ecosystem", ECOSYSTEMS), row.text("model"), dates.month(row, "from"),
            dates.month(row, "to"), row.number("price", 0.0),
        )
        for row in read("price_events.csv", columns)
    )  # fmt: skip
