"""Levers: what it takes to compile one that has changed, and to tell each of a package apart."""

from __future__ import annotations

import tempfile
from itertools import count

import numpy as np

from benchmarks import clock, commands
from sim.ensemble.runner import LANES
from sim.scenario.drivers import Drivers

PACKAGE = "rand_package"
WAITING = 10
"""Levers that wait for a sign."""


def arms() -> list[Drivers]:
    """Return the arms of ``sim compare`` of `PACKAGE` ``--each-lever``, the reference first."""
    from sim.scenario import compile as compiled
    from sim.scenario import load

    base, chosen = load("baseline").document(), load(PACKAGE).document()
    alone = [{**base, "levers": [entry]} for entry in chosen["levers"]]
    return [compiled(load(each)) for each in (base, *alone)]


def months_part() -> float:
    """Return the part of the months of these arms that is computed; the rest is shared history."""
    from sim.world.partings import course, plan, walk

    courses = [course(each) for each in arms()]
    months = courses[0].drivers.facts.months.size
    done = sum(months - branch.first for branch in walk(plan(courses)))
    return done / (months * len(courses))


def shared_ratio() -> float:
    """Return the time of these arms run each by itself over that of arms that share: best of 3."""
    from sim.world import simulate, simulate_together

    drivers, replicates = arms(), np.arange(LANES)

    def alone() -> None:
        for each in drivers:
            simulate(each, seed=1, replicates=replicates)

    def together() -> None:
        for _ in simulate_together(drivers, seed=1, replicates=replicates):
            pass  # a trajectory is measured and let go

    return clock.best(alone, 3) / clock.best(together, 3)


def each_lever() -> float:
    """Return seconds of ``sim compare rand_package --each-lever``: the best of two."""
    with tempfile.TemporaryDirectory() as folder:
        places = (f"{folder}/{number}" for number in count())
        words = ("compare", PACKAGE, "--each-lever", "--quiet", "--out")
        return clock.best(lambda: commands._sim(*words, next(places)), 2)  # noqa: SLF001 - its kin


def compile_ms() -> float:
    """Return milliseconds in which a scenario compiles whose levers alone have changed."""
    from sim.scenario import compile as compiled
    from sim.scenario import load

    compiled(load("baseline"))
    scenario = load(PACKAGE)
    return 1e3 * clock.best(lambda: compiled(scenario), 5)


def waiting_ratio(*, come: bool) -> float:
    """Return the time of a block in which ten levers wait for a sign, over one in which none does.

    Parameters
    ----------
    come : bool
        Whether the signs come, each in some worlds and in months of their own, as those of the
        shipped responses do; else they never come and are only read.
    """
    from sim.scenario import compile as compiled
    from sim.scenario import load
    from sim.scenario.responses import known
    from sim.world import simulate

    base = load("baseline").document()
    answers = load("baseline", [("responses", list(known()))]).document()["responses"]
    entries = [dict(entry) for answer in answers for entry in answer["levers"]][:WAITING]
    if not come:
        for entry in entries:
            entry["when"] = {"metric": "share.bloc_eu", "group": "eu", "above": 0.999}
    drivers = [compiled(load({**base, "levers": some})) for some in (entries, base["levers"])]
    replicates = np.arange(LANES)
    # In turn, so that both feel what else the machine does.
    times = [
        [clock.best(lambda each=each: simulate(each, seed=1, replicates=replicates), 1)
         for each in drivers] for _ in range(5)
    ]  # fmt: skip
    waiting, without = (min(found) for found in zip(*times, strict=True))
    return waiting / without
