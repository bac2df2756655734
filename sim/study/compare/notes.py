"""What a reader of a comparison must know beside its numbers, in sentences from the results.

Ids stand between backticks: a terminal shows them as a user types them, a page shows titles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim import months
from sim.ensemble.arms import Arms
from sim.report import effects
from sim.scenario import Scenario, reach
from sim.scenario.futures import WORDS
from sim.scenario.vocabulary import HARDWARE_DRIVERS
from sim.study.compare import choice
from sim.study.compare.choice import Pair

BINDING = ("binding.serving", "world")
CHIPS = ("hardware_share.cn", "world")
MOST_OF_IT = 1.5
"""A lever with more than this of a package's effect is no part of it: others act against it."""
MOST_NAMED = 4
"""Policies that a sentence names one by one."""


def decided_before(
    arms: Mapping[str, Scenario], pairs: Sequence[Pair], last_fact: int
) -> list[str]:
    """Say which policies begin before the last month of which facts are known.

    Parameters
    ----------
    arms : mapping of str to Scenario
    pairs : sequence of Pair
    last_fact : int
        Month number.
    """
    first = {}
    for pair in pairs:
        own = choice.own_levers(arms[pair.name], arms[pair.reference])
        starts = [
            entry.start for entries in own.values() for entry in entries if entry.start is not None
        ]
        if starts and min(starts) <= last_fact:
            first[pair.label] = min(starts)
    if not first:
        return []
    early, late = min(first.values()), max(first.values())
    ends = sorted({early, late})
    span = ("in " if early == late else "between ") + " and ".join(map(months.in_words, ends))
    known = months.in_words(last_fact)
    text = f"as if decided {span}. Facts are known to {known}, in which nothing of it was done."
    return [f"{_names(list(first))}: {text}"]


def for_some_nations(arms: Mapping[str, Scenario]) -> list[str]:
    """Say what levers that are entered for some nations do and cost whole all the same."""
    entries = [entry for arm in arms.values() for entry in arm.levers]
    known = {name: lever for arm in arms.values() for name, lever in arm.known_levers().items()}
    return list(reach.notices(entries, known))


def few_worlds(missing: Sequence[str]) -> list[str]:
    """Say of which futures there are too few worlds for effects of their own."""
    if not missing:
        return []
    named = ", ".join(WORDS[name] for name in missing)
    return [f"No effects by future of: {named}. An interval needs worlds of two draws or more."]


def binding(arms: Mapping[str, Scenario], pairs: Sequence[Pair], done: Arms) -> list[str]:
    """Say how often serving compute binds, and what controls on compute move.

    For policies with a lever on a driver of chips or compute, where the metric was kept.
    """
    kept = set(zip(done.rows["metric"], done.rows["group"], strict=True))
    mine = [pair for pair in pairs if _on_compute(arms, pair)]
    if not mine or BINDING not in kept:
        return []
    part = [float(done.of(pair.name, *BINDING).mean()) for pair in mine]
    usual = float(np.mean([done.of(pair.reference, *BINDING).mean() for pair in mine]))
    most = f"{100 * part[0]:.1f}" if len(mine) == 1 else f"at most {100 * max(part):.1f}"
    text = (
        f"Levers on compute ({_names([pair.label for pair in mine])}): serving compute of Chinese "
        f"laboratories binds in {most} % of months, {100 * usual:.1f} % without them."
    )
    if max(*part, usual) < 0.01:
        text += " A limit that does not bind takes no developers."
    if CHIPS not in kept:
        return [text]
    moved = [(_median(done, pair), pair.label) for pair in mine]
    largest = sorted(moved, key=lambda item: -abs(item[0]))[:MOST_NAMED]
    told = ", ".join(
        f"{round(100 * value, 2) + 0.0:+.2f} points" + (f" (`{label}`)" if len(mine) > 1 else "")
        for value, label in largest
    )
    return [f"{text} What they move is the Chinese part of the world's AI chips: {told}."]


def largest_lever(found: pd.DataFrame) -> list[str]:
    """Say which lever of a package has the largest effect alone, and how large a part that is.

    Parameters
    ----------
    found : DataFrame
        Of `sim.study.compare.details.alone`, of one package.
    """
    rows = found[found["part"].notna()].head(1).to_dict("records")
    return [
        f"Largest lever of `{row['scenario']}`: `{row['lever']}`, which alone {_carries(row)} "
        f"(each lever was run alone in the first {row['runs']} worlds)"
        + ("; its size is a judgement." if row["judged"] else ".")
        for row in rows
    ]


def _carries(row: Mapping[Any, Any]) -> str:
    """Say what part of a package's effect a lever alone has; both where it is no part of it.

    Levers that act against each other, and rivals who answer, leave a package with less than its
    largest lever, or with the other sign: "three times the whole" would tell nobody that.
    """
    if 0.0 <= row["part"] <= MOST_OF_IT:
        return f"has {100 * row['part']:.0f} % of the package's mean effect"
    factor, unit = effects.unit_of(row)
    mine, whole = (factor * value for value in (row["effect"], row["effect"] / row["part"]))
    decimals = effects.digits(max(abs(mine), abs(whole)))
    return (
        f"moves the mean by {effects.signed(mine, decimals)} {unit}, and the whole package by "
        f"{effects.signed(whole, decimals)}: other levers, or answers to them, act against it"
    )


def _on_compute(arms: Mapping[str, Scenario], pair: Pair) -> bool:
    policy = arms[pair.name]
    known = policy.known_levers()
    ids = pair.levers or tuple(choice.own_levers(policy, arms[pair.reference]))
    return any(effect.driver in HARDWARE_DRIVERS for name in ids for effect in known[name].effects)


def _median(done: Arms, pair: Pair) -> float:
    return float(np.median(done.of(pair.name, *CHIPS) - done.of(pair.reference, *CHIPS)))


def _names(labels: Sequence[str]) -> str:
    marked = ", ".join(f"`{label}`" for label in labels[:MOST_NAMED])
    more = len(labels) - MOST_NAMED
    return marked if more <= 0 else f"{marked} and {more} more"
