"""How often the 95 % interval of a comparison holds the mean effect over the whole posterior.

A study takes posterior draws of its own, as many as ship, from a pool of 20,000 members of twenty
calibrations with other seeds; its replicates go through them as those of ``sim compare`` do. The
truth is the mean effect over the pool. Every member is run once in each of two worlds, with the
policy and without; studies are samples of these runs without replacement, so that any two of them
are independent given the pool and the truth has no error.

``python -m validation.coverage`` takes about half an hour on one core and goes on where it stopped:
calibrations and runs stand in ``build/coverage``, named by a hash of all that makes them.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import machine
from sim.analysis.paired import LEVEL, bootstrap, interval
from sim.arrays import Flags, Floats
from sim.calibration.fit import Plan, as_file, draws
from sim.ensemble.outcomes import Outcomes, kept, measure
from sim.ensemble.runner import LANES
from sim.ensemble.store import digest, write_whole
from sim.evidence import load, posterior
from sim.scenario import compile as compiled
from sim.scenario.drivers import Joint
from sim.scenario.resolve import resolve
from sim.study.calibrate import calibrate
from sim.version import MODEL
from sim.world import simulate

STUDIES = 2000
"""Studies; four hundred would leave the part that holds of one outcome uncertain by 2.5 points."""

BOOTSTRAPS = 200
"""Studies of which the bootstrap interval is made too, which takes most of the time."""

RUNS = (200, 600)
POOL, MEMBERS, FIRST_SEED = 20_000, 1000, 101
WORLDS = 2
POLICY, REFERENCE, UNTIL = "rand_package", "baseline", "2030-12"
SEED = 20261127
"""Of the random numbers of the members' worlds."""

OUTCOMES = (
    ("share.bloc_us", "world"), ("share.bloc_cn", "global_south"), ("share.bloc_eu", "world"),
    ("share.us_permissive", "global_south"), ("plurality", "world"), ("developers.total", "world"),
)  # fmt: skip

POOLED, SINGLE = (0.93, 0.97), (0.915, 0.98)
"""Bounds of the part of intervals that hold, of all outcomes together and of each."""

BUILD = Path(__file__).parents[1] / "build" / "coverage"
PLACE = Path(__file__).parents[1] / "benchmarks" / "results" / "coverage.json"

Said = Callable[[str], None]


def effects_of(plan: Plan, first: int, place: Path, until: str) -> Floats:
    """Return the effects in every member of a calibration, shape (members, worlds, outcomes).

    Parameters
    ----------
    plan : Plan
        Of the calibration.
    first : int
        Number of its first member in the pool, which names its random numbers.
    place : Path
        Where calibration and effects are kept.
    until : str
        Last month, in which effects are read.
    """
    name = digest([plan.hash, first, POLICY, until, OUTCOMES, WORLDS, SEED, MODEL, load().hash])
    file = place / f"effects-{name[:24]}.npz"
    if not file.exists():
        names, values = draws(calibrate(plan, out=place))
        effects = _run(POLICY, until, names, values, first)
        effects -= _run(REFERENCE, until, names, values, first)
        write_whole(file, as_file(effects=effects))
    with np.load(file, allow_pickle=False) as held:
        found: Floats = held["effects"]
    return found


def _run(scenario: str, until: str, names: tuple[str, ...], values: Floats, first: int) -> Floats:
    """Return the outcomes of members in their worlds, shape (members, worlds, outcomes)."""
    drivers = compiled(resolve(scenario, until=until))
    metrics, groups = zip(*OUTCOMES, strict=True)
    shape = kept(drivers, Outcomes(tuple(metrics), tuple(dict.fromkeys(groups)), "end"))
    # At the end there is one row an outcome.
    places = zip(shape.metric, shape.group, strict=True)
    rows = [(shape.metrics[metric], shape.groups[group]) for metric, group in places]
    columns = [rows.index(outcome) for outcome in OUTCOMES]
    found = np.empty((len(values), WORLDS, len(OUTCOMES)))
    for start in range(0, len(values), LANES):
        lanes = np.arange(start, min(start + LANES, len(values)))
        mine = dataclasses.replace(drivers, fitted=Joint(names, values[lanes], each=True))
        for world in range(WORLDS):
            replicates = first + lanes + world * POOL
            done = simulate(mine, seed=SEED, replicates=replicates)
            found[lanes, world] = measure(mine, shape, done, SEED, replicates)[:, columns]
    return found


