"""How far previews are from runs: each lever alone, at strengths between the places that are run.

A preview is drawn from means over the first 100 replicates at places along a lever's track; what it
is held against are runs of the same replicates at strengths half-way between neighbouring places.
The error of a lever is the largest over ecosystems and blocs, quarters, strengths and four groups
(world, Global South, Sub-Saharan Africa, Latin America), in percentage points of share; that over
all groups stands beside it, where two nations may make a group and one of them may turn at once.
The page's own functions interpolate, in the browser.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.arrays import Floats

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from sim.explorer.work import Workshop

RUNS = 100
"""Replicates; as many as the last nodes have."""

SOME = 16
"""Levers are taken in turn, one in so many, and those of `HARDEST` always."""
HARDEST = ("us_gate_frontier_models", "cn_licence_tightening")

STARTS_OF = ("cn_licence_tightening", "us_permissive_licence_incentive")
"""Levers of which starts between nodes are measured too."""

WAYS = """async ([way, places, values, curves]) => {
  const data = await import("/page/data.js");
  return values.map((value) => curves.map((nodes) => {
    const at = (n) => Float32Array.from(nodes[n]);
    return [...data[way](places, value, at, nodes[0].length)];
  }));
}"""


def workshop() -> Workshop:
    """Return an explorer of the baseline, with as many replicates as previews have."""
    from sim.explorer import baseline
    from sim.explorer.bases import Bases
    from sim.explorer.work import Workshop

    bases = Bases("baseline", RUNS)
    return Workshop(bases, baseline.make(bases.reference), 2)


def chosen(shop: Workshop) -> list[str]:
    """Return the levers that are measured."""
    every = list(shop.bases.first.levers)
    return [key for n, key in enumerate(every) if n % SOME == 0 or key in HARDEST]


def strength_error(tab: Page, shop: Workshop, key: str) -> tuple[float, float]:
    """Return the largest errors of a lever's previews along its strength, points.

    Of the four groups, and of all.
    """
    track = _track(shop, key)
    nodes = list(track.nodes(_never))[-1]
    between = [(low + high) / 2 for low, high in pairwise(nodes.places)]
    exact = np.stack([_exact(shop, f"{key}={value!r}") for value in between])
    return _errors(shop, tab, "strengths", nodes.places, between, nodes.arrays["diff"], exact)


def start_error(tab: Page, shop: Workshop, key: str) -> tuple[float, float]:
    """Return the largest errors of a lever's previews along its start, points, likewise."""
    from sim import months
    from sim.explorer.nodes import START

    track = _track(shop, key, START, f"{key}=1")
    nodes = list(track.nodes(_never))[-1]
    later = [place for place in nodes.places if place > nodes.places[1]]
    between = [float(int(low + high) // 2) for low, high in pairwise(later)]
    exact = np.stack([
        _exact(shop, f"{key}=1@{months.text(int(value))}", nodes.runs) for value in between
    ])  # fmt: skip
    return _errors(shop, tab, "started", nodes.places, between, nodes.arrays["diff"], exact)


def _never() -> bool:
    return False


def _track(shop: Workshop, key: str, part: str = "strength", link: str = "b=baseline") -> Any:  # noqa: ANN401 - a Track
    from sim.explorer.nodes import Track

    return Track(shop, _question(shop, link), key, part)


def _question(shop: Workshop, link: str) -> Any:  # noqa: ANN401 - a Question
    from sim.explorer.state import read
    from sim.explorer.work import Question

    return Question(shop.bases.clamped(read(link, "baseline")[0])[0])


def _exact(shop: Workshop, link: str, runs: int = RUNS) -> Floats:
    """Return means of paired differences of a state, (Q, rows, lines)."""
    for stage in shop.answers(_question(shop, link), _never):
        if stage.runs >= runs:
            return stage.arrays["diff"][0]
    raise RuntimeError("the explorer gave no answer")


def _errors(
    shop: Workshop,
    tab: Page,
    way: str,
    places: tuple[float, ...],
    values: list[float],
    at: Floats,
    exact: Floats,
) -> tuple[float, float]:
    """Return the largest distances of what the page draws from runs, of four groups and of all."""
    from sim.explorer.baseline import PLACES

    nodes, quarters, rows, lines = at.shape
    curves = np.moveaxis(at, (0, 1), (-2, -1)).reshape(rows * lines, nodes, quarters)
    found = np.array(tab.evaluate(WAYS, [way, list(places), values, curves.tolist()]))
    wanted = np.moveaxis(exact, 1, -1).reshape(found.shape)
    apart = 100.0 * np.abs(found - wanted).reshape(len(values), rows, lines, quarters)
    four = [shop.baseline.groups.slugs.index(slug) for slug in PLACES]
    return float(apart[:, four].max()), float(apart.max())


def figures(tab: Page) -> dict[str, float]:
    """Return errors of previews by key, percentage points.

    Parameters
    ----------
    tab : Page
        On which the explorer is open: its functions are measured.
    """
    shop = workshop()
    strengths = [strength_error(tab, shop, key) for key in chosen(shop)]
    starts = [start_error(tab, shop, key) for key in STARTS_OF]
    shop.close()
    return {
        "explorer_strength_error_points": max(four for four, _ in strengths),
        "explorer_strength_error_any_group": max(every for _, every in strengths),
        "explorer_start_error_points": max(four for four, _ in starts),
    }
