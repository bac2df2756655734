"""Facts: what the evidence tells of nations, ecosystems and hardware, as arrays of a scenario.

Nothing here knows of levers. Whatever the evidence hands over is copied: its arrays are shared and
cannot be written to, and compiled code takes a read-only array for another type.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim import evidence, months
from sim.evidence import access, hardware, history, router
from sim.evidence.axes import BLOCS, NESTS, OFFERS, STANCES, WAYS
from sim.evidence.ecosystems import one_with
from sim.scenario import parts
from sim.scenario.drivers import (
    NATION_FAMILIES,
    WORLD_FAMILIES,
    Facts,
    Floats,
    Ints,
    vocabulary,
    world_offsets,
)

HOMES = {"us": "USA", "cn": "CHN", "eu": "FRA"}
"""Bloc to the nation whose own ecosystems are the bloc's."""

ROOTS = {"USA": "us", "CHN": "cn", "FRA": "eu", "europe": "eu", "own": "sovereign"}
"""Indices of the parameter ``home_bias``, nations and regions, and the bloc whose ecosystems they
like as their own; ``own`` is every nation, of which sovereign models are its own."""

UNROUTED = "CHN"
"""The nation whose traffic no router of the observations sees."""

SURVEYED = "high_income"
"""The group whose enterprises answer the surveys of the observations."""

LOAD_BASE = months.parse("2025-07")
UPTAKE = months.parse("2025-06")


def build(nations: evidence.Nations, calendar: Ints, until: int | None) -> Facts:
    """Return the facts of some nations.

    Parameters
    ----------
    nations : Nations
        Any subset or table of a user; what a nation gets does not depend on the others.
    calendar : ndarray of int, shape (T,)
        Month numbers from 2023-01 on, without a gap.
    until : int or None
        Last month whose dated facts are known; None means the last in the evidence.

    Returns
    -------
    Facts
        Arrays that are contiguous, writable and owned by the caller. ``stale`` tells of the
        facts alone; levers are added by `sim.scenario.compile`.
    """
    ecosystems = evidence.load().ecosystems
    offers, last = _offers(calendar, until)
    nest = [ecosystem.nest for ecosystem in ecosystems]
    terms = _terms(nations, calendar, until, last)
    return Facts(
        months=own_ints(calendar),
        **_people(nations),
        **_ties(nations),
        **_identity(nations, ecosystems),
        **offers,
        **_router(offers, nest, calendar, last),
        last_fact=min(last - months.FIRST, len(calendar) - 1),
        base_month=min(LOAD_BASE - months.FIRST, len(calendar) - 1),
        # A count of months since the start: the builders are taken back from there even where
        # the runs end before.
        uptake_month=UPTAKE - months.FIRST,
        **terms,
        facility=own(access.facility()),
        **_laboratories(nations),
        **_hardware(calendar, until, ecosystems),
        **_bounds(len(ecosystems)),
        **_stale(offers, terms),
    )


def own(values: ArrayLike) -> Floats:
    """Return a copy in double precision that is contiguous and can be written to."""
    return np.array(values, dtype=np.float64, order="C")


def own_ints(values: ArrayLike) -> Ints:
    """Return a copy in 64-bit integers that is contiguous and can be written to."""
    return np.array(values, dtype=np.int64, order="C")


def regions(nations: evidence.Nations) -> tuple[str, ...]:
    """Return the regions that stand on the axis, sorted.

    Those of all the project's nations are always among them, so that the draw of a region has the
    same name whatever the selection.
    """
    return tuple(sorted({*evidence.load().nations.region, *nations.region}))


