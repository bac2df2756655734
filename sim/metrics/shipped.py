"""The metrics that every result may hold, each in one place.

A metric is a number for a run, a group and a month, or for a run and a group. Month metrics are
reported at each December and at the last month. A metric that a run cannot have is absent: there is
no missing value anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from sim.arrays import Flags, Floats
from sim.metrics import use
from sim.metrics.metric import Metric, Month

BLOCS = {"us": "US", "cn": "Chinese", "eu": "European", "sovereign": "sovereign"}
"""Blocs in the order of their numbers, with the word for each."""

HARDWARE = {"us": "US", "cn": "Chinese"}

FORGONE = "capability.forgone"

TRIGGER = "trigger"
"""Beginning of the names of what levers that wait for a sign have done."""

TOKENS = "tokens"
"""Beginning of the names of parts of the tokens that routers pass on."""


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


def forgone(month: Month) -> Floats:
    """Return how far what developers use stands below the best, ECI points, (groups, replicates).

    ``max_k c_k - sum_k x_k c_k`` with the shares x and the flagships' capability c; nations' own
    models stand lower, or higher, than the flagship of their ecosystem.
    """
    # Distances are added up, not levels: whoever is all on the best model forgoes exactly nothing.
    behind = month.index.max(axis=0) - month.index
    return np.asarray((month.share * behind).sum(axis=1) + month.lacking)


def hardware_share(month: Month, kind: int) -> Floats:
    """Return the share of one kind of hardware in the world's compute, (replicates,)."""
    total = month.hardware.sum(axis=0)
    nothing = total <= 0.0
    return np.where(nothing, 0.5, month.hardware[kind] / np.where(nothing, 1.0, total))


def _largest(month: Month) -> Floats:
    return np.asarray(np.stack([month.of_bloc(bloc) for bloc in range(len(BLOCS))]).max(axis=0))


def _influence(month: Month, side: int) -> Floats:
    weight = month.drawn["influence_model_weight"]
    models = month.of_bloc(side)[0]
    return np.asarray(weight * models + (1.0 - weight) * hardware_share(month, side))


def _cn_over_us(month: Month) -> Floats:
    return np.asarray(month.of_bloc(1) > month.of_bloc(0), dtype=np.float64)


def _of_ecosystem(ecosystem: str, title: str) -> Iterator[Metric]:
    yield Metric(
        f"share.{ecosystem}",
        f"Share of {title}",
        "fraction",
        "Developers whose main ecosystem it is, as a part of all who build on models. Who "
        "works with it beside another main one counts in `used` and not here.",
        lambda month: month.share[:, month.place(ecosystem)],
        short=title,
        part=True,
    )
    yield Metric(
        f"developers.{ecosystem}",
        f"Developers on {title}",
        "developers",
        "Number of developers whose main ecosystem it is.",
        lambda month: month.share[:, month.place(ecosystem)] * month.developers,
    )


def _of_bloc(place: int, bloc: str) -> Metric:
    return Metric(
        f"share.bloc_{bloc}",
        f"Share of the {BLOCS[bloc]} bloc",
        "fraction",
        f"Shares of all {BLOCS[bloc]} ecosystems together, closed and open.",
        lambda month: month.of_bloc(place),
        short=f"{BLOCS[bloc]} bloc",
        part=True,
    )


def _of_tokens(name: str, title: str, kinds: Callable[[Month], Flags], row: str = "") -> Metric:
    return Metric(
        f"{TOKENS}.{name}",
        f"Tokens on routers: {title}",
        "fraction",
        "Part of the tokens that routers pass on in the month for users outside China. Users of "
        "routers are no sample of developers: each request may go elsewhere. Never to be taken for "
        "a share of developers.",
        lambda month: np.asarray(month.routed[kinds(month)].sum(axis=0) / month.routed.sum(axis=0)),
        world=True,
        row=row,
        part=True,
        routers=True,
    )


def _tokens_of_ecosystem(name: str, title: str) -> Metric:
    return _of_tokens(
        name, title, lambda month: np.arange(len(month.ecosystems)) == month.place(name)
    )


def _tokens_of_bloc(place: int, bloc: str) -> Metric:
    row = "Chinese part of tokens on routers, not of developers" if bloc == "cn" else ""
    return _of_tokens(
        f"bloc_{bloc}", f"{BLOCS[bloc]} bloc", lambda month: month.blocs == place, row
    )


def _of_answer(place: int, name: str, title: str, who: str) -> Metric:
    return Metric(
        name,
        title,
        "fraction",
        f"Developers who worked with {who} in the past twelve months, as a part of all who build "
        "on models. Most work with several models in a year, so that these fractions do not add up "
        "to one; never to be taken for a share, which is of the main ecosystem.",
        lambda month: month.answers[:, place],
        kept="in runs",
        answers=True,
    )


def _of_answers(ecosystems: tuple[str, ...], titles: Mapping[str, str]) -> Iterator[Metric]:
    """Yield what developers have worked with in a year, in the order of the answers."""
    words = {
        f"{use.USED}.{name}": (
            f"Used in the past year: {title}",
            f"models of this kind ({title})",
        )
        for name, title in {**{k: titles.get(k, k) for k in ecosystems}, **use.WORDS}.items()
    }
    words |= {
        use.ONLY: ("Used alone in the past year: Chinese", "Chinese models, and with no other,"),
        use.BOTH: (
            "Used both in the past year: US closed and Chinese",
            "US closed models and with Chinese ones",
        ),
    }
    for place, name in enumerate(use.names(ecosystems)):
        yield _of_answer(place, name, *words[name])


