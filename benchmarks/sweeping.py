"""Sweeps: what the store costs beside the kernel, rates by executor, and Mesa's batch runner."""

from __future__ import annotations

import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

from benchmarks import clock
from sim.ensemble import tasks
from sim.ensemble.outcomes import Outcomes
from sim.ensemble.runner import LANES
from sim.study.sweeps.study import Study, of_options
from sim.study.sweeps.sweep import planned, run_plan, sweep

VARY = ("parameters.network=0.2:1.6:8",)
RUNS = 2 * tasks.TASK_RUNS // 8
"""Replicates of each of eight points: two tasks."""
KEPT = Outcomes(metrics=("share.bloc_us", "share.bloc_cn", "share.cn_open"))


def _stored(study: Study, folder: Path) -> None:
    """Run a sweep into a store and write its tables; figures and pages are not timed."""
    done = run_plan(planned(study), out=folder)
    for name, write in done._tables().items():  # noqa: SLF001 - what a result writes
        write(folder / name)


def overhead() -> float:
    """Return what a sweep takes beyond the kernel, as a part of it: the best of five of each.

    The same replicates in one process: through design, tasks, outcomes and store, and as bare
    blocks of the kernel.
    """
    from sim.scenario import compile as compiled
    from sim.scenario import load
    from sim.world import simulate

    drivers = compiled(load("baseline"))
    blocks = 8 * RUNS // LANES

    def bare() -> None:
        for block in range(blocks):
            simulate(drivers, seed=1, replicates=np.arange(block * LANES, (block + 1) * LANES))

    study = of_options("baseline", VARY, runs=RUNS, seed=1, outcomes=KEPT)

    def stored() -> None:
        with tempfile.TemporaryDirectory() as folder:
            _stored(study, Path(folder))

    bare()  # compiles
    stored()
    return clock.best(stored, 5) / clock.best(bare, 5) - 1.0


def rates() -> dict[str, float]:
    """Return replicates per second by executor and number of workers, start of processes aside."""
    study = of_options("baseline", ("parameters.network=0.2:1.6:16",), runs=96, seed=1)
    ways = (("inline_1", 1, None), ("pool_2", 2, None), ("dask_2", 2, "local"))
    return {name: _rate(study, workers, cluster) for name, workers, cluster in ways}


def _rate(study: Study, workers: int, cluster: str | None) -> float:
    """Return replicates per second between the first task that is done and the last."""
    marks: list[tuple[float, int]] = []
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sweep(
            study, workers=workers, cluster=cluster, out=Path(folder),
            progress=lambda done, *_: marks.append((time.perf_counter(), done)),
        )  # fmt: skip
    (began, first), (ended, last) = marks[1], marks[-1]
    return (last - first) / (ended - began)


def batch_run() -> float:
    """Return seconds of a small sweep by ``mesa.batch_run`` over seconds of the same by the store.

    Eight nations, four points, two replicates each; Mesa's runner steps the Mesa driver.
    """
    import mesa

    from sim.scenario import load
    from sim.world import World

    nations = ["BRA", "CHN", "DEU", "IND", "KEN", "NGA", "RUS", "USA"]
    small = load("baseline", [("nations", nations)])
    levels = [0.2, 0.6, 1.0, 1.4]

    class Case(World):
        """The world as Mesa's runner wants it: a class of its own arguments."""

        def __init__(self, network: float, rng: int = 0) -> None:
            super().__init__(load(small, [("parameters.network", network)]), 1, int(rng))
            self.datacollector = mesa.DataCollector({"us": lambda w: w.shares()["us_closed"]})

        def step(self) -> None:
            """Run one month, and stop after the last."""
            super().step()
            if self.t + 1 == self.block.facts.months.size:
                self.running = False
                self.datacollector.collect(self)

    def by_mesa() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            mesa.batch_run(
                Case, {"network": levels}, rng=[0, 1], max_steps=156, data_collection_period=-1,
                display_progress=False,
            )  # fmt: skip

    vary = ("parameters.network=" + ",".join(map(str, levels)),)
    study = of_options(small, vary, runs=2, seed=1, outcomes=KEPT)

    def by_store() -> None:
        with tempfile.TemporaryDirectory() as folder:
            _stored(study, Path(folder))

    by_store()
    return clock.best(by_mesa, 2) / clock.best(by_store, 2)