def pool(
    members: int = POOL,
    each: int = MEMBERS,
    place: Path = BUILD,
    *,
    said: Said | None = None,
    **plan: Any,  # noqa: ANN401 - fields of a plan
) -> Floats:
    """Return the effects in a pool of members of several calibrations.

    Returns
    -------
    ndarray, shape (members, worlds, outcomes)
    """
    parts = []
    for number, first in enumerate(range(0, members, each)):
        mine = Plan(members=each, seed=FIRST_SEED + number, **plan)
        parts.append(effects_of(mine, first, place, UNTIL))
        if said:
            said(f"{first + each:,} of {members:,} members")
    return np.concatenate(parts)


def studies(
    effects: Floats,
    count: int,
    runs: int,
    shipped: int,
    *,
    clustered: bool = True,
    bootstraps: int = 0,
) -> tuple[Flags, Flags]:
    """Return whether intervals of studies hold the mean over the pool.

    Parameters
    ----------
    effects : ndarray, shape (members, worlds, outcomes)
    count, runs : int
        Studies, and replicates of each.
    shipped : int
        Draws that a study takes from the pool. Its replicates go through them in turn, the second
        time in the other world.
    clustered : bool
        Whether intervals know which replicates share a draw.
    bootstraps : int
        Studies, the first ones, of which the bootstrap interval is made too.

    Returns
    -------
    held : ndarray of bool, shape (studies, outcomes)
        By the t interval.
    boot : ndarray of bool, shape (bootstraps, outcomes)
        By the bootstrap.

    Raises
    ------
    ValueError
        If a draw would be run more often than it has worlds.
    """
    worlds = effects.shape[1]
    if runs > shipped * worlds:
        raise ValueError(f"{runs} runs of {shipped} draws need more than {worlds} worlds of each")
    truth = effects.mean(axis=(0, 1))
    held, boot = [], []
    for study in range(count):
        rng = np.random.default_rng([SEED, runs, shipped, study])
        mine = rng.choice(len(effects), shipped, replace=False)
        turn, draw = np.divmod(np.arange(runs), shipped)
        # Which world comes first is chance, for each draw.
        world = (rng.integers(0, worlds, shipped)[draw] + turn) % worlds
        values, labels = effects[mine[draw], world], draw if clustered else None
        _, low, high = interval(values, labels)
        held.append((low <= truth) & (truth <= high))
        if study < bootstraps:
            low, high = bootstrap(values, labels, study)
            boot.append((low <= truth) & (truth <= high))
    return np.array(held), np.array(boot)


def as_asked(parts: Sequence[float]) -> bool:
    """Return whether intervals hold as often as they should, pooled and for each outcome."""
    pooled = float(np.mean(parts))
    return POOLED[0] <= pooled <= POOLED[1] and all(SINGLE[0] <= p <= SINGLE[1] for p in parts)


def run(said: Said | None = None) -> dict[str, Any]:
    """Run all studies, keep how often intervals held, and return it."""
    known = posterior()
    shipped = MEMBERS if known is None else len(known.values)
    effects = pool(said=said)
    found: dict[str, Any] = {
        "level": LEVEL, "studies": STUDIES, "pool": len(effects), "shipped": shipped,
        "policy": POLICY, "until": UNTIL, "model_version": MODEL, "machine": machine.describe(),
    }  # fmt: skip
    # The last two: few draws, each in both worlds, with their intervals clustered and not.
    cases = (
        *((f"{n} runs", n, shipped, True) for n in RUNS),
        ("600 runs of 300 draws", 600, 300, True),
        ("600 runs of 300 draws, not clustered", 600, 300, False),
    )
    for name, runs, many, clustered in cases:
        held, boot = studies(
            effects, STUDIES, runs, many, clustered=clustered, bootstraps=min(BOOTSTRAPS, STUDIES)
        )
        parts = held.mean(axis=0).round(4).tolist()
        names = [f"{metric} of {group}" for metric, group in OUTCOMES]
        found[name] = {
            "pooled": round(float(held.mean()), 4), "bootstrap": round(float(boot.mean()), 4),
            "as_asked": as_asked(parts), **dict(zip(names, parts, strict=True)),
        }  # fmt: skip
    PLACE.parent.mkdir(exist_ok=True)
    PLACE.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return found


if __name__ == "__main__":
    print(json.dumps(run(lambda text: print(text, file=sys.stderr, flush=True)), indent=2))
