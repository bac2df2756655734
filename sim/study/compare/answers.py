"""Levers that wait, and rivals who answer: when they come, and what a policy is worth against them.

A response stands in a policy, in its reference, or in both. The same pair is run once more with no
response in either, in the same worlds: what differs is what the answers change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from sim.arrays import Floats
from sim.ensemble import triggers
from sim.ensemble.arms import Arms
from sim.ensemble.outcomes import Outcomes
from sim.metrics.shipped import TRIGGER
from sim.scenario import Scenario
from sim.study.compare.choice import Pair
from sim.study.compare.spread import QUANTILES, Run

CAME = ("scenario", "lever", "response", "sign", "part", "p05", "p50", "p95", "runs")
"""Columns of ``triggers.csv``: part of worlds in which a sign comes, and the months until then."""

BESIDE = (
    "scenario", "reference", "metric", "group", "month",
    "with_p05", "with_p50", "with_p95", "without_p05", "without_p50", "without_p95",
    "answers_p05", "answers_p50", "answers_p95",
    "unit",
)  # fmt: skip
"""Columns of ``responses.csv``: effects with responses and without, and their difference."""


def waiting(arms: Iterable[Scenario]) -> tuple[str, ...]:
    """Return the levers that wait for a sign in any arm, by id."""
    ids = (entry.id for arm in arms for entry in arm.entries() if entry.when is not None)
    return tuple(sorted(set(ids)))


def metrics(ids: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the metrics that tell of levers that wait."""
    return tuple(metric.name for metric in triggers.metrics(ids))


def came(arms: Mapping[str, Scenario], done: Arms) -> pd.DataFrame:
    """Return in which part of worlds each sign came in each arm, and how long after the start.

    Returns
    -------
    DataFrame
        `CAME`; months among the worlds in which it came, empty where it never did. Where two
        entries of one lever wait in an arm, it is of the first that is pulled.
    """
    rows = [row for name, arm in arms.items() for row in _came(name, arm, done)]
    return pd.DataFrame(rows, columns=list(CAME))


def _came(name: str, arm: Scenario, done: Arms) -> Iterator[dict[str, Any]]:
    by_lever: dict[str, list[tuple[str, str]]] = {}
    for response in (None, *arm.responses):
        for entry in arm.levers if response is None else response.levers:
            if entry.when is not None:
                answer = "" if response is None else response.title
                by_lever.setdefault(entry.id, []).append((answer, entry.when.in_words()))
    for lever, signs in by_lever.items():
        there = done.of(name, f"{TRIGGER}.{lever}.happened", "world") > 0.0
        months = done.of(name, f"{TRIGGER}.{lever}.months", "world")[there]
        spread = np.quantile(months, QUANTILES) if there.any() else [np.nan] * len(QUANTILES)
        yield {
            "scenario": name, "lever": lever,
            "response": "; ".join(dict.fromkeys(answer for answer, _ in signs if answer)),
            "sign": "; or ".join(dict.fromkeys(sign for _, sign in signs)),
            "part": float(there.mean()), "runs": there.size,
            **dict(zip(("p05", "p50", "p95"), map(float, spread), strict=True)),
        }  # fmt: skip


def beside(
    arms: Mapping[str, Scenario], pairs: Sequence[Pair], done: Arms, shown: Sequence[str], run: Run
) -> pd.DataFrame:
    """Return effects with responses beside effects without, in the last month.

    Parameters
    ----------
    arms : mapping of str to Scenario
    pairs : sequence of Pair
        Those in which nobody answers are left out.
    done : Arms
    shown : sequence of str
        Metrics.
    run : callable
        Runs arms in the worlds of the comparison.

    Returns
    -------
    DataFrame
        `BESIDE`: quantiles over worlds of the effect of a policy where others answer, where nobody
        does, and of the difference of the two.
    """
    answered = [p for p in pairs if arms[p.name].responses or arms[p.reference].responses]
    if not answered:
        return pd.DataFrame(columns=list(BESIDE))
    some = done.only(_last(done, shown))
    silent = {
        name: arms[name].model_copy(update={"responses": ()})
        for pair in answered for name in (pair.name, pair.reference) if arms[name].responses
    }  # fmt: skip
    groups = tuple(dict.fromkeys(done.rows["group"]))
    alone = run(silent, Outcomes(tuple(shown), groups, "end"))
    without = replace(alone, kept={**some.kept, **_alike(alone, some)})
    frames = [_beside(pair, some, without) for pair in answered]
    return pd.concat(frames, ignore_index=True)[list(BESIDE)]


def _last(done: Arms, shown: Sequence[str]) -> Any:  # noqa: ANN401 - flags of rows
    months = done.rows["month"]
    mine = done.rows["metric"].isin(shown)
    return (mine & ((months == months.max()) | (months == ""))).to_numpy()


def _alike(alone: Arms, like: Arms) -> dict[str, Floats]:
    """Return what was kept of some arms, its rows in the order of others."""
    keys = ["metric", "group", "month"]
    place = {tuple(row): n for n, row in enumerate(alone.rows[keys].to_numpy().tolist())}
    order = [place[tuple(row)] for row in like.rows[keys].to_numpy().tolist()]
    return {name: values[:, order] for name, values in alone.kept.items()}


def _beside(pair: Pair, some: Arms, without: Arms) -> pd.DataFrame:
    effects = {
        kind: of.kept[pair.name] - of.kept[pair.reference]
        for kind, of in (("with", some), ("without", without))
    }
    effects["answers"] = effects["with"] - effects["without"]
    columns = {
        f"{kind}_{name}": values
        for kind, differences in effects.items()
        for name, values in zip(
            ("p05", "p50", "p95"), np.quantile(differences, QUANTILES, axis=0), strict=True
        )
    }
    return some.rows.assign(scenario=pair.label, reference=pair.reference, **columns)
