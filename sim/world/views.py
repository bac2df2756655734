"""What a series sees of a simulated world: of whom, with what weight, without error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.evidence import survey
from sim.evidence.codes import COUNTED
from sim.world import answers

if TYPE_CHECKING:
    from sim.scenario.drivers import Drivers
    from sim.world.happened import Trajectory

Floats = NDArray[np.float64]

Known = Mapping[str, Floats]
"""Parameters that views need, one value a replicate, shape (R,), or one a segment too, (S, R)."""

NEEDED = ("visit_factor", "download_base", "topic_factor", "breadth", "breadth_shape")
"""Scalars that views need."""

BY_SEGMENT = ("reconsider", "stay", "answering")
"""Parameters of segments that views need."""


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What an observed series sees of a world.

    Parameters
    ----------
    sees : str
        The view that it reads, a name of `VIEWS`.
    codes : tuple of str
        Codes of `sim.evidence.codes.COUNTED` that it is told for.
    base : tuple of str
        Ecosystems that its shares are parts of.
    factor : str, optional
        Parameter that its shares are multiplied with: the part of them that the count sees.
    mean_of : int
        Months over which a value is the mean, the one that it is dated by being the last.
    """

    sees: str
    codes: tuple[str, ...]
    base: tuple[str, ...]
    factor: str | None = None
    mean_of: int = 1


class Look(NamedTuple):
    """What a view reads; fields as the arguments of :func:`view`."""

    sight: Sight
    seen: Trajectory
    drivers: Drivers
    known: Known
    at: NDArray[np.int64]


def lanes(drivers: Drivers, seed: int, replicates: NDArray[np.int64]) -> Known:
    """Return the parameters of views for some replicates."""
    from sim.world import parameters
    from sim.world.rows import B, P

    drawn = parameters.draw(drivers, seed, replicates)
    named = {name: drawn.scalar[getattr(P, name)] for name in NEEDED}
    by_segment = {name: drawn.segment[:, getattr(B, name)] for name in BY_SEGMENT}
    return named | by_segment


