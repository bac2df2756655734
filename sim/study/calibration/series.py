"""What each observed series sees of a simulated world: of whom, with what weight and error.

Values are percent, as in the table of observations. Errors are on the scale of log-odds, on which
shares of any size err alike. Consumers, routers and firms stand in for developers: no source
counts, nation by nation, whose models developers build on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim import months as calendar
from sim.errors import InputError, Problem, nearest

if TYPE_CHECKING:
    from sim.scenario.drivers import Drivers
    from sim.world import Trajectory

Floats = NDArray[np.float64]

WORLD = "WLD"
"""Place of a series that is not told by nation."""

VIEWS: Mapping[str, tuple[str, ...]] = {
    "us_closed": ("us_closed",),
    "cn_closed": ("cn_closed",),
    "us_open_restricted": ("us_open_restricted",),
    "us_permissive": ("us_permissive",),
    "cn_open": ("cn_open",),
    "eu_open": ("eu_open",),
    "sovereign": ("sovereign",),
    "us_open_all": ("us_open_restricted", "us_permissive"),
    "us_all": ("us_closed", "us_open_restricted", "us_permissive"),
    "cn_all": ("cn_open", "cn_closed"),
    "eu": ("eu_open",),
    "all_open": ("us_open_restricted", "us_permissive", "cn_open", "eu_open", "sovereign"),
    "closed": ("us_closed", "cn_closed"),
}
"""Code of the observations to the ecosystems that it counts."""

OPEN = VIEWS["all_open"]
EVERY = (*VIEWS["all_open"], *VIEWS["closed"])
USERS = "all"
"""Code of a series that counts users and not whose models they use."""


@dataclass(frozen=True)
class Series:
    """One observed series.

    Parameters
    ----------
    name : str
        Beginning of its name in the table of observations.
    title : str
        What it counts, in words.
    sees : str
        Record of the world that it reads: ``routed``, ``firms``, ``derived``, ``visits`` or
        ``users``.
    codes : tuple of str
        Codes of ``VIEWS`` that it is told for.
    base : tuple of str
        Ecosystems that its shares are parts of.
    by_nation : bool
        Whether it is told by nation.
    mean_of : int
        Months over which a value is the mean, the one that it is dated by being the last.
    error : float
        Standard deviation of an observation, log-odds.
    drift : float
        Standard deviation of what the model lacks and the series has, log-odds.
    memory : float
        Correlation of that from one month to the next.
    trend : float
        Standard deviation of a slope beside it, log-odds a month at its start.
    """

    name: str
    title: str
    sees: str
    codes: tuple[str, ...]
    base: tuple[str, ...]
    by_nation: bool = False
    mean_of: int = 1
    error: float = 0.1
    drift: float = 0.0
    memory: float = 0.0
    trend: float = 0.0


DAMPING = 0.93
"""Part of a slope that is left after a month (Gardner and McKenzie 1985, *Manag. Sci.* 31)."""

TREND_FROM = calendar.parse("2024-12")
"""Month in which slopes of the routed series begin, with their first figure."""


SERIES: Mapping[str, Series] = {
    series.name: series
    for series in (
        Series(
            "openrouter_token_share_by_lab_origin",
            "tokens of one router by origin of the laboratory, single days",
            "routed", ("cn_all", "us_all", "eu"), EVERY, error=0.25, drift=0.35, memory=0.9,
            trend=0.15,
        ),
        Series(
            "openrouter_open_weight_token_share",
            "tokens of one router on open weights, months",
            "routed", ("all_open",), EVERY, error=0.12, drift=0.25, memory=0.9, trend=0.15,
        ),
        Series(
            "web_visit_share_chinese_llm_sites",
            "visits to chat sites outside China",
            "visits", ("cn_all", "us_all"), EVERY, error=0.2, drift=0.2, memory=0.8,
        ),
        Series(
            "deepseek_market_share",
            "chatbot use by nation, mean of the half-year",
            "visits", ("cn_open",), EVERY, by_nation=True, mean_of=6, error=0.5,
        ),
        Series(
            "genai_user_share_of_working_age_population",
            "people of working age who use generative AI, mean of the half-year",
            "users", (USERS,), (), by_nation=True, error=0.15, drift=0.25, memory=0.95,
        ),
        Series(
            "atom_share_of_new_derivatives",
            "new derivatives of open models by their base",
            "derived", ("cn_open", "us_open_all", "eu"), OPEN, error=0.3, drift=0.35, memory=0.95,
        ),
        Series(
            "hf_download_share",
            "downloads of open models, mean of twelve months",
            "derived", ("cn_open", "us_open_all", "eu"), OPEN, mean_of=12, error=0.4, drift=0.3,
            memory=0.95,
        ),
        Series(
            "enterprise_workload_share_open_source",
            "workloads of enterprises in high-income nations on open weights",
            "firms", ("all_open",), EVERY, error=0.15, drift=0.25, memory=0.95,
        ),
    )
}  # fmt: skip
"""Series that the model can be compared with, by name; the order is that of reports.

