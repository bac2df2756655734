"""What is measured of every replicate, each metric in one row of one table.

A metric is a number for a run, a group and a month, or for a run and a group. Month metrics are
reported at each December and at the last month. A metric that a run cannot have is absent: there is
no missing value anywhere. What a metric needs to be computed is a field of it, so that whoever adds
one says so here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from sim.ensemble import worked_with
from sim.ensemble.curves import Ensemble
from sim.metrics.metric import Metric

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BLOCS = {"us": "US", "cn": "Chinese", "eu": "European", "sovereign": "sovereign"}
"""Blocs in the order of their numbers, with the word for each."""

WORKED_WITH = {
    "cn": "Chinese, closed or open",
    "us_open": "US open, any licence",
    "eu": "European",
}
"""Classes of ecosystems that a developer may have worked with, with the words for each."""

HARDWARE = {"us": "US", "cn": "Chinese"}

FORGONE = "capability.forgone"

TOKENS = "tokens"
"""Beginning of the names of parts of the tokens that routers pass on."""


def reported(months: Ints) -> Ints:
    """Return the positions of each December and of the last month."""
    chosen = months % 12 == 11
    chosen[-1] = True
    return np.flatnonzero(chosen)


def bloc_share(ensemble: Ensemble, bloc: int, at: Ints | slice) -> Floats:
    """Return a bloc's share, shape (months, groups, replicates)."""
    total: Floats = ensemble.share[at][:, :, ensemble.blocs == bloc, :].sum(axis=2)
    return total


def token_share(ensemble: Ensemble, kinds: NDArray[np.bool_], at: Ints) -> Floats:
    """Return the share of some ecosystems in the tokens of routers, (months, 1, replicates).

    Parameters
    ----------
    kinds : array, shape (ecosystems,), bool
        Whose tokens are added up.
    at : ndarray of int
        Positions of months.
    """
    routed = ensemble.routed[at]
    part: Floats = routed[:, kinds].sum(axis=1) / routed.sum(axis=1)
    return part[:, None]


def plurality(share: Floats) -> Floats:
    """Return the effective number of ecosystems: one over the sum of squared shares.

    Laakso and Taagepera's number of parties, the inverse of Herfindahl's index.

    Parameters
    ----------
    share : array, shape (..., ecosystems, replicates)
        Fractions that sum to one over ecosystems.
    """
    number: Floats = 1.0 / np.square(share).sum(axis=-2)
    return number


def forgone(share: Floats, index: Floats, lacking: Floats) -> Floats:
    """Return how far what developers use stands below the best, ECI points.

    ``max_k c_k - sum_k x_k c_k`` with the shares x and the flagships' capability c; nations' own
    models stand lower, or higher, than the flagship of their ecosystem.

    Parameters
    ----------
    share : array, shape (months, groups, ecosystems, replicates)
        Fractions that sum to one over ecosystems.
    index : array, shape (months, ecosystems, replicates)
        Capability of each flagship, ECI points.
    lacking : array, shape (months, groups, replicates)
        Points by which nations' own models trail that of sovereign ones, times their share.

    Returns
    -------
    array, shape (months, groups, replicates)
    """
    # Distances are added up, not levels: whoever is all on the best model forgoes exactly nothing.
    behind = index.max(axis=1, keepdims=True) - index
    missing: Floats = (share * behind[:, None]).sum(axis=2) + lacking
    return missing


def hardware_share(ensemble: Ensemble, kind: int, at: Ints) -> Floats:
    """Return the share of one kind of hardware in the world's compute, (months, 1, replicates)."""
    stock = ensemble.hardware[at]
    total = stock.sum(axis=1)
    nothing = total <= 0.0
    share = np.where(nothing, 0.5, stock[:, kind] / np.where(nothing, 1.0, total))
    return share[:, None, :]


def crossing(ensemble: Ensemble) -> tuple[NDArray[np.bool_], Ints]:
    """Return whether and when the Chinese bloc's share first exceeds the US bloc's.

    Returns
    -------
    happened : array, shape (groups, replicates), bool
        Whether it does within the run.
    months : array, shape (groups, replicates), int
        Months from the start of the run; the length of the run where it does not happen.
    """
    over = bloc_share(ensemble, 1, slice(None)) > bloc_share(ensemble, 0, slice(None))
    happened: NDArray[np.bool_] = over.any(axis=0)
    return happened, np.where(happened, over.argmax(axis=0), len(ensemble.months))


def _dependence(ensemble: Ensemble, at: Ints) -> Floats:
    largest: Floats = np.stack([bloc_share(ensemble, b, at) for b in range(len(BLOCS))]).max(axis=0)
    return largest


def _influence(ensemble: Ensemble, side: int, at: Ints) -> Floats:
    weight = ensemble.model_weight
    models = bloc_share(ensemble, side, at)[:, :1]
    return weight * models + (1.0 - weight) * hardware_share(ensemble, side, at)


