"""Parameters as lanes: one value per replicate, drawn from the table or held."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.evidence import load
from sim.evidence.parameters import Parameter, quantile
from sim.scenario.drivers import Drivers
from sim.scenario.facts import ROOTS
from sim.world import streams
from sim.world.rows import SCALARS, ByEcosystem, BySegment, Switches

Lanes = NDArray[np.float64]

FROM_ENTERPRISE = {
    "capability": "capability_weight",
    "incumbent": "us_closed_pull",
    "risk": "risk_weight",
}
"""Parameters that the evidence tells apart for enterprises only: research is as independent."""

RATIOS = {
    "price": ("price_sensitivity", "price_sensitivity_ratio"),
    "licence": ("licence_weight", "licence_weight_ratio"),
    "stay": ("switching_cost", "switching_cost_ratio"),
}
"""Parameters given once, with a ratio for each segment."""

PLAIN = {
    "weight": "segment_weight",
    "reconsider": "reconsider",
    "hosted": "hosted_cost",
    "self_host": "self_host_cost",
    "stance": "stance_ratio",
}


class Parameters(NamedTuple):
    """Every parameter of a block of replicates; L lanes last, rows as in :mod:`sim.world.rows`."""

    scalar: Lanes  # [scalars, L]
    segment: Lanes  # [S, by segment, L]
    ecosystem: Lanes  # [K, by ecosystem, L]
    home: Lanes  # [H, L] in the order of ROOTS
    brand: Lanes  # [K, L] ecosystem_pull, utils; zero where the table has none
    switches: Switches


class _Draws:
    """Parameter values of a block of replicates, by path."""

    def __init__(self, drivers: Drivers, seed: int, replicates: NDArray[np.int64]) -> None:
        self._overrides = drivers.parameters
        self._drawn = drivers.drawn
        self._keys = streams.run_keys(seed, replicates)
        self._fitted = drivers.fitted
        self._draws = posterior_draws(drivers, seed, replicates)
        self._rows: dict[str, Parameter] = {row.path: row for row in load().parameters}

    def __call__(self, name: str, index: str = "") -> Lanes:
        """Return the lanes of one parameter, shape (L,)."""
        path = f"{name}.{index}" if index else name
        row, override = self._rows[path], self._overrides.get(path)
        if override is None:
            if self._fitted is not None and self._draws is not None:
                lanes = self._fitted.lanes(path, self._draws)
                if lanes is not None:
                    return lanes
            if self._drawn and row.dist in ("triangular", "uniform"):
                return np.asarray(quantile(row, self._uniforms(row)), dtype=np.float64)
            return np.full(self._keys.size, row.default)
        if isinstance(override, int | float):
            return np.full(self._keys.size, float(override))
        return np.asarray(override.quantile(self._uniforms(row)), dtype=np.float64)  # type: ignore[attr-defined]

    def or_none(self, name: str, index: str) -> Lanes:
        """Return the lanes of a parameter that not every ecosystem has; zero where it has not."""
        if f"{name}.{index}" in self._rows:
            return self(name, index)
        return np.zeros(self._keys.size)

    def _uniforms(self, row: Parameter) -> Lanes:
        return streams.uniforms(streams.keys(self._keys, f"parameter/{row.stream}"), 0)


def _of_segment(get: _Draws, row: str, segment: str) -> Lanes:
    """Return one parameter of one segment, shape (L,)."""
    if row in RATIOS:
        name, ratio = RATIOS[row]
        return get(name) * get(ratio, segment)
    if row in FROM_ENTERPRISE:
        return get(FROM_ENTERPRISE[row], "enterprise" if segment == "enterprise" else "independent")
    if row == "learning":  # enterprises learn nothing of releases
        return get("learning") * float(segment != "enterprise")
    if row == "difficulty":
        harder = get("task_difficulty_gap") if segment == "enterprise" else 0.0
        return get("task_difficulty") + harder
    if row == "ln_under_use":
        return np.log(get("under_use", segment))
    return get("own_use") * get("employed") if row == "answering" else get(PLAIN[row], segment)


def _answering(segments: tuple[str, ...], weight: Lanes, firms: Lanes) -> Lanes:
    """Return the part that each segment has in the answers of a survey of developers, (S, L).

    Employed respondents answer for their own use: only the part `own_use` of what they say follows
    the choice of their firm. The rest is as that of independents and research, by weight.

    Parameters
    ----------
    segments : tuple of str
    weight : ndarray, shape (S, L)
        Weights of the segments.
    firms : ndarray, shape (S, L)
        The part of answers that follows firms, the same in each row.
    """
    is_firm = np.array([segment == "enterprise" for segment in segments])[:, None]
    if is_firm.all():
        return np.ones_like(weight)
    part = firms * is_firm.any()
    others = weight * ~is_firm
    return np.asarray(np.where(is_firm, part, (1.0 - part) * others / others.sum(axis=0)))


def _derived(scalar: dict[str, Lanes]) -> tuple[Lanes, ...]:
    """Return the rows of :data:`sim.world.rows.DERIVED`."""
    memory = scalar["taste_memory"]
    reference = load().nations.constants.chip_price_reference
    return (
        # Uniform innovations with this width keep the stationary standard deviation.
        scalar["taste_month"] * np.sqrt(12.0 * (1.0 - memory * memory)),
        0.5 ** (1.0 / scalar["scar_half_life"]),
        np.log(np.maximum(1.0 - scalar["small_price_fall"], 1e-9)),
        1.0 / scalar["nest_dissimilarity"],
        np.log(scalar["least_price"]),
        1.0 - 1.0 / scalar["stock_life"],
        reference / scalar["chip_price"],
        np.floor(scalar["review_months"] + 0.5),
    )


def posterior_draws(
    drivers: Drivers, seed: int, replicates: NDArray[np.int64]
) -> NDArray[np.int64] | None:
    """Return which draw of the calibration each replicate takes, (L,), None where there are none.

    Parameters
    ----------
    drivers : Drivers
        Compiled scenario.
    seed : int
        Seed of the run.
    replicates : ndarray of int, shape (L,)
        Numbers of the replicates.
    """
    return None if drivers.fitted is None else drivers.fitted.rows(seed, replicates)


def drawn(drivers: Drivers, seed: int, replicates: NDArray[np.int64]) -> dict[str, Lanes]:
    """Return every parameter that is not a switch, by path, each of shape (L,).

    Arguments are those of :func:`draw`.
    """
    get = _Draws(drivers, seed, replicates)
    rows = [row for row in load().parameters if row.dist != "switch"]
    return {row.path: get(row.name, row.index) for row in rows}


def draw(drivers: Drivers, seed: int, replicates: NDArray[np.int64]) -> Parameters:
    """Draw the parameters of a block of replicates.

    Each parameter has a stream of its own, so that a value does not depend on which others are
    drawn or in what order.

    Parameters
    ----------
    drivers : Drivers
        Compiled scenario: its overrides, and whether ranges are drawn.
    seed : int
        Seed of the run, 0 or more.
    replicates : ndarray of int, shape (L,)
        Numbers of the replicates.

    Returns
    -------
    tables : Parameters
        With L lanes.
    """
    get = _Draws(drivers, seed, replicates)
    segment = np.stack(
        [
            np.stack([_of_segment(get, row, s) for row in BySegment._fields])
            for s in drivers.segments
        ]
    )
    weight, answering = BySegment._fields.index("weight"), BySegment._fields.index("answering")
    segment[:, weight] /= segment[:, weight].sum(axis=0)  # parts of a whole
    segment[:, answering] = _answering(drivers.segments, segment[:, weight], segment[:, answering])
    none = np.zeros(len(replicates))
    # Sovereign models follow others, and release nothing of their own.
    following = {ecosystem.id for ecosystem in load().ecosystems if ecosystem.sovereign}
    ecosystem = np.stack(
        [
            np.stack([none if k in following else get(row, k) for row in ByEcosystem._fields])
            for k in drivers.ecosystems
        ]
    )
    scalar = {name: get(name) for name in SCALARS}
    return Parameters(
        scalar=np.stack([*scalar.values(), *_derived(scalar)]),
        segment=segment,
        ecosystem=ecosystem,
        home=np.stack([get("home_bias", where) for where in ROOTS]),
        brand=np.stack([get.or_none("ecosystem_pull", k) for k in drivers.ecosystems]),
        switches=Switches(*(int(get(name)[0]) for name in Switches._fields)),
    )