Errors: 0.25 for a day of routed tokens and 0.12 for a month (spread of days within a month); one
point of web visits, two of enterprises, six and eight of derivatives and downloads, as log-odds
near the observed levels; 0.5 for a national band; 15 percent for AI users. ``drift``,
``memory`` and ``trend`` are judgement: a third of a logit unit, and a slope of a tenth a month that
fades, is what releases below the level of ecosystems, tokenisers and habits can do to a router.
"""


def named(name: str) -> Series:
    """Return a series.

    Raises
    ------
    InputError
        If there is none of that name; the hint names the nearest.
    """
    if name not in SERIES:
        hint = nearest(name, SERIES) or f"series are {', '.join(SERIES)}"
        raise InputError(Problem(f"no series is called {name!r}", path="series", hint=hint))
    return SERIES[name]


@dataclass(frozen=True)
class Lanes:
    """Parameters that views need, one value a replicate, shape (R,)."""

    visit_factor: Floats
    trial_new: Floats
    download_base: Floats


def lanes(drivers: Drivers, seed: int, replicates: NDArray[np.int64]) -> Lanes:
    """Return the parameters of views for some replicates."""
    from sim.world import parameters
    from sim.world.rows import P

    drawn = parameters.draw(drivers, seed, replicates).scalar
    return Lanes(drawn[P.visit_factor], drawn[P.trial_new], drawn[P.download_base])


def view(series: Series, seen: Trajectory, drivers: Drivers, known: Lanes) -> Floats:
    """Return what a series would show of a block, without error.

    Parameters
    ----------
    series : Series
    seen : Trajectory
        A block, looked at in the months that are wanted.
    drivers : Drivers
        Names of nations and ecosystems.
    known : Lanes
        From :func:`lanes`.

    Returns
    -------
    ndarray, shape (T', places, codes, R)
        Percent, months from 2023-01. Places are the nations, or the world alone.
    """
    if series.sees == "users":
        months = seen.visits.shape[0]
        users = seen.developers[:months] / np.maximum(drivers.facts.developers, 1e-9)[:, None]
        return np.asarray(100.0 * np.clip(users, 0.0, 1.0)[:, :, None])
    use = _use(series, seen, drivers)
    if series.mean_of > 1:
        use = _trailing(use, series.mean_of)
    place = drivers.ecosystems.index
    base = use[:, :, [place(k) for k in series.base if k in drivers.ecosystems]].sum(axis=2)
    if series.name == "deepseek_market_share":
        # The figures are of the open market: closed Chinese services are outside their base.
        base = base - use[:, :, place("cn_closed")]
    parts = np.stack(
        [use[:, :, [place(k) for k in VIEWS[code]]].sum(axis=2) for code in series.codes], axis=2
    )
    share = parts / np.maximum(base, 1e-12)[:, :, None]
    if series.name == "deepseek_market_share":
        share = share * known.visit_factor
    if series.name == "hf_download_share":
        share = share * known.download_base
    return np.asarray(100.0 * np.clip(share, 0.0, 1.0))


def _use(series: Series, seen: Trajectory, drivers: Drivers) -> Floats:
    """Return use by ecosystem, (T', places, K, R)."""
    if series.sees != "visits":
        record: Floats = getattr(seen, series.sees)
        return record[:, None]
    if series.by_nation:
        return seen.visits
    return np.asarray(np.einsum("tikr,i->tkr", seen.visits, users_abroad(drivers)))[:, None]


def users_abroad(drivers: Drivers) -> Floats:
    """Return chatbot users by nation without China, whose visits the counts of sites do not see."""
    from sim.evidence import load

    known = load().nations
    people = dict(zip(known.iso3, known.population, strict=True))
    return np.array(
        [
            0.0 if name == "CHN" else people.get(name, 0.0) * users
            for name, users in zip(drivers.nations, drivers.facts.ai_users, strict=True)
        ]
    )


def _trailing(path: Floats, months: int) -> Floats:
    """Return means over the last ``months`` months, fewer at the start, along the first axis."""
    total = np.cumsum(path, axis=0)
    total[months:] = total[months:] - total[:-months]
    counts = np.minimum(np.arange(1, path.shape[0] + 1), months)
    return np.asarray(total / counts.reshape(-1, *[1] * (path.ndim - 1)))


def logit(percent: Floats, least: float = 0.05) -> Floats:
    """Return log-odds of percentages, held at least ``least`` away from 0 and from 100."""
    part = np.clip(percent, least, 100.0 - least) / 100.0
    return np.asarray(np.log(part / (1.0 - part)))


def percent(odds: Floats) -> Floats:
    """Return percentages of log-odds."""
    return np.asarray(100.0 / (1.0 + np.exp(-odds)))
