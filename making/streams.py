"""The table of random streams, found by listening to the code ask for them.

A small world is prepared while every name of a stream is noted. Positions in the name are then put
in words. Whoever adds a stream must say here what it decides: otherwise `table` fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import numpy as np

from making.tables import code
from making.tables import table as rows_of

PURPOSE = {
    "parameter/{parameter}": ("uniform, through the quantile function of its row",
                              "value of a parameter", "once"),
    "size/{lever}": ("triangular around 1, half-width of the lever's `uncertainty`",
                     "factor on the size of all effects of a lever", "once"),
    "strength/{lever}@{start}": ("the distribution of the scenario",
                                 "strength of an entry, where the scenario gives a distribution",
                                 "once"),
    "taste/region/{region}/{class}": ("normal, sd `taste_region`",
                                      "taste that a region shares, by class of ecosystems", "once"),
    "taste/nation/{nation}/{class}": ("normal, sd `taste_nation`",
                                      "taste of a nation within its region", "once"),
    "taste/consumer/{nation}": ("normal, sd `taste_consumer`",
                                "taste of a nation's consumers for Chinese chats", "once"),
    "laboratory/{nation}": ("normal, sd `lab_spread`",
                            "what is not known of the lag of a nation's own models", "once"),
    "wander/start/{nation}/{ecosystem}": ("normal, sd `taste_month`",
                                          "wandering taste at the start", "once"),
    "wander/{nation}/{ecosystem}": ("uniform of equal variance",
                                    "innovation of the wandering taste", "each month"),
    "review/{nation}": ("uniform over the months between two reviews",
                        "month of the first review of a stance", "once"),
    "stance/{nation}/{stance}": ("Gumbel", "what else speaks for a stance", "at a review"),
    "frontier/chance": ("uniform", "whether the frontier jumps", "each month after the facts"),
    "frontier/size": ("gamma of shape 2, the sum of two exponentials", "size of the jump",
                      "each month after the facts"),
    "release/{ecosystem}": ("uniform", "whether an ecosystem releases",
                            "each month after the facts"),
    "lateness/{ecosystem}": ("normal, sd `release_noise`", "months that a release comes late",
                             "each month after the facts"),
    "attention/{ecosystem}": ("lognormal, `attention_median` and `attention_sd`",
                              "attention of a notable release whose size is not on record",
                              "each month"),
}  # fmt: skip
"""Stream to its law, what it decides and when it is drawn."""


def table() -> str:
    """Return the random streams.

    Raises
    ------
    ValueError
        If the code asks for a stream that is not described here, or never for one that is.
    """
    found = names()
    if found != set(PURPOSE):
        raise ValueError(
            f"streams without a word: {sorted(found - set(PURPOSE))}; "
            f"words without a stream: {sorted(set(PURPOSE) - found)}"
        )
    return rows_of(
        ("stream", "law", "decides", "drawn"),
        ((code(name), law, what, when) for name, (law, what, when) in PURPOSE.items()),
    )


def names() -> set[str]:
    """Return the names of all streams that a world asks for, with places put in words."""
    from sim.scenario import compile as compiled
    from sim.scenario import load
    from sim.world.block import prepare

    scenario = load(
        {
            "extends": "baseline",
            "nations": ["BRA", "FRA"],
            "levers": [
                {"id": "cn_low_price_api", "strength": "uniform(0.2,0.8)", "start": "2027-01"}
            ],
        }
    )
    drivers = compiled(scenario)
    with _heard() as heard:
        prepare(drivers, 0, np.array([0]))
    words = dict.fromkeys(drivers.nations, "{nation}")
    words |= dict.fromkeys(drivers.ecosystems, "{ecosystem}")
    words |= dict.fromkeys(drivers.regions, "{region}")
    words |= dict.fromkeys(("open", "us", "chinese", "sovereign"), "{stance}")
    # One word has two meanings: an ecosystem and a stance are both called sovereign.
    return {_general(name, words) for name in heard}


def _general(name: str, words: dict[str, str]) -> str:
    head, _, rest = name.partition("/")
    if not rest:
        return head
    if head in ("parameter", "size"):
        return f"{head}/{{{'parameter' if head == 'parameter' else 'lever'}}}"
    if head == "strength":
        return "strength/{lever}@{start}"
    parts = [words.get(part, part) for part in rest.split("/")]
    if head == "taste" and parts[0] != "consumer":
        parts[-1] = "{class}"
    elif head == "stance":
        parts[-1] = "{stance}"
    elif parts[-1] == "{stance}":
        parts[-1] = "{ecosystem}"
    return "/".join((head, *parts))


@contextmanager
def _heard() -> Iterator[set[str]]:
    from sim.world import streams

    heard: set[str] = set()
    label = streams.label

    def listening(name: str) -> np.uint64:
        heard.add(name)
        return label(name)

    kept = streams._labels  # noqa: SLF001 - it would remember names asked for before
    kept.cache_clear()
    with patch.object(streams, "label", listening):
        yield heard
    kept.cache_clear()