def changed(path: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where a path differs from the month before, along its first axis.

    The first month is a change from nothing.
    """
    moved = np.ones(path.shape, dtype=np.bool_)
    np.not_equal(path[1:], path[:-1], out=moved[1:])
    return moved


def _people(nations: evidence.Nations) -> dict[str, Any]:
    names = regions(nations)
    return {
        "developers": own(nations.developers),
        "internet": own(nations.internet),
        "ai_users": own(nations.ai_users_2025h1),
        "income_ratio": own(nations.income_ratio),
        "optimism": own(nations.optimism_z),
        "alignment": own(nations.alignment),
        "english": own(nations.english / 100.0),
        "routed": own([code != UNROUTED for code in nations.iso3]),
        "surveyed": own(nations.groups[SURVEYED]),
        "region": own_ints([names.index(region) for region in nations.region]),
        "pool": own_ints(nations.pool),
    }


def _ties(nations: evidence.Nations) -> dict[str, Any]:
    """Return memberships, and the links as rows of a sparse matrix."""
    at, to = np.nonzero(nations.links)
    counts = np.bincount(at, minlength=len(nations))
    return {
        "membership": own(nations.membership),
        "link_start": own_ints(np.concatenate([[0], np.cumsum(counts)])),
        "link_to": own_ints(to),
        "link_weight": own(nations.links[at, to]),
    }


def _identity(
    nations: evidence.Nations, ecosystems: Sequence[evidence.Ecosystem]
) -> dict[str, Any]:
    """Return who the ecosystems are, whose they are, and where everyone starts."""
    codes = np.array(nations.iso3)
    home = [codes == HOMES.get(ecosystem.bloc, "") for ecosystem in ecosystems]
    start = np.zeros((len(nations), len(ecosystems)))
    start[codes != "CHN", one_with("incumbent", ecosystems)] = 1.0
    start[codes == "CHN", one_with("china_start", ecosystems)] = 1.0
    return {
        "home": own(np.stack(home, axis=1)),
        "rooted": own(_rooted(nations, ecosystems)),
        "first_stance": own_ints([STANCES.index(stance) for stance in _first_stances(nations)]),
        "start": start,
        "nest": own_ints([NESTS.index(ecosystem.nest) for ecosystem in ecosystems]),
        "bloc": own_ints([BLOCS.index(ecosystem.bloc) for ecosystem in ecosystems]),
        "stand": own([ecosystem.alignment for ecosystem in ecosystems]),
        "pulled": own([ecosystem.incumbent for ecosystem in ecosystems]),
    }


def _rooted(
    nations: evidence.Nations, ecosystems: Sequence[evidence.Ecosystem]
) -> NDArray[np.bool_]:
    """Return where each row of the parameter ``home_bias`` is felt, (H, I, K)."""
    codes, region = np.array(nations.iso3), np.array(nations.region)
    return np.array(
        [
            ((codes == where) | (region == where) | (where == "own"))[:, None]
            & np.array([ecosystem.bloc == bloc for ecosystem in ecosystems])
            for where, bloc in ROOTS.items()
        ]
    )


def _first_stances(nations: evidence.Nations) -> Iterable[str]:
    """Yield the stance of each government in 2023: of the two powers their own, else open."""
    for code in nations.iso3:
        yield {"CHN": "chinese", "USA": "us"}.get(code, "open")


def _offers(calendar: Ints, until: int | None) -> tuple[dict[str, Any], int]:
    """Return what was on sale, by month, and the month of the last dated fact."""
    known = history.offers(None, calendar, until)
    sold = known.on_sale.copy()
    sovereign = [ecosystem.sovereign for ecosystem in evidence.load().ecosystems]
    sold[:, sovereign] &= _some_laboratory(calendar, until)[:, None, None]
    since = np.maximum(0, calendar - known.last_fact)
    fall = np.zeros(known.index.shape)
    # Small offers get cheaper when a price list is revised, and not from month to month.
    revision = int(evidence.load().nations.constants.price_revision)
    fall[:, :, 1] = (since // revision * revision / 12.0)[:, None] * sold[:, :, 1]
    # What is free has no logarithm: its price stays below the least that is felt, whatever factor
    # it meets. So it stands for a way that an ecosystem has not.
    price = np.log(np.maximum(known.price, np.finfo(np.float64).tiny))
    return {
        "capability": own(np.where(sold, known.index, 0.0)),
        "on_sale": sold.astype(np.uint8),
        "ln_price": own(np.where(sold[..., None], price, 0.0)),
        "fall_years": fall,
        "notable": own(known.notable),
        "notable_size": own(known.notable_size),
        "frontier": own(known.frontier),
    }, known.last_fact


def _router(
    offers: Mapping[str, Any], nests: Sequence[str], calendar: Ints, last: int
) -> dict[str, Any]:
    """Return the menu of routers, and what is counted of releases.

    In months in which the menu shows no line of an ecosystem, its offers stand in for lines, at the
    price of other hosts where its weights are open.
    """
    ecosystems = evidence.load().ecosystems
    ids = tuple(ecosystem.id for ecosystem in ecosystems)
    # Releases of Chinese laboratories teach the world what Chinese models are.
    chinese = tuple(ecosystem.id for ecosystem in ecosystems if ecosystem.bloc == "cn")
    menu = router.lines(calendar, last, ids)
    shown = np.zeros((len(calendar), len(ids)))
    for j, k in enumerate(menu.of):
        shown[:, k] += menu.on[:, j] + menu.free[:, j]
    sold = offers["on_sale"] * (shown == 0.0)[:, :, None]
    way = [WAYS.index("maker" if nest == "closed" else "host") for nest in nests]
    paid = np.stack([offers["ln_price"][:, k, :, w] for k, w in enumerate(way)], axis=1)
    of = [*menu.of, *np.repeat(range(len(ids)), len(OFFERS)).tolist()]
    index = np.concatenate([menu.index, _flat(offers["capability"])], axis=1)
    on = np.concatenate([menu.on, _flat(sold)], axis=1)
    free = np.concatenate([menu.free, np.zeros((len(calendar), sold[0].size))], axis=1)
    there = (on > 0.0) | (free > 0.0)
    counts = [router.releases(calendar, last, (name,)) for name in ids]
    before = [router.releases(calendar - 12, last - 12, (name,)) for name in ids]
    return {
        "line_of": own_ints(of),
        "line_gap": own(np.where(there, offers["capability"][:, of, 0] - index, 0.0)),
        "line_price": own(np.concatenate([menu.ln_price, _flat(paid)], axis=1)),
        "line_on": own(on),
        "line_free": own(free),
        "releases": own(router.releases(calendar, last, chinese)),
        "recent": own(np.stack(counts, axis=1) - np.stack(before, axis=1)),
    }


def _flat(by_offer: NDArray[Any]) -> Floats:
    """Return offers one after the other, (T, K * O), of an array (T, K, O)."""
    return own(by_offer.reshape(len(by_offer), -1))


def _laboratories(nations: evidence.Nations) -> dict[str, Any]:
    """Return what is known of how far nations' own models trail."""
    known, size = access.lag(nations, evidence.load().nations)
    return {"lab_lag": own(known), "lab_size": own(size)}


def _some_laboratory(calendar: Ints, until: int | None) -> NDArray[np.bool_]:
    """Return whether any nation has laboratories, (T,), be it in the selection or not."""
    first = min((laboratory.start for laboratory in access.laboratories()), default=None)
    if first is None or (until is not None and first > until):
        return np.zeros(len(calendar), dtype=np.bool_)
    return np.asarray(calendar >= first, dtype=np.bool_)


def _terms(
    nations: evidence.Nations, calendar: Ints, until: int | None, last: int
) -> dict[str, Any]:
    """Return who can get what, and under which licence; `last` is the month of the last fact."""
    granted, unlisted, leak = access.history(nations, calendar, until)
    licence, in_union = history.licences(calendar, until)
    member = nations.membership[:, nations.memberships.index("eu")]
    return {
        "access": own(granted.reshape(*granted.shape[:2], -1)),
        "later": own(np.maximum(0, calendar - last) // 12),
        "unlisted": own(unlisted),
        "leak_weight": own(leak),
        "licence": own(np.where(member[None, :, None], in_union[:, None], licence[:, None])),
    }


def _hardware(
    calendar: Ints, until: int | None, ecosystems: Sequence[evidence.Ecosystem]
) -> dict[str, Any]:
    """Return the world's driver cells without levers, and where compute and output start."""
    known = hardware.history(calendar, until)
    # The parameter initial_risk, which differs between replicates, is what Chinese models carry.
    chinese = [float(ecosystem.bloc == "cn") for ecosystem in ecosystems]
    series: Mapping[str, ArrayLike] = {
        "demand": known.demand,
        "permitted": known.permitted,
        "smuggled": known.smuggled,
        "output_cap": known.output_cap,
        "exported": known.exported,
        "rented": known.rented,
        "performance": known.performance,
        "maturity": known.maturity,
        "availability": known.availability,
        "serving_share": known.serving_share,
        "risk": np.broadcast_to(chinese, (len(calendar), len(ecosystems))),
    }
    sizes = np.diff(world_offsets(len(ecosystems)))
    cells = [
        np.reshape(series[name], (len(calendar), size))
        if vocabulary()[name].base == "history"
        else np.full((len(calendar), size), float(vocabulary()[name].base))
        for name, size in zip(WORLD_FAMILIES, sizes.tolist(), strict=True)
    ]
    return {
        "world": own(np.concatenate(cells, axis=1)),
        "compute": own(known.start_compute),
        "output_reference": known.output_reference,
        "output_month": known.output_reference_month - months.FIRST,
    }


def _bounds(ecosystems: int) -> dict[str, Any]:
    """Return the bounds of every driver: by family for nations, by cell for the world."""
    words = vocabulary()
    sizes = np.diff(world_offsets(ecosystems))
    return {
        "nation_low": own([words[name].low for name in NATION_FAMILIES]),
        "nation_high": own([words[name].high for name in NATION_FAMILIES]),
        "world_low": np.repeat([words[name].low for name in WORLD_FAMILIES], sizes),
        "world_high": np.repeat([words[name].high for name in WORLD_FAMILIES], sizes),
    }


def _stale(offers: Mapping[str, Any], terms: Mapping[str, Any]) -> dict[str, Any]:
    """Return where the facts move: what is on sale, and parts of nations."""
    sold = changed(offers["on_sale"]) | changed(offers["fall_years"])
    listed = sold | changed(offers["ln_price"]).any(axis=3)
    return {"listed": listed.astype(np.uint8), "stale": stale(terms)}


def stale(terms: Mapping[str, Any]) -> NDArray[np.uint8]:
    """Return in which months which parts of nations may change without a lever, (T, I, parts).

    In the first month all do. Trust, pulls, offers and facilities have no history.

    Parameters
    ----------
    terms : mapping of str to ndarray
        ``access``, ``unlisted``, ``later`` and ``licence``, as in `Facts`.
    """
    licence, unlisted, later = (terms[name] for name in ("licence", "unlisted", "later"))
    months, nations, _ = licence.shape
    opened = changed(terms["access"]).reshape(*licence.shape, -1).any(axis=3) | changed(unlisted)
    # Where a service is not offered, its access changes once a year after the last fact.
    opened |= changed(later)[:, None, None] & (unlisted > 0.0)
    rest = np.zeros((months, nations, len(parts.OF_NATION)), np.bool_)
    rest[0] = True
    by_ecosystem = np.stack([opened, changed(licence)], axis=3).reshape(months, nations, -1)
    return np.concatenate([by_ecosystem, rest], axis=2).astype(np.uint8)
