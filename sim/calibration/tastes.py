"""Tastes of nations: left out of the fit of parameters, and then told by each nation's own figures.

A nation's figures differ from what its alignment, language, home and access say by a taste of its
own. Fitted beside the parameters, dozens of tastes would each take a little of what the parameters
explain. So the parameters are fitted with all tastes at zero and the spread of tastes among the
errors, as a random effect is integrated out; then each nation's tastes follow from what is left of
its own figures, given the parameters, by randomised maximum likelihood (Oliver, He and Reynolds
1996, *ECMOR V*: a draw from the prior and one of the errors, moved to the best compromise).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sim.arrays import Floats
from sim.calibration.forecast import root
from sim.calibration.members import Unknowns
from sim.calibration.targets import Target, between, values

Places = list[int]


def blocks(unknown: Unknowns, aims: Sequence[Target]) -> Iterator[tuple[Places, Places]]:
    """Yield the targets of each nation and series that tell of its tastes, and the tastes' rows."""
    by_place: dict[tuple[str, str], Places] = {}
    for place, aim in enumerate(aims):
        by_place.setdefault((aim.series, aim.place), []).append(place)
    for told in by_place.values():
        rows = unknown.rows_of(aims[told[0]])
        if rows:
            yield told, rows


def spread(unknown: Unknowns, aims: Sequence[Target], flat: Floats, tasted: Floats) -> Floats:
    """Return the covariance that tastes add to the figures of each nation, (targets, targets).

    Parameters
    ----------
    unknown : Unknowns
    aims : sequence of Target
    flat, tasted : ndarray, shape (targets, members)
        What members show without tastes and with tastes of the prior, log-odds.
    """
    out = np.zeros((len(aims), len(aims)))
    differing = tasted - flat
    for told, _ in blocks(unknown, aims):
        out[np.ix_(told, told)] = differing[told] @ differing[told].T / flat.shape[1]
    return out


def site(aims: Sequence[Target], flat: Floats, noise: Floats, rng: np.random.Generator) -> Floats:
    """Return draws of what the series of nations lack everywhere alike, (targets, members).

    Parameters
    ----------
    aims : sequence of Target
    flat : ndarray, shape (targets, members)
        What members show without tastes, log-odds.
    noise : ndarray, shape (targets, targets)
        Covariance of errors and tastes.
    rng : numpy Generator
    """
    common = between(aims, aims)
    gain = np.linalg.solve(common + noise, common).T
    noise_left = root(common - gain @ common) @ rng.standard_normal(flat.shape)
    return np.asarray(gain @ (values(aims)[:, None] - flat) + noise_left)


def perturbed(aims: Sequence[Target], members: int, rng: np.random.Generator) -> Floats:
    """Return figures with a draw of their errors for each member, log-odds, (targets, members)."""
    error = np.array([aim.error for aim in aims])
    return np.asarray(
        values(aims)[:, None] + error[:, None] * rng.standard_normal((len(aims), members))
    )


def moved(
    unknown: Unknowns,
    aims: Sequence[Target],
    prior: Floats,
    now: Floats,
    effect: Floats,
    shown: Floats,
    wanted: Floats,
) -> Floats:
    """Return scores after one Gauss-Newton step of each nation's tastes, (unknowns, members).

    ``z <- z0 + G' (G G' + R)^-1 (wanted - shown(z) + G (z - z0))``, with the linear effect ``G``
    of tastes on figures from a regression over members.

    Parameters
    ----------
    unknown : Unknowns
    aims : sequence of Target
    prior, now : ndarray, shape (unknowns, members)
        Scores that tastes were drawn at, and the present ones.
    effect : ndarray, shape (targets, members)
        What the drawn tastes changed of the figures.
    shown : ndarray, shape (targets, members)
        What the present scores show.
    wanted : ndarray, shape (targets, members)
        Figures with errors, less what all nations lack alike.
    """
    out = now.copy()
    for told, rows in blocks(unknown, aims):
        drawn = prior[rows]
        slope = np.linalg.lstsq(drawn.T, effect[told].T, rcond=None)[0].T
        errors = np.diag([aims[place].error ** 2 for place in told])
        gain = slope.T @ np.linalg.inv(slope @ slope.T + errors)
        miss = wanted[told] - shown[told] + slope @ (now[rows] - drawn)
        out[rows] = drawn + gain @ miss
    return out
