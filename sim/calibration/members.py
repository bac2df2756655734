"""Unknowns and worlds: what a calibration may move, and the worlds that its members stand for."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from sim.arrays import Floats, Ints
from sim.calibration import series as observed
from sim.calibration.fitted import BANDS, FITTED, SPLIT
from sim.calibration.series import SERIES
from sim.calibration.targets import Target, modelled, months_of, targets
from sim.ensemble import runner
from sim.evidence import load
from sim.evidence.parameters import Parameter, quantile
from sim.scenario.drivers import Drivers, Joint
from sim.world import views

TOLD = ("chinese", "us_open", "european")
"""Classes of ecosystems for which figures can tell a nation's taste."""

_AFTER = ("lag", "release_rate", "frontier_rate", "frontier_jump")


@dataclass(frozen=True)
class Unknowns:
    """What members differ in, in the order of their rows.

    Parameters
    ----------
    held : tuple of Parameter
        Drawn parameters, those of ``FITTED`` among them; the others go along with each member and
        are never moved.
    tastes : tuple of str
        Streams of unknown tastes: ``taste/nation/ISO3/CLASS`` or ``taste/consumer/ISO3``.
    """

    held: tuple[Parameter, ...]
    tastes: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Paths of parameters, then names of streams of tastes."""
        return (*(row.path for row in self.held), *self.tastes)

    def values(self, scores: Floats) -> Floats:
        """Return values of standard scores, both (unknowns, members).

        A parameter is the quantile of its prior at the score's probability; a taste is its score.
        """
        out = scores.copy()
        for place, row in enumerate(self.held):
            out[place] = quantile(row, ndtr(scores[place]))
        return out

    def may_move(self, aims: Sequence[Target]) -> Floats:
        """Return what each target may tell of each parameter, 0 or 1, (parameters, targets)."""
        return np.array(
            [[float(aim.series in FITTED.get(row.path, ())) for aim in aims] for row in self.held]
        )

    def without_tastes(self, scores: Floats) -> Floats:
        """Return scores with every taste at zero, what it is on average."""
        out = scores.copy()
        out[len(self.held) :] = 0.0
        return out

    def rows_of(self, aim: Target) -> list[int]:
        """Return the rows of the tastes that figures of a target's place can tell of."""
        start = {SPLIT: f"taste/nation/{aim.place}/", BANDS: f"taste/consumer/{aim.place}"}
        if aim.series not in start:
            return []
        return [
            place for place, name in enumerate(self.names) if name.startswith(start[aim.series])
        ]

    def centred(self, scores: Floats) -> Floats:
        """Return scores in which the tastes of nations for an ecosystem have mean zero.

        What all nations like is the ecosystem's own worth, or a bias of the survey; left to the
        tastes of the nations that were asked it would be missing in all others.
        """
        out = scores.copy()
        of_nations = [name for name in self.tastes if name.startswith("taste/nation/")]
        for ecosystem in {name.split("/")[3] for name in of_nations}:
            rows = [
                place
                for place, name in enumerate(self.names)
                if name in of_nations and name.endswith("/" + ecosystem)
            ]
            out[rows] -= out[rows].mean(axis=0)
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
    told = {
        key: {aim.place for aim in targets() if aim.of.key == key} for key in ("split", "bands")
    }
    tastes = [
        *(
            f"taste/nation/{nation}/{of}"
            for nation in drivers.nations
            if nation in told["split"]
            for of in TOLD
        ),
        *(f"taste/consumer/{nation}" for nation in drivers.nations if nation in told["bands"]),
    ]
    return Unknowns(held, tuple(tastes))


def worlds(
    drivers: Drivers,
    unknown: Unknowns,
    scores: Floats,
    wanted: Mapping[str, Ints],
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
    wanted : mapping of str to ndarray of int, shape (T',)
        Series, and the positions of their months counted from 2023-01.
    seed : int
        Of all that is random beside the unknowns.
    repeats : int
        Worlds a member, whose views are averaged as log-odds: noise that is not of the member.

    Returns
    -------
    dict of str to ndarray, shape (T', places, codes, members)
        Percent.
    """
    members = scores.shape[1]
    values = unknown.values(scores)
    parts: dict[str, list[Floats]] = {name: [] for name in wanted}
    for lanes in runner.cut(members):
        fitted = Joint(unknown.names, np.ascontiguousarray(values[:, lanes].T), each=True)
        mine = dataclasses.replace(drivers, fitted=fitted)
        shown = [_one(mine, wanted, seed, lanes + repeat * members) for repeat in range(repeats)]
        for name in wanted:
            if repeats == 1:
                parts[name].append(shown[0][name])
            else:
                odds = np.mean([observed.logit(seen[name]) for seen in shown], axis=0)
                parts[name].append(observed.percent(odds))
    return {name: np.concatenate(blocks, axis=-1) for name, blocks in parts.items()}


def _one(
    drivers: Drivers,
    wanted: Mapping[str, Ints],
    seed: int,
    replicates: Ints,
) -> dict[str, Floats]:
    seen = runner.simulate(drivers, seed, replicates, view_months=drivers.facts.months.size)
    known = views.lanes(drivers, seed, replicates)
    return {name: views.view(SERIES[name], seen, drivers, known, at) for name, at in wanted.items()}


def shown(
    drivers: Drivers,
    unknown: Unknowns,
    scores: Floats,
    aims: Sequence[Target],
    seed: int,
    repeats: int = 1,
) -> Floats:
    """Return what members show at the targets, log-odds, shape (targets, members)."""
    wanted = months_of(aims)
    views_of = worlds(drivers, unknown, scores, wanted, seed, repeats)
    return modelled(aims, views_of, drivers.nations, wanted)