def _of_ecosystem(place: int, ecosystem: str, title: str) -> list[Metric]:
    return [
        Metric(
            f"share.{ecosystem}",
            f"Share of {title}",
            "fraction",
            "Developers whose main ecosystem it is, as a part of all who build on models. Who "
            "works with it beside another main one counts in `used` and not here.",
            "month",
            world=False,
            compute=lambda e, at: e.share[at][:, :, place],
            short=title,
        ),
        Metric(
            f"developers.{ecosystem}",
            f"Developers on {title}",
            "developers",
            "Number of developers whose main ecosystem it is.",
            "month",
            world=False,
            compute=lambda e, at: e.share[at][:, :, place] * e.developers[at],
        ),
    ]


def _of_bloc(place: int, bloc: str) -> Metric:
    return Metric(
        f"share.bloc_{bloc}",
        f"Share of the {BLOCS[bloc]} bloc",
        "fraction",
        f"Shares of all {BLOCS[bloc]} ecosystems together, closed and open.",
        "month",
        world=False,
        compute=lambda e, at: bloc_share(e, place, at),
        short=f"{BLOCS[bloc]} bloc",
    )


def _of_tokens(name: str, title: str, compute: Callable[[Ensemble, Ints], Floats]) -> Metric:
    return Metric(
        f"{TOKENS}.{name}",
        f"Tokens on routers: {title}",
        "fraction",
        "Part of the tokens that routers pass on in the month for users outside China. Users of "
        "routers are no sample of developers: each request may go elsewhere. Never to be taken for "
        "a share of developers.",
        "month",
        world=True,
        compute=compute,
        routers=True,
    )


def _tokens_of_ecosystem(place: int, name: str, title: str) -> Metric:
    return _of_tokens(
        name, title, lambda e, at: token_share(e, np.arange(len(e.ecosystems)) == place, at)
    )


def _tokens_of_bloc(place: int, bloc: str) -> Metric:
    return _of_tokens(
        f"bloc_{bloc}", f"{BLOCS[bloc]} bloc", lambda e, at: token_share(e, e.blocs == place, at)
    )


def answer(ensemble: Ensemble, place: int, at: Ints) -> Floats:
    """Return one answer on the past year, shape (months, groups, replicates).

    Parameters
    ----------
    place : int
        Its place among `sim.ensemble.worked_with.names`.
    at : ndarray of int
        Positions of months.

    Raises
    ------
    ValueError
        If one of them is not among those asked: an answer looks back on a year, and is computed
        for the months that are reported.
    """
    if not np.isin(at, ensemble.asked).all():
        raise ValueError("use of a year was not asked for in a month that is to be reported")
    rows = np.searchsorted(ensemble.asked, at)
    values: Floats = ensemble.answers[rows, :, place]
    return values


def _of_answer(place: int, name: str, title: str, who: str) -> Metric:
    return Metric(
        name,
        title,
        "fraction",
        f"Developers who worked with {who} in the past twelve months, as a part of all who build "
        "on models. Most work with several models in a year, so that these fractions do not add up "
        "to one; never to be taken for a share, which is of the main ecosystem.",
        "month",
        world=False,
        compute=lambda e, at: answer(e, place, at),
        span="years before",
        reads=worked_with.READS,
    )


def _of_answers(ecosystems: tuple[str, ...], titles: Mapping[str, str]) -> list[Metric]:
    """Return what developers have worked with in a year, in the order of the answers."""
    words = {
        f"{worked_with.USED}.{name}": (
            f"Used in the past year: {title}",
            f"models of this kind ({title})",
        )
        for name, title in {**{k: titles.get(k, k) for k in ecosystems}, **WORKED_WITH}.items()
    }
    words[worked_with.ONLY] = (
        "Used alone in the past year: Chinese",
        "Chinese models, and with no other,",
    )
    words[worked_with.BOTH] = (
        "Used both in the past year: US closed and Chinese",
        "US closed models and with Chinese ones",
    )
    return [
        _of_answer(place, name, *words[name])
        for place, name in enumerate(worked_with.names(ecosystems))
    ]


def _of_hardware(place: int, side: str) -> list[Metric]:
    word = HARDWARE[side]
    return [
        Metric(
            f"hardware_share.{side}",
            f"Share of {word} hardware",
            "fraction",
            f"{word} chips in the world's stock of AI compute, by H100-equivalents.",
            "month",
            world=True,
            compute=lambda e, at: hardware_share(e, place, at),
        ),
        Metric(
            f"influence.{side}",
            f"{word} influence",
            "fraction",
            f"w times the {word} bloc's share of developers and 1 - w times its share of hardware; "
            "w is the parameter influence_model_weight.",
            "month",
            world=True,
            compute=lambda e, at: _influence(e, place, at),
            reads=("influence_model_weight",),
        ),
    ]


