"""PRIM: boxes of worlds in which a policy fails, with coverage and density left to the reader.

The patient rule induction method (Friedman and Fisher 1999, *Statistics and Computing* 9: 123-143)
as scenario discovery uses it (Bryant and Lempert 2010, *Technological Forecasting and Social
Change* 77: 34-49). A box is peeled a little at a time where that raises the part of failures in it
most for the worlds that it costs, then pasted where that costs no density. The whole trajectory
from all worlds to the smallest box stays to be read: which box to take is a choice between covering
failures and being dense in them. What the box that is described does not cover is searched again.

Gain is divided by the mass removed, as Kwakkel and Jaxa-Rozen (2016, *Environmental Modelling &
Software* 79: 311-321) found right for factors that are not continuous: a peel of a switch takes off
half the box at once, and its gain alone says nothing against patient peels of other factors.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from sim.analysis.boxes import SIGNIFICANT, Box, Boxes, Side, Trajectory
from sim.analysis.space import Axis, Space
from sim.arrays import Flags, Floats

ALPHA = 0.05
"""Part of the worlds in a box that one peel takes off, or one paste adds."""

MASS_MIN = 0.05
"""Part of all worlds that a box holds at least."""

SEARCHES = 3
"""Boxes at most that are searched one after the other."""

ROUNDING = 1e-13
"""A gain of density for each world that is within this of nothing is none."""

REST = 0.2
"""Part of all failures that must be left uncovered for another search."""


def cover(space: Space, failed: Flags) -> Boxes:
    """Search for boxes one after the other, each among the worlds that no box before it holds.

    It ends after `SEARCHES`, where no more than `REST` of the failures are left, or where a search
    finds nothing that sets failures apart: then it is not among them, unless it is the first.

    Parameters
    ----------
    space : Space
    failed : ndarray of bool, shape (worlds,)
        Where the policy fails; neither nowhere nor everywhere.
    """
    among = np.ones(len(failed), bool)
    made: list[Trajectory] = []
    while len(made) < SEARCHES and (failed & among).sum() > REST * failed.sum():
        found = search(space, failed, among=among)
        tells = bool(found.limited(found.described))
        if tells or not made:
            made.append(found)
        if not tells:
            break
        among = among & ~found.inside(found.described)
    return Boxes(tuple(made))


def search(space: Space, failed: Flags, *, among: Flags | None = None) -> Trajectory:
    """Peel, then paste, and return the trajectory of boxes.

    In each peel every face of the box is tried: the part `ALPHA` of its worlds with the lowest or
    the highest values of a factor, or all with one word of it, is taken off. The peel is made that
    gains most density for each world that it takes off; of equals the one that takes off least.
    Where none gains, the one that loses least density is made. It ends
    where all worlds or none in the box fail, or it would hold less than `MASS_MIN` of all worlds.
    Then limits are loosened in the same way, a part `ALPHA` at a time, as long as density does
    not fall.

    Parameters
    ----------
    space : Space
    failed : ndarray of bool, shape (worlds,)
    among : ndarray of bool, shape (worlds,), optional
        Worlds that are searched; all by default.
    """
    values = space.levels
    here = np.ones(len(failed), bool) if among is None else among
    sides = tuple(_whole(axis, values[here, k]) for k, axis in enumerate(space.axes))
    inside = here.copy()
    boxes = [_box(sides, inside, failed)]
    while 0.0 < boxes[-1].density < 1.0:
        found = _best(space, sides, _peels(space, sides, inside), inside, failed)
        if found is None or found[1].sum() < MASS_MIN * len(failed):
            break
        sides, inside = found
        boxes.append(_box(sides, inside, failed))
    whole = boxes[0].sides
    steps = partial(_pastes, space, whole=whole, here=here)
    while found := _best(
        space, sides, steps(sides, inside=inside), inside, failed, floor=-ROUNDING
    ):
        sides, inside = found
        boxes.append(_box(sides, inside, failed))
    return _described(Trajectory(space, failed, here, tuple(boxes), 0))


def _described(found: Trajectory) -> Trajectory:
    """Return a trajectory with the box that is described.

    Limits that may be chance are freed, the likeliest first, as Bryant and Lempert (2010) advise.
    """
    means = [
        2 * b.coverage * b.density / (b.coverage + b.density) if b.coverage + b.density else 0.0
        for b in found.boxes
    ]
    best = int(np.argmax(np.round(means, 12)))  # of equals the first
    trial = replace(found, described=best)
    while chances := {k: trial.quasi_p(trial.described, k) for k in trial.limited(trial.described)}:
        likeliest = max(chances, key=lambda k: chances[k])
        if chances[likeliest] <= SIGNIFICANT:
            break
        sides = list(trial.boxes[trial.described].sides)
        sides[likeliest] = trial.boxes[0].sides[likeliest]
        inside = found.among & Box(tuple(sides), 0, 0, 0).holds(found.space.levels)
        freed = _box(tuple(sides), inside, found.failed)
        trial = replace(found, boxes=(*found.boxes, freed), described=len(found.boxes))
    return trial


Step = tuple[int, Side, Flags]
"""A factor, its side after the step, and the worlds that all other sides allow."""


def _best(
    space: Space,
    sides: tuple[Side, ...],
    steps: Iterator[Step],
    inside: Flags,
    failed: Flags,
    floor: float = -np.inf,
) -> tuple[tuple[Side, ...], Flags] | None:
    """Return sides and worlds after the step that gains most density for each world moved.

    Where none gains, the one that loses least; None if each loses more than the floor. A step that
    leaves nothing or changes nothing is none.
    """
    size, density = int(inside.sum()), float(failed[inside].mean())
    best, chosen = (floor, 0), None
    for k, side, others in steps:
        new = others & side.holds(space.levels[:, k])
        left = int(new.sum())
        if left in (0, size):
            continue
        gain = float(failed[new].mean()) - density
        value = round(gain / abs(left - size) if gain > 0 else gain, 14)
        if (value, left) > best:
            best, chosen = (value, left), ((*sides[:k], side, *sides[k + 1 :]), new)
    return chosen


def _peels(space: Space, sides: tuple[Side, ...], inside: Flags) -> Iterator[Step]:
    for k, side in enumerate(sides):
        held = space.levels[inside, k]
        if side.codes is not None:
            for code in sorted(side.codes):
                yield k, replace(side, codes=side.codes - {code}), inside
            continue
        low, high = np.quantile(held, (ALPHA, 1.0 - ALPHA))
        # Many equal values at an edge: the whole level is taken off.
        up = held[held >= low] if (held < low).any() else held[held > held.min()]
        down = held[held <= high] if (held > high).any() else held[held < held.max()]
        if up.size:
            yield k, replace(side, low=float(up.min())), inside
        if down.size:
            yield k, replace(side, high=float(down.max())), inside


def _pastes(
    space: Space, sides: tuple[Side, ...], whole: tuple[Side, ...], here: Flags, inside: Flags
) -> Iterator[Step]:  # fmt: skip
    count = max(int(ALPHA * inside.sum()), 1)
    for k, side in enumerate(sides):
        if side == whole[k]:
            continue
        column = space.levels[:, k]
        # Worlds that every other limit allows.
        others = here & Box((*sides[:k], whole[k], *sides[k + 1 :]), 0, 0, 0).holds(space.levels)
        if side.codes is not None:
            for code in sorted((whole[k].codes or frozenset()) - side.codes):
                yield k, replace(side, codes=side.codes | {code}), others
            continue
        below = np.sort(column[others & (column < side.low)])[::-1]
        above = np.sort(column[others & (column > side.high)])
        for beyond, end in ((below, "low"), (above, "high")):
            if beyond.size:
                last = count >= beyond.size
                to = getattr(whole[k], end) if last else float(beyond[count - 1])
                wider = replace(side, low=to) if end == "low" else replace(side, high=to)
                yield k, wider, others


def _whole(axis: Axis, column: Floats) -> Side:
    low, high = float(column.min()), float(column.max())
    codes = frozenset(int(code) for code in column) if axis.kind == "word" else None
    return Side(low, high, codes)


def _box(sides: tuple[Side, ...], inside: Flags, failed: Flags) -> Box:
    hits, total = int(failed[inside].sum()), int(failed.sum())
    return Box(
        sides, hits / total if total else 0.0, hits / max(int(inside.sum()), 1),
        float(inside.mean()),
    )  # fmt: skip
