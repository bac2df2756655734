"""Parameters as lanes: one value per replicate, drawn from the table or held."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError, Problem
from sim.evidence import load
from sim.evidence.parameters import Parameter, quantile
from sim.evidence.selectors import joined
from sim.scenario.drivers import Drivers
from sim.scenario.facts import ROOTS
from sim.world import streams
from sim.world.rows import BY_ECOSYSTEM, BY_SEGMENT, SCALARS, SWITCHES, B, C, P, Switches

Lanes = NDArray[np.float64]

PULL = "ecosystem_pull"
"""The parameter that is zero for the ecosystems without a row: the others are held against them."""


class Parameters(NamedTuple):
    """Every parameter of a block of replicates; L lanes last, rows as in :mod:`sim.world.rows`."""

    scalar: Lanes  # [scalars, L]
    segment: Lanes  # [S, by segment, L] rows of B
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
        path = joined(name, index)
        if path not in self._rows:
            message, hint = f"there is no parameter {path!r}", "add its row"
            raise InputError(Problem(message, "parameters.csv", hint=hint))
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
        return self(name, index) if self.has(name, index) else np.zeros(self._keys.size)

    def has(self, name: str, index: str) -> bool:
        """Return whether the table has a row for an index."""
        return joined(name, index) in self._rows

    def _uniforms(self, row: Parameter) -> Lanes:
        return streams.uniforms(streams.keys(self._keys, f"parameter/{row.stream}"), 0)


def _of_segment(get: _Draws, segment: str) -> dict[str, Lanes]:
    """Return what differs by segment for one of them, by names of rows, each (L,)."""

    def own(name: str) -> Lanes:
        """Return a parameter; where research has none of its own, it has that of independents."""
        return get(name, segment if get.has(name, segment) else "independent")

    table = {name: own(name) for name in BY_SEGMENT}
    firm = segment == "enterprise"
    return table | {
        "difficulty": get("task_difficulty") + (get("task_difficulty_gap") if firm else 0.0),
        "price": get("price_sensitivity") * table["price_sensitivity_ratio"],
        "licence": get("licence_weight") * table["licence_weight_ratio"],
        "stay": get("switching_cost") * table["switching_cost_ratio"],
        "ln_under_use": np.log(table["under_use"]),
        "answering": get("own_use") * get("employed"),
        "learning": get("learning") * float(not firm),  # enterprises learn nothing of releases
    }


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


def _derived(scalar: dict[str, Lanes]) -> dict[str, Lanes]:
    """Return what follows from scalars, by the names of :data:`sim.world.rows.DERIVED`."""
    memory = scalar["taste_memory"]
    reference = load().nations.constants.chip_price_reference
    return {
        # Uniform innovations with this width keep the stationary standard deviation.
        "taste_step": scalar["taste_month"] * np.sqrt(12.0 * (1.0 - memory * memory)),
        "scar_keep": 0.5 ** (1.0 / scalar["scar_half_life"]),
        "small_price_log": np.log(np.maximum(1.0 - scalar["small_price_fall"], 1e-9)),
        "nest_inverse": 1.0 / scalar["nest_dissimilarity"],
        "ln_least_price": np.log(scalar["least_price"]),
        "stock_keep": 1.0 - 1.0 / scalar["stock_life"],
        "demand_scale": reference / scalar["chip_price"],
        "review_period": np.floor(scalar["review_months"] + 0.5),
    }


def _rows(values: dict[str, Lanes], rows: Any) -> Lanes:  # noqa: ANN401 - of a table
    """Return values as the rows that have their names, (rows, L)."""
    return np.stack([values[name] for name in rows._fields])


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
    segment = np.stack([_rows(_of_segment(get, name), B) for name in drivers.segments])
    segment[:, B.segment_weight] /= segment[:, B.segment_weight].sum(axis=0)  # parts of a whole
    segment[:, B.answering] = _answering(
        drivers.segments, segment[:, B.segment_weight], segment[:, B.answering]
    )
    # Sovereign models follow others, and release nothing of their own.
    following = {one.id for one in load().ecosystems if one.sovereign}
    ecosystem = np.stack(
        [
            np.stack(
                [
                    get.or_none(row, k) if row == PULL or k in following else get(row, k)
                    for row in BY_ECOSYSTEM
                ]
            )
            for k in drivers.ecosystems
        ]
    )
    scalar = {name: get(name) for name in SCALARS}
    switches: Any = Switches  # no checker of types knows its names
    return Parameters(
        scalar=_rows(scalar | _derived(scalar), P),
        segment=segment,
        ecosystem=ecosystem,
        home=np.stack([get("home_bias", where) for where in ROOTS]),
        brand=np.ascontiguousarray(ecosystem[:, getattr(C, PULL)]),
        switches=switches(*(int(get(name)[0]) for name in SWITCHES)),
    )