def _of_hardware(place: int, side: str) -> Iterator[Metric]:
    word = HARDWARE[side]
    yield Metric(
        f"hardware_share.{side}",
        f"Share of {word} hardware",
        "fraction",
        f"{word} chips in the world's stock of AI compute, by H100-equivalents.",
        lambda month: hardware_share(month, place),
        world=True,
        row="Chinese chips in the world's AI compute" if side == "cn" else "",
        part=True,
    )
    yield Metric(
        f"influence.{side}",
        f"{word} influence",
        "fraction",
        f"w times the {word} bloc's share of developers and 1 - w times its share of hardware; "
        "w is the parameter influence_model_weight.",
        lambda month: _influence(month, place),
        world=True,
        row=f"{word} influence, models and hardware",
        part=True,
    )


ALONE = (
    Metric(
        "binding.serving",
        "Serving compute binds",
        "fraction",
        "Part of the reported months in which the serving compute of Chinese laboratories "
        "binds: their services are asked for more than it can serve (load above one), which "
        "makes them dearer and turns users away. Never with the switch supply off.",
        lambda month: (month.load > 1.0).astype(np.float64),
        world=True,
        span="mean",
    ),
    Metric(
        "compute.training_cn",
        "Chinese training compute",
        "H100e",
        "Compute with which Chinese laboratories train, in H100-equivalents: what stands in "
        "China and what they rent, less the part that serves and what controls take.",
        lambda month: month.training,
        world=True,
    ),
    Metric(
        "compute.serving_cn",
        "Chinese serving compute",
        "H100e",
        "Compute with which Chinese laboratories serve users, in H100-equivalents.",
        lambda month: month.serving,
        world=True,
    ),
    Metric(
        "lag.added_cn",
        "Months added to the Chinese lag",
        "months",
        "Months that training compute and deployment add to the lag of Chinese laboratories "
        "behind the frontier, against July 2025; below zero where they have more compute than "
        "then.",
        lambda month: month.extra_lag,
        world=True,
    ),
    Metric(
        "developers.total",
        "Developers",
        "developers",
        "Number of developers who build on models.",
        lambda month: month.developers,
        row="Developers who build on models, millions",
    ),
    Metric(
        "plurality",
        "Plurality",
        "ecosystems",
        "Effective number of ecosystems: one over the sum of squared shares.",
        lambda month: plurality(month.share),
        row="Effective number of ecosystems",
    ),
    Metric(
        "dependence",
        "Dependence",
        "fraction",
        "Share of the largest bloc.",
        _largest,
        row="Share of the largest bloc",
        part=True,
    ),
    Metric(
        "cost.public",
        "Public cost",
        "USD million",
        "What the levers of the scenario cost over the whole run, in USD of 2025.",
        lambda month: month.cost,
        world=True,
        span="sum",
        row="Public cost of the levers over all years, USD million of 2025",
    ),
    Metric(
        "cn_over_us.happened",
        "Chinese bloc overtakes the US bloc",
        "0 or 1",
        "Whether the Chinese bloc's share exceeds the US bloc's in any month.",
        _cn_over_us,
        span="ever",
        row="Chinese bloc overtakes the US bloc at some time",
        kept="in runs",
    ),
    Metric(
        "cn_over_us.months",
        "Months until the Chinese bloc overtakes",
        "months",
        "Months from the start of the run to the first month in which it does; the length of "
        "the run where it does not (censored at the horizon).",
        _cn_over_us,
        span="first",
        kept="in runs",
    ),
    Metric(
        FORGONE,
        "Capability forgone",
        "ECI points",
        "How far the flagships of the main ecosystems of developers, by their shares, stand "
        "below the best flagship there is anywhere. Kept where a comparison or a sweep names "
        "it.",
        forgone,
        kept="where named",
    ),
)
"""Metrics that are no row of a kind."""


def of_trigger(lever: str, title: str) -> Iterator[Metric]:
    """Yield whether and when a lever that waits for a sign is pulled: metrics of one scenario.

    Parameters
    ----------
    lever, title : str
        Id and title of the lever. Where several entries of it wait, the first that is pulled
        counts; where none does, it is never pulled.
    """

    def begun(month: Month) -> Floats:
        return month.begun.get(lever, np.zeros(month.load.shape[-1]))

    yield Metric(
        f"{TRIGGER}.{lever}.happened",
        f"Pulled: {title}",
        "0 or 1",
        "Whether the sign comes for which the lever waits, so that it is pulled within the run.",
        begun,
        world=True,
        span="ever",
        kept="in runs",
    )
    yield Metric(
        f"{TRIGGER}.{lever}.months",
        f"Months until pulled: {title}",
        "months",
        "Months from the start of the run to the first month of the lever; the length of the run "
        "where its sign does not come (censored at the horizon).",
        begun,
        world=True,
        span="first",
        kept="in runs",
    )


def shipped(ecosystems: tuple[str, ...]) -> Iterator[Metric]:
    """Yield every metric of this package, in the order in which results hold them.

    Parameters
    ----------
    ecosystems : tuple of str
        Ids in the order of the ecosystem axis.
    """
    from sim.evidence import load

    titles = {ecosystem.id: ecosystem.title for ecosystem in load().ecosystems}
    for name in ecosystems:
        yield from _of_ecosystem(name, titles.get(name, name))
    for place, bloc in enumerate(BLOCS):
        yield _of_bloc(place, bloc)
    yield from _of_answers(ecosystems, titles)
    for name in ecosystems:
        yield _tokens_of_ecosystem(name, titles.get(name, name))
    for place, bloc in enumerate(BLOCS):
        yield _tokens_of_bloc(place, bloc)
    for place, side in enumerate(HARDWARE):
        yield from _of_hardware(place, side)
    yield from ALONE