def view(
    sight: Sight,
    seen: Trajectory,
    drivers: Drivers,
    known: Known,
    at: NDArray[np.int64] | None = None,
) -> Floats:
    """Return what a series would show of a block, without error.

    Parameters
    ----------
    sight : Sight
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
    shares = VIEWS[sight.sees](Look(sight, seen, drivers, known, months))
    if sight.factor is not None:
        shares = shares * known[sight.factor]
    return np.asarray(100.0 * np.clip(shares, 0.0, 1.0))


def _users(look: Look) -> Floats:
    """Return builders as a part of developers, by nation."""
    return (
        look.seen.developers[look.at] / np.maximum(look.drivers.facts.developers, 1e-9)[:, None]
    )[:, :, None]


def _record(name: str, *, by_nation: bool = False) -> View:
    """Return the view of a record of the world by ecosystem, or by nation and ecosystem."""

    def shares(look: Look) -> Floats:
        record: NDArray[np.floating] = getattr(look.seen, name)
        return _parts(look.sight, record if by_nation else record[:, None], look.drivers, look.at)

    return shares


def _visits(look: Look) -> Floats:
    """Return use of chat services outside China, by people who use them."""
    abroad = np.einsum("tikr,i->tkr", look.seen.visits, users_abroad(look.drivers))
    return _parts(look.sight, np.asarray(abroad)[:, None], look.drivers, look.at)


def _split(look: Look) -> Floats:
    """Return the equal split of respondents over the models of a year, by nation."""
    main = main_shares(look.seen, look.drivers, look.at)
    return answers.equal_split(main, look.known["breadth"], look.known["breadth_shape"])


def _used_there(look: Look) -> Floats:
    """Return who has used each class in the past year, by nation."""
    of = [list(answers.CLASSES).index(code) for code in look.sight.codes]
    main = main_shares(look.seen, look.drivers, look.at)[:, :, of]
    return answers.used(main, look.known["breadth"], look.known["breadth_shape"])


def _used(look: Look) -> Floats:
    """Return who has used each class in the past year, of the respondents of the world."""
    return _asked(_used_there(look), look.drivers)


def _only(look: Look) -> Floats:
    """Return who has used no other class in the past year, of the respondents of the world."""
    main = main_shares(look.seen, look.drivers, look.at)
    return _asked(
        answers.only(main, look.known["breadth"], look.known["breadth_shape"]), look.drivers
    )


def _both(look: Look) -> Floats:
    """Return the part of the users of Chinese models who have used each other class too."""
    main, of = main_shares(look.seen, look.drivers, look.at), list(answers.CLASSES).index
    breadth, shape = look.known["breadth"], look.known["breadth_shape"]
    chinese = main[:, :, of("cn_all")]
    users = _asked(answers.used(chinese, breadth, shape)[:, :, None], look.drivers)
    too = np.stack(
        [answers.both(chinese, main[:, :, of(code)], breadth, shape) for code in look.sight.codes],
        axis=2,
    )
    return np.asarray(_asked(too, look.drivers) / np.maximum(users, 1e-12))


def _met_abroad(look: Look) -> Floats:
    """Return what developers outside China work with in a month."""
    return _parts(
        look.sight, _abroad(look.seen.met, look.seen, look.drivers)[:, None], look.drivers, look.at
    )


def _kept(look: Look) -> Floats:
    """Return the part of a class' main users who still are a year later, outside China.

    Twelve months of equation (c) of the choice at the shares of the month, in each segment and then
    over segments as a survey asks them: ``x T^12`` with ``T = (1 - rho) + rho (keep + (1 - keep)
    P)`` and ``P`` in the place of shares, which move little in a year.
    """
    share = _abroad(look.seen.share, look.seen, look.drivers)[look.at]
    months, options, runs = share.shape
    still = np.zeros((months, 1, len(look.sight.codes), runs))
    for s in range(look.known["stay"].shape[0]):
        rho, bonus = look.known["reconsider"][s], np.exp(look.known["stay"][s]) - 1.0
        held = bonus * share / (1.0 + bonus * share)  # [T', K, R]
        moved = (1.0 - held)[:, :, None] * share[:, None]  # from, to
        step = (1.0 - rho) * np.eye(options)[..., None] + rho * moved
        step[:, np.arange(options), np.arange(options)] += rho * held
        year = np.linalg.matrix_power(np.moveaxis(step, -1, 1), answers.MONTHS)  # [T', R, K, K]
        for c, code in enumerate(look.sight.codes):
            mine = [look.drivers.ecosystems.index(k) for k in COUNTED[code]]
            begun = np.moveaxis(share[:, mine], -1, 1)
            ended = np.einsum("trk,trkj->tr", begun, year[:, :, mine][..., mine])
            part = ended / np.maximum(begun.sum(axis=2), 1e-12)
            still[:, 0, c] += look.known["answering"][s] * part
    return still


def _abroad(of: NDArray[np.floating], seen: Trajectory, drivers: Drivers) -> Floats:
    """Return means of nations but China by builders, (T, K, R), of values (T, I, K, R)."""
    there = np.array([name != "CHN" for name in drivers.nations])
    weight = seen.developers[: of.shape[0], there]
    total = np.einsum("tir,tikr->tkr", weight, of[:, there])
    return np.asarray(total / np.maximum(weight.sum(axis=1), 1e-12)[:, None])


def main_shares(seen: Trajectory, drivers: Drivers, at: NDArray[np.int64]) -> Floats:
    """Return main shares by class of those who answer, mean of a year, (T', I, classes, R)."""
    named = answers.by_class(a_year(seen.met, at), drivers.ecosystems, answers.CLASSES)
    return np.asarray(named / np.maximum(named.sum(axis=2, keepdims=True), 1e-12))


def _asked(of: Floats, drivers: Drivers) -> Floats:
    """Return means over nations by their respondents, (T', 1, codes, R)."""
    weight = respondents(drivers)
    return np.asarray(np.einsum("tikr,i->tkr", of, weight)[:, None])


def respondents(drivers: Drivers) -> Floats:
    """Return each nation's part of the respondents of the survey of developers, (I,).

    Where none of the nations is in it they count by their developers.
    """
    counted = survey.respondents()
    weight = np.array([counted.get(name, 0) for name in drivers.nations], dtype=np.float64)
    weight = weight if weight.any() else drivers.facts.developers
    return np.asarray(weight / weight.sum())


View = Callable[[Look], Floats]
VIEWS: Mapping[str, View] = MappingProxyType(
    {
        "routed": _record("routed"),
        "firms": _record("firms"),
        "derived": _record("derived"),
        "visits": _visits,
        "chats": _record("visits", by_nation=True),
        "users": _users,
        "split": _split,
        "used": _used,
        "used by nation": _used_there,
        "only": _only,
        "both": _both,
        "topics": _record("met", by_nation=True),
        "abroad": _met_abroad,
        "kept": _kept,
    }
)
"""Views by name: functions that return fractions, shape (T', places, codes, R)."""


def _parts(
    sight: Sight, use: NDArray[np.floating], drivers: Drivers, at: NDArray[np.int64]
) -> Floats:
    """Return the shares of a series' codes in its base, of use by ecosystem, (T', places, K, R)."""
    mean, place = _trailing(use, sight.mean_of, at), drivers.ecosystems.index
    base = mean[:, :, [place(k) for k in sight.base if k in drivers.ecosystems]].sum(axis=2)
    parts = np.stack(
        [mean[:, :, [place(k) for k in COUNTED[code]]].sum(axis=2) for code in sight.codes], axis=2
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


def a_year(met: NDArray[np.float32], at: NDArray[np.int64]) -> Floats:
    """Return means of the months that an answer looks back on, (T', I, K, R), of (T, I, K, R).

    Parameters
    ----------
    met : ndarray of float32, shape (T, I, K, R)
        Part of a month's use, trial included, from 2023-01 on.
    at : ndarray of int, shape (T',)
        Months in which the question is asked, counted from 2023-01.
    """
    return _trailing(met, answers.MONTHS, at)


def _trailing(path: NDArray[np.floating], months: int, at: NDArray[np.int64]) -> Floats:
    """Return means over the last ``months`` months before and with each of ``at``, first axis.

    There are fewer of them at the start.
    """
    out = np.empty((at.size, *path.shape[1:]))
    for place, month in enumerate(at.tolist()):
        path[max(month - months + 1, 0) : month + 1].mean(axis=0, dtype=np.float64, out=out[place])
    return out
