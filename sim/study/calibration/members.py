"""Unknowns and worlds: what a calibration may move, and the worlds that its members stand for."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from sim.evidence import load
from sim.evidence.parameters import Parameter, quantile
from sim.scenario.drivers import Joint
from sim.study.calibration import series as observed
from sim.study.calibration import views
from sim.study.calibration.fitted import BUILT, FIRMS, FITTED, NATIONS, ROUTED, VISITS
from sim.study.calibration.series import SERIES
from sim.study.calibration.targets import Target, modelled
from sim.study.ensemble import LANES

if TYPE_CHECKING:
    from sim.scenario.drivers import Drivers

Floats = NDArray[np.float64]

CONTRAST = ("cn_open", "us_closed")
"""Ecosystems whose tastes a national chatbot share can tell: one of them against the other."""

LARGEST = "USA"
"""The nation whose own tastes weigh in every series of the world."""

WORLDWIDE = (*ROUTED, *BUILT, VISITS, FIRMS)

_UNTOLD = ("sovereign", "cn_closed")
"""Ecosystems too small, or in one nation alone, for a taste to be told."""

_AFTER = ("lag", "release_rate", "frontier_rate", "frontier_jump", "sovereign_lag")


@dataclass(frozen=True)
class Unknowns:
    """What members differ in, in the order of their rows.

    Parameters
    ----------
    held : tuple of Parameter
        Drawn parameters, those of ``FITTED`` among them; the others go along with each member and
        are never moved.
    tastes : tuple of (str, str)
        Whose tastes are unknown, a region or a nation, and for which ecosystem.
    """

    held: tuple[Parameter, ...]
    tastes: tuple[tuple[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Paths of parameters, then names of streams of tastes."""
        return (
            *(row.path for row in self.held),
            *(
                f"taste/{'nation' if where.isupper() else 'region'}/{where}/{ecosystem}"
                for where, ecosystem in self.tastes
            ),
        )

    def values(self, scores: Floats) -> Floats:
        """Return values of standard scores, both (unknowns, members).

        A parameter is the quantile of its prior at the score's probability; a taste is its score.
        """
        out = scores.copy()
        for place, row in enumerate(self.held):
            out[place] = quantile(row, ndtr(scores[place]))
        return out

    def scores(self, values: Floats) -> Floats:
        """Return the scores of values, by inverting the quantile function on a fine grid."""
        grid = ndtri(np.linspace(0.0, 1.0, 20_001)[1:-1])
        out = values.copy()
        for place, row in enumerate(self.held):
            out[place] = np.interp(values[place], quantile(row, ndtr(grid)), grid)
        return out

    def may_move(self, aims: Sequence[Target], drivers: Drivers) -> Floats:
        """Return what each target may tell of each unknown, 0 or 1, (unknowns, targets)."""
        out = np.zeros((len(self.names), len(aims)))
        region = dict(zip(drivers.nations, drivers.facts.region.tolist(), strict=True))
        for column, aim in enumerate(aims):
            for place, row in enumerate(self.held):
                out[place, column] = aim.series in FITTED.get(row.path, ())
            for place, (where, ecosystem) in enumerate(self.tastes, len(self.held)):
                if aim.series == NATIONS:
                    near = where in (aim.place, drivers.regions[region[aim.place]])
                    out[place, column] = near and ecosystem in CONTRAST
                elif aim.series in WORLDWIDE:
                    out[place, column] = where == LARGEST or not where.isupper()
        return out


def unknowns(drivers: Drivers) -> Unknowns:
    """Return what is unknown of a compiled scenario before the end of its facts."""
    held = tuple(
        row
        for row in load().parameters
        if row.dist in ("triangular", "uniform")
        and row.name not in _AFTER
        and row.path not in drivers.parameters
    )
    known = set(load().nations.deepseek)
    tastes = [
        *((region, k) for region in drivers.regions for k in drivers.ecosystems),
        *((LARGEST, k) for k in drivers.ecosystems if LARGEST in drivers.nations),
        *((nation, k) for nation in drivers.nations if nation in known for k in CONTRAST),
    ]
    return Unknowns(held, tuple(pair for pair in tastes if pair[1] not in _UNTOLD))


def worlds(
    drivers: Drivers,
    unknown: Unknowns,
    scores: Floats,
    wanted: Iterable[str],
    months: int,
    seed: int,
    repeats: int = 1,
) -> dict[str, Floats]:
    """Run the world of each member and return what the series show of it.

    Parameters
    ----------
    drivers : Drivers
        Compiled scenario, without draws of a calibration.
    unknown : Unknowns
    scores : ndarray, shape (unknowns, members)
    wanted : iterable of str
        Series.
    months : int
        Months from 2023-01 that are looked at.
    seed : int
        Of all that is random beside the unknowns.
    repeats : int
        Worlds a member, whose views are averaged as log-odds: noise that is not of the member.

    Returns
    -------
    dict of str to ndarray, shape (months, places, codes, members)
        Percent.
    """
    members = scores.shape[1]
    values = unknown.values(scores)
    names = list(wanted)
    parts: dict[str, list[Floats]] = {name: [] for name in names}
    for first in range(0, members, LANES):
        lanes = np.arange(first, min(first + LANES, members))
        fitted = Joint(unknown.names, np.ascontiguousarray(values[:, lanes].T), each=True)
        mine = dataclasses.replace(drivers, fitted=fitted)
        shown = [
            _one(mine, names, months, seed, lanes + repeat * members) for repeat in range(repeats)
        ]
        for name in names:
            if repeats == 1:
                parts[name].append(shown[0][name])
            else:
                odds = np.mean([observed.logit(seen[name]) for seen in shown], axis=0)
                parts[name].append(observed.percent(odds))
    return {name: np.concatenate(blocks, axis=-1) for name, blocks in parts.items()}


def _one(
    drivers: Drivers, names: Sequence[str], months: int, seed: int, replicates: NDArray[np.int64]
) -> dict[str, Floats]:
    from sim.world import simulate

    seen = simulate(drivers, seed=seed, replicates=replicates, view_months=months)
    known = views.lanes(drivers, seed, replicates)
    return {name: views.view(SERIES[name], seen, drivers, known) for name in names}


def shown(
    drivers: Drivers,
    unknown: Unknowns,
    scores: Floats,
    aims: Sequence[Target],
    seed: int,
    repeats: int = 1,
) -> Floats:
    """Return what members show at the targets, log-odds, shape (targets, members)."""
    wanted = [name for name in SERIES if any(aim.series == name for aim in aims)]
    months = drivers.facts.months.size
    return modelled(
        aims, worlds(drivers, unknown, scores, wanted, months, seed, repeats), drivers.nations
    )
