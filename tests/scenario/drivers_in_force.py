"""What the world room makes of drivers, month by month: the ground on which levers are tested.

The cells come from the compiled kernel itself, with their labels written out here a second time, so
that a lever which moves the wrong cell, or the right one too early, has nowhere to hide.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import evidence
from sim.scenario import load
from sim.scenario.compile import compile_scenario
from sim.scenario.drivers import Drivers
from sim.scenario.lever_effect import Effect
from sim.world import kernel
from sim.world.block import empty_record, prepare

NATIONS = ("ARE", "BRA", "CHN", "CUB", "FRA", "IDN", "IND", "JPN", "KAZ", "KEN", "USA")
"""Every selector of the catalogue means some of them and not all."""

ECOSYSTEMS = (
    "us_closed", "cn_closed", "us_open_restricted", "us_permissive", "cn_open", "eu_open",
    "sovereign",
)  # fmt: skip
E, W = ("ecosystems", ECOSYSTEMS), ("ways", ("maker", "host", "self"))
S = ("segments", ("enterprise", "independent", "research"))
P, H = ("pools", ("us_allies", "china", "rest")), ("hardware", ("us", "cn"))
NATION: dict[str, list[tuple[str, tuple[str, ...]]]] = {
    "access": [E, W], "price": [E, W], "licence": [E], "facility": [S], "trust": [E],
    "pull": [S, E], "offer": [("stances", ("open", "us", "chinese", "sovereign"))],
    "own_lag": [],
}  # fmt: skip
WORLD: dict[str, list[tuple[str, tuple[str, ...]]]] = {
    "frontier_rate": [], "demand": [P], "permitted": [], "smuggled": [], "output_cap": [],
    "output_growth": [], "exported": [], "rented": [], "performance": [H], "maturity": [H],
    "availability": [P, H], "hardware_stance": [P, H], "training_cut": [], "serving_cut": [],
    "serving_share": [],
    "switching": [], "lag": [E], "release_rate": [E], "attention": [E],
    "risk": [E],
}  # fmt: skip
AXES = NATION | WORLD
"""Labels of each driver's cells beside the nation, the last index running fastest."""

Path = dict[str, NDArray[np.float64]]


def small(**keys: Any) -> dict[str, Any]:
    """Return a scenario of few nations and one replicate at the default parameters."""
    keys.setdefault("nations", list(NATIONS))
    ensemble = {"runs": 1, "seed": 1, "parameters": "default"}
    return {"extends": "baseline", "ensemble": ensemble} | keys


def drivers(**keys: Any) -> Drivers:
    return compile_scenario(load(small(**keys)))


def path(compiled: Drivers) -> Path:
    """Return each driver in force, (T, cells), for nations (T, I, cells)."""
    block = prepare(compiled, 1, np.arange(1))
    record = empty_record(compiled, 1, 1)
    found: dict[str, list[NDArray[np.float64]]] = {name: [] for name in AXES}
    for t in range(compiled.facts.months.size):
        kernel.run(block, record, t, t + 1)
        for name in NATION:
            found[name].append(getattr(block.state, name)[..., 0].copy())
        at = 0
        for name, axes in WORLD.items():
            size = int(np.prod([len(labels) for _, labels in axes], dtype=int))
            found[name].append(block.state.cells[at : at + size, 0].copy())
            at += size
    return {name: np.stack(months) for name, months in found.items()}


def meant(effect: Effect) -> NDArray[np.bool_]:
    """Return which cells of its driver an effect means, (cells,) or (I, cells)."""
    mask = np.ones(1, dtype=bool)
    for column, labels in AXES[effect.driver]:
        words = getattr(effect, column)
        along = [not words or label in words for label in labels]
        mask = np.logical_and.outer(mask, along).ravel()
    if effect.driver in WORLD:
        return mask
    groups = evidence.load().nations.select(NATIONS).groups
    inside, out = set(), set()
    for word in effect.nations:
        bare = word.removeprefix("-")
        members = (
            {n for n, m in zip(NATIONS, groups[bare], strict=True) if m}
            if bare in groups
            else {bare}
        )
        (out if word != bare else inside).update(members)
    if not any(word[0] != "-" for word in effect.nations):
        inside = set(NATIONS)
    chosen = [code in inside - out for code in NATIONS]
    return np.logical_and.outer(chosen, mask)


def direction(effect: Effect, size: float, base: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sign in which an effect of a size moves values: 0 where it has no grip."""
    if effect.op == "add":
        return np.full(base.shape, np.sign(size))
    if effect.op == "multiply":
        # Factors on prices are kept as logarithms: theirs are positive whatever the sign here.
        return np.sign(size) * (np.ones_like(base) if effect.driver == "price" else np.sign(base))
    if effect.op == "move":
        return np.sign(size) * np.sign(np.float64(effect.target) - base)
    return (
        np.maximum(0, np.sign(size - base))
        if effect.op == "floor"
        else np.minimum(0, np.sign(size - base))
    )
