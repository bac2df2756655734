"""What a series sees of a simulated world: of whom, with what weight, without error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.study.calibration.series import VIEWS as COUNTED
from sim.study.calibration.series import Floats, Series

if TYPE_CHECKING:
    from sim.scenario.drivers import Drivers
    from sim.world import Trajectory

Known = Mapping[str, Floats]
"""Parameters that views need, one value a replicate, each of shape (R,)."""

NEEDED = ("visit_factor", "download_base")


def lanes(drivers: Drivers, seed: int, replicates: NDArray[np.int64]) -> Known:
    """Return the parameters of views for some replicates."""
    from sim.world import parameters
    from sim.world.rows import P

    drawn = parameters.draw(drivers, seed, replicates).scalar
    return {name: drawn[getattr(P, name)] for name in NEEDED}


def view(
    series: Series,
    seen: Trajectory,
    drivers: Drivers,
    known: Known,
    at: NDArray[np.int64] | None = None,
) -> Floats:
    """Return what a series would show of a block, without error.

    Parameters
    ----------
    series : Series
    seen : Trajectory
        A block, looked at in the months that are wanted.
    drivers : Drivers
        Names of nations and ecosystems.
    known : mapping
        From :func:`lanes`.
    at : ndarray of int, shape (T',), optional
        Positions of the months that are wanted, counted from 2023-01; all by default.

    Returns
    -------
    ndarray, shape (T', places, codes, R)
        Percent. Places are the nations, or the world alone.
    """
    months = np.arange(seen.visits.shape[0]) if at is None else at
    shares = VIEWS[series.sees](series, seen, drivers, known, months)
    if series.factor is not None:
        shares = shares * known[series.factor]
    return np.asarray(100.0 * np.clip(shares, 0.0, 1.0))


def _users(
    series: Series,  # noqa: ARG001 - all views are called alike
    seen: Trajectory,
    drivers: Drivers,
    known: Known,  # noqa: ARG001
    at: NDArray[np.int64],
) -> Floats:
    """Return builders as a part of developers, by nation."""
    return (seen.developers[at] / np.maximum(drivers.facts.developers, 1e-9)[:, None])[:, :, None]


def _record(name: str) -> View:
    """Return the view of a record of the world that is told by ecosystem alone."""

    def shares(
        series: Series,
        seen: Trajectory,
        drivers: Drivers,
        known: Known,  # noqa: ARG001
        at: NDArray[np.int64],
    ) -> Floats:
        record: Floats = getattr(seen, name)
        return _parts(series, record[:, None], drivers, at)

    return shares


def _visits(
    series: Series,
    seen: Trajectory,
    drivers: Drivers,
    known: Known,  # noqa: ARG001
    at: NDArray[np.int64],
) -> Floats:
    """Return use of chat services outside China, by people who use them."""
    abroad = np.einsum("tikr,i->tkr", seen.visits, users_abroad(drivers))
    return _parts(series, np.asarray(abroad)[:, None], drivers, at)


def _chats(
    series: Series,
    seen: Trajectory,
    drivers: Drivers,
    known: Known,  # noqa: ARG001
    at: NDArray[np.int64],
) -> Floats:
    """Return use of chat services by nation."""
    return _parts(series, seen.visits, drivers, at)


View = Callable[[Series, "Trajectory", "Drivers", Known, NDArray[np.int64]], Floats]
VIEWS: Mapping[str, View] = MappingProxyType(
    {
        "routed": _record("routed"),
        "firms": _record("firms"),
        "derived": _record("derived"),
        "visits": _visits,
        "chats": _chats,
        "users": _users,
    }
)
"""Views by name: functions of series, block, drivers, parameters and months that return fractions,
shape (T', places, codes, R)."""


def _parts(series: Series, use: Floats, drivers: Drivers, at: NDArray[np.int64]) -> Floats:
    """Return the shares of a series' codes in its base, of use by ecosystem, (T', places, K, R)."""
    if series.mean_of > 1:
        use = _trailing(use, series.mean_of)
    use, place = use[at], drivers.ecosystems.index
    base = use[:, :, [place(k) for k in series.base if k in drivers.ecosystems]].sum(axis=2)
    parts = np.stack(
        [use[:, :, [place(k) for k in COUNTED[code]]].sum(axis=2) for code in series.codes], axis=2
    )
    return np.asarray(parts / np.maximum(base, 1e-12)[:, :, None])


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
