"""Precision: runs are added until an interval is as narrow as wanted, or cannot become so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sim.analysis.paired import finest, interval, runs_for, runs_more
from sim.ensemble.arms import Arms
from sim.errors import InputError, Problem
from sim.scenario import Scenario
from sim.study.compare.choice import Pair
from sim.study.compare.result import place_of

MOST_RUNS = 20_000
PILOT = 96


def until_precise(
    done: Arms,
    arms: Mapping[str, Scenario],
    pairs: Sequence[Pair],
    wanted: float,
    on: tuple[str, str],
    run: Callable[[Mapping[str, Scenario], int], Arms],
) -> tuple[Arms, float]:
    """Run more of the arms until all effects have a wanted precision.

    Returns
    -------
    arms : Arms
    finest : float
        0 where it was reached, else the half-width that is possible at best.
    """
    if not wanted > 0.0:
        raise InputError(
            Problem(
                f"a half-width of {wanted:g} is impossible", path="precision",
                hint="ask for more than zero",
            )
        )  # fmt: skip
    at = (on[0], place_of(done.rows, *on))
    while True:
        runs = len(done.draws)
        found = [done.of(p.name, *at) - done.of(p.reference, *at) for p in pairs]
        half = [float(high - low) / 2 for _, low, high in (interval(d, done.draws) for d in found)]
        if max(half) <= wanted:
            return done, 0.0
        if runs >= MOST_RUNS:
            return done, max(half)
        if done.shipped is None or runs < 2 * done.shipped:
            needed = runs_for(wanted, max(float(d.std(ddof=1)) for d in found))
            # Beyond one replicate a draw, how much draws differ decides: two of each show it.
            limit = MOST_RUNS if done.shipped is None else 2 * done.shipped
            needed = min(needed, limit)
        else:
            asked = [runs_more(wanted, d, done.draws) for d in found]
            if any(number is None for number in asked):
                return done, max(finest(d, done.draws) for d in found)
            needed = max(number for number in asked if number is not None)
        # Whole tasks are added, which are kept; a tenth more, for the spread is an estimate.
        more = -(-int(1.1 * needed) // PILOT) * PILOT
        done = run(arms, min(max(more, runs + PILOT), MOST_RUNS))