def _of_laboratories() -> list[Metric]:
    return [
        Metric(
            "binding.serving",
            "Serving compute binds",
            "fraction",
            "Part of the reported months in which the serving compute of Chinese laboratories "
            "binds: their services are asked for more than it can serve (load above one), which "
            "makes them dearer and turns users away. Never with the switch supply off.",
            "run",
            world=True,
            compute=lambda e, _: (e.load > 1.0).mean(axis=0)[None],
        ),
        Metric(
            "compute.training_cn",
            "Chinese training compute",
            "H100e",
            "Compute with which Chinese laboratories train, in H100-equivalents: what stands in "
            "China and what they rent, less the part that serves and what controls take.",
            "month",
            world=True,
            compute=lambda e, at: e.training[at][:, None],
        ),
        Metric(
            "compute.serving_cn",
            "Chinese serving compute",
            "H100e",
            "Compute with which Chinese laboratories serve users, in H100-equivalents.",
            "month",
            world=True,
            compute=lambda e, at: e.serving[at][:, None],
        ),
        Metric(
            "lag.added_cn",
            "Months added to the Chinese lag",
            "months",
            "Months that training compute and deployment add to the lag of Chinese laboratories "
            "behind the frontier, against July 2025; below zero where they have more compute than "
            "then.",
            "month",
            world=True,
            compute=lambda e, at: e.extra_lag[at][:, None],
        ),
    ]


def _of_all() -> list[Metric]:
    return [
        Metric(
            "developers.total",
            "Developers",
            "developers",
            "Number of developers who build on models.",
            "month",
            world=False,
            compute=lambda e, at: e.developers[at],
        ),
        Metric(
            "plurality",
            "Plurality",
            "ecosystems",
            "Effective number of ecosystems: one over the sum of squared shares.",
            "month",
            world=False,
            compute=lambda e, at: plurality(e.share[at]),
        ),
        Metric(
            "dependence",
            "Dependence",
            "fraction",
            "Share of the largest bloc.",
            "month",
            world=False,
            compute=_dependence,
        ),
        Metric(
            "cost.public",
            "Public cost",
            "USD million",
            "What the levers of the scenario cost over the whole run, in USD of 2025.",
            "run",
            world=True,
            compute=lambda e, _: e.cost.sum(axis=0)[None],
        ),
        Metric(
            "cn_over_us.happened",
            "Chinese bloc overtakes the US bloc",
            "0 or 1",
            "Whether the Chinese bloc's share exceeds the US bloc's in any month.",
            "run",
            world=False,
            compute=lambda e, _: crossing(e)[0].astype(np.float64),
            span="all months",
        ),
        Metric(
            "cn_over_us.months",
            "Months until the Chinese bloc overtakes",
            "months",
            "Months from the start of the run to the first month in which it does; the length of "
            "the run where it does not (censored at the horizon).",
            "run",
            world=False,
            compute=lambda e, _: crossing(e)[1].astype(np.float64),
            span="all months",
        ),
    ]


def registry(ecosystems: tuple[str, ...]) -> tuple[Metric, ...]:
    """Return every metric, in the order in which results hold them.

    Parameters
    ----------
    ecosystems : tuple of str
        Ids in the order of the ecosystem axis.
    """
    from sim.evidence import load

    titles = {ecosystem.id: ecosystem.title for ecosystem in load().ecosystems}
    return (
        *(
            metric
            for place, name in enumerate(ecosystems)
            for metric in _of_ecosystem(place, name, titles.get(name, name))
        ),
        *(_of_bloc(place, name) for place, name in enumerate(BLOCS)),
        *_of_answers(ecosystems, titles),
        *(
            _tokens_of_ecosystem(place, name, titles.get(name, name))
            for place, name in enumerate(ecosystems)
        ),
        *(_tokens_of_bloc(place, name) for place, name in enumerate(BLOCS)),
        *(metric for place, name in enumerate(HARDWARE) for metric in _of_hardware(place, name)),
        *_of_laboratories(),
        *_of_all(),
    )


def on_request() -> tuple[Metric, ...]:
    """Return metrics that a comparison or a sweep may name, and that no result holds unasked."""
    return (
        Metric(
            FORGONE,
            "Capability forgone",
            "ECI points",
            "How far the flagships of the main ecosystems of developers, by their shares, stand "
            "below the best flagship there is anywhere. Kept where a comparison or a sweep names "
            "it.",
            "month",
            world=False,
            compute=lambda e, at: forgone(e.share[at], e.index[at], e.lacking[at]),
        ),
    )


def every(ecosystems: tuple[str, ...]) -> tuple[Metric, ...]:
    """Return the metrics that may be named, those kept on request alone after the others."""
    return (*registry(ecosystems), *on_request())


def of(ensemble: Ensemble) -> tuple[Metric, ...]:
    """Return the metrics that the runs of a scenario have, in the order of the registry."""
    return present(registry(ensemble.ecosystems), routers=bool(ensemble.routed.any()))


def present(known: tuple[Metric, ...], *, routers: bool) -> tuple[Metric, ...]:
    """Return the metrics that a run has.

    Parameters
    ----------
    known : tuple of Metric
    routers : bool
        Whether a nation of the run sends traffic through routers.
    """
    return tuple(metric for metric in known if routers or not metric.routers)
